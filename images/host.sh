#!/bin/bash
# SPDX-License-Identifier: MIT
#
# host.sh run|debian|check|selftests: is this host able, and does it have the packages?
#
# Looks first and touches nothing: a host that cannot do it gets one line that
# says what is missing and the way out, and status 1. Packages that are missing
# are listed with their size, and at a terminal it asks before apt-get installs
# them; with YES=1 or without a terminal it goes on. sudo is used for that alone.
# packages.txt names them; `name  # [check] why` is wanted by `check` alone,
# `[debian]` by GUEST=debian and `check`, `[selftests]` by `make linux-selftests`.
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
. images/lib.sh
want=${1:-run}
case $want in
run) disk_mib=1500 ;;
*) disk_mib=5000 ;;
esac

host_is_able() {
    local os=${OS_RELEASE:-/etc/os-release} id version name free mem=${MEM:-2048}
    [ "$(uname -sm)" = 'Linux x86_64' ] ||
        die "this host is $(uname -sm); Splitring needs Linux on x86_64"
    # shellcheck disable=SC1090
    id=$(. "$os" 2>/dev/null; echo "${ID:-}")
    # shellcheck disable=SC1090
    version=$(. "$os" 2>/dev/null; echo "${VERSION_ID:-}")
    # shellcheck disable=SC1090
    name=$(. "$os" 2>/dev/null; echo "${PRETTY_NAME:-a system without /etc/os-release}")
    [ "$id $version" = 'debian 12' ] ||
        die "this host is $name; everything here is built from Debian 12's" \
            "packages. Way out: run it in a Debian 12 machine, container or VM"
    mkdir -p build "$CACHE" || die "cannot write in $PWD: check its owner"
    # what an earlier run has built needs no room again
    if [ ! -e build/images/quick.disk ] || [ "$want" != run ]; then
        free=$(df -Pm build | awk 'NR == 2 { print $4 }')
        [ "$free" -ge "$disk_mib" ] ||
            die "$free MiB are free on the disk of $PWD/build, $disk_mib are" \
                "needed. Way out: make room, or make build/ a link to a larger disk"
    fi
    free=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' \
        "${MEMINFO:-/proc/meminfo}")
    [ "$free" -ge $((mem + 256)) ] ||
        die "$free MiB of memory are available, the machine of $mem MiB needs" \
            "$((mem + 256)). Way out: close something, or MEM=1024 make run"
}

# wanted: 'name why' of each package that this call needs
wanted() {
    local tags='run'
    [ "$want" = run ] || tags='run debian'
    case $want in check | selftests) tags="run debian check $want" ;; esac
    awk -v tags=" $tags " '
        /^[^#]/ { tag = "run"; name = $1; why = $0; sub(/^[^#]*# */, "", why)
            if (match(why, /^\[[a-z]+\] */)) {
                tag = substr(why, 2, index(why, "]") - 2)
                why = substr(why, RLENGTH + 1) }
            if (index(tags, " " tag " ")) print name, why }' images/packages.txt
}

# missing: of those, what dpkg does not have
missing() {
    wanted | awk '
        FILENAME != "-" { if ($1 ~ /^i/) have[$2] = 1; next }
        !($1 in have)' \
        <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' 2>/dev/null) -
}

# sizes PACKAGE...: what apt would say of installing them, or nothing
sizes() {
    LC_ALL=C apt-get -o Debug::NoLocking=1 --assume-no \
        --no-install-recommends install "$@" 2>&1 |
        sed -n 's/^Need to get \(.*\) of archives.*/\1 to download/p
            s/^After this operation, \(.*\) of additional disk.*/\1 on the disk/p' |
        paste -sd, | sed 's/,/, /'
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_missing() {
    local list=$1 names size about answer
    mapfile -t names < <(cut -d' ' -f1 <<<"$list")
    size=$(sizes "${names[@]}")
    # a system that never ran apt-get update cannot know: what Debian 12 had
    about='at most 100 MB to download, 410 MB on the disk'
    [ "$want" = run ] || about='at most 220 MB to download, 1000 MB on the disk'
    echo "Debian packages to install (${size:-$about; apt-get update comes first}):"
    awk '{ name = $1; $1 = ""; printf "    %-18s%s\n", name, $0 }' <<<"$list"
    echo "Nothing else on this system is changed: the rest goes to $PWD/build,"
    echo "packages for the images among it (about 110 MiB, unpacked there, not installed)."
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        die "there is no sudo: as root, run apt-get install ${names[*]}"
    if [ "${YES:-}" != 1 ] && [ -t 0 ]; then
        read -r -p 'Go on? [Y/n] ' answer || answer=n
        case $answer in
        '' | [Yy]*) ;;
        *) die "nothing was installed and nothing was changed" ;;
        esac
    fi
    if [ -z "$size" ]; then
        as_root apt-get -qq update ||
            die "apt-get update failed: is there a network, and are the" \
                "sources in /etc/apt right?"
        size=$(sizes "${names[@]}")
        [ -n "$size" ] || die "apt has no packages to install for:" \
            "${names[*]}. Are Debian 12's sources in /etc/apt, with 'main'?"
        echo "    $size"
    fi
    DEBIAN_FRONTEND=noninteractive as_root apt-get -qq -y \
        --no-install-recommends install "${names[@]}" >build/apt.log 2>&1 </dev/null || {
        tail -n 5 build/apt.log >&2
        die "the packages could not be installed (the whole story is in" \
            "build/apt.log). Is there a network, and did apt-get update run lately?"
    }
}

host_is_able
list=$(missing)
[ -z "$list" ] || install_missing "$list"
