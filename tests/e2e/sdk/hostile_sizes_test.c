/* SPDX-License-Identifier: Apache-2.0 */
/* Long messages, many frames, and more of both than there may be: what is right arrives byte for byte, what
 * is too much ends the connection, and nothing is written where it does not belong. */
#include "../../unit/test.h"

#include "outsider.h"

#define MOST_BYTES ((size_t)4 * 1024 * 1024)

static glift_io *io;
static bystander beside;

static void begin(void)
{
    io = outsider_io();
    beside = open_bystander(io);
}

static void end(void)
{
    close_bystander(&beside);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
}

/* ---- what is right arrives ---- */

#define SESSION_HEAD "{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"gsess-1\",\"GameSessionData\":\""
#define SESSION_END  "\"}"

/* A session as a message of this length, its data in all letters. */
static char *session_of(size_t length)
{
    size_t head = sizeof SESSION_HEAD - 1, tail = sizeof SESSION_END - 1;
    char *text = malloc(length + 1);
    memcpy(text, SESSION_HEAD, head);
    for (size_t i = head; i < length - tail; i++)
        text[i] = (char)('a' + (i * 31 + i / 997) % 26);
    memcpy(text + length - tail, SESSION_END, tail + 1);
    return text;
}

typedef struct message {
    size_t length;
    size_t fragment; /* bytes of each; 0: in one frame */
    bool pings;      /* one behind each fragment */
    heard heard;
} message;

static void write_fragments(ws_peer *peer, const message *self, const char *text)
{
    for (size_t at = 0; at < self->length; at += self->fragment) {
        size_t left = self->length - at, size = left < self->fragment ? left : self->fragment;
        ws_send(peer, at == 0 ? WS_TEXT : WS_CONTINUATION, size == left, text + at, size);
        if (self->pings)
            ws_send(peer, WS_PING, true, "", 0);
    }
}

static void play_session(ws_service *service, void *argument)
{
    message *self = argument;
    char *text = session_of(self->length);
    ws_peer peer = ws_accept_upgraded(service);
    answer_request(&peer, "ActivateServerProcess");
    if (self->fragment == 0)
        ws_send(&peer, WS_TEXT, true, text, self->length);
    else
        write_fragments(&peer, self, text);
    hear_until_answer(&peer, &self->heard, NULL);
    ws_close(&peer);
    free(text);
}

static void check_delivered(message what)
{
    char *text = session_of(what.length);
    char *data = text + sizeof SESSION_HEAD - 1;
    text[what.length - (sizeof SESSION_END - 1)] = '\0';
    free(play_against(io, play_session, &what, GLIFT_RECONNECTING));
    CHECK_INT(what.heard.close_code, 0);
    CHECK_INT(delivered.count, 1);
    CHECK(strcmp(delivered.data, data) == 0);
    free(text);
}

TEST(a_message_of_any_length_up_to_4_mib_arrives_as_it_is)
{
    static const size_t lengths[] = {
            125, 126, 127, 1023, 1024, 4095, 4096, 4097, 65535, 65536, 65537, 1000000, MOST_BYTES};
    begin();
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        check_delivered((message){.length = lengths[i]});
    end();
}

TEST(a_message_in_fragments_of_any_size_arrives_as_it_is)
{
    static const message messages[] = {{.length = 500, .fragment = 1},
            {.length = 500, .fragment = 1, .pings = true}, {.length = 10000, .fragment = 125, .pings = true},
            {.length = 100000, .fragment = 126}, {.length = 1000000, .fragment = 65536, .pings = true},
            {.length = MOST_BYTES, .fragment = 65535}, {.length = MOST_BYTES, .fragment = MOST_BYTES - 1}};
    begin();
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
        check_delivered(messages[i]);
    end();
}

static void play_empty_fragments(ws_service *service, void *argument)
{
    enum { FRAGMENTS = 100000 };
    char *text = session_of(200), *frames = calloc(FRAGMENTS, 2);
    ws_peer peer = ws_accept_upgraded(service);
    answer_request(&peer, "ActivateServerProcess");
    ws_send(&peer, WS_TEXT, false, text, 100);
    ws_write(&peer, frames, (size_t)FRAGMENTS * 2);
    ws_send(&peer, WS_CONTINUATION, true, text + 100, 100);
    hear_until_answer(&peer, argument, NULL);
    ws_close(&peer);
    free(text);
    free(frames);
}

TEST(a_hundred_thousand_empty_fragments_are_nothing)
{
    heard at_peer = {0};
    begin();
    free(play_against(io, play_empty_fragments, &at_peer, GLIFT_RECONNECTING));
    CHECK_INT(at_peer.close_code, 0);
    CHECK_INT(delivered.count, 1);
    end();
}

/* ---- what is wrong ends the connection ---- */

typedef struct attack {
    const char *name;
    char first[14]; /* bytes of a frame's head */
    size_t first_size;
    size_t good, bad, after; /* bytes of ASCII, of FF, and of ASCII again */
    size_t frames;           /* of all of that; 0: one */
    bool is_too_long;        /* as opposed to not UTF-8 */
} attack;

static void write_filler(ws_peer *peer, char byte, size_t size)
{
    char *filler = malloc(size + 1);
    memset(filler, byte, size);
    ws_write(peer, filler, size);
    free(filler);
}

/* To its end: what comes after the connection has failed may be lost with it. */
static void play_attack(ws_service *service, void *argument)
{
    const attack *self = argument;
    char bytes[16];
    ws_peer peer = ws_accept_upgraded(service);
    for (size_t i = 0; i == 0 || i < self->frames; i++) {
        ws_write(&peer, self->first, self->first_size);
        write_filler(&peer, 'A', self->good);
        write_filler(&peer, '\xff', self->bad);
        write_filler(&peer, 'A', self->after);
    }
    while (ws_try_read(&peer, bytes, 1))
        ;
    ws_close(&peer);
}

static void check_attack(attack what)
{
    if (is_set("GLIFT_TEST_VERBOSE"))
        printf("# %s\n", what.name);
    game *after = play_against(io, play_attack, &what, GLIFT_RECONNECTING);
    if (messages_of(after) != 0 || strstr(after->log, "reconnecting: ") == NULL)
        printf("# %s: %s\n", what.name, after->log);
    CHECK_INT(messages_of(after), 0);
    if (what.is_too_long)
        CHECK_CONTAINS(after->log, "4 MiB");
    free(after);
}

#define HEAD(text) .first = text, .first_size = sizeof(text) - 1

/* A text frame of 2,000 bytes or more which is not UTF-8 once wrote past the end of a buffer. */
TEST(a_long_text_that_is_not_utf_8_ends_the_connection)
{
    static const attack attacks[] = {
            {"2,000 bytes, the first is wrong", HEAD("\x81\x7e\x07\xd0"), .bad = 1, .after = 1999},
            {"2,000 bytes, the last is wrong", HEAD("\x81\x7e\x07\xd0"), .good = 1999, .bad = 1},
            {"2,000 bytes, all are wrong", HEAD("\x81\x7e\x07\xd0"), .bad = 2000},
            {"4,096 bytes", HEAD("\x81\x7e\x10\x00"), .good = 2000, .bad = 2, .after = 2094},
            {"60,000 bytes", HEAD("\x81\x7e\xea\x60"), .bad = 1, .after = 59999},
            {"60,000 bytes, wrong in the middle", HEAD("\x81\x7e\xea\x60"), .good = 30000, .bad = 30000},
            {"1 MiB", HEAD("\x81\x7f\0\0\0\0\0\x10\0\0"), .good = 5000, .bad = 1, .after = 1043575},
            {"4 MiB", HEAD("\x81\x7f\0\0\0\0\0\x40\0\0"), .good = 3000, .bad = 4191304},
            {"in fragments", HEAD("\x01\x7e\x07\xd0"), .good = 1000, .bad = 1000},
            {"more bytes than were announced", HEAD("\x81\x7e\x07\xd0"), .bad = 100000},
    };
    begin();
    for (int again = 0; again < 3; again++) /* the heap is not always laid out the same */
        for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++)
            check_attack(attacks[i]);
    end();
}

TEST(a_message_of_over_4_mib_ends_the_connection)
{
    static const attack attacks[] = {
            {"a byte too many", HEAD("\x81\x7f\0\0\0\0\0\x40\0\x01"), .good = MOST_BYTES + 1},
            {"8 MiB", HEAD("\x81\x7f\0\0\0\0\0\x80\0\0"), .good = 2 * MOST_BYTES},
            {"4 GiB, announced", HEAD("\x81\x7f\0\0\0\x01\0\0\0\0"), .good = 100000},
            {"2^63 - 1, announced", HEAD("\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"), .good = 100000},
            {"binary", HEAD("\x82\x7f\0\0\0\0\x01\0\0\0"), .good = MOST_BYTES + 1},
    };
    begin();
    for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
        attack what = attacks[i];
        what.is_too_long = true;
        check_attack(what);
    }
    end();
}

static void play_too_many_fragments(ws_service *service, void *argument)
{
    char bytes[16], *filler = malloc(65536);
    const size_t *fragments = argument;
    ws_peer peer = ws_accept_upgraded(service);
    memset(filler, 'A', 65536);
    for (size_t i = 0; i < *fragments; i++)
        ws_send(&peer, i == 0 ? WS_TEXT : WS_CONTINUATION, false, filler, 65536);
    while (ws_try_read(&peer, bytes, 1))
        ;
    ws_close(&peer);
    free(filler);
}

TEST(fragments_of_over_4_mib_in_all_end_the_connection)
{
    size_t fragments[] = {65, 200};
    begin();
    for (size_t i = 0; i < 2; i++) {
        game *after = play_against(io, play_too_many_fragments, &fragments[i], GLIFT_RECONNECTING);
        CHECK_INT(messages_of(after), 0);
        CHECK_CONTAINS(after->log, "4 MiB");
        free(after);
    }
    end();
}

/* ---- a peer that asks and does not listen ---- */

static long resident_kib(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%*d %ld", &pages) == 1);
    fclose(file);
    return pages * 4;
}

typedef struct deaf {
    size_t pings; /* that the client took */
    long resident_kib;
} deaf;

/* As many pings as the client takes while nobody reads its pongs. */
static void play_deaf_pings(ws_service *service, void *argument)
{
    enum { PINGS = 200000, PING_SIZE = 127 };
    static char ping[PING_SIZE] = "\x89\x7d";
    size_t sent = 0, size = (size_t)PINGS * PING_SIZE;
    deaf *self = argument;
    ws_peer peer = ws_accept_upgraded(service);
    setsockopt(peer.fd, SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){0, 300000}, sizeof(struct timeval));
    while (sent < size) {
        size_t at = sent % PING_SIZE;
        long count = send(peer.fd, ping + at, PING_SIZE - at, MSG_NOSIGNAL);
        if (count <= 0)
            break; /* the client does not read any more */
        sent += (size_t)count;
    }
    self->pings = sent / PING_SIZE;
    self->resident_kib = resident_kib();
    ws_reset(&peer);
}

TEST(pings_of_a_peer_that_reads_no_pongs_take_no_more_memory_than_they_must)
{
    deaf peer = {0};
    if (is_set("GLIFT_TEST_TLS"))
        return; /* the peer writes to the socket itself */
    begin();
    long before = resident_kib();
    free(play_against(io, play_deaf_pings, &peer, GLIFT_RECONNECTING));
    CHECK(peer.pings > 100);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what has been freed */
    CHECK(peer.resident_kib - before < 4096);
#else
    (void)before;
#endif
    end();
}
