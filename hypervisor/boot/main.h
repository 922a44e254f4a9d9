/* SPDX-License-Identifier: MIT */
/* main.h - the first C function; boot.S calls it on CPU 0. */
#ifndef SPLITRING_BOOT_MAIN_H
#define SPLITRING_BOOT_MAIN_H

#include "lib/types.h"

__noreturn void hv_main(uint32_t magic, uint32_t loader_data);

#endif
