/* SPDX-License-Identifier: MIT */
/* config.c - what the keys of xl.cfg mean for a PV guest; see config.h. */
#include "dom0-tools/lib/config.h"

#include <stdlib.h>
#include <string.h>

#include "dom0-tools/lib/say.h"

#define CMDLINE_MAX 1023u
#define MEMORY_MAX_MIB (1u << 24)

/* Keys that only other kinds of guests have a use for. */
static const char *const other_kinds[] = {
    "acpi", "acpi_firmware", "acpi_s3", "acpi_s4", "altp2m", "apic", "bios",
    "bios_path_override", "boot", "cpuid", "device_model_args",
    "device_model_args_fv", "device_model_args_hvm", "device_model_args_pv",
    "device_model_override", "device_model_stubdomain_override",
    "device_model_user", "device_model_version", "dma_restrict", "gfx_passthru",
    "hap", "hdtype", "hpet", "keymap", "mmio_hole", "ms_vm_genid", "nestedhvm",
    "nographic", "nx", "opengl", "pae", "parallel", "pci", "rdm", "sdl",
    "serial", "shadow_memory", "smbios_firmware", "soundhw", "spice",
    "spicehost", "spicepasswd", "spiceport", "stdvga", "stubdomain_memory",
    "usb", "usbctrl", "usbdev", "usbdevice", "usbversion", "vendor_device",
    "vga", "videoram", "viridian", "vkb", "vnc", "vncconsole", "vncdisplay",
    "vnclisten", "vncpasswd", "vncunused", "vpt_align", "vtpm", "xen_platform_pci",
};

/* Keys that mean something for PV, which this toolstack does not act on. */
static const char *const not_served[] = {
    "bootloader", "bootloader_args", "cap", "channel", "claim_mode",
    "cpu_weight", "cpus_soft", "cpupool", "driver_domain", "e820_host",
    "firmware", "init_seclabel", "iomem", "ioports", "irqs", "localtime",
    "max_grant_version", "nodes", "nomigrate", "on_soft_reset", "on_watchdog",
    "p9", "passthrough", "pool", "rtc_timeoffset", "sched", "seclabel",
    "timer_mode", "vdispl", "vfb", "vnuma", "vsnd", "vuart",
};

static const char *const after_names[] = {
    [AFTER_DESTROY] = "destroy",
    [AFTER_RESTART] = "restart",
    [AFTER_RENAME_RESTART] = "rename-restart",
    [AFTER_PRESERVE] = "preserve",
};

static const char *const tsc_names[] = { "default", "always_emulate", "native" };

const char *after_name(enum after a)
{
    return after_names[a];
}

static int bad_kind(const struct cfg_entry *e, const char *want)
{
    return cfg_fail(e, e->line, e->col, "%s wants %s", e->key, want);
}

/* The entry's string, or *out untouched when there is no such key. */
static int take_string(struct cfg *cfg, const char *key, char **out)
{
    struct cfg_entry *e = cfg_find(cfg, key);

    if (!e)
        return 0;
    if (e->kind != CFG_STRING)
        return bad_kind(e, "a string in quotes");
    free(*out);
    *out = str_dup(e->one.text);
    return 0;
}

/* A number, in quotes or not. */
static int take_number(struct cfg *cfg, const char *key, uint64_t min,
                       uint64_t max, uint64_t *out, bool *given)
{
    struct cfg_entry *e = cfg_find(cfg, key);
    uint64_t v;

    if (given)
        *given = e != NULL;
    if (!e)
        return 0;
    if (e->kind == CFG_LIST || !str_number(e->one.text, 0, UINT64_MAX, &v))
        return bad_kind(e, "a number that is not negative");
    if (v < min || v > max)
        return cfg_fail(e, e->one.line, e->one.col,
                        "%s is %llu, outside %llu to %llu", key,
                        (unsigned long long)v, (unsigned long long)min,
                        (unsigned long long)max);
    *out = v;
    return 0;
}

static int take_after(struct cfg *cfg, const char *key, enum after *out)
{
    struct cfg_entry *e = cfg_find(cfg, key);
    const char *v;
    unsigned int i;

    if (!e)
        return 0;
    if (e->kind != CFG_STRING)
        return bad_kind(e, "a string in quotes");
    v = e->one.text;
    if (str_has_prefix(v, "coredump-")) {
        warn("%s:%d:%d: %s: no core is dumped", e->file, e->one.line,
             e->one.col, v);
        v += strlen("coredump-");
    }
    for (i = 0; i < sizeof(after_names) / sizeof(after_names[0]); i++)
        if (strcmp(v, after_names[i]) == 0) {
            *out = (enum after)i;
            return 0;
        }
    return cfg_fail(e, e->one.line, e->one.col, "%s is one of destroy, restart, "
                    "rename-restart and preserve, not %s", key, e->one.text);
}

static bool listed(const char *const *list, size_t n, const char *key)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (strcmp(list[i], key) == 0)
            return true;
    return false;
}

/* One line per key that changes nothing. */
static void warn_unused(const struct cfg *cfg)
{
    size_t i;

    for (i = 0; i < cfg->len; i++) {
        const struct cfg_entry *e = &cfg->entry[i];
        const char *why = "no key is called so";

        if (e->used)
            continue;
        if (listed(other_kinds, sizeof(other_kinds) / sizeof(*other_kinds),
                   e->key))
            why = "it is for HVM guests or passthrough";
        else if (listed(not_served, sizeof(not_served) / sizeof(*not_served),
                        e->key))
            why = "this toolstack does not act on it";
        warn("%s:%d:%d: %s is ignored: %s", e->file, e->line, e->col, e->key,
             why);
    }
}

static int take_kind(struct cfg *cfg)
{
    static const char *const keys[] = { "type", "builder", "loader" };
    unsigned int i;

    for (i = 0; i < 3; i++) {
        struct cfg_entry *e = cfg_find(cfg, keys[i]);

        if (!e)
            continue;
        if (e->kind != CFG_STRING)
            return bad_kind(e, "a string in quotes");
        if (strcmp(e->one.text, i == 0 ? "pv" : "generic") != 0 &&
            !(i == 1 && strcmp(e->one.text, "linux") == 0))
            return cfg_fail(e, e->one.line, e->one.col, "only PV guests are "
                            "hosted here, not %s=\"%s\"; use type=\"pv\" with "
                            "a PV kernel", keys[i], e->one.text);
    }
    return 0;
}

static int take_identity(struct cfg *cfg, struct guest *g)
{
    struct cfg_entry *e = cfg_find(cfg, "name");
    const char *fault;

    if (!e)
        return fail("%s: name is missing; add name=\"...\"",
                    cfg->files ? cfg->file[0] : "configuration");
    if (take_string(cfg, "name", &g->name) < 0)
        return -1;
    fault = name_fault(g->name);
    if (fault)
        return cfg_fail(e, e->one.line, e->one.col,
                        "no guest can be called \"%s\": %s", g->name, fault);
    e = cfg_find(cfg, "uuid");
    if (!e) {
        uuid_random(g->uuid);
        return 0;
    }
    if (e->kind != CFG_STRING || !uuid_parse(e->one.text, g->uuid))
        return cfg_fail(e, e->one.line, e->one.col,
                        "uuid is not of the form "
                        "01234567-89ab-cdef-0123-456789abcdef");
    return 0;
}

static int take_boot(struct cfg *cfg, struct guest *g)
{
    char *root = NULL, *extra = NULL;
    struct cfg_entry *e;
    int rc = -1;

    if (take_string(cfg, "kernel", &g->kernel) < 0 ||
        take_string(cfg, "ramdisk", &g->ramdisk) < 0 ||
        take_string(cfg, "cmdline", &g->cmdline) < 0 ||
        take_string(cfg, "root", &root) < 0 ||
        take_string(cfg, "extra", &extra) < 0)
        goto out;
    if (!g->kernel) {
        rc = fail("%s: kernel is missing; add kernel=\"/path/to/vmlinuz\"%s",
                  cfg->file[0], cfg_find(cfg, "bootloader") ?
                  " (boot loaders are not run by this toolstack)" : "");
        goto out;
    }
    if (g->cmdline && (root || extra))
        warn("%s: cmdline is given, so root and extra are ignored",
             cfg->file[0]);
    if (!g->cmdline)
        g->cmdline = str_fmt("%s%s%s%s", root ? "root=" : "", root ? root : "",
                             root && extra ? " " : "", extra ? extra : "");
    if (strlen(g->cmdline) > CMDLINE_MAX) {
        e = cfg_find(cfg, "cmdline");
        e = e ? e : cfg_find(cfg, extra ? "extra" : "root");
        rc = cfg_fail(e, e->line, e->col, "the command line has %zu bytes; a PV "
                      "guest takes %u", strlen(g->cmdline), CMDLINE_MAX);
        goto out;
    }
    rc = 0;
out:
    free(root);
    free(extra);
    return rc;
}

static int take_size(struct cfg *cfg, struct guest *g)
{
    uint64_t mem = 32, maxmem, vcpus = 1, maxvcpus, grants = 0, tracks = 0;
    uint64_t ports = 1023;
    bool given, more, has_grants, has_tracks;
    struct cfg_entry *e;

    if (take_number(cfg, "memory", 4, MEMORY_MAX_MIB, &mem, &given) < 0)
        return -1;
    maxmem = mem;
    if (take_number(cfg, "maxmem", 4, MEMORY_MAX_MIB, &maxmem, &more) < 0)
        return -1;
    if (!given && more)
        mem = maxmem;
    if (!given && !more)
        return fail("%s: memory is missing; add memory=MiB", cfg->file[0]);
    e = cfg_find(cfg, "maxmem");
    if (maxmem < mem)
        return cfg_fail(e, e->line, e->col, "maxmem is below memory");
    if (take_number(cfg, "vcpus", 1, GUEST_VCPUS, &vcpus, NULL) < 0)
        return -1;
    maxvcpus = vcpus;
    if (take_number(cfg, "maxvcpus", 1, GUEST_VCPUS, &maxvcpus, NULL) < 0)
        return -1;
    e = cfg_find(cfg, "maxvcpus");
    if (maxvcpus < vcpus)
        return cfg_fail(e, e->line, e->col, "maxvcpus is below vcpus");
    if (take_number(cfg, "max_grant_frames", 1, 1024, &grants, &has_grants) < 0 ||
        take_number(cfg, "max_maptrack_frames", 0, 65536, &tracks,
                    &has_tracks) < 0 ||
        take_number(cfg, "max_event_channels", 1, 0x7fffffff, &ports, NULL) < 0)
        return -1;
    g->memory_kib = mem << 10;
    g->maxmem_kib = maxmem << 10;
    g->vcpus = (uint32_t)vcpus;
    g->maxvcpus = (uint32_t)maxvcpus;
    g->max_grant_frames = has_grants ? (int32_t)grants : -1;
    g->max_maptrack_frames = has_tracks ? (int32_t)tracks : -1;
    g->max_event_channels = (uint32_t)ports;
    return 0;
}

/* By name, or by its number in the interface. */
static int take_tsc_mode(struct cfg *cfg, struct guest *g)
{
    const uint32_t n = sizeof(tsc_names) / sizeof(tsc_names[0]);
    struct cfg_entry *e = cfg_find(cfg, "tsc_mode");
    uint64_t v;

    if (!e)
        return 0;
    if (e->kind == CFG_LIST)
        return bad_kind(e, "one of its modes");
    for (v = 0; v < n && strcmp(tsc_names[v], e->one.text) != 0; v++)
        continue;
    if (v == n && !str_number(e->one.text, 0, n - 1, &v))
        return cfg_fail(e, e->one.line, e->one.col, "tsc_mode is one of default, "
                        "always_emulate and native, not %s", e->one.text);
    g->tsc_mode = (uint32_t)v;
    return 0;
}

const char *tsc_mode_name(uint32_t mode)
{
    return tsc_names[mode];
}

/* cpus = "0-3" or [ "0", 2 ]: kept as one text. */
static int take_cpus(struct cfg *cfg, struct guest *g)
{
    struct cfg_entry *e = cfg_find(cfg, "cpus");
    uint8_t map[4096 / 8];
    struct text t = { 0 };
    size_t i;

    if (!e)
        return 0;
    if (e->kind == CFG_LIST)
        for (i = 0; i < e->list_len; i++)
            text_add(&t, "%s%s", i ? "," : "", e->list[i].text);
    else
        text_add(&t, "%s", e->one.text);
    g->cpus = t.s;
    if (!t.s || !cpus_parse(t.s, map, 4096))
        return cfg_fail(e, e->line, e->col, "cpus is a list such as "
                        "\"0-3,5,^2\" or \"all\"");
    return 0;
}

static int take_disks(struct cfg *cfg, struct guest *g)
{
    struct cfg_entry *e = cfg_find(cfg, "disk");
    size_t i, j;

    if (!e)
        return 0;
    if (e->kind != CFG_LIST)
        return bad_kind(e, "a list: [ 'phy:/dev/x,xvda,w' ]");
    if (e->list_len > GUEST_DISKS)
        return cfg_fail(e, e->line, e->col, "%zu disks; a guest has at most %d",
                        e->list_len, GUEST_DISKS);
    g->disk = mem_zalloc(e->list_len, sizeof(*g->disk));
    for (i = 0; i < e->list_len; i++) {
        if (disk_parse(e, &e->list[i], &g->disk[i]) < 0)
            return -1;
        g->disks++;
        for (j = 0; j < i; j++)
            if (g->disk[j].number == g->disk[i].number)
                return cfg_fail(e, e->list[i].line, e->list[i].col,
                                "two disks are called %s", g->disk[i].vdev);
    }
    return 0;
}

static int take_vifs(struct cfg *cfg, struct guest *g)
{
    struct cfg_entry *e = cfg_find(cfg, "vif");
    size_t i, j;

    if (!e)
        return 0;
    if (e->kind != CFG_LIST)
        return bad_kind(e, "a list: [ 'bridge=xenbr0' ]");
    if (e->list_len > GUEST_VIFS)
        return cfg_fail(e, e->line, e->col, "%zu network cards; a guest has at "
                        "most %d", e->list_len, GUEST_VIFS);
    g->vif = mem_zalloc(e->list_len, sizeof(*g->vif));
    for (i = 0; i < e->list_len; i++) {
        if (vif_parse(e, &e->list[i], &g->vif[i]) < 0)
            return -1;
        g->vifs++;
        if (!g->vif[i].has_mac)
            mac_derive(g->uuid, (unsigned int)i, g->vif[i].mac);
        for (j = 0; j < i; j++)
            if (memcmp(g->vif[j].mac, g->vif[i].mac, 6) == 0)
                return cfg_fail(e, e->list[i].line, e->list[i].col,
                                "two network cards have the same MAC address");
    }
    return 0;
}

int guest_from_cfg(struct cfg *cfg, struct guest *g)
{
    memset(g, 0, sizeof(*g));
    g->on_poweroff = AFTER_DESTROY;
    g->on_reboot = AFTER_RESTART;
    g->on_crash = AFTER_DESTROY;
    if (take_kind(cfg) < 0 || take_identity(cfg, g) < 0 ||
        take_boot(cfg, g) < 0 || take_size(cfg, g) < 0 ||
        take_cpus(cfg, g) < 0 || take_tsc_mode(cfg, g) < 0 || take_disks(cfg, g) < 0 ||
        take_vifs(cfg, g) < 0 ||
        take_after(cfg, "on_poweroff", &g->on_poweroff) < 0 ||
        take_after(cfg, "on_reboot", &g->on_reboot) < 0 ||
        take_after(cfg, "on_crash", &g->on_crash) < 0) {
        guest_free(g);
        return -1;
    }
    warn_unused(cfg);
    return 0;
}

void guest_free(struct guest *g)
{
    unsigned int i;

    for (i = 0; i < g->disks; i++)
        disk_free(&g->disk[i]);
    for (i = 0; i < g->vifs; i++)
        vif_free(&g->vif[i]);
    free(g->disk);
    free(g->vif);
    free(g->name);
    free(g->kernel);
    free(g->ramdisk);
    free(g->cmdline);
    free(g->cpus);
    memset(g, 0, sizeof(*g));
}

/* A string as cfg.c reads it back. */
static void add_quoted(struct text *t, const char *s)
{
    text_add(t, "\"");
    for (; *s; s++) {
        if (*s == '\n')
            text_add(t, "\\n");
        else if (*s == '"' || *s == '\\')
            text_add(t, "\\%c", *s);
        else
            text_add(t, "%c", *s);
    }
    text_add(t, "\"");
}

static void add_key(struct text *t, const char *key, const char *value)
{
    if (!value)
        return;
    text_add(t, "%s = ", key);
    add_quoted(t, value);
    text_add(t, "\n");
}

static void add_devices(struct text *t, const struct guest *g)
{
    char mac[MAC_TEXT];
    unsigned int i;

    text_add(t, "disk = [\n");
    for (i = 0; i < g->disks; i++) {
        const struct disk *d = &g->disk[i];
        char *s = str_fmt("vdev=%s,access=%s%s%s%s%s,target=%s", d->vdev,
                          d->readonly ? "r" : "w",
                          d->removable ? ",devtype=cdrom" : "",
                          d->direct_io_safe ? ",direct-io-safe" : "",
                          d->discard ? "" : ",no-discard",
                          d->trusted ? "" : ",trusted=0",
                          d->path);

        text_add(t, "  ");
        add_quoted(t, s);
        text_add(t, ",\n");
        free(s);
    }
    text_add(t, "]\nvif = [\n");
    for (i = 0; i < g->vifs; i++) {
        const struct vif *v = &g->vif[i];
        struct text s = { 0 };

        mac_format(v->mac, mac);
        text_add(&s, "mac=%s", mac);
        if (v->bridge)
            text_add(&s, ",bridge=%s", v->bridge);
        if (v->ip)
            text_add(&s, ",ip=%s", v->ip);
        if (v->script)
            text_add(&s, ",script=%s", v->script);
        if (v->name)
            text_add(&s, ",vifname=%s", v->name);
        if (v->rate)
            text_add(&s, ",rate=%s", v->rate);
        if (v->mtu)
            text_add(&s, ",mtu=%u", v->mtu);
        if (!v->trusted)
            text_add(&s, ",trusted=0");
        text_add(t, "  ");
        add_quoted(t, s.s);
        text_add(t, ",\n");
        free(s.s);
    }
    text_add(t, "]\n");
}

char *guest_to_cfg(const struct guest *g)
{
    struct text t = { 0 };
    char uuid[UUID_TEXT];

    uuid_format(g->uuid, uuid);
    add_key(&t, "type", "pv");
    add_key(&t, "name", g->name);
    add_key(&t, "uuid", uuid);
    add_key(&t, "kernel", g->kernel);
    add_key(&t, "ramdisk", g->ramdisk);
    add_key(&t, "cmdline", g->cmdline);
    text_add(&t, "memory = %llu\nmaxmem = %llu\nvcpus = %u\nmaxvcpus = %u\n",
             (unsigned long long)g->memory_kib >> 10,
             (unsigned long long)g->maxmem_kib >> 10, g->vcpus, g->maxvcpus);
    add_key(&t, "cpus", g->cpus);
    if (g->max_grant_frames >= 0)
        text_add(&t, "max_grant_frames = %d\n", g->max_grant_frames);
    if (g->max_maptrack_frames >= 0)
        text_add(&t, "max_maptrack_frames = %d\n", g->max_maptrack_frames);
    text_add(&t, "max_event_channels = %u\n", g->max_event_channels);
    add_key(&t, "tsc_mode", tsc_mode_name(g->tsc_mode));
    add_devices(&t, g);
    add_key(&t, "on_poweroff", after_name(g->on_poweroff));
    add_key(&t, "on_reboot", after_name(g->on_reboot));
    add_key(&t, "on_crash", after_name(g->on_crash));
    return t.s;
}
