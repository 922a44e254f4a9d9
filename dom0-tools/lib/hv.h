/* SPDX-License-Identifier: MIT */
/*
 * hv.h - the hypervisor's control calls, over libxencall.
 *
 * Every argument is copied into a buffer that the kernel keeps in memory for
 * the call, and back. Results are 0 (or a value >= 0) and -errno; nothing is
 * printed here, since only the caller knows what it was doing.
 */
#ifndef SPLITRING_TOOLS_HV_H
#define SPLITRING_TOOLS_HV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "public/xen.h"
#include "public/domctl.h"
#include "public/memory.h"
#include "public/sysctl.h"
#include "public/version.h"

struct hv;

/* NULL, with the reason said, when this is not a control domain. */
struct hv *hv_open(void);
void hv_close(struct hv *hv);

/* Memory whose address may stand in an argument (guest handles). */
void *hv_buffer(struct hv *hv, size_t size);
void hv_buffer_free(struct hv *hv, void *p);

int hv_domctl(struct hv *hv, struct xen_domctl *op);
int hv_sysctl(struct hv *hv, struct xen_sysctl *op);
long hv_memory_op(struct hv *hv, unsigned int cmd, void *arg, size_t size);
int hv_version(struct hv *hv, unsigned int cmd, void *arg, size_t size);

/* Domains. */
typedef struct xen_domctl_getdomaininfo dominfo;

int hv_domain_info(struct hv *hv, uint32_t domid, dominfo *out);
/* All domains, to be freed with free(); the count or -errno. */
int hv_domain_list(struct hv *hv, dominfo **out);
int hv_domain_create(struct hv *hv, struct xen_domctl_createdomain *how,
                     uint32_t *domid);
int hv_domain_destroy(struct hv *hv, uint32_t domid);
int hv_domain_pause(struct hv *hv, uint32_t domid);
int hv_domain_unpause(struct hv *hv, uint32_t domid);
int hv_domain_max_vcpus(struct hv *hv, uint32_t domid, uint32_t n);
/* From a counter of 0 at the host's rate, where it is emulated. */
int hv_domain_tsc_mode(struct hv *hv, uint32_t domid, uint32_t mode);
int hv_domain_max_mem(struct hv *hv, uint32_t domid, uint64_t kib);
int hv_domain_trigger(struct hv *hv, uint32_t domid, uint32_t what,
                      uint32_t vcpu);
/* One memory region from 0 to @bytes in the map the guest asks for. */
int hv_domain_memory_map(struct hv *hv, uint32_t domid, uint64_t bytes);
int hv_vcpu_context(struct hv *hv, uint32_t domid, uint32_t vcpu,
                    const struct vcpu_guest_context *ctx);
/* Hard affinity as a bitmap of @cpus bits. */
int hv_vcpu_affinity(struct hv *hv, uint32_t domid, uint32_t vcpu,
                     const uint8_t *map, uint32_t cpus);
/*
 * Give the domain @n extents of 1 << @order pages; @frames holds guest frame
 * numbers and gets machine frame numbers. The number of extents done.
 */
long hv_populate(struct hv *hv, uint32_t domid, unsigned int order, size_t n,
                 uint64_t *frames);
int hv_pin_l4(struct hv *hv, uint32_t domid, uint64_t mfn);
/* A port of @domid that our domain may bind, or -errno. */
int hv_alloc_unbound(struct hv *hv, uint32_t domid);

/* The machine. */
int hv_physinfo(struct hv *hv, struct xen_sysctl_physinfo *out);

#endif
