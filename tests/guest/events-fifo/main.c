/* SPDX-License-Identifier: MIT */
/* covers use: event_channel_op.init_control event_channel_op.expand_array */
/* covers use: event_channel_op.set_priority event_channel_op.reset */
/* covers abuse: event_channel_op.init_control event_channel_op.expand_array */
/* covers abuse: event_channel_op.set_priority */
#include "frontends/rt/rt.h"

const char test_title[] =
    "FIFO event channels: ports queue in the order they were sent, by priority, "
    "none is lost by masking or moving, there are more than 4096, and a reset "
    "returns to two levels";

#define PENDING (1u << EVTCHN_FIFO_PENDING)
#define MASKED  (1u << EVTCHN_FIFO_MASKED)
#define LINKED  (1u << EVTCHN_FIFO_LINKED)
#define WORDS   (PAGE_SIZE / sizeof(event_word_t))
#define MANY    5000u

static struct evtchn_fifo_control_block *block;
static event_word_t *array[MANY / WORDS + 1];
static uint32_t local_head[EVTCHN_FIFO_MAX_QUEUES];

static event_word_t *word(evtchn_port_t port)
{
    return &array[port / WORDS][port % WORDS];
}

static long expand(unsigned n)
{
    struct evtchn_expand_array op;

    if (array[n] == NULL)
        array[n] = page_alloc();
    op.array_gfn = va_to_mfn(array[n]);
    return hc_event_channel_op(EVTCHNOP_expand_array, &op);
}

static long init_control(uint64_t gfn, uint32_t offset, uint32_t vcpu)
{
    struct evtchn_init_control op = { .control_gfn = gfn, .offset = offset,
                                      .vcpu = vcpu };
    long rc = hc_event_channel_op(EVTCHNOP_init_control, &op);

    if (rc == 0)
        expect_eq(EVTCHN_FIFO_LINK_BITS, op.link_bits, "link bits");
    return rc;
}

static long priority(evtchn_port_t port, uint32_t prio)
{
    struct evtchn_set_priority op = { .port = port, .priority = prio };

    return hc_event_channel_op(EVTCHNOP_set_priority, &op);
}

static evtchn_port_t bind_ipi(void)
{
    struct evtchn_bind_ipi op = { .vcpu = 0 };

    expect_eq(0, hc_event_channel_op(EVTCHNOP_bind_ipi, &op), "bind_ipi");
    return op.port;
}

static void send(evtchn_port_t port)
{
    struct evtchn_send op = { .port = port };

    expect_eq(0, hc_event_channel_op(EVTCHNOP_send, &op), "send %u", port);
}

/* The next port in the queue of prio, as a guest takes it; 0: empty. */
static evtchn_port_t take(unsigned prio)
{
    evtchn_port_t port = local_head[prio];
    event_word_t was;

    if (port == 0) {
        if (!(__atomic_fetch_and(&block->ready, ~(1u << prio),
                                 __ATOMIC_SEQ_CST) & 1u << prio))
            return 0;
        port = __atomic_load_n(&block->head[prio], __ATOMIC_SEQ_CST);
    }
    was = __atomic_fetch_and(word(port), ~(LINKED | EVTCHN_FIFO_LINK_MASK |
                                           PENDING), __ATOMIC_SEQ_CST);
    expect_true(was & LINKED, "port %u was linked", port);
    expect_true(was & PENDING, "port %u was pending", port);
    local_head[prio] = was & EVTCHN_FIFO_LINK_MASK;
    return port;
}

static void abuse(void)
{
    uint64_t gfn = va_to_mfn(block);

    expect_eq(-XEN_EOPNOTSUPP, expand(0), "an array before a control block");
    expect_eq(-XEN_ENOSYS, priority(1, 3), "a priority with two levels");
    expect_eq(-XEN_EINVAL, init_control(gfn, 4, 0), "a crooked offset");
    expect_eq(-XEN_EINVAL, init_control(gfn, PAGE_SIZE - 64, 0),
              "a block across the page's end");
    expect_eq(-XEN_ENOENT, init_control(gfn, 0, 4096), "no such vcpu");
    expect_eq(-XEN_EINVAL, init_control(~0ul >> 12, 0, 0), "a wild frame");
    expect_eq(-XEN_EINVAL,
              init_control(PTE_MFN(*pte_of(block, 2)), 0, 0), "a page table");
}

static void order(evtchn_port_t a, evtchn_port_t b, evtchn_port_t c)
{
    send(a);                        /* it has no word yet */
    expect_eq(0, block->ready, "ready before the array is there");
    expect_eq(0, expand(0), "expand");
    send(b);
    send(b);
    send(c);
    expect_eq(1u << EVTCHN_FIFO_PRIORITY_DEFAULT, block->ready, "ready");
    expect_true(vcpu_info_self()->evtchn_upcall_pending, "an upcall is due");
    expect_eq(a, take(7), "first");
    expect_eq(b, take(7), "second");
    expect_eq(c, take(7), "third");
    expect_eq(0, take(7), "nothing more");
}

static void masks_and_moves(evtchn_port_t a, evtchn_port_t b, evtchn_port_t c)
{
    struct evtchn_unmask un = { .port = a };

    __atomic_or_fetch(word(a), MASKED, __ATOMIC_SEQ_CST);
    send(a);
    expect_eq(PENDING | MASKED, *word(a), "word of a masked port");
    expect_eq(0, hc_event_channel_op(EVTCHNOP_unmask, &un), "unmask");
    expect_eq(a, take(7), "an unmasked port");

    expect_eq(-XEN_EINVAL, priority(a, EVTCHN_FIFO_PRIORITY_MIN + 1),
              "no such priority");
    expect_eq(-XEN_EINVAL, priority(1u << 20, 3), "no such port");
    send(a);
    expect_eq(0, priority(a, 2), "priority while queued");
    send(a);
    send(b);
    expect_eq(a, take(7), "it stays where it was queued");
    send(a);
    expect_eq(1u << 2, block->ready, "ready of the new priority");
    expect_eq(b, take(7), "b");
    expect_eq(0, take(7), "the old queue is empty");
    send(c);
    expect_eq(c, take(7), "the old queue, whose tail has moved on");
    expect_eq(a, take(2), "a by its new priority");
    expect_eq(0, take(2), "a once");
}

static void many(void)
{
    struct evtchn_alloc_unbound un = { .dom = DOMID_SELF,
                                       .remote_dom = DOMID_SELF };
    evtchn_port_t last;
    unsigned i;

    for (i = 1; i < sizeof(array) / sizeof(array[0]); i++)
        expect_eq(0, expand(i), "array page %u", i);
    do {
        if (hc_event_channel_op(EVTCHNOP_alloc_unbound, &un) != 0)
            break;
    } while (un.port < MANY - 2);
    last = bind_ipi();
    expect_true(last > EVTCHN_2L_NR_CHANNELS, "port %u", last);
    send(last);
    expect_eq(last, take(7), "a high port");
}

void test_main(void)
{
    struct evtchn_reset reset = { .dom = DOMID_SELF };
    evtchn_port_t a, b, c, port;

    events_disable();
    block = page_alloc();
    abuse();
    if (rt_console_needs_port()) {
        events_enable();
        return;                     /* the way back is a reset                */
    }
    expect_eq(0, init_control(va_to_mfn(block), 0, 0), "init_control");
    expect_eq(-XEN_EINVAL, init_control(va_to_mfn(block), 0, 0), "a second");
    a = bind_ipi();
    b = bind_ipi();
    c = bind_ipi();
    order(a, b, c);
    masks_and_moves(a, b, c);
    if (rt_is_dom0())
        many();
    expect_eq(0, hc_event_channel_op(EVTCHNOP_reset, &reset), "reset");
    expect_eq(-XEN_EOPNOTSUPP, expand(0), "an array after the reset");
    port = bind_ipi();
    send(port);
    expect_true(event_pending(port), "two levels again");
    event_clear(port);
    events_enable();
}
