/* SPDX-License-Identifier: MIT */
/*
 * print.c - formatted text to the console: by CONSOLEIO_write as the control
 * domain, over the console ring as a guest. Knows %s %c %d %u %x %p %%, with
 * l and ll, a width, 0 and #.
 */
#include "frontends/rt/rt.h"
#include "frontends/rt/private.h"
#include "public/io/console.h"

struct out {
    char *at, *end;
    size_t total;
};

static void out_char(struct out *o, char c)
{
    if (o->at < o->end)
        *o->at++ = c;
    o->total++;
}

struct spec {
    bool zero, alt;
    int width, longs;
};

static void out_number(struct out *o, uint64_t v, unsigned base, bool minus,
                       const struct spec *s)
{
    char digits[24];
    int n = 0, len;

    do {
        digits[n++] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v != 0);
    len = n + minus + (s->alt ? 2 : 0);
    if (!s->zero) {
        for (; len < s->width; len++)
            out_char(o, ' ');
    }
    if (minus)
        out_char(o, '-');
    if (s->alt) {
        out_char(o, '0');
        out_char(o, 'x');
    }
    for (; len < s->width; len++)
        out_char(o, '0');
    while (n > 0)
        out_char(o, digits[--n]);
}

static const char *spec_read(const char *p, struct spec *s)
{
    *s = (struct spec){ 0 };
    for (;; p++) {
        if (*p == '0')
            s->zero = true;
        else if (*p == '#')
            s->alt = true;
        else
            break;
    }
    for (; *p >= '0' && *p <= '9'; p++)
        s->width = s->width * 10 + (*p - '0');
    for (; *p == 'l' || *p == 'z'; p++)
        s->longs++;
    return p;
}

static void out_spec(struct out *o, char c, struct spec *s, va_list *ap)
{
    const char *str;
    int64_t d;

    switch (c) {
    case 's':
        str = va_arg(*ap, const char *);
        for (int i = (int)strlen(str); i < s->width; i++)
            out_char(o, ' ');
        for (; *str != '\0'; str++)
            out_char(o, *str);
        break;
    case 'c':
        out_char(o, (char)va_arg(*ap, int));
        break;
    case 'd':
        d = s->longs ? va_arg(*ap, int64_t) : va_arg(*ap, int);
        out_number(o, d < 0 ? -(uint64_t)d : (uint64_t)d, 10, d < 0, s);
        break;
    case 'p':
        s->alt = true;
        s->longs = 1;
        /* fall through */
    case 'x':
    case 'u':
        out_number(o, s->longs ? va_arg(*ap, uint64_t) : va_arg(*ap, unsigned),
                   c == 'u' ? 10 : 16, false, s);
        break;
    default:
        out_char(o, c);
    }
}

int rt_vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
    struct out o = { buf, buf + (size > 0 ? size - 1 : 0), 0 };
    struct spec s;
    va_list ap;

    va_copy(ap, args);
    for (; *fmt != '\0'; fmt++) {
        if (*fmt != '%') {
            out_char(&o, *fmt);
            continue;
        }
        fmt = spec_read(fmt + 1, &s);
        if (*fmt == '\0')
            break;
        out_spec(&o, *fmt, &s, &ap);
    }
    va_end(ap);
    if (size > 0)
        *o.at = '\0';
    return (int)o.total;
}

int rt_snprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = rt_vsnprintf(buf, size, fmt, ap);
    va_end(ap);
    return n;
}

void rt_printf(const char *fmt, ...)
{
    char line[512];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = rt_vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    rt_puts(line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

static struct xencons_interface *ring;
static evtchn_port_t ring_port;

void console_init(void)
{
    if (rt_is_dom0() || rt_start_info->console.domU.mfn == 0)
        return;
    ring = mfn_to_va(rt_start_info->console.domU.mfn);
    ring_port = rt_start_info->console.domU.evtchn;
}

void console_attach(struct xencons_interface *r)
{
    ring = r;
}

bool rt_console_needs_port(void)
{
    return ring_port != 0;
}

static void ring_notify(void)
{
    struct evtchn_send send = { .port = ring_port };

    if (ring_port != 0)
        hc_event_channel_op(EVTCHNOP_send, &send);
}

/* A full ring is waited for, as every PV kernel does. */
static void ring_char(char c)
{
    XENCONS_RING_IDX prod = ring->out_prod;

    while (prod - __atomic_load_n(&ring->out_cons, __ATOMIC_ACQUIRE) >=
           sizeof(ring->out)) {
        ring_notify();
        hc_sched_op(SCHEDOP_yield, NULL);
    }
    ring->out[MASK_XENCONS_IDX(prod, ring->out)] = c;
    __atomic_store_n(&ring->out_prod, prod + 1, __ATOMIC_RELEASE);
}

void rt_puts(const char *s, size_t len)
{
    if (ring == NULL) {
        hc_console_io(CONSOLEIO_write, (unsigned)len, s);
        return;
    }
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\n')
            ring_char('\r');
        ring_char(s[i]);
    }
    ring_notify();
}
