/* SPDX-License-Identifier: MIT */
/*
 * tlb.c - flushes, counted by a clock that each full flush advances.
 *
 *   R1  A full flush takes its number before it flushes, so that a stamp read
 *       later than the flush began is never taken for older.
 *   R2  Requests travel as in smp.c: sender's slot, target's bits.
 *   R3  Stamps are compared as signed differences. Every 2^28 flushes all CPUs are
 *       told to flush, so that none falls behind by half the range.
 */
#include "arch/tlb.h"

#include "arch/smp.h"
#include "arch/x86/cpu.h"
#include "arch/x86/insn.h"
#include "arch/x86/irq_private.h"
#include "machine.h"

#define CATCH_UP_EVERY (1u << 28)

static struct request {
    vaddr_t va;
    cpumask_t pending;
} __aligned(64) requests[NR_CPUS];      /* by sender                           */

static struct target {
    uint64_t from;                      /* senders                             */
    uint32_t flushed;                   /* number of its last full flush       */
    bool catch_up;
} __aligned(64) targets[NR_CPUS];

struct tlb_counts tlb_counts[NR_CPUS];
uint32_t tlb_clock;

static uint32_t clock_advance(void)
{
    uint32_t now = __atomic_add_fetch(&tlb_clock, 1, __ATOMIC_SEQ_CST);

    if (now % CATCH_UP_EVERY == 0) {                            /* R3 */
        for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
            WRITE_ONCE(targets[cpu].catch_up, true);
            if (cpu != this_cpu())
                lapic_ipi(cpu, IPI_FIXED | VECTOR_IPI);
        }
    }
    return now;
}

/* A load of CR3 keeps global entries, where there are any. */
static void load_everything(uint64_t root)
{
    uint64_t cr4 = read_cr4();

    if (!(cr4 & CR4_PGE)) {
        write_cr3(root);
        return;
    }
    write_cr4(cr4 & ~(uint64_t)CR4_PGE);
    write_cr3(root);
    write_cr4(cr4);
}

static void flush_everything(unsigned me, uint64_t root)
{
    uint32_t number = clock_advance();                          /* R1 */

    load_everything(root);
    __atomic_store_n(&targets[me].flushed, number, __ATOMIC_RELEASE);
}

void tlb_flush_local(vaddr_t va)
{
    unsigned me = this_cpu();

    tlb_counts[me].local++;
    if (va == TLB_ALL)
        flush_everything(me, read_cr3());
    else
        __asm__ __volatile__("invlpg (%0)" : : "r"(va) : "memory");
}

void tlb_serve(unsigned me)
{
    struct target *t = &targets[me];
    uint64_t from;

    if (READ_ONCE(t->catch_up)) {
        WRITE_ONCE(t->catch_up, false);
        flush_everything(me, read_cr3());
    }
    if (!READ_ONCE(t->from))
        return;
    from = __atomic_exchange_n(&t->from, 0, __ATOMIC_ACQUIRE);
    for (; from; from &= from - 1) {                            /* R2 */
        struct request *r = &requests[__builtin_ctzll(from)];

        tlb_flush_local(r->va);
        __atomic_fetch_and(&r->pending, ~cpumask_of(me), __ATOMIC_RELEASE);
    }
}

void tlb_flush(cpumask_t mask, vaddr_t va)
{
    unsigned me = this_cpu();
    cpumask_t others = mask & READ_ONCE(cpus_online) & ~cpumask_of(me);
    struct request *r = &requests[me];

    if (others) {
        r->va = va;
        __atomic_store_n(&r->pending, others, __ATOMIC_RELAXED);
    }
    for (cpumask_t m = others; m; m &= m - 1) {
        unsigned cpu = (unsigned)__builtin_ctzll(m);

        __atomic_fetch_or(&targets[cpu].from, cpumask_of(me), __ATOMIC_SEQ_CST);
        lapic_ipi(cpu, IPI_FIXED | VECTOR_IPI);
        tlb_counts[me].ipis++;
    }
    if (mask & cpumask_of(me))
        tlb_flush_local(va);
    while (others && __atomic_load_n(&r->pending, __ATOMIC_ACQUIRE))
        cpu_relax();
}

cpumask_t tlb_filter(cpumask_t mask, uint32_t stamp)
{
    for (cpumask_t m = mask; m; m &= m - 1) {
        unsigned cpu = (unsigned)__builtin_ctzll(m);
        uint32_t flushed = __atomic_load_n(&targets[cpu].flushed, __ATOMIC_ACQUIRE);

        if ((int32_t)(flushed - stamp) > 0)
            mask &= ~cpumask_of(cpu);
    }
    return mask;
}

void tlb_load_mode(maddr_t root)
{
    tlb_counts[this_cpu()].root_loads++;
    write_cr3(root);
}

void tlb_load_root(maddr_t root, bool global)
{
    unsigned me = this_cpu();

    if (!global) {
        tlb_load_mode(root);
        return;
    }
    tlb_counts[me].root_loads++;
    flush_everything(me, root);
}

maddr_t tlb_root(void)
{
    return read_cr3() & 0x000ffffffffff000ull;
}
