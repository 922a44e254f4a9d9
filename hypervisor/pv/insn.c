/* SPDX-License-Identifier: MIT */
/* insn.c - fetch once into a private copy, then only the copy is judged. */
#include "pv/insn.h"

#include "mm/guest_copy.h"
#include "public/xen.h"

/* The longest readable run: the page may end, and the next may be missing. */
static unsigned fetch(uint8_t *dst, vaddr_t rip)
{
    unsigned first = (unsigned)(PAGE_SIZE - (rip & (PAGE_SIZE - 1)));

    if (first >= INSN_BUFFER)
        return guest_read(dst, rip, INSN_BUFFER) ? 0 : INSN_MAX;
    first = first < INSN_MAX ? first : INSN_MAX;
    if (guest_read(dst, rip, first))
        return 0;
    if (first < INSN_MAX && !guest_read(dst + first, rip + first, INSN_MAX - first))
        return INSN_MAX;
    return first;
}

bool insn_fetch(struct insn *in, const struct cpu_user_regs *regs)
{
    in->avail = fetch(in->bytes, regs->rip);
    in->pos = 0;
    in->opsize = in->rep = in->addrsize = false;
    in->rex = in->segment = 0;
    while (in->pos < in->avail) {
        uint8_t b = in->bytes[in->pos];

        switch (b) {
        case 0x66: in->opsize = true; break;
        case 0x67: in->addrsize = true; break;
        case 0xf2: case 0xf3: in->rep = true; break;
        case 0xf0: break;
        case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65:
            in->segment = b;
            break;
        default:
            if ((b & 0xf0) == 0x40) {           /* REX is last                */
                in->rex = b;
                in->pos++;
            }
            return true;
        }
        in->pos++;
    }
    return in->avail != 0;
}

uint64_t *insn_reg(struct cpu_user_regs *regs, unsigned n)
{
#define AT(reg) offsetof(struct cpu_user_regs, reg)
    static const uint8_t at[16] = {
        AT(rax), AT(rcx), AT(rdx), AT(rbx), AT(rsp), AT(rbp), AT(rsi), AT(rdi),
        AT(r8), AT(r9), AT(r10), AT(r11), AT(r12), AT(r13), AT(r14), AT(r15),
    };
#undef AT

    return (uint64_t *)((char *)regs + at[n & 15]);
}
