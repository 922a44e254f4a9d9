/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "the table's size, version and frames are told for oneself, refused for others, "
    "and version 2's and transfer's calls end in an error";

/* covers use: grant_table_op grant_table_op.query_size */
/* covers use: grant_table_op.setup_table grant_table_op.get_version */
/* covers use: grant_table_op.set_version grant_table_op.get_status_frames */
/* covers abuse: grant_table_op grant_table_op.query_size */
/* covers abuse: grant_table_op.setup_table grant_table_op.get_version */
/* covers abuse: grant_table_op.set_version grant_table_op.get_status_frames */

static long op(unsigned cmd, void *arg, unsigned count)
{
    return hc_grant_table_op(cmd, arg, count);
}

static void check_size(void)
{
    struct gnttab_query_size q = { .dom = DOMID_SELF };

    grant_table();
    expect_eq(0, op(GNTTABOP_query_size, &q, 1), "query_size");
    expect_eq(GNTST_okay, q.status, "its status");
    expect_true(q.nr_frames >= 1 && q.nr_frames <= q.max_nr_frames,
                "%u frames of %u", q.nr_frames, q.max_nr_frames);
    expect_eq(-XEN_EINVAL, op(GNTTABOP_query_size, &q, 2), "of two");
    q.dom = NOBODY;
    expect_eq(0, op(GNTTABOP_query_size, &q, 1), "of nobody");
    expect_eq(GNTST_bad_domain, q.status, "its status");
    if (!rt_is_dom0()) {
        q.dom = 0;
        expect_eq(0, op(GNTTABOP_query_size, &q, 1), "of the control domain");
        expect_eq(GNTST_permission_denied, q.status, "its status");
    }
}

static void check_setup(void)
{
    struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = 1 };
    xen_pfn_t frames[64] = { 0 };

    set_xen_guest_handle(s.frame_list, frames);
    expect_eq(0, op(GNTTABOP_setup_table, &s, 1), "setup_table");
    expect_eq(GNTST_okay, s.status, "its status");
    expect_true(frames[0] != 0, "no frame");
    expect_eq(-XEN_EINVAL, op(GNTTABOP_setup_table, &s, 2), "of two");
    s.nr_frames = 0;
    expect_eq(0, op(GNTTABOP_setup_table, &s, 1), "of no frames");
    expect_eq(GNTST_okay, s.status, "its status");
    s.nr_frames = 0x7fffffff;
    expect_eq(0, op(GNTTABOP_setup_table, &s, 1), "of 2^31 - 1 frames");
    expect_eq(GNTST_general_error, s.status, "its status");
    s.nr_frames = 1;
    set_xen_guest_handle(s.frame_list, UNMAPPED);
    expect_eq(0, op(GNTTABOP_setup_table, &s, 1), "to nowhere");
    expect_eq(GNTST_bad_virt_addr, s.status, "its status");
    set_xen_guest_handle(s.frame_list, HYPERVISOR);
    expect_true(op(GNTTABOP_setup_table, &s, 1) != 0 || s.status < 0,
                "to the hypervisor: %d", s.status);
    set_xen_guest_handle(s.frame_list, frames);
    if (!rt_is_dom0()) {
        s.dom = 0;
        expect_eq(0, op(GNTTABOP_setup_table, &s, 1), "the control domain's");
        expect_eq(GNTST_permission_denied, s.status, "its status");
    }
}

static void check_versions(void)
{
    struct gnttab_get_version g = { .dom = DOMID_SELF };
    struct gnttab_set_version v = { .version = 1 };
    struct gnttab_get_status_frames f = { .dom = DOMID_SELF, .nr_frames = 1 };
    uint64_t frame = 0;

    expect_eq(0, op(GNTTABOP_get_version, &g, 1), "get_version");
    expect_eq(1, g.version, "version");
    g.dom = NOBODY;
    expect_eq(-XEN_ESRCH, op(GNTTABOP_get_version, &g, 1), "of nobody");
    if (!rt_is_dom0()) {
        g.dom = 0;
        expect_eq(-XEN_EPERM, op(GNTTABOP_get_version, &g, 1),
                  "of the control domain");
    }
    expect_eq(0, op(GNTTABOP_set_version, &v, 1), "version 1");
    expect_eq(1, v.version, "version in use");
    v.version = 0;
    expect_eq(-XEN_EINVAL, op(GNTTABOP_set_version, &v, 1), "version 0");
    v.version = ~0U;
    expect_eq(-XEN_EINVAL, op(GNTTABOP_set_version, &v, 1), "version ~0");
    set_xen_guest_handle(f.frame_list, &frame);
    expect_eq(0, op(GNTTABOP_get_status_frames, &f, 1), "status frames");
    expect_eq(GNTST_general_error, f.status, "of version 1");
    expect_eq(-XEN_EINVAL, op(GNTTABOP_get_status_frames, &f, 2), "of two");
}

static void check_old(void)
{
    struct gnttab_transfer t = { .mfn = va_to_mfn(page_alloc()),
                                 .domid = NOBODY };
    struct gnttab_dump_table d = { .dom = DOMID_SELF };

    expect_true(op(GNTTABOP_transfer, &t, 1) < 0 || t.status < 0,
                "transfer to nobody");
    t.mfn = NO_FRAME;
    expect_true(op(GNTTABOP_transfer, &t, 1) < 0 || t.status < 0,
                "transfer of no frame");
    expect_true(op(GNTTABOP_dump_table, &d, 1) < 0, "dump");
    expect_true(op(13, &d, 1) < 0, "command 13");
    expect_true(op(~0U, &d, 1) < 0, "command ~0");
}

void test_main(void)
{
    check_size();
    check_setup();
    check_versions();
    check_old();
}
