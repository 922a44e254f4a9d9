/* SPDX-License-Identifier: MIT */
/*
 * kept.c - map a file that is as long as what is kept in it.
 */
#include "backends/common/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backends/common/log.h"

void *kept_open(const char *path, size_t size)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    void *map = MAP_FAILED;

    if (fd >= 0 && ftruncate(fd, (off_t)size) == 0)
        map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        fail(errno, "cannot map the journal %s: %m", path);
    if (fd >= 0)
        close(fd);
    return map == MAP_FAILED ? NULL : map;
}

void kept_close(void *kept, size_t size)
{
    munmap(kept, size);
}
