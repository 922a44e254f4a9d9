/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"
#include "public/callback.h"

const char test_title[] =
    "vcpu_info moves to a page of the guest once, runstates add up, an NMI "
    "reaches its callback";

/* covers use: vcpu_op.register_vcpu_info vcpu_op.get_runstate_info */
/* covers use: vcpu_op.register_runstate_memory_area vcpu_op.send_nmi */

static unsigned running, ipis, nmis;

static void second_main(void *arg)
{
    (void)arg;
    events_enable();
    __atomic_store_n(&running, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&ipis, __ATOMIC_SEQ_CST))
        hc_sched_op(SCHEDOP_block, NULL);
}

static void on_ipi(unsigned port)
{
    (void)port;
    __atomic_store_n(&ipis, 1 + vcpu_self(), __ATOMIC_SEQ_CST);
}

static void check_move(void)
{
    struct vcpu_info *page = page_alloc();
    struct vcpu_register_vcpu_info reg = { .mfn = va_to_mfn(page) };
    struct evtchn_bind_ipi bind = { .vcpu = 2 };
    struct evtchn_send send;
    struct evtchn_close cl;

    reg.offset = PAGE_SIZE - 8;
    expect_eq(-XEN_ENXIO, hc_vcpu_op(VCPUOP_register_vcpu_info, 2, &reg),
              "across the page's end");
    reg.offset = 0xffffffff;
    expect_eq(-XEN_ENXIO, hc_vcpu_op(VCPUOP_register_vcpu_info, 2, &reg),
              "offset ~0");
    reg.offset = 64;
    reg.mfn = 0xfffffffffUL;
    expect_true(hc_vcpu_op(VCPUOP_register_vcpu_info, 2, &reg) < 0, "no frame");
    reg.mfn = va_to_mfn(page);
    expect_eq(-XEN_ENOENT, hc_vcpu_op(VCPUOP_register_vcpu_info, 8191, &reg),
              "vcpu 8191");
    expect_eq(0, hc_vcpu_op(VCPUOP_register_vcpu_info, 2, &reg), "register");
    expect_eq(-XEN_EINVAL, hc_vcpu_op(VCPUOP_register_vcpu_info, 2, &reg),
              "register again");
    vcpu_info_moved(2, page + 1);
    expect_eq(1, page[1].evtchn_upcall_pending, "kicked after the move");
    expect_eq(-1, page[1].evtchn_pending_sel, "all words to be looked at");

    running = ipis = 0;
    expect_eq(0, rt_vcpu_start(2, second_main, NULL), "start");
    expect_true(wait_for(&running, 2000000000), "it never ran");
    expect_true(page[1].time.version != 0, "no time in the new place");
    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_ipi, &bind), "bind_ipi");
    event_on(bind.port, on_ipi);
    send.port = bind.port;
    expect_eq(0, hc_event_channel_op(EVTCHNOP_send, &send), "send");
    expect_true(wait_for(&ipis, 2000000000), "its event never arrived");
    expect_eq(3, ipis, "vcpu that took it, + 1");
    event_on(bind.port, NULL);
    cl.port = bind.port;
    hc_event_channel_op(EVTCHNOP_close, &cl);
    while (hc_vcpu_op(VCPUOP_is_up, 2, NULL) == 1)
        hc_sched_op(SCHEDOP_yield, NULL);
}

/* The caller's blocked time after it has slept for about @ns. */
static uint64_t blocked_after(uint64_t ns)
{
    struct sched_poll poll = { .timeout = time_ns() + ns };
    struct vcpu_runstate_info now;

    hc_sched_op(SCHEDOP_poll, &poll);
    /* Long enough for emulated CPUs whose clocks are apart. */
    time_spin(20000000);
    expect_eq(0, hc_vcpu_op(VCPUOP_get_runstate_info, 0, &now), "runstate");
    return now.time[RUNSTATE_blocked];
}

static void check_runstate(void)
{
    static struct vcpu_runstate_info area;
    struct vcpu_runstate_info a, b;
    struct vcpu_register_runstate_memory_area reg;
    unsigned tries = 0;

    expect_eq(0, hc_vcpu_op(VCPUOP_get_runstate_info, 0, &a), "runstate");
    expect_eq(RUNSTATE_running, a.state, "state of the caller");
    /* Any event of the domain may end a poll of no ports, and where the host holds
     * the machine up the time may be over before the poll has begun. */
    while (blocked_after(30000000) - a.time[RUNSTATE_blocked] <= 5000000 && ++tries < 20)
        ;
    expect_eq(0, hc_vcpu_op(VCPUOP_get_runstate_info, 0, &b), "runstate");
    expect_true(b.time[RUNSTATE_blocked] - a.time[RUNSTATE_blocked] > 5000000,
                "30 ms asleep, %u times, count as %lu ns", tries,
                b.time[RUNSTATE_blocked] - a.time[RUNSTATE_blocked]);
    expect_true(b.time[RUNSTATE_running] > a.time[RUNSTATE_running],
                "no time was spent running");
    set_xen_guest_handle(reg.addr.h, &area);
    expect_eq(0, hc_vcpu_op(VCPUOP_register_runstate_memory_area, 0, &reg),
              "register an area");
    expect_eq(RUNSTATE_running, area.state, "state in the area");
    for (tries = 0; tries < 20 && area.time[RUNSTATE_blocked] <=
                                      b.time[RUNSTATE_blocked]; tries++)
        blocked_after(10000000);
    expect_true(area.time[RUNSTATE_blocked] > b.time[RUNSTATE_blocked],
                "the area is not kept up");
    set_xen_guest_handle(reg.addr.h, NULL);
    hc_vcpu_op(VCPUOP_register_runstate_memory_area, 0, &reg);
    expect_eq(-XEN_ENOENT, hc_vcpu_op(VCPUOP_get_runstate_info, 8191, &a),
              "vcpu 8191");
    expect_eq(-XEN_EFAULT,
              hc_vcpu_op(VCPUOP_get_runstate_info, 0,
                         (void *)0x7f0000000000UL), "to an unmapped address");
}

void rt_nmi_entry(void);

static bool on_nmi(struct trap_frame *f)
{
    (void)f;
    nmis++;
    return true;
}

static void check_nmi(void)
{
    struct callback_register cb = { .type = CALLBACKTYPE_nmi };
    struct callback_unregister un = { .type = CALLBACKTYPE_nmi };

    nmis = 0;
    trap_on(TRAP_NMI, on_nmi);
    cb.address = (xen_callback_t)rt_nmi_entry;
    expect_eq(0, hc_callback_op(CALLBACKOP_register, &cb), "register");
    expect_eq(0, hc_vcpu_op(VCPUOP_send_nmi, 0, NULL), "send");
    expect_eq(1, nmis, "NMIs");
    expect_eq(0, hc_vcpu_op(VCPUOP_send_nmi, 0, NULL), "send again");
    expect_eq(2, nmis, "NMIs, second time");
    expect_eq(0, hc_callback_op(CALLBACKOP_unregister, &un), "unregister");
    cb.type = 99;
    expect_eq(-XEN_ENOSYS, hc_callback_op(CALLBACKOP_register, &cb), "type 99");
    cb.type = CALLBACKTYPE_event;
    cb.address = 0x8000000000000000UL;
    expect_eq(-XEN_EINVAL, hc_callback_op(CALLBACKOP_register, &cb),
              "an address that is none");
    un.type = CALLBACKTYPE_event;
    expect_eq(-XEN_EINVAL, hc_callback_op(CALLBACKOP_unregister, &un),
              "unregister the event callback");
}

void test_main(void)
{
    check_move();
    check_runstate();
    check_nmi();
}
