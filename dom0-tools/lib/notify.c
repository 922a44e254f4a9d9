/* SPDX-License-Identifier: MIT */
/* notify.c - one datagram; the manual is sd_notify(3). */
#include "dom0-tools/lib/notify.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_ready(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    int fd;

    if (!path || path[0] != '/' || strlen(path) >= sizeof(to.sun_path))
        return;
    memcpy(to.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    (void)!sendto(fd, "READY=1", 7, MSG_NOSIGNAL, (struct sockaddr *)&to,
                  sizeof(to));
    close(fd);
}
