/* SPDX-License-Identifier: MIT */
/*
 * hvlog.c - reads the hypervisor's console ring when it says there is more.
 */
#include "backends/console/hvlog.h"

#include <errno.h>
#include <string.h>
#include <xencall.h>

#include "backends/common/log.h"
#include "public/sysctl.h"
#include "public/xen.h"

#define TEXT_SIZE 16384u

/* One page for the call itself, the rest for what it brings. */
static uint32_t hvlog_read(struct hvlog *h)
{
    struct xen_sysctl *op = h->buf;
    char *text = (char *)h->buf + 4096;

    memset(op, 0, sizeof(*op));
    op->cmd = XEN_SYSCTL_readconsole;
    op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    op->u.readconsole.incremental = 1;
    op->u.readconsole.index = h->index;
    op->u.readconsole.count = TEXT_SIZE;
    set_xen_guest_handle(op->u.readconsole.buffer, text);
    if (xencall1(h->call, __HYPERVISOR_sysctl, (uint64_t)(uintptr_t)op) < 0) {
        fail(errno, "cannot read the hypervisor's console: %m");
        return 0;
    }
    h->index = op->u.readconsole.index;
    logfile_add(&h->log, text, op->u.readconsole.count);
    return op->u.readconsole.count;
}

int hvlog_open(struct hvlog *h, struct console_env *env)
{
    int port;

    h->env = env;
    h->call = xencall_open(NULL, 0);
    if (!h->call)
        return fail(errno, "cannot open /dev/xen/privcmd: %m");
    h->buf = xencall_alloc_buffer(h->call, 4096 + TEXT_SIZE);
    if (!h->buf)
        return fail(ENOMEM, "no memory for the hypervisor's console");
    if (logfile_open(&h->log, env->log_dir, "hypervisor.log") < 0)
        return -EIO;
    port = xen_bind_virq(&env->xen, VIRQ_CON_RING);
    if (port < 0)
        return port;
    h->port = (uint32_t)port;
    while (hvlog_read(h) > 0)
        continue;
    return 0;
}

bool hvlog_event(struct hvlog *h, uint32_t port)
{
    if (!h->call || port != h->port)
        return false;
    xen_unmask(&h->env->xen, port);
    while (hvlog_read(h) > 0)
        continue;
    return true;
}
