/* SPDX-License-Identifier: MIT */
/* version.h - who we are, as xen_version and hypfs_op say it. */
#ifndef SPLITRING_HYPERCALL_VERSION_H
#define SPLITRING_HYPERCALL_VERSION_H

#define VERSION_MAJOR  4
#define VERSION_MINOR  17
#define VERSION_EXTRA  ".7-splitring"
#define CHANGESET      "unavailable"
#define COMPILER       "gcc " __VERSION__
#define COMPILE_BY     "splitring"
#define COMPILE_DOMAIN "splitring"
#define COMPILE_DATE   "reproducible build"

#endif
