/* SPDX-License-Identifier: MIT */
/*
 * bcj_x86.c - turns the absolute targets of CALL and JMP back into relative ones.
 *
 * The encoder turned the operand of each E8 or E9 byte whose top byte is 00 or FF
 * into an address, because equal targets pack better than equal distances. Bytes
 * that merely look like an opcode make it careful: what was decided for the four
 * bytes before an opcode decides for it as well. `recent` remembers that: bit n
 * (0 to 2) says that the byte n + 1 places back was an opcode that was left alone,
 * bit 3 (shifted on with the rest) that its operand had such a top byte.
 */
#include "boot/decode/decode.h"


#define ONES  0x0101010101010101ull
#define HIGHS 0x8080808080808080ull

static inline bool far_byte(uint8_t b)
{
    return b == 0x00 || b == 0xff;
}

/* The first place from `at` on where an opcode may be, eight bytes a step. */
static size_t next_opcode(const uint8_t *buf, size_t at, size_t end)
{
    while (at + 8 <= end) {
        uint64_t w, zero;

        __builtin_memcpy(&w, buf + at, 8);
        w = (w & ~ONES) ^ (0xe8 * ONES);
        zero = (w - ONES) & ~w & HIGHS;
        if (zero)
            return at + (size_t)__builtin_ctzll(zero) / 8;
        at += 8;
    }
    while (at < end && (buf[at] & 0xfe) != 0xe8)
        at++;
    return at;
}

/* The operand as it was, given which of its own bytes were opcodes before. */
static uint32_t unconvert(uint32_t operand, uint32_t next, uint32_t recent)
{
    static const uint8_t place[8] = { 0, 1, 2, 2, 3, 3, 3, 3 };

    for (;;) {
        uint32_t rel = operand - next;
        unsigned shift;

        if (recent == 0)
            return rel;
        shift = place[(recent >> 1) & 7] * 8;
        if (!far_byte((uint8_t)(rel >> (24 - shift))))
            return rel;
        operand = rel ^ (uint32_t)((1ull << (32 - shift)) - 1);
    }
}

void bcj_x86_decode(uint8_t *buf, size_t size)
{
    static const bool allowed[8] = { true, true, true, false, true };
    size_t last = 0, at = 0;            /* last: the opcode before, plus 5     */
    uint32_t recent = 0;

    if (size < 5)
        return;
    while ((at = next_opcode(buf, at, size - 4)) < size - 4) {
        size_t gap = at + 5 - last;
        uint8_t top = buf[at + 4];

        last = at + 5;
        if (gap > 5)
            recent = 0;
        for (size_t i = 0; i < gap && recent; i++)
            recent = (recent & 0x77) << 1;
        if (far_byte(top) && allowed[(recent >> 1) & 7] && (recent >> 1) < 0x10) {
            uint32_t operand;

            __builtin_memcpy(&operand, buf + at + 1, 4);
            operand = unconvert(operand, (uint32_t)at + 5, recent);
            operand = (operand & 0x01ffffff) | -(operand & 0x01000000);
            __builtin_memcpy(buf + at + 1, &operand, 4);
            at += 5;
            recent = 0;
        } else {
            recent |= far_byte(top) ? 0x11 : 0x01;
            at++;
        }
    }
}
