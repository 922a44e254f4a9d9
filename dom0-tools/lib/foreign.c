/* SPDX-License-Identifier: MIT */
/* foreign.c - foreign pages over libxenforeignmemory; see foreign.h. */
#include "dom0-tools/lib/foreign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <xenforeignmemory.h>

#include "dom0-tools/lib/mem.h"
#include "dom0-tools/lib/say.h"

/* acquire_resource's numbers (public/memory.h) */
#define RESOURCE_GRANT_TABLE 1
#define RESOURCE_GRANT_TABLE_SHARED 0

struct foreign {
    xenforeignmemory_handle *fm;
};

struct foreign *foreign_open(void)
{
    xenforeignmemory_handle *fm = xenforeignmemory_open(NULL, 0);
    struct foreign *f;

    if (!fm) {
        fail("cannot map guests' memory (%s); load the module xen-privcmd",
             strerror(errno));
        return NULL;
    }
    f = mem_zalloc(1, sizeof(*f));
    f->fm = fm;
    return f;
}

void foreign_close(struct foreign *f)
{
    if (!f)
        return;
    xenforeignmemory_close(f->fm);
    free(f);
}

void *foreign_map(struct foreign *f, uint32_t domid, bool writable, size_t n,
                  const uint64_t *mfns)
{
    xen_pfn_t *frames = mem_zalloc(n, sizeof(*frames));
    void *p;
    size_t i;

    for (i = 0; i < n; i++)
        frames[i] = mfns[i];
    p = xenforeignmemory_map(f->fm, domid,
                             writable ? PROT_READ | PROT_WRITE : PROT_READ, n,
                             frames, NULL);
    free(frames);
    return p;
}

void foreign_unmap(struct foreign *f, void *addr, size_t n)
{
    xenforeignmemory_unmap(f->fm, addr, n);
}

void *foreign_grants(struct foreign *f, uint32_t domid, void **cookie)
{
    void *p = NULL;

    *cookie = xenforeignmemory_map_resource(
        f->fm, (domid_t)domid, RESOURCE_GRANT_TABLE,
        RESOURCE_GRANT_TABLE_SHARED, 0, 1, &p, PROT_READ | PROT_WRITE, 0);
    return *cookie ? p : NULL;
}

void foreign_grants_unmap(struct foreign *f, void *cookie)
{
    xenforeignmemory_unmap_resource(f->fm, cookie);
}
