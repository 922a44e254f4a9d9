/* SPDX-License-Identifier: MIT */
/* host.c - loop devices and bridge ports of the control domain; host.h. */
#include "dom0-tools/build/host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_bridge.h>
#include <linux/loop.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dom0-tools/lib/mem.h"

int loop_attach(const char *path, bool readonly, char dev[32])
{
    int ctl, loop = -1, file, n, rc = 0;

    file = open(path, (readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
    if (file < 0)
        return -errno;
    ctl = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    if (ctl < 0)
        rc = -errno;
    while (rc == 0) {
        struct loop_config how = { .fd = (uint32_t)file };

        how.info.lo_flags = readonly ? LO_FLAGS_READ_ONLY : 0;
        snprintf((char *)how.info.lo_file_name, LO_NAME_SIZE, "%s", path);
        n = ioctl(ctl, LOOP_CTL_GET_FREE);
        if (n < 0) {
            rc = -errno;
            break;
        }
        snprintf(dev, 32, "/dev/loop%d", n);
        loop = open(dev, (readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
        if (loop < 0) {
            rc = -errno;
            break;
        }
        if (ioctl(loop, LOOP_CONFIGURE, &how) == 0)
            break;
        if (errno != EBUSY) /* busy: somebody else took this one */
            rc = -errno;
        close(loop);
        loop = -1;
    }
    if (loop >= 0)
        close(loop);
    if (ctl >= 0)
        close(ctl);
    close(file);
    return rc;
}

int loop_detach(const char *dev)
{
    int fd = open(dev, O_RDONLY | O_CLOEXEC);
    int rc = 0;

    if (fd < 0)
        return -errno;
    if (ioctl(fd, LOOP_CLR_FD) < 0)
        rc = -errno;
    close(fd);
    return rc;
}

bool bridge_exists(const char *bridge)
{
    char *path = str_fmt("/sys/class/net/%s/bridge", bridge);
    bool ok = !strchr(bridge, '/') && access(path, F_OK) == 0;

    free(path);
    return ok;
}

static int request(int fd, unsigned long op, struct ifreq *r, const char *dev)
{
    memset(r->ifr_name, 0, sizeof(r->ifr_name));
    strncpy(r->ifr_name, dev, sizeof(r->ifr_name) - 1);
    return ioctl(fd, op, r) < 0 ? -errno : 0;
}

int bridge_join(const char *bridge, const char *dev, uint32_t mtu)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq r;
    int rc = 0;

    if (fd < 0)
        return -errno;
    memset(&r, 0, sizeof(r));
    if (mtu) {
        r.ifr_mtu = (int)mtu;
        rc = request(fd, SIOCSIFMTU, &r, dev);
    }
    r.ifr_ifindex = (int)if_nametoindex(dev);
    if (rc == 0 && r.ifr_ifindex == 0)
        rc = -ENODEV;
    if (rc == 0)
        rc = request(fd, SIOCBRADDIF, &r, bridge);
    if (rc == -EBUSY)
        rc = 0; /* in a bridge already */
    if (rc == 0)
        rc = request(fd, SIOCGIFFLAGS, &r, dev);
    r.ifr_flags |= IFF_UP;
    if (rc == 0)
        rc = request(fd, SIOCSIFFLAGS, &r, dev);
    close(fd);
    return rc;
}
