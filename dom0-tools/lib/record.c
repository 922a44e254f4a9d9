/* SPDX-License-Identifier: MIT */
/* record.c - files about domains and creates; see record.h. */
#include "dom0-tools/lib/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dom0-tools/lib/say.h"

static const char *root = "/run/splitring";

static const char *const state_names[] = {
    [REC_RUNNING] = "running",
    [REC_REBOOTING] = "rebooting",
    [REC_KEPT] = "kept",
};

#define RECORD_MAX 4096u
#define TX_MAX (64u << 10)

void record_root(const char *dir)
{
    root = dir;
}

static char *path_of(const char *what, const uint8_t uuid[16],
                     const char *suffix)
{
    char id[UUID_TEXT];

    uuid_format(uuid, id);
    return str_fmt("%s/%s/%s%s", root, what, id, suffix);
}

static int make_dir(const char *what)
{
    char *dir = str_fmt("%s/%s", root, what);
    int rc = dir_make(dir);

    free(dir);
    return rc;
}

int record_save(const struct record *r)
{
    struct text t = { 0 };
    char *path;
    int rc;

    if (make_dir("domains") < 0)
        return -1;
    path = path_of("domains", r->uuid, "");
    text_add(&t, "name=%s\ndomid=%u\nstate=%s\nsince=%llu\n", r->name,
             r->domid, state_names[r->state], (unsigned long long)r->since);
    rc = file_write(path, t.s, t.len);
    free(t.s);
    free(path);
    return rc;
}

int record_save_guest(const struct record *r, const struct guest *g)
{
    char *path = path_of("domains", r->uuid, ".cfg");
    char *text = guest_to_cfg(g);
    int rc = make_dir("domains");

    if (rc == 0)
        rc = file_write(path, text, strlen(text));
    if (rc == 0)
        rc = record_save(r);
    free(text);
    free(path);
    return rc;
}

static void record_line(struct record *r, char *line)
{
    char *eq = strchr(line, '=');
    uint64_t v;
    unsigned int i;

    if (!eq)
        return;
    *eq++ = '\0';
    if (strcmp(line, "name") == 0)
        snprintf(r->name, sizeof(r->name), "%s", eq);
    else if (strcmp(line, "domid") == 0 && str_number(eq, 10, UINT32_MAX, &v))
        r->domid = (uint32_t)v;
    else if (strcmp(line, "since") == 0 && str_number(eq, 10, UINT64_MAX, &v))
        r->since = v;
    else if (strcmp(line, "state") == 0)
        for (i = 0; i < sizeof(state_names) / sizeof(state_names[0]); i++)
            if (strcmp(state_names[i], eq) == 0)
                r->state = (enum record_state)i;
}

bool record_load(const uint8_t uuid[16], struct record *out)
{
    char *path = path_of("domains", uuid, "");
    char *text = NULL, *line, *save = NULL;
    size_t len;

    memset(out, 0, sizeof(*out));
    memcpy(out->uuid, uuid, 16);
    if (access(path, F_OK) == 0)
        text = file_read(path, RECORD_MAX, &len);
    free(path);
    if (!text)
        return false;
    for (line = strtok_r(text, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save))
        record_line(out, line);
    free(text);
    return out->name[0] != '\0';
}

bool record_load_guest(const uint8_t uuid[16], struct guest *out)
{
    char *path = path_of("domains", uuid, ".cfg");
    struct cfg cfg = { 0 };
    bool ok = cfg_load(&cfg, path) == 0 && guest_from_cfg(&cfg, out) == 0;

    cfg_free(&cfg);
    free(path);
    return ok;
}

void record_remove(const uint8_t uuid[16])
{
    static const char *const suffixes[] = { "", ".cfg" };
    unsigned int i;

    for (i = 0; i < 2; i++) {
        char *path = path_of("domains", uuid, suffixes[i]);

        unlink(path);
        free(path);
    }
}

struct record *record_list(unsigned int *n)
{
    char *dir = str_fmt("%s/domains", root);
    DIR *d = opendir(dir);
    struct record *list = mem_zalloc(1, sizeof(*list));
    struct dirent *e;
    uint8_t uuid[16];

    *n = 0;
    free(dir);
    while (d && (e = readdir(d))) {
        if (!uuid_parse(e->d_name, uuid))
            continue;
        list = mem_grow(list, *n + 1, sizeof(*list));
        if (record_load(uuid, &list[*n]))
            (*n)++;
    }
    if (d)
        closedir(d);
    return list;
}

bool record_by_name(const char *name, struct record *out)
{
    unsigned int i, n;
    struct record *list = record_list(&n);
    bool found = false;

    for (i = 0; i < n && !found; i++)
        if (strcmp(list[i].name, name) == 0) {
            *out = list[i];
            found = true;
        }
    free(list);
    return found;
}

bool record_by_domid(uint32_t domid, struct record *out)
{
    unsigned int i, n;
    struct record *list = record_list(&n);
    bool found = false;

    for (i = 0; i < n && !found; i++)
        if (list[i].domid == domid && list[i].state != REC_REBOOTING) {
            *out = list[i];
            found = true;
        }
    free(list);
    return found;
}

/* The file at @path, locked for us; it may have been replaced meanwhile. */
static int lock_file(const char *path, bool make)
{
    struct stat mine, there;
    int fd;

    for (;;) {
        fd = open(path, O_RDWR | O_CLOEXEC | (make ? O_CREAT : 0), 0600);
        if (fd < 0)
            return -1;
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
            close(fd);
            return -1;
        }
        if (fstat(fd, &mine) == 0 && stat(path, &there) == 0 &&
            mine.st_ino == there.st_ino)
            return fd;
        close(fd);
    }
}

/* Where @name's byte of the lock file is: 62 bits of its FNV-1a hash. */
static off_t name_place(const char *name)
{
    uint64_t h = 0xcbf29ce484222325ull;

    for (; *name; name++)
        h = (h ^ (uint8_t)*name) * 0x100000001b3ull;
    return (off_t)(h >> 2);
}

int name_lock(const char *name)
{
    struct flock place = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
                           .l_start = name_place(name), .l_len = 1 };
    char *path = str_fmt("%s/names.lock", root);
    int fd = -1;

    if (dir_make(root) == 0)
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    free(path);
    if (fd >= 0 && fcntl(fd, F_OFD_SETLK, &place) < 0) {
        int cause = errno;

        close(fd);
        errno = cause;
        fd = -1;
    }
    return fd;
}

int tx_begin(struct tx *tx, const uint8_t uuid[16])
{
    char *path = path_of("tx", uuid, "");

    memcpy(tx->uuid, uuid, 16);
    tx->fd = make_dir("tx") < 0 ? -1 : lock_file(path, true);
    if (tx->fd < 0)
        fail("%s: cannot make or lock it: %s; is the same guest being created "
             "elsewhere?", path, strerror(errno));
    free(path);
    return tx->fd < 0 ? -1 : 0;
}

int tx_step(struct tx *tx, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vdprintf(tx->fd, fmt, ap);
    va_end(ap);
    if (n < 0 || write(tx->fd, "\n", 1) != 1)
        return fail("cannot write the journal of a create: %s",
                    strerror(errno));
    return 0;
}

void tx_end(struct tx *tx)
{
    char *path = path_of("tx", tx->uuid, "");

    unlink(path);
    close(tx->fd);
    free(path);
}

bool tx_any(void)
{
    char *dir = str_fmt("%s/tx", root);
    DIR *d = opendir(dir);
    struct dirent *e;
    uint8_t uuid[16];
    bool any = false;

    free(dir);
    while (d && !any && (e = readdir(d)))
        any = uuid_parse(e->d_name, uuid);
    if (d)
        closedir(d);
    return any;
}

char *tx_next_stale(struct tx *tx)
{
    char *dir = str_fmt("%s/tx", root), *text = NULL;
    DIR *d = opendir(dir);
    struct dirent *e;
    size_t len;

    free(dir);
    while (d && !text && (e = readdir(d))) {
        char *path;

        if (!uuid_parse(e->d_name, tx->uuid))
            continue;
        path = path_of("tx", tx->uuid, "");
        tx->fd = lock_file(path, false); /* R2 */
        if (tx->fd >= 0 && !(text = file_read(path, TX_MAX, &len)))
            tx_end(tx); /* unreadable: nothing can be undone by it */
        free(path);
    }
    if (d)
        closedir(d);
    return text;
}
