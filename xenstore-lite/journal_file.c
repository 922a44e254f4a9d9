/* SPDX-License-Identifier: MIT */
/* journal_file.c - maps the journal and sees that its pages exist. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"
#include "journal_file.h"

#define SIZE (512ul << 20)      /* most of it is never touched */

static int journal_fd = -1;

/* Without this a full /run would end us in the middle of a store. */
static bool reserve(size_t from, size_t to)
{
    return !posix_fallocate(journal_fd, (off_t)from, (off_t)(to - from));
}

static int complain(const char *path, const char *hint)
{
    fprintf(stderr, "xenstored: %s: %s; %s\n", path, strerror(errno), hint);
    return -1;
}

int journal_file_open(struct store *s, const char *path)
{
    static struct journal j;
    void *mem;

    journal_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (journal_fd < 0)
        return complain(path, "is its folder there?");
    if (ftruncate(journal_fd, SIZE) || !reserve(0, 4096))
        return complain(path, "is there room under /run?");
    mem = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
               journal_fd, 0);
    if (mem == MAP_FAILED)
        return complain(path, "is there address space?");
    if (!journal_init(&j, mem, SIZE, reserve)) {
        journal_start(s, &j);
        return 0;
    }
    if (journal_replay(s, &j)) {
        unlink(path);
        fprintf(stderr, "xenstored: %s: contradicts itself; taken away, the "
                        "next start is a fresh one\n", path);
        return -1;
    }
    store_log(s, "went on from %s: %u nodes, %u watches", path, s->nodes,
              s->watches.count);
    return 0;
}
