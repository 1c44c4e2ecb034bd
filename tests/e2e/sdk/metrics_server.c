/* SPDX-License-Identifier: Apache-2.0 */
/* A game server that measures: for metrics_test.py. Hosts one game session, accepts the players named on its
 * standard input, one line each, and ends when that ends. With the argument "threadless" it has no I/O
 * thread. */
#include <gamelift/gamelift.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAME_MS = 10, PORT = 7777 };

static glift_metric *load, *balance, *shots, *frame;
static bool is_over;

static void fail(const char *what)
{
    fprintf(stderr, "metrics_server: %s\n", what);
    exit(1);
}

static glift_metric *make(glift_server *server, glift_metric_kind kind, const char *name, const char *map)
{
    const glift_metric_tag tag = {"map", map};
    const glift_metric_desc desc = {
            .size_bytes = sizeof desc, .kind = kind, .name = name, .tags = &tag, .tag_count = 1};
    glift_metric *metric = NULL;
    if (glift_metrics_create(server, &desc, &metric) != GLIFT_OK)
        fail(name);
    return metric;
}

static void on_start_game_session(glift_server *server, const glift_game_session *session, void *user)
{
    (void)session, (void)user;
    glift_activate_game_session(server, NULL, NULL);
}

static void on_accepted(glift_server *server, const glift_result *result, void *user)
{
    (void)server, (void)user;
    printf("%s\n", glift_status_name(result->status));
}

static void on_ended(glift_server *server, const glift_result *result, void *user)
{
    (void)server, (void)result, (void)user;
    is_over = true;
}

/* One player session id, or the end. */
static void read_input(glift_server *server)
{
    char line[300];
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&input, 1, 0) <= 0)
        return;
    if (fgets(line, sizeof line, stdin) == NULL) {
        glift_process_ending(server, on_ended, NULL);
        return;
    }
    line[strcspn(line, "\n")] = '\0';
    glift_accept_player_session(server, line, on_accepted, NULL);
}

static void sample(glift_server *server)
{
    glift_metrics_set(load, 0.5);
    glift_metrics_set(balance, -10);
    glift_metrics_count(shots, 3);
    glift_metrics_time(frame, 16.666666667);
    glift_metrics_tick(server, 16.5, 4, 3);
}

static void run(glift_server *server)
{
    while (!is_over) {
        if (glift_server_wait(server, FRAME_MS) == GLIFT_OK)
            glift_server_tick(server);
        sample(server);
        read_input(server);
        glift_server_tick(server);
    }
}

int main(int argc, char **argv)
{
    glift_server *server;
    glift_io *io;
    const glift_io_desc io_desc = {
            .size_bytes = sizeof io_desc, .threadless = argc > 1 && strcmp(argv[1], "threadless") == 0};
    glift_server_desc desc = {.size_bytes = sizeof desc, .on_start_game_session = on_start_game_session};
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = PORT};
    setvbuf(stdout, NULL, _IOLBF, 0);
    setvbuf(stdin, NULL, _IONBF, 0); /* poll() has to see what is left */
    if (glift_io_create(&io_desc, &io) != GLIFT_OK)
        return 1;
    desc.io = io;
    if (glift_server_create(&desc, &server) != GLIFT_OK)
        return 1;
    load = make(server, GLIFT_METRIC_GAUGE, "game_load", "dust");
    balance = make(server, GLIFT_METRIC_GAUGE, "game_balance", "dust");
    shots = make(server, GLIFT_METRIC_COUNTER, "game_shots", "dust");
    frame = make(server, GLIFT_METRIC_TIMER, "game_frame", "dust");
    bool is_measured = glift_metrics_start(server, NULL) == GLIFT_OK;
    if (is_measured && glift_process_ready(server, &parameters, NULL, NULL) == GLIFT_OK)
        run(server);
    glift_server_destroy(server);
    glift_io_destroy(io);
    return is_measured ? 0 : 1;
}
