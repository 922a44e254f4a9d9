/* SPDX-License-Identifier: MIT */
/*
 * row.h - the lines of `xl list`, byte for byte as scripts know them.
 */
#ifndef SPLITRING_TOOLS_ROW_H
#define SPLITRING_TOOLS_ROW_H

#include "dom0-tools/lib/hv.h"
#include "dom0-tools/lib/mem.h"

void row_head(struct text *out, bool verbose);
/* A @d whose domain is DOMID_INVALID has the number -1. */
void row_domain(struct text *out, const char *name, const dominfo *d,
                bool verbose);

#endif
