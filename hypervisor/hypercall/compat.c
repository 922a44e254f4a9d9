/* SPDX-License-Identifier: MIT */
/*
 * compat.c - three calls of Xen 3.0 that 4.17 still answers: the command lies in
 * memory before its argument, or there was less to ask for.
 */
#include "hypercall/hypercall.h"
#include "public/physdev.h"
#include "public/sched.h"

long hc_sched_op_compat(struct vcpu *cur, struct hc_args *in)
{
    switch ((uint32_t)in->a[0]) {
    case SCHEDOP_shutdown:
        return domain_shutdown(cur->d, (uint8_t)in->a[1]);
    case SCHEDOP_yield: case SCHEDOP_block:
        return hc_sched_op(cur, in);
    default:
        return hc_refuse(__HYPERVISOR_sched_op_compat, in->a[0]);
    }
}

/* The arguments of the call that has it now: the command, and what follows it. */
static long unpack(const struct hc_args *in, struct hc_args *now, uint32_t first,
                   uint32_t last, unsigned offset)
{
    uint32_t cmd;

    if (guest_read(&cmd, in->a[0], sizeof(cmd)))
        return -EFAULT;
    if (cmd < first || cmd > last)
        return fail(ENOSYS, "command %u of an old call", cmd);
    *now = (struct hc_args){ .a = { cmd, in->a[0] + offset } };
    return 0;
}

long hc_event_channel_op_compat(struct vcpu *cur, struct hc_args *in)
{
    struct hc_args now;
    long rc = unpack(in, &now, EVTCHNOP_bind_interdomain, EVTCHNOP_unmask, 4);

    return rc ? rc : hc_event_channel_op(cur, &now);
}

long hc_physdev_op_compat(struct vcpu *cur, struct hc_args *in)
{
    struct hc_args now;
    long rc = unpack(in, &now, PHYSDEVOP_IRQ_UNMASK_NOTIFY, ~0u, 8);

    return rc ? rc : hc_physdev_op(cur, &now);
}
