/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams through the I/O thread: they arrive, and what does not is told and disturbs nothing. */
#include "stand_in.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "../../unit/test.h"

typedef struct receiver {
    int socket;
    uint16_t port;
} receiver;

static receiver open_receiver(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = 10};
    socklen_t size = sizeof address;
    receiver self = {.socket = socket(AF_INET, SOCK_DGRAM, 0)};
    CHECK(self.socket >= 0);
    CHECK_INT(setsockopt(self.socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    CHECK_INT(bind(self.socket, (struct sockaddr *)&address, sizeof address), 0);
    CHECK_INT(getsockname(self.socket, (struct sockaddr *)&address, &size), 0);
    self.port = ntohs(address.sin_port);
    return self;
}

static const char *received(const receiver *self)
{
    static char text[65536];
    ssize_t length = recv(self->socket, text, sizeof text - 1, 0);
    CHECK(length >= 0);
    text[length] = '\0';
    return text;
}

static int open_files(void)
{
    int count = 0;
    for (int i = 0; i < 256; i++) {
        struct sockaddr_storage ignored;
        socklen_t size = sizeof ignored;
        count += getsockname(i, (struct sockaddr *)&ignored, &size) == 0;
    }
    return count;
}

TEST(datagrams_arrive_whole_and_their_socket_ends_with_the_link)
{
    glift_io *io;
    receiver first = open_receiver(), second = open_receiver();
    CHECK_INT(glift_io_create(NULL, &io), GLIFT_OK);
    int before = open_files();
    glift__core *core = stand_in_attach_usual(io);
    stand_in_send_datagram(core, "127.0.0.1", first.port, "server_up:1|g\nplayers:2|g");
    CHECK_TEXT(received(&first), "server_up:1|g\nplayers:2|g");
    stand_in_send_datagram(core, "127.0.0.1", first.port, "a:1|c");
    CHECK_TEXT(received(&first), "a:1|c");
    CHECK_INT(open_files(), before + 1);
    stand_in_send_datagram(core, "127.0.0.1", second.port, "b:1|c"); /* elsewhere from now on */
    CHECK_TEXT(received(&second), "b:1|c");
    CHECK_INT(open_files(), before + 1);
    stand_in_detach(core);
    CHECK_INT(open_files(), before);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    close(first.socket);
    close(second.socket);
}

TEST(a_datagram_that_nobody_took_is_told_with_the_next_one)
{
    glift_io *io;
    receiver gone = open_receiver();
    CHECK_INT(glift_io_create(NULL, &io), GLIFT_OK);
    glift__core *core = stand_in_attach_usual(io);
    close(gone.socket);
    stand_in_send_datagram(core, "127.0.0.1", gone.port, "a:1|c");
    stand_in_send_datagram(core, "127.0.0.1", gone.port, "a:2|c");
    CHECK_TEXT(stand_in_expect(core, "not sent: "), "nobody listens there");
    stand_in_detach(core);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
}

TEST(what_cannot_be_sent_is_told_and_what_comes_next_is_sent)
{
    static char large[65536];
    glift_io *io;
    receiver there = open_receiver();
    CHECK_INT(glift_io_create(NULL, &io), GLIFT_OK);
    glift__core *core = stand_in_attach_usual(io);
    memset(large, 'a', sizeof large - 1); /* more than UDP holds */
    stand_in_send_datagram(core, "127.0.0.1", there.port, large);
    CHECK_TEXT(stand_in_expect(core, "not sent: "), "the datagram is too large");
    stand_in_send_datagram(core, "not.an.address", there.port, "a:1|c");
    CHECK_TEXT(stand_in_expect(core, "not sent: "), "it is no address");
    stand_in_send_datagram(core, "127.0.0.1", there.port, "a:2|c");
    CHECK_TEXT(received(&there), "a:2|c");
    stand_in_detach(core);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    close(there.socket);
}

/* The descriptor of a socket that is connected to this port. */
static int descriptor_of(uint16_t port)
{
    for (int i = 0; i < 256; i++) {
        struct sockaddr_in peer = {0};
        socklen_t size = sizeof peer;
        if (getpeername(i, (struct sockaddr *)&peer, &size) == 0 && ntohs(peer.sin_port) == port)
            return i;
    }
    return -1;
}

TEST(a_descriptor_that_somebody_else_closed_is_neither_written_to_nor_closed)
{
    glift_io *io;
    int pair[2];
    char byte;
    receiver there = open_receiver();
    CHECK_INT(glift_io_create(NULL, &io), GLIFT_OK);
    glift__core *core = stand_in_attach_usual(io);
    stand_in_send_datagram(core, "127.0.0.1", there.port, "a:1|c");
    CHECK_TEXT(received(&there), "a:1|c");
    int ours = descriptor_of(there.port);
    CHECK(ours >= 0);
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    CHECK_INT(dup2(pair[1], ours), ours); /* its number is somebody else's now */
    stand_in_send_datagram(core, "127.0.0.1", there.port, "a:2|c");
    CHECK_TEXT(received(&there), "a:2|c");
    CHECK_INT(recv(pair[0], &byte, 1, MSG_DONTWAIT), -1);
    stand_in_detach(core);
    CHECK_INT(send(ours, "x", 1, 0), 1); /* and still is */
    CHECK_INT(recv(pair[0], &byte, 1, 0), 1);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    close(pair[0]);
    close(pair[1]);
    close(ours);
    close(there.socket);
}
