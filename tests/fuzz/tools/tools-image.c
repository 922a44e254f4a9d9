/* SPDX-License-Identifier: MIT */
/*
 * tools-image.c - any bytes as a guest's kernel: an error, or segments inside
 * the image and a plan inside the guest.
 */
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/build/image.h"
#include "dom0-tools/build/kernel.h"
#include "dom0-tools/build/layout.h"
#include "dom0-tools/lib/say.h"

#define PAGES 0x4000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct image *img, const struct kernel *k)
{
    struct layout l;
    unsigned int i;

    for (i = 0; i < k->nr_segments; i++)
        if (k->segment[i].offset > img->len ||
            k->segment[i].filesz > img->len - k->segment[i].offset ||
            k->segment[i].va < k->virt_base)
            abort();
    if (layout_plan("fuzz", k, PAGES, 4096, &l) == 0 &&
        (l.stack.pfn >= PAGES || l.initrd.pfn + l.initrd.n > PAGES ||
         l.p2m.pfn + l.p2m.n > PAGES || k->end - k->virt_base > PAGES * 4096ull))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char sink[256];
    struct image img;
    struct kernel k;

    say_capture(sink, sizeof(sink));
    if (image_from_bytes("fuzz", data, size, &img) < 0)
        return 0;
    if (kernel_parse("fuzz", &img, &k) == 0)
        judge(&img, &k);
    image_free(&img);
    return 0;
}
