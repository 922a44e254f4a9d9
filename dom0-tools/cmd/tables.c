/* SPDX-License-Identifier: MIT */
/*
 * tables.c - verbs that print a table each, column by column as stock xl
 * does: vcpu-list, uptime, block-list, network-list.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dom0-tools/cmd/cmd.h"
#include "dom0-tools/lib/config.h"

/* @each on the domains named, or on all. */
static int each_or_all(int argc, char **argv, const char *head,
                       int (*each)(struct tools *t, uint32_t domid, void *arg),
                       void *arg)
{
    struct tools t;
    dominfo *list;
    int i, n, rc = 0;

    if (head)
        printf("%s\n", head);
    if (argc)
        return for_domains(argc, argv, each, arg);
    if (tools_open(&t) < 0)
        return 1;
    n = hv_domain_list(t.hv, &list);
    for (i = 0; i < n; i++)
        if (each(&t, list[i].domain, arg) != 0)
            rc = 1;
    free(list);
    tools_close(&t);
    return n < 0 ? 1 : rc;
}

static char *name_or_null(struct tools *t, uint32_t domid)
{
    char *name = domain_name(t, domid);

    return name ? name : str_dup(domid ? "(null)" : "Domain-0");
}

/* A bitmap as "all", "none" or "0-3,5". */
static void print_cpus(const uint8_t *map, uint32_t cpus, uint32_t online)
{
    uint32_t i, from = 0, n = 0, set = 0;
    bool in = false;

    for (i = 0; i < cpus; i++)
        set += (map[i / 8] >> (i % 8)) & 1;
    if (set == 0 || set >= online) {
        printf("%s", set ? "all" : "none");
        return;
    }
    for (i = 0; i <= cpus; i++) {
        bool on = i < cpus && (map[i / 8] >> (i % 8) & 1);

        if (on && !in)
            from = i;
        if (!on && in) {
            printf("%s%u", n++ ? "," : "", from);
            if (i - 1 > from)
                printf("-%u", i - 1);
        }
        in = on;
    }
}

static void print_affinity(struct tools *t, uint32_t domid, uint32_t vcpu,
                           const struct xen_sysctl_physinfo *p)
{
    uint32_t cpus = p->max_cpu_id + 1, bytes = (cpus + 7) / 8;
    uint8_t *map = hv_buffer(t->hv, 2 * (size_t)bytes);
    struct xen_domctl op = {
        .cmd = XEN_DOMCTL_getvcpuaffinity,
        .domain = (domid_t)domid,
    };

    op.u.vcpuaffinity.vcpu = vcpu;
    op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT;
    op.u.vcpuaffinity.cpumap_hard.nr_bits = cpus;
    op.u.vcpuaffinity.cpumap_soft.nr_bits = cpus;
    set_xen_guest_handle(op.u.vcpuaffinity.cpumap_hard.bitmap, map);
    set_xen_guest_handle(op.u.vcpuaffinity.cpumap_soft.bitmap, map + bytes);
    if (hv_domctl(t->hv, &op) < 0)
        memset(map, 0xff, 2 * (size_t)bytes);
    print_cpus(map, cpus, p->nr_cpus);
    printf(" / ");
    print_cpus(map + bytes, cpus, p->nr_cpus);
    hv_buffer_free(t->hv, map);
}

static int show_vcpus(struct tools *t, uint32_t domid, void *arg)
{
    struct xen_sysctl_physinfo p = { 0 };
    char *name = name_or_null(t, domid);
    dominfo info;
    uint32_t i;

    (void)arg;
    if (hv_domain_info(t->hv, domid, &info) < 0)
        info.max_vcpu_id = XEN_INVALID_MAX_VCPU_ID;
    hv_physinfo(t->hv, &p);
    for (i = 0; info.max_vcpu_id != XEN_INVALID_MAX_VCPU_ID &&
                i <= info.max_vcpu_id; i++) {
        struct xen_domctl op = {
            .cmd = XEN_DOMCTL_getvcpuinfo,
            .domain = (domid_t)domid,
        };

        op.u.getvcpuinfo.vcpu = i;
        if (hv_domctl(t->hv, &op) < 0)
            continue;
        printf("%-32s %5u %5u", name, domid, i);
        if (op.u.getvcpuinfo.online)
            printf(" %4u %3c%c- ", op.u.getvcpuinfo.cpu,
                   op.u.getvcpuinfo.running ? 'r' : '-',
                   op.u.getvcpuinfo.blocked ? 'b' : '-');
        else
            printf(" %4c %3c%cp ", '-', '-', '-');
        printf("%9.1f  ", (double)op.u.getvcpuinfo.cpu_time / 1e9);
        print_affinity(t, domid, i, &p);
        printf("\n");
    }
    free(name);
    return 0;
}

int cmd_vcpu_list(int argc, char **argv)
{
    return each_or_all(argc - 1, argv + 1,
                       "Name                                ID  VCPU   CPU State"
                       "   Time(s) Affinity (Hard / Soft)", show_vcpus, NULL);
}

/* Seconds since the domain was started, by its /vm node. */
static long uptime_of(struct tools *t, uint32_t domid)
{
    char uuid[UUID_TEXT], *start;
    struct timespec up;
    dominfo info;
    long s;

    clock_gettime(CLOCK_BOOTTIME, &up);
    if (domid == 0 || hv_domain_info(t->hv, domid, &info) < 0)
        return up.tv_sec;
    uuid_format(info.handle, uuid);
    start = store_read(t->xs, "/vm/%s/start_time", uuid);
    s = start ? (long)time(NULL) - atol(start) : 0;
    free(start);
    return s < 0 ? 0 : s;
}

static int show_uptime(struct tools *t, uint32_t domid, void *arg)
{
    char *name = name_or_null(t, domid), days[32] = "";
    long s = uptime_of(t, domid);
    bool brief = *(bool *)arg;
    time_t now = time(NULL);
    struct tm tm;

    if (s >= 86400)
        snprintf(days, sizeof(days), "%ld day%s, ", s / 86400,
                 s >= 2 * 86400 ? "s" : "");
    if (brief) {
        localtime_r(&now, &tm);
        printf(" %02d:%02d:%02d up %s%2ld:%02ld, %s (%u)\n", tm.tm_hour,
               tm.tm_min, tm.tm_sec, days, s / 3600 % 24, s / 60 % 60, name,
               domid);
    } else {
        printf("%-33s %4u %s%2ld:%02ld:%02ld\n", name, domid, days,
               s / 3600 % 24, s / 60 % 60, s % 60);
    }
    free(name);
    return 0;
}

int cmd_uptime(int argc, char **argv)
{
    bool brief = false;
    int c;

    while ((c = getopt(argc, argv, "sh")) != -1) {
        if (c != 's')
            return usage("uptime");
        brief = true;
    }
    return each_or_all(argc - optind, argv + optind,
                       brief ? NULL :
                       "Name                                ID Uptime",
                       show_uptime, &brief);
}

/* A node as a number, -1 when there is none. */
static long node_number(struct tools *t, const char *dir, const char *key)
{
    char *v = store_read(t->xs, "%s/%s", dir, key);
    long n = v && *v ? atol(v) : -1;

    free(v);
    return n;
}

static void show_disk(struct tools *t, const char *vdev, const char *front,
                      const char *back)
{
    printf("%-5s %-3d %-6u %-5ld %-6ld %-8ld %-30s\n", vdev, 0, 1,
           node_number(t, front, "state"),
           node_number(t, front, "event-channel"),
           node_number(t, front, "ring-ref"), back);
}

static void show_card(struct tools *t, const char *index, const char *front,
                      const char *back)
{
    char *mac = store_read(t->xs, "%s/mac", back);
    long port = node_number(t, front, "event-channel");

    if (port < 0)
        port = node_number(t, front, "event-channel-tx");
    printf("%-3s %-2d %-17s %6s %5ld %6ld %5ld/%-11ld %-30s\n", index, 0,
           mac ? mac : "(null)", index, node_number(t, front, "state"), port,
           node_number(t, front, "tx-ring-ref"),
           node_number(t, front, "rx-ring-ref"), back);
    free(mac);
}

/* The devices of one type, by what /libxl says of them. */
static int show_devices(struct tools *t, uint32_t domid, void *type)
{
    unsigned int i, n;
    char **names = store_list(t->xs, &n, "/libxl/%u/device/%s", domid,
                              (char *)type);

    for (i = 0; i < n; i++) {
        char *front = store_read(t->xs, "/libxl/%u/device/%s/%s/frontend",
                                 domid, (char *)type, names[i]);
        char *back = store_read(t->xs, "/libxl/%u/device/%s/%s/backend", domid,
                                (char *)type, names[i]);

        if (front && back && strcmp(type, "vbd") == 0)
            show_disk(t, names[i], front, back);
        else if (front && back)
            show_card(t, names[i], front, back);
        free(front);
        free(back);
    }
    free(names);
    return 0;
}

int cmd_block_list(int argc, char **argv)
{
    if (argc < 2)
        return usage("block-list");
    return each_or_all(argc - 1, argv + 1,
                       "Vdev  BE  handle state evt-ch ring-ref BE-path"
                       "                       ", show_devices, "vbd");
}

int cmd_network_list(int argc, char **argv)
{
    if (argc < 2)
        return usage("network-list");
    return each_or_all(argc - 1, argv + 1,
                       "Idx BE Mac Addr.         handle state evt-ch   "
                       "tx-/rx-ring-ref BE-path                       ",
                       show_devices, "vif");
}
