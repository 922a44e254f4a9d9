/* SPDX-License-Identifier: MIT */
/*
 * bench.h - what the image that is measured is made of: rows, and the other domain.
 *
 * A row does `ops` operations each time round; run(n) goes round n times in a loop
 * of two instructions.
 */
#ifndef BENCH_H
#define BENCH_H

#include "frontends/rt/rt.h"

struct row {
    const char *name;               /* no blanks                            */
    void (*setup)(void);            /* may be null                          */
    void (*run)(unsigned long n);
    void (*finish)(void);           /* may be null                          */
    unsigned rounds;
    bool beside;                    /* others of the domain may be running  */
};

extern const struct row rows[];
extern const unsigned row_count;

/* ---- fast.S ---- */

extern unsigned long fast_events;
void fast_event(void);
void fast_syscall(void);
void fast_fault(void);
void fast_iret(unsigned long n);
void fast_loop(unsigned long n);
extern const char user_code[], user_faults[], user_code_end[];

/* ---- peer.c ---- */

#define PEER_GRANTS 64
#define PEER_REF    8               /* its first grant; they follow         */

/* Makes the other domain once; false with the expectation failed. */
bool peer_start(void);
domid_t peer_id(void);
unsigned peer_channel(void);        /* our port; an event comes back        */

#endif
