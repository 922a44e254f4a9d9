/* SPDX-License-Identifier: MIT */
/*
 * panic.c - the machine stops, and says why.
 *
 * The first CPU to come here speaks; one that follows halts.
 */
#include "arch/power.h"
#include "arch/smp.h"
#include "arch/upcalls.h"
#include "arch/x86/trap.h"
#include "core/console.h"
#include "lib/bug.h"
#include "lib/printf.h"
#include "machine.h"

static int panicking;

static void begin(void)
{
    if (__atomic_fetch_add(&panicking, 1, __ATOMIC_SEQ_CST) != 0)
        machine_halt();
    console_force_unlock();
    smp_stop_others();
}

static __noreturn void end(void)
{
    log_err("The machine stops here.\n");
    machine_reboot();
}

__noreturn void bug(const char *file, int line, const char *what)
{
    begin();
    log_err("%s:%d: %s\n", file, line, what);
    stack_show_here();
    end();
}

__noreturn void boot_panic(const char *fmt, ...)
{
    char text[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    begin();
    log_err("Panic on CPU %u: %s\n", this_cpu(), text);
    end();
}

__noreturn void panic_trap(const char *what, const struct cpu_user_regs *regs)
{
    begin();
    log_err("Panic on CPU %u: %s\n", this_cpu(), what);
    regs_show(regs);
    end();
}

void trace_fail(const char *file, int line, int err, const char *fmt, ...)
{
    char text[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    log_debug("%s:%d: error %d: %s\n", file, line, err, text);
}
