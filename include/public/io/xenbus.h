/* SPDX-License-Identifier: MIT */
/*
 * xenbus.h - values of the xenstore key `state` that each half of a split
 * device writes in its own folder and watches in the other's.
 */
#ifndef PUBLIC_IO_XENBUS_H
#define PUBLIC_IO_XENBUS_H

enum xenbus_state {
    XenbusStateUnknown = 0,
    XenbusStateInitialising = 1,    /* half not there yet, or starting       */
    XenbusStateInitWait = 2,        /* backend: wants the frontend's keys    */
    XenbusStateInitialised = 3,     /* frontend: its keys are written        */
    XenbusStateConnected = 4,
    XenbusStateClosing = 5,
    XenbusStateClosed = 6,
    XenbusStateReconfiguring = 7,
    XenbusStateReconfigured = 8
};
typedef enum xenbus_state XenbusState;

#endif /* PUBLIC_IO_XENBUS_H */
