/* SPDX-License-Identifier: MIT */
/*
 * pv.h - put a guest image into an empty PV domain: memory, kernel, initrd,
 * tables, rings, start info and the first vcpu. The domain stays paused.
 */
#ifndef SPLITRING_TOOLS_PV_H
#define SPLITRING_TOOLS_PV_H

#include <stdint.h>

#include "dom0-tools/build/image.h"
#include "dom0-tools/build/kernel.h"
#include "dom0-tools/build/layout.h"
#include "dom0-tools/lib/foreign.h"
#include "dom0-tools/lib/hv.h"

struct pv {
    /* given */
    struct hv *hv;
    struct foreign *fm;
    uint32_t domid;
    const char *name;
    const char *kernel_path;
    const struct image *image;
    const struct kernel *kernel;
    const struct image *initrd; /* len 0: none */
    const char *cmdline;
    uint64_t nr_pages;
    uint32_t store_port, console_port;
    /* found */
    struct layout layout;
    uint64_t *p2m;
    uint64_t shared_info;
    uint64_t store_mfn, console_mfn;
};

/* 0, or -1 with the reason said; pv_free() either way. */
int pv_build(struct pv *b);
void pv_free(struct pv *b);

#endif
