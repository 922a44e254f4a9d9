/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "handlers at addresses of the hypervisor end the domain, not the machine";

void test_main(void)
{
    static struct trap_info t[257];

    for (unsigned i = 0; i < 256; i++) {
        t[i].vector = (uint8_t)i;
        t[i].cs = FLAT_KERNEL_CS;
        t[i].address = (unsigned long)HYPERVISOR + i;
    }
    hc_set_trap_table(t);
    __asm__ volatile("ud2");
    expect_true(false, "alive after a trap into the hypervisor");
}
