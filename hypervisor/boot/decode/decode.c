/* SPDX-License-Identifier: MIT */
/* decode.c - which decoder a packed kernel needs. */
#include "boot/decode/decode.h"

#include "lib/errno.h"

static const struct {
    bool (*sniff)(const uint8_t *in, size_t in_size);
    int (*decode)(const uint8_t *in, size_t in_size, uint8_t *out,
                  size_t out_size, size_t *written);
} formats[] = {
    { xz_sniff, xz_decode },
};

int decode_kernel(const void *in, size_t in_size, void *out, size_t out_size,
                  size_t *written)
{
    for (unsigned i = 0; i < ARRAY_SIZE(formats); i++)
        if (formats[i].sniff(in, in_size))
            return formats[i].decode(in, in_size, out, out_size, written);
    return -EOPNOTSUPP;
}
