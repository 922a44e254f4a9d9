/* SPDX-License-Identifier: MIT */
#include "frontends/rt/domain.h"
#include "public/physdev.h"
#include "public/platform.h"

const char test_title[] =
    "an interrupt line and a device's message that go to a CPU go to another once that "
    "CPU is out of use";

/* covers use: platform_op.cpu_offline physdev_op.apic_read physdev_op.map_pirq */

#define GSI      11
#define PIN      (0x10 + 2 * GSI)
#define DEVFN    (0x10 << 3)            /* run.sh's network card                */
#define CAP_MSI  5

static uint64_t all;
static unsigned last;

static uint32_t pci_read(unsigned reg)
{
    uint32_t value;

    __asm__ volatile("outl %0, %w1" : : "a"(0x80000000u | DEVFN << 8 | (reg & 0xfc)),
                     "d"(0xcf8));
    __asm__ volatile("inl %w1, %0" : "=a"(value) : "d"(0xcfc));
    return value;
}

/* Where the address of its message is. */
static unsigned message_address(void)
{
    unsigned at = pci_read(0x34) & 0xfc;

    while (at && (pci_read(at) & 0xff) != CAP_MSI)
        at = pci_read(at) >> 8 & 0xfc;
    expect_true(at != 0, "the card has no MSI");
    return at + 4;
}

static uint32_t line_target(void)
{
    struct physdev_apic a = { .apic_physbase = 0xfec00000, .reg = PIN + 1 };

    expect_eq(0, hc_physdev_op(PHYSDEVOP_apic_read, &a), "read the pin");
    return a.value >> 24;
}

static evtchn_port_t bind(unsigned pirq)
{
    struct evtchn_bind_pirq b = { .pirq = pirq };

    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_pirq, &b), "bind");
    return b.port;
}

static void end(evtchn_port_t port, unsigned pirq)
{
    struct evtchn_close c = { .port = port };
    struct physdev_unmap_pirq u = { .domid = DOMID_SELF, .pirq = (int)pirq };

    expect_eq(0, hc_event_channel_op(EVTCHNOP_close, &c), "close");
    expect_eq(0, hc_physdev_op(PHYSDEVOP_unmap_pirq, &u), "unmap");
}

static void keep_to(uint64_t cpus)
{
    expect_eq(0, domain_affinity(XEN_DOMCTL_setvcpuaffinity, 0, &cpus), "affinity");
    hc_sched_op(SCHEDOP_yield, NULL);
}

static void set_cpu(bool on)
{
    struct xen_platform_op p = { .cmd = on ? XENPF_cpu_online : XENPF_cpu_offline,
        .interface_version = XENPF_INTERFACE_VERSION, .u.cpu_ol.cpuid = last };

    expect_eq(0, hc_platform_op(&p), "CPU %u %s", last, on ? "on" : "off");
}

static void check(unsigned message)
{
    uint32_t line = line_target(), to = pci_read(message);

    set_cpu(false);
    /* ours waits for what runs there to be over, and does not make us wait */
    for (uint64_t until = time_ns() + 1000000000;
         (line_target() == line || pci_read(message) == to) && time_ns() < until;)
        hc_sched_op(SCHEDOP_yield, NULL);
    expect_true(line_target() != line, "the line still goes to %#x", line);
    expect_true(pci_read(message) != to, "the message still goes to %#x", to);
    set_cpu(true);
}

void test_main(void)
{
    struct physdev_set_iopl iopl = { .iopl = 1 };
    struct physdev_setup_gsi setup = { .gsi = GSI, .triggering = 1, .polarity = 1 };
    struct physdev_map_pirq line = { .domid = DOMID_SELF, .index = GSI, .pirq = GSI,
                                     .type = MAP_PIRQ_TYPE_GSI };
    struct physdev_map_pirq msi = { .domid = DOMID_SELF, .index = -1, .pirq = -1,
                                    .type = MAP_PIRQ_TYPE_MSI_SEG, .devfn = DEVFN };
    struct physdev_pci_device_add add = { .devfn = DEVFN };
    evtchn_port_t ports[2];
    long rc;

    if (!rt_is_dom0()) {
        expect_true(hc_physdev_op(PHYSDEVOP_map_pirq, &line) < 0, "a guest's line");
        return;
    }
    expect_eq(0, domain_affinity(XEN_DOMCTL_getvcpuaffinity, 0, &all), "CPUs");
    last = 63 - (unsigned)__builtin_clzl(all);
    keep_to(1UL << last);
    expect_eq(0, hc_physdev_op(PHYSDEVOP_set_iopl, &iopl), "set_iopl");
    hc_physdev_op(PHYSDEVOP_pci_device_add, &add);
    rc = hc_physdev_op(PHYSDEVOP_setup_gsi, &setup);
    expect_true(rc == 0 || rc == -XEN_EEXIST, "set up: %ld", rc);
    expect_eq(0, hc_physdev_op(PHYSDEVOP_map_pirq, &line), "map the line");
    expect_eq(0, hc_physdev_op(PHYSDEVOP_map_pirq, &msi), "map the message");
    ports[0] = bind(GSI);
    ports[1] = bind((unsigned)msi.pirq);
    if (last > 0)
        check(message_address());
    end(ports[0], GSI);
    end(ports[1], (unsigned)msi.pirq);
    iopl.iopl = 0;
    expect_eq(0, hc_physdev_op(PHYSDEVOP_set_iopl, &iopl), "set_iopl back");
    keep_to(~0UL);
}
