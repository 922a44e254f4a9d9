/* SPDX-License-Identifier: MIT */
/*
 * hypfs.c - HYPERVISOR_hypfs_op: what was built and what can be set, as files.
 *
 * The tree is the table below, the entries of each directory by name. Of CPU pools
 * there is one directory each, and all are row POOL.
 */
#include "core/console.h"
#include "hypercall/hypercall.h"
#include "hypercall/version.h"
#include "lib/printf.h"
#include "public/hypfs.h"

#define TEXT_MAX  128               /* that is written                         */
#define NAME_SIZE 22

#define STRING(s) #s
#define NUMBER(n) STRING(n)

static int granularity_set(const char *text)
{
    if (strcmp(text, "cpu") && strcmp(text, "core") && strcmp(text, "socket"))
        return fail(EINVAL, "scheduling by %s", text);
    return fail(EBUSY, "CPUs are scheduled one by one");
}

enum { ROOT_NODE, POOL_NODE };
enum dir { NONE, ROOT, BUILDINFO, COMPILEINFO, VERSION, CPUPOOL, POOL, PARAMS };
static const struct node {
    const char *name;
    enum dir in, is;                /* is: NONE for a file                     */
    const char *text;               /* its contents, or from get, or number    */
    const char *(*get)(void);
    uint32_t number;
    uint32_t room;                  /* what set takes                          */
    int (*set)(const char *text);
} nodes[] = {
    [ROOT_NODE] = { "", NONE, ROOT },
    [POOL_NODE] = { "", CPUPOOL, POOL },
    { "buildinfo", ROOT, BUILDINFO },
    { "changeset", BUILDINFO, NONE, CHANGESET },
    { "compileinfo", BUILDINFO, COMPILEINFO },
    { "compile_by", COMPILEINFO, NONE, COMPILE_BY },
    { "compile_date", COMPILEINFO, NONE, COMPILE_DATE },
    { "compile_domain", COMPILEINFO, NONE, COMPILE_DOMAIN },
    { "compiler", COMPILEINFO, NONE, COMPILER },
    { "config", BUILDINFO, NONE, "CONFIG_X86_64=y\nCONFIG_PV=y\n"
      "CONFIG_NR_CPUS=" NUMBER(NR_CPUS) "\nCONFIG_SCHED_CREDIT2=y\n"
      "CONFIG_HYPFS=y\nCONFIG_PERF_COUNTERS=y\n" },
    { "version", BUILDINFO, VERSION },
    { "extra", VERSION, NONE, VERSION_EXTRA },
    { "major", VERSION, NONE, .number = VERSION_MAJOR },
    { "minor", VERSION, NONE, .number = VERSION_MINOR },
    { "cpupool", ROOT, CPUPOOL },
    { "sched-gran", POOL, NONE, "cpu", .room = 8, .set = granularity_set },
    { "params", ROOT, PARAMS },
    { "console_timestamps", PARAMS, NONE, .get = console_timestamps, .room = 7,
      .set = console_timestamps_set },
    { "loglvl", PARAMS, NONE, .get = console_loglvl, .room = 16,
      .set = console_loglvl_set },
};

struct place {
    const struct node *node;
    char name[NAME_SIZE];
};

/* The next entry of directory d; *i begins at 0 and is the cursor. */
static bool next_in(enum dir d, unsigned *i, struct place *next)
{
    if (d == CPUPOOL) {
        while (*i <= NR_CPUS && !sched_pool_exists(*i))
            ++*i;
        next->node = &nodes[POOL_NODE];
        snprintf(next->name, NAME_SIZE, "%u", *i);
        return (*i)++ <= NR_CPUS;
    }
    while (*i < ARRAY_SIZE(nodes) && nodes[*i].in != d)
        ++*i;
    if (*i == ARRAY_SIZE(nodes))
        return false;
    next->node = &nodes[(*i)++];
    strlcpy(next->name, next->node->name, NAME_SIZE);
    return true;
}

static int find(const char *path, const struct node **found)
{
    struct place p = { .node = &nodes[ROOT_NODE] };

    if (*path++ != '/')
        return fail(EINVAL, "a path without a slash");
    while (*path != '\0') {
        const char *end = strchr(path, '/');
        size_t n = end ? (size_t)(end - path) : strlen(path);
        enum dir d = p.node->is;
        unsigned i = 0;

        do {
            if (d == NONE || !next_in(d, &i, &p))
                return -ENOENT;
        } while (strncmp(p.name, path, n) != 0 || p.name[n] != '\0');
        path += end ? n + 1 : n;
        if (end && p.node->is == NONE)
            return -ENOENT;
    }
    *found = p.node;
    return 0;
}

static uint32_t list(enum dir d, vaddr_t to, uint32_t room);

static struct xen_hypfs_direntry describe(const struct node *n, const char **text)
{
    struct xen_hypfs_direntry e = { .max_write_len = n->room };

    *text = n->get ? n->get() : n->text;
    if (n->is != NONE) {
        e.type = XEN_HYPFS_TYPE_DIR;
        e.content_len = list(n->is, 0, 0);
    } else if (*text) {
        e.type = XEN_HYPFS_TYPE_STRING;
        e.content_len = (uint32_t)strlen(*text) + 1;
    } else {
        e.type = XEN_HYPFS_TYPE_UINT;
        e.content_len = sizeof(n->number);
        *text = (const char *)&n->number;
    }
    return e;
}

/* What the listing of directory d takes; it goes to `to` unless that is 0, and is 0
 * bytes long if it cannot. */
static uint32_t list(enum dir d, vaddr_t to, uint32_t room)
{
    struct {
        struct xen_hypfs_direntry e;
        uint16_t off_next;
        char name[NAME_SIZE];
    } entry;
    struct place next;
    const char *text;
    unsigned i = 0;
    uint32_t at = 0, size;
    bool more = next_in(d, &i, &next);

    while (more) {
        memset(&entry, 0, sizeof(entry));
        entry.e = describe(next.node, &text);
        strlcpy(entry.name, next.name, NAME_SIZE);
        size = offsetof(struct xen_hypfs_dirlistentry, name) +
               (uint32_t)ROUND_UP(strlen(next.name) + 1, 4ul);
        more = next_in(d, &i, &next);
        entry.off_next = more ? (uint16_t)size : 0;
        if (to && (at + size > room || guest_write(to + at, &entry, size)))
            return 0;
        at += size;
    }
    return at;
}

static long op_get_version(const char *path, const struct hc_args *in)
{
    (void)path;
    return in->a[1] | in->a[2] | in->a[3] | in->a[4] ? -EINVAL : XEN_HYPFS_VERSION;
}

static long op_read(const char *path, const struct hc_args *in)
{
    vaddr_t to = in->a[3] + sizeof(struct xen_hypfs_direntry);
    uint64_t room = in->a[4];
    struct xen_hypfs_direntry e;
    const struct node *n;
    const char *text;
    int rc = find(path, &n);

    if (rc)
        return rc;
    if (room < sizeof(e))
        return fail(EINVAL, "room for %lu bytes", room);
    e = describe(n, &text);
    if (guest_write(in->a[3], &e, sizeof(e)))
        return -EFAULT;
    if (room - sizeof(e) < e.content_len)
        return -ENOBUFS;
    if (n->is != NONE)
        return list(n->is, to, e.content_len) ? 0 : -EFAULT;
    return guest_write(to, text, e.content_len);
}

static long op_write_contents(const char *path, const struct hc_args *in)
{
    const struct node *n;
    uint64_t size = in->a[4];
    char text[TEXT_MAX];
    int rc = find(path, &n);

    if (rc)
        return rc;
    if (!n->set)
        return fail(EACCES, "%s is not written", path);
    if (size > sizeof(text))
        return fail(ENOSPC, "%lu bytes for %s", size, path);
    if (guest_read(text, in->a[3], size))
        return -EFAULT;
    if (!size || strnlen(text, size) != size - 1)
        return fail(EDOM, "what is written to %s does not end", path);
    return n->set(text);
}

#define DO(name, out) return op_##name(path, in)

long hc_hypfs_op(struct vcpu *cur, struct hc_args *in)
{
    char path[XEN_HYPFS_MAX_PATHLEN] = "";
    uint64_t size = in->a[2];

    if (in->a[0] != XEN_HYPFS_OP_get_version) {
        if (!size || size > sizeof(path))
            return fail(EINVAL, "a path of %lu bytes", size);
        if (guest_read(path, in->a[1], size))
            return -EFAULT;
        if (strnlen(path, size) != size - 1)
            return fail(EINVAL, "a path that does not end");
    }
    if ((uint32_t)in->a[0] > XEN_HYPFS_OP_write_contents)
        return fail(EOPNOTSUPP, "hypfs command %lu", in->a[0]);
    HC_CASES(hypfs_op, (uint32_t)in->a[0])
}
