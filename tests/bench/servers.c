/* SPDX-License-Identifier: Apache-2.0 */
/* A service to measure against, and servers of the SDK at it. */
#include "bench.h"

#include "certificates.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

static char certificates[64]; /* the folder */

/* ---- certificates ---- */

static void append_file(FILE *to, const char *path)
{
    char bytes[4096];
    size_t size;
    FILE *from = fopen(path, "r");
    while (from != NULL && (size = fread(bytes, 1, sizeof bytes, from)) > 0)
        fwrite(bytes, 1, size, to);
    if (from != NULL)
        fclose(from);
}

void make_certificates(const char *directory)
{
    char path[128];
    certificates_authority(directory, "ca");
    certificates_leaf(directory, "service", "IP:127.0.0.1", 30);
    snprintf(path, sizeof path, "%s/roots.pem", directory);
    FILE *roots = fopen(path, "w");
    if (roots == NULL)
        fail("no room for certificates");
    append_file(roots, "/etc/ssl/certs/ca-certificates.crt");
    snprintf(path, sizeof path, "%s/ca.pem", directory);
    append_file(roots, path);
    fclose(roots);
}

void use_certificates(const char *directory)
{
    snprintf(certificates, sizeof certificates, "%s", directory);
}

/* ---- places ---- */

static place describe_place(bool tls, uint16_t port)
{
    place self = {.tls = tls, .port = port};
    snprintf(self.url, sizeof self.url, "ws%s://127.0.0.1:%u", tls ? "s" : "", port);
    snprintf(self.ca_file, sizeof self.ca_file, "%s/ca.pem", certificates);
    snprintf(self.roots_and_ca, sizeof self.roots_and_ca, "%s/roots.pem", certificates);
    return self;
}

static echo_service *start_service(bool tls)
{
    char pem[128], key[128];
    snprintf(pem, sizeof pem, "%s/service.pem", certificates);
    snprintf(key, sizeof key, "%s/service.key", certificates);
    return echo_service_start(tls ? pem : NULL, key);
}

place open_place(bool tls)
{
    echo_service *service = start_service(tls);
    place self = describe_place(tls, echo_service_port(service));
    self.service = service;
    return self;
}

place open_place_apart(bool tls)
{
    int ends[2];
    uint16_t port;
    if (pipe(ends) != 0)
        fail("pipe");
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        port = echo_service_port(start_service(tls));
        if (write(ends[1], &port, sizeof port) != sizeof port)
            _exit(1);
        for (;;)
            pause();
    }
    if (read(ends[0], &port, sizeof port) != sizeof port)
        fail("no service");
    return describe_place(tls, port);
}

void close_place(place *self)
{
    if (self->service != NULL)
        echo_service_stop(self->service);
}

/* ---- servers ---- */

void wait_and_tick(glift_server *server)
{
    glift_server_wait(server, 10000);
    glift_server_tick(server);
}

static bool is_connected;

static void on_connection(glift_server *server, const glift_connection_event *event, void *user)
{
    (void)server, (void)user;
    is_connected = event->state == GLIFT_CONNECTED;
}

/* Only what is wrong: scenarios cut connections by the hundred. */
static void on_log(glift_server *server, glift_log_level level, const char *message, void *user)
{
    (void)server, (void)user;
    if (level >= GLIFT_LOG_ERROR)
        fprintf(stderr, "bench: %s\n", message);
}

void wait_connected(glift_server *server)
{
    is_connected = false;
    while (!is_connected)
        wait_and_tick(server);
}

glift_io *make_io(bool threadless)
{
    glift_io *io;
    glift_io_desc desc = {.size_bytes = sizeof desc, .threadless = threadless};
    if (glift_io_create(&desc, &io) != GLIFT_OK)
        fail("no glift_io");
    return io;
}

glift_server *start_server(const place *at, glift_io *io, int number, const char *ca_file)
{
    char process_id[32];
    glift_server *server;
    snprintf(process_id, sizeof process_id, "bench-%d", number);
    glift_server_desc desc = {
            .size_bytes = sizeof desc,
            .websocket_url = at->url,
            .auth_token = "token",
            .process_id = process_id,
            .host_id = "host",
            .fleet_id = "fleet-1",
            .ignore_environment = true,
            .tls_ca_file = ca_file,
            .io = io,
            .on_connection = on_connection,
            .on_log = on_log,
    };
    if (glift_server_create(&desc, &server) != GLIFT_OK)
        fail("no server");
    return server;
}

static bool is_done;

static void on_done(glift_server *server, const glift_result *result, void *user)
{
    (void)server, (void)user;
    if (result->status != GLIFT_OK)
        fail(result->message);
    is_done = true;
}

static void wait_done(glift_server *server)
{
    while (!is_done)
        wait_and_tick(server);
    is_done = false;
}

const char *next_seat(void)
{
    static char ids[4096][16];
    static unsigned count;
    char *id = ids[count % 4096];
    if (count < 4096)
        snprintf(id, sizeof ids[0], "psess-%04u", count);
    count++;
    return id;
}

void round_trip(glift_server *server)
{
    if (glift_accept_player_session(server, "psess-1", on_done, NULL) != GLIFT_OK)
        fail("accept");
    wait_done(server);
}

void process_ready(glift_server *server)
{
    glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    if (glift_process_ready(server, &parameters, on_done, NULL) != GLIFT_OK)
        fail("ready");
    wait_done(server);
}

void make_ready(glift_server *server)
{
    process_ready(server);
    while (glift_get_game_session(server) == NULL)
        wait_and_tick(server);
    if (glift_activate_game_session(server, on_done, NULL) != GLIFT_OK)
        fail("activate");
    wait_done(server);
}

glift_server *ready_server(const place *at, glift_io *io, int number)
{
    glift_server *server = start_server(at, io, number, at->tls ? at->ca_file : NULL);
    make_ready(server);
    return server;
}
