/* SPDX-License-Identifier: MIT */
/*
 * event.c - event channels of the two-level layout, and system time.
 *
 * The hypervisor sets pending bits from the outside in (port, word, vcpu); they
 * are cleared in the other order, so that none is lost.
 */
#include "frontends/rt/rt.h"
#include "frontends/rt/private.h"

#define PORTS 4096

static event_handler *handlers[PORTS];

struct vcpu_info *vcpu_info_self(void)
{
    struct rt_vcpu *v = rt_vcpu_self();

    return v->info != NULL ? v->info : &rt_shared->vcpu_info[v->id];
}

void events_init(void)
{
    memset(rt_shared->evtchn_mask, 0xff, sizeof(rt_shared->evtchn_mask));
}

void events_reset(void)
{
    events_init();
    memset(handlers, 0, sizeof(handlers));
}

void event_mask(unsigned port)
{
    __atomic_or_fetch(&rt_shared->evtchn_mask[port / 64], 1UL << port % 64,
                      __ATOMIC_SEQ_CST);
}

void event_unmask(unsigned port)
{
    struct evtchn_unmask op = { .port = port };

    hc_event_channel_op(EVTCHNOP_unmask, &op);
}

bool event_pending(unsigned port)
{
    return __atomic_load_n(&rt_shared->evtchn_pending[port / 64],
                           __ATOMIC_SEQ_CST) >> port % 64 & 1;
}

void event_clear(unsigned port)
{
    __atomic_and_fetch(&rt_shared->evtchn_pending[port / 64],
                       ~(1UL << port % 64), __ATOMIC_SEQ_CST);
}

void event_on(unsigned port, event_handler *h)
{
    __atomic_store_n(&handlers[port], h, __ATOMIC_SEQ_CST);
    if (h != NULL)
        event_unmask(port);
    else
        event_mask(port);
}

void events_disable(void)
{
    __atomic_store_n(&vcpu_info_self()->evtchn_upcall_mask, 1,
                     __ATOMIC_SEQ_CST);
}

/* What became pending meanwhile is taken here: unmasking by a plain store does
 * not make the hypervisor look. */
void events_enable(void)
{
    struct vcpu_info *vi = vcpu_info_self();

    __atomic_store_n(&vi->evtchn_upcall_mask, 0, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&vi->evtchn_upcall_pending, __ATOMIC_SEQ_CST))
        hc_xen_version(0, NULL);
}

void events_run(void)
{
    struct vcpu_info *vi = vcpu_info_self();

    while (__atomic_exchange_n(&vi->evtchn_upcall_pending, 0,
                               __ATOMIC_SEQ_CST)) {
        uint64_t words = __atomic_exchange_n(&vi->evtchn_pending_sel, 0,
                                             __ATOMIC_SEQ_CST);

        while (words != 0) {
            unsigned w = (unsigned)__builtin_ctzl(words);
            uint64_t bits =
                __atomic_load_n(&rt_shared->evtchn_pending[w],
                                __ATOMIC_SEQ_CST) &
                ~__atomic_load_n(&rt_shared->evtchn_mask[w], __ATOMIC_SEQ_CST);

            words &= words - 1;
            while (bits != 0) {
                unsigned port = w * 64 + (unsigned)__builtin_ctzl(bits);
                event_handler *h =
                    __atomic_load_n(&handlers[port], __ATOMIC_SEQ_CST);

                bits &= bits - 1;
                event_clear(port);
                if (h != NULL)
                    h(port);
            }
        }
    }
}

uint64_t time_ns(void)
{
    const struct vcpu_time_info *t = &vcpu_info_self()->time;
    uint64_t delta, ns;
    uint32_t version;

    do {
        version = __atomic_load_n(&t->version, __ATOMIC_ACQUIRE) & ~1U;
        delta = rdtsc() - t->tsc_timestamp;
        delta = t->tsc_shift < 0 ? delta >> -t->tsc_shift
                                 : delta << t->tsc_shift;
        ns = t->system_time + (uint64_t)(((unsigned __int128)delta *
                                          t->tsc_to_system_mul) >> 32);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while (version != __atomic_load_n(&t->version, __ATOMIC_RELAXED));
    return ns;
}

void time_spin(uint64_t ns)
{
    uint64_t end = time_ns() + ns;

    while (time_ns() < end)
        __builtin_ia32_pause();
}

bool wait_for(const unsigned *flag, uint64_t ns)
{
    uint64_t end = time_ns() + ns;

    while (__atomic_load_n(flag, __ATOMIC_SEQ_CST) == 0) {
        if (time_ns() >= end)
            return false;
        hc_sched_op(SCHEDOP_yield, NULL);
    }
    return true;
}
