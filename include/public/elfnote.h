/* SPDX-License-Identifier: MIT */
/*
 * elfnote.h - types of the ELF notes named "Xen" by which a kernel image tells
 * its loader how it wants to be started. (n) a number of the note's size, (s) a
 * string without its own length.
 */
#ifndef PUBLIC_ELFNOTE_H
#define PUBLIC_ELFNOTE_H

#define XEN_ELFNOTE_INFO               0
#define XEN_ELFNOTE_ENTRY              1  /* (n) virtual address to start at  */
#define XEN_ELFNOTE_HYPERCALL_PAGE     2  /* (n) page to fill before start    */
#define XEN_ELFNOTE_VIRT_BASE          3  /* (n) where pfn 0 is mapped        */
#define XEN_ELFNOTE_PADDR_OFFSET       4  /* (n) taken off every p_paddr      */
#define XEN_ELFNOTE_XEN_VERSION        5  /* (s) "xen-3.0"                    */
#define XEN_ELFNOTE_GUEST_OS           6  /* (s)                              */
#define XEN_ELFNOTE_GUEST_VERSION      7  /* (s)                              */
#define XEN_ELFNOTE_LOADER             8  /* (s) "generic"                    */
#define XEN_ELFNOTE_PAE_MODE           9  /* (s) 32-bit only                  */
#define XEN_ELFNOTE_FEATURES           10 /* (s) names with |, ! = must have  */
#define XEN_ELFNOTE_BSD_SYMTAB         11 /* (s) "yes": load the symbols too  */
#define XEN_ELFNOTE_HV_START_LOW       12 /* (n) lowest hypervisor address    */
#define XEN_ELFNOTE_L1_MFN_VALID       13 /* (n,n) mask, value of a live PTE  */
#define XEN_ELFNOTE_SUSPEND_CANCEL     14 /* (n) 1: suspend may return 1      */
#define XEN_ELFNOTE_INIT_P2M           15 /* (n) where to map the pfn list    */
#define XEN_ELFNOTE_MOD_START_PFN      16 /* (n) 1: do not map the initrd     */
#define XEN_ELFNOTE_SUPPORTED_FEATURES 17 /* (n) mask of XENFEAT_*            */
#define XEN_ELFNOTE_PHYS32_ENTRY       18 /* (n) PVH entry                    */
#define XEN_ELFNOTE_MAX                XEN_ELFNOTE_PHYS32_ENTRY

/* Notes of crash dumps and core dumps. */
#define XEN_ELFNOTE_CRASH_INFO              0x1000001
#define XEN_ELFNOTE_CRASH_REGS              0x1000002
#define XEN_ELFNOTE_DUMPCORE_NONE           0x2000000
#define XEN_ELFNOTE_DUMPCORE_HEADER         0x2000001
#define XEN_ELFNOTE_DUMPCORE_XEN_VERSION    0x2000002
#define XEN_ELFNOTE_DUMPCORE_FORMAT_VERSION 0x2000003

#endif /* PUBLIC_ELFNOTE_H */
