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
    switch (n & 15) {
    case 0: return &regs->rax;
    case 1: return &regs->rcx;
    case 2: return &regs->rdx;
    case 3: return &regs->rbx;
    case 4: return &regs->rsp;
    case 5: return &regs->rbp;
    case 6: return &regs->rsi;
    case 7: return &regs->rdi;
    case 8: return &regs->r8;
    case 9: return &regs->r9;
    case 10: return &regs->r10;
    case 11: return &regs->r11;
    case 12: return &regs->r12;
    case 13: return &regs->r13;
    case 14: return &regs->r14;
    default: return &regs->r15;
    }
}
