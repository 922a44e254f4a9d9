/* SPDX-License-Identifier: MIT */
/*
 * descriptors.c - the window through which the CPU sees each vcpu's GDT and LDT.
 *
 *   R1  The windows are in slot 260 of every L4 of the domain, supervisor only.
 *   R2  A frame shown there holds one ref and one typed use DESC. GDT pages that
 *       the guest has not set show a frame of zeros, page 14 is gdt_page.
 *   R3  LDT pages come in at the first fault, by the guest's own mapping of
 *       ldt_base at that time.
 */
#include "arch/time.h"
#include "arch/tlb.h"
#include "arch/x86/boot.h"
#include "arch/x86/cpu.h"
#include "pv/pv_mmu.h"

#define WINDOW_FLAGS (PTE_P | PTE_A | PTE_D)
#define LDT_PAGES    16
#define VCPUS_PER_L1 16                 /* 2 MiB of windows                    */

static uint64_t zeros[512] __aligned(4096);

static pte_t *l2_of(const struct domain *d)
{
    return frame_map(pte_mfn(*(pte_t *)frame_map(d->mm.perdomain_l3)));
}

/* The 32 entries of v's windows: 16 for its GDT, 16 for its LDT. */
static pte_t *window(const struct vcpu *v)
{
    pte_t *l1 = frame_map(pte_mfn(l2_of(v->d)[v->id / VCPUS_PER_L1]));

    return l1 + (v->id % VCPUS_PER_L1) * (VCPU_WINDOW / PAGE_SIZE);
}

int pv_domain_create(struct domain *d)
{
    pte_t *l3 = hv_pages_alloc(0), *l2 = hv_pages_alloc(0);

    if (l3 == NULL || l2 == NULL) {
        hv_pages_free(l3, 0);
        hv_pages_free(l2, 0);
        return fail(ENOMEM, "domain %u: no memory for its windows", d->id);
    }
    l3[0] = pte_make(frame_of(l2), PTE_P | PTE_RW | PTE_A);
    d->mm.perdomain_l3 = frame_of(l3);
    d->tsc.khz = time_tsc_khz();
    d->tsc.offset = time_now();
    d->tsc.incarnation = 1;
    return 0;
}

static pte_t zero_entry(void)
{
    return pte_make(maddr_mfn(image_maddr(zeros)), WINDOW_FLAGS);
}

int pv_perdomain_create_vcpu(struct vcpu *v)
{
    pte_t *l2e = &l2_of(v->d)[v->id / VCPUS_PER_L1], *w;

    if ((*l2e & PTE_P) == 0) {
        pte_t *l1 = hv_pages_alloc(0);

        if (l1 == NULL)
            return fail(ENOMEM, "vcpu %u: no memory for its windows", v->id);
        *l2e = pte_make(frame_of(l1), PTE_P | PTE_RW | PTE_A);
    }
    w = window(v);
    for (unsigned i = 0; i < GUEST_GDT_FRAMES; i++)
        w[i] = zero_entry();
    w[GUEST_GDT_FRAMES] = pte_make(maddr_mfn(image_maddr(gdt_page)),
                                   WINDOW_FLAGS | PTE_RW);
    return 0;
}

void pv_perdomain_destroy(struct domain *d)
{
    pte_t *l2;

    if (mfn_eq(d->mm.perdomain_l3, MFN_NONE) || d->mm.perdomain_l3.n == 0)
        return;
    l2 = l2_of(d);
    for (unsigned i = 0; i < 512; i++)
        if ((l2[i] & PTE_P) != 0)
            hv_pages_free(frame_map(pte_mfn(l2[i])), 0);
    hv_pages_free(l2, 0);
    hv_pages_free(frame_map(d->mm.perdomain_l3), 0);
    d->mm.perdomain_l3 = MFN_NONE;
}

static void window_flush(struct vcpu *v)
{
    if (v == current())
        tlb_flush_local(TLB_ALL);
}

void pv_gdt_destroy(struct vcpu *v)
{
    unsigned n = (v->pv.gdt_ents + 511) / 512;
    pte_t *w;

    if (n == 0)
        return;
    w = window(v);
    v->pv.gdt_ents = 0;
    for (unsigned i = 0; i < n; i++)
        w[i] = zero_entry();
    window_flush(v);
    for (unsigned i = 0; i < n; i++) {
        page_put_and_type(page_of(v->pv.gdt_frames[i]));        /* R2 */
        v->pv.gdt_frames[i] = MFN(0);
    }
}

int pv_gdt_set(struct vcpu *v, const mfn_t *frames, unsigned nr_ents)
{
    unsigned n = (nr_ents + 511) / 512;
    struct page *pg;
    pte_t *w = window(v);
    int rc = 0;

    if (n > GUEST_GDT_FRAMES)
        return fail(EINVAL, "a GDT of %u descriptors", nr_ents);
    for (unsigned i = 0; i < n; i++) {
        rc = page_get_and_type(frames[i], &v->d->mm, PGT_DESC, &pg);
        if (rc != 0) {
            while (i-- > 0)
                page_put_and_type(page_of(frames[i]));
            return rc;
        }
    }
    pv_gdt_destroy(v);
    v->pv.gdt_ents = nr_ents;
    for (unsigned i = 0; i < n; i++) {
        v->pv.gdt_frames[i] = frames[i];
        w[i] = pte_make(frames[i], WINDOW_FLAGS | PTE_RW);
    }
    window_flush(v);
    return 0;
}

bool pv_ldt_destroy(struct vcpu *v)
{
    pte_t *w, old[LDT_PAGES];
    bool any = false;

    if ((l2_of(v->d)[v->id / VCPUS_PER_L1] & PTE_P) == 0)
        return false;                   /* its creation failed                 */
    w = window(v) + 16;
    for (unsigned i = 0; i < LDT_PAGES; i++) {
        old[i] = w[i];
        any |= (w[i] & PTE_P) != 0;
        w[i] = 0;
    }
    if (!any)
        return false;
    window_flush(v);
    for (unsigned i = 0; i < LDT_PAGES; i++)
        if ((old[i] & PTE_P) != 0)
            page_put_and_type(page_of(pte_mfn(old[i])));        /* R2 */
    return true;
}

bool pv_ldt_fault(struct vcpu *v, vaddr_t va)
{
    uint64_t offset = va - VCPU_LDT_VA(v->id);
    struct page *pg;
    pte_t e;

    if (va < VCPU_LDT_VA(v->id) || offset >= LDT_PAGES * PAGE_SIZE ||
        offset / 8 >= v->pv.ldt_ents || mfn_eq(v->pv.kernel_root, MFN_NONE))
        return false;
    e = pt_lookup(v->pv.kernel_root, v->pv.ldt_base + (offset & PAGE_MASK));
    if ((e & PTE_P) == 0 ||
        page_get_and_type(pte_mfn(e), &v->d->mm, PGT_DESC, &pg) != 0)
        return false;
    if ((window(v)[16 + offset / PAGE_SIZE] & PTE_P) != 0) {
        page_put_and_type(pg);          /* there already: a stale translation  */
        tlb_flush_local(va);
        return true;
    }
    window(v)[16 + offset / PAGE_SIZE] = pte_make(pte_mfn(e), WINDOW_FLAGS | PTE_RW);
    return true;
}
