/* SPDX-License-Identifier: MIT */
/*
 * callback.h - HYPERVISOR_callback_op(cmd, arg): the entry points of the
 * calling vcpu's kernel. Unregistering event, failsafe or syscall is -EINVAL;
 * an unknown type is -ENOSYS.
 */
#ifndef PUBLIC_CALLBACK_H
#define PUBLIC_CALLBACK_H

#include "xen.h"

#define CALLBACKTYPE_event               0 /* upcall for event channels      */
#define CALLBACKTYPE_failsafe            1 /* a bad segment at iret          */
#define CALLBACKTYPE_syscall             2 /* 64-bit SYSCALL                 */
#define CALLBACKTYPE_sysenter_deprecated 3
#define CALLBACKTYPE_nmi                 4
#define CALLBACKTYPE_sysenter            5
#define CALLBACKTYPE_syscall32           7 /* SYSCALL of compatibility mode  */

/* Enter this callback with events masked. */
#define _CALLBACKF_mask_events 0
#define CALLBACKF_mask_events  (1U << _CALLBACKF_mask_events)

#define CALLBACKOP_register 0
struct callback_register {
    uint16_t       type;            /* CALLBACKTYPE_* */
    uint16_t       flags;           /* CALLBACKF_* */
    xen_callback_t address;
};
XEN_STRUCT_TYPES(callback_register);

#define CALLBACKOP_unregister 1
struct callback_unregister {
    uint16_t type;
    uint16_t _unused;
};
XEN_STRUCT_TYPES(callback_unregister);

#endif /* PUBLIC_CALLBACK_H */
