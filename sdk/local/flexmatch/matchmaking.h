/* SPDX-License-Identifier: Apache-2.0 */
/* Matchmaking as the rest of the service sees it: what it is told, and what a game server asks of it. */
#ifndef LOCAL_MATCHMAKING_H
#define LOCAL_MATCHMAKING_H

#include "api/api.h"

/* service->matchmaking, made and freed with the service. */
glift_status local_matchmaking_create(local_service *service);
void local_matchmaking_destroy(local_service *service); /* also of a half-built service */

extern const api_operation api_matchmaking_operations[], api_ticket_operations[];

/* What happened. A process became READY: its answer is already on its way. */
void local_matchmaking_process_ready(local_service *service, glift__time now, local_process *process);
void local_matchmaking_game_session_active(
        local_service *service, glift__time now, local_game_session *session);
/* A seat is free again: COMPLETED or TIMEDOUT, while the session goes on. */
void local_matchmaking_seat_freed(local_service *service, glift__time now, local_player_session *seat);
/* TERMINATED or ERROR; its process may be gone. Its player sessions have ended. */
void local_matchmaking_game_session_ended(
        local_service *service, glift__time now, local_game_session *session);

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

/* Its part of GET /_local/state: "tickets" and what else it holds, written into root. */
void local_matchmaking_state(api_call *call, cJSON *root);

/* Its part of --demo: queue, rule set and configuration `arena` that place into this fleet. */
bool local_matchmaking_demo(local_service *service, glift__time now, local_fleet *fleet, local_demo *out);

#endif
