/* SPDX-License-Identifier: MIT */
/*
 * emulate_test.c - a trapped write to an L1 table has the effect that the
 * processor itself would have had: memory, registers, flags, length.
 *
 * Every instruction that the emulator knows is run natively on an ordinary word
 * and emulated on a table's entry with the same operands.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/domain.h"
#include "core/trace.h"
#include "mm/boot_mm.h"
#include "mm/guest_copy.h"
#include "mm/page_internal.h"
#include "pte.h"
#include "pv/pv_mmu.h"
#include "world.h"

#define TABLE_VA   0x40000000ull
#define FLAGS_SEEN 0x8d5ull             /* CF PF AF ZF SF OF                   */
#define RET        0xc3

static struct domain *d;
static struct vcpu vcpu;
static mfn_t table;
static uint8_t *code;

uint64_t trace_quiet = 1;           /* nobody traces                           */

void trace_record(uint32_t event, unsigned n, uint64_t a, uint64_t b, uint64_t c)
{
}

/* The guest's memory is ours. */
size_t uaccess_copy(void *dst, const void *src, size_t n)
{
    memcpy(dst, src, n);
    return 0;
}

bool iomem_readonly(mfn_t m)
{
    return io_frame_access(m) == 1;
}

struct machine { uint64_t rax, rcx, rdx, rdi, flags; };

static void native(struct machine *m)
{
    __asm__ __volatile__(
        "lea -128(%%rsp), %%rsp\n\t"
        "push %[fl]\n\t"
        "popfq\n\t"
        "call *%%rsi\n\t"
        "pushfq\n\t"
        "pop %[fl]\n\t"
        "cld\n\t"
        "lea 128(%%rsp), %%rsp"
        : "+a"(m->rax), "+c"(m->rcx), "+d"(m->rdx), "+D"(m->rdi),
          [fl] "+r"(m->flags)
        : "S"(code) : "memory", "cc");
}

/* One row: opcode bytes, the modrm's reg field (or -1: any register), bytes of
 * immediate (9: of the operand's size), widths as a mask of 1, 2, 4, 8. */
struct row { const char *op; unsigned n; int reg; unsigned imm, sizes; };

static const struct row rows[] = {
    { "\x00", 1, -1, 0, 1 }, { "\x01", 1, -1, 0, 14 },      /* add             */
    { "\x08", 1, -1, 0, 1 }, { "\x09", 1, -1, 0, 14 },      /* or              */
    { "\x20", 1, -1, 0, 1 }, { "\x21", 1, -1, 0, 14 },      /* and             */
    { "\x28", 1, -1, 0, 1 }, { "\x29", 1, -1, 0, 14 },      /* sub             */
    { "\x30", 1, -1, 0, 1 }, { "\x31", 1, -1, 0, 14 },      /* xor             */
    { "\x80", 1, 0, 1, 1 }, { "\x81", 1, 0, 9, 14 }, { "\x83", 1, 0, 1, 14 },
    { "\x80", 1, 1, 1, 1 }, { "\x81", 1, 1, 9, 14 }, { "\x83", 1, 1, 1, 14 },
    { "\x80", 1, 4, 1, 1 }, { "\x81", 1, 4, 9, 14 }, { "\x83", 1, 4, 1, 14 },
    { "\x80", 1, 5, 1, 1 }, { "\x81", 1, 5, 9, 14 }, { "\x83", 1, 5, 1, 14 },
    { "\x80", 1, 6, 1, 1 }, { "\x81", 1, 6, 9, 14 }, { "\x83", 1, 6, 1, 14 },
    { "\x86", 1, -1, 0, 1 }, { "\x87", 1, -1, 0, 14 },      /* xchg            */
    { "\x88", 1, -1, 0, 1 }, { "\x89", 1, -1, 0, 14 },      /* mov             */
    { "\xc6", 1, 0, 1, 1 }, { "\xc7", 1, 0, 9, 14 },
    { "\xfe", 1, 0, 0, 1 }, { "\xff", 1, 0, 0, 14 },        /* inc             */
    { "\xfe", 1, 1, 0, 1 }, { "\xff", 1, 1, 0, 14 },        /* dec             */
    { "\xf6", 1, 2, 0, 1 }, { "\xf7", 1, 2, 0, 14 },        /* not             */
    { "\xf6", 1, 3, 0, 1 }, { "\xf7", 1, 3, 0, 14 },        /* neg             */
    { "\x0f\xb0", 2, -1, 0, 1 }, { "\x0f\xb1", 2, -1, 0, 14 },  /* cmpxchg     */
    { "\x0f\xc0", 2, -1, 0, 1 }, { "\x0f\xc1", 2, -1, 0, 14 },  /* xadd        */
    { "\x0f\xba", 2, 5, 1, 14 }, { "\x0f\xba", 2, 6, 1, 14 },   /* bts, btr    */
    { "\x0f\xba", 2, 7, 1, 14 },                                /* btc         */
    { "\x0f\xc3", 2, -1, 0, 12 },                               /* movnti      */
};

/* Writes the instruction at code; the register it uses is rax, rcx or rdx (or
 * their second bytes). Returns its length. */
static unsigned assemble(const struct row *r, unsigned size)
{
    bool byte = size == 1, rex = size == 8 || (byte && rnd(4) == 0);
    unsigned reg = r->reg >= 0 ? (unsigned)r->reg : rnd(3), n = 0;
    unsigned imm = r->imm == 9 ? MIN(size, 4u) : r->imm, form = rnd(4);

    if (r->reg < 0 && byte && !rex && rnd(2) != 0)
        reg += 4;
    if (rnd(2) != 0 && r->op[0] != '\x88' && r->op[0] != '\x89' &&
        r->op[0] != '\xc6' && r->op[0] != '\xc7' &&
        !(r->n == 2 && r->op[1] == '\xc3'))
        code[n++] = 0xf0;
    if (size == 2)
        code[n++] = 0x66;
    if (rex)
        code[n++] = size == 8 ? 0x48 : 0x40;
    memcpy(code + n, r->op, r->n);
    n += r->n;
    code[n++] = (uint8_t)((form == 1 ? 0x40 : form == 2 ? 0x80 : 0) | reg << 3 |
                          (form == 3 ? 4 : 7));
    if (form == 3)
        code[n++] = 0x27;                       /* SIB: no index, base rdi     */
    for (unsigned i = form == 1 ? 1 : form == 2 ? 4 : 0; i > 0; i--)
        code[n++] = 0;
    for (unsigned i = 0; i < imm; i++)
        code[n++] = (uint8_t)(r->imm == 1 && r->n == 2 ? rnd(size * 8) : rnd(256));
    code[n] = RET;
    return n;
}

static int differ(const char *what, const struct row *r, unsigned size,
                  uint64_t got, uint64_t want)
{
    fprintf(stderr, "opcode %02x%02x size %u: %s is %#llx, not %#llx\n",
            (uint8_t)r->op[0], r->n == 2 ? (uint8_t)r->op[1] : 0, size, what,
            (unsigned long long)got, (unsigned long long)want);
    return 1;
}

/* 1: they differ. *used counts comparisons that meant something. */
static int try_row(const struct row *r, unsigned size, unsigned *used)
{
    uint64_t word = ((uint64_t)rnd(~0u) << 33 ^ (uint64_t)rnd(~0u) << 8 ^ rnd(256)) &
                    ~1ull;
    unsigned offset = rnd(8 / size) * size, index = rnd(512);
    unsigned length = assemble(r, size);
    uint64_t *entry = (uint64_t *)frame_map(table) + index, mem = word;
    struct cpu_user_regs regs = { .rip = (uintptr_t)code };
    struct machine m;
    int bad = 0;

    m.rax = rnd(3) == 0 ? word >> (offset * 8) : (uint64_t)rnd(~0u) << 32 | rnd(~0u);
    m.rcx = (uint64_t)rnd(~0u) << 32 | rnd(~0u);
    m.rdx = rnd(256);
    m.rdi = (uintptr_t)&mem + offset;
    m.flags = 0x202 | (rnd(~0u) & FLAGS_SEEN);
    regs.rax = m.rax;
    regs.rcx = m.rcx;
    regs.rdx = m.rdx;
    regs.rdi = m.rdi;
    regs.rflags = m.flags;
    native(&m);
    if ((mem & PTE_P) != 0)
        return 0;                       /* the entry would be judged: not here */

    *entry = word;
    if (!pv_pt_emulate(&vcpu, TABLE_VA + index * 8 + offset, &regs))
        return differ("the answer", r, size, 0, 1);
    ++*used;
    if (*entry != mem)
        bad += differ("memory", r, size, *entry, mem);
    if (regs.rax != m.rax)
        bad += differ("rax", r, size, regs.rax, m.rax);
    if (regs.rcx != m.rcx)
        bad += differ("rcx", r, size, regs.rcx, m.rcx);
    if (regs.rdx != m.rdx)
        bad += differ("rdx", r, size, regs.rdx, m.rdx);
    if (((regs.rflags ^ m.flags) & FLAGS_SEEN) != 0)
        bad += differ("flags", r, size, regs.rflags & FLAGS_SEEN, m.flags & FLAGS_SEEN);
    if (regs.rip != (uintptr_t)code + length)
        bad += differ("length", r, size, regs.rip - (uintptr_t)code, length);
    return bad != 0;
}

/* stos, alone and repeated: each call does one element. */
static int try_stos(void)
{
    static const uint8_t rep_stosq[] = { 0xf3, 0x48, 0xab };
    struct cpu_user_regs regs = { .rip = (uintptr_t)code, .rax = 0x1234500,
                                  .rcx = 3, .rdi = TABLE_VA, .rflags = 0x202 };
    uint64_t *entry = frame_map(table);

    memcpy(code, rep_stosq, sizeof(rep_stosq));
    memset(entry, 0, PAGE_SIZE);
    for (unsigned i = 0; i < 3; i++)
        if (!pv_pt_emulate(&vcpu, regs.rdi, &regs))
            return 1;
    return !(entry[0] == 0x1234500 && entry[2] == 0x1234500 && entry[3] == 0 &&
             regs.rcx == 0 && regs.rdi == TABLE_VA + 24 &&
             regs.rip == (uintptr_t)code + 3);
}

static void make_guest(void)
{
    mfn_t m[4];                         /* L1 that maps the table, L2, L3, L4  */

    d = (struct domain *)world_domain(1, 100, 1);
    for (unsigned i = 0; i < 4; i++)
        m[i] = page_mfn(domain_pages_alloc(&d->mm, 0, 0));
    table = page_mfn(domain_pages_alloc(&d->mm, 0, 0));
    ((pte_t *)frame_map(m[0]))[0] = pte_make(table, PTE_P);
    ((pte_t *)frame_map(m[1]))[0] = pte_make(m[0], PTE_P | PTE_RW);
    ((pte_t *)frame_map(m[2]))[1] = pte_make(m[1], PTE_P | PTE_RW);
    ((pte_t *)frame_map(m[3]))[0] = pte_make(m[2], PTE_P | PTE_RW);
    if (pt_pin(&d->mm, table, PGT_L1) != 0 || pt_pin(&d->mm, m[3], PGT_L4) != 0)
        abort();
    vcpu.d = d;
    vcpu.pv.kernel_root = m[3];
    vcpu.pv.in_kernel = true;
}

int main(void)
{
    unsigned used = 0, bad = 0;

    code = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (code == MAP_FAILED)
        return 2;
    fake_machine_init();
    make_guest();
    rnd_seed(1);
    for (unsigned round = 0; round < 2000 && bad < 20; round++)
        for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
            for (unsigned size = 1; size <= 8; size *= 2)
                if ((rows[i].sizes & size) != 0)
                    bad += (unsigned)try_row(&rows[i], size, &used);
    if (try_stos() != 0) {
        fprintf(stderr, "rep stosq went wrong\n");
        bad++;
    }
    if (page_audit() != 0)
        bad++;
    printf("%u instructions emulated as the processor runs them, %u not\n", used, bad);
    return bad != 0 || used < 100000;
}
