/* SPDX-License-Identifier: Apache-2.0 */
/* The listener's wait, with clients in the same thread: how long it takes is up to deadlines, and what has to
 * be done is done before it. A wait that nothing ends hangs here, which is how these tests fail. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listen/listen.h"
#include "program/demo.h"
#include "test.h"

#define FOR_EVER UINT64_MAX

typedef struct fixture {
    local_service *service;
    local_listener *listener;
} fixture;

static fixture open_fixture(void)
{
    static const local_service_desc service_desc = {
            .region = "us-east-1", .account = "111122223333", .seed = 1};
    char why[LOCAL_WHY_SIZE];
    fixture self;
    CHECK_INT(GLIFT_OK, local_service_create(&service_desc, (glift__time){0}, &self.service));
    self.listener = local_listener_open(
            &(local_listener_desc){.service = self.service, .sockets = 16, .clock_scale = 1}, why);
    CHECK(self.listener != NULL);
    return self;
}

static void close_fixture(fixture *self)
{
    local_listener_close(self->listener);
    local_service_destroy(self->service);
}

/* ---- a client ---- */

static int connect_to(const fixture *self)
{
    struct sockaddr_in to = {
            .sin_family = AF_INET, .sin_port = htons((uint16_t)local_listener_port(self->listener))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    return fd;
}

static bool says(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

/* What is there; the listener waits for good, and so must have a reason to come back. */
static ssize_t hear(const fixture *self, int fd, char *out, size_t size)
{
    ssize_t length;
    while ((length = recv(fd, out, size - 1, MSG_DONTWAIT)) < 0 && errno == EAGAIN)
        CHECK(local_listener_serve(self->listener, FOR_EVER, FOR_EVER));
    out[length > 0 ? length : 0] = '\0';
    return length;
}

static int connect_server(const fixture *self)
{
    local_demo demo;
    char request[1024], answer[1024];
    glift__time now = local_listener_now(self->listener);
    CHECK_INT(GLIFT_OK, local_service_demo(self->service, now, NULL, &demo));
    snprintf(request, sizeof request,
            "GET /?pID=p-1&sdkVersion=5.4.0&sdkLanguage=C&ComputeId=%s&FleetId=%s&Authorization=%s "
            "HTTP/1.1\r\n"
            "Host: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            demo.compute_name, demo.fleet_id, demo.auth_token);
    int fd = connect_to(self);
    CHECK(says(fd, request));
    CHECK(hear(self, fd, answer, sizeof answer) > 0);
    CHECK(strncmp(answer, "HTTP/1.1 101", 12) == 0);
    return fd;
}

/* ---- deadlines ---- */

/* It once slept for good: the timer had fired before the sleep that it was to end. */
TEST(a_deadline_that_is_here_ends_the_wait)
{
    fixture self = open_fixture();
    for (int i = 0; i < 100; i++) {
        uint64_t now_ms = local_listener_now(self.listener).mono_ms;
        CHECK(local_listener_serve(self.listener, now_ms, FOR_EVER));
        CHECK(local_listener_serve(self.listener, now_ms + 1, FOR_EVER));
        CHECK(local_listener_serve(self.listener, FOR_EVER, local_listener_machine_ms() + 1));
    }
    close_fixture(&self);
}

/* Rounds that deal with clients come back with time left; the others come back when it is over. */
TEST(a_deadline_ends_the_wait_whatever_clients_do)
{
    fixture self = open_fixture();
    for (int i = 0; i < 100; i++) {
        int fd = connect_to(&self);
        if (i % 3 > 0)
            CHECK(says(fd, i % 3 == 1 ? "GET /_local/health HTTP/1.1\r\n" : "no request at all\r\n\r\n"));
        if (i % 2 == 0)
            close(fd);
        uint64_t until_ms = local_listener_machine_ms() + 2;
        while (local_listener_machine_ms() < until_ms)
            CHECK(local_listener_serve(self.listener, FOR_EVER, until_ms));
        if (i % 2 == 1)
            close(fd);
    }
    close_fixture(&self);
}

/* Nothing ends the wait before the ping that the silence of the client brings: that would come along. */
TEST(what_the_service_says_goes_out_before_the_wait)
{
    static const char drop[] = "{\"ProcessId\":\"p-1\",\"CloseCode\":4000}";
    fixture self = open_fixture();
    char heard[1024];
    int fd = connect_server(&self);
    glift__text reply = {0};
    CHECK_INT(200, local_service_control(self.service, local_listener_now(self.listener), "drop", drop,
                           strlen(drop), &reply));
    glift__text_free(&reply);
    CHECK(hear(&self, fd, heard, sizeof heard) >= 4);
    CHECK_INT(0x88, (unsigned char)heard[0]); /* a Close frame with that code */
    CHECK_INT(4000, (unsigned char)heard[2] << 8 | (unsigned char)heard[3]);
    close(fd);
    close_fixture(&self);
}

/* A client that was told to go stays: the wait ends with our patience, and so does the connection. */
TEST(the_end_of_patience_ends_the_wait)
{
    fixture self = open_fixture();
    char heard[4096];
    int fd = connect_to(&self);
    CHECK(says(fd, "GET /_local/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"));
    while (hear(&self, fd, heard, sizeof heard) > 0)
        ;
    CHECK(local_listener_serve(self.listener, FOR_EVER, FOR_EVER));
    while (says(fd, "are you there?"))
        ;
    close(fd);
    close_fixture(&self);
}

/* A descriptor that is watched, too, ends it. */
static void take(void *user)
{
    char byte;
    CHECK(read(*(int *)user, &byte, 1) == 1);
}

TEST(what_is_watched_ends_the_wait)
{
    fixture self = open_fixture();
    int ends[2];
    CHECK(pipe(ends) == 0);
    CHECK(local_listener_watch(self.listener, ends[0], take, &ends[0]));
    for (int i = 0; i < 3; i++) {
        CHECK(write(ends[1], "x", 1) == 1);
        CHECK(local_listener_serve(self.listener, FOR_EVER, FOR_EVER));
    }
    close(ends[1]);
    close_fixture(&self);
}
