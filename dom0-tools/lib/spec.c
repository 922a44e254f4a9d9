/* SPDX-License-Identifier: MIT */
/* spec.c - disk and vif specifications of xl.cfg; see config.h. */
#include <stdlib.h>
#include <string.h>

#include "dom0-tools/lib/config.h"

/* The next comma-separated field, blanks around it removed. */
static char *field_next(char **rest)
{
    char *field = *rest, *end;

    if (!field)
        return NULL;
    end = strchr(field, ',');
    *rest = end ? end + 1 : NULL;
    if (end)
        *end = '\0';
    while (*field == ' ' || *field == '\t')
        field++;
    end = field + strlen(field);
    while (end > field && (end[-1] == ' ' || end[-1] == '\t' ||
                           end[-1] == '\n'))
        *--end = '\0';
    return field;
}

void disk_free(struct disk *d)
{
    free(d->path);
    free(d->vdev);
    memset(d, 0, sizeof(*d));
}

void vif_free(struct vif *v)
{
    free(v->bridge);
    free(v->ip);
    free(v->script);
    free(v->name);
    free(v->rate);
    memset(v, 0, sizeof(*v));
}

static void replace(char **at, const char *s)
{
    free(*at);
    *at = str_dup(s);
}

static int bad_spec(const struct cfg_entry *e, const struct cfg_item *at,
                    const char *what, const char *value, const char *advice)
{
    return cfg_fail(e, at->line, at->col, "%s \"%s\": %s%s%s", e->key, at->text,
                    what, value, advice);
}

static int disk_set_vdev(const struct cfg_entry *e, const struct cfg_item *at,
                         struct disk *d, const char *v)
{
    char *name = str_dup(v), *colon = strchr(name, ':');
    int rc = 0;

    if (colon) { /* "hdc:cdrom" */
        *colon = '\0';
        d->removable = d->readonly = strcmp(colon + 1, "cdrom") == 0;
    }
    if (!vdev_number(name, &d->number))
        rc = bad_spec(e, at, "no disk is called ", name,
                      " (xvda to xvdzz, with a partition or not)");
    replace(&d->vdev, name);
    free(name);
    return rc;
}

static int disk_set_access(const struct cfg_entry *e, const struct cfg_item *at,
                           struct disk *d, const char *v)
{
    if (strcmp(v, "r") == 0 || strcmp(v, "ro") == 0)
        d->readonly = true;
    else if (strcmp(v, "w") == 0 || strcmp(v, "rw") == 0)
        d->readonly = false;
    else
        return bad_spec(e, at, "access is r or w, not ", v, "");
    return 0;
}

static int disk_set_format(const struct cfg_entry *e, const struct cfg_item *at,
                           const char *v)
{
    if (*v == '\0' || strcmp(v, "raw") == 0)
        return 0;
    return bad_spec(e, at, "this toolstack takes raw disks only, not ", v,
                    "; convert it with qemu-img or serve it with qemu-nbd");
}

static int disk_set_key(const struct cfg_entry *e, const struct cfg_item *at,
                        struct disk *d, const char *k, const char *v)
{
    if (strcmp(k, "format") == 0)
        return disk_set_format(e, at, v);
    if (strcmp(k, "vdev") == 0)
        return disk_set_vdev(e, at, d, v);
    if (strcmp(k, "access") == 0)
        return disk_set_access(e, at, d, v);
    if (strcmp(k, "target") == 0)
        replace(&d->path, v);
    else if (strcmp(k, "devtype") == 0)
        d->removable = d->readonly = strcmp(v, "cdrom") == 0;
    else if (strcmp(k, "trusted") == 0)
        d->trusted = strcmp(v, "0") != 0;
    else if (strcmp(k, "backendtype") == 0 || strcmp(k, "script") == 0)
        return strcmp(v, "phy") == 0 ? 0 :
               bad_spec(e, at, k, " other than phy is not served here", "");
    else if (strcmp(k, "backend") == 0)
        return strcmp(v, "0") == 0 || strcmp(v, "Domain-0") == 0 ? 0 :
               bad_spec(e, at, "driver domains are not served: backend=", v,
                        "");
    else
        return bad_spec(e, at, "unknown key ", k, "");
    return 0;
}

static bool disk_flag(struct disk *d, const char *f)
{
    if (strcmp(f, "cdrom") == 0 || strcmp(f, "devtype=cdrom") == 0)
        d->removable = d->readonly = true;
    else if (strcmp(f, "direct-io-safe") == 0)
        d->direct_io_safe = true;
    else if (strcmp(f, "discard") == 0)
        d->discard = true;
    else if (strcmp(f, "no-discard") == 0)
        d->discard = false;
    else if (strcmp(f, "r") != 0 && strcmp(f, "ro") != 0)
        return false;
    return true;
}

/* "phy:/dev/x" and "file:/x", and libxl's older "raw:" and "tap:aio:". */
static char *disk_prefix(char *target)
{
    static const char *const prefixes[] = {
        "phy:", "file:", "tap2:", "tap:", "aio:", "raw:",
    };
    unsigned int i;
    bool more = true;

    while (more) {
        more = false;
        for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
            if (str_has_prefix(target, prefixes[i])) {
                target += strlen(prefixes[i]);
                more = true;
            }
    }
    return target;
}

/* Positional fields: target, format, vdev, access; or target, vdev, access. */
static int disk_set_nth(const struct cfg_entry *e, const struct cfg_item *at,
                        struct disk *d, unsigned int n, char *field,
                        bool *old_style)
{
    uint32_t unused;
    char *colon;

    switch (n) {
    case 0: {
        char *target = disk_prefix(field);

        *old_style = target != field;
        if (*target == '/' || !*target || !*old_style)
            replace(&d->path, target);
        else
            d->path = str_fmt("/dev/%s", target); /* "phy:vg/lv" */
        return 0;
    }
    case 1:
        if (*old_style)
            return disk_set_vdev(e, at, d, field);
        colon = strchr(field, ':');
        if (colon)
            *colon = '\0';
        if (vdev_number(field, &unused)) {
            if (colon)
                *colon = ':';
            *old_style = true; /* the format was left out */
            return disk_set_vdev(e, at, d, field);
        }
        return disk_set_format(e, at, field);
    case 2:
        return *old_style ? disk_set_access(e, at, d, field) :
                            disk_set_vdev(e, at, d, field);
    case 3:
        return *old_style ? bad_spec(e, at, "one field too many: ", field, "") :
                            disk_set_access(e, at, d, field);
    default:
        return bad_spec(e, at, "one field too many: ", field, "");
    }
}

int disk_parse(const struct cfg_entry *e, const struct cfg_item *at,
               struct disk *d)
{
    char *copy = str_dup(at->text), *rest = copy, *field;
    unsigned int nth = 0;
    bool old_style = false;
    int rc = 0;

    memset(d, 0, sizeof(*d));
    d->discard = d->trusted = true;
    while (rc == 0 && (field = field_next(&rest))) {
        char *eq = strchr(field, '=');

        if (str_has_prefix(field, "target=")) {
            /* a path may have commas: all the rest is the target */
            if (rest)
                rest[-1] = ',';
            rest = NULL;
            replace(&d->path, field + strlen("target="));
        } else if (nth > 0 && disk_flag(d, field)) {
            if (*field == 'r')
                d->readonly = true;
        } else if (eq && strcspn(field, "/:") > (size_t)(eq - field)) {
            *eq = '\0';
            rc = disk_set_key(e, at, d, field, eq + 1);
        } else {
            rc = disk_set_nth(e, at, d, nth++, field, &old_style);
        }
    }
    if (rc == 0 && (!d->path || !*d->path))
        rc = bad_spec(e, at, "it names no file or device", "", "");
    if (rc == 0 && !d->vdev)
        rc = bad_spec(e, at, "it lacks the guest's name for it, such as xvda",
                      "", "");
    if (rc == 0 && *d->path != '/')
        rc = bad_spec(e, at, "the path must be absolute: ", d->path, "");
    free(copy);
    if (rc < 0)
        disk_free(d);
    return rc;
}

int vif_parse(const struct cfg_entry *e, const struct cfg_item *at,
              struct vif *v)
{
    char *copy = str_dup(at->text), *rest = copy, *field;
    uint64_t n;
    int rc = 0;

    memset(v, 0, sizeof(*v));
    v->trusted = true;
    while (rc == 0 && (field = field_next(&rest))) {
        char *eq = strchr(field, '=');

        if (!*field)
            continue;
        if (!eq) {
            rc = bad_spec(e, at, "not of the form key=value: ", field, "");
            break;
        }
        *eq++ = '\0';
        if (strcmp(field, "mac") == 0) {
            v->has_mac = mac_parse(eq, v->mac) && !(v->mac[0] & 1);
            if (!v->has_mac)
                rc = bad_spec(e, at, "not a MAC address a card can have: ", eq,
                              "");
        } else if (strcmp(field, "bridge") == 0) {
            replace(&v->bridge, eq);
        } else if (strcmp(field, "ip") == 0) {
            replace(&v->ip, eq);
        } else if (strcmp(field, "script") == 0) {
            replace(&v->script, eq);
        } else if (strcmp(field, "rate") == 0) {
            if (!rate_parse(eq, &n))
                rc = bad_spec(e, at, "a rate is like 10MB/s or 100Mb/s, not ",
                              eq, "");
            replace(&v->rate, eq);
        } else if (strcmp(field, "vifname") == 0) {
            if (!*eq || strlen(eq) > 15 || strpbrk(eq, "/ \t"))
                rc = bad_spec(e, at, "no interface can be called ", eq, "");
            replace(&v->name, eq);
        } else if (strcmp(field, "mtu") == 0) {
            if (!str_number(eq, 10, 65535, &n) || n < 68)
                rc = bad_spec(e, at, "an MTU is 68 to 65535, not ", eq, "");
            else
                v->mtu = (uint32_t)n;
        } else if (strcmp(field, "trusted") == 0) {
            v->trusted = strcmp(eq, "0") != 0;
        } else if (strcmp(field, "type") == 0) {
            if (strcmp(eq, "vif") != 0)
                rc = bad_spec(e, at, "only type=vif is served to PV guests, "
                              "not ", eq, "");
        } else if (strcmp(field, "backend") == 0) {
            if (strcmp(eq, "0") != 0 && strcmp(eq, "Domain-0") != 0)
                rc = bad_spec(e, at, "driver domains are not served: backend=",
                              eq, "");
        } else if (strcmp(field, "model") != 0 &&
                   strcmp(field, "gatewaydev") != 0) {
            rc = bad_spec(e, at, "unknown key ", field, "");
        }
    }
    free(copy);
    if (rc < 0)
        vif_free(v);
    return rc;
}
