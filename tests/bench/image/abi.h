/* SPDX-License-Identifier: MIT */
/*
 * abi.h - numbers of the ABI that fast.S needs; rows.c holds them against the
 * public headers.
 */
#ifndef BENCH_ABI_H
#define BENCH_ABI_H

#define FAST_IRET          23       /* hypercalls                           */
#define FAST_SCHED_OP      29
#define FAST_EVENT_OP      32
#define FAST_BLOCK         1        /* SCHEDOP_block                        */
#define FAST_SEND          4        /* EVTCHNOP_send                        */
#define FAST_CS            0xe030   /* RPL 0: stays in the kernel         */
#define FAST_SS            0xe02b
#define FAST_IN_SYSCALL    0x100    /* VGCF_in_syscall                      */
#define FAST_PENDING       0        /* in struct shared_info, of vcpu 0     */
#define FAST_SELECTOR      8
#define FAST_PORT_WORD     2048     /* the pending bits of ports 0 to 63    */

/* The other domain: code, stack, shared_info, a page each; in the kernel's half,
 * where what counts hypercalls looks for them. */
#define PEER_BASE          0xffffffffc0000000
#define PEER_STACK         0xffffffffc0002000
#define PEER_SHARED        0xffffffffc0002000

#endif
