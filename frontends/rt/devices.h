/* SPDX-License-Identifier: MIT */
/*
 * devices.h - the store, a disk and a network card, as a small guest uses them.
 *
 * Nothing here is asynchronous: a call sends, waits and returns. What can fail
 * for a reason outside of the guest says why as text; null is success.
 */
#ifndef RT_DEVICES_H
#define RT_DEVICES_H

#include "frontends/rt/rt.h"
#include "public/io/blkif.h"
#include "public/io/netif.h"
#include "public/io/xenbus.h"

/* ---- the store ---- */

/* The node's value, good until the next call; null if it cannot be read. A path
 * without a slash in front begins at this domain's own. */
const char *store_read(const char *path);
/* The names in a directory, each ended by a zero, the last one by two. */
const char *store_list(const char *path);
bool store_write(const char *path, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Waits until the node's value is `value`; false after ns. */
bool store_wait(const char *path, const char *value, uint64_t ns);

/* ---- one device ---- */

struct device {
    char front[40], back[80];       /* its two folders in the store */
    domid_t backend;
    evtchn_port_t port;
};

/* Finds the first device of a type ("vbd", "vif"), waits for its backend and
 * makes the port of its rings. */
const char *device_find(struct device *d, const char *type);
bool device_put(const struct device *d, const char *key, unsigned value);
/* Says that ours is in state `own`, and waits for the other half. */
const char *device_connect(const struct device *d, unsigned own);
/* Asks for the other half's attention. */
void device_notify(const struct device *d);

/* Sleeps until the port is pending or system time is `until`; the bit is not
 * cleared. False when the time is over. */
bool port_wait(evtchn_port_t port, uint64_t until);

/* ---- a disk ---- */

struct disk {
    struct device dev;
    blkif_front_ring_t ring;
    uint64_t sectors;
};

const char *disk_open(struct disk *d);
/* Reads or writes the eight sectors from `sector`. */
const char *disk_transfer(struct disk *d, bool write, uint64_t sector,
                          void *page);

/* ---- a card ---- */

#define CARD_BUFFERS 8

struct card {
    struct device dev;
    netif_tx_front_ring_t tx;
    netif_rx_front_ring_t rx;
    uint8_t mac[6];
    void *buffer[CARD_BUFFERS];     /* posted to the receive ring, by id */
    grant_ref_t ref[CARD_BUFFERS];
    void *out;                      /* the frame on its way out */
};

const char *card_open(struct card *c);
const char *card_send(struct card *c, const void *frame, size_t len);
/* The next frame's length, copied to `frame` of `size` bytes; 0 when system time
 * is `until` and none came. */
size_t card_receive(struct card *c, void *frame, size_t size, uint64_t until);

#endif
