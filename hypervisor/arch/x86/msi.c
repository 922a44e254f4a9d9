/* SPDX-License-Identifier: MIT */
/*
 * msi.c - writes messages into devices: the MSI capability, or the MSI-X table in
 * one of the device's BARs.
 *
 *   R1  Guests never write a message: the table is theirs to read at most. What
 *       they may write is the capability's enable bit.
 *   R2  A table is mapped once, by its machine address, and stays mapped.
 */
#include "arch/x86/pci.h"
#include "lib/bug.h"
#include "mm/boot_mm.h"

#define CAP_MSI  0x05
#define CAP_MSIX 0x11

#define REG_STATUS     0x06
#define REG_BAR(n)     (0x10 + 4 * (n))
#define REG_CAPS       0x34
#define STATUS_CAPS    0x10
#define MSI_ENABLE     0x0001u
#define MSI_64         0x0080u
#define MSI_MASKBITS   0x0100u
#define MSIX_ENABLE    0x8000u
#define MSIX_MASK_ALL  0x4000u
#define TABLES_MAX     64

static struct msix_table {
    maddr_t addr;
    uint32_t *entries;              /* 4 words each                            */
} tables[TABLES_MAX];
static unsigned nr_tables;

static unsigned find_cap(pci_dev_t dev, uint8_t id)
{
    unsigned at, left = 48;         /* a list that loops ends too              */

    if (!(pci_read(dev, REG_STATUS, 2) & STATUS_CAPS))
        return 0;
    at = pci_read(dev, REG_CAPS, 1) & 0xfc;
    while (at >= 0x40 && left-- > 0) {
        uint32_t cap = pci_read(dev, at, 2);

        if ((cap & 0xff) == id)
            return at;
        at = (cap >> 8) & 0xfc;
    }
    return 0;
}

/* Machine address of the table, and its number of entries; 0: no BAR. */
static maddr_t table_address(pci_dev_t dev, unsigned cap, unsigned *count)
{
    uint32_t where = pci_read(dev, cap + 4, 4);
    unsigned bar = where & 7;
    uint64_t base;

    *count = (pci_read(dev, cap + 2, 2) & 0x7ff) + 1;
    if (bar > 5)
        return 0;
    base = pci_read(dev, REG_BAR(bar), 4);
    if (base & 1)
        return 0;
    if ((base & 6) == 4 && bar < 5)
        base |= (uint64_t)pci_read(dev, REG_BAR(bar + 1), 4) << 32;
    base &= ~0xfull;
    return base ? base + (where & ~7u) : 0;
}

static struct msix_table *table_get(maddr_t addr, unsigned count)
{
    struct msix_table *t;

    for (unsigned i = 0; i < nr_tables; i++)
        if (tables[i].addr == addr)
            return &tables[i];
    if (nr_tables == TABLES_MAX)
        return NULL;
    t = &tables[nr_tables++];
    t->addr = addr;
    t->entries = io_map(addr, count * 16ul);                    /* R2 */
    iomem_restrict(addr, count * 16ul, true);                   /* R1 */
    return t;
}

static struct msix_table *table_of(pci_dev_t dev, unsigned *cap, unsigned *count)
{
    maddr_t addr;

    *cap = find_cap(dev, CAP_MSIX);
    addr = *cap ? table_address(dev, *cap, count) : 0;
    return addr ? table_get(addr, *count) : NULL;
}

int msix_prepare(pci_dev_t dev)
{
    unsigned cap, count;

    return table_of(dev, &cap, &count) ? 0 : -ENODEV;
}

static int msix_program(pci_dev_t dev, unsigned entry, uint64_t addr, uint32_t data)
{
    unsigned cap, count;
    struct msix_table *t = table_of(dev, &cap, &count);
    uint32_t control;

    if (!t)
        return fail(ENODEV, "%02x:%02x has no MSI-X table", dev.bus, dev.devfn);
    if (entry >= count)
        return fail(EINVAL, "MSI-X entry %u of %u", entry, count);
    control = pci_read(dev, cap + 2, 2);
    if (!(control & MSIX_ENABLE))   /* its table can be written only then      */
        pci_write(dev, cap + 2, 2, control | MSIX_ENABLE | MSIX_MASK_ALL);
    WRITE_ONCE(t->entries[entry * 4 + 3], 1);
    WRITE_ONCE(t->entries[entry * 4 + 0], (uint32_t)addr);
    WRITE_ONCE(t->entries[entry * 4 + 1], (uint32_t)(addr >> 32));
    WRITE_ONCE(t->entries[entry * 4 + 2], data);
    WRITE_ONCE(t->entries[entry * 4 + 3], 0);
    if (!(control & MSIX_ENABLE))
        pci_write(dev, cap + 2, 2, control);
    return 0;
}

int msi_program(pci_dev_t dev, int entry, uint64_t addr, uint32_t data)
{
    unsigned cap, data_at;
    uint32_t control;

    if (entry >= 0)
        return msix_program(dev, (unsigned)entry, addr, data);
    cap = find_cap(dev, CAP_MSI);
    if (!cap)
        return fail(ENODEV, "%02x:%02x has no MSI", dev.bus, dev.devfn);
    control = pci_read(dev, cap + 2, 2);
    data_at = cap + (control & MSI_64 ? 12 : 8);
    pci_write(dev, cap + 2, 2, control & ~(MSI_ENABLE | 0x70u));
    pci_write(dev, cap + 4, 4, (uint32_t)addr);
    if (control & MSI_64)
        pci_write(dev, cap + 8, 4, (uint32_t)(addr >> 32));
    pci_write(dev, data_at, 2, data);
    if (control & MSI_MASKBITS)
        pci_write(dev, data_at + 4, 4, 0);
    if (control & MSI_ENABLE)
        pci_write(dev, cap + 2, 2, control & ~0x70u);
    return 0;
}

void msi_readdress(pci_dev_t dev, int entry, uint64_t addr, uint32_t data)
{
    if (entry >= 0)
        (void)msix_program(dev, (unsigned)entry, addr, data);
    else
        pci_write(dev, find_cap(dev, CAP_MSI) + 4, 4, (uint32_t)addr);
}

void msi_disable(pci_dev_t dev, int entry)
{
    unsigned cap, count;
    struct msix_table *t;

    if (entry >= 0) {
        t = table_of(dev, &cap, &count);
        if (t && (unsigned)entry < count)
            WRITE_ONCE(t->entries[entry * 4 + 3], 1);
        return;
    }
    cap = find_cap(dev, CAP_MSI);
    if (cap)
        pci_write(dev, cap + 2, 2, pci_read(dev, cap + 2, 2) & ~MSI_ENABLE);
}
