/* SPDX-License-Identifier: MIT */
/*
 * printf.h - formatted text into a buffer, and the hypervisor's own log.
 *
 * Conversions: d i u x X c s p %, with flags 0 - # +, width, precision and the
 * lengths hh h l ll z.  Nothing else.
 */
#ifndef SPLITRING_LIB_PRINTF_H
#define SPLITRING_LIB_PRINTF_H

#include <stdarg.h>
#include "lib/types.h"

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf_like(3, 4);

enum log_level { LOG_ERR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* One line into the log ring and, as loglvl= permits, to the serial line.
 * fmt ends with a newline.  Callable from anywhere. */
void hv_log(enum log_level level, const char *fmt, ...) __printf_like(2, 3);
#define log_err(...)   hv_log(LOG_ERR, __VA_ARGS__)
#define log_warn(...)  hv_log(LOG_WARN, __VA_ARGS__)
#define log_info(...)  hv_log(LOG_INFO, __VA_ARGS__)
#define log_debug(...) hv_log(LOG_DEBUG, __VA_ARGS__)

#endif
