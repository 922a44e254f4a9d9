/* SPDX-License-Identifier: MIT */
/*
 * cpu.c - finds out what the CPU can do and sets each one up for us.
 *
 *   R1  CR4 holds the same on every CPU and while every guest runs, because CPUID
 *       shows some of it to guests natively.
 *   R2  No PCID: a root load drops what is not global.
 */
#include "arch/x86/cpu.h"

#include "arch/x86/insn.h"
#include "arch/x86/trap.h"
#include "lib/string.h"
#include "machine.h"

struct cpu_features cpu_features;
struct cpu_tss cpu_tss[NR_CPUS];
uint64_t gdt_page[512] __aligned(4096);

extern char syscall_stubs[], syscall32_stubs[], sysenter_entry[];
extern uint64_t syscall_stack[NR_CPUS];
#define SYSCALL_STUB_SIZE 64

#define XCR0_ALLOWED 0xe7ull        /* x87, SSE, AVX, AVX-512                  */
#define PAT_VALUE    0x0000050100070406ull
#define DESC_CODE64  0x00af9a000000ffffull
#define DESC_CODE32  0x00cf9a000000ffffull
#define DESC_DATA    0x00cf92000000ffffull
#define DESC_DPL3    (3ull << 45)
#define DESC_ACCESSED (1ull << 40)  /* so that the CPU never writes here       */

static void detect_identity(struct cpu_features *f)
{
    struct cpuid_regs r = cpuid(0, 0);

    memcpy(f->vendor, &r.ebx, 4);
    memcpy(f->vendor + 4, &r.edx, 4);
    memcpy(f->vendor + 8, &r.ecx, 4);
    f->is_intel = strcmp(f->vendor, "GenuineIntel") == 0;
    f->is_amd = strcmp(f->vendor, "AuthenticAMD") == 0 ||
                strcmp(f->vendor, "HygonGenuine") == 0;

    r = cpuid(1, 0);
    f->stepping = r.eax & 15;
    f->model = (r.eax >> 4) & 15;
    f->family = (r.eax >> 8) & 15;
    if (f->family == 6 || f->family == 15)
        f->model |= (r.eax >> 12) & 0xf0;
    if (f->family == 15)
        f->family += (r.eax >> 20) & 0xff;
}

static void detect_xsave(struct cpu_features *f)
{
    struct cpuid_regs r = cpuid(0xd, 0);

    f->xcr0 = (r.eax | ((uint64_t)r.edx << 32)) & XCR0_ALLOWED;
    if ((f->xcr0 & 0xe0) != 0xe0 || !(f->xcr0 & 4))
        f->xcr0 &= 7;               /* AVX-512 is all of it, and upon AVX      */
    write_cr4(read_cr4() | CR4_OSXSAVE);
    xsetbv(0, f->xcr0);
    f->fpu_size = cpuid(0xd, 0).ebx;
}

void cpu_detect(void)
{
    struct cpu_features *f = &cpu_features;
    uint32_t max = cpuid(0, 0).eax, max_ext = cpuid(0x80000000, 0).eax;
    struct cpuid_regs r;
    bool hosted;

    detect_identity(f);
    r = cpuid(1, 0);
    hosted = r.ecx & (1u << 31);
    f->has_xsave = r.ecx & (1u << 26);
    f->has_mce = r.edx & (1u << 7);
    if (max >= 7) {
        r = cpuid(7, 0);
        f->has_fsgsbase = r.ebx & (1u << 0);
        f->has_smep = r.ebx & (1u << 7);
    }
    r = cpuid(0x80000001, 0);
    f->has_nx = r.edx & (1u << 20);
    f->has_1g = r.edx & (1u << 26);
    f->has_rdtscp = r.edx & (1u << 27);
    f->phys_bits = 36;
    if (max_ext >= 0x80000008)
        f->phys_bits = cpuid(0x80000008, 0).eax & 0xff;
    /* On AMD another hypervisor below us takes part in each change of CR4 */
    f->cr4 = CR4_PAE | (f->is_amd && hosted ? 0 : CR4_PGE) | CR4_DE |
             CR4_OSFXSR | CR4_OSXMMEXCPT |
             (f->has_mce ? CR4_MCE : 0) | (f->has_smep ? CR4_SMEP : 0) |
             (f->has_fsgsbase ? CR4_FSGSBASE : 0);
    f->fpu_size = 512;
    if (f->has_xsave) {
        detect_xsave(f);
        f->cr4 |= CR4_OSXSAVE;
    }
    gdt_page[(SEL_HV_CS64 - GDT_OURS) / 8] = DESC_CODE64 | DESC_ACCESSED;
    gdt_page[(SEL_HV_DS - GDT_OURS) / 8] = DESC_DATA | DESC_ACCESSED;
    gdt_page[(SEL_HV_CS32 - GDT_OURS) / 8] = DESC_CODE32 | DESC_ACCESSED;
    gdt_page[(0xe020 - GDT_OURS) / 8] = DESC_CODE32 | DESC_DPL3 | DESC_ACCESSED;
    gdt_page[(0xe028 - GDT_OURS) / 8] = DESC_DATA | DESC_DPL3 | DESC_ACCESSED;
    gdt_page[(0xe030 - GDT_OURS) / 8] = DESC_CODE64 | DESC_DPL3 | DESC_ACCESSED;
    trap_init();
}

void cpu_load_gdt(void)
{
    lgdt((uintptr_t)gdt_page - GDT_OURS, GDT_OURS + sizeof(gdt_page) - 1);
}

/* Loads CS by a far return, SS with our data segment. */
static void load_segments(void)
{
    __asm__ __volatile__(
        "pushq %0\n\t"
        "lea 1f(%%rip), %%rax\n\t"
        "pushq %%rax\n\t"
        "lretq\n"
        "1:\n\t"
        "mov %1, %%ss\n\t"
        "mov %2, %%ds\n\t"
        "mov %2, %%es\n\t"
        "mov %2, %%fs\n\t"
        "mov %2, %%gs"
        : : "i"(SEL_HV_CS64), "r"(SEL_HV_DS), "r"(0) : "rax", "memory");
}

static void load_tss(unsigned cpu)
{
    uint64_t base = (uintptr_t)&cpu_tss[cpu];
    uint64_t *d = &gdt_page[(SEL_TSS(cpu) - GDT_OURS) / 8];
    uintptr_t block = (uintptr_t)cpu_info() & ~(STACK_SIZE - 1);
    struct cpu_tss *t = &cpu_tss[cpu];

    t->rsp[0] = (uintptr_t)&guest_regs()->es;
    for (unsigned i = 0; i < IST_COUNT; i++)
        t->ist[i] = block + (i + 1) * IST_SIZE;
    t->iomap = sizeof(*t);
    d[0] = (sizeof(*t) - 1) | ((base & 0xffffff) << 16) | (0x89ull << 40) |
           ((base & 0xff000000) << 32);
    d[1] = base >> 32;
    __asm__ __volatile__("ltr %w0" : : "r"(SEL_TSS(cpu)));
}

static void init_syscall(unsigned cpu)
{
    uint64_t top = (uintptr_t)&guest_regs()->es;

    syscall_stack[cpu] = top;
    wrmsr(MSR_STAR, ((uint64_t)0xe023 << 48) | ((uint64_t)SEL_HV_CS64 << 32));
    wrmsr(MSR_LSTAR, (uintptr_t)syscall_stubs + cpu * SYSCALL_STUB_SIZE);
    wrmsr(MSR_CSTAR, (uintptr_t)syscall32_stubs + cpu * SYSCALL_STUB_SIZE);
    wrmsr(MSR_FMASK, RFLAGS_IF | RFLAGS_TF | RFLAGS_DF | RFLAGS_NT | RFLAGS_AC |
                     RFLAGS_IOPL | RFLAGS_RF | RFLAGS_VM);
    if (cpuid(1, 0).edx & (1u << 11)) {
        wrmsr(MSR_SYSENTER_CS, cpu_features.is_intel ? SEL_HV_CS64 : 0);
        wrmsr(MSR_SYSENTER_ESP, top);
        wrmsr(MSR_SYSENTER_EIP, (uintptr_t)sysenter_entry);
    }
}

void cpu_init(unsigned cpu)
{
    write_cr0(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE);
    write_cr4(cpu_features.cr4);
    if (cpu_features.has_xsave)
        xsetbv(0, cpu_features.xcr0);
    wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE |
                    (cpu_features.has_nx ? EFER_NXE : 0));
    wrmsr(MSR_PAT, PAT_VALUE);
    cpu_load_gdt();
    load_segments();
    trap_load_idt();
    load_tss(cpu);
    init_syscall(cpu);
    if (cpu_features.has_rdtscp)
        wrmsr(MSR_TSC_AUX, 0);
    __asm__ __volatile__("fninit");
}
