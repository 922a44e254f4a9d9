/* SPDX-License-Identifier: MIT */
/*
 * perm.h - who may do what to a node.
 *
 * The first entry names the owner, who may do everything, and what everyone not
 * named may do; the others grant to one domain each. The control domain may do
 * everything everywhere.
 *
 *   R1  A list is never changed once it is shared: a change makes another.
 *   R2  No list names a domain that does not exist: a later domain of the same
 *       number would inherit what it was never given.
 */
#ifndef XENSTORE_PERM_H
#define XENSTORE_PERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PERM_NONE  0u
#define PERM_READ  1u
#define PERM_WRITE 2u
#define PERM_OWNER 4u

#define PERM_COUNT_MAX 1024     /* what fits into one message, and more */

struct perm {
    uint16_t domid;
    uint8_t bits;               /* PERM_READ and PERM_WRITE only */
};

struct perms {
    uint32_t refs;
    uint32_t count;
    struct perm p[];
};

/* Who asks: a domain, and the one it may act for (SET_TARGET), or itself. */
struct perm_asker {
    uint16_t domid;
    uint16_t target;
    bool privileged;
};

struct perms *perms_alloc(uint32_t count);
struct perms *perms_get(struct perms *ps);
void perms_put(struct perms *ps);

unsigned int perms_allow(const struct perms *ps, const struct perm_asker *who);

/* What a node that `who` makes below one with `parent` gets (a new ref). */
struct perms *perms_inherit(struct perms *parent, const struct perm_asker *who);

/* A list without `domid`, or NULL when it is not named after the owner. */
struct perms *perms_without(const struct perms *ps, uint16_t domid);

/* "w5" to an entry, strictly; 0 or -EINVAL. */
int perm_parse(const char *text, struct perm *out);
/* An entry to text with its NUL; returns the length with it. */
size_t perm_print(const struct perm *p, char out[8]);

static inline uint16_t perms_owner(const struct perms *ps)
{
    return ps->p[0].domid;
}

#endif
