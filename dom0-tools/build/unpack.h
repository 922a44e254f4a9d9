/* SPDX-License-Identifier: MIT */
/*
 * unpack.h - the four compressions Linux kernels come in, with bounded output.
 *
 * The input is a guest's file: it may be anything. No more than @max bytes are
 * ever written, whatever the data claims, and time is bounded by input plus
 * output.
 */
#ifndef SPLITRING_TOOLS_UNPACK_H
#define SPLITRING_TOOLS_UNPACK_H

#include <stddef.h>
#include <stdint.h>

enum packing {
    PACK_NONE,
    PACK_GZIP,
    PACK_XZ,
    PACK_LZ4,
    PACK_ZSTD,
    PACK_OTHER, /* bzip2, lzma, lzo: known, not taken */
};

enum packing unpack_kind(const uint8_t *in, size_t len);
const char *unpack_name(enum packing kind);

/*
 * Unpack into @out, which has room for @max bytes. The count, or -1 with
 * *why set to a phrase for the message.
 */
long unpack(enum packing kind, const uint8_t *in, size_t len, uint8_t *out,
            size_t max, const char **why);

#endif
