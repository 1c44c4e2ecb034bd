/* SPDX-License-Identifier: Apache-2.0 */
/* A server without any service: its whole life, with a thread for its io and without. No port is opened. */
#include "../../unit/test.h"

#include <gamelift/gamelift.h>
#include <string.h>
#include <time.h>

typedef struct game {
    glift_io *io;
    glift_server *server;
    bool is_placed, is_connected, has_ended;
    int seats, answers;
    glift_status answer;
    char message[256], player_session_id[64], log[4096];
} game;

static void on_start(glift_server *server, const glift_game_session *session, void *user)
{
    game *self = user;
    (void)server;
    self->is_placed = true;
    self->seats = session->maximum_player_session_count;
}

static void on_connection(glift_server *server, const glift_connection_event *event, void *user)
{
    game *self = user;
    (void)server;
    self->is_connected = event->state == GLIFT_CONNECTED;
    self->has_ended = event->state == GLIFT_ENDED;
}

static void on_log(glift_server *server, glift_log_level level, const char *message, void *user)
{
    game *self = user;
    size_t length = strlen(self->log);
    (void)server, (void)level;
    snprintf(self->log + length, sizeof self->log - length, "%s\n", message);
}

static void on_answer(glift_server *server, const glift_result *result, void *user)
{
    game *self = user;
    (void)server;
    self->answers++;
    self->answer = result->status;
    snprintf(self->message, sizeof self->message, "%s", result->message);
    if (result->player_session_page != NULL && result->player_session_page->player_session_count == 1)
        snprintf(self->player_session_id, sizeof self->player_session_id, "%s",
                result->player_session_page->player_sessions[0].player_session_id);
}

static bool is_threadless(void)
{
    return getenv("GLIFT_TEST_THREADLESS") != NULL;
}

static void begin(game *self)
{
    *self = (game){0};
    glift_io_desc io = {.size_bytes = sizeof io, .threadless = is_threadless()};
    CHECK_INT(glift_io_create(&io, &self->io), GLIFT_OK);
    glift_server_desc desc = {.size_bytes = sizeof desc,
            .websocket_url = GLIFT_OFFLINE_URL,
            .ignore_environment = true,
            .io = self->io,
            .on_start_game_session = on_start,
            .on_connection = on_connection,
            .on_log = on_log,
            .user = self};
    CHECK_INT(glift_server_create(&desc, &self->server), GLIFT_OK);
}

static void end(game *self)
{
    CHECK_INT(glift_server_destroy(self->server), GLIFT_OK);
    glift_io_destroy(self->io);
}

static void tick_until(game *self, const bool *condition)
{
    for (int i = 0; i < 1000 && !*condition; i++) {
        glift_server_wait(self->server, 10);
        glift_server_tick(self->server);
    }
    CHECK(*condition);
}

static void wait_answer(game *self, glift_status asked, glift_status expected)
{
    int before = self->answers;
    CHECK_INT(asked, GLIFT_OK);
    for (int i = 0; i < 1000 && self->answers == before; i++) {
        glift_server_wait(self->server, 10);
        glift_server_tick(self->server);
    }
    CHECK_INT(self->answers, before + 1);
    CHECK_INT(self->answer, expected);
}

static void get_a_session(game *self)
{
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    wait_answer(self, glift_process_ready(self->server, &parameters, on_answer, self), GLIFT_OK);
    tick_until(self, &self->is_placed);
    wait_answer(self, glift_activate_game_session(self->server, on_answer, self), GLIFT_OK);
}

TEST(a_whole_life_without_a_service)
{
    game self;
    begin(&self);
    get_a_session(&self);
    CHECK(strstr(self.log, "offline: no GameLift is asked") != NULL);
    CHECK(self.is_connected);
    CHECK_INT(self.seats, 200);
    wait_answer(&self, glift_accept_player_session(self.server, "who-ever", on_answer, &self), GLIFT_OK);
    wait_answer(&self, glift_remove_player_session(self.server, "who-ever", on_answer, &self), GLIFT_OK);
    wait_answer(&self, glift_process_ending(self.server, on_answer, &self), GLIFT_OK);
    tick_until(&self, &self.has_ended);
    end(&self);
}

TEST(a_player_is_found_by_name)
{
    game self;
    begin(&self);
    get_a_session(&self);
    const glift_describe_player_sessions_request request = {.size_bytes = sizeof request, .player_id = "ann"};
    wait_answer(&self, glift_describe_player_sessions(self.server, &request, on_answer, &self), GLIFT_OK);
    wait_answer(&self, glift_accept_player_session(self.server, self.player_session_id, on_answer, &self),
            GLIFT_OK);
    end(&self);
}

TEST(a_refusal_comes_with_its_sentence)
{
    game self;
    begin(&self);
    get_a_session(&self);
    wait_answer(&self, glift_get_compute_certificate(self.server, on_answer, &self), GLIFT_ERR_REJECTED);
    CHECK_TEXT(self.message, "There is no AWS account offline.");
    end(&self);
}

TEST(what_is_asked_while_the_server_goes_is_answered_once)
{
    game self;
    begin(&self);
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    CHECK_INT(glift_process_ready(self.server, &parameters, on_answer, &self), GLIFT_OK);
    end(&self);
    CHECK_INT(self.answers, 1);
}
