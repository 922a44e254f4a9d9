/* SPDX-License-Identifier: MIT */
/* list.h - a circular doubly linked list whose links live in its members. */
#ifndef SPLITRING_LIB_LIST_H
#define SPLITRING_LIB_LIST_H

#include "lib/types.h"

struct list { struct list *next, *prev; };

static inline void list_init(struct list *l) { l->next = l->prev = l; }
static inline bool list_empty(const struct list *l) { return l->next == l; }
static inline void list_insert(struct list *at, struct list *item)
{
    item->next = at;
    item->prev = at->prev;
    at->prev->next = item;
    at->prev = item;
}
/* Leaves item empty, so that removing twice does no harm. */
static inline void list_del(struct list *item)
{
    item->next->prev = item->prev;
    item->prev->next = item->next;
    list_init(item);
}
#define list_entry(l, T, m) container_of(l, T, m)
#define list_for_each(pos, head) \
    for ((pos) = (head)->next; (pos) != (head); (pos) = (pos)->next)

#endif
