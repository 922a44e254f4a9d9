/* SPDX-License-Identifier: MIT */
/*
 * hypercall.h - what every handler gets and may answer.
 *
 * A handler returns the guest's value: 0, a positive result or -errno. A long
 * call yields with hc_resume_later() after it has put its progress into the
 * argument registers (or in a multicall: into its entry).
 */
#ifndef SPLITRING_HYPERCALL_HYPERCALL_H
#define SPLITRING_HYPERCALL_HYPERCALL_H

#include "core/domain.h"
#include "hypercall/hypercalls.def"
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/guest_copy.h"

struct hc_args {
    uint64_t a[6];                  /* may be changed for a continuation       */
    bool again;                     /* set by hc_resume_later()                */
    bool new_frame;                 /* the guest's frame was replaced, with rax */
};
typedef long hc_fn(struct vcpu *cur, struct hc_args *in);

/* The same call is made again with in->a[] as it is now; the handler returns this
 * value at once. */
long hc_resume_later(struct hc_args *in);

/* For the rows of hypercalls.def that a use of it passes over. */
#define HC_NOTHING(...)

#define HC_PROTOTYPE(name, who) hc_fn hc_##name;
CALLS(HC_PROTOTYPE, HC_NOTHING)

/* A row's counter in struct vcpu: of a call it is its number. */
enum row {
    ROW_BEFORE_SUBS = 63,
#define HC_ROW(call, prefix, name) ROW_##call##_##name,
    SUBS(HC_ROW, HC_ROW, HC_NOTHING)
    NR_ROWS
};

/* All sub-operations of a call: number cmd is counted and carried out by DO(name, out),
 * which the file that uses this defines (out: an OUT row), or refused. */
#define HC_CASES(call, cmd)                                                 \
    switch (cmd) {                                                          \
    SUBS_##call(HC_CASE, HC_CASE_OUT, HC_NOTHING)                           \
    default:                                                                \
        return hc_refuse(__HYPERVISOR_##call, cmd);                         \
    }
#define HC_CASE(call, prefix, name) \
    case prefix##name: HC_COUNT(cur, call, name); DO(name, false); break;
#define HC_CASE_OUT(call, prefix, name) \
    case prefix##name: HC_COUNT(cur, call, name); DO(name, true); break;
/* First in each sub-operation's case: one increment. */
#define HC_COUNT(cur, call, name) ((cur)->calls[ROW_##call##_##name]++)

/* handler(), whose argument lies at in->a[1]: op is our copy of it. HC_OP: of the row
 * of this name, in its file. */
#define HC_COPIED(linkage, handler, type)                                          \
    static long handler##_on(struct vcpu *cur, struct hc_args *in, type *op);      \
    linkage long handler(struct vcpu *cur, struct hc_args *in)                     \
    {                                                                              \
        type op;                                                                   \
                                                                                   \
        if (guest_read(&op, in->a[1], sizeof(op)) != 0)                            \
            return fail(EFAULT, #handler " at %#lx", in->a[1]);                    \
        return handler##_on(cur, in, &op);                                         \
    }                                                                              \
    static long handler##_on(struct vcpu *cur, struct hc_args *in, type *op)
#define HC_OP(name, type) HC_COPIED(static, op_##name, type)

/* A call whose argument lies at in->a[0] and says its version and a command: DO() sets
 * rc and `answers`; op goes back with an answer that is 0 or -ENOBUFS. */
#define HC_VERSIONED(call, type, version)                                          \
    long hc_##call(struct vcpu *cur, struct hc_args *in)                           \
    {                                                                              \
        type op;                                                                   \
        bool answers;                                                              \
        long rc;                                                                   \
                                                                                   \
        if (guest_read(&op, in->a[0], sizeof(op)))                                 \
            return fail(EFAULT, #call " at %#lx", in->a[0]);                       \
        if (op.interface_version != (version))                                     \
            return fail(EACCES, #call " version %#x", op.interface_version);       \
        HC_CASES(call, op.cmd)                                                     \
        if (answers && (!rc || rc == -ENOBUFS) &&                                  \
            guest_write(in->a[0], &op, sizeof(op)))                                \
            return fail(EFAULT, #call " at %#lx", in->a[0]);                       \
        return rc;                                                                 \
    }

/* The domain that a call names: the caller's own, or any by the control domain. 0 and
 * a reference, or -ESRCH, -EPERM. */
int hc_target_get(struct vcpu *cur, domid_t id, struct domain **out);

/* The answer to a sub-operation that nobody has a case for: the table's errno,
 * -ENOSYS for a number that is not in it. */
long hc_refuse(unsigned call, uint64_t sub);

/* rows.c: the name of row 0 to NR_ROWS - 1 (sub null: a call's own), false where
 * there is none; and how often it was called since boot or the last reset. */
bool row_name(unsigned row, const char **call, const char **sub);
uint64_t row_calls(unsigned row);
void row_calls_reset(void);

#endif
