/* SPDX-License-Identifier: MIT */
/* pirq_msi.h - what PHYSDEVOP calls do with pirqs beyond binding them. */
#ifndef SPLITRING_CORE_PIRQ_MSI_H
#define SPLITRING_CORE_PIRQ_MSI_H

#include "arch/x86/pci.h"
#include "public/event_channel.h"

struct domain;

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
