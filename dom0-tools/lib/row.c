/* SPDX-License-Identifier: MIT */
/* row.c - formats the lines of `xl list`; see row.h. */
#include "dom0-tools/lib/row.h"

#include <stdio.h>

#include "dom0-tools/lib/config.h"

static uint32_t shutdown_reason(const dominfo *d)
{
    return (d->flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask;
}

static char shutdown_letter(const dominfo *d)
{
    static const char letters[] = "-rscwS";

    if (!(d->flags & XEN_DOMINF_shutdown))
        return '-';
    return shutdown_reason(d) < sizeof(letters) - 1 ?
               letters[shutdown_reason(d)] : '?';
}

void row_head(struct text *out, bool verbose)
{
    text_add(out, "Name                                        ID   Mem VCPUs"
             "\tState\tTime(s)");
    if (verbose)
        text_add(out, "   UUID                            Reason-Code"
                 "\tSecurity Label");
    text_add(out, "\n");
}

void row_domain(struct text *out, const char *name, const dominfo *d,
                bool verbose)
{
    char uuid[UUID_TEXT], reason[16] = "-";

    text_add(out, "%-40s %5d %5lu %5u     %c%c%c%c%c%c  %8.1f", name,
             d->domain == DOMID_INVALID ? -1 : (int)d->domain,
             (unsigned long)((d->tot_pages + d->outstanding_pages) / 256),
             d->nr_online_vcpus, d->flags & XEN_DOMINF_running ? 'r' : '-',
             d->flags & XEN_DOMINF_blocked ? 'b' : '-',
             d->flags & XEN_DOMINF_paused ? 'p' : '-',
             d->flags & XEN_DOMINF_shutdown ? 's' : '-', shutdown_letter(d),
             d->flags & XEN_DOMINF_dying ? 'd' : '-',
             (double)d->cpu_time / 1e9);
    if (verbose) {
        uuid_format(d->handle, uuid);
        if (d->flags & XEN_DOMINF_shutdown)
            snprintf(reason, sizeof(reason), "%x", shutdown_reason(d));
        text_add(out, " %s %8s %16s", uuid, reason, "-");
    }
    text_add(out, "\n");
}
