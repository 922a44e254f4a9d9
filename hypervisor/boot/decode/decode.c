/* SPDX-License-Identifier: MIT */
/* decode.c - which decoder a packed kernel needs. */
#include "boot/decode/decode.h"

#include "lib/errno.h"

static const struct {
    decode_sniff_fn *sniff;
    decode_fn *decode;
} formats[] = {
    { xz_sniff, xz_decode }, { gzip_sniff, gzip_decode }, { lz4_sniff, lz4_decode },
    { zstd_sniff, zstd_decode },
};

int decode_kernel(const void *in, size_t in_size, void *out, size_t out_size,
                  size_t *written)
{
    for (unsigned i = 0; i < ARRAY_SIZE(formats); i++)
        if (formats[i].sniff(in, in_size))
            return formats[i].decode(in, in_size, out, out_size, written);
    return -EOPNOTSUPP;
}
