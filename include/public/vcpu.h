/* SPDX-License-Identifier: MIT */
/*
 * vcpu.h - HYPERVISOR_vcpu_op(cmd, vcpu, arg): a domain's own vcpus. -ENOENT:
 * no such vcpu. Times are ns of system time (see vcpu_time_info).
 */
#ifndef PUBLIC_VCPU_H
#define PUBLIC_VCPU_H

#include "xen.h"

/* arg: vcpu_guest_context. -EEXIST: has a context already. */
#define VCPUOP_initialise 0
/* No argument. -EINVAL: not initialised. */
#define VCPUOP_up         1
#define VCPUOP_down       2
/* The result is 1 or 0. */
#define VCPUOP_is_up      3

/*
 * How long a vcpu was in each state. With VMASST_TYPE_runstate_update_flag the
 * top bit of state_entry_time is set while the hypervisor writes an area.
 */
#define VCPUOP_get_runstate_info 4
struct vcpu_runstate_info {
    int      state;                 /* RUNSTATE_* */
    uint64_t state_entry_time;
    uint64_t time[4];               /* ns spent in each RUNSTATE_* */
};
XEN_STRUCT_TYPES(vcpu_runstate_info);
#define XEN_RUNSTATE_UPDATE (1ULL << 63)
#define RUNSTATE_running    0
#define RUNSTATE_runnable   1
#define RUNSTATE_blocked    2
#define RUNSTATE_offline    3

/* The area is a virtual address, written each time the vcpu starts to run. */
#define VCPUOP_register_runstate_memory_area 5
struct vcpu_register_runstate_memory_area {
    union {
        XEN_GUEST_HANDLE(vcpu_runstate_info_t) h;
        struct vcpu_runstate_info *v;
        uint64_t p;
    } addr;
};
XEN_STRUCT_TYPES(vcpu_register_runstate_memory_area);

/* -EINVAL: period under 1 ms. */
#define VCPUOP_set_periodic_timer  6
#define VCPUOP_stop_periodic_timer 7
struct vcpu_set_periodic_timer {
    uint64_t period_ns;
};
XEN_STRUCT_TYPES(vcpu_set_periodic_timer);

/* With VCPU_SSHOTTMR_future a time that has passed may be refused by -ETIME;
 * without it, and where the flag is ignored, such a timer fires at once. */
#define VCPUOP_set_singleshot_timer  8
#define VCPUOP_stop_singleshot_timer 9
struct vcpu_set_singleshot_timer {
    uint64_t timeout_abs_ns;
    uint32_t flags;
};
XEN_STRUCT_TYPES(vcpu_set_singleshot_timer);
#define _VCPU_SSHOTTMR_future 0
#define VCPU_SSHOTTMR_future  (1U << _VCPU_SSHOTTMR_future)

/* Moves vcpu_info to a page of the guest, once per vcpu. -ENXIO: crosses a page;
 * -EINVAL: not the guest's, or registered before. */
#define VCPUOP_register_vcpu_info 10
struct vcpu_register_vcpu_info {
    uint64_t mfn;
    uint32_t offset;                /* bytes */
    uint32_t rsvd;
};
XEN_STRUCT_TYPES(vcpu_register_vcpu_info);

#define VCPUOP_send_nmi 11

/* -EINVAL unless the vcpu is pinned, in the control domain. */
#define VCPUOP_get_physid 12
struct vcpu_get_physid {
    uint64_t phys_id;               /* OUT: ACPI id << 32 | APIC id */
};
XEN_STRUCT_TYPES(vcpu_get_physid);
#define xen_vcpu_physid_to_x86_apicid(physid) ((uint32_t)(physid))
#define xen_vcpu_physid_to_x86_acpiid(physid) ((uint32_t)((physid) >> 32))

/* A copy of the vcpu's time, for mapping into programs. */
#define VCPUOP_register_vcpu_time_memory_area 13
DEFINE_XEN_GUEST_HANDLE(vcpu_time_info_t);
struct vcpu_register_time_memory_area {
    union {
        XEN_GUEST_HANDLE(vcpu_time_info_t) h;
        struct vcpu_time_info *v;
        uint64_t p;
    } addr;
};
XEN_STRUCT_TYPES(vcpu_register_time_memory_area);

#endif /* PUBLIC_VCPU_H */
