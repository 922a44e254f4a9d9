/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/hypfs.h"

const char test_title[] =
    "the hypervisor's files are listed with their sizes, read within the room given and "
    "written by the control domain alone; no path, size or text that is none is taken";

/* covers use: hypfs_op hypfs_op.get_version hypfs_op.read hypfs_op.write_contents */
/* covers abuse: hypfs_op hypfs_op.get_version hypfs_op.read hypfs_op.write_contents */

static struct {
    struct xen_hypfs_direntry e;
    char text[4096 - sizeof(struct xen_hypfs_direntry)];
} file;

static long op(unsigned cmd, const void *path, uint64_t size, const void *buf,
               uint64_t room)
{
    return hypercall6(__HYPERVISOR_hypfs_op, cmd, (uint64_t)path, size, (uint64_t)buf,
                      room, 0);
}

static long get(const char *path)
{
    memset(&file, 0x7e, sizeof(file));
    return op(XEN_HYPFS_OP_read, path, strlen(path) + 1, &file, sizeof(file));
}

static long put(const char *path, const char *text)
{
    return op(XEN_HYPFS_OP_write_contents, path, strlen(path) + 1, text,
              strlen(text) + 1);
}

static bool is(const char *text)
{
    return strlen(file.text) == strlen(text) &&
           strncmp(file.text, text, strlen(text)) == 0;
}

/* Every entry of a directory can be read and has the size that the list says; how
 * many there are in all that is below. */
static unsigned walk(const char *path)
{
    static struct {
        struct xen_hypfs_dirlistentry *d;
        char list[1024], path[64];
    } at[6];
    static unsigned depth;
    unsigned n = 0, length = (unsigned)strlen(path);

    expect_true(depth < 6, "a tree deeper than %u", depth);
    expect_eq(0, get(path), "%s", path);
    expect_eq(XEN_HYPFS_TYPE_DIR, file.e.type, "type of %s", path);
    expect_eq(0, file.e.max_write_len, "%s is written", path);
    expect_true(file.e.content_len <= sizeof(at[0].list), "%s is long", path);
    memcpy(at[depth].list, file.text, file.e.content_len);
    for (unsigned offset = 0, next = 1; next; offset += next, n++) {
        struct xen_hypfs_dirlistentry *d = (void *)(at[depth].list + offset);
        char *p = at[depth].path;

        next = d->off_next;
        memcpy(p, path, length);
        p[length] = '/';
        memcpy(p + length + (length > 1), d->name, strlen(d->name) + 1);
        expect_true(strlen(d->name) > 0, "%s without a name", path);
        expect_eq(0, get(p), "%s", p);
        expect_true(memcmp(&d->e, &file.e, sizeof(d->e)) == 0, "%s is otherwise", p);
        expect_eq(0, file.e.pad, "pad of %s", p);
        expect_eq(0x7e, file.text[file.e.content_len], "after %s", p);
        if (d->e.type == XEN_HYPFS_TYPE_DIR) {
            depth++;
            n += walk(p);
            depth--;
        }
    }
    return n;
}

static void check_paths(void)
{
    static const char *const none[] = {
        "//", "/nosuch", "/nosuch/x", "/params/loglvl/", "/params/loglvl/x",
        "/params//loglvl", "/cpupool/1", "/cpupool/x", "/cpupool/-1", "/param",
        "/paramss", "/buildinfo/buildinfo",
    };
    static char longest[XEN_HYPFS_MAX_PATHLEN + 2];

    for (unsigned i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        expect_eq(-XEN_ENOENT, get(none[i]), "%s", none[i]);
        expect_eq(-XEN_ENOENT, put(none[i], "x"), "to %s", none[i]);
    }
    expect_eq(-XEN_EINVAL, get(""), "no path");
    expect_eq(-XEN_EINVAL, get("params"), "no slash");
    memset(longest, '/', sizeof(longest));
    longest[sizeof(longest) - 1] = longest[sizeof(longest) - 2] = '\0';
    longest[sizeof(longest) - 3] = '\0';
    expect_eq(-XEN_ENOENT, get(longest), "the longest path");
    longest[sizeof(longest) - 3] = '/';
    expect_eq(-XEN_EINVAL, get(longest), "a longer path");
    expect_eq(-XEN_EINVAL, op(XEN_HYPFS_OP_read, "/", 0, &file, 100), "size 0");
    expect_eq(-XEN_EINVAL, op(XEN_HYPFS_OP_read, "/", 1, &file, 100), "without an end");
    expect_eq(-XEN_EINVAL, op(XEN_HYPFS_OP_read, "/\0x", 4, &file, 100), "two ends");
    expect_eq(-XEN_EINVAL, op(XEN_HYPFS_OP_read, "/", ~0UL, &file, 100), "2^64");
    expect_eq(-XEN_EFAULT, op(XEN_HYPFS_OP_read, UNMAPPED, 2, &file, 100), "unmapped");
    expect_eq(-XEN_EFAULT, op(XEN_HYPFS_OP_read, HYPERVISOR, 2, &file, 100), "of ours");
    expect_eq(-XEN_EFAULT, op(XEN_HYPFS_OP_write_contents, TOP, 20, "x", 2), "the top");
}

static void check_reads(void)
{
    static void *const bad[] = { UNMAPPED, NONCANONICAL, HYPERVISOR, TOP };
    uint32_t size;

    expect_eq(0, get("/buildinfo/version/major"), "major");
    expect_eq(XEN_HYPFS_TYPE_UINT, file.e.type, "its type");
    expect_eq(4, *(uint32_t *)file.text, "major");
    expect_eq(0, get("/cpupool/0/sched-gran"), "sched-gran");
    expect_true(is("cpu"), "sched-gran %s", file.text);
    expect_eq(0, get("/"), "the root");
    size = file.e.content_len;
    memset(&file, 0x7e, sizeof(file));
    expect_eq(-XEN_EINVAL, op(XEN_HYPFS_OP_read, "/", 2, &file, sizeof(file.e) - 1),
              "less room than an entry");
    expect_eq(0x7e, file.e.type, "nothing is written");
    expect_eq(-XEN_ENOBUFS, op(XEN_HYPFS_OP_read, "/", 2, &file, sizeof(file.e) + size - 1),
              "a byte too few");
    expect_eq(size, file.e.content_len, "what it needs");
    expect_eq(0x7e, file.text[0], "nothing but the entry is written");
    expect_eq(0, op(XEN_HYPFS_OP_read, "/", 2, &file, sizeof(file.e) + size), "enough");
    expect_eq(0, op(XEN_HYPFS_OP_read, "/", 2, &file, ~0UL), "2^64 bytes of room");
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        expect_eq(-XEN_EFAULT, op(XEN_HYPFS_OP_read, "/", 2, bad[i], 4096), "to %lx",
                  (uint64_t)bad[i]);
}

static void check_writes(void)
{
    static const char path[] = "/params/loglvl";
    char before[16], *text = file.text;

    expect_eq(0, get(path), "loglvl");
    expect_eq(16, file.e.max_write_len, "its room");
    memcpy(before, file.text, sizeof(before));
    expect_eq(0, put(path, "error/all"), "error and all");
    expect_eq(0, put(path, "info"), "info");
    expect_eq(0, get(path), "loglvl");
    expect_true(is("info/info"), "loglvl %s", file.text);
    expect_eq(-XEN_EINVAL, put(path, "infox"), "infox");
    expect_eq(-XEN_EINVAL, put(path, "info/"), "info/");
    expect_eq(-XEN_EDOM, op(XEN_HYPFS_OP_write_contents, path, sizeof(path), "info", 0),
              "0 bytes");
    expect_eq(-XEN_EDOM, op(XEN_HYPFS_OP_write_contents, path, sizeof(path), "info", 4),
              "without an end");
    expect_eq(-XEN_EDOM, op(XEN_HYPFS_OP_write_contents, path, sizeof(path), "info\0x", 7),
              "two ends");
    memset(text, 'x', 200);
    text[127] = '\0';
    expect_eq(-XEN_EINVAL, op(XEN_HYPFS_OP_write_contents, path, sizeof(path), text, 128),
              "128 bytes");
    expect_eq(-XEN_ENOSPC, op(XEN_HYPFS_OP_write_contents, path, sizeof(path), text, 129),
              "129 bytes");
    expect_eq(-XEN_ENOSPC, op(XEN_HYPFS_OP_write_contents, path, sizeof(path), text, ~0UL),
              "2^64 bytes");
    expect_eq(-XEN_EFAULT, op(XEN_HYPFS_OP_write_contents, path, sizeof(path), UNMAPPED, 5),
              "from nowhere");
    expect_eq(-XEN_EFAULT, op(XEN_HYPFS_OP_write_contents, path, sizeof(path), HYPERVISOR, 5),
              "from the hypervisor");
    expect_eq(0, put(path, before), "back");
    expect_eq(-XEN_EACCES, put("/buildinfo/version/extra", "x"), "what is built");
    expect_eq(-XEN_EACCES, put("/params", "x"), "a directory");
    expect_eq(-XEN_EBUSY, put("/cpupool/0/sched-gran", "core"), "a pool in use");
    expect_eq(-XEN_EINVAL, put("/cpupool/0/sched-gran", "x"), "no granularity");
    expect_eq(0, put("/params/console_timestamps", "none"), "no timestamps");
    expect_eq(-XEN_EINVAL, put("/params/console_timestamps", "x"), "timestamps x");
}

void test_main(void)
{
    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, op(XEN_HYPFS_OP_get_version, NULL, 0, NULL, 0), "version");
        expect_eq(-XEN_EPERM, get("/"), "the root");
        expect_eq(-XEN_EPERM, put("/params/loglvl", "all"), "loglvl");
        expect_eq(0x7e, file.e.type, "nothing is written");
        return;
    }
    expect_eq(XEN_HYPFS_VERSION, op(XEN_HYPFS_OP_get_version, NULL, 0, NULL, 0), "version");
    expect_eq(-XEN_EINVAL, op(XEN_HYPFS_OP_get_version, "/", 2, NULL, 0), "with a path");
    expect_eq(-XEN_EINVAL, op(XEN_HYPFS_OP_get_version, NULL, 0, NULL, 1), "with room");
    expect_eq(-XEN_EOPNOTSUPP, op(3, "/", 2, &file, sizeof(file)), "command 3");
    expect_eq(-XEN_EOPNOTSUPP, op(~0u, "/", 2, &file, sizeof(file)), "command ~0");
    expect_true(walk("/") >= 15, "few files");
    check_paths();
    check_reads();
    check_writes();
}
