/* SPDX-License-Identifier: MIT */
/*
 * xen.h - what every PV guest needs: hypercall numbers, the shared info page,
 * the start-of-day page, page-table updates and the reserved domain numbers.
 *
 * A 64-bit guest makes a hypercall by calling slot `number * 32` of the
 * hypercall page with arguments in RDI, RSI, RDX, R10, R8, R9 and finds the
 * result, negative for an error of errno.h, in RAX; RCX and R11 are lost.
 *
 * Ownership words used in all of these headers: IN is read by the hypervisor,
 * OUT is written by it. "Frame" is a 4 KiB page; "machine frame" (mfn) counts
 * from machine address 0 and is what page tables hold; "pfn" counts a domain's
 * own pages; "gfn"/"gmfn" in a PV domain's calls is always a machine frame.
 */
#ifndef PUBLIC_XEN_H
#define PUBLIC_XEN_H

#include "arch-x86/xen.h"

DEFINE_XEN_GUEST_HANDLE(char);
__DEFINE_XEN_GUEST_HANDLE(uchar, unsigned char);
DEFINE_XEN_GUEST_HANDLE(int);
__DEFINE_XEN_GUEST_HANDLE(uint, unsigned int);
DEFINE_XEN_GUEST_HANDLE(void);
DEFINE_XEN_GUEST_HANDLE(uint64_t);
DEFINE_XEN_GUEST_HANDLE(xen_pfn_t);
DEFINE_XEN_GUEST_HANDLE(xen_ulong_t);
__DEFINE_XEN_GUEST_HANDLE(uint8, uint8_t);
__DEFINE_XEN_GUEST_HANDLE(uint16, uint16_t);
__DEFINE_XEN_GUEST_HANDLE(uint32, uint32_t);
__DEFINE_XEN_GUEST_HANDLE(uint64, uint64_t);

/* Hypercall numbers. 11 is unused; 43 to 47 and from 56 on are too. */
#define __HYPERVISOR_set_trap_table             0
#define __HYPERVISOR_mmu_update                 1
#define __HYPERVISOR_set_gdt                    2
#define __HYPERVISOR_stack_switch               3
#define __HYPERVISOR_set_callbacks              4
#define __HYPERVISOR_fpu_taskswitch             5
#define __HYPERVISOR_sched_op_compat            6
#define __HYPERVISOR_platform_op                7
#define __HYPERVISOR_set_debugreg               8
#define __HYPERVISOR_get_debugreg               9
#define __HYPERVISOR_update_descriptor         10
#define __HYPERVISOR_memory_op                 12
#define __HYPERVISOR_multicall                 13
#define __HYPERVISOR_update_va_mapping         14
#define __HYPERVISOR_set_timer_op              15
#define __HYPERVISOR_event_channel_op_compat   16
#define __HYPERVISOR_xen_version               17
#define __HYPERVISOR_console_io                18
#define __HYPERVISOR_physdev_op_compat         19
#define __HYPERVISOR_grant_table_op            20
#define __HYPERVISOR_vm_assist                 21
#define __HYPERVISOR_update_va_mapping_otherdomain 22
#define __HYPERVISOR_iret                      23
#define __HYPERVISOR_vcpu_op                   24
#define __HYPERVISOR_set_segment_base          25
#define __HYPERVISOR_mmuext_op                 26
#define __HYPERVISOR_xsm_op                    27
#define __HYPERVISOR_nmi_op                    28
#define __HYPERVISOR_sched_op                  29
#define __HYPERVISOR_callback_op               30
#define __HYPERVISOR_xenoprof_op               31
#define __HYPERVISOR_event_channel_op          32
#define __HYPERVISOR_physdev_op                33
#define __HYPERVISOR_hvm_op                    34
#define __HYPERVISOR_sysctl                    35
#define __HYPERVISOR_domctl                    36
#define __HYPERVISOR_kexec_op                  37
#define __HYPERVISOR_tmem_op                   38
#define __HYPERVISOR_argo_op                   39
#define __HYPERVISOR_xenpmu_op                 40
#define __HYPERVISOR_dm_op                     41
#define __HYPERVISOR_hypfs_op                  42
#define __HYPERVISOR_arch_0                    48 /* x86: do_mca */
#define __HYPERVISOR_arch_1                    49
#define __HYPERVISOR_arch_2                    50
#define __HYPERVISOR_arch_3                    51
#define __HYPERVISOR_arch_4                    52
#define __HYPERVISOR_arch_5                    53
#define __HYPERVISOR_arch_6                    54
#define __HYPERVISOR_arch_7                    55

/* Virtual interrupts. (v) each vcpu has its own; (g) one in the machine, for
 * the domain that has the privilege. */
#define VIRQ_TIMER      0  /* (v) a timer that this vcpu set has run out     */
#define VIRQ_DEBUG      1  /* (v) print your state                           */
#define VIRQ_CONSOLE    2  /* (g) input on the machine's console             */
#define VIRQ_DOM_EXC    3  /* (g) a domain died, shut down or needs attention*/
#define VIRQ_TBUF       4  /* (g) trace buffer is filling                    */
#define VIRQ_DEBUGGER   6  /* (g) a domain stopped for its debugger          */
#define VIRQ_XENOPROF   7  /* (v) profiling sample                           */
#define VIRQ_CON_RING   8  /* (g) new text in the hypervisor's log           */
#define VIRQ_PCPU_STATE 9  /* (g) a physical CPU came or went                */
#define VIRQ_MEM_EVENT  10 /* (g) memory event                               */
#define VIRQ_ARGO       11 /* (g) argo message                               */
#define VIRQ_ENOMEM     12 /* (g) the hypervisor's heap is low               */
#define VIRQ_XENPMU     13 /* (v) performance counter overflow               */
#define VIRQ_ARCH_0     16 /* (g) x86: machine check                         */
#define VIRQ_ARCH_1     17
#define VIRQ_ARCH_2     18
#define VIRQ_ARCH_3     19
#define VIRQ_ARCH_4     20
#define VIRQ_ARCH_5     21
#define VIRQ_ARCH_6     22
#define VIRQ_ARCH_7     23
#define NR_VIRQS        24

/* Domain numbers. Real domains are below DOMID_FIRST_RESERVED. */
typedef uint16_t domid_t;
#define DOMID_FIRST_RESERVED 0x7FF0U
#define DOMID_SELF           0x7FF0U /* the caller                           */
#define DOMID_IO             0x7FF1U /* owner of device memory               */
#define DOMID_XEN            0x7FF2U /* owner of what the hypervisor shares  */
#define DOMID_COW            0x7FF3U /* owner of shared copy-on-write pages  */
#define DOMID_INVALID        0x7FF4U /* nobody                               */
#define DOMID_IDLE           0x7FFFU /* the hypervisor's own idle vcpus      */
#define DOMID_MASK           0x7FFFU

/*
 * HYPERVISOR_mmu_update(req[], count | MMU_UPDATE_PREEMPTED, &done, foreigndom)
 * The two low bits of ptr say what is meant; foreigndom is the owner of the
 * frames put into tables (low half) and of the tables (high half, 1 + domid).
 * done (may be null) is the number of requests carried out.
 * MACHPHYS: ptr is the machine address of the frame, val its new pfn.
 * Others: ptr is the machine address of the entry, val the entry.
 * -EINVAL: not a table of the target, or a bad entry; -EPERM: not allowed.
 */
struct mmu_update {
    uint64_t ptr;       /* IN */
    uint64_t val;       /* IN */
};
XEN_STRUCT_TYPES(mmu_update);

#define MMU_NORMAL_PT_UPDATE       0
#define MMU_MACHPHYS_UPDATE        1
#define MMU_PT_UPDATE_PRESERVE_AD  2 /* keeps A and D as the CPU set them    */
#define MMU_PT_UPDATE_NO_TRANSLATE 3 /* as 0 in a PV domain                  */

/*
 * HYPERVISOR_mmuext_op(op[], count, &done, foreigndom). A pin holds one typed
 * reference on a table and everything under it until it is unpinned.
 */
struct mmuext_op {
    unsigned int cmd;
    union {
        xen_pfn_t     mfn;          /* pin, unpin, baseptr, clear, copy      */
        unsigned long linear_addr;  /* invlpg, set_ldt                       */
    } arg1;
    union {
        unsigned int nr_ents;       /* set_ldt                               */
        XEN_GUEST_HANDLE(const_void) vcpumask; /* *_multi: bitmap of vcpus   */
        xen_pfn_t src_mfn;          /* copy                                  */
    } arg2;
};
XEN_STRUCT_TYPES(mmuext_op);

#define MMUEXT_PIN_L1_TABLE       0
#define MMUEXT_PIN_L2_TABLE       1
#define MMUEXT_PIN_L3_TABLE       2
#define MMUEXT_PIN_L4_TABLE       3
#define MMUEXT_UNPIN_TABLE        4
#define MMUEXT_NEW_BASEPTR        5
#define MMUEXT_TLB_FLUSH_LOCAL    6
#define MMUEXT_INVLPG_LOCAL       7
#define MMUEXT_TLB_FLUSH_MULTI    8
#define MMUEXT_INVLPG_MULTI       9
#define MMUEXT_TLB_FLUSH_ALL      10
#define MMUEXT_INVLPG_ALL         11
#define MMUEXT_FLUSH_CACHE        12
#define MMUEXT_SET_LDT            13
#define MMUEXT_NEW_USER_BASEPTR   15 /* mfn 0: no user page tables           */
#define MMUEXT_CLEAR_PAGE         16
#define MMUEXT_COPY_PAGE          17
#define MMUEXT_FLUSH_CACHE_GLOBAL 18
#define MMUEXT_MARK_SUPER         19
#define MMUEXT_UNMARK_SUPER       20

/* HYPERVISOR_update_va_mapping(va, pte, flags): one of three kinds of flush;
 * with UVMF_MULTI the rest of flags is a pointer to a bitmap of vcpus. */
#define UVMF_NONE           (0UL << 0)
#define UVMF_TLB_FLUSH      (1UL << 0)
#define UVMF_INVLPG         (2UL << 0)
#define UVMF_FLUSHTYPE_MASK (3UL << 0)
#define UVMF_MULTI          (0UL << 2)
#define UVMF_LOCAL          (0UL << 2)
#define UVMF_ALL            (1UL << 2)

/* HYPERVISOR_console_io(cmd, bytes, buffer): for the control domain; reading
 * returns how many bytes there were. */
#define CONSOLEIO_write 0
#define CONSOLEIO_read  1

/* HYPERVISOR_vm_assist(cmd, type). */
#define VMASST_CMD_enable                0
#define VMASST_CMD_disable               1
#define VMASST_TYPE_4gb_segments         0
#define VMASST_TYPE_4gb_segments_notify  1
#define VMASST_TYPE_writable_pagetables  2
#define VMASST_TYPE_pae_extended_cr3     3
#define VMASST_TYPE_architectural_iopl   4
#define VMASST_TYPE_runstate_update_flag 5
#define VMASST_TYPE_m2p_strict           32

/* HYPERVISOR_multicall(calls[], count). result is OUT and valid for each call
 * made; a call that fails does not stop the rest. */
struct multicall_entry {
    xen_ulong_t op, result;
    xen_ulong_t args[6];
};
XEN_STRUCT_TYPES(multicall_entry);

/*
 * Time of one vcpu, OUT, in nanoseconds since the hypervisor started:
 *   system_time + (shifted(tsc - tsc_timestamp) * tsc_to_system_mul >> 32)
 * where shifted() is << tsc_shift, or >> if that is negative. version is odd
 * while the hypervisor writes: read it before and after.
 */
struct vcpu_time_info {
    uint32_t version;
    uint32_t pad0;
    uint64_t tsc_timestamp;
    uint64_t system_time;
    uint32_t tsc_to_system_mul;
    int8_t   tsc_shift;
    uint8_t  flags;                 /* XEN_PVCLOCK_* */
    uint8_t  pad1[2];
};
typedef struct vcpu_time_info vcpu_time_info_t;
#define XEN_PVCLOCK_TSC_STABLE_BIT (1 << 0)
#define XEN_PVCLOCK_GUEST_STOPPED  (1 << 1)

/*
 * Events of one vcpu. The hypervisor sets a port's bit in evtchn_pending, then
 * the bit of its word in evtchn_pending_sel, then evtchn_upcall_pending, and
 * calls the guest unless evtchn_upcall_mask is set. The guest clears them in
 * the other order. The mask is written by the guest, and set by the
 * hypervisor when it enters the event callback.
 */
struct vcpu_info {
    uint8_t               evtchn_upcall_pending;
    uint8_t               evtchn_upcall_mask;
    xen_ulong_t           evtchn_pending_sel;
    struct arch_vcpu_info arch;
    vcpu_time_info_t      time;
};
typedef struct vcpu_info vcpu_info_t;

/*
 * The one page per domain that the hypervisor and all its vcpus share. The
 * wall clock at system time 0 is wc_sec_hi:wc_sec seconds and wc_nsec since
 * 1970; wc_version works like vcpu_time_info's version.
 */
struct shared_info {
    struct vcpu_info vcpu_info[XEN_LEGACY_MAX_VCPUS];
    xen_ulong_t evtchn_pending[sizeof(xen_ulong_t) * 8]; /* a bit a port     */
    xen_ulong_t evtchn_mask[sizeof(xen_ulong_t) * 8];    /* guest writes     */
    uint32_t wc_version;
    uint32_t wc_sec;
    uint32_t wc_nsec;
    uint32_t wc_sec_hi;
    struct arch_shared_info arch;
};
typedef struct shared_info shared_info_t;
#define xen_wc_sec_hi wc_sec_hi

/*
 * What a PV kernel finds at RSI when it starts. Of the fields up to console
 * the machine numbers change over save and restore; the rest is written only
 * at the first boot.
 */
#define MAX_GUEST_CMDLINE 1024
struct start_info {
    char          magic[32];        /* "xen-<version>-<platform>"           */
    unsigned long nr_pages;
    unsigned long shared_info;      /* machine address                      */
    uint32_t      flags;            /* SIF_*                                */
    xen_pfn_t     store_mfn;        /* xenstore ring: machine frame, port   */
    uint32_t      store_evtchn;
    union {
        struct {
            xen_pfn_t mfn;          /* console ring: machine frame, port    */
            uint32_t  evtchn;
        } domU;
        struct {
            uint32_t info_off;      /* dom0_vga_console_info, from the      */
            uint32_t info_size;     /* start of this page; size 0: none     */
        } dom0;
    } console;
    unsigned long pt_base;          /* virtual address of the L4            */
    unsigned long nr_pt_frames;
    unsigned long mfn_list;         /* virtual address of pfn -> mfn        */
    unsigned long mod_start;        /* virtual address, or pfn (SIF_)       */
    unsigned long mod_len;          /* bytes                                */
    int8_t        cmd_line[MAX_GUEST_CMDLINE];
    unsigned long first_p2m_pfn;    /* frames holding mfn_list when it is   */
    unsigned long nr_p2m_frames;    /* outside of the initial mapping       */
};
typedef struct start_info start_info_t;

#define SIF_PRIVILEGED      (1 << 0)
#define SIF_INITDOMAIN      (1 << 1)
#define SIF_MULTIBOOT_MOD   (1 << 2) /* mod_start: list of modules           */
#define SIF_MOD_START_PFN   (1 << 3) /* mod_start: a pfn, not mapped         */
#define SIF_VIRT_P2M_4TOOLS (1 << 4) /* tools understand p2m_cr3             */
#define SIF_PM_MASK         (0xFF << 8)

/* An entry of the list that SIF_MULTIBOOT_MOD announces; physical addresses. */
struct xen_multiboot_mod_list {
    uint32_t mod_start;
    uint32_t mod_end;               /* last byte, inclusive                  */
    uint32_t cmdline;
    uint32_t pad;
};

/* The screen as the boot loader left it, for the control domain. */
struct dom0_vga_console_info {
    uint8_t video_type;             /* XEN_VGATYPE_* */
    union {
        struct {
            uint16_t font_height;   /* pixels */
            uint16_t cursor_x, cursor_y;
            uint16_t rows, columns; /* characters */
        } text_mode_3;
        struct {
            uint16_t width, height; /* pixels */
            uint16_t bytes_per_line;
            uint16_t bits_per_pixel;
            uint32_t lfb_base;      /* machine address, low half */
            uint32_t lfb_size;      /* in units of 64 KiB */
            uint8_t  red_pos, red_size;
            uint8_t  green_pos, green_size;
            uint8_t  blue_pos, blue_size;
            uint8_t  rsvd_pos, rsvd_size;
            uint32_t gbl_caps;
            uint16_t mode_attrs;
            uint16_t pad;
            uint32_t ext_lfb_base;  /* machine address, high half */
        } vesa_lfb;
    } u;
};
typedef struct dom0_vga_console_info dom0_vga_console_info_t;
#define xen_vga_console_info    dom0_vga_console_info
#define xen_vga_console_info_t  dom0_vga_console_info_t
#define XEN_VGATYPE_TEXT_MODE_3 0x03
#define XEN_VGATYPE_VESA_LFB    0x23
#define XEN_VGATYPE_EFI_LFB     0x70

typedef uint8_t xen_domain_handle_t[16];    /* a domain's UUID */
typedef struct { uint8_t a[16]; } xen_uuid_t;

/* A bitmap of the caller: nr_bits is how many bits the buffer holds. */
struct xenctl_bitmap {
    XEN_GUEST_HANDLE_64(uint8) bitmap;
    uint32_t nr_bits;
};
typedef struct xenctl_bitmap xenctl_bitmap_t;

#endif /* PUBLIC_XEN_H */
