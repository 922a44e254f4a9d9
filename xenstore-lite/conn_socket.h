/* SPDX-License-Identifier: MIT */
/*
 * conn_socket.h - clients over unix stream sockets.
 *
 * All clients of one socket act for the domain the socket was opened for: the
 * control domain's is guarded by its file's mode alone.
 */
#ifndef XENSTORE_CONN_SOCKET_H
#define XENSTORE_CONN_SOCKET_H

#include "store.h"

/* 0, or -1 after having said why not. The path must not be served by another. */
int socket_listen(struct store *s, const char *path, unsigned int domid);
/* The same on a listening socket that was handed to us. */
int socket_adopt(struct store *s, int fd, unsigned int domid);
/* Takes away the files that socket_listen() made. */
void socket_unlink_all(void);

#endif
