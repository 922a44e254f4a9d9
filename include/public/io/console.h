/* SPDX-License-Identifier: MIT */
/*
 * console.h - the page of a domain's console: two byte rings. Indices only
 * grow; a byte is at index modulo the ring's size, a power of two.
 *
 *   field             written by
 *   out, out_prod     guest
 *   out_cons          daemon
 *   in, in_prod       daemon
 *   in_cons           guest
 */
#ifndef PUBLIC_IO_CONSOLE_H
#define PUBLIC_IO_CONSOLE_H

#include <stdint.h>

typedef uint32_t XENCONS_RING_IDX;
#define MASK_XENCONS_IDX(idx, ring) ((idx) & (sizeof(ring) - 1))

struct xencons_interface {
    char in[1024];
    char out[2048];
    XENCONS_RING_IDX in_cons, in_prod;
    XENCONS_RING_IDX out_cons, out_prod;
};

#endif /* PUBLIC_IO_CONSOLE_H */
