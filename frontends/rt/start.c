/* SPDX-License-Identifier: MIT */
/*
 * start.c - from the loader's hands to the tests, and the end of the machine.
 */
#include "frontends/rt/rt.h"
#include "frontends/rt/private.h"

/* Where traps from user mode start. */
static char kernel_stack[16384] __attribute__((aligned(4096)));

struct start_info *rt_start_info;
struct shared_info *rt_shared;

bool rt_is_dom0(void)
{
    return (rt_start_info->flags & SIF_INITDOMAIN) != 0;
}

/* Nobody tells a PV guest its number; a port open to ourselves shows it. */
domid_t rt_domid(void)
{
    struct evtchn_alloc_unbound un = { .dom = DOMID_SELF,
                                       .remote_dom = DOMID_SELF };
    struct evtchn_status st = { .dom = DOMID_SELF };
    struct evtchn_close cl;

    if (rt_is_dom0() || hc_event_channel_op(EVTCHNOP_alloc_unbound, &un) != 0)
        return 0;
    st.port = cl.port = un.port;
    hc_event_channel_op(EVTCHNOP_status, &st);
    hc_event_channel_op(EVTCHNOP_close, &cl);
    return st.u.unbound.dom;
}

_Noreturn void rt_shutdown(unsigned reason)
{
    struct sched_shutdown op = { .reason = reason };

    for (;;)
        hc_sched_op(SCHEDOP_shutdown, &op);
}

const char *rt_option(const char *word)
{
    const char *p = (const char *)rt_start_info->cmd_line;
    size_t n = strlen(word);

    for (; *p != '\0'; p++) {
        bool first = p == (const char *)rt_start_info->cmd_line || p[-1] == ' ';

        if (first && strncmp(p, word, n) == 0 && p[n] == '=')
            return p + n + 1;
    }
    return NULL;
}

void rt_restore(void)
{
    traps_init();
    hc_stack_switch(FLAT_KERNEL_SS,
                    (unsigned long)kernel_stack + sizeof(kernel_stack));
}

/* The machine is restarted, not halted: emulators end then when told to. */
_Noreturn void rt_start(struct start_info *si)
{
    rt_start_info = si;
    vcpu_init(NULL, 0);
    memory_init();
    console_init();
    events_init();
    rt_restore();
    tests_run();
    rt_shutdown(rt_is_dom0() ? SHUTDOWN_reboot : SHUTDOWN_poweroff);
}
