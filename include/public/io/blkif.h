/* SPDX-License-Identifier: MIT */
/*
 * blkif.h - a PV disk's ring. Sectors are 512 bytes in every number here, what-
 * ever sector-size the backend announces; a segment is a run of sectors in one
 * granted page, and a request is at most 11 of them, or up to 4096 / 8 per page
 * of segments when it is indirect.
 */
#ifndef PUBLIC_IO_BLKIF_H
#define PUBLIC_IO_BLKIF_H

#include "ring.h"
#include "../grant_table.h"

typedef uint16_t blkif_vdev_t;      /* the disk's number in the guest */
typedef uint64_t blkif_sector_t;

#define BLKIF_OP_READ            0
#define BLKIF_OP_WRITE           1
#define BLKIF_OP_WRITE_BARRIER   2  /* feature-barrier */
#define BLKIF_OP_FLUSH_DISKCACHE 3  /* feature-flush-cache */
#define BLKIF_OP_RESERVED_1      4
#define BLKIF_OP_DISCARD         5  /* feature-discard */
#define BLKIF_OP_INDIRECT        6  /* feature-max-indirect-segments */

#define BLKIF_MAX_SEGMENTS_PER_REQUEST       11
#define BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST 8

struct blkif_request_segment {
    grant_ref_t gref;
    uint8_t     first_sect, last_sect;  /* in the page, inclusive, 0 to 7 */
};

struct blkif_request {
    uint8_t        operation;       /* BLKIF_OP_* */
    uint8_t        nr_segments;
    blkif_vdev_t   handle;
    uint64_t       id;              /* the front's, repeated in the response */
    blkif_sector_t sector_number;
    struct blkif_request_segment seg[BLKIF_MAX_SEGMENTS_PER_REQUEST];
};
typedef struct blkif_request blkif_request_t;

struct blkif_request_discard {
    uint8_t        operation;       /* BLKIF_OP_DISCARD */
    uint8_t        flag;            /* BLKIF_DISCARD_* */
    blkif_vdev_t   handle;
    uint64_t       id;
    blkif_sector_t sector_number;
    uint64_t       nr_sectors;
};
typedef struct blkif_request_discard blkif_request_discard_t;
#define BLKIF_DISCARD_SECURE (1 << 0)

/* The granted pages hold arrays of blkif_request_segment. */
struct blkif_request_indirect {
    uint8_t        operation;       /* BLKIF_OP_INDIRECT */
    uint8_t        indirect_op;     /* read or write */
    uint16_t       nr_segments;
    uint64_t       id;
    blkif_sector_t sector_number;
    blkif_vdev_t   handle;
    grant_ref_t    indirect_grefs[BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST];
};
typedef struct blkif_request_indirect blkif_request_indirect_t;

struct blkif_response {
    uint64_t id;
    uint8_t  operation;
    int16_t  status;                /* BLKIF_RSP_* */
};
typedef struct blkif_response blkif_response_t;
#define BLKIF_RSP_EOPNOTSUPP (-2)
#define BLKIF_RSP_ERROR      (-1)
#define BLKIF_RSP_OKAY       0

DEFINE_RING_TYPES(blkif, struct blkif_request, struct blkif_response);

/* Bits of the xenstore key `info`. */
#define VDISK_CDROM     0x1
#define VDISK_REMOVABLE 0x2
#define VDISK_READONLY  0x4

#endif /* PUBLIC_IO_BLKIF_H */
