/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/physdev.h"

const char test_title[] =
    "a control domain tells of PCI devices, restores their messages, writes an "
    "IO-APIC, and names one page for what must be acknowledged; to prepare the "
    "MSI-X table of a device that has none is refused, where Xen 4.17 itself stops";

/* covers use: physdev_op.apic_write physdev_op.manage_pci_add_ext */
/* covers use: physdev_op.manage_pci_remove physdev_op.pci_device_remove */
/* covers use: physdev_op.pci_mmcfg_reserved physdev_op.pirq_eoi_gmfn_v1 */
/* covers use: physdev_op.pirq_eoi_gmfn_v2 physdev_op.prepare_msix */
/* covers use: physdev_op.release_msix physdev_op.restore_msi */
/* covers use: physdev_op.restore_msi_ext */

static long op(unsigned cmd, void *arg)
{
    return hc_physdev_op(cmd, arg);
}

/* run.sh puts a device with MSI-X at 0:10.0; the bridge at 0:1.0 has none. */
static void check_tables(void)
{
    struct physdev_pci_device_add add = { .bus = 0, .devfn = 0x10 << 3 };
    struct physdev_pci_device dev = { .bus = 0, .devfn = 0x10 << 3 };

    expect_eq(0, op(PHYSDEVOP_pci_device_add, &add), "0:10.0 is there");
    expect_eq(0, op(PHYSDEVOP_prepare_msix, &dev), "prepare its table");
    expect_eq(0, op(PHYSDEVOP_release_msix, &dev), "release it");
    dev.devfn = 0xff;
    expect_true(op(PHYSDEVOP_prepare_msix, &dev) < 0, "that of no device");
    dev.devfn = 1 << 3;
    if (on_splitring())
        expect_true(op(PHYSDEVOP_prepare_msix, &dev) < 0, "one that is none");
}

static void check_devices(void)
{
    struct physdev_manage_pci_ext ext = { .bus = 0, .devfn = 1 << 3 };
    struct physdev_manage_pci old = { .bus = 0, .devfn = 1 << 3 };
    struct physdev_pci_device dev = { .bus = 0, .devfn = 1 << 3 };
    struct physdev_restore_msi rm = { .bus = 0, .devfn = 1 << 3 };
    struct physdev_pci_mmcfg_reserved mm = { .address = 0xb0000000,
                                             .end_bus = 255 };
    long rc;

    expect_eq(0, op(PHYSDEVOP_manage_pci_add_ext, &ext), "0:1.0 is there");
    expect_eq(0, op(PHYSDEVOP_restore_msi, &rm), "its messages");
    expect_eq(0, op(PHYSDEVOP_restore_msi_ext, &dev), "again");
    expect_eq(0, op(PHYSDEVOP_pci_device_remove, &dev), "it is gone");
    expect_eq(0, op(PHYSDEVOP_manage_pci_add, &old), "it is there");
    expect_eq(0, op(PHYSDEVOP_manage_pci_remove, &old), "it is gone again");
    expect_eq(0, op(PHYSDEVOP_manage_pci_add, &old), "it is there for good");
    /* This machine has no window; one that has answers 0. */
    rc = op(PHYSDEVOP_pci_mmcfg_reserved, &mm);
    expect_true(rc <= 0, "an MMCONFIG window: %ld", rc);
}

static void check_apic(void)
{
    struct physdev_apic a = { .apic_physbase = 0xfec00000, .reg = 0x10 + 2 * 23 };

    expect_eq(0, op(PHYSDEVOP_apic_read, &a), "read line 23");
    /* Its vector and target are the hypervisor's to choose. */
    expect_eq(0, op(PHYSDEVOP_apic_write, &a), "write it as it was");
    expect_eq(0, op(PHYSDEVOP_apic_read, &a), "read it again");
}

static void check_page(void)
{
    struct physdev_pirq_eoi_gmfn g = { .gmfn = va_to_mfn(page_alloc()) };
    long rc = op(PHYSDEVOP_pirq_eoi_gmfn_v2, &g);

    expect_true(rc == 0 || rc == -XEN_EBUSY, "a page: %ld", rc);
    g.gmfn = va_to_mfn(page_alloc());
    expect_eq(-XEN_EBUSY, op(PHYSDEVOP_pirq_eoi_gmfn_v2, &g), "a second");
    expect_eq(-XEN_EBUSY, op(PHYSDEVOP_pirq_eoi_gmfn_v1, &g), "the old way");
}

void test_main(void)
{
    struct physdev_pci_device dev = { .bus = 0, .devfn = 1 << 3 };

    if (!rt_is_dom0()) {
        expect_true(op(PHYSDEVOP_pci_device_remove, &dev) < 0,
                    "a guest takes a device");
        return;
    }
    check_devices();
    check_tables();
    check_apic();
    check_page();
}
