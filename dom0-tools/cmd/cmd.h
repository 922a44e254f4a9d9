/* SPDX-License-Identifier: MIT */
/*
 * cmd.h - what the verbs of xl share.
 *
 * A verb gets its own name as argv[0] and returns an exit status: 0, 1 for a
 * failure that was said, 2 for wrong usage.
 */
#ifndef SPLITRING_TOOLS_CMD_H
#define SPLITRING_TOOLS_CMD_H

#include <stdbool.h>
#include <stdint.h>

#include "dom0-tools/lib/mem.h"
#include "dom0-tools/lib/say.h"
#include "dom0-tools/lib/tools.h"

#define VERB(name, fn, args, what) int cmd_##fn(int argc, char **argv);
#define OTHER(name, why)
#include "dom0-tools/cmd/verbs.def"
#undef VERB
#undef OTHER

/* The global options. */
extern bool xl_dry_run;

/* The verb's usage line on stderr; returns 2. */
int usage(const char *verb);

/*
 * Run @each on every domain that @args names, handles open; the exit status
 * is that of the worst.
 */
int for_domains(int n, char **args,
                int (*each)(struct tools *t, uint32_t domid, void *arg),
                void *arg);

/* "128", "128m", "2g" and so on to KiB; plain numbers are MiB. */
bool parse_memory(const char *s, uint64_t *kib);

/*
 * Show the console of @domid until it ends or Ctrl-] is typed. Once attached,
 * and before the first byte is waited for, @ready is called.
 */
int console_attach(struct tools *t, uint32_t domid,
                   int (*ready)(struct tools *t, uint32_t domid));

/* One guest as JSON, indented by @indent blanks, without a new line. */
struct guest;
void json_guest(struct text *out, const struct guest *g, int64_t domid,
                int indent);

#endif
