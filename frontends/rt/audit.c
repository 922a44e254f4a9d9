/* SPDX-License-Identifier: MIT */
/*
 * audit.c - asks our hypervisor to check every frame, grant and port, and reads in
 * its log what it found. Another hypervisor has no such key and is believed.
 */
#include "frontends/rt/rt.h"
#include "frontends/rt/private.h"
#include "public/sysctl.h"
#include "public/version.h"

static struct xen_sysctl op;
static uint32_t log_index;

static long sysctl(unsigned cmd)
{
    op.cmd = cmd;
    op.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    return hc_sysctl(&op);
}

uint64_t free_pages(void)
{
    expect_eq(0, sysctl(XEN_SYSCTL_physinfo), "physinfo");
    return op.u.physinfo.free_pages;
}

static bool contains(const char *text, const char *what)
{
    for (; *text != '\0'; text++) {
        if (strncmp(text, what, strlen(what)) == 0)
            return true;
    }
    return false;
}

/* What was logged since the last call, as much as fits. */
static void log_read(char *text, size_t size)
{
    memset(&op.u, 0, sizeof(op.u));
    op.u.readconsole.incremental = 1;
    op.u.readconsole.index = log_index;
    op.u.readconsole.count = (uint32_t)size - 1;
    set_xen_guest_handle(op.u.readconsole.buffer, text);
    text[0] = '\0';
    if (sysctl(XEN_SYSCTL_readconsole) == 0) {
        log_index = op.u.readconsole.index;
        text[op.u.readconsole.count] = '\0';
    }
}

bool on_splitring(void)
{
    xen_extraversion_t version = "";

    hc_xen_version(XENVER_extraversion, version);
    return contains(version, "splitring");
}

bool audit_is_clean(void)
{
    static char text[4096], key[] = "a";

    if (!on_splitring())
        return true;
    do
        log_read(text, sizeof(text));
    while (text[0] != '\0');
    memset(&op.u, 0, sizeof(op.u));
    set_xen_guest_handle(op.u.debug_keys.keys, key);
    op.u.debug_keys.nr_keys = 1;
    if (sysctl(XEN_SYSCTL_debug_keys) != 0)
        return false;
    log_read(text, sizeof(text));
    return contains(text, "audit: 0 faults");
}
