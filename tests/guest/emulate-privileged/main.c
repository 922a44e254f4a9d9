/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"
#include "public/arch-x86/cpuid.h"
#include "public/physdev.h"

const char test_title[] =
    "CPUID, control registers, MSRs and ports that a PV kernel uses are emulated, "
    "and every other privileged instruction is a #GP";

static void forced_cpuid(uint32_t leaf, uint32_t r[4])
{
    __asm__ volatile(XEN_CPUID : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
                     : "a"(leaf), "c"(0));
}

/* All vcpus show the cores of the machine, and themselves as its first CPU. */
static void check_topology(void)
{
    uint32_t own[4] = { 1 }, r[4];

    __asm__ volatile("cpuid" : "+a"(own[0]), "=b"(own[1]), "=c"(own[2]), "=d"(own[3]));
    forced_cpuid(1, r);
    expect_eq(own[1] & 0xffffff, r[1], "CPUs of a package, and the first one's number");
    forced_cpuid(0, r);
    if (r[2] == 0x444d4163) {                               /* AuthenticAMD */
        forced_cpuid(1, r);
        expect_eq(0, r[3] & 1U << 11, "SYSENTER, which AMD's long mode has not");
    }
}

static void check_cpuid(void)
{
    uint32_t r[4];

    forced_cpuid(XEN_CPUID_LEAF(0), r);
    expect_eq(XEN_CPUID_SIGNATURE_EBX, r[1], "signature EBX");
    expect_eq(XEN_CPUID_SIGNATURE_ECX, r[2], "signature ECX");
    expect_eq(XEN_CPUID_SIGNATURE_EDX, r[3], "signature EDX");
    expect_true(r[0] >= XEN_CPUID_LEAF(2), "last leaf %#x", r[0]);
    forced_cpuid(XEN_CPUID_LEAF(1), r);
    expect_eq(hc_xen_version(0, NULL), r[0], "version in leaf 1");
    forced_cpuid(1, r);
    expect_true((r[3] & 1U << 6) != 0, "PAE is not offered: %#x", r[3]);
    expect_true((r[3] & 1U << 25) != 0, "SSE is not offered: %#x", r[3]);
    expect_eq(0, r[2] & 1U << 5, "VMX is offered");
    expect_eq(0, r[3] & (1U << 1 | 1U << 3 | 1U << 13 | 1U << 17),
              "VME, PSE, PGE or PSE36 is offered: %#x", r[3]);
    expect_true((r[2] & 1U << 31) != 0, "the hypervisor bit is not set");
}

static void check_control_registers(void)
{
    uint64_t cr0, cr2, cr3, cr4;
    struct trap_caught c;

    __asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
    expect_eq(0x80000001, cr0 & 0x80000001, "PG and PE of CR0");
    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    expect_eq(va_to_mfn((void *)rt_start_info->pt_base), cr3 >> 12, "CR3");
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    expect_true((cr4 & 0x20) != 0, "PAE of CR4: %#lx", cr4);
    expect_true(!try_read(&c, (void *)0x7f0000001238UL, &cr2), "a read");
    __asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
    expect_eq(0x7f0000001238UL, cr2, "CR2 after a page fault");
    __asm__ volatile("clts");
    __asm__ volatile("mov %0, %%cr0" : : "r"(cr0 | 8));
    __asm__ volatile("mov %%cr0, %0" : "=r"(cr2));
    expect_eq(8, cr2 & 8, "TS after a write of CR0");
    __asm__ volatile("clts");
    __asm__ volatile("mov %%cr0, %0" : "=r"(cr2));
    expect_eq(0, cr2 & 8, "TS after clts");
}

struct msr {
    uint32_t index, lo, hi;
};

static void do_rdmsr(void *arg)
{
    struct msr *m = arg;

    __asm__ volatile("rdmsr" : "=a"(m->lo), "=d"(m->hi) : "c"(m->index));
}

static void do_wrmsr(void *arg)
{
    struct msr *m = arg;

    __asm__ volatile("wrmsr" : : "a"(m->lo), "d"(m->hi), "c"(m->index));
}

static void check_msrs(void)
{
    struct msr m = { .index = 0x277 };
    struct trap_caught c;

    expect_true(!trap_run(&c, do_rdmsr, &m), "rdmsr of PAT");
    expect_eq(0x050100070406UL, (uint64_t)m.hi << 32 | m.lo, "PAT");
    m.index = 0xc0000080;
    expect_true(!trap_run(&c, do_rdmsr, &m), "rdmsr of EFER");
    expect_eq(0x500, m.lo & 0x500, "LME and LMA of EFER");
    m.index = 0x8b;
    expect_true(!trap_run(&c, do_rdmsr, &m), "rdmsr of the microcode's number");
    m.index = 0x12345;
    expect_true(trap_run(&c, do_rdmsr, &m), "rdmsr of no such register");
    expect_eq(13, c.frame.vector, "vector");
    expect_true(trap_run(&c, do_wrmsr, &m), "wrmsr of no such register");
    m = (struct msr){ .index = 0xc0000100, .hi = 0x80000000 };
    expect_true(trap_run(&c, do_wrmsr, &m), "an FS base that is no address");
}

static void do_in(void *arg)
{
    uint16_t *port = arg;

    __asm__ volatile("inb %%dx, %%al" : "=a"(*(uint8_t *)arg) : "d"(*port));
}

static void check_ports(void)
{
    struct physdev_set_iopl iopl = { .iopl = 0 };
    uint16_t port = 0x21;
    struct trap_caught c;

    expect_eq(0, hc_physdev_op(PHYSDEVOP_set_iopl, &iopl), "iopl 0");
    expect_true(trap_run(&c, do_in, &port), "a port without IOPL");
    expect_eq(13, c.frame.vector, "vector");
    iopl.iopl = 1;
    expect_eq(0, hc_physdev_op(PHYSDEVOP_set_iopl, &iopl), "iopl 1");
    expect_true(!trap_run(&c, do_in, &port), "a port with IOPL");
    expect_eq(0xff, port & 0xff, "the interrupt controller reads as ones");
    iopl.iopl = 4;
    expect_eq(-XEN_EINVAL, hc_physdev_op(PHYSDEVOP_set_iopl, &iopl), "iopl 4");
}

#define INSN(name, text)                                                    \
    static void do_##name(void *arg) { (void)arg; __asm__ volatile(text     \
        : : "a"(0UL), "c"(0UL), "d"(0UL), "D"(0UL) : "memory", "cc"); }
INSN(hlt, "hlt")
INSN(lgdt, "sub $16, %%rsp; lgdt (%%rsp); add $16, %%rsp")
INSN(lidt, "sub $16, %%rsp; lidt (%%rsp); add $16, %%rsp")
INSN(ltr, "ltr %%ax")
INSN(lldt, "lldt %%ax")
INSN(swapgs, "swapgs")
INSN(sysret, "sysretq")
INSN(cr0, "mov %%rax, %%cr0")
INSN(cr8, "mov %%rax, %%cr8")
INSN(cr3, "mov $0xfffffffff000, %%rax; mov %%rax, %%cr3")

static void check_refused(void)
{
    static const struct { const char *name; void (*fn)(void *); } rows[] = {
        { "hlt", do_hlt }, { "lgdt", do_lgdt }, { "lidt", do_lidt },
        { "ltr", do_ltr }, { "lldt", do_lldt }, { "swapgs", do_swapgs },
        { "sysret", do_sysret }, { "CR0 = 0", do_cr0 }, { "CR8", do_cr8 },
        { "CR3 = no frame", do_cr3 },
    };
    struct trap_caught c;

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        expect_true(trap_run(&c, rows[i].fn, NULL), "%s: no trap",
                    rows[i].name);
        expect_eq(13, c.frame.vector, "%s: vector", rows[i].name);
        expect_eq(0, c.frame.error, "%s: error code", rows[i].name);
    }
}

void test_main(void)
{
    check_cpuid();
    check_topology();
    check_control_registers();
    check_msrs();
    check_ports();
    check_refused();
}
