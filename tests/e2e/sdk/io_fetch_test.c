/* SPDX-License-Identifier: Apache-2.0 */
/* The I/O thread fetches by HTTP: container credentials and metadata (wire protocol 1.4, 1.5). */
#include "stand_in.h"
#include "ws_service.h"

#include "../../unit/test.h"

typedef struct scene {
    glift_io *io;
    glift__core *core;
    ws_service service;
} scene;

static scene open_scene(void)
{
    scene self = {0};
    CHECK_INT(glift_io_create(NULL, &self.io), GLIFT_OK);
    self.core = stand_in_attach_usual(self.io);
    self.service = ws_service_open(NULL, NULL, NULL);
    return self;
}

static void close_scene(scene *self)
{
    stand_in_detach(self->core);
    CHECK_INT(glift_io_destroy(self->io), GLIFT_OK);
    ws_service_close(&self->service);
}

/* Fetch number 5 from this path; the connection, its request read into *request. */
static ws_peer fetch(scene *self, const char *path, uint32_t timeout_ms, char **request)
{
    char url[GLIFT_MAX_URL_LENGTH];
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", self->service.port, path);
    stand_in_fetch(self->core, 5, url, timeout_ms);
    ws_peer peer = ws_accept(&self->service);
    *request = ws_read_request(&peer);
    return peer;
}

/* Answered with this text, and closed by the service if it says so. */
static const char *fetch_answered(scene *self, const char *text, bool closes)
{
    char *request;
    ws_peer peer = fetch(self, "/", 5000, &request);
    ws_write_text(&peer, text);
    if (!closes)
        ws_expect_end(&peer);
    ws_close(&peer);
    free(request);
    const char *told = stand_in_expect(self->core, "fetched 5 ");
    stand_in_expect_silence(self->core, 20);
    return told;
}

TEST(a_fetch_is_a_get_and_brings_status_and_body)
{
    scene at = open_scene();
    char *request;
    ws_peer peer = fetch(&at, "/v2/credentials?id=7", 5000, &request);
    CHECK(strncmp(request, "GET /v2/credentials?id=7 HTTP/1.1\r\n", 35) == 0);
    CHECK_CONTAINS(request, "\r\nHost: 127.0.0.1:");
    CHECK(strstr(request, "Upgrade") == NULL);
    ws_write_text(&peer, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"Token\":1}\n");
    CHECK_TEXT(stand_in_expect(at.core, "fetched 5 "), "200 {\"Token\":1}\n");
    ws_expect_end(&peer);
    ws_close(&peer);
    free(request);
    close_scene(&at);
}

TEST(a_body_in_chunks_is_joined)
{
    scene at = open_scene();
    CHECK_TEXT(fetch_answered(&at,
                       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none "
                       "\r\n5\r\ntwo..\r\n0\r\n\r\n",
                       false),
            "200 one two..");
    close_scene(&at);
}

TEST(a_body_without_a_length_ends_with_the_connection)
{
    scene at = open_scene();
    CHECK_TEXT(fetch_answered(&at, "HTTP/1.0 200 OK\r\n\r\nuntil the end", true), "200 until the end");
    close_scene(&at);
}

TEST(other_statuses_are_told_with_their_body_and_redirects_are_not_followed)
{
    scene at = open_scene();
    CHECK_TEXT(fetch_answered(&at, "HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nno such", false),
            "404 no such");
    CHECK_TEXT(fetch_answered(&at, "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", false), "500 ");
    CHECK_TEXT(fetch_answered(&at,
                       "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
                       false),
            "302 ");
    close_scene(&at);
}

TEST(a_connection_that_ends_too_early_is_a_failure)
{
    scene at = open_scene();
    CHECK_TEXT(fetch_answered(&at, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", true),
            "0 the connection ended before the body of the answer did");
    CHECK_CONTAINS(fetch_answered(&at, "HTTP/1.1 200 O", true), "0 ");
    close_scene(&at);
}

TEST(a_fetch_that_is_not_answered_in_time_is_a_failure)
{
    scene at = open_scene();
    char *request;
    ws_peer peer = fetch(&at, "/", 150, &request);
    CHECK_TEXT(stand_in_expect(at.core, "fetched 5 "), "0 127.0.0.1 did not answer within 150 ms");
    free(request);
    ws_close(&peer);
    peer = fetch(&at, "/", 300, &request); /* the time is for the whole answer */
    ws_write_text(&peer, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    CHECK_TEXT(stand_in_expect(at.core, "fetched 5 "), "0 127.0.0.1 did not answer within 300 ms");
    free(request);
    ws_close(&peer);
    close_scene(&at);
}

TEST(a_port_without_a_listener_is_a_failure)
{
    scene at = open_scene();
    char url[64];
    ws_service gone = ws_service_open(NULL, NULL, NULL);
    ws_service_close(&gone);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", gone.port);
    stand_in_fetch(at.core, 5, url, 1000);
    CHECK_CONTAINS(stand_in_expect(at.core, "fetched 5 0 "), "cannot be reached");
    close_scene(&at);
}

TEST(a_long_body_arrives_whole_and_one_of_over_1_mib_is_a_failure)
{
    static const size_t lengths[] = {100000, 1024 * 1024, 1024 * 1024 + 1};
    scene at = open_scene();
    for (size_t i = 0; i < 3; i++) {
        char head[128], *request, *body = malloc(lengths[i]);
        memset(body, 'b', lengths[i]);
        ws_peer peer = fetch(&at, "/", 5000, &request);
        snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", lengths[i]);
        ws_write_text(&peer, head);
        ws_write(&peer, body, lengths[i]);
        const char *told = stand_in_expect(at.core, "fetched 5 ");
        if (i < 2)
            CHECK(strncmp(told, "200 bbb", 7) == 0 && strlen(told) == lengths[i] + 4);
        else
            CHECK_TEXT(told, "0 the answer is over 1048576 bytes long");
        ws_close(&peer);
        free(request);
        free(body);
    }
    close_scene(&at);
}

TEST(a_socket_and_a_fetch_with_the_same_number_are_apart)
{
    scene at = open_scene();
    char *request;
    ws_peer fetched = fetch(&at, "/", 5000, &request);
    stand_in_dial_port(at.core, 5, at.service.port);
    ws_peer peer = ws_accept_upgraded(&at.service);
    stand_in_expect(at.core, "opened 5");
    stand_in_close(at.core, 5, 1000);
    ws_expect_close(&peer, 1000);
    ws_close(&peer);
    stand_in_expect(at.core, "closed 5");
    ws_write_text(&fetched, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    CHECK_TEXT(stand_in_expect(at.core, "fetched 5 "), "200 ok");
    ws_close(&fetched);
    free(request);
    close_scene(&at);
}
