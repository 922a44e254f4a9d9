/* SPDX-License-Identifier: MIT */
/* domctl.c - asks by XEN_SYSCTL_getdomaininfolist, one domain at a time. */
#include <stdio.h>
#include <string.h>
#include <xencall.h>

#include "domctl.h"
#include "public/sysctl.h"

static xencall_handle *call;
static xen_sysctl_t *op;        /* both in memory that hypercalls can reach */
static xen_domctl_getdomaininfo_t *info;

int domctl_open(void)
{
    call = xencall_open(NULL, 0);
    if (!call)
        return -1;
    op = xencall_alloc_buffer(call, sizeof(*op));
    info = xencall_alloc_buffer(call, sizeof(*info));
    return op && info ? 0 : -1;
}

void domctl_close(void)
{
    if (!call)
        return;
    xencall_free_buffer(call, info);
    xencall_free_buffer(call, op);
    xencall_close(call);
    call = NULL;
}

enum dom_state domctl_state(unsigned int domid)
{
    memset(op, 0, sizeof(*op));
    op->cmd = XEN_SYSCTL_getdomaininfolist;
    op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    op->u.getdomaininfolist.first_domain = (domid_t)domid;
    op->u.getdomaininfolist.max_domains = 1;
    set_xen_guest_handle(op->u.getdomaininfolist.buffer, info);
    if (xencall1(call, __HYPERVISOR_sysctl, (uintptr_t)op) < 0) {
        perror("xenstored: getdomaininfolist");
        return DOM_RUNNING;
    }
    if (op->u.getdomaininfolist.num_domains != 1 || info->domain != domid)
        return DOM_GONE;
    if (info->flags & XEN_DOMINF_dying)
        return DOM_DYING;
    return info->flags & XEN_DOMINF_shutdown ? DOM_SHUT : DOM_RUNNING;
}
