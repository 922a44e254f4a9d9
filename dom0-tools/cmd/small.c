/* SPDX-License-Identifier: MIT */
/*
 * small.c - verbs of a few lines each: domid, domname, rename, sysrq, trigger,
 * mem-set, mem-max, debug-keys, dmesg.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dom0-tools/cmd/cmd.h"
#include "dom0-tools/lib/config.h"
#include "dom0-tools/lib/record.h"

#define LOG_CHUNK (64u << 10)
#define MAXMEM_SLACK_KIB 1024

int cmd_domid(int argc, char **argv)
{
    struct tools t;
    uint32_t domid;
    bool found;

    if (argc != 2)
        return usage("domid");
    if (tools_open(&t) < 0)
        return 1;
    found = domain_find_quietly(&t, argv[1], &domid);
    if (found)
        printf("%u\n", domid);
    else
        fprintf(stderr, "Can't get domid of domain name '%s', maybe this "
                "domain does not exist.\n", argv[1]);
    tools_close(&t);
    return !found;
}

int cmd_domname(int argc, char **argv)
{
    struct tools t;
    char *name = NULL;
    uint64_t domid;

    if (argc != 2)
        return usage("domname");
    if (!str_number(argv[1], 10, DOMID_FIRST_RESERVED - 1, &domid)) {
        fail("%s is no domain id", argv[1]);
        return 1;
    }
    if (tools_open(&t) < 0)
        return 1;
    name = domain_name(&t, (uint32_t)domid);
    tools_close(&t);
    if (!name) {
        fprintf(stderr, "Can't get domain name of domain id '%s', maybe this "
                "domain does not exist.\n", argv[1]);
        return 1;
    }
    printf("%s\n", name);
    free(name);
    return 0;
}

static int rename_to(struct tools *t, uint32_t domid, const char *name)
{
    char path[64], uuid[UUID_TEXT];
    struct record r;
    struct guest g;
    dominfo info;
    int lock;

    snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
    if (hv_domain_info(t->hv, domid, &info) < 0 ||
        !store_write(t->xs, path, name))
        return fail("domain %u: cannot be renamed", domid);
    uuid_format(info.handle, uuid);
    snprintf(path, sizeof(path), "/vm/%s/name", uuid);
    store_write(t->xs, path, name);
    if (!record_by_domid(domid, &r) || !record_load_guest(r.uuid, &g))
        return 0;
    lock = name_lock(r.name);
    snprintf(r.name, sizeof(r.name), "%s", name);
    free(g.name);
    g.name = str_dup(name);
    record_save_guest(&r, &g);
    if (lock >= 0)
        close(lock);
    guest_free(&g);
    return 0;
}

int cmd_rename(int argc, char **argv)
{
    const char *fault;
    uint32_t domid, other;
    struct tools t;
    int rc = 1;

    if (argc != 3)
        return usage("rename");
    fault = name_fault(argv[2]);
    if (fault) {
        fail("no guest can be called \"%s\": %s", argv[2], fault);
        return 1;
    }
    if (tools_open(&t) < 0)
        return 1;
    if (domain_find(&t, argv[1], &domid) == 0) {
        if (domain_find_quietly(&t, argv[2], &other))
            fail("domain %u is called %s already", other, argv[2]);
        else
            rc = rename_to(&t, domid, argv[2]) < 0;
    }
    tools_close(&t);
    return rc;
}

static int press(struct tools *t, uint32_t domid, void *letter)
{
    char path[64];

    snprintf(path, sizeof(path), "/local/domain/%u/control/sysrq", domid);
    if (!store_write(t->xs, path, letter))
        return fail("domain %u: cannot write its control/sysrq node", domid);
    return 0;
}

int cmd_sysrq(int argc, char **argv)
{
    if (argc != 3 || strlen(argv[2]) != 1)
        return usage("sysrq");
    return for_domains(1, argv + 1, press, argv[2]);
}

static int send_nmi(struct tools *t, uint32_t domid, void *vcpu)
{
    int rc = hv_domain_trigger(t->hv, domid, XEN_DOMCTL_SENDTRIGGER_NMI,
                               *(uint32_t *)vcpu);

    return rc < 0 ? fail("domain %u: the hypervisor does not send it an NMI: "
                         "%s", domid, strerror(-rc)) : 0;
}

int cmd_trigger(int argc, char **argv)
{
    uint64_t n = 0;
    uint32_t vcpu;

    if (argc < 3 || argc > 4 ||
        (argc == 4 && !str_number(argv[3], 10, 8191, &n)))
        return usage("trigger");
    if (strcmp(argv[2], "nmi") != 0) {
        fail("a PV guest takes the trigger nmi only, not %s", argv[2]);
        return 1;
    }
    vcpu = (uint32_t)n;
    return for_domains(1, argv + 1, send_nmi, &vcpu);
}

static bool set_node(struct tools *t, uint32_t domid, const char *node,
                     uint64_t kib)
{
    char path[64];

    snprintf(path, sizeof(path), "/local/domain/%u/memory/%s", domid, node);
    return store_writef(t->xs, path, "%llu", (unsigned long long)kib);
}

static int limit_memory(struct tools *t, uint32_t domid, void *arg)
{
    uint64_t kib = *(uint64_t *)arg;
    char *target = store_read(t->xs, "/local/domain/%u/memory/target", domid);
    uint64_t now = 0;
    int rc;

    if (target)
        str_number(target, 10, UINT64_MAX, &now);
    free(target);
    if (kib < now)
        return fail("domain %u: it uses %llu MiB now; lower that first with xl "
                    "mem-set", domid, (unsigned long long)now >> 10);
    rc = hv_domain_max_mem(t->hv, domid, kib + MAXMEM_SLACK_KIB);
    if (rc < 0)
        return fail("domain %u: the hypervisor refuses the limit: %s", domid,
                    strerror(-rc));
    return set_node(t, domid, "static-max", kib) ? 0 :
           fail("domain %u: cannot write its memory/static-max node", domid);
}

static int aim_memory(struct tools *t, uint32_t domid, void *arg)
{
    uint64_t kib = *(uint64_t *)arg, max = 0;
    char *v = store_read(t->xs, "/local/domain/%u/memory/static-max", domid);
    int rc = 0;

    if (v)
        str_number(v, 10, UINT64_MAX, &max);
    free(v);
    if (max && kib > max)
        return fail("domain %u: %llu MiB is above its maxmem of %llu", domid,
                    (unsigned long long)kib >> 10,
                    (unsigned long long)max >> 10);
    if (domid)
        rc = hv_domain_max_mem(t->hv, domid, kib + MAXMEM_SLACK_KIB);
    if (rc < 0)
        return fail("domain %u: the hypervisor refuses the limit: %s", domid,
                    strerror(-rc));
    return set_node(t, domid, "target", kib) ? 0 :
           fail("domain %u: cannot write its memory/target node", domid);
}

static int memory_verb(int argc, char **argv,
                       int (*each)(struct tools *t, uint32_t d, void *arg))
{
    uint64_t kib;

    if (argc != 3)
        return usage(argv[0]);
    if (!parse_memory(argv[2], &kib) || kib < 4096) {
        fail("%s is no amount of memory: at least 4m, with a unit of b, k, m, "
             "g or t", argv[2]);
        return 1;
    }
    return for_domains(1, argv + 1, each, &kib);
}

int cmd_mem_set(int argc, char **argv)
{
    argv[0] = "mem-set";
    return memory_verb(argc, argv, aim_memory);
}

int cmd_mem_max(int argc, char **argv)
{
    argv[0] = "mem-max";
    return memory_verb(argc, argv, limit_memory);
}

int cmd_debug_keys(int argc, char **argv)
{
    struct xen_sysctl op = { .cmd = XEN_SYSCTL_debug_keys };
    struct hv *hv;
    size_t n;
    char *buf;
    int rc;

    if (argc != 2 || !*argv[1])
        return usage("debug-keys");
    hv = hv_open();
    if (!hv)
        return 1;
    n = strlen(argv[1]);
    buf = hv_buffer(hv, n);
    memcpy(buf, argv[1], n);
    op.u.debug_keys.nr_keys = (uint32_t)n;
    set_xen_guest_handle(op.u.debug_keys.keys, buf);
    rc = hv_sysctl(hv, &op);
    if (rc < 0)
        fail("the hypervisor does not take the keys: %s", strerror(-rc));
    hv_buffer_free(hv, buf);
    hv_close(hv);
    return rc < 0;
}

int cmd_dmesg(int argc, char **argv)
{
    bool clear = false;
    uint32_t index = 0;
    struct hv *hv;
    char *buf;
    int c, rc;

    while ((c = getopt(argc, argv, "ch")) != -1) {
        if (c != 'c')
            return usage("dmesg");
        clear = true;
    }
    hv = hv_open();
    if (!hv)
        return 1;
    buf = hv_buffer(hv, LOG_CHUNK);
    for (;;) {
        struct xen_sysctl op = { .cmd = XEN_SYSCTL_readconsole };

        op.u.readconsole.incremental = 1;
        op.u.readconsole.index = index;
        op.u.readconsole.count = LOG_CHUNK;
        set_xen_guest_handle(op.u.readconsole.buffer, buf);
        rc = hv_sysctl(hv, &op);
        if (rc < 0 || op.u.readconsole.count == 0 ||
            op.u.readconsole.count > LOG_CHUNK)
            break;
        fwrite(buf, 1, op.u.readconsole.count, stdout);
        index = op.u.readconsole.index;
    }
    if (rc == 0 && clear) {
        struct xen_sysctl op = { .cmd = XEN_SYSCTL_readconsole };

        op.u.readconsole.clear = 1;
        op.u.readconsole.count = LOG_CHUNK;
        set_xen_guest_handle(op.u.readconsole.buffer, buf);
        rc = hv_sysctl(hv, &op);
    }
    if (rc < 0)
        fail("the hypervisor does not give its log: %s", strerror(-rc));
    hv_buffer_free(hv, buf);
    hv_close(hv);
    return rc < 0;
}
