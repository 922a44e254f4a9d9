/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"
#include "public/callback.h"

const char test_title[] =
    "32-bit user code runs, calls by int 0x80 and by SYSCALL, and gets its own "
    "faults";

extern const char c32_start[], c32_syscall[], c32_fault[], c32_end[];

__asm__(".pushsection .rodata\n"
        ".code32\n"
        "c32_start:\n"
        "    mov $5, %eax\n"
        "    mov $0x11111111, %ebx\n"
        "    int $0x80\n"
        "    push %eax\n"
        "    pop %ecx\n"
        "    ud2\n"
        "c32_syscall:\n"
        "    mov $6, %eax\n"
        "    mov $0x22222222, %ebx\n"
        "    syscall\n"
        "    ud2\n"
        "c32_fault:\n"
        "    mov $0xdead0000, %eax\n"
        "    mov (%eax), %eax\n"
        "c32_end:\n"
        ".code64\n"
        ".popsection");

static unsigned calls80, calls32;
static struct trap_frame seen;

static bool on_int80(struct trap_frame *f)
{
    calls80++;
    seen = *f;
    f->rax = 0x808080;
    return true;
}

static bool on_syscall(struct trap_frame *f)
{
    calls32++;
    seen = *f;
    f->rax = 0x323232;
    return true;
}

struct entry {
    uint64_t offset;
};

static void enter(void *arg)
{
    struct trap_frame f = {
        .rip = USER_CODE + ((struct entry *)arg)->offset,
        .cs = FLAT_USER_CS32, .ss = FLAT_USER_SS32, .rsp = USER_STACK,
        .rflags = 0x200,
    };

    rt_frame_load(&f);
}

static void run(struct trap_caught *c, const char *at)
{
    struct entry e = { (uint64_t)(at - c32_start) };

    trap_run(c, enter, &e);
}

void rt_syscall_entry(void);

static bool syscall_here(void)
{
    uint32_t r[4];

    /* Intel's processors have SYSCALL in 64-bit mode alone. */
    cpuid(0, 0, r);
    return r[1] == 0x68747541;      /* "Auth"enticAMD */
}

void test_main(void)
{
    struct callback_register cb = { .type = CALLBACKTYPE_syscall32 };
    struct trap_caught c;

    if (!user_init(c32_start, (size_t)(c32_end - c32_start)))
        return;
    calls80 = calls32 = 0;
    trap_on(128, on_int80);
    trap_on(TRAP_SYSCALL, on_syscall);
    run(&c, c32_start);
    expect_eq(6, c.frame.vector, "vector of the end");
    expect_eq(1, calls80, "calls by int 0x80");
    expect_eq(FLAT_USER_CS32, seen.cs & 0xffff, "CS of the call");
    expect_eq(5, (uint32_t)seen.rax, "EAX of the call");
    expect_eq(0x808080, (uint32_t)c.frame.rcx, "result through the stack");
    expect_eq(0x11111111, (uint32_t)c.frame.rbx, "EBX after the call");

    cb.address = (xen_callback_t)rt_syscall_entry;
    expect_eq(0, hc_callback_op(CALLBACKOP_register, &cb), "syscall32");
    if (syscall_here()) {
        run(&c, c32_syscall);
        expect_eq(6, c.frame.vector, "vector of the end");
        expect_eq(1, calls32, "calls by SYSCALL");
        expect_eq(FLAT_USER_CS32, seen.cs & 0xffff, "CS of the call");
        expect_eq(0x323232, (uint32_t)c.frame.rax, "its result");
        expect_eq(0x22222222, (uint32_t)c.frame.rbx, "EBX after the call");
    }
    run(&c, c32_fault);
    expect_eq(14, c.frame.vector, "vector of a fault");
    expect_eq(0xdead0000, c.cr2, "CR2");
    expect_eq(FLAT_USER_CS32, c.frame.cs & 0xffff, "CS of a fault");
    mmuext(MMUEXT_NEW_USER_BASEPTR, 0);
}
