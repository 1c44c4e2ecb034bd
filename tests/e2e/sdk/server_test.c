/* SPDX-License-Identifier: Apache-2.0 */
/* The whole SDK, as a game uses it, against a service that cuts connections where it hurts. */
#include "certificates.h"
#include "resolver.h"

#include <dirent.h>
#include <errno.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "../../unit/test.h"

#include "game.h"

/* ---- why there is no connection: one sentence that says what, and what to do ---- */

static void expect_failure(game *self, glift_status status, const char *reason)
{
    wait_state(self, GLIFT_RECONNECTING);
    CHECK_INT(self->status, status);
    CHECK_TEXT(self->reason, reason);
    end_game(self);
}

TEST(a_port_without_a_listener_is_told)
{
    ws_service gone = ws_service_open(NULL, NULL, NULL);
    char reason[128];
    ws_service_close(&gone);
    snprintf(reason, sizeof reason,
            "127.0.0.1:%u cannot be reached, or refuses connections: check the WebSocket URL, and that the "
            "service runs",
            gone.port);
    expect_failure(start_game_at(&gone, NULL), GLIFT_ERR_CONNECT, reason);
}

TEST(a_host_that_nobody_knows_is_told)
{
    expect_failure(start_game("wss://nobody.test", "", NULL), GLIFT_ERR_CONNECT,
            "the name nobody.test cannot be looked up (Name or service not known): check the WebSocket URL "
            "and "
            "DNS");
}

TEST(a_ca_file_that_is_not_there_is_told)
{
    expect_failure(start_game("wss://127.0.0.1:9", "/nowhere/ca.pem", NULL), GLIFT_ERR_CONNECT,
            "no connection over TLS: tls_ca_file does not exist");
}

static void check_refusal(const char *answer, glift_status status, const char *reason)
{
    ws_service service = ws_service_open(NULL, NULL, NULL);
    game *self = start_game_at(&service, NULL);
    ws_peer peer = ws_accept(&service);
    char *request = ws_read_request(&peer);
    CHECK_CONTAINS(request, "Authorization=token-that-is-secret");
    ws_write_text(&peer, answer);
    expect_failure(self, status, reason);
    free(request);
    ws_close(&peer);
    ws_service_close(&service);
}

TEST(a_refused_token_is_told_with_the_services_words)
{
    check_refusal("HTTP/1.1 403 Forbidden\r\nContent-Length: 32\r\n\r\n{\"ErrorMessage\":\"token expired\"}",
            GLIFT_ERR_FORBIDDEN, "127.0.0.1 refused the connection with HTTP 403: token expired");
    check_refusal("HTTP/1.1 403 Forbidden\r\nContent-Length: 23\r\n\r\n{\"message\":\"Forbidden\"}",
            GLIFT_ERR_FORBIDDEN,
            "127.0.0.1 refused the connection with HTTP 403 ({\"message\":\"Forbidden\"}): the auth token "
            "may "
            "have expired, the process id may be in use already, or fleet id and host id do not belong to "
            "it");
    check_refusal("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", GLIFT_ERR_UNAUTHORIZED,
            "127.0.0.1 refused the connection with HTTP 401: get a fresh auth token, or check the AWS keys "
            "and "
            "the clock");
}

TEST(a_service_that_does_not_answer_in_time_is_told)
{
    ws_service silent = ws_service_open(NULL, NULL, NULL);
    char url[64];
    snprintf(url, sizeof url, "ws://127.0.0.1:%u", silent.port);
    expect_failure(start_game_of((glift_server_desc){.websocket_url = url, .handshake_timeout_ms = 50}),
            GLIFT_ERR_TIMEOUT,
            "127.0.0.1 did not answer within 50 ms: check the WebSocket URL and the network");
    ws_service_close(&silent);
}

TEST(a_certificate_of_a_stranger_is_told)
{
    const char *directory = certificates_directory();
    char pem[64], key[64], url[64];
    certificates_authority(directory, "ca");
    certificates_leaf(directory, "service", "IP:127.0.0.1", 30);
    snprintf(pem, sizeof pem, "%s/service.pem", directory);
    snprintf(key, sizeof key, "%s/service.key", directory);
    ws_service service = ws_service_open(NULL, pem, key);
    snprintf(url, sizeof url, "wss://127.0.0.1:%u", service.port);
    game *self = start_game(url, "", NULL);
    ws_peer peer;
    ws_try_accept(&service, &peer);
    expect_failure(self, GLIFT_ERR_CONNECT,
            "the certificate of 127.0.0.1 is not accepted (unable to get local issuer certificate): check "
            "the "
            "clock, and that tls_ca_file has the root that it is signed with");
    ws_close(&peer);
    ws_service_close(&service);
}

/* ---- ProcessReady: one message each way, and no process beside ours ---- */

/* The client sends in order: with nothing but a Pong in between, it has sent nothing. */
static void check_silent(ws_peer *peer)
{
    ws_send(peer, WS_PING, true, "?", 1);
    ws_expect(peer, WS_PONG, "?");
}

/* Grows with every child that has been waited for. */
static long faults_of_children(void)
{
    struct rusage used;
    CHECK_INT(getrusage(RUSAGE_CHILDREN, &used), 0);
    return used.ru_minflt;
}

TEST(process_ready_is_one_message_each_way_and_starts_no_process)
{
    long faults = faults_of_children();
    ws_service service = ws_service_open(NULL, NULL, NULL);
    game *self = start_game_at(&service, NULL);
    ws_peer peer = ws_accept_upgraded(&service);
    wait_state(self, GLIFT_CONNECTED);
    check_silent(&peer);
    glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    CHECK_INT(glift_process_ready(self->server, &parameters, on_answer, self), GLIFT_OK);
    ws_frame frame = ws_receive(&peer);
    CHECK_CONTAINS(frame.payload, "\"Action\":\"ActivateServerProcess\"");
    CHECK(frame.is_final);
    check_silent(&peer);
    char text[256];
    make_answer(frame.payload, text, sizeof text);
    ws_send(&peer, WS_TEXT, true, text, strlen(text));
    wait_answers(self, 1);
    CHECK_INT(self->answer, GLIFT_OK);
    CHECK(glift_is_process_ready(self->server));
    free(frame.payload);
    ws_close(&peer); /* a close that nobody answers would take its time */
    end_game(self);
    CHECK_INT(waitpid(-1, NULL, WNOHANG), -1);
    CHECK_INT(errno, ECHILD);
    CHECK_INT(faults_of_children(), faults);
    ws_service_close(&service);
}

/* ---- requests outlive connections ---- */

TEST(a_session_in_the_same_packet_as_the_answer_to_process_ready_is_delivered)
{
    ws_service service = ws_service_open(NULL, NULL, NULL);
    game *self = start_game_at(&service, NULL);
    glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    char text[256], packet[1024];
    glift_process_ready(self->server, &parameters, on_answer, self);
    ws_peer peer = ws_accept_upgraded(&service);
    char *request = receive_request(&peer);
    make_answer(request, text, sizeof text);
    size_t size = ws_encode(packet, WS_TEXT, true, text, strlen(text));
    size += ws_encode(packet + size, WS_TEXT, true, SESSION, sizeof SESSION - 1);
    ws_write(&peer, packet, size);
    wait_answers(self, 1);
    while (glift_get_game_session(self->server) == NULL)
        tick(self);
    CHECK_TEXT(glift_get_game_session_id(self->server), "gsess-1");
    free(request);
    end_game(self);
    ws_close(&peer);
    ws_service_close(&service);
}

/* P153 to P156: the old socket serves until the new one is open, is drained, and closed with 1000. */
TEST(a_refresh_delivers_what_is_still_due_on_the_old_connection)
{
    ws_service service = ws_service_open(NULL, NULL, NULL), fresh = ws_service_open(NULL, NULL, NULL);
    game *self = start_game_at(&service, NULL);
    ws_peer old = make_ready(self, &service);
    char text[256], push[256];
    glift_accept_player_session(self->server, "psess-1", on_answer, self);
    char *request = receive_request(&old);
    make_answer(request, text, sizeof text);
    snprintf(push, sizeof push,
            "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"ws://"
            "127.0.0.1:%u\",\"AuthToken\":\"t\"}",
            fresh.port);
    ws_send(&old, WS_TEXT, true, push, strlen(push));
    ws_peer peer = ws_accept(&fresh);
    char *handshake = ws_read_request(&peer);
    CHECK_CONTAINS(handshake, "Authorization=t&");
    ws_answer_upgrade(&peer, handshake);
    for (int i = 0; i < 5; i++)
        tick(self); /* the new connection is in use by now */
    glift_accept_player_session(self->server, "psess-2", on_answer, self);
    answer_request(&peer, "AcceptPlayerSession");
    wait_answers(self, 1);
    ws_send(&old, WS_TEXT, true, text, strlen(text)); /* late, over the old one */
    wait_answers(self, 2);
    CHECK_INT(self->answer, GLIFT_OK);
    CHECK(!self->resent);
    ws_expect_close(&old, 1000);
    ws_send_close(&old, 1000);
    CHECK_INT(self->state, GLIFT_CONNECTED);
    free(request);
    free(handshake);
    end_game(self);
    ws_close(&old);
    ws_close(&peer);
    ws_service_close(&service);
    ws_service_close(&fresh);
}

TEST(a_game_that_does_not_tick_keeps_its_connection)
{
    ws_service service = ws_service_open(NULL, NULL, NULL);
    game *self = start_game_at(&service, NULL);
    ws_peer peer = make_ready(self, &service);
    for (int i = 0; i < 3; i++) { /* no tick in here: the map loads */
        ws_send(&peer, WS_PING, true, "map", 3);
        ws_frame frame = receive_frame(&peer);
        CHECK_INT(frame.opcode, WS_PONG);
        CHECK_TEXT(frame.payload, "map");
        free(frame.payload);
    }
    end_game(self);
    ws_close(&peer);
    ws_service_close(&service);
}

/* ---- many servers ---- */

static int thread_count(void)
{
    int count = -2; /* . and .. */
    DIR *tasks = opendir("/proc/self/task");
    while (readdir(tasks) != NULL)
        count++;
    closedir(tasks);
    return count;
}

TEST(five_hundred_servers_on_one_io_take_one_thread_and_each_gets_its_answer)
{
    enum { SERVERS = 500 };
    static game *games[SERVERS];
    static ws_peer peers[SERVERS];
    glift_io *io;
    int before = thread_count();
    CHECK_INT(glift_io_create(NULL, &io), GLIFT_OK);
    ws_service service = ws_service_open(NULL, NULL, NULL);
    for (int i = 0; i < SERVERS; i++) {
        games[i] = start_game_at(&service, io);
        peers[i] = make_ready(games[i], &service);
    }
    for (int i = 0; i < SERVERS; i++) {
        glift_server_tick(games[i]->server);
        CHECK_INT(games[i]->state, GLIFT_CONNECTED);
    }
    CHECK_INT(thread_count(), before + 1);
    for (int i = 0; i < SERVERS; i++)
        CHECK_INT(glift_accept_player_session(games[i]->server, "psess-1", on_answer, games[i]), GLIFT_OK);
    for (int i = 0; i < SERVERS; i++)
        answer_request(&peers[i], "AcceptPlayerSession");
    for (int i = 0; i < SERVERS; i++) {
        wait_answers(games[i], 1);
        CHECK_INT(games[i]->answer, GLIFT_OK);
    }
    for (int i = 0; i < SERVERS; i++) {
        ws_close(&peers[i]); /* a close that nobody answers would take its time */
        end_game(games[i]);
    }
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    ws_service_close(&service);
}

/* ---- secrets ---- */

TEST(the_token_never_reaches_a_log_line)
{
    ws_service service = ws_service_open(NULL, NULL, NULL);
    game *self = start_game_at(&service, NULL);
    ws_peer peer = ws_accept(&service);
    char *request = ws_read_request(&peer), refusal[256];
    static const char body[] = "{\"ErrorMessage\":\"token-that-is-secret is unknown\"}";
    snprintf(refusal, sizeof refusal, "HTTP/1.1 401 Unauthorized\r\nContent-Length: %zu\r\n\r\n%s",
            sizeof body - 1, body);
    ws_write_text(&peer, refusal);
    wait_state(self, GLIFT_RECONNECTING);
    ws_close(&peer);
    peer = ws_accept_upgraded(&service);
    wait_state(self, GLIFT_CONNECTED);
    ws_reset(&peer);
    wait_state(self, GLIFT_RECONNECTING);
    CHECK(self->log[0] != '\0');
    CHECK(strstr(self->log, "token-that-is-secret") == NULL);
    CHECK(strstr(self->reason, "token-that-is-secret") == NULL);
    free(request);
    end_game(self);
    ws_service_close(&service);
}
