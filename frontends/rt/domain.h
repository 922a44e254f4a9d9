/* SPDX-License-Identifier: MIT */
/*
 * domain.h - for a control domain: further domains, made of this same image.
 *
 *     static struct rt_domain child;
 *
 *     static void body(uint64_t arg) { ... runs in the child, in C ... }
 *
 *     domain_build(&child, &(struct rt_domain_spec){ .fn = body, .arg = 7 });
 *     *(uint64_t *)domain_at(&child, &shared_word) = 1;    before it starts
 *     domain_unpause(&child);
 *     ... load64(domain_at(&child, &counter)) ...
 *     domain_destroy(&child);
 *
 * The child has a copy of the code at the same addresses, initialised data as ours
 * are at that moment, zeroed bss and a small pool for page_alloc(). It starts
 * paused. All of rt.h works in it except printing and expectations: it has no
 * console and no test; it tells what it finds in variables that domain_at() shows,
 * or over an event channel whose port is its arg. A trap that it does not catch
 * shuts it down with SHUTDOWN_crash, a return from fn with SHUTDOWN_poweroff.
 * Events are masked until it calls events_enable().
 */
#ifndef RT_DOMAIN_H
#define RT_DOMAIN_H

#include "frontends/rt/rt.h"
#include "public/domctl.h"

struct rt_domain_spec {
    void (*fn)(uint64_t arg);       /* what its vcpu 0 does                   */
    uint64_t arg;
    unsigned vcpus;                 /* 0: one; the child starts the others     */
    unsigned pool;                  /* pages for page_alloc(); 0: 16           */
    unsigned spare;                 /* pages it may ask for beyond its own     */
};

/* Zeroed before its first use; may be used again after domain_destroy(). */
struct rt_domain {
    domid_t id;
    unsigned end;                   /* its pfns go from the image's to here    */
    uint64_t *mfns;                 /* by pfn                                  */
    char *window;                   /* a hole where domain_at() maps its pages */
};

/* A new, paused domain; on failure false, the expectation failed, none left. */
bool domain_build(struct rt_domain *d, const struct rt_domain_spec *spec);
void domain_unpause(struct rt_domain *d);
void domain_pause(struct rt_domain *d);
/* Its variable, seen from here. Not a page of its code or a page table. */
void *domain_at(struct rt_domain *d, const void *va);
/* Ends it. What others still hold of it (grants, channels) goes later. */
bool domain_destroy(struct rt_domain *d);

/* A domctl on domain `id`: sets the head of *op, repeats what asks for it. */
long domain_ctl(struct xen_domctl *op, unsigned cmd, domid_t id);
/* get- or setvcpuaffinity of vcpu 0's hard affinity, a bit for each CPU. */
long domain_affinity(unsigned cmd, domid_t id, uint64_t *hard);
/* getdomaininfo; false if there is no such domain. */
bool domain_info(domid_t id, struct xen_domctl_getdomaininfo *info);
uint64_t domain_cpu_time(const struct rt_domain *d);    /* ns of all its vcpus */
/* DOMINF_shutdown: the reason; -1: it has not ended. */
int domain_ended(const struct rt_domain *d);

#endif
