/* SPDX-License-Identifier: MIT */
/*
 * log.c - the lines that a backend writes about itself.
 *
 * Each line is one write(2), so lines of several processes never mix.  A guest
 * may cause lines as often as it likes, so a process writes 200 at once and
 * then one in two seconds; what was left out is counted.
 */
#include "backends/common/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define BURST 200
#define REFILL_S 2

static char prefix[128] = "backend";
static char last_failure[512];

void log_name(const char *program, const char *subject)
{
    snprintf(prefix, sizeof(prefix), "%s%s%s", program, *subject ? " " : "",
             subject);
}

/* May one more line be written?  *dropped: how many before it were not. */
static bool log_allowed(unsigned *dropped)
{
    static time_t last;
    static long tokens = BURST;
    static unsigned left_out;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    tokens += (now.tv_sec - last) / REFILL_S;
    last += (now.tv_sec - last) / REFILL_S * REFILL_S;
    if (tokens > BURST)
        tokens = BURST;
    if (tokens == 0) {
        left_out++;
        return false;
    }
    tokens--;
    *dropped = left_out;
    left_out = 0;
    return true;
}

static void log_text(const char *text)
{
    char line[700], note[48] = "";
    unsigned dropped;
    int n;

    if (!log_allowed(&dropped))
        return;
    if (dropped)
        snprintf(note, sizeof(note), " (%u lines were left out before)",
                 dropped);
    n = snprintf(line, sizeof(line), "%s: %s%s\n", prefix, text, note);
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
