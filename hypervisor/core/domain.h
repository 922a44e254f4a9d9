/* SPDX-License-Identifier: MIT */
/*
 * domain.h - one domain: what its parts share, its birth, its end.
 *
 * Key: (c) constant after creation (d) lock (a) atomic
 *
 *   R1  A domain is found without a lock (domain_get) and kept by mm.refs.
 *   R2  Death runs in order (domain_kill): vcpus stop and dying is set; ports,
 *       lines and roots go; frames; mappings of others' frames; shared frames.
 *       The record goes with its last reference, after every CPU has passed a
 *       point where it holds no pointer to it (domain_reap).
 */
#ifndef SPLITRING_CORE_DOMAIN_H
#define SPLITRING_CORE_DOMAIN_H

#include "core/evtchn.h"
#include "core/grant.h"
#include "core/pirq.h"
#include "core/vcpu.h"
#include "mm/alloc.h"

struct evtchn_state;                /* evtchn.c                                */
struct grant_table;                 /* grant.c                                 */
struct pirq_table;                  /* pirq.c                                  */

enum tsc_mode { TSC_MODE_DEFAULT, TSC_MODE_ALWAYS_EMULATE, TSC_MODE_NEVER_EMULATE };
enum domain_dying { DOMDYING_ALIVE, DOMDYING_DYING, DOMDYING_DEAD };

struct domain {
    struct mm_domain mm;            /* first: page_owner() leads here          */
    domid_t id;                     /* (c)                                     */
    bool is_control;                /* (c)                                     */
    spinlock_t lock;
    struct domain *next;            /* list by id; domain_list lock            */
    uint8_t handle[16];             /* (d) UUID                                */
    uint32_t create_flags;          /* XEN_DOMCTL_CDF_*                        */

    struct shared_info *shared;     /* (c) our mapping; owned by the guest     */
    unsigned max_vcpus;             /* (c after max_vcpus)                     */
    struct vcpu *vcpu[MAX_VCPUS];   /* (c) entries appear once                 */
    int pause_count;                /* (a)                                     */
    int tool_pauses;                /* (a) how many of them are pausedomain's  */

    enum domain_dying dying;        /* (a)                                     */
    bool shutting_down, is_shut_down;
    int shutdown_code;              /* SHUTDOWN_*                              */
    const char *crash_reason;       /* the first                               */
    evtchn_port_t suspend_port;     /* (d) told of suspend in place of a VIRQ  */
    struct domain *next_dead;       /* domain_reap()                           */
    unsigned kill_step;             /* (domctl lock) how far domain_kill() is  */

    struct evtchn_state *ev;
    struct grant_table *gt;
    struct pirq_table *pirqs;
    struct sched_domain sched;
    uint64_t vm_assist;             /* bits VMASST_TYPE_*                      */
    uint64_t poll_mask[MAX_VCPUS / 64];     /* (a) vcpus in SCHEDOP_poll       */

    int64_t time_offset_seconds;
    struct {
        uint32_t mode;              /* enum tsc_mode                           */
        uint32_t khz, incarnation;
        s_time_t offset;            /* the system time when it began from 0    */
    } tsc;
    uint64_t *ioports;              /* bitmap of allowed ports; NULL none       */
    uint32_t pci_cf8;               /* the control domain's address latch       */
    bool auto_unmask;               /* pirq_eoi_gmfn: unmask does eoi           */
    uint64_t *pirq_eoi_map;
    struct page *pirq_eoi_page;
    struct timer watchdog[2];
    uint32_t watchdog_inuse;
    struct cpuid_policy *policy;    /* what its CPUID shows                    */
    uint32_t max_grant_frames, max_maptrack_frames, max_evtchn_port;
    bool debugger;                  /* setdebugging: shown to the tools         */
    struct guest_memory_map *memory_map;    /* (d) XENMEM_set_memory_map      */
    bool console_io;                /* may use HYPERVISOR_console_io            */
};

extern struct domain *control_domain;   /* NULL before it is built             */
extern struct domain *domain_xen, *domain_io;   /* owners of special frames    */
extern struct domain *domain_idle;      /* of the idle vcpus                   */

/* Makes the three system domains and the idle vcpus (sched_init()). */
void domain_system_init(void);
/* Frees records whose last reference has gone; no lock held (sched_run). */
void domain_reap(void);

/* Finds by id and takes one reference; NULL: no such domain (dying ones are
 * found). DOMID_SELF is the caller's. domain_put() gives the reference back. */
struct domain *domain_get(domid_t id);
void domain_put(struct domain *d);
/* The domain with the lowest id >= id, referenced; NULL: there is none. */
struct domain *domain_get_from(domid_t id);
/* The one behind d, referenced; d's reference is given back. */
struct domain *domain_next(struct domain *d);
/* Each domain by id, referenced while it is d: leave the loop with domain_put(). */
#define for_each_domain(d) \
    for ((d) = domain_get_from(0); (d) != NULL; (d) = domain_next(d))
static inline struct domain *mm_to_domain(struct mm_domain *m)
{
    return (struct domain *)m;
}

/* Creates an empty domain: shared_info, evtchn, grant table, no vcpu. id may be
 * the caller's choice. */
struct xen_domctl_createdomain;
int domain_create(domid_t id, const struct xen_domctl_createdomain *cfg,
                  struct domain **out);
int vcpu_create(struct domain *d, unsigned id, struct vcpu **out);
/* pv/domain.c: the x86 part (slot 260, CPUID policy) of a birth and an end. The
 * end comes after all frames but those that others still map have gone. */
int pv_domain_create(struct domain *d);
void pv_domain_destroy(struct domain *d);

/* Preemptible: 0, -ERESTART (call again), or an error. */
int domain_kill(struct domain *d);

void domain_pause(struct domain *d);        /* nests; waits; not the caller's own */
void domain_unpause(struct domain *d);
/* Those that nothing else holds run. */
void domain_wake(struct domain *d);
/* -EOVERFLOW over 255; -EINVAL when not paused by them. */
int domain_pause_by_tools(struct domain *d);
int domain_unpause_by_tools(struct domain *d);
void vcpu_pause(struct vcpu *v);            /* waits; not the caller's own     */
void vcpu_unpause(struct vcpu *v);
/* What v waits for was stored before, with a full fence: a vcpu sets these flags
 * and then looks for it, so one of the two sees the other. */
void vcpu_unblock_waiting(struct vcpu *v);
static inline void vcpu_unblock(struct vcpu *v)
{
    if (__atomic_load_n(&v->flags, __ATOMIC_SEQ_CST) & (VCPU_BLOCKED | VCPU_POLLING))
        vcpu_unblock_waiting(v);
}
int domain_shutdown(struct domain *d, int reason);
int domain_resume(struct domain *d);
/* The v of d with this id; NULL: none (any id is fine). */
static inline struct vcpu *domain_vcpu(struct domain *d, unsigned id)
{
    return id < MAX_VCPUS ? __atomic_load_n(&d->vcpu[id], __ATOMIC_ACQUIRE) : NULL;
}
/* The one with the lowest id >= id; NULL: there is none. */
static inline struct vcpu *domain_vcpu_from(struct domain *d, unsigned id)
{
    while (id < d->max_vcpus && !domain_vcpu(d, id))
        id++;
    return id < d->max_vcpus ? domain_vcpu(d, id) : NULL;
}
#define for_each_vcpu(d, v) \
    for ((v) = domain_vcpu_from(d, 0); (v) != NULL; (v) = domain_vcpu_from(d, (v)->id + 1))

/* The guest is beyond saving; keeps the first reason, logs it with the current
 * vcpu's registers when it is d's. Returns; the vcpu stops on its way out. */
void domain_crash(struct domain *d, const char *fmt, ...) __printf_like(2, 3);

#endif
