/* SPDX-License-Identifier: Apache-2.0 */
/* bench [SCENARIO...]: figures of the SDK, each beside the floor measured in the same run.
 *
 * Every scenario runs in a process of its own, bound to one or two cores. Nothing is judged here: figures
 * are printed, and a person reads them. */
#include "bench.h"

#include "certificates.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char directory[64];

void figure(const char *name, double value, const char *unit)
{
    printf("figure %s %.*f %s\n", name, value < 100 ? 3 : 1, value, unit);
    fflush(stdout);
}

int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double quantile(double *sample, size_t count, double q)
{
    qsort(sample, count, sizeof *sample, compare);
    return sample[(size_t)((double)(count - 1) * q)];
}

_Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

/* ---- places ---- */

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

static place describe_place(bool tls, uint16_t port)
{
    place self = {.tls = tls, .port = port};
    snprintf(self.url, sizeof self.url, "ws%s://127.0.0.1:%u", tls ? "s" : "", port);
    snprintf(self.ca_file, sizeof self.ca_file, "%s/ca.pem", directory);
    snprintf(self.roots_and_ca, sizeof self.roots_and_ca, "%s/roots.pem", directory);
    return self;
}

static echo_service *start_service(bool tls)
{
    char pem[128], key[128];
    snprintf(pem, sizeof pem, "%s/service.pem", directory);
    snprintf(key, sizeof key, "%s/service.key", directory);
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

void make_ready(glift_server *server)
{
    glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    if (glift_process_ready(server, &parameters, on_done, NULL) != GLIFT_OK)
        fail("ready");
    wait_done(server);
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

/* ---- the program ---- */

static const scenario *const groups[] = {speed_scenarios, memory_scenarios, recovery_scenarios};

static void make_certificates(void)
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

static void bind_to_cores(int count)
{
    cpu_set_t all, some;
    CPU_ZERO(&some);
    if (sched_getaffinity(0, sizeof all, &all) != 0)
        return;
    for (int core = 0; core < CPU_SETSIZE && count > 0; core++)
        if (CPU_ISSET(core, &all)) {
            CPU_SET(core, &some);
            count--;
        }
    sched_setaffinity(0, sizeof some, &some);
}

static const scenario *find(const char *name)
{
    for (size_t group = 0; group < sizeof groups / sizeof groups[0]; group++)
        for (const scenario *at = groups[group]; at->name != NULL; at++)
            if (strcmp(at->name, name) == 0)
                return at;
    fprintf(stderr, "bench: there is no scenario %s; see --help\n", name);
    exit(2);
}

/* In a fresh process: what ran before has left no memory, thread or cache behind. */
static int run_apart(const char *name)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        setenv("BENCH_CERTIFICATES", directory, 1);
        execl("/proc/self/exe", "bench", "--here", name, (char *)NULL);
        _exit(127);
    }
    waitpid(child, &status, 0);
    if (status != 0)
        fprintf(stderr, "bench: %s did not come to its end\n", name);
    return status != 0;
}

static int run_here(const char *name)
{
    const scenario *at = find(name);
    snprintf(directory, sizeof directory, "%s", getenv("BENCH_CERTIFICATES"));
    bind_to_cores(at->cores);
    at->run();
    return 0;
}

static void print_help(void)
{
    printf("Usage: bench [SCENARIO...]\nPrints figures of the SDK beside their floors. Scenarios:\n");
    for (size_t group = 0; group < sizeof groups / sizeof groups[0]; group++)
        for (const scenario *at = groups[group]; at->name != NULL; at++)
            printf("  %s\n", at->name);
}

static int run_all(int count, char **names)
{
    char command[96];
    int failed = 0;
    strcpy(directory, "/tmp/gamelift-bench-XXXXXX");
    if (mkdtemp(directory) == NULL)
        fail("no temporary directory");
    make_certificates();
    for (int i = 0; i < count; i++)
        failed += run_apart(names[i]);
    for (size_t group = 0; count == 0 && group < sizeof groups / sizeof groups[0]; group++)
        for (const scenario *at = groups[group]; at->name != NULL; at++)
            failed += run_apart(at->name);
    snprintf(command, sizeof command, "rm -r %s", directory);
    return system(command) != 0 || failed > 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--here") == 0)
        return run_here(argv[2]);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        print_help();
        return 0;
    }
    for (int i = 1; i < argc; i++)
        find(argv[i]);
    return run_all(argc - 1, argv + 1);
}
