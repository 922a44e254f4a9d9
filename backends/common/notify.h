/* SPDX-License-Identifier: MIT */
/*
 * notify.h - tell whoever started us (the keeper, systemd) that we serve.
 */
#ifndef BACKENDS_COMMON_NOTIFY_H
#define BACKENDS_COMMON_NOTIFY_H

/* Sends READY=1 to $NOTIFY_SOCKET; without one it does nothing. */
void notify_ready(void);

#endif
