/* SPDX-License-Identifier: Apache-2.0 */
/* Memory, threads, idle CPU and the size of the library. The service is in another process. */
#include "bench.h"

#include <dirent.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
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

static void print_memory(const char *name)
{
    char line[64];
    snprintf(line, sizeof line, "%s_resident", name);
    figure(line, smaps_kib("Rss") / 1024, "MiB");
    snprintf(line, sizeof line, "%s_private", name);
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
    print_memory(name);
    figure("threads_beside_the_games", thread_count() - 1, "threads");
}

static void memory_tls(void)
{
    place at = open_place_apart(true);
    server_with_roots("memory_tls", at.roots_and_ca, &at);
}

static void memory_tls_floor(void)
{
    place at = open_place_apart(true);
    tls_floor_connect(&at, at.roots_and_ca);
    print_memory("memory_tls_floor");
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
    tls_floor_connect(&at, at.ca_file);
    print_memory("memory_tls_private_ca_floor");
}

static void further_servers(bool tls, const char *name)
{
    enum { MORE = 100 };
    glift_io *io;
    place at = open_place_apart(tls);
    glift_io_create(&io);
    for (int i = 0; i < 10; i++)
        ready_server(&at, io, i);
    double before = private_kib();
    for (int i = 10; i < 10 + MORE; i++)
        ready_server(&at, io, i);
    figure(name, (private_kib() - before) / MORE, "KiB");
}

static void further_plain(void)
{
    further_servers(false, "further_server_plain");
}

static void further_tls(void)
{
    further_servers(true, "further_server_tls");
}

static void growth(void)
{
    place at = open_place_apart(true);
    glift_server *server = ready_server(&at, NULL, 1);
    for (int i = 0; i < 2000; i++)
        round_trip(server);
    double before = private_kib();
    for (int i = 0; i < 100000; i++)
        round_trip(server);
    figure("growth_over_100000_calls", private_kib() - before, "KiB");
}

static double cpu_s(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

/* With a heartbeat and pings in it. */
static void idle_cpu(void)
{
    enum { SECONDS = 75 };
    place at = open_place_apart(true);
    glift_server *server = ready_server(&at, NULL, 1);
    double before = cpu_s();
    for (int64_t until = now_ns() + SECONDS * (int64_t)1000000000; now_ns() < until;) {
        glift_server_wait(server, (uint32_t)((until - now_ns()) / 1000000 + 1));
        glift_server_tick(server);
    }
    figure("idle_cpu", (cpu_s() - before) / SECONDS * 100, "percent");
}

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
        {"memory_tls", 2, memory_tls},
        {"memory_tls_floor", 2, memory_tls_floor},
        {"memory_tls_private_ca", 2, memory_tls_private_ca},
        {"memory_tls_private_ca_floor", 2, memory_tls_private_ca_floor},
        {"further_plain", 2, further_plain},
        {"further_tls", 2, further_tls},
        {"growth", 2, growth},
        {"idle_cpu", 2, idle_cpu},
        {"library_size", 2, library_size},
        {NULL, 0, NULL},
};
