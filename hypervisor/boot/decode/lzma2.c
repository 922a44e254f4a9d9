/* SPDX-License-Identifier: MIT */
/*
 * lzma2.c - LZMA in chunks, as xz packs it. The output buffer is the dictionary.
 *
 *   R1  A chunk's input is followed by at least PAD readable bytes: a symbol takes
 *       fewer, so one check a symbol keeps the reads inside. The last chunks of a
 *       file are decoded from a copy for that.
 *   R2  A match reaches back no further than the last dictionary reset and never
 *       beyond the chunk's own output size.
 *   R3  A chunk has used all of its input, and its range coder has come to zero,
 *       when its output is complete; otherwise it is damaged.
 */
#include "boot/decode/decode.h"

#include "lib/errno.h"
#include "lib/string.h"

#define INLINE static inline __attribute__((always_inline))

#define PAD          64
#define CHUNK_MAX    65536
#define TOP          (1u << 24)
#define PROB_BITS    11
#define PROB_HALF    (1u << (PROB_BITS - 1))
#define MOVE_BITS    5
#define STATES       12
#define LIT_STATES   7          /* below: the last symbol was a literal       */
#define POS_MAX      16
#define MATCH_MIN    2
#define DIST_STATES  4
#define SLOT_MODELS  14         /* slots below have a model for all their bits */

struct length_probs {
    uint16_t choice, choice2;
    uint16_t low[POS_MAX][8], mid[POS_MAX][8], high[256];
};

/* Every member is a uint16_t: reset sets them all to one half. */
struct probs {
    uint16_t match[STATES][POS_MAX], rep[STATES], rep0[STATES], rep1[STATES];
    uint16_t rep2[STATES], rep0_long[STATES][POS_MAX];
    uint16_t slot[DIST_STATES][64], special[128 - SLOT_MODELS], align[16];
    struct length_probs match_len, rep_len;
    uint16_t literal[16 * 0x300];
};

struct lzma {
    uint32_t state, rep[4];
    uint32_t lc, lp_mask, pb_mask;
    bool have_props, have_dict;
    uint8_t *dict;              /* where the dictionary begins (R2)           */
    struct probs p;
};

struct rc { uint32_t range, code; const uint8_t *at; };

static struct lzma lzma __boot_bss;
static uint8_t tail[CHUNK_MAX + PAD] __boot_bss;       /* R1 */

INLINE void rc_normalise(struct rc *rc)
{
    if (rc->range < TOP) {
        rc->range <<= 8;
        rc->code = rc->code << 8 | *rc->at++;
    }
}

INLINE uint32_t rc_bit(struct rc *rc, uint16_t *prob)
{
    uint32_t p = *prob, bound;

    rc_normalise(rc);
    bound = (rc->range >> PROB_BITS) * p;
    if (rc->code < bound) {
        rc->range = bound;
        *prob = (uint16_t)(p + (((1u << PROB_BITS) - p) >> MOVE_BITS));
        return 0;
    }
    rc->range -= bound;
    rc->code -= bound;
    *prob = (uint16_t)(p - (p >> MOVE_BITS));
    return 1;
}

/* The same without a branch, for bits that cannot be foreseen. */
INLINE uint32_t rc_bit_flat(struct rc *rc, uint16_t *prob)
{
    uint32_t p = *prob, bound, rest, zero;

    rc_normalise(rc);
    bound = (rc->range >> PROB_BITS) * p;
    zero = 0u - (rc->code < bound);
    rest = rc->range - bound;
    rc->code -= bound & ~zero;
    rc->range = rest + ((bound - rest) & zero);
    *prob = (uint16_t)(p - ((int32_t)(p - (zero & ((1u << PROB_BITS) - 31))) >> MOVE_BITS));
    return zero + 1;
}

INLINE uint32_t rc_tree(struct rc *rc, uint16_t *probs, uint32_t limit)
{
    uint32_t symbol = 1;

#pragma GCC unroll 8
    for (uint32_t i = 1; i < limit; i <<= 1)
        symbol = symbol << 1 | rc_bit(rc, &probs[symbol]);
    return symbol - limit;
}

/* Lowest bit first; probs[1] is the root. */
INLINE uint32_t rc_tree_reverse(struct rc *rc, uint16_t *probs, unsigned bits)
{
    uint32_t symbol = 1, value = 0;

    for (unsigned i = 0; i < bits; i++) {
        uint32_t bit = rc_bit(rc, &probs[symbol]);

        symbol = symbol << 1 | bit;
        value |= bit << i;
    }
    return value;
}

INLINE uint32_t rc_direct(struct rc *rc, uint32_t value, unsigned bits)
{
    while (bits-- > 0) {
        uint32_t below;

        rc_normalise(rc);
        rc->range >>= 1;
        rc->code -= rc->range;
        below = 0u - (rc->code >> 31);
        rc->code += rc->range & below;
        value = (value << 1) + below + 1;
    }
    return value;
}

INLINE uint8_t literal_plain(struct rc *rc, uint16_t *probs)
{
    uint32_t symbol = 1;

#pragma GCC unroll 8
    for (unsigned i = 0; i < 8; i++)
        symbol = symbol << 1 | rc_bit_flat(rc, &probs[symbol]);
    return (uint8_t)symbol;
}

/* After a match: the byte that the match would have continued with is a hint. */
INLINE uint8_t literal_matched(struct rc *rc, uint16_t *probs, uint32_t hint)
{
    uint32_t symbol = 1, offset = 0x100;

    do {
        uint32_t want, bit;

        hint <<= 1;
        want = hint & offset;
        bit = rc_bit(rc, &probs[offset + want + symbol]);
        symbol = symbol << 1 | bit;
        offset &= bit ? want : ~want;
    } while (symbol < 0x100);
    return (uint8_t)symbol;
}

INLINE uint32_t length(struct rc *rc, struct length_probs *l, uint32_t pos_state)
{
    if (!rc_bit(rc, &l->choice))
        return MATCH_MIN + rc_tree(rc, l->low[pos_state], 8);
    if (!rc_bit(rc, &l->choice2))
        return MATCH_MIN + 8 + rc_tree(rc, l->mid[pos_state], 8);
    return MATCH_MIN + 16 + rc_tree(rc, l->high, 256);
}

INLINE uint32_t distance(struct rc *rc, struct probs *p, uint32_t len)
{
    uint32_t state = MIN(len - MATCH_MIN, DIST_STATES - 1u);
    uint32_t slot = rc_tree(rc, p->slot[state], 64);
    uint32_t bits = (slot >> 1) - 1, dist = 2 | (slot & 1);

    if (slot < 4)
        return slot;
    if (slot < SLOT_MODELS) {
        dist <<= bits;
        return dist + rc_tree_reverse(rc, p->special + dist - slot - 1, bits);
    }
    dist = rc_direct(rc, dist, bits - 4) << 4;
    return dist + rc_tree_reverse(rc, p->align, 4);
}

/* A match's length; its distance is in l->rep[0] then. 0: one byte at rep 0. */
INLINE uint32_t match(struct rc *rc, struct lzma *l, uint32_t pos_state)
{
    struct probs *p = &l->p;
    uint32_t state = l->state, len, dist;

    if (!rc_bit(rc, &p->rep[state])) {
        len = length(rc, &p->match_len, pos_state);
        dist = distance(rc, p, len);
        l->rep[3] = l->rep[2];
        l->rep[2] = l->rep[1];
        l->rep[1] = l->rep[0];
        l->rep[0] = dist;
        l->state = state < LIT_STATES ? 7 : 10;
        return len;
    }
    if (!rc_bit(rc, &p->rep0[state])) {
        if (!rc_bit(rc, &p->rep0_long[state][pos_state])) {
            l->state = state < LIT_STATES ? 9 : 11;
            return 1;
        }
    } else {
        if (!rc_bit(rc, &p->rep1[state])) {
            dist = l->rep[1];
        } else {
            if (!rc_bit(rc, &p->rep2[state])) {
                dist = l->rep[2];
            } else {
                dist = l->rep[3];
                l->rep[3] = l->rep[2];
            }
            l->rep[2] = l->rep[1];
        }
        l->rep[1] = l->rep[0];
        l->rep[0] = dist;
    }
    l->state = state < LIT_STATES ? 8 : 11;
    return length(rc, &p->rep_len, pos_state);
}

/* Copies a match; may write up to 7 bytes too many where there is room. */
INLINE void copy_match(uint8_t *to, size_t dist, size_t len, size_t room)
{
    const uint8_t *from = to - dist;

    if (dist >= 8 && room >= len + 8) {
        for (size_t i = 0; i < len; i += 8) {
            uint64_t w;

            __builtin_memcpy(&w, from + i, 8);
            __builtin_memcpy(to + i, &w, 8);
        }
        return;
    }
    while (len-- > 0)
        *to++ = *from++;
}

INLINE uint32_t state_after_literal(uint32_t state)
{
    return state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
}

/* One LZMA chunk: out..out_end from the input that ends at in_end. room: bytes of
 * the whole output buffer from out_end on. */
static int chunk(struct lzma *l, const uint8_t *in, const uint8_t *in_end,
                 uint8_t *out, uint8_t *out_end, size_t room)
{
    struct rc rc = { UINT32_MAX, 0, in + 5 };
    struct probs *p = &l->p;

    if (in_end - in < 5 || in[0] != 0)
        return -EILSEQ;
    rc.code = (uint32_t)in[1] << 24 | (uint32_t)in[2] << 16 |
              (uint32_t)in[3] << 8 | in[4];
    while (out < out_end && rc.at <= in_end) {                      /* R1 */
        uint32_t pos = (uint32_t)(out - l->dict), len;
        uint32_t pos_state = pos & l->pb_mask;

        if (!rc_bit(&rc, &p->match[l->state][pos_state])) {
            uint32_t before = pos ? out[-1] : 0;
            uint16_t *lit = p->literal + 0x300 *
                (((pos & l->lp_mask) << l->lc) + (before >> (8 - l->lc)));

            if (l->state < LIT_STATES)
                *out = literal_plain(&rc, lit);
            else
                *out = literal_matched(&rc, lit, *(out - l->rep[0] - 1));
            out++;
            l->state = state_after_literal(l->state);
            continue;
        }
        len = match(&rc, l, pos_state);
        if (l->rep[0] >= (size_t)(out - l->dict) ||                 /* R2 */
            len > (size_t)(out_end - out))
            return -EILSEQ;
        copy_match(out, (size_t)l->rep[0] + 1, len, (size_t)(out_end - out) + room);
        out += len;
    }
    rc_normalise(&rc);
    return out == out_end && rc.at == in_end && rc.code == 0 ? 0 : -EILSEQ;
}

static void reset_state(struct lzma *l)
{
    uint16_t *p = (uint16_t *)&l->p;

    for (size_t i = 0; i < sizeof(l->p) / sizeof(*p); i++)
        p[i] = PROB_HALF;
    l->state = 0;
    memset(l->rep, 0, sizeof(l->rep));
}

static int set_props(struct lzma *l, uint8_t props)
{
    uint32_t lc = props % 9, lp = props / 9 % 5, pb = props / 45;

    if (pb > 4 || lc + lp > 4)
        return -EILSEQ;
    l->lc = lc;
    l->lp_mask = (1u << lp) - 1;
    l->pb_mask = (1u << pb) - 1;
    l->have_props = true;
    return 0;
}

struct span { const uint8_t *at, *end; };

static int plain_chunk(struct lzma *l, uint8_t control, struct span *in,
                       uint8_t **out, uint8_t *out_end)
{
    size_t size;

    if (control > 2 || in->end - in->at < 2)
        return -EILSEQ;
    if (control == 1) {
        l->dict = *out;
        l->have_dict = true;
        l->have_props = false;      /* so that the next LZMA chunk resets (R2) */
    }
    size = ((size_t)in->at[0] << 8 | in->at[1]) + 1;
    in->at += 2;
    if (!l->have_dict || size > (size_t)(in->end - in->at))
        return -EILSEQ;
    if (size > (size_t)(out_end - *out))
        return -ENOSPC;
    memcpy(*out, in->at, size);
    in->at += size;
    *out += size;
    return 0;
}

static int lzma_chunk(struct lzma *l, uint8_t control, struct span *in,
                      uint8_t **out, uint8_t *out_end)
{
    unsigned reset = (control >> 5) & 3;
    const uint8_t *h = in->at, *data;
    size_t size, packed, left;
    int rc;

    if (in->end - h < 5)
        return -EILSEQ;
    size = ((size_t)(control & 0x1f) << 16 | (size_t)h[0] << 8 | h[1]) + 1;
    packed = ((size_t)h[2] << 8 | h[3]) + 1;
    h += 4;
    if (reset == 3) {
        l->dict = *out;
        l->have_dict = true;
    }
    if (reset >= 2 && set_props(l, *h++))
        return -EILSEQ;
    if (!l->have_dict || !l->have_props || packed > (size_t)(in->end - h))
        return -EILSEQ;
    if (size > (size_t)(out_end - *out))
        return -ENOSPC;
    if (reset >= 1)
        reset_state(l);

    left = (size_t)(in->end - h) - packed;
    data = h;
    if (left < PAD) {                                           /* R1 */
        memcpy(tail, h, packed);
        memset(tail + packed, 0, PAD);
        data = tail;
    }
    rc = chunk(l, data, data + packed, *out, *out + size,
               (size_t)(out_end - *out) - size);
    in->at = h + packed;
    *out += size;
    return rc;
}

int lzma2_decode(const uint8_t *in, size_t in_size, size_t *used, uint8_t *out,
                 size_t out_size, size_t *written)
{
    struct span s = { in, in + in_size };
    uint8_t *at = out, *end = out + out_size;
    int rc = 0;

    lzma.have_props = lzma.have_dict = false;
    reset_state(&lzma);
    for (;;) {
        uint8_t control;

        if (s.at == s.end)
            return -EILSEQ;
        control = *s.at++;
        if (control == 0)
            break;
        if (control < 0x80)
            rc = plain_chunk(&lzma, control, &s, &at, end);
        else
            rc = lzma_chunk(&lzma, control, &s, &at, end);
        if (rc)
            return rc;
    }
    *used = (size_t)(s.at - in);
    *written = (size_t)(at - out);
    return 0;
}
