/* SPDX-License-Identifier: MIT */
/* harness.c - see harness.h. */
#include <stdlib.h>

#include "harness.h"

struct store *store;
struct conn *dom0, *dom1, *dom2;
enum dom_state fate[8];
int rings_opened, rings_closed;
char answer[4097];
size_t answer_len;
bool audit_each;

static char event_text[8300];

/* Messages of a client that were taken from its queue and not looked at yet. */
struct inbox {
    struct conn *c;
    size_t used;
    uint8_t bytes[1 << 21];
};
static struct inbox boxes[3];

static enum dom_state state_of(void *ctx, unsigned int domid)
{
    (void)ctx;
    return domid < 8 ? fate[domid] : DOM_GONE;
}

static int open_ring(void *ctx, struct domain *d)
{
    (void)ctx;
    rings_opened++;
    if (!d->ring)
        d->ring = conn_open(store, d->domid);
    return 0;
}

static void close_ring(void *ctx, struct domain *d)
{
    (void)ctx;
    rings_closed++;
    conn_close(d->ring);
}

void start(void)
{
    static const struct store_hooks hooks = {
        .dom_state = state_of, .ring_open = open_ring,
        .ring_close = close_ring,
    };
    int i;

    for (i = 0; i < 8; i++)
        fate[i] = DOM_RUNNING;
    rings_opened = rings_closed = 0;
    audit_each = true;
    store = store_create(&hooks);
    dom0 = boxes[0].c = conn_open(store, 0);
    dom1 = boxes[1].c = conn_open(store, 1);
    dom2 = boxes[2].c = conn_open(store, 2);
    for (i = 0; i < 3; i++)
        boxes[i].used = 0;
}

void stop(void)
{
    char why[200];

    CU_ASSERT_EQUAL(store_audit(store, why, sizeof(why)), 0);
    store_destroy(store);
}

static struct inbox *box_of(const struct conn *c)
{
    int i;

    for (i = 0; boxes[i].c != c; i++)
        ;
    return &boxes[i];
}

static void drain(struct inbox *box)
{
    const void *bytes;
    size_t len;

    while ((bytes = conn_peek(box->c, &len))) {
        if (box->used + len > sizeof(box->bytes))
            abort();
        memcpy(box->bytes + box->used, bytes, len);
        box->used += len;
        conn_sent(box->c, len);
    }
}

/* Takes the first message that is an event, or the first that is not. */
static bool take(struct inbox *box, bool want_event, struct xsd_sockmsg *msg,
                 char *payload)
{
    size_t at = 0, size;

    drain(box);
    while (at < box->used) {
        memcpy(msg, box->bytes + at, sizeof(*msg));
        size = sizeof(*msg) + msg->len;
        if ((msg->type == XS_WATCH_EVENT) == want_event) {
            memcpy(payload, box->bytes + at + sizeof(*msg), msg->len);
            payload[msg->len] = '\0';
            memmove(box->bytes + at, box->bytes + at + size,
                    box->used - at - size);
            box->used -= size;
            return true;
        }
        at += size;
    }
    return false;
}

static int error_number(const char *name)
{
    int i;

    for (i = 1; i < 134; i++)
        if (i != EINVAL && !strcmp(name, wire_error_name(i)) &&
            strcmp(name, "EINVAL"))
            return i;
    return EINVAL;
}

int ask(struct conn *c, uint32_t type, uint32_t tx, const void *payload,
        size_t len)
{
    static uint32_t req_id;
    struct xsd_sockmsg msg = {
        .type = type, .req_id = ++req_id, .tx_id = tx, .len = (uint32_t)len,
    };
    char why[200], text[4097];
    uint8_t whole[sizeof(msg) + 4096];

    memcpy(whole, &msg, sizeof(msg));
    if (len)
        memcpy(whole + sizeof(msg), payload, len);
    if (conn_feed(c, whole, sizeof(msg)) < 0)
        return EPROTO;
    if (len && conn_feed(c, whole + sizeof(msg), len) != (long)len)
        return EPROTO;
    if (audit_each && store_audit(store, why, sizeof(why))) {
        printf("audit: %s\n", why);
        CU_FAIL("the store's counts do not agree");
    }
    if (!take(box_of(c), false, &msg, text) || msg.req_id != req_id ||
        msg.tx_id != tx)
        return ENOMSG;
    if (msg.type == XS_ERROR)
        return error_number(text);
    if (msg.type != type)
        return ENOMSG;
    memcpy(answer, text, msg.len + 1);
    answer_len = msg.len;
    return 0;
}

int put(struct conn *c, uint32_t tx, const char *path, const char *value)
{
    char payload[8192];
    size_t at = strlen(path) + 1, len = strlen(value);

    memcpy(payload, path, at);
    memcpy(payload + at, value, len);
    return ask(c, XS_WRITE, tx, payload, at + len);
}

int get(struct conn *c, uint32_t tx, const char *path)
{
    return ask(c, XS_READ, tx, path, strlen(path) + 1);
}

int make(struct conn *c, uint32_t tx, const char *path)
{
    return ask(c, XS_MKDIR, tx, path, strlen(path) + 1);
}

int rm(struct conn *c, uint32_t tx, const char *path)
{
    return ask(c, XS_RM, tx, path, strlen(path) + 1);
}

int perms(struct conn *c, uint32_t tx, const char *path, const char *list)
{
    char payload[8192];
    size_t len = strlen(path) + 1, i;

    memcpy(payload, path, len);
    memcpy(payload + len, list, strlen(list) + 1);
    for (i = 0; list[i]; i++)
        if (list[i] == ' ')
            payload[len + i] = '\0';
    return ask(c, XS_SET_PERMS, tx, payload, len + strlen(list) + 1);
}

uint32_t begin(struct conn *c)
{
    return ASK(c, TRANSACTION_START, 0, "") ? 0 : (uint32_t)atoi(answer);
}

int end(struct conn *c, uint32_t tx, const char *how)
{
    return ask(c, XS_TRANSACTION_END, tx, how, strlen(how) + 1);
}

int watch(struct conn *c, const char *path, const char *token)
{
    char payload[8192];
    size_t at = strlen(path) + 1;

    memcpy(payload, path, at);
    memcpy(payload + at, token, strlen(token) + 1);
    return ask(c, XS_WATCH, 0, payload, at + strlen(token) + 1);
}

const char *event(struct conn *c)
{
    struct xsd_sockmsg msg;
    char text[4097];

    if (!take(box_of(c), true, &msg, text))
        return "";
    sprintf(event_text, "%s %s", text, text + strlen(text) + 1);
    return event_text;
}
