/* SPDX-License-Identifier: MIT */
/*
 * time.c - the clocks a guest reads from shared pages.
 *
 *   R1  A version is odd while the fields behind it are being written.
 */
#include "arch/time.h"
#include "pv/pv.h"
#include "sync/spinlock.h"

/* The guest named the place; if it is gone, that is its loss. */
void pv_time_area_update(struct vcpu *v)
{
    struct vcpu_time_info copy = v->info->time;

    if (v->time_area && v->pv.in_kernel &&
        guest_write(v->time_area, &copy, sizeof(copy)))
        v->time_area = 0;
}

void pv_time_update(struct vcpu *v)
{
    struct vcpu_time_info *t = &v->info->time;
    struct time_scale s;
    uint32_t version;

    pv_tsc_scale(v->d, &s);
    if (t->tsc_timestamp == s.tsc_timestamp && t->system_time == s.system_time &&
        t->tsc_to_system_mul == s.mul && t->tsc_shift == s.shift)
        return;
    version = (t->version | 1) + (t->version & 1 ? 2 : 0);
    WRITE_ONCE(t->version, version);                            /* R1 */
    smp_wmb();
    t->tsc_timestamp = s.tsc_timestamp;
    t->system_time = s.system_time;
    t->tsc_to_system_mul = s.mul;
    t->tsc_shift = s.shift;
    smp_wmb();
    WRITE_ONCE(t->version, version + 1);
    pv_time_area_update(v);
}

static int runstate_write(struct vcpu *v)
{
    struct vcpu_runstate_info info = {
        .state = v->runstate,
        .state_entry_time = (uint64_t)v->runstate_since,
    };
    vaddr_t entry = v->runstate_area +
                    offsetof(struct vcpu_runstate_info, state_entry_time);
    bool flag = v->d->vm_assist >> VMASST_TYPE_runstate_update_flag & 1;

    memcpy(info.time, v->runstate_time, sizeof(info.time));
    if (flag) {
        info.state_entry_time |= XEN_RUNSTATE_UPDATE;
        if (guest_write(entry, &info.state_entry_time, 8))
            return -EFAULT;
        smp_wmb();
    }
    if (guest_write(v->runstate_area, &info, sizeof(info)))
        return -EFAULT;
    if (flag) {
        smp_wmb();
        info.state_entry_time &= ~XEN_RUNSTATE_UPDATE;
        if (guest_write(entry, &info.state_entry_time, 8))
            return -EFAULT;
    }
    return 0;
}

void pv_runstate_update(struct vcpu *v)
{
    if (!v->runstate_area)
        return;
    /* The area is in kernel memory, which the user root does not have. */
    v->pv.runstate_stale = !v->pv.in_kernel || runstate_write(v);
}

/* One at a time: two with the same version would hide each other's writes. R1 */
void pv_wallclock_update(struct domain *d)
{
    static spinlock_t lock = SPINLOCK(wallclock);
    struct shared_info *s = d->shared;
    uint32_t nsec, version;
    uint64_t sec;

    spin_lock(&lock);
    version = s->wc_version | 1;
    time_wallclock_base(&sec, &nsec);
    sec += (uint64_t)d->time_offset_seconds;
    WRITE_ONCE(s->wc_version, version);                         /* R1 */
    smp_wmb();
    s->wc_sec = (uint32_t)sec;
    s->wc_sec_hi = (uint32_t)(sec >> 32);
    s->wc_nsec = nsec;
    smp_wmb();
    WRITE_ONCE(s->wc_version, version + 1);
    spin_unlock(&lock);
}
