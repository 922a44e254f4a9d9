/* SPDX-License-Identifier: MIT */
/*
 * domain.c - the list of domains, and each one's birth, stops and death.
 *
 *   R1  The list is read without a lock: a reader holds no pointer into it over
 *       anything that serves other CPUs' calls (cpu_relax), but for one whose
 *       domain's refs it has raised from a value above 0.
 *   R2  A record with no refs is unlinked, then every CPU runs an empty call
 *       (so none is inside a walk, R1), then it is freed.
 *   R3  The list itself holds one ref, from creation until the end of
 *       domain_kill().
 */
#include "core/domain.h"
#include "arch/power.h"
#include "arch/smp.h"
#include "core/trace.h"
#include "arch/x86/trap.h"
#include "mm/logdirty.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/m2p.h"
#include "public/domctl.h"
#include "public/sched.h"

#define DEFAULT_GRANT_FRAMES    64
#define DEFAULT_MAPTRACK_FRAMES 1024
#define CRASH_REASON_MAX        160

struct domain *control_domain, *domain_xen, *domain_io, *domain_idle;

static spinlock_t list_lock = SPINLOCK(domain_list);
static struct domain *domains;      /* by id                                   */
static struct domain *dead;         /* (a) pushed by the last put              */
static struct shared_info *graveyard;   /* what a dead domain's `shared` is     */

_Static_assert(sizeof(struct domain) <= PAGE_SIZE, "a record is one frame");

/* ---- finding ---- */

static bool domain_try_get(struct domain *d)
{
    uint32_t refs = READ_ONCE(d->mm.refs);

    while (refs)
        if (__atomic_compare_exchange_n(&d->mm.refs, &refs, refs + 1, false,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return true;
    return false;
}

struct domain *domain_get_from(domid_t id)
{
    struct domain *d;

    for (d = __atomic_load_n(&domains, __ATOMIC_ACQUIRE); d;
         d = __atomic_load_n(&d->next, __ATOMIC_ACQUIRE))
        if (d->id >= id && domain_try_get(d))
            return d;
    return NULL;
}

struct domain *domain_next(struct domain *d)
{
    struct domain *next = domain_get_from(d->id + 1);

    domain_put(d);
    return next;
}

struct domain *domain_get(domid_t id)
{
    struct domain *d;

    if (id == DOMID_SELF)
        id = current()->d->id;
    d = domain_get_from(id);
    if (d && d->id != id) {
        domain_put(d);
        d = NULL;
    }
    return d;
}

void mm_domain_put(struct mm_domain *m)
{
    struct domain *d = mm_to_domain(m), *head;

    if (__atomic_sub_fetch(&m->refs, 1, __ATOMIC_ACQ_REL))
        return;
    head = READ_ONCE(dead);
    do
        d->next_dead = head;
    while (!__atomic_compare_exchange_n(&dead, &head, d, false,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
    work_raise(WORK_SCHED);
}

void domain_put(struct domain *d)
{
    mm_domain_put(&d->mm);
}

static int list_add_domain(struct domain *d)
{
    struct domain **at;
    int rc = 0;

    spin_lock(&list_lock);
    for (at = &domains; *at && (*at)->id < d->id; at = &(*at)->next)
        ;
    if (*at && (*at)->id == d->id) {
        rc = fail(EEXIST, "d%u is there already", d->id);
    } else {
        d->next = *at;
        __atomic_store_n(at, d, __ATOMIC_RELEASE);
    }
    spin_unlock(&list_lock);
    return rc;
}

static void list_remove_domain(struct domain *d)
{
    struct domain **at;

    spin_lock(&list_lock);
    for (at = &domains; *at && *at != d; at = &(*at)->next)
        ;
    if (*at)
        __atomic_store_n(at, d->next, __ATOMIC_RELEASE);
    spin_unlock(&list_lock);
}

/* ---- the end of a record ---- */

static void record_free(struct domain *d)
{
    for (unsigned i = 0; i < MAX_VCPUS; i++)
        if (d->vcpu[i])
            vcpu_free(d->vcpu[i]);
    if (d->gt)
        gnttab_destroy(d);
    if (d->ev)
        evtchn_free(d);
    pv_domain_destroy(d);
    sched_destroy_domain(d);
    heap_free((void *)d->crash_reason);
    heap_free(d->ioports);
    heap_free(d->memory_map);
    logdirty_free(&d->mm);
    hv_pages_free(d, 0);
}

static void pass(void *arg)
{
}

void domain_reap(void)
{
    struct domain *list, *d;

    if (likely(!READ_ONCE(dead)))
        return;
    list = __atomic_exchange_n(&dead, NULL, __ATOMIC_ACQ_REL);
    if (!list)
        return;
    for (d = list; d; d = d->next_dead)
        list_remove_domain(d);
    smp_call(cpus_online, pass, NULL);                              /* R2 */
    while ((d = list)) {
        list = d->next_dead;
        log_info("d%u is gone\n", d->id);
        TRACE(TRC_DOM0_DOM_REM, 1, d->id, 0, 0);
        record_free(d);
        virq_send_global(VIRQ_DOM_EXC);
    }
}

/* ---- birth ---- */

static struct domain *record_new(domid_t id)
{
    struct domain *d = hv_pages_alloc(0);

    if (!d)
        return NULL;
    d->id = d->mm.id = id;
    d->mm.refs = 1;
    spin_lock_init(&d->lock, domain);
    spin_lock_init(&d->mm.pages_lock, domain_pages);
    spin_lock_init(&d->mm.pt_lock, page_table);
    d->shutdown_code = -1;
    sched_init_domain(d);
    return d;
}

static struct domain *system_domain(domid_t id)
{
    struct domain *d = record_new(id);

    if (!d)
        boot_panic("no memory for the hypervisor's own domains");
    d->mm.system = true;
    return d;
}

void domain_system_init(void)
{
    domain_xen = system_domain(DOMID_XEN);
    domain_io = system_domain(DOMID_IO);
    domain_idle = system_domain(DOMID_IDLE);
    m2p_share(&domain_xen->mm);
    graveyard = hv_pages_alloc(0);
    if (!graveyard)
        boot_panic("no memory for the hypervisor's own domains");
    sched_init();
}

static void watchdog_bites(void *arg)
{
    struct domain *d = arg;

    log_warn("d%u's watchdog was not fed\n", d->id);
    domain_shutdown(d, SHUTDOWN_watchdog);
}

static int domain_create_parts(struct domain *d,
                               const struct xen_domctl_createdomain *cfg)
{
    unsigned i;
    int rc;

    d->create_flags = cfg->flags;
    memcpy(d->handle, cfg->handle, sizeof(d->handle));
    d->max_vcpus = cfg->max_vcpus;
    d->max_evtchn_port = cfg->max_evtchn_port;
    d->max_grant_frames = cfg->max_grant_frames < 0 ?
        DEFAULT_GRANT_FRAMES : (uint32_t)cfg->max_grant_frames;
    d->max_maptrack_frames = cfg->max_maptrack_frames < 0 ?
        DEFAULT_MAPTRACK_FRAMES : (uint32_t)cfg->max_maptrack_frames;
    for (i = 0; i < ARRAY_SIZE(d->watchdog); i++)
        timer_init(&d->watchdog[i], watchdog_bites, d, 0);

    rc = pv_domain_create(d);
    if (rc)
        return rc;
    d->shared = share_page_alloc(&d->mm);
    if (!d->shared)
        return fail(ENOMEM, "shared_info of d%u", d->id);
    pirq_init(d);
    rc = evtchn_init(d, d->max_evtchn_port);
    if (!rc)
        rc = gnttab_create(d, d->max_grant_frames, d->max_maptrack_frames);
    return rc;
}

int domain_create(domid_t id, const struct xen_domctl_createdomain *cfg,
                  struct domain **out)
{
    struct domain *d;
    int rc;

    if (id >= DOMID_FIRST_RESERVED || !cfg->max_vcpus || cfg->max_vcpus > MAX_VCPUS)
        return fail(EINVAL, "domain %u with %u vcpus", id, cfg->max_vcpus);
    d = record_new(id);
    if (!d)
        return fail(ENOMEM, "record of d%u", id);
    d->is_control = d->mm.control = id == 0;
    d->tool_pauses = d->pause_count = 1;
    rc = sched_pool_join(d, cfg->cpupool_id);
    if (!rc)
        rc = domain_create_parts(d, cfg);
    if (!rc)
        rc = list_add_domain(d);
    if (rc) {
        d->mm.dying = true;
        if (d->gt)
            gnttab_retire(d);
        if (d->shared) {
            pirq_destroy(d);
            share_page_free(d->shared);
        }
        domain_put(d);              /* reaped like any other                  */
        return rc;
    }
    if (d->is_control)
        control_domain = d;
    pv_wallclock_update(d);
    TRACE(TRC_DOM0_DOM_ADD, 1, d->id, 0, 0);
    *out = d;
    return 0;
}

/* ---- stopping ---- */

void domain_wake(struct domain *d)
{
    struct vcpu *v;

    for_each_vcpu(d, v)
        vcpu_wake(v);
}

static void sleep_all(struct domain *d, bool sync)
{
    struct vcpu *v;

    for_each_vcpu(d, v)
        if (v != current())
            vcpu_sleep(v, false);
    if (!sync)
        return;
    for_each_vcpu(d, v) {
        vcpu_sleep(v, true);
        pv_switch_sync(v);
    }
}

void domain_pause(struct domain *d)
{
    ASSERT(d != current()->d);
    __atomic_add_fetch(&d->pause_count, 1, __ATOMIC_SEQ_CST);
    sleep_all(d, true);
}

void domain_unpause(struct domain *d)
{
    if (__atomic_sub_fetch(&d->pause_count, 1, __ATOMIC_SEQ_CST) == 0)
        domain_wake(d);
}

/* One more or one less, unless it is at the limit: then false. */
static bool tool_pauses_add(struct domain *d, int add, int limit)
{
    int was = READ_ONCE(d->tool_pauses);

    do
        if (was == limit)
            return false;
    while (!__atomic_compare_exchange_n(&d->tool_pauses, &was, was + add, false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    return true;
}

int domain_pause_by_tools(struct domain *d)
{
    if (!tool_pauses_add(d, 1, 255))
        return fail(EOVERFLOW, "d%u is paused 255 times", d->id);
    domain_pause(d);
    return 0;
}

int domain_unpause_by_tools(struct domain *d)
{
    if (!tool_pauses_add(d, -1, 0))
        return fail(EINVAL, "d%u is not paused", d->id);
    domain_unpause(d);
    return 0;
}

/* Takes no domain-wide lock: a crash may be called with any held. */
int domain_shutdown(struct domain *d, int reason)
{
    int none = -1;

    if (!__atomic_compare_exchange_n(&d->shutdown_code, &none, reason, false,
                                     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        reason = none;
    if (d->is_control)
        machine_shutdown(reason);
    if (__atomic_exchange_n(&d->shutting_down, true, __ATOMIC_SEQ_CST))
        return 0;
    __atomic_store_n(&d->is_shut_down, true, __ATOMIC_SEQ_CST);
    sleep_all(d, false);
    if (current()->d == d)
        work_raise(WORK_SCHED);
    if (reason == SHUTDOWN_suspend && d->suspend_port)
        (void)evtchn_send(d, d->suspend_port);
    else
        virq_send_global(VIRQ_DOM_EXC);
    return 0;
}

int domain_resume(struct domain *d)
{
    domain_pause(d);
    heap_free((void *)__atomic_exchange_n(&d->crash_reason, NULL,
                                          __ATOMIC_ACQ_REL));
    WRITE_ONCE(d->shutdown_code, -1);
    WRITE_ONCE(d->is_shut_down, false);
    __atomic_store_n(&d->shutting_down, false, __ATOMIC_SEQ_CST);
    domain_unpause(d);
    return 0;
}

void domain_crash(struct domain *d, const char *fmt, ...)
{
    char *text;
    va_list ap;

    if (READ_ONCE(d->shutting_down))
        return;
    text = heap_alloc(CRASH_REASON_MAX);
    if (text) {
        const char *none = NULL;

        va_start(ap, fmt);
        vsnprintf(text, CRASH_REASON_MAX, fmt, ap);
        va_end(ap);
        log_warn("d%u crashed: %s\n", d->id, text);
        if (!__atomic_compare_exchange_n(&d->crash_reason, &none, text, false,
                                         __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            heap_free(text);
    }
    if (current()->d == d) {
        log_warn("d%uv%u was in its %s\n", d->id, current()->id,
                 current()->pv.in_kernel ? "kernel" : "users' code");
        regs_show(guest_regs());
    }
    domain_shutdown(d, SHUTDOWN_crash);
}

/* ---- death ---- */

/* Nothing of it runs from here on, and nothing new is bound or mapped. */
static int kill_stop(struct domain *d)
{
    unsigned i;

    domain_pause(d);
    __atomic_store_n(&d->mm.dying, true, __ATOMIC_SEQ_CST);
    __atomic_store_n(&d->dying, DOMDYING_DYING, __ATOMIC_SEQ_CST);
    logdirty_stop(&d->mm);
    for (i = 0; i < ARRAY_SIZE(d->watchdog); i++)
        timer_kill(&d->watchdog[i]);
    return 0;
}

static int kill_vcpus(struct domain *d)
{
    struct vcpu *v;

    pirq_destroy(d);
    for_each_vcpu(d, v) {
        vcpu_stop_timers(v);
        vcpu_unregister_info(v);
        pv_vcpu_drop_roots(v);
    }
    return 0;
}

static int kill_frames(struct domain *d)
{
    return domain_pages_relinquish(&d->mm);
}

/* Others may still look the domain up and write its clock: they are given a page
 * of ours before its own goes, and those that have the old one finish (R2). */
static int kill_shared(struct domain *d)
{
    struct shared_info *shared = d->shared;

    gnttab_retire(d);
    __atomic_store_n(&d->shared, graveyard, __ATOMIC_SEQ_CST);
    smp_call(cpus_online, pass, NULL);
    share_page_free(shared);
    __atomic_store_n(&d->dying, DOMDYING_DEAD, __ATOMIC_SEQ_CST);
    virq_send_global(VIRQ_DOM_EXC);
    domain_put(d);                                                  /* R3 */
    return 0;
}

int domain_kill(struct domain *d)
{
    static int (*const step[])(struct domain *d) = {
        kill_stop, evtchn_reset, kill_vcpus, kill_frames, gnttab_release_mappings,
        kill_shared,
    };

    if (d == current()->d || d->is_control)
        return fail(EINVAL, "d%u cannot be destroyed", d->id);
    for (; d->kill_step < ARRAY_SIZE(step); d->kill_step++) {
        int rc = step[d->kill_step](d);

        if (rc)
            return rc;
    }
    return 0;
}
