# SPDX-License-Identifier: MIT
#
# The images: the control domain, the quick guest, the full Debian guest. Each is
# made by a script from Debian's packages; CACHE keeps those.

DEMO_BINS := build/bin/freepages

# Of another kernel than Debian's current one (KERNEL_SERIES=6.12) what has modules in it.
KERNELS := build/images/$(addsuffix /,$(KERNEL_SERIES))
IMAGES := $(KERNELS)dom0.cpio build/images/tools.cpio build/images/demo.cpio \
    $(KERNELS)guest.cpio build/images/quick.disk
images: $(IMAGES) build/images/debian.cpio build/images/bench.cpio build/images/debian.disk

build/bin/freepages: images/dom0/freepages.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -MMD -MP -o $@ $< -lxencall
-include build/bin/freepages.d

$(KERNELS)dom0.cpio: images/dom0.sh images/lib.sh $(wildcard images/dom0/*)
	images/dom0.sh base $@
build/images/tools.cpio: $(TOOLS_BINS) images/dom0.sh images/lib.sh
	images/dom0.sh tools $@ $(TOOLS_BINS)
build/images/demo.cpio: $(DEMO_BINS) images/dom0.sh images/lib.sh
	images/dom0.sh tools $@ $(DEMO_BINS)
build/images/debian.cpio: images/dom0.sh images/lib.sh
	images/dom0.sh debian $@
build/images/bench.cpio: images/dom0.sh images/lib.sh
	images/dom0.sh bench $@
$(KERNELS)guest.cpio: images/guest.sh images/lib.sh images/guest/initrd-init
	images/guest.sh initrd $@
build/images/quick.disk: images/guest.sh images/lib.sh $(wildcard images/guest/*)
	images/guest.sh disk $@
build/images/debian.disk: images/guest.sh images/lib.sh $(wildcard images/guest/debian*)
	images/guest.sh debian $@
