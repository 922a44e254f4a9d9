/* SPDX-License-Identifier: MIT */
/* dom0_build.h - the control domain, made from the boot modules. */
#ifndef SPLITRING_BOOT_DOM0_BUILD_H
#define SPLITRING_BOOT_DOM0_BUILD_H

/* Builds it and lets it run. Panics with one clear line when it cannot. */
void dom0_build(void);

#endif
