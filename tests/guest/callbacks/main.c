/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/callback.h"
#include "public/nmi.h"

const char test_title[] =
    "every kind of callback is registered at an address of the guest's, refused at "
    "none and in no other kind";

/* covers use: callback_op callback_op.register callback_op.unregister */
/* covers use: nmi_op nmi_op.register_callback nmi_op.unregister_callback */
/* covers abuse: callback_op callback_op.register callback_op.unregister */
/* covers abuse: nmi_op nmi_op.register_callback nmi_op.unregister_callback */

static long reg(unsigned type, uint64_t address)
{
    struct callback_register r = { .type = (uint16_t)type,
                                   .address = address };

    return hc_callback_op(CALLBACKOP_register, &r);
}

static long unreg(unsigned type)
{
    struct callback_unregister u = { .type = (uint16_t)type };

    return hc_callback_op(CALLBACKOP_unregister, &u);
}

static void check_callback_op(void)
{
    static const unsigned types[] = {
        CALLBACKTYPE_event, CALLBACKTYPE_failsafe, CALLBACKTYPE_syscall,
        CALLBACKTYPE_nmi, CALLBACKTYPE_sysenter, CALLBACKTYPE_syscall32,
    };

    for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        expect_eq(0, reg(types[i], (uint64_t)test_main), "type %u", types[i]);
        expect_eq(-XEN_EINVAL, reg(types[i], (uint64_t)NONCANONICAL),
                  "type %u at no address", types[i]);
        rt_restore();
    }
    expect_eq(-XEN_ENOSYS, reg(6, (uint64_t)test_main), "type 6");
    expect_eq(-XEN_ENOSYS, reg(8, (uint64_t)test_main), "type 8");
    expect_eq(-XEN_ENOSYS, reg(0xffff, (uint64_t)test_main), "type 65535");
    expect_eq(0, unreg(CALLBACKTYPE_nmi), "unregister NMIs");
    expect_eq(0, unreg(CALLBACKTYPE_nmi), "again");
    expect_eq(-XEN_EINVAL, unreg(CALLBACKTYPE_event), "unregister events");
    expect_eq(-XEN_EINVAL, unreg(CALLBACKTYPE_failsafe),
              "unregister the failsafe");
    expect_eq(-XEN_EINVAL, unreg(CALLBACKTYPE_syscall), "unregister SYSCALL");
    expect_eq(-XEN_ENOSYS, unreg(99), "unregister type 99");
    expect_eq(-XEN_ENOSYS, hc_callback_op(2, &reg), "command 2");
    expect_eq(-XEN_ENOSYS, hc_callback_op(~0U, &reg), "command ~0");
}

static long nmi(unsigned cmd, void *arg)
{
    return hypercall6(__HYPERVISOR_nmi_op, cmd, (uint64_t)arg, 0, 0, 0, 0);
}

static void check_nmi_op(void)
{
    struct xennmi_callback cb = { .handler_address = (unsigned long)test_main };

    expect_eq(0, nmi(XENNMI_register_callback, &cb), "nmi_op");
    expect_eq(0, nmi(XENNMI_unregister_callback, NULL), "unregister");
    expect_eq(0, nmi(XENNMI_unregister_callback, NULL), "unregister again");
    cb.handler_address = (unsigned long)NONCANONICAL;
    expect_eq(-XEN_EINVAL, nmi(XENNMI_register_callback, &cb), "no address");
    expect_eq(-XEN_EFAULT, nmi(XENNMI_register_callback, UNMAPPED),
              "from nowhere");
    expect_eq(-XEN_ENOSYS, nmi(2, &cb), "command 2");
    expect_eq(-XEN_ENOSYS, nmi(~0U, &cb), "command ~0");
}

void test_main(void)
{
    check_callback_op();
    check_nmi_op();
    rt_restore();
}
