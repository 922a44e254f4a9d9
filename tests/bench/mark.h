/* SPDX-License-Identifier: MIT */
/* mark.h - the two no-ops between which plugin.c counts. */
#ifndef BENCH_MARK_H
#define BENCH_MARK_H

#ifdef __ASSEMBLER__
#define MARK(n) nopl 0x5b1e000##n(%rax)
#else
#define MARK(n) __asm__ volatile("nopl 0x5b1e000" #n "(%%rax)" ::: "memory")
#endif

#endif
