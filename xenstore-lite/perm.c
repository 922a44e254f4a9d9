/* SPDX-License-Identifier: MIT */
/* perm.c - permission lists: shared, judged, parsed. See perm.h for the rules. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "mem.h"
#include "perm.h"
#include "wire.h"

static const char letters[] = "nrwb";   /* indexed by READ | WRITE */

struct perms *perms_alloc(uint32_t count)
{
    struct perms *ps = mem_zalloc(sizeof(*ps) + count * sizeof(ps->p[0]));

    ps->refs = 1;
    ps->count = count;
    return ps;
}

struct perms *perms_get(struct perms *ps)
{
    ps->refs++;
    return ps;
}

void perms_put(struct perms *ps)
{
    if (ps && !--ps->refs)
        free(ps);
}

unsigned int perms_allow(const struct perms *ps, const struct perm_asker *who)
{
    uint32_t i;

    if (who->privileged || ps->p[0].domid == who->domid ||
        ps->p[0].domid == who->target)
        return PERM_READ | PERM_WRITE | PERM_OWNER;
    for (i = 1; i < ps->count; i++)
        if (ps->p[i].domid == who->domid || ps->p[i].domid == who->target)
            return ps->p[i].bits;
    return ps->p[0].bits;
}

struct perms *perms_inherit(struct perms *parent, const struct perm_asker *who)
{
    struct perms *ps;
    uint32_t i;

    if (who->privileged || perms_owner(parent) == who->domid)
        return perms_get(parent);
    ps = perms_alloc(parent->count);
    for (i = 0; i < parent->count; i++)
        ps->p[i] = parent->p[i];
    ps->p[0].domid = who->domid;
    return ps;
}

struct perms *perms_without(const struct perms *ps, uint16_t domid)
{
    struct perms *out;
    uint32_t i, kept = 0, named = 0;

    for (i = 1; i < ps->count; i++)
        named += ps->p[i].domid == domid;
    if (!named)
        return NULL;
    out = perms_alloc(ps->count - named);
    for (i = 0; i < ps->count; i++)
        if (!i || ps->p[i].domid != domid)
            out->p[kept++] = ps->p[i];
    return out;
}

int perm_parse(const char *text, struct perm *out)
{
    uint32_t domid;

    switch (text[0]) {
    case 'n': out->bits = PERM_NONE; break;
    case 'r': out->bits = PERM_READ; break;
    case 'w': out->bits = PERM_WRITE; break;
    case 'b': out->bits = PERM_READ | PERM_WRITE; break;
    default: return -EINVAL;
    }
    if (wire_number(text + 1, &domid) || domid >= WIRE_DOMID_END)
        return -EINVAL;
    out->domid = (uint16_t)domid;
    return 0;
}

size_t perm_print(const struct perm *p, char out[8])
{
    return (size_t)sprintf(out, "%c%u", letters[p->bits & 3u], p->domid) + 1;
}
