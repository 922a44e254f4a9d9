/* SPDX-License-Identifier: MIT */
/* notify.h - tells who has started us that we are ready (sd_notify's protocol). */
#ifndef SPLITRING_TOOLS_NOTIFY_H
#define SPLITRING_TOOLS_NOTIFY_H

/* Sends READY=1 to $NOTIFY_SOCKET; without one it does nothing. A message that
 * cannot be sent only makes the starter wait, so it is no failure of ours. */
void notify_ready(void);

#endif
