/* SPDX-License-Identifier: MIT */
#include "frontends/rt/domain.h"

/* covers use: domctl.getvcpuextstate domctl.setvcpuextstate */
/* covers use: domctl.getvcpucontext */

const char test_title[] =
    "the control domain finds in a stopped vcpu's state what its vector registers "
    "hold, and what it puts there is in them when the vcpu goes on";

#define WORDS 1024u
#define XMM5  ((160u + 5 * 16) / 8)         /* of the area of FXSAVE and XSAVE */
#define HEAD  2u                            /* xcr0, xcr0_accum before it      */

static uint64_t phase, answer[2];
static struct rt_domain child;
static uint64_t state[WORDS];
static struct vcpu_guest_context ctx;

/* As every kernel does that finds XSAVE: x87 and SSE, in XCR0. */
static void xsave_on(void)
{
    uint32_t a = 1, b, c = 0, d;
    uint64_t cr4;

    __asm__ volatile(XEN_CPUID : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    if ((c & 1U << 26) == 0)
        return;
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("mov %0, %%cr4" : : "r"(cr4 | 1UL << 18));
    __asm__ volatile("xsetbv" : : "a"(3), "d"(0), "c"(0));
}

static void child_body(uint64_t arg)
{
    uint64_t in[2] = { 0x1111222233334444, 0x5555666677778888 };

    (void)arg;
    xsave_on();
    __asm__ volatile("movups %0, %%xmm5" : : "m"(in));
    store64(&phase, 1);
    while (load64(&phase) == 1)
        hc_sched_op(SCHEDOP_yield, NULL);
    __asm__ volatile("movups %%xmm5, %0" : "=m"(answer));
    store64(&phase, 3);
    for (;;)
        hc_sched_op(SCHEDOP_yield, NULL);
}

static bool reaches(uint64_t n)
{
    for (unsigned turns = 0; turns < 1000000; turns++) {
        if (load64(domain_at(&child, &phase)) == n)
            return true;
        hc_sched_op(SCHEDOP_yield, NULL);
    }
    return false;
}

static long ext(unsigned cmd, uint64_t *size)
{
    static uint64_t mask;           /* as told with the size                  */
    struct xen_domctl op = { .u.vcpuextstate = { .size = *size,
                                                 .xfeature_mask = mask } };
    long rc;

    op.u.vcpuextstate.buffer.p = *size ? state : NULL;
    rc = domain_ctl(&op, cmd, child.id);
    *size = op.u.vcpuextstate.size;
    mask = op.u.vcpuextstate.xfeature_mask;
    return rc;
}

/* With XSAVE the registers are in the extended state alone. */
static void by_extended_state(uint64_t size)
{
    expect_true(size <= sizeof(state), "%lu bytes of state", size);
    if (size > sizeof(state))
        return;
    expect_eq(0, ext(XEN_DOMCTL_getvcpuextstate, &size), "get it");
    expect_eq(0x1111222233334444, state[HEAD + XMM5], "xmm5");
    expect_eq(0x5555666677778888, state[HEAD + XMM5 + 1], "xmm5, upper half");
    state[HEAD + XMM5] = 0x99;
    expect_eq(0, ext(XEN_DOMCTL_setvcpuextstate, &size), "set it");
}

static void by_context(void)
{
    struct xen_domctl op = { .u.vcpucontext.ctxt.p = &ctx };
    uint64_t *fx = (uint64_t *)&ctx.fpu_ctxt;

    expect_eq(0, domain_ctl(&op, XEN_DOMCTL_getvcpucontext, child.id), "context");
    expect_eq(0x1111222233334444, fx[XMM5], "xmm5");
    expect_eq(0x5555666677778888, fx[XMM5 + 1], "xmm5, upper half");
}

void test_main(void)
{
    uint64_t size = 0, first = 0x1111222233334444;

    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, ext(XEN_DOMCTL_getvcpuextstate, &size), "by a guest");
        return;
    }
    if (!domain_build(&child, &(struct rt_domain_spec){ .fn = child_body }))
        return;
    domain_unpause(&child);
    expect_true(reaches(1), "the child has filled it");
    domain_pause(&child);
    expect_eq(0, ext(XEN_DOMCTL_getvcpuextstate, &size), "its size");
    if (size > HEAD * 8) {
        by_extended_state(size);
        first = 0x99;
    } else {
        by_context();
    }
    store64(domain_at(&child, &phase), 2);
    domain_unpause(&child);
    expect_true(reaches(3), "the child has looked");
    expect_eq(first, load64(domain_at(&child, &answer[0])), "xmm5 when it went on");
    expect_eq(0x5555666677778888, load64(domain_at(&child, &answer[1])),
              "xmm5, upper half, when it went on");
    domain_destroy(&child);
}
