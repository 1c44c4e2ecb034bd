/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets that are listened on, and what the SDK, a client, need not ask of the others. Errors are the
 * system's. */
#ifndef LOCAL_SOCKETS_H
#define LOCAL_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/platform.h"

/* Listens on an IPv4 address in numbers; port 0: any free one. 0, or the error. */
int local_socket_listen(const char *address, int port, glift__socket_handle *out, int *out_port);

typedef enum local_knock {
    LOCAL_KNOCK_CAME,
    LOCAL_KNOCK_LEFT, /* somebody had come, and is gone already */
    LOCAL_KNOCK_NOBODY,
    LOCAL_KNOCK_REFUSED /* there is no descriptor or no memory */
} local_knock;

/* Lets in who comes next: a socket that does not block and does not gather bytes, and its IPv4 address. */
local_knock local_socket_accept(
        glift__socket_handle door, glift__socket_handle *out, uint32_t *address, int *error);

/* Connects to a port of the loopback, and waits for it; each call of the socket waits so long, too. 0, or the
 * error. */
int local_socket_dial(int port, int patience_ms, glift__socket_handle *out);

/* At its close it ends by RST, whatever is still to be sent. */
void local_socket_reset_at_close(glift__socket_handle socket);

/* Why a connect has failed; 0: it has not. */
int local_socket_error(glift__socket_handle socket);

int local_socket_last_error(void); /* of the call before */
bool local_socket_is_in_use(int error);
bool local_socket_has_broken(int error); /* the other end has ended the connection */
const char *local_socket_error_text(int error);

#endif
