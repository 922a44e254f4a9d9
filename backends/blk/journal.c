/* SPDX-License-Identifier: MIT */
/*
 * journal.c - the journal's memory: a file under /run, mapped.
 */
#include "backends/blk/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backends/common/log.h"

struct journal *journal_open(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    void *map = MAP_FAILED;

    if (fd >= 0 && ftruncate(fd, sizeof(struct journal)) == 0)
        map = mmap(NULL, sizeof(struct journal), PROT_READ | PROT_WRITE,
                   MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        fail(errno, "cannot map the journal %s: %m", path);
    if (fd >= 0)
        close(fd);
    return map == MAP_FAILED ? NULL : map;
}

void journal_close(struct journal *j)
{
    munmap(j, sizeof(*j));
}
