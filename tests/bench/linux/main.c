/* SPDX-License-Identifier: MIT */
/*
 * main.c - the first program of the Linux guest that is measured: prints of each row
 *
 *     row NAME NANOSECONDS ROUNDS
 *
 * for ROUNDS rounds, the difference of a run of twice as many and one of as many,
 * each after a second of rest, in which the rest of the machine finishes what it has
 * begun, and turns the guest off. Static: there is nothing else in its file system.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/bench/mark.h"

#define TOUCHED 64                  /* pages of a mapping                   */

static void fail(const char *what)
{
    perror(what);
    reboot(RB_POWER_OFF);
}

static void syscall_run(unsigned n)
{
    while (n-- > 0)
        syscall(SYS_getppid);
}

static void child_wait(pid_t pid)
{
    int status;

    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        fail("child");
}

static void fork_run(unsigned n)
{
    while (n-- > 0) {
        pid_t pid = fork();

        if (pid == 0)
            _exit(0);
        child_wait(pid);
    }
}

static void exec_run(unsigned n)
{
    char *const argv[] = { "/init", "exit", NULL }, *const envp[] = { NULL };

    while (n-- > 0) {
        pid_t pid = fork();

        if (pid == 0) {
            execve("/init", argv, envp);
            _exit(1);
        }
        child_wait(pid);
    }
}

/* A byte to a child and back: two switches. */
static void pipe_run(unsigned n)
{
    int there[2], back[2];
    unsigned left = n;
    char c = 0;
    pid_t pid;

    if (pipe(there) != 0 || pipe(back) != 0)
        fail("pipe");
    pid = fork();
    if (pid == 0) {
        while (left-- > 0 && read(there[0], &c, 1) == 1)
            if (write(back[1], &c, 1) != 1)
                _exit(1);
        _exit(0);
    }
    while (left-- > 0)
        if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
            fail("pipe");
    child_wait(pid);
    for (int i = 0; i < 2; i++) {
        close(there[i]);
        close(back[i]);
    }
}

static void mmap_run(unsigned n)
{
    while (n-- > 0) {
        char *p = mmap(NULL, TOUCHED * 4096, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (p == MAP_FAILED)
            fail("mmap");
        for (unsigned i = 0; i < TOUCHED; i++)
            __atomic_store_n(&p[i * 4096], 1, __ATOMIC_RELAXED);
        munmap(p, TOUCHED * 4096);
    }
}

/* How long @run takes, in ns; a region that is counted. */
static uint64_t timed(void (*run)(unsigned), unsigned n)
{
    struct timespec a, b;

    sleep(1);
    MARK(1);
    clock_gettime(CLOCK_MONOTONIC, &a);
    run(n);
    clock_gettime(CLOCK_MONOTONIC, &b);
    MARK(2);
    return (uint64_t)(b.tv_sec - a.tv_sec) * 1000000000 + (uint64_t)b.tv_nsec -
           (uint64_t)a.tv_nsec;
}

/* The best of @times. */
static uint64_t best(unsigned times, void (*run)(unsigned), unsigned n)
{
    uint64_t least = timed(run, n);

    for (; times > 1; times--) {
        uint64_t t = timed(run, n);

        least = t < least ? t : least;
    }
    return least;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(unsigned);
        unsigned rounds;
    } rows[] = {
        { "syscall", syscall_run, 5000 },
        { "fork", fork_run, 150 },
        { "exec", exec_run, 60 },
        { "pipe_switch", pipe_run, 2000 },
        { "mmap_touch", mmap_run, 100 },
    };

    /* best=N on the kernel's command line: wall time wants more than one try */
    const char *asked = getenv("best");
    unsigned times = asked ? (unsigned)strtoul(asked, NULL, 10) : 1;

    if (argc > 1 && strcmp(argv[1], "exit") == 0)
        return 0;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t once, twice;

        rows[i].run(rows[i].rounds);
        once = best(times, rows[i].run, rows[i].rounds);
        twice = best(times, rows[i].run, 2 * rows[i].rounds);
        printf("row %s %ld %u\n", rows[i].name, (long)(twice - once), rows[i].rounds);
        fflush(stdout);
    }
    reboot(RB_POWER_OFF);
    return 0;
}
