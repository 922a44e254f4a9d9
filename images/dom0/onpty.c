/* SPDX-License-Identifier: MIT */
/*
 * onpty.c - run a command on a terminal of its own, fed and read through pipes.
 *
 *   onpty COMMAND [ARGUMENT...]
 *
 * Debian's `xl console` takes no input unless it sits on a terminal. This gives it
 * one, so that a script can type into a guest's console: standard input goes to
 * the terminal, what the terminal shows goes to standard output, and the end of
 * the command is the end of this program.
 */
#include <poll.h>
#include <pty.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static bool write_all(int fd, const char *bytes, ssize_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, (size_t)n);

        if (done <= 0)
            return false;
        bytes += done;
        n -= done;
    }
    return true;
}

static bool pump(int from, int to)
{
    char bytes[4096];
    ssize_t n = read(from, bytes, sizeof(bytes));

    return n > 0 && write_all(to, bytes, n);
}

int main(int argc, char **argv)
{
    struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
    struct winsize size = { .ws_row = 24, .ws_col = 80 };
    struct termios raw = { 0 };
    int status = 1;
    pid_t child;

    if (argc < 2) {
        fprintf(stderr, "usage: onpty COMMAND [ARGUMENT...]\n");
        return 2;
    }
    cfmakeraw(&raw);
    child = forkpty(&fds[0].fd, NULL, &raw, &size);
    if (child < 0) {
        perror("onpty: a terminal");
        return 1;
    }
    if (child == 0) {
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    fds[1].fd = STDIN_FILENO;
    while (poll(fds, 2, -1) > 0) {
        if (fds[0].revents && !pump(fds[0].fd, STDOUT_FILENO))
            break;
        if (fds[1].revents && !pump(STDIN_FILENO, fds[0].fd))
            fds[1].fd = -1;
    }
    close(fds[0].fd);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
