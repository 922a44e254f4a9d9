/* SPDX-License-Identifier: MIT */
/* x86.h - exception vectors, error codes, and what guests read in CR0. */
#ifndef SPLITRING_PV_X86_H
#define SPLITRING_PV_X86_H

#include "arch/x86/insn.h"

#define CR0_GUEST    0x80050033ul   /* PG AM WP NE ET MP PE: what a guest reads */

#define VEC_DB 1
#define VEC_NMI 2
#define VEC_BP 3
#define VEC_OF 4
#define VEC_UD 6
#define VEC_NM 7
#define VEC_GP 13
#define VEC_PF 14
#define VEC_SYSCALL 0x80

#define PF_PRESENT (1u << 0)
#define PF_WRITE   (1u << 1)
#define PF_USER    (1u << 2)
#define PF_RSVD    (1u << 3)
#define PF_FETCH   (1u << 4)

#endif
