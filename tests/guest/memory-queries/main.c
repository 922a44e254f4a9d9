/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "a domain learns the sizes of itself, of others only as control domain, and of "
    "the machine";

/* covers use: memory_op memory_op.maximum_ram_page */
/* covers use: memory_op.current_reservation memory_op.maximum_reservation */
/* covers use: memory_op.maximum_gpfn memory_op.get_sharing_freed_pages */
/* covers use: memory_op.get_sharing_shared_pages */
/* covers abuse: memory_op memory_op.maximum_ram_page */
/* covers abuse: memory_op.current_reservation memory_op.maximum_reservation */
/* covers abuse: memory_op.maximum_gpfn memory_op.get_sharing_freed_pages */
/* covers abuse: memory_op.get_sharing_shared_pages */

static long ask(unsigned cmd, unsigned dom)
{
    domid_t id = (domid_t)dom;

    return hc_memory_op(cmd, &id);
}

static void check_domain(unsigned cmd, const char *what)
{
    long self = ask(cmd, DOMID_SELF);

    expect_true(self > 0, "%s of oneself: %ld", what, self);
    expect_eq(self, ask(cmd, rt_domid()), "%s by number", what);
    expect_eq(told(-XEN_ESRCH, -XEN_ESRCH), ask(cmd, NOBODY), "%s of nobody",
              what);
    expect_eq(-XEN_ESRCH, ask(cmd, DOMID_INVALID), "%s of DOMID_INVALID", what);
    expect_eq(-XEN_ESRCH, ask(cmd, 0xffff), "%s of 65535", what);
    if (!rt_is_dom0())
        expect_eq(-XEN_EPERM, ask(cmd, 0), "%s of the control domain", what);
    expect_eq(-XEN_EFAULT, hc_memory_op(cmd, UNMAPPED), "%s from nowhere", what);
    expect_eq(-XEN_EFAULT, hc_memory_op(cmd, HYPERVISOR),
              "%s from the hypervisor", what);
    expect_eq(-XEN_EFAULT, hc_memory_op(cmd, NONCANONICAL),
              "%s from no address", what);
}

void test_main(void)
{
    long ram = hc_memory_op(XENMEM_maximum_ram_page, NULL);
    uint64_t mfn = va_to_mfn(page_alloc());

    expect_true(ram > (long)mfn, "last frame %ld, ours is %lu", ram, mfn);
    expect_eq(ram, hc_memory_op(XENMEM_maximum_ram_page, UNMAPPED),
              "its argument is not looked at");
    check_domain(XENMEM_current_reservation, "current reservation");
    check_domain(XENMEM_maximum_reservation, "maximum reservation");
    expect_true(ask(XENMEM_current_reservation, DOMID_SELF) <=
                ask(XENMEM_maximum_reservation, DOMID_SELF),
                "more than the maximum");
    expect_true(ask(XENMEM_maximum_gpfn, DOMID_SELF) >= 0, "last pfn");
    expect_eq(-XEN_ESRCH, ask(XENMEM_maximum_gpfn, NOBODY), "that of nobody");
    expect_eq(-XEN_EFAULT, hc_memory_op(XENMEM_maximum_gpfn, UNMAPPED),
              "that from nowhere");
    expect_eq(0, hc_memory_op(XENMEM_get_sharing_freed_pages, NULL),
              "pages freed by sharing");
    expect_eq(0, hc_memory_op(XENMEM_get_sharing_shared_pages, NULL),
              "pages shared");
    expect_eq(0, hc_memory_op(XENMEM_get_sharing_freed_pages, HYPERVISOR),
              "its argument is not looked at");
    expect_eq(0, hc_memory_op(XENMEM_get_sharing_shared_pages, HYPERVISOR),
              "nor its");
}
