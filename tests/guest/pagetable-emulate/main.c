/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "plain stores to an L1 in use are carried out by the hypervisor as checked "
    "updates: mov, xchg, cmpxchg and lock btr";

/* The hypervisor makes user pages global; whether it does is its own matter. */
static uint64_t seen(uint64_t pte)
{
    return pte & ~PTE_G;
}

static bool stored(struct trap_caught *c)
{
    if (c->seen)
        expect_true(false, "trap %lu error %#lx at %#lx", c->frame.vector,
                    c->frame.error, c->cr2);
    return !c->seen;
}

struct op {
    uint64_t *e;
    uint64_t a, b;
};

static void do_xchg(void *arg)
{
    struct op *o = arg;

    o->a = __atomic_exchange_n(o->e, o->a, __ATOMIC_SEQ_CST);
}

static void do_cmpxchg(void *arg)
{
    struct op *o = arg;

    __atomic_compare_exchange_n(o->e, &o->a, o->b, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
}

static void do_btr(void *arg)
{
    struct op *o = arg;

    __asm__ volatile("lock btrq $1, %0" : "+m"(*o->e));
}

static void do_and32(void *arg)
{
    struct op *o = arg;

    __asm__ volatile("lock andl %1, %0" : "+m"(*(uint32_t *)o->e)
                     : "r"(~(uint32_t)PTE_RW));
}

static void do_movb(void *arg)
{
    struct op *o = arg;

    __asm__ volatile("movb %b1, %0" : "+m"(*(uint8_t *)o->e) : "q"(o->a));
}

void test_main(void)
{
    char *hole = va_hole();
    uint64_t *page = page_alloc(), v;
    uint64_t pte = va_to_mfn(page) << 12 | PTE_FLAGS;
    uint64_t *e = (uint64_t *)pte_of(hole, 1);
    struct trap_caught c;
    struct op o = { .e = e };

    /* On by itself only in a control domain. */
    expect_eq(0, hc_vm_assist(VMASST_CMD_enable,
                              VMASST_TYPE_writable_pagetables), "vm_assist");
    *page = 0xabc;
    try_write(&c, e, pte);
    if (!stored(&c))
        return;
    expect_true(try_read(&c, hole, &v), "read through a stored entry");
    expect_eq(0xabc, v, "what is read");

    o.a = 0;
    trap_run(&c, do_xchg, &o);
    stored(&c);
    expect_eq(pte, seen(o.a), "old value of xchg");
    expect_eq(0, *e, "entry after xchg");

    o.a = 0;
    o.b = pte;
    trap_run(&c, do_cmpxchg, &o);
    stored(&c);
    expect_eq(pte, seen(*e), "entry after cmpxchg");
    o.a = 0x1234;
    o.b = 0;
    trap_run(&c, do_cmpxchg, &o);
    stored(&c);
    expect_eq(pte, seen(*e), "entry after a cmpxchg that does not match");
    expect_eq(pte, seen(o.a), "value that it found");

    trap_run(&c, do_btr, &o);
    stored(&c);
    expect_eq(pte & ~PTE_RW, seen(*e), "entry after lock btr");
    mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0);
    expect_true(!try_write(&c, hole, 1), "a page without RW was written");

    o.a = (uint8_t)(pte | PTE_RW);
    trap_run(&c, do_movb, &o);
    stored(&c);
    expect_eq(pte, seen(*e), "entry after a one-byte mov");
    trap_run(&c, do_and32, &o);
    stored(&c);
    expect_eq(pte & ~PTE_RW, seen(*e), "entry after a four-byte lock and");

    /* A store of what mmu_update would refuse is the kernel's own fault. */
    expect_true(!try_write(&c, e, va_to_mfn(e) << 12 | PTE_FLAGS),
                "a writable mapping of a table was stored");
    expect_eq(14, c.frame.vector, "trap of it");
    expect_eq(e, c.cr2, "address of it");
    try_write(&c, e, 0);
    stored(&c);
}
