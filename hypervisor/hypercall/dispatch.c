/* SPDX-License-Identifier: MIT */
/*
 * dispatch.c - from the SYSCALL of a guest kernel to the handler, and back.
 *
 *   R1  The number is in rax, arguments in rdi, rsi, rdx, r10, r8, r9; the answer
 *       goes to rax. No other register changes but rcx and r11 (SYSCALL's own).
 *   R2  A handler that resumes later leaves rax alone: rip goes back over the
 *       SYSCALL and the argument registers are as the handler left them.
 */
#include "core/trace.h"
#include "hypercall/hypercall.h"
#include "pv/asm_offsets.h"

enum who { ANY, CONTROL };

static const struct hypercall {
    hc_fn *fn;
    enum who who;
} table[ROW_BEFORE_SUBS + 1] = {
#define HANDLER(name, who) [__HYPERVISOR_##name] = { hc_##name, who },
    CALLS(HANDLER, HC_NOTHING)
};

/* Which arguments of a call, by bit, its record tells. */
static const uint8_t told[ROW_BEFORE_SUBS + 1] = {
    [__HYPERVISOR_mmu_update] = 2, [__HYPERVISOR_multicall] = 2,
    [__HYPERVISOR_grant_table_op] = 5, [__HYPERVISOR_vcpu_op] = 3,
    [__HYPERVISOR_mmuext_op] = 2, [__HYPERVISOR_sched_op] = 1,
};

static inline __attribute__((always_inline)) long
call_known(struct vcpu *cur, struct hc_args *in, uint64_t nr)
{
    const struct hypercall *h = &table[nr];

    if (unlikely(!h->fn))
        return hc_refuse((unsigned)nr, 0);
    if (unlikely(h->who == CONTROL && !cur->d->is_control))
        return -EPERM;
    cur->calls[nr]++;
    return h->fn(cur, in);
}

static __attribute__((cold, noinline)) long
call_traced(struct vcpu *cur, struct hc_args *in, uint64_t nr, uint32_t event)
{
    uint32_t words[4] = { (uint32_t)nr };
    unsigned n = 1;

    if (nr >= ARRAY_SIZE(table))
        return -ENOSYS;
    for (unsigned i = 0; i < 3; i++)
        if (told[nr] >> i & 1) {
            words[0] |= TRC_PV_HYPERCALL_V2_ARG_32(i);
            words[n++] = (uint32_t)in->a[i];
        }
    TRACE(event, n, TRACE_PAIR(words[0], words[1]), words[2], 0);
    return call_known(cur, in, nr);
}

static inline __attribute__((always_inline)) long
call(struct vcpu *cur, struct hc_args *in, uint64_t nr, uint32_t event)
{
    _Static_assert(ARRAY_SIZE(table) == TRACE_QUIET, "one comparison");
    if (unlikely(nr >= trace_quiet))
        return call_traced(cur, in, nr, event);
    return call_known(cur, in, nr);
}

long hc_resume_later(struct hc_args *in)
{
    in->again = true;
    return 0;
}

int hc_target_get(struct vcpu *cur, domid_t id, struct domain **out)
{
    struct domain *d = domain_get(id);

    if (!d)
        return fail(ESRCH, "no domain %u", id);
    if (d != cur->d && !cur->d->is_control) {
        domain_put(d);
        return fail(EPERM, "d%u names d%u", cur->d->id, id);
    }
    *out = d;
    return 0;
}

/* Entry.S has put the arguments together and takes the answer to rax. */
_Static_assert(offsetof(struct hc_args, again) == HC_ARGS_EXIT &&
               offsetof(struct hc_args, new_frame) == HC_ARGS_EXIT + 1 &&
               sizeof(struct hc_args) == HC_ARGS_SIZE, "asm");
long pv_hypercall(struct vcpu *cur, struct hc_args *in, uint64_t nr);
long pv_hypercall(struct vcpu *cur, struct hc_args *in, uint64_t nr)
{
    return call(cur, in, nr, TRC_PV_HYPERCALL_V2);
}

void pv_hypercall_again(const struct hc_args *in);
void pv_hypercall_again(const struct hc_args *in)
{
    struct cpu_user_regs *regs = guest_regs();

    regs->rdi = in->a[0];                                       /* R2 */
    regs->rsi = in->a[1];
    regs->rdx = in->a[2];
    regs->r10 = in->a[3];
    regs->r8 = in->a[4];
    regs->r9 = in->a[5];
    regs->rip -= 2;
}

/* A struct multicall_entry whose arguments are what a handler gets. */
struct entry {
    uint64_t op, result;
    struct hc_args in;
};
_Static_assert(offsetof(struct entry, op) == offsetof(struct multicall_entry, op) &&
               offsetof(struct entry, result) ==
               offsetof(struct multicall_entry, result) &&
               offsetof(struct entry, in.a) == offsetof(struct multicall_entry, args) &&
               offsetof(struct entry, in.again) == sizeof(struct multicall_entry),
               "the ABI's entry, and more");

long hc_multicall(struct vcpu *cur, struct hc_args *in)
{
    vaddr_t list = in->a[0];
    uint64_t count = (uint32_t)in->a[1];
    const size_t size = sizeof(struct multicall_entry);
    struct entry e;

    if (!guest_range_ok(list, count, size))
        return fail(EFAULT, "multicall list %#lx of %lu", list, count);
    e.in.again = e.in.new_frame = false;
    for (; count; count--, list += size) {
        if (guest_read(&e, list, size))
            return fail(EFAULT, "multicall entry at %#lx", list);
        /* Neither may change under the list that is being worked on. */
        if (e.op == __HYPERVISOR_multicall || e.op == __HYPERVISOR_iret)
            e.result = (uint64_t)-EINVAL;
        else
            e.result = (uint64_t)call(cur, &e.in, e.op, TRC_PV_HYPERCALL_SUBCALL);
        if (e.in.again ? guest_write(list, &e, size) :
            guest_write(list + offsetof(struct entry, result), &e.result,
                        sizeof(e.result)))
            return fail(EFAULT, "multicall result at %#lx", list);
        if (e.in.again || (count % BATCH(8) == 0 && count > 1 && hc_should_yield())) {
            in->a[0] = e.in.again ? list : list + size;
            in->a[1] = e.in.again ? count : count - 1;
            return hc_resume_later(in);
        }
    }
    return 0;
}
