/* SPDX-License-Identifier: MIT */
/*
 * caps.c - domains capped at 10, 25, 40 and 60 percent of one CPU, alone first,
 * then beside eight others of less weight, and how much each has run.
 */
#include "sched.h"

static const unsigned caps[4] = { 10, 25, 40, 60 };

static void count(const char *name, uint64_t seconds)
{
    uint64_t from, ran[4];

    sleep_for(500 * MS);
    from = time_ns();
    for (unsigned i = 0; i < 4; i++)
        ran[i] = domain_cpu_time(&spinners[i]);
    sleep_for(seconds * 1000 * MS);
    from = time_ns() - from;
    for (unsigned i = 0; i < 4; i++)
        ran[i] = domain_cpu_time(&spinners[i]) - ran[i];
    for (unsigned i = 0; i < 4; i++)
        rt_printf("figure %s cap=%u ran=%lu of=%lu\n", name, caps[i], ran[i],
                  from);
}

void measure_caps(void)
{
    uint64_t seconds = option_number("seconds", 10);

    if (!spinners_build(12, 64))
        return;
    for (unsigned i = 0; i < 4; i++)
        schedule(&spinners[i], 512, caps[i]);
    spinners_start(4);
    count("cap", seconds);
    for (unsigned i = 4; i < 12; i++)
        domain_unpause(&spinners[i]);
    count("cap-beside", seconds);
    spinners_destroy(12);
}
