/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"
#include "public/version.h"

const char test_title[] =
    "a guest sets its debug registers and gets its #DB, but cannot watch the "
    "hypervisor, which reads and writes what is watched as the rest";

static uint64_t watched;

static void touch(void *arg)
{
    (void)arg;
    store64(&watched, 1);
}

/* A call while 8 bytes are watched: nobody hears of what the hypervisor does there. */
static long call_watched(void *at, unsigned nr, uint64_t a1, uint64_t a2)
{
    long rc;

    expect_eq(0, hc_set_debugreg(0, (unsigned long)at), "watch %lx", (unsigned long)at);
    expect_eq(0, hc_set_debugreg(7, 0xf0302), "set DR7: 8 bytes, reads and writes");
    rc = hypercall6(nr, a1, a2, 0, DOMID_SELF, 0, 0);
    hc_set_debugreg(7, 0);
    return rc;
}

static void ask(void)
{
    static char text[sizeof(xen_commandline_t)] __attribute__((aligned(8)));
    static struct multicall_entry list[2] __attribute__((aligned(8)));
    static struct mmu_update update __attribute__((aligned(8))) = { .ptr = 7 };

    for (unsigned at = 0; at < 128; at += 8) {
        expect_eq(0, call_watched(text + at, __HYPERVISOR_xen_version,
                                  XENVER_commandline, (uint64_t)text),
                  "text watched at %u", at);
        list[0] = list[1] = (struct multicall_entry){ .op = __HYPERVISOR_xen_version };
        expect_eq(0, call_watched((char *)list + at, __HYPERVISOR_multicall,
                                  (uint64_t)list, 2), "a list watched at %u", at);
        expect_eq(4 << 16 | 17, list[0].result, "its result");
    }
    for (unsigned at = 0; at < 16; at += 8)
        expect_eq(-XEN_ENOSYS, call_watched((char *)&update + at, __HYPERVISOR_mmu_update,
                                            (uint64_t)&update, 1), "an update watched at %u", at);
}

static void step(void *arg)
{
    (void)arg;
    __asm__ volatile("pushf; orq $0x100, (%%rsp); popf; nop; nop" : : :
                     "memory", "cc");
}

void test_main(void)
{
    struct trap_caught c;

    expect_eq(0, hc_set_debugreg(0, (unsigned long)&watched), "set DR0");
    expect_eq(&watched, hc_get_debugreg(0), "DR0");
    expect_eq(0, hc_set_debugreg(7, 0xd0302), "set DR7: 8 bytes, writes");
    expect_true(trap_run(&c, touch, NULL), "a watched store");
    expect_eq(1, c.frame.vector, "vector");
    expect_true((hc_get_debugreg(6) & 1) != 0, "DR6 %#lx does not name DR0",
                hc_get_debugreg(6));
    expect_eq(0, hc_set_debugreg(7, 0), "clear DR7");
    expect_true(!trap_run(&c, touch, NULL), "a store that is not watched");

    ask();
    expect_eq(-XEN_EPERM, hc_set_debugreg(0, HYPERVISOR_VIRT_START),
              "watch the hypervisor");
    expect_eq(-XEN_EPERM, hc_set_debugreg(1, 0x8000000000000000UL),
              "watch an address that is none");
    expect_true(hc_set_debugreg(8, 0) < 0, "set DR8");
    expect_true(hc_set_debugreg(7, 1UL << 32) < 0, "set DR7's upper half");
    expect_true(hc_set_debugreg(7, 0x2000) < 0, "set DR7's GD bit");

    expect_true(trap_run(&c, step, NULL), "single step");
    expect_eq(1, c.frame.vector, "vector of a single step");
    expect_true((hc_get_debugreg(6) & 0x4000) != 0, "DR6 has no BS");
    hc_set_debugreg(0, 0);
    hc_set_debugreg(6, 0);
}
