/* SPDX-License-Identifier: Apache-2.0 */
/* The I/O thread against real sockets: from an order to dial to an open socket, and all that can go wrong
 * on the way. */
#include "clock.h"
#include "resolver.h"
#include "stand_in.h"
#include "ws_service.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../unit/test.h"
#include "platform/platform.h"

#include "deaf_port.h"

static glift_io *new_io(void)
{
    glift_io *io = NULL;
    CHECK_INT(glift_io_create(NULL, &io), GLIFT_OK);
    return io;
}

/* P1, P11: version 13, no sub-protocol, no extension, no header for the token. The name goes into Host. */
TEST(the_handshake_is_plain_websocket_13)
{
    glift_io *io = new_io();
    glift__core *core = stand_in_attach_usual(io);
    ws_service service = ws_service_open(NULL, NULL, NULL);
    char url[128], host[128];
    snprintf(url, sizeof url, "ws://one.test:%u/path?Authorization=secret&pID=p-1", service.port);
    snprintf(host, sizeof host, "\r\nHost: one.test:%u\r\n", service.port);
    stand_in_dial(core, 1, url);
    ws_peer peer = ws_accept(&service);
    char *request = ws_read_request(&peer);
    CHECK(strncmp(request, "GET /path?Authorization=secret&pID=p-1 HTTP/1.1\r\n", 49) == 0);
    CHECK_CONTAINS(request, host);
    CHECK_CONTAINS(request, "\r\nSec-WebSocket-Version: 13\r\n");
    CHECK_CONTAINS(request, "\r\nUpgrade: websocket\r\n");
    CHECK(strstr(request, "Sec-WebSocket-Protocol") == NULL);
    CHECK(strstr(request, "Sec-WebSocket-Extensions") == NULL);
    CHECK(strcasestr(request, "\r\nAuthorization:") == NULL);
    ws_answer_upgrade(&peer, request);
    stand_in_expect(core, "opened 1");
    ws_close(&peer);
    stand_in_expect(core, "closed 1 lost");
    stand_in_detach(core);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    ws_service_close(&service);
    free(request);
}

TEST(a_url_of_4096_bytes_arrives_whole)
{
    static const size_t lengths[] = {1000, 2100, 4000, GLIFT_MAX_URL_LENGTH};
    glift_io *io = new_io();
    glift__core *core = stand_in_attach_usual(io);
    ws_service service = ws_service_open(NULL, NULL, NULL);
    for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char url[GLIFT_MAX_URL_LENGTH + 1];
        size_t length = (size_t)snprintf(url, sizeof url, "ws://127.0.0.1:%u/?a=", service.port);
        for (; length < lengths[i]; length++)
            url[length] = (char)('a' + length % 26);
        url[length] = '\0';
        stand_in_dial(core, i, url);
        ws_peer peer = ws_accept(&service);
        char *request = ws_read_request(&peer);
        CHECK_CONTAINS(request, strchr(url + 5, '/'));
        CHECK_CONTAINS(request, " HTTP/1.1\r\n");
        ws_answer_upgrade(&peer, request);
        stand_in_expect(core, "opened");
        ws_close(&peer);
        stand_in_expect(core, "closed");
        free(request);
    }
    stand_in_detach(core);
    glift_io_destroy(io);
    ws_service_close(&service);
}

/* libwebsockets once refused sockets with higher numbers than there could be when the io was made. */
TEST(a_program_may_raise_its_limit_of_open_files_later)
{
    enum { FILES = 200 };
    struct rlimit before, small;
    int files[FILES];
    CHECK_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
    small = (struct rlimit){FILES / 2, before.rlim_max};
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &small), 0);
    glift_io *io = new_io();
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
    for (int i = 0; i < FILES; i++)
        files[i] = open("/dev/null", O_RDONLY);
    glift__core *core = stand_in_attach_usual(io);
    ws_service service = ws_service_open(NULL, NULL, NULL);
    char url[64];
    snprintf(url, sizeof url, "ws://127.0.0.1:%u", service.port);
    stand_in_dial(core, 1, url);
    ws_peer peer = ws_accept_upgraded(&service);
    stand_in_expect(core, "opened 1");
    ws_close(&peer);
    stand_in_expect(core, "closed 1 lost");
    stand_in_detach(core);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    ws_service_close(&service);
    for (int i = 0; i < FILES; i++)
        close(files[i]);
}

static void answer(ws_service *service, const char *text)
{
    ws_peer peer = ws_accept(service);
    free(ws_read_request(&peer));
    ws_write_text(&peer, text);
    ws_expect_end(&peer);
    ws_close(&peer);
}

/* P17 */
/* What a game prints that was started without stdin, stdout and stderr goes to nobody then, not to GameLift.
 */
TEST(no_socket_gets_the_number_of_a_standard_file)
{
    enum { FILES = 3 };
    int kept[FILES];
    ws_service service = ws_service_open(NULL, NULL, NULL);
    glift__address address;
    const char *reason = "";
    bool no_descriptor = false;
    CHECK(glift__address_parse("127.0.0.1", &address));
    for (int i = 0; i < FILES; i++) {
        kept[i] = fcntl(i, F_DUPFD_CLOEXEC, FILES);
        close(i);
    }
    glift__socket_handle stream = glift__socket_connect(&address, service.port, &no_descriptor);
    glift__udp *udp = glift__udp_open("127.0.0.1", service.port, &reason);
    bool is_taken[FILES];
    for (int i = 0; i < FILES; i++) {
        is_taken[i] = fcntl(i, F_GETFD) != -1;
        dup2(kept[i], i);
        close(kept[i]);
    }
    CHECK(stream >= FILES && udp != NULL);
    CHECK(!is_taken[0] && !is_taken[1] && !is_taken[2]);
    glift__udp_close(udp);
    glift__socket_close(stream);
    ws_service_close(&service);
}

TEST(a_refused_handshake_is_told_with_its_status_and_body)
{
    glift_io *io = new_io();
    glift__core *core = stand_in_attach_usual(io);
    ws_service service = ws_service_open(NULL, NULL, NULL);
    stand_in_dial_port(core, 1, service.port);
    answer(&service,
            "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 24\r\n\r\n{\"ErrorMessage\":\"later\"}");
    stand_in_expect(core, "closed 1 refused 429 {\"ErrorMessage\":\"later\"}");
    stand_in_dial_port(core, 2, service.port);
    answer(&service, "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n "
                     "world\r\n0\r\n\r\n");
    stand_in_expect(core, "closed 2 refused 403 hello world");
    stand_in_dial_port(core, 3, service.port);
    answer(&service, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    CHECK_TEXT(stand_in_expect(core, "closed 3 refused 401 "), "");
    stand_in_expect_silence(core, 50);
    stand_in_detach(core);
    glift_io_destroy(io);
    ws_service_close(&service);
}

TEST(a_long_body_of_a_refusal_is_cut_at_4_kib)
{
    glift_io *io = new_io();
    glift__core *core = stand_in_attach_usual(io);
    ws_service service = ws_service_open(NULL, NULL, NULL);
    char text[9000] = "HTTP/1.1 500 Oops\r\nContent-Length: 8000\r\n\r\n";
    size_t head = strlen(text);
    memset(text + head, 'x', 8000);
    text[head + 8000] = '\0';
    stand_in_dial_port(core, 1, service.port);
    answer(&service, text);
    size_t length = strlen(stand_in_expect(core, "closed 1 refused 500 "));
    CHECK(length > 1000 && length <= 4096);
    stand_in_detach(core);
    glift_io_destroy(io);
    ws_service_close(&service);
}

TEST(a_redirect_is_a_refusal)
{
    glift_io *io = new_io();
    glift__core *core = stand_in_attach_usual(io);
    ws_service service = ws_service_open(NULL, NULL, NULL);
    char text[256];
    snprintf(text, sizeof text,
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%u/elsewhere\r\nContent-Length: 0\r\n\r\n",
            service.port);
    stand_in_dial_port(core, 1, service.port);
    answer(&service, text);
    stand_in_expect(core, "closed 1 refused 302");
    stand_in_detach(core);
    glift_io_destroy(io);
    ws_service_close(&service);
}

static uint16_t free_port(void)
{
    ws_service service = ws_service_open(NULL, NULL, NULL);
    ws_service_close(&service);
    return service.port;
}

TEST(a_port_without_a_listener_is_told_as_no_connection)
{
    glift_io *io = new_io();
    glift__core *core = stand_in_attach_usual(io);
    char expected[128];
    uint16_t port = free_port();
    stand_in_dial_port(core, 7, port);
    snprintf(expected, sizeof expected, "closed 7 no-connection 0 127.0.0.1:%u cannot be reached", port);
    stand_in_expect(core, expected);
    stand_in_detach(core);
    glift_io_destroy(io);
}

TEST(an_unknown_name_is_told_with_the_resolvers_reason)
{
    glift_io *io = new_io();
    glift__core *core = stand_in_attach_usual(io);
    stand_in_dial(core, 1, "ws://nobody.test:9/");
    CHECK_CONTAINS(stand_in_expect(core, "closed 1 no-address 0 the name nobody.test cannot be looked up ("),
            "not known)");
    stand_in_detach(core);
    glift_io_destroy(io);
}

TEST(every_address_of_a_name_is_tried)
{
    glift_io *io = new_io();
    glift__core *core = stand_in_attach_usual(io);
    ws_service service = ws_service_open(NULL, NULL, NULL);
    char url[64];
    snprintf(url, sizeof url, "ws://two.test:%u/", service.port);
    stand_in_dial(core, 1, url);
    ws_peer peer = ws_accept_upgraded(&service);
    stand_in_expect(core, "opened 1");
    ws_close(&peer);
    stand_in_expect(core, "closed 1");
    stand_in_detach(core);
    glift_io_destroy(io);
    ws_service_close(&service);
}

TEST(a_url_that_cannot_be_dialled_is_told)
{
    glift_io *io = new_io();
    glift__core *core = stand_in_attach_usual(io);
    char url[512] = "ws://";
    memset(url + 5, 'a', 300);
    stand_in_dial(core, 1, "ftp://somewhere/");
    stand_in_expect(core, "closed 1 no-address 0 the URL cannot be dialled: ");
    stand_in_dial(core, 2, url);
    stand_in_expect(core, "closed 2 no-address 0 the URL cannot be dialled: ");
    stand_in_detach(core);
    glift_io_destroy(io);
}

/* P9 */
TEST(a_handshake_that_is_never_answered_times_out)
{
    glift_io *io = new_io();
    glift__core *core = stand_in_attach(io, "", false, 200);
    ws_service service = ws_service_open(NULL, NULL, NULL);
    stand_in_dial_port(core, 1, service.port);
    ws_peer peer = ws_accept(&service);
    free(ws_read_request(&peer));
    stand_in_expect(core, "closed 1 timeout 0 127.0.0.1 did not answer within 200 ms");
    ws_expect_end(&peer);
    ws_close(&peer);
    stand_in_detach(core);
    glift_io_destroy(io);
    ws_service_close(&service);
}

/* ---- slow networks (8.2, 30) ---- */

/* The thread has carried out all orders so far. */
static void wait_for_orders(glift__core *core)
{
    stand_in_set_deadline(core, 1);
    stand_in_expect(core, "advanced");
}

/* P9: TCP itself is never answered. */
TEST(a_connect_may_take_as_long_as_the_whole_handshake)
{
    glift_io *io = new_io();
    glift__core *core = stand_in_attach(io, "", false, 20000);
    deaf_port deaf = deaf_port_open("127.0.0.1", 0);
    stand_in_dial_port(core, 1, deaf.port);
    wait_for_orders(core);
    put_clock_forward(core, 15);
    stand_in_expect_silence(core, 50);
    put_clock_forward(core, 6);
    stand_in_expect(core, "closed 1 timeout 0 127.0.0.1 did not answer within 20000 ms");
    deaf_port_close(&deaf);
    stand_in_detach(core);
    glift_io_destroy(io);
}

TEST(an_address_that_does_not_answer_leaves_time_for_the_next)
{
    glift_io *io = new_io();
    glift__core *core = stand_in_attach(io, "", false, 1000000);
    ws_service service = ws_service_open("127.0.0.1", NULL, NULL);
    deaf_port deaf = deaf_port_open("127.0.0.2", service.port);
    char url[64];
    snprintf(url, sizeof url, "ws://two.test:%u/", service.port);
    stand_in_dial(core, 1, url);
    struct pollfd dialled = {.fd = service.listener, .events = POLLIN};
    for (int i = 0; i < 100 && poll(&dialled, 1, 50) == 0; i++) /* the name may take a moment to look up */
        put_clock_forward(core, 4);
    ws_peer peer = ws_accept_upgraded(&service);
    stand_in_expect(core, "opened 1");
    ws_close(&peer);
    stand_in_expect(core, "closed 1");
    deaf_port_close(&deaf);
    stand_in_detach(core);
    glift_io_destroy(io);
    ws_service_close(&service);
}

TEST(an_address_that_has_been_connected_to_has_the_whole_handshake_time)
{
    glift_io *io = new_io();
    glift__core *core = stand_in_attach(io, "", false, 20000);
    ws_service service = ws_service_open("127.0.0.1", NULL, NULL);
    char url[64];
    snprintf(url, sizeof url, "ws://owt.test:%u/", service.port);
    stand_in_dial(core, 1, url);
    ws_peer peer = ws_accept(&service);
    char *request = ws_read_request(&peer);
    put_clock_forward(core, 15);
    stand_in_expect_silence(core, 50);
    ws_answer_upgrade(&peer, request);
    stand_in_expect(core, "opened 1");
    free(request);
    ws_close(&peer);
    stand_in_expect(core, "closed 1");
    stand_in_detach(core);
    glift_io_destroy(io);
    ws_service_close(&service);
}

TEST(a_resolver_that_hangs_delays_nobody_and_not_destroy)
{
    glift_io *io = new_io();
    glift__core *stuck = stand_in_attach(io, "", false, 300);
    glift__core *other = stand_in_attach_usual(io);
    ws_service service = ws_service_open(NULL, NULL, NULL);
    sem_init(&resolver_ends, 0, 0);
    stand_in_dial(stuck, 1, "ws://hangs.test/");
    stand_in_dial_port(other, 1, service.port);
    ws_peer peer = ws_accept_upgraded(&service);
    stand_in_expect(other, "opened 1");
    stand_in_expect(stuck, "closed 1 no-address 0 the name hangs.test was not looked up within 300 ms");
    stand_in_dial(stuck, 2, "ws://hangs.test/"); /* waits for the same look-up */
    stand_in_close(stuck, 2, 1000);
    stand_in_expect(stuck, "closed 2 closed 1000");
    stand_in_dial(stuck, 3, "ws://hangs.test/");
    stand_in_detach(stuck);
    stand_in_detach(other);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    sem_post(&resolver_ends); /* the look-up outlives all of it */
    ws_close(&peer);
    ws_service_close(&service);
    usleep(50000);
}

TEST(a_dial_can_be_given_up_at_any_moment)
{
    glift_io *io = new_io();
    glift__core *core = stand_in_attach_usual(io);
    ws_service service = ws_service_open(NULL, NULL, NULL);
    stand_in_dial_port(core, 1, service.port); /* while connecting */
    stand_in_close(core, 1, 1000);
    stand_in_expect(core, "closed 1 closed 1000");
    ws_peer first = ws_accept(&service);
    stand_in_dial_port(core, 2, service.port); /* while the handshake is out */
    ws_peer second = ws_accept(&service);
    free(ws_read_request(&second));
    stand_in_close(core, 2, 1000);
    stand_in_expect(core, "closed 2 closed 1000");
    ws_expect_end(&second);
    stand_in_expect_silence(core, 50);
    ws_close(&first);
    ws_close(&second);
    stand_in_detach(core);
    glift_io_destroy(io);
    ws_service_close(&service);
}

TEST(http_proxy_in_the_environment_is_ignored)
{
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    glift_io *io = new_io();
    glift__core *core = stand_in_attach_usual(io);
    ws_service service = ws_service_open(NULL, NULL, NULL);
    stand_in_dial_port(core, 1, service.port);
    ws_peer peer = ws_accept_upgraded(&service);
    stand_in_expect(core, "opened 1");
    unsetenv("http_proxy");
    ws_close(&peer);
    stand_in_detach(core);
    glift_io_destroy(io);
    ws_service_close(&service);
}
