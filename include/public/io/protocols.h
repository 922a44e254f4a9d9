/* SPDX-License-Identifier: MIT */
/*
 * protocols.h - values of the xenstore key `protocol` by which a frontend says
 * in which word size it lays out its ring entries.
 */
#ifndef PUBLIC_IO_PROTOCOLS_H
#define PUBLIC_IO_PROTOCOLS_H

#define XEN_IO_PROTO_ABI_X86_32 "x86_32-abi"
#define XEN_IO_PROTO_ABI_X86_64 "x86_64-abi"
#define XEN_IO_PROTO_ABI_ARM    "arm-abi"
#define XEN_IO_PROTO_ABI_NATIVE XEN_IO_PROTO_ABI_X86_64

#endif /* PUBLIC_IO_PROTOCOLS_H */
