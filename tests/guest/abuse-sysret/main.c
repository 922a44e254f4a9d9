/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "a fast return from a system call to an address that is none faults in the "
    "guest, with the guest's stack, not in the hypervisor";

/* covers use: iret */

static struct iret_context ctx;

static void leave(void *arg)
{
    (void)arg;
    __asm__ volatile("mov %0, %%rsp\n"
                     "mov %1, %%eax\n"
                     "syscall\n"
                     : : "r"(&ctx), "i"(__HYPERVISOR_iret));
    __builtin_unreachable();
}

static bool on_failsafe(struct trap_frame *f)
{
    f->vector = 13;
    return false;
}

static void check(const char *what, uint64_t rip, uint64_t cs)
{
    struct trap_caught c;

    trap_on(TRAP_FAILSAFE, on_failsafe);
    ctx = (struct iret_context){
        .flags = VGCF_in_syscall, .rip = rip, .cs = cs, .rflags = 0x200,
        .rsp = (uint64_t)page_alloc() + PAGE_SIZE - 64, .ss = FLAT_USER_SS,
    };
    expect_true(trap_run(&c, leave, NULL), "%s: no trap", what);
    expect_true(c.frame.vector == 13 || c.frame.vector == 14, "%s: vector %lu",
                what, c.frame.vector);
}

void test_main(void)
{
    check("the first address that is none", 0x0000800000000000UL,
          FLAT_KERNEL_CS & ~3);
    check("an address that is none", 0x8000000000000000UL,
          FLAT_KERNEL_CS & ~3);
    check("an address of the hypervisor", (uint64_t)HYPERVISOR,
          FLAT_KERNEL_CS & ~3);
}
