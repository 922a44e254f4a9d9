/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "selectors that do not load when a vcpu gets its CPU back are null then, and the "
    "failsafe callback is told what they were, so that a kernel knows what failed";

#define DATA 0x00cff3000000ffffUL   /* flat, DPL 3, writable                   */
#define OTHERS 2U                  /* vcpu 3 stays as it was made, for other tests  */

static unsigned told, stop;

static void spin(void *arg)
{
    (void)arg;
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST))
        hc_sched_op(SCHEDOP_yield, NULL);
}

static bool on_failsafe(struct trap_frame *f)
{
    (void)f;
    told++;
    return true;
}

static void set_ldt(uint64_t *ldt, unsigned entries)
{
    struct mmuext_op op = { .cmd = MMUEXT_SET_LDT,
                            .arg1.linear_addr = (unsigned long)ldt,
                            .arg2.nr_ents = entries };

    expect_eq(0, hc_mmuext_op(&op, 1, NULL, DOMID_SELF), "an LDT of %u", entries);
}

static void selectors(uint16_t s[4])
{
    __asm__ volatile("mov %%ds, %0" : "=r"(s[0]));
    __asm__ volatile("mov %%es, %0" : "=r"(s[1]));
    __asm__ volatile("mov %%fs, %0" : "=r"(s[2]));
    __asm__ volatile("mov %%gs, %0" : "=r"(s[3]));
}

/* Loads DS, ES and FS with 7, f and 17 where `which` has a bit, else null; takes the
 * LDT away and gives up the CPU until it was noticed. GS is the runtime's. */
static void check(uint64_t *ldt, unsigned which)
{
    uint16_t want[4], now[4];
    unsigned turns = 0;

    for (unsigned i = 0; i < 4; i++)
        want[i] = i < 3 && (which >> i & 1) ? (uint16_t)(i * 8 + 7) : 0;
    set_ldt(ldt, 8);
    told = 0;
    __asm__ volatile("mov %0, %%ds; mov %1, %%es; mov %2, %%fs"
                     : : "r"(want[0]), "r"(want[1]), "r"(want[2]));
    set_ldt(NULL, 0);
    while (told == 0 && turns++ < 200000)
        hc_sched_op(SCHEDOP_yield, NULL);
    selectors(now);
    expect_eq(1, told, "callbacks for %#x", which);
    for (unsigned i = 0; i < 4; i++) {
        expect_eq(want[i], rt_failsafe_selectors[i], "selector %u of %#x as told", i,
                  which);
        expect_eq(0, now[i], "selector %u of %#x now", i, which);
    }
}

void test_main(void)
{
    uint64_t *ldt = page_alloc();

    stop = 0;
    for (unsigned i = 0; i < 4; i++)
        ldt[i] = DATA;
    expect_eq(0, page_readonly(ldt), "read-only");
    for (unsigned i = 1; i <= OTHERS; i++)
        expect_eq(0, rt_vcpu_start(i, spin, NULL), "vcpu %u", i);
    trap_on(TRAP_FAILSAFE, on_failsafe);
    for (unsigned which = 1; which < 8; which++)
        check(ldt, which);
    trap_on(TRAP_FAILSAFE, NULL);
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    for (unsigned i = 1; i <= OTHERS; i++)
        while (hc_vcpu_op(VCPUOP_is_up, i, NULL) == 1)
            hc_sched_op(SCHEDOP_yield, NULL);
    expect_eq(0, page_writable(ldt), "writable again");
}
