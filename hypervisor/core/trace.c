/* SPDX-License-Identifier: MIT */
/*
 * trace.c - the rings of records, who may fill them, and who empties them.
 *
 *   R1  A ring is written by its own CPU alone, and interrupts are off: no lock.
 *   R2  Its indices can be scribbled upon by the control domain, which maps it. Each
 *       is read once, and if the two make no sense tracing ends.
 *   R3  Rings are made once and stay: nobody asks the reader whether he has them.
 *   R4  A record has at most six words of its own, so that what is left at a ring's
 *       end, when the next does not fit, is filled by a record of at most seven.
 */
#include "core/trace.h"
#include "arch/smp.h"
#include "arch/x86/insn.h"
#include "core/domain.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "public/sysctl.h"

/* So that a 16-bit offset reaches the list of each CPU there may be. */
#define MAX_PAGES  (UINT16_MAX / NR_CPUS - 1u)
#define FIRST_LIST (offsetof(struct t_info, mfn_offset[NR_CPUS]) / 4 + 1)

uint64_t trace_quiet = TRACE_QUIET;

static struct t_info *info;         /* (c) once made, and the next two          */
static uint32_t info_size, ring_size;
static uint32_t events = TRC_ALL;   /* (a) wanted; and on which CPUs            */
static cpumask_t on_cpus = ~(cpumask_t)0;
static struct timer half_full;      /* somebody is to be told; no lock is held  */

static struct mine {
    struct t_buf *ring;
    uint32_t lost;                  /* records, since ...                       */
    uint64_t since;
} mine[NR_CPUS];

/* The record of this head at prod; where the next one goes. */
static uint32_t put(struct t_buf *ring, uint32_t prod, uint32_t head,
                    const uint64_t words[4])
{
    uint32_t *at = (uint32_t *)(ring + 1) + prod % ring_size / 4;
    uint32_t timed = head & TRC_HD_CYCLE_FLAG ? 2 : 0, n = TRC_HD_EXTRA(head);
    uint64_t tsc = rdtsc();

    *at = head;
    memcpy(at + 1, &tsc, timed * 4);
    memcpy(at + 1 + timed, words, n * 4);
    return (prod + (1 + timed + n) * 4) % (2 * ring_size);
}

/* false: there is no room. */
static bool append(struct t_buf *ring, uint32_t event, unsigned n,
                   const uint64_t words[4])
{
    uint32_t cons = READ_ONCE(ring->cons), prod = READ_ONCE(ring->prod);
    uint32_t unread = prod - cons + (prod < cons ? 2 * ring_size : 0);
    uint32_t left = ring_size - prod % ring_size, size = 12 + n * 4;

    if (((prod | cons) & 3) || prod >= 2 * ring_size || cons >= 2 * ring_size ||
        unread > ring_size) {                                   /* R2 */
        WRITE_ONCE(trace_quiet, TRACE_QUIET);
        log_warn("trace: CPU %u's ring has indices %#x and %#x: tracing is off\n",
                 this_cpu(), prod, cons);
        return true;
    }
    if (size > left)
        size += left;
    if (unread + size > ring_size)
        return false;
    if (size > left)                                            /* R4 */
        prod = put(ring, prod, TRC_TRACE_WRAP_BUFFER |
                   (left / 4 - 1) << TRACE_EXTRA_SHIFT, words);
    prod = put(ring, prod, event | n << TRACE_EXTRA_SHIFT | 1u << 31, words);
    __atomic_store_n(&ring->prod, prod, __ATOMIC_RELEASE);
    if (unread < ring_size / 2 && unread + size >= ring_size / 2)
        timer_set(&half_full, time_now());
    return true;
}

void trace_record(uint32_t event, unsigned n, uint64_t a, uint64_t b, uint64_t c)
{
    uint32_t wanted = event & READ_ONCE(events);
    struct mine *m = &mine[this_cpu()];
    const struct vcpu *v = current();
    uint64_t words[4] = { a, b, c };
    uint64_t lost[4] = { TRACE_PAIR(m->lost, v->d->id | v->id << 16), m->since };

    if (!(wanted >> TRC_CLS_SHIFT) || !(wanted & 0xf << TRC_SUBCLS_SHIFT) ||
        !(READ_ONCE(on_cpus) & cpumask_of(this_cpu())))
        return;
    if (m->lost && append(m->ring, TRC_LOST_RECORDS, 4, lost))
        m->lost = 0;
    if ((m->lost || !append(m->ring, event, n, words)) && !m->lost++)
        m->since = rdtsc();
}

static void tell(void *arg)
{
    virq_send_global(VIRQ_TBUF);
}

/* All rings are one piece of memory, and the list of their frames is another. */
static int make_rings(uint32_t pages)
{
    uint32_t all = nr_cpus * pages;
    uint32_t size = ROUND_UP((FIRST_LIST + all) * 4, PAGE_SIZE);
    struct t_info *list = heap_alloc(size);
    char *rings = heap_alloc(all * PAGE_SIZE);

    if (!list || !rings) {
        heap_free(list);
        heap_free(rings);
        return fail(ENOMEM, "%u pages of trace", all);
    }
    for (unsigned cpu = 0; cpu < nr_cpus; cpu++) {
        mine[cpu].ring = (struct t_buf *)(rings + cpu * pages * PAGE_SIZE);
        list->mfn_offset[cpu] = (uint16_t)(FIRST_LIST + cpu * pages);
    }
    for (uint32_t i = 0; i < all; i++)
        ((uint32_t *)list)[FIRST_LIST + i] = (uint32_t)frame_of(rings).n + i;
    list->tbuf_size = (uint16_t)pages;
    hv_pages_share(&domain_xen->mm, frame_of(rings), all, PGT_WRITABLE);
    hv_pages_share(&domain_xen->mm, frame_of(list), size / PAGE_SIZE, PGT_NONE);
    timer_init(&half_full, tell, NULL, 0);
    ring_size = pages * PAGE_SIZE - sizeof(struct t_buf);
    info_size = size;
    __atomic_store_n(&info, list, __ATOMIC_RELEASE);
    WRITE_ONCE(trace_quiet, 0);
    return 0;
}

static int set_size(uint32_t pages)
{
    static bool taken;

    if (!pages || (info && pages != info->tbuf_size))
        return fail(EINVAL, "%u pages of trace for each CPU", pages);
    if (__atomic_exchange_n(&taken, true, __ATOMIC_SEQ_CST))
        return fail(EBUSY, "the trace's rings are there");      /* R3 */
    taken = make_rings(MIN(pages, MAX_PAGES)) == 0;
    return taken ? 0 : -ENOMEM;
}

int trace_control(struct xen_sysctl_tbuf_op *op, cpumask_t cpus)
{
    switch (op->cmd) {
    case XEN_SYSCTL_TBUFOP_get_info:
        op->evt_mask = events;
        op->buffer_mfn = info ? frame_of(info).n : 0;
        op->size = info_size;
        return 0;
    case XEN_SYSCTL_TBUFOP_set_cpu_mask:
        WRITE_ONCE(on_cpus, cpus);
        return 0;
    case XEN_SYSCTL_TBUFOP_set_evt_mask:
        WRITE_ONCE(events, op->evt_mask);
        return 0;
    case XEN_SYSCTL_TBUFOP_set_size:
        return set_size(op->size);
    case XEN_SYSCTL_TBUFOP_enable:
        if (!info)
            return fail(EINVAL, "the trace's rings have no size yet");
        WRITE_ONCE(trace_quiet, 0);
        return 0;
    case XEN_SYSCTL_TBUFOP_disable:
        WRITE_ONCE(trace_quiet, TRACE_QUIET);
        for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
            WRITE_ONCE(mine[cpu].lost, 0);
        return 0;
    default:
        return fail(EINVAL, "trace command %u", op->cmd);
    }
}
