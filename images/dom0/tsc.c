/* SPDX-License-Identifier: MIT */
/*
 * tsc.c - print the time stamp counter: nanoseconds since the machine's start
 * under QEMU's icount, where it is the one clock that no hypervisor sets.
 */
#include <stdio.h>
#include <x86intrin.h>

int main(void)
{
    printf("%llu\n", __rdtsc());
    return 0;
}
