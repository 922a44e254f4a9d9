/* SPDX-License-Identifier: MIT */
/*
 * arch-x86/xen.h - the part of the PV ABI that knows it runs on x86-64.
 *
 * Every layout here is shared between a hypervisor and a guest that may have
 * been built by somebody else, so nothing may move. Names of types, fields and
 * constants are those that PV kernels already use. There is one ABI version
 * (4.17) and one word size (64 bits): no version #ifs, no 32-bit variants.
 *
 * Included by xen.h, which is what other code should include.
 */
#ifndef PUBLIC_ARCH_X86_XEN_H
#define PUBLIC_ARCH_X86_XEN_H

#include <stdint.h>

/*
 * A guest handle is a pointer in the caller's address space wrapped in a
 * struct, so that the two sides cannot mix it with pointers of their own. Its
 * size is eight bytes. Each type has a plain and a const_ flavour.
 */
#define DEFINE_XEN_GUEST_HANDLE_PLAIN(name, type)                     \
    typedef struct { type *p; } __guest_handle_##name
#define __DEFINE_XEN_GUEST_HANDLE(name, type)                         \
    DEFINE_XEN_GUEST_HANDLE_PLAIN(name, type);                        \
    DEFINE_XEN_GUEST_HANDLE_PLAIN(const_##name, const type)
#define DEFINE_XEN_GUEST_HANDLE(name) __DEFINE_XEN_GUEST_HANDLE(name, name)
/* After `struct name { ... };`: its name_t and the handles to it. */
#define XEN_STRUCT_TYPES(name)                                        \
    typedef struct name name##_t;                                     \
    DEFINE_XEN_GUEST_HANDLE(name##_t)
#define XEN_GUEST_HANDLE(name)        __guest_handle_##name
#define XEN_GUEST_HANDLE_64(name)     XEN_GUEST_HANDLE(name)
#define set_xen_guest_handle(hnd, val) do { (hnd).p = (val); } while (0)

typedef unsigned long xen_pfn_t;        /* frame number, 4 KiB units       */
typedef unsigned long xen_ulong_t;
typedef unsigned long xen_callback_t;   /* virtual address of an entry     */
typedef uint64_t tsc_timestamp_t;
typedef uint64_t uint64_aligned_t;
typedef int64_t int64_aligned_t;

#define PRI_xen_pfn   "lx"
#define PRIu_xen_pfn  "lu"
#define PRI_xen_ulong "lx"

#define XEN_HAVE_PV_GUEST_ENTRY 1
#define XEN_HAVE_PV_UPCALL_MASK 1

/* vcpus from this number on have no slot in shared_info. */
#define XEN_LEGACY_MAX_VCPUS 32

/*
 * Segments. The hypervisor owns the GDT from page 14 on; the flat descriptors
 * that every guest may load are there. All of them have RPL 3, the ring in
 * which both a 64-bit PV kernel and its programs run.
 */
#define FIRST_RESERVED_GDT_PAGE  14
#define FIRST_RESERVED_GDT_BYTE  (FIRST_RESERVED_GDT_PAGE * 4096)
#define FIRST_RESERVED_GDT_ENTRY (FIRST_RESERVED_GDT_BYTE / 8)

#define FLAT_RING3_CS32 0xe023
#define FLAT_RING3_CS64 0xe033
#define FLAT_RING3_DS32 0xe02b
#define FLAT_RING3_DS64 0x0000
#define FLAT_RING3_SS32 0xe02b
#define FLAT_RING3_SS64 0xe02b

#define FLAT_KERNEL_CS32 FLAT_RING3_CS32
#define FLAT_KERNEL_CS64 FLAT_RING3_CS64
#define FLAT_KERNEL_CS   FLAT_KERNEL_CS64
#define FLAT_KERNEL_DS32 FLAT_RING3_DS32
#define FLAT_KERNEL_DS64 FLAT_RING3_DS64
#define FLAT_KERNEL_DS   FLAT_KERNEL_DS64
#define FLAT_KERNEL_SS32 FLAT_RING3_SS32
#define FLAT_KERNEL_SS64 FLAT_RING3_SS64
#define FLAT_KERNEL_SS   FLAT_KERNEL_SS64

#define FLAT_USER_CS32 FLAT_RING3_CS32
#define FLAT_USER_CS64 FLAT_RING3_CS64
#define FLAT_USER_CS   FLAT_USER_CS64
#define FLAT_USER_DS32 FLAT_RING3_DS32
#define FLAT_USER_DS64 FLAT_RING3_DS64
#define FLAT_USER_DS   FLAT_USER_DS64
#define FLAT_USER_SS32 FLAT_RING3_SS32
#define FLAT_USER_SS64 FLAT_RING3_SS64
#define FLAT_USER_SS   FLAT_USER_SS64

/*
 * Addresses. L4 slots 256 to 271 belong to the hypervisor in every address
 * space; the first of them shows the guest, read-only, the table from machine
 * frame to the owner's own frame number (eight bytes an entry).
 */
#define HYPERVISOR_VIRT_START 0xFFFF800000000000UL
#define HYPERVISOR_VIRT_END   0xFFFF880000000000UL
#define MACH2PHYS_VIRT_START  0xFFFF800000000000UL
#define MACH2PHYS_VIRT_END    0xFFFF804000000000UL
#define MACH2PHYS_NR_ENTRIES  ((MACH2PHYS_VIRT_END - MACH2PHYS_VIRT_START) >> 3)
#define machine_to_phys_mapping ((unsigned long *)MACH2PHYS_VIRT_START)

#define xen_pfn_to_cr3(pfn) ((unsigned long)(pfn) << 12)
#define xen_cr3_to_pfn(cr3) ((unsigned long)(cr3) >> 12)

/* HYPERVISOR_set_segment_base(which, value): value is a base address, but for
 * the last one, where it is a selector to load into the user's GS. */
#define SEGBASE_FS          0
#define SEGBASE_GS_USER     1
#define SEGBASE_GS_KERNEL   2
#define SEGBASE_GS_USER_SEL 3

/*
 * The frame that HYPERVISOR_iret finds on the kernel's stack. rcx and r11 are
 * taken from it only if flags lacks VGCF_in_syscall.
 */
struct iret_context {
    uint64_t rax, r11, rcx, flags, rip, cs, rflags, rsp, ss;
};

/*
 * Registers as a vcpu's context carries them. Above error_code they are in the
 * order in which the hypervisor's entry code pushes them. error_code and
 * entry_vector mean nothing in a context given to the hypervisor.
 */
struct cpu_user_regs {
    uint64_t r15, r14, r13, r12;
    uint64_t rbp, rbx;
    uint64_t r11, r10, r9, r8;
    uint64_t rax, rcx, rdx, rsi, rdi;
    uint32_t error_code;
    uint32_t entry_vector;
    uint64_t rip;
    uint16_t cs, _pad0[1];
    uint8_t  saved_upcall_mask;     /* of a bounced event: the mask before it */
    uint8_t  _pad1[3];
    uint64_t rflags;                /* its IF bit is what the guest believes  */
    uint64_t rsp;
    uint16_t ss, _pad2[3];
    uint16_t es, _pad3[3];
    uint16_t ds, _pad4[3];
    uint16_t fs, _pad5[3];
    uint16_t gs, _pad6[3];
};
XEN_STRUCT_TYPES(cpu_user_regs);

/*
 * One row of the virtual trap table (HYPERVISOR_set_trap_table). A row whose
 * address is 0 ends the list. Bits 0-1 of flags: the least privileged ring that
 * may raise the vector by INT n; bit 2: mask events on the way in.
 */
struct trap_info {
    uint8_t       vector;
    uint8_t       flags;
    uint16_t      cs;
    unsigned long address;
};
XEN_STRUCT_TYPES(trap_info);

#define TI_GET_DPL(ti)      ((ti)->flags & 3)
#define TI_GET_IF(ti)       ((ti)->flags & 4)
#define TI_SET_DPL(ti, dpl) ((ti)->flags |= (dpl))
#define TI_SET_IF(ti, on)   ((ti)->flags |= ((!!(on)) << 2))

/*
 * All that a vcpu is: given to VCPUOP_initialise and XEN_DOMCTL_setvcpucontext,
 * returned by XEN_DOMCTL_getvcpucontext. ctrlreg[1] is the user page-table root
 * and ctrlreg[3] the kernel's, both in the form of xen_pfn_to_cr3().
 */
struct vcpu_guest_context {
    struct { char x[512]; } fpu_ctxt;       /* FXSAVE area                 */
    unsigned long flags;                    /* VGCF_*                      */
    struct cpu_user_regs user_regs;
    struct trap_info trap_ctxt[256];
    unsigned long ldt_base, ldt_ents;       /* virtual address, entries    */
    unsigned long gdt_frames[16], gdt_ents; /* machine frames, entries     */
    unsigned long kernel_ss, kernel_sp;     /* stack for traps from user   */
    unsigned long ctrlreg[8];
    unsigned long debugreg[8];
    unsigned long event_callback_eip;
    unsigned long failsafe_callback_eip;
    unsigned long syscall_callback_eip;
    unsigned long vm_assist;                /* VMASST_TYPE_* as bits       */
    uint64_t fs_base;
    uint64_t gs_base_kernel;
    uint64_t gs_base_user;
};
XEN_STRUCT_TYPES(vcpu_guest_context);

#define _VGCF_i387_valid               0
#define VGCF_i387_valid                (1 << _VGCF_i387_valid)
#define VGCF_I387_VALID                VGCF_i387_valid
#define _VGCF_in_kernel                2
#define VGCF_in_kernel                 (1 << _VGCF_in_kernel)
#define VGCF_IN_KERNEL                 VGCF_in_kernel
#define _VGCF_failsafe_disables_events 3
#define VGCF_failsafe_disables_events  (1 << _VGCF_failsafe_disables_events)
#define _VGCF_syscall_disables_events  4
#define VGCF_syscall_disables_events   (1 << _VGCF_syscall_disables_events)
#define _VGCF_online                   5
#define VGCF_online                    (1 << _VGCF_online)
#define _VGCF_in_syscall               8
#define VGCF_in_syscall                (1 << _VGCF_in_syscall)
#define VGCF_IN_SYSCALL                VGCF_in_syscall

/* The part of vcpu_info where a page fault leaves its address. */
struct arch_vcpu_info {
    unsigned long cr2;
    unsigned long pad;
};
typedef struct arch_vcpu_info arch_vcpu_info_t;

/*
 * The part of shared_info through which a guest tells the tools where its list
 * from own frame to machine frame is: a three-level tree of frames, or, if the
 * hypervisor said SIF_VIRT_P2M_4TOOLS, an address space (p2m_cr3) and a virtual
 * address in it. The guest makes p2m_generation odd while it changes the list.
 */
struct arch_shared_info {
    unsigned long max_pfn;                      /* entries in the list     */
    xen_pfn_t     pfn_to_mfn_frame_list_list;
    unsigned long nmi_reason;                   /* XEN_NMIREASON_*         */
    unsigned long p2m_cr3;                      /* 0: use the tree         */
    unsigned long p2m_vaddr;
    unsigned long p2m_generation;
};
typedef struct arch_shared_info arch_shared_info_t;

/* The x86 part of XEN_DOMCTL_createdomain. A PV domain has at most the PIT. */
struct xen_arch_domainconfig {
    uint32_t emulation_flags;   /* XEN_X86_EMU_*      */
    uint32_t misc_flags;        /* XEN_X86_MSR_RELAXED */
};
#define _XEN_X86_EMU_LAPIC    0
#define XEN_X86_EMU_LAPIC     (1U << _XEN_X86_EMU_LAPIC)
#define _XEN_X86_EMU_HPET     1
#define XEN_X86_EMU_HPET      (1U << _XEN_X86_EMU_HPET)
#define _XEN_X86_EMU_PM       2
#define XEN_X86_EMU_PM        (1U << _XEN_X86_EMU_PM)
#define _XEN_X86_EMU_RTC      3
#define XEN_X86_EMU_RTC       (1U << _XEN_X86_EMU_RTC)
#define _XEN_X86_EMU_IOAPIC   4
#define XEN_X86_EMU_IOAPIC    (1U << _XEN_X86_EMU_IOAPIC)
#define _XEN_X86_EMU_PIC      5
#define XEN_X86_EMU_PIC       (1U << _XEN_X86_EMU_PIC)
#define _XEN_X86_EMU_VGA      6
#define XEN_X86_EMU_VGA       (1U << _XEN_X86_EMU_VGA)
#define _XEN_X86_EMU_IOMMU    7
#define XEN_X86_EMU_IOMMU     (1U << _XEN_X86_EMU_IOMMU)
#define _XEN_X86_EMU_PIT      8
#define XEN_X86_EMU_PIT       (1U << _XEN_X86_EMU_PIT)
#define _XEN_X86_EMU_USE_PIRQ 9
#define XEN_X86_EMU_USE_PIRQ  (1U << _XEN_X86_EMU_USE_PIRQ)
#define _XEN_X86_EMU_VPCI     10
#define XEN_X86_EMU_VPCI      (1U << _XEN_X86_EMU_VPCI)
#define XEN_X86_EMU_ALL       0x7ffU
#define XEN_X86_MSR_RELAXED   (1U << 0)
#define XEN_X86_MISC_FLAGS_MAX XEN_X86_MSR_RELAXED

/* One CPUID answer of a CPU policy. subleaf is XEN_CPUID_NO_SUBLEAF for a leaf
 * that ignores ECX. */
struct xen_cpuid_leaf {
    uint32_t leaf, subleaf;
    uint32_t a, b, c, d;
};
XEN_STRUCT_TYPES(xen_cpuid_leaf);
#define XEN_CPUID_NO_SUBLEAF 0xffffffffU

/* One MSR of a CPU policy. flags must be 0. */
struct xen_msr_entry {
    uint32_t idx;
    uint32_t flags;
    uint64_t val;
};
XEN_STRUCT_TYPES(xen_msr_entry);

/* Bytes before CPUID that ask the hypervisor to emulate it (ud2; "xen"). */
#define XEN_EMULATE_PREFIX ".byte 0x0f,0x0b,0x78,0x65,0x6e ; "
#define XEN_CPUID          XEN_EMULATE_PREFIX "cpuid"

#endif /* PUBLIC_ARCH_X86_XEN_H */
