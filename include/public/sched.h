/* SPDX-License-Identifier: MIT */
/*
 * sched.h - HYPERVISOR_sched_op(cmd, arg): giving up the CPU, and ending.
 */
#ifndef PUBLIC_SCHED_H
#define PUBLIC_SCHED_H

#include "event_channel.h"

#define SCHEDOP_yield           0   /* no argument */
#define SCHEDOP_block           1   /* unmasks events and sleeps for one */
#define SCHEDOP_shutdown        2   /* sched_shutdown */
#define SCHEDOP_poll            3   /* sched_poll */
#define SCHEDOP_remote_shutdown 4   /* sched_remote_shutdown */
#define SCHEDOP_shutdown_code   5   /* sched_shutdown: record, do not stop */
#define SCHEDOP_watchdog        6   /* sched_watchdog */
#define SCHEDOP_pin_override    7   /* sched_pin_override */

struct sched_shutdown {
    unsigned int reason;            /* SHUTDOWN_* */
};
XEN_STRUCT_TYPES(sched_shutdown);

/* Sleeps until one of the ports is pending, masked or not. -EINVAL over 128
 * ports or for a bad one. */
struct sched_poll {
    XEN_GUEST_HANDLE(evtchn_port_t) ports;
    unsigned int nr_ports;
    uint64_t     timeout;           /* absolute, ns of system time; 0: none */
};
XEN_STRUCT_TYPES(sched_poll);

struct sched_remote_shutdown {
    domid_t      domain_id;
    unsigned int reason;
};
XEN_STRUCT_TYPES(sched_remote_shutdown);

/* id 0: a new one, whose number is the result; timeout 0: cancel. */
struct sched_watchdog {
    uint32_t id;
    uint32_t timeout;               /* seconds */
};
XEN_STRUCT_TYPES(sched_watchdog);

/* Keeps the calling vcpu on one physical CPU; negative: ends that. */
struct sched_pin_override {
    int32_t pcpu;
};
XEN_STRUCT_TYPES(sched_pin_override);

#define SHUTDOWN_poweroff   0
#define SHUTDOWN_reboot     1
#define SHUTDOWN_suspend    2
#define SHUTDOWN_crash      3
#define SHUTDOWN_watchdog   4
#define SHUTDOWN_soft_reset 5
#define SHUTDOWN_MAX        5

#endif /* PUBLIC_SCHED_H */
