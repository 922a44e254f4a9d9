/* SPDX-License-Identifier: MIT */
/*
 * fuzz.h - the fuzzing guest: what its files say to each other.
 *
 * A run is made of episodes of CALLS calls. Every call's arguments come from its
 * own random stream, made from seed, episode, vcpu and number, and from the
 * model of what the guest has; never from a machine address, and never from an
 * error's number. So two hypervisors get the same calls as long as the same ones
 * succeed, and a call may be left out without changing what the others draw.
 * After an episode everything is put back, so that each starts alike.
 *
 *   R1  A frame of the arena (a slot) is mapped nowhere but where the fuzzer
 *       itself puts it: after an episode nothing may hold it, and that is tried.
 *   R2  What would end the guest itself is not drawn; each such case says so.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "frontends/rt/domain.h"
#include "tests/guest/abuse.h"

#define CALLS       1000        /* of an episode, per vcpu                    */
#define NR_SLOTS    96          /* frames of the arena                        */
#define NR_WINDOWS  64          /* pages of address space of the fuzzer's own */
#define GRANT_WINDOW 48         /* the first that grants are mapped at        */
#define NR_REFS     24          /* grant references in use                    */
#define NR_PORTS    24
#define NR_MAPS     12
#define NR_FUZZERS  2           /* vcpus that fuzz at most                    */

enum where { GUEST = 1, CONTROL = 2, ANY = 3 };

struct step {
    const struct row *row;
    struct model *m;
    uint64_t random;
    unsigned long nr;           /* of the hypercall                           */
    uint64_t a[6];              /* its arguments                              */
    char *arg, *list;           /* a page each                                */
    uint64_t k[20];             /* what learn() wants to know of draw()       */
    unsigned n;
    bool skip;                  /* nothing sensible to do now                 */
    bool ok;
    long rc;
    uint16_t more;              /* further results, folded: counts, ports     */
    int16_t status;             /* why a grant operation failed: GNTST_*, < 0 */
};

enum kind {
    K_DOM, K_OTHER, K_PORT, K_VCPU, K_SMALL, K_ONE_OF, K_ZERO, K_EDGE32, K_EDGE64,
    K_LIST, K_FRAME, K_VALUE, K_AREA, K_PADDING, K_VERSION, K_CHILD,
};

/* One member of a call's structure. */
struct field {
    uint16_t at;
    uint8_t size, kind;
    uint64_t n;
};

enum shape { SUB_ARG, SUB_VCPU_ARG, SUB_ARG_COUNT, HEADED };

struct row {
    const char *name;
    uint8_t where, weight;
    bool alone;                 /* not inside a multicall                     */
    bool value;                 /* what it returns is the same everywhere     */
    /* Either: */
    void (*draw)(struct step *s);
    /* or a form: */
    uint8_t shape;
    uint16_t call, sub, size;
    const struct field *field;
    unsigned fields;
    void (*prepare)(struct step *s);
    /* Both: */
    void (*learn)(struct step *s);      /* also sets s->ok; null: rc >= 0     */
    void (*run)(struct step *s);        /* no hypercall, something else       */
};

struct rows {
    const struct row *row;
    unsigned n;
};
extern const struct rows rows_mmu, rows_memory, rows_event, rows_grant, rows_cpu,
    rows_vcpu, rows_machine, rows_control;

struct map {
    bool used, foreign;
    uint32_t handle, ref;
    uint64_t host_addr, bus;    /* 0: not mapped so                           */
    uint64_t pte;               /* what must be at the window to unmap        */
    uint64_t frame;
    unsigned window;
};

/* What one fuzzing vcpu has. */
struct model {
    unsigned vcpu;
    uint32_t port[NR_PORTS];
    unsigned nr_ports;
    struct map map[NR_MAPS];
};

struct slot {
    uint64_t pfn, mfn;          /* mfn 0: given away                          */
};

extern struct slot slots[NR_SLOTS];
extern struct model models[NR_FUZZERS];
extern unsigned nr_fuzzers;
extern char *window;                    /* first of NR_WINDOWS pages          */
extern char *edge;                      /* a page with nothing after it       */
/* Its last bytes; on Xen too few for any argument: four are what some call has left
 * there, a time perhaps. */
#define EDGE_POINTER (edge + PAGE_SIZE - (opt.xen ? 2 : 4))
extern char *readonly_page;
extern char *area_page;                 /* for what the hypervisor writes     */
extern uint64_t *live_l1, *live_l2, *live_l3, *live_l4; /* read-only           */
extern char *spare;                     /* a page of ours, mapped writable    */
extern uint64_t foreign_mfn;            /* of another domain; 0: none         */
extern domid_t self_id, other_id, child_id;
extern bool child_there;
extern bool frames_stay;                /* none is given away in this episode  */

/* state.c */
void state_init(void);
void cpu_put_back(void);                /* of the vcpu that calls           */
bool state_reset(uint64_t seed, unsigned episode);      /* false: it failed   */
char *page_take(void);                  /* a page; for both vcpus             */
void slot_lost(struct slot *slot);      /* its frame was given away           */
/* The slot has this frame now. 0, or which of those given away in this episode it
 * was, from 1: what still names it is alive again. */
unsigned slot_given(struct slot *slot, uint64_t mfn);
int slot_level(unsigned i);             /* 1 to 4; 0: data                    */
unsigned slot_of_level(struct step *s, int level);
void fuzz_failed(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
extern unsigned failures;
extern bool ref_lost[];                 /* by grant reference                  */

/* draw.c */
void frames_find(void);                 /* at the start: those that are odd   */
uint64_t next(struct step *s);
unsigned below(struct step *s, unsigned n);
bool chance(struct step *s, unsigned percent);
uint64_t edge_value(struct step *s);
uint64_t draw_dom(struct step *s);
uint64_t draw_port(struct step *s);
uint64_t draw_vcpu(struct step *s);
enum frame_use { TO_MAP, TO_WRITE, TO_GIVE };
/* level: what is wanted, 0 data, -1 anything. */
uint64_t draw_frame(struct step *s, int level, enum frame_use use);
uint64_t draw_alien(struct step *s);
uint64_t draw_pte(struct step *s, int level);
void *draw_pointer(struct step *s, void *good, unsigned percent);
void *wild_pointer(struct step *s);
char *draw_va(struct step *s);
void form_draw(struct step *s);
uint64_t draw_field(struct step *s, const struct field *f);

#define F(T, member, kind_, n_) \
    { offsetof(struct T, member), sizeof(((struct T *)0)->member), kind_, n_ }
#define FIELDS(name, ...) static const struct field name[] = { __VA_ARGS__ }
#define WITH(name) .field = name, .fields = sizeof(name) / sizeof(name[0])
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* main.c */
struct options {
    uint64_t seed, seeds;
    unsigned episodes, first, until, from, vcpus;
    bool guest, xen, lax;
    char log, only[CALLS / 4 + 2];
    domid_t ticker;
    uint64_t ticker_mfn;
};
extern struct options opt;
void fuzz_start(void);
void fuzz_seed(void);

/* rows_control.c */
void control_domains(void);             /* those to be played with, made anew */

/* control.c */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void say_text(const char *s, size_t n);
void control_start(void);
void control_seed(void);
void control_audit(void);

/* steps.c */
void steps_init(enum where here);
void rows_add(struct rt_domain *d);     /* its counts to ours                 */
void step_draw(struct step *s, struct model *m, uint64_t seed, unsigned episode,
               unsigned n);
void step_draw_row(struct step *s, const struct row *row);
void step_run(struct step *s);
uint16_t step_result(const struct step *s);
void step_print(const struct step *s, unsigned n);
const struct row *row_pick(struct step *s, bool multi);
unsigned row_index(const struct row *row);
void rows_print(void);
void rows_total(void);
bool rows_report(void);
void rows_count(const struct step *s);
void multicall_draw(struct step *s);
void multicall_learn(struct step *s);
const struct step *multicall_inner(const struct step *s, unsigned i);  /* or NULL */

#endif
