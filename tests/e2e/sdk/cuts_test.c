/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of request, with the connection reset after each byte of its frame: it is sent again under its
 * RequestId where it had arrived whole, and answered once (P137, P151). */
#include "../../unit/test.h"

#include "game.h"

#define SESSION_ARN   "arn:aws:gamelift:us-west-2::gamesession/fleet-1/gsess-1"
#define CONFIGURATION "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/M"

/* ---- the kinds ---- */

static glift_status ready(game *self)
{
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    return glift_process_ready(self->server, &parameters, on_answer, self);
}

static glift_status ending(game *self)
{
    return glift_process_ending(self->server, on_answer, self);
}

static glift_status activate(game *self)
{
    return glift_activate_game_session(self->server, on_answer, self);
}

static glift_status policy(game *self)
{
    return glift_update_player_session_creation_policy(
            self->server, GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL, on_answer, self);
}

static glift_status accept_player(game *self)
{
    return glift_accept_player_session(self->server, "psess-1", on_answer, self);
}

static glift_status remove_player(game *self)
{
    return glift_remove_player_session(self->server, "psess-1", on_answer, self);
}

static glift_status describe(game *self)
{
    const glift_describe_player_sessions_request request = {
            .size_bytes = sizeof request, .player_session_id = "psess-1"};
    return glift_describe_player_sessions(self->server, &request, on_answer, self);
}

static glift_status start_backfill(game *self)
{
    const glift_player player = {.player_id = "p", .team = "red"};
    const glift_start_match_backfill_request request = {.size_bytes = sizeof request,
            .game_session_arn = SESSION_ARN,
            .matchmaking_configuration_arn = CONFIGURATION,
            .players = &player,
            .player_count = 1};
    return glift_start_match_backfill(self->server, &request, on_answer, self);
}

static glift_status stop_backfill(game *self)
{
    const glift_stop_match_backfill_request request = {.size_bytes = sizeof request,
            .game_session_arn = SESSION_ARN,
            .matchmaking_configuration_arn = CONFIGURATION,
            .ticket_id = "t"};
    return glift_stop_match_backfill(self->server, &request, on_answer, self);
}

static glift_status certificate(game *self)
{
    return glift_get_compute_certificate(self->server, on_answer, self);
}

static glift_status role(game *self)
{
    return glift_get_fleet_role_credentials(self->server, "arn:aws:iam::1:role/r", NULL, on_answer, self);
}

typedef glift_status (*request_fn)(game *self);

/* ---- one cut ---- */

static void answer_to(ws_peer *peer, const char *request)
{
    char text[300];
    snprintf(text, sizeof text,
            "{\"Action\":\"%s\",\"RequestId\":\"%s\",\"StatusCode\":200,\"TicketId\":\"t\",\"AccessKeyId\":"
            "\"A\","
            "\"Expiration\":1}",
            field(request, "Action"), field(request, "RequestId"));
    ws_send(peer, WS_TEXT, true, text, strlen(text));
}

/* The size of a client's frame with this payload: header, mask, payload. */
static size_t frame_size(const char *payload)
{
    size_t length = strlen(payload);
    return length + (length < 126 ? 6 : 8);
}

/* Resets after `cut` bytes of the request; returns the size of its frame. */
static size_t play(game *self, request_fn call, ws_service *service, ws_peer *peer, size_t cut)
{
    char bytes[2048];
    self->answers = 0;
    CHECK_INT(call(self), GLIFT_OK);
    ws_read(peer, bytes, cut);
    ws_reset(peer);
    *peer = ws_accept_upgraded(service);
    char *request = receive_request(peer);
    size_t size = frame_size(request);
    answer_to(peer, request);
    wait_answers(self, 1);
    CHECK_INT(self->answer, GLIFT_OK);
    free(request);
    CHECK(size < sizeof bytes);
    return size;
}

static void play_all(request_fn call)
{
    ws_service service = ws_service_open(NULL, NULL, NULL);
    game *self = start_game_at(&service, NULL);
    ws_peer peer = make_ready(self, &service);
    for (size_t cut = 0, size = 0; cut <= size; cut++)
        size = play(self, call, &service, &peer, cut);
    end_game(self);
    ws_close(&peer);
    ws_service_close(&service);
}

TEST(a_reset_after_each_byte_of_each_request_is_survived_with_one_answer)
{
    static const request_fn calls[] = {activate, policy, accept_player, remove_player, describe,
            start_backfill, stop_backfill, certificate, role};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        play_all(calls[i]);
}

/* What can be asked once in a life: a server for each byte. */
static void play_once_each(request_fn call, bool is_ready)
{
    for (size_t cut = 0, size = 0; cut <= size; cut++) {
        ws_service service = ws_service_open(NULL, NULL, NULL);
        game *self = start_game_at(&service, NULL);
        ws_peer peer = ws_accept_upgraded(&service);
        wait_state(self, GLIFT_CONNECTED);
        size = play(self, call, &service, &peer, cut);
        CHECK_INT(glift_is_process_ready(self->server), is_ready);
        ws_close(&peer); /* a close that nobody answers would take its time */
        end_game(self);
        ws_service_close(&service);
    }
}

TEST(a_reset_after_each_byte_of_process_ready_is_survived_with_one_answer)
{
    play_once_each(ready, true);
}

TEST(a_reset_after_each_byte_of_process_ending_is_survived_with_one_answer)
{
    play_once_each(ending, false);
}
