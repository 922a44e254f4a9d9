/* SPDX-License-Identifier: MIT */
/*
 * cpupool.c - CPU pools: a CPU is in one or in none, and a domain's vcpus run on
 * the CPUs of its pool alone.
 *
 * A vcpu's affinity is what it has of its pool's CPUs (sched.cpus). When that would
 * be nothing, since its CPUs left or its domain changed pools, it has all of them.
 * A pool with domains has a CPU; CPU 0 is always pool 0's. All pools run the same
 * scheduler. A CPU that is out of use is pool 0's as well, unseen.
 */
#include "arch/smp.h"
#include "core/sched_private.h"
#include "lib/printf.h"
#include "public/sysctl.h"

#define NR_POOLS (NR_CPUS + 1)

static struct pool {
    bool exists;
    unsigned domains;
    cpumask_t cpus;
} pools[NR_POOLS] = { { .exists = true, .cpus = ~(cpumask_t)0 } };

static spinlock_t pool_lock = SPINLOCK(cpupool);

bool sched_pool_exists(uint32_t id)
{
    return id < NR_POOLS && READ_ONCE(pools[id].exists);
}

cpumask_t sched_pool_cpus(const struct domain *d)
{
    int id = READ_ONCE(d->sched.pool);

    return cpus_in_use() &
           (id < 0 ? ~(cpumask_t)0 : READ_ONCE(pools[id].cpus));
}

static cpumask_t free_cpus(void)
{
    cpumask_t used = 0;

    for (unsigned id = 0; id < NR_POOLS; id++)
        used |= pools[id].cpus;
    return cpus_in_use() & ~used;
}

/* Puts a domain into a pool, from another or from none (-1). */
static int enter(struct domain *d, uint32_t id)
{
    if (!sched_pool_exists(id))
        return fail(ENOENT, "no CPU pool %u", id);
    if (!(pools[id].cpus & cpus_in_use()))
        return fail(ENODEV, "CPU pool %u has no CPU", id);
    if (d->sched.pool >= 0)
        pools[d->sched.pool].domains--;
    pools[id].domains++;
    WRITE_ONCE(d->sched.pool, (int)id);
    return 0;
}

int sched_pool_join(struct domain *d, uint32_t id)
{
    int rc;

    spin_lock(&pool_lock);
    rc = enter(d, id);
    spin_unlock(&pool_lock);
    return rc == -ENOENT ? -ESRCH : rc;
}

void sched_pool_leave(struct domain *d)
{
    spin_lock(&pool_lock);
    if (d->sched.pool >= 0)
        pools[d->sched.pool].domains--;
    spin_unlock(&pool_lock);
}

/* Whether a vcpu has pinned itself to one of them. */
static bool is_needed(cpumask_t cpus)
{
    struct domain *d;
    struct vcpu *v;
    bool needed = false;

    for_each_domain(d)
        for_each_vcpu(d, v)
            needed |= v->sched.override && (v->sched.hard & cpus);
    return needed;
}

/* The pool's CPUs are others now. */
static void set_cpus(uint32_t id, cpumask_t cpus)
{
    struct domain *d;
    struct vcpu *v;

    WRITE_ONCE(pools[id].cpus, cpus);
    for_each_domain(d)
        if (d->sched.pool == (int)id)
            for_each_vcpu(d, v)
                sched_confine(v, false);
}

static int remove_cpu(uint32_t id, uint32_t cpu)
{
    cpumask_t cpus = pools[id].cpus & cpus_in_use();

    if (cpu == XEN_SYSCTL_CPUPOOL_PAR_ANY && cpus)
        cpu = 63 - (uint32_t)__builtin_clzll(cpus);
    if (cpu >= nr_cpus || !(cpus_in_use() & cpumask_of(cpu)))
        return fail(EINVAL, "no CPU %u in use", cpu);
    if (!(cpus & cpumask_of(cpu)))
        return fail(EADDRNOTAVAIL, "CPU %u is not in pool %u", cpu, id);
    if (!cpu)
        return fail(EINVAL, "CPU 0 stays in pool 0");
    if ((pools[id].domains && cpus == cpumask_of(cpu)) || is_needed(cpumask_of(cpu)))
        return fail(EBUSY, "pool %u needs CPU %u", id, cpu);
    set_cpus(id, cpus & ~cpumask_of(cpu));
    return 0;
}

int sched_cpu_use(unsigned cpu, bool use)
{
    cpumask_t me = cpumask_of(cpu % NR_CPUS);
    int rc = 0;

    if (cpu >= nr_cpus || (!cpu && !use))
        return fail(EINVAL, "CPU %u of %u", cpu, nr_cpus);
    spin_lock(&pool_lock);
    if (use == !!(cpus_in_use() & me)) {
        rc = -EEXIST;
    } else if (!use && (pools[0].cpus & me) && is_needed(pools[0].cpus)) {
        rc = fail(EADDRINUSE, "CPU %u: in its pool a vcpu is pinned", cpu);
    } else if (!use && !((pools[0].cpus | free_cpus()) & me)) {
        rc = fail(ENODEV, "CPU %u is in another pool", cpu);
    } else {
        WRITE_ONCE(cpus_out, cpus_out ^ me);
        set_cpus(0, pools[0].cpus | me);
        smp_kick(cpu);
    }
    spin_unlock(&pool_lock);
    if (!rc)
        virq_send_global(VIRQ_PCPU_STATE);
    return rc;
}

static int add_cpu(uint32_t id, uint32_t cpu)
{
    cpumask_t cpus = free_cpus();

    if (cpu == XEN_SYSCTL_CPUPOOL_PAR_ANY && cpus)
        cpu = (uint32_t)__builtin_ctzll(cpus);
    if (cpu >= nr_cpus && cpu != XEN_SYSCTL_CPUPOOL_PAR_ANY)
        return fail(EINVAL, "no CPU %u", cpu);
    if (!sched_pool_exists(id))
        return fail(ENOENT, "no CPU pool %u", id);
    if (cpu >= nr_cpus || !(cpus & cpumask_of(cpu)))
        return fail(ENODEV, "CPU %u is not free", cpu);
    set_cpus(id, pools[id].cpus | cpumask_of(cpu));
    return 0;
}

static int create(struct xen_sysctl_cpupool_op *p)
{
    uint32_t id = p->cpupool_id, last = NR_POOLS - 1;

    if (id == XEN_SYSCTL_CPUPOOL_PAR_ANY) {
        while (!pools[last].exists)
            last--;
        id = last + 1;
    }
    if (id >= NR_POOLS)
        return fail(ENOSPC, "CPU pool %u", id);
    if (pools[id].exists)
        return fail(EEXIST, "CPU pool %u", id);
    if (p->sched_id != XEN_SCHEDULER_CREDIT2)
        return fail(ENOENT, "no scheduler %u", p->sched_id);
    WRITE_ONCE(pools[id].exists, true);
    p->cpupool_id = id;
    return 0;
}

static int move_domain(const struct xen_sysctl_cpupool_op *p)
{
    struct domain *d = domain_get((domid_t)p->domid);
    struct vcpu *v;
    int rc;

    if (!d)
        return fail(ESRCH, "no domain %u", p->domid);
    rc = d->is_control ? fail(EPERM, "the control domain stays in its pool")
                       : enter(d, p->cpupool_id);
    if (!rc)
        for_each_vcpu(d, v)
            sched_confine(v, true);
    domain_put(d);
    return rc == -ENODEV ? -ENOENT : rc;
}

static int info(struct xen_sysctl_cpupool_op *p, cpumask_t *cpus)
{
    uint32_t id = p->cpupool_id;

    while (id < NR_POOLS && !pools[id].exists)
        id++;
    if (id >= NR_POOLS)
        return fail(ENOENT, "no CPU pool from %u on", p->cpupool_id);
    p->cpupool_id = id;
    p->sched_id = XEN_SCHEDULER_CREDIT2;
    p->n_dom = pools[id].domains;
    *cpus = pools[id].cpus & cpus_in_use();
    return 0;
}

static int destroy(uint32_t id)
{
    if (pools[id].domains || (pools[id].cpus & cpus_in_use()))
        return fail(EBUSY, "CPU pool %u is in use", id);
    WRITE_ONCE(pools[id].exists, false);
    return 0;
}

static int pool_op(struct xen_sysctl_cpupool_op *p, cpumask_t *cpus)
{
    switch (p->op) {
    case XEN_SYSCTL_CPUPOOL_OP_CREATE:      return create(p);
    case XEN_SYSCTL_CPUPOOL_OP_INFO:        return info(p, cpus);
    case XEN_SYSCTL_CPUPOOL_OP_ADDCPU:      return add_cpu(p->cpupool_id, p->cpu);
    case XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN:  return move_domain(p);
    case XEN_SYSCTL_CPUPOOL_OP_FREEINFO:
        *cpus = free_cpus();
        return 0;
    case XEN_SYSCTL_CPUPOOL_OP_DESTROY:
    case XEN_SYSCTL_CPUPOOL_OP_RMCPU:
        if (!sched_pool_exists(p->cpupool_id))
            return fail(ENOENT, "no CPU pool %u", p->cpupool_id);
        return p->op == XEN_SYSCTL_CPUPOOL_OP_DESTROY ? destroy(p->cpupool_id) :
                                     remove_cpu(p->cpupool_id, p->cpu);
    default:
        return fail(ENOSYS, "CPU pool command %u", p->op);
    }
}

int sched_pool_op(struct xen_sysctl_cpupool_op *p, cpumask_t *cpus)
{
    int rc;

    spin_lock(&pool_lock);
    rc = pool_op(p, cpus);
    spin_unlock(&pool_lock);
    return rc;
}
