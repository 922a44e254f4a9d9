/* SPDX-License-Identifier: MIT */
/*
 * hypfs.h - HYPERVISOR_hypfs_op(cmd, path, its size, buffer, its size): what the
 * hypervisor is and what of it can be set, as a tree of files. A path begins with
 * a slash; its size counts the zero at its end.
 */
#ifndef PUBLIC_HYPFS_H
#define PUBLIC_HYPFS_H

#include "xen.h"

#define XEN_HYPFS_VERSION     1
#define XEN_HYPFS_MAX_PATHLEN 1024

struct xen_hypfs_direntry {
    uint8_t  type;                  /* XEN_HYPFS_TYPE_*                        */
    uint8_t  encoding;              /* XEN_HYPFS_ENC_*                         */
    uint16_t pad;
    uint32_t content_len;           /* bytes                                   */
    uint32_t max_write_len;         /* 0: nobody writes it                     */
};
typedef struct xen_hypfs_direntry xen_hypfs_direntry_t;
#define XEN_HYPFS_TYPE_DIR    0
#define XEN_HYPFS_TYPE_BLOB   1
#define XEN_HYPFS_TYPE_STRING 2
#define XEN_HYPFS_TYPE_UINT   3
#define XEN_HYPFS_TYPE_INT    4
#define XEN_HYPFS_TYPE_BOOL   5
#define XEN_HYPFS_ENC_PLAIN   0
#define XEN_HYPFS_ENC_GZIP    1

/* A directory's contents are these; the name ends with a zero. */
struct xen_hypfs_dirlistentry {
    xen_hypfs_direntry_t e;
    uint16_t off_next;              /* from this entry's start; 0: the last    */
    char name[];
};

#define XEN_HYPFS_OP_get_version    0   /* all arguments 0; the version        */
#define XEN_HYPFS_OP_read           1   /* a direntry and then the contents    */
#define XEN_HYPFS_OP_write_contents 2

#endif /* PUBLIC_HYPFS_H */
