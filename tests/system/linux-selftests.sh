#!/bin/bash
# SPDX-License-Identifier: MIT
#
# linux-selftests.sh [TEST...]: Linux's own tests of x86 (tools/testing/selftests/x86 of
# Debian's linux-source, in 64 and 32 bits) run in a guest with Debian's kernel, first on
# real Xen and then on Splitring: system calls by every gate, signal frames, LDTs that
# change under a thread, I/O permissions, single steps, FS and GS bases. Each passes, or
# ends here as it ends there: what a PV guest cannot do is no fault of ours.
#
# What each said is in build/results/linux-selftests.HYPERVISOR.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
echo 'int main(void) { return 0; }' |
    gcc -m32 -x c - -o /dev/null 2>/dev/null ||
    die "gcc makes no 32-bit programs here: apt-get install gcc-multilib"
fetch linux-source-6.1 busybox-static
tmp=$(mktemp -d)
trap 'machine_stop; rm -rf "$tmp"' EXIT
tests=("$@")
[ $# -gt 0 ] || tests=(check_initial_reg_state corrupt_xstate_header entry_from_vm86
    fsgsbase fsgsbase_restore ioperm iopl ldt_gdt mov_ss_trap ptrace_syscall sigaltstack
    sigreturn sigtrap_loop single_step_syscall syscall_arg_fault syscall_nt
    syscall_numbering sysret_rip sysret_ss_attrs test_FCMOV test_FCOMI test_FISTTP
    test_mremap_vdso test_syscall_vdso test_vsyscall unwind_vdso vdso_restorer)

tar -x -C "$tmp" -f "$CACHE/x/linux-source-6.1/usr/src/linux-source-6.1.tar.xz" \
    --wildcards '*/tools/testing/selftests/'{x86/'*',kselftest.h} \
    '*/arch/x86/include/asm/desc_defs.h' ||
    die "linux-source has no selftests"
source=$(echo "$tmp"/linux-source-*/tools/testing/selftests/x86)

# build NAME BITS: not every test is for both
build() {
    local more=()
    case $1_$2 in
    amx_32 | fsgsbase_32 | sysret_rip_32 | syscall_numbering_32) return ;;
    entry_from_vm86_64 | unwind_vdso_64 | vdso_restorer_64) return ;;
    sysret_ss_attrs_64) more=(thunks.S) ;;
    ptrace_syscall_32) more=(raw_syscall_helper_32.S) ;;
    test_syscall_vdso_32) more=(thunks_32.S) ;;
    check_initial_reg_state_*) more=(-Wl,-ereal_start) ;;
    esac
    (cd "$source" && gcc "-m$2" -O2 -std=gnu99 -w -pthread -no-pie -static \
        "-DCAN_BUILD_$2" -I. -I.. -o "$tmp/root/tests/$1_$2" "$1.c" "${more[@]}" \
        -Wl,-z,noexecstack -lm 2>"$tmp/error") || die "$1 of $2 bits: $(head -n 1 "$tmp/error")"
}

mkdir -p "$tmp/root/tests"
for t in "${tests[@]}"; do
    build "$t" 64
    build "$t" 32
done
add_busybox "$tmp/root"
install -m 755 tests/system/linux-selftests/init "$tmp/root/init"
pack "$tmp/root" "$tmp/ramdisk"
cp "$BASE.kernel" "$tmp/kernel"

for hv in xen splitring; do
    case $hv in xen) HV=debian ;; splitring) HV=build/xen-splitring ;; esac
    run_script "${LIMIT:-1500}" tests/system/linux-selftests/main "$tmp/kernel" \
        "$tmp/ramdisk" >"build/results/linux-selftests.$hv" || {
        fail linux-selftests "they did not end on $hv; the serial line ended with:"
        tail -n 40 "$SERIAL"
    }
done

# verdict HYPERVISOR TEST: its status, how often it said OK, how often FAIL
verdict() {
    sed -n "s/^test $2 //p" "build/results/linux-selftests.$1"
}
for t in "$tmp"/root/tests/*; do
    t=${t##*/} here=$(verdict splitring "$t") there=$(verdict xen "$t")
    case $here in
    '') fail linux-selftests "$t has not run" ;;
    'status 0,'*' 0 failed') pass "linux-selftests: $t, $here" ;;
    "$there") pass "linux-selftests: $t as on Xen, $here" ;;
    *)
        fail linux-selftests "$t: $here; on Xen: $there"
        grep "^ $t: " build/results/linux-selftests.splitring
        ;;
    esac
done
finish
