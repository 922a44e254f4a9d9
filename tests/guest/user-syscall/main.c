/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "user code with tables of its own makes 64-bit and int 0x80 system calls, "
    "and its faults say that they are the user's";

extern const char user_start[], user_calls[], user_flags[], user_int80[], user_fault[],
    user_kernel[], user_cli[], user_int3[], user_hlt[], user_end[];

__asm__(".pushsection .rodata\n"
        "user_start:\n"
        "user_calls:\n"
        "    mov $41, %eax\n"
        "    mov $1, %ebx; mov $2, %edx; mov $3, %r10d; mov $4, %r15d\n"
        "1:  syscall\n"
        "    cmp $100, %eax\n"
        "    jb 1b\n"
        "    ud2\n"
        "user_flags:\n"
        "    pushf; orl $0x4000, (%rsp); popf\n"
        "    syscall\n"
        "    pushf; pop %rbx\n"
        "    pushf; andl $~0x4000, (%rsp); popf\n"
        "    ud2\n"
        "user_int80:\n"
        "    mov $7, %eax\n"
        "    int $0x80\n"
        "    push %rax\n"
        "    pop %rbx\n"
        "    ud2\n"
        "user_fault:\n"
        "    mov $0xdead000, %eax\n"
        "    mov %rax, (%rax)\n"
        "user_kernel:\n"
        "    mov $0xffffffff80100000, %rax\n"
        "    mov (%rax), %rax\n"
        "user_cli:\n"
        "    cli\n"
        "user_int3:\n"
        "    int3\n"
        "user_hlt:\n"
        "    hlt\n"
        "user_end:\n"
        ".popsection");

#define NT 0x4000UL

static unsigned calls, calls80;
static struct trap_frame first;

static bool on_syscall(struct trap_frame *f)
{
    if (calls++ == 0)
        first = *f;
    f->rax++;
    return true;
}

static bool on_int80(struct trap_frame *f)
{
    calls80++;
    f->rax = 0x808080;
    return true;
}

static void check_frame(const char *what, const struct trap_caught *c,
                        unsigned vector)
{
    expect_true(c->seen, "%s: no trap", what);
    expect_eq(vector, c->frame.vector, "%s: vector", what);
    expect_eq(FLAT_USER_CS, c->frame.cs & 0xffff, "%s: CS", what);
    expect_eq(FLAT_USER_SS, c->frame.ss, "%s: SS", what);
    expect_true((c->frame.rflags & 0x200) != 0, "%s: IF is not set", what);
}

#define OFFSET(label) ((uint64_t)((label) - user_start))

static void check_calls(void)
{
    struct trap_caught c;

    calls = calls80 = 0;
    trap_on(TRAP_SYSCALL, on_syscall);
    trap_on(128, on_int80);
    user_run(&c, OFFSET(user_calls));
    check_frame("after system calls", &c, 6);
    expect_eq(59, calls, "system calls");
    expect_eq(100, c.frame.rax, "last result");
    expect_eq(41, first.rax, "RAX at the first");
    expect_eq(1, first.rbx, "RBX");
    expect_eq(2, first.rdx, "RDX");
    expect_eq(3, first.r10, "R10");
    expect_eq(4, first.r15, "R15");
    expect_eq(FLAT_USER_CS, first.cs & 0xffff, "CS");
    expect_eq(USER_STACK, first.rsp, "RSP");
    expect_eq(first.rip, first.rcx, "RCX holds RIP");
    expect_eq(4, c.frame.r15, "R15 at the end");

    calls = 0;
    user_run(&c, OFFSET(user_flags));
    check_frame("after a system call with NT", &c, 6);
    expect_eq(NT, first.rflags & NT, "NT at the call");
    expect_eq(NT, c.frame.rbx & NT, "NT after it");

    user_run(&c, OFFSET(user_int80));
    check_frame("after int 0x80", &c, 6);
    expect_eq(1, calls80, "calls by int 0x80");
    expect_eq(0x808080, c.frame.rbx, "result through the user's stack");
}

void test_main(void)
{
    struct trap_caught c;

    if (!user_init(user_start, (size_t)(user_end - user_start)))
        return;
    check_calls();
    user_run(&c, OFFSET(user_fault));
    check_frame("write to nowhere", &c, 14);
    expect_eq(0xdead000, c.cr2, "CR2");
    expect_eq(6, c.frame.error, "error code: user, write");
    user_run(&c, OFFSET(user_kernel));
    check_frame("read of the kernel", &c, 14);
    expect_eq(4, c.frame.error & ~1UL, "error code: user, read");
    user_run(&c, OFFSET(user_cli));
    check_frame("cli", &c, 13);
    user_run(&c, OFFSET(user_int3));
    check_frame("int3", &c, 3);
    user_run(&c, OFFSET(user_hlt));
    check_frame("hlt", &c, 13);
    expect_eq(0, mmuext(MMUEXT_NEW_USER_BASEPTR, 0), "no user tables");
}
