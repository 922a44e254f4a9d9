/* SPDX-License-Identifier: MIT */
/*
 * disk.h - what the block backend asks of whatever holds a disk's bytes.
 *
 * A driver is one struct disk_ops, named in disks.c.  The ram disk is the
 * worked example.  submit() may answer at once or later; every answer is one
 * call of disk->done with the job, from within submit(), kick() or close().
 */
#ifndef BACKENDS_BLK_DISK_H
#define BACKENDS_BLK_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "backends/blk/request.h"

struct disk;

struct disk_job {
    enum blk_op op;
    unsigned number;             /* below disk->nr_jobs, its own meanwhile */
    void *buf;                   /* read and write: len bytes */
    uint64_t offset;             /* bytes; discard too */
    uint64_t len;
    int result;                  /* 0 or -errno, set before done() */
};

struct disk_spec {
    const char *target;          /* a path, or what the driver makes of it */
    bool readonly;
    bool shared;                 /* mode "w!": the operator takes the risk */
};

struct disk_ops {
    const char *name;
    /* Fills in the fields of *d that disk.h marks; 0 or -errno. */
    int (*open)(struct disk *d, const struct disk_spec *spec);
    void (*submit)(struct disk *d, struct disk_job *job);
    /* Start what was submitted and collect what is done; with wait, at least
     * one job of those that are under way. */
    void (*kick)(struct disk *d, bool wait);
    void (*close)(struct disk *d);
};

struct disk {
    const struct disk_ops *ops;
    void (*done)(void *arg, struct disk_job *job);     /* set by the user */
    void *arg;
    unsigned nr_jobs;            /* most jobs at once; set by the user */
    char *buffers;               /* nr_jobs * BLK_MAX_BYTES; set by the user */
    uint64_t bytes;              /* by open(), as all below */
    uint32_t sector_size, physical_size;
    bool can_discard;
    int poll_fd;                 /* readable: kick() has something to collect;
                                    -1: all answers come from submit() */
    void *driver;
};

/* The driver for a disk of this type ("file", "phy", "ram"); NULL: none. */
const struct disk_ops *disk_driver(const char *type);

extern const struct disk_ops disk_ram;
extern const struct disk_ops disk_raw;

#endif
