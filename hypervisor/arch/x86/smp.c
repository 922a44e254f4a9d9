/* SPDX-License-Identifier: MIT */
/*
 * smp.c - asking other CPUs to do something.
 *
 *   R1  A request lies in its sender's slot; the target's word has a bit for each
 *       sender. One request a sender at a time: it waits until all have answered.
 *   R2  The sender fills its slot, then sets bits (release); the target takes the
 *       bits (acquire), then reads the slot, then clears its bit in `pending`.
 *   R3  A function called this way calls no other CPU itself.
 */
#include "arch/smp.h"

#include "arch/tlb.h"
#include "arch/x86/irq_private.h"
#include "machine.h"

static struct call {
    void (*fn)(void *arg);
    void *arg;
    cpumask_t pending;
} __aligned(64) calls[NR_CPUS];         /* by sender                           */

static struct inbox {
    uint64_t call_from;                 /* senders                             */
    bool kicked, show_registers;
} __aligned(64) inbox[NR_CPUS];         /* by target                           */

static bool stopping;

static void serve_calls(unsigned me)
{
    uint64_t from = __atomic_exchange_n(&inbox[me].call_from, 0, __ATOMIC_ACQUIRE);

    for (; from; from &= from - 1) {                            /* R2 */
        struct call *c = &calls[__builtin_ctzll(from)];

        c->fn(c->arg);
        __atomic_fetch_and(&c->pending, ~cpumask_of(me), __ATOMIC_RELEASE);
    }
}

void smp_poll(void)
{
    unsigned me = this_cpu();

    tlb_serve(me);
    if (READ_ONCE(inbox[me].call_from))
        serve_calls(me);
    if (READ_ONCE(inbox[me].kicked)) {
        WRITE_ONCE(inbox[me].kicked, false);
        work_raise(WORK_SCHED);
    }
}

void smp_kick(unsigned cpu)
{
    if (cpu == this_cpu()) {
        work_raise(WORK_SCHED);
        return;
    }
    if (!__atomic_exchange_n(&inbox[cpu].kicked, true, __ATOMIC_SEQ_CST))
        lapic_ipi(cpu, IPI_FIXED | VECTOR_IPI);
}

void smp_call(cpumask_t mask, void (*fn)(void *arg), void *arg)
{
    unsigned me = this_cpu();
    cpumask_t others = mask & READ_ONCE(cpus_online) & ~cpumask_of(me);
    struct call *c = &calls[me];

    c->fn = fn;
    c->arg = arg;
    __atomic_store_n(&c->pending, others, __ATOMIC_RELAXED);
    for (cpumask_t m = others; m; m &= m - 1) {
        unsigned cpu = (unsigned)__builtin_ctzll(m);

        __atomic_fetch_or(&inbox[cpu].call_from, cpumask_of(me), __ATOMIC_SEQ_CST);
        lapic_ipi(cpu, IPI_FIXED | VECTOR_IPI);
    }
    if (mask & cpumask_of(me))
        fn(arg);
    while (__atomic_load_n(&c->pending, __ATOMIC_ACQUIRE))
        cpu_relax();
}

/* The bit first: who does not see it asks for nothing that comes after the flush. */
void smp_join(void)
{
    __atomic_fetch_or(&cpus_online, cpumask_of(this_cpu()), __ATOMIC_SEQ_CST);
    tlb_flush_local(TLB_ALL);
}

void smp_leave(void)
{
    __atomic_fetch_and(&cpus_online, ~cpumask_of(this_cpu()), __ATOMIC_SEQ_CST);
}

void smp_nmi(unsigned cpu)
{
    WRITE_ONCE(inbox[cpu].show_registers, true);
    lapic_ipi(cpu, IPI_NMI);
}

bool smp_nmi_expected(void)
{
    return __atomic_exchange_n(&inbox[this_cpu()].show_registers, false,
                               __ATOMIC_SEQ_CST);
}

void smp_handle_nmi(void)
{
    while (READ_ONCE(stopping))
        __asm__ __volatile__("cli; hlt");
}

void smp_stop_others(void)
{
    unsigned me = this_cpu();

    WRITE_ONCE(stopping, true);
    for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
        if (cpu != me)
            lapic_ipi(cpu, IPI_NMI);
}
