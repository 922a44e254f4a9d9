/* SPDX-License-Identifier: MIT */
/* memory_map.c - memory maps, and frames that a tool may map as a resource. */
#include "arch/x86/acpi.h"
#include "hypercall/memory.h"
#include "mm/boot_mm.h"

#define MAP_ENTRIES_MAX 1024
#define E820_RESERVED   2

struct e820 { uint64_t start, size; uint32_t type; } __packed;
_Static_assert(sizeof(struct e820) == 20, "the BIOS's layout");

struct guest_memory_map {
    unsigned n;
    struct e820 entry[];
};

MEM_OP(memory_map, struct xen_memory_map)
{
    const struct guest_memory_map *m;
    int rc = 0;

    spin_lock(&cur->d->lock);
    m = cur->d->memory_map;
    if (m == NULL || m->n == 0) {
        rc = fail(ENOSYS, "domain %u was given no memory map", cur->d->id);
    } else {
        op->nr_entries = MIN(op->nr_entries, m->n);
        rc = guest_write((vaddr_t)op->buffer.p, m->entry,
                         op->nr_entries * sizeof(m->entry[0]));
    }
    spin_unlock(&cur->d->lock);
    return rc != 0 ? rc : MEM_WRITE(in->a[1], op);
}

MEM_OP(set_memory_map, struct xen_foreign_memory_map)
{
    struct guest_memory_map *m, *old;
    struct domain *d;
    size_t bytes;
    long rc;

    if (op->map.nr_entries > MAP_ENTRIES_MAX)
        return fail(EINVAL, "a memory map of %u entries", op->map.nr_entries);
    rc = hc_target_get(cur, op->domid, &d);
    if (rc != 0)
        return rc;
    bytes = op->map.nr_entries * sizeof(struct e820);
    m = heap_alloc(sizeof(*m) + bytes);
    if (m == NULL) {
        domain_put(d);
        return fail(ENOMEM, "no memory for a memory map");
    }
    rc = guest_read(m->entry, (vaddr_t)op->map.buffer.p, bytes);
    if (rc == 0) {
        m->n = op->map.nr_entries;
        spin_lock(&d->lock);
        old = d->memory_map;
        d->memory_map = m;
        spin_unlock(&d->lock);
        m = old;
    }
    heap_free(m);
    domain_put(d);
    return rc;
}

/* The firmware's map; what the control domain may not map is marked reserved,
 * so that no device is put there. */
static unsigned machine_entry(unsigned i, struct e820 *e)
{
    unsigned n = nr_machine_map;

    if (i < n) {
        const struct mem_range *r = &machine_map[i];

        *e = (struct e820){ r->start, r->size, r->type };
    } else if (i == n) {
        *e = (struct e820){ 0xfee00000, 0x100000, E820_RESERVED };
    } else if (i - n - 1 < acpi_info.nr_ioapics) {
        *e = (struct e820){ acpi_info.ioapic[i - n - 1].addr, PAGE_SIZE,
                            E820_RESERVED };
    } else {
        return 0;
    }
    return 1;
}

long mem_machine_memory_map(struct vcpu *cur, struct hc_args *in)
{
    struct xen_memory_map out;
    struct e820 e;
    unsigned n = 0;

    if (!cur->d->is_control)
        return fail(EPERM, "domain %u asks for the machine's map", cur->d->id);
    if (MEM_READ(&out, in->a[1]) != 0)
        return -EFAULT;
    while (machine_entry(n, &e) != 0) {
        if (n == out.nr_entries)
            return fail(EINVAL, "room for %u entries of the machine's map", n);
        if (guest_write((vaddr_t)out.buffer.p + n * sizeof(e), &e, sizeof(e)) != 0)
            return -EFAULT;
        n++;
    }
    out.nr_entries = n;
    return MEM_WRITE(in->a[1], &out);
}

/* ---- resources ---- */

/* How many frames the resource can have; 0: there is no such thing. */
static unsigned resource_size(struct domain *d, const struct xen_mem_acquire_resource *r)
{
    unsigned now, max;

    if (r->type != XENMEM_resource_grant_table ||
        r->id != XENMEM_resource_grant_table_id_shared)
        return 0;
    gnttab_size(d, &now, &max);
    return max;
}

static long resource_list(struct domain *d, const struct xen_mem_acquire_resource *r)
{
    for (unsigned i = 0; i < r->nr_frames; i++) {
        xen_pfn_t out = gnttab_shared_frame(d, (unsigned)r->frame + i).n;

        if (out == MFN_NONE.n)
            return fail(EINVAL, "domain %u has no grant frame %lu", d->id, r->frame + i);
        if (copy_out(r->frame_list, i, &out) != 0)
            return -EFAULT;
    }
    return 0;
}

MEM_OP(acquire_resource, struct xen_mem_acquire_resource)
{
    struct domain *d;
    unsigned max;
    long rc;

    if (op->pad != 0)
        return fail(EINVAL, "acquire_resource: padding");
    rc = hc_target_get(cur, op->domid, &d);
    if (rc != 0)
        return rc;
    max = resource_size(d, op);
    if (d == cur->d) {
        rc = fail(EPERM, "a resource of oneself");
    } else if (max == 0) {
        rc = fail(EOPNOTSUPP, "no resource of type %u id %u", op->type, op->id);
    } else if (handle_is_null(op->frame_list)) {
        rc = op->nr_frames != 0 ? fail(EINVAL, "acquire_resource: no list") : 0;
        op->nr_frames = max;
        if (rc == 0)
            rc = MEM_WRITE(in->a[1], op);
    } else if (op->frame >= max || op->nr_frames > max - op->frame) {
        rc = fail(EINVAL, "grant frames %lu and %u more of %u", op->frame,
                  op->nr_frames, max);
    } else {
        rc = resource_list(d, op);
    }
    domain_put(d);
    return rc;
}
