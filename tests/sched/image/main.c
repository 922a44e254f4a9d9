/* SPDX-License-Identifier: MIT */
/*
 * main.c - the measurements of the scheduler, chosen by tests= like tests.
 */
#include "sched.h"

#define MEASURE(name)                                                      \
    static void name(void)                                                 \
    {                                                                      \
        measure_##name();                                                  \
        expect_true(true, "it ends");                                      \
    }
MEASURE(weights)
MEASURE(caps)
MEASURE(ping)
MEASURE(thief)

const struct rt_test rt_tests[] = {
    { "weights", "how much domains of four weights run", weights },
    { "caps", "how much capped domains run", caps },
    { "ping", "how long an event takes to an idle domain", ping },
    { "thief", "how much one runs that hides from ticks", thief },
};
const unsigned rt_test_count = sizeof(rt_tests) / sizeof(rt_tests[0]);
