/* SPDX-License-Identifier: Apache-2.0 */
/* Memory, threads, idle CPU and the size of the library. The service is in another process. */
#include "bench.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double smaps_kib(const char *name)
{
    char line[256];
    double sum = 0, kib;
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0 && sscanf(strchr(line, ':') + 1, "%lf", &kib) == 1)
            sum += kib;
    if (file != NULL)
        fclose(file);
    return sum;
}

static double private_kib(void)
{
    return smaps_kib("Private_");
}

static void print_memory(const char *name, const char *suffix)
{
    char line[64];
    snprintf(line, sizeof line, "%s_resident%s", name, suffix);
    figure(line, smaps_kib("Rss") / 1024, "MiB");
    snprintf(line, sizeof line, "%s_private%s", name, suffix);
    figure(line, private_kib() / 1024, "MiB");
}

static int thread_count(void)
{
    int count = -2; /* . and .. */
    DIR *tasks = opendir("/proc/self/task");
    while (readdir(tasks) != NULL)
        count++;
    closedir(tasks);
    return count;
}

static void server_with_roots(const char *name, const char *ca_file, const place *at)
{
    glift_server *server = start_server(at, NULL, 1, ca_file);
    make_ready(server);
    print_memory(name, "");
}

static void memory_tls(void)
{
    place at = open_place_apart(true);
    server_with_roots("memory_tls", at.roots_and_ca, &at);
    figure("threads_beside_the_games", thread_count() - 1, "threads");
}

static void memory_bare_floor(void)
{
    place at = open_place_apart(true);
    bare_floor_connect(&at, at.roots_and_ca);
    print_memory("memory_tls", "_floor");
}

/* As on a system whose roots are single files. */
static void memory_tls_private_ca(void)
{
    place at = open_place_apart(true);
    server_with_roots("memory_tls_private_ca", at.ca_file, &at);
}

static void memory_tls_private_ca_floor(void)
{
    place at = open_place_apart(true);
    bare_floor_connect(&at, at.ca_file);
    print_memory("memory_tls_private_ca", "_floor");
}

/* ---- one more of them ---- */

enum { FIRST = 10, MORE = 100 };

static void further_servers(bool tls, const char *name)
{
    place at = open_place_apart(tls);
    glift_io *io = make_io(false);
    for (int i = 0; i < FIRST; i++)
        ready_server(&at, io, i);
    double before = private_kib();
    for (int i = FIRST; i < FIRST + MORE; i++)
        ready_server(&at, io, i);
    figure(name, (private_kib() - before) / MORE, "KiB");
}

static void further_connections(bool tls, const char *name)
{
    place at = open_place_apart(tls);
    lws_floor *floor = lws_floor_start(&at);
    lws_floor_connect(floor, FIRST);
    double before = private_kib();
    lws_floor_connect(floor, FIRST + MORE);
    figure(name, (private_kib() - before) / MORE, "KiB");
}

static void further_plain(void)
{
    further_servers(false, "further_server_plain");
}

static void further_plain_floor(void)
{
    further_connections(false, "further_server_plain_floor");
}

static void further_tls(void)
{
    further_servers(true, "further_server_tls");
}

static void further_bare_floor(void)
{
    further_connections(true, "further_server_bare_floor");
}

/* ---- growth ---- */

enum { WARM_UP = 2000, CALLS = 100000 };

static void growth(void)
{
    place at = open_place_apart(true);
    glift_server *server = ready_server(&at, NULL, 1);
    for (int i = 0; i < WARM_UP; i++)
        round_trip(server);
    double before = private_kib();
    for (int i = 0; i < CALLS; i++)
        round_trip(server);
    figure("growth_over_100000_calls", private_kib() - before, "KiB");
}

static void growth_floor(void)
{
    place at = open_place_apart(true);
    lws_floor *floor = lws_floor_start(&at);
    for (int i = 0; i < WARM_UP; i++)
        lws_floor_round_trip(floor);
    double before = private_kib();
    for (int i = 0; i < CALLS; i++)
        lws_floor_round_trip(floor);
    figure("growth_over_100000_calls_floor", private_kib() - before, "KiB");
}

/* ---- at rest ---- */

typedef struct effort {
    double cpu_s;
    long wake_ups;
} effort;

/* Of this process, all its threads. */
static effort effort_so_far(void)
{
    struct timespec cpu;
    struct rusage used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    getrusage(RUSAGE_SELF, &used);
    return (effort){(double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9, used.ru_nvcsw};
}

/* With a heartbeat and two pings in it. */
enum { REST_S = 75 };

static void print_effort(effort before, const char *suffix)
{
    char line[64];
    effort after = effort_so_far();
    snprintf(line, sizeof line, "idle_cpu%s", suffix);
    figure(line, (after.cpu_s - before.cpu_s) / REST_S * 100, "percent");
    snprintf(line, sizeof line, "idle_wake_ups_a_minute%s", suffix);
    figure(line, (double)(after.wake_ups - before.wake_ups) * 60 / REST_S, "wake-ups");
}

static void idle_cpu(void)
{
    place at = open_place_apart(true);
    glift_server *server = ready_server(&at, NULL, 1);
    effort before = effort_so_far();
    for (int64_t until = now_ns() + REST_S * (int64_t)1000000000; now_ns() < until;) {
        glift_server_wait(server, (uint32_t)((until - now_ns()) / 1000000 + 1));
        glift_server_tick(server);
    }
    print_effort(before, "");
}

/* What has to be said in that time, said without the SDK: three round trips. */
static void idle_cpu_floor(void)
{
    place at = open_place_apart(true);
    lws_floor *floor = lws_floor_start(&at);
    effort before = effort_so_far();
    for (int i = 0; i < 3; i++) {
        sleep(REST_S / 3);
        lws_floor_round_trip(floor);
    }
    print_effort(before, "_floor");
}

/* ---- the library ---- */

static void library_size(void)
{
    char command[512], line[64] = "";
    snprintf(command, sizeof command,
            "strip -o /tmp/gamelift-bench.$$ %s && stat -c %%s /tmp/gamelift-bench.$$; "
            "rm -f /tmp/gamelift-bench.$$",
            LIBRARY);
    FILE *output = popen(command, "r");
    if (output == NULL || fgets(line, sizeof line, output) == NULL)
        fail("strip");
    pclose(output);
    figure("library_stripped", atof(line) / 1024, "KiB");
}

const scenario memory_scenarios[] = {
        {"memory_tls", 2, memory_tls, memory_bare_floor,
                "a process with one server over TLS and the system's roots; floor: a bare OpenSSL client"},
        {"memory_tls_private_ca", 2, memory_tls_private_ca, memory_tls_private_ca_floor,
                "the same with one root"},
        {"further_plain", 2, further_plain, further_plain_floor,
                "private memory of one more server; floor: one more bare connection"},
        {"further_tls", 2, further_tls, further_bare_floor, "the same over TLS"},
        {"growth", 2, growth, growth_floor, "what private memory grows by over 100,000 calls"},
        {"idle_cpu", 2, idle_cpu, idle_cpu_floor,
                "an idle server over 75 s; floor: three round trips in that time"},
        {"library_size", 2, library_size, NULL, "libgamelift.so, stripped"},
        {0},
};
