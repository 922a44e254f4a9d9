/* SPDX-License-Identifier: MIT */
/*
 * platform.h - HYPERVISOR_platform_op(op): the machine's clock, firmware, power
 * and processors, for the control domain. -EACCES: interface_version differs.
 */
#ifndef PUBLIC_PLATFORM_H
#define PUBLIC_PLATFORM_H

#include "xen.h"

#define XENPF_INTERFACE_VERSION 0x03000001

/* The wall clock was secs.nsecs at that system time. */
#define XENPF_settime32 17
struct xenpf_settime32 {
    uint32_t secs;
    uint32_t nsecs;
    uint64_t system_time;           /* ns since the hypervisor started */
};
typedef struct xenpf_settime32 xenpf_settime32_t;

#define XENPF_settime64 62
struct xenpf_settime64 {
    uint64_t secs;
    uint32_t nsecs;
    uint32_t mbz;                   /* 0 */
    uint64_t system_time;
};
typedef struct xenpf_settime64 xenpf_settime64_t;
#define XENPF_settime XENPF_settime64
#define xenpf_settime xenpf_settime64
typedef struct xenpf_settime xenpf_settime_t;
DEFINE_XEN_GUEST_HANDLE(xenpf_settime_t);

/* Memory type range registers. */
#define XENPF_add_memtype 31
struct xenpf_add_memtype {
    xen_pfn_t mfn;                  /* IN  */
    uint64_t  nr_mfns;
    uint32_t  type;
    uint32_t  handle;               /* OUT */
    uint32_t  reg;
};
XEN_STRUCT_TYPES(xenpf_add_memtype);

#define XENPF_del_memtype 32
struct xenpf_del_memtype {
    uint32_t handle;
    uint32_t reg;
};
XEN_STRUCT_TYPES(xenpf_del_memtype);

#define XENPF_read_memtype 33
struct xenpf_read_memtype {
    uint32_t  reg;                  /* IN  */
    xen_pfn_t mfn;                  /* OUT */
    uint64_t  nr_mfns;
    uint32_t  type;
};
XEN_STRUCT_TYPES(xenpf_read_memtype);

#define XENPF_microcode_update 35
struct xenpf_microcode_update {
    XEN_GUEST_HANDLE(const_void) data;
    uint32_t length;                /* bytes */
};
XEN_STRUCT_TYPES(xenpf_microcode_update);

#define XENPF_platform_quirk 39
#define QUIRK_NOIRQBALANCING     1
#define QUIRK_IOAPIC_BAD_REGSEL  2
#define QUIRK_IOAPIC_GOOD_REGSEL 3
struct xenpf_platform_quirk {
    uint32_t quirk_id;
};
XEN_STRUCT_TYPES(xenpf_platform_quirk);

/* UEFI runtime services. misc and status: as the service has them. */
#define XENPF_efi_runtime_call 49
#define XEN_EFI_get_time                      1
#define XEN_EFI_set_time                      2
#define XEN_EFI_get_wakeup_time               3
#define XEN_EFI_set_wakeup_time               4
#define XEN_EFI_get_next_high_monotonic_count 5
#define XEN_EFI_get_variable                  6
#define XEN_EFI_set_variable                  7
#define XEN_EFI_get_next_variable_name        8
#define XEN_EFI_query_variable_info           9
#define XEN_EFI_query_capsule_capabilities    10
#define XEN_EFI_update_capsule                11
#define XEN_EFI_GET_TIME_SET_CLEARS_NS        0x00000001
#define XEN_EFI_GET_WAKEUP_TIME_ENABLED       0x00000001
#define XEN_EFI_GET_WAKEUP_TIME_PENDING       0x00000002
#define XEN_EFI_SET_WAKEUP_TIME_ENABLE        0x00000001
#define XEN_EFI_SET_WAKEUP_TIME_ENABLE_ONLY   0x00000002
#define XEN_EFI_VARIABLE_NON_VOLATILE         0x00000001
#define XEN_EFI_VARIABLE_BOOTSERVICE_ACCESS   0x00000002
#define XEN_EFI_VARIABLE_RUNTIME_ACCESS       0x00000004
#define XEN_EFI_VARINFO_BOOT_SNAPSHOT         0x00000001

struct xenpf_efi_time {
    uint16_t year;
    uint8_t  month;
    uint8_t  day;
    uint8_t  hour;
    uint8_t  min;
    uint8_t  sec;
    uint32_t ns;
    int16_t  tz;                    /* minutes from UTC */
    uint8_t  daylight;
};

struct xenpf_efi_guid {
    uint32_t data1;
    uint16_t data2;
    uint16_t data3;
    uint8_t  data4[8];
};

struct xenpf_efi_runtime_call {
    uint32_t    function;           /* IN: XEN_EFI_* */
    uint32_t    misc;
    xen_ulong_t status;             /* OUT: EFI_STATUS */
    union {
        struct {
            struct xenpf_efi_time time;
            uint32_t resolution;
            uint32_t accuracy;
        } get_time;
        struct xenpf_efi_time set_time;
        struct xenpf_efi_time get_wakeup_time;
        struct xenpf_efi_time set_wakeup_time;
        struct {
            XEN_GUEST_HANDLE(void) name;
            xen_ulong_t size;
            XEN_GUEST_HANDLE(void) data;
            struct xenpf_efi_guid vendor_guid;
        } get_variable, set_variable;
        struct {
            xen_ulong_t size;
            XEN_GUEST_HANDLE(void) name;
            struct xenpf_efi_guid vendor_guid;
        } get_next_variable_name;
        struct {
            uint32_t attr;
            uint64_t max_store_size;
            uint64_t remain_store_size;
            uint64_t max_size;
        } query_variable_info;
        struct {
            XEN_GUEST_HANDLE(void) capsule_header_array;
            xen_ulong_t capsule_count;
            uint64_t    max_capsule_size;
            uint32_t    reset_type;
        } query_capsule_capabilities;
        struct {
            XEN_GUEST_HANDLE(void) capsule_header_array;
            xen_ulong_t capsule_count;
            uint64_t    sg_list;
        } update_capsule;
    } u;
};
XEN_STRUCT_TYPES(xenpf_efi_runtime_call);

/* What the boot loader learnt from the firmware. -ESRCH: no such index. */
#define XENPF_firmware_info 50
#define XEN_FW_DISK_INFO            1
#define XEN_FW_DISK_MBR_SIGNATURE   2
#define XEN_FW_VBEDDC_INFO          3
#define XEN_FW_EFI_INFO             4
#define XEN_FW_EFI_VERSION          0
#define XEN_FW_EFI_CONFIG_TABLE     1
#define XEN_FW_EFI_VENDOR           2
#define XEN_FW_EFI_MEM_INFO         3
#define XEN_FW_EFI_RT_VERSION       4
#define XEN_FW_EFI_PCI_ROM          5
#define XEN_FW_EFI_APPLE_PROPERTIES 6
#define XEN_FW_KBD_SHIFT_FLAGS      5

union xenpf_efi_info {
    uint32_t version;
    struct {
        uint64_t addr;              /* machine address */
        uint32_t nent;
    } cfg;
    struct {
        uint32_t revision;
        uint32_t bufsz;             /* bytes */
        XEN_GUEST_HANDLE(void) name;
    } vendor;
    struct {
        uint64_t addr;
        uint64_t size;
        uint64_t attr;
        uint32_t type;
    } mem;
    struct {
        uint16_t    segment;        /* IN  */
        uint8_t     bus;
        uint8_t     devfn;
        uint16_t    vendor;
        uint16_t    devid;
        uint64_t    address;        /* OUT */
        xen_ulong_t size;
    } pci_rom;
    struct {
        uint64_t    address;
        xen_ulong_t size;
    } apple_properties;
};

struct xenpf_firmware_info {
    uint32_t type;                  /* IN */
    uint32_t index;
    union {
        struct {
            uint8_t  device;
            uint8_t  version;
            uint16_t interface_support;
            uint16_t legacy_max_cylinder;
            uint8_t  legacy_max_head;
            uint8_t  legacy_sectors_per_track;
            XEN_GUEST_HANDLE(void) edd_params;
        } disk_info;
        struct {
            uint8_t  device;
            uint32_t mbr_signature;
        } disk_mbr_signature;
        struct {
            uint8_t capabilities;
            uint8_t edid_transfer_time;
            XEN_GUEST_HANDLE(uint8) edid;   /* 128 bytes */
        } vbeddc_info;
        union xenpf_efi_info efi_info;
        uint8_t kbd_shift_flags;
    } u;
};
XEN_STRUCT_TYPES(xenpf_firmware_info);

/* val_a and val_b go to the PM1a and PM1b control registers. */
#define XENPF_enter_acpi_sleep 51
#define XENPF_ACPI_SLEEP_EXTENDED 0x00000001
struct xenpf_enter_acpi_sleep {
    uint16_t val_a;
    uint16_t val_b;
    uint32_t sleep_state;           /* n of Sn */
    uint32_t flags;
};
XEN_STRUCT_TYPES(xenpf_enter_acpi_sleep);

#define XENPF_change_freq 52
struct xenpf_change_freq {
    uint32_t flags;                 /* 0 */
    uint32_t cpu;
    uint64_t freq;                  /* Hz */
};
XEN_STRUCT_TYPES(xenpf_change_freq);

#define XENPF_getidletime 53
struct xenpf_getidletime {
    XEN_GUEST_HANDLE(uint8) cpumap_bitmap;  /* IN wanted, OUT present */
    uint32_t cpumap_nr_cpus;
    XEN_GUEST_HANDLE(uint64) idletime;      /* OUT: ns */
    uint64_t now;                           /* OUT: system time */
};
XEN_STRUCT_TYPES(xenpf_getidletime);

/* What ACPI says of a processor's idle (CX) and speed (PX) states. */
#define XENPF_set_processor_pminfo 54
#define XEN_PROCESSOR_PM_CX 1
#define XEN_PROCESSOR_PM_PX 2
#define XEN_PROCESSOR_PM_TX 4
#define XEN_PM_CX  0
#define XEN_PM_PX  1
#define XEN_PM_TX  2
#define XEN_PM_PDC 3
#define XEN_PX_PCT 1
#define XEN_PX_PSS 2
#define XEN_PX_PPC 4
#define XEN_PX_PSD 8

struct xen_power_register {
    uint32_t space_id;
    uint32_t bit_width;
    uint32_t bit_offset;
    uint32_t access_size;
    uint64_t address;
};

struct xen_processor_csd {
    uint32_t domain;
    uint32_t coord_type;
    uint32_t num;
};
XEN_STRUCT_TYPES(xen_processor_csd);

struct xen_processor_cx {
    struct xen_power_register reg;
    uint8_t  type;
    uint32_t latency;               /* microseconds */
    uint32_t power;                 /* milliwatts */
    uint32_t dpcnt;
    XEN_GUEST_HANDLE(xen_processor_csd_t) dp;
};
XEN_STRUCT_TYPES(xen_processor_cx);

struct xen_processor_flags {
    uint32_t bm_control:1;
    uint32_t bm_check:1;
    uint32_t has_cst:1;
    uint32_t power_setup_done:1;
    uint32_t bm_rld_set:1;
};

struct xen_processor_power {
    uint32_t count;
    struct xen_processor_flags flags;
    XEN_GUEST_HANDLE(xen_processor_cx_t) states;
};

struct xen_pct_register {
    uint8_t  descriptor;
    uint16_t length;
    uint8_t  space_id;
    uint8_t  bit_width;
    uint8_t  bit_offset;
    uint8_t  reserved;
    uint64_t address;
};

struct xen_processor_px {
    uint64_t core_frequency;        /* MHz */
    uint64_t power;                 /* milliwatts */
    uint64_t transition_latency;    /* microseconds */
    uint64_t bus_master_latency;
    uint64_t control;
    uint64_t status;
};
XEN_STRUCT_TYPES(xen_processor_px);

struct xen_psd_package {
    uint64_t num_entries;
    uint64_t revision;
    uint64_t domain;
    uint64_t coord_type;
    uint64_t num_processors;
};

struct xen_processor_performance {
    uint32_t flags;                 /* XEN_PX_* that are filled in */
    uint32_t platform_limit;
    struct xen_pct_register control_register;
    struct xen_pct_register status_register;
    uint32_t state_count;
    XEN_GUEST_HANDLE(xen_processor_px_t) states;
    struct xen_psd_package domain_info;
    uint32_t shared_type;           /* XEN_CPUPERF_SHARED_TYPE_* */
};
XEN_STRUCT_TYPES(xen_processor_performance);
#define XEN_CPUPERF_SHARED_TYPE_HW  1
#define XEN_CPUPERF_SHARED_TYPE_ALL 2
#define XEN_CPUPERF_SHARED_TYPE_ANY 3

struct xenpf_set_processor_pminfo {
    uint32_t id;                    /* ACPI id */
    uint32_t type;                  /* XEN_PM_* */
    union {
        struct xen_processor_power power;
        struct xen_processor_performance perf;
        XEN_GUEST_HANDLE(uint32) pdc;
    } u;
};
XEN_STRUCT_TYPES(xenpf_set_processor_pminfo);

#define XENPF_get_cpu_version 48
struct xenpf_pcpu_version {
    uint32_t xen_cpuid;             /* IN  */
    uint32_t max_present;           /* OUT */
    char     vendor_id[12];
    uint32_t family;
    uint32_t model;
    uint32_t stepping;
};
XEN_STRUCT_TYPES(xenpf_pcpu_version);

#define XENPF_get_cpuinfo 55
#define XEN_PCPU_FLAGS_ONLINE  1
#define XEN_PCPU_FLAGS_INVALID 2
struct xenpf_pcpuinfo {
    uint32_t xen_cpuid;             /* IN  */
    uint32_t max_present;           /* OUT */
    uint32_t flags;                 /* XEN_PCPU_FLAGS_* */
    uint32_t apic_id;
    uint32_t acpi_id;
};
XEN_STRUCT_TYPES(xenpf_pcpuinfo);

#define XENPF_cpu_online  56
#define XENPF_cpu_offline 57
struct xenpf_cpu_ol {
    uint32_t cpuid;
};
XEN_STRUCT_TYPES(xenpf_cpu_ol);

#define XENPF_cpu_hotadd 58
struct xenpf_cpu_hotadd {
    uint32_t apic_id;
    uint32_t acpi_id;
    uint32_t pxm;
};
typedef struct xenpf_cpu_hotadd xenpf_cpu_hotadd_t;

#define XENPF_mem_hotadd 59
struct xenpf_mem_hotadd {
    uint64_t spfn;
    uint64_t epfn;
    uint32_t pxm;
    uint32_t flags;
};
typedef struct xenpf_mem_hotadd xenpf_mem_hotadd_t;

#define XENPF_core_parking 60
#define XEN_CORE_PARKING_SET 1
#define XEN_CORE_PARKING_GET 2
struct xenpf_core_parking {
    uint32_t type;                  /* IN */
    uint32_t idle_nums;             /* IN or OUT */
};
XEN_STRUCT_TYPES(xenpf_core_parking);

/* Reads and writes of a few MSRs on one CPU. */
#define XENPF_resource_op 61
#define XEN_RESOURCE_OP_MSR_READ  0
#define XEN_RESOURCE_OP_MSR_WRITE 1
struct xenpf_resource_entry {
    union {
        uint32_t cmd;               /* IN  */
        int32_t  ret;               /* OUT */
    } u;
    uint32_t rsvd;                  /* 0 */
    uint64_t idx;
    uint64_t val;
};
XEN_STRUCT_TYPES(xenpf_resource_entry);

struct xenpf_resource_op {
    uint32_t nr_entries;
    uint32_t cpu;
    XEN_GUEST_HANDLE(xenpf_resource_entry_t) entries;
};
XEN_STRUCT_TYPES(xenpf_resource_op);

/* The hypervisor's own symbols, one by one. */
#define XENPF_get_symbol 63
struct xenpf_symdata {
    uint32_t namelen;               /* IN room, OUT length */
    uint32_t symnum;                /* IN which, OUT the next */
    XEN_GUEST_HANDLE(char) name;
    uint64_t address;               /* OUT */
    char     type;
};
XEN_STRUCT_TYPES(xenpf_symdata);

struct xen_platform_op {
    uint32_t cmd;                   /* XENPF_* */
    uint32_t interface_version;     /* XENPF_INTERFACE_VERSION */
    union {
        xenpf_settime_t              settime;
        xenpf_settime32_t            settime32;
        xenpf_settime64_t            settime64;
        xenpf_add_memtype_t          add_memtype;
        xenpf_del_memtype_t          del_memtype;
        xenpf_read_memtype_t         read_memtype;
        xenpf_microcode_update_t     microcode;
        xenpf_platform_quirk_t       platform_quirk;
        xenpf_efi_runtime_call_t     efi_runtime_call;
        xenpf_firmware_info_t        firmware_info;
        xenpf_enter_acpi_sleep_t     enter_acpi_sleep;
        xenpf_change_freq_t          change_freq;
        xenpf_getidletime_t          getidletime;
        xenpf_set_processor_pminfo_t set_pminfo;
        xenpf_pcpuinfo_t             pcpu_info;
        xenpf_pcpu_version_t         pcpu_version;
        xenpf_cpu_ol_t               cpu_ol;
        xenpf_cpu_hotadd_t           cpu_add;
        xenpf_mem_hotadd_t           mem_add;
        xenpf_core_parking_t         core_parking;
        xenpf_resource_op_t          resource_op;
        xenpf_symdata_t              symdata;
        uint8_t                      pad[128];
    } u;
};
XEN_STRUCT_TYPES(xen_platform_op);

#endif /* PUBLIC_PLATFORM_H */
