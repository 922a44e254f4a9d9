/* SPDX-License-Identifier: MIT */
/* op_domain.c - the operations on domains, most of them the toolstack's. */
#include <errno.h>
#include <stdio.h>

#include "conn.h"
#include "domain.h"
#include "request.h"

int op_introduce(struct request *rq)
{
    const char *text = rq->payload;
    uint32_t domid, port;
    uint64_t gfn;
    int rc;

    if (rq->strings != 3)
        return -EINVAL;
    rc = wire_domid(text, &domid);
    text = wire_next_string(text);
    if (!rc)
        rc = wire_number64(text, &gfn);
    text = wire_next_string(text);
    if (!rc)
        rc = wire_number(text, &port);
    return rc ? rc : domain_introduce(rq->view.s, domid, gfn, port);
}

int op_release(struct request *rq)
{
    uint32_t domid;
    int rc = wire_domid(rq->payload, &domid);

    return rc ? rc : domain_release(rq->view.s, domid);
}

int op_domain_path(struct request *rq)
{
    static char path[40];
    uint32_t domid;
    int rc = wire_domid(rq->payload, &domid);

    if (rc)
        return rc;
    snprintf(path, sizeof(path), "/local/domain/%u", domid);
    request_reply_text(rq, path);
    return 0;
}

int op_introduced(struct request *rq)
{
    const struct domain *d;
    uint32_t domid;
    int rc = wire_number(rq->payload, &domid);

    if (rc)
        return rc;
    d = domid == WIRE_DOMID_SELF ? rq->view.c->domain
                            : store_find_domain(rq->view.s, domid);
    request_reply_text(rq, d && (d->introduced || !d->domid) ? "T" : "F");
    return 0;
}

/* After a save that was cancelled: the next shutdown is news again. */
int op_resume(struct request *rq)
{
    struct domain *d;
    uint32_t domid;
    int rc = wire_domid(rq->payload, &domid);

    if (rc)
        return rc;
    d = store_find_domain(rq->view.s, domid);
    if (!d || !d->introduced)
        return -ENOENT;
    d->shut = false;
    return 0;
}

int op_set_target(struct request *rq)
{
    struct domain *d, *target;
    uint32_t domid, target_id;
    int rc;

    if (rq->strings != 2)
        return -EINVAL;
    rc = wire_domid(rq->payload, &domid);
    if (!rc)
        rc = wire_domid(wire_next_string(rq->payload), &target_id);
    if (rc || !domid || !target_id)
        return -EINVAL;
    d = store_find_domain(rq->view.s, domid);
    target = store_find_domain(rq->view.s, target_id);
    if (!d || !d->introduced || !target || !target->introduced)
        return -ENOENT;
    d->target = (uint16_t)target_id;
    conn_retarget(rq->view.s, d);
    return 0;
}
