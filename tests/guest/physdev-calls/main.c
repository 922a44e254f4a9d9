/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/physdev.h"

const char test_title[] =
    "privilege level, port bitmap, free numbers, vectors, MSI and PCI calls do their "
    "work for a control domain, refuse what is not there, and refuse a guest";

/* covers use: physdev_op.set_iopl physdev_op.set_iobitmap */
/* covers use: physdev_op.get_free_pirq physdev_op.alloc_irq_vector */
/* covers use: physdev_op.pci_device_add physdev_op.manage_pci_add */
/* covers abuse: physdev_op.set_iopl physdev_op.set_iobitmap */
/* covers abuse: physdev_op.get_free_pirq physdev_op.alloc_irq_vector */
/* covers abuse: physdev_op.apic_write physdev_op.manage_pci_add */
/* covers abuse: physdev_op.manage_pci_remove physdev_op.manage_pci_add_ext */
/* covers abuse: physdev_op.restore_msi physdev_op.restore_msi_ext */
/* covers abuse: physdev_op.prepare_msix physdev_op.release_msix */
/* covers abuse: physdev_op.pci_device_add physdev_op.pci_device_remove */
/* covers abuse: physdev_op.pci_mmcfg_reserved physdev_op.pirq_eoi_gmfn_v1 */
/* covers abuse: physdev_op.pirq_eoi_gmfn_v2 */

static long op(unsigned cmd, void *arg)
{
    return hc_physdev_op(cmd, arg);
}

static void check_ports(void)
{
    struct physdev_set_iopl iopl = { .iopl = 3 };
    static uint8_t bits[8192];
    struct physdev_set_iobitmap map = { .nr_ports = 65536 };

    expect_eq(0, op(PHYSDEVOP_set_iopl, &iopl), "level 3");
    iopl.iopl = 4;
    expect_eq(-XEN_EINVAL, op(PHYSDEVOP_set_iopl, &iopl), "level 4");
    iopl.iopl = ~0U;
    expect_eq(-XEN_EINVAL, op(PHYSDEVOP_set_iopl, &iopl), "level ~0");
    iopl.iopl = 0;
    expect_eq(0, op(PHYSDEVOP_set_iopl, &iopl), "level 0");
    expect_eq(-XEN_EFAULT, op(PHYSDEVOP_set_iopl, UNMAPPED), "from nowhere");
    set_xen_guest_handle(map.bitmap, bits);
    expect_eq(0, op(PHYSDEVOP_set_iobitmap, &map), "a bitmap");
    map.nr_ports = 65537;
    expect_eq(-XEN_EINVAL, op(PHYSDEVOP_set_iobitmap, &map), "65537 ports");
    map.nr_ports = 1;
    set_xen_guest_handle(map.bitmap, HYPERVISOR);
    expect_eq(-XEN_EINVAL, op(PHYSDEVOP_set_iobitmap, &map),
              "a bitmap in the hypervisor");
    set_xen_guest_handle(map.bitmap, NULL);
    map.nr_ports = 0;
    expect_eq(0, op(PHYSDEVOP_set_iobitmap, &map), "none");
    expect_eq(-XEN_EFAULT, op(PHYSDEVOP_set_iobitmap, UNMAPPED),
              "from nowhere");
}

static void check_numbers(void)
{
    struct physdev_get_free_pirq f = { .type = MAP_PIRQ_TYPE_GSI };
    struct physdev_irq v = { .irq = 9 };
    struct physdev_map_pirq m = { .domid = DOMID_SELF, .index = -1, .pirq = -1,
                                  .type = MAP_PIRQ_TYPE_MSI_SEG, .bus = 255,
                                  .devfn = 255 };
    struct physdev_unmap_pirq u = { .domid = NOBODY, .pirq = 9 };
    struct physdev_apic a = { .apic_physbase = 0x1000, .reg = 0x10 };

    expect_eq(0, op(PHYSDEVOP_get_free_pirq, &f), "get_free_pirq");
    expect_true(f.pirq >= 16 && f.pirq < 100000, "pirq %u", f.pirq);
    expect_eq(0, op(PHYSDEVOP_alloc_irq_vector, &v), "alloc_irq_vector");
    expect_true(op(PHYSDEVOP_map_pirq, &m) < 0, "MSI of no device");
    m.bus = 7 << 16;
    expect_true(op(PHYSDEVOP_map_pirq, &m) < 0, "MSI of no segment");
    m.type = MAP_PIRQ_TYPE_MSI;
    m.bus = 255;
    m.table_base = 0x1000;
    m.entry_nr = -1;
    expect_true(op(PHYSDEVOP_map_pirq, &m) < 0, "MSI-X entry -1");
    m.entry_nr = 0x7fffffff;
    expect_true(op(PHYSDEVOP_map_pirq, &m) < 0, "MSI-X entry 2^31 - 1");
    m.type = MAP_PIRQ_TYPE_GSI;
    m.index = 9;
    m.pirq = 0x7fffffff;
    expect_true(op(PHYSDEVOP_map_pirq, &m) < 0, "as pirq 2^31 - 1");
    m.type = -1;
    expect_true(op(PHYSDEVOP_map_pirq, &m) < 0, "type -1");
    expect_true(op(PHYSDEVOP_unmap_pirq, &u) < 0, "unmap of nobody's");
    u.domid = DOMID_SELF;
    u.pirq = -1;
    expect_true(op(PHYSDEVOP_unmap_pirq, &u) < 0, "unmap of -1");
    u.pirq = 0x7fffffff;
    expect_true(op(PHYSDEVOP_unmap_pirq, &u) < 0, "unmap of 2^31 - 1");
    expect_true(op(PHYSDEVOP_apic_write, &a) < 0, "an IO-APIC that is none");
}

/* 0:0.0 is the machine's host bridge; 255:31.7 is nothing. */
static void check_pci(void)
{
    struct physdev_pci_device_add add = { .bus = 0, .devfn = 0 };
    struct physdev_pci_device dev = { .bus = 255, .devfn = 255 };
    struct physdev_restore_msi rm = { .bus = 255, .devfn = 255 };
    struct physdev_manage_pci mp = { .bus = 0, .devfn = 0 };
    struct physdev_pci_mmcfg_reserved mm = { .address = 0x1234000,
                                             .flags = XEN_PCI_MMCFG_RESERVED };
    struct physdev_pirq_eoi_gmfn g = { .gmfn = NO_FRAME };

    expect_eq(0, op(PHYSDEVOP_pci_device_add, &add), "add the host bridge");
    add.seg = 7;
    expect_true(op(PHYSDEVOP_pci_device_add, &add) <= 0, "add in segment 7");
    expect_eq(0, op(PHYSDEVOP_manage_pci_add, &mp), "manage_pci_add");
    expect_true(op(PHYSDEVOP_restore_msi, &rm) <= 0, "restore of nothing");
    expect_true(op(PHYSDEVOP_restore_msi_ext, &dev) <= 0, "as well");
    expect_true(op(PHYSDEVOP_prepare_msix, &dev) < 0, "prepare nothing");
    expect_true(op(PHYSDEVOP_pci_device_remove, &dev) <= 0, "remove nothing");
    expect_true(op(PHYSDEVOP_pci_mmcfg_reserved, &mm) < 0,
                "a window that is none");
    expect_true(op(PHYSDEVOP_pirq_eoi_gmfn_v2, &g) < 0, "eoi page: no frame");
    expect_true(op(PHYSDEVOP_pirq_eoi_gmfn_v1, &g) < 0, "eoi page: no frame");
    g.gmfn = hypervisor_frame();
    expect_true(op(PHYSDEVOP_pirq_eoi_gmfn_v2, &g) < 0,
                "eoi page: the hypervisor's");
}

static void check_pointers(void)
{
    static const unsigned cmds[] = {
        PHYSDEVOP_eoi, PHYSDEVOP_irq_status_query, PHYSDEVOP_apic_read,
        PHYSDEVOP_apic_write, PHYSDEVOP_alloc_irq_vector, PHYSDEVOP_map_pirq,
        PHYSDEVOP_unmap_pirq, PHYSDEVOP_manage_pci_add,
        PHYSDEVOP_manage_pci_remove, PHYSDEVOP_restore_msi,
        PHYSDEVOP_manage_pci_add_ext, PHYSDEVOP_setup_gsi,
        PHYSDEVOP_get_free_pirq, PHYSDEVOP_pci_mmcfg_reserved,
        PHYSDEVOP_pci_device_add, PHYSDEVOP_pci_device_remove,
        PHYSDEVOP_restore_msi_ext, PHYSDEVOP_prepare_msix,
        PHYSDEVOP_release_msix, PHYSDEVOP_dbgp_op,
        PHYSDEVOP_pirq_eoi_gmfn_v1, PHYSDEVOP_pirq_eoi_gmfn_v2,
    };
    static void *const bad[] = { UNMAPPED, NONCANONICAL, HYPERVISOR, TOP };

    for (unsigned i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++) {
        for (unsigned b = 0; b < sizeof(bad) / sizeof(bad[0]); b++)
            expect_true(op(cmds[i], bad[b]) < 0, "command %u at %p", cmds[i],
                        bad[b]);
    }
    expect_eq(-XEN_ENOSYS, op(99, UNMAPPED), "command 99");
}

static void check_guest(void)
{
    struct physdev_pci_device dev = { .bus = 0, .devfn = 0 };
    struct physdev_apic a = { .apic_physbase = 0xfec00000, .reg = 1 };
    struct physdev_map_pirq m = { .domid = DOMID_SELF, .index = 9, .pirq = 9,
                                  .type = MAP_PIRQ_TYPE_GSI };
    struct physdev_setup_gsi s = { .gsi = 11 };

    expect_true(op(PHYSDEVOP_prepare_msix, &dev) < 0, "a guest prepares MSI-X");
    expect_true(op(PHYSDEVOP_apic_read, &a) < 0, "a guest reads the IO-APIC");
    expect_true(op(PHYSDEVOP_apic_write, &a) < 0, "a guest writes it");
    expect_true(op(PHYSDEVOP_map_pirq, &m) < 0, "a guest maps a line");
    m.domid = 0;
    expect_true(op(PHYSDEVOP_map_pirq, &m) < 0, "for the control domain");
    expect_true(op(PHYSDEVOP_setup_gsi, &s) < 0, "a guest sets up a line");
}

void test_main(void)
{
    check_ports();
    check_pointers();
    if (rt_is_dom0()) {
        check_numbers();
        check_pci();
    } else {
        check_guest();
    }
}
