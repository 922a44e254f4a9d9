/* SPDX-License-Identifier: MIT */
/* info.c - xl info: the host and its hypervisor, as key : value lines. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "dom0-tools/cmd/cmd.h"

#define BUILD_ID_MAX 64

/* Only this field, its value alone; NULL: all. */
static const char *wanted;
static bool printed;

static void line(const char *key, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void line(const char *key, const char *fmt, ...)
{
    va_list ap;

    if (wanted && strcmp(wanted, key) != 0)
        return;
    printed = true;
    if (!wanted)
        printf("%-23s: ", key);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    printf("\n");
}

static void show_host(void)
{
    struct utsname u;

    if (uname(&u) < 0)
        return;
    line("host", "%s", u.nodename);
    line("release", "%s", u.release);
    line("version", "%s", u.version);
    line("machine", "%s", u.machine);
}

static void show_caps(const struct xen_sysctl_physinfo *p)
{
    static const struct {
        uint32_t all;
        const char *name;
    } caps[] = {
        { XEN_SYSCTL_PHYSCAP_pv, "pv" },
        { XEN_SYSCTL_PHYSCAP_hvm, "hvm" },
        { XEN_SYSCTL_PHYSCAP_hvm | XEN_SYSCTL_PHYSCAP_directio, "hvm_directio" },
        { XEN_SYSCTL_PHYSCAP_pv | XEN_SYSCTL_PHYSCAP_directio, "pv_directio" },
        { XEN_SYSCTL_PHYSCAP_hap, "hap" },
        { XEN_SYSCTL_PHYSCAP_shadow, "shadow" },
        { XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share, "iommu_hap_pt_share" },
        { XEN_SYSCTL_PHYSCAP_vmtrace, "vmtrace" },
        { XEN_SYSCTL_PHYSCAP_vpmu, "vpmu" },
        { XEN_SYSCTL_PHYSCAP_gnttab_v1, "gnttab-v1" },
        { XEN_SYSCTL_PHYSCAP_gnttab_v2, "gnttab-v2" },
    };
    struct text t = { 0 };
    size_t i;

    for (i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
        if ((p->capabilities & caps[i].all) == caps[i].all)
            text_add(&t, "%s%s", t.len ? " " : "", caps[i].name);
    line("virt_caps", "%s", t.s ? t.s : "");
    free(t.s);
}

static void show_machine(const struct xen_sysctl_physinfo *p)
{
    line("nr_cpus", "%u", p->nr_cpus);
    line("max_cpu_id", "%u", p->max_cpu_id);
    line("nr_nodes", "%u", p->nr_nodes);
    line("cores_per_socket", "%u", p->cores_per_socket);
    line("threads_per_core", "%u", p->threads_per_core);
    line("cpu_mhz", "%u.%03u", p->cpu_khz / 1000, p->cpu_khz % 1000);
    line("hw_caps", "%08x:%08x:%08x:%08x:%08x:%08x:%08x:%08x", p->hw_cap[0],
         p->hw_cap[1], p->hw_cap[2], p->hw_cap[3], p->hw_cap[4], p->hw_cap[5],
         p->hw_cap[6], p->hw_cap[7]);
    show_caps(p);
    line("total_memory", "%llu", (unsigned long long)p->total_pages / 256);
    line("free_memory", "%llu",
         (unsigned long long)(p->free_pages - p->outstanding_pages) / 256);
    line("sharing_freed_memory", "0");
    line("sharing_used_memory", "0");
    line("outstanding_claims", "%llu",
         (unsigned long long)p->outstanding_pages / 256);
    line("free_cpus", "0");
}

static const char *scheduler(struct hv *hv)
{
    static const char *const names[] = {
        [4] = "sedf", [5] = "credit", [6] = "credit2",
        [7] = "arinc653", [8] = "rtds", [9] = "null",
    };
    struct xen_sysctl op = { .cmd = XEN_SYSCTL_sched_id };

    if (hv_sysctl(hv, &op) < 0 || op.u.sched_id.sched_id < 4 ||
        op.u.sched_id.sched_id > 9)
        return "unknown";
    return names[op.u.sched_id.sched_id];
}

static void show_build_id(struct hv *hv)
{
    struct {
        uint32_t len;
        uint8_t bytes[BUILD_ID_MAX];
    } id = { .len = BUILD_ID_MAX };
    int i, n = hv_version(hv, XENVER_build_id, &id, sizeof(id));
    char hex[2 * BUILD_ID_MAX + 1] = "";

    for (i = 0; i < n && i < BUILD_ID_MAX; i++)
        sprintf(hex + 2 * i, "%02x", id.bytes[i]);
    line("build_id", "%s", hex);
}

static void show_hypervisor(struct hv *hv)
{
    xen_extraversion_t extra = "";
    xen_capabilities_info_t caps = "";
    xen_changeset_info_t change = "";
    xen_commandline_t cmdline = "";
    struct xen_compile_info cc = { .compiler = "" };
    struct xen_platform_parameters plat = { 0 };
    int version = hv_version(hv, XENVER_version, NULL, 0);

    hv_version(hv, XENVER_extraversion, extra, sizeof(extra));
    hv_version(hv, XENVER_capabilities, caps, sizeof(caps));
    hv_version(hv, XENVER_changeset, change, sizeof(change));
    hv_version(hv, XENVER_commandline, cmdline, sizeof(cmdline));
    hv_version(hv, XENVER_compile_info, &cc, sizeof(cc));
    hv_version(hv, XENVER_platform_parameters, &plat, sizeof(plat));
    line("xen_major", "%d", version >> 16);
    line("xen_minor", "%d", version & 0xffff);
    line("xen_extra", "%.16s", extra);
    line("xen_version", "%d.%d%.16s", version >> 16, version & 0xffff, extra);
    line("xen_caps", "%s", caps);
    line("xen_scheduler", "%s", scheduler(hv));
    line("xen_pagesize", "%d", hv_version(hv, XENVER_pagesize, NULL, 0));
    line("platform_params", "virt_start=0x%llx",
         (unsigned long long)plat.virt_start);
    line("xen_changeset", "%s", change);
    line("xen_commandline", "%s", cmdline);
    line("cc_compiler", "%s", cc.compiler);
    line("cc_compile_by", "%s", cc.compile_by);
    line("cc_compile_domain", "%s", cc.compile_domain);
    line("cc_compile_date", "%s", cc.compile_date);
    show_build_id(hv);
    line("xend_config_format", "4");
}

int cmd_info(int argc, char **argv)
{
    struct xen_sysctl_physinfo p;
    struct hv *hv;
    int c, rc;

    while ((c = getopt(argc, argv, "nh")) != -1)
        if (c != 'n')
            return usage("info");
    wanted = argv[optind];
    hv = hv_open();
    if (!hv)
        return 1;
    rc = hv_physinfo(hv, &p);
    if (rc < 0) {
        fail("the hypervisor does not describe the machine: %s",
             strerror(-rc));
    } else {
        show_host();
        show_machine(&p);
        show_hypervisor(hv);
    }
    hv_close(hv);
    if (rc == 0 && wanted && !printed)
        rc = fail("%s is no field of xl info", wanted);
    return rc < 0;
}
