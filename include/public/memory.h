/* SPDX-License-Identifier: MIT */
/*
 * memory.h - HYPERVISOR_memory_op(cmd, arg): pages of a domain.
 *
 * Calls on many extents return how many were done; a short count is not an
 * error. In a PV domain frame numbers are machine frames unless said.
 */
#ifndef PUBLIC_MEMORY_H
#define PUBLIC_MEMORY_H

#include "xen.h"
#include "physdev.h"

/*
 * increase: extent_start OUT, machine frames of new extents.
 * decrease: extent_start IN, machine frames to give up.
 * populate: extent_start IN pfns to give memory, OUT their machine frames.
 */
#define XENMEM_increase_reservation 0
#define XENMEM_decrease_reservation 1
#define XENMEM_populate_physmap     6
struct xen_memory_reservation {
    XEN_GUEST_HANDLE(xen_pfn_t) extent_start;
    xen_ulong_t  nr_extents;
    unsigned int extent_order;      /* frames per extent, as a power of two */
    unsigned int mem_flags;         /* XENMEMF_* */
    domid_t      domid;
};
XEN_STRUCT_TYPES(xen_memory_reservation);

/* mem_flags: most address bits the memory may have (0: any), node + 1. */
#define XENMEMF_address_bits(x)     (x)
#define XENMEMF_get_address_bits(x) ((x) & 0xffU)
#define XENMEMF_node(x)             (((x) + 1) << 8)
#define XENMEMF_get_node(x)         ((((x) >> 8) - 1) & 0xffU)
#define XENMEMF_populate_on_demand  (1 << 16)
#define XENMEMF_exact_node_request  (1 << 17)
#define XENMEMF_exact_node(n)       (XENMEMF_node(n) | XENMEMF_exact_node_request)
#define XENMEMF_vnode               (1 << 18)

/* Gives up in.* and gets as much memory in out.*, whose extent_start holds the
 * pfns (IN) and the machine frames (OUT). nr_exchanged is 0 at first, then the
 * number of in-extents done. */
#define XENMEM_exchange 11
struct xen_memory_exchange {
    struct xen_memory_reservation in;
    struct xen_memory_reservation out;
    xen_ulong_t nr_exchanged;
};
XEN_STRUCT_TYPES(xen_memory_exchange);

/* The result is the machine's highest frame of RAM + 1. */
#define XENMEM_maximum_ram_page 2

/* The result is a number of pages, or of the highest pfn. arg: domid */
#define XENMEM_current_reservation 3
#define XENMEM_maximum_reservation 4
#define XENMEM_maximum_gpfn        14
struct xen_memory_domain {
    domid_t domid;
};

/* The frames of the machine-to-pfn table, one per 2 MiB of it. */
#define XENMEM_machphys_mfn_list        5
#define XENMEM_machphys_compat_mfn_list 25
struct xen_machphys_mfn_list {
    unsigned int max_extents;       /* IN */
    XEN_GUEST_HANDLE(xen_pfn_t) extent_start;
    unsigned int nr_extents;        /* OUT */
};
XEN_STRUCT_TYPES(xen_machphys_mfn_list);

/* Where that table is mapped, and its last valid index. OUT */
#define XENMEM_machphys_mapping 12
struct xen_machphys_mapping {
    xen_ulong_t v_start, v_end;
    xen_ulong_t max_mfn;
};
XEN_STRUCT_TYPES(xen_machphys_mapping);

/* Placing special frames in a translated domain's map. */
#define XENMAPSPACE_shared_info  0
#define XENMAPSPACE_grant_table  1
#define XENMAPSPACE_gmfn         2
#define XENMAPSPACE_gmfn_range   3
#define XENMAPSPACE_gmfn_foreign 4
#define XENMAPSPACE_dev_mmio     5
#define XENMAPIDX_grant_table_status 0x80000000

#define XENMEM_add_to_physmap 7
struct xen_add_to_physmap {
    domid_t      domid;
    uint16_t     size;              /* pages, for gmfn_range */
    unsigned int space;             /* XENMAPSPACE_* */
    xen_ulong_t  idx;
    xen_pfn_t    gpfn;
};
XEN_STRUCT_TYPES(xen_add_to_physmap);

#define XENMEM_add_to_physmap_batch 23
struct xen_add_to_physmap_batch {
    domid_t  domid;                 /* IN */
    uint16_t space;
    uint16_t size;
    union xen_add_to_physmap_batch_extra {
        domid_t  foreign_domid;
        uint16_t res0;
    } u;
    XEN_GUEST_HANDLE(xen_ulong_t) idxs;
    XEN_GUEST_HANDLE(xen_pfn_t) gpfns;
    XEN_GUEST_HANDLE(int) errs;     /* OUT */
};
XEN_STRUCT_TYPES(xen_add_to_physmap_batch);

#define XENMEM_remove_from_physmap 15
struct xen_remove_from_physmap {
    domid_t   domid;
    xen_pfn_t gpfn;
};
XEN_STRUCT_TYPES(xen_remove_from_physmap);

/* The caller's pseudo-physical map, or (machine_) the firmware's: entries of
 * 20 bytes as the BIOS's e820 gives them. nr_entries: IN room, OUT count. */
#define XENMEM_memory_map         9
#define XENMEM_machine_memory_map 10
struct xen_memory_map {
    unsigned int nr_entries;
    XEN_GUEST_HANDLE(void) buffer;
};
XEN_STRUCT_TYPES(xen_memory_map);

#define XENMEM_set_memory_map 13
struct xen_foreign_memory_map {
    domid_t               domid;
    struct xen_memory_map map;
};
XEN_STRUCT_TYPES(xen_foreign_memory_map);

#define XENMEM_set_pod_target 16
#define XENMEM_get_pod_target 17
struct xen_pod_target {
    uint64_t target_pages;          /* IN */
    uint64_t tot_pages;             /* OUT */
    uint64_t pod_cache_pages;
    uint64_t pod_entries;
    domid_t  domid;                 /* IN */
};
typedef struct xen_pod_target xen_pod_target_t;

/* No argument; the results are pages, 0 where nothing is shared. */
#define XENMEM_get_sharing_freed_pages  18
#define XENMEM_get_sharing_shared_pages 19

/* HVM only; the numbers are listed so that they get their own error. */
#define XENMEM_paging_op  20
#define XENMEM_access_op  21
#define XENMEM_sharing_op 22

/* Sets nr_extents pages aside for a domain about to be built; 0: drops it. */
#define XENMEM_claim_pages 24

#define XENMEM_get_vnumainfo 26
struct xen_vmemrange {
    uint64_t     start, end;        /* pseudo-physical addresses */
    unsigned int flags;
    unsigned int nid;
};
XEN_STRUCT_TYPES(xen_vmemrange);

struct xen_vnuma_topology_info {
    domid_t      domid;             /* IN */
    uint16_t     pad;
    unsigned int nr_vnodes;         /* IN room, OUT count; -ENOBUFS: more */
    unsigned int nr_vcpus;
    unsigned int nr_vmemranges;
    union {
        XEN_GUEST_HANDLE(uint) h;
        uint64_t pad;
    } vdistance;
    union {
        XEN_GUEST_HANDLE(uint) h;
        uint64_t pad;
    } vcpu_to_vnode;
    union {
        XEN_GUEST_HANDLE(xen_vmemrange_t) h;
        uint64_t pad;
    } vmemrange;
};
XEN_STRUCT_TYPES(xen_vnuma_topology_info);

#define XENMEM_reserved_device_memory_map 27
struct xen_reserved_device_memory {
    xen_pfn_t   start_pfn;
    xen_ulong_t nr_pages;
};
XEN_STRUCT_TYPES(xen_reserved_device_memory);

#define XENMEM_RDM_ALL 1
struct xen_reserved_device_memory_map {
    uint32_t     flags;             /* IN: XENMEM_RDM_ALL or one device */
    unsigned int nr_entries;        /* IN room, OUT count */
    XEN_GUEST_HANDLE(xen_reserved_device_memory_t) buffer;
    union {
        physdev_pci_device_t pci;
    } dev;
};
XEN_STRUCT_TYPES(xen_reserved_device_memory_map);

/*
 * Frames that a domain shares with the hypervisor, for a tool to map: with
 * nr_frames 0 and a null list, OUT how many there can be. A PV caller gets
 * machine frames in frame_list and maps them as the owner's.
 */
#define XENMEM_acquire_resource 28
struct xen_mem_acquire_resource {
    domid_t  domid;                 /* IN */
    uint16_t type;                  /* XENMEM_resource_* */
    uint32_t id;
    uint32_t nr_frames;
    uint32_t pad;                   /* 0 */
    uint64_t frame;                 /* the first one */
    XEN_GUEST_HANDLE(xen_pfn_t) frame_list;
};
XEN_STRUCT_TYPES(xen_mem_acquire_resource);
#define XENMEM_resource_ioreq_server                0
#define XENMEM_resource_grant_table                 1
#define XENMEM_resource_vmtrace_buf                 2
#define XENMEM_resource_grant_table_id_shared       0
#define XENMEM_resource_grant_table_id_status       1
#define XENMEM_resource_ioreq_server_frame_bufioreq 0
#define XENMEM_resource_ioreq_server_frame_ioreq(n) (1 + (n))

#endif /* PUBLIC_MEMORY_H */
