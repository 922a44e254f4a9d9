/* SPDX-License-Identifier: MIT */
/*
 * tools.h - the three handles every verb works with, and finding domains.
 */
#ifndef SPLITRING_TOOLS_TOOLS_H
#define SPLITRING_TOOLS_TOOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "dom0-tools/lib/foreign.h"
#include "dom0-tools/lib/hv.h"
#include "dom0-tools/lib/store.h"

struct tools {
    struct hv *hv;
    struct store *xs;
    struct foreign *fm; /* NULL until somebody builds */
};

/* 0, or -1 with the reason said. */
int tools_open(struct tools *t);
void tools_close(struct tools *t);

/* A name, a number or a UUID; -1 with the reason said when there is none. */
int domain_find(struct tools *t, const char *what, uint32_t *domid);
/* The same without a word. */
bool domain_find_quietly(struct tools *t, const char *what, uint32_t *domid);
/* The name, to be freed, or NULL. */
char *domain_name(struct tools *t, uint32_t domid);
/* The domain with that UUID that is not dying, or -1. */
int domain_by_uuid(struct tools *t, const uint8_t uuid[16], dominfo *out);

/* "kernel" or "user": who serves @type ("vbd", "vif"). */
bool backend_in_kernel(const char *type);

#endif
