/* SPDX-License-Identifier: MIT */
/*
 * platform.c - HYPERVISOR_platform_op: the machine's clock, power and processors,
 * for the control domain (the dispatcher has refused all others).
 */
#include "arch/power.h"
#include "arch/smp.h"
#include "arch/x86/cpu.h"
#include "hypercall/hypercall.h"
#include "public/platform.h"

#define MSR_MTRRCAP      0xfe
#define MSR_MTRR_BASE(n) (0x200 + 2 * (n))
#define MTRR_VALID       0x800

static int wall_clock_set(uint64_t sec, uint32_t nsec, uint64_t system_time)
{
    struct domain *d;

    if (nsec >= 1000000000u)
        return fail(EINVAL, "%u nanoseconds", nsec);
    time_wallclock_set(sec, nsec, system_time);
    for_each_domain(d)
        pv_wallclock_update(d);
    return 0;
}

static int op_settime32(struct xen_platform_op *op)
{
    const struct xenpf_settime32 *t = &op->u.settime32;

    return wall_clock_set(t->secs, t->nsecs, t->system_time);
}

static int op_settime64(struct xen_platform_op *op)
{
    const struct xenpf_settime64 *t = &op->u.settime64;

    if (t->mbz)
        return fail(EINVAL, "settime64: mbz %u", t->mbz);
    return wall_clock_set(t->secs, t->nsecs, t->system_time);
}

/* A range of the firmware's MTRRs; nobody sets others. */
static int op_read_memtype(struct xen_platform_op *op)
{
    struct xenpf_read_memtype *m = &op->u.read_memtype;
    uint64_t base, mask, frames = (1ull << (cpu_features.phys_bits - PAGE_SHIFT)) - 1;

    if (m->reg >= (rdmsr(MSR_MTRRCAP) & 0xff))
        return fail(EINVAL, "MTRR %u", m->reg);
    base = rdmsr(MSR_MTRR_BASE(m->reg));
    mask = rdmsr(MSR_MTRR_BASE(m->reg) + 1);
    m->mfn = m->nr_mfns = m->type = 0;
    if (mask & MTRR_VALID) {
        m->mfn = base >> PAGE_SHIFT;
        m->nr_mfns = (~(mask >> PAGE_SHIFT) & frames) + 1;
        m->type = base & 0xff;
    }
    return 0;
}

/* What they ask for was needed by the machines of their time. */
static int op_platform_quirk(struct xen_platform_op *op)
{
    uint32_t quirk = op->u.platform_quirk.quirk_id;

    return quirk >= QUIRK_NOIRQBALANCING && quirk <= QUIRK_IOAPIC_GOOD_REGSEL ? 0 :
           fail(EINVAL, "quirk %u", quirk);
}

/* Our image has no symbols: the first answer is the end of the list. */
#define op_get_symbol(op) ((op)->u.symdata.namelen = 0, 0)

/* Only S5 is for us: the machine goes off, there is no way back. */
static int op_enter_acpi_sleep(struct xen_platform_op *op)
{
    const struct xenpf_enter_acpi_sleep *s = &op->u.enter_acpi_sleep;

    if (s->sleep_state != 5 || (s->flags & ~XENPF_ACPI_SLEEP_EXTENDED))
        return fail(EINVAL, "ACPI sleep state %u, flags %#x", s->sleep_state,
                    s->flags);
    return machine_acpi_sleep(s->val_a, s->val_b);
}

static int op_getidletime(struct xen_platform_op *op)
{
    struct xenpf_getidletime *g = &op->u.getidletime;
    uint8_t map[NR_CPUS / 8] = { 0 };
    unsigned cpus = MIN(g->cpumap_nr_cpus, (uint32_t)NR_CPUS);

    if (guest_read(map, (vaddr_t)g->cpumap_bitmap.p, (cpus + 7) / 8))
        return fail(EFAULT, "getidletime's CPU map");
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        uint64_t idle;

        if (!((map[cpu / 8] >> (cpu % 8)) & 1))
            continue;
        if (cpu >= nr_cpus || !(cpus_in_use() & cpumask_of(cpu))) {
            map[cpu / 8] &= (uint8_t)~(1u << (cpu % 8));
            continue;
        }
        idle = sched_idle_time(cpu);
        if (copy_out(g->idletime, cpu, &idle))
            return fail(EFAULT, "getidletime's result for CPU %u", cpu);
    }
    g->now = (uint64_t)time_now();
    if (guest_write((vaddr_t)g->cpumap_bitmap.p, map, (cpus + 7) / 8))
        return fail(EFAULT, "getidletime's CPU map");
    return 0;
}

/* We keep neither idle nor speed states: the kernel has told us, that is all. */
static int op_set_processor_pminfo(struct xen_platform_op *op)
{
    switch (op->u.set_pminfo.type) {
    case XEN_PM_CX:
    case XEN_PM_PX:
    case XEN_PM_PDC:
        return 0;
    default:
        return fail(EINVAL, "processor information of type %u",
                    op->u.set_pminfo.type);
    }
}

static int op_get_cpuinfo(struct xen_platform_op *op)
{
    struct xenpf_pcpuinfo *p = &op->u.pcpu_info;

    p->max_present = nr_cpus - 1;
    p->apic_id = p->acpi_id = 0;
    if (p->xen_cpuid >= nr_cpus) {
        p->flags = XEN_PCPU_FLAGS_INVALID;
        return 0;
    }
    p->flags = cpus_in_use() >> p->xen_cpuid & 1 ? XEN_PCPU_FLAGS_ONLINE : 0;
    p->apic_id = cpu_apic_id[p->xen_cpuid];
    p->acpi_id = cpu_acpi_id[p->xen_cpuid];
    return 0;
}

static int op_get_cpu_version(struct xen_platform_op *op)
{
    struct xenpf_pcpu_version *p = &op->u.pcpu_version;

    p->max_present = nr_cpus - 1;
    p->family = p->model = p->stepping = 0;
    memset(p->vendor_id, 0, sizeof(p->vendor_id));
    if (p->xen_cpuid >= nr_cpus || !(cpus_in_use() & cpumask_of(p->xen_cpuid)))
        return 0;
    memcpy(p->vendor_id, cpu_features.vendor, sizeof(p->vendor_id));
    p->family = cpu_features.family;
    p->model = cpu_features.model;
    p->stepping = cpu_features.stepping;
    return 0;
}

static int op_cpu_online(struct xen_platform_op *op)
{
    int rc = sched_cpu_use(op->u.cpu_ol.cpuid, true);

    return rc == -EEXIST ? 0 : rc;
}

static int op_cpu_offline(struct xen_platform_op *op)
{
    uint32_t cpu = op->u.cpu_ol.cpuid;
    int rc = cpu ? sched_cpu_use(cpu, false) : -EOPNOTSUPP;

    return rc == -EEXIST ? 0 : rc;
}

/* The boot loader tells us nothing of disks or screens; there is no such index. */
static int op_firmware_info(struct xen_platform_op *op)
{
    switch (op->u.firmware_info.type) {
    case XEN_FW_DISK_INFO:
    case XEN_FW_DISK_MBR_SIGNATURE:
        return -ESRCH;
    case XEN_FW_KBD_SHIFT_FLAGS:
        op->u.firmware_info.u.kbd_shift_flags = 0;
        return 0;
    case XEN_FW_VBEDDC_INFO:
        return -ESRCH;
    default:
        return -EINVAL;
    }
}

#define DO(name, out) rc = op_##name(&op); answers = out
HC_VERSIONED(platform_op, struct xen_platform_op, XENPF_INTERFACE_VERSION)
