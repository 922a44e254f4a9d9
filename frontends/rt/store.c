/* SPDX-License-Identifier: MIT */
/*
 * store.c - the guest's side of the store's ring: one request at a time.
 *
 *   R1  Answers are read to the end before the next request is written, so that
 *       what the ring holds always begins with a header.
 *   R2  A watch's event may come before any answer; it is remembered.
 */
#include "frontends/rt/devices.h"
#include "public/io/xs_wire.h"

#define PATIENCE 30000000000UL      /* ns without a word from the daemon */

static char answer[XENSTORE_PAYLOAD_MAX + 2];
static bool fired;                  /* R2 */

static struct xenstore_domain_interface *ring(void)
{
    return mfn_to_va(rt_start_info->store_mfn);
}

bool port_wait(evtchn_port_t port, uint64_t until)
{
    struct sched_poll op = { .nr_ports = 1, .timeout = until };

    set_xen_guest_handle(op.ports, &port);
    while (!event_pending(port)) {
        if (time_ns() >= until)
            return false;
        hc_sched_op(SCHEDOP_poll, &op);
    }
    return true;
}

static uint32_t index_of(const uint32_t *i)
{
    return __atomic_load_n(i, __ATOMIC_SEQ_CST);
}

static void ring_notify(void)
{
    struct evtchn_send op = { .port = rt_start_info->store_evtchn };

    hc_event_channel_op(EVTCHNOP_send, &op);
}

/* Waits until *theirs is no longer `seen`; false when the daemon is silent. */
static bool ring_wait(const uint32_t *theirs, uint32_t seen, uint64_t until)
{
    evtchn_port_t port = rt_start_info->store_evtchn;

    for (;;) {
        event_clear(port);
        if (index_of(theirs) != seen)
            return true;
        if (!port_wait(port, until))
            return false;
    }
}

static bool ring_put(const void *from, size_t len)
{
    struct xenstore_domain_interface *r = ring();
    const char *p = from;

    for (; len > 0; len--) {
        uint32_t prod = index_of(&r->req_prod);

        if (prod - index_of(&r->req_cons) == XENSTORE_RING_SIZE) {
            ring_notify();
            if (!ring_wait(&r->req_cons, prod - XENSTORE_RING_SIZE,
                           time_ns() + PATIENCE))
                return false;
        }
        r->req[MASK_XENSTORE_IDX(prod)] = *p++;
        __atomic_store_n(&r->req_prod, prod + 1, __ATOMIC_SEQ_CST);
    }
    return true;
}

static bool ring_get(void *to, size_t len, uint64_t until)
{
    struct xenstore_domain_interface *r = ring();
    char *p = to;

    for (; len > 0; len--) {
        uint32_t cons = index_of(&r->rsp_cons);

        if (index_of(&r->rsp_prod) == cons &&
            !ring_wait(&r->rsp_prod, cons, until))
            return false;
        *p++ = r->rsp[MASK_XENSTORE_IDX(cons)];
        __atomic_store_n(&r->rsp_cons, cons + 1, __ATOMIC_SEQ_CST);
    }
    ring_notify();
    return true;
}

/* The next message into `answer`; false when none has begun by `until`. */
static bool message_get(struct xsd_sockmsg *m, uint64_t until)
{
    if (!ring_get(m, sizeof(*m), until) || m->len > XENSTORE_PAYLOAD_MAX ||
        !ring_get(answer, m->len, time_ns() + PATIENCE))
        return false;
    answer[m->len] = answer[m->len + 1] = '\0';
    if (m->type == XS_WATCH_EVENT)
        fired = true;
    return true;
}

/* The daemon's answer to a request of up to two strings; null for an error. */
static const char *store_call(uint32_t type, const char *a, const char *b,
                              size_t b_len)
{
    struct xsd_sockmsg m = {
        .type = type, .len = (uint32_t)(strlen(a) + 1 + b_len),
    };

    if (!ring_put(&m, sizeof(m)) || !ring_put(a, strlen(a) + 1) ||
        !ring_put(b, b_len))
        return NULL;
    ring_notify();
    do {
        if (!message_get(&m, time_ns() + PATIENCE))
            return NULL;
    } while (m.type == XS_WATCH_EVENT);
    return m.type == type ? answer : NULL;
}

const char *store_read(const char *path)
{
    return store_call(XS_READ, path, "", 0);
}

const char *store_list(const char *path)
{
    return store_call(XS_DIRECTORY, path, "", 0);
}

bool store_write(const char *path, const char *fmt, ...)
{
    char value[128];
    va_list ap;

    va_start(ap, fmt);
    rt_vsnprintf(value, sizeof(value), fmt, ap);
    va_end(ap);
    return store_call(XS_WRITE, path, value, strlen(value)) != NULL;
}

bool store_wait(const char *path, const char *value, uint64_t ns)
{
    uint64_t until = time_ns() + ns;
    struct xsd_sockmsg m;
    bool equal = false;

    if (store_call(XS_WATCH, path, "rt", 3) == NULL)
        return false;
    for (;;) {
        const char *now;

        fired = false;
        now = store_read(path);
        equal = now != NULL && strlen(now) == strlen(value) &&
                memcmp(now, value, strlen(value)) == 0;
        if (equal || (!fired && !message_get(&m, until)))
            break;
    }
    store_call(XS_UNWATCH, path, "rt", 3);
    return equal;
}
