/* SPDX-License-Identifier: MIT */
/*
 * iomem.c - which device memory the control domain may map, and how.
 *
 * All that is not RAM, but for what would let it go around us: the local APICs
 * and the message window, IO-APICs, and ranges registered by iomem_restrict().
 */
#include "arch/x86/acpi.h"
#include "mm/boot_mm.h"
#include "mm/page_internal.h"

#define MSG_WINDOW     0xfee00000ull
#define MSG_WINDOW_END 0xfef00000ull

static spinlock_t lock = SPINLOCK(page_alloc);
static struct { uint64_t first, last; bool readable; } restricted[128];
static unsigned nr_restricted;

bool iomem_restrict(maddr_t start, uint64_t size, bool readable)
{
    bool ok;

    spin_lock(&lock);
    ok = nr_restricted < ARRAY_SIZE(restricted);
    if (ok) {
        restricted[nr_restricted].first = PFN_DOWN(start);
        restricted[nr_restricted].last = PFN_UP(start + size) - 1;
        restricted[nr_restricted].readable = readable;
        __atomic_store_n(&nr_restricted, nr_restricted + 1, __ATOMIC_RELEASE);
    }
    spin_unlock(&lock);
    return ok;
}

int io_frame_access(mfn_t m)
{
    maddr_t a = mfn_maddr(m);
    unsigned n = __atomic_load_n(&nr_restricted, __ATOMIC_ACQUIRE);

    if (mfn_is_ram(m) || m.n >= 1ull << (cpu_features.phys_bits - PAGE_SHIFT) ||
        (a >= MSG_WINDOW && a < MSG_WINDOW_END))
        return 0;
    for (unsigned i = 0; i < acpi_info.nr_ioapics; i++)
        if (PFN_DOWN(acpi_info.ioapic[i].addr) == m.n)
            return 0;
    if (acpi_info.lapic != 0 && PFN_DOWN(acpi_info.lapic) == m.n)
        return 0;
    if (acpi_info.hpet != 0 && PFN_DOWN(acpi_info.hpet) == m.n)
        return 1;
    for (unsigned i = 0; i < n; i++)
        if (m.n >= restricted[i].first && m.n <= restricted[i].last)
            return restricted[i].readable ? 1 : 0;
    return 2;
}

bool iomem_readonly(mfn_t m)
{
    return io_frame_access(m) == 1;
}
