/* SPDX-License-Identifier: MIT */
/* xen-mca.h - __HYPERVISOR_mca (arch_0): what the control domain asks about
 * processors and their machine checks. */
#ifndef PUBLIC_ARCH_X86_XEN_MCA_H
#define PUBLIC_ARCH_X86_XEN_MCA_H

#include "../xen.h"

#define __HYPERVISOR_mca __HYPERVISOR_arch_0
#define XEN_MCA_INTERFACE_VERSION 0x01ecc003

/* Recorded errors. flags IN: which queue, or an acknowledgement; OUT: none. */
#define XEN_MC_fetch     1
#define XEN_MC_NONURGENT 0x0001
#define XEN_MC_URGENT    0x0002
#define XEN_MC_ACK       0x0004
#define XEN_MC_OK        0x0
#define XEN_MC_NODATA    0x2
struct xen_mc_fetch {
    uint32_t flags;
    uint32_t _pad0;
    uint64_t fetch_id;
    XEN_GUEST_HANDLE(void) data;    /* struct mc_info */
};
typedef struct xen_mc_fetch xen_mc_fetch_t;

#define XEN_MC_notifydomain 2

/* One entry for each CPU; a null array asks for their number. */
#define XEN_MC_physcpuinfo 3
struct mcinfo_msr {
    uint64_t reg, value;
};
typedef struct mcinfo_msr xen_mcinfo_msr_t;

#define MC_NCAPS 7
struct mcinfo_logical_cpu {
    uint32_t mc_cpunr;
    uint32_t mc_chipid;
    uint16_t mc_coreid, mc_threadid;
    uint32_t mc_apicid;
    uint32_t mc_clusterid;
    uint32_t mc_ncores;
    uint32_t mc_ncores_active;
    uint32_t mc_nthreads;
    int32_t  mc_cpuid_level;
    uint32_t mc_family;
    uint32_t mc_vendor;
    uint32_t mc_model;
    uint32_t mc_step;
    char     mc_vendorid[16];
    char     mc_brandid[64];
    uint32_t mc_cpu_caps[MC_NCAPS];
    uint32_t mc_cache_size;
    uint32_t mc_cache_alignment;
    int32_t  mc_nmsrvals;
    xen_mcinfo_msr_t mc_msrvalues[8];
};
typedef struct mcinfo_logical_cpu xen_mc_logical_cpu_t;
DEFINE_XEN_GUEST_HANDLE(xen_mc_logical_cpu_t);

struct xen_mc_physcpuinfo {
    uint32_t ncpus;                 /* IN room, OUT how many */
    uint32_t _pad0;
    XEN_GUEST_HANDLE(xen_mc_logical_cpu_t) info;
};
typedef struct xen_mc_physcpuinfo xen_mc_physcpuinfo_t;

#define XEN_MC_msrinject 4
#define MC_MSRINJ_MAXMSRS 8
struct xen_mc_msrinject {
    uint32_t mcinj_cpunr;
    uint32_t mcinj_flags;
    uint32_t mcinj_count;
    domid_t  mcinj_domid;
    uint16_t _pad0;
    xen_mcinfo_msr_t mcinj_msr[MC_MSRINJ_MAXMSRS];
};
typedef struct xen_mc_msrinject xen_mc_msrinject_t;

#define XEN_MC_mceinject 5
#define XEN_MC_inject_v2 6

struct xen_mc {
    uint32_t cmd;
    uint32_t interface_version;
    union {
        xen_mc_fetch_t       mc_fetch;
        xen_mc_physcpuinfo_t mc_physcpuinfo;
        xen_mc_msrinject_t   mc_msrinject;
    } u;
};
typedef struct xen_mc xen_mc_t;
DEFINE_XEN_GUEST_HANDLE(xen_mc_t);

#endif /* PUBLIC_ARCH_X86_XEN_MCA_H */
