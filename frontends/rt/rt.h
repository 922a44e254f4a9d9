/* SPDX-License-Identifier: MIT */
/*
 * rt.h - the runtime that a guest test, or any other small PV kernel, stands on.
 *
 * A test is a folder tests/guest/NAME with a main.c that defines
 *     const char test_title[] = "one sentence that this test proves";
 *     void test_main(void);
 * and calls expect_*(). An expectation that fails is printed and counted and the
 * test goes on. A trap that nobody expected ends the test, not the image.
 */
#ifndef RT_H
#define RT_H

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include "public/xen.h"
#include "public/errno.h"
#include "public/event_channel.h"
#include "public/grant_table.h"
#include "public/memory.h"
#include "public/sched.h"
#include "public/vcpu.h"
#include "frontends/rt/hypercall.h"

#define PAGE_SIZE 4096UL
#define VIRT_BASE 0xffffffff80000000UL

/* ---- tests ---- */

extern const char test_title[];
void test_main(void);

void expect_at(const char *file, int line, bool ok, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#define expect_true(cond, ...) expect_at(__FILE__, __LINE__, (cond), __VA_ARGS__)
#define expect_eq(want, got, fmt, ...)                                      \
    do {                                                                    \
        long want_ = (long)(want), got_ = (long)(got);                      \
        expect_at(__FILE__, __LINE__, want_ == got_,                        \
                  fmt ": expected %ld (%#lx), got %ld (%#lx)",              \
                  ##__VA_ARGS__, want_, want_, got_, got_);                 \
    } while (0)

struct rt_test {
    const char *name;
    const char *title;
    void (*main)(void);
};
extern const struct rt_test rt_tests[];
extern const unsigned rt_test_count;

/* The command line has `word=value` of them; null if it has not. The value ends
 * at a space. */
const char *rt_option(const char *word);

/* ---- text ---- */

int rt_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int rt_snprintf(char *buf, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void rt_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void rt_puts(const char *s, size_t len);
/* Somebody who reads our console is notified: a reset of all ports ends that. */
bool rt_console_needs_port(void);

void *memset(void *p, int c, size_t n);
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strncmp(const char *a, const char *b, size_t n);

/* ---- start and end ---- */

extern struct start_info *rt_start_info;
extern struct shared_info *rt_shared;
bool rt_is_dom0(void);
domid_t rt_domid(void);             /* our own number */
/* Registers trap table, callbacks and kernel stack of this vcpu again. */
void rt_restore(void);
_Noreturn void rt_shutdown(unsigned reason);

/* ---- traps ---- */

struct trap_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
    uint64_t rdi, rsi, rbp, rbx, rdx, rcx, rax;
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss;
};
#define TRAP_EVENT    256
#define TRAP_SYSCALL  257
#define TRAP_NMI      258
#define TRAP_FAILSAFE 259
#define TRAP_COUNT    260

/* DS, ES, FS and GS as the last failsafe callback told them. */
extern uint64_t rt_failsafe_selectors[4];

/* A handler may change the frame; false: it was not mine. */
typedef bool trap_handler(struct trap_frame *f);
void trap_on(unsigned vector, trap_handler *h);     /* null: none */

/* What trap_run() caught: a copy of the frame and of CR2. */
struct trap_caught {
    bool seen;
    struct trap_frame frame;
    uint64_t cr2;
};

/* Runs fn(arg). A trap without a handler ends it and is returned in `c`. */
bool trap_run(struct trap_caught *c, void (*fn)(void *arg), void *arg);

/* One access of `size` 8 bytes; false, with c filled, if it trapped. */
bool try_read(struct trap_caught *c, const void *va, uint64_t *value);
bool try_write(struct trap_caught *c, void *va, uint64_t value);

void rt_frame_load(struct trap_frame *f) __attribute__((noreturn));

struct rt_jump { uint64_t r[8]; };
int rt_setjmp(struct rt_jump *j) __attribute__((returns_twice));
_Noreturn void rt_longjmp(struct rt_jump *j, int value);

/* ---- memory ---- */

#define PTE_P   0x001UL
#define PTE_RW  0x002UL
#define PTE_US  0x004UL
#define PTE_PCD 0x010UL
#define PTE_A   0x020UL
#define PTE_D   0x040UL
#define PTE_PS  0x080UL
#define PTE_G   0x100UL
#define PTE_AVAIL 0xe00UL
#define PTE_NX  (1UL << 63)
#define PTE_MFN(pte) (((pte) >> 12) & 0xffffffffffUL)
#define PTE_FLAGS (PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)

void *page_alloc(void);             /* zeroed, own page, never freed        */
unsigned page_pool_left(void);
uint64_t va_to_pfn(const void *va); /* of the image and its pool            */
uint64_t va_to_mfn(const void *va);
uint64_t pfn_to_mfn(uint64_t pfn);
void pfn_set_mfn(uint64_t pfn, uint64_t mfn);
uint64_t mfn_to_pfn(uint64_t mfn);
void *mfn_to_va(uint64_t mfn);

/* The entry of level 1 to 4 that maps va in the kernel's tables; null if an
 * upper one is missing. Tables are readable, not writable. */
const uint64_t *pte_of(const void *va, int level);
uint64_t pte_ma(const uint64_t *entry);             /* its machine address   */
long pte_write(const uint64_t *entry, uint64_t value); /* by mmu_update      */
long page_set(void *va, uint64_t pte);              /* by update_va_mapping  */
long page_readonly(void *va);
long page_writable(void *va);

/* An address space hole of 2 MiB with all upper tables present. */
void *va_hole(void);

long mmuext(unsigned cmd, uint64_t mfn);

/* ---- events and time ---- */

typedef void event_handler(unsigned port);
void event_on(unsigned port, event_handler *h);     /* also unmasks it       */
void event_mask(unsigned port);
void event_unmask(unsigned port);
bool event_pending(unsigned port);
void event_clear(unsigned port);
void events_disable(void);                          /* the vcpu's own mask   */
void events_enable(void);
struct vcpu_info *vcpu_info_self(void);
unsigned vcpu_self(void);

uint64_t time_ns(void);             /* system time                          */
void time_spin(uint64_t ns);
/* Waits until *flag is not zero; false after ns. */
bool wait_for(const unsigned *flag, uint64_t ns);

/* ---- further vcpus ---- */

/* Starts vcpu n in fn(arg); 0 or an error. fn may return: the vcpu goes down. */
long rt_vcpu_start(unsigned n, void (*fn)(void *arg), void *arg);
long rt_vcpu_context(unsigned n, struct vcpu_guest_context *ctx);

/* Call after VCPUOP_register_vcpu_info. */
void vcpu_info_moved(unsigned n, struct vcpu_info *to);

/* ---- user mode ---- */

#define USER_CODE  0x400000UL       /* where user_init() maps the code       */
#define USER_STACK 0x402000UL       /* top of one page                       */

/* Makes user page tables that map a copy of the code, at most a page, and a
 * stack, and loads them. False, with the expectation failed, if that fails. */
bool user_init(const void *code, size_t size);

/* Runs the code from `offset` until a trap without a handler ends it. */
void user_run(struct trap_caught *c, uint64_t offset);

/* ---- grants ---- */

struct grant_entry_v1 *grant_table(void);   /* mapped at first use           */
unsigned grant_table_entries(void);
grant_ref_t grant_new(unsigned domid, uint64_t mfn, bool readonly);
bool grant_end(grant_ref_t ref);            /* false: still in use           */

/* ---- for a control domain: the machine's counts ---- */

uint64_t free_pages(void);
bool on_splitring(void);            /* our hypervisor, not another            */
/* False: our hypervisor found a frame, grant or port that is counted wrongly. */
bool audit_is_clean(void);

/* ---- instructions ---- */

static inline uint64_t load64(const void *p)
{
    return __atomic_load_n((const uint64_t *)p, __ATOMIC_SEQ_CST);
}

static inline void store64(void *p, uint64_t v)
{
    __atomic_store_n((uint64_t *)p, v, __ATOMIC_SEQ_CST);
}

static inline void cpuid(uint32_t leaf, uint32_t sub, uint32_t r[4])
{
    __asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
                     : "a"(leaf), "c"(sub));
}

static inline uint64_t rdtsc(void)
{
    uint32_t lo, hi;

    __asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
    return (uint64_t)hi << 32 | lo;
}

#endif
