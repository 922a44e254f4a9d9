/* SPDX-License-Identifier: MIT */
/*
 * physdev.h - HYPERVISOR_physdev_op(cmd, arg): interrupts, ports and PCI
 * devices of the machine, for the domain that drives them.
 *
 * A pirq is a domain's own number for a physical interrupt; it reaches the
 * domain through EVTCHNOP_bind_pirq. A GSI is a pin of the IO-APICs.
 */
#ifndef PUBLIC_PHYSDEV_H
#define PUBLIC_PHYSDEV_H

#include "xen.h"

/* The device was served; the line may interrupt again. */
#define PHYSDEVOP_eoi 12
struct physdev_eoi {
    uint32_t irq;                   /* IN: pirq */
};
XEN_STRUCT_TYPES(physdev_eoi);

/* A frame in which the hypervisor keeps a bit per pirq: needs eoi. With v2 the
 * guest unmasks the event itself afterwards; v1 did it in the eoi. */
#define PHYSDEVOP_pirq_eoi_gmfn_v1 17
#define PHYSDEVOP_pirq_eoi_gmfn_v2 28
#define PHYSDEVOP_pirq_eoi_gmfn    PHYSDEVOP_pirq_eoi_gmfn_v2
struct physdev_pirq_eoi_gmfn {
    xen_pfn_t gmfn;
};
XEN_STRUCT_TYPES(physdev_pirq_eoi_gmfn);

#define PHYSDEVOP_irq_status_query 5
struct physdev_irq_status_query {
    uint32_t irq;                   /* IN: pirq */
    uint32_t flags;                 /* OUT: XENIRQSTAT_* */
};
XEN_STRUCT_TYPES(physdev_irq_status_query);
#define _XENIRQSTAT_needs_eoi 0
#define XENIRQSTAT_needs_eoi  (1U << _XENIRQSTAT_needs_eoi)
#define _XENIRQSTAT_shared    1
#define XENIRQSTAT_shared     (1U << _XENIRQSTAT_shared)

/* The privilege level from which the calling vcpu may use I/O ports. */
#define PHYSDEVOP_set_iopl 6
struct physdev_set_iopl {
    uint32_t iopl;                  /* 0 to 3 */
};
XEN_STRUCT_TYPES(physdev_set_iopl);

/* Ports that user code of the calling vcpu may use: a 0 bit allows. */
#define PHYSDEVOP_set_iobitmap 7
struct physdev_set_iobitmap {
    XEN_GUEST_HANDLE(uint8) bitmap;
    uint32_t nr_ports;              /* at most 65536 */
};
XEN_STRUCT_TYPES(physdev_set_iobitmap);

/* IO-APIC registers. */
#define PHYSDEVOP_apic_read  8
#define PHYSDEVOP_apic_write 9
struct physdev_apic {
    unsigned long apic_physbase;    /* IN: machine address */
    uint32_t      reg;
    uint32_t      value;            /* IN or OUT */
};
XEN_STRUCT_TYPES(physdev_apic);

#define PHYSDEVOP_alloc_irq_vector 10
#define PHYSDEVOP_free_irq_vector  11
struct physdev_irq {
    uint32_t irq;
    uint32_t vector;
};
XEN_STRUCT_TYPES(physdev_irq);

#define MAP_PIRQ_TYPE_MSI       0x0 /* bus, devfn; table_base set: MSI-X    */
#define MAP_PIRQ_TYPE_GSI       0x1 /* index is the GSI                     */
#define MAP_PIRQ_TYPE_UNKNOWN   0x2
#define MAP_PIRQ_TYPE_MSI_SEG   0x3 /* as MSI, bus is segment << 16 | bus   */
#define MAP_PIRQ_TYPE_MULTI_MSI 0x4 /* entry_nr vectors in a row            */

#define PHYSDEVOP_map_pirq 13
struct physdev_map_pirq {
    domid_t  domid;                 /* IN */
    int      type;                  /* MAP_PIRQ_TYPE_* */
    int      index;                 /* IN: -1 for MSI */
    int      pirq;                  /* IN: negative for any; OUT */
    int      bus;                   /* IN */
    int      devfn;
    int      entry_nr;              /* MSI-X entry; MULTI: count, also OUT */
    uint64_t table_base;            /* machine address of the MSI-X table */
};
XEN_STRUCT_TYPES(physdev_map_pirq);

#define PHYSDEVOP_unmap_pirq 14
struct physdev_unmap_pirq {
    domid_t domid;
    int     pirq;
};
XEN_STRUCT_TYPES(physdev_unmap_pirq);

/* Older ways to announce a PCI device of segment 0. */
#define PHYSDEVOP_manage_pci_add    15
#define PHYSDEVOP_manage_pci_remove 16
struct physdev_manage_pci {
    uint8_t bus;
    uint8_t devfn;
};
XEN_STRUCT_TYPES(physdev_manage_pci);

#define PHYSDEVOP_restore_msi 19
struct physdev_restore_msi {
    uint8_t bus;
    uint8_t devfn;
};
XEN_STRUCT_TYPES(physdev_restore_msi);

#define PHYSDEVOP_manage_pci_add_ext 20
struct physdev_manage_pci_ext {
    uint8_t  bus;
    uint8_t  devfn;
    uint32_t is_extfn;
    uint32_t is_virtfn;
    struct {
        uint8_t bus;
        uint8_t devfn;
    } physfn;
};
XEN_STRUCT_TYPES(physdev_manage_pci_ext);

/* The argument of the old hypercall, number 19. */
struct physdev_op {
    uint32_t cmd;
    union {
        physdev_irq_status_query_t irq_status_query;
        physdev_set_iopl_t         set_iopl;
        physdev_set_iobitmap_t     set_iobitmap;
        physdev_apic_t             apic_op;
        physdev_irq_t              irq_op;
    } u;
};
XEN_STRUCT_TYPES(physdev_op);
#define PHYSDEVOP_IRQ_UNMASK_NOTIFY 4

/* What the firmware says of a GSI. -EEXIST: it was set up before. */
#define PHYSDEVOP_setup_gsi 21
struct physdev_setup_gsi {
    int     gsi;
    uint8_t triggering;             /* 0 edge, 1 level */
    uint8_t polarity;               /* 0 high, 1 low */
};
XEN_STRUCT_TYPES(physdev_setup_gsi);

#define PHYSDEVOP_get_free_pirq 23
struct physdev_get_free_pirq {
    int      type;                  /* IN: MAP_PIRQ_TYPE_* */
    uint32_t pirq;                  /* OUT */
};
XEN_STRUCT_TYPES(physdev_get_free_pirq);

/* The firmware reserves (or not) an MMCONFIG window. */
#define PHYSDEVOP_pci_mmcfg_reserved 24
#define XEN_PCI_MMCFG_RESERVED 0x1
struct physdev_pci_mmcfg_reserved {
    uint64_t address;               /* machine address */
    uint16_t segment;
    uint8_t  start_bus;
    uint8_t  end_bus;
    uint32_t flags;
};
XEN_STRUCT_TYPES(physdev_pci_mmcfg_reserved);

/* optarr[0] is the proximity domain if flags has XEN_PCI_DEV_PXM. */
#define PHYSDEVOP_pci_device_add 25
#define XEN_PCI_DEV_EXTFN  0x1
#define XEN_PCI_DEV_VIRTFN 0x2
#define XEN_PCI_DEV_PXM    0x4
struct physdev_pci_device_add {
    uint16_t seg;
    uint8_t  bus;
    uint8_t  devfn;
    uint32_t flags;
    struct {
        uint8_t bus;
        uint8_t devfn;
    } physfn;
    uint32_t optarr[];
};
XEN_STRUCT_TYPES(physdev_pci_device_add);

#define PHYSDEVOP_pci_device_remove 26
#define PHYSDEVOP_restore_msi_ext   27
#define PHYSDEVOP_prepare_msix      30
#define PHYSDEVOP_release_msix      31
struct physdev_pci_device {
    uint16_t seg;
    uint8_t  bus;
    uint8_t  devfn;
};
XEN_STRUCT_TYPES(physdev_pci_device);

/* A USB debug port is about to be, or was, reset. */
#define PHYSDEVOP_dbgp_op 29
#define PHYSDEVOP_DBGP_RESET_PREPARE 1
#define PHYSDEVOP_DBGP_RESET_DONE    2
#define PHYSDEVOP_DBGP_BUS_UNKNOWN   0
#define PHYSDEVOP_DBGP_BUS_PCI       1
struct physdev_dbgp_op {
    uint8_t op;
    uint8_t bus;
    union {
        physdev_pci_device_t pci;
    } u;
};
XEN_STRUCT_TYPES(physdev_dbgp_op);

#endif /* PUBLIC_PHYSDEV_H */
