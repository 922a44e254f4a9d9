/* SPDX-License-Identifier: MIT */
/* fake.c - the machine of fake.h. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "arch/fake/fake.h"
#include "arch/smp.h"
#include "arch/tlb.h"
#include "lib/bug.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/boot_mm.h"
#include "mm/m2p.h"
#include "mm/page_internal.h"
#include "pte.h"

#define M2P_PIECE_FRAMES 512u

unsigned fake_cpu;
struct cpu_info fake_cpus[FAKE_CPUS];
unsigned nr_cpus = FAKE_CPUS;
cpumask_t cpus_online = (1u << FAKE_CPUS) - 1, cpus_out;
uint64_t max_frame;
uint64_t frame_pieces[1] = { 1 };
uint64_t *hv_root;
struct fake_frame fake_tlb[FAKE_CPUS][FAKE_FRAMES];
unsigned fake_flushes;
uint32_t tlb_clock;
static uint32_t flushed[FAKE_CPUS];
static uint64_t root_page[512];

/* ---- what the rest of the hypervisor would say ---- */

void bug(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    abort();
}

void boot_panic(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    abort();
}

void hv_log(enum log_level level, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    if (level == LOG_ERR)
        vfprintf(stderr, fmt, ap);
    va_end(ap);
}

/* Tests expect failures, and look at their numbers. */
void trace_fail(const char *file, int line, int err, const char *fmt, ...)
{
}

/* ---- memory ---- */

bool mfn_is_ram(mfn_t m)
{
    return m.n >= FAKE_FIRST && m.n < FAKE_FRAMES;
}

/* Frames above the RAM are devices: the first is ours, the second read-only. */
int io_frame_access(mfn_t m)
{
    return m.n == FAKE_FRAMES ? 0 : m.n == FAKE_FRAMES + 1 ? 1 : 2;
}

static void *fixed(uintptr_t at, size_t size)
{
    void *p = mmap((void *)at, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    if (p == MAP_FAILED)
        boot_panic("no memory at %#lx\n", (unsigned long)at);
    return p;
}

void fake_machine_init(void)
{
    uint64_t size = (uint64_t)(FAKE_FRAMES + M2P_PIECE_FRAMES) * PAGE_SIZE;

    fixed(FRAME_TABLE_VA, (FAKE_FRAMES + M2P_PIECE_FRAMES) * sizeof(struct page));
    fixed(DIRECT_MAP_VA, size);
    max_frame = FAKE_FRAMES;
    hv_root = root_page;
    m2p_add_piece(0, MFN(FAKE_FRAMES));
    for (unsigned i = HV_SLOT_FIRST; i <= HV_SLOT_LAST; i++)
        hv_root[i] = pte_make(MFN(1), PTE_P | PTE_RW);
    page_alloc_add(MFN(FAKE_FIRST), MFN(FAKE_FRAMES));
}

/* ---- other CPUs ---- */

void smp_kick(unsigned cpu)
{
    fake_cpus[cpu].work |= WORK_SCHED;
}

void smp_call(cpumask_t mask, void (*fn)(void *arg), void *arg)
{
    unsigned me = fake_cpu;

    for (fake_cpu = 0; fake_cpu < FAKE_CPUS; fake_cpu++)
        if (mask & cpumask_of(fake_cpu))
            fn(arg);
    fake_cpu = me;
}

/* ---- TLBs ---- */

void tlb_flush_local(vaddr_t va)
{
    if (va != TLB_ALL)
        return;                     /* one page: we keep what we may           */
    flushed[fake_cpu] = ++tlb_clock;
    fake_flushes++;
    memset(fake_tlb[fake_cpu], 0, sizeof(fake_tlb[fake_cpu]));
}

void tlb_flush(cpumask_t mask, vaddr_t va)
{
    unsigned me = fake_cpu;

    for (fake_cpu = 0; fake_cpu < FAKE_CPUS; fake_cpu++)
        if ((mask & cpumask_of(fake_cpu)) != 0)
            tlb_flush_local(va);
    fake_cpu = me;
}

cpumask_t tlb_filter(cpumask_t mask, uint32_t stamp)
{
    for (unsigned cpu = 0; cpu < FAKE_CPUS; cpu++)
        if ((int32_t)(flushed[cpu] - stamp) > 0)
            mask &= ~cpumask_of(cpu);
    return mask;
}

static void remember(unsigned cpu, mfn_t m, unsigned how)
{
    if (m.n >= FAKE_FRAMES)
        return;
    fake_tlb[cpu][m.n].how |= (uint8_t)how;
    fake_tlb[cpu][m.n].owner = page_of(m)->owner;
}

static void walk(unsigned cpu, mfn_t m, unsigned level)
{
    const pte_t *table = frame_map(m);

    remember(cpu, m, FAKE_TABLE(level));
    for (unsigned i = 0; i < 512; i++) {
        pte_t e = table[i];

        if ((e & PTE_P) == 0 ||
            (level == 4 && i >= HV_SLOT_FIRST && i <= HV_SLOT_LAST))
            continue;
        if (level > 1)
            walk(cpu, pte_mfn(e), level - 1);
        else
            remember(cpu, pte_mfn(e), FAKE_READS | ((e & PTE_RW) ? FAKE_WRITES : 0));
    }
}

void fake_walk(unsigned cpu, mfn_t root)
{
    walk(cpu, root, 4);
}

static bool is_stale(const struct fake_frame *t, uint64_t frame)
{
    const struct page *pg = page_of(MFN(frame));
    enum page_type type = page_type(pg);

    if (t->how == 0 || (pg->refs & PGR_COUNT) == 0)
        return false;                       /* free: flushed when given out    */
    if (pg->owner != t->owner)
        return true;
    if ((t->how & FAKE_WRITES) != 0 && type != PGT_NONE && type != PGT_WRITABLE)
        return true;
    for (unsigned level = 1; level <= 4; level++)
        if ((t->how & FAKE_TABLE(level)) != 0 && type != PGT_NONE &&
            type != (enum page_type)(PGT_L1 + level - 1))
            return true;
    return false;
}

unsigned fake_stale(void)
{
    unsigned n = 0;

    for (unsigned cpu = 0; cpu < FAKE_CPUS; cpu++)
        for (uint64_t f = FAKE_FIRST; f < FAKE_FRAMES; f++)
            if (is_stale(&fake_tlb[cpu][f], f))
                n++;
    return n;
}
