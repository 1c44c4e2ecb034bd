/* SPDX-License-Identifier: Apache-2.0 */
/* A game server's life with the connection cut once in each request: in all of them after the same number of
 * bytes, of the request's frame or of its answer's. One life for each number there is, plain and over TLS,
 * with a service that remembers RequestIds and one that does not (P137, P151).
 *
 * The lives go in step, side by side, since each waits up to 100 ms before it dials anew for the first time.
 * No game ticks between its call and the last word about it on the wire: the I/O thread does all of that, and
 * nothing else can come in between. */
#include "certificates.h"

#include "../../unit/test.h"

#include "game.h"

#define SESSION_ARN   "arn:aws:gamelift:us-west-2::gamesession/fleet-1/gsess-1"
#define CONFIGURATION "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/M"

enum { SIDE_BY_SIDE = 64 };

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

static glift_status accept_another(game *self)
{
    return glift_accept_player_session(self->server, "psess-2", on_answer, self);
}

static glift_status remove_player(game *self)
{
    return glift_remove_player_session(self->server, "psess-1", on_answer, self);
}

static glift_status remove_another(game *self)
{
    return glift_remove_player_session(self->server, "psess-2", on_answer, self);
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

/* The core sends it by itself, once the game has been asked how it is. */
static glift_status heartbeat(game *self)
{
    while (self->health_questions == 0)
        tick(self);
    return GLIFT_OK;
}

typedef struct kind {
    const char *action;
    glift_status (*call)(game *self);
    const char *seat_after; /* the service forgets RequestIds: a second copy is refused, the seat is so */
} kind;

/* In the order of a life. */
static const kind kinds[] = {
        {"ActivateServerProcess", ready, NULL},
        {"HeartbeatServerProcess", heartbeat, NULL},
        {"ActivateGameSession", activate, NULL},
        {"UpdatePlayerSessionCreationPolicy", policy, NULL},
        {"AcceptPlayerSession", accept_player, NULL},
        {"AcceptPlayerSession", accept_another, "ACTIVE"},
        {"DescribePlayerSessions", describe, NULL},
        {"RemovePlayerSession", remove_player, NULL},
        {"RemovePlayerSession", remove_another, "COMPLETED"},
        {"StartMatchBackfill", start_backfill, NULL},
        {"StopMatchBackfill", stop_backfill, NULL},
        {"GetComputeCertificate", certificate, NULL},
        {"GetFleetRoleCredentials", role, NULL},
        {"TerminateServerProcess", ending, NULL},
};

/* ---- lives ---- */

typedef enum cut_kind { RESET_IN_REQUEST, RESET_IN_ANSWER, END_IN_ANSWER, END_IN_RECORD } cut_kind;

typedef struct life {
    game *game;
    ws_peer peer;
    size_t at; /* the byte */
    int calls;
    /* The step it is in: */
    bool is_cut, has_acted, is_answered; /* by the service, before the cut */
    char request[1024];                  /* what was read of the first copy's payload */
} life;

static struct {
    cut_kind cut;
    ws_service service;
    life lives[SIDE_BY_SIDE];
    size_t count;
    size_t longest; /* the most bytes that there were to cut */
} now;

static life *life_of(const char *handshake)
{
    for (size_t i = 0; i < now.count; i++) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, "pID=%s&", now.lives[i].game->process_id);
        if (strstr(handshake, wanted) != NULL)
            return &now.lives[i];
    }
    return NULL;
}

static void take_connections(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ws_peer peer = ws_accept(&now.service);
        char *handshake = ws_read_request(&peer);
        life *self = life_of(handshake);
        CHECK(self != NULL);
        self->peer = peer;
        ws_answer_upgrade(&peer, handshake);
        free(handshake);
    }
}

__attribute__((constructor)) static void make_certificates(void)
{
    certificates_authority(certificates_directory(), "ca");
    certificates_leaf(certificates_directory(), "service", "IP:127.0.0.1", 30);
}

static void begin_lives(size_t first, size_t count, bool tls, glift_io *io)
{
    static char pem[128], key[128], ca_file[128], url[64];
    const char *directory = tls ? certificates_directory() : "";
    snprintf(pem, sizeof pem, "%s/service.pem", directory);
    snprintf(key, sizeof key, "%s/service.key", directory);
    snprintf(ca_file, sizeof ca_file, "%s/ca.pem", directory);
    now.service = tls ? ws_service_open(NULL, pem, key) : ws_service_open(NULL, NULL, NULL);
    snprintf(url, sizeof url, "%s://127.0.0.1:%u", tls ? "wss" : "ws", now.service.port);
    now.count = count;
    for (size_t i = 0; i < count; i++)
        now.lives[i] = (life){.game = start_game(url, tls ? ca_file : "", io), .at = first + i};
    take_connections(count);
}

static void end_lives(void)
{
    for (size_t i = 0; i < now.count; i++) {
        ws_close(&now.lives[i].peer); /* a close that nobody answers would take its time */
        end_game(now.lives[i].game);
    }
    ws_service_close(&now.service);
}

/* ---- the service ---- */

/* The next frame, or what `limit` bytes are of it: its payload, so far. The size of the frame, SIZE_MAX if
 * that cannot be told yet. */
static size_t read_frame(ws_peer *peer, size_t limit, char *payload)
{
    uint8_t bytes[1024];
    size_t got = limit < 4 ? limit : 4, size = SIZE_MAX;
    ws_read(peer, bytes, got);
    *payload = '\0';
    if (got < 4)
        return size;
    bool is_long = (bytes[1] & 0x7f) == 126;
    size_t header = is_long ? 8 : 6;
    size = header + (is_long ? (size_t)bytes[2] << 8 | bytes[3] : bytes[1] & 0x7f);
    CHECK(bytes[0] == (0x80 | WS_TEXT) && size < sizeof bytes);
    limit = limit < size ? limit : size;
    ws_read(peer, bytes + got, limit - got);
    for (size_t i = header; i < limit; i++)
        payload[i - header] = (char)(bytes[i] ^ bytes[header - 4 + (i - header) % 4]);
    payload[limit > header ? limit - header : 0] = '\0';
    return size;
}

/* The frame of an answer; its size. */
static size_t make_frame(char *out, const char *request, const char *more)
{
    char text[400];
    snprintf(text, sizeof text, "{\"Action\":\"%s\",\"RequestId\":\"%s\",%s}", field(request, "Action"),
            field(request, "RequestId"), more);
    return ws_encode(out, WS_TEXT, true, text, strlen(text));
}

static const char right_answer[] =
        "\"StatusCode\":200,\"TicketId\":\"t\",\"AccessKeyId\":\"A\",\"Expiration\":1";

static void answer(ws_peer *peer, const char *request, const char *more)
{
    char frame[500];
    ws_write(peer, frame, make_frame(frame, request, more));
}

/* Nothing waits to be written on the other side, and all that was sent to it has been read. */
static void expect_nothing_more(ws_peer *peer)
{
    ws_send(peer, WS_PING, true, "now", 3);
    ws_expect(peer, WS_PONG, "now");
}

/* True if that is the whole of it. */
static bool write_answer_in_part(life *self)
{
    char frame[500];
    size_t size = make_frame(frame, self->request, right_answer);
    if (now.cut == END_IN_RECORD)
        size = ws_write_record(&self->peer, frame, size, self->at);
    else
        ws_write(&self->peer, frame, self->at < size ? self->at : size);
    now.longest = size > now.longest ? size : now.longest;
    self->is_cut = self->at <= size;
    return self->at >= size;
}

static void cut_connection(life *self)
{
    if (now.cut == RESET_IN_REQUEST || now.cut == RESET_IN_ANSWER)
        ws_reset(&self->peer);
    else
        ws_close(&self->peer);
}

/* ---- one step ---- */

static void first_copy(life *self)
{
    bool in_request = now.cut == RESET_IN_REQUEST;
    size_t size = read_frame(&self->peer, in_request ? self->at : SIZE_MAX, self->request);
    self->has_acted = !in_request || self->at >= size;
    self->is_answered = false;
    if (in_request) {
        now.longest = size != SIZE_MAX && size > now.longest ? size : now.longest;
        self->is_cut = self->at <= size;
        self->is_answered = !self->is_cut;
        if (self->is_answered)
            answer(&self->peer, self->request, right_answer);
    } else {
        self->is_answered = write_answer_in_part(self);
    }
    if (self->is_answered && self->is_cut)
        expect_nothing_more(&self->peer); /* or a reset could take it out of the client's buffer */
    if (self->is_cut)
        cut_connection(self);
}

static void settle(life *self, const kind *of)
{
    char request[1024], more[200];
    read_frame(&self->peer, SIZE_MAX, request);
    CHECK_TEXT(field(request, "Action"), "DescribePlayerSessions");
    snprintf(more, sizeof more,
            "\"StatusCode\":200,\"PlayerSessions\":[{\"PlayerSessionId\":\"%s\",\"Status\":\"%s\"}]",
            field(request, "PlayerSessionId"), of->seat_after);
    answer(&self->peer, request, more);
}

static void second_copy(life *self, const kind *of)
{
    char request[1024];
    read_frame(&self->peer, SIZE_MAX, request);
    CHECK_TEXT(field(request, "Action"), of->action);
    CHECK(strncmp(request, self->request, strlen(self->request)) == 0); /* the RequestId, and all else */
    if (of->seat_after != NULL && self->has_acted) {
        answer(&self->peer, request, "\"StatusCode\":400,\"ErrorMessage\":\"refused\"");
        settle(self, of);
    } else {
        answer(&self->peer, request, right_answer);
    }
}

static void check_outcome(life *self, const kind *of)
{
    bool was_lost = self->is_cut && !self->is_answered;
    bool may_be_unsent = now.cut == RESET_IN_REQUEST && self->at == 0;
    expect_nothing_more(&self->peer);
    self->calls += of->call != heartbeat;
    wait_answers(self->game, self->calls);
    CHECK_INT(self->game->answer, GLIFT_OK);
    if (!may_be_unsent && of->call != heartbeat)
        CHECK_INT(self->game->resent, was_lost);
}

static void play(const kind *of)
{
    size_t cuts = 0;
    for (size_t i = 0; i < now.count; i++)
        CHECK_INT(of->call(now.lives[i].game), GLIFT_OK);
    for (size_t i = 0; i < now.count; i++) {
        first_copy(&now.lives[i]);
        cuts += now.lives[i].is_cut;
    }
    take_connections(cuts);
    for (size_t i = 0; i < now.count; i++) {
        if (!now.lives[i].is_answered)
            second_copy(&now.lives[i], of);
    }
    for (size_t i = 0; i < now.count; i++)
        check_outcome(&now.lives[i], of);
}

static void give_sessions(void)
{
    for (size_t i = 0; i < now.count; i++) {
        ws_send(&now.lives[i].peer, WS_TEXT, true, SESSION, sizeof SESSION - 1);
        while (glift_get_game_session(now.lives[i].game->server) == NULL)
            tick(now.lives[i].game);
    }
}

static void play_lives(void)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].call == activate)
            give_sessions();
        play(&kinds[i]);
    }
    for (size_t i = 0; i < now.count; i++) {
        CHECK(!glift_is_process_ready(now.lives[i].game->server));
        CHECK_INT(now.lives[i].game->health_questions, 1); /* or another beat may have come in between */
    }
}

static void sweep(cut_kind cut, bool tls)
{
    glift_io *io;
    CHECK_INT(glift_io_create(NULL, &io), GLIFT_OK);
    now.cut = cut;
    now.longest = SIDE_BY_SIDE;
    for (size_t first = 0; first <= now.longest; first += SIDE_BY_SIDE) {
        size_t left = first == 0 ? SIDE_BY_SIDE : now.longest - first + 1;
        begin_lives(first, left < SIDE_BY_SIDE ? left : SIDE_BY_SIDE, tls, io);
        play_lives();
        end_lives();
    }
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
}

TEST(a_reset_after_each_byte_of_each_request_is_survived_with_one_answer)
{
    sweep(RESET_IN_REQUEST, false);
}

TEST(a_reset_after_each_byte_of_each_request_is_survived_over_tls)
{
    sweep(RESET_IN_REQUEST, true);
}

TEST(a_reset_after_each_byte_of_each_answer_is_survived_with_one_answer)
{
    sweep(RESET_IN_ANSWER, false);
}

TEST(an_end_of_file_after_each_byte_of_each_answer_is_survived_with_one_answer)
{
    sweep(END_IN_ANSWER, false);
}

TEST(an_end_of_file_after_each_byte_of_each_answer_is_survived_over_tls)
{
    sweep(END_IN_ANSWER, true);
}

TEST(an_end_of_file_after_each_byte_of_the_record_of_each_answer_is_survived_over_tls)
{
    sweep(END_IN_RECORD, true);
}
