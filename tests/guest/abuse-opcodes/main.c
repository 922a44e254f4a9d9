/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "tests/guest/random.h"
#include "public/physdev.h"

const char test_title[] =
    "privileged instructions with any prefixes and operands, also across the end "
    "of a page, end in a trap of the guest";

enum { PAGES = 4, ROUNDS = 4000 };

static char *code, *data;
static uint64_t code_pte;
static struct random rnd = { 0x9e3779b97f4a7c15UL };

static const uint8_t prefixes[] = {
    0x66, 0x67, 0xf2, 0xf3, 0xf0, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65,
    0x40, 0x41, 0x44, 0x48, 0x49, 0x4c, 0x4f,
};

/* Opcodes after 0f, then single ones. Nothing here writes memory that we have
 * not set aside. */
static const uint8_t two[] = {
    0x00, 0x01, 0x01, 0x01, 0x06, 0x08, 0x09, 0x20, 0x21, 0x22, 0x23, 0x30,
    0x32, 0x33, 0x35, 0x07, 0xa2, 0xc7, 0x0b, 0x37, 0x78,
};
static const uint8_t one[] = {
    0x6c, 0x6d, 0x6e, 0x6f, 0xe4, 0xe5, 0xe6, 0xe7, 0xec, 0xed, 0xee, 0xef,
    0xf4, 0xfa, 0xfb, 0xf1, 0xcc, 0xcd, 0xce,
};

/* Those of `two` that have a ModRM byte. */
static bool has_operand(uint8_t op)
{
    return op <= 0x01 || (op >= 0x20 && op <= 0x23) || op == 0xc7;
}

static unsigned make(uint8_t *p)
{
    unsigned n = 0, count = random_below(&rnd, 5);

    while (n < count)
        p[n++] = prefixes[random_below(&rnd, sizeof(prefixes))];
    if (random_below(&rnd, 3) != 0) {
        p[n++] = 0x0f;
        p[n++] = two[random_below(&rnd, sizeof(two))];
        if (!has_operand(p[n - 1]))
            return n;
        p[n] = (uint8_t)random_next(&rnd);
        /* Not into RSP: that would be our own end. */
        if ((p[n] >> 6 == 3 || p[n - 1] >> 4 == 2) && (p[n] & 7) == 4)
            p[n] ^= 1;
        n++;
    } else {
        p[n++] = one[random_below(&rnd, sizeof(one))];
        if (p[n - 1] >= 0xe4 && p[n - 1] <= 0xe7)
            p[n++] = (uint8_t)random_next(&rnd);
        else if (p[n - 1] == 0xcd)
            p[n++] = 0x30;
    }
    return n;
}

/* All registers point into pages of their own, the stack too. */
static void jump(void *arg)
{
    register uint64_t mid __asm__("rax") = (uint64_t)data + 2 * PAGE_SIZE;
    register void *target __asm__("r11") = arg;

    __asm__ volatile("mov %0, %%rsp\n"
                     "mov %%rax, %%rcx; mov %%rax, %%rdx; mov %%rax, %%rbx\n"
                     "mov %%rax, %%rsi; mov %%rax, %%rdi; mov %%rax, %%r8\n"
                     "mov %%rax, %%r9;  mov %%rax, %%r10; mov %%rax, %%r12\n"
                     "mov %%rax, %%r13; mov %%rax, %%r14; mov %%rax, %%r15\n"
                     "mov %%rax, %%rbp\n"
                     "jmp *%1\n"
                     : : "r"((uint64_t)data + PAGES * PAGE_SIZE - 256),
                         "r"(target), "r"(mid));
    __builtin_unreachable();
}

static bool allowed(uint64_t vector)
{
    return vector <= 19 && vector != 2 && vector != 8 && vector != 18;
}

static void setup(void)
{
    uint8_t *page = page_alloc();

    code = va_hole();
    data = va_hole();
    for (unsigned i = 0; i < PAGES; i++)
        page_set(data + i * PAGE_SIZE,
                 va_to_mfn(page_alloc()) << 12 | PTE_FLAGS);
    code_pte = va_to_mfn(page) << 12 | PTE_FLAGS;
    page_set(code, code_pte);
}

void test_main(void)
{
    struct physdev_set_iopl iopl = { .iopl = 0 };
    unsigned wrong = 0, vectors[20] = { 0 };

    if (rt_is_dom0())
        expect_eq(0, hc_physdev_op(PHYSDEVOP_set_iopl, &iopl), "iopl 0");
    setup();
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint8_t insn[24];
        unsigned n = make(insn);
        struct trap_caught c;
        char *at = code + 64;

        memset(code, 0x06, PAGE_SIZE);          /* no instruction */
        if (random_below(&rnd, 4) == 0)
            at = code + PAGE_SIZE - n + random_below(&rnd, n);
        for (unsigned k = 0; k < n + 2; k++) {
            uint8_t byte = k < n ? insn[k] : k == n ? 0x0f : 0x0b;

            if (at + k < code + PAGE_SIZE)
                at[k] = (char)byte;
        }
        trap_run(&c, jump, at);
        if (!c.seen || !allowed(c.frame.vector)) {
            wrong++;
            rt_printf("  round %u: vector %lu\n", i, c.frame.vector);
        } else {
            vectors[c.frame.vector]++;
        }
        hc_fpu_taskswitch(0);
    }
    expect_eq(0, wrong, "rounds that did not end in a trap of the guest");
    expect_true(vectors[13] > ROUNDS / 10 && vectors[6] > ROUNDS / 10,
                "#GP %u times, #UD %u times", vectors[13], vectors[6]);
    hc_set_debugreg(7, 0);
    expect_eq(4 << 16 | 17, hc_xen_version(0, NULL), "the version afterwards");
}
