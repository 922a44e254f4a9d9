/* SPDX-License-Identifier: MIT */
/*
 * ring.c - fuzz target: a domain that scribbles over its page between turns.
 *
 * The input is a list of writes into the shared page (offset, length, bytes); the
 * daemon gets a turn after each. It must neither touch memory outside of the page
 * nor let its counts go wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xenstore-lite/ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct store *s = store_create(NULL);
    struct xenstore_domain_interface *page = calloc(1, sizeof(*page));
    struct ring r;
    char why[200];
    size_t at = 0, offset, len;

    if (!page)
        abort();
    ring_attach(&r, conn_open(s, 1), page);
    while (size - at >= 3) {
        offset = data[at] | (size_t)data[at + 1] << 8;
        len = data[at + 2];
        at += 3;
        offset %= sizeof(*page);
        if (len > size - at)
            len = size - at;
        if (len > sizeof(*page) - offset)
            len = sizeof(*page) - offset;
        memcpy((uint8_t *)page + offset, data + at, len);
        at += len;
        ring_run(&r, 8);
    }
    if (store_audit(s, why, sizeof(why))) {
        fprintf(stderr, "audit: %s\n", why);
        abort();
    }
    store_destroy(s);
    free(page);
    return 0;
}
