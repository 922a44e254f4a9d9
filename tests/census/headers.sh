#!/bin/bash
# SPDX-License-Identifier: MIT
#
# headers.sh: every hypercall and sub-operation in 4.17's public headers, from
# libxen-dev as they are: lines `CALL NUMBER` and `CALL.NAME NUMBER PREFIX`.
set -eu -o pipefail
x=${XEN_HEADERS:-/usr/include/xen}
[ -r "$x/xen.h" ] || { echo "headers.sh: no $x/xen.h: install libxen-dev" >&2; exit 2; }

defines() { # HEADER: its macros and enumerators with plain numbers, `NAME NUMBER`
    gcc -E -dM -D__XEN_TOOLS__ -include stdint.h -x c "$x/$1" |
        sed -nE 's/^#define ([A-Za-z_0-9]+) \(?((0x)?[0-9a-fA-F]+)[uUlL]*\)?$/\1 \2/p'
}

calls=$(defines xen.h | sed -nE 's/^__HYPERVISOR_([a-z_0-9]+) ([0-9]+)$/\1 \2/p' |
    grep -vE '_compat_032|_new ' | sort -k2n -k1,1 | uniq)
echo "$calls"

while read -r call header prefix names; do
    defines "$header" | { grep -E "^$prefix($names) " || true; } |
        while read -r name nr; do
            echo "$call.${name#"$prefix"} $((nr)) $prefix"
        done | sort -k2n
done <<'END'
mmu_update xen.h MMU_ NORMAL_PT_UPDATE|MACHPHYS_UPDATE|PT_UPDATE_[A-Z_]+
platform_op platform.h XENPF_ [a-z]\w*
memory_op memory.h XENMEM_ increase_\w+|decrease_\w+|current_\w+|maximum_\w+|machphys_\w+|populate_\w+|add_\w+|remove_\w+|memory_map|machine_\w+|exchange|set_\w+|get_\w+|paging_op|access_op|sharing_op|claim_\w+|reserved_\w+|acquire_\w+
xen_version version.h XENVER_ [a-z]\w*
console_io xen.h CONSOLEIO_ [a-z]\w*
grant_table_op grant_table.h GNTTABOP_ [a-z]\w*
vm_assist xen.h VMASST_CMD_ [a-z]\w*
vcpu_op vcpu.h VCPUOP_ [a-z]\w*
set_segment_base xen.h SEGBASE_ [A-Z]\w*
mmuext_op xen.h MMUEXT_ [A-Z]\w*
nmi_op nmi.h XENNMI_ [a-z]\w*
sched_op sched.h SCHEDOP_ [a-z]\w*
callback_op callback.h CALLBACKOP_ [a-z]\w*
event_channel_op event_channel.h EVTCHNOP_ [a-z]\w*
physdev_op physdev.h PHYSDEVOP_ [a-z]\w*|IRQ_UNMASK_NOTIFY
sysctl sysctl.h XEN_SYSCTL_ readconsole|tbuf_op|physinfo|sched_id|perfc_op|getdomaininfolist|debug_keys|getcpuinfo|availheap|get_pmstat|cpu_hotplug|pm_op|[a-z]+_offline_op|lockprof_op|cputopoinfo|numainfo|cpupool_op|scheduler_op|coverage_op|psr_cmt_op|pcitopoinfo|psr_alloc|get_\w+|livepatch_op
domctl domctl.h XEN_DOMCTL_ [a-u]\w*|vm_event_op|vmtrace_op|vuart_op
xenoprof_op xenoprof.h XENOPROF_ [a-km-z]\w*
hvm_op hvm/hvm_op.h HVMOP_ (set|get|flush|pagetable|xentrace|guest)\w*|altp2m
kexec_op kexec.h KEXEC_CMD_ [a-z]\w*
argo_op argo.h XEN_ARGO_OP_ [a-z]\w*
tmem_op tmem.h TMEM_ (NEW|DESTROY|PUT|GET|FLUSH|AUTH|RESTORE)\w*
xenpmu_op pmu.h XENPMU_ [a-z]\w*
dm_op hvm/dm_op.h XEN_DMOP_ [a-z]\w*
hypfs_op hypfs.h XEN_HYPFS_OP_ [a-z]\w*
arch_0 arch-x86/xen-mca.h XEN_MC_ [a-z]\w*
xsm_op xsm/flask_op.h FLASK_ [A-Z]\w*
END
