/* SPDX-License-Identifier: Apache-2.0 */
/* A game against a peer that means it no good. The peer plays its part, a script, on a thread of its own, and
 * the game ticks on the test's. Include it once, after test.h.
 *
 * One program runs in several ways, which its environment names:
 *     GLIFT_TEST_TLS         the peer speaks TLS
 *     GLIFT_TEST_THREADLESS  the SDK has no thread: the game's ticks do its I/O
 *     GLIFT_LONG             the long form of a test */
#ifndef OUTSIDER_H
#define OUTSIDER_H

#include "certificates.h"
#include "game.h"

#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BYTES(text) (text), sizeof(text) - 1

static inline bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0';
}

/* ---- the peer ---- */

typedef struct script {
    void (*play)(ws_service *service, void *argument);
    void *argument;
    ws_service *service;
    atomic_bool is_over;
    pthread_t thread;
} script;

static inline void *run_script(void *argument)
{
    script *self = argument;
    sigset_t broken_pipe; /* of the peer; the SDK must keep its own from the game */
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL);
    if (setjmp(test_end) != 0) { /* a CHECK in the script */
        printf("Bail out! the peer of %s\n", test_running);
        exit(1);
    }
    self->play(self->service, self->argument);
    atomic_store(&self->is_over, true);
    return NULL;
}

static inline void certificate_path(char out[128], const char *file)
{
    snprintf(out, 128, "%s/%s", certificates_directory(), file);
}

static inline void make_certificates_once(void)
{
    static bool are_made;
    if (are_made)
        return;
    are_made = true;
    certificates_authority(certificates_directory(), "ca");
    certificates_leaf(certificates_directory(), "service", "IP:127.0.0.1", 30);
}

/* Over TLS where the environment says so. */
static inline ws_service open_service(void)
{
    char certificate[128], key[128];
    if (!is_set("GLIFT_TEST_TLS"))
        return ws_service_open(NULL, NULL, NULL);
    make_certificates_once();
    certificate_path(certificate, "service.pem");
    certificate_path(key, "service.key");
    return ws_service_open(NULL, certificate, key);
}

/* What a client of this process has not read yet of what the peer sent; 0 once it has closed. */
static inline int unread_by_client(int client_fd)
{
    int count = 0;
    return client_fd < 0 || ioctl(client_fd, FIONREAD, &count) != 0 ? 0 : count;
}

static inline bool is_same_address(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
    return a->sin_port == b->sin_port && a->sin_addr.s_addr == b->sin_addr.s_addr;
}

/* The other end of a connection on the loopback lies in this process too; -1: it has been closed. */
static inline int client_end_of(const ws_peer *peer)
{
    struct sockaddr_in here, there, own, other;
    socklen_t size = sizeof here;
    if (getsockname(peer->fd, (struct sockaddr *)&here, &size) != 0 ||
            getpeername(peer->fd, (struct sockaddr *)&there, &size) != 0)
        return -1;
    for (int fd = 3; fd < 1024; fd++) {
        socklen_t own_size = sizeof own, other_size = sizeof other;
        if (getsockname(fd, (struct sockaddr *)&own, &own_size) == 0 &&
                getpeername(fd, (struct sockaddr *)&other, &other_size) == 0 && own.sin_family == AF_INET &&
                is_same_address(&own, &there) && is_same_address(&other, &here))
            return fd;
    }
    return -1;
}

/* So what is written next arrives in a read of its own. */
static inline void wait_until_read(const ws_peer *peer)
{
    int client_fd = client_end_of(peer);
    for (int64_t until = now_ms() + WS_PATIENCE_MS; unread_by_client(client_fd) > 0 && now_ms() < until;)
        usleep(20);
}

/* In two reads of the client; a cut at 0 or at the end: in one. */
static inline void write_cut_at(ws_peer *peer, const char *bytes, size_t size, size_t cut)
{
    ws_write(peer, bytes, cut);
    wait_until_read(peer);
    ws_write(peer, bytes + cut, size - cut);
}

typedef struct heard {
    int close_code; /* 0: no Close frame came; 1006: the connection ended without one */
    char pong[128]; /* the last one */
    size_t pong_count;
} heard;

static inline void hear_frame(heard *self, const ws_frame *frame)
{
    if (frame->opcode == WS_PONG) {
        self->pong_count++;
        snprintf(self->pong, sizeof self->pong, "%s", frame->payload);
    } else if (frame->opcode == WS_CLOSE && self->close_code == 0) {
        self->close_code =
                frame->length < 2 ? 1005 : (uint8_t)frame->payload[0] << 8 | (uint8_t)frame->payload[1];
    }
}

/* Frames of the client until its end. Answers its Close frame. */
static inline void hear_until_end(ws_peer *peer, heard *out)
{
    ws_frame frame;
    while (ws_try_receive(peer, &frame)) {
        bool was_open = out->close_code == 0;
        hear_frame(out, &frame);
        if (was_open && out->close_code != 0)
            ws_send_close(peer, out->close_code == 1005 ? 1000 : out->close_code);
        free(frame.payload);
    }
}

static inline void hear_until_pong(ws_peer *peer, heard *out, const char *pong)
{
    ws_frame frame;
    bool is_it = false;
    while (!is_it && ws_try_receive(peer, &frame)) {
        hear_frame(out, &frame);
        is_it = frame.opcode == WS_PONG && strcmp(frame.payload, pong) == 0;
        free(frame.payload);
    }
    if (!is_it && out->close_code == 0)
        out->close_code = 1006;
}

#define ARE_YOU_THERE "are you there?"

/* A ping that is answered: the connection stays. Of pings that come together, the last may be answered alone
 * (RFC 6455, 5.5.3), so `pong`, where there is one, is waited for first. */
static inline void hear_until_answer(ws_peer *peer, heard *out, const char *pong)
{
    heard answer = {0};
    if (pong != NULL)
        hear_until_pong(peer, out, pong);
    ws_send(peer, WS_PING, true, BYTES(ARE_YOU_THERE));
    hear_until_pong(peer, &answer, ARE_YOU_THERE);
    out->pong_count += answer.pong_count - (answer.pong_count > 0);
    out->close_code = out->close_code != 0 ? out->close_code : answer.close_code;
}

/* ---- the game ---- */

/* Sessions that were delivered to the game, the last one with its data. */
static struct {
    int count;
    char *data;
} delivered;

static inline void forget_delivered(void)
{
    free(delivered.data);
    delivered.data = NULL;
    delivered.count = 0;
}

static inline void on_start(glift_server *server, const glift_game_session *session, void *user)
{
    (void)server, (void)user;
    free(delivered.data);
    delivered.data = strdup(session->game_session_data);
    delivered.count++;
}

/* Text messages that reached the core of this game. */
static inline int messages_of(const game *self)
{
    int count = delivered.count;
    for (const char *at = self->log; (at = strstr(at, "ignored a message")) != NULL; at++)
        count++;
    return count;
}

static const glift_process_parameters usual_parameters = {
        .size_bytes = sizeof usual_parameters, .port = 7777};

/* NULL: without a thread of the SDK only numeric addresses are dialled. */
static void (*outsider_resolve)(glift_io *io, uint32_t lookup, const char *host, void *user);

static inline glift_io *outsider_io(void)
{
    const glift_io_desc desc = {.size_bytes = sizeof desc,
            .threadless = is_set("GLIFT_TEST_THREADLESS"),
            .resolve = outsider_resolve};
    glift_io *io = NULL;
    CHECK_INT(glift_io_create(&desc, &io), GLIFT_OK);
    return io;
}

/* Its ProcessReady is on its way: the peer may answer it, so that sessions are delivered, or not. */
static inline game *start_victim_of(const ws_service *service, glift_io *io, glift_server_desc desc)
{
    static char url[64], ca_file[128];
    snprintf(url, sizeof url, "%s://127.0.0.1:%u", service->tls != NULL ? "wss" : "ws", service->port);
    certificate_path(ca_file, "ca.pem");
    desc.websocket_url = url;
    desc.io = io;
    desc.tls_ca_file = service->tls != NULL ? ca_file : "";
    desc.on_start_game_session = on_start;
    forget_delivered();
    game *self = start_game_of(desc);
    CHECK_INT(glift_process_ready(self->server, &usual_parameters, NULL, NULL), GLIFT_OK);
    return self;
}

/* For loops that end with the script, which wakes nobody. */
static inline void tick_soon(game *self)
{
    glift_server_wait(self->server, 1);
    glift_server_tick(self->server);
}

/* The whole of it: the script ends, then the game must come to this state, and is ended. The caller frees it.
 */
static inline game *play_against_of(glift_io *io, void (*play)(ws_service *, void *), void *argument,
        glift_connection_state end_state, glift_server_desc desc)
{
    ws_service service = open_service();
    script peer = {.play = play, .argument = argument, .service = &service};
    CHECK_INT(pthread_create(&peer.thread, NULL, run_script, &peer), 0);
    game *self = start_victim_of(&service, io, desc);
    while (!atomic_load(&peer.is_over)) /* what blocks in there has its own limit of patience */
        tick_soon(self);
    CHECK_INT(pthread_join(peer.thread, NULL), 0);
    wait_state(self, end_state);
    CHECK_INT(glift_server_destroy(self->server), GLIFT_OK);
    ws_service_close(&service);
    return self;
}

static inline game *play_against(
        glift_io *io, void (*play)(ws_service *, void *), void *argument, glift_connection_state end_state)
{
    return play_against_of(io, play, argument, end_state, (glift_server_desc){0});
}

/* A server beside the one that is attacked, which must go on working. */
typedef struct bystander {
    ws_service service;
    game *game;
    ws_peer peer;
} bystander;

static inline void prepare_bystander(ws_service *service, void *argument)
{
    ws_peer *peer = argument;
    *peer = ws_accept_upgraded(service);
    answer_request(peer, "ActivateServerProcess");
}

static inline void answer_bystander(ws_service *service, void *argument)
{
    (void)service;
    answer_request(argument, "GetComputeCertificate");
}

static inline void with_peer(bystander *self, void (*play)(ws_service *, void *), int answers)
{
    script peer = {.play = play, .argument = &self->peer, .service = &self->service};
    CHECK_INT(pthread_create(&peer.thread, NULL, run_script, &peer), 0);
    self->game->answers = 0;
    wait_answers(self->game, answers);
    CHECK_INT(self->game->answer, GLIFT_OK);
    CHECK_INT(pthread_join(peer.thread, NULL), 0);
}

static inline bystander open_bystander(glift_io *io)
{
    bystander self = {.service = ws_service_open(NULL, NULL, NULL)};
    self.game = start_game_at(&self.service, io);
    CHECK_INT(glift_process_ready(self.game->server, &usual_parameters, on_answer, self.game), GLIFT_OK);
    with_peer(&self, prepare_bystander, 1);
    return self;
}

static inline void close_bystander(bystander *self)
{
    CHECK_INT(glift_get_compute_certificate(self->game->server, on_answer, self->game), GLIFT_OK);
    with_peer(self, answer_bystander, 1);
    ws_close(&self->peer); /* a close that nobody answers would take its time */
    end_game(self->game);
    ws_service_close(&self->service);
}

#endif
