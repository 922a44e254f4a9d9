/* SPDX-License-Identifier: MIT */
/*
 * gzip.c - a gzip member: RFC 1952 around RFC 1951's deflate.
 *
 *   R1  Bits that the input does not have read as zeros and set `bad`, which every
 *       loop looks at.
 *   R2  A code's first FAST bits lead to its symbol by a table, longer codes by
 *       counting codes of each length.
 */
#include "boot/decode/decode.h"

#include "lib/errno.h"
#include "lib/string.h"

#define MAX_CODE 15
#define FAST     10
#define SYMBOLS  288

struct code {
    uint16_t fast[1 << FAST];       /* symbol << 4 | length; 0: longer         */
    uint16_t count[MAX_CODE + 1], symbol[SYMBOLS];
};

static struct inflate {
    const uint8_t *in, *in_end;
    uint64_t acc;
    unsigned have;                  /* bits in acc                             */
    bool bad;
    uint8_t *out;
    size_t at, size;
    struct code literal, distance;
} state __boot_bss;

bool gzip_sniff(const uint8_t *in, size_t in_size)
{
    return in_size >= 3 && in[0] == 0x1f && in[1] == 0x8b && in[2] == 8;
}

static void refill(struct inflate *s)
{
    while (s->have <= 56 && s->in < s->in_end) {
        s->acc |= (uint64_t)*s->in++ << s->have;
        s->have += 8;
    }
}

static void drop(struct inflate *s, unsigned n)
{
    if (n > s->have) {                                          /* R1 */
        s->bad = true;
        n = s->have;
    }
    s->acc >>= n;
    s->have -= n;
}

static unsigned bits(struct inflate *s, unsigned n)
{
    unsigned v;

    if (s->have < n)
        refill(s);
    v = (unsigned)(s->acc & ((1ull << n) - 1));
    drop(s, n);
    return v;
}

static unsigned reversed(unsigned code, unsigned len)
{
    unsigned r = 0;

    for (; len; len--, code >>= 1)
        r = r << 1 | (code & 1);
    return r;
}

/* Too many codes are an error, too few only if a single one is not all there is. */
static bool code_make(struct code *c, const uint8_t *len, unsigned n, bool may_lack)
{
    unsigned offset[MAX_CODE + 2], next[MAX_CODE + 1], code = 0, i;
    int left = 1;

    memset(c, 0, sizeof(*c));
    for (i = 0; i < n; i++)
        c->count[len[i]]++;
    c->count[0] = 0;
    offset[1] = 0;
    for (i = 1; i <= MAX_CODE; i++) {
        left = left * 2 - c->count[i];
        if (left < 0)
            return false;
        offset[i + 1] = offset[i] + c->count[i];
        next[i] = code;
        code = (code + c->count[i]) << 1;
    }
    for (i = 0; i < n; i++) {
        unsigned l = len[i];

        if (!l)
            continue;
        c->symbol[offset[l]++] = (uint16_t)i;
        for (unsigned f = reversed(next[l]++, l); l <= FAST && f < 1 << FAST;
             f += 1u << l)
            c->fast[f] = (uint16_t)(i << 4 | l);                /* R2 */
    }
    return left == 0 || (may_lack && c->count[1] <= 1 && offset[MAX_CODE] == c->count[1]);
}

static unsigned symbol(struct inflate *s, const struct code *c)
{
    unsigned entry, code = 0, first = 0, index = 0;

    if (s->have < MAX_CODE)
        refill(s);
    entry = c->fast[s->acc & ((1 << FAST) - 1)];
    if (entry) {
        drop(s, entry & 15);
        return entry >> 4;
    }
    for (unsigned l = 1; l <= MAX_CODE; l++) {
        code |= (unsigned)(s->acc >> (l - 1)) & 1;
        if (code - first < c->count[l]) {
            drop(s, l);
            return c->symbol[index + code - first];
        }
        index += c->count[l];
        first = (first + c->count[l]) << 1;
        code <<= 1;
    }
    s->bad = true;
    return 0;
}

/* Lengths of 3 to 258 and distances of 1 to 32768 go by powers of two. */
static unsigned length_of(struct inflate *s, unsigned sym)
{
    if (sym < 8)
        return 3 + sym;
    if (sym == 28)
        return 258;
    return ((4 + (sym & 3)) << ((sym >> 2) - 1)) + 3 + bits(s, (sym >> 2) - 1);
}

static unsigned distance_of(struct inflate *s, unsigned sym)
{
    if (sym < 2)
        return 1 + sym;
    return ((2 + (sym & 1)) << ((sym >> 1) - 1)) + 1 + bits(s, (sym >> 1) - 1);
}

static int coded_block(struct inflate *s)
{
    for (;;) {
        unsigned sym = symbol(s, &s->literal), len, dist;

        if (s->bad)
            return -EILSEQ;
        if (sym < 256) {
            if (s->at == s->size)
                return -ENOSPC;
            s->out[s->at++] = (uint8_t)sym;
            continue;
        }
        if (sym == 256)
            return 0;
        if (sym > 285)
            return -EILSEQ;
        len = length_of(s, sym - 257);
        sym = symbol(s, &s->distance);
        if (sym > 29)
            return -EILSEQ;
        dist = distance_of(s, sym);
        if (s->bad || dist > s->at)
            return -EILSEQ;
        if (len > s->size - s->at)
            return -ENOSPC;
        for (; len; len--, s->at++)
            s->out[s->at] = s->out[s->at - dist];
    }
}

static int stored_block(struct inflate *s)
{
    unsigned len;

    drop(s, s->have & 7);
    len = bits(s, 16);
    if ((bits(s, 16) ^ 0xffff) != len || s->bad)
        return -EILSEQ;
    s->in -= s->have / 8;
    s->acc = s->have = 0;
    if (len > (size_t)(s->in_end - s->in))
        return -EILSEQ;
    if (len > s->size - s->at)
        return -ENOSPC;
    memcpy(s->out + s->at, s->in, len);
    s->in += len;
    s->at += len;
    return 0;
}

static int fixed_codes(struct inflate *s)
{
    uint8_t len[SYMBOLS];

    for (unsigned i = 0; i < SYMBOLS; i++)
        len[i] = i < 144 || i >= 280 ? 8 : i < 256 ? 9 : 7;
    (void)code_make(&s->literal, len, SYMBOLS, false);
    memset(len, 5, 30);
    (void)code_make(&s->distance, len, 30, true);
    return 0;
}

static int sent_codes(struct inflate *s)
{
    static const uint8_t order[19] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12,
                                       3, 13, 2, 14, 1, 15 };
    unsigned literals = bits(s, 5) + 257, distances = bits(s, 5) + 1;
    unsigned lengths = bits(s, 4) + 4, n = 0;
    uint8_t len[SYMBOLS + 32] = { 0 };

    if (literals > 286 || distances > 30)
        return -EILSEQ;
    for (unsigned i = 0; i < lengths; i++)
        len[order[i]] = (uint8_t)bits(s, 3);
    if (!code_make(&s->literal, len, 19, false))
        return -EILSEQ;
    memset(len, 0, sizeof(len));
    while (n < literals + distances) {
        unsigned sym = symbol(s, &s->literal), times = 1;
        uint8_t l = (uint8_t)sym;

        if (sym == 16) {
            if (!n)
                return -EILSEQ;
            l = len[n - 1];
            times = 3 + bits(s, 2);
        } else if (sym > 16) {
            l = 0;
            times = sym == 17 ? 3 + bits(s, 3) : 11 + bits(s, 7);
        }
        if (s->bad || times > literals + distances - n)
            return -EILSEQ;
        memset(len + n, l, times);
        n += times;
    }
    if (!len[256] || !code_make(&s->literal, len, literals, true) ||
        !code_make(&s->distance, len + literals, distances, true))
        return -EILSEQ;
    return 0;
}

static int inflate(struct inflate *s)
{
    bool last;
    int rc;

    do {
        last = bits(s, 1);
        switch (bits(s, 2)) {
        case 0: rc = stored_block(s); break;
        case 1: rc = fixed_codes(s) ? -EILSEQ : coded_block(s); break;
        case 2: rc = sent_codes(s) ? -EILSEQ : coded_block(s); break;
        default: rc = -EILSEQ;
        }
        if (s->bad)
            rc = -EILSEQ;
    } while (!rc && !last);
    return rc;
}

/* Behind the header, whose optional parts the flags name; 0: it is damaged. */
static size_t header(const uint8_t *in, size_t n)
{
    size_t at = 10;

    if (n < 18 || (in[3] & 0xe0))
        return 0;
    if (in[3] & 4)
        at += 2 + (in[10] | (size_t)in[11] << 8);
    for (unsigned text = in[3] >> 3 & 3; text; text &= text - 1) {
        while (at < n && in[at])
            at++;
        at++;
    }
    if (in[3] & 2)
        at += 2;
    return at < n ? at : 0;
}

int gzip_decode(const uint8_t *in, size_t in_size, uint8_t *out, size_t out_size,
                size_t *written)
{
    struct inflate *s = &state;
    size_t at = header(in, in_size);
    uint32_t crc, size;
    int rc;

    *written = 0;
    if (!at)
        return -EILSEQ;
    memset(s, 0, sizeof(*s));
    s->in = in + at;
    s->in_end = in + in_size;
    s->out = out;
    s->size = out_size;
    rc = inflate(s);
    if (rc)
        return rc;
    drop(s, s->have & 7);
    crc = bits(s, 32);
    size = bits(s, 32);
    if (s->bad)
        return -EILSEQ;
    if (size != (uint32_t)s->at || crc != decode_crc32(out, s->at))
        return -EBADMSG;
    *written = s->at;
    return 0;
}
