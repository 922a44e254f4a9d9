/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] = "a trap without a handler ends the domain, not the machine";

void test_main(void)
{
    static const struct trap_info none = { 0 };

    hc_set_trap_table(NULL);
    hc_set_trap_table(&none);
    __asm__ volatile("ud2");
    expect_true(false, "alive after a trap that nobody handles");
}
