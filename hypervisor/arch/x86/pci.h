/* SPDX-License-Identifier: MIT */
/* pci.h - PCI configuration space and message interrupts. */
#ifndef SPLITRING_ARCH_PCI_H
#define SPLITRING_ARCH_PCI_H

#include "lib/types.h"

typedef struct { uint8_t bus, devfn; } pci_dev_t;       /* segment 0          */

uint32_t pci_read(pci_dev_t dev, unsigned reg, unsigned bytes);
void pci_write(pci_dev_t dev, unsigned reg, unsigned bytes, uint32_t val);

/* The access that a domain makes through its own address latch: offset 0..3 is the
 * data port less 0xcfc. All ones when the latch is not enabled. */
uint32_t pci_cf8_read(uint32_t cf8, unsigned offset, unsigned bytes);
void pci_cf8_write(uint32_t cf8, unsigned offset, unsigned bytes, uint32_t val);

/* Programs the device's MSI (entry < 0) or MSI-X table entry with a message and
 * unmasks it: 0, -ENODEV (no such capability), -EINVAL (no such entry). */
int msi_program(pci_dev_t dev, int entry, uint64_t addr, uint32_t data);
/* A message that is programmed goes elsewhere; none is lost meanwhile. */
void msi_readdress(pci_dev_t dev, int entry, uint64_t addr, uint32_t data);
/* Switches it off: the capability, or the one entry of the table. */
void msi_disable(pci_dev_t dev, int entry);
/* The device's MSI-X table is from now on only readable by domains. */
int msix_prepare(pci_dev_t dev);

#endif
