/* SPDX-License-Identifier: MIT */
/* console_io.c - HYPERVISOR_console_io: the control domain at the serial line. */
#include "core/console.h"
#include "hypercall/hypercall.h"

#define CHUNK BATCH(256u)

static long op_write(struct hc_args *in)
{
    char buf[CHUNK];
    uint32_t count = (uint32_t)in->a[1];
    vaddr_t from = in->a[2];

    while (count) {
        uint32_t n = MIN(count, CHUNK);

        if (guest_read(buf, from, n))
            return fail(EFAULT, "console text at %#lx", from);
        console_write(buf, n);
        count -= n;
        from += n;
        if (count && hc_should_yield()) {
            in->a[1] = count;
            in->a[2] = from;
            return hc_resume_later(in);
        }
    }
    return 0;
}

static long op_read(const struct hc_args *in)
{
    char buf[CHUNK];
    size_t n = console_read(buf, MIN((uint32_t)in->a[1], CHUNK));

    if (guest_write(in->a[2], buf, n))
        return fail(EFAULT, "console buffer at %#lx", in->a[2]);
    return (long)n;
}

#define DO(name, out) return op_##name(in)

long hc_console_io(struct vcpu *cur, struct hc_args *in)
{
    if (!cur->d->is_control && !cur->d->console_io)
        return -EPERM;
    HC_CASES(console_io, (uint32_t)in->a[0])
}
