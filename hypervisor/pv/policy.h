/* SPDX-License-Identifier: MIT */
/*
 * policy.h - what CPUID shows: one object that the emulated instruction, the
 * policy calls and the featureset are made from.
 */
#ifndef SPLITRING_PV_POLICY_H
#define SPLITRING_PV_POLICY_H

#include "core/domain.h"
#include "public/domctl.h"

#define POLICY_MAX_LEAVES 96
#define POLICY_MAX_MSRS   2
#define FEATURESET_WORDS  19        /* the last three: bits of MSRs, none    */

enum policy_kind { POLICY_HOST, POLICY_PV };

/* The leaves of a policy of ours, or of d where d is not NULL; the number
 * written, never more than POLICY_MAX_LEAVES. */
unsigned pv_policy_leaves(enum policy_kind kind, const struct domain *d,
                          xen_cpuid_leaf_t out[POLICY_MAX_LEAVES]);
/* The MSRs (platform info, architectural capabilities) are all zero for PV. */
unsigned pv_policy_msrs(xen_msr_entry_t out[POLICY_MAX_MSRS]);
/* Replaces d's leaves with n given ones: 0, -EINVAL with *bad set to the index of
 * the leaf that is not acceptable, -ENOMEM. Features beyond ours are dropped. */
int pv_policy_set(struct domain *d, const xen_cpuid_leaf_t *leaves, unsigned n,
                  unsigned *bad);
void pv_policy_free(struct domain *d);
void pv_policy_featureset(enum policy_kind kind, uint32_t out[FEATURESET_WORDS]);

#endif
