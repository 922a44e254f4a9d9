/* SPDX-License-Identifier: MIT */
/*
 * time.c - system time from the TSC, its rate measured once against the PM timer
 * or the PIT; the local APIC's timer as deadline; the clock chip read once.
 *
 *   R1  All CPUs use one scale: their TSCs are taken to run in step, which smp
 *       bring-up checks.
 *   R2  The clock chip is read without waiting for its next second: whatever part
 *       of a second has passed is lost, the control domain's NTP finds it.
 */
#include "arch/time.h"

#include "arch/x86/acpi.h"
#include "arch/x86/insn.h"
#include "arch/x86/irq_private.h"
#include "lib/printf.h"
#include "sync/spinlock.h"

#define PM_HZ        3579545u
#define PIT_HZ       1193182u
#define CALIBRATE_MS 20u
#define NS_PER_SEC   1000000000ul

static uint64_t tsc_hz, lapic_hz;
static struct time_scale host;          /* of the TSC; system time 0 at its stamp */
static uint64_t wall_base_ns;           /* wall time at system time 0          */
static spinlock_t clock_lock = SPINLOCK(clock);

/* A reading of the reference counter with the TSC of the same moment. */
struct reading { uint64_t tsc; uint32_t ref, lapic; };

struct reference {
    uint32_t hz, mask;
    bool down;
    uint32_t (*read)(void);
};

static uint32_t pm_read(void)
{
    return inl(acpi_info.pm_timer) & 0xffffff;
}

static uint32_t pit_read(void)
{
    uint32_t lo;

    outb(0x43, 0x80);                   /* latch channel 2                     */
    lo = inb(0x42);
    return lo | (uint32_t)inb(0x42) << 8;
}

static void pit_start(void)
{
    outb(0x61, (uint8_t)((inb(0x61) & ~2) | 1));
    outb(0x43, 0xb4);                   /* channel 2, rate generator           */
    outb(0x42, 0);
    outb(0x42, 0);
}

/* Of several tries the one between whose two TSC readings the least passed. */
static struct reading read_both(const struct reference *ref)
{
    struct reading best = { 0, 0, 0 };
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < 8; i++) {
        uint64_t before = rdtsc();
        uint32_t count = ref->read();
        uint32_t lapic = lapic_timer_count();
        uint64_t after = rdtsc();

        if (after - before < least) {
            least = after - before;
            best = (struct reading){ before + least / 2, count, lapic };
        }
    }
    return best;
}

static uint32_t elapsed(const struct reference *ref, uint32_t from, uint32_t to)
{
    return (ref->down ? from - to : to - from) & ref->mask;
}

static void calibrate(void)
{
    static const struct reference pm = { PM_HZ, 0xffffff, false, pm_read };
    static const struct reference pit = { PIT_HZ, 0xffff, true, pit_read };
    const struct reference *ref = acpi_info.pm_timer ? &pm : &pit;
    struct reading a, b;
    uint32_t ticks, spin = 0;

    if (ref == &pit)
        pit_start();
    lapic_timer_arm(UINT32_MAX);
    a = read_both(ref);
    while (elapsed(ref, a.ref, ref->read()) < ref->hz / 1000 * CALIBRATE_MS)
        if (++spin > 10000000)
            boot_panic("the %s does not count; no clock to start from\n",
                       ref == &pm ? "ACPI PM timer" : "PIT");
    b = read_both(ref);
    lapic_timer_arm(0);
    ticks = elapsed(ref, a.ref, b.ref);
    tsc_hz = (b.tsc - a.tsc) * ref->hz / ticks;
    lapic_hz = (uint64_t)(a.lapic - b.lapic) * ref->hz / ticks;
    host.tsc_timestamp = a.tsc;
    if (tsc_hz < 1000000 || lapic_hz < 100000)
        boot_panic("TSC of %lu Hz, APIC timer of %lu Hz: not usable", tsc_hz,
                   lapic_hz);
}

/* mul / 2^32 * 2^shift is nanoseconds per tick, with mul's top bit set. */
void time_scale_of(uint64_t hz, struct time_scale *out)
{
    int shift = 0;

    while (shift > -2 && (NS_PER_SEC << (32 - shift)) / hz < (1ull << 31))
        shift--;
    while (shift < 31 && (NS_PER_SEC << (32 - shift)) / hz > UINT32_MAX)
        shift++;
    out->shift = (int8_t)shift;
    out->mul = (uint32_t)((NS_PER_SEC << (32 - shift)) / hz);
}

static uint64_t scale(uint64_t ticks)
{
    if (host.shift < 0)
        ticks >>= -host.shift;
    else
        ticks <<= host.shift;
    return (uint64_t)(((unsigned __int128)ticks * host.mul) >> 32);
}

static uint8_t cmos(uint8_t reg)
{
    outb(0x70, reg);
    return inb(0x71);
}

static unsigned from_bcd(uint8_t v)
{
    return (v >> 4) * 10u + (v & 15);
}

/* Days since 1970 of a date of the Gregorian calendar. */
static uint64_t days(unsigned y, unsigned m, unsigned d)
{
    uint64_t era, doy;

    if (m <= 2) {
        y--;
        m += 12;
    }
    era = y / 100;
    doy = (153 * (m - 3) + 2) / 5 + d - 1;
    return 365ull * y + y / 4 - era + era / 4 + doy - 719468;
}

/* R2: two equal readings outside of an update. */
static uint64_t clock_chip_read(void)
{
    uint8_t t[7] = { 0 }, again[7], b;
    unsigned v[7], year;

    for (unsigned tries = 0; tries < 1000; tries++) {
        static const uint8_t reg[6] = { 0, 2, 4, 7, 8, 9 };
        bool same = true;

        if (cmos(0x0a) & 0x80)
            continue;
        for (unsigned i = 0; i < 6; i++)
            again[i] = cmos(reg[i]);
        again[6] = acpi_info.century_register ?
                   cmos(acpi_info.century_register & 0x7f) : 0x20;
        for (unsigned i = 0; i < 7; i++) {
            same = same && again[i] == t[i];
            t[i] = again[i];
        }
        if (same && tries > 0)
            break;
    }
    b = cmos(0x0b);
    for (unsigned i = 0; i < 7; i++)
        v[i] = b & 4 ? (t[i] & (i == 2 ? 0x7f : 0xff)) :
               from_bcd(i == 2 ? t[i] & 0x7f : t[i]);
    if (!acpi_info.century_register)
        v[6] = 20;
    if (!(b & 2))                       /* 12 hours                            */
        v[2] = v[2] % 12 + (t[2] & 0x80 ? 12 : 0);
    year = v[6] * 100 + v[5];
    return (days(year, v[4], v[3]) * 24 + v[2]) * 3600 + v[1] * 60 + v[0];
}

void time_init(void)
{
    uint64_t now;

    calibrate();
    time_scale_of(tsc_hz, &host);
    spin_lock(&clock_lock);
    now = clock_chip_read() * NS_PER_SEC;
    wall_base_ns = now - (uint64_t)time_now();
    spin_unlock(&clock_lock);
    log_info("TSC %lu kHz, APIC timer %lu kHz, wall clock %lu\n", tsc_hz / 1000,
             lapic_hz / 1000, now / NS_PER_SEC);
}

/* R1 */
void time_init_cpu(unsigned cpu)
{
    if (rdtsc() < host.tsc_timestamp)
        log_warn("CPU %u: its TSC is behind that of CPU 0\n", cpu);
}

s_time_t time_now(void)
{
    return (s_time_t)scale(rdtsc() - host.tsc_timestamp);
}

void time_scale_get(struct time_scale *out)
{
    *out = host;
}

uint32_t time_tsc_khz(void)
{
    return (uint32_t)(tsc_hz / 1000);
}

void time_wallclock_base(uint64_t *sec, uint32_t *nsec)
{
    spin_lock(&clock_lock);
    *sec = wall_base_ns / NS_PER_SEC;
    *nsec = (uint32_t)(wall_base_ns % NS_PER_SEC);
    spin_unlock(&clock_lock);
}

void time_wallclock_set(uint64_t sec, uint32_t nsec, uint64_t system_time)
{
    spin_lock(&clock_lock);
    wall_base_ns = sec * NS_PER_SEC + nsec - system_time;
    spin_unlock(&clock_lock);
}

void time_arm(s_time_t deadline)
{
    s_time_t left;
    uint64_t count;

    if (deadline == TIME_NEVER) {
        lapic_timer_arm(0);
        return;
    }
    left = MIN(MAX(deadline - time_now(), (s_time_t)0), SECONDS(4));    /* may be early */
    count = (uint64_t)left * (lapic_hz / 1000) / 1000000 + 1;
    lapic_timer_arm((uint32_t)MIN(count, (uint64_t)UINT32_MAX));
}

/* Before calibration (a panic early in boot): a port access takes about 1 us. */
void time_udelay(unsigned us)
{
    s_time_t end = time_now() + MICROSECS(us);

    if (tsc_hz == 0)
        for (unsigned i = 0; i < us; i++)
            outb(0x80, 0);
    while (tsc_hz != 0 && time_now() < end)
        cpu_relax();
}
