/* SPDX-License-Identifier: MIT */
/*
 * core_world.h - core/ on the fake machine: CPUs that take turns in time that
 * the test moves, and domains without an x86 inside.
 */
#ifndef TESTS_UNIT_HV_CORE_WORLD_H
#define TESTS_UNIT_HV_CORE_WORLD_H

#include "arch/fake/fake.h"
#include "core/domain.h"

extern s_time_t world_now;

uint32_t rnd(uint32_t below);
void rnd_seed(uint32_t seed);

/* Once: memory, the system domains, idle vcpus on every CPU. */
void core_world_init(void);
/* A domain with this many vcpus, unpaused; its vcpus are down. */
struct domain *core_domain(domid_t id, unsigned vcpus);
void core_up(struct vcpu *v);
/* Destroyed, its record freed. */
void core_domain_end(struct domain *d);
/* Moves time on; every CPU then takes its timer and does its scheduling. */
void core_step(s_time_t by);
/* Does what WORK_SCHED asks for on all CPUs, until none asks. */
void core_settle(void);

#endif
