/* SPDX-License-Identifier: MIT */
/*
 * dom0_build.c - the control domain: memory, kernel, start_info, first vcpu.
 *
 * Source of the layout: the start-of-day notes of public/xen.h and the kernel's
 * own ELF notes.
 */
#include "boot/dom0_layout.h"

#include "arch/smp.h"
#include "boot/boot_info.h"
#include "arch/x86/boot.h"
#include "boot/decode/decode.h"
#include "lib/printf.h"
#include "mm/m2p.h"
#include "mm/pt.h"
#include "public/domctl.h"
#include "pv/pv.h"

#define RESERVE_SHARE 16                /* without dom0_mem= we keep 1/16 ...   */
#define RESERVE_MAX   (MIB(128) >> PAGE_SHIFT)  /* ... but no more than this   */

/* The kernel as an ELF file: in place, or unpacked into memory of ours. */
struct elf_file { const uint8_t *data; uint64_t size; void *ours; };

static struct elf_file unpack_kernel(const struct boot_module *m)
{
    const uint8_t *file = frame_map(maddr_mfn(m->start)), *payload;
    uint64_t length, unpacked;
    struct elf_file elf = { .data = file, .size = m->size };
    size_t written = 0;
    const char *wrong;
    int rc;

    if (is_elf(file, m->size))
        return elf;
    wrong = bzimage_payload(file, m->size, &payload, &length, &unpacked);
    if (wrong)
        boot_panic("the control domain's kernel cannot be used: %s", wrong);
    elf.data = payload;
    elf.size = length;
    if (is_elf(payload, length))
        return elf;
    page_alloc_keep_contents(true);
    elf.data = elf.ours = heap_alloc(unpacked);
    page_alloc_keep_contents(false);
    if (!elf.ours)
        boot_panic("the control domain's kernel unpacks to %lu MiB, for which there "
                   "is no memory", unpacked >> 20);
    rc = decode_kernel(payload, length, elf.ours, unpacked, &written);
    if (rc == -EOPNOTSUPP)
        boot_panic("the control domain's kernel is packed in a way that is not known: "
                   "use one in xz, gzip, lz4 or zstd");
    if (rc || written != unpacked)
        boot_panic("the control domain's kernel is damaged: it cannot be unpacked "
                   "(error %d), or not to the size that it names", -rc);
    elf.size = written;
    return elf;
}

/* "512M", "1G", "4096" (KiB as the option's own unit), bytes with a B suffix. */
static uint64_t parse_size(const char *s, const char **end)
{
    uint64_t n = strtou64(s, end);

    switch (**end) {
    case 'B': case 'b': (*end)++; return n;
    case 'M': case 'm': (*end)++; return MIB(n);
    case 'G': case 'g': (*end)++; return GIB(n);
    case 'K': case 'k': (*end)++; return KIB(n);
    default: return KIB(n);
    }
}

/* dom0_mem=SIZE,min:SIZE,max:SIZE: pages to give, and the limit to set. */
static uint64_t wanted_pages(uint32_t *max_pages)
{
    uint64_t all = free_frames(), want = 0, floor = 0, limit = 0;
    uint64_t keep = MIN(all / RESERVE_SHARE, RESERVE_MAX);
    char buf[128];
    const char *p = boot_option("dom0_mem", buf, sizeof(buf));

    while (p && *p) {
        const char *start = p;
        uint64_t *to = &want;

        if (!strncmp(p, "min:", 4) || !strncmp(p, "max:", 4)) {
            to = p[1] == 'i' ? &floor : &limit;
            p += 4;
        }
        *to = parse_size(p, &p) >> PAGE_SHIFT;
        if (p == start || (*p && *p != ','))
            boot_panic("dom0_mem=%s is not understood: write dom0_mem=1024M or "
                       "dom0_mem=1024M,max:2048M", buf);
        p += *p == ',';
    }
    if (!want)
        want = limit && limit < all - keep ? limit : all - keep;
    want = MAX(want, floor);
    *max_pages = limit ? (uint32_t)limit : UINT32_MAX;
    if (want > all - keep / 4)
        boot_panic("dom0_mem asks for %lu MiB but %lu MiB are free", want >> 8,
                   all >> 8);
    return want;
}

/* Large extents first; p2m[] gets every frame. */
static void give_memory(struct domain *d, struct dom0_layout *l)
{
    unsigned order = 18;
    uint64_t pfn = 0;

    while (pfn < l->nr_pages) {
        struct page *pg;
        uint64_t first;

        while ((1ul << order) > l->nr_pages - pfn)
            order--;
        pg = domain_pages_alloc(&d->mm, order, 0);
        if (!pg) {
            if (!order)
                boot_panic("the control domain's memory ran out at %lu MiB of %lu",
                           pfn >> 8, l->nr_pages >> 8);
            order--;
            continue;
        }
        first = page_mfn(pg).n;
        for (uint64_t i = 0; i < (1ul << order); i++) {
            l->p2m[pfn + i] = first + i;
            m2p_set(MFN(first + i), pfn + i);
        }
        pfn += 1ul << order;
    }
}

/* Copies into frames of the domain from pfn*4096+offset on; they may not be
 * contiguous. src NULL: zeros. */
static void copy_to_dom0(const struct dom0_layout *l, uint64_t paddr,
                         const uint8_t *src, uint64_t size)
{
    while (size) {
        uint64_t off = paddr & (PAGE_SIZE - 1), n = MIN(size, PAGE_SIZE - off);
        uint8_t *to = (uint8_t *)dom0_frame(l, paddr >> PAGE_SHIFT) + off;

        if (src) {
            memcpy(to, src, n);
            src += n;
        } else {
            memset(to, 0, n);
        }
        paddr += n;
        size -= n;
    }
}

static void load_kernel(const struct kernel_image *k, const struct dom0_layout *l)
{
    for (unsigned i = 0; i < k->nr_segments; i++) {
        const struct kernel_segment *s = &k->segment[i];

        copy_to_dom0(l, s->paddr, k->file + s->file_offset, s->file_size);
        copy_to_dom0(l, s->paddr + s->file_size, NULL, s->mem_size - s->file_size);
    }
    if (k->hypercall_page)
        pv_hypercall_page_fill(dom0_frame(l, (k->hypercall_page - k->virt_base) >>
                                       PAGE_SHIFT));
}

/* QEMU and multiboot 1 put the file's name first; multiboot 2 does not. */
static const char *kernel_cmdline(void)
{
    const char *s = boot_info.module[0].cmdline;

    if (!boot_info.bare_lines)
        while (*s && *s != ' ')
            s++;
    while (*s == ' ')
        s++;
    return s;
}

static void fill_console(struct start_info *si)
{
    struct dom0_vga_console_info *vga = (void *)(si + 1);

    si->console.dom0.info_off = sizeof(*si);
    if (!boot_info.have_vga_text)
        return;
    si->console.dom0.info_size = sizeof(*vga);
    vga->video_type = XEN_VGATYPE_TEXT_MODE_3;
    vga->u.text_mode_3.rows = 25;
    vga->u.text_mode_3.columns = 80;
    vga->u.text_mode_3.font_height = 16;
}

static void fill_start_info(const struct domain *d, const struct kernel_image *k,
                            const struct dom0_layout *l)
{
    struct start_info *si = dom0_frame(l, l->start_info_pfn);

    memset(si, 0, PAGE_SIZE);
    strlcpy(si->magic, "xen-3.0-x86_64", sizeof(si->magic));
    si->nr_pages = l->nr_pages;
    si->shared_info = mfn_maddr(frame_of(d->shared));
    si->flags = SIF_PRIVILEGED | SIF_INITDOMAIN;
    si->pt_base = k->virt_base + (l->pt_pfn << PAGE_SHIFT);
    si->nr_pt_frames = l->nr_pt;
    if (l->p2m_mapped_apart) {
        si->mfn_list = k->init_p2m;
        si->first_p2m_pfn = l->p2m_pfn;
        si->nr_p2m_frames = l->nr_p2m_frames;
    } else {
        si->mfn_list = k->virt_base + (l->p2m_pfn << PAGE_SHIFT);
    }
    if (l->initrd_size) {
        si->mod_len = l->initrd_size;
        if (l->initrd_mapped) {
            si->mod_start = k->virt_base + (l->initrd_pfn << PAGE_SHIFT);
        } else {
            si->mod_start = l->initrd_pfn;
            si->flags |= SIF_MOD_START_PFN;
        }
    }
    strlcpy((char *)si->cmd_line, kernel_cmdline(), MAX_GUEST_CMDLINE);
    fill_console(si);
}

static unsigned wanted_vcpus(void)
{
    char buf[32];
    const char *p = boot_option("dom0_max_vcpus", buf, sizeof(buf));
    uint64_t n = p ? strtou64(p, &p) : nr_cpus;

    if (p && *p == '-') {                       /* MIN-MAX: the machine's, bounded */
        uint64_t most = MIN(nr_cpus, strtou64(p + 1, &p));

        n = MAX(n, most);
    }
    n = MIN(n, (uint64_t)MAX_VCPUS);
    return (unsigned)MAX(1ul, n);
}

static struct domain *create_domain(void)
{
    struct xen_domctl_createdomain cfg = {
        .max_vcpus = wanted_vcpus(),
        .max_evtchn_port = UINT32_MAX,
        .max_grant_frames = 64,
        .max_maptrack_frames = 1024,
        .grant_opts = 1,
    };
    struct domain *d;
    struct vcpu *v;
    int rc = domain_create(0, &cfg, &d);

    for (unsigned i = 0; !rc && i < cfg.max_vcpus; i++)
        rc = vcpu_create(d, i, &v);
    if (rc)
        boot_panic("the control domain cannot be created (error %d)", -rc);
    return d;
}

static void start_vcpu(struct domain *d, const struct kernel_image *k,
                       const struct dom0_layout *l)
{
    struct vcpu_guest_context *c = heap_new(struct vcpu_guest_context);
    struct vcpu *v = d->vcpu[0];
    int rc;

    if (!c)
        boot_panic("no memory for the control domain's first context");
    c->flags = VGCF_in_kernel | VGCF_online;
    c->user_regs.rip = k->entry;
    c->user_regs.rsi = k->virt_base + (l->start_info_pfn << PAGE_SHIFT);
    c->user_regs.rsp = k->virt_base + ((l->stack_pfn + 1) << PAGE_SHIFT);
    c->user_regs.rflags = 0x202;
    c->user_regs.cs = FLAT_KERNEL_CS;
    c->user_regs.ss = FLAT_KERNEL_SS;
    c->kernel_ss = FLAT_KERNEL_SS;
    c->kernel_sp = c->user_regs.rsp;
    c->ctrlreg[3] = l->p2m[l->pt_pfn] << PAGE_SHIFT;
    /* Pinned, as the domain builder of the tools leaves it: Linux unpins it. */
    do
        rc = pt_pin(&d->mm, MFN(l->p2m[l->pt_pfn]), PGT_L4);
    while (rc == -ERESTART);
    while (!rc && (rc = pv_vcpu_set_context(v, c)) == -ERESTART)
        rc = 0;
    if (rc)
        boot_panic("the control domain's first page tables are refused (error %d)",
                   -rc);
    heap_free(c);
    v->info->evtchn_upcall_mask = 1;
    __atomic_fetch_and(&v->flags, ~VCPU_DOWN, __ATOMIC_SEQ_CST);
}

void dom0_build(void)
{
    static struct kernel_image k;
    static struct dom0_layout l;
    const struct boot_module *initrd = &boot_info.module[1];
    s_time_t start = time_now(), unpacked, given;
    struct elf_file elf;
    const char *wrong;
    struct domain *d;

    if (!boot_info.nr_modules)
        boot_panic("no control domain kernel: give one as the first module (QEMU: "
                   "-initrd \"VMLINUZ args,INITRD\")");
    elf = unpack_kernel(&boot_info.module[0]);
    wrong = kernel_image_parse(elf.data, elf.size, &k);
    if (wrong)
        boot_panic("the control domain's kernel cannot be used: %s", wrong);
    unpacked = time_now();
    d = create_domain();
    wrong = dom0_layout_make(&k, wanted_pages(&d->mm.max_pages),
                             boot_info.nr_modules > 1 ? initrd->size : 0, &l);
    if (wrong)
        boot_panic("the control domain cannot be built: %s", wrong);
    l.p2m = heap_alloc(l.nr_pages * 8);
    if (!l.p2m)
        boot_panic("no memory for the control domain's frame list");
    page_alloc_keep_contents(true);
    give_memory(d, &l);
    page_alloc_keep_contents(false);
    given = time_now();
    load_kernel(&k, &l);
    if (l.initrd_size)
        copy_to_dom0(&l, l.initrd_pfn << PAGE_SHIFT,
                     frame_map(maddr_mfn(initrd->start)), l.initrd_size);
    copy_to_dom0(&l, l.p2m_pfn << PAGE_SHIFT, (uint8_t *)l.p2m, l.nr_pages * 8);
    dom0_tables_build(&k, &l);
    fill_start_info(d, &k, &l);
    pv_wallclock_update(d);
    start_vcpu(d, &k, &l);

    heap_free(l.p2m);
    heap_free(elf.ours);
    for (unsigned i = 0; i < boot_info.nr_modules; i++)
        boot_pages_free(boot_info.module[i].start,
                        boot_info.module[i].start + boot_info.module[i].size);
    boot_pages_free(image_maddr(boot_bss_start), image_maddr(boot_bss_end));
    log_info("control domain: %lu MiB, %u vcpus, kernel at %#lx; started after "
             "%ld ms, unpacked in %ld, given memory in %ld, loaded in %ld\n",
             l.nr_pages >> 8, d->max_vcpus, k.entry, start / 1000000,
             (unpacked - start) / 1000000, (given - unpacked) / 1000000,
             (time_now() - given) / 1000000);
    domain_unpause_by_tools(d);
}
