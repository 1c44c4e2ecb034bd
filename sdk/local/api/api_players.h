/* SPDX-License-Identifier: Apache-2.0 */
/* Players of matchmaking tickets, as callers of the AWS API name them. */
#ifndef LOCAL_API_PLAYERS_H
#define LOCAL_API_PLAYERS_H

#include "api/api.h"

extern const api_shape api_ticket_id, api_player;

/* Reads what points into the call's input; lists lie in `memory`. */
typedef struct api_player_reader {
    api_call *call;
    glift__memory memory;
} api_player_reader;

/* The players of a list that fits `api_player`; NULL: the call is refused. */
const glift_player *api_read_players(api_player_reader *reader, const cJSON *list, size_t *count);

#endif
