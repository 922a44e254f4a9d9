/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "a trap whose frame cannot be written ends the domain, not the machine";

void test_main(void)
{
    __asm__ volatile("mov %0, %%rsp; ud2" : : "r"(UNMAPPED));
    expect_true(false, "alive after a trap without a stack");
}
