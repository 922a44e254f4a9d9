/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/callback.h"
#include "public/nmi.h"
#include "public/physdev.h"
#include "public/platform.h"

const char test_title[] =
    "every call with a pointer to what is unmapped, no address, or the "
    "hypervisor's returns an error and changes nothing";

/* covers abuse: memory_op.machphys_mapping memory_op.machphys_mfn_list */
/* covers abuse: vcpu_op.get_runstate_info */

#define CALL(n, a, b, c) { #n, __HYPERVISOR_##n, { a, b, c }, -XEN_EFAULT }
#define BAD 0xbadbadUL                  /* replaced by each bad pointer */

/* A guest may be told at once that a call is not for it. */
static bool as_wanted(long want, long got)
{
    return got == want || (!rt_is_dom0() &&
                           (got == -XEN_EPERM || got == -XEN_ENOSYS));
}

static const struct {
    const char *name;
    unsigned nr;
    uint64_t args[3];
    long want;
} rows[] = {
    CALL(set_trap_table, BAD, 0, 0),
    CALL(mmu_update, BAD, 1, 0),
    CALL(set_gdt, BAD, 1, 0),
    CALL(platform_op, BAD, 0, 0),
    CALL(multicall, BAD, 1, 0),
    CALL(xen_version, 1, BAD, 0),
    CALL(xen_version, 2, BAD, 0),
    CALL(xen_version, 3, BAD, 0),
    CALL(xen_version, 5, BAD, 0),
    CALL(xen_version, 6, BAD, 0),
    CALL(xen_version, 8, BAD, 0),
    CALL(xen_version, 9, BAD, 0),
    CALL(console_io, CONSOLEIO_write, 16, BAD),
    CALL(grant_table_op, GNTTABOP_map_grant_ref, BAD, 1),
    CALL(grant_table_op, GNTTABOP_unmap_grant_ref, BAD, 1),
    CALL(grant_table_op, GNTTABOP_setup_table, BAD, 1),
    CALL(grant_table_op, GNTTABOP_copy, BAD, 1),
    CALL(grant_table_op, GNTTABOP_query_size, BAD, 1),
    CALL(grant_table_op, GNTTABOP_get_version, BAD, 1),
    CALL(vcpu_op, VCPUOP_get_runstate_info, 0, BAD),
    CALL(vcpu_op, VCPUOP_set_periodic_timer, 0, BAD),
    CALL(vcpu_op, VCPUOP_set_singleshot_timer, 0, BAD),
    CALL(vcpu_op, VCPUOP_register_vcpu_info, 3, BAD),
    CALL(vcpu_op, VCPUOP_initialise, 3, BAD),
    CALL(mmuext_op, BAD, 1, 0),
    CALL(sched_op, SCHEDOP_shutdown, BAD, 0),
    CALL(sched_op, SCHEDOP_poll, BAD, 0),
    CALL(sched_op, SCHEDOP_remote_shutdown, BAD, 0),
    CALL(sched_op, SCHEDOP_watchdog, BAD, 0),
    CALL(callback_op, CALLBACKOP_register, BAD, 0),
    CALL(callback_op, CALLBACKOP_unregister, BAD, 0),
    CALL(nmi_op, XENNMI_register_callback, BAD, 0),
    CALL(event_channel_op, EVTCHNOP_alloc_unbound, BAD, 0),
    CALL(event_channel_op, EVTCHNOP_bind_interdomain, BAD, 0),
    CALL(event_channel_op, EVTCHNOP_bind_virq, BAD, 0),
    CALL(event_channel_op, EVTCHNOP_bind_ipi, BAD, 0),
    CALL(event_channel_op, EVTCHNOP_bind_pirq, BAD, 0),
    CALL(event_channel_op, EVTCHNOP_close, BAD, 0),
    CALL(event_channel_op, EVTCHNOP_send, BAD, 0),
    CALL(event_channel_op, EVTCHNOP_status, BAD, 0),
    CALL(event_channel_op, EVTCHNOP_bind_vcpu, BAD, 0),
    CALL(event_channel_op, EVTCHNOP_unmask, BAD, 0),
    CALL(event_channel_op, EVTCHNOP_reset, BAD, 0),
    CALL(physdev_op, PHYSDEVOP_eoi, BAD, 0),
    CALL(physdev_op, PHYSDEVOP_irq_status_query, BAD, 0),
    CALL(physdev_op, PHYSDEVOP_map_pirq, BAD, 0),
    CALL(physdev_op, PHYSDEVOP_unmap_pirq, BAD, 0),
    CALL(physdev_op, PHYSDEVOP_set_iopl, BAD, 0),
    CALL(physdev_op, PHYSDEVOP_set_iobitmap, BAD, 0),
    CALL(physdev_op, PHYSDEVOP_apic_read, BAD, 0),
    CALL(physdev_op, PHYSDEVOP_setup_gsi, BAD, 0),
    CALL(physdev_op, PHYSDEVOP_get_free_pirq, BAD, 0),
    CALL(memory_op, XENMEM_exchange, BAD, 0),
    CALL(memory_op, XENMEM_current_reservation, BAD, 0),
    CALL(memory_op, XENMEM_memory_map, BAD, 0),
    CALL(memory_op, XENMEM_machine_memory_map, BAD, 0),
    CALL(memory_op, XENMEM_machphys_mapping, BAD, 0),
    CALL(memory_op, XENMEM_machphys_mfn_list, BAD, 0),
    CALL(memory_op, XENMEM_add_to_physmap, BAD, 0),
    CALL(memory_op, XENMEM_acquire_resource, BAD, 0),
    CALL(domctl, BAD, 0, 0),
    CALL(sysctl, BAD, 0, 0),
};

void test_main(void)
{
    static void *const bad[] = { UNMAPPED, NONCANONICAL, HYPERVISOR, TOP };

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (unsigned b = 0; b < sizeof(bad) / sizeof(bad[0]); b++) {
            uint64_t a[3];
            long got;

            for (unsigned k = 0; k < 3; k++)
                a[k] = rows[i].args[k] == BAD ? (uint64_t)bad[b]
                                              : rows[i].args[k];
            got = hypercall6(rows[i].nr, a[0], a[1], a[2],
                             rows[i].nr == __HYPERVISOR_mmu_update ||
                             rows[i].nr == __HYPERVISOR_mmuext_op
                                 ? DOMID_SELF : 0, 0, 0);
            expect_true(as_wanted(rows[i].want, got),
                        "%s(%#lx, %#lx, %#lx): expected %ld, got %ld",
                        rows[i].name, a[0], a[1], a[2], rows[i].want, got);
        }
    }
}
