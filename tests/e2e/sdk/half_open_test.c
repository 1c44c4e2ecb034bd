/* SPDX-License-Identifier: Apache-2.0 */
/* A connection whose other end has gone without a word: where an answer is due that is found out within
 * seconds, and what was asked is asked again on the next connection; an idle one is asked every half minute.
 */
#include "clock.h"

#include "../../unit/test.h"

#include "outsider.h"

static glift_io *io;

static void pass_seconds(long seconds)
{
    clock_ahead_s += seconds;
    end_game(start_game("ws://127.0.0.1:1", "", io)); /* has the I/O look at its clock */
}

/* The peer asks, between its steps, for what only the game's thread can do. */
enum { NOTHING = 0, A_CALL = -1 }; /* other numbers: seconds */

typedef struct act {
    ws_peer first, second;
    atomic_int wish;
    heard heard;
} act;

static void wish(act *self, int what)
{
    atomic_store(&self->wish, what);
    while (atomic_load(&self->wish) != NOTHING)
        usleep(200);
}

static void fulfil_wish(act *self, game *victim)
{
    int what = atomic_load(&self->wish);
    if (what == A_CALL)
        CHECK_INT(glift_get_compute_certificate(victim->server, on_answer, victim), GLIFT_OK);
    else if (what != NOTHING)
        pass_seconds(what);
    atomic_store(&self->wish, NOTHING);
}

static game *run_act(void (*play)(ws_service *, void *), act *self)
{
    ws_service service = open_service();
    io = outsider_io();
    script peer = {.play = play, .argument = self, .service = &service};
    CHECK_INT(pthread_create(&peer.thread, NULL, run_script, &peer), 0);
    game *victim = start_victim_of(&service, io, (glift_server_desc){0});
    while (!atomic_load(&peer.is_over)) {
        fulfil_wish(self, victim);
        usleep(500); /* glift_server_wait() sleeps by the clock of the system, not by ours */
        glift_server_tick(victim->server);
    }
    CHECK_INT(pthread_join(peer.thread, NULL), 0);
    ws_service_close(&service);
    return victim;
}

static void end_act(act *self, game *victim)
{
    ws_close(&self->first);
    if (self->second.fd > 0)
        ws_close(&self->second);
    end_game(victim);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
}

static void begin_life(ws_service *service, act *self)
{
    self->first = ws_accept_upgraded(service);
    answer_request(&self->first, "ActivateServerProcess");
    ws_frame beat = ws_receive(&self->first); /* the first one comes at once */
    char text[256];
    make_answer(beat.payload, text, sizeof text);
    ws_send(&self->first, WS_TEXT, true, text, strlen(text));
    free(beat.payload);
}

/* Whether the client has said nothing on its own account. */
static void expect_nothing(ws_peer *peer)
{
    ws_send(peer, WS_PING, true, "?", 1);
    ws_expect(peer, WS_PONG, "?");
}

/* ---- an answer is due ---- */

static void play_gone_with_a_call(ws_service *service, void *argument)
{
    act *self = argument;
    char id[64];
    begin_life(service, self);
    wish(self, A_CALL);
    char *request = receive_request(&self->first);
    snprintf(id, sizeof id, "%s", field(request, "RequestId"));
    free(request);
    wish(self, 4);
    ws_expect(&self->first, WS_PING, "");
    wish(self, 4);
    self->second = ws_accept_upgraded(service);
    request = receive_request(&self->second);
    CHECK_TEXT(field(request, "RequestId"), id);
    char text[256];
    make_answer(request, text, sizeof text);
    ws_send(&self->second, WS_TEXT, true, text, strlen(text));
    free(request);
}

TEST(a_peer_that_is_gone_while_an_answer_is_due_is_left_within_seconds)
{
    act self = {0};
    game *victim = run_act(play_gone_with_a_call, &self);
    wait_answers(victim, 1);
    CHECK_INT(victim->answer, GLIFT_OK);
    CHECK(victim->resent);
    end_act(&self, victim);
}

static void play_slow_answer(ws_service *service, void *argument)
{
    act *self = argument;
    char text[256];
    begin_life(service, self);
    wish(self, A_CALL);
    char *request = receive_request(&self->first);
    for (int i = 0; i < 3; i++) {
        wish(self, 4);
        ws_expect(&self->first, WS_PING, "");
        ws_send(&self->first, WS_PONG, true, "", 0);
        expect_nothing(&self->first); /* the pong has been read */
    }
    make_answer(request, text, sizeof text);
    ws_send(&self->first, WS_TEXT, true, text, strlen(text));
    free(request);
}

TEST(a_peer_that_answers_pings_may_take_its_time_for_an_answer)
{
    act self = {0};
    game *victim = run_act(play_slow_answer, &self);
    wait_answers(victim, 1);
    CHECK_INT(victim->answer, GLIFT_OK);
    CHECK(!victim->resent);
    end_act(&self, victim);
}

/* ---- none is due ---- */

static void play_idle(ws_service *service, void *argument)
{
    act *self = argument;
    begin_life(service, self);
    wish(self, 10);
    expect_nothing(&self->first); /* which is heard: the half minute may begin again */
    wish(self, 31);
    ws_expect(&self->first, WS_PING, "");
    wish(self, 21);
    self->second = ws_accept_upgraded(service);
}

TEST(an_idle_connection_is_asked_after_30_s_and_left_20_s_later)
{
    act self = {0};
    game *victim = run_act(play_idle, &self);
    wait_state(victim, GLIFT_CONNECTED);
    CHECK_CONTAINS(victim->log, "did not answer a ping");
    end_act(&self, victim);
}
