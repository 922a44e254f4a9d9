/* SPDX-License-Identifier: MIT */
/* rows_control.c - the control domain's calls: sysctl, domctl, platform_op. */
#include "tests/fuzz/guest/fuzz.h"

static const struct row table[] = {};
const struct rows rows_control = { table, COUNT_OF(table) };
