/* SPDX-License-Identifier: Apache-2.0 */
/* The whole client over a real socket, with the input as the bytes of its peer: a threadless io, so that
 * every run of an input is the same.
 *
 * The first byte says what the rest is:
 *     {, [    one text message, in a frame of an open connection (the golden messages)
 *     else, by its lowest two bits, pieces of a length byte and so many bytes, each written by itself:
 *     0       frames of an open connection
 *     1       the answer to the handshake
 *     2       the answer of a container agent
 *     3       what is said in place of TLS
 *
 * Whatever the client writes is a handshake or masked frames; it answers the last ping, and others in their
 * order; and it closes with the code that the decoder gives for the same bytes, or stays. */
#include "fuzz.h"
#include "wire/ws_decoder.h"

#include "../e2e/sdk/ws_service.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gamelift/gamelift.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef enum part { FRAMES, HANDSHAKE, AGENT, NO_TLS } part;

enum { MOST_OUTPUT = 1 << 20, MESSAGE_LIMIT = 4 * 1024 * 1024 };

static struct {
    int listener;
    uint16_t port;
    glift_io *io;
    glift_server *server;
    int peer; /* -1: none */
    bool has_ended;
    size_t length; /* of what the client has written */
    char output[MOST_OUTPUT + 1];
} run;

/* ---- nothing leaves this machine ---- */

int __real_connect(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size);

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    bool is_ours = address->sa_family == AF_INET && v4->sin_addr.s_addr == htonl(INADDR_LOOPBACK) &&
                   v4->sin_port == htons(run.port);
    if (is_ours)
        return __real_connect(fd, address, size);
    errno = ENETUNREACH;
    return -1;
}

/* ---- the two ends ---- */

static void open_listener(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    run.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    HOLDS(run.listener >= 0 && bind(run.listener, (struct sockaddr *)&at, size) == 0 &&
            listen(run.listener, 16) == 0 && getsockname(run.listener, (struct sockaddr *)&at, &size) == 0);
    run.port = ntohs(at.sin_port);
}

static void on_log(glift_server *server, glift_log_level level, const char *message, void *user)
{
    (void)server, (void)level, (void)user;
    HOLDS(glift__utf8_is_valid(message, strlen(message)));
}

static void on_process_terminate(glift_server *server, int64_t termination_time_unix_ms, void *user)
{
    (void)server, (void)termination_time_unix_ms, (void)user; /* stays */
}

static void start_client(part of)
{
    char url[64], credentials[64];
    const glift_io_desc io_desc = {.size_bytes = sizeof io_desc, .threadless = true};
    snprintf(url, sizeof url, "%s://127.0.0.1:%u", of == NO_TLS ? "wss" : "ws", run.port);
    snprintf(credentials, sizeof credentials, "http://127.0.0.1:%u/c", run.port);
    HOLDS(glift_io_create(&io_desc, &run.io) == GLIFT_OK);
    const glift_server_desc desc = {.size_bytes = sizeof desc,
            .websocket_url = url,
            .auth_token = of == AGENT ? NULL : "token",
            .process_id = "process",
            .host_id = "host",
            .fleet_id = "fleet-1",
            .aws_region = "us-west-2",
            .compute_type = of == AGENT ? "CONTAINER" : NULL,
            .container_credentials_uri = credentials,
            .container_metadata_uri = credentials,
            .ignore_environment = true,
            .tls_insecure = true,
            .io = run.io,
            .on_process_terminate = on_process_terminate,
            .on_log = on_log};
    HOLDS(glift_server_create(&desc, &run.server) == GLIFT_OK);
}

static void tick(int times)
{
    while (times-- > 0)
        HOLDS(glift_server_tick(run.server) == GLIFT_OK);
}

static void read_output(void)
{
    long got;
    while (run.peer >= 0 && (got = recv(run.peer, run.output + run.length, MOST_OUTPUT - run.length, 0)) > 0)
        run.length += (size_t)got;
    run.output[run.length] = '\0';
    run.has_ended = run.peer < 0 || got == 0 || errno != EAGAIN;
}

static bool is_patient(int turn)
{
    if (turn > 100)
        usleep(50); /* a timer has yet to run out: they count milliseconds */
    return turn < 20000;
}

/* The client dials, and says who it is. */
static bool accept_client(part of)
{
    for (int i = 0; run.peer < 0 && is_patient(i); i++) {
        tick(1);
        run.peer = accept4(run.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    }
    if (run.peer < 0)
        return false;
    setsockopt(run.peer, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    const char *said = of == NO_TLS ? "\x16" : "GET /";
    for (int i = 0; strncmp(run.output, said, strlen(said)) != 0 && is_patient(i); i++) {
        tick(1);
        read_output();
    }
    return strncmp(run.output, said, strlen(said)) == 0;
}

static void say(const void *bytes, size_t size)
{
    send(run.peer, bytes, size, MSG_NOSIGNAL);
    tick(2);
    read_output();
}

static void say_in_pieces(const uint8_t *data, size_t size)
{
    while (size > 0) {
        size_t length = data[0] < size - 1 ? data[0] : size - 1;
        say(data + 1, length);
        data += 1 + length;
        size -= 1 + length;
    }
}

static void say_message(const uint8_t *data, size_t size)
{
    char *frame = malloc(size + 10);
    HOLDS(frame != NULL);
    say(frame, ws_encode(frame, WS_TEXT, true, data, size));
    free(frame);
}

/* ---- what must hold ---- */

enum { MOST_PINGS = 4096 };

typedef struct ping {
    size_t length;
    uint8_t payload[GLIFT__WS_MAX_CONTROL];
} ping;

/* What the decoder makes of the bytes that were said. */
typedef struct verdict {
    glift__ws_decoder decoder;
    bool is_over;
    int code; /* of the Close frame that is due; 0: none */
    size_t ping_count;
    ping pings[MOST_PINGS];
} verdict;

static void judge(verdict *self, const uint8_t *bytes, size_t length)
{
    while (!self->is_over) {
        glift__ws_event event = glift__ws_decoder_next(&self->decoder, &bytes, &length);
        if (event.kind == GLIFT__WS_EVENT_MORE)
            return;
        self->is_over = event.kind == GLIFT__WS_EVENT_CLOSE || event.kind == GLIFT__WS_EVENT_FAULT;
        if (self->is_over)
            self->code = event.code;
        if (event.kind != GLIFT__WS_EVENT_PING || self->ping_count == MOST_PINGS)
            continue;
        ping *next = &self->pings[self->ping_count++];
        next->length = event.length;
        if (event.length > 0)
            memcpy(next->payload, event.bytes, event.length);
    }
}

static void judge_pieces(verdict *self, const uint8_t *data, size_t size)
{
    while (size > 0) {
        size_t length = data[0] < size - 1 ? data[0] : size - 1;
        judge(self, data + 1, length);
        data += 1 + length;
        size -= 1 + length;
    }
}

typedef struct client_frame {
    int opcode;
    uint8_t *payload; /* unmasked, in place */
    size_t length;
} client_frame;

/* The next whole frame of what the client wrote. */
static bool take_frame(uint8_t **at, const uint8_t *end, client_frame *out)
{
    uint8_t *head = *at;
    size_t left = (size_t)(end - head);
    if (left < 6)
        return false;
    HOLDS((head[0] & 0x70) == 0 && (head[1] & 0x80) != 0 && (head[1] & 127) < 127);
    size_t size = (head[1] & 127) == 126 ? 8 : 6;
    if (left < size)
        return false;
    *out = (client_frame){head[0] & 15, head + size, head[1] & 127};
    if (size == 8)
        out->length = (size_t)head[2] << 8 | head[3];
    if (left < size + out->length)
        return false;
    for (size_t i = 0; i < out->length; i++)
        out->payload[i] ^= head[size - 4 + i % 4];
    *at = out->payload + out->length;
    return true;
}

static bool is_answer(const client_frame *pong, const ping *asked)
{
    return asked->length == pong->length && memcmp(asked->payload, pong->payload, pong->length) == 0;
}

/* The first ping from *place on that this pong answers; *place is behind it. */
static void find_ping(const verdict *due, const client_frame *pong, size_t *place)
{
    for (bool is_found = false; !is_found; ++*place) {
        HOLDS(*place < due->ping_count);
        is_found = is_answer(pong, &due->pings[*place]);
    }
}

static void check_output(uint8_t *at, const verdict *due)
{
    const uint8_t *end = (uint8_t *)run.output + run.length;
    size_t answered = 0; /* pings up to the one that was answered last */
    int code = 0;
    client_frame frame, pong = {0};
    while (take_frame(&at, end, &frame)) {
        HOLDS(code == 0); /* nothing comes behind a Close frame */
        if (frame.opcode == WS_PONG) {
            find_ping(due, &frame, &answered);
            pong = frame;
        } else if (frame.opcode == WS_CLOSE) {
            HOLDS(frame.length == 0 || frame.length >= 2);
            code = frame.length == 0 ? 1005 : frame.payload[0] << 8 | frame.payload[1];
        } else {
            HOLDS(frame.opcode == WS_TEXT || frame.opcode == WS_CONTINUATION);
        }
    }
    HOLDS(at == end);
    HOLDS(code == due->code);
    HOLDS((answered > 0) == (due->ping_count > 0));
    if (answered > 0 && due->ping_count < MOST_PINGS)
        HOLDS(is_answer(&pong, &due->pings[due->ping_count - 1]));
    HOLDS(due->is_over || !run.has_ended);
}

/* ---- one run ---- */

static void play_open_connection(const uint8_t *data, size_t size)
{
    static verdict due;
    ws_peer as_peer = {.fd = run.peer};
    memset(&due, 0, sizeof due);
    glift__ws_decoder_init(&due.decoder, MESSAGE_LIMIT);
    ws_answer_upgrade(&as_peer, run.output);
    tick(3);
    size_t head = (size_t)(strstr(run.output, "\r\n\r\n") + 4 - run.output);
    if (size > 0 && (data[0] == '{' || data[0] == '[')) {
        say_message(data, size); /* neither a ping nor, where it is UTF-8, a fault */
        due.code = glift__utf8_is_valid((const char *)data, size) ? 0 : 1007;
        due.is_over = due.code != 0;
    } else if (size > 0) {
        say_in_pieces(data + 1, size - 1);
        judge_pieces(&due, data + 1, size - 1);
    }
    tick(3);
    read_output();
    check_output((uint8_t *)run.output + head, &due);
}

static part part_of(const uint8_t *data, size_t size)
{
    if (size == 0 || data[0] == '{' || data[0] == '[')
        return FRAMES;
    static const part parts[] = {FRAMES, HANDSHAKE, AGENT, NO_TLS};
    return parts[data[0] & 3];
}

static void end_run(void)
{
    int late;
    if (run.peer >= 0)
        close(run.peer);
    tick(3);
    HOLDS(glift_server_destroy(run.server) == GLIFT_OK);
    HOLDS(glift_io_destroy(run.io) == GLIFT_OK);
    while ((late = accept(run.listener, NULL, NULL)) >= 0)
        close(late);
}

/* Once. Loading the system's roots would take a hundred times as long as a run. */
static void prepare(void)
{
    setenv("SSL_CERT_FILE", "/none", 1);
    setenv("SSL_CERT_DIR", "/none", 1);
    open_listener();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    part of = part_of(data, size);
    if (run.port == 0)
        prepare();
    run.peer = -1;
    run.length = 0;
    run.output[0] = '\0';
    run.has_ended = false;
    start_client(of);
    HOLDS(accept_client(of));
    if (of == FRAMES) {
        play_open_connection(data, size);
    } else {
        say_in_pieces(data + 1, size - 1);
        tick(3);
    }
    end_run();
    return 0;
}
