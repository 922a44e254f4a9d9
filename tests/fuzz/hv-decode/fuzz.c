/* SPDX-License-Identifier: MIT */
/* fuzz.c - packed kernels from anywhere: no access outside of the two buffers. */
#include <stdlib.h>

#include "boot/decode/decode.h"

#define OUT_SIZE 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *out = malloc(OUT_SIZE);
    size_t used, written;

    if (!out || size < 1)
        goto out;
    if (data[0] & 1) {              /* behind the container's checksums        */
        (void)lzma2_decode(data + 1, size - 1, &used, out, OUT_SIZE, &written);
    } else if (data[0] & 2) {
        size_t n = size - 1 < OUT_SIZE ? size - 1 : OUT_SIZE;

        __builtin_memcpy(out, data + 1, n);
        bcj_x86_decode(out, n);
    } else {
        (void)decode_kernel(data + 1, size - 1, out, OUT_SIZE, &written);
    }
out:
    free(out);
    return 0;
}
