/* SPDX-License-Identifier: MIT */
/* memory.h - between the files of memory_op. */
#ifndef SPLITRING_HYPERCALL_MEMORY_H
#define SPLITRING_HYPERCALL_MEMORY_H

#include "hypercall/hypercall.h"
#include "public/memory.h"

/* memory_op's first argument: the command, and where to go on in a list. */
#define MEM_CMD_BITS  6
#define MEM_CMD_MASK  ((1u << MEM_CMD_BITS) - 1)

/* Rows that one function answers, by the command or alike. */
#define mem_decrease_reservation     mem_increase_reservation
#define mem_populate_physmap         mem_increase_reservation
#define mem_maximum_reservation      mem_current_reservation
#define mem_maximum_gpfn             mem_current_reservation
#define mem_add_to_physmap_batch     mem_add_to_physmap
#define mem_get_pod_target           mem_set_pod_target
#define mem_get_sharing_shared_pages mem_get_sharing_freed_pages
#define MEM_PROTOTYPE(call, prefix, name) hc_fn mem_##name;
SUBS_memory_op(MEM_PROTOTYPE, MEM_PROTOTYPE, HC_NOTHING)

/* One struct of memory_op's argument, in or out. */
#define MEM_READ(dst, arg)  guest_read((dst), (arg), sizeof(*(dst)))
#define MEM_WRITE(arg, src) guest_write((arg), (src), sizeof(*(src)))

/* mem_<name>() of a command with an argument: op is our copy of it. */
#define MEM_OP(name, type) HC_COPIED(, mem_##name, type)

#endif
