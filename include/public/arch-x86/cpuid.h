/* SPDX-License-Identifier: MIT */
/*
 * arch-x86/cpuid.h - the CPUID leaves by which a guest recognises the
 * hypervisor. They start at XEN_CPUID_FIRST_LEAF, or at a later multiple of
 * 0x100 from it, where EBX:ECX:EDX of the first spells "XenVMMXenVMM".
 *
 *   leaf  a                       b            c                 d
 *   0     last leaf               signature    signature         signature
 *   1     major << 16 | minor     0            0                 0
 *   2     hypercall pages         MSR base     FEAT1_* bits      0
 *   3.0   1: vtsc, 2: no tsc      tsc mode     kHz (0: unknown)  incarnation
 *   3.1   offset lo               offset hi    ns mul            shift
 *   3.2   host kHz                0            0                 0
 *   4     HVM feature bits        vcpu id      domid             0
 *   5.0   0                       address bits of the machine   0   0
 */
#ifndef PUBLIC_ARCH_X86_CPUID_H
#define PUBLIC_ARCH_X86_CPUID_H

#define XEN_CPUID_FIRST_LEAF 0x40000000
#define XEN_CPUID_LEAF(i)    (XEN_CPUID_FIRST_LEAF + (i))

#define XEN_CPUID_SIGNATURE_EBX 0x566e6558 /* "XenV" */
#define XEN_CPUID_SIGNATURE_ECX 0x65584d4d /* "MMXe" */
#define XEN_CPUID_SIGNATURE_EDX 0x4d4d566e /* "nVMM" */

/* Leaf 2, ECX: MMU_PT_UPDATE_PRESERVE_AD is understood. */
#define _XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD 0
#define XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD  (1U << 0)

/* Leaf 4, EAX: for HVM guests, listed for tools that print them. */
#define XEN_HVM_CPUID_APIC_ACCESS_VIRT (1U << 0)
#define XEN_HVM_CPUID_X2APIC_VIRT      (1U << 1)
#define XEN_HVM_CPUID_IOMMU_MAPPINGS   (1U << 2)
#define XEN_HVM_CPUID_VCPU_ID_PRESENT  (1U << 3)
#define XEN_HVM_CPUID_DOMID_PRESENT    (1U << 4)
#define XEN_HVM_CPUID_EXT_DEST_ID      (1U << 5)
#define XEN_HVM_CPUID_UPCALL_VECTOR    (1U << 6)

/* Leaf 5, EBX. */
#define XEN_CPUID_MACHINE_ADDRESS_WIDTH_MASK (0xffU << 0)

#define XEN_CPUID_MAX_NUM_LEAVES 5

#endif /* PUBLIC_ARCH_X86_CPUID_H */
