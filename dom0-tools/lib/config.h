/* SPDX-License-Identifier: MIT */
/*
 * config.h - one guest's configuration, as xl.cfg gives it, judged.
 *
 * What is in a struct guest is valid by itself: names are legal, numbers in
 * range, specifications complete. Whether files and bridges exist is asked by
 * whoever is about to use them (create.h).
 */
#ifndef SPLITRING_TOOLS_CONFIG_H
#define SPLITRING_TOOLS_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "dom0-tools/lib/cfg.h"
#include "dom0-tools/lib/mem.h"

#define GUEST_DISKS 256
#define GUEST_VIFS 64
#define GUEST_VCPUS 128

enum after { AFTER_DESTROY, AFTER_RESTART, AFTER_RENAME_RESTART,
             AFTER_PRESERVE };
const char *after_name(enum after a);

struct disk {
    char *path;
    char *vdev;      /* as it was written, "xvda1" */
    uint32_t number; /* what the guest's driver knows it by */
    bool readonly;
    bool removable;  /* cdrom */
    bool direct_io_safe;
    bool discard;
    bool trusted;
};

struct vif {
    uint8_t mac[6];
    bool has_mac;
    char *bridge; /* NULL: the default */
    char *ip;
    char *script;
    char *name;   /* vifname */
    char *rate;
    uint32_t mtu; /* 0: the bridge's */
    bool trusted;
};

struct guest {
    char *name;
    uint8_t uuid[16];
    char *kernel, *ramdisk, *cmdline;
    uint64_t memory_kib, maxmem_kib;
    uint32_t vcpus, maxvcpus;
    char *cpus;   /* pinning as written, or NULL */
    struct disk *disk;
    unsigned int disks;
    struct vif *vif;
    unsigned int vifs;
    enum after on_poweroff, on_reboot, on_crash;
    int32_t max_grant_frames, max_maptrack_frames; /* -1: the default */
    uint32_t max_event_channels;
    uint32_t tsc_mode;  /* 0 default, 1 always_emulate, 2 native              */
};

/* 0, or -1 with the reason said. Keys for other kinds of guest are warned of. */
int guest_from_cfg(struct cfg *cfg, struct guest *out);
void guest_free(struct guest *g);
const char *tsc_mode_name(uint32_t mode);

/* xl.cfg text that gives the same guest again. */
char *guest_to_cfg(const struct guest *g);

/* One specification, as a list item holds it; @at stands in the messages. */
int disk_parse(const struct cfg_entry *e, const struct cfg_item *at,
               struct disk *out);
int vif_parse(const struct cfg_entry *e, const struct cfg_item *at,
              struct vif *out);
void disk_free(struct disk *d);
void vif_free(struct vif *v);

/* "10MB/s" or "1Gb/s@20ms" to bytes in RATE_INTERVAL_US; false if it is none. */
#define RATE_INTERVAL_US 50000u
bool rate_parse(const char *s, uint64_t *bytes);

/* "xvda1" to its number; false when it is no disk name. */
bool vdev_number(const char *vdev, uint32_t *out);
char *vdev_name(uint32_t number);

bool uuid_parse(const char *s, uint8_t out[16]);
void uuid_random(uint8_t out[16]);
#define UUID_TEXT 37
void uuid_format(const uint8_t uuid[16], char out[UUID_TEXT]);
bool mac_parse(const char *s, uint8_t out[6]);
#define MAC_TEXT 18
void mac_format(const uint8_t mac[6], char out[MAC_TEXT]);
/* The same address for the same guest and index, always. */
void mac_derive(const uint8_t uuid[16], unsigned int index, uint8_t out[6]);

/* NULL when @name may name a guest, else what is wrong with it. */
const char *name_fault(const char *name);

/* "0-3,5,^2" to a bitmap of @cpus bits; false when it says nothing valid. */
bool cpus_parse(const char *s, uint8_t *map, uint32_t cpus);

#endif
