/* SPDX-License-Identifier: MIT */
/* insn.h - the instructions that C has no words for. */
#ifndef SPLITRING_ARCH_INSN_H
#define SPLITRING_ARCH_INSN_H

#include "lib/types.h"

/* inb(port), outb(port, value) and so on. */
#define PORT_ACCESS(suffix, type)                                                    \
    static inline type in##suffix(uint16_t port)                                     \
    {                                                                                \
        type v;                                                                      \
                                                                                     \
        __asm__ __volatile__("in" #suffix " %1, %0" : "=a"(v) : "Nd"(port));         \
        return v;                                                                    \
    }                                                                                \
    static inline void out##suffix(uint16_t port, type v)                            \
    {                                                                                \
        __asm__ __volatile__("out" #suffix " %0, %1" : : "a"(v), "Nd"(port));        \
    }
PORT_ACCESS(b, uint8_t)
PORT_ACCESS(w, uint16_t)
PORT_ACCESS(l, uint32_t)
#undef PORT_ACCESS

static inline uint64_t rdmsr(uint32_t msr)
{
    uint32_t lo, hi;

    __asm__ __volatile__("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
    return ((uint64_t)hi << 32) | lo;
}
static inline void wrmsr(uint32_t msr, uint64_t v)
{
    __asm__ __volatile__("wrmsr" : : "c"(msr), "a"((uint32_t)v),
                         "d"((uint32_t)(v >> 32)) : "memory");
}
static inline uint64_t rdtsc(void)
{
    uint32_t lo, hi;

    __asm__ __volatile__("rdtsc" : "=a"(lo), "=d"(hi));
    return ((uint64_t)hi << 32) | lo;
}

/* read_cr0(), write_cr0(value) and so on. */
#define CONTROL_REGISTER(cr)                                                \
    static inline uint64_t read_##cr(void)                                  \
    {                                                                       \
        uint64_t v;                                                         \
                                                                            \
        __asm__ __volatile__("mov %%" #cr ", %0" : "=r"(v));                \
        return v;                                                           \
    }                                                                       \
    static inline void write_##cr(uint64_t v)                               \
    {                                                                       \
        __asm__ __volatile__("mov %0, %%" #cr : : "r"(v) : "memory");       \
    }
CONTROL_REGISTER(cr0)
CONTROL_REGISTER(cr2)
CONTROL_REGISTER(cr3)
CONTROL_REGISTER(cr4)
#undef CONTROL_REGISTER

static inline void xsetbv(uint32_t n, uint64_t v)
{
    __asm__ __volatile__("xsetbv" : : "c"(n), "a"((uint32_t)v),
                         "d"((uint32_t)(v >> 32)));
}

struct cpuid_regs { uint32_t eax, ebx, ecx, edx; };
static inline struct cpuid_regs cpuid(uint32_t leaf, uint32_t sub)
{
    struct cpuid_regs r;

    __asm__ __volatile__("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx),
                         "=d"(r.edx) : "a"(leaf), "c"(sub));
    return r;
}

struct desc_ptr { uint16_t limit; uint64_t base; } __packed;
static inline void lgdt(uint64_t base, uint16_t limit)
{
    struct desc_ptr p = { limit, base };

    __asm__ __volatile__("lgdt %0" : : "m"(p));
}

/* One instruction that may fault, inside inline assembly: on a fault at label
 * `at` control goes to label `to`. */
#define EX_ENTRY(at, to)                                                    \
    ".pushsection __ex_table, \"a\"\n\t.quad " #at ", " #to "\n\t.popsection\n\t"

#define CR0_PE (1u << 0)
#define CR0_MP (1u << 1)
#define CR0_TS (1u << 3)
#define CR0_ET (1u << 4)
#define CR0_NE (1u << 5)
#define CR0_WP (1u << 16)
#define CR0_PG (1u << 31)

#define CR4_TSD        (1u << 2)
#define CR4_DE         (1u << 3)
#define CR4_PAE        (1u << 5)
#define CR4_MCE        (1u << 6)
#define CR4_PGE        (1u << 7)
#define CR4_OSFXSR     (1u << 9)
#define CR4_OSXMMEXCPT (1u << 10)
#define CR4_FSGSBASE   (1u << 16)
#define CR4_OSXSAVE    (1u << 18)
#define CR4_SMEP       (1u << 20)

#define MSR_APIC_BASE      0x1b
#define MSR_ARCH_CAPABILITIES 0x10a
#define MSR_SYSENTER_CS    0x174
#define MSR_SYSENTER_ESP   0x175
#define MSR_SYSENTER_EIP   0x176
#define MSR_PAT            0x277
#define MSR_EFER           0xc0000080
#define MSR_STAR           0xc0000081
#define MSR_LSTAR          0xc0000082
#define MSR_CSTAR          0xc0000083
#define MSR_FMASK          0xc0000084
#define MSR_FS_BASE        0xc0000100
#define MSR_GS_BASE        0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define MSR_TSC_AUX        0xc0000103

#define EFER_SCE (1u << 0)
#define EFER_LME (1u << 8)
#define EFER_NXE (1u << 11)

#define RFLAGS_TF   (1u << 8)
#define RFLAGS_IF   (1u << 9)
#define RFLAGS_DF   (1u << 10)
#define RFLAGS_IOPL (3u << 12)
#define RFLAGS_NT   (1u << 14)
#define RFLAGS_RF   (1u << 16)
#define RFLAGS_VM   (1u << 17)
#define RFLAGS_AC   (1u << 18)

#endif
