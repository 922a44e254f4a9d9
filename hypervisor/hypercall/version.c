/* SPDX-License-Identifier: MIT */
/* version.c - HYPERVISOR_xen_version: who we are and what we offer. */
#include "hypercall/hypercall.h"
#include "hypercall/version.h"

#include "lib/options.h"
#include "public/version.h"

static long copy_text(vaddr_t to, const char *text, size_t size)
{
    char buf[1024];
    size_t n = MIN(size, sizeof(buf));

    memset(buf, 0, n);
    strlcpy(buf, text, n);
    return guest_write(to, buf, n);
}

#define op_version(cur, to)      (VERSION_MAJOR << 16 | VERSION_MINOR)
#define op_extraversion(cur, to) copy_text(to, VERSION_EXTRA, sizeof(xen_extraversion_t))
#define op_capabilities(cur, to) \
    copy_text(to, "xen-3.0-x86_64 ", sizeof(xen_capabilities_info_t))
#define op_changeset(cur, to)    copy_text(to, CHANGESET, sizeof(xen_changeset_info_t))
#define op_pagesize(cur, to)     (to ? -EINVAL : (long)PAGE_SIZE)
#define op_guest_handle(cur, to) guest_write(to, cur->d->handle, sizeof(cur->d->handle))
#define op_commandline(cur, to) \
    copy_text(to, cur->d->is_control ? boot_options : "<denied>", \
              sizeof(xen_commandline_t))

static long op_platform_parameters(struct vcpu *cur, vaddr_t to)
{
    struct xen_platform_parameters p = { .virt_start = HYPERVISOR_VIRT_START };

    return guest_write(to, &p, sizeof(p));
}

static long op_compile_info(struct vcpu *cur, vaddr_t to)
{
    struct xen_compile_info info;

    memset(&info, 0, sizeof(info));
    strlcpy(info.compiler, COMPILER, sizeof(info.compiler));
    strlcpy(info.compile_by, COMPILE_BY, sizeof(info.compile_by));
    strlcpy(info.compile_domain, COMPILE_DOMAIN, sizeof(info.compile_domain));
    strlcpy(info.compile_date, COMPILE_DATE, sizeof(info.compile_date));
    return guest_write(to, &info, sizeof(info));
}

static uint32_t features(const struct domain *d)
{
    uint32_t f = 1u << XENFEAT_mmu_pt_update_preserve_ad |
                 1u << XENFEAT_highmem_assist |
                 1u << XENFEAT_gnttab_map_avail_bits |
                 1u << XENFEAT_memory_op_vnode_supported |
                 1u << XENFEAT_direct_mapped;

    if (d->vm_assist >> VMASST_TYPE_pae_extended_cr3 & 1)
        f |= 1u << XENFEAT_pae_pgdir_above_4gb;
    if (d->is_control)
        f |= 1u << XENFEAT_dom0;
    return f;
}

static long op_get_features(struct vcpu *cur, vaddr_t arg)
{
    struct xen_feature_info fi;

    if (guest_read(&fi, arg, sizeof(fi)))
        return -EFAULT;
    if (fi.submap_idx != 0)
        return fail(EINVAL, "feature word %u", fi.submap_idx);
    fi.submap = features(cur->d);
    return guest_write(arg, &fi, sizeof(fi));
}

/* The build id is the linker's note; its bytes follow the header. */
extern const char build_id_start[], build_id_end[];

static long op_build_id(struct vcpu *cur, vaddr_t arg)
{
    struct xen_build_id id;
    uint32_t size = (uint32_t)(build_id_end - build_id_start);

    if (!size)
        return -ENODATA;
    if (!arg)
        return size;
    if (guest_read(&id, arg, sizeof(id)))
        return -EFAULT;
    if (id.len == 0)
        return -EINVAL;
    if (id.len < size)
        return -ENOBUFS;
    if (guest_write(arg + offsetof(struct xen_build_id, buf), build_id_start, size))
        return -EFAULT;
    return size;
}

#define DO(name, out) return op_##name(cur, in->a[1])

long hc_xen_version(struct vcpu *cur, struct hc_args *in)
{
    HC_CASES(xen_version, (uint32_t)in->a[0])
}
