/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "system time never goes back, across vcpus too, and the wall clock has passed "
    "2020; on two emulated CPUs that of Xen 4.17 does, by up to some milliseconds";

static uint64_t last, slack;
static unsigned lock, backwards, steps, stop, running;

/* Two vcpus take turns; each reading must not be before the other's. */
static void reading(void)
{
    uint64_t t;

    while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
        hc_sched_op(SCHEDOP_yield, NULL);
    t = time_ns();
    if (t + slack < last)
        backwards++;
    last = t;
    steps++;
    __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

static void second_main(void *arg)
{
    (void)arg;
    __atomic_store_n(&running, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        reading();
        hc_sched_op(SCHEDOP_yield, NULL);
    }
}

void test_main(void)
{
    uint64_t seconds = rt_shared->wc_sec | (uint64_t)rt_shared->wc_sec_hi << 32;
    uint64_t a = time_ns(), tsc = rdtsc(), end = a + 200000000, late = a + 10000000000UL;
    unsigned turns = 0;

    expect_true(seconds > 1577836800, "wall clock %lu", seconds);
    expect_true(rt_shared->wc_nsec < 1000000000, "nanoseconds %u",
                rt_shared->wc_nsec);
    expect_eq(0, rt_shared->wc_version & 1, "wall clock being written");
    last = 0;
    slack = on_splitring() ? 100000 : 20000000;
    lock = backwards = steps = stop = running = 0;
    expect_eq(0, rt_vcpu_start(1, second_main, NULL), "start");
    expect_true(wait_for(&running, 2000000000), "the second vcpu never ran");
    /* On a busy machine some time passes between two readings. */
    while (time_ns() < end || (steps < 200 && time_ns() < late)) {
        reading();
        hc_sched_op(SCHEDOP_yield, NULL);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    while (hc_vcpu_op(VCPUOP_is_up, 1, NULL) == 1)
        hc_sched_op(SCHEDOP_yield, NULL);
    expect_eq(0, backwards, "times that time went back");
    expect_true(steps > 100, "only %u readings", steps);
    while (rdtsc() <= tsc && ++turns < 1000000)
        hc_sched_op(SCHEDOP_yield, NULL);   /* Xen's goes back as its time does */
    expect_true(rdtsc() > tsc, "the time stamp counter stands still");
}
