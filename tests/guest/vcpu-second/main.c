/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "a second vcpu is initialised once, comes up, runs beside the first, takes "
    "an IPI, goes down and comes up again";

/* covers use: vcpu_op.initialise vcpu_op.up */

static unsigned running, go_down, ipis, ipi_vcpu;

static void second_main(void *arg)
{
    __atomic_store_n((unsigned *)arg, vcpu_self() + 1, __ATOMIC_SEQ_CST);
    events_enable();
    while (!__atomic_load_n(&go_down, __ATOMIC_SEQ_CST))
        hc_sched_op(SCHEDOP_yield, NULL);
    __atomic_store_n(&go_down, 0, __ATOMIC_SEQ_CST);
}

static void on_ipi(unsigned port)
{
    (void)port;
    ipi_vcpu = vcpu_self();
    __atomic_add_fetch(&ipis, 1, __ATOMIC_SEQ_CST);
}

static bool wait_down(unsigned n)
{
    uint64_t end = time_ns() + 2000000000;

    while (hc_vcpu_op(VCPUOP_is_up, n, NULL) == 1) {
        if (time_ns() > end)
            return false;
        hc_sched_op(SCHEDOP_yield, NULL);
    }
    return true;
}

static void check_errors(void)
{
    static struct vcpu_guest_context ctx;

    expect_eq(-XEN_ENOENT, hc_vcpu_op(VCPUOP_up, 8191, NULL), "up of 8191");
    expect_eq(-XEN_ENOENT, hc_vcpu_op(VCPUOP_is_up, ~0U, NULL), "is_up of ~0");
    expect_eq(-XEN_EINVAL, hc_vcpu_op(VCPUOP_up, 3, NULL),
              "up without a context");
    expect_eq(1, hc_vcpu_op(VCPUOP_is_up, 0, NULL), "is_up of the first");
    rt_vcpu_context(3, &ctx);
    ctx.ctrlreg[3] = xen_pfn_to_cr3(0xfffffffffUL);
    expect_true(hc_vcpu_op(VCPUOP_initialise, 3, &ctx) < 0, "a bad CR3");
    expect_eq(-XEN_EFAULT,
              hc_vcpu_op(VCPUOP_initialise, 3, (void *)0x7f0000000000UL),
              "a context that cannot be read");
    expect_eq(-XEN_EINVAL, hc_vcpu_op(VCPUOP_up, 3, NULL), "up after that");
}

void test_main(void)
{
    struct evtchn_bind_ipi bind = { .vcpu = 1 };
    struct evtchn_send send;
    struct evtchn_close cl;
    static struct vcpu_guest_context ctx;

    check_errors();
    running = go_down = ipis = 0;
    expect_eq(0, hc_vcpu_op(VCPUOP_is_up, 1, NULL), "is_up before");
    expect_eq(0, rt_vcpu_start(1, second_main, &running), "start");
    expect_true(wait_for(&running, 2000000000), "the second vcpu never ran");
    expect_eq(2, running, "its number + 1");
    expect_eq(1, hc_vcpu_op(VCPUOP_is_up, 1, NULL), "is_up");
    rt_vcpu_context(1, &ctx);
    expect_eq(-XEN_EEXIST, hc_vcpu_op(VCPUOP_initialise, 1, &ctx),
              "initialise it again");

    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_ipi, &bind), "bind_ipi");
    event_on(bind.port, on_ipi);
    send.port = bind.port;
    expect_eq(0, hc_event_channel_op(EVTCHNOP_send, &send), "send");
    expect_true(wait_for(&ipis, 2000000000), "the IPI never arrived");
    expect_eq(1, ipi_vcpu, "vcpu that took the IPI");
    event_on(bind.port, NULL);
    cl.port = bind.port;
    hc_event_channel_op(EVTCHNOP_close, &cl);

    __atomic_store_n(&go_down, 1, __ATOMIC_SEQ_CST);
    expect_true(wait_down(1), "it never went down");
    running = 0;
    expect_eq(0, rt_vcpu_start(1, second_main, &running), "start again");
    expect_true(wait_for(&running, 2000000000), "it never ran again");
    __atomic_store_n(&go_down, 1, __ATOMIC_SEQ_CST);
    expect_true(wait_down(1), "it never went down again");
}
