/* SPDX-License-Identifier: Apache-2.0 */
/* What the examples ask of the operating system; system_posix.c and system_windows.c answer. */
#ifndef EXAMPLE_SYSTEM_H
#define EXAMPLE_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of IPv4, both in the order of the network. Port 0: it is no address. */
typedef struct system_address {
    uint32_t host;
    uint16_t port;
} system_address;

/* Loads a plugin, which stays loaded, and gives its function as the bytes of a pointer to it. False: the
 * system's reason stands in `reason`. */
bool system_load(const char *file, const char *function, void *out, char *reason, size_t reason_size);
uint64_t system_now_ns(void);

/* A socket for datagrams on this port of the loopback, which never blocks. False: the reason stands on
 * stderr. */
bool system_udp_open(uint16_t port, uintptr_t *out);
/* The length of the next datagram, 0 if there is none. */
size_t system_udp_receive(uintptr_t socket, char *bytes, size_t size, system_address *from);
void system_udp_send(uintptr_t socket, const char *bytes, size_t size, const system_address *to);
/* Sleeps until a datagram comes, or so long. */
void system_udp_wait(uintptr_t socket, int most_ms);

#endif
