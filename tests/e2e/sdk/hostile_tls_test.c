/* SPDX-License-Identifier: Apache-2.0 */
/* A peer that speaks something else where TLS is due, or ends it in the middle: told with a reason, without
 * harm. */
#include "../../unit/test.h"

#include "outsider.h"

#include <fcntl.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

typedef struct raw_case {
    const char *name;
    const char *bytes;
    size_t size;
    bool ends; /* the peer closes behind it; else it waits for the client */
} raw_case;

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

static void play_raw(ws_service *service, void *argument)
{
    const raw_case *what = argument;
    ws_service plain = {.listener = service->listener};
    char hello[5], byte;
    ws_peer peer = ws_accept(&plain);
    ws_read(&peer, hello, sizeof hello);
    ws_write(&peer, what->bytes, what->size);
    while (!what->ends && ws_try_read(&peer, &byte, 1))
        ;
    ws_close(&peer);
}

TEST(what_is_not_tls_is_told_as_a_tls_failure)
{
    static const raw_case cases[] = {
            {"HTTP", BYTES("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), false},
            {"zeros", BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), false},
            {"an alert", BYTES("\x15\x03\x03\x00\x02\x02\x28"), false},
            {"a warning and the end", BYTES("\x15\x03\x03\x00\x02\x01\x00"), true},
            {"a record of 65535 bytes", BYTES("\x16\x03\x03\xff\xff\x02"), false},
            {"application data", BYTES("\x17\x03\x03\x00\x05hello"), false},
            {"a record of SSL 3", BYTES("\x16\x03\x00\x00\x04\x02\x00\x00\x00"), false},
            {"a hello of nothing", BYTES("\x16\x03\x03\x00\x04\x02\x00\x00\x00"), false},
            {"a hello that is too long", BYTES("\x16\x03\x03\x00\x04\x02\xff\xff\xff"), true},
            {"half a record", BYTES("\x16\x03\x03\x00\x7a\x02"), true},
            {"the end at once", BYTES(""), true},
    };
    begin();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        raw_case what = cases[i];
        game *after = play_against(io, play_raw, &what, GLIFT_RECONNECTING);
        if (strstr(after->reason, "TLS") == NULL)
            printf("# %s: %s\n", what.name, after->reason);
        CHECK_CONTAINS(after->reason, "TLS");
        CHECK(!after->was_connected);
        free(after);
    }
    end();
}

/* ---- within an open connection ---- */

static void play_raw_later(ws_service *service, void *argument)
{
    const raw_case *what = argument;
    char byte;
    ws_peer peer = ws_accept_upgraded(service);
    ws_peer raw = {.fd = peer.fd};
    ws_send(&peer, WS_TEXT, false, "hello", 5);
    ws_write(&raw, what->bytes, what->size);
    while (!what->ends && ws_try_read(&raw, &byte, 1))
        ;
    ws_reset(&peer);
}

TEST(a_record_that_is_broken_ends_the_connection)
{
    static const raw_case cases[] = {
            {"garbage", BYTES("hello hello hello hello"), false},
            {"zeros", BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), false},
            {"a record of the wrong key", BYTES("\x17\x03\x03\x00\x20--------------------------------"),
                    false},
            {"a record of 65535 bytes", BYTES("\x17\x03\x03\xff\xff-"), false},
            {"a record of no bytes", BYTES("\x17\x03\x03\x00\x00"), false},
            {"an alert that is not encrypted", BYTES("\x15\x03\x03\x00\x02\x02\x28"), false},
            {"half a record", BYTES("\x17\x03\x03\x00\x20----"), true},
    };
    begin();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        raw_case what = cases[i];
        game *after = play_against(io, play_raw_later, &what, GLIFT_RECONNECTING);
        CHECK(after->was_connected);
        CHECK_INT(messages_of(after), 0);
        free(after);
    }
    end();
}

static void play_end_in_frame(ws_service *service, void *argument)
{
    (void)argument;
    ws_peer peer = ws_accept_upgraded(service);
    ws_write(&peer, "\x81\x05hel", 5);
    SSL_shutdown(peer.tls); /* and goes on to be there */
    while (ws_try_read(&peer, &(char){0}, 1))
        ;
    ws_close(&peer);
}

TEST(an_end_of_tls_within_a_frame_ends_the_connection)
{
    begin();
    game *after = play_against(io, play_end_in_frame, NULL, GLIFT_RECONNECTING);
    CHECK(after->was_connected);
    CHECK_INT(messages_of(after), 0);
    free(after);
    end();
}

/* TLS 1.3 lets either side ask for new keys at any time. */
static void play_new_keys(ws_service *service, void *argument)
{
    ws_peer peer = ws_accept_upgraded(service);
    for (int i = 0; i < 20; i++) {
        SSL_key_update(peer.tls, i % 2 == 0 ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED);
        SSL_do_handshake(peer.tls);
        ws_send(&peer, WS_TEXT, true, "x", 1);
        ws_send(&peer, WS_PING, true, "", 0);
    }
    hear_until_answer(&peer, argument, NULL);
    ws_close(&peer);
}

TEST(new_keys_may_be_asked_for_at_any_time)
{
    heard at_peer = {0};
    begin();
    game *after = play_against(io, play_new_keys, &at_peer, GLIFT_RECONNECTING);
    CHECK_INT(at_peer.close_code, 0);
    CHECK_INT(messages_of(after), 20);
    free(after);
    end();
}

/* ---- what is trusted ---- */

static char *write_file(const char *name, const char *text)
{
    static char path[128];
    certificate_path(path, name);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
    return path;
}

static void check_ca_file_is_told(const char *ca_file)
{
    ws_service service = open_service();
    char url[64];
    snprintf(url, sizeof url, "wss://127.0.0.1:%u", service.port);
    game *self = start_game(url, ca_file, io);
    wait_state(self, GLIFT_RECONNECTING);
    CHECK_CONTAINS(self->reason, "tls_ca_file");
    CHECK_CONTAINS(self->log, "tls_ca_file");
    end_game(self);
    ws_service_close(&service);
}

TEST(a_ca_file_that_cannot_be_used_is_an_event_and_a_log_line)
{
    char fifo[128];
    begin();
    make_certificates_once();
    certificate_path(fifo, "fifo");
    CHECK_INT(mkfifo(fifo, 0600), 0);
    check_ca_file_is_told("/no/such/file");
    check_ca_file_is_told(certificates_directory());
    check_ca_file_is_told("/dev/null");
    check_ca_file_is_told("/dev/zero");
    check_ca_file_is_told(fifo);
    check_ca_file_is_told(write_file("empty", ""));
    check_ca_file_is_told(write_file("garbage", "hello\n"));
    check_ca_file_is_told(write_file("half", "-----BEGIN CERTIFICATE-----\nMIIB\n"));
    check_ca_file_is_told(
            write_file("wrong", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
    end();
}

/* ---- no way down from TLS ---- */

static void play_downgrade(ws_service *service, void *argument)
{
    const ws_service *plain = argument;
    char push[256];
    struct sockaddr_in nobody;
    socklen_t size = sizeof nobody;
    heard at_peer = {0};
    ws_peer peer = ws_accept_upgraded(service);
    snprintf(push, sizeof push,
            "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"ws://127.0.0.1:%u\","
            "\"AuthToken\":\"t\"}",
            plain->port);
    ws_send(&peer, WS_TEXT, true, push, strlen(push));
    hear_until_answer(&peer, &at_peer, NULL);
    usleep(200000); /* what was dialled would be there by now */
    CHECK_INT(accept4(plain->listener, (struct sockaddr *)&nobody, &size, SOCK_NONBLOCK), -1);
    hear_until_answer(&peer, &at_peer, NULL);
    CHECK_INT(at_peer.close_code, 0);
    ws_close(&peer);
}

TEST(a_refresh_from_tls_to_none_is_refused_with_a_log_line)
{
    ws_service plain = ws_service_open(NULL, NULL, NULL);
    CHECK_INT(fcntl(plain.listener, F_SETFL, O_NONBLOCK), 0);
    begin();
    game *after = play_against(io, play_downgrade, &plain, GLIFT_RECONNECTING);
    CHECK_CONTAINS(after->log, "RefreshConnection is refused");
    free(after);
    end();
    ws_service_close(&plain);
}
