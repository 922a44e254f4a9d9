/* SPDX-License-Identifier: MIT */
/*
 * ioport.c - port I/O of guests.
 *
 *   R1  Whether the instruction may be used is the guest's own business (iopl,
 *       bitmap of its users); whether the port answers is ours.
 *   R2  A port that is not the domain's reads all ones and swallows writes.
 *   R3  The configuration address (CF8) is a latch of the domain; the machine's
 *       is set, under our lock, only for the access that needs it.
 */
#include "arch/x86/pci.h"
#include "pv/pv.h"

#define PCI_ADDR 0xcf8
#define PCI_DATA 0xcfc

/* What the hypervisor keeps: interrupt controllers, interval timer, and what
 * boot code reserves (serial line, PM timer). */
static uint64_t reserved[65536 / 64];

void pv_io_reserve(unsigned first, unsigned last)
{
    for (unsigned p = first; p <= last && p < 65536; p++)
        reserved[p / 64] |= 1ull << (p % 64);
}

static bool port_granted(const struct domain *d, unsigned port)
{
    if (reserved[port / 64] >> (port % 64) & 1)
        return false;
    if (d->is_control)
        return true;
    return d->ioports && (d->ioports[port / 64] >> (port % 64) & 1);
}

static bool range_granted(const struct domain *d, unsigned port, unsigned bytes)
{
    if (port + bytes > 65536)
        return false;
    for (unsigned i = 0; i < bytes; i++)
        if (!port_granted(d, port + i))
            return false;
    return true;
}

bool pv_io_allowed(struct vcpu *v, unsigned port, unsigned bytes)
{
    unsigned need = v->pv.in_kernel ? 1 : 3;
    uint16_t bits;
    unsigned n = 0;
    bool user = !v->pv.in_kernel;
    int rc;

    if (v->pv.iopl >= need)
        return true;
    if (!v->pv.iobmp || port + bytes > v->pv.iobmp_limit)
        return false;
    /* Two bytes cover any access; the last byte of the map stands alone. */
    bits = 0xffff;
    n = port / 8 + 2 <= v->pv.iobmp_limit / 8 ? 2 : 1;
    if (user)
        pv_toggle_mode(v);      /* kernel memory: a user's root may lack it        */
    rc = guest_read(&bits, v->pv.iobmp + port / 8, n);
    if (user)
        pv_toggle_mode(v);
    return rc == 0 && !(bits >> (port & 7) & ((1u << bytes) - 1));
}

uint32_t pv_io_read(struct vcpu *v, unsigned port, unsigned bytes)
{
    struct domain *d = v->d;

    if (d->is_control && port == PCI_ADDR && bytes == 4)
        return d->pci_cf8;
    if (d->is_control && port >= PCI_DATA && port + bytes <= PCI_DATA + 4)
        return pci_cf8_read(d->pci_cf8, port - PCI_DATA, bytes);    /* R3 */
    if (!range_granted(d, port, bytes))
        return ~0u;                                                 /* R2 */
    switch (bytes) {
    case 1: return inb((uint16_t)port);
    case 2: return inw((uint16_t)port);
    default: return inl((uint16_t)port);
    }
}

void pv_io_write(struct vcpu *v, unsigned port, unsigned bytes, uint32_t val)
{
    struct domain *d = v->d;

    if (d->is_control && port == PCI_ADDR && bytes == 4) {
        d->pci_cf8 = val;
        return;
    }
    if (d->is_control && port >= PCI_DATA && port + bytes <= PCI_DATA + 4) {
        pci_cf8_write(d->pci_cf8, port - PCI_DATA, bytes, val);
        return;
    }
    if (!range_granted(d, port, bytes))
        return;
    switch (bytes) {
    case 1: outb((uint16_t)port, (uint8_t)val); break;
    case 2: outw((uint16_t)port, (uint16_t)val); break;
    default: outl((uint16_t)port, val); break;
    }
}
