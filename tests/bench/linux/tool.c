/* SPDX-License-Identifier: MIT */
/*
 * tool.c - in the control domain: `tool mark` is where a count begins; `tool native
 * DOMID` lets a domain read the TSC as it is, which not every toolstack sets.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xencall.h>
#include "public/domctl.h"
#include "tests/bench/mark.h"

static int native(unsigned domid)
{
    xencall_handle *xc = xencall_open(NULL, 0);
    struct xen_domctl *op;
    int rc;

    if (xc == NULL)
        return -1;
    op = xencall_alloc_buffer(xc, sizeof(*op));
    if (op == NULL)
        return -1;
    memset(op, 0, sizeof(*op));
    op->cmd = XEN_DOMCTL_settscinfo;
    op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    op->domain = (domid_t)domid;
    op->u.tsc_info.tsc_mode = 2;
    rc = xencall1(xc, __HYPERVISOR_domctl, (uint64_t)(uintptr_t)op);
    xencall_free_buffer(xc, op);
    xencall_close(xc);
    return rc;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "mark") == 0) {
        MARK(1);
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "native") == 0) {
        if (native((unsigned)strtoul(argv[2], NULL, 10)) == 0)
            return 0;
        fprintf(stderr, "tool: domain %s: %s\n", argv[2], strerror(errno));
        return 1;
    }
    fprintf(stderr, "tool: mark, or native DOMID\n");
    return 2;
}
