/* SPDX-License-Identifier: MIT */
/*
 * log.h - one line per fault, on standard error, naming program and object.
 *
 * Every line is `PROGRAM SUBJECT: text`; the keeper (or a shell) decides which
 * file standard error is.  fail() is for the place where an error is born: it
 * logs the sentence and yields -errno, so callers only pass the number on.
 */
#ifndef BACKENDS_COMMON_LOG_H
#define BACKENDS_COMMON_LOG_H

/* What every later line starts with; subject may be "". */
void log_name(const char *program, const char *subject);

void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The last sentence fail() was given: what is shown to the toolstack. */
const char *log_last_failure(void);

int log_fail(int err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#define fail(err, ...) log_fail((err), __VA_ARGS__)

#endif
