/* SPDX-License-Identifier: MIT */
/*
 * tap.h - the host's end of a guest's network card: a persistent tap device
 * whose packets carry a virtio-net header, and its place in a bridge.
 */
#ifndef BACKENDS_NET_TAP_H
#define BACKENDS_NET_TAP_H

#include <stdbool.h>

/* Opened, and made when absent; its descriptor, non-blocking, or -errno. */
int tap_open(const char *name);

/* It ends with its last descriptor; closes fd. */
void tap_remove(int fd);

/* What the guest can take from us, beyond plain packets. */
struct tap_offload {
    bool csum, tso4, tso6;
};
int tap_set_offload(int fd, const struct tap_offload *o);

/* Into the bridge (NULL or "": into none), with this MTU (0: as it is), up. */
int tap_join(const char *name, const char *bridge, unsigned mtu);

#endif
