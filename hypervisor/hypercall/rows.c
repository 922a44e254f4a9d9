/* SPDX-License-Identifier: MIT */
/*
 * rows.c - what hypercalls.def says of each row apart from who answers it: its
 * name, its counter, and the errno of those that are refused.
 *
 * Counters are each vcpu's own and are added up when somebody asks. A reset
 * remembers what they were.
 */
#include "hypercall/hypercall.h"
#include "public/arch-x86/xen-mca.h"
#include "public/platform.h"
#include "public/sysctl.h"

_Static_assert((unsigned)NR_ROWS <= CALL_ROWS, "struct vcpu has too few counters");

static const struct {
    const char *call, *sub;
} names[NR_ROWS] = {
#define CALL_NAME(name, who) [__HYPERVISOR_##name] = { #name, NULL },
#define SUB_NAME(call, prefix, name) [ROW_##call##_##name] = { #call, #name },
    CALLS(CALL_NAME, HC_NOTHING)
    SUBS(SUB_NAME, SUB_NAME, HC_NOTHING)
};

static const struct {
    const char *call, *sub;
    uint8_t nr, err;
    uint16_t cmd;
} refused[] = {
#define NO_CALL(name, err) { #name, "", __HYPERVISOR_##name, err, 0 },
#define NO_SUB(call, prefix, name, err) \
    { #call, #name, __HYPERVISOR_##call, err, prefix##name },
    CALLS(HC_NOTHING, NO_CALL)
    SUBS(HC_NOTHING, HC_NOTHING, NO_SUB)
};

static uint64_t zero[NR_ROWS];          /* where counting starts               */

long hc_refuse(unsigned call, uint64_t sub)
{
    for (unsigned i = 0; i < ARRAY_SIZE(refused); i++)
        if (refused[i].nr == call && refused[i].cmd == sub)
            return fail(refused[i].err, "%s %s is not offered", refused[i].call,
                        refused[i].sub);
    return fail(ENOSYS, "call %u has no %lu", call, sub);
}

bool row_name(unsigned row, const char **call, const char **sub)
{
    if (row >= NR_ROWS || !names[row].call)
        return false;
    *call = names[row].call;
    *sub = names[row].sub;
    return true;
}

static uint64_t calls_ever(unsigned row)
{
    uint64_t n = READ_ONCE(calls_gone[row]);
    struct domain *d;
    struct vcpu *v;

    for_each_domain(d)
        for_each_vcpu(d, v)
            n += READ_ONCE(v->calls[row]);
    return n;
}

uint64_t row_calls(unsigned row)
{
    return calls_ever(row) - zero[row];
}

void row_calls_reset(void)
{
    for (unsigned row = 0; row < NR_ROWS; row++)
        zero[row] = calls_ever(row);
}
