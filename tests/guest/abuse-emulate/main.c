/* SPDX-License-Identifier: MIT */
#include "tests/guest/abuse.h"
#include "tests/guest/random.h"

const char test_title[] =
    "stores of every kind and size to a page table in use never leave an entry "
    "that a hypercall would have refused";

enum { ROUNDS = 6000 };

static struct random rnd = { 0x2545f4914f6cdd1dUL };

struct store {
    char *to;
    uint64_t value;
    unsigned kind;
};

static void run(void *arg)
{
    struct store *s = arg;
    uint64_t v = s->value, old = *(uint64_t *)((uint64_t)s->to & ~7UL);

#define DO(n, text) case n:                                                 \
    __asm__ volatile(text : "+m"(*(uint64_t *)s->to), "+r"(v), "+a"(old)    \
                     : : "memory", "cc"); break;
    switch (s->kind) {
    DO(0, "movq %1, %0")
    DO(1, "movl %k1, %0")
    DO(2, "movw %w1, %0")
    DO(3, "movb %b1, %0")
    DO(4, "xchgq %1, %0")
    DO(5, "xchgl %k1, %0")
    DO(6, "lock cmpxchgq %1, %0")
    DO(7, "lock cmpxchgl %k1, %0")
    DO(8, "lock orq %1, %0")
    DO(9, "lock andq %1, %0")
    DO(10, "xorl %k1, %0")
    DO(11, "addq %1, %0")
    DO(12, "lock xaddq %1, %0")
    DO(13, "lock btsq $1, %0")
    DO(14, "lock btrq $0, %0")
    DO(15, "lock btcq $63, %0")
    DO(16, "notq %0")
    DO(17, "negl %0")
    DO(18, "incq %0")
    DO(19, "movnti %1, %0")
    }
#undef DO
}

/* What a hypercall lets in: not present, or a frame of ours, but not this table
 * writable. */
static bool entry_fine(uint64_t e, const uint64_t *l1)
{
    uint64_t mfn = PTE_MFN(e), pfn;
    struct trap_caught c;

    if (!(e & PTE_P))
        return true;
    if (mfn == hypervisor_frame())
        return false;
    if (mfn == rt_start_info->shared_info >> 12)    /* ours, and no pfn's */
        return true;
    /* Device memory is a control domain's to map: the first MiB, what is past
     * the last RAM, and frames that the machine's table does not know. */
    if (mfn < 0x100 || (long)mfn >= hc_memory_op(XENMEM_maximum_ram_page, NULL) ||
        !try_read(&c, machine_to_phys_mapping + mfn, &pfn))
        return rt_is_dom0();
    if (pfn >= rt_start_info->nr_pages || pfn_to_mfn(pfn) != mfn)
        return false;
    return !(e & PTE_RW) || mfn != va_to_mfn(l1);
}

static uint64_t value(const uint64_t *own, const uint64_t *l1)
{
    uint64_t flags = random_next(&rnd) & 0x7f;

    switch (random_below(&rnd, 8)) {
    case 0: return 0;
    case 1: return va_to_mfn(l1) << 12 | flags | PTE_P;
    case 2: return hypervisor_frame() << 12 | flags | PTE_P;
    case 3: return random_next(&rnd);
    case 4: return NO_FRAME << 12 | flags;
    default: return va_to_mfn(own) << 12 | flags | PTE_P;
    }
}

void test_main(void)
{
    char *hole = va_hole();
    uint64_t *l1 = (uint64_t *)pte_of(hole, 1), *own = page_alloc();
    unsigned wrong = 0, stored = 0, trapped = 0;

    expect_eq(0, hc_vm_assist(VMASST_CMD_enable,
                              VMASST_TYPE_writable_pagetables), "vm_assist");
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned slot = random_below(&rnd, 64);
        struct store s = { .kind = random_below(&rnd, 20) };
        struct trap_caught c;

        s.to = (char *)&l1[slot];
        if (random_below(&rnd, 8) == 0)
            s.to += random_below(&rnd, 8);
        s.value = value(own, l1);
        if (trap_run(&c, run, &s))
            trapped++;
        else
            stored++;
        for (unsigned k = slot; k < slot + 2; k++) {
            if (!entry_fine(l1[k], l1)) {
                wrong++;
                rt_printf("  round %u kind %u: entry %#lx\n", i, s.kind, l1[k]);
            }
        }
        if (wrong > 5)
            break;
    }
    expect_eq(0, wrong, "bad entries");
    expect_true(stored > ROUNDS / 20, "only %u stores were carried out", stored);
    expect_true(trapped > ROUNDS / 20, "only %u were refused", trapped);
    for (unsigned k = 0; k < 80; k++)
        pte_write(&l1[k], 0);
}
