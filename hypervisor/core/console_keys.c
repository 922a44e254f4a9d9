/* SPDX-License-Identifier: MIT */
/*
 * console_keys.c - what a key does: shows state in the log, or audits it.
 *
 * Runs in an interrupt, with no lock held.
 */
#include "core/console.h"

#include "arch/power.h"
#include "arch/smp.h"
#include "core/domain.h"
#include "lib/printf.h"

static void show_domains(void)
{
    struct domain *d;
    struct vcpu *v;

    log_info("free frames %lu of %lu, system time %ld ns\n", free_frames(),
             total_frames(), time_now());
    for_each_domain(d) {
        log_info("d%u: %u frames of %u, %s%s%s\n", d->id, d->mm.tot_pages,
                 d->mm.max_pages, d->dying ? "dying " : "",
                 d->is_shut_down ? "shut down " : "",
                 d->pause_count ? "paused" : "");
        for_each_vcpu(d, v)
            log_info("  v%u on CPU %u flags %#x pause %d rip %#lx "
                     "pending %u mask %u\n", v->id, v->cpu, v->flags,
                     v->pause_count, v->pv.regs.rip,
                     v->info->evtchn_upcall_pending, v->info->evtchn_upcall_mask);
    }
}

static void show_shared(void)
{
    unsigned pinned, mapped;
    struct domain *d;

    for_each_domain(d) {
        gnttab_count(d, &pinned, &mapped);
        log_info("d%u: %u ports, %u grants in use, %u of others' mapped\n",
                 d->id, evtchn_count(d), pinned, mapped);
    }
}

static void audit(void)
{
    unsigned faults = page_audit();
    struct domain *d;

    for_each_domain(d)
        faults += gnttab_audit(d) + evtchn_audit(d);
    log_info("audit: %u faults\n", faults);
}

static void dump_cpus(void)
{
    for (unsigned cpu = 0; cpu < nr_cpus; cpu++)
        smp_nmi(cpu);
}

static void help(void);

static const struct {
    char key;
    void (*fn)(void);
    const char *what;
} keys[] = {
    { 'h', help, "this list" },
    { 'q', show_domains, "domains and their vcpus" },
    { 'r', sched_show, "who runs and waits on each CPU" },
    { 'd', dump_cpus, "registers of each CPU" },
    { 'e', show_shared, "event channels and grants in use" },
    { 'g', show_shared, "the same" },
    { 'a', audit, "checks every frame, grant and port" },
    { 'R', machine_reboot, "reboots the machine" },
};

static void help(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(keys); i++)
        log_info("key '%c': %s\n", keys[i].key, keys[i].what);
}

void console_key(char c)
{
    for (unsigned i = 0; i < ARRAY_SIZE(keys); i++) {
        if (keys[i].key == c) {
            keys[i].fn();
            return;
        }
    }
    log_info("key '%c' does nothing; 'h' lists those that do\n",
             c >= ' ' && c < 0x7f ? c : '?');
}
