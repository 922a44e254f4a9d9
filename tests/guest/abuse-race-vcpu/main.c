/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/vcpu.h"

const char test_title[] =
    "two vcpus that take a third up and down, close and send by the same ports, and "
    "pin and unpin the same table at once get an answer each time, and nothing stays";

static unsigned running, stop, third;
static uint64_t mfn;
static evtchn_port_t port;

static void spin(void *arg)
{
    (void)arg;
    __atomic_add_fetch(&third, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST))
        hc_sched_op(SCHEDOP_yield, NULL);
}

static void one_round(void)
{
    struct evtchn_bind_ipi ipi = { .vcpu = 0 };
    evtchn_port_t p = __atomic_load_n(&port, __ATOMIC_SEQ_CST);

    hc_vcpu_op(VCPUOP_down, 2, NULL);
    hc_vcpu_op(VCPUOP_up, 2, NULL);
    hc_event_channel_op(EVTCHNOP_send, &p);
    hc_event_channel_op(EVTCHNOP_close, &p);
    if (hc_event_channel_op(EVTCHNOP_bind_ipi, &ipi) == 0) {
        /* What it replaces may be the other's and open: none is left behind. */
        p = __atomic_exchange_n(&port, ipi.port, __ATOMIC_SEQ_CST);
        hc_event_channel_op(EVTCHNOP_close, &p);
    }
    mmuext(MMUEXT_PIN_L1_TABLE, mfn);
    mmuext(MMUEXT_UNPIN_TABLE, mfn);
}

static void other(void *arg)
{
    (void)arg;
    __atomic_store_n(&running, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST))
        one_round();
}

static void wait_down(unsigned vcpu)
{
    while (hc_vcpu_op(VCPUOP_is_up, vcpu, NULL) == 1)
        hc_sched_op(SCHEDOP_yield, NULL);
}

void test_main(void)
{
    uint64_t end = time_ns() + 800000000UL;
    void *page = page_alloc();
    unsigned rounds = 0;

    mfn = va_to_mfn(page);
    running = stop = third = 0;
    port = 0;
    expect_eq(0, page_readonly(page), "read-only");
    expect_eq(0, rt_vcpu_start(2, spin, NULL), "start vcpu 2");
    expect_eq(0, rt_vcpu_start(1, other, NULL), "start vcpu 1");
    expect_true(wait_for(&running, 2000000000), "it never ran");
    while (rounds < 20 || time_ns() < end) {
        one_round();
        rounds++;
    }
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    wait_down(1);
    hc_vcpu_op(VCPUOP_up, 2, NULL);
    wait_down(2);
    while (mmuext(MMUEXT_UNPIN_TABLE, mfn) == 0)
        continue;
    expect_true(rounds > 10, "only %u rounds", rounds);
    expect_true(third > 0, "the third never ran");
    expect_eq(0, page_writable(page), "the page is writable again");
    hc_event_channel_op(EVTCHNOP_close, &port);
}
