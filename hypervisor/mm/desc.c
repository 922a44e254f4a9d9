/* SPDX-License-Identifier: MIT */
/*
 * desc.c - which segment descriptors a guest may put before the CPU.
 *
 *   R1  Code and data of any base and limit, in ring 3: a guest's kernel and
 *       its programs both run there, so a lower DPL is raised.
 *   R2  No system descriptor: gates and TSSs would change ring behind our back.
 *       A present one of type 0 faults when used, which is harmless.
 */
#include "mm/pt.h"

#define DESC_P    (1ull << 47)
#define DESC_S    (1ull << 44)
#define DESC_DPL3 (3ull << 45)
#define DESC_TYPE (15ull << 40)

bool desc_fix(uint64_t *desc)
{
    if ((*desc & DESC_P) == 0)
        return true;
    if ((*desc & DESC_S) == 0 && (*desc & DESC_TYPE) != 0)
        return false;                                           /* R2 */
    *desc |= DESC_DPL3;                                         /* R1 */
    return true;
}

bool desc_check(uint64_t *frame)
{
    for (unsigned i = 0; i < PAGE_SIZE / sizeof(*frame); i++) {
        uint64_t d = frame[i];

        if (!desc_fix(&d))
            return false;
        if (d != frame[i])
            frame[i] = d;
    }
    return true;
}
