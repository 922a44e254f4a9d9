/* SPDX-License-Identifier: MIT */
/*
 * weights.c - sixteen spinning domains, four of each weight 1:2:4:8, and how much
 * each has run in seconds= (10) while the control domain slept.
 */
#include "sched.h"

void measure_weights(void)
{
    uint64_t seconds = option_number("seconds", 10), from, ran[16];
    unsigned weight[16];

    if (!spinners_build(16, 256))
        return;
    for (unsigned i = 0; i < 16; i++) {
        weight[i] = 64U << i % 4;
        schedule(&spinners[i], weight[i], 0);
    }
    spinners_start(16);
    sleep_for(1000 * MS);
    from = time_ns();
    for (unsigned i = 0; i < 16; i++)
        ran[i] = domain_cpu_time(&spinners[i]);
    sleep_for(seconds * 1000 * MS);
    from = time_ns() - from;
    for (unsigned i = 0; i < 16; i++)
        ran[i] = domain_cpu_time(&spinners[i]) - ran[i];
    for (unsigned i = 0; i < 16; i++)
        rt_printf("figure weight weight=%u ran=%lu of=%lu\n", weight[i], ran[i],
                  from);
    spinners_destroy(16);
}
