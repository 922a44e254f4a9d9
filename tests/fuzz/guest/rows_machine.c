/* SPDX-License-Identifier: MIT */
/*
 * rows_machine.c - what the hypervisor and the machine are: xen_version,
 * console_io, physdev_op.
 *
 * Left out (R2): writes to an IO-APIC, which could stop the machine's interrupts.
 */
#include "public/physdev.h"
#include "public/version.h"
#include "tests/fuzz/guest/fuzz.h"

static void version_draw(struct step *s)
{
    uint64_t cmd = chance(s, 90) ? below(s, 10) : edge_value(s);

    memset(s->arg, 0, 64);
    s->nr = __HYPERVISOR_xen_version;
    s->a[0] = cmd == 10 ? 11 : cmd;         /* the build's id is each one's own */
    s->a[1] = chance(s, 4) ? 0 : (uint64_t)draw_pointer(s, s->arg, 80);
    /* Texts longer than what is behind the edge, or than a page has. */
    *(uint32_t *)s->arg = chance(s, 80) ? 0 : (uint32_t)edge_value(s);
}

static void console_draw(struct step *s)
{
    uint64_t cmd = chance(s, 90) ? below(s, 2) : edge_value(s);

    memset(s->arg, '\n', 4);
    s->nr = __HYPERVISOR_console_io;
    s->a[0] = cmd;
    s->a[1] = below(s, 2);
    s->a[2] = (uint64_t)draw_pointer(s, s->arg, 85);
}

static void console_learn(struct step *s)
{
    s->ok = s->rc >= 0;
}

/* ---- physdev ---- */

FIELDS(f_pirq, F(physdev_eoi, irq, K_SMALL, 40));
FIELDS(f_frame, F(physdev_pirq_eoi_gmfn, gmfn, K_PADDING, 0));
FIELDS(f_status, F(physdev_irq_status_query, irq, K_SMALL, 40));
FIELDS(f_iopl, F(physdev_set_iopl, iopl, K_SMALL, 5));
FIELDS(f_bitmap, F(physdev_set_iobitmap, bitmap, K_AREA, 0),
       F(physdev_set_iobitmap, nr_ports, K_SMALL, 65537));
FIELDS(f_apic, F(physdev_apic, apic_physbase, K_ONE_OF, 0xfec00000),
       F(physdev_apic, reg, K_SMALL, 3));
FIELDS(f_irq, F(physdev_irq, irq, K_SMALL, 24));
FIELDS(f_map, F(physdev_map_pirq, domid, K_DOM, 0),
       F(physdev_map_pirq, type, K_ONE_OF, MAP_PIRQ_TYPE_GSI),
       F(physdev_map_pirq, index, K_SMALL, 26),
       F(physdev_map_pirq, pirq, K_SMALL, 26));
FIELDS(f_unmap, F(physdev_unmap_pirq, domid, K_DOM, 0),
       F(physdev_unmap_pirq, pirq, K_SMALL, 26));
FIELDS(f_pci, F(physdev_manage_pci, bus, K_SMALL, 2),
       F(physdev_manage_pci, devfn, K_SMALL, 32));
FIELDS(f_device, F(physdev_pci_device, seg, K_ZERO, 0),
       F(physdev_pci_device, bus, K_SMALL, 2),
       F(physdev_pci_device, devfn, K_SMALL, 32));
FIELDS(f_gsi, F(physdev_setup_gsi, gsi, K_SMALL, 26),
       F(physdev_setup_gsi, triggering, K_SMALL, 2),
       F(physdev_setup_gsi, polarity, K_SMALL, 2));
FIELDS(f_free, F(physdev_get_free_pirq, type, K_ONE_OF, MAP_PIRQ_TYPE_MSI));
FIELDS(f_mmcfg, F(physdev_pci_mmcfg_reserved, address, K_EDGE64, 0));

/* The frame stays with the hypervisor: a page of its own, or none of ours. */
static void frame_prepare(struct step *s)
{
    static char *page;

    if (page == NULL)
        page = page_take();
    ((struct physdev_pirq_eoi_gmfn *)s->arg)->gmfn =
        chance(s, 40) ? va_to_mfn(page) : chance(s, 50) ? va_to_mfn(live_l1)
                                                        : NO_FRAME;
}

/* As kernels ask for a line: by its own number, or whichever. */
static void map_prepare(struct step *s)
{
    struct physdev_map_pirq *op = (struct physdev_map_pirq *)s->arg;
    bool same = chance(s, 60), any = chance(s, 40);

    if (same)
        op->pirq = any ? -1 : op->index;
}

/* Real Xen dereferences a null pointer for a device without MSI-X: xen=1 leaves
 * these out. */
static void msix_prepare(struct step *s)
{
    if (opt.xen)
        s->skip = true;
}

static void free_learn(struct step *s)
{
    struct physdev_get_free_pirq *op = (struct physdev_get_free_pirq *)s->arg;
    struct physdev_unmap_pirq un = { .domid = DOMID_SELF };

    s->ok = s->rc == 0;
    un.pirq = (int)op->pirq;
    if (s->ok)
        hc_physdev_op(PHYSDEVOP_unmap_pirq, &un);
}

static void iopl_learn(struct step *s)
{
    struct physdev_set_iopl op = { .iopl = 0 };

    s->ok = s->rc == 0;
    hc_physdev_op(PHYSDEVOP_set_iopl, &op);
}

#define PHYS(title, sub_, T, fields_, weight_, ...) \
    { "physdev_op." title, ANY, weight_, .shape = SUB_ARG, \
      .call = __HYPERVISOR_physdev_op, .sub = sub_, .size = sizeof(struct T), \
      WITH(fields_), __VA_ARGS__ }

static const struct row table[] = {
    { "xen_version", ANY, 8, .draw = version_draw },
    { "console_io", ANY, 3, .draw = console_draw, .learn = console_learn },
    PHYS("eoi", PHYSDEVOP_eoi, physdev_eoi, f_pirq, 2),
    PHYS("pirq_eoi_gmfn_v1", PHYSDEVOP_pirq_eoi_gmfn_v1, physdev_pirq_eoi_gmfn,
         f_frame, 1, .prepare = frame_prepare),
    PHYS("pirq_eoi_gmfn_v2", PHYSDEVOP_pirq_eoi_gmfn_v2, physdev_pirq_eoi_gmfn,
         f_frame, 1, .prepare = frame_prepare),
    PHYS("irq_status_query", PHYSDEVOP_irq_status_query, physdev_irq_status_query,
         f_status, 2),
    PHYS("set_iopl", PHYSDEVOP_set_iopl, physdev_set_iopl, f_iopl, 2,
         .learn = iopl_learn, .alone = true),
    PHYS("set_iobitmap", PHYSDEVOP_set_iobitmap, physdev_set_iobitmap, f_bitmap, 2),
    PHYS("apic_read", PHYSDEVOP_apic_read, physdev_apic, f_apic, 1),
    PHYS("alloc_irq_vector", PHYSDEVOP_alloc_irq_vector, physdev_irq, f_irq, 1),
    PHYS("map_pirq", PHYSDEVOP_map_pirq, physdev_map_pirq, f_map, 4,
         .prepare = map_prepare),
    PHYS("unmap_pirq", PHYSDEVOP_unmap_pirq, physdev_unmap_pirq, f_unmap, 2),
    PHYS("manage_pci_add", PHYSDEVOP_manage_pci_add, physdev_manage_pci, f_pci, 1),
    PHYS("pci_device_add", PHYSDEVOP_pci_device_add, physdev_pci_device, f_device,
         1),
    PHYS("restore_msi", PHYSDEVOP_restore_msi, physdev_manage_pci, f_pci, 1),
    PHYS("restore_msi_ext", PHYSDEVOP_restore_msi_ext, physdev_pci_device, f_device,
         1),
    PHYS("prepare_msix", PHYSDEVOP_prepare_msix, physdev_pci_device, f_device, 1,
         .prepare = msix_prepare),
    PHYS("release_msix", PHYSDEVOP_release_msix, physdev_pci_device, f_device, 1,
         .prepare = msix_prepare),
    PHYS("setup_gsi", PHYSDEVOP_setup_gsi, physdev_setup_gsi, f_gsi, 1),
    PHYS("get_free_pirq", PHYSDEVOP_get_free_pirq, physdev_get_free_pirq, f_free, 1,
         .learn = free_learn, .alone = true),
    PHYS("pci_mmcfg_reserved", PHYSDEVOP_pci_mmcfg_reserved,
         physdev_pci_mmcfg_reserved, f_mmcfg, 1),
};
const struct rows rows_machine = { table, COUNT_OF(table) };
