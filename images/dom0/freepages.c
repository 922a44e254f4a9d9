/* SPDX-License-Identifier: MIT */
/*
 * freepages.c - print the hypervisor's number of free pages, and nothing else.
 *
 * `xl info` rounds to MiB; the demonstration wants to see one page that leaks.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <xencall.h>

#include "public/xen.h"
#include "public/sysctl.h"

int main(void)
{
    struct xen_sysctl *ctl;
    xencall_handle *x;

    x = xencall_open(NULL, 0);
    if (!x) {
        perror("freepages: /dev/xen/hypercall");
        return 1;
    }
    ctl = xencall_alloc_buffer(x, sizeof(*ctl));
    if (!ctl) {
        perror("freepages: a buffer for the hypercall");
        return 1;
    }
    memset(ctl, 0, sizeof(*ctl));
    ctl->cmd = XEN_SYSCTL_physinfo;
    ctl->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    if (xencall1(x, __HYPERVISOR_sysctl, (uintptr_t)ctl) < 0) {
        perror("freepages: XEN_SYSCTL_physinfo");
        return 1;
    }
    printf("%" PRIu64 "\n", (uint64_t)ctl->u.physinfo.free_pages);
    xencall_free_buffer(x, ctl);
    xencall_close(x);
    return 0;
}
