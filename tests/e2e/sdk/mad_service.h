/* SPDX-License-Identifier: Apache-2.0 */
/* A service that is mad until is_sane is set: it refuses, redirects, stalls, cuts, answers what was not
 * asked, twice, or never, with JSON of any shape, in frames of any cut, and pushes at any time what it may
 * and may not. From then on each new connection is served well. Include it once, after outsider.h. */
#ifndef MAD_SERVICE_H
#define MAD_SERVICE_H

#include <poll.h>

enum { LONG_TEXT = 70000 };

/* ---- dice: one for each connection, since they are threads ---- */

typedef struct dice {
    uint64_t state;
} dice;

static uint32_t below(dice *self, uint32_t limit)
{
    self->state = self->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((self->state >> 33) % limit);
}

static bool chance(dice *self, uint32_t percent)
{
    return below(self, 100) < percent;
}

#define ONE_OF(self, list) ((list)[below((self), sizeof(list) / sizeof(list)[0])])

/* ---- texts of the service ---- */

static ws_service service;
static atomic_bool is_sane, is_over;
static atomic_int connections;

typedef struct text {
    char bytes[4 * LONG_TEXT];
    size_t length;
} text;

static void add(text *self, const char *bytes)
{
    size_t room = sizeof self->bytes - self->length - 1, length = strlen(bytes);
    length = length < room ? length : room;
    memcpy(self->bytes + self->length, bytes, length);
    self->length += length;
    self->bytes[self->length] = '\0';
}

static void add_many(text *self, const char *bytes, uint32_t times)
{
    while (times-- > 0)
        add(self, bytes);
}

static void add_value(text *self, dice *of)
{
    static const char *const values[] = {"null", "true", "0", "-1", "1e308", "1e999", "9223372036854775808",
            "0.1", "\"\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\xff\xfe\"", "\"x\"",
            "[]", "{}", "[{}]", "{\"a\":1,\"a\":2}", "\"psess-1\"", "\"ACTIVE\"", "\"1\"", "1767225600000",
            "-9223372036854775809", "nul", "\"\\x\"", "{\"a\":", "[1,]"};
    if (chance(of, 3)) {
        add_many(self, "[", below(of, 3000));
    } else if (chance(of, 3)) {
        add(self, "\"");
        add_many(self, "long", below(of, LONG_TEXT / 4));
        add(self, "\"");
    } else {
        add(self, ONE_OF(of, values));
    }
}

static void add_member(text *self, const char *name, const char *right, dice *of)
{
    if (chance(of, 8))
        return;
    add(self, ",\"");
    add(self, name);
    add(self, "\":");
    if (chance(of, 85))
        add(self, right);
    else
        add_value(self, of);
    if (chance(of, 3))
        add_member(self, name, right, of);
}

static void make_session(text *self, dice *of, const char *lead)
{
    static const char *const ids[] = {"\"gsess-1\"", "\"gsess-1\"", "\"gsess-2\"", "\"\""};
    add(self, lead);
    add_member(self, "GameSessionId", ONE_OF(of, ids), of);
    add_member(self, "MaximumPlayerSessionCount", "4", of);
    add_member(self, "GameProperties", "{\"map\":\"a\"}", of);
    add_member(self, "MatchmakerData", "\"{\\\"players\\\":[]}\"", of);
    add_member(self, "Port", "7777", of);
}

static void make_push(text *self, dice *of)
{
    char url[80];
    static const char *const reasons[] = {"\"BACKFILL_FAILED\"", "\"MATCHMAKING_DATA_UPDATED\"", "\"?\""};
    static const char *const times[] = {"0", "1", "-1", "1767225600000", "99999999999999999", "1.5"};
    static const char *const actions[] = {"Unknown", "AcceptPlayerSession", "HeartbeatServerProcess", ""};
    snprintf(url, sizeof url, "\"%s://127.0.0.1:%u\"", service.tls != NULL ? "wss" : "ws",
            chance(of, 70) ? service.port : 1);
    self->length = 0;
    switch (below(of, 5)) {
    case 0:
        make_session(self, of, "{\"Action\":\"CreateGameSession\"");
        break;
    case 1:
        make_session(self, of, "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"Name\":\"n\"");
        add(self, "}");
        add_member(self, "UpdateReason", ONE_OF(of, reasons), of);
        add_member(self, "BackfillTicketId", "\"t\"", of);
        break;
    case 2:
        add(self, "{\"Action\":\"TerminateProcess\"");
        add_member(self, "TerminationTime", ONE_OF(of, times), of);
        break;
    case 3:
        add(self, "{\"Action\":\"RefreshConnection\"");
        add_member(self, "RefreshConnectionEndpoint", url, of);
        add_member(self, "AuthToken", "\"token-of-a-refresh\"", of);
        break;
    default:
        add(self, "{\"Action\":\"");
        add(self, ONE_OF(of, actions));
        add(self, "\"");
        add_member(self, "RequestId", "\"1\"", of);
        add_member(self, "StatusCode", "200", of);
    }
    add(self, "}");
}

static void copy_member(const char *from, const char *name, char out[80])
{
    char marker[64];
    snprintf(marker, sizeof marker, "\"%s\":\"", name);
    const char *at = strstr(from, marker);
    snprintf(out, 80, "\"%.*s\"", at != NULL ? (int)strcspn(at + strlen(marker), "\"") : 0,
            at != NULL ? at + strlen(marker) : "");
}

static void make_mad_answer(text *self, const char *request, dice *of)
{
    static const char *const codes[] = {"200", "200", "200", "400", "404", "429", "500", "0", "-1"};
    char action[80], id[80];
    copy_member(request, "Action", action);
    copy_member(request, "RequestId", id);
    self->length = 0;
    add(self, "{\"Extra\":1");
    add_member(self, "Action", action, of);
    add_member(self, "RequestId", id, of);
    add_member(self, "StatusCode", ONE_OF(of, codes), of);
    add_member(self, "PlayerSessions", "[{\"PlayerSessionId\":\"psess-1\",\"Status\":\"ACTIVE\"}]", of);
    add_member(self, "TicketId", "\"ticket\"", of);
    add_member(self, "CertificatePath", "\"/c\"", of);
    add_member(self, "ComputeName", "\"host\"", of);
    add_member(self, "ErrorMessage", "\"no\"", of);
    add(self, "}");
}

/* ---- frames ---- */

static void say(ws_peer *peer, const char *bytes, size_t size, dice *of)
{
    while (size > 0) {
        size_t some = chance(of, 70) ? size : below(of, (uint32_t)size) + 1;
        ws_write(peer, bytes, some);
        bytes += some;
        size -= some;
    }
}

static void send_message(ws_peer *peer, const text *what, dice *of)
{
    static char frame[sizeof what->bytes + 16];
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of the frame */
    bool is_first = true;
    pthread_mutex_lock(&lock);
    for (size_t at = 0; at < what->length || is_first;) {
        size_t left = what->length - at, some = chance(of, 80) ? left : below(of, (uint32_t)left + 1);
        int opcode = is_first ? WS_TEXT : WS_CONTINUATION;
        say(peer, frame, ws_encode(frame, opcode, some == left, what->bytes + at, some), of);
        if (some < left && chance(of, 50))
            ws_send(peer, chance(of, 50) ? WS_PING : WS_PONG, true, "between", 7);
        is_first = false;
        at += some;
        if (some == left)
            break;
    }
    pthread_mutex_unlock(&lock);
}

static void send_nonsense(ws_peer *peer, dice *of)
{
    static const struct {
        const char *bytes;
        size_t size;
    } nonsense[] = {{BYTES("\x81\x82\1\2\3\4ab")}, {BYTES("\xc1\x01x")}, {BYTES("\x83\x00")},
            {BYTES("\x80\x01x")}, {BYTES("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff")},
            {BYTES("\x81\x7f\0\0\0\0\x7f\xff\xff\xff")}, {BYTES("\x88\x02\x03\xe9")}, {BYTES("\x88\x01x")},
            {BYTES("\x88\x00")}, {BYTES("\x89\x7e\x00\xff")}, {BYTES("\x81\x01\xff")},
            {BYTES("HTTP/1.1 200 OK\r\n\r\n")}, {BYTES("\x82\x01x")}, {BYTES("\x01\x01{")}};
    size_t i = below(of, sizeof nonsense / sizeof nonsense[0]);
    say(peer, nonsense[i].bytes, nonsense[i].size, of);
}

/* ---- one connection ---- */

static bool has_more(const ws_peer *peer, int wait_ms)
{
    struct pollfd entry = {.fd = peer->fd, .events = POLLIN};
    return poll(&entry, 1, wait_ms) == 1;
}

static void answer_sanely(ws_peer *peer, const ws_frame *frame)
{
    char action[80], id[80], answer[300];
    if (frame->opcode == WS_PING)
        ws_send(peer, WS_PONG, true, frame->payload, frame->length);
    if (frame->opcode == WS_CLOSE)
        ws_send(peer, WS_CLOSE, true, frame->payload, frame->length);
    if (frame->opcode != WS_TEXT)
        return;
    copy_member(frame->payload, "Action", action);
    copy_member(frame->payload, "RequestId", id);
    int length = snprintf(
            answer, sizeof answer, "{\"Action\":%s,\"RequestId\":%s,\"StatusCode\":200}", action, id);
    ws_send(peer, WS_TEXT, true, answer, (size_t)length);
}

/* False: the connection is over. */
static bool be_mad(ws_peer *peer, dice *of, text *out)
{
    ws_frame frame;
    if (has_more(peer, (int)below(of, 4))) {
        if (!ws_try_receive(peer, &frame))
            return false;
        if (frame.opcode == WS_TEXT)
            make_mad_answer(out, frame.payload, of);
        bool is_request = frame.opcode == WS_TEXT;
        if (chance(of, 30))
            answer_sanely(peer, &frame);
        free(frame.payload);
        for (int times = (int)below(of, 3); is_request && times > 0; times--)
            send_message(peer, out, of);
    }
    if (chance(of, 25)) {
        make_push(out, of);
        for (uint32_t times = chance(of, 5) ? 50 : 1; times > 0; times--)
            send_message(peer, out, of);
    }
    if (chance(of, 3))
        send_nonsense(peer, of);
    return !chance(of, 4);
}

static void refuse_madly(ws_peer *peer, dice *of, text *out)
{
    static const char *const heads[] = {"", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "SSH-2.0-x\r\n",
            "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
            "HTTP/1.1 429 No\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "HTTP/1.1 503 No\r\n\r\n{\"Message\":",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
            "\x16\x03\x01\xff"};
    out->length = 0;
    add(out, ONE_OF(of, heads));
    if (chance(of, 10))
        add_many(out, "X-Header: value\r\n", 4000);
    say(peer, out->bytes, out->length, of);
    usleep(below(of, 20) * 1000);
}

static void end_connection(ws_peer *peer, dice *of)
{
    if (chance(of, 40))
        ws_send_close(peer, chance(of, 50) ? 1001 : (int)below(of, 5000));
    if (chance(of, 50))
        ws_reset(peer);
    else
        ws_close(peer);
}

typedef struct connection {
    int fd;
    dice dice;
    text text;
} connection;

static void be_sane(ws_peer *peer)
{
    ws_frame frame;
    while (!atomic_load(&is_over)) {
        if (!has_more(peer, 20) && (peer->tls == NULL))
            continue;
        if (!ws_try_receive(peer, &frame))
            return;
        answer_sanely(peer, &frame);
        free(frame.payload);
    }
}

static void *serve(void *argument)
{
    connection *self = argument;
    ws_peer peer;
    bool begins_sane = atomic_load(&is_sane);
    char *request = ws_try_begin(&service, self->fd, &peer) ? ws_try_read_request(&peer) : NULL;
    if (request != NULL && (begins_sane || chance(&self->dice, 75))) {
        ws_answer_upgrade(&peer, request);
        while (!begins_sane && !atomic_load(&is_sane) && be_mad(&peer, &self->dice, &self->text)) {
        }
        if (begins_sane)
            be_sane(&peer);
    } else if (request != NULL) {
        refuse_madly(&peer, &self->dice, &self->text);
    }
    free(request);
    end_connection(&peer, &self->dice);
    free(self);
    atomic_fetch_sub(&connections, 1);
    return NULL;
}

static void *accept_all(void *argument)
{
    dice *of = argument;
    pthread_t thread;
    int fd;
    while ((fd = accept4(service.listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        connection *next = calloc(1, sizeof *next);
        next->fd = fd;
        next->dice.state = of->state + (uint64_t)below(of, 1 << 30);
        atomic_fetch_add(&connections, 1);
        pthread_create(&thread, NULL, serve, next);
        pthread_detach(thread);
    }
    return NULL;
}

#endif
