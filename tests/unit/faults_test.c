/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of request, with the connection lost or refreshed at every step, with a service that
 * de-duplicates RequestIds and one that does not: exactly one answer, the right one (ARCHITECTURE.md, Exactly
 * once). */
#include "test.h"

#include "game.h"

/* What becomes of one copy of the request. */
typedef enum fault {
    NO_FAULT,
    LOST_BEFORE,      /* the connection is cut before the message arrives, or in the middle of its frame */
    LOST_AFTER,       /* the service acts, but its answer is lost with the connection */
    ANSWERED_AND_CUT, /* the answer arrives, then the connection is cut */
    ANSWERED_TWICE,
    REFRESHED_OLD,  /* refreshed meanwhile: the answer comes on the old socket */
    REFRESHED_NEW,  /* ... on the new one */
    REFRESHED_LOST, /* ... and the old one ends without an answer */
    FAULT_COUNT
} fault;

/* Two copies of the request and one of the DescribePlayerSessions that settles it can each have a fault. */
enum { PLAN_LENGTH = 3 };

typedef struct kind {
    const char *action;
    glift_status (*call)(void);
    glift_status right; /* what a service that is asked once says */
} kind;

/* ---- the service ---- */

static struct {
    bool remembers; /* RequestIds */
    fault plan[PLAN_LENGTH];
    int copies; /* of the request and its describe that were written */
    char request_id[64], answered_id[64];
    bool is_for_two; /* requests, not one */
    char known_ids[8][64];
    int known_codes[8];
    int known_count;
    bool seat_active, seat_completed;
    int beats;
    fake_socket *drop;
    char late_answer[1024];
    fake_socket *late_on;
} service;

static int act_on(const glift__request_body *body)
{
    const char *seat = body->as.player_session.player_session_id;
    switch (body->action) {
    case GLIFT__ACCEPT_PLAYER_SESSION:
        if (strcmp(seat, "psess-1") != 0)
            return 404;
        if (service.seat_active || service.seat_completed)
            return 400;
        service.seat_active = true;
        return 200;
    case GLIFT__REMOVE_PLAYER_SESSION:
        if (strcmp(seat, "psess-1") != 0)
            return 404;
        if (!service.seat_active)
            return 400;
        service.seat_active = false;
        service.seat_completed = true;
        return 200;
    case GLIFT__HEARTBEAT_SERVER_PROCESS:
        CHECK(body->as.heartbeat.healthy);
        service.beats++;
        return 200;
    default:
        return 200; /* doing it twice is the same as doing it once; a backfill is told by its ticket id */
    }
}

static int code_for(const char *id, const glift__request_body *body)
{
    for (int i = 0; i < service.known_count && service.remembers; i++) {
        if (strcmp(service.known_ids[i], id) == 0)
            return service.known_codes[i];
    }
    int code = act_on(body);
    int at = service.known_count++ % 8;
    snprintf(service.known_ids[at], sizeof service.known_ids[at], "%s", id);
    service.known_codes[at] = code;
    return code;
}

static void write_answer(char *out, size_t size, const char *message)
{
    glift__parsed *parsed = NULL;
    glift__memory memory;
    glift__request_body body;
    const char *refusal;
    glift__memory_init(&memory);
    CHECK_INT(glift__parsed_open(message, strlen(message), &parsed), GLIFT_OK);
    glift__envelope envelope = glift__parsed_envelope(parsed);
    CHECK_INT(glift__parsed_read_request(parsed, &memory, &body, &refusal), GLIFT_OK);
    int code = code_for(envelope.request_id, &body);
    const char *status = service.seat_active ? "ACTIVE" : service.seat_completed ? "COMPLETED" : "RESERVED";
    snprintf(out, size,
            "{\"Action\":\"%s\",\"RequestId\":\"%s\",\"StatusCode\":%d,\"ErrorMessage\":\"refused\","
            "\"TicketId\":\"t\","
            "\"AccessKeyId\":\"AKIA\",\"Expiration\":1,\"PlayerSessions\":["
            "{\"PlayerSessionId\":\"psess-0\",\"Status\":\"TIMEDOUT\"},"
            "{\"PlayerSessionId\":\"psess-1\",\"Status\":\"%s\"}]}",
            envelope.action_name, envelope.request_id, code, status);
    glift__parsed_close(parsed);
    glift__memory_fini(&memory);
}

/* Not inside the core: fake_io calls back between two calls of it. Cuts happen when the thread has come to
 * rest. */
static void speak(fake_socket *socket, const char *text)
{
    glift__core_received(socket->link->core, glift__io_now(), socket->number, text, strlen(text));
}

#define REFRESH                                                                                              \
    "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"wss://"                               \
    "other.test\",\"AuthToken\":\"token-2\"}"

static void on_copy(fake_socket *socket, const char *message, fault what)
{
    char text[1024];
    if (what == LOST_BEFORE) {
        service.drop = socket;
        return;
    }
    write_answer(text, sizeof text, message);
    if (what == NO_FAULT || what == ANSWERED_TWICE || what == ANSWERED_AND_CUT) {
        speak(socket, text);
        snprintf(service.answered_id, sizeof service.answered_id, "%s", service.request_id);
    }
    if (what == ANSWERED_TWICE)
        speak(socket, text);
    if (what == LOST_AFTER || what == ANSWERED_AND_CUT)
        service.drop = socket;
    if (what >= REFRESHED_OLD) {
        speak(socket, REFRESH);
        service.late_on = socket;
        snprintf(service.late_answer, sizeof service.late_answer, "%s", what == REFRESHED_LOST ? "" : text);
        if (what == REFRESHED_NEW)
            service.late_on = NULL;
    }
}

static const char *watched_action;

static void on_message(fake_socket *socket, const char *message)
{
    char text[1024], wanted[96];
    snprintf(wanted, sizeof wanted, "\"Action\":\"%s\"", watched_action);
    bool is_describe = strstr(message, "\"Action\":\"DescribePlayerSessions\"") != NULL;
    bool is_watched = strstr(message, wanted) != NULL;
    if (!is_watched && !is_describe) {
        write_answer(text, sizeof text, message);
        speak(socket, text);
        return;
    }
    const char *id = id_of(message);
    CHECK(strcmp(id, service.answered_id) != 0); /* never again after its answer */
    if (is_watched && service.request_id[0] != '\0' && !service.is_for_two)
        CHECK_TEXT(id, service.request_id); /* one call, one RequestId */
    if (is_watched)
        snprintf(service.request_id, sizeof service.request_id, "%s", id);
    int copy = service.copies++;
    on_copy(socket, message, copy < PLAN_LENGTH ? service.plan[copy] : NO_FAULT);
}

/* What happens on the network once the I/O thread rests. */
static void let_the_network_act(void)
{
    if (service.drop != NULL) {
        fake_socket *socket = service.drop;
        service.drop = NULL;
        fake_end(socket, GLIFT__END_LOST, 0, "reset");
    }
    fake_socket *last = fake_last_dial();
    if (last->state == FAKE_DIALLING) {
        fake_open(last);
        if (service.late_on != NULL && service.late_on->state != FAKE_OPEN) {
            service.late_answer[0] = '\0'; /* it was on a connection that has been cut meanwhile */
        } else if (service.late_answer[0] != '\0') {
            snprintf(service.answered_id, sizeof service.answered_id, "%s", id_of(service.late_answer));
            fake_say(service.late_on != NULL ? service.late_on : last, service.late_answer);
            service.late_answer[0] = '\0';
        } else if (service.late_on != NULL) {
            fake_end(service.late_on, GLIFT__END_CLOSED, 1001, "");
        }
        service.late_on = NULL;
    }
}

/* ---- the requests ---- */

static glift_status call_ready(void)
{
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    return glift_process_ready(the.server, &parameters, on_answer, NULL);
}

static glift_status call_ending(void)
{
    return glift_process_ending(the.server, on_answer, NULL);
}

static glift_status call_activate(void)
{
    return glift_activate_game_session(the.server, on_answer, NULL);
}

static glift_status call_policy(void)
{
    return glift_update_player_session_creation_policy(
            the.server, GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL, on_answer, NULL);
}

static glift_status call_accept(void)
{
    return glift_accept_player_session(the.server, "psess-1", on_answer, NULL);
}

static glift_status call_accept_unknown(void)
{
    return glift_accept_player_session(the.server, "psess-none", on_answer, NULL);
}

static glift_status call_remove(void)
{
    service.seat_active = true;
    return glift_remove_player_session(the.server, "psess-1", on_answer, NULL);
}

static glift_status call_remove_reserved(void)
{
    return glift_remove_player_session(the.server, "psess-1", on_answer, NULL);
}

static glift_status call_start_backfill(void)
{
    const glift_player player = {.player_id = "p", .team = "red"};
    const glift_start_match_backfill_request request = {.size_bytes = sizeof request,
            .matchmaking_configuration_arn =
                    "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/M",
            .players = &player,
            .player_count = 1};
    return glift_start_match_backfill(the.server, &request, on_answer, NULL);
}

static glift_status call_stop_backfill(void)
{
    const glift_stop_match_backfill_request request = {.size_bytes = sizeof request,
            .matchmaking_configuration_arn =
                    "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/M",
            .ticket_id = "t"};
    return glift_stop_match_backfill(the.server, &request, on_answer, NULL);
}

static glift_status call_certificate(void)
{
    return glift_get_compute_certificate(the.server, on_answer, NULL);
}

static glift_status call_role(void)
{
    return glift_get_fleet_role_credentials(the.server, "arn:aws:iam::1:role/r", NULL, on_answer, NULL);
}

static glift_status call_describe(void)
{
    const glift_describe_player_sessions_request request = {
            .size_bytes = sizeof request, .player_session_id = "psess-1"};
    return glift_describe_player_sessions(the.server, &request, on_answer, NULL);
}

enum { STEP_MS = 100, SHORTEST_BEAT_MS = 50000, LONGEST_BEAT_MS = 70000 }; /* P131 */

static uint64_t asked_ms; /* when the game was asked how it is */

/* Nobody calls it: its time comes, the game is asked, and a tick later the core sends what the game said. */
static glift_status call_beat(void)
{
    int asked = the.health_questions;
    for (uint64_t until = fake.now_ms + LONGEST_BEAT_MS; the.health_questions == asked;) {
        CHECK(fake.now_ms <= until);
        fake_pass(STEP_MS);
        tick();
    }
    asked_ms = fake.now_ms;
    return GLIFT_OK;
}

static const kind kinds[] = {
        {"ActivateServerProcess", call_ready, GLIFT_OK},
        {"TerminateServerProcess", call_ending, GLIFT_OK},
        {"ActivateGameSession", call_activate, GLIFT_OK},
        {"UpdatePlayerSessionCreationPolicy", call_policy, GLIFT_OK},
        {"AcceptPlayerSession", call_accept, GLIFT_OK},
        {"AcceptPlayerSession", call_accept_unknown, GLIFT_ERR_NOT_FOUND},
        {"RemovePlayerSession", call_remove, GLIFT_OK},
        {"RemovePlayerSession", call_remove_reserved, GLIFT_ERR_REJECTED},
        {"DescribePlayerSessions", call_describe, GLIFT_OK},
        {"StartMatchBackfill", call_start_backfill, GLIFT_OK},
        {"StopMatchBackfill", call_stop_backfill, GLIFT_OK},
        {"GetComputeCertificate", call_certificate, GLIFT_OK},
        {"GetFleetRoleCredentials", call_role, GLIFT_OK},
        {"HeartbeatServerProcess", call_beat, GLIFT_OK},
};

/* ---- one history ---- */

static void begin(const kind *of, bool remembers)
{
    new_game();
    memset(&service, 0, sizeof service);
    service.remembers = remembers;
    if (strcmp(of->action, "ActivateServerProcess") == 0)
        connected_game();
    else
        hosting_game();
    the.answer_count = 0;
    fake_last_dial()->heard_count = fake_last_dial()->said_count;
    watched_action = of->action;
    fake.on_message = on_message;
}

static void pass_20_s(void) /* the deadline */
{
    for (int i = 0; i < 400; i++) {
        let_the_network_act();
        fake_pass(50);
        tick();
    }
}

/* The game hears nothing of a heartbeat. */
static int answers_to(const kind *of)
{
    return of->call == call_beat ? 0 : 1;
}

/* This one has arrived, and the next has an id of its own and comes when it would have come anyway. */
static void check_beats(bool remembers)
{
    uint64_t before_ms = asked_ms;
    CHECK(remembers ? service.beats == 1 : service.beats >= 1);
    CHECK_INT(the.sessions + the.updates + the.terminations, 1); /* the session that it hosts */
    service.request_id[0] = '\0';
    service.copies = PLAN_LENGTH; /* no more faults */
    CHECK_INT(call_beat(), GLIFT_OK);
    CHECK(asked_ms - before_ms >= SHORTEST_BEAT_MS - STEP_MS);
    CHECK(asked_ms - before_ms <= LONGEST_BEAT_MS + STEP_MS);
    CHECK_INT(service.copies, PLAN_LENGTH + 1);
}

static void check_outcome(const kind *of, bool remembers)
{
    CHECK_INT(the.answer_count, answers_to(of));
    if (of->call == call_beat) {
        check_beats(remembers);
    } else {
        CHECK_INT(last_answer()->status, of->right);
        CHECK_INT(last_answer()->code == 200, of->right == GLIFT_OK);
    }
    if (of->call == call_accept)
        CHECK(service.seat_active);
    if (of->call == call_remove)
        CHECK(service.seat_completed);
    fake.on_message = NULL;
    end_game();
    CHECK_INT(the.answer_count, answers_to(of));
}

static void play(const kind *of, bool remembers, const fault plan[PLAN_LENGTH])
{
    begin(of, remembers);
    memcpy(service.plan, plan, sizeof service.plan);
    CHECK_INT(of->call(), GLIFT_OK);
    tick();
    pass_20_s();
    if (the.answer_count > 0 && last_answer()->status != of->right)
        printf("# %s, %s: %d %d %d\n", of->action, remembers ? "remembers" : "forgets", plan[0], plan[1],
                plan[2]);
    check_outcome(of, remembers);
}

TEST(P151_P154_P155_P183_every_request_survives_every_fault_with_one_right_answer)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (int plan = 0; plan < 2 * FAULT_COUNT * FAULT_COUNT * FAULT_COUNT; plan++) {
            const fault faults[PLAN_LENGTH] = {(fault)(plan / 2 % FAULT_COUNT),
                    (fault)(plan / 2 / FAULT_COUNT % FAULT_COUNT),
                    (fault)(plan / 2 / FAULT_COUNT / FAULT_COUNT % FAULT_COUNT)};
            play(&kinds[i], plan % 2 == 1, faults);
        }
    }
}

TEST(P151_a_request_whose_connection_is_cut_before_it_is_written_is_sent_once_on_the_next)
{
    for (size_t i = 0; i < 2 * sizeof kinds / sizeof kinds[0]; i++) {
        const kind *of = &kinds[i / 2];
        begin(of, i % 2 == 1);
        fake.writes_stall = true;
        CHECK_INT(of->call(), GLIFT_OK);
        tick();
        fake_end(fake_last_dial(), GLIFT__END_LOST, 0, "reset");
        fake.writes_stall = false;
        pass_20_s();
        CHECK(!last_answer()->resent);
        CHECK_INT(service.copies, 1);
        check_outcome(of, i % 2 == 1);
    }
}

TEST(a_seat_that_an_earlier_call_has_taken_is_refused_even_if_the_later_call_was_sent_twice)
{
    begin(&kinds[4], false);
    CHECK_INT(call_accept(), GLIFT_OK);
    tick();
    tick();
    CHECK_INT(last_answer()->status, GLIFT_OK);
    service.request_id[0] = service.answered_id[0] = '\0';
    service.copies = 0;
    service.plan[0] = LOST_BEFORE;
    CHECK_INT(call_accept(), GLIFT_OK);
    for (int i = 0; i < 100 && the.answer_count < 2; i++) {
        tick();
        let_the_network_act();
        fake_pass(100);
    }
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(last_answer()->status, GLIFT_ERR_REJECTED);
    fake.on_message = NULL;
    end_game();
}

/* Two players come with one id at once. The first is let in, whatever happens to their requests. */
static void play_twins(bool remembers, const fault plan[PLAN_LENGTH])
{
    begin(&kinds[4], remembers);
    memcpy(service.plan, plan, sizeof service.plan);
    service.is_for_two = true;
    CHECK_INT(call_accept(), GLIFT_OK);
    CHECK_INT(call_accept(), GLIFT_OK);
    tick();
    pass_20_s();
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(the.answers[0].status, GLIFT_OK);
    CHECK_INT(the.answers[1].status, GLIFT_ERR_REJECTED);
    fake.on_message = NULL;
    end_game();
}

TEST(of_two_accepts_of_one_seat_the_first_gets_it_whatever_is_sent_again)
{
    for (int plan = 0; plan < 2 * FAULT_COUNT * FAULT_COUNT * FAULT_COUNT; plan++) {
        const fault faults[PLAN_LENGTH] = {(fault)(plan / 2 % FAULT_COUNT),
                (fault)(plan / 2 / FAULT_COUNT % FAULT_COUNT),
                (fault)(plan / 2 / FAULT_COUNT / FAULT_COUNT % FAULT_COUNT)};
        play_twins(plan % 2 == 1, faults);
    }
}

TEST(a_seat_that_was_given_back_and_reserved_again_is_settled_like_a_new_one)
{
    new_game();
    fake_socket *socket = hosting_game();
    CHECK_INT(call_accept(), GLIFT_OK);
    tick();
    answer_ok(socket, hear(socket, "AcceptPlayerSession"));
    CHECK_INT(call_remove_reserved(), GLIFT_OK);
    tick();
    answer_ok(socket, hear(socket, "RemovePlayerSession"));
    CHECK_INT(call_accept(), GLIFT_OK);
    tick();
    fake_end(socket, GLIFT__END_LOST, 0, "reset");
    fake_pass(100);
    socket = fake_last_dial();
    fake_open(socket);
    answer_code(socket, hear(socket, "AcceptPlayerSession"), 400, "");
    hear(socket, "DescribePlayerSessions");
    end_game();
}

TEST(a_connection_that_never_comes_back_answers_with_a_timeout_once)
{
    for (size_t i = 1; i < sizeof kinds / sizeof kinds[0]; i++) {
        begin(&kinds[i], false);
        service.plan[0] = LOST_AFTER;
        CHECK_INT(kinds[i].call(), GLIFT_OK);
        tick();
        fake_end(service.drop, GLIFT__END_LOST, 0, "reset");
        for (int second = 0; second < 30; second++) {
            fake_pass(1000);
            tick();
        }
        CHECK_INT(the.answer_count, answers_to(&kinds[i]));
        if (answers_to(&kinds[i]) > 0) {
            CHECK_INT(last_answer()->status, GLIFT_ERR_TIMEOUT);
            CHECK_CONTAINS(last_answer()->message, "not connected: ");
        }
        fake.on_message = NULL;
        end_game();
    }
}

TEST(P134_a_heartbeat_that_timed_out_is_not_sent_again_and_another_follows_at_once)
{
    const kind *beat = &kinds[sizeof kinds / sizeof kinds[0] - 1];
    begin(beat, false);
    service.plan[0] = LOST_AFTER;
    CHECK_INT(beat->call(), GLIFT_OK);
    fake_end(service.drop, GLIFT__END_LOST, 0, "reset");
    for (int second = 0; second < 30; second++) {
        fake_pass(1000);
        tick();
    }
    memcpy(service.answered_id, service.request_id, sizeof service.answered_id); /* never again */
    service.request_id[0] = '\0';
    service.drop = NULL;
    let_the_network_act();
    tick();
    CHECK_INT(service.copies, 2);
    pass_20_s();
    CHECK_INT(service.copies, 2);
    CHECK_INT(the.answer_count, 0);
    fake.on_message = NULL;
    end_game();
}

TEST(a_refusal_that_cannot_be_settled_in_time_is_a_timeout_not_a_refusal)
{
    begin(&kinds[4], false);
    service.plan[0] = LOST_AFTER;
    CHECK_INT(call_accept(), GLIFT_OK);
    tick();
    service.plan[2] = LOST_BEFORE; /* the describe */
    let_the_network_act();
    for (int i = 0; i < 100 && service.drop == NULL; i++) { /* until the call is refused and asked about */
        fake_pass(100);
        let_the_network_act();
    }
    CHECK(service.drop != NULL);
    fake_end(service.drop, GLIFT__END_LOST, 0, "reset");
    for (int second = 0; second < 30; second++) {
        fake_pass(1000);
        tick();
    }
    CHECK_INT(the.answer_count, 1);
    CHECK_INT(last_answer()->status, GLIFT_ERR_TIMEOUT);
    CHECK(last_answer()->resent);
    fake.on_message = NULL;
    end_game();
}
