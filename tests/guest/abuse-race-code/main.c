/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "an instruction that another vcpu changes while it is emulated is done as one or "
    "the other, or refused, and harms nobody";

/* Seven bytes: each of these forms, padded, ends with ret. */
static const uint8_t forms[][8] = {
    { 0x0f, 0x20, 0xc0, 0x90, 0x90, 0x90, 0xc3, 0x90 }, /* mov %cr0, %rax     */
    { 0x0f, 0x22, 0xd8, 0x90, 0x90, 0x90, 0xc3, 0x90 }, /* mov %rax, %cr3     */
    { 0x0f, 0x32, 0x90, 0x90, 0x90, 0x90, 0xc3, 0x90 }, /* rdmsr              */
    { 0x0f, 0x30, 0x90, 0x90, 0x90, 0x90, 0xc3, 0x90 }, /* wrmsr              */
    { 0xe4, 0x61, 0x90, 0x90, 0x90, 0x90, 0xc3, 0x90 }, /* in $0x61, %al      */
    { 0xf3, 0x6c, 0x90, 0x90, 0x90, 0x90, 0xc3, 0x90 }, /* rep insb           */
    { 0x0f, 0x09, 0x90, 0x90, 0x90, 0x90, 0xc3, 0x90 }, /* wbinvd             */
    { 0xf4, 0x90, 0x90, 0x90, 0x90, 0x90, 0xc3, 0x90 }, /* hlt                */
};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

static uint64_t *code;
static unsigned running, stop;

static void flip(void *arg)
{
    uint64_t words[FORMS];
    unsigned n = 0;

    (void)arg;
    memcpy(words, forms, sizeof(words));
    __atomic_store_n(&running, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        for (unsigned i = 0; i < 200; i++)
            __atomic_store_n(code, words[n++ % FORMS], __ATOMIC_RELAXED);
        if (time_ns() % 8 == 0)
            hc_sched_op(SCHEDOP_yield, NULL);
    }
}

static void run_code(void *arg)
{
    uint64_t out[8];

    /* rdi: where insb stores; rcx: an MSR and a count of one; rax: no root */
    __asm__ volatile("call *%0" : : "r"(arg), "D"(out), "c"(1UL), "a"(1UL),
                     "d"(0UL) : "memory", "cc");
}

void test_main(void)
{
    uint64_t end = time_ns() + 800000000UL;
    unsigned rounds = 0, traps = 0;

    code = page_alloc();
    memcpy(code, forms[0], 8);
    expect_eq(0, page_set(code, va_to_mfn(code) << 12 | PTE_FLAGS),
              "code that may be written");
    events_disable();
    running = stop = 0;
    expect_eq(0, rt_vcpu_start(1, flip, NULL), "start");
    expect_true(wait_for(&running, 2000000000), "the second vcpu never ran");
    while (rounds < 20 || time_ns() < end) {
        struct trap_caught c;

        traps += trap_run(&c, run_code, code);
        rounds++;
        hc_set_timer_op(time_ns() + 100000);    /* ends a hlt                 */
    }
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    while (hc_vcpu_op(VCPUOP_is_up, 1, NULL) == 1)
        hc_sched_op(SCHEDOP_yield, NULL);
    hc_set_timer_op(0);
    events_enable();
    rt_printf("  %u rounds, %u traps\n", rounds, traps);
    expect_true(rounds > 10, "only %u rounds", rounds);
}
