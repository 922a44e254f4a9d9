/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"

const char test_title[] =
    "the machine's memory map is for the control domain, a domain's own is what its "
    "builder set, and neither is written past the room that was given";

/* covers use: memory_op.memory_map memory_op.set_memory_map */
/* covers use: memory_op.machine_memory_map */
/* covers abuse: memory_op.memory_map memory_op.set_memory_map */
/* covers abuse: memory_op.machine_memory_map */

struct e820 { uint64_t start, size; uint32_t type; } __attribute__((packed));

static struct e820 list[128];

static long machine(unsigned room, void *buffer, unsigned *n)
{
    struct xen_memory_map m = { .nr_entries = room };
    long rc;

    set_xen_guest_handle(m.buffer, buffer);
    rc = hc_memory_op(XENMEM_machine_memory_map, &m);
    *n = m.nr_entries;
    return rc;
}

static void check_machine(void)
{
    unsigned n, k;
    uint64_t ram = 0;

    if (!rt_is_dom0()) {
        expect_eq(-XEN_EPERM, machine(128, list, &n), "by a guest");
        return;
    }
    expect_eq(0, machine(128, list, &n), "machine_memory_map");
    expect_true(n > 1 && n < 128, "%u entries", n);
    for (unsigned i = 0; i < n; i++) {
        if (list[i].type == 1)
            ram += list[i].size;
    }
    expect_true(ram > 64UL << 20, "%lu bytes of RAM", ram);
    memset(list, 0xee, sizeof(list));
    expect_eq(-XEN_EINVAL, machine(1, list, &k), "room for one");
    expect_eq(0xeeeeeeee, list[1].type, "the entry after the room");
    expect_eq(-XEN_EINVAL, machine(0, list, &k), "room for none");
    expect_eq(-XEN_EFAULT, machine(128, UNMAPPED, &k), "to nowhere");
    expect_eq(-XEN_EFAULT, machine(128, HYPERVISOR, &k), "to the hypervisor");
    expect_eq(-XEN_EFAULT, machine(128, NONCANONICAL, &k), "to no address");
    expect_eq(-XEN_EFAULT, hc_memory_op(XENMEM_machine_memory_map, UNMAPPED),
              "argument nowhere");
}

static long set(unsigned dom, unsigned n, void *buffer)
{
    struct xen_foreign_memory_map m = { .domid = (domid_t)dom,
                                        .map.nr_entries = n };

    set_xen_guest_handle(m.map.buffer, buffer);
    return hc_memory_op(XENMEM_set_memory_map, &m);
}

/* Anybody may set its own. */
static void check_own(void)
{
    static struct e820 mine[3] = { { 0, 0x100000, 1 }, { 0x100000, 0x1000, 2 },
                                   { 0x101000, 0x1000, 3 } };
    struct xen_memory_map m = { .nr_entries = 128 };

    set_xen_guest_handle(m.buffer, list);
    expect_eq(-XEN_EINVAL, set(DOMID_SELF, 1025, mine), "1025 entries");
    expect_eq(-XEN_EINVAL, set(DOMID_SELF, ~0U, mine), "2^32 - 1 entries");
    expect_eq(-XEN_ESRCH, set(NOBODY, 1, mine), "for nobody");
    expect_eq(-XEN_EFAULT, set(DOMID_SELF, 1, UNMAPPED), "from nowhere");
    expect_eq(-XEN_EFAULT, set(DOMID_SELF, 1, HYPERVISOR),
              "from the hypervisor");
    if (!rt_is_dom0())
        expect_eq(-XEN_EPERM, set(0, 1, mine), "for the control domain");
    expect_eq(0, set(DOMID_SELF, 3, mine), "set");
    expect_eq(0, hc_memory_op(XENMEM_memory_map, &m), "get");
    expect_eq(3, m.nr_entries, "its length");
    expect_eq(0, memcmp(mine, list, sizeof(mine)), "its entries");
    memset(list, 0xee, sizeof(list));
    m.nr_entries = 2;
    expect_eq(0, hc_memory_op(XENMEM_memory_map, &m), "get two");
    expect_eq(2, m.nr_entries, "two");
    expect_eq(0xeeeeeeee, list[2].type, "the third");
    set_xen_guest_handle(m.buffer, UNMAPPED);
    expect_eq(-XEN_EFAULT, hc_memory_op(XENMEM_memory_map, &m), "to nowhere");
    set_xen_guest_handle(m.buffer, HYPERVISOR);
    expect_eq(-XEN_EFAULT, hc_memory_op(XENMEM_memory_map, &m),
              "to the hypervisor");
    expect_eq(-XEN_EFAULT, hc_memory_op(XENMEM_memory_map, UNMAPPED),
              "argument nowhere");
}

void test_main(void)
{
    check_machine();
    check_own();
}
