/* SPDX-License-Identifier: MIT */
/*
 * fake_xen.h - a guest of a few granted pages, in place of the hypervisor.
 */
#ifndef TESTS_UNIT_BACKENDS_FAKE_XEN_H
#define TESTS_UNIT_BACKENDS_FAKE_XEN_H

#include "backends/common/xen.h"

#define FAKE_PAGES 512u
#define FAKE_DOMID 7u
#define FAKE_FIRST_REF 100u      /* page i is granted by reference 100 + i */

extern uint8_t fake_pages[FAKE_PAGES][4096];
extern unsigned fake_notified;   /* how often the guest was rung */
extern unsigned fake_bad_copies; /* ranges that left a page or a grant */
extern int fake_notify_fd;       /* an eventfd to ring too, or -1 */

#endif
