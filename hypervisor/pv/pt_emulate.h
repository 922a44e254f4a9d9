/* SPDX-License-Identifier: MIT */
/* pt_emulate.h - a guest kernel's plain write to one of its own L1 tables. */
#ifndef SPLITRING_PV_PT_EMULATE_H
#define SPLITRING_PV_PT_EMULATE_H

#include "core/domain.h"

/* The write at regs->rip to va has trapped because va maps an L1 table: does it
 * through the one door. false: it is not that, or the entry is refused. */
bool pv_pt_emulate(struct vcpu *v, vaddr_t va, struct cpu_user_regs *regs);

#endif
