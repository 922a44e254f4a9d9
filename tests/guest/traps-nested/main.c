/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "a trap inside a trap handler returns to the handler, and that to its caller";

static unsigned depth, deepest, order;
static uint64_t hole_va;

static bool on_pf(struct trap_frame *f)
{
    if (vcpu_info_self()->arch.cr2 != hole_va)
        return false;
    order = order * 10 + 2;
    f->rip += 3;                    /* mov (%rax), %rax */
    f->rax = 0x77;
    return true;
}

static bool on_bp(struct trap_frame *f)
{
    uint64_t v = hole_va;

    (void)f;
    depth++;
    if (depth > deepest)
        deepest = depth;
    if (depth == 1) {
        order = order * 10 + 1;
        __asm__ volatile("mov (%%rax), %%rax" : "+a"(v));
        expect_eq(0x77, v, "value that the inner handler put into RAX");
    }
    if (depth < 5)
        __asm__ volatile("int3");
    depth--;
    return true;
}

/* An interrupted kernel finds every register as it was. */
static void check_registers(void)
{
    uint64_t r[15];

    __asm__ volatile(
        "push %%rbp\n"
        "push %0\n"
        "mov $0x11, %%rax; mov $0x12, %%rbx; mov $0x13, %%rcx\n"
        "mov $0x14, %%rdx; mov $0x15, %%rsi; mov $0x16, %%rdi\n"
        "mov $0x17, %%r8;  mov $0x18, %%r9;  mov $0x19, %%r10\n"
        "mov $0x1a, %%r11; mov $0x1b, %%r12; mov $0x1c, %%r13\n"
        "mov $0x1d, %%r14; mov $0x1e, %%r15; mov $0x1f, %%rbp\n"
        "int3\n"
        "xchg %%rax, (%%rsp)\n"
        "mov %%rbx, 8(%%rax);   mov %%rcx, 16(%%rax)\n"
        "mov %%rdx, 24(%%rax);  mov %%rsi, 32(%%rax)\n"
        "mov %%rdi, 40(%%rax);  mov %%r8, 48(%%rax)\n"
        "mov %%r9, 56(%%rax);   mov %%r10, 64(%%rax)\n"
        "mov %%r11, 72(%%rax);  mov %%r12, 80(%%rax)\n"
        "mov %%r13, 88(%%rax);  mov %%r14, 96(%%rax)\n"
        "mov %%r15, 104(%%rax); mov %%rbp, 112(%%rax)\n"
        "pop %%rbx\n"
        "mov %%rbx, (%%rax)\n"
        "pop %%rbp\n"
        : : "a"(r)
        : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12",
          "r13", "r14", "r15", "memory");
    for (unsigned i = 0; i < 15; i++)
        expect_eq(0x11 + i, r[i], "register %u after a trap", i);
}

void test_main(void)
{
    hole_va = (uint64_t)va_hole() + 0x40;
    trap_on(14, on_pf);
    trap_on(3, on_bp);
    depth = deepest = order = 0;
    __asm__ volatile("int3");
    expect_eq(5, deepest, "depth of nested int3");
    expect_eq(12, order, "order of handlers");
    depth = 4;
    check_registers();
}
