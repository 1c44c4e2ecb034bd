/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of accepts through a hundred refreshes, on simulated time: the service takes a round trip to
 * answer, and a dial its time. Each accept is answered once, with OK, and soon (P153 to P156). */
#include "test.h"

#include "game.h"

#define REFRESH                                                                                              \
    "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"wss://other.test\","                  \
    "\"AuthToken\":\"token-2\"}"

enum { REFRESHES = 100, ACCEPT_LIMIT = 65536, DUE_LIMIT = 1024 };

/* What the service does with the old connection. */
typedef enum manner {
    STAYS,       /* goes on answering there what it was asked there */
    MOVES,       /* answers on the new one as soon as that is open */
    LEAVES,      /* closes the old one as soon as the new one is open, and owes answers there */
    GOES_BEFORE, /* closes it right after asking for the refresh */
    NEVER_OPENS  /* there is nobody where the refresh leads to */
} manner;

typedef struct place {
    uint64_t round_trip_ms, dial_ms, accept_every_ms;
} place;

/* No dial is shorter than a round trip. */
static const place places[] = {{10, 30, 3}, {80, 240, 10}, {200, 200, 20}, {5, 1000, 30}};

/* ---- the accepts ---- */

typedef struct accept {
    uint64_t since_ms; /* of the call, or of the loss of the connection that had carried it */
    uint64_t answered_ms;
    int answers;
    glift_status status;
} accept;

static accept accepts[ACCEPT_LIMIT];
static int accept_count;

static void on_accepted(glift_server *server, const glift_result *result, void *user)
{
    accept *self = user;
    (void)server;
    self->answers++;
    self->answered_ms = fake.now_ms;
    self->status = result->status;
}

static void accept_one(void)
{
    char id[32];
    CHECK(accept_count < ACCEPT_LIMIT);
    accept *self = &accepts[accept_count++];
    *self = (accept){.since_ms = fake.now_ms};
    snprintf(id, sizeof id, "psess-%d", accept_count);
    CHECK_INT(glift_accept_player_session(the.server, id, on_accepted, self), GLIFT_OK);
}

/* Those that are under way. */
static void wait_anew(void)
{
    for (int i = accept_count - 1; i >= 0 && accepts[i].answers == 0; i--)
        accepts[i].since_ms = fake.now_ms;
}

/* ---- the service ---- */

typedef struct due {
    uint64_t at_ms;
    fake_socket *socket;
    const char *request;
} due;

static struct {
    manner manner;
    place at;
    due answers[DUE_LIMIT]; /* a ring, in the order of time */
    size_t answered, asked;
    fake_socket *current, *dialled;
    uint64_t dialled_ms;
    int refreshes; /* that have come to their end */
    uint64_t next_refresh_ms;
    int accepts_written;
} service;

static void on_message(fake_socket *socket, const char *message)
{
    for (fake_socket *newer = socket->next; newer != NULL; newer = newer->next)
        CHECK(newer->state != FAKE_OPEN); /* nothing is written where a newer socket is open */
    service.accepts_written += strstr(message, "\"AcceptPlayerSession\"") != NULL;
    CHECK(service.asked - service.answered < DUE_LIMIT);
    service.answers[service.asked++ % DUE_LIMIT] =
            (due){fake.now_ms + service.at.round_trip_ms, socket, message};
}

static void give_answers(void)
{
    while (service.answered < service.asked) {
        due *next = &service.answers[service.answered % DUE_LIMIT];
        if (next->at_ms > fake.now_ms)
            return;
        service.answered++;
        fake_socket *socket = service.manner == MOVES ? service.current : next->socket;
        if (socket->state == FAKE_OPEN)
            answer_ok(socket, next->request);
    }
}

static void begin_refresh(void)
{
    fake_socket *old = service.current;
    fake_say(old, REFRESH);
    if (service.manner == GOES_BEFORE) {
        fake_end(old, GLIFT__END_CLOSED, 1001, "Going away");
        wait_anew();
    }
}

static void end_refresh(void)
{
    fake_socket *old = service.current;
    if (service.manner == NEVER_OPENS) {
        fake_end(service.dialled, GLIFT__END_NO_CONNECTION, 0, "nobody there");
    } else {
        service.current = service.dialled;
        fake_open(service.dialled);
    }
    if (service.manner == LEAVES)
        fake_end(old, GLIFT__END_CLOSED, 1000, "");
    service.refreshes++;
    /* Where the old one has gone, a refresh that comes faster than they are dialled is dialled as any drop
     * is. */
    service.next_refresh_ms =
            fake.now_ms + service.at.round_trip_ms + (service.manner == GOES_BEFORE ? 1000 : 10);
}

/* A dial may begin later than the refresh: when old sockets, still being drained, take all places. */
static void refresh(void)
{
    if (service.next_refresh_ms <= fake.now_ms) {
        service.next_refresh_ms = UINT64_MAX;
        begin_refresh();
    }
    fake_socket *last = fake_last_dial();
    if (last != service.dialled) {
        service.dialled = last;
        service.dialled_ms = fake.now_ms;
    }
    if (last->state == FAKE_DIALLING && fake.now_ms >= service.dialled_ms + service.at.dial_ms)
        end_refresh();
}

/* ---- the play ---- */

static void begin(manner how, const place *at)
{
    new_game();
    memset(&service, 0, sizeof service);
    accept_count = 0;
    service.current = service.dialled = hosting_game();
    service.manner = how;
    service.at = *at;
    service.next_refresh_ms = fake.now_ms;
    fake.on_message = on_message;
}

static void pass_1_ms(bool with_accept)
{
    give_answers();
    refresh();
    if (with_accept && fake.now_ms % service.at.accept_every_ms == 0)
        accept_one();
    tick();
    fake_pass(1);
}

static void check_accepts(uint64_t limit_ms)
{
    for (int i = 0; i < accept_count; i++) {
        const accept *self = &accepts[i];
        CHECK_INT(self->answers, 1);
        CHECK_INT(self->status, GLIFT_OK);
        CHECK(self->answered_ms - self->since_ms <= limit_ms);
    }
}

static void play(manner how, const place *at)
{
    begin(how, at);
    while (service.refreshes < REFRESHES)
        pass_1_ms(true);
    service.next_refresh_ms = UINT64_MAX;
    for (uint64_t ms = 0; ms <= at->dial_ms + 2 * at->round_trip_ms; ms++)
        pass_1_ms(false);
    CHECK(accept_count > REFRESHES);
    fake.on_message = NULL;
    end_game();
}

/* Not even for the dial: none is sent a second time either. */
static void check_that_nothing_waits(manner how)
{
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        play(how, &places[i]);
        check_accepts(places[i].round_trip_ms);
        CHECK_INT(service.accepts_written, accept_count);
    }
}

static void check_that_nothing_waits_longer_than_the_dial(manner how)
{
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        play(how, &places[i]);
        check_accepts(places[i].round_trip_ms + places[i].dial_ms);
    }
}

TEST(P155_an_accept_during_a_refresh_takes_one_round_trip_when_the_old_connection_answers)
{
    check_that_nothing_waits(STAYS);
}

TEST(P154_an_accept_during_a_refresh_takes_one_round_trip_when_the_new_connection_answers)
{
    check_that_nothing_waits(MOVES);
}

TEST(P116_an_accept_during_a_refresh_that_fails_takes_one_round_trip)
{
    check_that_nothing_waits(NEVER_OPENS);
}

TEST(an_accept_waits_at_most_a_round_trip_and_the_dial_when_the_old_connection_goes_with_the_refresh)
{
    check_that_nothing_waits_longer_than_the_dial(LEAVES);
}

/* What was under way then counts from there: it was lost, and nobody could know before. */
TEST(an_accept_waits_at_most_a_round_trip_and_the_dial_when_the_old_connection_goes_before_the_dial)
{
    check_that_nothing_waits_longer_than_the_dial(GOES_BEFORE);
}
