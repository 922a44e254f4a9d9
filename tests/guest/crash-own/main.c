/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] = "SCHEDOP_shutdown with a crash ends the domain at once";

void test_main(void)
{
    struct sched_shutdown op = { .reason = SHUTDOWN_crash };

    hc_sched_op(SCHEDOP_shutdown, &op);
    expect_true(false, "alive after its own crash");
}
