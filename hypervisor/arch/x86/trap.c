/* SPDX-License-Identifier: MIT */
/*
 * trap.c - sorts what has interrupted this CPU: devices and other CPUs, a guest's
 * exceptions, our own.
 *
 *   R1  An exception of guest code goes to pv_trap(), whatever it is, but NMI and
 *       machine checks, which are the machine's.
 *   R2  One of our own is solved by the exception table or by pv_fixup_fault(),
 *       or it stops the machine.
 *   R3  Gates of device and APIC vectors have DPL 0: INT n from a guest is #GP.
 */
#include "arch/x86/trap.h"

#include "arch/upcalls.h"
#include "arch/x86/boot.h"
#include "arch/x86/cpu.h"
#include "arch/x86/insn.h"
#include "arch/x86/irq_private.h"
#include "lib/printf.h"
#include "machine.h"

extern const uint64_t entry_vectors[256];
struct ex_entry { uint64_t at, to; };
extern const struct ex_entry ex_table_start[], ex_table_end[];

struct idt_gate {
    uint16_t offset_low, selector;
    uint8_t ist, flags;
    uint16_t offset_mid;
    uint32_t offset_high, zero;
};
static struct idt_gate idt[256] __aligned(4096);

static const char *const names[TRAP_COUNT] = {
    "divide error", "debug", "NMI", "breakpoint", "overflow", "bounds",
    "invalid opcode", "device not available", "double fault", "vector 9",
    "invalid TSS", "segment not present", "stack fault", "general protection",
    "page fault", "vector 15", "x87 error", "alignment check", "machine check",
    "SIMD error",
};

void trap_init(void)
{
    static const uint8_t ist[TRAP_COUNT] = {
        [TRAP_DB] = IST_DB, [TRAP_NMI] = IST_NMI, [TRAP_MC] = IST_MC,
        [TRAP_DF] = IST_DF,
    };

    for (unsigned v = 0; v < 256; v++) {
        uint64_t to = entry_vectors[v];
        bool user = v == TRAP_BP || v == TRAP_OF || v == VECTOR_INT80;

        idt[v] = (struct idt_gate){
            .offset_low = (uint16_t)to,
            .selector = SEL_HV_CS64,
            .ist = v < TRAP_COUNT ? ist[v] : 0,
            .flags = (uint8_t)(0x8e | (user ? 0x60 : 0)),
            .offset_mid = (uint16_t)(to >> 16),
            .offset_high = (uint32_t)(to >> 32),
        };
    }
}

void trap_load_idt(void)
{
    struct desc_ptr p = { sizeof(idt) - 1, (uintptr_t)idt };

    __asm__ __volatile__("lidt %0" : : "m"(p));
}

static bool is_code(uint64_t a)
{
    return a >= (uintptr_t)image_start && a < (uintptr_t)image_text_end;
}

/* Words between sp and the end of this CPU's stack block that point into code. */
static void stack_show(uint64_t sp)
{
    uint64_t top = (uintptr_t)cpu_info();
    unsigned shown = 0;

    if (sp < (top & ~(STACK_SIZE - 1)) || sp >= top)
        return;
    log_err("return addresses on the stack (see build/xen-splitring.elf):\n");
    for (sp = ROUND_UP(sp, 8); sp < top && shown < 24; sp += 8) {
        uint64_t word = *(const uint64_t *)sp;

        if (is_code(word)) {
            log_err("  %#lx: %#lx\n", sp, word);
            shown++;
        }
    }
}

void stack_show_here(void)
{
    uint64_t sp;

    __asm__("mov %%rsp, %0" : "=r"(sp));
    stack_show(sp);
}

void regs_show(const struct cpu_user_regs *r)
{
    log_err("CPU %u: %04x:%016lx rflags %08lx, vector %u, error %#x\n",
            this_cpu(), r->cs, r->rip, r->rflags, r->entry_vector, r->error_code);
    log_err("rax %016lx rbx %016lx rcx %016lx\n", r->rax, r->rbx, r->rcx);
    log_err("rdx %016lx rsi %016lx rdi %016lx\n", r->rdx, r->rsi, r->rdi);
    log_err("rbp %016lx rsp %04x:%016lx\n", r->rbp, r->ss, r->rsp);
    log_err("r8  %016lx r9  %016lx r10 %016lx\n", r->r8, r->r9, r->r10);
    log_err("r11 %016lx r12 %016lx r13 %016lx\n", r->r11, r->r12, r->r13);
    log_err("r14 %016lx r15 %016lx\n", r->r14, r->r15);
    log_err("cr0 %08lx cr2 %016lx cr3 %016lx cr4 %08lx\n", read_cr0(),
            read_cr2(), read_cr3(), read_cr4());
    if ((r->cs & 3) == 0)
        stack_show(r->rsp);
}

static bool fix_by_table(struct cpu_user_regs *regs)
{
    for (const struct ex_entry *e = ex_table_start; e < ex_table_end; e++) {
        if (e->at == regs->rip) {
            regs->rip = e->to;
            return true;
        }
    }
    return false;
}

/* R2 */
static void trap_of_ours(struct cpu_user_regs *regs, unsigned vector)
{
    uint64_t va = read_cr2();

    if (vector == TRAP_PF && pv_fixup_fault(va, regs))
        return;
    if (vector != TRAP_DB && fix_by_table(regs))
        return;
    if (vector == TRAP_DB) {
        /* of a guest: it watches what we copy for it (between two bytes of a string
         * perhaps, where a fault would be one), or MOV SS before SYSCALL left it to us */
        __asm__ __volatile__("mov %0, %%dr6" : : "r"(0xffff0ff0ul));
        regs->rflags &= ~(uint64_t)RFLAGS_TF;
        return;
    }
    panic_trap(names[vector] ? names[vector] : "exception", regs);
}

static void nmi(struct cpu_user_regs *regs)
{
    uint8_t reason;

    if (smp_nmi_expected()) {
        regs_show(regs);
        return;
    }
    smp_handle_nmi();                   /* halts when the machine stops        */
    reason = inb(0x61);
    if (reason & 0xc0)
        log_err("NMI on CPU %u, reason %#x\n", this_cpu(), reason);
}

static void interrupt(unsigned vector)
{
    switch (vector) {
    case VECTOR_TIMER:
        lapic_eoi();
        timer_interrupt();
        break;
    case VECTOR_IPI:
        lapic_eoi();
        smp_poll();
        break;
    case VECTOR_ERROR:
        lapic_eoi();
        break;
    case VECTOR_SPURIOUS:
        break;
    default:
        if (vector >= VECTOR_DEVICE_FIRST && vector <= VECTOR_DEVICE_LAST)
            irq_dispatch(vector);
    }
}

void trap_dispatch(struct cpu_user_regs *regs)
{
    unsigned vector = regs->entry_vector & 0xff;
    bool guest = regs->cs & 3;

    if (vector == VECTOR_INT80 && guest) {
        pv_trap(regs);
    } else if (vector >= TRAP_COUNT) {
        interrupt(vector);
    } else if (vector == TRAP_NMI) {
        nmi(regs);
    } else if (vector == TRAP_MC || vector == TRAP_DF) {
        panic_trap(names[vector], regs);
    } else if (guest) {
        pv_trap(regs);                  /* R1 */
    } else {
        trap_of_ours(regs, vector);
    }
}
