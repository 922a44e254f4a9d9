/* SPDX-License-Identifier: MIT */
/* op_client.c - the operations on what a client holds: watches, transactions. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conn.h"
#include "path.h"
#include "quota.h"
#include "request.h"
#include "txn.h"
#include "watch.h"

/* The path and token of WATCH and UNWATCH. */
static int watch_args(const struct request *rq, char *path, size_t *skip,
                      const char **token)
{
    const struct conn *c = rq->view.c;
    int rc;

    if (rq->strings != 2)
        return -EINVAL;
    *token = wire_next_string(rq->payload);
    if (strlen(*token) > WATCH_TOKEN_MAX)
        return -EINVAL;
    rc = path_canonical(rq->payload, c->who.domid, PATH_OR_SPECIAL, path, skip);
    return rc ? rc : quota_count(rq->view.s, c, QUOTA_PATH, strlen(path));
}

int op_watch(struct request *rq)
{
    char path[PATH_BUF];
    const char *token;
    size_t skip;
    int rc = watch_args(rq, path, &skip, &token);

    if (!rc)
        rc = watch_add(rq->view.c, path, skip, token);
    if (!rc)            /* once at once, whether the path is there or not */
        conn_event(rq->view.c, path + skip, token);
    return rc;
}

int op_unwatch(struct request *rq)
{
    char path[PATH_BUF];
    const char *token;
    size_t skip;
    int rc = watch_args(rq, path, &skip, &token);

    return rc ? rc : watch_drop(rq->view.c, path, token);
}

int op_reset(struct request *rq)
{
    txn_drop_all(rq->view.c);
    watch_drop_all(rq->view.c);
    return 0;
}

int op_txn_start(struct request *rq)
{
    static char text[16];
    uint32_t id;
    int rc = rq->view.t ? -EBUSY : txn_start(rq->view.c, &id);

    if (rc)
        return rc;
    snprintf(text, sizeof(text), "%u", id);
    request_reply_text(rq, text);
    return 0;
}

int op_txn_end(struct request *rq)
{
    bool commit = !strcmp(rq->payload, "T");

    if (!commit && strcmp(rq->payload, "F"))
        return -EINVAL;
    if (!rq->view.t)
        return -ENOENT;
    return txn_end(rq->view.t, commit);
}
