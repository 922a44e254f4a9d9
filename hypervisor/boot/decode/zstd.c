/* SPDX-License-Identifier: MIT */
/*
 * zstd.c - one zstd frame (RFC 8878) without a dictionary. All of the output is the
 * window. The checksum, where there is one, is xxHash64's lower half.
 */
#include "boot/decode/zstd.h"

#include "lib/errno.h"
#include "lib/string.h"

#define BLOCK_MAX (128ull << 10)

enum { LL, OF, ML, KINDS };

static struct zstd {
    uint8_t *out;
    size_t at, size;
    uint8_t literal[BLOCK_MAX];
    size_t literals;
    struct huff huff;
    bool have_huff, have_table[KINDS];
    struct fse table[KINDS];
    uint64_t repeat[3], window;     /* window: how far back a match may be      */
} state __boot_bss;

static const uint8_t ll_bits[36] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8,
    9, 10, 11, 12, 13, 14, 15, 16 };
static const uint8_t ml_bits[53] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
static const int16_t ll_share[36] = {
    4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1,
    1, 1, 1, 1, -1, -1, -1, -1 };
static const int16_t of_share[29] = {
    1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1,
    -1, -1 };
static const int16_t ml_share[53] = {
    1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1 };
static const struct {
    const int16_t *share;
    uint8_t shares, log, max_log, symbols;
} kinds[KINDS] = {
    { ll_share, 36, 6, 9, 36 }, { of_share, 29, 5, 8, 32 }, { ml_share, 53, 6, 9, 53 },
};
static uint32_t ll_base[36], ml_base[53];

bool zstd_sniff(const uint8_t *in, size_t in_size)
{
    return in_size >= 4 && get(in, 4) == 0xfd2fb528;
}

/* ---- literals ---- */

static bool four_streams(struct zstd *z, const uint8_t *p, size_t n)
{
    size_t each = (z->literals + 3) / 4, at = 6, done = 0;

    if (n < 6 || each * 3 > z->literals)
        return false;
    for (unsigned i = 0; i < 4; i++) {
        size_t packed = i < 3 ? get(p + i * 2, 2) : n - at;
        size_t size = i < 3 ? each : z->literals - done;

        if (packed > n - at || !huff_decode(&z->huff, p + at, packed,
                                            z->literal + done, size))
            return false;
        at += packed;
        done += size;
    }
    return true;
}

/* The literals of a block into z->literal: the bytes used; 0: damaged. */
static size_t literals(struct zstd *z, const uint8_t *p, size_t n)
{
    unsigned type = p[0] & 3, form = p[0] >> 2 & 3;
    size_t head, packed, used = 0;
    bool ok;

    if (type < 2) {                     /* raw, or one byte over and over      */
        head = form == 1 ? 2 : form == 3 ? 3 : 1;
        if (n < head)
            return 0;
        z->literals = get(p, (unsigned)head) >> (head == 1 ? 3 : 4);
        packed = type ? 1 : z->literals;
        if (z->literals > BLOCK_MAX || packed > n - head)
            return 0;
        if (type)
            memset(z->literal, p[head], z->literals);
        else
            memcpy(z->literal, p + head, packed);
        return head + packed;
    }
    head = form < 2 ? 3 : form + 2;
    if (n < head)
        return 0;
    z->literals = get(p, (unsigned)head) >> 4 & ((1u << (head * 4 - 2)) - 1);
    packed = get(p, (unsigned)head) >> (head * 4 + 2);
    if (z->literals > BLOCK_MAX || packed > n - head)
        return 0;
    p += head;
    if (type == 2) {
        used = huff_read(&z->huff, p, packed);
        z->have_huff = used != 0;
    }
    if (!z->have_huff)
        return 0;
    ok = form == 0 ? huff_decode(&z->huff, p + used, packed - used, z->literal,
                                 z->literals)
                   : four_streams(z, p + used, packed - used);
    return ok ? head + packed : 0;
}

/* ---- sequences ---- */

static size_t table(struct zstd *z, unsigned kind, unsigned mode, const uint8_t *p,
                    size_t n, bool *ok)
{
    size_t used = 0;

    switch (mode) {
    case 0:
        *ok = fse_make(&z->table[kind], kinds[kind].share, kinds[kind].shares,
                       kinds[kind].log);
        break;
    case 1:
        *ok = n > 0 && p[0] < kinds[kind].symbols;
        if (*ok)
            fse_one(&z->table[kind], p[0]);
        used = 1;
        break;
    case 2:
        used = fse_read(&z->table[kind], p, n, kinds[kind].symbols,
                        kinds[kind].max_log);
        *ok = used != 0;
        break;
    default:
        *ok = z->have_table[kind];
    }
    z->have_table[kind] = *ok;
    return used;
}

/* The distance that a sequence's offset stands for; 0: damaged. */
static uint64_t distance(struct zstd *z, uint64_t value, bool no_literals)
{
    uint64_t d, *r = z->repeat;
    unsigned which;

    if (value > 3) {
        d = value - 3;
        which = 2;
    } else {
        which = (unsigned)value - 1 + no_literals;
        d = which == 3 ? r[0] - 1 : r[which];
        if (which == 0)
            return d;
        which = MIN(which, 2u);
    }
    if (which == 2)
        r[2] = r[1];
    r[1] = r[0];
    r[0] = d;
    return d;
}

static int copy(struct zstd *z, size_t *from, size_t n, size_t match, uint64_t back)
{
    if (n > z->literals - *from)
        return -EILSEQ;
    if (n > z->size - z->at || match > z->size - z->at - n)
        return -ENOSPC;
    memcpy(z->out + z->at, z->literal + *from, n);
    *from += n;
    z->at += n;
    if (match && (!back || back > z->at || back > z->window))
        return -EILSEQ;
    for (; match; match--, z->at++)
        z->out[z->at] = z->out[z->at - back];
    return 0;
}

static int sequences(struct zstd *z, const uint8_t *p, size_t n, unsigned count)
{
    unsigned s[KINDS];
    size_t from = 0;
    struct back b;
    int rc = 0;

    if (!back_open(&b, p, n))
        return -EILSEQ;
    for (unsigned k = 0; k < KINDS; k++)
        s[k] = (unsigned)back_bits(&b, z->table[k].log);
    while (count-- && !rc) {
        const struct fse_cell *c[KINDS];
        uint64_t off, match, len;

        for (unsigned k = 0; k < KINDS; k++)
            c[k] = &z->table[k].cell[s[k]];
        off = (1ull << c[OF]->symbol) + back_bits(&b, c[OF]->symbol);
        match = ml_base[c[ML]->symbol] + back_bits(&b, ml_bits[c[ML]->symbol]);
        len = ll_base[c[LL]->symbol] + back_bits(&b, ll_bits[c[LL]->symbol]);
        if (count) {
            s[LL] = c[LL]->base + (unsigned)back_bits(&b, c[LL]->bits);
            s[ML] = c[ML]->base + (unsigned)back_bits(&b, c[ML]->bits);
            s[OF] = c[OF]->base + (unsigned)back_bits(&b, c[OF]->bits);
        }
        rc = b.left < 0 ? -EILSEQ :
            copy(z, &from, len, match, distance(z, off, len == 0));
    }
    if (!rc && b.left != 0)
        rc = -EILSEQ;
    return rc ? rc : copy(z, &from, z->literals - from, 0, 0);
}

static int packed_block(struct zstd *z, const uint8_t *p, size_t n)
{
    size_t at = n ? literals(z, p, n) : 0, from = 0, used;
    unsigned count, modes;
    bool ok = true;

    if (!at || at >= n)
        return -EILSEQ;
    count = p[at++];
    if (count >= 128 && n - at < (count == 255 ? 2u : 1u))
        return -EILSEQ;
    if (count == 255) {
        count = (unsigned)get(p + at, 2) + 0x7f00;
        at += 2;
    } else if (count >= 128) {
        count = (count - 128) << 8 | p[at++];
    }
    if (!count)
        return at == n ? copy(z, &from, z->literals, 0, 0) : -EILSEQ;
    if (at == n || ((modes = p[at++]) & 3))
        return -EILSEQ;
    for (unsigned k = 0; k < KINDS && ok; k++) {
        used = table(z, k, modes >> (6 - 2 * k) & 3, p + at, n - at, &ok);
        at += used;
    }
    return ok ? sequences(z, p + at, n - at, count) : -EILSEQ;
}

/* ---- the frame ---- */

static uint64_t rotl(uint64_t v, unsigned n)
{
    return v << n | v >> (64 - n);
}

static uint64_t xxh64(const uint8_t *p, size_t n)
{
    const uint64_t k1 = 0x9e3779b185ebca87, k2 = 0xc2b2ae3d27d4eb4f,
        k3 = 0x165667b19e3779f9, k4 = 0x85ebca77c2b2ae63, k5 = 0x27d4eb2f165667c5;
    uint64_t v[4] = { k1 + k2, k2, 0, -k1 }, h = k5, total = n;

    if (n >= 32) {
        for (; n >= 32; n -= 32, p += 32)
            for (unsigned i = 0; i < 4; i++)
                v[i] = rotl(v[i] + get(p + 8 * i, 8) * k2, 31) * k1;
        h = rotl(v[0], 1) + rotl(v[1], 7) + rotl(v[2], 12) + rotl(v[3], 18);
        for (unsigned i = 0; i < 4; i++)
            h = (h ^ rotl(v[i] * k2, 31) * k1) * k1 + k4;
    }
    h += total;
    for (; n >= 8; n -= 8, p += 8)
        h = rotl(h ^ rotl(get(p, 8) * k2, 31) * k1, 27) * k1 + k4;
    if (n >= 4) {
        h = rotl(h ^ get(p, 4) * k1, 23) * k2 + k3;
        n -= 4;
        p += 4;
    }
    for (; n; n--, p++)
        h = rotl(h ^ *p * k5, 11) * k1;
    h = (h ^ h >> 33) * k2;
    h = (h ^ h >> 29) * k3;
    return h ^ h >> 32;
}

/* The frame's header: its size; 0: damaged, or for a dictionary. *content: how much
 * it unpacks to, if it says so. */
static size_t header(struct zstd *z, const uint8_t *in, size_t n, bool *checksum,
                     uint64_t *content)
{
    static const uint8_t dictionary[4] = { 0, 1, 2, 4 };
    bool single = in[4] & 0x20;
    unsigned form = in[4] >> 6, ids = dictionary[in[4] & 3];
    size_t at = 5 + !single, sizes = form ? 1u << form : single;

    *checksum = in[4] & 4;
    if ((in[4] & 8) || at + ids + sizes > n || get(in + at, ids) != 0)
        return 0;
    at += ids;
    *content = sizes ? get(in + at, (unsigned)sizes) + (sizes == 2) * 256 : UINT64_MAX;
    z->window = single ? *content : (8ull + (in[5] & 7)) << (7 + (in[5] >> 3));
    return at + sizes;
}

static int block(struct zstd *z, unsigned type, const uint8_t *p, size_t n)
{
    if (type == 2)
        return packed_block(z, p, n);
    if (n > z->size - z->at)
        return -ENOSPC;
    if (type)
        memset(z->out + z->at, p[0], n);
    else
        memcpy(z->out + z->at, p, n);
    z->at += n;
    return 0;
}

static void bases_make(void)
{
    ml_base[0] = 3;
    for (unsigned i = 1; i < ARRAY_SIZE(ll_base); i++)
        ll_base[i] = ll_base[i - 1] + (1u << ll_bits[i - 1]);
    for (unsigned i = 1; i < ARRAY_SIZE(ml_base); i++)
        ml_base[i] = ml_base[i - 1] + (1u << ml_bits[i - 1]);
}

int zstd_decode(const uint8_t *in, size_t in_size, uint8_t *out, size_t out_size,
                size_t *written)
{
    struct zstd *z = &state;
    bool checksum, last;
    uint64_t content;
    size_t at;

    *written = 0;
    memset(z, 0, sizeof(*z));
    at = in_size > 6 ? header(z, in, in_size, &checksum, &content) : 0;
    if (!at)
        return -EILSEQ;
    z->out = out;
    z->size = out_size;
    z->repeat[0] = 1;
    z->repeat[1] = 4;
    z->repeat[2] = 8;
    bases_make();
    do {
        uint64_t head;
        size_t n;
        int rc;

        if (in_size - at < 3)
            return -EILSEQ;
        head = get(in + at, 3);
        at += 3;
        last = head & 1;
        n = (head >> 1 & 3) == 1 ? 1 : head >> 3;
        if ((head >> 1 & 3) == 3 || head >> 3 > MIN(z->window, BLOCK_MAX) || n > in_size - at)
            return -EILSEQ;
        rc = block(z, head >> 1 & 3, in + at, head >> 3);
        if (rc)
            return rc;
        at += n;
    } while (!last);
    if (content != UINT64_MAX && content != z->at)
        return -EILSEQ;
    if (checksum && (in_size - at < 4 || get(in + at, 4) !=
                     (uint32_t)xxh64(out, z->at)))
        return -EBADMSG;
    *written = z->at;
    return 0;
}
