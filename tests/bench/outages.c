/* SPDX-License-Identifier: Apache-2.0 */
/* bench's scenario "outages": how long after the service's return a server is connected again.
 *
 * A thousand outages of up to 60 s on the clock of the unit tests, each with a seed of its own: a day of real
 * time in seconds. A program apart, because it needs the library's insides. */
#include "arguments.h"
#include "yes_service.h"

#include <stdio.h>
#include <stdlib.h>

enum { RUNS = 1000, LONGEST_OUTAGE_MS = 60000, CALL_EVERY_MS = 500, STEP_MS = 2, SPARE_MS = 3000 };

static double delays_ms[RUNS];
static uint64_t back_at_ms; /* the end of the outage; 0: it has not begun */
static unsigned calls, failed_with_time_left;
static glift__random dice;

/* `user` is the call's deadline. */
static void on_done(glift_server *server, const glift_result *result, void *user)
{
    (void)server;
    uint64_t deadline_ms = (uint64_t)(uintptr_t)user;
    calls++;
    if (result->status != GLIFT_OK && deadline_ms > back_at_ms + SPARE_MS)
        failed_with_time_left++;
}

static void make_call(glift_server *server)
{
    glift_describe_player_sessions_request request = {.size_bytes = sizeof request, .player_id = "mia"};
    uintptr_t deadline_ms = (uintptr_t)(fake.now_ms + 20000);
    if (glift_describe_player_sessions(server, &request, on_done, (void *)deadline_ms) != GLIFT_OK)
        yes_fail("describe_player_sessions");
}

static double outage(int run)
{
    back_at_ms = UINT64_MAX - SPARE_MS;
    glift_server *server = yes_ready_server((unsigned)run, on_done);
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
    yes_answer_all(fake_last_dial());
    glift_server_tick(server);
    glift_server_destroy(server);
    return delay_ms;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static const char help[] =
        "Usage: bench_outages\n"
        "\n"
        "Prints how long after the service's return a server is connected again, over a thousand outages of "
        "up\n"
        "to 60 s on a simulated clock. bench runs it for its scenario \"outages\".\n";

int main(int count, char **arguments)
{
    int code = arguments_read(count, arguments, 0, help);
    if (code >= 0)
        return code;
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
