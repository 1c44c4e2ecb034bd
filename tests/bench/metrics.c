/* SPDX-License-Identifier: Apache-2.0 */
/* What a sample costs the game: each kind in a loop, and beside it the floor, one atomic addition. Not a
 * test.
 *
 *     build/release/tests/bench/bench_metrics [SAMPLES of one round]
 *     valgrind --tool=callgrind --toggle-collect='measure_*' build/release/tests/bench/bench_metrics 10000 */
#include <gamelift/gamelift.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "arguments.h"

enum { ROUNDS = 100 };

typedef void (*sampler)(long samples);

static glift_metric *gauge, *counter, *timer, *timer_alone, *sampled;
static atomic_long floor_sum;

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

__attribute__((noinline)) static void measure_floor(long samples)
{
    for (long i = 0; i < samples; i++)
        atomic_fetch_add(&floor_sum, i);
}

__attribute__((noinline)) static void measure_gauge(long samples)
{
    for (long i = 0; i < samples; i++)
        glift_metrics_set(gauge, (double)i);
}

__attribute__((noinline)) static void measure_counter(long samples)
{
    for (long i = 0; i < samples; i++)
        glift_metrics_count(counter, 1);
}

__attribute__((noinline)) static void measure_sampled_counter(long samples)
{
    for (long i = 0; i < samples; i++)
        glift_metrics_count(sampled, 1);
}

__attribute__((noinline)) static void measure_timer_without_percentiles(long samples)
{
    for (long i = 0; i < samples; i++)
        glift_metrics_time(timer_alone, (double)(i % 100));
}

__attribute__((noinline)) static void measure_timer(long samples)
{
    for (long i = 0; i < samples; i++)
        glift_metrics_time(timer, (double)(i % 100));
}

static glift_metric *make(glift_server *server, glift_metric_desc desc)
{
    glift_metric *metric = NULL;
    desc.size_bytes = sizeof desc;
    if (glift_metrics_create(server, &desc, &metric) != GLIFT_OK)
        exit(1);
    return metric;
}

/* The best of some rounds: what else the machine does only adds. */
static void print(const char *name, sampler measure, long samples)
{
    double best_ns = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double before_ns = now_ns();
        measure(samples);
        double each_ns = (now_ns() - before_ns) / (double)samples;
        best_ns = each_ns < best_ns ? each_ns : best_ns;
    }
    printf("figure metrics_%s %.1f ns\n", name, best_ns);
}

static const char help[] = "Usage: bench_metrics [SAMPLES]\n"
                           "\n"
                           "Prints what a sample of each kind of metric costs; the best of some rounds of so "
                           "many samples (20000).\n";

int main(int count, char **arguments)
{
    int code = arguments_read(count, arguments, 1, help);
    if (code >= 0)
        return code;
    long samples = arguments_number(count, arguments, 1, "SAMPLES", 1, 1000000000, 20000);
    glift_server *server;
    const glift_server_desc desc = {.size_bytes = sizeof desc,
            .websocket_url = "ws://127.0.0.1:9",
            .auth_token = "t",
            .process_id = "bench",
            .host_id = "h",
            .fleet_id = "f",
            .ignore_environment = true,
            .log_level = GLIFT_LOG_ERROR};
    if (glift_server_create(&desc, &server) != GLIFT_OK)
        return 1;
    gauge = make(server, (glift_metric_desc){.kind = GLIFT_METRIC_GAUGE, .name = "gauge"});
    counter = make(server, (glift_metric_desc){.kind = GLIFT_METRIC_COUNTER, .name = "counter"});
    sampled = make(
            server, (glift_metric_desc){.kind = GLIFT_METRIC_COUNTER, .name = "sampled", .sample_rate = 0.1});
    timer = make(server, (glift_metric_desc){.kind = GLIFT_METRIC_TIMER, .name = "timer"});
    timer_alone = make(server,
            (glift_metric_desc){.kind = GLIFT_METRIC_TIMER, .name = "alone", .derived = GLIFT_DERIVED_NONE});
    print("gauge", measure_gauge, samples);
    print("counter", measure_counter, samples);
    print("sampled_counter", measure_sampled_counter, samples);
    print("timer_without_percentiles", measure_timer_without_percentiles, samples);
    print("timer", measure_timer, samples);
    print("floor", measure_floor, samples);
    glift_server_destroy(server);
    return 0;
}
