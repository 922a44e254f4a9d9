/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "XENMEM_exchange turns single pages into one contiguous piece and back, and "
    "refuses unequal sizes";

/* covers use: memory_op.exchange */

enum { N = 4 };

static xen_pfn_t in[N], out[N];

static long exchange(unsigned in_n, unsigned in_order, unsigned out_n,
                     unsigned out_order, struct xen_memory_exchange *ex)
{
    *ex = (struct xen_memory_exchange){
        .in = { .nr_extents = in_n, .extent_order = in_order,
                .domid = DOMID_SELF },
        .out = { .nr_extents = out_n, .extent_order = out_order,
                 .domid = DOMID_SELF, .mem_flags = XENMEMF_address_bits(32) },
    };
    set_xen_guest_handle(ex->in.extent_start, in);
    set_xen_guest_handle(ex->out.extent_start, out);
    return hc_memory_op(XENMEM_exchange, ex);
}

void test_main(void)
{
    struct xen_memory_exchange ex;
    char *pages[N];
    uint64_t first;

    /* A run of neighbours in our own numbering. */
    pages[0] = page_alloc();
    while (va_to_pfn(pages[0]) % N != 0)
        pages[0] = page_alloc();
    for (unsigned i = 1; i < N; i++)
        pages[i] = page_alloc();
    expect_eq(pages[0] + (N - 1) * PAGE_SIZE, pages[N - 1], "a run of pages");
    for (unsigned i = 0; i < N; i++) {
        in[i] = va_to_mfn(pages[i]);
        page_set(pages[i], 0);
    }
    out[0] = va_to_pfn(pages[0]);
    expect_true(exchange(N, 0, 2, 2, &ex) < 0, "more out than in");
    expect_eq(0, ex.nr_exchanged, "done of it");
    expect_eq(0, exchange(N, 0, 1, 2, &ex), "four into one of four");
    expect_eq(N, ex.nr_exchanged, "done");
    first = out[0];
    expect_eq(0, first % N, "alignment of the piece");
    expect_true((first + N) << 12 <= 1UL << 32, "address limit: %#lx", first);
    for (unsigned i = 0; i < N; i++) {
        pfn_set_mfn(va_to_pfn(pages[i]), first + i);
        expect_eq(va_to_pfn(pages[i]), mfn_to_pfn(first + i), "m2p of page %u",
                  i);
        expect_eq(0, page_writable(pages[i]), "map page %u", i);
        *(uint64_t *)pages[i] = i;
    }
    for (unsigned i = 0; i < N; i++)
        page_set(pages[i], 0);
    in[0] = first;
    for (unsigned i = 0; i < N; i++)
        out[i] = va_to_pfn(pages[i]);
    expect_eq(0, exchange(1, 2, N, 0, &ex), "one of four into four");
    for (unsigned i = 0; i < N; i++) {
        pfn_set_mfn(va_to_pfn(pages[i]), out[i]);
        expect_eq(0, page_writable(pages[i]), "map page %u again", i);
    }
}
