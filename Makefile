# SPDX-License-Identifier: MIT
#
# Splitring's one Makefile. It sets the flags, includes each part's rules.mk (a
# part that is not in the tree is left out and breaks no other), and names the
# targets that a person types. Output goes to build/ and nowhere else.
#
#   make run          host a guest (GUEST=debian, KERNEL=..., DISK=..., HV=...)
#   make check        every test; check-quick the ones that need no machine
#   make debug        make run, stopped at the hypervisor's entry for gdb
#   make bench        what calls cost beside Debian's Xen (ROWS=a:b)
#   make guest-tests  each guest test on our hypervisor and on Debian's Xen
#   make bench-boot   boot time beside Debian's Xen
#   make sched        how the scheduler shares, beside Debian's Xen
#   make matrix       every machine, CPU model and CPU count
#   make mix          our parts and Debian's in 24 mixes (CELLS='xen-*', ...)
#   make debian-xl    every verb of Debian's xl on both, live migration
#   make linux-selftests   Linux's own tests of x86 in a guest, on Xen and on ours
#   make vcpus        a guest of 32 CPUs on a host of 4
#   make soak         N=1000 creates and destroys leave nothing; soak-report
#   make fuzz         each parser, FUZZ_SECONDS each; fuzz-guest: docs/fuzz-guest.md
#   make size lint unit abi guest system tour install clean

MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/bash
.SUFFIXES:
.DELETE_ON_ERROR:

VERSION := 0.1
CC := gcc
CLANG := clang
CXX := g++

WARNINGS := -Wall -Wextra -Wshadow -Wundef -Wmissing-prototypes \
    -Wstrict-prototypes -Wimplicit-fallthrough -Werror
USER_CFLAGS := -std=gnu11 -O2 -g $(WARNINGS) -Iinclude -I.
SAN_CFLAGS := $(USER_CFLAGS) -fsanitize=address,undefined -fno-sanitize-recover
FUZZ_SECONDS := 30

TOOLS_BINS :=
UNIT_TESTS :=
ABI_TESTS :=
FUZZERS :=
LINT_CHECKS :=
GUEST_TESTS :=
SYSTEM_TESTS :=

.PHONY: all tools hv unit abi lint guest system clean run check check-quick \
    matrix debug bench-boot size install tour fuzz images host-packages \
    guest-tests mix debian-xl vcpus linux-selftests soak soak-report

all: tools hv

# The parts first: what comes after them names their programs as prerequisites.
-include $(wildcard hypervisor/rules.mk xenstore-lite/rules.mk \
    dom0-tools/rules.mk backends/rules.mk frontends/rules.mk frontends/*/rules.mk)
-include $(wildcard images/rules.mk)
-include $(sort $(wildcard tests/*/rules.mk tests/unit/*/rules.mk \
    tests/fuzz/*/rules.mk))

tools: $(TOOLS_BINS)
hv: $(if $(wildcard hypervisor/rules.mk),$(HV_IMAGE) $(HV_IMAGE).gz)

# One name for each list, so that the tiers and the scripts see the same one.
CHECK_ENV = LINT_CHECKS='$(LINT_CHECKS)' ABI_TESTS='$(ABI_TESTS)' \
    UNIT_TESTS='$(UNIT_TESTS)' GUEST_TESTS='$(GUEST_TESTS)' \
    SYSTEM_TESTS='$(SYSTEM_TESTS)' FUZZERS='$(FUZZERS)' \
    FUZZ_SECONDS='$(FUZZ_SECONDS)'

lint:
	@$(CHECK_ENV) tests/check.sh lint
abi: $(ABI_TESTS)
	@$(CHECK_ENV) tests/check.sh abi
unit: $(UNIT_TESTS)
	@$(CHECK_ENV) tests/check.sh unit
guest: all
	@$(CHECK_ENV) tests/check.sh guest
system: all images
	@$(CHECK_ENV) tests/check.sh system
fuzz: $(FUZZERS)
	@$(CHECK_ENV) tests/check.sh fuzz

BUILD = $(MAKE) -s -j$(shell nproc)

# Without the packages nothing builds, so these two get them before they build.
check:
	@images/host.sh check && $(BUILD) all images $(ABI_TESTS) $(UNIT_TESTS) && \
	    $(CHECK_ENV) tests/check.sh lint abi unit guest system
check-quick:
	@images/host.sh check && $(BUILD) all $(ABI_TESTS) $(UNIT_TESTS) && \
	    $(CHECK_ENV) tests/check.sh lint abi unit

run:
	@images/run.sh
debug:
	@images/run.sh debug
guest-tests: all
	@images/host.sh check && tests/guest/both.sh
bench-boot matrix:
	@images/host.sh check && $(BUILD) all images && tests/system/$@.sh

mix:
	@images/host.sh check && $(BUILD) all images && \
	    set -f && tests/system/mix.sh $(CELLS)

debian-xl:
	@images/host.sh check && $(BUILD) all images && \
	    tests/system/debian-xl.sh && tests/system/live.sh

linux-selftests:
	@images/host.sh selftests && $(BUILD) all images && tests/system/linux-selftests.sh

vcpus:
	@images/host.sh check && $(BUILD) all images && tests/system/vcpus.sh

soak:
	@images/host.sh check && $(BUILD) all images && \
	    tests/system/soak.sh $(or $(N),1000) $(or $(SEED),1)
soak-report:
	@tests/system/soak.sh report

size:
	@tests/lint/size.sh report
tour:
	@tests/lint/tour.sh

install: all
	install -D -m 644 build/xen-splitring.gz \
	    $(DESTDIR)/boot/xen-splitring-$(VERSION).gz
	install -D -m 644 backends/keeper/keeper.conf \
	    $(DESTDIR)/etc/splitring/keeper.conf
	for p in $(TOOLS_BINS); do \
	    case $$p in */xl) to=sbin ;; *) to=libexec/splitring ;; esac; \
	    install -D -m 755 $$p $(DESTDIR)/usr/$$to/$${p##*/} || exit 1; \
	done

# What was downloaded stays unless CACHE=1 says otherwise.
clean:
	find build -mindepth 1 -maxdepth 1 $(if $(CACHE),,! -name cache) \
	    -exec rm -rf {} + 2>/dev/null || true
