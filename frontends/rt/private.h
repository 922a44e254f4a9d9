/* SPDX-License-Identifier: MIT */
/* private.h - what the runtime's files say to each other and not to tests. */
#ifndef RT_PRIVATE_H
#define RT_PRIVATE_H

#include "frontends/rt/rt.h"

/* The second level of one vcpu's own data; found through GS. */
struct rt_vcpu {
    struct rt_vcpu *self;
    unsigned id;
    struct vcpu_info *info;         /* null: still in shared_info */
    struct trap_caught *catch;      /* of the innermost trap_run(), or null */
    struct rt_jump *catch_jump;
    void (*fn)(void *);
    void *arg;
};
#define RT_MAX_VCPUS 32

struct rt_vcpu *rt_vcpu_self(void);

void rt_start(struct start_info *si) __attribute__((noreturn));
void rt_vcpu_entry(void);
void rt_vcpu_main(struct rt_vcpu *v) __attribute__((noreturn));
void entry_trap(struct trap_frame *f);

void rt_event_entry(void);
void rt_failsafe_entry(void);
void rt_syscall_entry(void);

void console_init(void);
void memory_init(void);
void memory_pool_limit(unsigned pages);     /* what this domain has of it */
void traps_init(void);
void traps_fill(struct trap_info table[256]);
void traps_reset(void);
void events_init(void);
void events_reset(void);
void events_run(void);
void vcpu_init(struct rt_vcpu *v, unsigned id);

/* Ends the running test after an unexpected trap. */
_Noreturn void test_abandon(const char *why, const struct trap_frame *f,
                            uint64_t cr2);
int tests_run(void);
bool test_run(const struct rt_test *t);

/* With as=guests: a test in a guest of its own. */
bool guest_run(unsigned index);

/* What is printed goes to this ring; its reader looks by itself. */
struct xencons_interface;
void console_attach(struct xencons_interface *r);

#endif
