/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "public/platform.h"

const char test_title[] =
    "a control domain sets the clock, asks about processors and firmware, and what "
    "is not there or cannot be read is refused";

/* covers use: platform_op.cpu_online platform_op.set_processor_pminfo */
/* covers abuse: platform_op.settime32 */
/* covers use: platform_op platform_op.settime64 platform_op.settime32 */
/* covers use: platform_op.getidletime platform_op.get_cpuinfo */
/* covers use: platform_op.get_cpu_version platform_op.firmware_info */
/* covers abuse: platform_op platform_op.settime64 platform_op.getidletime */
/* covers abuse: platform_op.get_cpuinfo platform_op.get_cpu_version */
/* covers abuse: platform_op.firmware_info platform_op.cpu_online */
/* covers abuse: platform_op.set_processor_pminfo */
/* covers abuse: platform_op.enter_acpi_sleep */

static struct xen_platform_op p;

static long op(unsigned cmd)
{
    p.cmd = cmd;
    p.interface_version = XENPF_INTERFACE_VERSION;
    return hc_platform_op(&p);
}

static void check_clock(void)
{
    uint32_t version = rt_shared->wc_version;

    memset(&p, 0, sizeof(p));
    p.u.settime64.secs = 1700000000;
    p.u.settime64.system_time = time_ns();
    expect_eq(0, op(XENPF_settime64), "settime64");
    expect_true(rt_shared->wc_version != version, "the clock was not written");
    expect_true(rt_shared->wc_sec <= 1700000000 &&
                rt_shared->wc_sec > 1699990000, "seconds %u",
                rt_shared->wc_sec);
    p.u.settime64.nsecs = 1000000000;
    expect_true(op(XENPF_settime64) <= 0, "10^9 nanoseconds");
    memset(&p, 0, sizeof(p));
    p.u.settime32.secs = 1800000000;
    p.u.settime32.system_time = time_ns();
    expect_eq(0, op(XENPF_settime32), "settime32");
    expect_true(rt_shared->wc_sec > 1799990000, "seconds %u",
                rt_shared->wc_sec);
}

/* An argument that ends on a page which is not there. */
static void check_end(void)
{
    static const unsigned cmds[] = { XENPF_settime32, XENPF_settime64,
                                     XENPF_get_cpuinfo, XENPF_firmware_info };
    char *hole = va_hole();
    struct xen_platform_op *at = (void *)(hole + PAGE_SIZE - 16);

    expect_eq(0, page_set(hole, va_to_mfn(page_alloc()) << 12 | PTE_FLAGS),
              "map");
    at->interface_version = XENPF_INTERFACE_VERSION;
    for (unsigned i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++) {
        at->cmd = cmds[i];
        expect_eq(-XEN_EFAULT, hc_platform_op(at), "command %u", cmds[i]);
    }
    expect_eq(-XEN_EFAULT, hc_platform_op(UNMAPPED), "from nowhere");
    expect_eq(0, page_set(hole, 0), "unmap");
}

static void check_idle(void)
{
    uint8_t map[8] = { 1 };
    uint64_t idle[64] = { 0 };

    memset(&p, 0, sizeof(p));
    set_xen_guest_handle(p.u.getidletime.cpumap_bitmap, map);
    p.u.getidletime.cpumap_nr_cpus = 64;
    set_xen_guest_handle(p.u.getidletime.idletime, idle);
    /* Xen has it where the control domain rules the speed of processors. */
    if (op(XENPF_getidletime) == -XEN_ENOSYS)
        return;
    expect_true(p.u.getidletime.now != 0, "now");
    expect_true(map[0] & 1, "CPU 0 is not there");
    map[7] = 0x80;
    expect_eq(0, op(XENPF_getidletime), "with CPU 63");
    expect_true(!(map[7] & 0x80), "CPU 63 is there");
    map[0] = 1;
    set_xen_guest_handle(p.u.getidletime.idletime, UNMAPPED);
    expect_eq(-XEN_EFAULT, op(XENPF_getidletime), "result nowhere");
    set_xen_guest_handle(p.u.getidletime.idletime, idle);
    set_xen_guest_handle(p.u.getidletime.cpumap_bitmap, UNMAPPED);
    expect_eq(-XEN_EFAULT, op(XENPF_getidletime), "map nowhere");
}

static void check_cpus(void)
{
    memset(&p, 0, sizeof(p));
    expect_eq(0, op(XENPF_get_cpuinfo), "get_cpuinfo");
    expect_true(p.u.pcpu_info.flags & XEN_PCPU_FLAGS_ONLINE, "flags %#x",
                p.u.pcpu_info.flags);
    p.u.pcpu_info.xen_cpuid = 0xffff;
    expect_eq(0, op(XENPF_get_cpuinfo), "of CPU 65535");
    expect_true(p.u.pcpu_info.flags & XEN_PCPU_FLAGS_INVALID, "flags %#x",
                p.u.pcpu_info.flags);
    memset(&p, 0, sizeof(p));
    expect_eq(0, op(XENPF_get_cpu_version), "get_cpu_version");
    expect_true(p.u.pcpu_version.family != 0, "family 0");
    p.u.pcpu_version.xen_cpuid = 0xffff;
    expect_eq(0, op(XENPF_get_cpu_version), "of CPU 65535");
    expect_eq(0, p.u.pcpu_version.family, "its family");
    memset(&p, 0, sizeof(p));
    p.u.cpu_ol.cpuid = 0xffff;
    expect_true(op(XENPF_cpu_online) < 0, "CPU 65535 online");
    expect_true(op(XENPF_cpu_offline) < 0, "CPU 65535 offline");
    p.u.cpu_ol.cpuid = 0;
    expect_true(op(XENPF_cpu_offline) < 0, "CPU 0 offline");
    expect_true(op(XENPF_cpu_online) <= 0, "CPU 0 online, which it is");
}

static void check_firmware(void)
{
    long rc;

    memset(&p, 0, sizeof(p));
    p.u.firmware_info.type = 99;
    expect_true(op(XENPF_firmware_info) < 0, "firmware information 99");
    p.u.firmware_info.type = XEN_FW_DISK_INFO;
    p.u.firmware_info.index = 255;
    expect_true(op(XENPF_firmware_info) < 0, "disk 255");
    p.u.firmware_info.type = XEN_FW_DISK_MBR_SIGNATURE;
    expect_true(op(XENPF_firmware_info) < 0, "its signature");
    p.u.firmware_info.type = XEN_FW_KBD_SHIFT_FLAGS;
    rc = op(XENPF_firmware_info);
    expect_true(rc == 0 || rc == -XEN_ESRCH, "the keyboard: %ld", rc);
    memset(&p, 0, sizeof(p));
    p.u.set_pminfo.type = 99;
    expect_true(op(XENPF_set_processor_pminfo) < 0, "processor state 99");
    p.u.set_pminfo.type = XEN_PM_CX;
    rc = op(XENPF_set_processor_pminfo);
    expect_true(rc <= 0, "no idle states: %ld", rc);
    memset(&p, 0, sizeof(p));
    p.u.enter_acpi_sleep.sleep_state = 99;
    expect_true(op(XENPF_enter_acpi_sleep) < 0, "sleep 99");
    memset(&p, 0, sizeof(p));
    set_xen_guest_handle(p.u.microcode.data, UNMAPPED);
    p.u.microcode.length = 4096;
    expect_true(op(XENPF_microcode_update) < 0, "microcode from nowhere");
    memset(&p, 0, sizeof(p));
    p.u.core_parking.type = 99;
    expect_true(op(XENPF_core_parking) < 0, "core_parking 99");
    memset(&p, 0, sizeof(p));
    p.u.efi_runtime_call.function = 99;
    expect_true(op(XENPF_efi_runtime_call) < 0, "EFI call 99");
}

void test_main(void)
{
    if (!rt_is_dom0()) {
        for (unsigned cmd = 17; cmd < 70; cmd++)
            expect_eq(-XEN_EPERM, op(cmd), "platform_op %u", cmd);
        return;
    }
    check_clock();
    check_end();
    check_idle();
    check_cpus();
    check_firmware();
    expect_eq(-XEN_ENOSYS, op(~0U), "command ~0");
}
