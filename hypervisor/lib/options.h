/* SPDX-License-Identifier: MIT */
/*
 * options.h - the boot line: words, `name=value` or a bare name (whose value is
 * the empty string). The last one given counts.
 */
#ifndef SPLITRING_LIB_OPTIONS_H
#define SPLITRING_LIB_OPTIONS_H

#include "lib/types.h"

extern const char *boot_options;        /* the line, which stays there for good */
/* The value of option name ("dom0_mem"), copied to buf, or NULL. */
const char *boot_option(const char *name, char *buf, size_t size);

#endif
