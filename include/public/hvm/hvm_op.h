/* SPDX-License-Identifier: MIT */
/*
 * hvm/hvm_op.h - HYPERVISOR_hvm_op(cmd, arg): a PV control domain's tools ask
 * for parameters of every domain to find HVM ones; a PV domain has none, and
 * the answer is -EINVAL.
 */
#ifndef PUBLIC_HVM_HVM_OP_H
#define PUBLIC_HVM_HVM_OP_H

#include "../xen.h"

#define HVMOP_set_param 0
#define HVMOP_get_param 1
struct xen_hvm_param {
    domid_t  domid;                 /* IN */
    uint16_t pad;
    uint32_t index;                 /* HVM_PARAM_* */
    uint64_t value;                 /* IN or OUT */
};
XEN_STRUCT_TYPES(xen_hvm_param);

#endif /* PUBLIC_HVM_HVM_OP_H */
