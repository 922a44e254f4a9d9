/* SPDX-License-Identifier: MIT */
/*
 * tap.c - make a tap, put it into its bridge through netlink.
 *
 * The host's end has the address fe:ff:ff:ff:ff:ff, the highest there is, so
 * that no bridge takes it for its own.
 */
#include "backends/net/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netlink/addr.h>
#include <netlink/route/link.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "backends/common/log.h"

int tap_open(const char *name)
{
    struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
    int fd;

    if (strlen(name) >= IFNAMSIZ)
        return fail(ENAMETOOLONG, "the interface name %s has more than %d "
                    "letters; shorten vifname", name, IFNAMSIZ - 1);
    strcpy(ifr.ifr_name, name);
    fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return fail(errno, "cannot open /dev/net/tun: %m; is module tun "
                    "loaded?");
    if (ioctl(fd, TUNSETIFF, &ifr) < 0 || ioctl(fd, TUNSETPERSIST, 1) < 0) {
        int rc = fail(errno, "cannot make the tap %s: %m%s", name,
                      errno == EBUSY ? "; something else has it open" : "");

        close(fd);
        return rc;
    }
    return fd;
}

void tap_remove(int fd)
{
    ioctl(fd, TUNSETPERSIST, 0);
    close(fd);
}

int tap_set_offload(int fd, const struct tap_offload *o)
{
    unsigned long flags = 0;

    if (o->csum)
        flags |= TUN_F_CSUM | (o->tso4 ? TUN_F_TSO4 : 0) |
                 (o->tso6 ? TUN_F_TSO6 : 0);
    if (ioctl(fd, TUNSETOFFLOAD, flags) < 0)
        return fail(errno, "the tap takes no offloads: %m");
    return 0;
}

static int tap_change(struct nl_sock *sk, const char *name, int master,
                      unsigned mtu)
{
    struct rtnl_link *old = NULL, *new = rtnl_link_alloc();
    struct nl_addr *mac = NULL;
    int rc = rtnl_link_get_kernel(sk, 0, name, &old);

    if (rc == 0)
        rc = nl_addr_parse("fe:ff:ff:ff:ff:ff", AF_LLC, &mac);
    if (rc == 0) {
        rtnl_link_set_addr(new, mac);
        if (mtu)
            rtnl_link_set_mtu(new, mtu);
        rc = rtnl_link_change(sk, old, new, 0);
    }
    if (rc == 0) {
        rtnl_link_put(new);
        new = rtnl_link_alloc();
        if (master)
            rtnl_link_set_master(new, master);
        rtnl_link_set_flags(new, IFF_UP);
        rc = rtnl_link_change(sk, old, new, 0);
    }
    nl_addr_put(mac);
    rtnl_link_put(new);
    if (old)
        rtnl_link_put(old);
    return rc;
}

int tap_join(const char *name, const char *bridge, unsigned mtu)
{
    struct nl_sock *sk;
    int master = 0, rc;

    if (bridge && *bridge) {
        master = (int)if_nametoindex(bridge);
        if (master == 0)
            return fail(ENODEV, "there is no bridge %s; make it with: ip link "
                        "add %s type bridge && ip link set %s up", bridge,
                        bridge, bridge);
    }
    sk = nl_socket_alloc();
    if (!sk)
        return fail(ENOMEM, "no netlink socket");
    rc = nl_connect(sk, NETLINK_ROUTE);
    if (rc == 0)
        rc = tap_change(sk, name, master, mtu);
    nl_socket_free(sk);
    if (rc < 0)
        return fail(EIO, "cannot put %s into %s: %s", name,
                    master ? bridge : "use", nl_geterror(rc));
    return 0;
}
