/* SPDX-License-Identifier: MIT */
/* journal.c - appends records, and does again what they say. See journal.h. */
#include <errno.h>
#include <string.h>

#include "conn.h"
#include "domain.h"
#include "journal.h"
#include "journal_state.h"
#include "tree.h"

#define MAGIC 0x316c6e72756f6a78ull     /* another layout, another number */
#define HEAD 4096u                      /* bytes before the first half */
#define TRIES 3u                        /* R6 */
#define ROOM (1u << 20)                 /* grows by this, is exchanged after this */
#define PATIENCE (16u << 20)            /* when a transaction is always open */

struct header {
    uint64_t magic;
    uint64_t build;             /* sizes that a state's meaning depends on */
    uint64_t active;            /* which half counts */
    uint64_t tail[2];           /* where each ends */
    uint64_t tries;             /* replays begun and not ended */
};

static struct header *header(const struct journal *j)
{
    return (struct header *)j->mem;
}

static uint8_t *half(const struct journal *j, uint64_t which)
{
    return j->mem + HEAD + which * j->half;
}

static uint64_t this_build(void)
{
    return sizeof(struct conn) ^ sizeof(struct domain) << 16 ^
           sizeof(struct store) << 32 ^ sizeof(struct node) << 48;
}

static uint64_t padded(uint64_t len)
{
    return (len + 7) & ~7ull;
}

bool journal_init(struct journal *j, void *mem, size_t size,
                  bool (*reserve)(size_t from, size_t to))
{
    *j = (struct journal){
        .mem = mem, .half = (size - HEAD) / 2 & ~7ul, .reserve = reserve,
    };
    if (header(j)->magic != MAGIC || header(j)->build != this_build() ||
        header(j)->active > 1 || header(j)->tail[0] > j->half ||
        header(j)->tail[1] > j->half || header(j)->tries >= TRIES)
        return false;
    j->careful = header(j)->tries++;
    return true;
}

/* Puts a record at the end of a half; it counts once its tail is stored. */
static bool append(struct journal *j, uint64_t which,
                   const struct journal_record *rec, const void *bytes)
{
    uint64_t tail = header(j)->tail[which];
    uint64_t end = tail + sizeof(*rec) + padded(rec->len);

    if (end > j->half)
        return false;
    if (tail / ROOM != end / ROOM &&
        !j->reserve(HEAD + which * j->half + tail,
                    HEAD + which * j->half + (end / ROOM + 1) * ROOM))
        return false;
    memcpy(half(j, which) + tail, rec, sizeof(*rec));
    if (rec->len)
        memcpy(half(j, which) + tail + sizeof(*rec), bytes, rec->len);
    __atomic_store_n(&header(j)->tail[which], end, __ATOMIC_RELEASE);
    return true;
}

static void give_up(struct store *s)
{
    store_log(s, "no room for the journal; from now on a kill of this daemon "
                 "loses the store. Make room under /run and restart it");
    s->journal->off = true;
    header(s->journal)->magic = 0;
}

static void write_record(struct store *s, uint64_t which,
                         const struct journal_record *rec, const void *bytes)
{
    if (!s->journal->off && !append(s->journal, which, rec, bytes))
        give_up(s);
}

void journal_note(struct store *s, enum journal_kind kind, uint32_t id,
                  uint32_t arg, uint32_t arg2, const void *bytes, size_t len)
{
    const struct journal_record rec = {
        .kind = kind, .id = id, .arg = arg, .arg2 = arg2, .len = len,
    };

    write_record(s, header(s->journal)->active, &rec, bytes);
}

void journal_answer(struct store *s, enum journal_kind kind, uint32_t id,
                    uint32_t arg, uint32_t arg2, uint32_t extra)
{
    if (s->journal && !s->journal->replaying)
        journal_note(s, kind, id, arg, arg2, &extra, sizeof(extra));
}

/* The record at j->at, and past it; false at the end. */
static bool next_record(struct journal *j, struct journal_record *rec,
                        const uint8_t **bytes)
{
    uint64_t active = header(j)->active, tail = header(j)->tail[active];

    if (j->at + sizeof(*rec) > tail)
        return false;
    memcpy(rec, half(j, active) + j->at, sizeof(*rec));
    if (rec->len > tail - j->at - sizeof(*rec))
        return false;
    *bytes = half(j, active) + j->at + sizeof(*rec);
    j->at += sizeof(*rec) + padded(rec->len);
    return true;
}

bool journal_recall(struct store *s, enum journal_kind kind, uint32_t id,
                    struct journal_record *out)
{
    struct journal *j = s->journal;
    const uint8_t *bytes;
    size_t was;

    if (!j || !j->replaying)
        return false;
    if (j->ring) {                      /* a state that is being restored */
        *out = *j->ring;
        return true;
    }
    was = j->at;
    if (!next_record(j, out, &bytes)) {
        j->replaying = false;           /* the last request goes on live */
        return false;
    }
    if (out->kind != kind || out->id != id) {
        j->at = was;
        j->broken = true;
        return false;
    }
    memcpy(&out->len, bytes, sizeof(uint32_t));
    out->len &= UINT32_MAX;             /* the third argument */
    return true;
}

static struct conn *find_conn(const struct store *s, uint32_t id)
{
    struct conn *c = s->conns;

    while (c && c->id != id)
        c = c->next;
    return c;
}

/* Nobody is there to take what a socket's client was sent. */
static void drop_output(struct conn *c)
{
    size_t len;

    while (!c->is_ring && conn_peek(c, &len))
        conn_sent(c, len);
}

static bool feed_again(struct conn *c, const uint8_t *bytes, size_t len)
{
    const struct journal *j = c->store->journal;
    bool done;

    if (j->careful && j->at == header(j)->tail[header(j)->active]) {
        conn_reset(c);                                          /* R6 */
        c->taken += (uint32_t)len;
        c->broken = true;
        return true;
    }
    done = conn_feed(c, bytes, len) == (long)len;

    drop_output(c);
    return done;
}

static bool redo(struct store *s, const struct journal_record *rec,
                 const uint8_t *bytes)
{
    struct conn *c = find_conn(s, rec->id);
    size_t len;

    switch (rec->kind) {
    case JOURNAL_OPEN:
        return conn_open(s, rec->arg)->id == rec->id;
    case JOURNAL_CHECK:
        domains_check(s);
        return true;
    case JOURNAL_RING:
        s->journal->at -= sizeof(*rec) + padded(rec->len);
        return s->hooks.ring_open &&
               !s->hooks.ring_open(s->hooks.ctx, store_domain(s, rec->id));
    case JOURNAL_CLOSE:
        if (c)
            conn_close(c);
        return c;
    case JOURNAL_RESET:
        if (c)
            conn_reset(c);
        return c;
    case JOURNAL_RESTART:
        if (c)
            conn_restart(c);
        return c;
    case JOURNAL_FEED:
        return c && feed_again(c, bytes, rec->len);
    case JOURNAL_SENT:
        if (!c || !conn_peek(c, &len) || len < rec->arg)
            return false;
        conn_sent(c, rec->arg);
        return true;
    default:
        return journal_state_redo(s, rec, bytes, c);
    }
}

int journal_replay(struct store *s, struct journal *j)
{
    const struct store_hooks hooks = s->hooks;
    struct journal_record rec;
    struct conn *c, *next;
    const uint8_t *bytes;

    s->journal = j;
    s->hooks.log = NULL;
    j->at = 0;
    j->replaying = true;
    while (j->replaying && !j->broken && next_record(j, &rec, &bytes))
        if (!redo(s, &rec, bytes))
            j->broken = true;
    j->replaying = true;
    for (c = s->conns; c; c = next) {
        next = c->next;
        if (!c->is_ring)
            conn_close(c);
    }
    j->replaying = false;
    s->hooks.log = hooks.log;
    if (j->broken)
        return -EIO;
    journal_compact(s);
    return 0;
}

void journal_start(struct store *s, struct journal *j)
{
    memset(header(j), 0, sizeof(struct header));
    j->at = j->floor = 0;
    j->replaying = j->off = j->broken = false;
    s->journal = j;
    journal_compact(s);
    header(j)->build = this_build();
    __atomic_store_n(&header(j)->magic, MAGIC, __ATOMIC_RELEASE);
}

static void put_state(struct store *s, const struct journal_record *rec,
                      const void *bytes)
{
    write_record(s, !header(s->journal)->active, rec, bytes);
}

void journal_compact(struct store *s)
{
    struct journal *j = s->journal;
    uint64_t other = !header(j)->active;

    if (j->off || !j->reserve(HEAD + other * j->half,
                              HEAD + other * j->half + ROOM)) {
        if (!j->off)
            give_up(s);
        return;
    }
    header(j)->tail[other] = 0;
    journal_state_write(s, put_state);
    if (j->off)
        return;
    j->floor = header(j)->tail[other];
    header(j)->tries = 0;
    __atomic_store_n(&header(j)->active, other, __ATOMIC_RELEASE);
}

/* Whether nobody would notice: no transaction is open. */
static bool is_quiet(const struct store *s)
{
    const struct conn *c;

    for (c = s->conns; c; c = c->next)
        if (c->txns)
            return false;
    return true;
}

void journal_tick(struct store *s)
{
    struct journal *j = s->journal;
    uint64_t tail;

    if (!j || j->off)
        return;
    tail = header(j)->tail[header(j)->active];
    if (tail > 4 * j->floor + ROOM &&
        (is_quiet(s) || tail > 4 * j->floor + PATIENCE))
        journal_compact(s);
}
