/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "an iret inside a multicall, from a frame that is none, ends the domain at "
    "most, not the machine";

void test_main(void)
{
    static struct multicall_entry calls[4];

    for (unsigned i = 0; i < 4; i++)
        calls[i].op = __HYPERVISOR_iret;
    calls[3].op = __HYPERVISOR_xen_version;
    hc_multicall(calls, 4);
    hc_sched_op(SCHEDOP_shutdown,
                &(struct sched_shutdown){ .reason = SHUTDOWN_crash });
}
