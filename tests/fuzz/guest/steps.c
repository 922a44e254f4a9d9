/* SPDX-License-Identifier: MIT */
/*
 * steps.c - one call after the other: which row, with which arguments, what came
 * of it; and the count of both outcomes for every row.
 */
#include "tests/fuzz/guest/fuzz.h"

#define MAX_ROWS 256
#define MULTI    6              /* entries of a multicall at most             */

static const struct row *rows[MAX_ROWS];
static unsigned nr_rows, weights;
static struct { uint64_t calls, ok; } count[MAX_ROWS];

static void add(const struct rows *family, enum where here)
{
    for (unsigned i = 0; i < family->n; i++) {
        if (!(family->row[i].where & here) || nr_rows == MAX_ROWS)
            continue;
        rows[nr_rows++] = &family->row[i];
        weights += family->row[i].weight;
    }
}

void steps_init(enum where here)
{
    add(&rows_mmu, here);
    add(&rows_memory, here);
    add(&rows_event, here);
    add(&rows_grant, here);
    add(&rows_cpu, here);
    add(&rows_vcpu, here);
    add(&rows_machine, here);
    add(&rows_control, here);
}

unsigned row_index(const struct row *row)
{
    unsigned i = 0;

    while (rows[i] != row)
        i++;
    return i;
}

const struct row *row_pick(struct step *s, bool multi)
{
    const struct row *row;

    do {
        unsigned w = below(s, weights), i = 0;

        while (w >= rows[i]->weight)
            w -= rows[i++]->weight;
        row = rows[i];
    } while (multi && row->alone);
    return row;
}

void step_draw_row(struct step *s, const struct row *row)
{
    s->row = row;
    if (row->draw != NULL)
        row->draw(s);
    else
        form_draw(s);
}

void step_draw(struct step *s, struct model *m, uint64_t seed, unsigned episode,
               unsigned n)
{
    static char *pages[NR_FUZZERS][2];
    char **page = pages[m->vcpu];

    for (unsigned i = 0; i < 2; i++)
        if (page[i] == NULL)
            page[i] = page_take();
    memset(s, 0, sizeof(*s));
    s->m = m;
    s->random = seed * 0x2545f4914f6cdd1dUL ^ (uint64_t)episode << 40 ^
                (uint64_t)m->vcpu << 36 ^ n;
    next(s);
    s->random = next(s);
    s->arg = page[0];
    s->list = page[1];
    step_draw_row(s, row_pick(s, false));
}

static void learn(struct step *s)
{
    s->ok = s->rc >= 0;
    if (s->row->learn != NULL)
        s->row->learn(s);
}

void step_run(struct step *s)
{
    if (s->skip)
        return;
    if (s->row->run != NULL)
        s->row->run(s);
    else
        s->rc = hypercall6(s->nr, s->a[0], s->a[1], s->a[2], s->a[3], s->a[4],
                           s->a[5]);
    learn(s);
}

/* What is compared: the error in the low byte, or 0, or a grant's status, which is
 * 0xf0 and up; above it what else came back, where that is the same everywhere. */
uint16_t step_result(const struct step *s)
{
    uint16_t more = s->more;

    if (s->skip)
        return 0xffff;
    if (s->rc >= 0 && s->row->value)
        more = (uint16_t)(more + s->rc);
    more = (more ^ more >> 8) & 0xff;
    return (uint16_t)(more << 8 | (s->rc < 0 ? -s->rc & 0xff : s->status & 0xff));
}

void step_print(const struct step *s, unsigned n)
{
    say("\nc %u.%u %s(%#lx %#lx %#lx %#lx) = %ld %#x%s", s->m->vcpu, n,
              s->row->name, s->a[0], s->a[1], s->a[2], s->a[3], s->rc, s->more,
              s->skip ? " skipped" : s->ok ? "" : " failed");
    for (unsigned i = 0; i < 8; i++)
        say(" %lx", ((const uint64_t *)s->arg)[i]);
    say(" list %lx %lx\n", ((const uint64_t *)s->list)[0],
              ((const uint64_t *)s->list)[1]);
}

void rows_count(const struct step *s)
{
    unsigned i = row_index(s->row);
    const struct step *in;

    if (s->skip)
        return;
    for (unsigned n = 0; (in = multicall_inner(s, n)) != NULL; n++)
        rows_count(in);
    __atomic_add_fetch(&count[i].calls, 1, __ATOMIC_RELAXED);
    if (s->ok)
        __atomic_add_fetch(&count[i].ok, 1, __ATOMIC_RELAXED);
}

void rows_add(struct rt_domain *d)
{
    for (unsigned i = 0; i < nr_rows; i++) {
        count[i].calls += load64(domain_at(d, &count[i].calls));
        count[i].ok += load64(domain_at(d, &count[i].ok));
    }
}

void rows_print(void)
{
    for (unsigned i = 0; i < nr_rows; i++)
        say("\nrow %x %s\n", i, rows[i]->name);
}

/* So far, for a run may be cut short: calls and successes; of each row, in the order
 * of rows_print(), whether one has succeeded (1), failed (2), or both (3). */
void rows_total(void)
{
    static char outcomes[MAX_ROWS + 1];
    uint64_t calls = 0, ok = 0;

    for (unsigned i = 0; i < nr_rows; i++) {
        calls += count[i].calls;
        ok += count[i].ok;
        outcomes[i] = (char)('0' + (count[i].ok != 0) +
                             2 * (count[i].calls != count[i].ok));
    }
    say("\ntotal %lu %lu\noutcomes ", calls, ok);
    say_text(outcomes, nr_rows);
    say("\n");
}

/* The table; true: enough calls succeeded. */
bool rows_report(void)
{
    uint64_t calls = 0, ok = 0;

    for (unsigned i = 0; i < nr_rows; i++) {
        say("\ncount %s %lu %lu\n", rows[i]->name, count[i].ok,
            count[i].calls - count[i].ok);
        calls += count[i].calls;
        ok += count[i].ok;
    }
    say("\ncalls %lu succeeded %lu rows %u\n", calls, ok, nr_rows);
    return ok * 100 >= calls * 30;
}

/* ---- multicall ---- */

static struct step inner[NR_FUZZERS][MULTI];
static char *inner_page[NR_FUZZERS][MULTI][2];

void multicall_draw(struct step *s)
{
    struct multicall_entry *e = (struct multicall_entry *)s->arg;
    struct step *in = inner[s->m->vcpu];
    unsigned n = 1 + below(s, MULTI);

    for (unsigned i = 0; i < n; i++) {
        char **page = inner_page[s->m->vcpu][i];

        for (unsigned j = 0; j < 2; j++)
            if (page[j] == NULL)
                page[j] = page_take();
        memset(&in[i], 0, sizeof(in[i]));
        in[i].m = s->m;
        in[i].random = next(s);
        in[i].arg = page[0];
        in[i].list = page[1];
        do {
            in[i].skip = false;
            in[i].n = 0;
            memset(in[i].k, 0, sizeof(in[i].k));
            step_draw_row(&in[i], row_pick(&in[i], true));
        } while (in[i].skip);
        e[i].op = chance(s, 97) ? in[i].nr : __HYPERVISOR_multicall;
        for (unsigned j = 0; j < 6; j++)
            e[i].args[j] = in[i].a[j];
        e[i].result = 0x5a5a5a5a;
    }
    s->n = n;
    s->nr = __HYPERVISOR_multicall;
    s->a[0] = (uint64_t)draw_pointer(s, e, 95);
    /* Xen would go on behind the end of a list: what is there must not run. */
    s->a[1] = chance(s, 97) ? n : 0;
    /* Zeroes are a list of calls that clear the trap table (R2). */
    if (s->a[0] == (uint64_t)readonly_page)
        s->a[0] = (uint64_t)UNMAPPED;
}

void multicall_learn(struct step *s)
{
    struct multicall_entry *e = (struct multicall_entry *)s->arg;
    struct step *in = inner[s->m->vcpu];

    for (unsigned i = 0; i < s->n; i++) {
        bool same = e[i].op == in[i].nr;

        in[i].skip = e[i].result == 0x5a5a5a5a;
        if (in[i].skip)
            continue;
        in[i].rc = (long)e[i].result;
        if (same)
            learn(&in[i]);
        else
            in[i].ok = in[i].rc >= 0;
    }
}

const struct step *multicall_inner(const struct step *s, unsigned i)
{
    return s->row->draw == multicall_draw && i < s->n ? &inner[s->m->vcpu][i] : NULL;
}
