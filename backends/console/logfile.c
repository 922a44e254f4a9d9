/* SPDX-License-Identifier: MIT */
/*
 * logfile.c - append, and start anew at the limit.
 */
#include "backends/console/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/common/log.h"

static int logfile_reopen(struct logfile *f, int flags)
{
    struct stat st;

    f->fd = open(f->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | flags,
                 0640);
    if (f->fd < 0 || fstat(f->fd, &st) < 0)
        return fail(errno, "cannot open the log %s: %m", f->path);
    f->size = (size_t)st.st_size;
    return 0;
}

int logfile_open(struct logfile *f, const char *dir, const char *name)
{
    char *c;

    mkdir(dir, 0755);
    snprintf(f->path, sizeof(f->path), "%s/%s", dir, name);
    for (c = f->path + strlen(dir) + 1; *c; c++)
        if (*c == '/')
            *c = '_';            /* a name is never a way out of dir */
    return logfile_reopen(f, 0);
}

static void logfile_rotate(struct logfile *f)
{
    char old[sizeof(f->path) + 2];

    snprintf(old, sizeof(old), "%s.1", f->path);
    close(f->fd);
    rename(f->path, old);
    logfile_reopen(f, O_TRUNC);
}

void logfile_add(struct logfile *f, const char *buf, size_t n)
{
    if (f->fd >= 0 && f->size + n > LOGFILE_LIMIT)
        logfile_rotate(f);
    while (f->fd >= 0 && n > 0) {
        ssize_t done = write(f->fd, buf, n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            /* A full disk costs the log, never the guest. */
            fail(errno, "the log %s lost %zu bytes: %m", f->path, n);
            return;
        }
        f->size += (size_t)done;
        buf += done;
        n -= (size_t)done;
    }
}

void logfile_close(struct logfile *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}
