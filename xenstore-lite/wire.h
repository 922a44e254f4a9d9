/* SPDX-License-Identifier: MIT */
/*
 * wire.h - bytes to meaning: errors by name, numbers and strings of a payload.
 *
 * What arrives is a claim. A payload is looked at only through these functions,
 * which never read past its length and never take half a number for a whole.
 */
#ifndef XENSTORE_WIRE_H
#define XENSTORE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "public/io/xs_wire.h"

#define WIRE_DOMID_END 0x7ff0u  /* the first number that is no ordinary domain */
#define WIRE_DOMID_SELF 0x7ff0u /* the caller */

/* The name under which an errno travels; EINVAL for what has none. */
const char *wire_error_name(int err);

/* All of `text` as a decimal number; 0 or -EINVAL. */
int wire_number(const char *text, uint32_t *out);
int wire_number64(const char *text, uint64_t *out);
/* As above, and an ordinary domain's number. */
int wire_domid(const char *text, uint32_t *out);

/* How many strings `payload` is made of; -1 if the last has no end. */
int wire_count_strings(const char *payload, size_t len);
/* The string after `s`; the caller knows from the count that there is one. */
const char *wire_next_string(const char *s);

#endif
