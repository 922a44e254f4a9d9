/* SPDX-License-Identifier: MIT */
/*
 * pv.c - fill a PV domain; see pv.h.
 *
 * Rules:
 *   R1  Page tables are written while their frames are still plain memory, and
 *       unmapped here before the L4 is pinned: a frame that somebody maps
 *       writable cannot become a page table.
 *   R2  What the guest is told to find zeroed (bss, rings, stack) is zeroed
 *       here: fresh pages hold anything.
 */
#include "dom0-tools/build/pv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/lib/mem.h"
#include "dom0-tools/lib/say.h"
#include "public/grant_table.h"

/* Pages mapped at a time; also extents asked for at a time. */
#define BATCH 1024u
#define BIG_ORDER 9u

static int no_memory(struct pv *b, uint64_t got)
{
    struct xen_sysctl_physinfo info;
    uint64_t free_mib = 0;

    if (hv_physinfo(b->hv, &info) == 0)
        free_mib = info.free_pages >> 8;
    return fail("domain %s: the hypervisor gave %llu of %llu MiB and has %llu "
                "free; lower memory= or free some", b->name,
                (unsigned long long)(got >> 8),
                (unsigned long long)(b->nr_pages >> 8),
                (unsigned long long)free_mib);
}

/* Large extents while there are any, then single pages. */
static int populate(struct pv *b)
{
    uint64_t frames[BATCH], at = 0, i, j, big = b->nr_pages >> BIG_ORDER;
    long done = 0;

    while (at < big << BIG_ORDER) {
        uint64_t n = big - (at >> BIG_ORDER);

        n = n > BATCH ? BATCH : n;
        for (i = 0; i < n; i++)
            frames[i] = at + (i << BIG_ORDER);
        done = hv_populate(b->hv, b->domid, BIG_ORDER, n, frames);
        for (i = 0; done > 0 && i < (uint64_t)done; i++)
            for (j = 0; j < 1u << BIG_ORDER; j++)
                b->p2m[at++] = frames[i] + j;
        if (done < (long)n)
            break;
    }
    while (at < b->nr_pages) {
        uint64_t n = b->nr_pages - at > BATCH ? BATCH : b->nr_pages - at;

        for (i = 0; i < n; i++)
            frames[i] = at + i;
        done = hv_populate(b->hv, b->domid, 0, n, frames);
        for (i = 0; done > 0 && i < (uint64_t)done; i++)
            b->p2m[at++] = frames[i];
        if (done < (long)n)
            return no_memory(b, at);
    }
    return 0;
}

static void *guest_map(struct pv *b, uint64_t pfn, uint64_t n)
{
    void *p = foreign_map(b->fm, b->domid, true, n, b->p2m + pfn);

    if (!p)
        fail("domain %s: cannot map %llu of its pages at %#llx: %s", b->name,
             (unsigned long long)n, (unsigned long long)pfn, strerror(errno));
    return p;
}

/* Copy @len bytes and zero up to @total, at guest-physical @gpa. */
static int guest_write(struct pv *b, uint64_t gpa, const void *data,
                       uint64_t len, uint64_t total)
{
    uint64_t done = 0;

    while (done < total) {
        uint64_t at = gpa + done, off = at % PAGE_BYTES;
        uint64_t n = BATCH * PAGE_BYTES - off;
        uint64_t copy, npages;
        char *p;

        n = n > total - done ? total - done : n;
        npages = (off + n + PAGE_BYTES - 1) / PAGE_BYTES;
        p = guest_map(b, at / PAGE_BYTES, npages);
        if (!p)
            return -1;
        copy = done >= len ? 0 : len - done < n ? len - done : n;
        if (copy)
            memcpy(p + off, (const char *)data + done, copy);
        memset(p + off + copy, 0, n - copy); /* R2 */
        foreign_unmap(b->fm, p, npages);
        done += n;
    }
    return 0;
}

static int write_segments(struct pv *b)
{
    const struct kernel *k = b->kernel;
    unsigned int i;

    for (i = 0; i < k->nr_segments; i++)
        if (guest_write(b, k->segment[i].va - k->virt_base,
                        b->image->data + k->segment[i].offset,
                        k->segment[i].filesz, k->segment[i].memsz) < 0)
            return -1;
    return 0;
}

static int write_lists(struct pv *b)
{
    const struct layout *l = &b->layout;

    if (b->initrd->len &&
        guest_write(b, l->initrd.pfn * PAGE_BYTES, b->initrd->data,
                    b->initrd->len, l->initrd.n * PAGE_BYTES) < 0)
        return -1;
    if (guest_write(b, l->p2m.pfn * PAGE_BYTES, b->p2m,
                    b->nr_pages * sizeof(*b->p2m), l->p2m.n * PAGE_BYTES) < 0)
        return -1;
    /* rings and stack, R2 */
    if (guest_write(b, l->store.pfn * PAGE_BYTES, NULL, 0, 2 * PAGE_BYTES) < 0)
        return -1;
    return guest_write(b, l->stack.pfn * PAGE_BYTES, NULL, 0, PAGE_BYTES);
}

static int write_tables(struct pv *b)
{
    const struct layout *l = &b->layout;
    page_table *boot = guest_map(b, l->tables.pfn, l->tables.n);
    page_table *apart = NULL;
    int rc = -1;

    if (boot && l->p2m_apart)
        apart = guest_map(b, l->p2m_tables.pfn, l->p2m_tables.n);
    if (boot && (apart || !l->p2m_apart)) {
        layout_fill_tables(l, b->p2m, boot, apart);
        rc = 0;
    }
    if (apart)
        foreign_unmap(b->fm, apart, l->p2m_tables.n);
    if (boot)
        foreign_unmap(b->fm, boot, l->tables.n); /* R1 */
    return rc;
}

static int write_start_info(struct pv *b)
{
    const struct layout *l = &b->layout;
    struct start_info si = { .magic = "xen-3.0-x86_64" };

    si.nr_pages = b->nr_pages;
    si.shared_info = b->shared_info * PAGE_BYTES;
    si.store_mfn = b->store_mfn;
    si.store_evtchn = b->store_port;
    si.console.domU.mfn = b->console_mfn;
    si.console.domU.evtchn = b->console_port;
    si.pt_base = layout_va(l, l->tables.pfn);
    si.nr_pt_frames = l->tables.n;
    si.mfn_list = l->p2m_va;
    if (l->p2m_apart) {
        si.first_p2m_pfn = l->p2m.pfn;
        si.nr_p2m_frames = l->p2m.n + l->p2m_tables.n;
    }
    if (b->initrd->len) {
        si.mod_start = l->initrd_mapped ? layout_va(l, l->initrd.pfn) :
                                          l->initrd.pfn;
        si.mod_len = b->initrd->len;
        si.flags |= l->initrd_mapped ? 0 : SIF_MOD_START_PFN;
    }
    strncpy((char *)si.cmd_line, b->cmdline, sizeof(si.cmd_line) - 1);
    return guest_write(b, l->info.pfn * PAGE_BYTES, &si, sizeof(si),
                       PAGE_BYTES);
}

static int setup_shared_info(struct pv *b)
{
    struct shared_info *sh;
    dominfo info;
    unsigned int i;
    int rc = hv_domain_info(b->hv, b->domid, &info);

    if (rc < 0)
        return fail("domain %s: the hypervisor does not know it any more: %s",
                    b->name, strerror(-rc));
    b->shared_info = info.shared_info_frame;
    sh = foreign_map(b->fm, b->domid, true, 1, &b->shared_info);
    if (!sh)
        return fail("domain %s: cannot map its shared info page: %s", b->name,
                    strerror(errno));
    memset(sh, 0, PAGE_BYTES);
    for (i = 0; i < XEN_LEGACY_MAX_VCPUS; i++)
        sh->vcpu_info[i].evtchn_upcall_mask = 1;
    foreign_unmap(b->fm, sh, 1);
    return 0;
}

/* The two grants by which the daemons find the rings. */
static int setup_grants(struct pv *b)
{
    void *cookie;
    struct grant_entry_v1 *g = foreign_grants(b->fm, b->domid, &cookie);

    if (!g)
        return fail("domain %s: cannot map its grant table: %s", b->name,
                    strerror(errno));
    g[GNTTAB_RESERVED_CONSOLE].domid = 0;
    g[GNTTAB_RESERVED_CONSOLE].frame = (uint32_t)b->console_mfn;
    g[GNTTAB_RESERVED_XENSTORE].domid = 0;
    g[GNTTAB_RESERVED_XENSTORE].frame = (uint32_t)b->store_mfn;
    __atomic_thread_fence(__ATOMIC_RELEASE);
    g[GNTTAB_RESERVED_CONSOLE].flags = GTF_permit_access;
    g[GNTTAB_RESERVED_XENSTORE].flags = GTF_permit_access;
    foreign_grants_unmap(b->fm, cookie);
    return 0;
}

static int setup_hypercall_page(struct pv *b)
{
    const struct kernel *k = b->kernel;
    struct xen_domctl op = {
        .cmd = XEN_DOMCTL_hypercall_init,
        .domain = (domid_t)b->domid,
    };
    int rc;

    if (k->hypercall_page == NO_ADDRESS)
        return 0;
    op.u.hypercall_init.gmfn =
        b->p2m[(k->hypercall_page - k->virt_base) / PAGE_BYTES];
    rc = hv_domctl(b->hv, &op);
    if (rc < 0)
        return fail("domain %s: the hypervisor did not fill the hypercall "
                    "page: %s", b->name, strerror(-rc));
    return 0;
}

/* The first vcpu, as public/xen.h says a guest kernel finds it. */
static int setup_vcpu(struct pv *b)
{
    const struct layout *l = &b->layout;
    uint64_t l4 = b->p2m[l->tables.pfn];
    struct vcpu_guest_context *ctx = mem_zalloc(1, sizeof(*ctx));
    int rc = hv_pin_l4(b->hv, b->domid, l4);

    if (rc < 0) {
        free(ctx);
        return fail("domain %s: the hypervisor refuses its page tables: %s "
                    "(xl dmesg may say more)", b->name, strerror(-rc));
    }
    ctx->flags = VGCF_in_kernel | VGCF_online;
    ctx->user_regs.rip = b->kernel->entry;
    ctx->user_regs.rsp = layout_va(l, l->stack.pfn + 1);
    ctx->user_regs.rsi = layout_va(l, l->info.pfn);
    ctx->user_regs.rflags = 1u << 9; /* interrupts on */
    ctx->user_regs.cs = FLAT_KERNEL_CS;
    ctx->user_regs.ss = FLAT_KERNEL_SS;
    ctx->kernel_ss = FLAT_KERNEL_SS;
    ctx->kernel_sp = ctx->user_regs.rsp;
    ctx->ctrlreg[3] = xen_pfn_to_cr3(l4);
    rc = hv_vcpu_context(b->hv, b->domid, 0, ctx);
    free(ctx);
    if (rc < 0)
        return fail("domain %s: the hypervisor refuses its first vcpu: %s",
                    b->name, strerror(-rc));
    return 0;
}

int pv_build(struct pv *b)
{
    if (layout_plan(b->kernel_path, b->kernel, b->nr_pages, b->initrd->len,
                    &b->layout) < 0)
        return -1;
    b->p2m = mem_zalloc(b->nr_pages, sizeof(*b->p2m));
    if (populate(b) < 0)
        return -1;
    b->store_mfn = b->p2m[b->layout.store.pfn];
    b->console_mfn = b->p2m[b->layout.console.pfn];
    if (write_segments(b) < 0 || write_lists(b) < 0 ||
        setup_shared_info(b) < 0 || write_start_info(b) < 0 ||
        write_tables(b) < 0 || setup_grants(b) < 0 ||
        setup_hypercall_page(b) < 0)
        return -1;
    return setup_vcpu(b);
}

void pv_free(struct pv *b)
{
    free(b->p2m);
    b->p2m = NULL;
}
