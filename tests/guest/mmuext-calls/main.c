/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "each mmuext_op does its work on the caller's own pages, and refuses unknown ones, "
    "foreign frames, bad masks and bad addresses without a trace";

/* covers use: mmuext_op mmuext_op.NEW_BASEPTR mmuext_op.TLB_FLUSH_LOCAL */
/* covers use: mmuext_op.INVLPG_LOCAL mmuext_op.TLB_FLUSH_MULTI */
/* covers use: mmuext_op.INVLPG_MULTI mmuext_op.TLB_FLUSH_ALL */
/* covers use: mmuext_op.INVLPG_ALL mmuext_op.FLUSH_CACHE */
/* covers use: mmuext_op.NEW_USER_BASEPTR mmuext_op.CLEAR_PAGE */
/* covers use: mmuext_op.COPY_PAGE mmuext_op.FLUSH_CACHE_GLOBAL */
/* covers abuse: mmuext_op mmuext_op.NEW_BASEPTR mmuext_op.TLB_FLUSH_LOCAL */
/* covers abuse: mmuext_op.INVLPG_LOCAL mmuext_op.TLB_FLUSH_MULTI */
/* covers abuse: mmuext_op.INVLPG_MULTI mmuext_op.TLB_FLUSH_ALL */
/* covers abuse: mmuext_op.INVLPG_ALL mmuext_op.FLUSH_CACHE */
/* covers abuse: mmuext_op.NEW_USER_BASEPTR mmuext_op.CLEAR_PAGE */
/* covers abuse: mmuext_op.COPY_PAGE mmuext_op.FLUSH_CACHE_GLOBAL */

static struct mmuext_op op;

static long run(unsigned cmd, uint64_t arg)
{
    op.cmd = cmd;
    op.arg1.mfn = arg;
    return hc_mmuext_op(&op, 1, NULL, DOMID_SELF);
}

static void check_flush(void)
{
    uint64_t mask[4] = { 1 }, all[4] = { ~0UL, ~0UL, ~0UL, ~0UL };
    uint64_t va = (uint64_t)page_alloc();
    static const unsigned multi[] = { MMUEXT_TLB_FLUSH_MULTI,
                                      MMUEXT_INVLPG_MULTI };

    memset(&op, 0, sizeof(op));
    expect_eq(0, run(MMUEXT_TLB_FLUSH_LOCAL, 0), "flush here");
    expect_eq(0, run(MMUEXT_TLB_FLUSH_ALL, 0), "flush everywhere");
    expect_eq(0, run(MMUEXT_INVLPG_LOCAL, va), "a page here");
    expect_eq(0, run(MMUEXT_INVLPG_ALL, va), "a page everywhere");
    expect_eq(0, run(MMUEXT_INVLPG_LOCAL, (uint64_t)HYPERVISOR),
              "the hypervisor's page here");
    expect_eq(0, run(MMUEXT_INVLPG_LOCAL, (uint64_t)NONCANONICAL),
              "no address");
    for (unsigned i = 0; i < 2; i++) {
        set_xen_guest_handle(op.arg2.vcpumask, mask);
        expect_eq(0, run(multi[i], va), "%u: vcpu 0", multi[i]);
        set_xen_guest_handle(op.arg2.vcpumask, all);
        expect_eq(0, run(multi[i], va), "%u: vcpus that are not there",
                  multi[i]);
        set_xen_guest_handle(op.arg2.vcpumask, UNMAPPED);
        expect_eq(-XEN_EINVAL, run(multi[i], va), "%u: mask nowhere", multi[i]);
        set_xen_guest_handle(op.arg2.vcpumask, HYPERVISOR);
        expect_eq(-XEN_EINVAL, run(multi[i], va), "%u: mask in the hypervisor",
                  multi[i]);
        set_xen_guest_handle(op.arg2.vcpumask, NONCANONICAL);
        expect_eq(-XEN_EINVAL, run(multi[i], va), "%u: mask at no address",
                  multi[i]);
    }
    memset(&op, 0, sizeof(op));
    expect_eq(told(0, -XEN_EACCES), run(MMUEXT_FLUSH_CACHE, 0), "caches");
    expect_true(run(MMUEXT_FLUSH_CACHE_GLOBAL, 0) == 0 || !rt_is_dom0(),
                "all caches");
}

static void check_pages(void)
{
    uint64_t *from = page_alloc(), *to = page_alloc(), *ro = page_alloc();

    for (unsigned i = 0; i < 512; i++)
        from[i] = i * 3;
    op.arg2.src_mfn = va_to_mfn(from);
    expect_eq(0, run(MMUEXT_COPY_PAGE, va_to_mfn(to)), "copy");
    expect_eq(0, memcmp(from, to, PAGE_SIZE), "the copy");
    expect_eq(0, run(MMUEXT_COPY_PAGE, va_to_mfn(from)), "copy over itself");
    expect_eq(0, run(MMUEXT_CLEAR_PAGE, va_to_mfn(to)), "clear");
    expect_eq(0, to[511], "its last word");
    /* A table is never written behind its checks. */
    expect_eq(0, page_readonly(ro), "read-only");
    expect_eq(0, run(MMUEXT_PIN_L1_TABLE, va_to_mfn(ro)), "pin");
    expect_true(run(MMUEXT_CLEAR_PAGE, va_to_mfn(ro)) < 0, "clear a table");
    op.arg2.src_mfn = va_to_mfn(from);
    expect_true(run(MMUEXT_COPY_PAGE, va_to_mfn(ro)) < 0, "copy to a table");
    op.arg2.src_mfn = va_to_mfn(ro);
    expect_eq(0, run(MMUEXT_COPY_PAGE, va_to_mfn(to)), "copy from a table");
    expect_eq(0, run(MMUEXT_UNPIN_TABLE, va_to_mfn(ro)), "unpin");
    expect_eq(0, page_writable(ro), "writable again");
    expect_true(run(MMUEXT_MARK_SUPER, va_to_mfn(to)) < 0, "mark_super");
    expect_true(run(MMUEXT_UNMARK_SUPER, va_to_mfn(to)) < 0, "unmark_super");
}

static void check_roots(void)
{
    uint64_t root = va_to_mfn((void *)rt_start_info->pt_base);
    uint64_t *page = page_alloc();

    memset(&op, 0, sizeof(op));
    expect_eq(0, run(MMUEXT_NEW_BASEPTR, root), "the root again");
    expect_true(run(MMUEXT_NEW_BASEPTR, va_to_mfn(page)) < 0,
                "a page that is mapped writable as root");
    expect_true(run(MMUEXT_NEW_USER_BASEPTR, va_to_mfn(page)) < 0,
                "as user root");
    expect_true(run(MMUEXT_NEW_USER_BASEPTR, va_to_mfn(pte_of(page, 1))) < 0,
                "a lowest table as user root");
    for (unsigned bits = 36; bits <= 64; bits++) {
        uint64_t none = ~0UL >> (64 - bits);

        expect_eq(-XEN_EINVAL, run(MMUEXT_NEW_BASEPTR, none), "root %#lx", none);
        expect_eq(-XEN_EINVAL, run(MMUEXT_NEW_USER_BASEPTR, none), "user root %#lx",
                  none);
    }
    /* The one that the CPU has is held even now, pinned or not. */
    expect_eq(0, run(MMUEXT_UNPIN_TABLE, root), "unpin the root");
    expect_true(hc_update_va_mapping(page, root << 12 | PTE_FLAGS, UVMF_INVLPG) < 0,
                "the root that is loaded is writable");
    expect_eq(0, run(MMUEXT_PIN_L4_TABLE, root), "pin it again");
    expect_eq(0, run(MMUEXT_NEW_USER_BASEPTR, root), "the root as user root");
    expect_eq(0, run(MMUEXT_NEW_USER_BASEPTR, 0), "no user root");
}

static void check_calls(void)
{
    static struct mmuext_op three[3];
    unsigned done = 77;

    for (unsigned i = 0; i < 3; i++)
        three[i].cmd = MMUEXT_TLB_FLUSH_LOCAL;
    expect_eq(0, hc_mmuext_op(three, 3, &done, DOMID_SELF), "three");
    expect_eq(3, done, "done");
    three[1].cmd = 14;
    expect_true(hc_mmuext_op(three, 3, &done, DOMID_SELF) < 0, "command 14");
    expect_eq(1, done, "done before it");
    three[1].cmd = ~0U;
    expect_true(hc_mmuext_op(three, 3, &done, DOMID_SELF) < 0, "command ~0");
    expect_eq(-XEN_EFAULT, hc_mmuext_op(UNMAPPED, 1, &done, DOMID_SELF),
              "from nowhere");
    expect_true(hc_mmuext_op(three, 1, UNMAPPED, DOMID_SELF) <= 0,
                "a count that cannot be written");
    expect_true(hc_mmuext_op(three, 1, NULL, NOBODY) < 0, "for nobody");
    expect_true(hc_mmuext_op(three, 1, NULL, DOMID_INVALID) < 0,
                "for DOMID_INVALID");
    expect_eq(0, hc_mmuext_op(three, 0, NULL, DOMID_SELF), "none");
    /* Even a flush is for a domain, which must be there. */
    for (unsigned cmd = 0; cmd <= MMUEXT_UNMARK_SUPER; cmd++) {
        three[0].cmd = cmd;
        expect_true(hc_mmuext_op(three, 1, NULL, NOBODY) < 0,
                    "command %u for nobody", cmd);
        if (!rt_is_dom0())
            expect_eq(-XEN_EPERM, hc_mmuext_op(three, 1, NULL, 0),
                      "command %u for the control domain", cmd);
    }
}

void test_main(void)
{
    check_flush();
    check_pages();
    check_roots();
    check_calls();
}
