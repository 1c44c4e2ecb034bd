/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that outlive who made them: a rebind hands them over, with what they are about, and their answers
 * reach the new owner once. */
#include "test.h"

#include "game.h"

#define CONFIGURATION "arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/M"
#define ROLE          "arn:aws:iam::1:role/r"

static fake_socket *socket;

/* ---- an owner that inherits ---- */

typedef struct heard {
    uint64_t request_id;
    glift_request_kind kind;
    glift_status status;
    char subject[64], message[128];
    void *user;
} heard;

static heard answers[2048];
static int heard_count;
static bool takes;
static void (*in_callback)(void);

static bool on_inherited(glift_server *server, const glift_inherited_answer *given, void *user)
{
    CHECK(server == the.server);
    note("inherited");
    heard *to = &answers[heard_count++];
    *to = (heard){given->request_id, given->kind, given->result->status, "", "", user};
    snprintf(to->subject, sizeof to->subject, "%s", given->subject);
    snprintf(to->message, sizeof to->message, "%s", given->result->message);
    if (given->kind == GLIFT_REQUEST_START_MATCH_BACKFILL && given->result->status == GLIFT_OK)
        CHECK_TEXT(given->result->backfill_ticket_id, "ticket-1");
    void (*callback)(void) = in_callback;
    in_callback = NULL;
    if (callback != NULL)
        callback();
    return takes;
}

static void begin(fake_socket *(*start)(void))
{
    new_game();
    heard_count = 0;
    takes = true;
    in_callback = NULL;
    the.desc.on_inherited_answer = on_inherited;
    socket = start();
}

static void bind_again(void)
{
    CHECK_INT(glift_server_rebind(the.server, &the.desc), GLIFT_OK);
}

static void park(void)
{
    CHECK_INT(glift_server_rebind(the.server, NULL), GLIFT_OK);
}

static void bind_without_the_callback(void)
{
    glift_server_desc desc = the.desc;
    desc.on_inherited_answer = NULL;
    CHECK_INT(glift_server_rebind(the.server, &desc), GLIFT_OK);
}

static uint64_t accept_seat(const char *seat)
{
    CHECK_INT(glift_accept_player_session(the.server, seat, on_answer, NULL), GLIFT_OK);
    return glift_get_last_request_id(the.server);
}

static void answer_accept(void)
{
    answer_ok(socket, hear(socket, "AcceptPlayerSession"));
}

static void check_heard(int index, const char *subject, glift_status status)
{
    CHECK(heard_count > index);
    CHECK_TEXT(answers[index].subject, subject);
    CHECK_INT(answers[index].status, status);
}

static void check_that_nothing_is_left(int answered)
{
    CHECK_INT(the.answer_count, 0);
    CHECK_INT(heard_count, answered);
    CHECK_INT(glift_get_inherited_requests(the.server, NULL, 0), 0);
    end_game();
    CHECK_INT(heard_count, answered);
    CHECK_INT(the.answer_count, 0);
}

/* ---- every kind ---- */

static glift_status ready(void)
{
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    return glift_process_ready(the.server, &parameters, on_answer, NULL);
}

static glift_status ending(void)
{
    return glift_process_ending(the.server, on_answer, NULL);
}

static glift_status activate(void)
{
    return glift_activate_game_session(the.server, on_answer, NULL);
}

static glift_status deny_all(void)
{
    return glift_update_player_session_creation_policy(
            the.server, GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL, on_answer, NULL);
}

static glift_status accept_one(void)
{
    return glift_accept_player_session(the.server, "psess-1", on_answer, NULL);
}

static glift_status remove_one(void)
{
    return glift_remove_player_session(the.server, "psess-1", on_answer, NULL);
}

static glift_status describe(void)
{
    const glift_describe_player_sessions_request request = {
            .size_bytes = sizeof request, .player_session_id = "psess-1"};
    return glift_describe_player_sessions(the.server, &request, on_answer, NULL);
}

static glift_status start_backfill(void)
{
    static const glift_player player = {.player_id = "anna", .team = "red"};
    const glift_start_match_backfill_request request = {.size_bytes = sizeof request,
            .matchmaking_configuration_arn = CONFIGURATION,
            .ticket_id = "ticket-1",
            .players = &player,
            .player_count = 1};
    return glift_start_match_backfill(the.server, &request, on_answer, NULL);
}

static glift_status stop_backfill(void)
{
    const glift_stop_match_backfill_request request = {.size_bytes = sizeof request,
            .matchmaking_configuration_arn = CONFIGURATION,
            .ticket_id = "ticket-1"};
    return glift_stop_match_backfill(the.server, &request, on_answer, NULL);
}

static glift_status certificate(void)
{
    return glift_get_compute_certificate(the.server, on_answer, NULL);
}

static glift_status credentials(void)
{
    return glift_get_fleet_role_credentials(the.server, ROLE, NULL, on_answer, NULL);
}

static glift_status containers(void)
{
    return glift_list_containers_network_info(the.server, on_answer, NULL);
}

static const struct {
    glift_request_kind kind;
    glift_status (*ask)(void);
    const char *action, *subject;
} kinds[] = {
        {GLIFT_REQUEST_PROCESS_READY, ready, "ActivateServerProcess", ""},
        {GLIFT_REQUEST_ACTIVATE_GAME_SESSION, activate, "ActivateGameSession", ""},
        {GLIFT_REQUEST_UPDATE_PLAYER_SESSION_CREATION_POLICY, deny_all, "UpdatePlayerSessionCreationPolicy",
                ""},
        {GLIFT_REQUEST_ACCEPT_PLAYER_SESSION, accept_one, "AcceptPlayerSession", "psess-1"},
        {GLIFT_REQUEST_REMOVE_PLAYER_SESSION, remove_one, "RemovePlayerSession", "psess-1"},
        {GLIFT_REQUEST_DESCRIBE_PLAYER_SESSIONS, describe, "DescribePlayerSessions", ""},
        {GLIFT_REQUEST_START_MATCH_BACKFILL, start_backfill, "StartMatchBackfill", "ticket-1"},
        {GLIFT_REQUEST_STOP_MATCH_BACKFILL, stop_backfill, "StopMatchBackfill", "ticket-1"},
        {GLIFT_REQUEST_GET_COMPUTE_CERTIFICATE, certificate, "GetComputeCertificate", ""},
        {GLIFT_REQUEST_GET_FLEET_ROLE_CREDENTIALS, credentials, "GetFleetRoleCredentials", ROLE},
        {GLIFT_REQUEST_PROCESS_ENDING, ending, "TerminateServerProcess", ""},
};

static void check_listed(uint64_t id, glift_request_kind kind, const char *subject)
{
    glift_inherited_request list[2];
    CHECK_INT(glift_get_inherited_requests(the.server, list, 2), 1);
    CHECK(list[0].request_id == id);
    CHECK_INT(list[0].kind, kind);
    CHECK_TEXT(list[0].subject, subject);
}

static void check_inherited_kind(size_t i)
{
    printf("# %s\n", kinds[i].action);
    begin(kinds[i].kind == GLIFT_REQUEST_PROCESS_READY ? connected_game : hosting_game);
    CHECK_INT(kinds[i].ask(), GLIFT_OK);
    uint64_t id = glift_get_last_request_id(the.server);
    CHECK(id != 0);
    tick();
    CHECK_INT(glift_get_inherited_requests(the.server, NULL, 0), 0);
    bind_again();
    CHECK(glift_get_last_request_id(the.server) == 0);
    check_listed(id, kinds[i].kind, kinds[i].subject);
    tick();
    CHECK_INT(heard_count, 0);
    answer_ok(socket, hear(socket, kinds[i].action));
    tick();
    check_heard(0, kinds[i].subject,
            kinds[i].kind == GLIFT_REQUEST_GET_FLEET_ROLE_CREDENTIALS
                    ? GLIFT_ERR_REJECTED /* not a managed fleet */
                    : GLIFT_OK);
    CHECK_INT(answers[0].kind, kinds[i].kind);
    CHECK(answers[0].request_id == id);
    CHECK(glift_is_process_ready(the.server) == (kinds[i].kind != GLIFT_REQUEST_PROCESS_ENDING));
    check_that_nothing_is_left(1);
}

TEST(the_answer_to_a_request_of_every_kind_reaches_the_new_owner)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        check_inherited_kind(i);
}

static fake_socket *container_game(void)
{
    the.desc.compute_type = "CONTAINER";
    the.desc.container_discovery_endpoint = "http://169.254.1.1:51678";
    create_game();
    return fake_dial(0);
}

TEST(a_list_of_containers_is_inherited_like_the_others)
{
    begin(container_game);
    CHECK_INT(containers(), GLIFT_OK);
    bind_again();
    check_listed(1, GLIFT_REQUEST_LIST_CONTAINERS_NETWORK_INFO, "");
    fake_pass(60000);
    tick();
    CHECK_INT(answers[0].kind, GLIFT_REQUEST_LIST_CONTAINERS_NETWORK_INFO);
    check_that_nothing_is_left(1);
}

/* ---- who hears it, and when ---- */

TEST(the_answer_comes_with_the_user_pointer_of_the_new_owner)
{
    static int new_owner;
    begin(hosting_game);
    accept_seat("psess-1");
    the.desc.user = &new_owner;
    bind_again();
    tick();
    answer_accept();
    tick();
    CHECK(answers[0].user == &new_owner);
    check_that_nothing_is_left(1);
}

TEST(answers_wait_while_the_server_is_parked_in_their_order_among_the_events)
{
    begin(hosting_game);
    accept_seat("psess-1");
    accept_seat("psess-2");
    tick();
    park();
    answer_accept();
    fake_say(
            socket, "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"" SESSION "\"}}");
    answer_accept();
    fake_say(socket, "{\"Action\":\"TerminateProcess\",\"TerminationTime\":9}");
    for (int i = 0; i < 3; i++)
        tick();
    CHECK_INT(heard_count, 0);
    CHECK_INT(glift_get_inherited_requests(the.server, NULL, 0), 2);
    CHECK(!glift_is_terminating(the.server));
    bind_again();
    CHECK_INT(heard_count, 0);
    tick();
    CHECK_TEXT(the.events, "inherited update inherited terminate ");
    CHECK(glift_is_terminating(the.server));
    check_heard(0, "psess-1", GLIFT_OK);
    check_heard(1, "psess-2", GLIFT_OK);
    check_that_nothing_is_left(2);
}

TEST(an_answer_that_is_not_taken_stays_for_the_next_owner_and_is_offered_once_to_each)
{
    begin(hosting_game);
    accept_seat("psess-1");
    tick();
    bind_again();
    takes = false;
    answer_accept();
    for (int i = 0; i < 3; i++)
        tick();
    CHECK_INT(heard_count, 1);
    CHECK_INT(glift_server_wait(the.server, 0), GLIFT_ERR_TIMEOUT);
    park();
    tick();
    CHECK_INT(heard_count, 1);
    bind_again();
    CHECK_INT(glift_server_wait(the.server, 0), GLIFT_OK);
    takes = true;
    for (int i = 0; i < 3; i++)
        tick();
    check_heard(1, "psess-1", GLIFT_OK);
    check_that_nothing_is_left(2);
}

TEST(answers_that_waited_come_before_what_came_later)
{
    begin(hosting_game);
    accept_seat("psess-1");
    tick();
    bind_without_the_callback();
    answer_accept();
    tick();
    accept_seat("psess-2");
    tick();
    park();
    answer_accept();
    fake_say(socket, "{\"Action\":\"TerminateProcess\"}");
    tick();
    bind_again();
    tick();
    CHECK_TEXT(the.events, "inherited inherited terminate ");
    check_heard(0, "psess-1", GLIFT_OK);
    check_heard(1, "psess-2", GLIFT_OK);
    check_that_nothing_is_left(2);
}

TEST(a_request_outlives_any_number_of_rebinds)
{
    begin(hosting_game);
    accept_seat("psess-1");
    for (int i = 0; i < 10; i++) {
        park();
        bind_again();
        tick();
        accept_seat("psess-2");
    }
    bind_again();
    CHECK_INT(glift_get_inherited_requests(the.server, NULL, 0), 11);
    for (int i = 0; i < 11; i++) {
        tick();
        answer_accept();
    }
    tick();
    check_heard(0, "psess-1", GLIFT_OK);
    check_that_nothing_is_left(11);
}

TEST(a_time_out_is_an_answer_too_also_while_parked)
{
    for (int parked = 0; parked < 2; parked++) {
        begin(hosting_game);
        accept_seat("psess-1");
        tick();
        if (parked)
            park();
        else
            bind_again();
        fake_pass(21000);
        tick();
        bind_again();
        tick();
        check_heard(0, "psess-1", GLIFT_ERR_TIMEOUT);
        check_that_nothing_is_left(1);
    }
}

TEST(without_the_callback_the_newest_1024_answers_wait)
{
    begin(hosting_game);
    char seat[32];
    for (int parked = 0; parked < 2; parked++) {
        for (int i = 0; i < 1500; i++) {
            snprintf(seat, sizeof seat, "psess-%d-%d", parked, i);
            accept_seat(seat);
        }
        tick();
        if (parked)
            park();
        else
            bind_without_the_callback();
        for (int i = 0; i < 1500; i++)
            answer_accept();
        tick();
        CHECK_INT(glift_get_inherited_requests(the.server, NULL, 0), GLIFT_MAX_UNTAKEN_ANSWERS);
        bind_without_the_callback();
    }
    tick();
    tick();
    CHECK_CONTAINS(the.log, "476 answers to requests of an owner before were dropped");
    CHECK_CONTAINS(the.log, "1500 answers to requests of an owner before were dropped");
    bind_again();
    tick();
    check_heard(0, "psess-1-476", GLIFT_OK);
    check_heard(1023, "psess-1-1499", GLIFT_OK);
    check_that_nothing_is_left(1024);
}

/* ---- readiness and the end ---- */

TEST(a_process_ready_that_is_inherited_is_still_the_only_one)
{
    begin(connected_game);
    CHECK_INT(ready(), GLIFT_OK);
    tick();
    park();
    bind_again();
    CHECK_INT(ready(), GLIFT_ERR_STATE);
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    tick();
    CHECK_INT(answers[0].kind, GLIFT_REQUEST_PROCESS_READY);
    CHECK(glift_is_process_ready(the.server));
    check_that_nothing_is_left(1);
}

/* Whose ProcessEnding it was, does not matter. */
TEST(the_end_that_comes_while_the_server_is_parked_is_told_after_the_answer)
{
    for (int own = 0; own < 2; own++) {
        begin(hosting_game);
        if (own)
            park();
        CHECK_INT(ending(), GLIFT_OK);
        tick();
        if (!own)
            park();
        answer_ok(socket, hear(socket, "TerminateServerProcess"));
        tick();
        CHECK_TEXT(the.events, own ? "answer " : "");
        the.events[0] = '\0';
        bind_again();
        CHECK_INT(glift_server_wait(the.server, 0), GLIFT_OK);
        tick();
        tick();
        CHECK_TEXT(the.events, own ? "ended " : "inherited ended ");
        CHECK_INT(the.connections[the.connection_count - 1].status, GLIFT_OK);
        end_game();
    }
}

TEST(the_end_is_told_where_nobody_takes_the_answer)
{
    begin(hosting_game);
    CHECK_INT(ending(), GLIFT_OK);
    tick();
    bind_without_the_callback();
    answer_ok(socket, hear(socket, "TerminateServerProcess"));
    tick();
    CHECK_TEXT(the.events, "ended ");
    end_game();
}

TEST(destroy_tells_nobody_of_what_was_inherited)
{
    begin(hosting_game);
    accept_seat("psess-1"); /* will have an answer that nobody has taken, */
    accept_seat("psess-2"); /* one that has not been delivered, */
    accept_seat("psess-3"); /* and none */
    tick();
    takes = false;
    bind_again();
    answer_accept();
    tick();
    CHECK_INT(heard_count, 1);
    answer_accept();
    bind_again();
    end_game();
    CHECK_INT(heard_count, 1);
    CHECK_INT(the.answer_count, 0);
}

TEST(destroy_of_a_parked_server_frees_the_answers_that_wait)
{
    begin(hosting_game);
    accept_seat("psess-1");
    tick();
    park();
    answer_accept();
    tick();
    end_game();
    CHECK_INT(heard_count, 0);
}

/* ---- cancel ---- */

TEST(a_request_of_one_s_own_can_be_cancelled_by_its_id)
{
    begin(hosting_game);
    uint64_t first = accept_seat("psess-1"), second = accept_seat("psess-2");
    tick();
    CHECK_INT(glift_cancel_request(the.server, first), GLIFT_OK);
    CHECK_INT(glift_cancel_request(the.server, first), GLIFT_ERR_NOT_FOUND);
    CHECK_INT(the.answer_count, 0);
    tick();
    CHECK_INT(the.answer_count, 1);
    CHECK_INT(last_answer()->status, GLIFT_ERR_CANCELLED);
    hear(socket, "AcceptPlayerSession");
    answer_accept();
    tick();
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(last_answer()->status, GLIFT_OK);
    CHECK_INT(glift_cancel_request(the.server, second), GLIFT_ERR_NOT_FOUND);
    CHECK_INT(glift_cancel_request(the.server, 0), GLIFT_ERR_NOT_FOUND);
    CHECK_INT(glift_cancel_request(the.server, 99), GLIFT_ERR_NOT_FOUND);
    end_game();
}

static void not_answered(void)
{
}

static void answered_and_not_delivered(void)
{
    answer_accept();
}

static void answered_while_parked(void)
{
    park();
    answer_accept();
    tick();
}

static void answered_and_not_taken(void)
{
    takes = false;
    answer_accept();
    tick();
    CHECK_INT(heard_count, 1);
    takes = true;
    heard_count = 0;
}

TEST(an_inherited_request_can_be_cancelled_at_every_moment)
{
    static void (*const moments[])(void) = {
            not_answered, answered_and_not_delivered, answered_while_parked, answered_and_not_taken};
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        begin(hosting_game);
        uint64_t id = accept_seat("psess-1");
        tick();
        bind_again();
        moments[i]();
        CHECK_INT(glift_cancel_request(the.server, id), GLIFT_OK);
        CHECK_INT(glift_cancel_request(the.server, id), GLIFT_ERR_NOT_FOUND);
        CHECK_INT(heard_count, 0);
        if (the.server->parked)
            bind_again();
        for (int ticks = 0; ticks < 3; ticks++)
            tick();
        check_heard(0, "psess-1", GLIFT_ERR_CANCELLED);
        check_that_nothing_is_left(1);
    }
}

TEST(a_cancel_offers_no_other_answer_again)
{
    begin(hosting_game);
    uint64_t first = accept_seat("psess-1");
    accept_seat("psess-2");
    tick();
    bind_again();
    takes = false;
    answer_accept();
    tick();
    answer_accept();
    tick();
    CHECK_INT(heard_count, 2);
    CHECK_INT(glift_cancel_request(the.server, first), GLIFT_OK);
    tick();
    tick();
    CHECK_INT(heard_count, 3);
    check_heard(2, "psess-1", GLIFT_ERR_CANCELLED);
    end_game();
}

static void cancel_what_is_offered(void)
{
    CHECK_INT(glift_cancel_request(the.server, answers[0].request_id), GLIFT_ERR_NOT_FOUND);
}

TEST(what_is_being_answered_cannot_be_cancelled)
{
    begin(hosting_game);
    accept_seat("psess-1");
    tick();
    bind_again();
    in_callback = cancel_what_is_offered;
    answer_accept();
    tick();
    check_heard(0, "psess-1", GLIFT_OK);
    check_that_nothing_is_left(1);
}

TEST(cancel_by_user_pointer_leaves_alone_what_was_inherited)
{
    begin(hosting_game);
    accept_seat("psess-1");
    tick();
    bind_again();
    accept_seat("psess-2"); /* with the same user pointer */
    CHECK_INT(glift_server_cancel(the.server, NULL), GLIFT_OK);
    tick();
    CHECK_INT(the.answer_count, 1);
    CHECK_INT(last_answer()->status, GLIFT_ERR_CANCELLED);
    answer_accept();
    tick();
    check_heard(0, "psess-1", GLIFT_OK);
    end_game();
}

/* The core may be through with it or not when the rebind comes. */
TEST(what_was_cancelled_before_a_rebind_is_answered_so_to_the_new_owner)
{
    for (int answered = 0; answered < 2; answered++) {
        begin(hosting_game);
        accept_seat("psess-1");
        tick();
        if (answered)
            answer_accept();
        CHECK_INT(glift_server_cancel(the.server, NULL), GLIFT_OK);
        bind_again();
        CHECK_INT(heard_count, 0);
        tick();
        tick();
        check_heard(0, "psess-1", GLIFT_ERR_CANCELLED);
        check_that_nothing_is_left(1);
    }
}

/* ---- inside callbacks ---- */

static void bind_here(glift_server *server, const glift_result *result, void *user)
{
    on_answer(server, result, user);
    bind_again();
    CHECK_INT(glift_server_tick(server), GLIFT_ERR_STATE); /* still inside */
}

static void let_both_arrive_at_once(void)
{
    tick();
    char first[512];
    snprintf(first, sizeof first, "%s", hear(socket, "AcceptPlayerSession"));
    const char *second = hear(socket, "AcceptPlayerSession");
    fake.asleep = true;
    answer_ok(socket, first);
    answer_ok(socket, second);
    fake.asleep = false;
    fake_run();
}

TEST(a_rebind_inside_a_done_hands_over_the_rest_of_the_batch)
{
    begin(hosting_game);
    glift_accept_player_session(the.server, "psess-1", bind_here, NULL);
    accept_seat("psess-2");
    let_both_arrive_at_once();
    tick();
    CHECK_INT(the.answer_count, 1);
    check_heard(0, "psess-2", GLIFT_OK);
    end_game();
}

TEST(a_rebind_inside_the_done_of_a_cancelled_request_hands_over_the_others)
{
    begin(hosting_game);
    glift_accept_player_session(the.server, "psess-1", bind_here, NULL);
    glift_accept_player_session(the.server, "psess-2", on_answer, NULL);
    glift_server_cancel(the.server, NULL);
    tick();
    tick();
    CHECK_INT(the.answer_count, 1);
    check_heard(0, "psess-2", GLIFT_ERR_CANCELLED);
    end_game();
}

TEST(a_rebind_inside_on_inherited_answer_decides_who_hears_the_rest)
{
    static void (*const rebinds[])(void) = {bind_again, park, bind_without_the_callback};
    for (int i = 0; i < 6; i++) {
        begin(hosting_game);
        accept_seat("psess-1");
        accept_seat("psess-2");
        bind_again();
        let_both_arrive_at_once();
        in_callback = rebinds[i / 2];
        takes = i % 2;
        tick();
        CHECK_INT(heard_count, i / 2 == 0 ? (takes ? 2 : 3) : 1); /* the new owner is offered both */
        takes = true;
        bind_again();
        tick();
        CHECK_TEXT(answers[heard_count - 1].subject, "psess-2");
        check_that_nothing_is_left(i == 0 ? 5 : i % 2 ? 2 : 3);
    }
}

static void ask_again(void)
{
    CHECK_INT(accept_one(), GLIFT_OK);
}

TEST(a_request_made_inside_on_inherited_answer_is_the_new_owner_s)
{
    begin(hosting_game);
    accept_seat("psess-1");
    tick();
    bind_again();
    in_callback = ask_again;
    answer_accept();
    tick();
    answer_accept();
    tick();
    CHECK_INT(heard_count, 1);
    CHECK_INT(the.answer_count, 1);
    end_game();
}

static int asked_again;

static void bind_and_cancel_another(glift_server *server, const glift_result *result, void *user)
{
    on_answer(server, result, user);
    bind_again();
    if (++asked_again < 100) {
        glift_accept_player_session(server, "psess-1", bind_and_cancel_another, NULL);
        glift_server_cancel(server, NULL);
    }
}

TEST(what_a_done_cancels_after_a_rebind_is_answered_from_the_next_tick)
{
    begin(hosting_game);
    asked_again = 0;
    glift_accept_player_session(the.server, "psess-1", bind_and_cancel_another, NULL);
    glift_accept_player_session(the.server, "psess-2", bind_and_cancel_another, NULL);
    glift_server_cancel(the.server, NULL);
    for (int i = 1; i < 5; i++) {
        tick();
        CHECK_INT(the.answer_count, i);
    }
    asked_again = 100;
    tick();
    end_game();
    CHECK_INT(the.answer_count, 5);
}

TEST(a_crowd_of_answers_that_an_owner_declines_is_offered_once_each)
{
    char seat[32];
    begin(hosting_game);
    takes = false;
    for (int i = 0; i < 1000; i++) {
        snprintf(seat, sizeof seat, "psess-%d", i);
        accept_seat(seat);
    }
    tick();
    bind_again();
    for (int i = 0; i < 1000; i++)
        answer_accept();
    tick();
    tick();
    CHECK_INT(heard_count, 1000);
    bind_again();
    tick();
    tick();
    check_heard(1000, "psess-0", GLIFT_OK);
    check_heard(1999, "psess-999", GLIFT_OK);
    CHECK_INT(heard_count, 2000);
    end_game();
}

/* ---- arguments ---- */

TEST(null_is_answered_everywhere)
{
    CHECK_INT(glift_cancel_request(NULL, 1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_get_last_request_id(NULL), 0);
    CHECK_INT(glift_get_inherited_requests(NULL, NULL, 3), 0);
    CHECK(!glift_is_terminating(NULL));
}

TEST(a_list_that_is_too_short_is_filled_and_the_number_told)
{
    glift_inherited_request list[2] = {{.request_id = 77}, {.request_id = 77}};
    begin(hosting_game);
    accept_seat("psess-1");
    accept_seat("psess-2");
    bind_again();
    CHECK_INT(glift_get_inherited_requests(the.server, list, 1), 2);
    CHECK_TEXT(list[0].subject, "psess-1");
    CHECK_INT(list[1].request_id, 77);
    CHECK_INT(glift_get_inherited_requests(the.server, NULL, 5), 2);
    end_game();
}
