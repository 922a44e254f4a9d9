/* SPDX-License-Identifier: MIT */
/* vcpu.c - xl vcpu-set and vcpu-pin: how many vcpus run, and where. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/cmd/cmd.h"
#include "dom0-tools/lib/config.h"

#define CPUS_MAX 4096u

static int vcpus_of(struct tools *t, uint32_t domid, uint32_t *n)
{
    dominfo info;
    int rc = hv_domain_info(t->hv, domid, &info);

    if (rc < 0 || info.max_vcpu_id == XEN_INVALID_MAX_VCPU_ID)
        return fail("domain %u: it has no vcpus", domid);
    *n = info.max_vcpu_id + 1;
    return 0;
}

static int set_count(struct tools *t, uint32_t domid, void *arg)
{
    uint32_t want = *(uint32_t *)arg, n = 0, i;
    char path[96];

    if (vcpus_of(t, domid, &n) < 0)
        return -1;
    if (want > n)
        return fail("domain %u: it was created with at most %u vcpus (maxvcpus)",
                    domid, n);
    for (i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "/local/domain/%u/cpu/%u/availability",
                 domid, i);
        if (!store_write(t->xs, path, i < want ? "online" : "offline"))
            return fail("domain %u: cannot write its cpu/%u node", domid, i);
    }
    return 0;
}

int cmd_vcpu_set(int argc, char **argv)
{
    uint32_t want;
    uint64_t n;
    int c;

    while ((c = getopt(argc, argv, "ih")) != -1)
        if (c != 'i')
            return usage("vcpu-set");
    if (argc - optind != 2 || !str_number(argv[optind + 1], 10, 8192, &n) ||
        n == 0)
        return usage("vcpu-set");
    want = (uint32_t)n;
    return for_domains(1, argv + optind, set_count, &want);
}

struct pin {
    const char *vcpu, *cpus;
};

static int pin(struct tools *t, uint32_t domid, void *arg)
{
    struct pin *p = arg;
    bool all = strcmp(p->vcpu, "all") == 0;
    struct xen_sysctl_physinfo host;
    uint8_t map[CPUS_MAX / 8];
    uint64_t first = 0;
    uint32_t n = 0, i;
    int rc = hv_physinfo(t->hv, &host);

    if (rc < 0 || vcpus_of(t, domid, &n) < 0)
        return -1;
    if (!all && !str_number(p->vcpu, 10, n - 1, &first))
        return fail("domain %u: %s is none of its vcpus 0 to %u, nor \"all\"",
                    domid, p->vcpu, n - 1);
    if (host.max_cpu_id >= CPUS_MAX ||
        !cpus_parse(p->cpus, map, host.max_cpu_id + 1))
        return fail("%s is no list of this host's CPUs 0 to %u, such as "
                    "\"0-1,^1\" or \"all\"", p->cpus, host.max_cpu_id);
    for (i = (uint32_t)first; rc == 0 && i < (all ? n : first + 1); i++)
        rc = hv_vcpu_affinity(t->hv, domid, i, map, host.max_cpu_id + 1);
    return rc < 0 ? fail("domain %u: the hypervisor does not pin its vcpus: %s",
                         domid, strerror(-rc)) : 0;
}

int cmd_vcpu_pin(int argc, char **argv)
{
    struct pin p;
    int c;

    while ((c = getopt(argc, argv, "fh")) != -1)
        if (c != 'f')
            return usage("vcpu-pin");
    if (argc - optind != 3)
        return usage("vcpu-pin");
    p = (struct pin){ argv[optind + 1], argv[optind + 2] };
    return for_domains(1, argv + optind, pin, &p);
}
