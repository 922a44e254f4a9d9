/* SPDX-License-Identifier: MIT */
/*
 * core_test.c - timers, event channels, grants and the life of domains, with
 * random calls judged by models and by the auditors.
 */
#include <CUnit/Basic.h>
#include <stdlib.h>
#include <string.h>

#include "arch/upcalls.h"
#include "core/evtchn_port.h"
#include "core/grant_table.h"
#include "core_world.h"
#include "lib/bitmap.h"
#include "lib/bug.h"
#include "mm/page_internal.h"
#include "mm/pt.h"
#include "public/domctl.h"
#include "public/sched.h"

/* ---- timers ---- */

#define TIMERS 64

static struct timer timer[TIMERS];
static s_time_t due[TIMERS];        /* the model: TIME_NEVER is not set        */
static unsigned early, lost;

static void fires(void *arg)
{
    unsigned i = (unsigned)((struct timer *)arg - timer);

    if (due[i] > world_now)
        early++;
    due[i] = TIME_NEVER;
}

static void test_timers(void)
{
    unsigned i, n;

    rnd_seed(1);
    for (i = 0; i < TIMERS; i++) {
        timer_init(&timer[i], fires, &timer[i], rnd(FAKE_CPUS));
        due[i] = TIME_NEVER;
    }
    for (n = 0; n < 20000; n++) {
        i = rnd(TIMERS);
        switch (rnd(5)) {
        case 0:
        case 1:
            due[i] = world_now + 1 + rnd(100000);
            timer_set(&timer[i], due[i]);
            break;
        case 2:
            timer_stop(&timer[i]);
            due[i] = TIME_NEVER;
            break;
        case 3:
            timer_migrate(&timer[i], rnd(FAKE_CPUS));
            break;
        default:
            core_settle();
            core_step(rnd(5000));
            for (i = 0; i < TIMERS; i++)
                lost += due[i] <= world_now;
            break;
        }
    }
    for (i = 0; i < TIMERS; i++)
        timer_kill(&timer[i]);
    CU_ASSERT_EQUAL(early, 0);
    CU_ASSERT_EQUAL(lost, 0);
}

/* ---- event channels ---- */

static struct evtchn_status status_of(struct domain *d, evtchn_port_t port)
{
    struct evtchn_status s = { .status = 99 };

    CU_ASSERT_EQUAL(evtchn_status(d, port, &s), 0);
    return s;
}

static void test_interdomain(void)
{
    struct domain *a = core_domain(1, 1), *b = core_domain(2, 2);
    evtchn_port_t pa, pb, other;

    CU_ASSERT_EQUAL(evtchn_alloc_unbound(a, 2, &pa), 0);
    CU_ASSERT_EQUAL(pa, 1);
    CU_ASSERT_EQUAL(evtchn_send(a, pa), 0);
    CU_ASSERT_EQUAL(evtchn_bind_interdomain(a, a, pa, &other), -EINVAL);
    CU_ASSERT_EQUAL(evtchn_bind_interdomain(b, a, pa + 1, &pb), -EINVAL);
    CU_ASSERT_EQUAL(evtchn_bind_interdomain(b, a, pa, &pb), 0);
    CU_ASSERT(evtchn_port_pending(b, pb));  /* what was sent before is made up */
    CU_ASSERT_EQUAL(evtchn_bind_interdomain(b, a, pa, &other), -EINVAL);

    CU_ASSERT_EQUAL(evtchn_send(b, pb), 0);
    CU_ASSERT(evtchn_port_pending(a, pa));
    CU_ASSERT_EQUAL(a->vcpu[0]->info->evtchn_upcall_pending, 1);
    CU_ASSERT_EQUAL(a->vcpu[0]->info->evtchn_pending_sel, 1);

    CU_ASSERT_EQUAL(evtchn_bind_vcpu(b, pb, 1), 0);
    bit_set(b->shared->evtchn_mask, pb);
    bit_clear(b->shared->evtchn_pending, pb);
    CU_ASSERT_EQUAL(evtchn_send(a, pa), 0);
    CU_ASSERT_EQUAL(b->vcpu[1]->info->evtchn_upcall_pending, 0);
    CU_ASSERT_EQUAL(evtchn_unmask(b, pb), 0);
    CU_ASSERT_EQUAL(b->vcpu[1]->info->evtchn_upcall_pending, 1);

    /* The end that stays is unbound, for the same domain. */
    CU_ASSERT_EQUAL(evtchn_close(b, pb), 0);
    CU_ASSERT_EQUAL(evtchn_close(b, pb), -EINVAL);
    CU_ASSERT_EQUAL(status_of(a, pa).status, EVTCHNSTAT_unbound);
    CU_ASSERT_EQUAL(status_of(a, pa).u.unbound.dom, 2);
    CU_ASSERT_EQUAL(evtchn_bind_interdomain(b, a, pa, &pb), 0);

    /* A domain that ends leaves its peer's port unbound. */
    core_domain_end(b);
    CU_ASSERT_EQUAL(status_of(a, pa).status, EVTCHNSTAT_unbound);
    CU_ASSERT_EQUAL(evtchn_send(a, pa), 0);
    core_domain_end(a);
}

static void test_virq(void)
{
    struct domain *d = core_domain(1, 2);
    evtchn_port_t t0, t1, g, x;

    CU_ASSERT_EQUAL(evtchn_bind_virq(d, VIRQ_TIMER, 0, &t0), 0);
    CU_ASSERT_EQUAL(evtchn_bind_virq(d, VIRQ_TIMER, 1, &t1), 0);
    CU_ASSERT_EQUAL(evtchn_bind_virq(d, VIRQ_TIMER, 1, &x), -EEXIST);
    CU_ASSERT_EQUAL(evtchn_bind_virq(d, VIRQ_TIMER, 2, &x), -ENOENT);
    CU_ASSERT_EQUAL(evtchn_bind_virq(d, NR_VIRQS, 0, &x), -EINVAL);
    CU_ASSERT_EQUAL(evtchn_bind_virq(d, VIRQ_DOM_EXC, 1, &x), -EINVAL);
    CU_ASSERT_EQUAL(evtchn_bind_virq(d, VIRQ_DOM_EXC, 0, &g), 0);
    CU_ASSERT_EQUAL(evtchn_bind_vcpu(d, t1, 0), -EINVAL);
    CU_ASSERT_EQUAL(evtchn_bind_vcpu(d, g, 1), 0);
    virq_send(d->vcpu[1], VIRQ_TIMER);
    CU_ASSERT(evtchn_port_pending(d, t1) && !evtchn_port_pending(d, t0));
    CU_ASSERT_EQUAL(virq_set_handler(d, VIRQ_TIMER), -EINVAL);
    CU_ASSERT_EQUAL(virq_set_handler(d, VIRQ_DOM_EXC), 0);
    virq_send_global(VIRQ_DOM_EXC);
    CU_ASSERT(evtchn_port_pending(d, g));
    CU_ASSERT_EQUAL(evtchn_send(d, g), -EINVAL);
    CU_ASSERT_EQUAL(evtchn_close(d, t1), 0);
    virq_send(d->vcpu[1], VIRQ_TIMER);
    CU_ASSERT(!evtchn_port_pending(d, t1));
    CU_ASSERT_EQUAL(evtchn_bind_virq(d, VIRQ_TIMER, 1, &x), 0);
    core_domain_end(d);
}

/* A port's mask is read where its layout has it. */
static void test_masks(void)
{
    struct domain *d = core_domain(1, 1);
    mfn_t control = page_mfn(domain_pages_alloc(&d->mm, 0, 0));
    mfn_t words = page_mfn(domain_pages_alloc(&d->mm, 0, 0));
    event_word_t *word = frame_map(words);
    evtchn_port_t p;

    CU_ASSERT_EQUAL(evtchn_bind_ipi(d, 0, &p), 0);
    CU_ASSERT(!evtchn_port_masked(d, p));
    d->shared->evtchn_mask[0] |= 1ull << p;
    CU_ASSERT(evtchn_port_masked(d, p));
    CU_ASSERT_EQUAL(evtchn_fifo_init_control(d, 0, control, 0), 0);
    CU_ASSERT(evtchn_port_masked(d, p));            /* it has no word yet */
    CU_ASSERT_EQUAL(evtchn_fifo_expand_array(d, words), 0);
    CU_ASSERT(!evtchn_port_masked(d, p));
    word[p] |= 1u << EVTCHN_FIFO_MASKED;
    CU_ASSERT(evtchn_port_masked(d, p));
    CU_ASSERT_EQUAL(evtchn_unmask(d, p), 0);
    CU_ASSERT(!evtchn_port_masked(d, p) && !evtchn_port_pending(d, p));
    core_domain_end(d);
}

static void test_port_limit(void)
{
    struct domain *d = core_domain(1, 1);
    evtchn_port_t port;
    unsigned n = 0;
    int rc;

    while (!(rc = evtchn_alloc_unbound(d, 2, &port)))
        n++;
    CU_ASSERT_EQUAL(rc, -ENOSPC);
    CU_ASSERT_EQUAL(n, 4095);
    CU_ASSERT_EQUAL(evtchn_bind_virq(d, VIRQ_TIMER, 0, &port), -ENOSPC);
    CU_ASSERT_EQUAL(evtchn_close(d, 77), 0);
    CU_ASSERT_EQUAL(evtchn_alloc_unbound(d, 2, &port), 0);
    CU_ASSERT_EQUAL(port, 77);
    CU_ASSERT_EQUAL(evtchn_send(d, 4096), -EINVAL);
    CU_ASSERT_EQUAL(evtchn_send(d, ~0u), -EINVAL);
    while (evtchn_reset(d) == -ERESTART)
        ;
    CU_ASSERT_EQUAL(evtchn_alloc_unbound(d, 2, &port), 0);
    CU_ASSERT_EQUAL(port, 1);
    core_domain_end(d);
}

static void test_wakes(void)
{
    struct domain *d = core_domain(1, 2);
    struct vcpu *v = d->vcpu[0];
    evtchn_port_t ipi;

    CU_ASSERT_EQUAL(evtchn_bind_ipi(d, 0, &ipi), 0);
    __atomic_fetch_or(&v->flags, VCPU_BLOCKED, __ATOMIC_SEQ_CST);
    core_up(v);
    core_settle();
    CU_ASSERT(!v->sched.running);
    CU_ASSERT_EQUAL(evtchn_send(d, ipi), 0);
    core_settle();
    CU_ASSERT(v->sched.running);

    /* A poll is ended by its port, although that is masked. */
    v->info->evtchn_upcall_pending = 0;
    bit_clear(d->shared->evtchn_pending, ipi);
    bit_set(d->shared->evtchn_mask, ipi);
    v->poll_port = (int)ipi;
    __atomic_fetch_or(&v->flags, VCPU_BLOCKED | VCPU_POLLING, __ATOMIC_SEQ_CST);
    bit_set(d->poll_mask, 0);
    vcpu_sleep(v, false);
    core_settle();
    CU_ASSERT(!v->sched.running);
    CU_ASSERT_EQUAL(evtchn_send(d, ipi), 0);
    core_settle();
    CU_ASSERT(v->sched.running);
    CU_ASSERT_EQUAL(d->poll_mask[0], 0);
    core_domain_end(d);
}

static void random_event_call(struct domain **d)
{
    struct domain *a = d[rnd(3)], *b = d[rnd(3)];
    evtchn_port_t port = rnd(40), out;

    switch (rnd(9)) {
    case 0: (void)evtchn_alloc_unbound(a, b->id, &out); break;
    case 1: (void)evtchn_bind_interdomain(a, b, port, &out); break;
    case 2: (void)evtchn_bind_virq(a, rnd(NR_VIRQS + 1), rnd(3), &out); break;
    case 3: (void)evtchn_bind_ipi(a, rnd(3), &out); break;
    case 4: (void)evtchn_bind_pirq(a, rnd(20), false, &out); break;
    case 5: (void)evtchn_bind_vcpu(a, port, rnd(3)); break;
    case 6: (void)evtchn_send(a, port); break;
    case 7: (void)evtchn_unmask(a, port); break;
    default: (void)evtchn_close(a, port); break;
    }
}

static void test_random_events(void)
{
    uint64_t before = free_frames();
    struct domain *d[3];
    unsigned seed, i;

    for (seed = 1; seed <= 10; seed++) {
        rnd_seed(seed);
        for (i = 0; i < 3; i++)
            d[i] = core_domain((domid_t)(1 + i), 2);
        for (i = 0; i < 5000; i++) {
            random_event_call(d);
            if (i % 50 == 0)
                CU_ASSERT_FATAL(!evtchn_audit(d[0]) && !evtchn_audit(d[1]) &&
                                !evtchn_audit(d[2]));
        }
        core_domain_end(d[1]);
        CU_ASSERT(!evtchn_audit(d[0]) && !evtchn_audit(d[2]));
        core_domain_end(d[0]);
        core_domain_end(d[2]);
    }
    CU_ASSERT_EQUAL(free_frames(), before);
}

/* ---- grants ---- */

#define PAGES 8

static struct domain *owner, *user;
static mfn_t page[PAGES], table;    /* owner's; an L1 table of user            */

static struct grant_entry_v1 *entry(grant_ref_t ref)
{
    return &((struct grant_entry_v1 *)frame_map(gnttab_shared_frame(owner, 0)))
           [ref];
}

static void grant(grant_ref_t ref, unsigned n, domid_t to, unsigned flags)
{
    entry(ref)->frame = (uint32_t)page[n].n;
    entry(ref)->domid = to;
    __atomic_store_n(&entry(ref)->flags, (uint16_t)flags, __ATOMIC_RELEASE);
}

static void grants_start(void)
{
    struct page *pg;
    unsigned i;

    owner = core_domain(1, 1);
    user = core_domain(2, 1);
    for (i = 0; i < PAGES; i++)
        page[i] = page_mfn(domain_pages_alloc(&owner->mm, 0, 0));
    table = page_mfn(domain_pages_alloc(&user->mm, 0, 0));
    BUG_ON(page_get_and_type(table, &user->mm, PGT_L1, &pg));
}

static void grants_end(void)
{
    uint64_t free = free_frames();

    page_put_and_type(page_of(table));
    core_domain_end(user);
    CU_ASSERT_EQUAL(gnttab_audit(owner), 0);
    for (unsigned i = 0; i < PAGES; i++)
        CU_ASSERT_EQUAL(page_of(page[i])->refs & PGR_COUNT, 1);
    core_domain_end(owner);
    CU_ASSERT(free_frames() > free);
}

static struct gnttab_map_grant_ref map(grant_ref_t ref, unsigned slot,
                                       unsigned flags)
{
    struct gnttab_map_grant_ref op = {
        .host_addr = mfn_maddr(table) + slot * 8, .ref = ref, .dom = 1,
        .flags = flags | GNTMAP_contains_pte,
    };

    CU_ASSERT_EQUAL(gnttab_map_op(user->vcpu[0], &op), 0);
    return op;
}

static int unmap(grant_handle_t h, unsigned slot, uint64_t dev)
{
    struct gnttab_unmap u = {
        .handle = h, .host_addr = slot < 512 ? mfn_maddr(table) + slot * 8 : 0,
        .dev_bus_addr = dev,
    };

    CU_ASSERT_EQUAL(gnttab_unmap_batch(user->vcpu[0], &u, 1, false), 1);
    return u.status;
}

#define HOST GNTMAP_host_map
#define DEV  GNTMAP_device_map
#define RDO  GNTMAP_readonly

static void test_grant_map(void)
{
    struct gnttab_map_grant_ref a, b;
    pte_t *pte;

    grants_start();
    pte = frame_map(table);
    grant(9, 0, 2, GTF_permit_access);
    a = map(9, 3, HOST | 5u << _GNTMAP_guest_avail0 | GNTMAP_application_map);
    CU_ASSERT_EQUAL(a.status, GNTST_okay);
    CU_ASSERT_EQUAL(a.dev_bus_addr, mfn_maddr(page[0]));
    CU_ASSERT(mfn_eq(pte_mfn(pte[3]), page[0]) && (pte[3] & PTE_RW));
    CU_ASSERT_EQUAL((pte[3] >> 9) & 7, 5);
    CU_ASSERT_EQUAL(entry(9)->flags,
                    GTF_permit_access | GTF_reading | GTF_writing);
    b = map(9, 4, HOST | RDO);
    CU_ASSERT(b.status == GNTST_okay && !(pte[4] & PTE_RW));

    /* What the owner now writes changes nothing for who has it pinned. */
    entry(9)->frame = (uint32_t)page[1].n;
    CU_ASSERT_EQUAL(unmap(b.handle, 5, 0), GNTST_general_error);
    CU_ASSERT_EQUAL(unmap(b.handle, 4, 0), GNTST_okay);
    CU_ASSERT_EQUAL(unmap(b.handle, 4, 0), GNTST_bad_handle);
    CU_ASSERT(entry(9)->flags & GTF_writing);
    CU_ASSERT_EQUAL(unmap(a.handle, 3, 0), GNTST_okay);
    CU_ASSERT_EQUAL(entry(9)->flags, GTF_permit_access);
    CU_ASSERT_EQUAL(pte[3], 0);
    grants_end();
}

static void test_grant_refused(void)
{
    grants_start();
    CU_ASSERT_EQUAL(map(9, 0, 0).status, GNTST_bad_gntref);
    CU_ASSERT_EQUAL(map(9, 0, HOST).status, GNTST_general_error);
    grant(9, 0, 3, GTF_permit_access);
    CU_ASSERT_EQUAL(map(9, 0, HOST).status, GNTST_general_error);
    grant(9, 0, 2, GTF_permit_access | GTF_readonly);
    CU_ASSERT_EQUAL(map(9, 0, HOST).status, GNTST_general_error);
    CU_ASSERT_EQUAL(map(9, 0, DEV | RDO).status, GNTST_okay);
    CU_ASSERT_EQUAL(map(100000, 0, HOST).status, GNTST_bad_gntref);
    entry(8)->frame = (uint32_t)table.n;        /* not the owner's to give     */
    entry(8)->domid = 2;
    entry(8)->flags = GTF_permit_access;
    CU_ASSERT(map(8, 0, HOST).status < 0);
    CU_ASSERT(map(8, 0, HOST | RDO).status < 0);
    CU_ASSERT_EQUAL(entry(8)->flags, GTF_permit_access);
    /* a page table of the owner is not mapped for writing */
    BUG_ON(page_get_type(page_of(page[2]), PGT_L1));
    grant(7, 2, 2, GTF_permit_access);
    CU_ASSERT_EQUAL(map(7, 0, HOST).status, GNTST_general_error);
    CU_ASSERT_EQUAL(entry(7)->flags, GTF_permit_access);
    page_put_type(page_of(page[2]));
    grants_end();
}

static void test_grant_copy(void)
{
    struct gnttab_copy op = {
        .source = { .u.ref = 9, .domid = 1, .offset = 4000 },
        .dest = { .domid = DOMID_SELF, .offset = 10 },
        .len = 96, .flags = GNTCOPY_source_gref,
    };
    mfn_t mine;

    grants_start();
    mine = page_mfn(domain_pages_alloc(&user->mm, 0, 0));
    fake_cpus[0].current = user->vcpu[0];       /* DOMID_SELF                  */
    grant(9, 0, 2, GTF_permit_access | GTF_readonly);
    op.dest.u.gmfn = mine.n;
    memset((char *)frame_map(page[0]) + 4000, 'x', 96);
    gnttab_copy_op(user->vcpu[0], &op);
    CU_ASSERT_EQUAL(op.status, GNTST_okay);
    CU_ASSERT_EQUAL(((char *)frame_map(mine))[10 + 95], 'x');
    CU_ASSERT_EQUAL(((char *)frame_map(mine))[10 + 96], 0);
    op.len = 97;
    gnttab_copy_op(user->vcpu[0], &op);
    CU_ASSERT_EQUAL(op.status, GNTST_bad_copy_arg);
    op.len = 0;
    gnttab_copy_op(user->vcpu[0], &op);
    CU_ASSERT_EQUAL(op.status, GNTST_okay);
    op.source.domid = 2;
    op.flags = 0;
    gnttab_copy_op(user->vcpu[0], &op);
    CU_ASSERT_EQUAL(op.status, GNTST_permission_denied);
    op.source.domid = DOMID_SELF;
    op.source.u.gmfn = page[0].n;               /* not the caller's frame      */
    gnttab_copy_op(user->vcpu[0], &op);
    CU_ASSERT_EQUAL(op.status, GNTST_bad_page);
    CU_ASSERT_EQUAL(entry(9)->flags, GTF_permit_access | GTF_readonly);
    fake_cpus[0].current = sched_idle_vcpu(0);
    grants_end();
}

/* The mapping domain dies with maps open; then the granting one first. */
static void test_grant_death(void)
{
    uint64_t before = free_frames();
    struct gnttab_map_grant_ref op;
    struct domain *d;

    grants_start();
    grant(9, 0, 2, GTF_permit_access);
    CU_ASSERT_EQUAL(map(9, 1, HOST | DEV).status, GNTST_okay);
    CU_ASSERT_EQUAL(map(9, 2, HOST | RDO).status, GNTST_okay);
    grants_end();
    CU_ASSERT_EQUAL(free_frames(), before);

    grants_start();
    grant(9, 0, 2, GTF_permit_access);
    op = map(9, 1, HOST);
    CU_ASSERT_EQUAL(op.status, GNTST_okay);
    core_domain_end(owner);
    d = domain_get(1);              /* kept by its page that is mapped         */
    CU_ASSERT_PTR_EQUAL(d, owner);
    domain_put(d);
    CU_ASSERT_EQUAL(map(9, 2, HOST).status, GNTST_general_error);
    CU_ASSERT_EQUAL(unmap(op.handle, 1, 0), GNTST_okay);
    domain_reap();
    CU_ASSERT_PTR_NULL(domain_get(1));
    page_put_and_type(page_of(table));
    core_domain_end(user);
    CU_ASSERT_EQUAL(free_frames(), before);
}

struct model { bool open, host, dev; grant_handle_t h; unsigned slot; uint64_t bus; };

static void random_grant_call(struct model *m, unsigned slot)
{
    unsigned flags = rnd(4) & (HOST | DEV), ref = 8 + rnd(6);
    struct gnttab_map_grant_ref op;

    if (!m->open) {
        op = map(ref, slot, flags | (rnd(2) ? RDO : 0));
        if (op.status == GNTST_okay)
            *m = (struct model){ true, flags & HOST, flags & DEV, op.handle,
                                 slot, op.dev_bus_addr };
        return;
    }
    if (rnd(2)) {
        CU_ASSERT_EQUAL(unmap(m->h, m->slot, 0), GNTST_okay);
        m->host = false;
    } else {
        CU_ASSERT_EQUAL(unmap(m->h, 512, m->bus), GNTST_okay);
        m->dev = false;
    }
    m->open = m->host || m->dev;
}

static void test_random_grants(void)
{
    struct model m[16];
    unsigned seed, i;

    for (seed = 1; seed <= 20; seed++) {
        rnd_seed(seed);
        grants_start();
        memset(m, 0, sizeof(m));
        for (i = 0; i < 4000; i++) {
            if (rnd(8) == 0) {      /* the owner changes its mind at any time  */
                grant_ref_t ref = 8 + rnd(6);
                unsigned keep = entry(ref)->flags & (GTF_reading | GTF_writing);

                grant(ref, rnd(PAGES), 2 + (rnd(8) == 0),
                      keep | (rnd(4) ? GTF_permit_access : GTF_invalid) |
                      (rnd(2) ? GTF_readonly : 0));
            }
            random_grant_call(&m[i % 16], i % 16);
            if (i % 100 == 0)
                CU_ASSERT_FATAL(!gnttab_audit(owner));
        }
        grants_end();
    }
}

static void test_maptrack_limit(void)
{
    unsigned n = 0;

    grants_start();
    grant(9, 0, 2, GTF_permit_access);
    while (map(9, 0, DEV | RDO).status == GNTST_okay)
        n++;
    CU_ASSERT_EQUAL(n, 4 * MAPTRACK_PER_FRAME);
    CU_ASSERT_EQUAL(map(9, 0, DEV).status, GNTST_no_space);
    grants_end();
}

/* ---- domains ---- */

static void test_domain_list(void)
{
    struct xen_domctl_createdomain cfg = {
        .max_vcpus = 1, .max_evtchn_port = 10, .max_grant_frames = 1,
        .max_maptrack_frames = 1,
    };
    struct domain *a = core_domain(5, 1), *b = core_domain(3, 1), *d;
    uint64_t free;

    d = domain_get_from(0);
    CU_ASSERT_PTR_EQUAL(d, b);
    domain_put(d);
    d = domain_get_from(4);
    CU_ASSERT_PTR_EQUAL(d, a);
    domain_put(d);
    CU_ASSERT_PTR_NULL(domain_get(4));
    CU_ASSERT_PTR_NULL(domain_get_from(6));
    domain_reap();
    free = free_frames();
    CU_ASSERT_EQUAL(domain_create(5, &cfg, &d), -EEXIST);
    cfg.max_vcpus = MAX_VCPUS + 1;
    CU_ASSERT_EQUAL(domain_create(6, &cfg, &d), -EINVAL);
    cfg.max_vcpus = 0;
    CU_ASSERT_EQUAL(domain_create(6, &cfg, &d), -EINVAL);
    domain_reap();                  /* what a failed create leaves behind      */
    CU_ASSERT_EQUAL(free_frames(), free);
    /* One that is looked at while it dies stays until it is given back. */
    d = domain_get(5);
    core_domain_end(a);
    CU_ASSERT_EQUAL(d->dying, DOMDYING_DEAD);
    CU_ASSERT_EQUAL(domain_create(5, &cfg, &b), -EINVAL);
    domain_put(d);
    domain_reap();
    CU_ASSERT_PTR_NULL(domain_get(5));
    d = domain_get(3);
    domain_put(d);
    core_domain_end(d);
}

static void test_domain_stops(void)
{
    struct domain *d = core_domain(1, 2);
    unsigned i;

    core_up(d->vcpu[0]);
    core_settle();
    CU_ASSERT(d->vcpu[0]->sched.running);
    CU_ASSERT_EQUAL(domain_unpause_by_tools(d), -EINVAL);
    /* Stops that nest: all have to be taken back. */
    d->vcpu[0]->flags |= VCPU_DOWN;
    vcpu_sleep(d->vcpu[0], false);
    core_settle();
    for (i = 0; i < 255; i++)
        CU_ASSERT_EQUAL(domain_pause_by_tools(d), 0);
    CU_ASSERT_EQUAL(domain_pause_by_tools(d), -EOVERFLOW);
    core_up(d->vcpu[0]);
    core_settle();
    CU_ASSERT(!d->vcpu[0]->sched.running);
    for (i = 0; i < 255; i++)
        CU_ASSERT_EQUAL(domain_unpause_by_tools(d), 0);
    core_settle();
    CU_ASSERT(d->vcpu[0]->sched.running);

    /* The first reason stays; a domain that has ended does not run. */
    domain_crash(d, "because %d", 42);
    CU_ASSERT_STRING_EQUAL(d->crash_reason, "because 42");
    domain_crash(d, "again");
    CU_ASSERT_STRING_EQUAL(d->crash_reason, "because 42");
    CU_ASSERT_EQUAL(domain_shutdown(d, SHUTDOWN_reboot), 0);
    CU_ASSERT_EQUAL(d->shutdown_code, SHUTDOWN_crash);
    CU_ASSERT(d->is_shut_down);
    core_settle();
    CU_ASSERT(!d->vcpu[0]->sched.running);
    CU_ASSERT_EQUAL(domain_resume(d), 0);
    core_settle();
    CU_ASSERT(d->vcpu[0]->sched.running);
    domain_crash(d, "once more");
    core_settle();
    CU_ASSERT(!d->vcpu[0]->sched.running);
    CU_ASSERT_STRING_EQUAL(d->crash_reason, "once more");
    core_domain_end(d);
}

int main(void)
{
    CU_pSuite s;

    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    core_world_init();
    s = CU_add_suite("core", NULL, NULL);
    CU_ADD_TEST(s, test_timers);
    CU_ADD_TEST(s, test_domain_list);
    CU_ADD_TEST(s, test_domain_stops);
    CU_ADD_TEST(s, test_interdomain);
    CU_ADD_TEST(s, test_virq);
    CU_ADD_TEST(s, test_masks);
    CU_ADD_TEST(s, test_port_limit);
    CU_ADD_TEST(s, test_wakes);
    CU_ADD_TEST(s, test_random_events);
    CU_ADD_TEST(s, test_grant_map);
    CU_ADD_TEST(s, test_grant_refused);
    CU_ADD_TEST(s, test_grant_copy);
    CU_ADD_TEST(s, test_grant_death);
    CU_ADD_TEST(s, test_random_grants);
    CU_ADD_TEST(s, test_maptrack_limit);
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    return CU_get_number_of_failures() != 0;
}
