/* SPDX-License-Identifier: MIT */
/*
 * fake_xen.c - grant copies and notifications among arrays.
 */
#include "tests/unit/backends/fake_xen.h"

#include <string.h>
#include <unistd.h>

uint8_t fake_pages[FAKE_PAGES][4096];
unsigned fake_notified, fake_bad_copies;
int fake_notify_fd = -1;

static void *fake_end(const union xen_copy_end *e, uint16_t len)
{
    uint32_t page = e->grant.ref - FAKE_FIRST_REF;

    if (e->grant.domid != FAKE_DOMID || e->grant.offset + len > 4096 ||
        page >= FAKE_PAGES)
        return NULL;
    return fake_pages[page] + e->grant.offset;
}

int xen_copy_batch(struct xen *x, struct xen_copy *ops, unsigned nr)
{
    unsigned i;

    (void)x;
    for (i = 0; i < nr; i++) {
        struct xen_copy *op = &ops[i];
        void *from = op->flags & XEN_COPY_FROM_GRANT
            ? fake_end(&op->from, op->len) : op->from.local;
        void *to = op->flags & XEN_COPY_TO_GRANT
            ? fake_end(&op->to, op->len) : op->to.local;

        op->status = from && to ? 0 : -3;
        if (op->status)
            fake_bad_copies++;
        else
            memcpy(to, from, op->len);
    }
    return 0;
}

void xen_notify(struct xen *x, uint32_t port)
{
    uint64_t one = 1;

    (void)x;
    (void)port;
    fake_notified++;
    if (fake_notify_fd >= 0 && write(fake_notify_fd, &one, 8) != 8)
        _exit(99);
}
