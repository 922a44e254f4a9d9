/* SPDX-License-Identifier: MIT */
/*
 * version.h - HYPERVISOR_xen_version(cmd, arg): who the hypervisor is. Strings
 * are zero-terminated in fixed arrays; all arguments are OUT unless said.
 */
#ifndef PUBLIC_VERSION_H
#define PUBLIC_VERSION_H

#include "xen.h"
#include "features.h"

/* No argument; the result is major << 16 | minor. */
#define XENVER_version 0

#define XENVER_extraversion 1
typedef char xen_extraversion_t[16];
#define XEN_EXTRAVERSION_LEN (sizeof(xen_extraversion_t))

#define XENVER_compile_info 2
struct xen_compile_info {
    char compiler[64];
    char compile_by[16];
    char compile_domain[32];
    char compile_date[32];
};
typedef struct xen_compile_info xen_compile_info_t;

/* Names of the guest kinds that can be built, separated by spaces. */
#define XENVER_capabilities 3
typedef char xen_capabilities_info_t[1024];
#define XEN_CAPABILITIES_INFO_LEN (sizeof(xen_capabilities_info_t))

#define XENVER_changeset 4
typedef char xen_changeset_info_t[64];
#define XEN_CHANGESET_INFO_LEN (sizeof(xen_changeset_info_t))

/* The first address that the hypervisor claims of a guest's space. */
#define XENVER_platform_parameters 5
struct xen_platform_parameters {
    xen_ulong_t virt_start;
};
typedef struct xen_platform_parameters xen_platform_parameters_t;

/* -EINVAL if there is no such word of features. */
#define XENVER_get_features 6
struct xen_feature_info {
    unsigned int submap_idx;        /* IN  */
    uint32_t     submap;            /* OUT: bits XENFEAT_* */
};
typedef struct xen_feature_info xen_feature_info_t;

/* No argument; the result is the page size in bytes. */
#define XENVER_pagesize 7

/* The caller's own xen_domain_handle_t. */
#define XENVER_guest_handle 8

#define XENVER_commandline 9
typedef char xen_commandline_t[1024];

/* A null argument asks for the length. -ENODATA: built without one. */
#define XENVER_build_id 10
struct xen_build_id {
    uint32_t      len;              /* IN: room in buf, bytes */
    unsigned char buf[];
};
typedef struct xen_build_id xen_build_id_t;

#endif /* PUBLIC_VERSION_H */
