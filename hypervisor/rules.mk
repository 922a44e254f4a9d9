# SPDX-License-Identifier: MIT
#
# rules.mk - the hypervisor: every source file of its layers, one linker script.
#
#   build/xen-splitring       flat binary with multiboot headers
#   build/xen-splitring.gz    the same for /boot
#   build/xen-splitring.elf   with symbols, for gdb and addr2line
#
# make hv DEBUG=1 adds assertions, lock order checks and the text of failures; make hv
# YIELD=1 makes build/xen-splitring-yield, in which every long operation stops after
# each element and goes on later: tests expect no difference.

HV_OBJ_DIR := build/hv$(if $(DEBUG),-debug)$(if $(YIELD),-yield)
HV_IMAGE := build/xen-splitring$(if $(YIELD),-yield)
HV_LAYERS := lib arch/x86 sync mm core pv hypercall boot boot/decode
HV_SRC := $(sort $(wildcard $(HV_LAYERS:%=hypervisor/%/*.[cS])))
HV_OBJ := $(HV_SRC:hypervisor/%=$(HV_OBJ_DIR)/%.o)

HV_CPPFLAGS := -Ihypervisor -Ihypervisor/arch/x86 -Iinclude \
    -DHV_VERSION='"$(VERSION)"' $(if $(DEBUG),-DDEBUG) $(if $(YIELD),-DYIELD_ALWAYS=1)
HV_CFLAGS := -std=gnu11 -O3 -g $(if $(DEBUG),,-flto) -ffreestanding -fno-stack-protector \
    -mno-red-zone -mgeneral-regs-only -fPIE -fvisibility=hidden \
    -fcf-protection=none -fno-asynchronous-unwind-tables -fno-strict-aliasing \
    -fno-delete-null-pointer-checks -fno-common -Wall -Wextra -Wshadow -Wundef \
    -Wno-unused-parameter -Wmissing-prototypes -Wimplicit-fallthrough -Werror
HV_LDFLAGS := -nostdlib -static -no-pie -Wl,--build-id=sha1 -Wl,-n \
    -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments \
    -Wl,--fatal-warnings

$(HV_OBJ_DIR)/%.c.o: hypervisor/%.c
	@mkdir -p $(@D)
	@echo "  CC  $@"
	@$(CC) $(HV_CPPFLAGS) $(HV_CFLAGS) -MMD -MP -c $< -o $@

$(HV_OBJ_DIR)/%.S.o: hypervisor/%.S
	@mkdir -p $(@D)
	@echo "  AS  $@"
	@$(CC) $(HV_CPPFLAGS) -D__ASSEMBLY__ -g -MMD -MP -c $< -o $@

$(HV_OBJ_DIR)/link.lds: hypervisor/arch/x86/link.ld hypervisor/arch/x86/layout.h
	@mkdir -p $(@D)
	$(CC) $(HV_CPPFLAGS) -D__ASSEMBLY__ -E -P -x c $< -o $@

# A release is compiled as one unit: calls between files are inlined like others.
$(HV_OBJ_DIR)/whole.o: $(filter %.c.o,$(HV_OBJ))
	@echo "  CC  $@"
	@$(CC) $(HV_CFLAGS) -flto-partition=one -nostdlib -r \
	    -flinker-output=nolto-rel $(filter %.o,$^) -o $@

HV_LINKED := $(if $(DEBUG),$(HV_OBJ),$(HV_OBJ_DIR)/whole.o $(filter %.S.o,$(HV_OBJ)))
$(HV_OBJ_DIR)/xen-splitring.elf: $(HV_LINKED) $(HV_OBJ_DIR)/link.lds
	@echo "  LD  $@"
	@$(CC) $(HV_LDFLAGS) -Wl,-T,$(HV_OBJ_DIR)/link.lds $(HV_LINKED) -o $@

# Release and debug objects live apart; what is in build/ is the last one made.
.PHONY: hv-mode
$(HV_IMAGE).mode: hv-mode
	@mkdir -p build
	@echo '$(HV_OBJ_DIR)' | cmp -s - $@ || echo '$(HV_OBJ_DIR)' >$@

$(HV_IMAGE).elf: $(HV_OBJ_DIR)/xen-splitring.elf $(HV_IMAGE).mode
	cp $< $@

$(HV_IMAGE): $(HV_IMAGE).elf
	objcopy -O binary $< $@

$(HV_IMAGE).gz: $(HV_IMAGE)
	gzip -9nc $< >$@

-include $(HV_OBJ:.o=.d)
