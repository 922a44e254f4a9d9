/* SPDX-License-Identifier: MIT */
/*
 * Runs only as a guest that has a disk and a card beside a control domain with
 * the address 192.168.127.1. After its verdict on a line of its own it idles, or
 * powers off with `then=off` on the command line.
 */
#include "frontends/rt/devices.h"

const char test_title[] =
    "a guest connects disk and card through the store, reads back what it wrote, "
    "and is answered an ARP question";

struct arp {
    uint8_t to[6], from[6];
    uint8_t type[2];                /* 0x0806 */
    uint8_t kind[6];                /* Ethernet, IPv4, lengths 6 and 4 */
    uint8_t op[2];                  /* 1: question, 2: answer */
    uint8_t sender[6], sender_ip[4], target[6], target_ip[4];
};

static const uint8_t address[4] = { 192, 168, 127, 1 };

static const char *try_disk(void)
{
    static struct disk d;
    uint8_t *page = page_alloc();
    const char *why = disk_open(&d);
    uint64_t seed = rdtsc();

    for (unsigned i = 0; i < PAGE_SIZE; i++)
        page[i] = (uint8_t)(seed + i * 7 + i / 256);
    if (why == NULL)
        why = disk_transfer(&d, true, 8, page);
    memset(page, 0, PAGE_SIZE);
    if (why == NULL)
        why = disk_transfer(&d, false, 8, page);
    for (unsigned i = 0; i < PAGE_SIZE && why == NULL; i++)
        if (page[i] != (uint8_t)(seed + i * 7 + i / 256))
            why = "other bytes are read than were written";
    return why;
}

/* Other frames of the bridge may come first. */
static bool answered(struct card *c, uint64_t ns)
{
    uint64_t until = time_ns() + ns;
    struct arp in;

    while (card_receive(c, &in, sizeof(in), until))
        if (in.type[0] == 8 && in.type[1] == 6 && in.op[1] == 2 &&
            memcmp(in.sender_ip, address, 4) == 0 &&
            memcmp(in.target, c->mac, 6) == 0)
            return true;
    return false;
}

static const char *try_card(void)
{
    struct arp out = {
        .to = { 255, 255, 255, 255, 255, 255 }, .type = { 8, 6 },
        .kind = { 0, 1, 8, 0, 6, 4 }, .op = { 0, 1 },
        .target_ip = { 192, 168, 127, 1 },
    };
    static struct card c;
    const char *why = card_open(&c);

    memcpy(out.from, c.mac, 6);
    memcpy(out.sender, c.mac, 6);
    /* the bridge may not have its new port up at once */
    for (unsigned i = 0; i < 50 && why == NULL; i++) {
        why = card_send(&c, &out, sizeof(out));
        if (why == NULL && answered(&c, 200000000))
            return NULL;
    }
    return why != NULL ? why : "nobody answers";
}

void test_main(void)
{
    const char *then = rt_option("then"), *disk = try_disk(), *card = try_card();

    rt_printf("verdict: disk %s, card %s\n", disk == NULL ? "works" : disk,
              card == NULL ? "works" : card);
    if (then != NULL && strncmp(then, "off", 3) == 0)
        rt_shutdown(SHUTDOWN_poweroff);
    for (;;)
        hc_sched_op(SCHEDOP_block, NULL);
}
