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
#include "lib/bug.h"
#include "lib/string.h"
#include "mm/guest_copy.h"
#include "pv/yield.h"

struct hc_args {
    uint64_t a[6];                  /* may be changed for a continuation       */
    bool again;                     /* set by hc_resume_later()                */
};
typedef long hc_fn(struct vcpu *cur, struct hc_args *in);

/* The same call is made again with in->a[] as it is now; the handler returns this
 * value at once. */
long hc_resume_later(struct hc_args *in);

#define HC(name, who) hc_fn hc_##name;
#include "hypercall/hypercalls.def"
#undef HC

#endif
