/* SPDX-License-Identifier: MIT */
/*
 * op_node.c - the operations on nodes: decode, ask the view, encode.
 *
 * Paths outside of the canonical form never get further than here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "domain.h"
#include "mem.h"
#include "path.h"
#include "quota.h"
#include "request.h"
#include "tree.h"

int op_read(struct request *rq)
{
    char path[PATH_BUF];
    const struct value *value;
    struct place p;
    int rc = request_path(rq, path);

    if (!rc)
        rc = view_open(&rq->view, path, PERM_READ, SEE_VALUE, &p);
    if (rc)
        return rc;
    value = spot_value(&p.at);
    rq->reply = value ? value->bytes : NULL;
    rq->reply_len = value_len(value);
    return 0;
}

int op_write(struct request *rq)
{
    char path[PATH_BUF];
    uint32_t head = (uint32_t)strlen(rq->payload) + 1;
    int rc = request_path(rq, path);

    if (rc)
        return rc;
    return view_write(&rq->view, path, rq->payload + head, rq->msg->len - head);
}

int op_mkdir(struct request *rq)
{
    char path[PATH_BUF];
    int rc = request_path(rq, path);

    return rc ? rc : view_mkdir(&rq->view, path);
}

int op_rm(struct request *rq)
{
    char path[PATH_BUF];
    int rc = request_path(rq, path);

    return rc ? rc : view_remove(&rq->view, path);
}

int op_directory(struct request *rq)
{
    char path[PATH_BUF], *list;
    struct place p;
    size_t len;
    int rc = request_path(rq, path);

    if (!rc)
        rc = view_open(&rq->view, path, PERM_READ, SEE_KIDS, &p);
    if (rc)
        return rc;
    list = spot_list(&p.at, &len);
    request_reply_owned(rq, list, len);
    return 0;
}

/*
 * One piece of a long list: the list's stamp, the names from the offset on that
 * fit, and an empty name once it is the last piece. A client that sees another
 * stamp than before starts again.
 */
int op_dir_part(struct request *rq)
{
    char path[PATH_BUF], *list, *reply;
    struct place p;
    uint64_t from;
    size_t len, used, end;
    int rc = request_path(rq, path);

    if (!rc && rq->strings != 2)
        rc = -EINVAL;
    if (!rc)
        rc = wire_number64(wire_next_string(rq->payload), &from);
    if (!rc)
        rc = view_open(&rq->view, path, PERM_READ, SEE_KIDS, &p);
    if (rc)
        return rc;
    list = spot_list(&p.at, &len);
    reply = mem_alloc(XENSTORE_PAYLOAD_MAX + 1);
    used = (size_t)sprintf(reply, "%llu",
                           (unsigned long long)view_stamp(&rq->view, &p.at)) + 1;
    if (from > len)
        from = len;
    end = len;
    if (len - from > XENSTORE_PAYLOAD_MAX - used - 1) {
        end = from + XENSTORE_PAYLOAD_MAX - used - 1;
        while (end > from && list[end - 1])
            end--;
    }
    if (end > from)
        memcpy(reply + used, list + from, end - from);
    used += end - from;
    if (end == len)
        reply[used++] = '\0';
    free(list);
    request_reply_owned(rq, reply, used);
    return 0;
}

/* A path of a node, or the name of a special event. */
static int perms_path(struct request *rq, char *path)
{
    const struct conn *c = rq->view.c;
    size_t skip;
    int rc = path_canonical(rq->payload, c->who.domid, PATH_OR_SPECIAL, path,
                            &skip);

    if (!rc && path[0] == '@' && !tree_find(rq->view.s, path))
        rc = -EINVAL;
    return rc ? rc : quota_count(rq->view.s, c, QUOTA_PATH, strlen(path));
}

int op_get_perms(struct request *rq)
{
    char path[PATH_BUF], *reply;
    const struct perms *ps;
    struct place p;
    size_t used = 0;
    uint32_t i;
    int rc = perms_path(rq, path);

    if (!rc)
        rc = view_open(&rq->view, path, PERM_READ, SEE_NODE, &p);
    if (rc)
        return rc;
    ps = spot_perms(&p.at);
    reply = mem_alloc(ps->count * 8);
    for (i = 0; i < ps->count; i++)
        used += perm_print(&ps->p[i], reply + used);
    request_reply_owned(rq, reply, used);
    return 0;
}

/* Reads the entries; leaves out domains that do not exist, but for the owner. */
static int read_perms(const struct request *rq, struct perms *ps)
{
    const char *text = rq->payload;
    uint32_t i, kept = 0;
    struct perm entry;

    for (i = 0; i < ps->count; i++) {
        text = wire_next_string(text);
        if (perm_parse(text, &entry))
            return -EINVAL;
        if (domain_exists(rq->view.s, entry.domid)) {
            store_domain(rq->view.s, entry.domid);
            ps->p[kept++] = entry;
        } else if (!i) {
            return -ENOENT;
        }
    }
    ps->count = kept;
    return 0;
}

int op_set_perms(struct request *rq)
{
    char path[PATH_BUF];
    struct perms *ps;
    int rc = perms_path(rq, path);

    if (!rc && (rq->strings < 2 || rq->strings > PERM_COUNT_MAX))
        rc = -EINVAL;
    if (!rc)
        rc = quota_count(rq->view.s, rq->view.c, QUOTA_PERMS,
                         (uint64_t)rq->strings - 1);
    if (rc)
        return rc;
    ps = perms_alloc((uint32_t)rq->strings - 1);
    rc = read_perms(rq, ps);
    if (!rc)
        rc = view_set_perms(&rq->view, path, ps);
    if (rc)
        perms_put(ps);
    return rc;
}
