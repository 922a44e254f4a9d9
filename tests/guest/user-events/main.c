/* SPDX-License-Identifier: MIT */
#include "frontends/rt/rt.h"

const char test_title[] =
    "events interrupt a spinning user program, which goes on with its registers";

extern const char spin_start[], spin_end[];

__asm__(".pushsection .rodata\n"
        "spin_start:\n"
        "    mov $0x1234567, %r12d\n"
        "    mov $0x7654321, %ecx\n"
        "    xor %ebx, %ebx\n"
        "    push %rbx\n"
        "1:  inc %rbx\n"
        "    rdtsc\n"
        "    cmp $0x1234567, %r12d\n"
        "    jne 2f\n"
        "    cmp $0x7654321, %ecx\n"
        "    jne 2f\n"
        "    mov $0x60000000, %eax\n"
        "    cmp %rax, %rbx\n"
        "    jb 1b\n"
        "2:  ud2\n"
        "spin_end:\n"
        ".popsection");

static unsigned hits;

static void on_timer(unsigned port)
{
    (void)port;
    if (++hits < 5)
        hc_set_timer_op(time_ns() + 5000000);
    else if (hits == 5)             /* a vcpu's periodic timer may tick on */
        __asm__ volatile("ud2");    /* leaves user_run() from the handler */
}

void test_main(void)
{
    struct evtchn_bind_virq bind = { .virq = VIRQ_TIMER, .vcpu = 0 };
    struct evtchn_close cl;
    struct trap_caught c;

    if (!user_init(spin_start, (size_t)(spin_end - spin_start)))
        return;
    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_virq, &bind), "bind_virq");
    hits = 0;
    event_on(bind.port, on_timer);
    hc_set_timer_op(time_ns() + 5000000);
    user_run(&c, 0);
    expect_eq(6, c.frame.vector, "vector of the end");
    expect_eq(FLAT_KERNEL_CS & ~3, c.frame.cs & 0xffff,
              "the end came from the handler, not from a changed register");
    expect_eq(5, hits, "events");
    events_enable();
    event_on(bind.port, NULL);
    cl.port = bind.port;
    hc_event_channel_op(EVTCHNOP_close, &cl);
    mmuext(MMUEXT_NEW_USER_BASEPTR, 0);
}
