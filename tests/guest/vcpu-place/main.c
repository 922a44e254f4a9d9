/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "frontends/rt/domain.h"
#include "public/vcpu.h"

const char test_title[] =
    "a control domain's vcpu stays on the CPU that it asks for and learns its number; "
    "a guest may not ask";

/* covers use: sched_op.pin_override vcpu_op.get_physid */
/* covers abuse: sched_op.pin_override vcpu_op.get_physid */

static long pin(int cpu)
{
    struct sched_pin_override op = { .pcpu = cpu };

    return hc_sched_op(SCHEDOP_pin_override, &op);
}

static long keep_on(uint64_t cpus)
{
    static struct xen_domctl op;

    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_HARD;
    op.u.vcpuaffinity.cpumap_hard.nr_bits = 64;
    set_xen_guest_handle(op.u.vcpuaffinity.cpumap_hard.bitmap,
                         (uint8_t *)&cpus);
    return domain_ctl(&op, XEN_DOMCTL_setvcpuaffinity, 0);
}

void test_main(void)
{
    struct vcpu_get_physid id = { .phys_id = ~0UL };
    long rc;

    expect_eq(told(-XEN_EFAULT, -XEN_EPERM),
              hc_sched_op(SCHEDOP_pin_override, UNMAPPED), "from nowhere");
    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, pin(0), "pin");
        return;
    }
    expect_eq(-XEN_EINVAL, pin(100000), "CPU 100000");
    expect_eq(-XEN_EINVAL, pin(0x7fffffff), "CPU 2^31 - 1");
    expect_eq(0, pin(0), "CPU 0");
    expect_eq(-XEN_EBUSY, pin(0), "CPU 0 again");
    expect_true(pin(1) < 0, "another CPU");
    expect_eq(0, pin(-1), "no CPU");
    expect_true(pin(-1) <= 0, "no CPU again");
    /* Of one CPU alone it has no choice. */
    rc = hc_vcpu_op(VCPUOP_get_physid, 0, &id);
    expect_true(rc == -XEN_EINVAL || (rc == 0 && id.phys_id == 0),
                "its number while it may run anywhere: %ld", rc);
    expect_eq(0, keep_on(1), "CPU 0 alone");
    expect_eq(0, hc_vcpu_op(VCPUOP_get_physid, 0, &id), "its number");
    expect_eq(0, id.phys_id, "that of CPU 0");
    expect_eq(0, keep_on(~0UL), "all CPUs");
}
