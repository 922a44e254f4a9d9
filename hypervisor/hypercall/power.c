/* SPDX-License-Identifier: MIT */
/*
 * power.c - sysctl: idle states, speeds and bad frames, for xenpm and xen-hptool.
 *
 * A CPU that has nothing to do halts (C1) and its speed is the firmware's. What can
 * be set is kept and told: it changes nothing.
 */
#include "arch/smp.h"
#include "hypercall/domctl.h"
#include "mm/boot_mm.h"
#include "public/sysctl.h"

#define CSTATES    2                /* running and halted                      */
#define FRAMES_MAX 1024             /* of one call                             */
#define UNKNOWN    0x01010101u      /* Xen's: PG_OFFLINE_INVALID in each byte  */

static uint32_t max_cstate[2] = { CSTATES - 1, XEN_SYSCTL_CX_UNLIMITED }, smt_saves_power;

static bool is_online(uint32_t cpu)
{
    return cpu < NR_CPUS && (cpus_in_use() >> cpu & 1);
}

static long cx_stat(uint32_t cpu, struct pm_cx_stat *s)
{
    uint64_t once = 1, idle = sched_idle_time(cpu), time[CSTATES];
    uint32_t i, room = MIN(s->nr, (uint32_t)CSTATES);

    time[0] = (uint64_t)time_now() - idle;
    time[1] = idle;
    for (i = 0; i < room; i++)
        if (copy_out(s->triggers, i, &once) || copy_out(s->residencies, i, &time[i]))
            return -EFAULT;
    s->nr = CSTATES;
    s->last = s->nr_pc = s->nr_cc = 0;
    s->idle_time = idle;
    return 0;
}

long sysctl_get_pmstat(struct xen_sysctl *op)
{
    struct xen_sysctl_get_pmstat *p = &op->u.get_pmstat;

    if (!is_online(p->cpuid))
        return fail(EINVAL, "CPU %u", p->cpuid);
    if ((p->type & PMSTAT_CATEGORY_MASK) != PMSTAT_CX)
        return fail(ENODEV, "no speeds are known");
    if (p->type == PMSTAT_get_cxstat)
        return cx_stat(p->cpuid, &p->u.getcx);
    if (p->type == PMSTAT_get_max_cx)
        p->u.getcx.nr = CSTATES;
    else if (p->type != PMSTAT_reset_cxstat)    /* what a CPU has idled stays  */
        return fail(ENOSYS, "power statistics %#x", p->type);
    return 0;
}

long sysctl_pm_op(struct xen_sysctl *op)
{
    struct xen_sysctl_pm_op *p = &op->u.pm_op;
    uint32_t before = smt_saves_power;

    if (!is_online(p->cpuid) ||
        (p->cmd & PM_PARA_CATEGORY_MASK) == CPUFREQ_PARA)
        return fail(EINVAL, "power: command %#x of CPU %u", p->cmd, p->cpuid);
    switch (p->cmd) {
    case XEN_SYSCTL_pm_op_set_sched_opt_smt:
        if (p->cpuid)
            return fail(EINVAL, "one setting for all, not CPU %u", p->cpuid);
        smt_saves_power = p->u.set_sched_opt_smt != 0;
        p->u.set_sched_opt_smt = before;
        return 0;
    case XEN_SYSCTL_pm_op_get_max_cstate:
    case XEN_SYSCTL_pm_op_set_max_cstate:
        if (p->cpuid >= ARRAY_SIZE(max_cstate))     /* 1: of substates         */
            return fail(EINVAL, "limit %u of idle states", p->cpuid);
        if (p->cmd == XEN_SYSCTL_pm_op_get_max_cstate)
            p->u.get_max_cstate = max_cstate[p->cpuid];
        else
            max_cstate[p->cpuid] = p->u.set_max_cstate;
        return 0;
    case XEN_SYSCTL_pm_op_enable_turbo:
    case XEN_SYSCTL_pm_op_disable_turbo:
        return fail(EACCES, "the speed of CPU %u", p->cpuid);
    default:
        return fail(ENOSYS, "power: command %#x", p->cmd);
    }
}

/* Each frame of RAM is in use and stays so. */
long sysctl_page_offline_op(struct xen_sysctl *op)
{
    const struct xen_sysctl_page_offline_op *p = &op->u.page_offline;
    uint32_t i, status;
    bool fine = true;

    if (p->end < p->start)
        return fail(EINVAL, "frames %#x to %#x", p->start, p->end);
    if (p->end - p->start >= FRAMES_MAX)
        return fail(ENOMEM, "frames %#x to %#x", p->start, p->end);
    for (i = 0; fine && i <= p->end - p->start; i++) {
        fine = (p->cmd == sysctl_page_online || p->cmd == sysctl_query_page_offline) &&
               mfn_is_ram(MFN((uint64_t)p->start + i));
        status = fine ? 0 : UNKNOWN;
        if (copy_out(p->status, i, &status))
            return -EFAULT;
    }
    return fine ? 0 : fail(EINVAL, "frame %#x, command %u", p->start + i - 1, p->cmd);
}
