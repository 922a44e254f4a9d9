/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/physdev.h"

const char test_title[] =
    "a control domain sets up, maps and binds an interrupt line once, and numbers "
    "out of range are refused";

/* covers use: event_channel_op.bind_pirq physdev_op physdev_op.setup_gsi */
/* covers use: physdev_op.map_pirq physdev_op.unmap_pirq */
/* covers use: physdev_op.irq_status_query physdev_op.eoi */
/* covers use: physdev_op.apic_read */
/* covers abuse: physdev_op physdev_op.setup_gsi physdev_op.map_pirq */
/* covers abuse: physdev_op.unmap_pirq physdev_op.irq_status_query */
/* covers abuse: physdev_op.eoi physdev_op.apic_read */

#define GSI 10

static void check_setup(void)
{
    struct physdev_setup_gsi s = { .gsi = GSI, .triggering = 1, .polarity = 1 };

    expect_eq(0, hc_physdev_op(PHYSDEVOP_setup_gsi, &s), "set up");
    expect_eq(-XEN_EEXIST, hc_physdev_op(PHYSDEVOP_setup_gsi, &s),
              "set up again");
    s.gsi = 100000;
    expect_true(hc_physdev_op(PHYSDEVOP_setup_gsi, &s) < 0, "GSI 100000");
    s.gsi = -1;
    expect_true(hc_physdev_op(PHYSDEVOP_setup_gsi, &s) < 0, "GSI -1");
}

static void check_map(void)
{
    struct physdev_map_pirq m = { .domid = DOMID_SELF, .index = GSI,
                                  .type = MAP_PIRQ_TYPE_GSI, .pirq = GSI };
    struct physdev_unmap_pirq u = { .domid = DOMID_SELF, .pirq = GSI };
    struct evtchn_bind_pirq b = { .pirq = GSI, .flags = BIND_PIRQ__WILL_SHARE };
    struct physdev_irq_status_query q = { .irq = GSI };
    struct physdev_eoi eoi = { .irq = GSI };
    struct evtchn_status st = { .dom = DOMID_SELF };

    expect_eq(0, hc_physdev_op(PHYSDEVOP_map_pirq, &m), "map");
    expect_eq(GSI, m.pirq, "its pirq");
    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_pirq, &b), "bind");
    expect_eq(-XEN_EEXIST, hc_event_channel_op(EVTCHNOP_bind_pirq, &b),
              "bind again");
    st.port = b.port;
    expect_eq(0, hc_event_channel_op(EVTCHNOP_status, &st), "status");
    expect_eq(EVTCHNSTAT_pirq, st.status, "status");
    expect_eq(GSI, st.u.pirq, "pirq of the port");
    expect_eq(0, hc_physdev_op(PHYSDEVOP_irq_status_query, &q), "query");
    expect_true((q.flags & XENIRQSTAT_needs_eoi) != 0, "needs no eoi");
    expect_eq(0, hc_physdev_op(PHYSDEVOP_eoi, &eoi), "eoi");
    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &st.port), "close");
    expect_eq(0, hc_physdev_op(PHYSDEVOP_unmap_pirq, &u), "unmap");
    expect_true(hc_physdev_op(PHYSDEVOP_unmap_pirq, &u) < 0, "unmap again");
    eoi.irq = 0xffffffff;
    expect_eq(-XEN_EINVAL, hc_physdev_op(PHYSDEVOP_eoi, &eoi), "eoi of ~0");
    q.irq = 0xffffffff;
    expect_eq(-XEN_EINVAL, hc_physdev_op(PHYSDEVOP_irq_status_query, &q),
              "query of ~0");
    m.type = 99;
    expect_true(hc_physdev_op(PHYSDEVOP_map_pirq, &m) < 0, "map of type 99");
    m.type = MAP_PIRQ_TYPE_GSI;
    m.index = 100000;
    expect_true(hc_physdev_op(PHYSDEVOP_map_pirq, &m) < 0, "map of 100000");
    m.domid = 0x7fe0;
    expect_true(hc_physdev_op(PHYSDEVOP_map_pirq, &m) < 0, "map for nobody");
}

static void check_apic(void)
{
    struct physdev_apic a = { .apic_physbase = 0xfec00000, .reg = 1 };

    expect_eq(0, hc_physdev_op(PHYSDEVOP_apic_read, &a), "read");
    expect_true((a.value & 0xff) != 0, "version of the IO-APIC: %#x", a.value);
    a.apic_physbase = 0x1000;
    expect_true(hc_physdev_op(PHYSDEVOP_apic_read, &a) < 0, "where none is");
}

void test_main(void)
{
    struct physdev_setup_gsi s = { .gsi = GSI };

    if (!rt_is_dom0()) {
        expect_true(hc_physdev_op(PHYSDEVOP_setup_gsi, &s) < 0,
                    "a guest sets up an interrupt line");
        return;
    }
    check_setup();
    check_map();
    check_apic();
}
