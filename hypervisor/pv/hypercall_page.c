/* SPDX-License-Identifier: MIT */
/*
 * hypercall_page.c - the page of stubs by which a guest makes its calls.
 *
 * Entry nr is 32 bytes: save what SYSCALL clobbers, number into eax, SYSCALL,
 * restore, return.  The one of iret (its stack is the frame to be restored) saves
 * rax too and does not come back.
 */
#include "pv/pv.h"

#define STUB 32

static uint8_t *put(uint8_t *p, const void *code, size_t n)
{
    memcpy(p, code, n);
    return p + n;
}

void pv_hypercall_page_fill(uint8_t *page)
{
    static const uint8_t save[] = { 0x51, 0x41, 0x53 };         /* rcx, r11 */
    static const uint8_t save_rax[] = { 0x50 };
    static const uint8_t syscall[] = { 0x0f, 0x05 };
    static const uint8_t back[] = { 0x41, 0x5b, 0x59, 0xc3 };   /* r11, rcx, ret */

    memset(page, 0xcc, PAGE_SIZE);
    for (uint32_t nr = 0; nr < PAGE_SIZE / STUB; nr++) {
        uint8_t *p = put(page + nr * STUB, save, sizeof(save));

        if (nr == __HYPERVISOR_iret)
            p = put(p, save_rax, sizeof(save_rax));
        *p++ = 0xb8;                                            /* mov to eax */
        p = put(p, &nr, sizeof(nr));
        p = put(p, syscall, sizeof(syscall));
        if (nr != __HYPERVISOR_iret)
            put(p, back, sizeof(back));
    }
}
