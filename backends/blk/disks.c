/* SPDX-License-Identifier: MIT */
/*
 * disks.c - every disk driver there is, by the store's name for its type.
 */
#include <stddef.h>
#include <string.h>

#include "backends/blk/disk.h"

static const struct { const char *type; const struct disk_ops *ops; } disks[] = {
    { "file", &disk_raw },
    { "phy", &disk_raw },
    { "ram", &disk_ram },
};

const struct disk_ops *disk_driver(const char *type)
{
    size_t i;

    for (i = 0; i < sizeof(disks) / sizeof(disks[0]); i++)
        if (strcmp(disks[i].type, type) == 0)
            return disks[i].ops;
    return NULL;
}
