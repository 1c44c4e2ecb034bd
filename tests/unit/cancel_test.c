/* SPDX-License-Identifier: Apache-2.0 */
/* Cancel and rebind at every moment of a request's life. Cancel: one answer, CANCELLED, and as if the request
 * had never been made for all that comes after. Rebind: the answer that would have come, to the new owner. */
#include "test.h"

#include "game.h"

static int owner, neighbour; /* user pointers: of the request, and of one made at the same time */
static fake_socket *socket;

static int times_written(const char *text)
{
    int times = 0;
    for (const fake_socket *at = fake.sockets; at != NULL; at = at->next) {
        for (size_t i = 0; i < at->said_count; i++)
            times += strstr(at->said[i], text) != NULL;
    }
    return times;
}

static void cut_and_dial_again(void)
{
    fake_end(socket, GLIFT__END_LOST, 0, "reset");
    for (int i = 0; i < 400 && fake_last_dial()->state != FAKE_DIALLING; i++)
        fake_pass(100);
    socket = fake_last_dial();
    CHECK_INT(socket->state, FAKE_DIALLING);
}

static void answer_all(void)
{
    const char *message;
    while (socket->state == FAKE_OPEN && (message = fake_hear(socket)) != NULL)
        answer_ok(socket, message);
}

static void accept_seat(const char *seat, void *user)
{
    CHECK_INT(glift_accept_player_session(the.server, seat, on_answer, user), GLIFT_OK);
}

static void accept_both(void)
{
    accept_seat("psess-1", &owner);
    accept_seat("psess-2", &neighbour);
}

/* ---- the moments ---- */

static void in_the_box(void)
{
    tick();
    fake.asleep = true;
    accept_both();
}

static void in_the_core_between_connections(void)
{
    fake_end(socket, GLIFT__END_LOST, 0, "reset");
    tick();
    accept_both();
    tick();
}

static void while_a_dial_is_under_way(void)
{
    cut_and_dial_again();
    tick();
    accept_both();
    tick();
}

static void waiting_to_be_written(void)
{
    fake.writes_stall = true;
    accept_both();
    tick();
}

static void sent(void)
{
    accept_both();
    tick();
    hear(socket, "AcceptPlayerSession");
    CHECK_INT(times_written("psess-1"), 1);
}

static void answered_but_not_delivered(void)
{
    accept_both();
    tick();
    answer_ok(socket, hear(socket, "AcceptPlayerSession"));
}

static void refused_but_not_delivered(void)
{
    accept_both();
    tick();
    answer_code(socket, hear(socket, "AcceptPlayerSession"), 400, "");
}

static void sent_and_cut(void)
{
    accept_both();
    tick();
    cut_and_dial_again();
    tick();
}

static void sent_again(void)
{
    sent_and_cut();
    fake_open(socket);
    tick();
    CHECK_INT(times_written("psess-1"), 2);
}

static void being_settled(void)
{
    sent_again();
    answer_code(socket, hear(socket, "AcceptPlayerSession"), 400, "");
    tick();
    CHECK_INT(times_written("DescribePlayerSessions"), 1);
}

static void being_settled_and_cut(void)
{
    being_settled();
    cut_and_dial_again();
    tick();
}

typedef struct moment {
    const char *name;
    void (*come_to)(void);
    int written; /* how often the request has been, and will ever be */
} moment;

static const moment moments[] = {
        {"in the box", in_the_box, 0},
        {"in the core between connections", in_the_core_between_connections, 0},
        {"while a dial is under way", while_a_dial_is_under_way, 0},
        {"waiting to be written", waiting_to_be_written, 0},
        {"sent", sent, 1},
        {"answered but not delivered", answered_but_not_delivered, 1},
        {"refused but not delivered", refused_but_not_delivered, 1},
        {"sent and cut", sent_and_cut, 1},
        {"sent again", sent_again, 2},
        {"being settled", being_settled, 3},
        {"being settled and cut", being_settled_and_cut, 3},
};

/* ---- what comes after ---- */

static void let_everything_happen(void)
{
    fake.asleep = fake.writes_stall = false;
    fake_run();
    for (int i = 0; i < 400; i++) {
        tick();
        if (fake_last_dial()->state == FAKE_DIALLING) {
            socket = fake_last_dial();
            fake_open(socket);
        }
        socket->heard_count = i == 0 ? 0 : socket->heard_count; /* what was heard gets its answer too, late */
        answer_all();
        fake_pass(100);
    }
}

static int answers_of(const void *user, glift_status status)
{
    int count = 0;
    for (int i = 0; i < the.answer_count; i++)
        count += the.answers[i].user == user && the.answers[i].status == status;
    return count;
}

static void check_what_follows(const moment *at)
{
    let_everything_happen();
    CHECK_INT(the.answer_count, 2);
    CHECK_INT(answers_of(&owner, GLIFT_ERR_CANCELLED), 1);
    CHECK_INT(times_written("psess-1"), at->written);
    accept_seat("psess-1", &owner);
    tick();
    answer_all();
    tick();
    CHECK_INT(the.answer_count, 3);
    CHECK_INT(answers_of(&owner, GLIFT_OK), 1);
    CHECK_INT(times_written("psess-1"), at->written + 1);
    CHECK(glift_is_process_ready(the.server));
    CHECK_TEXT(glift_get_game_session_id(the.server), SESSION);
    end_game();
    CHECK_INT(the.answer_count, 3);
}

static void come_to(const moment *at)
{
    printf("# %s\n", at->name);
    new_game();
    socket = hosting_game();
    at->come_to();
    CHECK_INT(the.answer_count, 0);
}

TEST(a_request_can_be_cancelled_at_every_moment)
{
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        come_to(&moments[i]);
        CHECK_INT(glift_server_cancel(the.server, &owner), GLIFT_OK);
        CHECK_INT(glift_server_cancel(the.server, &owner), GLIFT_OK);
        CHECK_INT(the.answer_count, 0);
        tick();
        CHECK_INT(answers_of(&owner, GLIFT_ERR_CANCELLED), 1);
        check_what_follows(&moments[i]);
        CHECK_INT(answers_of(&neighbour, GLIFT_OK), 1);
    }
}

static int inherited_count[2];

static bool on_inherited(glift_server *server, const glift_inherited_answer *given, void *user)
{
    (void)server, (void)user;
    CHECK_INT(given->kind, GLIFT_REQUEST_ACCEPT_PLAYER_SESSION);
    CHECK(given->result->status == GLIFT_OK || given->result->status == GLIFT_ERR_REJECTED);
    inherited_count[strcmp(given->subject, "psess-2") == 0]++;
    return true;
}

/* Even when the server is bound by somebody who parks it first. */
TEST(a_server_can_be_rebound_at_every_moment_of_a_request)
{
    for (size_t i = 0; i < 2 * sizeof moments / sizeof moments[0]; i++) {
        inherited_count[0] = inherited_count[1] = 0;
        come_to(&moments[i / 2]);
        the.desc.on_inherited_answer = on_inherited;
        if (i % 2 == 1)
            CHECK_INT(glift_server_rebind(the.server, NULL), GLIFT_OK);
        CHECK_INT(glift_server_rebind(the.server, &the.desc), GLIFT_OK);
        CHECK_INT(glift_get_inherited_requests(the.server, NULL, 0), 2);
        let_everything_happen();
        CHECK_INT(the.answer_count, 0);
        CHECK_INT(inherited_count[0], 1);
        CHECK_INT(inherited_count[1], 1);
        CHECK_INT(glift_get_inherited_requests(the.server, NULL, 0), 0);
        CHECK(glift_is_process_ready(the.server));
        end_game();
    }
}

TEST(a_server_can_be_destroyed_at_every_moment_of_a_request)
{
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        come_to(&moments[i]);
        fake.asleep = fake.writes_stall = false;
        end_game();
        CHECK_INT(the.answer_count, 2);
    }
}

TEST(a_process_ready_can_be_cancelled_before_the_first_connection)
{
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    new_game();
    create_game();
    CHECK_INT(glift_process_ready(the.server, &parameters, on_answer, &owner), GLIFT_OK);
    tick();
    CHECK_INT(glift_server_cancel(the.server, &owner), GLIFT_OK);
    tick();
    CHECK_INT(the.answer_count, 1);
    CHECK_INT(last_answer()->status, GLIFT_ERR_CANCELLED);
    socket = fake_last_dial();
    fake_open(socket);
    fake_pass(1000);
    tick();
    CHECK_INT(times_written("ActivateServerProcess"), 0);
    CHECK(!glift_is_process_ready(the.server));
    say_ready();
    tick();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    tick();
    CHECK(glift_is_process_ready(the.server));
    end_game();
    CHECK_INT(the.answer_count, 2);
}
