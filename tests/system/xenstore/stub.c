/* SPDX-License-Identifier: MIT */
/*
 * stub.c - preloaded into Debian's xenstored so that it runs without a hypervisor.
 *
 * Answers the few calls it makes at start: every domain exists, event channels
 * never fire, pages are memory of its own. Only its unix socket is of use then,
 * which makes it an oracle for the protocol on any Linux host.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#define HANDLE ((void *)1)

void *xc_interface_open(void *log, void *dom_log, unsigned int flags);
int xc_interface_close(void *h);
int xc_domain_getinfo(void *h, uint32_t first, unsigned int max, void *info);
void *xenevtchn_open(void *log, unsigned int flags);
void *xenevtchn_fdopen(void *log, int fd, unsigned int flags);
int xenevtchn_fd(void *h);
int xenevtchn_bind_interdomain(void *h, uint32_t domid, uint32_t port);
int xenevtchn_bind_virq(void *h, unsigned int virq);
int xenevtchn_unbind(void *h, uint32_t port);
int xenevtchn_notify(void *h, uint32_t port);
int xenevtchn_pending(void *h);
int xenevtchn_unmask(void *h, uint32_t port);
void *xengnttab_open(void *log, unsigned int flags);
int xengnttab_close(void *h);
int xengnttab_set_max_grants(void *h, uint32_t count);
void *xengnttab_map_grant_ref(void *h, uint32_t domid, uint32_t ref, int prot);
int xengnttab_unmap(void *h, void *start, uint32_t count);

#define ARGS1 (void)h
#define ARGS2(a) ((void)h, (void)(a))

void *xc_interface_open(void *log, void *dom_log, unsigned int flags)
{
    (void)log, (void)dom_log, (void)flags;
    return HANDLE;
}

int xc_interface_close(void *h)
{
    ARGS1;
    return 0;
}

/* A domain that runs; its number is the first field of the structure. */
int xc_domain_getinfo(void *h, uint32_t first, unsigned int max, void *info)
{
    ARGS2(max);
    memset(info, 0, 64);
    memcpy(info, &first, sizeof(first));
    return 1;
}

void *xenevtchn_open(void *log, unsigned int flags)
{
    (void)log, (void)flags;
    return HANDLE;
}

void *xenevtchn_fdopen(void *log, int fd, unsigned int flags)
{
    (void)log, (void)fd, (void)flags;
    return HANDLE;
}

int xenevtchn_fd(void *h)
{
    static int fd = -1;

    ARGS1;
    if (fd < 0)
        fd = eventfd(0, EFD_NONBLOCK);
    return fd;
}

int xenevtchn_bind_interdomain(void *h, uint32_t domid, uint32_t port)
{
    ARGS2(domid);
    return (int)port + 10;
}

int xenevtchn_bind_virq(void *h, unsigned int virq)
{
    ARGS2(virq);
    return 4;
}

int xenevtchn_unbind(void *h, uint32_t port)
{
    ARGS2(port);
    return 0;
}

int xenevtchn_notify(void *h, uint32_t port)
{
    ARGS2(port);
    return 0;
}

int xenevtchn_pending(void *h)
{
    ARGS1;
    return -1;
}

int xenevtchn_unmask(void *h, uint32_t port)
{
    ARGS2(port);
    return 0;
}

void *xengnttab_open(void *log, unsigned int flags)
{
    (void)log, (void)flags;
    return HANDLE;
}

int xengnttab_close(void *h)
{
    ARGS1;
    return 0;
}

int xengnttab_set_max_grants(void *h, uint32_t count)
{
    ARGS2(count);
    return 0;
}

void *xengnttab_map_grant_ref(void *h, uint32_t domid, uint32_t ref, int prot)
{
    ARGS2(domid);
    (void)ref;
    return mmap(NULL, 4096, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

int xengnttab_unmap(void *h, void *start, uint32_t count)
{
    ARGS1;
    return munmap(start, count * 4096ul);
}

/* The two files by which it finds the kernel's ring. */
static int made_up(const char *path)
{
    int fd;

    if (!strcmp(path, "/proc/xen/xsd_port")) {
        fd = memfd_create("xsd_port", 0);
        if (write(fd, "3\n", 2) != 2)
            return -1;
        lseek(fd, 0, SEEK_SET);
        return fd;
    }
    if (!strcmp(path, "/proc/xen/xsd_kva")) {
        fd = memfd_create("xsd_kva", 0);
        return ftruncate(fd, 4096) ? -1 : fd;
    }
    return -1;
}

int open(const char *path, int flags, ...)
{
    int (*real)(const char *path, int flags, ...) = dlsym(RTLD_NEXT, "open");
    int fd = made_up(path), mode;
    va_list args;

    va_start(args, flags);
    mode = va_arg(args, int);
    va_end(args);
    return fd >= 0 ? fd : real(path, flags, mode);
}
