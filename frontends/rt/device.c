/* SPDX-License-Identifier: MIT */
/* device.c - the front half of any device: its folders, its port, its state. */
#include "frontends/rt/devices.h"

#define PATIENCE 30000000000UL      /* ns that a backend may take for a step */

const char *device_find(struct device *d, const char *type)
{
    struct evtchn_alloc_unbound un = { .dom = DOMID_SELF };
    char path[96];
    const char *v;

    rt_snprintf(path, sizeof(path), "device/%s", type);
    v = store_list(path);
    if (v == NULL || *v == '\0')
        return "the store names no such device";
    rt_snprintf(d->front, sizeof(d->front), "device/%s/%s", type, v);
    rt_snprintf(path, sizeof(path), "%s/backend", d->front);
    v = store_read(path);
    if (v == NULL)
        return "the store does not say where its backend is";
    rt_snprintf(d->back, sizeof(d->back), "%s", v);
    rt_snprintf(path, sizeof(path), "%s/backend-id", d->front);
    v = store_read(path);
    if (v == NULL)
        return "the store does not say which domain serves it";
    for (d->backend = 0; *v >= '0' && *v <= '9'; v++)
        d->backend = (domid_t)(d->backend * 10 + (*v - '0'));
    un.remote_dom = d->backend;
    if (hc_event_channel_op(EVTCHNOP_alloc_unbound, &un) != 0)
        return "no event channel";
    d->port = un.port;
    rt_snprintf(path, sizeof(path), "%s/state", d->back);
    if (!store_wait(path, "2", PATIENCE))
        return "its backend does not wait for it";
    if (!device_put(d, "event-channel", d->port))
        return "its node cannot be written";
    return NULL;
}

bool device_put(const struct device *d, const char *key, unsigned value)
{
    char path[96];

    rt_snprintf(path, sizeof(path), "%s/%s", d->front, key);
    return store_write(path, "%u", value);
}

const char *device_connect(const struct device *d, unsigned own)
{
    char path[96];

    rt_snprintf(path, sizeof(path), "%s/state", d->back);
    if (!device_put(d, "state", own))
        return "its state cannot be written";
    if (!store_wait(path, "4", PATIENCE))
        return "its backend does not connect";
    if (own != XenbusStateConnected &&
        !device_put(d, "state", XenbusStateConnected))
        return "its state cannot be written";
    return NULL;
}

void device_notify(const struct device *d)
{
    struct evtchn_send op = { .port = d->port };

    hc_event_channel_op(EVTCHNOP_send, &op);
}
