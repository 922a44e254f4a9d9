/* SPDX-License-Identifier: MIT */
/*
 * host.h - what the control domain's own kernel must do when its backends
 * serve: loop devices for disk files, bridge ports for virtual cards.
 */
#ifndef SPLITRING_TOOLS_HOST_H
#define SPLITRING_TOOLS_HOST_H

#include <stdbool.h>
#include <stdint.h>

/* A loop device over @path; its name into @dev. -errno. */
int loop_attach(const char *path, bool readonly, char dev[32]);
int loop_detach(const char *dev);

bool bridge_exists(const char *bridge);
/* Put @dev into @bridge and bring it up, with @mtu unless 0. -errno. */
int bridge_join(const char *bridge, const char *dev, uint32_t mtu);

#endif
