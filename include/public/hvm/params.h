/* SPDX-License-Identifier: MIT */
/* hvm/params.h - the parameters of hvm_op.h that tools ask for. */
#ifndef PUBLIC_HVM_PARAMS_H
#define PUBLIC_HVM_PARAMS_H

#include "hvm_op.h"

#define HVM_PARAM_CALLBACK_IRQ       0
#define HVM_PARAM_STORE_PFN          1
#define HVM_PARAM_STORE_EVTCHN       2
#define HVM_PARAM_PAE_ENABLED        4
#define HVM_PARAM_IOREQ_PFN          5
#define HVM_PARAM_BUFIOREQ_PFN       6
#define HVM_PARAM_CONSOLE_PFN        17
#define HVM_PARAM_CONSOLE_EVTCHN     18
#define HVM_PARAM_PAGING_RING_PFN    27
#define HVM_PARAM_MONITOR_RING_PFN   28
#define HVM_PARAM_SHARING_RING_PFN   29
#define HVM_PARAM_X87_FIP_WIDTH      36
#define HVM_NR_PARAMS                39

#endif /* PUBLIC_HVM_PARAMS_H */
