/* SPDX-License-Identifier: MIT */
/*
 * cpuid.c - the policy of what CPUID shows, and the emulated instruction.
 *
 *   R1  A feature bit is shown only if the machine has it, cpu_features.def lists
 *       it, and the domain's own leaves (if any were set) have it.
 *   R2  CPUID executed by a guest natively shows the machine's; what it shows of
 *       CR4-controlled features agrees with the CR4 that guests run under.
 */
#include "arch/x86/cpu.h"
#include "pv/policy.h"
#include "pv/pv.h"
#include "public/arch-x86/cpuid.h"

#define BIT(n) (1u << (n))
#define MAX_BASIC    0xdu
#define MAX_EXTENDED 0x80000008u
#define HYPERVISOR_BIT BIT(31)
#define OSXSAVE_BIT    BIT(27)
#define SEP_BIT        BIT(11)
#define XEN_VERSION  (4u << 16 | 17)

struct cpuid_policy {
    unsigned nr;
    xen_cpuid_leaf_t leaf[POLICY_MAX_LEAVES];
};

enum reg { reg_eax, reg_ebx, reg_ecx, reg_edx };
static const struct feature_row {
    uint32_t leaf, sub;
    enum reg reg;
    uint32_t mask;
    unsigned word;
} rows[] = {
#define FEATURES(w, l, s, r, m) { .leaf = l, .sub = s, .reg = reg_##r, .mask = (m), .word = w },
#include "pv/cpu_features.def"
#undef FEATURES
};

static uint32_t *reg_of(struct cpuid_regs *r, enum reg which)
{
    switch (which) {
    case reg_eax: return &r->eax;
    case reg_ebx: return &r->ebx;
    case reg_ecx: return &r->ecx;
    default: return &r->edx;
    }
}

static bool leaf_has_subleaves(uint32_t leaf)
{
    return leaf == 4 || leaf == 7 || leaf == 0xb || leaf == 0xd;
}

static void mask_features(uint32_t leaf, uint32_t sub, struct cpuid_regs *r)
{
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].leaf == leaf && rows[i].sub == sub)
            *reg_of(r, rows[i].reg) &= rows[i].mask;
}

static void clear(struct cpuid_regs *r)
{
    r->eax = r->ebx = r->ecx = r->edx = 0;
}

/* What any PV guest may see, less what depends on the vcpu. */
static void basic_leaf(uint32_t leaf, uint32_t sub, struct cpuid_regs *r)
{
    *r = cpuid(leaf, sub);
    switch (leaf) {
    case 0:
        r->eax = MIN(r->eax, MAX_BASIC);
        break;
    case 1:
        r->ebx &= 0x00ffffff;               /* all vcpus are its first CPU     */
        if (cpu_features.is_amd)
            r->edx &= ~SEP_BIT;             /* not in long mode there          */
        break;
    case 4:
        r->eax &= ~0xffffc000u;             /* no topology */
        break;
    case 7:
        if (sub > 1)
            clear(r);
        else if (sub == 0)
            r->eax = MIN(r->eax, 1u);
        else
            r->ebx = r->ecx = r->edx = 0;
        break;
    case 0xd:
        if (sub == 0) {
            r->eax &= (uint32_t)cpu_features.xcr0;
            r->edx &= (uint32_t)(cpu_features.xcr0 >> 32);
            r->ecx = cpu_features.has_xsave ? cpu_features.fpu_size : 0;
        } else if (sub == 1) {
            r->ebx = r->ecx = r->edx = 0;
        } else if (sub > 62 || !(cpu_features.xcr0 >> sub & 1)) {
            clear(r);
        }
        break;
    case 2:
        break;
    default:                                /* 3, 5, 6, 8 to 0xc */
        clear(r);
        break;
    }
    mask_features(leaf, sub, r);
}

static void extended_leaf(uint32_t leaf, struct cpuid_regs *r)
{
    *r = cpuid(leaf, 0);
    switch (leaf) {
    case 0x80000000:
        r->eax = MIN(r->eax, MAX_EXTENDED);
        break;
    case 0x80000007:
        r->eax = r->ebx = r->ecx = 0;
        break;
    case 0x80000008:
        r->ecx &= cpu_features.is_amd ? 0x3f0ff : 0;    /* cores, as leaf 1 has them */
        r->edx = 0;
        break;
    }
    mask_features(leaf, 0, r);
}

static void policy_leaf(enum policy_kind kind, uint32_t leaf, uint32_t sub,
                        struct cpuid_regs *r)
{
    if (kind == POLICY_HOST)
        *r = cpuid(leaf, sub);
    else if (leaf >= 0x80000000u)
        extended_leaf(leaf, r);
    else
        basic_leaf(leaf, sub, r);
    if (kind == POLICY_PV && leaf == 1)
        r->ecx |= HYPERVISOR_BIT;
}

static const xen_cpuid_leaf_t *find(const struct cpuid_policy *p, uint32_t leaf,
                                    uint32_t sub)
{
    if (!leaf_has_subleaves(leaf))
        sub = XEN_CPUID_NO_SUBLEAF;
    for (unsigned i = 0; p && i < p->nr; i++)
        if (p->leaf[i].leaf == leaf && p->leaf[i].subleaf == sub)
            return &p->leaf[i];
    return NULL;
}

/* R1: the domain's own leaf can only take features away. */
static void apply_domain(const struct domain *d, uint32_t leaf, uint32_t sub,
                         struct cpuid_regs *r)
{
    const xen_cpuid_leaf_t *own = find(d->policy, leaf, sub);
    struct cpuid_regs o;

    if (!own)
        return;
    o = (struct cpuid_regs){ own->a, own->b, own->c, own->d };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].leaf == leaf && rows[i].sub == sub) {
            uint32_t keep = *reg_of(&o, rows[i].reg);

            if (leaf == 1 && rows[i].reg == reg_ecx)
                keep |= HYPERVISOR_BIT;
            *reg_of(r, rows[i].reg) &= keep;
        }
}

static void hypervisor_leaf(const struct vcpu *v, uint32_t leaf, uint32_t sub,
                            struct cpuid_regs *r)
{
    clear(r);
    switch (leaf - XEN_CPUID_FIRST_LEAF) {
    case 0:
        *r = (struct cpuid_regs){ XEN_CPUID_LEAF(XEN_CPUID_MAX_NUM_LEAVES),
            XEN_CPUID_SIGNATURE_EBX, XEN_CPUID_SIGNATURE_ECX, XEN_CPUID_SIGNATURE_EDX };
        break;
    case 1:
        r->eax = XEN_VERSION;
        break;
    case 2:
        *r = (struct cpuid_regs){ 1, 0x40000000, XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD,
                                  0 };
        break;
    case 3:
        pv_tsc_leaf(v->d, sub, r);
        break;
    case 5:
        r->ebx = cpu_features.phys_bits;
        break;
    }
}

void pv_cpuid(const struct vcpu *v, uint32_t leaf, uint32_t sub,
              struct cpuid_regs *out)
{
    uint32_t max_ext;

    if (leaf >= XEN_CPUID_FIRST_LEAF && leaf <= XEN_CPUID_LEAF(0xff)) {
        hypervisor_leaf(v, leaf, sub, out);
        return;
    }
    max_ext = MIN(cpuid(0x80000000u, 0).eax, MAX_EXTENDED);
    if (leaf >= 0x80000000u ? leaf > max_ext :
        leaf > MIN(cpuid(0, 0).eax, MAX_BASIC)) {
        clear(out);
        return;
    }
    policy_leaf(POLICY_PV, leaf, sub, out);
    apply_domain(v->d, leaf, sub, out);
    if (leaf == 1 && cpu_features.has_xsave && (v->pv.cr4 & CR4_OSXSAVE)) {
        out->ecx |= OSXSAVE_BIT;
    } else if (leaf == 0xb) {
        out->ecx = sub & 0xff;
        out->edx = v->id * 2;
    }
}

uint64_t pv_guest_cr4(uint64_t val)
{
    uint64_t guest = CR4_TSD | CR4_DE | CR4_OSXSAVE | CR4_FSGSBASE;
    uint64_t fixed = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_MCE;

    return (val & guest & (cpu_features.cr4 | CR4_TSD | CR4_DE)) |
           (fixed & cpu_features.cr4) | (cpu_features.cr4 & CR4_FSGSBASE);
}

static unsigned add_leaf(xen_cpuid_leaf_t *out, unsigned n, enum policy_kind kind,
                         const struct domain *d, uint32_t leaf, uint32_t sub)
{
    struct cpuid_regs r;

    if (n == POLICY_MAX_LEAVES)
        return n;
    policy_leaf(kind, leaf, sub, &r);
    if (d)
        apply_domain(d, leaf, sub, &r);
    out[n] = (xen_cpuid_leaf_t){
        leaf, leaf_has_subleaves(leaf) ? sub : XEN_CPUID_NO_SUBLEAF,
        r.eax, r.ebx, r.ecx, r.edx };
    return n + 1;
}

unsigned pv_policy_leaves(enum policy_kind kind, const struct domain *d,
                          xen_cpuid_leaf_t out[POLICY_MAX_LEAVES])
{
    unsigned n = 0;
    uint32_t max = MIN(cpuid(0, 0).eax, MAX_BASIC);
    uint32_t max_ext = MIN(cpuid(0x80000000u, 0).eax, MAX_EXTENDED);

    for (uint32_t leaf = 0; leaf <= max; leaf++) {
        unsigned subs = leaf == 4 ? 6 : leaf == 7 ? 2 : leaf == 0xb ? 2 :
                        leaf == 0xd ? 10 : 1;

        for (unsigned sub = 0; sub < subs; sub++)
            n = add_leaf(out, n, kind, d, leaf, sub);
    }
    /* Of the hypervisor's leaves the tools keep the two that end their ranges, and
     * have room for no more leaves than they were given. */
    for (uint32_t leaf = 0x40000000; leaf <= 0x40000100; leaf += 0x100)
        out[n++] = (xen_cpuid_leaf_t){ .leaf = leaf,
                                        .subleaf = XEN_CPUID_NO_SUBLEAF };
    for (uint32_t leaf = 0x80000000u; leaf <= max_ext; leaf++)
        n = add_leaf(out, n, kind, d, leaf, 0);
    return n;
}

unsigned pv_policy_msrs(xen_msr_entry_t out[POLICY_MAX_MSRS])
{
    memset(out, 0, POLICY_MAX_MSRS * sizeof(out[0]));
    out[0].idx = 0xce;
    out[1].idx = 0x10a;
    return 2;
}

/* Processor, hypervisor and extended leaves, as far as any are defined. */
static bool leaf_is_known(uint32_t leaf)
{
    return leaf < 0x20 || leaf - 0x40000000 < 0x200 || leaf - 0x80000000 < 0x22;
}

int pv_policy_set(struct domain *d, const xen_cpuid_leaf_t *leaves, unsigned n,
                  unsigned *bad)
{
    struct cpuid_policy *p;

    if (n > POLICY_MAX_LEAVES) {
        *bad = POLICY_MAX_LEAVES;
        return fail(E2BIG, "%u leaves", n);
    }
    for (*bad = 0; *bad < n; (*bad)++)
        if (!leaf_is_known(leaves[*bad].leaf))
            return fail(ERANGE, "CPUID leaf %#x", leaves[*bad].leaf);
    p = heap_new(struct cpuid_policy);
    if (!p)
        return -ENOMEM;
    p->nr = n;
    memcpy(p->leaf, leaves, n * sizeof(leaves[0]));
    pv_policy_free(d);
    d->policy = p;
    return 0;
}

void pv_policy_free(struct domain *d)
{
    heap_free(d->policy);
    d->policy = NULL;
}

void pv_policy_featureset(enum policy_kind kind, uint32_t out[FEATURESET_WORDS])
{
    memset(out, 0, FEATURESET_WORDS * sizeof(out[0]));
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        struct cpuid_regs r;

        policy_leaf(kind, rows[i].leaf, rows[i].sub, &r);
        out[rows[i].word] = *reg_of(&r, rows[i].reg);
    }
}
