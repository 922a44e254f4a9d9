/* SPDX-License-Identifier: MIT */
/*
 * plugin.c - a TCG plugin for QEMU 7.2 that counts what a hypervisor does between
 * two no-ops of the image that is measured (main.c there). It adds to counters
 * inside translated code: instructions counted by QEMU, and so virtual time, stay
 * as they are. It needs one thread for all CPUs, which -icount gives.
 *
 *   plugin.so[,profile=FILE]
 *
 * At the first no-op a line `begin` goes to QEMU's log (-d plugin), at the second
 *
 *   region HYPERCALLS CR3 CR4 INVLPG HYPERVISOR GUEST
 *
 * hypercalls of guest kernels, loads of CR3, writes of CR4 (two are a flush), single
 * pages invalidated, and instructions on either side. With profile=, FILE gets
 * the same end as a line `region`, and for each hypervisor instruction that ran its
 * address and how often.
 *
 * Debian has no package of QEMU's plugin header: what is used of it is declared.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void tb_callback(uint64_t id, struct qemu_plugin_tb *tb);
typedef void insn_callback(unsigned vcpu, void *arg);
enum { NO_REGISTERS = 0, INLINE_ADD = 0 };

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
                                                 size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, tb_callback *cb);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            insn_callback *cb, int flags,
                                            void *arg);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
                                                int op, void *counter,
                                                uint64_t imm);
void qemu_plugin_outs(const char *text);

EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

/* Slots 256 to 271 of the address space are the hypervisor's, what is above is a
 * guest kernel's. */
#define HYPERVISOR_FROM 0xffff800000000000u
#define KERNEL_FROM     0xffff880000000000u

static struct {
    uint64_t hypercalls, cr3, cr4, invlpg, hypervisor, guest;
} now;

#define SLOTS (1u << 17)
static struct slot { uint64_t address, count; } slots[SLOTS];
static FILE *profile;

static struct slot *slot_of(uint64_t address)
{
    uint64_t h = (address * 0x9e3779b97f4a7c15u) >> 47;

    for (unsigned tries = 0; tries < SLOTS; tries++, h = (h + 1) % SLOTS) {
        if (slots[h].address == address || slots[h].address == 0) {
            slots[h].address = address;
            return &slots[h];
        }
    }
    fprintf(stderr, "plugin: more than %u instructions seen\n", SLOTS);
    exit(1);
}

static void region_begin(unsigned vcpu, void *arg)
{
    (void)vcpu;
    (void)arg;
    memset(&now, 0, sizeof(now));
    for (unsigned i = 0; profile != NULL && i < SLOTS; i++)
        slots[i].count = 0;
    qemu_plugin_outs("begin\n");
}

static void region_end(unsigned vcpu, void *arg)
{
    char line[160];

    (void)vcpu;
    (void)arg;
    snprintf(line, sizeof(line), "region %" PRIu64 " %" PRIu64 " %" PRIu64
             " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", now.hypercalls, now.cr3,
             now.cr4, now.invlpg, now.hypervisor, now.guest);
    qemu_plugin_outs(line);
    if (profile == NULL)
        return;
    for (unsigned i = 0; i < SLOTS; i++) {
        if (slots[i].count != 0)
            fprintf(profile, "%" PRIx64 " %" PRIu64 "\n", slots[i].address,
                    slots[i].count);
    }
    fprintf(profile, "region\n");
    fflush(profile);
}

static void add(struct qemu_plugin_insn *insn, uint64_t *counter)
{
    qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD, counter, 1);
}

static void look_privileged(struct qemu_plugin_insn *insn, const uint8_t *b,
                            size_t size)
{
    unsigned reg;

    if (size > 3 && (b[0] & 0xf0) == 0x40) {        /* a REX prefix           */
        if (b[0] & 4)
            return;                                 /* CR8 and above          */
        b++;
        size--;
    }
    if (size < 3 || b[0] != 0x0f)
        return;
    reg = b[2] >> 3 & 7;
    if (b[1] == 0x22 && reg == 3)
        add(insn, &now.cr3);
    else if (b[1] == 0x22 && reg == 4)
        add(insn, &now.cr4);
    else if (b[1] == 0x01 && reg == 7 && b[2] < 0xc0)
        add(insn, &now.invlpg);
}

static void look(struct qemu_plugin_insn *insn)
{
    static const uint8_t mark[] = { 0x0f, 0x1f, 0x80 };
    static const uint8_t magic[] = { 0x00, 0x1e, 0x5b };
    const uint8_t *b = qemu_plugin_insn_data(insn);
    size_t size = qemu_plugin_insn_size(insn);
    uint64_t va = qemu_plugin_insn_vaddr(insn);

    if (va >= HYPERVISOR_FROM && va < KERNEL_FROM) {
        add(insn, &now.hypervisor);
        if (profile != NULL)
            add(insn, &slot_of(va)->count);
        look_privileged(insn, b, size);
        return;
    }
    add(insn, &now.guest);
    if (size == 2 && b[0] == 0x0f && b[1] == 0x05 && va >= KERNEL_FROM)
        add(insn, &now.hypercalls);
    if (size != 7 || memcmp(b, mark, 3) != 0 || memcmp(b + 4, magic, 3) != 0)
        return;
    qemu_plugin_register_vcpu_insn_exec_cb(
        insn, b[3] == 1 ? region_begin : region_end, NO_REGISTERS, NULL);
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
        look(qemu_plugin_tb_get_insn(tb, i));
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "profile=", 8) != 0) {
            fprintf(stderr, "plugin: no option %s; there is profile=FILE\n",
                    argv[i]);
            return -1;
        }
        profile = fopen(argv[i] + 8, "w");
        if (profile == NULL) {
            perror(argv[i] + 8);
            return -1;
        }
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
