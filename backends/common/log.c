/* SPDX-License-Identifier: MIT */
/*
 * log.c - the lines that a backend writes about itself.
 *
 * Each line is one write(2), so lines of several processes never mix.
 */
#include "backends/common/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static char prefix[128] = "backend";
static char last_failure[512];

void log_name(const char *program, const char *subject)
{
    snprintf(prefix, sizeof(prefix), "%s%s%s", program, *subject ? " " : "",
             subject);
}

static void log_text(const char *text)
{
    char line[700];
    int n = snprintf(line, sizeof(line), "%s: %s\n", prefix, text);

    if (n > (int)sizeof(line) - 1) {
        n = sizeof(line) - 1;
        line[n - 1] = '\n';
    }
    /* A log that cannot be written must not stop the device. */
    if (write(STDERR_FILENO, line, (size_t)n) < 0)
        return;
}

void log_line(const char *fmt, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    log_text(text);
}

int log_fail(int err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(last_failure, sizeof(last_failure), fmt, ap);
    va_end(ap);
    log_text(last_failure);
    return -err;
}

const char *log_last_failure(void)
{
    return last_failure;
}
