/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder have in common: the start of the system's sockets, and addresses in its form.
 */
#ifndef GLIFT_WINDOWS_WINSOCK_H
#define GLIFT_WINDOWS_WINSOCK_H

#include <winsock2.h>
#include <ws2tcpip.h>

#include "platform/platform.h"

/* Starts the sockets of this process, once. Whatever asks the system about sockets or names calls it first.
 */
void glift__winsock_start(void);

/* Gives the address in the system's form, and the size of that form. */
int glift__winsock_address(const glift__address *from, uint16_t port, struct sockaddr_storage *out);

/* Opens a socket that does not block, and that no child process inherits. INVALID_SOCKET on failure. */
SOCKET glift__winsock_open(int family, int type);

#endif
