/* SPDX-License-Identifier: MIT */
/*
 * vcpu.c - birth and end of a vcpu, its stops, its timers and its vcpu_info.
 */
#include "arch/smp.h"
#include "core/domain.h"
#include "lib/bitmap.h"
#include "lib/string.h"

struct vcpu_info dummy_vcpu_info = { .evtchn_upcall_mask = 1 };

void vcpu_unblock_waiting(struct vcpu *v)
{
    uint32_t was = __atomic_fetch_and(&v->flags, ~(VCPU_BLOCKED | VCPU_POLLING),
                                      __ATOMIC_SEQ_CST);
    /* By now v may run and poll again: then the bit is that poll's, which nobody
     * would end any more. It is ended here; a poll may end for nothing. */
    if ((was & VCPU_POLLING) && bit_test_and_clear(v->d->poll_mask, v->id))
        __atomic_fetch_and(&v->flags, ~(VCPU_BLOCKED | VCPU_POLLING),
                           __ATOMIC_SEQ_CST);
    if (was & VCPU_BLOCKED)
        vcpu_wake(v);
}

void vcpu_pause(struct vcpu *v)
{
    ASSERT(v != current());
    __atomic_add_fetch(&v->pause_count, 1, __ATOMIC_SEQ_CST);
    vcpu_sleep(v, true);
    pv_switch_sync(v);
}

void vcpu_unpause(struct vcpu *v)
{
    if (__atomic_sub_fetch(&v->pause_count, 1, __ATOMIC_SEQ_CST) == 0)
        vcpu_wake(v);
}

void vcpu_send_nmi(struct vcpu *v)
{
    __atomic_store_n(&v->pv.nmi_pending, true, __ATOMIC_SEQ_CST);
    if (v == current()) {
        work_raise(WORK_EXIT);
    } else {
        vcpu_unblock(v);
        smp_kick(READ_ONCE(v->cpu));
    }
}

static void poll_timeout(void *arg)
{
    struct vcpu *v = arg;

    if (READ_ONCE(v->flags) & VCPU_POLLING)
        vcpu_unblock(v);
}

static void singleshot_fires(void *arg)
{
    virq_send(arg, VIRQ_TIMER);
}

void vcpu_singleshot_set(struct vcpu *cur, s_time_t when)
{
    timer_migrate(&cur->singleshot_timer, this_cpu());
    if (when > time_now()) {
        timer_set(&cur->singleshot_timer, when);
        return;
    }
    timer_stop(&cur->singleshot_timer);
    singleshot_fires(cur);
}

static void periodic_fires(void *arg)
{
    struct vcpu *v = arg;
    s_time_t period = READ_ONCE(v->periodic_period);

    if (!period)
        return;
    virq_send(v, VIRQ_TIMER);
    timer_set(&v->periodic_timer, time_now() + period);
}

void vcpu_stop_timers(struct vcpu *v)
{
    WRITE_ONCE(v->periodic_period, 0);
    timer_kill(&v->poll_timer);
    timer_kill(&v->periodic_timer);
    timer_kill(&v->singleshot_timer);
}

int vcpu_create(struct domain *d, unsigned id, struct vcpu **out)
{
    struct vcpu *v;
    int rc;

    if (id >= d->max_vcpus || d->vcpu[id])
        return fail(EINVAL, "vcpu %u of d%u with %u", id, d->id, d->max_vcpus);
    v = heap_new(struct vcpu);
    if (!v)
        return fail(ENOMEM, "vcpu %u of d%u", id, d->id);
    v->id = id;
    v->d = d;
    v->cpu = (d->id + id) % nr_cpus;
    v->flags = VCPU_DOWN;
    v->info = id < XEN_LEGACY_MAX_VCPUS ? &d->shared->vcpu_info[id]
                                        : &dummy_vcpu_info;
    v->poll_port = -1;
    timer_init(&v->poll_timer, poll_timeout, v, v->cpu);
    timer_init(&v->periodic_timer, periodic_fires, v, v->cpu);
    timer_init(&v->singleshot_timer, singleshot_fires, v, v->cpu);
    sched_init_vcpu(v);
    rc = pv_vcpu_create(v);
    if (rc) {
        heap_free(v);
        return rc;
    }
    __atomic_store_n(&d->vcpu[id], v, __ATOMIC_RELEASE);
    sched_confine(v, false);
    *out = v;
    return 0;
}

uint64_t calls_gone[CALL_ROWS];

void vcpu_free(struct vcpu *v)
{
    for (unsigned i = 0; i < CALL_ROWS; i++)
        __atomic_fetch_add(&calls_gone[i], v->calls[i], __ATOMIC_RELAXED);
    vcpu_stop_timers(v);
    BUG_ON(v->sched.queued || v->sched.running);
    pv_vcpu_destroy(v);
    heap_free(v);
}

/*
 * Moves v's vcpu_info to another frame of its domain. What was pending goes with
 * it, and everything is announced anew. v is the caller's own or not up yet.
 */
int vcpu_register_info(struct vcpu *v, mfn_t m, unsigned offset)
{
    struct vcpu_info *info;
    struct page *pg;
    int rc;

    if (offset > PAGE_SIZE - sizeof(*info) || offset % 8)
        return fail(ENXIO, "vcpu_info at offset %#x", offset);
    if (v->info_page)
        return fail(EINVAL, "d%uv%u has registered one", v->d->id, v->id);
    if (v != current() && !(READ_ONCE(v->flags) & VCPU_DOWN))
        return fail(EINVAL, "d%uv%u is up", v->d->id, v->id);
    rc = page_get_and_type(m, &v->d->mm, PGT_WRITABLE, &pg);
    if (rc)
        return rc == -ERESTART ? rc : -EINVAL;
    info = (struct vcpu_info *)((char *)frame_map(m) + offset);
    if (v->info == &dummy_vcpu_info) {
        memset(info, 0, sizeof(*info));
        info->evtchn_upcall_mask = 1;
    } else {
        memcpy(info, v->info, sizeof(*info));
    }
    v->info_page = pg;
    __atomic_store_n(&v->info, info, __ATOMIC_SEQ_CST);
    evtchn_resync_vcpu(v);
    return 0;
}

void vcpu_unregister_info(struct vcpu *v)
{
    __atomic_store_n(&v->info, &dummy_vcpu_info, __ATOMIC_SEQ_CST);
    if (!v->info_page)
        return;
    page_put_and_type(v->info_page);
    v->info_page = NULL;
}
