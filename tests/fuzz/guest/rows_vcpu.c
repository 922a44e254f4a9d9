/* SPDX-License-Identifier: MIT */
/*
 * rows_vcpu.c - further vcpus, timers, the scheduler's calls.
 *
 * The vcpus that do not fuzz are brought up only with a context that sleeps for
 * ever. Left out (R2): going down oneself, shutdown, a poll or block without an
 * end, a watchdog that bites within the hour.
 */
#include "frontends/rt/private.h"
#include "public/errno.h"
#include "tests/fuzz/guest/fuzz.h"

#define FOREVER 0x3fffffffffffffffUL

static void sleeper(void *arg)
{
    struct sched_poll op = { .timeout = FOREVER };

    (void)arg;
    events_disable();
    for (;;)
        hc_sched_op(SCHEDOP_poll, &op);
}

static void vcpu_call(struct step *s, unsigned cmd, uint64_t vcpu, void *arg)
{
    s->nr = __HYPERVISOR_vcpu_op;
    s->a[0] = cmd;
    s->a[1] = vcpu;
    s->a[2] = (uint64_t)arg;
}

/* ---- up and down ---- */

static uint64_t other_vcpu(struct step *s)
{
    uint64_t v = draw_vcpu(s);

    return v < nr_fuzzers ? 3 : v;
}

/* The context is larger than the page of arguments: it has its own place. */
static void initialise_draw(struct step *s)
{
    static struct vcpu_guest_context context[NR_FUZZERS];
    struct vcpu_guest_context *c = &context[s->m->vcpu];
    uint64_t v = other_vcpu(s);
    unsigned n = below(s, 100);

    rt_vcpu_context(v < 4 ? (unsigned)v : 3, c);
    vcpu_init((struct rt_vcpu *)c->gs_base_kernel, v < 4 ? (unsigned)v : 3);
    c->user_regs.rip = (uint64_t)sleeper;
    c->user_regs.rsp -= 8;
    /* A frame of the arena could become the root for good (R1). */
    if (n < 25)
        c->ctrlreg[3] = xen_pfn_to_cr3(n < 10 ? va_to_mfn(live_l1) :
                                       n < 20 ? va_to_mfn(spare) : NO_FRAME);
    else if (n < 40)
        c->gdt_ents = 513 + (unsigned)edge_value(s);
    else if (n < 50)
        c->event_callback_eip = 0x8000000000000000UL;
    vcpu_call(s, VCPUOP_initialise, v, draw_pointer(s, c, 92));
    if (s->a[2] == (uint64_t)readonly_page)
        s->a[2] = (uint64_t)UNMAPPED;
    s->k[0] = n < 50;
}

static void up_draw(struct step *s)
{
    vcpu_call(s, VCPUOP_up, other_vcpu(s), NULL);
}

static void down_draw(struct step *s)
{
    vcpu_call(s, VCPUOP_down, other_vcpu(s), NULL);
}

static void is_up_draw(struct step *s)
{
    vcpu_call(s, VCPUOP_is_up, draw_vcpu(s), NULL);
}

/* Its own page for each vcpu: what is registered stays so. */
static void info_draw(struct step *s)
{
    static char *page[4];
    struct vcpu_register_vcpu_info *op = (struct vcpu_register_vcpu_info *)s->arg;
    uint64_t v = other_vcpu(s), frame = draw_alien(s);
    unsigned n = below(s, 100);

    if (v < 4 && page[v] == NULL)
        page[v] = page_take();
    op->mfn = n < 40 && v < 4 ? va_to_mfn(page[v]) : frame;
    op->offset = (uint32_t)(n % 4 != 0 ? 64 * below(s, 64) : edge_value(s));
    op->rsvd = 0;
    vcpu_call(s, VCPUOP_register_vcpu_info, v, draw_pointer(s, op, 95));
    s->k[0] = v < 4 ? (uint64_t)page[v] + op->offset : 0;
    s->k[1] = v;
}

static void info_learn(struct step *s)
{
    s->ok = s->rc == 0;
    if (s->ok && s->k[0] != 0)
        vcpu_info_moved((unsigned)s->k[1], (struct vcpu_info *)s->k[0]);
}

static void nmi_draw(struct step *s)
{
    vcpu_call(s, VCPUOP_send_nmi, other_vcpu(s), NULL);
}

/* ---- areas and timers ---- */

FIELDS(f_none, F(vcpu_set_periodic_timer, period_ns, K_PADDING, 0));
FIELDS(f_runstate, F(vcpu_register_runstate_memory_area, addr, K_AREA, 0));
FIELDS(f_time, F(vcpu_register_time_memory_area, addr, K_AREA, 0));

static void period_prepare(struct step *s)
{
    ((struct vcpu_set_periodic_timer *)s->arg)->period_ns =
        chance(s, 70) ? 1000000000UL + next(s) % 1000000000000UL : edge_value(s);
}

static void single_prepare(struct step *s)
{
    struct vcpu_set_singleshot_timer *op =
        (struct vcpu_set_singleshot_timer *)s->arg;
    uint64_t any = edge_value(s);

    op->timeout_abs_ns = chance(s, 70) ? FOREVER - below(s, 1000) : any;
    op->flags = below(s, 2);
}

static void timer_draw(struct step *s)
{
    uint64_t any = edge_value(s);

    s->nr = __HYPERVISOR_set_timer_op;
    s->a[0] = chance(s, 60) ? FOREVER - below(s, 1000) : any;
}

static void value_learn(struct step *s)
{
    s->ok = s->rc >= 0;
}

/* ---- the scheduler ---- */

FIELDS(f_code, F(sched_shutdown, reason, K_SMALL, 7));
FIELDS(f_remote, F(sched_remote_shutdown, domain_id, K_OTHER, 0),
       F(sched_remote_shutdown, reason, K_SMALL, 7));
FIELDS(f_pin, F(sched_pin_override, pcpu, K_SMALL, 2));

static void poll_draw(struct step *s)
{
    struct sched_poll *op = (struct sched_poll *)s->arg;
    evtchn_port_t *list = (evtchn_port_t *)s->list;
    unsigned n = below(s, 6);

    memset(op, 0, sizeof(*op));
    memset(list, 0, PAGE_SIZE);
    for (unsigned i = 0; i < n; i++)
        list[i] = (evtchn_port_t)draw_port(s);
    set_xen_guest_handle(op->ports, list);
    op->ports.p = draw_pointer(s, list, 95);
    op->nr_ports = chance(s, 95) ? n : (unsigned)edge_value(s);
    op->timeout = 1;
    s->nr = __HYPERVISOR_sched_op;
    s->a[0] = SCHEDOP_poll;
    s->a[1] = (uint64_t)draw_pointer(s, op, 95);
    /* What is behind another page's pointer could be a poll without an end. */
    if (s->a[1] == (uint64_t)readonly_page)
        s->a[1] = (uint64_t)UNMAPPED;
}

static void yield_draw(struct step *s)
{
    s->nr = __HYPERVISOR_sched_op;
    s->a[0] = chance(s, 80) ? SCHEDOP_yield : SCHEDOP_block;
    s->a[1] = edge_value(s);
    /* With an event waiting a block ends at once. */
    if (s->a[0] == SCHEDOP_block)
        vcpu_info_self()->evtchn_upcall_pending = 1;
}

static void block_learn(struct step *s)
{
    s->ok = s->rc >= 0;
    events_disable();
}

static void watchdog_prepare(struct step *s)
{
    struct sched_watchdog *op = (struct sched_watchdog *)s->arg;
    uint32_t any = (uint32_t)edge_value(s);

    if (opt.xen)
        s->skip = true;
    op->id = chance(s, 85) ? below(s, 3) : any;
    op->timeout = chance(s, 40) ? 0 : 100000 + below(s, 100000);
}

/* Disarmed at once. Real Xen was seen to bite all the same, long before the time:
 * xen=1 leaves the row out. */
static void watchdog_learn(struct step *s)
{
    struct sched_watchdog op = { .timeout = 0 };

    s->ok = s->rc >= 0;
    for (op.id = 1; op.id <= 2; op.id++)
        hc_sched_op(SCHEDOP_watchdog, &op);
}

static void odd_draw(struct step *s)
{
    s->nr = __HYPERVISOR_sched_op;
    s->a[0] = 8 + below(s, 100);
    s->a[1] = (uint64_t)s->arg;
}

#define VCPU(title, sub_, T, fields_, weight_, ...) \
    { "vcpu_op." title, ANY, weight_, .shape = SUB_VCPU_ARG, \
      .call = __HYPERVISOR_vcpu_op, .sub = sub_, .size = sizeof(struct T), \
      WITH(fields_), __VA_ARGS__ }
#define SCHED(title, sub_, T, fields_, weight_, ...) \
    { "sched_op." title, ANY, weight_, .shape = SUB_ARG, \
      .call = __HYPERVISOR_sched_op, .sub = sub_, .size = sizeof(struct T), \
      WITH(fields_), __VA_ARGS__ }

static const struct row table[] = {
    { "vcpu_op.initialise", ANY, 4, .draw = initialise_draw },
    { "vcpu_op.up", ANY, 5, .draw = up_draw },
    { "vcpu_op.down", ANY, 5, .draw = down_draw },
    { "vcpu_op.is_up", ANY, 3, .value = true, .draw = is_up_draw },
    { "vcpu_op.register_vcpu_info", ANY, 3, .draw = info_draw,
      .learn = info_learn },
    { "vcpu_op.send_nmi", ANY, 3, .draw = nmi_draw },
    VCPU("get_runstate_info", VCPUOP_get_runstate_info, vcpu_runstate_info, f_none,
         3),
    VCPU("register_runstate", VCPUOP_register_runstate_memory_area,
         vcpu_register_runstate_memory_area, f_runstate, 4),
    VCPU("register_time", VCPUOP_register_vcpu_time_memory_area,
         vcpu_register_time_memory_area, f_time, 4),
    VCPU("set_periodic_timer", VCPUOP_set_periodic_timer, vcpu_set_periodic_timer,
         f_none, 4, .prepare = period_prepare),
    VCPU("stop_periodic_timer", VCPUOP_stop_periodic_timer,
         vcpu_set_periodic_timer, f_none, 3),
    VCPU("set_singleshot_timer", VCPUOP_set_singleshot_timer,
         vcpu_set_singleshot_timer, f_none, 4, .prepare = single_prepare),
    VCPU("stop_singleshot_timer", VCPUOP_stop_singleshot_timer,
         vcpu_set_periodic_timer, f_none, 3),
    VCPU("get_physid", VCPUOP_get_physid, vcpu_get_physid, f_none, 1),
    { "set_timer_op", ANY, 4, .draw = timer_draw },
    { "sched_op.poll", ANY, 8, .draw = poll_draw, .learn = value_learn },
    { "sched_op.yield", ANY, 4, .alone = true,
      .draw = yield_draw, .learn = block_learn },
    SCHED("shutdown_code", SCHEDOP_shutdown_code, sched_shutdown, f_code, 1),
    SCHED("remote_shutdown", SCHEDOP_remote_shutdown, sched_remote_shutdown,
          f_remote, 1),
    SCHED("watchdog", SCHEDOP_watchdog, sched_watchdog, f_none, 4,
          .prepare = watchdog_prepare, .learn = watchdog_learn, .value = true,
          .alone = true),
    SCHED("pin_override", SCHEDOP_pin_override, sched_pin_override, f_pin, 2),
    { "sched_op.others", ANY, 1, .draw = odd_draw },
};
const struct rows rows_vcpu = { table, COUNT_OF(table) };
