/* SPDX-License-Identifier: MIT */
/*
 * mem.h - memory that is there or the daemon is not.
 *
 * Every client's share of memory is bounded by quota before it is asked for, so
 * running out means the machine is out: the daemon says so and ends, and its
 * keeper starts it again. No caller checks for NULL.
 */
#ifndef XENSTORE_MEM_H
#define XENSTORE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t bytes);
void *mem_zalloc(size_t bytes);
void *mem_resize(void *old, size_t bytes);
void *mem_copy(const void *from, size_t bytes);

#endif
