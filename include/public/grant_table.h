/* SPDX-License-Identifier: MIT */
/*
 * grant_table.h - HYPERVISOR_grant_table_op(cmd, ops[], count): one domain lets
 * another map or copy single pages of its own.
 *
 * The granting side owns a table of entries in pages shared with the
 * hypervisor. Writing an entry: frame and domid first, then flags. Taking it
 * back: clear flags with compare-and-swap, which fails while reading or writing
 * is set, that is while the other side has it mapped.
 *
 * The call returns 0 and a GNTST_* in each element's status, or an errno if the
 * array itself cannot be read.
 */
#ifndef PUBLIC_GRANT_TABLE_H
#define PUBLIC_GRANT_TABLE_H

#include "xen.h"

typedef uint32_t grant_ref_t;       /* index into the granting domain's table */
typedef uint32_t grant_handle_t;    /* a mapping, in the mapping domain       */

/* A version 1 entry. The hypervisor writes only GTF_reading and GTF_writing. */
struct grant_entry_v1 {
    uint16_t flags;
    domid_t  domid;                 /* who is let in */
    uint32_t frame;                 /* which machine frame */
};
typedef struct grant_entry_v1 grant_entry_v1_t;

/* The tools fill the first entries of a new domain. */
#define GNTTAB_NR_RESERVED_ENTRIES 8
#define GNTTAB_RESERVED_CONSOLE    0
#define GNTTAB_RESERVED_XENSTORE   1

#define GTF_invalid             (0U << 0)
#define GTF_permit_access       (1U << 0)
#define GTF_accept_transfer     (2U << 0)
#define GTF_transitive          (3U << 0)
#define GTF_type_mask           (3U << 0)
#define _GTF_readonly           2
#define GTF_readonly            (1U << _GTF_readonly)
#define _GTF_reading            3
#define GTF_reading             (1U << _GTF_reading)
#define _GTF_writing            4
#define GTF_writing             (1U << _GTF_writing)
#define _GTF_PWT                5
#define GTF_PWT                 (1U << _GTF_PWT)
#define _GTF_PCD                6
#define GTF_PCD                 (1U << _GTF_PCD)
#define _GTF_PAT                7
#define GTF_PAT                 (1U << _GTF_PAT)
#define _GTF_sub_page           8
#define GTF_sub_page            (1U << _GTF_sub_page)
#define _GTF_transfer_committed 2
#define GTF_transfer_committed  (1U << _GTF_transfer_committed)
#define _GTF_transfer_completed 3
#define GTF_transfer_completed  (1U << _GTF_transfer_completed)

/* Version 2 entries: 16 bytes, with their reading and writing bits in separate
 * status frames. Here for layout only: set_version(2) is refused. */
struct grant_entry_header {
    uint16_t flags;
    domid_t  domid;
};
typedef struct grant_entry_header grant_entry_header_t;

union grant_entry_v2 {
    grant_entry_header_t hdr;
    struct {
        grant_entry_header_t hdr;
        uint32_t pad0;
        uint64_t frame;
    } full_page;
    struct {
        grant_entry_header_t hdr;
        uint16_t page_off;
        uint16_t length;
        uint64_t frame;
    } sub_page;
    struct {
        grant_entry_header_t hdr;
        domid_t     trans_domid;
        uint16_t    pad0;
        grant_ref_t gref;
    } transitive;
    uint32_t __spacer[4];
};
typedef union grant_entry_v2 grant_entry_v2_t;
typedef uint16_t grant_status_t;

#define GNTTABOP_map_grant_ref     0
#define GNTTABOP_unmap_grant_ref   1
#define GNTTABOP_setup_table       2
#define GNTTABOP_dump_table        3
#define GNTTABOP_transfer          4
#define GNTTABOP_copy              5
#define GNTTABOP_query_size        6
#define GNTTABOP_unmap_and_replace 7
#define GNTTABOP_set_version       8
#define GNTTABOP_get_status_frames 9
#define GNTTABOP_get_version       10
#define GNTTABOP_swap_grant_ref    11
#define GNTTABOP_cache_flush       12

/* host_addr is a virtual address, or with GNTMAP_contains_pte the machine
 * address of the page-table entry to write. */
struct gnttab_map_grant_ref {
    uint64_t       host_addr;       /* IN  */
    uint32_t       flags;           /* GNTMAP_* */
    grant_ref_t    ref;
    domid_t        dom;
    int16_t        status;          /* OUT */
    grant_handle_t handle;
    uint64_t       dev_bus_addr;    /* machine address of the page */
};
XEN_STRUCT_TYPES(gnttab_map_grant_ref);

struct gnttab_unmap_grant_ref {
    uint64_t       host_addr;       /* IN: as mapped; 0: keep that mapping */
    uint64_t       dev_bus_addr;
    grant_handle_t handle;
    int16_t        status;          /* OUT */
};
XEN_STRUCT_TYPES(gnttab_unmap_grant_ref);

/* Makes the table at least nr_frames long and lists its frames. */
struct gnttab_setup_table {
    domid_t  dom;                   /* IN  */
    uint32_t nr_frames;
    int16_t  status;                /* OUT */
    XEN_GUEST_HANDLE(xen_pfn_t) frame_list;
};
XEN_STRUCT_TYPES(gnttab_setup_table);

struct gnttab_dump_table {
    domid_t dom;                    /* IN  */
    int16_t status;                 /* OUT */
};
XEN_STRUCT_TYPES(gnttab_dump_table);

struct gnttab_transfer {
    xen_pfn_t   mfn;                /* IN  */
    domid_t     domid;
    grant_ref_t ref;
    int16_t     status;             /* OUT */
};
XEN_STRUCT_TYPES(gnttab_transfer);

/* Bytes between two pages, each named by a grant or as a frame of DOMID_SELF;
 * offset + len stays inside each page. */
struct gnttab_copy {
    struct gnttab_copy_ptr {
        union {
            grant_ref_t ref;
            xen_pfn_t   gmfn;
        } u;
        domid_t  domid;
        uint16_t offset;
    } source, dest;                 /* IN  */
    uint16_t len;
    uint16_t flags;                 /* GNTCOPY_* */
    int16_t  status;                /* OUT */
};
XEN_STRUCT_TYPES(gnttab_copy);
#define _GNTCOPY_source_gref 0
#define GNTCOPY_source_gref  (1 << _GNTCOPY_source_gref)
#define _GNTCOPY_dest_gref   1
#define GNTCOPY_dest_gref    (1 << _GNTCOPY_dest_gref)

struct gnttab_query_size {
    domid_t  dom;                   /* IN  */
    uint32_t nr_frames;             /* OUT: now, and at most */
    uint32_t max_nr_frames;
    int16_t  status;
};
XEN_STRUCT_TYPES(gnttab_query_size);

/* Unmaps, and moves the page-table entry of new_addr to host_addr. */
struct gnttab_unmap_and_replace {
    uint64_t       host_addr;       /* IN  */
    uint64_t       new_addr;
    grant_handle_t handle;
    int16_t        status;          /* OUT */
};
XEN_STRUCT_TYPES(gnttab_unmap_and_replace);

struct gnttab_set_version {
    uint32_t version;               /* IN wanted, OUT in use */
};
XEN_STRUCT_TYPES(gnttab_set_version);

struct gnttab_get_status_frames {
    uint32_t nr_frames;             /* IN  */
    domid_t  dom;
    int16_t  status;                /* OUT */
    XEN_GUEST_HANDLE(uint64_t) frame_list;
};
XEN_STRUCT_TYPES(gnttab_get_status_frames);

struct gnttab_get_version {
    domid_t  dom;                   /* IN  */
    uint16_t pad;
    uint32_t version;               /* OUT */
};
XEN_STRUCT_TYPES(gnttab_get_version);

/* Exchanges two entries of the caller's table, neither of them in use. */
struct gnttab_swap_grant_ref {
    grant_ref_t ref_a;              /* IN  */
    grant_ref_t ref_b;
    int16_t     status;             /* OUT */
};
XEN_STRUCT_TYPES(gnttab_swap_grant_ref);

struct gnttab_cache_flush {
    union {
        uint64_t    dev_bus_addr;
        grant_ref_t ref;
    } a;
    uint16_t offset;                /* bytes from the page's start */
    uint16_t length;
    uint32_t op;                    /* GNTTAB_CACHE_* */
};
XEN_STRUCT_TYPES(gnttab_cache_flush);
#define GNTTAB_CACHE_CLEAN       (1U << 0)
#define GNTTAB_CACHE_INVAL       (1U << 1)
#define GNTTAB_CACHE_SOURCE_GREF (1U << 31)

/* Kinds of mapping: for a device (dev_bus_addr), for the CPU, read-only, with
 * the user bit, by entry address; and bits to put into the entry's free bits. */
#define _GNTMAP_device_map      0
#define GNTMAP_device_map       (1 << _GNTMAP_device_map)
#define _GNTMAP_host_map        1
#define GNTMAP_host_map         (1 << _GNTMAP_host_map)
#define _GNTMAP_readonly        2
#define GNTMAP_readonly         (1 << _GNTMAP_readonly)
#define _GNTMAP_application_map 3
#define GNTMAP_application_map  (1 << _GNTMAP_application_map)
#define _GNTMAP_contains_pte    4
#define GNTMAP_contains_pte     (1 << _GNTMAP_contains_pte)
#define _GNTMAP_guest_avail0    16
#define GNTMAP_guest_avail_mask ((uint32_t)~0 << _GNTMAP_guest_avail0)

#define GNTST_okay              (0)
#define GNTST_general_error     (-1)
#define GNTST_bad_domain        (-2)
#define GNTST_bad_gntref        (-3)
#define GNTST_bad_handle        (-4)
#define GNTST_bad_virt_addr     (-5)
#define GNTST_bad_dev_addr      (-6)
#define GNTST_no_device_space   (-7)
#define GNTST_permission_denied (-8)
#define GNTST_bad_page          (-9)
#define GNTST_bad_copy_arg      (-10)
#define GNTST_address_too_big   (-11)
#define GNTST_eagain            (-12)
#define GNTST_no_space          (-13)

#endif /* PUBLIC_GRANT_TABLE_H */
