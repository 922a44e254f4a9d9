/* SPDX-License-Identifier: MIT */
/* x86.h - error codes, and what guests read in CR0. */
#ifndef SPLITRING_PV_X86_H
#define SPLITRING_PV_X86_H

#include "arch/x86/insn.h"
#include "arch/x86/trap.h"

#define CR0_GUEST    0x80050033ul   /* PG AM WP NE ET MP PE: what a guest reads */

#define TRAP_INT80 0x80            /* the old system call                     */

#define PF_PRESENT (1u << 0)
#define PF_WRITE   (1u << 1)
#define PF_USER    (1u << 2)
#define PF_RSVD    (1u << 3)
#define PF_FETCH   (1u << 4)

#endif
