/* SPDX-License-Identifier: MIT */
/*
 * zstd_entropy.c - the two codes of zstd (RFC 8878, 4): FSE's state machines, and
 * Huffman's, whose lengths are often packed by FSE themselves. Both are read from
 * the last bit of their stream to its first.
 */
#include "boot/decode/zstd.h"

#include "lib/string.h"

bool back_open(struct back *b, const uint8_t *p, size_t n)
{
    b->p = p;
    b->size = n;
    if (!n || !p[n - 1])
        return false;
    b->left = (int64_t)(n * 8) - 8 + (31 - __builtin_clz(p[n - 1]));
    return true;
}

/* The n bits before the place (at most 32), without moving; before the first: 0. */
static uint64_t back_look(const struct back *b, unsigned n)
{
    int64_t from = b->left - n;
    uint64_t v = 0;

    if (from < 0)
        return b->left > 0 ?
            (back_look(&(struct back){ b->p, b->size, b->left }, (unsigned)b->left)
             << -from) : 0;
    if ((size_t)from / 8 + 8 <= b->size)
        memcpy(&v, b->p + from / 8, 8);
    else
        for (size_t i = (size_t)from / 8; i < b->size; i++)
            v |= (uint64_t)b->p[i] << (i - (size_t)from / 8) * 8;
    return v >> (from & 7) & ((1ull << n) - 1);
}

uint64_t back_bits(struct back *b, unsigned n)
{
    uint64_t v = back_look(b, n);

    b->left -= n;
    return v;
}

/* ---- FSE ---- */

static unsigned log2_of(unsigned v)
{
    return 31 - (unsigned)__builtin_clz(v);
}

bool fse_make(struct fse *f, const int16_t *share, unsigned symbols, unsigned log)
{
    unsigned size = 1u << log, high = size, at = 0, step;
    uint16_t next[FSE_SYMBOLS];

    f->log = log;
    for (unsigned s = 0; s < symbols; s++) {
        next[s] = (uint16_t)(share[s] < 0 ? 1 : share[s]);
        if (share[s] < 0)
            f->cell[--high].symbol = (uint8_t)s;
    }
    step = (size >> 1) + (size >> 3) + 3;
    for (unsigned s = 0; s < symbols; s++)
        for (int i = 0; i < share[s]; i++) {
            f->cell[at].symbol = (uint8_t)s;
            do
                at = (at + step) & (size - 1);
            while (at >= high);
        }
    for (unsigned i = 0; i < size; i++) {
        unsigned x = next[f->cell[i].symbol]++;

        f->cell[i].bits = (uint8_t)(log - log2_of(x));
        f->cell[i].base = (uint16_t)((x << f->cell[i].bits) - size);
    }
    return at == 0;
}

void fse_one(struct fse *f, uint8_t symbol)
{
    f->log = 0;
    f->cell[0].symbol = symbol;
    f->cell[0].bits = 0;
    f->cell[0].base = 0;
}

/* Bits from the first on, for a table's description; none are there: zeros. */
static unsigned forward(const uint8_t *p, size_t n, size_t bit, unsigned count)
{
    unsigned v = 0;

    for (unsigned i = 0; i < count; i++)
        if ((bit + i) / 8 < n)
            v |= (unsigned)(p[(bit + i) / 8] >> ((bit + i) & 7) & 1) << i;
    return v;
}

size_t fse_read(struct fse *f, const uint8_t *p, size_t n, unsigned symbols,
                unsigned max_log)
{
    unsigned log = 5 + forward(p, n, 0, 4), s = 0;
    int left = 1 << log;
    int16_t share[FSE_SYMBOLS];
    size_t bit = 4;

    if (log > max_log)
        return 0;
    while (left > 0 && s < symbols) {
        unsigned width = log2_of((unsigned)left + 1) + 1;
        unsigned spare = (1u << width) - 2 - (unsigned)left;
        unsigned v = forward(p, n, bit, width), low = v & ((1u << (width - 1)) - 1);

        if (low < spare) {
            v = low;
            bit += width - 1;
        } else {
            v = v >= 1u << (width - 1) ? v - spare : v;
            bit += width;
        }
        share[s] = (int16_t)((int)v - 1);
        left -= share[s] < 0 ? 1 : share[s];
        if (share[s++] == 0)
            for (unsigned zeros = 3; zeros == 3; bit += 2) {
                zeros = forward(p, n, bit, 2);
                for (unsigned i = 0; i < zeros && s < symbols; i++)
                    share[s++] = 0;
            }
    }
    if (left != 0 || (bit + 7) / 8 > n || !fse_make(f, share, s, log))
        return 0;
    return (bit + 7) / 8;
}

/* ---- Huffman ---- */

/* Weights packed by FSE: two states take turns until the bits are used up. */
static unsigned weights_unpack(const uint8_t *p, size_t n, uint8_t *weight)
{
    static struct fse f __boot_bss;
    unsigned state[2], k = 0;
    struct back b;
    size_t used = fse_read(&f, p, n, 16, 6);

    if (!used || !back_open(&b, p + used, n - used))
        return 0;
    state[0] = (unsigned)back_bits(&b, f.log);
    state[1] = (unsigned)back_bits(&b, f.log);
    for (unsigned i = 0; b.left >= 0; i ^= 1) {
        const struct fse_cell *c = &f.cell[state[i]];

        if (k >= HUFF_SYMBOLS - 2)
            return 0;
        weight[k++] = c->symbol;
        state[i] = c->base + (unsigned)back_bits(&b, c->bits);
        if (b.left < 0)
            weight[k++] = f.cell[state[i ^ 1]].symbol;
    }
    return k;
}

size_t huff_read(struct huff *h, const uint8_t *p, size_t n)
{
    uint8_t weight[HUFF_SYMBOLS];
    unsigned k = 0, sum = 0, rest, at = 0, longest = 0;
    size_t used;

    if (!n)
        return 0;
    if (p[0] < 128) {
        used = 1 + (size_t)p[0];
        if (used <= n)
            k = weights_unpack(p + 1, p[0], weight);
    } else {
        used = 1 + (size_t)(p[0] - 127 + 1) / 2;
        if (used <= n)
            for (; k < p[0] - 127u; k++)
                weight[k] = k & 1 ? p[1 + k / 2] & 15 : p[1 + k / 2] >> 4;
    }
    for (unsigned i = 0; i < k; i++) {
        if (weight[i] > HUFF_LOG)
            return 0;
        sum += weight[i] ? 1u << (weight[i] - 1) : 0;
    }
    if (!k || !sum)
        return 0;
    h->log = log2_of(sum) + 1;
    rest = (1u << h->log) - sum;
    if (h->log > HUFF_LOG || (rest & (rest - 1)))
        return 0;
    weight[k++] = (uint8_t)(log2_of(rest) + 1);
    for (unsigned s = 0; s < k; s++)
        longest += weight[s] == 1;
    if (!longest)
        return 0;                       /* all codes are longer than needed    */
    for (unsigned w = 1; w <= h->log; w++)
        for (unsigned s = 0; s < k; s++)
            for (unsigned i = 0; weight[s] == w && i < 1u << (w - 1); i++) {
                h->cell[at].symbol = (uint8_t)s;
                h->cell[at++].bits = (uint8_t)(h->log + 1 - w);
            }
    return used;
}

bool huff_decode(const struct huff *h, const uint8_t *p, size_t n, uint8_t *out,
                 size_t size)
{
    struct back b;

    if (!back_open(&b, p, n))
        return false;
    for (size_t i = 0; i < size; i++) {
        uint64_t at = back_look(&b, h->log);

        out[i] = h->cell[at].symbol;
        b.left -= h->cell[at].bits;
        if (b.left < 0)
            return false;
    }
    return b.left == 0;
}
