/* SPDX-License-Identifier: Apache-2.0 */
/* bench's scenario "outages": how long after the service's return a server is connected again.
 *
 * A thousand outages of up to 60 s on the clock of the unit tests, each with a seed of its own: a day of real
 * time in seconds. A program apart, because it needs the library's insides. */
#include "fake_io.h"
#include "game/server_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 1000, LONGEST_OUTAGE_MS = 60000, CALL_EVERY_MS = 500, STEP_MS = 2, SPARE_MS = 3000 };

static double delays_ms[RUNS];
static uint64_t back_at_ms; /* the end of the outage; 0: it has not begun */
static unsigned calls, failed_with_time_left;
static glift__random dice;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench_outages: %s\n", what);
    exit(1);
}

/* The service says yes to everything. */
static void answer(fake_socket *socket, const char *text)
{
    char reply[512];
    glift__parsed *parsed;
    if (glift__parsed_open(text, strlen(text), &parsed) != GLIFT_OK)
        fail("a message that is no JSON");
    glift__envelope envelope = glift__parsed_envelope(parsed);
    snprintf(reply, sizeof reply, "{\"Action\":\"%s\",\"RequestId\":\"%s\",\"StatusCode\":200}",
            envelope.action_name, envelope.request_id);
    glift__parsed_close(parsed);
    fake_say(socket, reply);
}

static void answer_all(fake_socket *socket)
{
    for (const char *text; (text = fake_hear(socket)) != NULL;)
        answer(socket, text);
}

/* `user` is the call's deadline. */
static void on_done(glift_server *server, const glift_result *result, void *user)
{
    (void)server;
    uint64_t deadline_ms = (uint64_t)(uintptr_t)user;
    calls++;
    if (result->status != GLIFT_OK && deadline_ms > back_at_ms + SPARE_MS)
        failed_with_time_left++;
}

static void on_log(glift_server *server, glift_log_level level, const char *message, void *user)
{
    (void)server, (void)level, (void)message, (void)user;
}

static glift_server *ready_server(int run)
{
    char process_id[32];
    glift_server *server;
    snprintf(process_id, sizeof process_id, "outage-%d", run);
    fake_begin();
    glift_server_desc desc = {.size_bytes = sizeof desc,
            .websocket_url = "wss://gamelift.test",
            .auth_token = "token",
            .process_id = process_id,
            .host_id = "host",
            .fleet_id = "fleet-1",
            .ignore_environment = true,
            .on_log = on_log};
    if (glift_server_create(&desc, &server) != GLIFT_OK)
        fail("no server");
    server->random = (glift__random){{(uint32_t)run + 1, ~(uint32_t)run, 5, 7}};
    fake_open(fake_dial(0));
    glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    back_at_ms = UINT64_MAX - SPARE_MS;
    if (glift_process_ready(server, &parameters, on_done, NULL) != GLIFT_OK)
        fail("process_ready");
    answer_all(fake_dial(0));
    glift_server_tick(server);
    answer_all(fake_dial(0));
    return server;
}

static void make_call(glift_server *server)
{
    glift_describe_player_sessions_request request = {.size_bytes = sizeof request, .player_id = "mia"};
    uintptr_t deadline_ms = (uintptr_t)(fake.now_ms + 20000);
    if (glift_describe_player_sessions(server, &request, on_done, (void *)deadline_ms) != GLIFT_OK)
        fail("describe_player_sessions");
}

static double outage(int run)
{
    glift_server *server = ready_server(run);
    uint64_t length_ms = ((uint64_t)glift__random_next(&dice) * LONGEST_OUTAGE_MS) >> 32;
    back_at_ms = fake.now_ms + length_ms;
    fake_end(fake_dial(0), GLIFT__END_LOST, 0, "reset");
    for (uint64_t next_call_ms = fake.now_ms; fake.now_ms < back_at_ms; fake_pass(STEP_MS)) {
        if (fake_last_dial()->state == FAKE_DIALLING)
            fake_end(fake_last_dial(), GLIFT__END_NO_CONNECTION, 0, "refused");
        if (fake.now_ms >= next_call_ms) {
            make_call(server);
            next_call_ms += CALL_EVERY_MS;
        }
        glift_server_tick(server);
    }
    while (fake_last_dial()->state != FAKE_DIALLING)
        fake_pass(1);
    double delay_ms = (double)(fake.now_ms - back_at_ms);
    fake_open(fake_last_dial());
    answer_all(fake_last_dial());
    glift_server_tick(server);
    glift_server_destroy(server);
    return delay_ms;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void)
{
    dice = (glift__random){{1, 2, 3, 4}};
    for (int run = 0; run < RUNS; run++)
        delays_ms[run] = outage(run);
    qsort(delays_ms, RUNS, sizeof *delays_ms, compare);
    printf("figure outage_back_median %.1f ms\n", delays_ms[RUNS / 2]);
    printf("figure outage_back_p99 %.1f ms\n", delays_ms[RUNS * 99 / 100]);
    printf("figure outage_back_max %.1f ms\n", delays_ms[RUNS - 1]);
    printf("figure outage_calls %u calls\n", calls - RUNS);
    printf("figure outage_calls_failed_with_time_left %u calls\n", failed_with_time_left);
    return 0;
}
