/* SPDX-License-Identifier: MIT */
/* console_keys.h - debug commands: one key each, typed at the serial line or sent
 * by the tools (XEN_SYSCTL_debug_keys). */
#ifndef SPLITRING_CORE_CONSOLE_KEYS_H
#define SPLITRING_CORE_CONSOLE_KEYS_H

/* Runs the command of key c; an unknown one is named in the log. */
void console_key(char c);

#endif
