/* SPDX-License-Identifier: MIT */
/*
 * mca.c - HYPERVISOR_mca (arch_0): the processors as a machine-check log knows them.
 *
 * An error that the processor reports ends the machine (arch/x86/trap.c), so the
 * queue of recorded ones is always empty.
 */
#include "arch/smp.h"
#include "arch/x86/cpu.h"
#include "hypercall/hypercall.h"
#include "public/arch-x86/xen-mca.h"

static long op_fetch(struct xen_mc *op)
{
    struct xen_mc_fetch *f = &op->u.mc_fetch;
    uint32_t queue = f->flags & (XEN_MC_NONURGENT | XEN_MC_URGENT);

    if ((f->flags & ~(XEN_MC_NONURGENT | XEN_MC_URGENT | XEN_MC_ACK)) ||
        (queue != XEN_MC_NONURGENT && queue != XEN_MC_URGENT))
        return fail(EINVAL, "machine checks: flags %#x", f->flags);
    if (f->flags & XEN_MC_ACK) {
        f->flags = XEN_MC_OK;
        return 0;
    }
    f->flags = XEN_MC_OK | XEN_MC_NODATA;
    f->fetch_id = 0;
    return 0;
}

static long op_physcpuinfo(struct xen_mc *op)
{
    struct xen_mc_physcpuinfo *p = &op->u.mc_physcpuinfo;
    struct mcinfo_logical_cpu c;
    uint32_t i, n = 0, active = (uint32_t)__builtin_popcountll(cpus_in_use());

    if (!handle_is_null(p->info)) {
        if (!p->ncpus)
            return fail(EINVAL, "machine checks: room for no CPU");
        for (i = 0; i < nr_cpus && n < p->ncpus; i++) {
            if (!(cpus_in_use() & cpumask_of(i)))
                continue;
            c = (struct mcinfo_logical_cpu){
                .mc_cpunr = i, .mc_coreid = (uint16_t)i, .mc_apicid = cpu_apic_id[i],
                .mc_clusterid = cpu_apic_id[i], .mc_ncores = nr_cpus,
                .mc_ncores_active = active, .mc_nthreads = 1,
                .mc_family = cpu_features.family, .mc_model = cpu_features.model,
                .mc_step = cpu_features.stepping,
            };
            memcpy(c.mc_vendorid, cpu_features.vendor, sizeof(cpu_features.vendor));
            if (copy_out(p->info, n, &c))
                return -EFAULT;
            n++;
        }
    }
    p->ncpus = handle_is_null(p->info) ? active : n;
    return 0;
}

#define DO(name, out) rc = op_##name(&op); answers = out
HC_VERSIONED(arch_0, struct xen_mc, XEN_MCA_INTERFACE_VERSION)
