/* SPDX-License-Identifier: MIT */
/*
 * sched_test.c - shares, caps, affinity and latency of the scheduler on three
 * CPUs, in time that the test moves.
 */
#include <CUnit/Basic.h>

#include "core_world.h"
#include "lib/bug.h"
#include "public/domctl.h"
#include "public/sysctl.h"

#define TICK MICROSECS(100)

static struct domain *dom[8];
static unsigned nr_doms;
static struct domain *many[12];

static struct vcpu *hog(domid_t id, cpumask_t hard, unsigned weight,
                        unsigned cap)
{
    struct xen_domctl_scheduler_op op = {
        .sched_id = XEN_SCHEDULER_CREDIT2, .cmd = XEN_DOMCTL_SCHEDOP_putinfo,
        .u.credit2 = { .weight = (uint16_t)weight, .cap = (uint16_t)cap },
    };
    struct domain *d = core_domain(id, 1);

    dom[nr_doms++] = d;
    BUG_ON(sched_set_affinity(d->vcpu[0], &hard, NULL));
    BUG_ON(sched_adjust(d, &op));
    core_up(d->vcpu[0]);
    return d->vcpu[0];
}

static void end(void)
{
    while (nr_doms)
        core_domain_end(dom[--nr_doms]);
}

static uint64_t ran(struct vcpu *v)
{
    uint64_t time[4];

    vcpu_runstate_get(v, time);
    return time[RUNSTATE_running];
}

static void run(s_time_t for_ns)
{
    s_time_t until = world_now + for_ns;

    while (world_now < until)
        core_step(TICK);
}

/* Percent of one CPU that v gets over the next second. */
static unsigned share(struct vcpu *v, struct vcpu *w, unsigned *of_w)
{
    uint64_t v0 = ran(v), w0 = w ? ran(w) : 0;

    run(SECONDS(1));
    if (w)
        *of_w = (unsigned)((ran(w) - w0) / 10000000);
    return (unsigned)((ran(v) - v0) / 10000000);
}

static void test_alone(void)
{
    struct vcpu *v = hog(1, 7, 256, 0);

    CU_ASSERT(share(v, NULL, NULL) >= 99);
    end();
}

static void test_three_on_two(void)
{
    struct vcpu *a = hog(1, 3, 256, 0), *b = hog(2, 3, 256, 0);
    struct vcpu *c = hog(3, 3, 256, 0);
    uint64_t c0 = ran(c);
    unsigned pa, pb;

    pa = share(a, b, &pb);
    CU_ASSERT(pa >= 62 && pa <= 71);
    CU_ASSERT(pb >= 62 && pb <= 71);
    CU_ASSERT((ran(c) - c0) / 10000000 >= 62);
    end();
}

static void test_weights(void)
{
    struct vcpu *a = hog(1, 1, 512, 0), *b = hog(2, 1, 256, 0);
    unsigned pa, pb;

    pa = share(a, b, &pb);
    CU_ASSERT(pa >= 63 && pa <= 70);
    CU_ASSERT(pb >= 30 && pb <= 37);
    end();
}

static void test_cap(void)
{
    struct vcpu *a = hog(1, 1, 256, 30), *b = hog(2, 1, 256, 0);
    unsigned pa, pb;

    pa = share(a, b, &pb);
    CU_ASSERT(pa >= 28 && pa <= 32);
    CU_ASSERT(pb >= 67 && pb <= 72);
    end();
}

static void test_cap_alone(void)
{
    struct vcpu *a = hog(1, 7, 256, 50);
    unsigned p = share(a, NULL, NULL);

    CU_ASSERT(p >= 48 && p <= 52);
    end();
}

static void test_affinity(void)
{
    struct vcpu *a = hog(1, 2, 256, 0), *b = hog(2, 2, 256, 0);
    cpumask_t third = 4;
    unsigned i;

    for (i = 0; i < 2000; i++) {
        core_step(TICK);
        CU_ASSERT(fake_cpus[0].current->is_idle);
        CU_ASSERT(fake_cpus[2].current->is_idle);
    }
    /* A vcpu is moved off its CPU while it runs there, and while it waits. */
    BUG_ON(sched_set_affinity(a, &third, NULL));
    core_settle();
    CU_ASSERT_PTR_EQUAL(fake_cpus[2].current, a);
    CU_ASSERT_PTR_EQUAL(fake_cpus[1].current, b);
    BUG_ON(sched_set_affinity(b, &third, NULL));
    core_settle();
    CU_ASSERT(fake_cpus[1].current->is_idle);
    CU_ASSERT_EQUAL(sched_set_affinity(a, &(cpumask_t){ 0x70 }, NULL), -EINVAL);
    end();
}

/* One that works 1 ms in every 10 gets it at once beside hogs on every CPU. */
static void test_sleeper(void)
{
    struct vcpu *s = hog(1, 7, 256, 0), *h[4];
    s_time_t worst = 0;
    unsigned i, n;

    for (i = 0; i < 4; i++)
        h[i] = hog((domid_t)(2 + i), 7, 256, 0);
    run(MILLISECS(200));
    for (n = 0; n < 100; n++) {
        uint64_t start;
        s_time_t woken;

        __atomic_fetch_or(&s->flags, VCPU_BLOCKED, __ATOMIC_SEQ_CST);
        vcpu_sleep(s, false);
        core_settle();
        run(MILLISECS(9));
        start = ran(s);
        woken = world_now;
        vcpu_unblock(s);
        core_settle();
        while (ran(s) - start < (uint64_t)MILLISECS(1))
            core_step(TICK);
        worst = MAX(worst, world_now - woken);
    }
    CU_ASSERT(worst <= MILLISECS(3));
    CU_ASSERT(ran(h[0]) > 0);
    end();
}

/* A hog that yields all the time leaves nearly everything to another. */
static void test_yield(void)
{
    struct vcpu *a = hog(1, 1, 256, 0), *b = hog(2, 1, 256, 0);
    uint64_t b0 = ran(b);
    unsigned i;

    for (i = 0; i < 5000; i++) {
        core_step(TICK);
        fake_cpu = 0;
        if (current() == a)
            sched_yield();
        core_settle();
    }
    CU_ASSERT(ran(b) - b0 > (uint64_t)TICK * 5000 / 2);
    end();
}

/* Twelve of four weights on three CPUs: each within 1 % of what is due. */
static void test_many_weights(void)
{
    struct vcpu *v[12];
    uint64_t was[12];
    unsigned i;

    for (i = 0; i < 12; i++) {
        v[i] = core_domain((domid_t)(1 + i), 1)->vcpu[0];
        many[i] = v[i]->d;
        v[i]->d->sched.weight = (uint16_t)(64u << i % 4);
        core_up(v[i]);
    }
    run(MILLISECS(500));
    for (i = 0; i < 12; i++)
        was[i] = ran(v[i]);
    run(SECONDS(10));
    for (i = 0; i < 12; i++) {
        double due = 3e10 * (64u << i % 4) / (3 * 960);

        CU_ASSERT_DOUBLE_EQUAL((double)(ran(v[i]) - was[i]), due, due / 100);
    }
    for (i = 0; i < 12; i++)
        core_domain_end(many[i]);
}

/* What two had for themselves, at different rates, is nobody's debt later. */
static void test_company_after_alone(void)
{
    struct vcpu *a = hog(1, 3, 1024, 0), *b = hog(2, 3, 64, 0), *c, *d;
    unsigned pa, pb;

    run(SECONDS(3));
    c = hog(3, 3, 1024, 0);
    d = hog(4, 3, 64, 0);
    run(MILLISECS(300));
    pa = share(a, b, &pb);
    CU_ASSERT(pa >= 90 && pa <= 97);
    CU_ASSERT(pb >= 3 && pb <= 9);
    CU_ASSERT(ran(c) > 10 * ran(d));
    end();
}

/* Who may run elsewhere does not wait behind those that may not. */
static void test_pinned_beside(void)
{
    struct vcpu *f;
    unsigned i;

    for (i = 0; i < 4; i++)
        hog((domid_t)(1 + i), 1, 256, 0);
    f = hog(5, 3, 256, 0);
    run(MILLISECS(100));
    CU_ASSERT(share(f, NULL, NULL) >= 97);
    end();
}

/* A cap holds for a domain, however many vcpus it has. */
static void test_cap_of_two(void)
{
    struct xen_domctl_scheduler_op op = {
        .sched_id = XEN_SCHEDULER_CREDIT2, .cmd = XEN_DOMCTL_SCHEDOP_putinfo,
        .u.credit2 = { .weight = 256, .cap = 201 },
    };
    struct domain *d = dom[nr_doms++] = core_domain(1, 2);
    unsigned pa, pb;

    CU_ASSERT_EQUAL(sched_adjust(d, &op), -EINVAL);
    op.u.credit2.cap = 50;
    CU_ASSERT_EQUAL(sched_adjust(d, &op), 0);
    core_up(d->vcpu[0]);
    core_up(d->vcpu[1]);
    run(MILLISECS(300));
    pa = share(d->vcpu[0], d->vcpu[1], &pb);
    CU_ASSERT(pa + pb >= 48 && pa + pb <= 51);
    end();
}

/* Who blocks just before every millisecond, to be fresh again, gains nothing. */
static void test_thief(void)
{
    struct vcpu *t = hog(1, 1, 256, 0), *h = hog(2, 1, 256, 0);
    unsigned i, ticks = 0;
    uint64_t t0, h0;

    run(MILLISECS(100));
    t0 = ran(t);
    h0 = ran(h);
    for (i = 0; i < 50000; i++) {
        core_step(TICK);
        if (fake_cpus[0].current == t && ++ticks % 9 == 0) {
            __atomic_fetch_or(&t->flags, VCPU_BLOCKED, __ATOMIC_SEQ_CST);
            vcpu_sleep(t, false);
        } else {
            vcpu_unblock(t);
        }
        core_settle();
    }
    CU_ASSERT((ran(t) - t0) * 100 <= (ran(h) - h0) * 101);
    CU_ASSERT((ran(t) - t0) * 100 >= (ran(h) - h0) * 70);
    end();
}

static void test_limits(void)
{
    struct vcpu *v = hog(1, 7, 256, 0);
    cpumask_t second = 2;

    CU_ASSERT_EQUAL(sched_set_ratelimit_us(99), -EINVAL);
    CU_ASSERT_EQUAL(sched_set_ratelimit_us(500001), -EINVAL);
    CU_ASSERT_EQUAL(sched_set_ratelimit_us(0), 0);
    CU_ASSERT_EQUAL(sched_ratelimit_us(), 0);
    CU_ASSERT_EQUAL(sched_set_ratelimit_us(1000), 0);
    CU_ASSERT_EQUAL(sched_override(v, -1), -EINVAL);
    CU_ASSERT_EQUAL(sched_override(v, 2), 0);
    core_settle();
    CU_ASSERT_PTR_EQUAL(fake_cpus[2].current, v);
    CU_ASSERT_EQUAL(sched_override(v, 1), -EBUSY);
    CU_ASSERT_EQUAL(sched_set_affinity(v, &second, NULL), -EBUSY);
    CU_ASSERT_EQUAL(sched_override(v, -1), 0);
    CU_ASSERT_EQUAL(sched_set_affinity(v, &second, NULL), 0);
    core_settle();
    CU_ASSERT_PTR_EQUAL(fake_cpus[1].current, v);
    end();
}

static unsigned places(const struct vcpu *v)
{
    unsigned i, n = v->sched.queued;

    for (i = 0; i < FAKE_CPUS; i++)
        n += fake_cpus[i].current == v;
    return n;
}

static void check_rules(void)
{
    unsigned i, cpu;

    for (i = 0; i < nr_doms; i++) {
        struct vcpu *v = dom[i]->vcpu[0];

        CU_ASSERT_EQUAL_FATAL(v->sched.cpus,
                              v->sched.hard & sched_pool_cpus(v->d));
        CU_ASSERT_NOT_EQUAL_FATAL(v->sched.cpus, 0);

        CU_ASSERT_EQUAL_FATAL(places(v), vcpu_runnable(v) ? 1 : 0);
        for (cpu = 0; cpu < FAKE_CPUS; cpu++) {
            /* nobody waits while a CPU that it may use is idle */
            if (v->sched.queued && (v->sched.cpus & cpumask_of(cpu)))
                CU_ASSERT_FATAL(!fake_cpus[cpu].current->is_idle);
            if (fake_cpus[cpu].current == v)
                CU_ASSERT_FATAL((v->sched.cpus & cpumask_of(cpu)) != 0);
        }
    }
}

static int pool(unsigned op, unsigned id, unsigned what)
{
    struct xen_sysctl_cpupool_op p = {
        .op = op, .cpupool_id = id, .sched_id = XEN_SCHEDULER_CREDIT2,
        .domid = what, .cpu = what,
    };
    cpumask_t cpus;

    return sched_pool_op(&p, &cpus);
}

static void pool_change(void)
{
    switch (rnd(3)) {
    case 0:
        (void)pool(XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, rnd(2),
                   dom[rnd(nr_doms)]->id);
        break;
    case 1:
        (void)pool(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, rnd(2), rnd(FAKE_CPUS));
        break;
    default:
        (void)pool(XEN_SYSCTL_CPUPOOL_OP_RMCPU, rnd(2), rnd(FAKE_CPUS));
        break;
    }
}

static void random_change(void)
{
    struct vcpu *v = dom[rnd(nr_doms)]->vcpu[0];
    cpumask_t hard = 1 + rnd(7);

    fake_cpu = rnd(FAKE_CPUS);
    switch (rnd(7)) {
    case 0:
        __atomic_fetch_or(&v->flags, VCPU_BLOCKED, __ATOMIC_SEQ_CST);
        vcpu_sleep(v, false);
        break;
    case 1:
    case 2:
        vcpu_unblock(v);
        break;
    case 3:
        BUG_ON(sched_set_affinity(v, &hard, NULL) &&
               (hard & sched_pool_cpus(v->d)));
        break;
    case 4:
        v->pause_count ^= 1;
        if (v->pause_count)
            vcpu_sleep(v, false);
        else
            vcpu_wake(v);
        break;
    case 5:
        pool_change();
        break;
    default:
        vcpu_wake(v);
        break;
    }
    fake_cpu = 0;
}

static void test_random(void)
{
    unsigned seed, i;

    BUG_ON(pool(XEN_SYSCTL_CPUPOOL_OP_CREATE, 1, 0));
    for (seed = 1; seed <= 20; seed++) {
        rnd_seed(seed);
        for (i = 0; i < 7; i++)
            hog((domid_t)(1 + i), 7, 64u << rnd(5), 0);
        core_settle();
        for (i = 0; i < 3000; i++) {
            random_change();
            if (rnd(3))
                core_settle();
            core_step(rnd(MILLISECS(3)));
            check_rules();
        }
        for (i = 0; i < nr_doms; i++)
            dom[i]->vcpu[0]->pause_count = 0;
        end();
        core_settle();
        for (i = 0; i < FAKE_CPUS; i++)
            if (!pool(XEN_SYSCTL_CPUPOOL_OP_RMCPU, 1, i) || seed == 20)
                (void)pool(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 0, i);
    }
    CU_ASSERT_EQUAL(pool(XEN_SYSCTL_CPUPOOL_OP_DESTROY, 1, 0), 0);
}

int main(void)
{
    CU_pSuite s;

    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    core_world_init();
    s = CU_add_suite("scheduler", NULL, NULL);
    CU_ADD_TEST(s, test_alone);
    CU_ADD_TEST(s, test_three_on_two);
    CU_ADD_TEST(s, test_weights);
    CU_ADD_TEST(s, test_cap);
    CU_ADD_TEST(s, test_cap_alone);
    CU_ADD_TEST(s, test_affinity);
    CU_ADD_TEST(s, test_sleeper);
    CU_ADD_TEST(s, test_yield);
    CU_ADD_TEST(s, test_many_weights);
    CU_ADD_TEST(s, test_company_after_alone);
    CU_ADD_TEST(s, test_pinned_beside);
    CU_ADD_TEST(s, test_cap_of_two);
    CU_ADD_TEST(s, test_thief);
    CU_ADD_TEST(s, test_limits);
    CU_ADD_TEST(s, test_random);
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    return CU_get_number_of_failures() != 0;
}
