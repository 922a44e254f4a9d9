/* SPDX-License-Identifier: MIT */
/*
 * foreign.h - another domain's pages in our address space.
 *
 * Kept apart because libxenforeignmemory brings the system's own copy of the
 * public headers, which must not meet ours in one file.
 */
#ifndef SPLITRING_TOOLS_FOREIGN_H
#define SPLITRING_TOOLS_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct foreign;

struct foreign *foreign_open(void);
void foreign_close(struct foreign *f);

/* All of the @n machine frames, or NULL and errno. */
void *foreign_map(struct foreign *f, uint32_t domid, bool writable, size_t n,
                  const uint64_t *mfns);
void foreign_unmap(struct foreign *f, void *addr, size_t n);

/* The first frame of the domain's grant table; unmapped by the second call. */
void *foreign_grants(struct foreign *f, uint32_t domid, void **cookie);
void foreign_grants_unmap(struct foreign *f, void *cookie);

#endif
