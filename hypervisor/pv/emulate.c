/* SPDX-License-Identifier: MIT */
/*
 * emulate.c - the privileged instructions that a PV kernel may still use.
 *
 *   R1  An allow-list: what is not named here is #GP for the guest.
 *   R2  Registers change only when the whole instruction has succeeded; rip moves
 *       last. String I/O moves its counters element by element, so it can be
 *       entered again.
 *   R3  Guest users get port I/O (where iopl or the bitmap says so), RDTSC and
 *       RDTSCP unless their kernel's CR4.TSD forbids them, and nothing else.
 */
#include "pv/insn.h"
#include "pv/pv_mmu.h"
#include "pv/pv.h"

static uint64_t mask_bytes(uint64_t old, uint64_t val, unsigned bytes)
{
    if (bytes == 4)
        return (uint32_t)val;
    if (bytes == 8)
        return val;
    uint64_t m = (1ull << (8 * bytes)) - 1;
    return (old & ~m) | (val & m);
}

/* IN and OUT with a register; ports are numbered by DX or an immediate byte. */
static bool io_single(struct cpu_user_regs *regs, struct insn *in, uint8_t op)
{
    struct vcpu *v = current();
    unsigned bytes = op & 1 ? (in->opsize ? 2 : 4) : 1;
    unsigned port;

    if (op & 8) {
        port = (uint16_t)regs->rdx;
    } else {
        int imm = insn_byte(in);

        if (imm < 0)
            return false;
        port = (unsigned)imm;
    }
    if (!pv_io_allowed(v, port, bytes))
        return false;
    if (op & 2)
        pv_io_write(v, port, bytes, (uint32_t)regs->rax);
    else
        regs->rax = mask_bytes(regs->rax, pv_io_read(v, port, bytes), bytes);
    regs->rip += in->pos;
    return true;
}

/* INS and OUTS, with and without a count; preemptible between elements. */
static bool io_string(struct cpu_user_regs *regs, struct insn *in, uint8_t op)
{
    struct vcpu *v = current();
    unsigned bytes = op & 1 ? (in->opsize ? 2 : 4) : 1;
    unsigned port = (uint16_t)regs->rdx;
    int64_t step = regs->rflags & RFLAGS_DF ? -(int64_t)bytes : (int64_t)bytes;

    if (!pv_io_allowed(v, port, bytes))
        return false;
    while (!in->rep || regs->rcx) {
        uint32_t val = 0;

        if (op & 2) {
            if (guest_read(&val, regs->rsi, bytes)) {
                pv_inject_page_fault(regs->rsi, 0);
                return true;
            }
            pv_io_write(v, port, bytes, val);
            regs->rsi += (uint64_t)step;
        } else {
            val = pv_io_read(v, port, bytes);
            if (guest_write(regs->rdi, &val, bytes)) {
                pv_inject_page_fault(regs->rdi, PF_WRITE);
                return true;
            }
            regs->rdi += (uint64_t)step;
        }
        if (!in->rep)
            break;
        regs->rcx--;
        if (regs->rcx && hc_should_yield())
            return true;                        /* R2: rip stays              */
    }
    regs->rip += in->pos;
    return true;
}

static bool cr_read(struct vcpu *v, unsigned cr, uint64_t *val)
{
    switch (cr) {
    case 0: *val = CR0_GUEST | v->pv.cr0; return true;
    case 2: *val = v->info->arch.cr2; return true;
    case 3: *val = mfn_maddr(v->pv.kernel_root); return true;
    case 4: *val = v->pv.cr4; return true;
    default: return false;
    }
}

static bool cr_write(struct vcpu *v, unsigned cr, uint64_t val)
{
    switch (cr) {
    case 0:
        if ((val ^ CR0_GUEST) & ~CR0_TS)
            return false;
        v->pv.cr0 = (v->pv.cr0 & ~CR0_TS) | (val & CR0_TS);
        fpu_set_ts(val & CR0_TS);
        return true;
    case 2:
        v->info->arch.cr2 = val;
        return true;
    case 3:
        if (pv_set_root(v, false, maddr_mfn(val)))
            return false;
        pv_load_root(v, true);
        return true;
    case 4:
        v->pv.cr4 = pv_guest_cr4(val);
        pv_tsc_load(v);
        return true;
    default:
        return false;
    }
}

static void emulate_cpuid(struct cpu_user_regs *regs)
{
    struct cpuid_regs r;

    pv_cpuid(current(), (uint32_t)regs->rax, (uint32_t)regs->rcx, &r);
    regs->rax = r.eax;
    regs->rbx = r.ebx;
    regs->rcx = r.ecx;
    regs->rdx = r.edx;
}

static void emulate_rdtsc(struct cpu_user_regs *regs)
{
    uint64_t tsc = pv_tsc(current()->d);

    regs->rax = (uint32_t)tsc;
    regs->rdx = tsc >> 32;
}

static bool emulate_msr(struct cpu_user_regs *regs, bool write)
{
    uint64_t val = (uint32_t)regs->rax | regs->rdx << 32;

    if (write)
        return pv_msr_write(current(), (uint32_t)regs->rcx, val);
    if (!pv_msr_read(current(), (uint32_t)regs->rcx, &val))
        return false;
    regs->rax = (uint32_t)val;
    regs->rdx = val >> 32;
    return true;
}

static bool emulate_xsetbv(struct cpu_user_regs *regs)
{
    uint64_t val = (uint32_t)regs->rax | regs->rdx << 32;

    if ((uint32_t)regs->rcx != 0 || !xcr0_valid(val))
        return false;
    fpu_set_xcr0(current(), val);
    return true;
}

/* 0F 01 with a register form, and INVLPG. */
static bool emulate_0f01(struct cpu_user_regs *regs, struct insn *in)
{
    switch (insn_byte(in)) {
    case 0xd1: return emulate_xsetbv(regs);
    case 0xf9:                                  /* RDTSCP                     */
        emulate_rdtsc(regs);
        regs->rcx = (uint32_t)current()->pv.tsc_aux;
        return true;
    default: return false;
    }
}

static bool emulate_mov_special(struct cpu_user_regs *regs, struct insn *in,
                                uint8_t op)
{
    struct vcpu *v = current();
    int modrm = insn_byte(in);
    unsigned reg, gpr;
    uint64_t val;

    if (modrm < 0)
        return false;
    reg = ((unsigned)modrm >> 3 & 7) | (in->rex & 4 ? 8 : 0);
    gpr = ((unsigned)modrm & 7) | (in->rex & 1 ? 8 : 0);
    switch (op) {
    case 0x20:
        if (!cr_read(v, reg, &val))
            return false;
        *insn_reg(regs, gpr) = val;
        return true;
    case 0x22:
        return cr_write(v, reg, *insn_reg(regs, gpr));
    case 0x21:
        if (reg > 7)
            return false;
        *insn_reg(regs, gpr) = pv_debugreg_get(v, reg);
        return true;
    default:
        return reg <= 7 && pv_debugreg_set(v, reg, *insn_reg(regs, gpr)) == 0;
    }
}

/* By value: what is looked at here is decoded again. R3 */
static bool user_may(const struct vcpu *v, struct insn in)
{
    int op = insn_byte(&in);

    return !(v->pv.cr4 & CR4_TSD) &&
           (op == 0x31 || (op == 0x01 && insn_byte(&in) == 0xf9));
}

/* Two-byte opcodes. */
static bool emulate_0f(struct cpu_user_regs *regs, struct insn *in)
{
    int op = insn_byte(in);
    bool done;

    switch (op) {
    case 0x01: done = emulate_0f01(regs, in); break;
    case 0x06:                                  /* CLTS                       */
        current()->pv.cr0 &= ~CR0_TS;
        fpu_set_ts(false);
        done = true;
        break;
    case 0x09: done = true; break;              /* WBINVD: caches are coherent */
    case 0x20: case 0x21: case 0x22: case 0x23:
        done = emulate_mov_special(regs, in, (uint8_t)op);
        break;
    case 0x30: done = emulate_msr(regs, true); break;
    case 0x31: emulate_rdtsc(regs); done = true; break;
    case 0x32: done = emulate_msr(regs, false); break;
    case 0xa2: emulate_cpuid(regs); done = true; break;
    default: done = false; break;
    }
    if (done)
        regs->rip += in->pos;
    return done;
}

bool pv_emulate(struct cpu_user_regs *regs)
{
    struct insn in;
    int op;

    if (!insn_fetch(&in, regs))
        return false;
    op = insn_byte(&in);
    switch (op) {
    case 0xe4: case 0xe5: case 0xe6: case 0xe7:
    case 0xec: case 0xed: case 0xee: case 0xef:
        return io_single(regs, &in, (uint8_t)op);
    case 0x6c: case 0x6d: case 0x6e: case 0x6f:
        return io_string(regs, &in, (uint8_t)op);
    case 0xfa: case 0xfb:                       /* CLI, STI: iopl only        */
        if (current()->pv.iopl < (current()->pv.in_kernel ? 1 : 3))
            return false;
        regs->rip += in.pos;
        return true;
    case 0x0f:
        return (current()->pv.in_kernel || user_may(current(), in)) &&
               emulate_0f(regs, &in);
    default:
        return false;                           /* R1 */
    }
}

/* ud2, "xen", cpuid: how a guest asks for the CPUID that is meant for it. */
bool pv_emulate_forced(struct cpu_user_regs *regs)
{
    static const uint8_t prefix[] = { 0x0f, 0x0b, 'x', 'e', 'n', 0x0f, 0xa2 };
    uint8_t insn[sizeof(prefix)];

    if (guest_read(insn, regs->rip, sizeof(insn)) ||
        memcmp(insn, prefix, sizeof(prefix)) != 0)
        return false;
    emulate_cpuid(regs);
    regs->rip += sizeof(prefix);
    return true;
}
