/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "frontends/rt/domain.h"

const char test_title[] =
    "a stopped domain's vcpu gives its registers, state, place and extended context, "
    "takes them back, and wrong ones change nothing";

/* covers use: domctl.getvcpucontext domctl.setvcpucontext domctl.getvcpuinfo */
/* covers use: domctl.getvcpuaffinity domctl.setvcpuaffinity */
/* covers use: domctl.get_ext_vcpucontext domctl.set_ext_vcpucontext */
/* covers use: domctl.getvcpuextstate domctl.setvcpuextstate */
/* covers use: domctl.get_vcpu_msrs domctl.set_vcpu_msrs domctl.sendtrigger */
/* covers abuse: domctl.getvcpucontext domctl.setvcpucontext */
/* covers abuse: domctl.getvcpuinfo domctl.getvcpuaffinity */
/* covers abuse: domctl.setvcpuaffinity domctl.get_ext_vcpucontext */
/* covers abuse: domctl.set_ext_vcpucontext domctl.getvcpuextstate */
/* covers abuse: domctl.setvcpuextstate domctl.get_vcpu_msrs */
/* covers abuse: domctl.set_vcpu_msrs domctl.sendtrigger */

static struct xen_domctl op;
static struct rt_domain child;
static struct vcpu_guest_context ctx, back;

static long ctl(unsigned cmd)
{
    return domain_ctl(&op, cmd, child.id);
}

static void body(uint64_t arg)
{
    (void)arg;
}

static long context(unsigned cmd, unsigned vcpu, void *p)
{
    op.u.vcpucontext.vcpu = vcpu;
    set_xen_guest_handle(op.u.vcpucontext.ctxt, p);
    return ctl(cmd);
}

static void check_context(void)
{
    expect_eq(0, context(XEN_DOMCTL_getvcpucontext, 0, &ctx), "get");
    expect_eq(3, ctx.user_regs.cs & 3, "the ring it runs in");
    expect_true(ctx.user_regs.rip > VIRT_BASE, "rip %#lx", ctx.user_regs.rip);
    expect_true(ctx.ctrlreg[3] != 0, "no root");
    ctx.user_regs.rbx = 0x1234;
    expect_eq(0, context(XEN_DOMCTL_setvcpucontext, 0, &ctx), "set");
    expect_eq(0, context(XEN_DOMCTL_getvcpucontext, 0, &back), "get again");
    expect_eq(0x1234, back.user_regs.rbx, "rbx");
    expect_eq(ctx.user_regs.rip, back.user_regs.rip, "rip");

    ctx.ctrlreg[3] = xen_pfn_to_cr3(NO_FRAME);
    expect_true(context(XEN_DOMCTL_setvcpucontext, 0, &ctx) < 0,
                "a root that is no frame");
    ctx.ctrlreg[3] = back.ctrlreg[3];
    ctx.gdt_ents = 9999999;
    expect_true(context(XEN_DOMCTL_setvcpucontext, 0, &ctx) < 0,
                "a GDT of 9999999 entries");
    ctx.gdt_ents = 0;
    expect_eq(-XEN_EFAULT, context(XEN_DOMCTL_setvcpucontext, 0, UNMAPPED),
              "set from nowhere");
    expect_eq(-XEN_EFAULT, context(XEN_DOMCTL_getvcpucontext, 0, UNMAPPED),
              "get to nowhere");
    expect_eq(-XEN_EFAULT, context(XEN_DOMCTL_getvcpucontext, 0, HYPERVISOR),
              "get to the hypervisor");
    expect_true(context(XEN_DOMCTL_getvcpucontext, 1, &back) < 0,
                "get vcpu 1");
    expect_true(context(XEN_DOMCTL_setvcpucontext, ~0U, &back) < 0,
                "set vcpu ~0");
    expect_true(context(XEN_DOMCTL_getvcpucontext, ~0U, &back) < 0,
                "get vcpu ~0");
}

static void check_info(void)
{
    op.u.getvcpuinfo.vcpu = 0;
    expect_eq(0, ctl(XEN_DOMCTL_getvcpuinfo), "getvcpuinfo");
    expect_eq(1, op.u.getvcpuinfo.online, "online");
    expect_eq(0, op.u.getvcpuinfo.running, "running");
    op.u.getvcpuinfo.vcpu = ~0U;
    expect_true(ctl(XEN_DOMCTL_getvcpuinfo) < 0, "of vcpu ~0");
    op.u.sendtrigger.trigger = 99;
    op.u.sendtrigger.vcpu = 0;
    expect_true(ctl(XEN_DOMCTL_sendtrigger) < 0, "trigger 99");
    op.u.sendtrigger.trigger = XEN_DOMCTL_SENDTRIGGER_NMI;
    op.u.sendtrigger.vcpu = ~0U;
    expect_true(ctl(XEN_DOMCTL_sendtrigger) < 0, "an NMI for vcpu ~0");
    op.u.sendtrigger.vcpu = 0;
    expect_eq(0, ctl(XEN_DOMCTL_sendtrigger), "an NMI");
}

static long affinity(unsigned cmd, unsigned flags, uint64_t *hard, uint64_t *soft)
{
    memset(&op, 0, sizeof(op));
    op.u.vcpuaffinity.flags = flags;
    set_xen_guest_handle(op.u.vcpuaffinity.cpumap_hard.bitmap,
                         (uint8_t *)hard);
    op.u.vcpuaffinity.cpumap_hard.nr_bits = 64;
    set_xen_guest_handle(op.u.vcpuaffinity.cpumap_soft.bitmap,
                         (uint8_t *)soft);
    op.u.vcpuaffinity.cpumap_soft.nr_bits = 64;
    return ctl(cmd);
}

static void check_affinity(void)
{
    const unsigned both = XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT;
    uint64_t hard = 0, soft = 0;

    expect_eq(0, affinity(XEN_DOMCTL_getvcpuaffinity, both, &hard, &soft),
              "getvcpuaffinity");
    expect_true(hard & 1, "CPU 0 is not among %#lx", hard);
    hard = 1;
    expect_eq(0, affinity(XEN_DOMCTL_setvcpuaffinity, XEN_VCPUAFFINITY_HARD,
                          &hard, &soft), "CPU 0 alone");
    hard = 0;
    expect_eq(0, affinity(XEN_DOMCTL_getvcpuaffinity, XEN_VCPUAFFINITY_HARD,
                          &hard, &soft), "get");
    expect_eq(1, hard, "where it may run");
    hard = 0;
    expect_eq(-XEN_EINVAL, affinity(XEN_DOMCTL_setvcpuaffinity,
                                    XEN_VCPUAFFINITY_HARD, &hard, &soft),
              "no CPU");
    expect_eq(-XEN_EINVAL, affinity(XEN_DOMCTL_setvcpuaffinity, 0, &hard,
                                    &soft), "neither");
    expect_eq(-XEN_EFAULT, affinity(XEN_DOMCTL_setvcpuaffinity,
                                    XEN_VCPUAFFINITY_HARD, UNMAPPED, &soft),
              "from nowhere");
    expect_eq(-XEN_EFAULT, affinity(XEN_DOMCTL_getvcpuaffinity,
                                    XEN_VCPUAFFINITY_HARD, UNMAPPED, &soft),
              "to nowhere");
    op.u.vcpuaffinity.vcpu = ~0U;
    expect_true(ctl(XEN_DOMCTL_getvcpuaffinity) < 0, "of vcpu ~0");
    op.u.vcpuaffinity.vcpu = ~0U;
    expect_true(ctl(XEN_DOMCTL_setvcpuaffinity) < 0, "set vcpu ~0's");
}

static void check_extended(void)
{
    memset(&op, 0, sizeof(op));
    expect_eq(0, ctl(XEN_DOMCTL_get_ext_vcpucontext), "get the rest");
    expect_true(op.u.ext_vcpucontext.size >= 32, "its size %u",
                op.u.ext_vcpucontext.size);
    op.u.ext_vcpucontext.sysenter_callback_eip = VIRT_BASE + 0x100000;
    expect_eq(0, ctl(XEN_DOMCTL_set_ext_vcpucontext), "set it");
    expect_eq(0, ctl(XEN_DOMCTL_get_ext_vcpucontext), "get it again");
    expect_eq(VIRT_BASE + 0x100000, op.u.ext_vcpucontext.sysenter_callback_eip,
              "SYSENTER's entry");
    op.u.ext_vcpucontext.sysenter_callback_eip = (uint64_t)NONCANONICAL;
    expect_eq(-XEN_EINVAL, ctl(XEN_DOMCTL_set_ext_vcpucontext),
              "an entry at no address");
    op.u.ext_vcpucontext.vcpu = ~0U;
    expect_true(ctl(XEN_DOMCTL_get_ext_vcpucontext) < 0, "of vcpu ~0");
    op.u.ext_vcpucontext.vcpu = ~0U;
    op.u.ext_vcpucontext.size = 64;
    expect_true(ctl(XEN_DOMCTL_set_ext_vcpucontext) < 0, "set vcpu ~0's");
}

static void check_xstate(void)
{
    static uint64_t buffer[1024];
    uint64_t size;
    long rc;

    memset(&op, 0, sizeof(op));
    rc = ctl(XEN_DOMCTL_getvcpuextstate);
    expect_eq(0, rc, "size of the extended state");
    size = op.u.vcpuextstate.size;
    op.u.vcpuextstate.vcpu = ~0U;
    expect_true(ctl(XEN_DOMCTL_getvcpuextstate) < 0, "of vcpu ~0");
    op.u.vcpuextstate.vcpu = 0;
    if (size > 0 && size <= sizeof(buffer)) {
        set_xen_guest_handle(op.u.vcpuextstate.buffer, buffer);
        op.u.vcpuextstate.size = size;
        expect_eq(0, ctl(XEN_DOMCTL_getvcpuextstate), "the extended state");
        op.u.vcpuextstate.size = size;
        expect_eq(0, ctl(XEN_DOMCTL_setvcpuextstate), "set it");
        set_xen_guest_handle(op.u.vcpuextstate.buffer, UNMAPPED);
        op.u.vcpuextstate.size = size;
        expect_eq(-XEN_EFAULT, ctl(XEN_DOMCTL_getvcpuextstate), "to nowhere");
    }
    set_xen_guest_handle(op.u.vcpuextstate.buffer, buffer);
    op.u.vcpuextstate.size = ~0UL;
    expect_true(ctl(XEN_DOMCTL_setvcpuextstate) < 0, "2^64 - 1 bytes of it");
    op.u.vcpuextstate.size = 1;
    expect_true(ctl(XEN_DOMCTL_setvcpuextstate) < 0, "one byte of it");
}

static void check_msrs(void)
{
    static struct xen_domctl_vcpu_msr msr[64];
    uint32_t n;

    memset(&op, 0, sizeof(op));
    expect_eq(0, ctl(XEN_DOMCTL_get_vcpu_msrs), "number of MSRs");
    n = op.u.vcpu_msrs.msr_count;
    expect_true(n < 64, "%u MSRs", n);
    set_xen_guest_handle(op.u.vcpu_msrs.msrs, msr);
    op.u.vcpu_msrs.msr_count = 64;
    expect_eq(0, ctl(XEN_DOMCTL_get_vcpu_msrs), "the MSRs");
    expect_true(op.u.vcpu_msrs.msr_count <= n, "%u of %u MSRs",
                op.u.vcpu_msrs.msr_count, n);
    expect_eq(0, ctl(XEN_DOMCTL_set_vcpu_msrs), "set them");
    msr[0] = (struct xen_domctl_vcpu_msr){ .index = 0x12345678 };
    op.u.vcpu_msrs.msr_count = 1;
    expect_true(ctl(XEN_DOMCTL_set_vcpu_msrs) < 0, "MSR 0x12345678");
    set_xen_guest_handle(op.u.vcpu_msrs.msrs, UNMAPPED);
    op.u.vcpu_msrs.msr_count = 1;
    expect_true(ctl(XEN_DOMCTL_set_vcpu_msrs) < 0, "from nowhere");
    op.u.vcpu_msrs.vcpu = ~0U;
    expect_true(ctl(XEN_DOMCTL_get_vcpu_msrs) < 0, "of vcpu ~0");
    op.u.vcpu_msrs.vcpu = ~0U;
    expect_true(ctl(XEN_DOMCTL_set_vcpu_msrs) < 0, "set vcpu ~0's");
}

void test_main(void)
{
    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, context(XEN_DOMCTL_getvcpucontext, 0, &ctx),
                  "a guest reads the control domain's registers");
        return;
    }
    if (!domain_build(&child, &(struct rt_domain_spec){ .fn = body }))
        return;
    check_context();
    check_info();
    check_affinity();
    check_extended();
    check_xstate();
    check_msrs();
    domain_destroy(&child);
    expect_eq(-XEN_EINVAL, context(XEN_DOMCTL_getvcpucontext, 0, &back),
              "the caller's own registers");
}
