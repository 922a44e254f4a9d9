/* SPDX-License-Identifier: MIT */
/* request.c - judges a message by its row in ops.def. See request.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "path.h"
#include "quota.h"
#include "request.h"
#include "txn.h"

enum payload { PAYLOAD_ANY, PAYLOAD_ONE, PAYLOAD_STRS, PAYLOAD_HEAD };
enum who { WHO_ALL, WHO_DOM0 };

static const struct op {
    int (*run)(struct request *rq);
    const char *name;
    enum payload payload;
    enum who who;
} ops[] = {
#define OP(op, handler, payload, who) \
    [XS_##op] = { op_##handler, #op, PAYLOAD_##payload, WHO_##who },
#include "ops.def"
#undef OP
};

int request_path(const struct request *rq, char *path)
{
    const struct conn *c = rq->view.c;
    size_t skip;
    int rc = path_canonical(rq->payload, c->who.domid, PATH_PLAIN, path, &skip);

    return rc ? rc : quota_count(rq->view.s, c, QUOTA_PATH, strlen(path));
}

void request_reply_text(struct request *rq, const char *text)
{
    rq->reply = text;
    rq->reply_len = strlen(text) + 1;
}

void request_reply_owned(struct request *rq, char *bytes, size_t len)
{
    rq->reply = rq->reply_owned = bytes;
    rq->reply_len = len;
}

static bool payload_fits(const struct request *rq, enum payload want)
{
    switch (want) {
    case PAYLOAD_ANY: return true;
    case PAYLOAD_ONE: return rq->strings == 1;
    case PAYLOAD_STRS: return rq->strings > 0;
    case PAYLOAD_HEAD: return memchr(rq->payload, 0, rq->msg->len);
    }
    return false;
}

/* In one line and in plain characters, whatever it holds. */
static void log_request(const struct request *rq, const char *name)
{
    char text[200];
    size_t i;

    for (i = 0; i < rq->msg->len && i + 1 < sizeof(text); i++)
        text[i] = rq->payload[i] > ' ' && rq->payload[i] < 127 ? rq->payload[i]
                                                               : ' ';
    text[i] = '\0';
    store_log(rq->view.s, "domain %u, client %u, tx %u: %s %s",
              rq->view.c->who.domid, rq->view.c->id, rq->msg->tx_id, name, text);
}

static int run(struct request *rq)
{
    const struct conn *c = rq->view.c;
    const struct op *op = NULL;

    if (rq->msg->type < sizeof(ops) / sizeof(ops[0]))
        op = &ops[rq->msg->type];
    if (!op || !op->run)
        return -ENOSYS;
    if (op->who == WHO_DOM0 && !c->who.privileged)
        return -EACCES;
    if (rq->msg->tx_id) {
        rq->view.t = txn_find(c, rq->msg->tx_id);
        if (!rq->view.t)
            return -ENOENT;
    }
    rq->strings = wire_count_strings(rq->payload, rq->msg->len);
    if (!payload_fits(rq, op->payload))
        return -EINVAL;
    if (rq->view.s->log_requests)
        log_request(rq, op->name);
    request_reply_text(rq, "OK");
    return op->run(rq);
}

void request_run(struct conn *c, const struct xsd_sockmsg *msg,
                 const char *payload)
{
    struct request rq = {
        .view = { .s = c->store, .c = c }, .msg = msg, .payload = payload,
    };
    const char *name;
    int rc;

    c->store->requests++;
    c->store->writer = c->who.domid;
    rc = run(&rq);
    if (!rc && rq.reply_len > XENSTORE_PAYLOAD_MAX)
        rc = -E2BIG;
    if (rc) {
        name = wire_error_name(-rc);
        conn_reply(c, msg, XS_ERROR, name, strlen(name) + 1);
    } else {
        conn_reply(c, msg, msg->type, rq.reply, rq.reply_len);
    }
    free(rq.reply_owned);
}
