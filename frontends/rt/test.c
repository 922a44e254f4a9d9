/* SPDX-License-Identifier: MIT */
/*
 * test.c - runs the tests that the command line names (`tests=a:b`, or all, or
 * all after `after=c`), one after the other, each between a line `test NAME` and its verdict:
 *
 *   pass NAME
 *   fail NAME: the first expectation that failed
 *
 * Tests called crash-* and tick-* end the domain or never end: they run only when
 * they are named. With `as=guests` each runs in a guest (guests.c). After a test
 * of the control domain its hypervisor is audited. The last line is
 * `N passed, N failed`.
 */
#include "frontends/rt/rt.h"
#include "frontends/rt/private.h"

static struct {
    const struct rt_test *test;
    unsigned checks, bad;
    char first[256];
    struct rt_jump end;
} now;

void expect_at(const char *file, int line, bool ok, const char *fmt, ...)
{
    char text[256];
    va_list ap;

    __atomic_add_fetch(&now.checks, 1, __ATOMIC_SEQ_CST);
    if (ok)
        return;
    va_start(ap, fmt);
    rt_vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    rt_printf("  %s:%d: %s\n", file, line, text);
    if (__atomic_fetch_add(&now.bad, 1, __ATOMIC_SEQ_CST) == 0)
        memcpy(now.first, text, sizeof(text));
}

static void frame_print(const struct trap_frame *f, uint64_t cr2)
{
    rt_printf("  vector %lu error %#lx rip %#lx cs %#lx rflags %#lx rsp %#lx "
              "ss %#lx cr2 %#lx\n", f->vector, f->error, f->rip, f->cs,
              f->rflags, f->rsp, f->ss, cr2);
    rt_printf("  rax %#lx rbx %#lx rcx %#lx rdx %#lx rsi %#lx rdi %#lx "
              "rbp %#lx\n", f->rax, f->rbx, f->rcx, f->rdx, f->rsi, f->rdi,
              f->rbp);
}

_Noreturn void test_abandon(const char *why, const struct trap_frame *f,
                            uint64_t cr2)
{
    if (f != NULL) {
        frame_print(f, cr2);
        expect_true(false, "unexpected %s %lu at %#lx", why, f->vector, f->rip);
    } else {
        expect_true(false, "%s", why);
    }
    if (now.test == NULL || vcpu_self() != 0)
        rt_shutdown(SHUTDOWN_crash);
    rt_longjmp(&now.end, 1);
}

static bool tests_as_guests(void)
{
    const char *as = rt_option("as");

    return as != NULL && strncmp(as, "guests", 6) == 0;
}

/* Those behind `after=NAME`, which has been run. */
static bool test_is_left(const char *name)
{
    static bool reached;
    const char *after = rt_option("after");
    size_t n = strlen(name);
    bool left = after == NULL || reached;

    if (after != NULL && strncmp(after, name, n) == 0 &&
        (after[n] == ' ' || after[n] == '\0'))
        reached = true;
    return left;
}

static bool test_wanted(const char *name)
{
    const char *p = rt_option("tests");
    size_t n = strlen(name);

    if (p == NULL)
        return test_is_left(name) && strncmp(name, "tick-", 5) != 0 &&
               ((strncmp(name, "crash-", 6) != 0 && strncmp(name, "cpu-", 4) != 0) ||
                tests_as_guests());
    while (*p != '\0' && *p != ' ') {
        if (strncmp(p, name, n) == 0 &&
            (p[n] == ':' || p[n] == ' ' || p[n] == '\0'))
            return true;
        while (*p != '\0' && *p != ' ' && *p++ != ':')
            continue;
    }
    return false;
}

bool test_run(const struct rt_test *t)
{
    now.test = t;
    now.checks = 0;
    now.bad = 0;
    traps_reset();
    events_reset();
    rt_vcpu_self()->catch = NULL;
    events_enable();
    rt_printf("test %s: %s\n", t->name, t->title);
    if (rt_setjmp(&now.end) == 0)
        t->main();
    if (now.checks == 0)
        expect_true(false, "nothing was checked");
    if (rt_is_dom0())
        expect_true(audit_is_clean(), "a count is wrong: see the log");
    if (now.bad == 0)
        rt_printf("pass %s\n", t->name);
    else
        rt_printf("fail %s: %s (%u of %u checks)\n", t->name, now.first,
                  now.bad, now.checks);
    now.test = NULL;
    return now.bad == 0;
}

int tests_run(void)
{
    bool as_guests = tests_as_guests();
    unsigned passed = 0, failed = 0;

    for (unsigned i = 0; i < rt_test_count; i++) {
        if (!test_wanted(rt_tests[i].name))
            continue;
        if (as_guests ? guest_run(i) : test_run(&rt_tests[i]))
            passed++;
        else
            failed++;
    }
    rt_printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
