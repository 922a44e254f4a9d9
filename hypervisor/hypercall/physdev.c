/* SPDX-License-Identifier: MIT */
/*
 * physdev.c - HYPERVISOR_physdev_op: interrupts, ports and PCI devices.
 *
 * A command's argument is copied in, judged by its function, and copied out where
 * it carries a result. What concerns the machine is the control domain's alone.
 */
#include "arch/irq.h"
#include "arch/x86/acpi.h"
#include "arch/x86/irq_private.h"
#include "hypercall/hypercall.h"
#include "public/physdev.h"

/* The argument of each command, by its name. */
union arg {
    struct { } IRQ_UNMASK_NOTIFY;
    struct physdev_irq_status_query irq_status_query;
    struct physdev_set_iopl set_iopl;
    struct physdev_set_iobitmap set_iobitmap;
    struct physdev_apic apic_read, apic_write;
    struct physdev_irq alloc_irq_vector;
    struct physdev_eoi eoi;
    struct physdev_map_pirq map_pirq;
    struct physdev_unmap_pirq unmap_pirq;
    struct physdev_manage_pci manage_pci_add, manage_pci_add_ext, manage_pci_remove;
    struct physdev_manage_pci restore_msi;
    struct physdev_pirq_eoi_gmfn pirq_eoi_gmfn_v1, pirq_eoi_gmfn_v2;
    struct physdev_setup_gsi setup_gsi;
    struct physdev_get_free_pirq get_free_pirq;
    struct physdev_pci_mmcfg_reserved pci_mmcfg_reserved;
    struct physdev_pci_device pci_device_add, pci_device_remove, restore_msi_ext;
    struct physdev_pci_device prepare_msix, release_msix;
    struct physdev_dbgp_op dbgp_op;
};

static int op_eoi(struct vcpu *cur, struct physdev_eoi *op)
{
    evtchn_port_t port;

    if (!pirq_eoi(cur->d, op->irq))
        return fail(EINVAL, "eoi of pirq %u", op->irq);
    if (cur->d->auto_unmask && pirq_bound_port(cur->d, op->irq, &port))
        return evtchn_unmask(cur->d, port);
    return 0;
}

static int set_eoi_frame(struct vcpu *cur, xen_pfn_t gmfn, bool auto_unmask)
{
    struct domain *d = cur->d;
    struct page *pg;
    int rc = page_get_and_type(MFN(gmfn), &d->mm, PGT_WRITABLE, &pg);

    if (rc)
        return rc == -ERESTART ? -EAGAIN : rc;
    if (d->pirq_eoi_page) {
        page_put_and_type(pg);
        return fail(EBUSY, "the eoi frame is set already");
    }
    d->pirq_eoi_page = pg;
    d->auto_unmask = auto_unmask;
    pirq_set_eoi_map(d, frame_map(page_mfn(pg)));
    return 0;
}

#define op_pirq_eoi_gmfn_v1(cur, op) set_eoi_frame(cur, (op)->gmfn, true)
#define op_pirq_eoi_gmfn_v2(cur, op) set_eoi_frame(cur, (op)->gmfn, false)

static int op_irq_status_query(struct vcpu *cur, struct physdev_irq_status_query *op)
{
    bool shared;

    if (op->irq >= NR_IRQS)
        return fail(EINVAL, "status of pirq %u", op->irq);
    op->flags = pirq_needs_eoi(cur->d, op->irq, &shared) ? XENIRQSTAT_needs_eoi : 0;
    if (shared)
        op->flags |= XENIRQSTAT_shared;
    return 0;
}

static int op_set_iopl(struct vcpu *cur, struct physdev_set_iopl *op)
{
    if (op->iopl > 3)
        return fail(EINVAL, "iopl %u", op->iopl);
    cur->pv.iopl = op->iopl;
    return 0;
}

static int op_set_iobitmap(struct vcpu *cur, struct physdev_set_iobitmap *op)
{
    if (op->nr_ports > 65536 || (!handle_is_null(op->bitmap) &&
                                 !guest_range_ok((vaddr_t)op->bitmap.p, 8192, 1)))
        return fail(EINVAL, "I/O bitmap of %u ports", op->nr_ports);
    cur->pv.iobmp = (vaddr_t)op->bitmap.p;
    cur->pv.iobmp_limit = op->nr_ports;
    return 0;
}

#define op_apic_read(cur, op) \
    ioapic_guest_read((op)->apic_physbase, (op)->reg, &(op)->value)
#define op_apic_write(cur, op) \
    ioapic_guest_write((op)->apic_physbase, (op)->reg, (op)->value)

/* Vectors are ours to choose; the kernel only asks so as to have a number. */
static int op_alloc_irq_vector(struct vcpu *cur, struct physdev_irq *op)
{
    if (op->irq >= nr_gsi)
        return fail(EINVAL, "vector for GSI %u of %u", op->irq, nr_gsi);
    op->vector = op->irq;
    return 0;
}

#define DEVICE(op) ((pci_dev_t){ (uint8_t)(op)->bus, (uint8_t)(op)->devfn })

/* The domain is the caller, or -EPERM: devices are the control domain's. */
static int own_device(const struct vcpu *cur, domid_t domid)
{
    if (domid != DOMID_SELF && domid != cur->d->id)
        return fail(EOPNOTSUPP, "devices cannot be given to d%u", domid);
    return 0;
}

static int op_map_pirq(struct vcpu *cur, struct physdev_map_pirq *op)
{
    int rc = own_device(cur, op->domid);

    if (rc)
        return rc;
    switch (op->type) {
    case MAP_PIRQ_TYPE_GSI:
        rc = pirq_map_gsi(cur->d, (unsigned)op->index, op->pirq);
        break;
    case MAP_PIRQ_TYPE_MULTI_MSI:
        if (op->entry_nr > 1)
            return fail(EOPNOTSUPP, "%d messages at once", op->entry_nr);
        op->table_base = 0;
        op->entry_nr = 1;
        /* fallthrough */
    case MAP_PIRQ_TYPE_MSI_SEG:
        if ((uint32_t)op->bus >> 16)
            return fail(ENODEV, "PCI segment %u", (uint32_t)op->bus >> 16);
        /* fallthrough */
    case MAP_PIRQ_TYPE_MSI:
        rc = pirq_map_msi(cur->d, cur->cpu, DEVICE(op),
                          op->table_base ? op->entry_nr : -1, op->pirq);
        break;
    default:
        return fail(EINVAL, "map_pirq type %d", op->type);
    }
    if (rc < 0)
        return rc;
    op->pirq = rc;
    return 0;
}

static int op_unmap_pirq(struct vcpu *cur, struct physdev_unmap_pirq *op)
{
    int rc = own_device(cur, op->domid);

    return rc ? rc : pirq_unmap(cur->d, (unsigned)op->pirq);
}

static int segment_check(const struct physdev_pci_device *op)
{
    return op->seg ? fail(ENODEV, "PCI segment %u", op->seg) : 0;
}

/* A device is found by its address when one is needed; all there is to do is to
 * close its MSI-X table before the kernel maps it. Most devices have none. */
static int op_pci_device_add(struct vcpu *cur, struct physdev_pci_device *op)
{
    int rc = segment_check(op);

    if (rc == 0)
        (void)pirq_prepare_msix(DEVICE(op));
    return rc;
}

#define op_manage_pci_add(cur, op)     ((void)pirq_prepare_msix(DEVICE(op)), 0)
#define op_manage_pci_add_ext(cur, op) op_manage_pci_add(cur, op)

/* We keep nothing of a device that goes. */
#define op_manage_pci_remove(cur, op) 0
#define op_pci_device_remove(cur, op) 0
#define op_release_msix(cur, op)      segment_check(op)

static int op_restore_msi_ext(struct vcpu *cur, struct physdev_pci_device *op)
{
    int rc = segment_check(op);

    return rc ? rc : pirq_restore_msi(cur->d, DEVICE(op));
}

#define op_restore_msi(cur, op) pirq_restore_msi(cur->d, DEVICE(op))

static int op_prepare_msix(struct vcpu *cur, struct physdev_pci_device *op)
{
    int rc = segment_check(op);

    return rc ? rc : pirq_prepare_msix(DEVICE(op));
}

static int op_setup_gsi(struct vcpu *cur, struct physdev_setup_gsi *op)
{
    static uint64_t done[NR_IRQS / 64];
    unsigned gsi = (unsigned)op->gsi;

    if (gsi >= nr_gsi)
        return fail(EINVAL, "GSI %u of %u", gsi, nr_gsi);
    if ((done[gsi / 64] >> (gsi % 64)) & 1)
        return -EEXIST;
    done[gsi / 64] |= 1ull << (gsi % 64);
    return irq_set_gsi_trigger(gsi, op->triggering, op->polarity);
}

static int op_get_free_pirq(struct vcpu *cur, struct physdev_get_free_pirq *op)
{
    int rc = pirq_get_free(cur->d);

    if (rc < 0)
        return rc;
    op->pirq = (uint32_t)rc;
    return 0;
}

/* No console of ours is on a debug port: it may be reset at any time. */
#define op_dbgp_op(cur, op) 0

/* What the guest has unmasked since is acknowledged. */
#define op_IRQ_UNMASK_NOTIFY(cur, op) unmask_notify(cur)
static int unmask_notify(struct vcpu *cur)
{
    evtchn_port_t port;
    bool shared;

    for (unsigned i = 0; i < NR_IRQS; i++)
        if (pirq_needs_eoi(cur->d, i, &shared) &&
            pirq_bound_port(cur->d, i, &port) && !evtchn_port_masked(cur->d, port))
            pirq_eoi(cur->d, i);
    return 0;
}

static int op_pci_mmcfg_reserved(struct vcpu *cur,
                                 struct physdev_pci_mmcfg_reserved *op)
{
    for (unsigned i = 0; i < acpi_info.nr_mmcfgs; i++)
        if (acpi_info.mmcfg[i].addr == op->address)
            return 0;
    return fail(ENODEV, "no MMCONFIG window at %#lx", op->address);
}

/* What is no matter of the machine. */
#define ANYBODYS (1u << PHYSDEVOP_IRQ_UNMASK_NOTIFY | 1u << PHYSDEVOP_eoi |        \
                  1u << PHYSDEVOP_irq_status_query | 1u << PHYSDEVOP_set_iopl |    \
                  1u << PHYSDEVOP_set_iobitmap)

#define DO(name, out) {                                                            \
        if (guest_read(&u, in->a[1], sizeof(u.name)))                              \
            return fail(EFAULT, "physdev_op " #name " at %#lx", in->a[1]);         \
        if (!cur->d->is_control && !(ANYBODYS >> PHYSDEVOP_##name & 1))            \
            return fail(EPERM, "physdev_op " #name " by d%u", cur->d->id);         \
        rc = op_##name(cur, &u.name);                                              \
        if (out && rc == 0 && guest_write(in->a[1], &u, sizeof(u.name)))           \
            return fail(EFAULT, "physdev_op " #name " at %#lx", in->a[1]);         \
        return rc;                                                                 \
    }

long hc_physdev_op(struct vcpu *cur, struct hc_args *in)
{
    union arg u;
    int rc;

    HC_CASES(physdev_op, (uint32_t)in->a[0])
}
