/* SPDX-License-Identifier: MIT */
/*
 * writer.c - writes memory and a disk without pause and knows what must be there.
 *
 *   writer MIB DEVICE     until `stop` arrives on standard input
 *
 * Each page and each block of the disk holds its number, how often it was written
 * and words that follow from both; a table says how often that was. Besides, pages
 * are unmapped and mapped anew, a child is made and checks a copy, so that page
 * tables come and go, and another child does nothing but look at what it has put
 * into the vector registers. It prints a line every 20 rounds; the first page that
 * is not what was written last is named, and ends it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE   4096u
#define WORDS  (PAGE / 8)
#define BLOCKS 1024u                    /* of the disk, of a page each         */

static uint64_t seed = 88172645463325252ull;
static uint32_t *written;               /* by page; then by block              */
static unsigned pages;

static uint64_t dice(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

static uint64_t word(uint64_t number, uint64_t times, unsigned i)
{
    return (number << 40 ^ times << 16 ^ i) * 0x9e3779b97f4a7c15ull;
}

static void fill(uint64_t *page, unsigned number)
{
    uint32_t times = ++written[number];

    for (unsigned i = 0; i < WORDS; i++)
        page[i] = word(number, times, i);
}

static void check(const uint64_t *page, unsigned number)
{
    for (unsigned i = 0; i < WORDS; i++) {
        if (page[i] == word(number, written[number], i))
            continue;
        printf("writer: CORRUPT: %s %u, word %u, written %u times\n",
               number < pages ? "page" : "block", number, i, written[number]);
        fflush(stdout);
        _exit(1);
    }
}

static void disk(int fd, unsigned block, int write_it, uint64_t *buffer)
{
    off_t at = (off_t)(block + 1) * PAGE;

    if (write_it) {
        fill(buffer, pages + block);
        if (pwrite(fd, buffer, PAGE, at) != PAGE) {
            perror("writer: CORRUPT: a write to the disk");
            _exit(1);
        }
    } else if (written[pages + block] != 0) {
        memset(buffer, 0, PAGE);
        if (pread(fd, buffer, PAGE, at) != PAGE) {
            perror("writer: CORRUPT: a read from the disk");
            _exit(1);
        }
        check(buffer, pages + block);
    }
}

/* New page tables: a piece of the memory in a new place, a child with all of it. */
static void churn(uint64_t *memory)
{
    unsigned first = (unsigned)(dice() % (pages - 64));
    uint64_t *copy = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pid_t child;
    int status;

    memcpy(copy, memory + (size_t)first * WORDS, 64 * PAGE);
    child = fork();
    if (child == 0) {
        for (unsigned n = first; n < first + 64; n++) {
            check(copy + (size_t)(n - first) * WORDS, n);
            fill(memory + (size_t)n * WORDS, n);
            check(memory + (size_t)n * WORDS, n);
        }
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        printf("writer: CORRUPT: a child ended with %d\n", status);
        _exit(1);
    }
    munmap(copy, 64 * PAGE);
}

/* Ends only if a register has lost what was in it. The compiler uses none. */
__attribute__((target("general-regs-only"))) static void registers(void)
{
    static uint64_t was[16][4], is[16][4];
    bool wide = __builtin_cpu_supports("avx");

    for (unsigned i = 0; i < 64; i++)
        was[i / 4][i % 4] = word(i, 1, i);
    if (wide)
        __asm__ volatile(
            ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n\t"
            "vmovups \\n*32(%0), %%ymm\\n\n\t.endr" : : "r"(was) : "memory");
    else
        __asm__ volatile(
            ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n\t"
            "movups \\n*32(%0), %%xmm\\n\n\t.endr" : : "r"(was) : "memory");
    for (;;) {
        if (wide)
            __asm__ volatile(
                ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n\t"
                "vmovups %%ymm\\n, \\n*32(%0)\n\t.endr" : : "r"(is) : "memory");
        else
            __asm__ volatile(
                ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n\t"
                "movups %%xmm\\n, \\n*32(%0)\n\t.endr" : : "r"(is) : "memory");
        for (unsigned i = 0; i < 64; i++)
            if ((wide || i % 4 < 2) && is[i / 4][i % 4] != was[i / 4][i % 4])
                _exit(1);
    }
}

int main(int argc, char **argv)
{
    struct pollfd in = { .fd = 0, .events = POLLIN };
    uint64_t *memory, *buffer;
    unsigned rounds = 0;
    pid_t vectors;
    int fd = argc == 3 ? open(argv[2], O_RDWR | O_DIRECT) : -1;

    pages = argc == 3 ? (unsigned)atoi(argv[1]) * 256 : 0;
    if (fd < 0 || pages < 256) {
        fprintf(stderr, "usage: writer MIB DEVICE\n");
        return 2;
    }
    memory = mmap(NULL, (size_t)pages * PAGE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    buffer = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    written = calloc(pages + BLOCKS, sizeof(*written));
    if (memory == MAP_FAILED || buffer == MAP_FAILED || !written)
        return 2;
    for (unsigned n = 0; n < pages; n++)
        fill(memory + (size_t)n * WORDS, n);
    vectors = fork();
    if (vectors == 0)
        registers();
    while (poll(&in, 1, 0) == 0) {
        for (unsigned n = 0; n < 200; n++) {
            unsigned at = (unsigned)(dice() % pages);

            check(memory + (size_t)at * WORDS, at);
            if (n % 4 == 0)
                fill(memory + (size_t)at * WORDS, at);
        }
        for (unsigned n = 0; n < 8; n++)
            disk(fd, (unsigned)(dice() % BLOCKS), n % 2, buffer);
        churn(memory);
        if (waitpid(vectors, NULL, WNOHANG) != 0) {
            printf("writer: CORRUPT: vector registers\n");
            return 1;
        }
        if (++rounds % 20 == 0) {
            printf("writer: round %u\n", rounds);
            fflush(stdout);
        }
    }
    for (unsigned n = 0; n < pages; n++)
        check(memory + (size_t)n * WORDS, n);
    for (unsigned n = 0; n < BLOCKS; n++)
        disk(fd, n, 0, buffer);
    kill(vectors, SIGKILL);
    printf("writer: all of %u pages and %u blocks hold after %u rounds\n", pages,
           BLOCKS, rounds);
    return 0;
}
