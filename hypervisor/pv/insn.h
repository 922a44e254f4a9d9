/* SPDX-License-Identifier: MIT */
/* insn.h - the front part of an instruction: prefixes, opcode, modrm. */
#ifndef SPLITRING_PV_INSN_H
#define SPLITRING_PV_INSN_H

#include "lib/types.h"

struct cpu_user_regs;

#define INSN_MAX    15          /* bytes of the longest instruction           */
#define INSN_BUFFER 16

struct insn {
    uint8_t bytes[INSN_BUFFER];
    unsigned avail;             /* bytes that could be fetched                */
    unsigned pos;               /* of the next byte                           */
    bool opsize, rep, addrsize;
    uint8_t rex;
    uint8_t segment;            /* 0x2e 0x36 0x3e 0x26 0x64 0x65 or 0          */
};

/* Fetches at regs->rip and eats the prefixes. false: nothing could be read. */
bool insn_fetch(struct insn *in, const struct cpu_user_regs *regs);
/* The next byte, or -1 past the end. */
static inline int insn_byte(struct insn *in)
{
    return in->pos < in->avail ? in->bytes[in->pos++] : -1;
}
/* General register n (0 rax, 4 rsp ... 15) of a frame. */
uint64_t *insn_reg(struct cpu_user_regs *regs, unsigned n);

#endif
