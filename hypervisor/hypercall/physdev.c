/* SPDX-License-Identifier: MIT */
/*
 * physdev.c - HYPERVISOR_physdev_op: interrupts, ports and PCI devices.
 *
 * One row a command: its argument is copied in, judged by its function, and copied
 * out where it carries a result. What concerns the machine is the control
 * domain's alone.
 */
#include "arch/irq.h"
#include "arch/x86/acpi.h"
#include "arch/x86/irq_private.h"
#include "core/pirq_msi.h"
#include "hypercall/hypercall.h"
#include "lib/bitmap.h"
#include "public/physdev.h"

union arg {
    struct { } none;
    struct physdev_dbgp_op dbgp;
    struct physdev_eoi eoi;
    struct physdev_pirq_eoi_gmfn eoi_gmfn;
    struct physdev_irq_status_query status;
    struct physdev_set_iopl iopl;
    struct physdev_set_iobitmap iobitmap;
    struct physdev_apic apic;
    struct physdev_irq irq;
    struct physdev_map_pirq map;
    struct physdev_unmap_pirq unmap;
    struct physdev_manage_pci pci;
    struct physdev_setup_gsi gsi;
    struct physdev_get_free_pirq get_free;
    struct physdev_pci_mmcfg_reserved mmcfg;
    struct physdev_pci_device device;
};
typedef int physdev_fn(struct vcpu *cur, union arg *u);

static int op_eoi(struct vcpu *cur, union arg *u)
{
    evtchn_port_t port;

    if (u->eoi.irq >= NR_IRQS)
        return fail(EINVAL, "eoi of pirq %u", u->eoi.irq);
    pirq_eoi(cur->d, u->eoi.irq);
    if (cur->d->auto_unmask && pirq_bound_port(cur->d, u->eoi.irq, &port))
        return evtchn_unmask(cur->d, port);
    return 0;
}

static int set_eoi_frame(struct vcpu *cur, const union arg *u, bool auto_unmask)
{
    struct domain *d = cur->d;
    struct page *pg;
    int rc;

    if (d->pirq_eoi_page)
        return fail(EBUSY, "the eoi frame is set already");
    rc = page_get_and_type(MFN(u->eoi_gmfn.gmfn), &d->mm, PGT_WRITABLE, &pg);
    if (rc)
        return rc == -ERESTART ? -EAGAIN : rc;
    d->pirq_eoi_page = pg;
    d->auto_unmask = auto_unmask;
    pirq_set_eoi_map(d, frame_map(page_mfn(pg)));
    return 0;
}

static int op_eoi_gmfn_v1(struct vcpu *cur, union arg *u)
{
    return set_eoi_frame(cur, u, true);
}

static int op_eoi_gmfn_v2(struct vcpu *cur, union arg *u)
{
    return set_eoi_frame(cur, u, false);
}

static int op_irq_status(struct vcpu *cur, union arg *u)
{
    bool shared;

    if (u->status.irq >= NR_IRQS)
        return fail(EINVAL, "status of pirq %u", u->status.irq);
    u->status.flags = pirq_needs_eoi(cur->d, u->status.irq, &shared) ?
                      XENIRQSTAT_needs_eoi : 0;
    if (shared)
        u->status.flags |= XENIRQSTAT_shared;
    return 0;
}

static int op_set_iopl(struct vcpu *cur, union arg *u)
{
    if (u->iopl.iopl > 3)
        return fail(EINVAL, "iopl %u", u->iopl.iopl);
    cur->pv.iopl = u->iopl.iopl;
    return 0;
}

static int op_set_iobitmap(struct vcpu *cur, union arg *u)
{
    if (u->iobitmap.nr_ports > 65536 ||
        (!handle_is_null(u->iobitmap.bitmap) &&
         !guest_range_ok((vaddr_t)u->iobitmap.bitmap.p, 8192, 1)))
        return fail(EINVAL, "I/O bitmap of %u ports", u->iobitmap.nr_ports);
    cur->pv.iobmp = (vaddr_t)u->iobitmap.bitmap.p;
    cur->pv.iobmp_limit = u->iobitmap.nr_ports;
    return 0;
}

static int op_apic_read(struct vcpu *cur, union arg *u)
{
    return ioapic_guest_read(u->apic.apic_physbase, u->apic.reg, &u->apic.value);
}

static int op_apic_write(struct vcpu *cur, union arg *u)
{
    return ioapic_guest_write(u->apic.apic_physbase, u->apic.reg, u->apic.value);
}

/* Vectors are ours to choose; the kernel only asks so as to have a number. */
static int op_alloc_irq_vector(struct vcpu *cur, union arg *u)
{
    if (u->irq.irq >= nr_gsi)
        return fail(EINVAL, "vector for GSI %u of %u", u->irq.irq, nr_gsi);
    u->irq.vector = u->irq.irq;
    return 0;
}

/* The domain is the caller, or -EPERM: devices are the control domain's. */
static int own_device(const struct vcpu *cur, domid_t domid)
{
    if (domid != DOMID_SELF && domid != cur->d->id)
        return fail(EOPNOTSUPP, "devices cannot be given to d%u", domid);
    return 0;
}

static int op_map_pirq(struct vcpu *cur, union arg *u)
{
    struct physdev_map_pirq *m = &u->map;
    pci_dev_t dev = { (uint8_t)m->bus, (uint8_t)m->devfn };
    int rc = own_device(cur, m->domid);

    if (rc)
        return rc;
    switch (m->type) {
    case MAP_PIRQ_TYPE_GSI:
        rc = pirq_map_gsi(cur->d, (unsigned)m->index, m->pirq);
        break;
    case MAP_PIRQ_TYPE_MULTI_MSI:
        if (m->entry_nr > 1)
            return fail(EOPNOTSUPP, "%d messages at once", m->entry_nr);
        m->table_base = 0;
        m->entry_nr = 1;
        /* fallthrough */
    case MAP_PIRQ_TYPE_MSI_SEG:
        if ((uint32_t)m->bus >> 16)
            return fail(ENODEV, "PCI segment %u", (uint32_t)m->bus >> 16);
        /* fallthrough */
    case MAP_PIRQ_TYPE_MSI:
        rc = pirq_map_msi(cur->d, cur->cpu, dev, m->table_base ? m->entry_nr : -1,
                          m->pirq);
        break;
    default:
        return fail(EINVAL, "map_pirq type %d", m->type);
    }
    if (rc < 0)
        return rc;
    m->pirq = rc;
    return 0;
}

static int op_unmap_pirq(struct vcpu *cur, union arg *u)
{
    int rc = own_device(cur, u->unmap.domid);

    return rc ? rc : pirq_unmap(cur->d, (unsigned)u->unmap.pirq);
}

static int device_of(const union arg *u, pci_dev_t *dev)
{
    *dev = (pci_dev_t){ u->device.bus, u->device.devfn };
    return u->device.seg ? fail(ENODEV, "PCI segment %u", u->device.seg) : 0;
}

/* A device is found by its address when one is needed; all there is to do is to
 * close its MSI-X table before the kernel maps it. Most devices have none. */
static int op_device_add(struct vcpu *cur, union arg *u)
{
    pci_dev_t dev;
    int rc = device_of(u, &dev);

    if (rc == 0)
        (void)pirq_prepare_msix(dev);
    return rc;
}

static int op_manage_pci_add(struct vcpu *cur, union arg *u)
{
    pci_dev_t dev = { u->pci.bus, u->pci.devfn };

    (void)pirq_prepare_msix(dev);
    return 0;
}

static int op_device_gone(struct vcpu *cur, union arg *u)
{
    return 0;
}

static int op_restore_msi(struct vcpu *cur, union arg *u)
{
    pci_dev_t dev = { u->pci.bus, u->pci.devfn };

    return pirq_restore_msi(cur->d, dev);
}

static int op_restore_msi_ext(struct vcpu *cur, union arg *u)
{
    pci_dev_t dev;
    int rc = device_of(u, &dev);

    return rc ? rc : pirq_restore_msi(cur->d, dev);
}

static int op_prepare_msix(struct vcpu *cur, union arg *u)
{
    pci_dev_t dev;
    int rc = device_of(u, &dev);

    return rc ? rc : pirq_prepare_msix(dev);
}

static int op_release_msix(struct vcpu *cur, union arg *u)
{
    pci_dev_t dev;

    return device_of(u, &dev);
}

static int op_setup_gsi(struct vcpu *cur, union arg *u)
{
    static uint64_t done[NR_IRQS / 64];
    unsigned gsi = (unsigned)u->gsi.gsi;

    if (gsi >= nr_gsi)
        return fail(EINVAL, "GSI %u of %u", gsi, nr_gsi);
    if ((done[gsi / 64] >> (gsi % 64)) & 1)
        return -EEXIST;
    done[gsi / 64] |= 1ull << (gsi % 64);
    return irq_set_gsi_trigger(gsi, u->gsi.triggering, u->gsi.polarity);
}

static int op_get_free_pirq(struct vcpu *cur, union arg *u)
{
    int rc = pirq_get_free(cur->d);

    if (rc < 0)
        return rc;
    u->get_free.pirq = (uint32_t)rc;
    return 0;
}

/* No console of ours is on a debug port: it may be reset at any time. */
static int op_dbgp(struct vcpu *cur, union arg *u)
{
    return 0;
}

/* What the guest has unmasked since is acknowledged; such guests know of two
 * levels only. */
static int op_irq_unmask_notify(struct vcpu *cur, union arg *u)
{
    evtchn_port_t port;
    bool shared;

    for (unsigned i = 0; i < NR_IRQS; i++)
        if (pirq_needs_eoi(cur->d, i, &shared) &&
            pirq_bound_port(cur->d, i, &port) &&
            port < EVTCHN_2L_NR_CHANNELS &&
            !bit_test(cur->d->shared->evtchn_mask, port))
            pirq_eoi(cur->d, i);
    return 0;
}

static int op_mmcfg_reserved(struct vcpu *cur, union arg *u)
{
    for (unsigned i = 0; i < acpi_info.nr_mmcfgs; i++)
        if (acpi_info.mmcfg[i].addr == u->mmcfg.address)
            return 0;
    return fail(ENODEV, "no MMCONFIG window at %#lx", u->mmcfg.address);
}

enum { IN_ONLY = 0, IN_OUT = 1, MACHINE = 2 };

#define ROW(cmd, fn, member, flags) \
    [PHYSDEVOP_##cmd] = { fn, sizeof(((union arg *)0)->member), flags,          \
                          ROW_physdev_op_##cmd }
static const struct { physdev_fn *fn; uint8_t size, flags; uint16_t row; } rows[] = {
    ROW(IRQ_UNMASK_NOTIFY, op_irq_unmask_notify, none, IN_ONLY),
    ROW(dbgp_op, op_dbgp, dbgp, MACHINE),
    ROW(eoi, op_eoi, eoi, IN_ONLY),
    ROW(pirq_eoi_gmfn_v1, op_eoi_gmfn_v1, eoi_gmfn, MACHINE),
    ROW(pirq_eoi_gmfn_v2, op_eoi_gmfn_v2, eoi_gmfn, MACHINE),
    ROW(irq_status_query, op_irq_status, status, IN_OUT),
    ROW(set_iopl, op_set_iopl, iopl, IN_ONLY),
    ROW(set_iobitmap, op_set_iobitmap, iobitmap, IN_ONLY),
    ROW(apic_read, op_apic_read, apic, IN_OUT | MACHINE),
    ROW(apic_write, op_apic_write, apic, MACHINE),
    ROW(alloc_irq_vector, op_alloc_irq_vector, irq, IN_OUT | MACHINE),
    ROW(map_pirq, op_map_pirq, map, IN_OUT | MACHINE),
    ROW(unmap_pirq, op_unmap_pirq, unmap, MACHINE),
    ROW(manage_pci_add, op_manage_pci_add, pci, MACHINE),
    ROW(manage_pci_remove, op_device_gone, pci, MACHINE),
    ROW(manage_pci_add_ext, op_manage_pci_add, pci, MACHINE),
    ROW(pci_device_add, op_device_add, device, MACHINE),
    ROW(pci_device_remove, op_device_gone, device, MACHINE),
    ROW(restore_msi, op_restore_msi, pci, MACHINE),
    ROW(restore_msi_ext, op_restore_msi_ext, device, MACHINE),
    ROW(prepare_msix, op_prepare_msix, device, MACHINE),
    ROW(release_msix, op_release_msix, device, MACHINE),
    ROW(setup_gsi, op_setup_gsi, gsi, MACHINE),
    ROW(get_free_pirq, op_get_free_pirq, get_free, IN_OUT | MACHINE),
    ROW(pci_mmcfg_reserved, op_mmcfg_reserved, mmcfg, MACHINE),
};
#undef ROW

long hc_physdev_op(struct vcpu *cur, struct hc_args *in)
{
    unsigned cmd = (unsigned)in->a[0];
    union arg u;
    int rc;

    if (cmd >= ARRAY_SIZE(rows) || !rows[cmd].fn)
        return hc_refuse(__HYPERVISOR_physdev_op, cmd);
    cur->calls[rows[cmd].row]++;
    if ((rows[cmd].flags & MACHINE) && !cur->d->is_control)
        return fail(EPERM, "physdev_op %u by d%u", cmd, cur->d->id);
    if (guest_read(&u, in->a[1], rows[cmd].size))
        return fail(EFAULT, "physdev_op %u at %#lx", cmd, in->a[1]);
    rc = rows[cmd].fn(cur, &u);
    if (rc == 0 && (rows[cmd].flags & IN_OUT) &&
        guest_write(in->a[1], &u, rows[cmd].size))
        return fail(EFAULT, "physdev_op %u at %#lx", cmd, in->a[1]);
    return rc;
}
