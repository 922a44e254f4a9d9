/* SPDX-License-Identifier: MIT */
/*
 * pci.c - configuration space through ports 0xcf8 and 0xcfc, one access at a
 * time.
 */
#include "arch/x86/pci.h"

#include "arch/x86/insn.h"
#include "sync/spinlock.h"

#define PCI_ADDR   0xcf8
#define PCI_DATA   0xcfc
#define PCI_ENABLE 0x80000000u

static spinlock_t pci_lock = SPINLOCK(pci);

uint32_t pci_cf8_read(uint32_t cf8, unsigned offset, unsigned bytes)
{
    uint16_t port = (uint16_t)(PCI_DATA + (offset & 3));
    uint32_t val;

    if (!(cf8 & PCI_ENABLE))
        return UINT32_MAX;
    spin_lock(&pci_lock);
    outl(PCI_ADDR, cf8);
    val = bytes == 1 ? inb(port) : bytes == 2 ? inw(port) : inl(port);
    spin_unlock(&pci_lock);
    return val;
}

void pci_cf8_write(uint32_t cf8, unsigned offset, unsigned bytes, uint32_t val)
{
    uint16_t port = (uint16_t)(PCI_DATA + (offset & 3));

    if (!(cf8 & PCI_ENABLE))
        return;
    spin_lock(&pci_lock);
    outl(PCI_ADDR, cf8);
    if (bytes == 1)
        outb(port, (uint8_t)val);
    else if (bytes == 2)
        outw(port, (uint16_t)val);
    else
        outl(port, val);
    spin_unlock(&pci_lock);
}

static uint32_t address(pci_dev_t dev, unsigned reg)
{
    return PCI_ENABLE | (uint32_t)dev.bus << 16 | (uint32_t)dev.devfn << 8 |
           (reg & 0xfc);
}

uint32_t pci_read(pci_dev_t dev, unsigned reg, unsigned bytes)
{
    return pci_cf8_read(address(dev, reg), reg & 3, bytes);
}

void pci_write(pci_dev_t dev, unsigned reg, unsigned bytes, uint32_t val)
{
    pci_cf8_write(address(dev, reg), reg & 3, bytes, val);
}
