/* SPDX-License-Identifier: Apache-2.0 */
/* The game servers' door: WebSockets that open, speak and close, and programs that end. */
#ifndef LOCAL_SERVERS_H
#define LOCAL_SERVERS_H

#include "model/desc.h"

/* A WebSocket upgrade with this query string (without '?', percent-encoded as it came).
 * Returns the HTTP status: 101 and a connection number, or 403, 400 with the JSON body in *body. */
int local_service_handshake(
        local_service *service, glift__time now, const char *query, uint64_t *connection, glift__text *body);
void local_service_received(
        local_service *service, glift__time now, uint64_t connection, const char *bytes, size_t length);
void local_service_closed(local_service *service, glift__time now, uint64_t connection);

/* The launcher saw this process end: a crash, known at once, unless it had called ProcessEnding. message: how
 * its program ended. */
void local_service_process_exited(
        local_service *service, glift__time now, const char *process_id, const char *message);

/* Whether any game server has ever connected. */
bool local_service_has_seen_servers(const local_service *service);

#endif
