/* SPDX-License-Identifier: MIT */
/*
 * kept.h - memory that outlives the process: a file under /run, mapped.
 */
#ifndef BACKENDS_COMMON_KEPT_H
#define BACKENDS_COMMON_KEPT_H

#include <stddef.h>

/* Made of zeroes when absent; NULL after fail(). */
void *kept_open(const char *path, size_t size);
void kept_close(void *kept, size_t size);

#endif
