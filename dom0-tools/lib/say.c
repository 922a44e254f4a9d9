/* SPDX-License-Identifier: MIT */
/* say.c - error, warning and progress lines; see say.h. */
#include "dom0-tools/lib/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *program = "xl";
static int verbose;
static char *capture;
static size_t capture_size;

void say_program(const char *name)
{
    program = name;
}

void say_verbose(int on)
{
    verbose = on;
}

void say_capture(char *buf, size_t size)
{
    capture = buf;
    capture_size = size;
    if (buf && size)
        buf[0] = '\0';
}

/* One write per line, so that lines of several processes do not mix. */
static void say_line(const char *kind, const char *fmt, va_list ap)
{
    char line[2048];
    size_t used;

    snprintf(line, sizeof(line), "%s: %s", program, kind);
    used = strlen(line);
    vsnprintf(line + used, sizeof(line) - used - 1, fmt, ap);
    strcat(line, "\n");
    if (!capture) {
        fputs(line, stderr);
        return;
    }
    used = strlen(capture);
    if (used < capture_size)
        snprintf(capture + used, capture_size - used, "%s", line);
}

int fail(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say_line("", fmt, ap);
    va_end(ap);
    return -1;
}

void warn(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    say_line("warning: ", fmt, ap);
    va_end(ap);
}

void note(const char *fmt, ...)
{
    va_list ap;

    if (!verbose)
        return;
    va_start(ap, fmt);
    say_line("", fmt, ap);
    va_end(ap);
}
