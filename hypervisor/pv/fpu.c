/* SPDX-License-Identifier: MIT */
/*
 * fpu.c - floating point and vector state, switched eagerly with the vcpu.
 *
 *   R1  The area is XSAVE's standard form where the machine has XSAVE, else
 *       FXSAVE's; 64-byte aligned, as large as all components we allow.
 *   R2  Saved and restored with XCR0 = all we allow, so that a guest which
 *       narrows its XCR0 loses nothing; its own XCR0 is loaded while it runs.
 *       xcr0_load() knows what a CPU has: nobody else writes the register.
 *   R3  A context that was handed in may hold what the CPU refuses to load
 *       (reserved MXCSR or header bits): then the vcpu starts from a fresh one.
 */
#include "arch/x86/cpu.h"
#include "pv/pv.h"

#define XCR0_X87 1u
#define XCR0_SSE 2u
#define XCR0_AVX 4u
#define XCR0_AVX512 0xe0u

#define FCW_INIT   0x037f
#define MXCSR_INIT 0x1f80
#define XSTATE_BV  (512 / 8)        /* the header's first word                 */

bool xcr0_valid(uint64_t xcr0)
{
    if (!cpu_features.has_xsave || (xcr0 & ~cpu_features.xcr0))
        return false;
    if (!(xcr0 & XCR0_X87) || ((xcr0 & XCR0_AVX) && !(xcr0 & XCR0_SSE)))
        return false;
    return !(xcr0 & XCR0_AVX512) ||
           ((xcr0 & XCR0_AVX512) == XCR0_AVX512 && (xcr0 & XCR0_AVX));
}

static void fpu_fresh(struct vcpu *v)
{
    memset(v->pv.fpu, 0, cpu_features.fpu_size);
    *(uint16_t *)v->pv.fpu = FCW_INIT;
    ((uint32_t *)v->pv.fpu)[6] = MXCSR_INIT;
    if (cpu_features.has_xsave)
        ((uint64_t *)v->pv.fpu)[XSTATE_BV] = XCR0_X87 | XCR0_SSE;
}

int fpu_create(struct vcpu *v)
{
    v->pv.fpu = heap_alloc(ROUND_UP((size_t)cpu_features.fpu_size, 64));
    if (!v->pv.fpu)
        return -ENOMEM;
    BUG_ON((uintptr_t)v->pv.fpu & 63);
    fpu_fresh(v);
    v->pv.xcr0 = XCR0_X87;
    return 0;
}

static inline void xcr0_load(uint64_t want)
{
    static uint64_t loaded[NR_CPUS];
    unsigned cpu = this_cpu();

    if (loaded[cpu] != want) {
        loaded[cpu] = want;
        xsetbv(0, want);
    }
}

void fpu_set_xcr0(struct vcpu *v, uint64_t xcr0)
{
    v->pv.xcr0 = xcr0;
    xcr0_load(xcr0);
}

void fpu_save(struct vcpu *v)
{
    if (read_cr0() & CR0_TS)
        fpu_set_ts(false);
    if (cpu_features.has_xsave) {
        xcr0_load(cpu_features.xcr0);           /* R2 */
        __asm__ __volatile__("xsave64 %0" : "+m"(*(char *)v->pv.fpu)
                             : "a"(~0u), "d"(~0u) : "memory");
    } else {
        __asm__ __volatile__("fxsave64 %0" : "+m"(*(char *)v->pv.fpu) :: "memory");
    }
}

/* false: the CPU has refused the area. */
static bool fpu_load(const struct vcpu *v)
{
    bool ok = true;

    if (cpu_features.has_xsave)
        __asm__ __volatile__("1: xrstor64 %1\n\tjmp 3f\n"
                             "2: movb $0, %0\n3:\n\t" EX_ENTRY(1b, 2b)
                             : "+q"(ok) : "m"(*(char *)v->pv.fpu), "a"(~0u),
                               "d"(~0u) : "memory");
    else
        __asm__ __volatile__("1: fxrstor64 %1\n\tjmp 3f\n"
                             "2: movb $0, %0\n3:\n\t" EX_ENTRY(1b, 2b)
                             : "+q"(ok) : "m"(*(char *)v->pv.fpu) : "memory");
    return ok;
}

void fpu_restore(struct vcpu *v)
{
    if (cpu_features.has_xsave)
        xcr0_load(cpu_features.xcr0);
    if (unlikely(!fpu_load(v))) {                               /* R3 */
        fpu_fresh(v);
        (void)fpu_load(v);
    }
    if (cpu_features.has_xsave)
        xcr0_load(v->pv.xcr0);
    if (v->pv.cr0 & CR0_TS)
        fpu_set_ts(true);
}

void fpu_set_ts(bool on)
{
    uint64_t cr0 = read_cr0();
    uint64_t want = on ? cr0 | CR0_TS : cr0 & ~(uint64_t)CR0_TS;

    if (want != cr0)
        write_cr0(want);
}

/* The x87 and SSE part as a context carries it; reserved MXCSR bits would fault
 * at restore and are dropped. */
void fpu_set_legacy(struct vcpu *v, const void *fxsave)
{
    memcpy(v->pv.fpu, fxsave, 512);
    ((uint32_t *)v->pv.fpu)[6] &= 0xffff;
    if (cpu_features.has_xsave)
        ((uint64_t *)v->pv.fpu)[XSTATE_BV] |= XCR0_X87 | XCR0_SSE;
}
