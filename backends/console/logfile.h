/* SPDX-License-Identifier: MIT */
/*
 * logfile.h - a log that is appended to and can never fill the disk: at its
 * limit FILE becomes FILE.1 (the former FILE.1 is lost) and a new one begins.
 */
#ifndef BACKENDS_CONSOLE_LOGFILE_H
#define BACKENDS_CONSOLE_LOGFILE_H

#include <stddef.h>

#define LOGFILE_LIMIT (4u << 20)

struct logfile {
    int fd;                      /* -1: not open */
    size_t size;
    char path[512];
};

/* Makes the directory if need be. The bytes go in as they are. */
int logfile_open(struct logfile *f, const char *dir, const char *name);
void logfile_add(struct logfile *f, const char *buf, size_t n);
void logfile_close(struct logfile *f);

#endif
