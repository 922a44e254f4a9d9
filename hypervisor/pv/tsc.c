/* SPDX-License-Identifier: MIT */
/*
 * tsc.c - what RDTSC reads in a domain.
 *
 *   R1  It is the machine's counter, unless the domain's mode is to emulate it:
 *       then CR4.TSD is set while its vcpus run, and #GP comes to pv_emulate().
 *   R2  An emulated counter has the rate that the domain began with, and goes on
 *       where it was on another machine. It follows system time by the same scale
 *       that the guest has for the way back, so the two never drift apart.
 *   R3  A guest kernel's own CR4.TSD takes RDTSC from its users. The kernel, in
 *       ring 3 as well, faults with them and is served.
 */
#include "arch/time.h"
#include "arch/x86/cpu.h"
#include "arch/x86/insn.h"
#include "pv/pv.h"

bool pv_tsc_emulated(const struct domain *d)
{
    return d->tsc.mode == TSC_MODE_ALWAYS_EMULATE;
}

void pv_tsc_load(const struct vcpu *v)
{
    uint64_t cr4 = read_cr4();
    uint64_t tsd = pv_tsc_emulated(v->d) ? CR4_TSD : v->pv.cr4 & CR4_TSD;

    if ((cr4 & CR4_TSD) != tsd)
        write_cr4(cr4 ^ CR4_TSD);
}

void pv_tsc_scale(const struct domain *d, struct time_scale *out)
{
    time_scale_get(out);
    if (!pv_tsc_emulated(d))
        return;
    time_scale_of(d->tsc.khz * 1000ull, out);
    out->tsc_timestamp = 0;
    out->system_time = (uint64_t)d->tsc.offset;
}

uint64_t pv_tsc(const struct domain *d)
{
    struct time_scale s;
    uint64_t ns, ticks;

    if (!pv_tsc_emulated(d))
        return rdtsc();
    pv_tsc_scale(d, &s);
    ns = (uint64_t)(time_now() - d->tsc.offset);
    ticks = (ns / s.mul << 32) + (ns % s.mul << 32) / s.mul;    /* R2 */
    return s.shift < 0 ? ticks << -s.shift : ticks >> s.shift;
}

uint64_t pv_tsc_elapsed(const struct domain *d)
{
    uint64_t tsc;

    if (pv_tsc_emulated(d))
        return (uint64_t)(time_now() - d->tsc.offset);
    tsc = rdtsc();
    return tsc / d->tsc.khz * 1000000 + tsc % d->tsc.khz * 1000000 / d->tsc.khz;
}

void pv_tsc_leaf(const struct domain *d, uint32_t sub, struct cpuid_regs *r)
{
    struct time_scale s;

    pv_tsc_scale(d, &s);
    switch (sub) {
    case 0:
        *r = (struct cpuid_regs){ pv_tsc_emulated(d) | cpu_features.has_rdtscp << 2,
                                  d->tsc.mode, d->tsc.khz, d->tsc.incarnation };
        break;
    case 1:
        if (!pv_tsc_emulated(d)) {
            r->eax = (uint32_t)d->tsc.offset;
            r->ebx = (uint32_t)((uint64_t)d->tsc.offset >> 32);
        }
        r->ecx = s.mul;
        r->edx = (uint32_t)s.shift;
        break;
    case 2:
        r->eax = time_tsc_khz();
        break;
    }
}
