/* SPDX-License-Identifier: MIT */
/*
 * xs_wire.h - the xenstore protocol. A message is a header and len bytes: for
 * most types strings, each ended by a zero. The answer repeats type, req_id and
 * tx_id, or has type XS_ERROR and an error's name. The same bytes go over a
 * unix socket and over the rings of a page shared with a guest.
 */
#ifndef PUBLIC_IO_XS_WIRE_H
#define PUBLIC_IO_XS_WIRE_H

#include <stdint.h>

enum xsd_sockmsg_type {
    XS_CONTROL = 0,
    XS_DIRECTORY = 1,
    XS_READ = 2,
    XS_GET_PERMS = 3,
    XS_WATCH = 4,
    XS_UNWATCH = 5,
    XS_TRANSACTION_START = 6,
    XS_TRANSACTION_END = 7,
    XS_INTRODUCE = 8,
    XS_RELEASE = 9,
    XS_GET_DOMAIN_PATH = 10,
    XS_WRITE = 11,
    XS_MKDIR = 12,
    XS_RM = 13,
    XS_SET_PERMS = 14,
    XS_WATCH_EVENT = 15,            /* from the daemon only */
    XS_ERROR = 16,                  /* from the daemon only */
    XS_IS_DOMAIN_INTRODUCED = 17,
    XS_RESUME = 18,
    XS_SET_TARGET = 19,
    XS_RESET_WATCHES = 21,
    XS_DIRECTORY_PART = 22,
    XS_TYPE_COUNT = 23,             /* one more than the last */
    XS_INVALID = 0xffff
};
#define XS_DEBUG XS_CONTROL

#define XS_WRITE_NONE        "NONE"
#define XS_WRITE_CREATE      "CREATE"
#define XS_WRITE_CREATE_EXCL "CREATE|EXCL"

struct xsd_sockmsg {
    uint32_t type;
    uint32_t req_id;                /* chosen by the client, repeated */
    uint32_t tx_id;                 /* 0: outside of a transaction */
    uint32_t len;                   /* bytes after the header */
};

/* Order of the strings of XS_WATCH and XS_WATCH_EVENT. */
enum xs_watch_type {
    XS_WATCH_PATH = 0,
    XS_WATCH_TOKEN = 1
};

/* Limits, in bytes; paths with their zero. */
#define XENSTORE_PAYLOAD_MAX  4096
#define XENSTORE_ABS_PATH_MAX 3072
#define XENSTORE_REL_PATH_MAX 2048

/*
 * The page shared by a guest and the daemon. Indices only grow and may differ
 * by at most the ring's size.
 *
 *   req, req_prod, rsp_cons   guest, connection too when it asks to reconnect
 *   rsp, rsp_prod, req_cons   daemon, and the last three fields
 */
#define XENSTORE_RING_SIZE 1024
typedef uint32_t XENSTORE_RING_IDX;
#define MASK_XENSTORE_IDX(idx) ((idx) & (XENSTORE_RING_SIZE - 1))
struct xenstore_domain_interface {
    char req[XENSTORE_RING_SIZE];
    char rsp[XENSTORE_RING_SIZE];
    XENSTORE_RING_IDX req_cons, req_prod;
    XENSTORE_RING_IDX rsp_cons, rsp_prod;
    uint32_t server_features;       /* XENSTORE_SERVER_FEATURE_* */
    uint32_t connection;            /* XENSTORE_CONNECTED or _RECONNECT */
    uint32_t error;                 /* XENSTORE_ERROR_* */
};

#define XENSTORE_SERVER_FEATURE_RECONNECTION 1
#define XENSTORE_SERVER_FEATURE_ERROR        2

#define XENSTORE_CONNECTED 0
#define XENSTORE_RECONNECT 1

#define XENSTORE_ERROR_NONE    0
#define XENSTORE_ERROR_COMM    1    /* the ring cannot be used */
#define XENSTORE_ERROR_RINGIDX 2    /* indices further apart than the ring */
#define XENSTORE_ERROR_PROTO   3    /* a header that lies */

#endif /* PUBLIC_IO_XS_WIRE_H */
