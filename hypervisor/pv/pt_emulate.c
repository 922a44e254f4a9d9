/* SPDX-License-Identifier: MIT */
/*
 * pt_emulate.c - trapped writes to L1 tables: decode, compute, compare and swap.
 *
 *   R1  The CPU has told where the write goes (CR2); the decoder only finds out
 *       the width, the operation and the other operand.
 *   R2  The whole entry is computed from one reading of it and stored only if it
 *       is still that (A and D may be set meanwhile); otherwise the guest
 *       runs the instruction again.
 *   R3  Nothing is written to registers before the store has succeeded.
 */
#include "core/trace.h"
#include "lib/string.h"
#include "mm/boot_mm.h"
#include "mm/guest_copy.h"
#include "pv/insn.h"
#include "pv/pv_mmu.h"

enum op {
    OP_ADD, OP_OR, OP_ADC, OP_SBB, OP_AND, OP_SUB, OP_XOR, OP_CMP,
    OP_MOV, OP_XCHG, OP_XADD, OP_CMPXCHG, OP_BTS, OP_BTR, OP_BTC, OP_INC, OP_DEC,
    OP_NOT, OP_NEG, OP_STOS, OP_MOVS,
};

#define FLAG_CF (1u << 0)
#define FLAG_PF (1u << 2)
#define FLAG_AF (1u << 4)
#define FLAG_ZF (1u << 6)
#define FLAG_SF (1u << 7)
#define FLAG_OF (1u << 11)
#define FLAGS_ALL (FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF)

struct write {
    enum op op;
    unsigned size;                  /* bytes                                   */
    bool has_reg;                   /* the other operand is register reg       */
    unsigned reg;
    bool high_byte;                 /* ... its second byte (ah, ch, dh, bh)    */
    uint64_t src;                   /* the other operand                       */
    uint64_t old, new;              /* at va, `size` bytes                     */
    uint64_t flags, flags_mask;     /* of RFLAGS                               */
    unsigned length;                /* of the instruction                      */
};

/* What decoding does not always set. */
static inline void write_init(struct write *w)
{
    w->op = OP_MOV;
    w->has_reg = w->high_byte = false;
    w->src = w->flags = w->flags_mask = 0;
}

static uint64_t mask_of(unsigned size)
{
    return size == 8 ? ~0ull : (1ull << (size * 8)) - 1;
}

/* ---- decoding ---- */

static bool skip(struct insn *in, unsigned n)
{
    while (n-- > 0)
        if (insn_byte(in) < 0)
            return false;
    return true;
}

static bool immediate(struct insn *in, unsigned bytes, uint64_t *val)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < bytes; i++) {
        int b = insn_byte(in);

        if (b < 0)
            return false;
        v |= (uint64_t)b << (8 * i);
    }
    *val = (uint64_t)((int64_t)(v << (64 - 8 * bytes)) >> (64 - 8 * bytes));
    return true;
}

/* Eats modrm, SIB and displacement; the operand must be memory. */
static bool modrm(struct insn *in, unsigned *reg)
{
    int m = insn_byte(in), sib = 0;
    unsigned mod, rm, disp = 0;

    if (m < 0 || m >> 6 == 3)
        return false;
    mod = (unsigned)m >> 6;
    rm = m & 7;
    *reg = ((unsigned)m >> 3 & 7) | (in->rex & 4 ? 8 : 0);
    if (rm == 4)
        sib = insn_byte(in);
    if (sib < 0)
        return false;
    if (mod == 1)
        disp = 1;
    else if (mod == 2 || (mod == 0 && (rm == 5 || (rm == 4 && (sib & 7) == 5))))
        disp = 4;
    return skip(in, disp);
}

/* The register form: op r/m, r. */
static bool with_reg(struct insn *in, struct write *w, enum op op)
{
    w->op = op;
    w->has_reg = true;
    if (!modrm(in, &w->reg))
        return false;
    if (w->size == 1 && in->rex == 0 && w->reg >= 4) {
        w->high_byte = true;
        w->reg -= 4;
    }
    return true;
}

static bool with_imm(struct insn *in, struct write *w, unsigned bytes)
{
    return immediate(in, MIN(bytes, 4u), &w->src);
}

static bool decode_0f(struct insn *in, struct write *w)
{
    static const enum op bit_ops[] = { OP_BTS, OP_BTR, OP_BTC };
    unsigned reg;
    int b = insn_byte(in);

    if (b == 0xb0 || b == 0xc0)
        w->size = 1;
    switch (b) {
    case 0xab: return with_reg(in, w, OP_BTS);
    case 0xb3: return with_reg(in, w, OP_BTR);
    case 0xbb: return with_reg(in, w, OP_BTC);
    case 0xb0: case 0xb1: return with_reg(in, w, OP_CMPXCHG);
    case 0xc0: case 0xc1: return with_reg(in, w, OP_XADD);
    case 0xc3: return w->size >= 4 && with_reg(in, w, OP_MOV);  /* movnti */
    case 0xba:
        if (!modrm(in, &reg) || (reg & 7) < 5)
            return false;
        w->op = bit_ops[(reg & 7) - 5];
        return immediate(in, 1, &w->src);
    default:
        return false;
    }
}

/* Groups whose modrm names the operation. */
static bool decode_group(struct insn *in, struct write *w, int b)
{
    static const enum op unary[] = { OP_NOT, OP_NEG };
    unsigned reg;

    if (!modrm(in, &reg))
        return false;
    reg &= 7;
    switch (b) {
    case 0x80: case 0x81: case 0x83:
        w->op = (enum op)reg;
        return reg != OP_CMP && reg != OP_ADC && reg != OP_SBB &&
               with_imm(in, w, b == 0x83 ? 1 : w->size);
    case 0xc6: case 0xc7:
        w->op = OP_MOV;
        return reg == 0 && with_imm(in, w, w->size);
    case 0xfe: case 0xff:
        w->op = reg == 0 ? OP_INC : OP_DEC;
        w->src = 1;
        return reg <= 1;
    case 0xf6: case 0xf7:
        if (reg != 2 && reg != 3)
            return false;
        w->op = unary[reg - 2];
        return true;
    default:
        return false;
    }
}

static bool decode(struct insn *in, struct write *w)
{
    int b = insn_byte(in);

    if (b < 0)
        return false;
    w->size = in->rex & 8 ? 8 : in->opsize ? 2 : 4;
    if (b == 0x0f)
        return decode_0f(in, w);
    if ((b & 1) == 0)
        w->size = 1;
    if (b < 0x40 && (b & 7) < 2) {
        enum op op = (enum op)(b >> 3);

        return op != OP_CMP && op != OP_ADC && op != OP_SBB && with_reg(in, w, op);
    }
    switch (b) {
    case 0x86: case 0x87: return with_reg(in, w, OP_XCHG);
    case 0x88: case 0x89: return with_reg(in, w, OP_MOV);
    case 0xa4: case 0xa5: w->op = OP_MOVS; return !in->segment;
    case 0xaa: case 0xab: w->op = OP_STOS; return true;
    case 0x83: w->size = in->rex & 8 ? 8 : in->opsize ? 2 : 4; break;
    default: break;
    }
    return decode_group(in, w, b);
}

/* ---- computing ---- */

/* a op b at the top of a word, so that the CPU's own CF, ZF, SF and OF hold for
 * any width; PF and AF are of the low byte. */
static void alu(struct write *w, enum op op, uint64_t a, uint64_t b)
{
    unsigned shift = 64 - w->size * 8;
    uint64_t x = a << shift, y = b << shift, fl, low;

#define ALU(insn) \
    __asm__(insn " %2, %0\n\tpushf\n\tpop %1" : "+r"(x), "=r"(fl) : "r"(y) : "cc")
    switch (op) {
    case OP_ADD: ALU("add"); break;
    case OP_SUB: ALU("sub"); break;
    case OP_AND: ALU("and"); break;
    case OP_OR:  ALU("or"); break;
    default:     ALU("xor"); break;
    }
#undef ALU
    w->new = x >> shift;
    low = w->new & 0xff;
    fl &= FLAG_CF | FLAG_ZF | FLAG_SF | FLAG_OF;
    fl |= __builtin_parityll(low) ? 0 : FLAG_PF;
    fl |= (op == OP_ADD || op == OP_SUB) && ((a ^ b ^ w->new) & 0x10) ? FLAG_AF : 0;
    w->flags = fl;
    w->flags_mask = FLAGS_ALL;
}

static void bit_op(struct write *w)
{
    uint64_t bit = 1ull << (w->src & (w->size * 8 - 1));

    w->new = w->op == OP_BTS ? w->old | bit :
             w->op == OP_BTR ? w->old & ~bit : w->old ^ bit;
    w->flags = (w->old & bit) != 0 ? FLAG_CF : 0;
    w->flags_mask = FLAG_CF;
}

static void compute(struct write *w, const struct cpu_user_regs *regs)
{
    switch (w->op) {
    case OP_BTS: case OP_BTR: case OP_BTC:
        bit_op(w);
        return;
    case OP_MOV: case OP_XCHG: case OP_MOVS:
        w->new = w->src;
        return;
    case OP_STOS:
        w->new = regs->rax & mask_of(w->size);
        return;
    case OP_NOT:
        w->new = ~w->old & mask_of(w->size);
        return;
    case OP_NEG:
        alu(w, OP_SUB, 0, w->old);
        return;
    case OP_XADD:
        alu(w, OP_ADD, w->old, w->src);
        return;
    case OP_INC: case OP_DEC:
        alu(w, w->op == OP_INC ? OP_ADD : OP_SUB, w->old, 1);
        w->flags_mask &= ~(uint64_t)FLAG_CF;
        return;
    case OP_CMPXCHG:
        alu(w, OP_SUB, regs->rax & mask_of(w->size), w->old);
        w->new = (w->flags & FLAG_ZF) != 0 ? w->src : w->old;
        return;
    default:
        alu(w, w->op, w->old, w->src);
        return;
    }
}

/* ---- registers ---- */

static void reg_write(struct cpu_user_regs *regs, unsigned n, unsigned size,
                      bool high, uint64_t val)
{
    uint64_t *r = insn_reg(regs, n);

    if (high)
        *r = (*r & ~0xff00ull) | (val & 0xff) << 8;
    else if (size >= 4)
        *r = val;
    else
        *r = (*r & ~mask_of(size)) | (val & mask_of(size));
}

static void finish(const struct insn *in, const struct write *w,
                   struct cpu_user_regs *regs)
{
    bool down = (regs->rflags & (1u << 10)) != 0;
    uint64_t step = down ? -(uint64_t)w->size : w->size;
    bool string = w->op == OP_STOS || w->op == OP_MOVS;

    regs->rflags = (regs->rflags & ~w->flags_mask) | (w->flags & w->flags_mask);
    if (w->op == OP_XCHG || w->op == OP_XADD)
        reg_write(regs, w->reg, w->size, w->high_byte, w->old);
    else if (w->op == OP_CMPXCHG && (w->flags & FLAG_ZF) == 0)
        reg_write(regs, 0, w->size, false, w->old);
    if (string) {
        regs->rdi += step;
        if (w->op == OP_MOVS)
            regs->rsi += step;
        if (in->rep && --regs->rcx != 0)
            return;                     /* the same instruction again          */
    }
    regs->rip += w->length;
}

/* A store to device memory that even the control domain only reads: it is
 * swallowed, as real hardware does where it has nothing to write. */
static bool swallow(struct cpu_user_regs *regs)
{
    struct write w;
    struct insn in;

    write_init(&w);
    if (!insn_fetch(&in, regs) || !decode(&in, &w) ||
        (w.op != OP_MOV && w.op != OP_STOS))
        return false;
    w.length = in.pos;
    finish(&in, &w, regs);
    return true;
}

bool pv_pt_emulate(struct vcpu *v, vaddr_t va, struct cpu_user_regs *regs)
{
    struct write w;
    unsigned index, shift;
    struct insn in;
    pte_t map = pt_lookup(v->pv.kernel_root, va), entry, e;
    mfn_t table = pte_mfn(map);
    int rc;

    if ((map & (PTE_P | PTE_RW)) != PTE_P)
        return false;
    if (!mfn_valid(table))
        return v->d->is_control && iomem_readonly(table) && swallow(regs);
    if (page_owner(page_of(table)) != &v->d->mm ||
        page_type(page_of(table)) != PGT_L1)
        return false;
    write_init(&w);
    if (!insn_fetch(&in, regs) || !decode(&in, &w) || (va & (w.size - 1)) != 0)
        return false;
    w.length = in.pos;
    if (w.has_reg)
        w.src = *insn_reg(regs, w.reg) >> (w.high_byte ? 8 : 0);
    if (w.op == OP_MOVS && guest_read(&w.src, regs->rsi, w.size) != 0)
        return false;
    w.src &= mask_of(w.size);

    index = (va & (PAGE_SIZE - 1)) / 8;
    shift = (va & 7) * 8;
    entry = READ_ONCE(((pte_t *)frame_map(table))[index]);
    w.old = (entry >> shift) & mask_of(w.size);
    compute(&w, regs);
    e = (entry & ~(mask_of(w.size) << shift)) | w.new << shift;
    rc = pt_update_if(&v->d->mm, table, index, entry, e);       /* R2 */
    if (rc == -EAGAIN || rc == -ERESTART)
        return true;
    if (rc != 0)
        return false;
    TRACE(TRC_PV_PTWR_EMULATION | TRC_64_FLAG, 6, e, va, regs->rip);
    finish(&in, &w, regs);                                      /* R3 */
    return true;
}
