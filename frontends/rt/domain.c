/* SPDX-License-Identifier: MIT */
/*
 * domain.c - builds a domain from the pages of this image (domain.h).
 *
 * The child's pfns: the image from its first page to the pool, some of the pool,
 * then start_info, the list of frames, and the page tables (L1s, L2, L3, L4), all
 * mapped at VIRT_BASE + pfn * 4096 as a loader does it. A page is filled through a
 * window of ours that is closed before the page becomes what it is.
 */
#include "frontends/rt/domain.h"
#include "frontends/rt/private.h"

#define FIRST_PFN  0x100u
#define MAX_PAGES  768u                 /* pfns below 1,024: what the list has  */
#define ENTRIES    512u

extern char rt_data[], rt_bss[], rt_pool[];

/* Where each part begins, in pfns. */
struct layout {
    unsigned data, bss, pool, start, list, l1, l2, l3, l4, end;
    unsigned nr_l1;
};

long domain_ctl(struct xen_domctl *op, unsigned cmd, domid_t id)
{
    long rc;

    op->cmd = cmd;
    op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    op->domain = id;
    do {
        rc = hc_domctl(op);
    } while (rc == -XEN_EAGAIN);
    return rc;
}

long domain_affinity(unsigned cmd, domid_t id, uint64_t *hard)
{
    struct xen_domctl d = { .u.vcpuaffinity = {
        .flags = XEN_VCPUAFFINITY_HARD, .cpumap_hard.nr_bits = 64 } };

    set_xen_guest_handle(d.u.vcpuaffinity.cpumap_hard.bitmap, (uint8_t *)hard);
    return domain_ctl(&d, cmd, id);
}

bool domain_info(domid_t id, struct xen_domctl_getdomaininfo *info)
{
    struct xen_domctl op = { 0 };

    if (domain_ctl(&op, XEN_DOMCTL_getdomaininfo, id) != 0 || op.domain != id)
        return false;
    *info = op.u.getdomaininfo;
    return true;
}

uint64_t domain_cpu_time(const struct rt_domain *d)
{
    struct xen_domctl_getdomaininfo info;

    return domain_info(d->id, &info) ? info.cpu_time : 0;
}

int domain_ended(const struct rt_domain *d)
{
    struct xen_domctl_getdomaininfo info;

    if (!domain_info(d->id, &info) || !(info.flags & XEN_DOMINF_shutdown))
        return -1;
    return (int)(info.flags >> XEN_DOMINF_shutdownshift &
                 XEN_DOMINF_shutdownmask);
}

static void layout_make(struct layout *l, unsigned pool)
{
    l->data = (unsigned)va_to_pfn(rt_data);
    l->bss = (unsigned)va_to_pfn(rt_bss);
    l->pool = (unsigned)va_to_pfn(rt_pool);
    l->start = l->pool + pool;
    l->list = l->start + 1;
    l->l1 = l->list + 2;                /* 1,024 entries: more than MAX_PAGES   */
    l->nr_l1 = (l->l1 + 3) / ENTRIES + 1;
    l->l2 = l->l1 + l->nr_l1;
    l->l3 = l->l2 + 1;
    l->l4 = l->l3 + 1;
    l->end = l->l4 + 1;
}

static long window_map(const struct rt_domain *d, unsigned slot, uint64_t pte)
{
    const uint64_t *entry = pte_of(d->window + slot * PAGE_SIZE, 1);
    struct mmu_update req = { pte_ma(entry) | MMU_NORMAL_PT_UPDATE, pte };

    return hc_mmu_update(&req, 1, NULL, pte != 0 ? d->id : DOMID_SELF);
}

static void window_close(const struct rt_domain *d, unsigned slot)
{
    page_set(d->window + slot * PAGE_SIZE, 0);
}

/* Opens a page of the child for writing. */
static void *page_open(const struct rt_domain *d, unsigned pfn)
{
    long rc = window_map(d, pfn - FIRST_PFN, d->mfns[pfn] << 12 | PTE_FLAGS);

    expect_eq(0, rc, "map pfn %#x of domain %u", pfn, d->id);
    return rc == 0 ? d->window + (pfn - FIRST_PFN) * PAGE_SIZE : NULL;
}

static void page_close(const struct rt_domain *d, unsigned pfn)
{
    window_close(d, pfn - FIRST_PFN);
}

static bool page_fill(const struct rt_domain *d, unsigned pfn, const void *from)
{
    void *to = page_open(d, pfn);

    if (to == NULL)
        return false;
    memcpy(to, from, PAGE_SIZE);
    page_close(d, pfn);
    return true;
}

static bool create(struct rt_domain *d, const struct rt_domain_spec *s,
                   const struct layout *l)
{
    unsigned pages = l->end - FIRST_PFN, vcpus = s->vcpus ? s->vcpus : 1;
    struct xen_domctl op = {
        .u.createdomain = {
            .max_vcpus = vcpus, .max_evtchn_port = 1023,
            .max_grant_frames = 4, .max_maptrack_frames = 4,
            .grant_opts = XEN_DOMCTL_GRANT_version(1),
        },
    };
    struct xen_memory_reservation mem = { .nr_extents = pages };
    long rc = domain_ctl(&op, XEN_DOMCTL_createdomain, 0);

    expect_eq(0, rc, "createdomain");
    if (rc != 0)
        return false;
    d->id = op.domain;
    op.u.max_vcpus.max = vcpus;
    rc = domain_ctl(&op, XEN_DOMCTL_max_vcpus, d->id);
    expect_eq(0, rc, "max_vcpus %u of domain %u", vcpus, d->id);
    op.u.max_mem.max_memkb = (pages + s->spare) * (PAGE_SIZE / 1024);
    if (rc == 0)
        rc = domain_ctl(&op, XEN_DOMCTL_max_mem, d->id);
    expect_eq(0, rc, "max_mem of domain %u", d->id);
    if (rc != 0)
        return false;
    for (unsigned pfn = 0; pfn < l->end; pfn++)
        d->mfns[pfn] = pfn < FIRST_PFN ? ~0UL : pfn;
    mem.extent_start.p = &d->mfns[FIRST_PFN];
    mem.domid = d->id;
    rc = hc_memory_op(XENMEM_populate_physmap, &mem);
    expect_eq(pages, rc, "pages given to domain %u", d->id);
    return rc == (long)pages;
}

static bool tables_fill(const struct rt_domain *d, const struct layout *l)
{
    static uint64_t table[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
    bool ok = true;

    for (unsigned t = 0; t < l->nr_l1; t++) {
        memset(table, 0, sizeof(table));
        for (unsigned i = 0; i < ENTRIES; i++) {
            unsigned pfn = t * ENTRIES + i;
            bool code = pfn < l->data, is_table = pfn >= l->l1;

            if (pfn >= FIRST_PFN && pfn < l->end)
                table[i] = d->mfns[pfn] << 12 |
                           (code || is_table ? PTE_P | PTE_US | PTE_A
                                             : PTE_FLAGS);
        }
        ok = ok && page_fill(d, l->l1 + t, table);
    }
    memset(table, 0, sizeof(table));
    for (unsigned t = 0; t < l->nr_l1; t++)
        table[t] = d->mfns[l->l1 + t] << 12 | PTE_FLAGS;
    ok = ok && page_fill(d, l->l2, table);
    memset(table, 0, sizeof(table));
    table[VIRT_BASE >> 30 & 511] = d->mfns[l->l2] << 12 | PTE_FLAGS;
    ok = ok && page_fill(d, l->l3, table);
    memset(table, 0, sizeof(table));
    table[VIRT_BASE >> 39 & 511] = d->mfns[l->l3] << 12 | PTE_FLAGS;
    return ok && page_fill(d, l->l4, table);
}

static void start_info_fill(struct start_info *si, const struct layout *l,
                            uint64_t shared_frame)
{
    memset(si, 0, PAGE_SIZE);
    memcpy(si->magic, "xen-3.0-x86_64", 15);
    si->nr_pages = l->end;
    si->shared_info = shared_frame << 12;
    si->pt_base = VIRT_BASE + l->l4 * PAGE_SIZE;
    si->nr_pt_frames = l->end - l->l1;
    si->mfn_list = VIRT_BASE + l->list * PAGE_SIZE;
}

/* As a loader leaves it: no event is announced yet. */
static bool shared_info_fill(const struct rt_domain *d, uint64_t frame)
{
    struct shared_info *s;
    long rc = window_map(d, 0, frame << 12 | PTE_FLAGS);

    expect_eq(0, rc, "map the shared_info of domain %u", d->id);
    if (rc != 0)
        return false;
    s = (struct shared_info *)d->window;
    for (unsigned v = 0; v < XEN_LEGACY_MAX_VCPUS; v++)
        s->vcpu_info[v].evtchn_upcall_mask = 1;
    window_close(d, 0);
    return true;
}

static bool contents_fill(const struct rt_domain *d, const struct layout *l)
{
    struct xen_domctl_getdomaininfo info;
    struct start_info *si;
    bool ok = domain_info(d->id, &info);

    expect_true(ok, "no domain %u", d->id);
    ok = ok && shared_info_fill(d, info.shared_info_frame);
    for (unsigned pfn = FIRST_PFN; ok && pfn < l->bss; pfn++)
        ok = page_fill(d, pfn, (void *)(VIRT_BASE + pfn * PAGE_SIZE));
    for (unsigned pfn = l->bss; ok && pfn < l->start; pfn++) {
        void *page = page_open(d, pfn);

        ok = page != NULL;
        if (ok)
            memset(page, 0, PAGE_SIZE);
        page_close(d, pfn);
    }
    si = ok ? page_open(d, l->start) : NULL;
    if (si == NULL)
        return false;
    start_info_fill(si, l, info.shared_info_frame);
    page_close(d, l->start);
    return page_fill(d, l->list, d->mfns) &&
           page_fill(d, l->list + 1, d->mfns + ENTRIES) && tables_fill(d, l);
}

/* A child's first C code; arguments as context_set() has put them. */
static _Noreturn void child_start(struct start_info *si, void (*fn)(uint64_t),
                                  uint64_t arg, unsigned pool)
{
    rt_start_info = si;
    vcpu_init(NULL, 0);
    memory_init();
    memory_pool_limit(pool);
    events_init();
    rt_restore();
    fn(arg);
    rt_shutdown(SHUTDOWN_poweroff);
}

static bool context_set(const struct rt_domain *d,
                        const struct rt_domain_spec *s, const struct layout *l)
{
    static struct vcpu_guest_context ctx;
    struct mmuext_op pin = { .cmd = MMUEXT_PIN_L4_TABLE,
                             .arg1.mfn = d->mfns[l->l4] };
    struct xen_domctl op = {
        .u.hypercall_init.gmfn = d->mfns[va_to_pfn(hypercall_page)],
    };
    long rc = domain_ctl(&op, XEN_DOMCTL_hypercall_init, d->id);

    expect_eq(0, rc, "hypercall_init of domain %u", d->id);
    if (rc == 0) {
        rc = hc_mmuext_op(&pin, 1, NULL, d->id);
        expect_eq(0, rc, "pin the tables of domain %u", d->id);
    }
    if (rc != 0)
        return false;
    rt_vcpu_context(0, &ctx);
    ctx.flags |= VGCF_online;
    ctx.user_regs.rip = (uint64_t)child_start;
    ctx.user_regs.rsp -= 8;             /* as after a call                      */
    ctx.user_regs.rdi = VIRT_BASE + l->start * PAGE_SIZE;
    ctx.user_regs.rsi = (uint64_t)s->fn;
    ctx.user_regs.rdx = s->arg;
    ctx.user_regs.rcx = l->start - l->pool;
    ctx.ctrlreg[3] = xen_pfn_to_cr3(d->mfns[l->l4]);
    op.u.vcpucontext.vcpu = 0;
    op.u.vcpucontext.ctxt.p = &ctx;
    rc = domain_ctl(&op, XEN_DOMCTL_setvcpucontext, d->id);
    expect_eq(0, rc, "setvcpucontext of domain %u", d->id);
    return rc == 0;
}

bool domain_build(struct rt_domain *d, const struct rt_domain_spec *s)
{
    struct layout l;

    layout_make(&l, s->pool ? s->pool : 16);
    expect_true(l.end - FIRST_PFN <= MAX_PAGES, "%u pages for a domain of %u",
                l.end - FIRST_PFN, MAX_PAGES);
    if (l.end - FIRST_PFN > MAX_PAGES)
        return false;
    if (d->window == NULL) {
        d->window = va_hole();          /* two holes in a row: one window       */
        va_hole();
        d->mfns = page_alloc();
        page_alloc();                   /* the next page: 1,024 entries         */
    }
    d->id = 0;
    d->end = l.end;
    if (create(d, s, &l) && contents_fill(d, &l) && context_set(d, s, &l))
        return true;
    if (d->id != 0)
        domain_destroy(d);
    return false;
}

void domain_unpause(struct rt_domain *d)
{
    struct xen_domctl op = { 0 };

    expect_eq(0, domain_ctl(&op, XEN_DOMCTL_unpausedomain, d->id),
              "unpause domain %u", d->id);
}

void domain_pause(struct rt_domain *d)
{
    struct xen_domctl op = { 0 };

    expect_eq(0, domain_ctl(&op, XEN_DOMCTL_pausedomain, d->id),
              "pause domain %u", d->id);
}

void *domain_at(struct rt_domain *d, const void *va)
{
    unsigned pfn = (unsigned)va_to_pfn(va);
    char *page = d->window + (pfn - FIRST_PFN) * PAGE_SIZE;

    if (!(load64(pte_of(page, 1)) & PTE_P))
        page_open(d, pfn);
    return page + (uint64_t)va % PAGE_SIZE;
}

bool domain_destroy(struct rt_domain *d)
{
    struct xen_domctl op = { 0 };
    long rc;

    for (unsigned slot = 0; slot < d->end - FIRST_PFN; slot++)
        if (load64(pte_of(d->window + slot * PAGE_SIZE, 1)) & PTE_P)
            window_close(d, slot);
    rc = domain_ctl(&op, XEN_DOMCTL_destroydomain, d->id);
    expect_eq(0, rc, "destroy domain %u", d->id);
    d->id = 0;
    return rc == 0;
}
