/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "an iret whose frame cannot be read ends the domain, not the machine";

/* covers abuse: iret */

void test_main(void)
{
    __asm__ volatile("mov %0, %%rsp; mov %1, %%eax; syscall"
                     : : "r"(HYPERVISOR), "i"(__HYPERVISOR_iret));
    expect_true(false, "alive after an iret from nowhere");
}
