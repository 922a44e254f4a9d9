/* SPDX-License-Identifier: MIT */
/*
 * xenbus_test.c - the backend's half of the handshake, against every state and
 * against models of Linux's frontend and of both toolstacks.
 */
#include <string.h>

#include "backends/common/backend.h"
#include "tests/unit/backends/check.h"

enum {
    INITIALISING = XenbusStateInitialising, INIT_WAIT = XenbusStateInitWait,
    INITIALISED = XenbusStateInitialised, CONNECTED = XenbusStateConnected,
    CLOSING = XenbusStateClosing, CLOSED = XenbusStateClosed,
};

static enum backend_step step(unsigned own, unsigned front, bool online,
                              bool prepared, bool connected)
{
    struct backend_view v = { own, front, online, prepared, connected };

    return backend_decide(&v);
}

static void test_absurd_states_end_nothing_else(void)
{
    unsigned front;

    for (front = 0; front < 300; front++) {
        CU_ASSERT_EQUAL(step(0, front, true, true, false), STEP_GONE);
        CU_ASSERT_EQUAL(step(250, front, true, true, false), STEP_GONE);
        CU_ASSERT_EQUAL(step(INITIALISING, front, true, true, false),
                        STEP_ANNOUNCE);
        if (front > CLOSED) {
            CU_ASSERT_EQUAL(step(INIT_WAIT, front, true, true, false),
                            STEP_NONE);
            CU_ASSERT_EQUAL(step(CONNECTED, front, true, true, true),
                            STEP_NONE);
        }
    }
}

static void test_waits_for_the_script(void)
{
    CU_ASSERT_EQUAL(step(INIT_WAIT, INITIALISED, true, false, false),
                    STEP_NONE);
    CU_ASSERT_EQUAL(step(INIT_WAIT, CONNECTED, true, false, false), STEP_NONE);
    CU_ASSERT_EQUAL(step(INIT_WAIT, INITIALISED, true, true, false),
                    STEP_CONNECT);
    CU_ASSERT_EQUAL(step(INIT_WAIT, CONNECTED, true, true, false),
                    STEP_CONNECT);
}

static void test_new_process_takes_over(void)
{
    CU_ASSERT_EQUAL(step(CONNECTED, CONNECTED, true, true, false),
                    STEP_CONNECT);
    CU_ASSERT_EQUAL(step(CONNECTED, CONNECTED, true, true, true), STEP_NONE);
    CU_ASSERT_EQUAL(step(CLOSING, CLOSED, false, true, false), STEP_CLOSED);
    CU_ASSERT_EQUAL(step(CLOSED, CLOSED, false, true, false), STEP_GONE);
    CU_ASSERT_EQUAL(step(CLOSED, CLOSED, true, true, false), STEP_NONE);
}

/* Applies steps until there is none left; false when they never end. */
static bool settle(struct backend_view *v)
{
    unsigned i;

    for (i = 0; i < 8; i++) {
        switch (backend_decide(v)) {
        case STEP_ANNOUNCE:
            v->own = INIT_WAIT;
            break;
        case STEP_CONNECT:
            v->own = CONNECTED;
            v->connected = true;
            break;
        case STEP_CLOSING:
            v->own = CLOSING;
            v->connected = false;
            break;
        case STEP_CLOSED:
            v->own = CLOSED;
            v->connected = false;
            break;
        case STEP_GONE:
            v->own = 0;
            return true;
        case STEP_NONE:
            return true;
        }
    }
    return false;
}

static void test_every_state_settles(void)
{
    unsigned own, front, flags;

    for (own = 0; own <= 8; own++)
        for (front = 0; front <= 8; front++)
            for (flags = 0; flags < 8; flags++) {
                struct backend_view v = { own, front, flags & 1, flags & 2,
                                          flags & 4 };

                CU_ASSERT(settle(&v));
                /* The ring is held in Connected and while closing begins. */
                if (v.own == INIT_WAIT || v.own == CLOSED)
                    CU_ASSERT(!v.connected || (flags & 4));
            }
}

static void test_life_under_libxl(void)
{
    struct backend_view v = { INITIALISING, INITIALISING, true, false, false };

    CU_ASSERT(settle(&v) && v.own == INIT_WAIT);
    v.front = INITIALISED;                   /* blkfront is early */
    CU_ASSERT(settle(&v) && v.own == INIT_WAIT);
    v.prepared = true;                       /* hotplug-status connected */
    CU_ASSERT(settle(&v) && v.own == CONNECTED && v.connected);
    v.front = CONNECTED;
    CU_ASSERT(settle(&v) && v.own == CONNECTED);
    v.own = CLOSING;                         /* xl block-detach */
    v.online = false;
    CU_ASSERT(settle(&v) && v.own == CLOSING && v.connected);
    v.front = CLOSING;
    CU_ASSERT(settle(&v) && v.own == CLOSING && !v.connected);
    v.front = CLOSED;
    CU_ASSERT(settle(&v) && v.own == 0);
}

static void test_guest_without_a_driver(void)
{
    struct backend_view v = { INIT_WAIT, INITIALISING, true, true, false };

    CU_ASSERT(settle(&v) && v.own == INIT_WAIT);
    v.own = CLOSING;
    v.online = false;
    CU_ASSERT(settle(&v) && v.own == 0);
}

static void test_guest_destroyed(void)
{
    struct backend_view v = { CONNECTED, 0, true, true, true };

    CU_ASSERT(settle(&v) && v.own == CLOSED && !v.connected);
    v.online = false;
    CU_ASSERT(settle(&v) && v.own == 0);
}

static void test_guest_loads_its_driver_again(void)
{
    struct backend_view v = { CONNECTED, CLOSED, true, true, true };

    CU_ASSERT(settle(&v) && v.own == CLOSED && !v.connected);
    v.front = INITIALISING;
    CU_ASSERT(settle(&v) && v.own == INIT_WAIT);
    v.front = CONNECTED;
    CU_ASSERT(settle(&v) && v.own == CONNECTED && v.connected);
}

static const struct check tests[] = {
    { "absurd states end nothing", test_absurd_states_end_nothing_else },
    { "no ring is taken before the script is done", test_waits_for_the_script },
    { "a new process takes over", test_new_process_takes_over },
    { "every combination of states settles", test_every_state_settles },
    { "a life under libxl", test_life_under_libxl },
    { "a guest without a driver", test_guest_without_a_driver },
    { "a guest that is destroyed", test_guest_destroyed },
    { "a guest that loads its driver again",
      test_guest_loads_its_driver_again },
};
CHECK_MAIN("xenbus", tests)
