/* SPDX-License-Identifier: MIT */
/* console.h - the hypervisor's log ring, its serial line, and who gets input. */
#ifndef SPLITRING_CORE_CONSOLE_H
#define SPLITRING_CORE_CONSOLE_H

#include "lib/types.h"

/* Reads com1= and console= and loglvl=; works before it is called, too. */
void console_init(void);
/* Raw bytes to the serial line (a domain's console_io output, n <= 4096). Also
 * into the log ring when the control domain's output is kept there. */
void console_write(const char *buf, size_t n);
/* Up to n bytes typed at the serial line for the control domain. */
size_t console_read(char *buf, size_t n);
/* loglvl= and console_timestamps=, as text ("info/info", "boot"); set: 0, or -EINVAL
 * for a word that is none of theirs. */
const char *console_loglvl(void);
int console_loglvl_set(const char *words);
const char *console_timestamps(void);
int console_timestamps_set(const char *word);
/* The log ring from *index on (XEN_SYSCTL_readconsole): copies at most n bytes to
 * buf; *index moves to the end of what was copied. */
size_t console_ring_read(char *buf, size_t n, uint32_t *index, bool incremental);
void console_ring_clear(void);
/* console_keys.c: runs the debug command of key c, typed at the serial line or sent by
 * the tools (XEN_SYSCTL_debug_keys); an unknown one is named in the log. */
void console_key(char c);
/* Panic: serial only, lock ignored. */
void console_force_unlock(void);

#endif
