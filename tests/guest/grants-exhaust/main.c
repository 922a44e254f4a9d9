/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "a page is mapped by grant as often as there is room to remember it, refused then, and "
    "all of it is given back: handles, uses and references";

/* covers abuse: grant_table_op.map_grant_ref grant_table_op.unmap_grant_ref */

#define MOST 3000u
#define EACH 100u                   /* of one grant: Xen counts to 127        */

static grant_handle_t handles[MOST];
static grant_ref_t refs[MOST / EACH];

static int16_t map(void *va, grant_ref_t ref, domid_t self, grant_handle_t *h)
{
    struct gnttab_map_grant_ref m = { .host_addr = (uint64_t)va, .ref = ref,
                                      .flags = GNTMAP_host_map |
                                               GNTMAP_readonly,
                                      .dom = self };

    if (hc_grant_table_op(GNTTABOP_map_grant_ref, &m, 1) != 0)
        return GNTST_general_error;
    *h = m.handle;
    return m.status;
}

void test_main(void)
{
    domid_t self = rt_domid();
    uint64_t *page = page_alloc();
    char *hole = NULL;
    char *at[MOST / 512 + 1];
    unsigned n, wrong = 0;
    int16_t status = GNTST_okay;

    /* A guest has room for 1,024, a control domain for more than we try. */
    for (n = 0; n < MOST; n++) {
        if (n % 512 == 0)
            at[n / 512] = hole = va_hole();
        if (n % EACH == 0)
            refs[n / EACH] = grant_new(self, va_to_mfn(page), true);
        status = map(hole + n % 512 * PAGE_SIZE, refs[n / EACH], self,
                     &handles[n]);
        if (status != GNTST_okay)
            break;
    }
    expect_true(n == MOST || status == GNTST_no_space,
                "after %u: %d", n, status);
    expect_true(n > 500, "only %u mappings", n);
    expect_eq(GTF_permit_access | GTF_readonly | GTF_reading,
              grant_table()[refs[0]].flags, "flags");
    for (unsigned i = 0; i < n; i++) {
        struct gnttab_unmap_grant_ref u = { .handle = handles[i] };

        u.host_addr = (uint64_t)at[i / 512] + i % 512 * PAGE_SIZE;
        hc_grant_table_op(GNTTABOP_unmap_grant_ref, &u, 1);
        wrong += u.status != GNTST_okay;
    }
    expect_eq(0, wrong, "unmaps refused");
    for (unsigned i = 0; i < n; i += EACH)
        expect_true(grant_end(refs[i / EACH]), "a grant is in use");
    expect_eq(0, page_readonly(page), "the page takes another type");
    expect_eq(0, mmuext(MMUEXT_PIN_L1_TABLE, va_to_mfn(page)), "pin");
    expect_eq(0, mmuext(MMUEXT_UNPIN_TABLE, va_to_mfn(page)), "unpin");
    expect_eq(0, page_writable(page), "writable");
}
