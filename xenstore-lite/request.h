/* SPDX-License-Identifier: MIT */
/*
 * request.h - from one whole message to its reply.
 *
 * Dispatch goes by the table in ops.def: the shape of the payload, who may call,
 * and the transaction are judged before a handler runs. A handler returns 0 with
 * its reply filled in, or a negative errno and has changed nothing.
 */
#ifndef XENSTORE_REQUEST_H
#define XENSTORE_REQUEST_H

#include "view.h"

struct request {
    struct view view;
    const struct xsd_sockmsg *msg;
    const char *payload;        /* msg->len bytes, and a NUL after them */
    int strings;                /* how many the payload is made of; -1: not */
    const char *reply;
    size_t reply_len;
    char *reply_owned;          /* freed after it was sent, if not NULL */
};

void request_run(struct conn *c, const struct xsd_sockmsg *msg,
                 const char *payload);

/* For handlers. Path number 0 of the payload, checked and made absolute. */
int request_path(const struct request *rq, char *path);
void request_reply_text(struct request *rq, const char *text);
void request_reply_owned(struct request *rq, char *bytes, size_t len);

#define OP(op, handler, payload, who) int op_##handler(struct request *rq);
#include "ops.def"
#undef OP

#endif
