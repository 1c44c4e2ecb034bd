/* SPDX-License-Identifier: Apache-2.0 */
/* Who stands behind the game servers' WebSockets: the service, or whoever plays its part. */
#include "listen/listen_internal.h"

int listen_handshake(local_listener *listener, const char *query, uint64_t *connection, glift__text *body)
{
    const local_stand_in *other = listener->stand_in;
    glift__time now = local_listener_now(listener);
    return other != NULL ? other->handshake(other->owner, now, query, connection, body)
                         : local_service_handshake(listener->service, now, query, connection, body);
}

void listen_hand_in(local_listener *listener, uint64_t connection, const char *bytes, size_t length)
{
    const local_stand_in *other = listener->stand_in;
    glift__time now = local_listener_now(listener);
    if (other != NULL)
        other->received(other->owner, now, connection, bytes, length);
    else
        local_service_received(listener->service, now, connection, bytes, length);
}

void listen_tell_closed(local_listener *listener, uint64_t connection)
{
    const local_stand_in *other = listener->stand_in;
    if (other != NULL)
        other->closed(other->owner, connection);
    else
        local_service_closed(listener->service, local_listener_now(listener), connection);
}

bool listen_next_output(local_listener *listener, local_output *out)
{
    const local_stand_in *other = listener->stand_in;
    return other != NULL ? other->next_output(other->owner, out)
                         : local_service_next_output(listener->service, out);
}
