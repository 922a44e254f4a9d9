/* SPDX-License-Identifier: MIT */
/*
 * many.c - the only program of a Linux guest of many vcpus. It obeys lines of its
 * console, each answered by one line:
 *
 *   wait N     brings every vcpu online that is there, until N are: "has N"
 *   spin S     one thread a vcpu computes for S seconds: "spun ..." with the time
 *              that /proc/stat says was run, stolen and idle, in hundredths of a
 *              second, and how often one of them went back
 *   shoot R    each vcpu's thread R times maps another page where all others look
 *              and calls them all: "shot ..." with how often one saw a page that
 *              was gone, and how many vcpus took calls
 *   stop       turns the guest off
 *
 * A thread that finds itself on another vcpu than its own, or whose arithmetic does
 * not come out the same each time, counts as wrong.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MOST   64
#define FIELDS 8                        /* of a line of /proc/stat             */
#define PAGE   4096

enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL };

static unsigned online[MOST], cpus;     /* the vcpus' numbers, and how many    */
static uint64_t wrong, back, stale;

static unsigned ready;                  /* threads that are where they belong  */
static bool over;                       /* they end                            */

static uint64_t seen[MOST];             /* what each has done, or seen change  */

/* shoot: the page's number is never behind `generation`. */
static uint64_t *page, generation;
static unsigned rounds, turn;
static int memory;

static void die(const char *what)
{
    perror(what);
    reboot(RB_POWER_OFF);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t get(const uint64_t *p)
{
    return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}

/* ---- what the kernel says of its vcpus ---- */

static int read_text(const char *path, char *to, size_t size)
{
    int fd = open(path, O_RDONLY);
    ssize_t got = 0, n;

    if (fd < 0)
        return -1;
    while ((size_t)got < size - 1 &&
           (n = read(fd, to + got, size - 1 - (size_t)got)) > 0)
        got += n;
    to[got] = '\0';
    close(fd);
    return 0;
}

/* online[] anew; with `bring`, those that are there and off are turned on. */
static void look(bool bring)
{
    char path[80], text[8];

    cpus = 0;
    for (unsigned n = 0; n < MOST; n++) {
        snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", n);
        if (n > 0 && read_text(path, text, sizeof(text)) != 0)
            continue;
        if (n > 0 && text[0] == '0') {
            int fd = bring ? open(path, O_WRONLY) : -1;
            bool up = fd >= 0 && write(fd, "1", 1) == 1;

            if (fd >= 0)
                close(fd);
            if (!up)
                continue;
        }
        online[cpus++] = n;
    }
}

static void read_stat(uint64_t stat[MOST][FIELDS])
{
    static char text[65536];
    char *line, *rest = text;

    if (read_text("/proc/stat", text, sizeof(text)) != 0)
        die("/proc/stat");
    memset(stat, 0, sizeof(uint64_t) * MOST * FIELDS);
    while ((line = strsep(&rest, "\n")) != NULL) {
        unsigned n;
        char *p;

        if (strncmp(line, "cpu", 3) != 0 || line[3] == ' ')
            continue;
        n = (unsigned)strtoul(line + 3, &p, 10);
        for (unsigned f = 0; n < MOST && f < FIELDS; f++)
            stat[n][f] = strtoull(p, &p, 10);
    }
}

/* The same, and when that was: again if somebody else ran in between. */
static double read_stat_at(uint64_t stat[MOST][FIELDS])
{
    double start, end;

    for (unsigned tries = 0; tries < 50; tries++) {
        start = now();
        read_stat(stat);
        end = now();
        if (end - start < 0.01)
            break;
    }
    return end;
}

/* How many vcpus have taken a call of another: columns of a line that grew. */
static unsigned calls(const char *row, uint64_t count[MOST])
{
    static char text[262144];
    unsigned grown = 0;
    char *p;

    if (read_text("/proc/interrupts", text, sizeof(text)) != 0 ||
        (p = strstr(text, row)) == NULL)
        die("/proc/interrupts");
    p += strlen(row);
    for (unsigned n = 0; n < cpus; n++) {
        uint64_t c = strtoull(p, &p, 10);

        grown += c > count[n];
        count[n] = c;
    }
    return grown;
}

/* ---- threads ---- */

static void stay_on(unsigned n)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(online[n], &set);
    if (sched_setaffinity(0, sizeof(set), &set) != 0)
        die("sched_setaffinity");
}

static double compute(unsigned n)
{
    double x = 1.0 + n;

    for (unsigned i = 0; i < 20000; i++)
        x = x * 0.75 + 1.0 / (x + i);
    return x;
}

static void check_place(unsigned n)
{
    if (sched_getcpu() != (int)online[n])
        __atomic_fetch_add(&wrong, 1, __ATOMIC_SEQ_CST);
}

static void *spinner(void *arg)
{
    unsigned n = (unsigned)(uintptr_t)arg;
    double first;

    stay_on(n);
    first = compute(n);
    __atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&over, __ATOMIC_SEQ_CST)) {
        check_place(n);
        if (compute(n) != first)
            __atomic_fetch_add(&wrong, 1, __ATOMIC_SEQ_CST);
        seen[n]++;
    }
    return NULL;
}

static void page_map(uint64_t number)
{
    void *at;

    if (pwrite(memory, &number, sizeof(number),
               (off_t)(number % MOST) * PAGE) != sizeof(number))
        die("write");
    at = mmap(page, PAGE, PROT_READ, MAP_SHARED | (page ? MAP_FIXED : 0),
              memory, (off_t)(number % MOST) * PAGE);
    if (at == MAP_FAILED)
        die("mmap");
    page = at;
}

/* Whose turn it is maps another page: after that nobody may read the old one. */
static void *shooter(void *arg)
{
    unsigned n = (unsigned)(uintptr_t)arg;
    uint64_t last = 0;

    stay_on(n);
    __atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&over, __ATOMIC_SEQ_CST)) {
        uint64_t least = get(&generation), number = get(page);
        unsigned at = __atomic_load_n(&turn, __ATOMIC_SEQ_CST);

        if (number < least)
            __atomic_fetch_add(&stale, 1, __ATOMIC_SEQ_CST);
        seen[n] += number != last;
        last = number;
        check_place(n);
        if (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) < cpus ||
            at % cpus != n || at == rounds * cpus)
            continue;
        page_map(least + 1);
        __atomic_store_n(&generation, least + 1, __ATOMIC_SEQ_CST);
        if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0)
            die("membarrier");
        if (__atomic_add_fetch(&turn, 1, __ATOMIC_SEQ_CST) == rounds * cpus)
            __atomic_store_n(&over, true, __ATOMIC_SEQ_CST);
    }
    return NULL;
}

static pthread_t threads[MOST];

static void start_all(void *(*fn)(void *))
{
    wrong = ready = 0;
    over = false;
    memset(seen, 0, sizeof(seen));
    for (unsigned n = 0; n < cpus; n++)
        if (pthread_create(&threads[n], NULL, fn, (void *)(uintptr_t)n) != 0)
            die("pthread_create");
}

static void join_all(void)
{
    for (unsigned n = 0; n < cpus; n++)
        pthread_join(threads[n], NULL);
}

static uint64_t least_seen(void)
{
    uint64_t least = UINT64_MAX;

    for (unsigned n = 0; n < cpus; n++)
        if (seen[n] < least)
            least = seen[n];
    return least;
}

/* ---- commands ---- */

static void wait_cpus(unsigned wanted)
{
    for (;;) {
        look(true);
        if (cpus == wanted && sysconf(_SC_NPROCESSORS_ONLN) == (long)wanted)
            break;
        usleep(50000);
    }
    printf("has %u\n", cpus);
}

static void spin(unsigned seconds)
{
    static uint64_t before[MOST][FIELDS], last[MOST][FIELDS], stat[MOST][FIELDS];
    uint64_t sum[FIELDS] = { 0 };
    double start, wall;

    back = 0;
    start_all(spinner);
    while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) < cpus)
        usleep(10000);
    start = read_stat_at(before);
    memcpy(last, before, sizeof(last));
    do {                                /* what goes back may be made up for   */
        usleep(50000);
        wall = read_stat_at(stat) - start;
        for (unsigned n = 0; n < cpus; n++)
            for (unsigned f = 0; f < FIELDS; f++)
                back += stat[online[n]][f] < last[online[n]][f];
        memcpy(last, stat, sizeof(last));
    } while (wall < seconds);
    __atomic_store_n(&over, true, __ATOMIC_SEQ_CST);
    join_all();
    for (unsigned n = 0; n < cpus; n++) {
        for (unsigned f = 0; f < FIELDS; f++)
            sum[f] += stat[online[n]][f] - before[online[n]][f];
    }
    printf("spun cpus %u wall %.0f run %lu least %lu stolen %lu idle %lu "
           "back %lu wrong %lu\n", cpus, wall * 100,
           sum[USER] + sum[NICE] + sum[SYSTEM] + sum[IRQ] + sum[SOFTIRQ], least_seen(),
           sum[STEAL], sum[IDLE] + sum[IOWAIT], back, wrong);
}

static void shoot(unsigned each)
{
    static uint64_t count[MOST];
    double start = now();

    stale = 0;
    rounds = each;
    turn = 0;
    page_map(generation);
    calls("CAL:", count);
    start_all(shooter);
    join_all();
    printf("shot cpus %u wall %.0f rounds %u called %u saw %lu stale %lu wrong "
           "%lu\n", cpus, (now() - start) * 100, turn, calls("CAL:", count),
           least_seen(), stale, wrong);
}

int main(void)
{
    char line[80];
    unsigned n;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (mount("proc", "/proc", "proc", 0, NULL) != 0 ||
        mount("sys", "/sys", "sysfs", 0, NULL) != 0)
        die("mount");
    memory = memfd_create("pages", 0);
    if (memory < 0 || ftruncate(memory, (off_t)MOST * PAGE) != 0 ||
        syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0,
                0) != 0)
        die("memory");
    look(false);
    printf("up with %u\n", cpus);
    while (fgets(line, sizeof(line), stdin) != NULL) {
        look(false);
        if (sscanf(line, "wait %u", &n) == 1)
            wait_cpus(n);
        else if (sscanf(line, "spin %u", &n) == 1)
            spin(n);
        else if (sscanf(line, "shoot %u", &n) == 1)
            shoot(n);
        else if (strncmp(line, "stop", 4) == 0)
            break;
        else
            printf("what is %s", line);
    }
    reboot(RB_POWER_OFF);
    return 1;
}
