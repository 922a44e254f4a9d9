/* SPDX-License-Identifier: MIT */
/* yield.h - whether a long operation should stop at a safe place. */
#ifndef SPLITRING_PV_YIELD_H
#define SPLITRING_PV_YIELD_H

#include "lib/types.h"

/* Lets pending interrupts in (no lock may be held); true when something else
 * wants this CPU or the current domain is to stop. */
bool hc_should_yield(void);

#endif
