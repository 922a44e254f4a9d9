/* SPDX-License-Identifier: MIT */
/*
 * decide.c - the backend's side of the xenbus handshake, as a pure function.
 *
 * Linux's frontends and both toolstacks expect this order: InitWait once the
 * features are written, Connected once the ring is taken, Closing when the
 * frontend or the toolstack wants to end, Closed when the frontend is done.
 */
#include "backends/common/backend.h"

static bool front_wants_io(unsigned front)
{
    return front == XenbusStateInitialised || front == XenbusStateConnected;
}

static enum backend_step decide_init_wait(const struct backend_view *v)
{
    if (front_wants_io(v->front))
        return v->prepared ? STEP_CONNECT : STEP_NONE;
    if (v->front == XenbusStateClosing)
        return STEP_CLOSING;
    /* A frontend that was there and is not: nobody will ever connect. */
    if (v->front == 0 || (v->front == XenbusStateClosed && !v->online))
        return STEP_CLOSED;
    return STEP_NONE;
}

static enum backend_step decide_connected(const struct backend_view *v)
{
    if (front_wants_io(v->front))
        return v->connected ? STEP_NONE : STEP_CONNECT;
    if (v->front == XenbusStateClosing)
        return STEP_CLOSING;
    if (v->front == 0 || v->front == XenbusStateClosed)
        return STEP_CLOSED;
    return STEP_NONE;
}

static enum backend_step decide_closing(const struct backend_view *v)
{
    if (v->front == XenbusStateClosing)
        return v->connected ? STEP_CLOSING : STEP_NONE;
    /* While it still has the ring it is its turn to let go. */
    return front_wants_io(v->front) ? STEP_NONE : STEP_CLOSED;
}

static enum backend_step decide_closed(const struct backend_view *v)
{
    if (!v->online)
        return STEP_GONE;
    if (v->front == XenbusStateInitialising || front_wants_io(v->front))
        return STEP_ANNOUNCE;
    return STEP_NONE;
}

enum backend_step backend_decide(const struct backend_view *v)
{
    switch (v->own) {
    case XenbusStateInitialising:
        return STEP_ANNOUNCE;
    case XenbusStateInitWait:
    case XenbusStateInitialised:
        return decide_init_wait(v);
    case XenbusStateConnected:
        return decide_connected(v);
    case XenbusStateClosing:
        return decide_closing(v);
    case XenbusStateClosed:
        return decide_closed(v);
    default:
        return STEP_GONE;
    }
}
