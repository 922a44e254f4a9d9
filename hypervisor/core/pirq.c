/* SPDX-License-Identifier: MIT */
/*
 * pirq.c - device interrupts as the control domain numbers them.
 *
 * A pirq below nr_gsi is the line of that GSI; the numbers above are given out for
 * messages. One lock for all: tables change seldom, and an interrupt holds it only
 * to look up where it goes.
 *
 *   R1  An irq has at most one owner, set while it is bound.
 *   R2  A level line that has fired waits for pirq_eoi() (arch/irq.h); the bit in
 *       the domain's eoi frame says so for as long as the pirq is bound.
 */
#include "core/pirq.h"

#include "arch/irq.h"
#include "arch/upcalls.h"
#include "core/domain.h"
#include "lib/bitmap.h"

enum pirq_kind { PIRQ_NONE, PIRQ_GSI, PIRQ_MSI };

struct pirq {
    uint8_t kind;
    uint16_t irq;                   /* arch/irq.h's number                     */
    bool bound, share;
    evtchn_port_t port;
    pci_dev_t dev;                  /* MSI                                     */
    int entry;                      /* MSI-X table entry, or -1                */
    uint64_t addr;
    uint32_t data;
};
struct pirq_table { struct pirq pirq[NR_IRQS]; };

static struct owner { struct domain *d; unsigned pirq; } owner[NR_IRQS];
static spinlock_t irq_lock = SPINLOCK(irq);

void pirq_init(struct domain *d)
{
    if (d->is_control)
        d->pirqs = heap_alloc(sizeof(*d->pirqs));
}

/* The record of d's pirq, or NULL. */
static struct pirq *pirq_of(struct domain *d, unsigned pirq)
{
    return d->pirqs && pirq < NR_IRQS ? &d->pirqs->pirq[pirq] : NULL;
}

static void eoi_map_set(struct domain *d, unsigned pirq, bool needs)
{
    if (!d->pirq_eoi_map)
        return;
    if (needs)
        bit_set(d->pirq_eoi_map, pirq);
    else
        bit_clear(d->pirq_eoi_map, pirq);
}

int pirq_bind(struct vcpu *v, unsigned pirq, evtchn_port_t port, bool share)
{
    struct pirq *p = pirq_of(v->d, pirq);
    int rc = 0;

    if (!p)
        return fail(pirq < NR_IRQS ? EPERM : EINVAL, "pirq %u", pirq);
    spin_lock(&irq_lock);
    if (p->kind == PIRQ_NONE)
        rc = fail(EPERM, "pirq %u is not mapped", pirq);
    else if (p->bound)
        rc = fail(EEXIST, "pirq %u is bound already", pirq);
    else if (owner[p->irq].d)
        rc = fail(EBUSY, "irq %u is domain %u's", p->irq, owner[p->irq].d->id);
    if (rc == 0) {
        owner[p->irq] = (struct owner){ v->d, pirq };           /* R1 */
        p->bound = true;
        p->share = share;
        p->port = port;
        if (p->kind == PIRQ_GSI)
            rc = irq_enable_gsi(p->irq, v->cpu);
        if (rc) {
            owner[p->irq].d = NULL;
            p->bound = false;
        } else {
            eoi_map_set(v->d, pirq, irq_is_level(p->irq));      /* R2 */
        }
    }
    spin_unlock(&irq_lock);
    return rc;
}

/* irq_lock is held. */
static void unbind(struct domain *d, unsigned pirq, struct pirq *p)
{
    if (!p->bound)
        return;
    p->bound = false;
    owner[p->irq].d = NULL;
    eoi_map_set(d, pirq, false);
    if (p->kind == PIRQ_GSI)
        irq_disable(p->irq);        /* mapped until it is unmapped             */
}

void pirq_unbind(struct domain *d, unsigned pirq)
{
    struct pirq *p = pirq_of(d, pirq);

    if (!p)
        return;
    spin_lock(&irq_lock);
    unbind(d, pirq, p);
    spin_unlock(&irq_lock);
}

bool pirq_eoi(struct domain *d, unsigned pirq)
{
    struct pirq *p = pirq_of(d, pirq);

    if (p && p->kind == PIRQ_GSI && p->bound)
        irq_eoi(p->irq);
    return p && p->kind != PIRQ_NONE;
}

void pirq_set_vcpu(struct domain *d, unsigned pirq, struct vcpu *v)
{
    struct pirq *p = pirq_of(d, pirq);

    if (p && p->bound)
        irq_set_cpu(p->irq, v->cpu);
}

void pirqs_leave(void)
{
    struct pirq_table *t = control_domain->pirqs;

    spin_lock(&irq_lock);
    for (unsigned i = 0; i < NR_IRQS; i++) {
        struct pirq *p = &t->pirq[i];

        if (p->kind == PIRQ_NONE || irq_cpu(p->irq) != this_cpu())
            continue;
        if (p->kind == PIRQ_GSI) {
            irq_set_cpu(p->irq, 0);
        } else {
            p->addr = irq_move_msi(p->irq, 0);
            msi_readdress(p->dev, p->entry, p->addr, p->data);
        }
    }
    spin_unlock(&irq_lock);
}

void pirq_interrupt(unsigned irq)
{
    struct domain *d;
    evtchn_port_t port = 0;

    spin_lock(&irq_lock);
    d = owner[irq].d;
    if (d)
        port = d->pirqs->pirq[owner[irq].pirq].port;
    spin_unlock(&irq_lock);
    if (d)
        evtchn_send_pirq(d, port);
    else
        irq_eoi(irq);
}

bool pirq_needs_eoi(struct domain *d, unsigned pirq, bool *shared)
{
    struct pirq *p = pirq_of(d, pirq);

    *shared = p && p->share;
    return p && p->kind == PIRQ_GSI && irq_is_level(p->irq);
}

bool pirq_bound_port(struct domain *d, unsigned pirq, evtchn_port_t *port)
{
    struct pirq *p = pirq_of(d, pirq);

    if (!p || !p->bound)
        return false;
    *port = p->port;
    return true;
}

void pirq_set_eoi_map(struct domain *d, uint64_t *map)
{
    spin_lock(&irq_lock);
    d->pirq_eoi_map = map;
    for (unsigned i = 0; i < NR_IRQS; i++) {
        struct pirq *p = &d->pirqs->pirq[i];

        eoi_map_set(d, i, p->bound && irq_is_level(p->irq));
    }
    spin_unlock(&irq_lock);
}

int pirq_map_gsi(struct domain *d, unsigned gsi, int wanted)
{
    struct pirq *p = pirq_of(d, gsi);
    int rc = (int)gsi;

    if (!p || gsi >= nr_gsi || (wanted >= 0 && (unsigned)wanted != gsi))
        return fail(EINVAL, "GSI %u as pirq %d", gsi, wanted);
    spin_lock(&irq_lock);
    if (p->kind == PIRQ_NONE) {
        p->kind = PIRQ_GSI;
        p->irq = (uint16_t)gsi;
    }
    spin_unlock(&irq_lock);
    return rc;
}

/* irq_lock is held. */
static int free_number(const struct domain *d)
{
    for (unsigned i = NR_IRQS; i-- > nr_gsi;)
        if (d->pirqs->pirq[i].kind == PIRQ_NONE)
            return (int)i;
    return fail(ENOSPC, "no pirq is free");
}

int pirq_get_free(struct domain *d)
{
    int rc;

    spin_lock(&irq_lock);
    rc = free_number(d);
    spin_unlock(&irq_lock);
    return rc;
}

int pirq_map_msi(struct domain *d, unsigned cpu, pci_dev_t dev, int entry,
                 int wanted)
{
    struct pirq *p;
    uint64_t addr;
    uint32_t data;
    int number, irq, rc;

    spin_lock(&irq_lock);
    number = wanted < 0 ? free_number(d) : wanted;
    p = number < 0 ? NULL : pirq_of(d, (unsigned)number);
    if (!p || (unsigned)number < nr_gsi || p->kind != PIRQ_NONE) {
        rc = number < 0 ? number : fail(EEXIST, "pirq %d is taken", number);
        goto out;
    }
    rc = irq = irq_alloc_msi(cpu, &addr, &data);
    if (irq < 0)
        goto out;
    rc = msi_program(dev, entry, addr, data);
    if (rc) {
        irq_disable((unsigned)irq);
        goto out;
    }
    *p = (struct pirq){ .kind = PIRQ_MSI, .irq = (uint16_t)irq, .dev = dev,
                        .entry = entry, .addr = addr, .data = data };
    rc = number;
out:
    spin_unlock(&irq_lock);
    return rc;
}

int pirq_prepare_msix(pci_dev_t dev)
{
    int rc;

    spin_lock(&irq_lock);
    rc = msix_prepare(dev);
    spin_unlock(&irq_lock);
    return rc;
}

int pirq_unmap(struct domain *d, unsigned pirq)
{
    struct pirq *p = pirq_of(d, pirq);
    int rc = 0;

    if (!p)
        return fail(EINVAL, "pirq %u", pirq);
    spin_lock(&irq_lock);
    if (p->kind == PIRQ_NONE) {
        rc = fail(EINVAL, "pirq %u is not mapped", pirq);
    } else if (p->kind == PIRQ_GSI) {
        if (!p->bound)
            p->kind = PIRQ_NONE;
    } else {
        unbind(d, pirq, p);
        msi_disable(p->dev, p->entry);
        irq_disable(p->irq);
        p->kind = PIRQ_NONE;
    }
    spin_unlock(&irq_lock);
    return rc;
}

int pirq_restore_msi(struct domain *d, pci_dev_t dev)
{
    if (pci_read(dev, 0, 2) == 0xffff)
        return fail(ENODEV, "there is no %02x:%02x", dev.bus, dev.devfn);
    spin_lock(&irq_lock);
    for (unsigned i = nr_gsi; i < NR_IRQS; i++) {
        struct pirq *p = &d->pirqs->pirq[i];

        if (p->kind == PIRQ_MSI && p->dev.bus == dev.bus &&
            p->dev.devfn == dev.devfn)
            msi_program(dev, p->entry, p->addr, p->data);
    }
    spin_unlock(&irq_lock);
    return 0;
}

void pirq_destroy(struct domain *d)
{
    if (!d->pirqs)
        return;
    for (unsigned i = 0; i < NR_IRQS; i++)
        if (d->pirqs->pirq[i].kind != PIRQ_NONE) {
            pirq_unbind(d, i);
            (void)pirq_unmap(d, i);
        }
    heap_free(d->pirqs);
    d->pirqs = NULL;
}
