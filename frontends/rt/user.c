/* SPDX-License-Identifier: MIT */
/*
 * user.c - code in user mode: an address space of its own, entered by
 * HYPERVISOR_iret and left by whatever traps.
 */
#include "frontends/rt/rt.h"
#include "frontends/rt/private.h"

static uint64_t *user_l4;

static uint64_t entry_for(const void *page)
{
    return va_to_mfn(page) << 12 | PTE_FLAGS;
}

bool user_init(const void *code, size_t size)
{
    uint64_t *table[5];
    void *code_page = page_alloc(), *stack = page_alloc();
    long rc;

    for (int l = 1; l <= 4; l++)
        table[l] = page_alloc();
    user_l4 = table[4];
    memcpy(code_page, code, size);
    table[1][USER_CODE >> 12 & 511] = entry_for(code_page) & ~PTE_RW;
    table[1][(USER_STACK >> 12 & 511) - 1] = entry_for(stack) | PTE_NX;
    table[2][USER_CODE >> 21 & 511] = entry_for(table[1]);
    table[3][0] = entry_for(table[2]);
    table[4][0] = entry_for(table[3]);
    for (int l = 1; l <= 4; l++)
        page_readonly(table[l]);
    rc = mmuext(MMUEXT_PIN_L4_TABLE, va_to_mfn(user_l4));
    expect_eq(0, rc, "pin the user tables");
    if (rc == 0) {
        rc = mmuext(MMUEXT_NEW_USER_BASEPTR, va_to_mfn(user_l4));
        expect_eq(0, rc, "load the user tables");
    }
    return rc == 0;
}

static void user_enter(void *arg)
{
    struct trap_frame f = {
        .rip = *(uint64_t *)arg, .cs = FLAT_USER_CS, .ss = FLAT_USER_SS,
        .rsp = USER_STACK, .rflags = 0x200,
    };

    rt_frame_load(&f);
}

void user_run(struct trap_caught *c, uint64_t offset)
{
    uint64_t rip = USER_CODE + offset;

    trap_run(c, user_enter, &rip);
}
