/* SPDX-License-Identifier: MIT */
/*
 * options.h - the boot line: words, `name=value` or a bare name (whose value is
 * the empty string). The last one given counts.
 */
#ifndef SPLITRING_LIB_OPTIONS_H
#define SPLITRING_LIB_OPTIONS_H

#include "lib/types.h"

/* line stays where it is for good. */
void boot_options_set(const char *line);
const char *boot_options_line(void);
/* The value of option name ("dom0_mem"), copied to buf, or NULL. */
const char *boot_option(const char *name, char *buf, size_t size);

#endif
