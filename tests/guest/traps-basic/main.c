/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "int3, #UD, #DE, #GP and #PF reach the kernel with the frame of the CPU";

static void run_int3(void *arg)
{
    (void)arg;
    __asm__ volatile("int3");
}

static void run_ud(void *arg)
{
    (void)arg;
    __asm__ volatile("ud2");
}

static void run_de(void *arg)
{
    (void)arg;
    __asm__ volatile("xor %%edx, %%edx; mov $1, %%eax; mov $0, %%ecx; div %%ecx"
                     : : : "eax", "ecx", "edx");
}

static void run_gp(void *arg)
{
    (void)arg;
    __asm__ volatile("mov %0, %%ds" : : "r"((uint16_t)0xfff3));
}

static void run_int_dpl0(void *arg)
{
    (void)arg;
    __asm__ volatile("int $0x30");
}

static void run_noncanonical(void *arg)
{
    (void)arg;
    __asm__ volatile("mov (%0), %%rax" : : "r"(0x8000000000000000UL) : "rax");
}

static void check(const char *what, void (*fn)(void *), unsigned vector,
                  uint64_t error)
{
    struct trap_caught c;

    expect_true(trap_run(&c, fn, NULL), "%s: no trap", what);
    expect_eq(vector, c.frame.vector, "%s: vector", what);
    expect_eq(error, c.frame.error, "%s: error code", what);
    /* A kernel's frames have ring 0 in CS, as if it ran there. */
    expect_eq(FLAT_KERNEL_CS & ~3, c.frame.cs & 0xffff, "%s: CS", what);
    expect_eq(FLAT_KERNEL_SS, c.frame.ss, "%s: SS", what);
    expect_true((c.frame.rflags & 0x200) != 0, "%s: IF is not set", what);
}

void test_main(void)
{
    struct trap_caught c;
    uint64_t v;
    char *hole = va_hole();

    check("int3", run_int3, 3, 0);
    check("ud2", run_ud, 6, 0);
    check("divide by zero", run_de, 0, 0);
    check("bad selector", run_gp, 13, 0xfff0);
    /* The error code of INT n differs between processors and emulators. */
    expect_true(trap_run(&c, run_int_dpl0, NULL), "int 0x30: no trap");
    expect_eq(13, c.frame.vector, "int 0x30: vector");
    check("non-canonical", run_noncanonical, 13, 0);

    expect_true(!try_read(&c, hole + 0x123, &v), "read of a hole succeeded");
    expect_eq(14, c.frame.vector, "read of a hole");
    expect_eq(0, c.frame.error, "read of a hole: error code");
    expect_eq(hole + 0x123, c.cr2, "read of a hole: CR2");
    expect_true(!try_write(&c, hole, 1), "write to a hole succeeded");
    expect_eq(2, c.frame.error, "write to a hole: error code");
    expect_eq(hole, c.cr2, "write to a hole: CR2");
}
