/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] = "a watchdog that is not fed ends the domain";

void test_main(void)
{
    struct sched_watchdog w = { .id = 9, .timeout = 5 };

    expect_true(hc_sched_op(SCHEDOP_watchdog, &w) < 0, "id 9 of none");
    w.id = 0;
    w.timeout = 1;
    expect_true(hc_sched_op(SCHEDOP_watchdog, &w) > 0, "a new one");
    time_spin(8000000000UL);
    expect_true(false, "alive after eight seconds");
}
