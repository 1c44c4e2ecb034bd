/* SPDX-License-Identifier: Apache-2.0 */
/* Seeded random histories: the public API against a model of the service, with cuts, delays, answers out of
 * order and repeated, refreshes, garbage, cancels and rebinds. After every step the invariants hold:
 *
 *   every call is answered exactly once: to who made it, by destroy at the latest, or, after a rebind, to an
 *   owner that takes the answer
 *   OK means that the service acted; no valid player is refused; no seat is given twice
 *   a call has one RequestId; it is never written again once its answer has been read
 *   nothing is written on a superseded socket
 *   while there is a connection, heartbeats do not stay out, whatever else goes on
 *
 * GLIFT_TEST_SEED replays one history, GLIFT_TEST_HISTORIES sets how many there are. */
#include "test.h"

#include "game.h"

enum { STEPS = 2000, CALL_LIMIT = 1500, WAITING_LIMIT = 256 };
#define SEAT_COUNT CALL_LIMIT

/* ---- dice ---- */

static glift__random dice;

static uint32_t below(uint32_t limit)
{
    return (uint32_t)(((uint64_t)glift__random_next(&dice) * limit) >> 32);
}

static bool chance(uint32_t percent)
{
    return below(100) < percent;
}

/* ---- the model of the service ---- */

typedef enum seat_state { SEAT_RESERVED, SEAT_ACTIVE, SEAT_COMPLETED } seat_state;

/* A message from the game server that has not been worked on yet, or an answer not sent yet. */
typedef struct waiting {
    fake_socket *socket;
    char text[600];
} waiting;

static struct {
    bool remembers;
    seat_state seats[SEAT_COUNT];
    waiting inbox[WAITING_LIMIT], outbox[WAITING_LIMIT];
    int inbox_count, outbox_count;
    char ids[WAITING_LIMIT * 16][64]; /* acted on, with the code */
    int codes[WAITING_LIMIT * 16];
    int id_count;
    char answered[WAITING_LIMIT * 16][64]; /* whose answer has been read */
    int answered_count;
    uint64_t last_beat_ms;
} service;

/* ---- the game ---- */

typedef struct made {
    glift__action action;
    int seat;
    bool is_first; /* that wants this seat */
    bool is_answered, is_cancelled, is_inherited;
    uint64_t id;
} made;

static made calls[CALL_LIMIT];
static int call_count, seat_count;
static bool seat_is_settled[SEAT_COUNT]; /* the first call for it is answered */
static int times_given[SEAT_COUNT];
static char trouble[200]; /* the first violation; callbacks cannot leave by longjmp */

#define HOLDS(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition) && trouble[0] == '\0')                                                              \
            snprintf(trouble, sizeof trouble, "%s:%d: %s", __FILE__, __LINE__, #condition);                  \
    } while (0)

static void note_result(made *call, const glift_result *result)
{
    HOLDS(!call->is_answered);
    call->is_answered = true;
    bool is_accept = call->action == GLIFT__ACCEPT_PLAYER_SESSION;
    if (is_accept && result->status == GLIFT_OK) {
        HOLDS(service.seats[call->seat] != SEAT_RESERVED);
        HOLDS(++times_given[call->seat] == 1);
    }
    if (is_accept && result->status == GLIFT_ERR_REJECTED)
        HOLDS(!call->is_first); /* no valid player is refused */
    seat_is_settled[call->seat] = seat_is_settled[call->seat] || (is_accept && call->is_first);
    if (call->action == GLIFT__REMOVE_PLAYER_SESSION && result->status == GLIFT_OK)
        HOLDS(service.seats[call->seat] == SEAT_COMPLETED);
    if (result->status == GLIFT_ERR_CANCELLED)
        HOLDS(call->is_cancelled);
    if (result->status == GLIFT_ERR_REJECTED)
        HOLDS(call->action != GLIFT__GET_COMPUTE_CERTIFICATE); /* is never refused */
}

static void on_made(glift_server *server, const glift_result *result, void *user)
{
    (void)server;
    made *call = user;
    HOLDS(!call->is_inherited);
    note_result(call, result);
}

static bool all_are_taken;

static bool on_inherited(glift_server *server, const glift_inherited_answer *given, void *user)
{
    (void)server, (void)user;
    made *call = calls;
    while (call < calls + call_count && call->id != given->request_id)
        call++;
    HOLDS(call < calls + call_count && call->is_inherited);
    if (call == calls + call_count || (!all_are_taken && chance(30)))
        return false;
    note_result(call, given->result);
    return true;
}

/* ---- the service works ---- */

static bool is_among(char (*ids)[64], int count, const char *id)
{
    for (int i = count - 1; i >= 0 && i >= count - 400; i--) {
        if (strcmp(ids[i], id) == 0)
            return true;
    }
    return false;
}

static void on_message(fake_socket *socket, const char *message)
{
    /* Nothing goes to a socket that has been superseded. */
    for (fake_socket *newer = socket->next; newer != NULL; newer = newer->next)
        HOLDS(newer->state != FAKE_OPEN);
    HOLDS(!is_among(service.answered, service.answered_count, id_of(message)));
    if (strstr(message, "HeartbeatServerProcess") != NULL)
        service.last_beat_ms = fake.now_ms;
    if (service.inbox_count < WAITING_LIMIT && strlen(message) < sizeof service.inbox[0].text) {
        waiting *to = &service.inbox[service.inbox_count++];
        to->socket = socket;
        snprintf(to->text, sizeof to->text, "%s", message);
    }
}

static int act_on(const glift__request_body *body)
{
    int seat = -1;
    bool is_accept = body->action == GLIFT__ACCEPT_PLAYER_SESSION;
    if (!is_accept && body->action != GLIFT__REMOVE_PLAYER_SESSION)
        return 200;
    sscanf(body->as.player_session.player_session_id, "psess-%d", &seat);
    seat_state wanted = is_accept ? SEAT_RESERVED : SEAT_ACTIVE;
    if (service.seats[seat] != wanted)
        return 400;
    service.seats[seat] = is_accept ? SEAT_ACTIVE : SEAT_COMPLETED;
    return 200;
}

static int code_for(const char *id, const glift__request_body *body)
{
    for (int i = service.id_count - 1; service.remembers && i >= 0 && i >= service.id_count - 400; i--) {
        if (strcmp(service.ids[i], id) == 0)
            return service.codes[i];
    }
    int code = act_on(body);
    if (service.id_count < WAITING_LIMIT * 16) {
        snprintf(service.ids[service.id_count], sizeof service.ids[0], "%s", id);
        service.codes[service.id_count++] = code;
    }
    return code;
}

static void work_on(const waiting *message)
{
    static const char *const statuses[] = {"RESERVED", "ACTIVE", "COMPLETED"};
    glift__parsed *parsed = NULL;
    glift__memory memory;
    glift__request_body body;
    const char *refusal;
    glift__memory_init(&memory);
    HOLDS(glift__parsed_open(message->text, strlen(message->text), &parsed) == GLIFT_OK);
    HOLDS(glift__parsed_read_request(parsed, &memory, &body, &refusal) == GLIFT_OK);
    glift__envelope envelope = glift__parsed_envelope(parsed);
    int seat = 0, code = code_for(envelope.request_id, &body);
    if (body.action == GLIFT__DESCRIBE_PLAYER_SESSIONS)
        sscanf(body.as.describe.player_session_id, "psess-%d", &seat);
    if (service.outbox_count < WAITING_LIMIT) {
        waiting *to = &service.outbox[service.outbox_count++];
        to->socket = message->socket;
        snprintf(to->text, sizeof to->text,
                "{\"Action\":\"%s\",\"RequestId\":\"%s\",\"StatusCode\":%d,\"PlayerSessions\":[{"
                "\"PlayerSessionId\":"
                "\"psess-%d\",\"Status\":\"%s\"}]}",
                envelope.action_name, envelope.request_id, code, seat, statuses[service.seats[seat]]);
    }
    glift__parsed_close(parsed);
    glift__memory_fini(&memory);
}

static void take_out(waiting *box, int *count, int at, waiting *out)
{
    *out = box[at];
    memmove(&box[at], &box[at + 1], (size_t)(*count - at - 1) * sizeof *box);
    --*count;
}

/* An answer reaches the game if its socket is still there, or by the newest socket. */
static void send_answer(int at)
{
    waiting message;
    take_out(service.outbox, &service.outbox_count, at, &message);
    fake_socket *socket = message.socket;
    if (chance(10) && fake_last_dial()->state == FAKE_OPEN)
        socket = fake_last_dial();
    if (socket->state != FAKE_OPEN)
        return;
    const char *id = id_of(message.text);
    if (service.answered_count < WAITING_LIMIT * 16)
        snprintf(service.answered[service.answered_count++], sizeof service.answered[0], "%s", id);
    fake_say(socket, message.text);
    if (chance(5) && socket->state == FAKE_OPEN)
        fake_say(socket, message.text);
}

static void service_works(void)
{
    waiting message;
    while (service.inbox_count > 0 && chance(80)) {
        take_out(service.inbox, &service.inbox_count, 0, &message); /* per socket in order */
        work_on(&message);
    }
    while (service.outbox_count > 0 && chance(75))
        send_answer(chance(70) ? 0 : (int)below((uint32_t)service.outbox_count)); /* answers in any order */
}

/* ---- steps ---- */

static fake_socket *open_socket(void)
{
    fake_socket *open = NULL;
    for (fake_socket *socket = fake.sockets; socket != NULL; socket = socket->next)
        open = socket->state == FAKE_OPEN && (open == NULL || chance(70)) ? socket : open;
    return open;
}

static void dials_go_on(void)
{
    for (fake_socket *socket = fake.sockets; socket != NULL; socket = socket->next) {
        if (socket->state != FAKE_DIALLING || !chance(50))
            continue;
        if (chance(70))
            fake_open(socket);
        else if (chance(50))
            fake_end(socket, GLIFT__END_NO_CONNECTION, 0, "refused");
        else
            fake_end(socket, GLIFT__END_HANDSHAKE_REFUSED, 500, "{}");
        return; /* one at a time: the list may have changed */
    }
}

/* Some of what was on its way is lost with the connection. */
static void cut(fake_socket *socket)
{
    waiting lost;
    for (int i = service.inbox_count - 1; i >= 0; i--) {
        if (service.inbox[i].socket == socket && chance(50))
            take_out(service.inbox, &service.inbox_count, i, &lost);
    }
    fake_end(socket, chance(50) ? GLIFT__END_LOST : GLIFT__END_CLOSED, 1001, "gone");
}

static void service_misbehaves(void)
{
    static const char *const pushes[] = {"garbage", "{}", "[]", "{\"Action\":\"CreateGameSession\"}",
            "{\"RequestId\":\"x\",\"StatusCode\":200}", CREATE_GAME_SESSION,
            "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"" SESSION "\"}}"};
    fake_socket *socket = open_socket();
    if (socket == NULL)
        return;
    switch (below(4)) {
    case 0:
        cut(socket);
        break;
    case 1:
        fake_say(socket,
                "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"wss://other.test\","
                "\"AuthToken\":\"token-2\"}");
        break;
    default:
        fake_say(socket, pushes[below(sizeof pushes / sizeof pushes[0])]);
    }
}

static void make_call(void)
{
    static const glift__action actions[] = {GLIFT__ACCEPT_PLAYER_SESSION, GLIFT__ACCEPT_PLAYER_SESSION,
            GLIFT__REMOVE_PLAYER_SESSION, GLIFT__GET_COMPUTE_CERTIFICATE};
    if (call_count == CALL_LIMIT)
        return;
    made *call = &calls[call_count];
    *call = (made){
            .action = actions[below(4)], .seat = seat_count > 0 ? (int)below((uint32_t)seat_count) : 0};
    bool is_accept = call->action == GLIFT__ACCEPT_PLAYER_SESSION;
    if (is_accept && (chance(80) || seat_count == 0)) {
        call->seat = seat_count++;
        call->is_first = true;
    }
    if (call->action == GLIFT__REMOVE_PLAYER_SESSION && !seat_is_settled[call->seat])
        call->action = GLIFT__GET_COMPUTE_CERTIFICATE; /* nobody leaves before the answer to who came */
    char seat[32];
    snprintf(seat, sizeof seat, "psess-%d", call->seat);
    glift_status status = call->action == GLIFT__ACCEPT_PLAYER_SESSION
                                  ? glift_accept_player_session(the.server, seat, on_made, call)
                          : call->action == GLIFT__REMOVE_PLAYER_SESSION
                                  ? glift_remove_player_session(the.server, seat, on_made, call)
                                  : glift_get_compute_certificate(the.server, on_made, call);
    HOLDS(status == GLIFT_OK);
    call->id = glift_get_last_request_id(the.server);
    call_count++;
}

static void rebind(bool parks)
{
    for (int i = 0; i < call_count; i++)
        calls[i].is_inherited = calls[i].is_inherited || !calls[i].is_answered;
    HOLDS(glift_server_rebind(the.server, parks ? NULL : &the.desc) == GLIFT_OK);
}

static void cancel_some(void)
{
    if (call_count == 0)
        return;
    if (chance(30)) {
        rebind(chance(50));
        return;
    }
    made *call = &calls[below((uint32_t)call_count)];
    bool by_id = chance(50);
    call->is_cancelled = call->is_cancelled || by_id || !call->is_inherited;
    glift_status status =
            by_id ? glift_cancel_request(the.server, call->id) : glift_server_cancel(the.server, call);
    HOLDS(status == GLIFT_OK || (by_id && status == GLIFT_ERR_NOT_FOUND));
}

static void step(void)
{
    uint32_t die = below(100);
    if (die < 30)
        make_call();
    else if (die < 65)
        service_works();
    else if (die < 72)
        service_misbehaves();
    else if (die < 74)
        cancel_some();
    else if (die < 95)
        fake_pass(below(die < 94 ? 100 : 15000));
    fake.writes_stall = chance(5);
    fake_run();
    dials_go_on();
    if (chance(60))
        HOLDS(glift_server_tick(the.server) == GLIFT_OK);

    const fake_socket *last = fake_last_dial();
    if (last->state == FAKE_OPEN &&
            fake.now_ms - last->opened_ms > 2000) /* 70 s, and a game that did not tick for 15 s */
        HOLDS(fake.now_ms - service.last_beat_ms <= 90000);
}

static void let_an_heir_take_everything(void)
{
    rebind(false);
    all_are_taken = true;
    fake_pass(21000);
    for (int i = 0; i < 3; i++)
        HOLDS(glift_server_tick(the.server) == GLIFT_OK);
    for (int i = 0; i < call_count; i++)
        HOLDS(calls[i].is_answered);
}

static bool check_the_end(void)
{
    if (chance(50))
        let_an_heir_take_everything();
    else if (the.server->parked)
        rebind(false); /* else all log lines that wait go to stderr */
    HOLDS(glift_server_destroy(the.server) == GLIFT_OK);
    for (int i = 0; i < call_count; i++)
        HOLDS(calls[i].is_answered || calls[i].is_inherited);
    return trouble[0] == '\0';
}

static bool history(uint32_t seed)
{
    dice = seeded(seed);
    trouble[0] = '\0';
    call_count = seat_count = 0;
    memset(calls, 0, sizeof calls);
    memset(seat_is_settled, 0, sizeof seat_is_settled);
    memset(times_given, 0, sizeof times_given);
    new_game();
    the.seed = ~seed;
    the.desc.on_inherited_answer = on_inherited;
    all_are_taken = false;
    memset(&service, 0, sizeof service);
    service.remembers = chance(50);
    hosting_game();
    service.last_beat_ms = fake.now_ms;
    fake.on_message = on_message;
    for (int i = 0; i < STEPS && trouble[0] == '\0'; i++)
        step();
    fake.writes_stall = false;
    return check_the_end();
}

static uint32_t setting(const char *name, uint32_t otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? (uint32_t)strtoul(text, NULL, 10) : otherwise;
}

TEST(random_histories_keep_every_promise)
{
    uint32_t seed = test_seed(0), histories = setting("GLIFT_TEST_HISTORIES", 500);
    for (uint32_t i = seed != 0 ? seed : 1; i <= (seed != 0 ? seed : histories); i++) {
        if (!history(i)) {
            printf("# seed %u: %s\n", (unsigned)i, trouble);
            CHECK(trouble[0] == '\0');
        }
    }
}
