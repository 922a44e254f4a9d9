/* SPDX-License-Identifier: MIT */
/* json.c - a guest's configuration as JSON, with the keys of stock xl. */
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/cmd/cmd.h"
#include "dom0-tools/lib/config.h"

/* An object or list being written: what stands before the next member. */
struct json {
    struct text *out;
    int depth, base;
    bool first;
};

static void next(struct json *j)
{
    text_add(j->out, "%s%*s", j->first ? "\n" : ",\n",
             j->base + 4 * j->depth, "");
    j->first = false;
}

static void quoted(struct json *j, const char *s)
{
    text_add(j->out, "\"");
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            text_add(j->out, "\\%c", *s);
        else if ((unsigned char)*s < ' ')
            text_add(j->out, "\\u%04x", (unsigned char)*s);
        else
            text_add(j->out, "%c", *s);
    }
    text_add(j->out, "\"");
}

static void open_as(struct json *j, const char *key, const char *bracket)
{
    if (j->depth)
        next(j);
    if (key) {
        quoted(j, key);
        text_add(j->out, ": ");
    }
    text_add(j->out, "%s", bracket);
    j->depth++;
    j->first = true;
}

static void close_as(struct json *j, const char *bracket)
{
    j->depth--;
    text_add(j->out, "\n%*s%s", j->base + 4 * j->depth, "", bracket);
    j->first = false;
}

static void empty_object(struct json *j, const char *key)
{
    open_as(j, key, "{");
    text_add(j->out, "\n");
    close_as(j, "}");
}

static void string(struct json *j, const char *key, const char *value)
{
    if (!value)
        return;
    next(j);
    quoted(j, key);
    text_add(j->out, ": ");
    quoted(j, value);
}

static void number(struct json *j, const char *key, int64_t value)
{
    next(j);
    if (key) {
        quoted(j, key);
        text_add(j->out, ": ");
    }
    text_add(j->out, "%lld", (long long)value);
}

static void devices(struct json *j, const struct guest *g)
{
    char mac[MAC_TEXT];
    unsigned int i;

    if (g->disks) {
        open_as(j, "disks", "[");
        for (i = 0; i < g->disks; i++) {
            open_as(j, NULL, "{");
            string(j, "pdev_path", g->disk[i].path);
            string(j, "vdev", g->disk[i].vdev);
            string(j, "format", "raw");
            number(j, "readwrite", !g->disk[i].readonly);
            close_as(j, "}");
        }
        close_as(j, "]");
    }
    if (g->vifs) {
        open_as(j, "nics", "[");
        for (i = 0; i < g->vifs; i++) {
            mac_format(g->vif[i].mac, mac);
            open_as(j, NULL, "{");
            number(j, "devid", i);
            string(j, "mac", mac);
            string(j, "bridge", g->vif[i].bridge ? g->vif[i].bridge : "xenbr0");
            string(j, "nictype", "vif");
            close_as(j, "}");
        }
        close_as(j, "]");
    }
}

static void config(struct json *j, const struct guest *g)
{
    char uuid[UUID_TEXT];
    unsigned int i;

    uuid_format(g->uuid, uuid);
    open_as(j, "c_info", "{");
    string(j, "type", "pv");
    string(j, "name", g->name);
    string(j, "uuid", uuid);
    close_as(j, "}");
    open_as(j, "b_info", "{");
    number(j, "max_vcpus", g->maxvcpus);
    open_as(j, "avail_vcpus", "[");
    for (i = 0; i < g->vcpus; i++)
        number(j, NULL, i);
    close_as(j, "]");
    if (g->tsc_mode)
        string(j, "tsc_mode", tsc_mode_name(g->tsc_mode));
    number(j, "max_memkb", (int64_t)g->maxmem_kib);
    number(j, "target_memkb", (int64_t)g->memory_kib);
    string(j, "kernel", g->kernel);
    string(j, "cmdline", g->cmdline);
    string(j, "ramdisk", g->ramdisk);
    empty_object(j, "type.pv");
    close_as(j, "}");
    devices(j, g);
    string(j, "on_poweroff", after_name(g->on_poweroff));
    string(j, "on_reboot", after_name(g->on_reboot));
    string(j, "on_crash", after_name(g->on_crash));
}

void json_guest(struct text *out, const struct guest *g, int64_t domid,
                int indent)
{
    struct json j = { .out = out, .base = indent };

    text_add(out, "%*s", indent, "");
    open_as(&j, NULL, "{");
    if (domid < 0) {
        config(&j, g);
    } else {
        number(&j, "domid", domid);
        open_as(&j, "config", "{");
        config(&j, g);
        close_as(&j, "}");
    }
    close_as(&j, "}");
}
