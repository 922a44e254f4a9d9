/* SPDX-License-Identifier: MIT */
/*
 * nmi.h - HYPERVISOR_nmi_op(cmd, arg): where a kernel wants its NMIs. Why one
 * came is in shared_info's arch.nmi_reason.
 */
#ifndef PUBLIC_NMI_H
#define PUBLIC_NMI_H

#include "xen.h"

#define _XEN_NMIREASON_io_error 0
#define XEN_NMIREASON_io_error  (1UL << _XEN_NMIREASON_io_error)
#define _XEN_NMIREASON_pci_serr 1
#define XEN_NMIREASON_pci_serr  (1UL << _XEN_NMIREASON_pci_serr)
#define _XEN_NMIREASON_unknown  2
#define XEN_NMIREASON_unknown   (1UL << _XEN_NMIREASON_unknown)

/* -EINVAL if the calling vcpu is not the boot vcpu or the address is bad. */
#define XENNMI_register_callback   0
#define XENNMI_unregister_callback 1
struct xennmi_callback {
    unsigned long handler_address;
    unsigned long pad;
};
XEN_STRUCT_TYPES(xennmi_callback);

#endif /* PUBLIC_NMI_H */
