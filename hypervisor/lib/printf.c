/* SPDX-License-Identifier: MIT */
/*
 * printf.c - formatted text into a buffer (see printf.h for what is known).
 *
 * The result is always terminated when size > 0, and the return value is the
 * length that the whole text has.
 */
#include "lib/printf.h"
#include "lib/string.h"

struct out {
    char *buf;
    size_t size, len;
};

struct spec {
    bool left, zero, plus, alt;
    int width, precision;       /* precision -1: none                         */
    int longs;                  /* -2 hh, -1 h, 0, 1 l, 2 ll                  */
};

static void put(struct out *o, char c)
{
    if (o->len + 1 < o->size)
        o->buf[o->len] = c;
    o->len++;
}

static void pad(struct out *o, char c, int n)
{
    while (n-- > 0)
        put(o, c);
}

static void put_string(struct out *o, const struct spec *sp, const char *s)
{
    int n;

    if (!s)
        s = "(null)";
    n = (int)strnlen(s, sp->precision < 0 ? SIZE_MAX : (size_t)sp->precision);
    if (!sp->left)
        pad(o, ' ', sp->width - n);
    for (int i = 0; i < n; i++)
        put(o, s[i]);
    if (sp->left)
        pad(o, ' ', sp->width - n);
}

static void put_number(struct out *o, const struct spec *sp, uint64_t v,
                       bool negative, unsigned base, bool upper)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[24];
    int n = 0, zeros, extra;

    while (v != 0) {
        text[n++] = digits[v % base];
        v /= base;
    }
    extra = (negative || sp->plus) + (sp->alt && n > 0 && base == 16 ? 2 : 0);
    zeros = (sp->precision < 0 ? 1 : sp->precision) - n;
    if (sp->zero && !sp->left && sp->precision < 0)
        zeros = MAX(zeros, sp->width - n - extra);
    zeros = MAX(zeros, 0);

    if (!sp->left)
        pad(o, ' ', sp->width - n - zeros - extra);
    if (negative || sp->plus)
        put(o, negative ? '-' : '+');
    if (sp->alt && n > 0 && base == 16) {
        put(o, '0');
        put(o, upper ? 'X' : 'x');
    }
    pad(o, '0', zeros);
    for (int i = n; i > 0; i--)
        put(o, text[i - 1]);
    if (sp->left)
        pad(o, ' ', sp->width - n - zeros - extra);
}

/* The upper bits of a word that a number of this length does not have. */
static unsigned spare_bits(int longs)
{
    return longs > 0 ? 0 : longs == 0 ? 32 : longs == -1 ? 48 : 56;
}

/* Flags, width, precision and length; returns what follows them. */
static const char *parse_spec(const char *f, struct spec *sp, va_list *ap)
{
    *sp = (struct spec){ .precision = -1 };
    for (;; f++) {
        if (*f == '-')
            sp->left = true;
        else if (*f == '0')
            sp->zero = true;
        else if (*f == '+')
            sp->plus = true;
        else if (*f == '#')
            sp->alt = true;
        else
            break;
    }
    if (*f == '*') {
        sp->width = va_arg(*ap, int);
        f++;
    }
    for (; *f >= '0' && *f <= '9'; f++)
        sp->width = sp->width * 10 + (*f - '0');
    if (*f == '.') {
        sp->precision = 0;
        if (*++f == '*') {
            sp->precision = va_arg(*ap, int);
            f++;
        }
        for (; *f >= '0' && *f <= '9'; f++)
            sp->precision = sp->precision * 10 + (*f - '0');
    }
    for (;; f++) {
        if (*f == 'l' || *f == 'z')
            sp->longs++;
        else if (*f == 'h')
            sp->longs--;
        else
            return f;
    }
}

static void convert(struct out *o, char c, struct spec *sp, va_list *ap)
{
    unsigned spare = spare_bits(sp->longs);
    uint64_t v;
    int64_t s;

    switch (c) {
    case 'd':
    case 'i':
        s = sp->longs > 0 ? va_arg(*ap, long) : va_arg(*ap, int);
        s = (int64_t)((uint64_t)s << spare) >> spare;
        put_number(o, sp, s < 0 ? -(uint64_t)s : (uint64_t)s, s < 0, 10, false);
        break;
    case 'u':
    case 'x':
    case 'X':
        v = sp->longs > 0 ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned);
        sp->plus = false;
        put_number(o, sp, v << spare >> spare, false, c == 'u' ? 10 : 16, c == 'X');
        break;
    case 'p':
        sp->precision = 16;
        put_number(o, sp, (uintptr_t)va_arg(*ap, void *), false, 16, false);
        break;
    case 'c':
        put(o, (char)va_arg(*ap, int));
        break;
    case 's':
        put_string(o, sp, va_arg(*ap, const char *));
        break;
    default:
        put(o, c);
    }
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
    struct out o = { buf, size, 0 };
    struct spec sp;
    va_list args;

    va_copy(args, ap);
    for (; *fmt != '\0'; fmt++) {
        if (*fmt != '%') {
            put(&o, *fmt);
            continue;
        }
        fmt = parse_spec(fmt + 1, &sp, &args);
        if (*fmt == '\0')
            break;
        convert(&o, *fmt, &sp, &args);
    }
    va_end(args);
    if (size > 0)
        buf[MIN(o.len, size - 1)] = '\0';
    return (int)o.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(buf, size, fmt, ap);
    va_end(ap);
    return n;
}
