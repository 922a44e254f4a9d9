#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A host that cannot run it gets one clear message and nothing is touched: not
# Debian, no packages to be had, no way to become root, too little disk or
# memory, a kernel, disk, guest or hypervisor that is not there. `make run` is run
# for real, with other answers from df, dpkg-query, apt-get and sudo in its PATH
# and other files behind OS_RELEASE and MEMINFO; each of those fakes writes down
# that it was called to change something, and none may have been.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/system/lib.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/bin"

fake() { # NAME: its body on stdin
    { echo '#!/bin/bash'; cat; } >"$tmp/bin/$1"
    chmod +x "$tmp/bin/$1"
}

# refuses NAME REGEX [VARIABLE=VALUE...]: status not 0, within 5 s, one line that
# begins with `splitring:` and matches, and nothing was changed
refuses() {
    local name=$1 regex=$2 out status lines
    shift 2
    rm -f "$tmp/changed"
    out=$(env PATH="$tmp/bin:$PATH" TMP_CHANGED="$tmp/changed" "$@" \
        timeout 20 images/run.sh </dev/null 2>&1)
    status=$?
    lines=$(grep -c '^splitring:' <<<"$out")
    if [ $status = 0 ] || [ $status = 124 ]; then
        fail "$name" "status $status"
    elif [ "$lines" != 1 ]; then
        fail "$name" "$lines messages, not one"
    elif ! grep -qE "^splitring: .*$regex" <<<"$out"; then
        fail "$name" "another message than /$regex/"
    elif [ -e "$tmp/changed" ]; then
        fail "$name" "it changed something: $(cat "$tmp/changed")"
    else
        pass "$name: $(grep '^splitring:' <<<"$out" | cut -c12-100)"
        rm -f "$tmp"/bin/*
        return 0
    fi
    echo "$out"
    rm -f "$tmp"/bin/*
}

printf 'ID=ubuntu\nVERSION_ID="22.04"\nPRETTY_NAME="Ubuntu 22.04.4 LTS"\n' >"$tmp/ubuntu"
refuses 'not Debian' 'Ubuntu 22.04.*Way out' OS_RELEASE="$tmp/ubuntu"
printf 'ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian GNU/Linux 11"\n' >"$tmp/bullseye"
refuses 'another Debian' 'Debian GNU/Linux 11.*Way out' OS_RELEASE="$tmp/bullseye"
refuses 'no os-release' 'without /etc/os-release.*Way out' OS_RELEASE="$tmp/nothing"

fake uname <<<'echo Linux aarch64'
refuses 'not x86' 'Linux aarch64; Splitring needs'

printf 'MemTotal: 900000 kB\nMemAvailable: 700000 kB\n' >"$tmp/meminfo"
refuses 'too little memory' '683 MiB of memory are available.*Way out' MEMINFO="$tmp/meminfo"

fake df <<'END'
printf 'Filesystem 1048576-blocks Used Available Capacity Mounted on\n/dev/x 1000 900 100 90%% /\n'
END
refuses 'too little disk' '100 MiB are free.*Way out' GUEST=debian

# no package is there, and apt has none: no network, or no sources
nothing_installed() {
    fake dpkg-query <<<'exit 1'
    fake sudo <<<'exec "$@"'
}
nothing_installed
fake apt-get <<'END'
case " $* " in *" update "*) echo 'E: Temporary failure resolving deb.debian.org' >&2; exit 100 ;; esac
case " $* " in *" --assume-no "*) exit 100 ;; esac
echo "$*" >>"$TMP_CHANGED"
END
refuses 'no network for packages' 'apt-get update failed.*network'

nothing_installed
fake apt-get <<'END'
case " $* " in *" update "*) exit 0 ;; *" --assume-no "*) echo 'E: Unable to locate package gcc'; exit 100 ;; esac
echo "$*" >>"$TMP_CHANGED"
END
refuses 'no such packages' 'apt has no packages to install.*sources'

nothing_installed
fake apt-get <<'END'
case " $* " in
*" --assume-no "*) echo 'Need to get 1 MB of archives.'; echo 'After this operation, 2 MB of additional disk space will be used.' ;;
*) echo 'E: Failed to fetch gcc.deb  404  Not Found'; exit 100 ;;
esac
END
refuses 'packages that do not install' 'could not be installed.*build/apt.log'

nothing_installed
rm "$tmp/bin/sudo"
fake id <<<'echo 1000'
fake apt-get <<'END'
case " $* " in
*" --assume-no "*) echo 'Need to get 1 MB of archives.'; echo 'After this operation, 2 MB of additional disk space will be used.' ;;
*) echo "$*" >>"$TMP_CHANGED" ;;
esac
END
# a PATH without sudo: links to all else
mkdir "$tmp/path"
for d in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
    ln -s "$d"/* "$tmp/path/" 2>/dev/null
done
rm -f "$tmp/path/sudo"
(PATH=$tmp/path refuses 'neither root nor sudo' 'there is no sudo: as root, run') || true

refuses 'no hypervisor' 'no hypervisor: .* cannot be read' HV="$tmp/no-such-file"
refuses 'no such kernel' 'KERNEL=.*cannot be read' HV=debian KERNEL="$tmp/no-such-kernel"
refuses 'no such disk' 'DISK=.*cannot be read' HV=debian DISK="$tmp/no-such-disk"
refuses 'no such guest' 'GUEST=windows: quick or debian' HV=debian GUEST=windows

# the question at a terminal: an answer of no leaves the system alone
nothing_installed
fake apt-get <<'END'
case " $* " in
*" --assume-no "*) echo 'Need to get 1 MB of archives.'; echo 'After this operation, 2 MB of additional disk space will be used.' ;;
*) echo "$*" >>"$TMP_CHANGED" ;;
esac
END
out=$(echo n | YES='' PATH="$tmp/bin:$PATH" TMP_CHANGED="$tmp/changed" \
    timeout 20 script -qec 'images/host.sh run' /dev/null 2>&1)
if grep -q 'Go on?' <<<"$out" && grep -q 'nothing was installed' <<<"$out" &&
    [ ! -e "$tmp/changed" ]; then
    pass 'an answer of no: nothing was installed'
else
    fail 'an answer of no' 'it did not ask, or went on'
    echo "$out"
fi
finish
