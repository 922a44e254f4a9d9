/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "iret gives no privilege: flags are cleaned, and a bad selector or address is "
    "the guest kernel's own fault";

static char stack[4096] __attribute__((aligned(16)));
static uint64_t seen_flags;

static void landing(void)
{
    __asm__ volatile("pushf; pop %0" : "=m"(seen_flags));
    __asm__ volatile("ud2");
}

static void go(void *arg)
{
    rt_frame_load(arg);
}

static struct trap_frame frame(void)
{
    return (struct trap_frame){
        .rip = (uint64_t)landing, .cs = FLAT_KERNEL_CS & ~3,
        .ss = FLAT_KERNEL_SS, .rflags = 0x200,
        .rsp = (uint64_t)stack + sizeof(stack) - 8,
    };
}

static void check_flags(void)
{
    struct trap_frame f = frame();
    struct trap_caught c;

    f.rflags = 0x3e7202;            /* IOPL 3, NT, RF, VM, AC, VIF, VIP, ID */
    f.rflags &= ~0x40000UL;         /* not AC: our own stack is what it is  */
    seen_flags = 0;
    expect_true(trap_run(&c, go, &f), "no way back");
    expect_eq(6, c.frame.vector, "vector");
    expect_eq(0, seen_flags & 0x3000, "IOPL");
    expect_eq(0, seen_flags & 0x20000, "VM");
    expect_eq(0x200, seen_flags & 0x200, "IF");
}

static bool on_failsafe(struct trap_frame *f)
{
    f->vector = 13;
    return false;
}

static void check_bad(const char *what, struct trap_frame f)
{
    struct trap_caught c;

    trap_on(TRAP_FAILSAFE, on_failsafe);
    expect_true(trap_run(&c, go, &f), "%s: no trap", what);
    expect_true(c.frame.vector == 13 || c.frame.vector == 14 ||
                c.frame.vector == 12 || c.frame.vector == 11,
                "%s: vector %lu", what, c.frame.vector);
}

void test_main(void)
{
    struct trap_frame f;

    check_flags();
    f = frame();
    f.rip = 0x8000000000000000UL;
    check_bad("RIP that is no address", f);
    f = frame();
    f.rip = (uint64_t)HYPERVISOR;
    check_bad("RIP in the hypervisor", f);
    f = frame();
    f.cs = 0xe008;
    check_bad("the hypervisor's CS", f);
    f = frame();
    f.cs = 0;
    check_bad("CS 0", f);
    f = frame();
    f.ss = 0xe010;
    check_bad("the hypervisor's SS", f);
}
