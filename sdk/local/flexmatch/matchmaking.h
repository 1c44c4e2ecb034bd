/* SPDX-License-Identifier: Apache-2.0 */
/* Matchmaking as the rest of the service sees it: its life, and what a game server asks of it. */
#ifndef LOCAL_MATCHMAKING_H
#define LOCAL_MATCHMAKING_H

#include "model/model.h"

/* service->matchmaking, and the model's listener; made and freed with the service. */
glift_status local_matchmaking_create(local_service *service);
void local_matchmaking_destroy(local_service *service); /* also of a half-built service */

/* StartMatchBackfill and StopMatchBackfill of the process that hosts `session`. */
bool local_matchmaking_start_backfill(local_service *service, glift__time now, local_game_session *session,
        const glift_start_match_backfill_request *request, char ticket_id[GLIFT_MAX_TICKET_ID_LENGTH + 1],
        local_refusal *why);
/* The ticket that may be stopped; NULL: refused. Stopping it tells the process, so it comes after the answer.
 */
struct local_ticket *local_matchmaking_find_backfill(local_service *service,
        const local_game_session *session, const glift_stop_match_backfill_request *request,
        local_refusal *why);
void local_matchmaking_stop_backfill(local_service *service, glift__time now, struct local_ticket *ticket);

#endif
