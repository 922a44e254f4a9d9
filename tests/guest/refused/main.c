/* SPDX-License-Identifier: MIT */
#include "frontends/rt/domain.h"
#include "hypervisor/hypercall/hypercalls.def"
#include "public/arch-x86/xen-mca.h"
#include "public/callback.h"
#include "public/nmi.h"
#include "public/physdev.h"
#include "public/platform.h"
#include "public/sysctl.h"
#include "public/version.h"

const char test_title[] =
    "each call and sub-operation that the table refuses is refused with the table's "
    "errno, by real Xen as well but for a few that it offers";

#define CONTROL_ONLY(call) ((call) == __HYPERVISOR_platform_op || \
                            (call) == __HYPERVISOR_sysctl || \
                            (call) == __HYPERVISOR_arch_0 || \
                            (call) == __HYPERVISOR_domctl)

static const struct row {
    const char *call, *name;
    unsigned nr, cmd, err;
    bool whole;
} rows[] = {
#define NOTHING(...)
#define NO_CALL(name, err) { #name, "", __HYPERVISOR_##name, 0, XEN_##err, true },
#define NO_SUB(call, prefix, name, err) \
    { #call, #name, __HYPERVISOR_##call, prefix##name, XEN_##err, false },
    CALLS(NOTHING, NO_CALL)
    SUBS(NOTHING, NOTHING, NO_SUB)
};

/* What 4.17 offers and we refuse: its answer to the arguments below. */
static const struct {
    const char *call, *name;
    int answer;
} offered[] = {
    { "xenoprof_op", "", 0 },
    { "kexec_op", "", -XEN_ENOENT },
    { "arch_1", "", -XEN_EFAULT },
    { "platform_op", "del_memtype", 0 },
    { "platform_op", "resource_op", 0 },
    { "grant_table_op", "transfer", 0 },
    { "event_channel_op", "init_control", -XEN_EINVAL },
    { "event_channel_op", "expand_array", -XEN_EOPNOTSUPP },
    { "arch_0", "msrinject", 0 },
    { "arch_0", "mceinject", 0 },
};

static bool is(const char *a, const char *b)
{
    return strlen(a) == strlen(b) && strncmp(a, b, strlen(a)) == 0;
}

static bool also_right(const struct row *r, long answer)
{
    for (unsigned i = 0; i < sizeof(offered) / sizeof(offered[0]); i++)
        if (is(offered[i].call, r->call) && is(offered[i].name, r->name))
            return answer == offered[i].answer;
    return false;
}

static void child_body(uint64_t arg)
{
    (void)arg;
}

/* With arguments that are all zero, apart from the command, versions and domain. */
static long call(const struct row *r, const struct rt_domain *child)
{
    static uint64_t page[512] __attribute__((aligned(4096)));
    struct xen_domctl *domctl = (void *)page;
    struct xen_sysctl *sysctl = (void *)page;
    struct xen_platform_op *platform = (void *)page;
    struct mmuext_op *ext = (void *)page;
    struct xen_mc *mc = (void *)page;

    memset(page, 0, sizeof(page));
    switch (r->nr) {
    case __HYPERVISOR_domctl:
        return domain_ctl(domctl, r->cmd, child->id);
    case __HYPERVISOR_sysctl:
        sysctl->cmd = r->cmd;
        sysctl->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
        return hc_sysctl(page);
    case __HYPERVISOR_arch_0:
        mc->cmd = r->cmd;
        mc->interface_version = XEN_MCA_INTERFACE_VERSION;
        return hypercall6(r->nr, (uint64_t)page, 0, 0, 0, 0, 0);
    case __HYPERVISOR_platform_op:
        platform->cmd = r->cmd;
        platform->interface_version = XENPF_INTERFACE_VERSION;
        if (r->cmd == XENPF_cpu_hotadd)
            platform->u.cpu_add.apic_id = platform->u.cpu_add.acpi_id = ~0u;
        return hc_platform_op(page);
    case __HYPERVISOR_mmuext_op:
        ext->cmd = r->cmd;
        return hc_mmuext_op(ext, 1, NULL, DOMID_SELF);
    case __HYPERVISOR_grant_table_op:
        return hc_grant_table_op(r->cmd, page, 1);
    case __HYPERVISOR_memory_op:
        page[0] = (uint64_t)child->id << 16;         /* of access_op   */
        return hc_memory_op(r->cmd, page);
    case __HYPERVISOR_dm_op:
        return hypercall6(r->nr, child->id, 1, (uint64_t)page, 0, 0, 0);
    default:
        return hypercall6(r->nr, r->cmd, (uint64_t)page, 0, 0, 0, 0);
    }
}

void test_main(void)
{
    static struct rt_domain child;

    if (rt_is_dom0() &&
        !domain_build(&child, &(struct rt_domain_spec){ .fn = child_body }))
        return;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        long answer = call(r, &child);

        /* Who may not call is told so, or why it would be refused anyway. */
        if (!rt_is_dom0() && (CONTROL_ONLY(r->nr) ||
                              r->nr == __HYPERVISOR_kexec_op ||
                              r->nr == __HYPERVISOR_hypfs_op))
            expect_true(answer < 0, "%s %s: %ld", r->call, r->name, answer);
        else if (!also_right(r, answer))
            expect_eq(-(long)r->err, answer, "%s %s", r->call, r->name);
    }
    if (rt_is_dom0())
        domain_destroy(&child);
}
