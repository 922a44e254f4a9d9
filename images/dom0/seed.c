/* SPDX-License-Identifier: MIT */
/*
 * seed.c - credit the bytes of a file to the kernel's random pool.
 *
 *   seed FILE
 *
 * A machine without RDRAND takes minutes to seed its generator, and until then
 * whatever asks for random bytes waits. The host puts a fresh file of its own
 * random bytes into each run's archive; every byte counts as eight bits.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/random.h>

#define SEED_MAX 256

int main(int argc, char **argv)
{
    struct {
        int entropy_count;
        int buf_size;
        char bytes[SEED_MAX];
    } pool;
    ssize_t n;
    int fd;

    if (argc != 2) {
        fprintf(stderr, "usage: seed FILE\n");
        return 2;
    }
    fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? -1 : read(fd, pool.bytes, sizeof(pool.bytes));
    if (n <= 0) {
        perror(argv[1]);
        return 1;
    }
    close(fd);
    pool.entropy_count = (int)n * 8;
    pool.buf_size = (int)n;
    fd = open("/dev/random", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || ioctl(fd, RNDADDENTROPY, &pool)) {
        perror("/dev/random");
        return 1;
    }
    return 0;
}
