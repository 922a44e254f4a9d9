/* SPDX-License-Identifier: MIT */
/*
 * trap.c - the virtual trap table and what happens with a trap: a test's own
 * handler, else the innermost trap_run(), else the end of the test.
 */
#include "frontends/rt/rt.h"
#include "frontends/rt/private.h"
#include "public/callback.h"

uint64_t rt_failsafe_selectors[4];
static trap_handler *handlers[TRAP_COUNT];

#define TRAPS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) \
    X(12) X(13) X(14) X(16) X(17) X(18) X(19) X(128)

#define X(n) void rt_trap_##n(void);
TRAPS(X)
#undef X

/* Vectors that user code may raise by INT n have DPL 3; a page fault comes in
 * with events masked, so that CR2 is read before an event can fault. */
void traps_fill(struct trap_info table[256])
{
    static const struct { uint8_t vector; void (*entry)(void); } rows[] = {
#define X(n) { n, rt_trap_##n },
        TRAPS(X)
#undef X
    };

    memset(table, 0, 256 * sizeof(*table));
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t v = rows[i].vector;

        table[v].vector = v;
        table[v].flags = v == 3 || v == 4 || v == 128 ? 3 : 0;
        if (v == 14)
            TI_SET_IF(&table[v], 1);
        table[v].cs = FLAT_KERNEL_CS;
        table[v].address = (unsigned long)rows[i].entry;
    }
}

/* The hypercall wants the rows in use, without holes, ended by a zero. */
void traps_init(void)
{
    static struct trap_info full[256], packed[257];
    unsigned n = 0;

    traps_fill(full);
    for (unsigned i = 0; i < 256; i++) {
        if (full[i].address != 0)
            packed[n++] = full[i];
    }
    memset(&packed[n], 0, sizeof(packed[n]));
    hc_set_trap_table(packed);
    hc_set_callbacks(rt_event_entry, rt_failsafe_entry, rt_syscall_entry);
}

void traps_reset(void)
{
    memset(handlers, 0, sizeof(handlers));
}

void trap_on(unsigned vector, trap_handler *h)
{
    handlers[vector] = h;
}

void entry_trap(struct trap_frame *f)
{
    uint64_t cr2 = vcpu_info_self()->arch.cr2;
    struct rt_vcpu *v = rt_vcpu_self();

    if (f->vector == TRAP_EVENT) {
        events_run();
        return;
    }
    if (handlers[f->vector] != NULL && handlers[f->vector](f))
        return;
    if (v->catch == NULL)
        test_abandon("trap", f, cr2);
    v->catch->seen = true;
    v->catch->frame = *f;
    v->catch->cr2 = cr2;
    /* Continue in the catcher, by iret, so that the mask is what it was. */
    f->rip = (uint64_t)rt_longjmp;
    f->rdi = (uint64_t)v->catch_jump;
    f->rsi = 1;
    f->cs = FLAT_KERNEL_CS & ~3UL;
    f->ss = FLAT_KERNEL_SS;
    f->rflags &= ~0x500UL;          /* neither TF nor DF */
    f->rsp = v->catch_jump->r[1] - 256;
    f->rsp -= 8;
}

bool trap_run(struct trap_caught *c, void (*fn)(void *arg), void *arg)
{
    struct rt_vcpu *v = rt_vcpu_self();
    struct trap_caught *outer = v->catch;
    struct rt_jump *outer_jump = v->catch_jump;
    struct rt_jump jump;

    memset(c, 0, sizeof(*c));
    v->catch = c;
    v->catch_jump = &jump;
    if (rt_setjmp(&jump) == 0)
        fn(arg);
    v = rt_vcpu_self();
    v->catch = outer;
    v->catch_jump = outer_jump;
    return c->seen;
}

struct access {
    void *va;
    uint64_t value;
};

static void access_read(void *arg)
{
    struct access *a = arg;

    a->value = load64(a->va);
}

static void access_write(void *arg)
{
    struct access *a = arg;

    __asm__ volatile("mov %1, %0" : "=m"(*(uint64_t *)a->va) : "r"(a->value));
}

bool try_read(struct trap_caught *c, const void *va, uint64_t *value)
{
    struct access a = { (void *)va, 0 };

    if (trap_run(c, access_read, &a))
        return false;
    *value = a.value;
    return true;
}

bool try_write(struct trap_caught *c, void *va, uint64_t value)
{
    struct access a = { va, value };

    return !trap_run(c, access_write, &a);
}
