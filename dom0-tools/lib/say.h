/* SPDX-License-Identifier: MIT */
/*
 * say.h - how the tools tell a person what went wrong.
 *
 * An error is said once, where it is found, as one sentence that names the
 * object, the cause and the way out; callers pass the -1 on in silence.
 */
#ifndef SPLITRING_TOOLS_SAY_H
#define SPLITRING_TOOLS_SAY_H

#include <stddef.h>

/* What stands before each line, "xl" or "lifed". */
void say_program(const char *name);

/* Print one error line; the value is -1, to be returned on the spot. */
int fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Progress for `-v` only. */
void say_verbose(int on);
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Collect lines in @buf instead of printing them, until called with NULL:
 * for tests, which judge the wording.
 */
void say_capture(char *buf, size_t size);

#endif
