/* SPDX-License-Identifier: MIT */
/* pirq.h - a domain's numbers for device interrupts, bound to event channels. */
#ifndef SPLITRING_CORE_PIRQ_H
#define SPLITRING_CORE_PIRQ_H

#include "arch/x86/pci.h"
#include "public/event_channel.h"
#include "sync/spinlock.h"

struct domain;
struct vcpu;

void pirq_init(struct domain *d);
void pirq_destroy(struct domain *d);
/* Called by evtchn bind/close with d's evtchn lock held: enables the line. */
int pirq_bind(struct vcpu *v, unsigned pirq, evtchn_port_t port, bool share);
void pirq_unbind(struct domain *d, unsigned pirq);
/* The guest has handled it (PHYSDEVOP_eoi, or unmask with auto-eoi frames). */
bool pirq_eoi(struct domain *d, unsigned pirq);   /* false: it is not mapped */
/* The port of a pirq moved to another vcpu: its line follows. */
void pirq_set_vcpu(struct domain *d, unsigned pirq, struct vcpu *v);
/* What comes to this CPU comes to CPU 0 from now on. */
void pirqs_leave(void);

/* ---- what PHYSDEVOP calls do with pirqs beyond binding them ---- */

/* The pirq, or -errno. wanted < 0: any number. entry < 0: MSI, else the MSI-X
 * table's entry; the device is programmed for cpu. */
int pirq_map_gsi(struct domain *d, unsigned gsi, int wanted);
int pirq_map_msi(struct domain *d, unsigned cpu, pci_dev_t dev, int entry,
                 int wanted);
int pirq_unmap(struct domain *d, unsigned pirq);
int pirq_get_free(struct domain *d);
/* The device's MSI-X table, if it has one, is only readable from now on. */
int pirq_prepare_msix(pci_dev_t dev);
/* Writes the messages of the device again, after it was reset. */
int pirq_restore_msi(struct domain *d, pci_dev_t dev);

bool pirq_needs_eoi(struct domain *d, unsigned pirq, bool *shared);
bool pirq_bound_port(struct domain *d, unsigned pirq, evtchn_port_t *port);
/* From now on map has a bit for each bound pirq that needs an eoi. */
void pirq_set_eoi_map(struct domain *d, uint64_t *map);

#endif
