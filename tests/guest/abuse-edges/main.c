/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/callback.h"
#include "public/physdev.h"
#include "public/vcpu.h"
#include "public/version.h"

const char test_title[] =
    "an argument that ends on a page which is not there is refused, one across two "
    "pages that are is read whole, and one on a read-only page gets no answer";

/* `bytes` of the argument; answers: it is written as well as read. */
static const struct row {
    const char *name;
    unsigned nr, cmd, bytes;
    bool answers;
} rows[] = {
    { "alloc_unbound", __HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound,
      sizeof(struct evtchn_alloc_unbound), true },
    { "bind_interdomain", __HYPERVISOR_event_channel_op,
      EVTCHNOP_bind_interdomain, sizeof(struct evtchn_bind_interdomain), true },
    { "bind_virq", __HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq,
      sizeof(struct evtchn_bind_virq), true },
    { "bind_ipi", __HYPERVISOR_event_channel_op, EVTCHNOP_bind_ipi,
      sizeof(struct evtchn_bind_ipi), true },
    { "status", __HYPERVISOR_event_channel_op, EVTCHNOP_status,
      sizeof(struct evtchn_status), true },
    { "bind_vcpu", __HYPERVISOR_event_channel_op, EVTCHNOP_bind_vcpu,
      sizeof(struct evtchn_bind_vcpu), false },
    { "poll", __HYPERVISOR_sched_op, SCHEDOP_poll, sizeof(struct sched_poll),
      false },
    { "remote_shutdown", __HYPERVISOR_sched_op, SCHEDOP_remote_shutdown,
      sizeof(struct sched_remote_shutdown), false },
    { "exchange", __HYPERVISOR_memory_op, XENMEM_exchange,
      sizeof(struct xen_memory_exchange), false },
    { "add_to_physmap", __HYPERVISOR_memory_op, XENMEM_add_to_physmap,
      sizeof(struct xen_add_to_physmap), false },
    { "machphys_mapping", __HYPERVISOR_memory_op, XENMEM_machphys_mapping,
      sizeof(struct xen_machphys_mapping), true },
    { "callback", __HYPERVISOR_callback_op, CALLBACKOP_register,
      sizeof(struct callback_register), false },
    { "set_iopl", __HYPERVISOR_physdev_op, PHYSDEVOP_set_iopl,
      sizeof(struct physdev_set_iopl), false },
    { "set_iobitmap", __HYPERVISOR_physdev_op, PHYSDEVOP_set_iobitmap,
      sizeof(struct physdev_set_iobitmap), false },
    { "compile_info", __HYPERVISOR_xen_version, XENVER_compile_info,
      sizeof(xen_compile_info_t), true },
    { "changeset", __HYPERVISOR_xen_version, XENVER_changeset,
      sizeof(xen_changeset_info_t), true },
};

static char *two;                   /* pages; the second is taken away        */
static uint64_t pte[2];

static long call(const struct row *r, void *arg)
{
    return hypercall6(r->nr, r->cmd, (uint64_t)arg, 0, 0, 0, 0);
}

static void check_ends(void)
{
    expect_eq(0, page_set(two + PAGE_SIZE, 0), "take the second page");
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];

        memset(two, 0, PAGE_SIZE);
        expect_eq(-XEN_EFAULT, call(r, two + PAGE_SIZE - r->bytes + 1),
                  "%s without its last byte", r->name);
        expect_eq(-XEN_EFAULT, call(r, two + PAGE_SIZE - 1),
                  "%s with its first alone", r->name);
    }
    expect_eq(0, page_set(two + PAGE_SIZE, pte[1]), "give it again");
}

/* Read-only is no address for what would be answered. */
static void check_readonly(void)
{
    expect_eq(0, page_set(two, pte[0] & ~PTE_RW), "read-only");
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].answers)
            expect_true(call(&rows[i], two) < 0, "%s on a read-only page",
                        rows[i].name);
    }
    expect_eq(0, page_set(two, pte[0]), "writable");
}

static void check_across(void)
{
    struct evtchn_alloc_unbound *un = (void *)(two + PAGE_SIZE - 3);
    struct evtchn_close cl;

    memset(two, 0, 2 * PAGE_SIZE);
    un->dom = un->remote_dom = DOMID_SELF;
    expect_eq(0, hc_event_channel_op(EVTCHNOP_alloc_unbound, un),
              "across two pages");
    cl.port = un->port;
    expect_true(cl.port > 0 && cl.port < 4096, "port %u", cl.port);
    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &cl), "close");
}

/* What was bound though its answer could not be given is ours to close. */
static void close_bound(void)
{
    struct evtchn_status st = { .dom = DOMID_SELF };

    rt_restore();
    for (st.port = 1; hc_event_channel_op(EVTCHNOP_status, &st) == 0; st.port++)
        if (st.status == EVTCHNSTAT_virq || st.status == EVTCHNSTAT_ipi ||
            (st.status == EVTCHNSTAT_unbound && rt_is_dom0()))
            expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &st.port),
                      "close of port %u", st.port);
}

void test_main(void)
{
    two = va_hole();
    for (unsigned i = 0; i < 2; i++) {
        pte[i] = va_to_mfn(page_alloc()) << 12 | PTE_FLAGS;
        expect_eq(0, page_set(two + i * PAGE_SIZE, pte[i]), "map");
    }
    events_disable();
    check_ends();
    check_readonly();
    check_across();
    close_bound();
    events_enable();
}
