/* SPDX-License-Identifier: Apache-2.0 */
/* A game server in a process of its own, on the shared library as it is shipped, to which something is done:
 *
 *     victim URL CA-FILE exit|return|destroy MICROSECONDS
 *         lives that long, then ends: by exit(), from main(), or with a destroy that may take 1 ms
 *     victim URL CA-FILE memory MEBIBYTES
 *         may have that much address space
 *     victim URL CA-FILE descriptors COUNT
 *         has so many left when it makes its server
 *     victim URL CA-FILE closed MICROSECONDS
 *         closes all descriptors behind the SDK's back after that time
 *     victim URL CA-FILE fork COUNT
 *         starts so many processes, which end at once
 *
 * Exit code 0: what was to happen happened, or, of a life in need, all went well. 10: an error was told.
 * 11: nothing was told, and nothing went on. 12: processor time was wasted. GLIFT_TEST_THREADLESS: the SDK
 * has no thread. */
#include <gamelift/gamelift.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WENT_WELL = 0, WAS_TOLD = 10, IS_SILENT = 11, WASTES_TIME = 12 };

#define PATIENCE_US 8000000

static struct {
    glift_server *server;
    glift_io *io;
    bool is_connected, is_told, is_answered;
    glift_status answer;
    char reason[256];
} game;

static void on_connection(glift_server *server, const glift_connection_event *event, void *user)
{
    (void)server, (void)user;
    game.is_connected = event->state == GLIFT_CONNECTED;
    game.is_told |= event->state == GLIFT_RECONNECTING || event->state == GLIFT_LOST;
    if (event->reason[0] != '\0')
        snprintf(game.reason, sizeof game.reason, "%s", event->reason);
}

static void on_answer(glift_server *server, const glift_result *result, void *user)
{
    (void)server, (void)user;
    game.is_answered = true;
    game.answer = result->status;
}

static void on_log(glift_server *server, glift_log_level level, const char *message, void *user)
{
    (void)server, (void)user;
    if (level >= GLIFT_LOG_WARNING && getenv("GLIFT_TEST_VERBOSE") != NULL)
        fprintf(stderr, "# %s\n", message);
}

static int64_t clock_us(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void tick(int64_t until_us)
{
    int64_t left_us = until_us - clock_us(CLOCK_MONOTONIC);
    if (left_us > 0)
        glift_server_wait(game.server, left_us < 1000    ? 0
                                       : left_us > 20000 ? 20
                                                         : (uint32_t)(left_us / 1000));
    glift_server_tick(game.server);
}

static void live_until(int64_t until_us)
{
    do
        tick(until_us);
    while (clock_us(CLOCK_MONOTONIC) < until_us);
}

static void live_for(long us)
{
    live_until(clock_us(CLOCK_MONOTONIC) + us);
}

/* NULL where the server makes one of its own. */
static glift_status make_io(void)
{
    const glift_io_desc desc = {.size_bytes = sizeof desc, .threadless = true};
    return getenv("GLIFT_TEST_THREADLESS") != NULL ? glift_io_create(&desc, &game.io) : GLIFT_OK;
}

static glift_status start(const char *url, const char *ca_file, uint32_t shutdown_timeout_ms)
{
    if (make_io() != GLIFT_OK)
        return GLIFT_ERR_MEMORY;
    static const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    const glift_server_desc desc = {.size_bytes = sizeof desc,
            .websocket_url = url,
            .auth_token = "token",
            .process_id = "victim",
            .host_id = "host",
            .fleet_id = "fleet-1",
            .ignore_environment = true,
            .tls_ca_file = ca_file,
            .shutdown_timeout_ms = shutdown_timeout_ms,
            .io = game.io,
            .reconnect_base_ms = 1,
            .reconnect_cap_ms = 50,
            .on_connection = on_connection,
            .on_log = on_log};
    glift_status status = glift_server_create(&desc, &game.server);
    if (status == GLIFT_OK)
        status = glift_process_ready(game.server, &parameters, on_answer, NULL);
    return status;
}

static void end(void)
{
    glift_server_destroy(game.server);
    glift_io_destroy(game.io);
}

/* A whole life: ready, or an error, and an end. */
static int live(const char *url, const char *ca_file)
{
    if (start(url, ca_file, 0) != GLIFT_OK) {
        end();
        return WAS_TOLD;
    }
    for (int64_t until_us = clock_us(CLOCK_MONOTONIC) + PATIENCE_US;
            !game.is_answered && !game.is_told && clock_us(CLOCK_MONOTONIC) < until_us;)
        tick(until_us);
    bool is_well = game.is_answered && game.answer == GLIFT_OK, is_told = game.is_told || game.is_answered;
    if (is_told && getenv("GLIFT_TEST_VERBOSE") != NULL)
        fprintf(stderr, "# told: %s, answer %d\n", game.reason, game.answer);
    end();
    return is_well ? WENT_WELL : is_told ? WAS_TOLD : IS_SILENT;
}

static void limit_memory(long mebibytes)
{
    const rlim_t bytes = (rlim_t)mebibytes << 20;
    setrlimit(RLIMIT_AS, &(struct rlimit){bytes, bytes});
}

static void leave_descriptors(long count)
{
    int next = open("/dev/null", O_RDONLY);
    close(next);
    const rlim_t limit = (rlim_t)(next + count);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){limit, limit});
}

/* The SDK finds that its descriptors are gone: it says so, or has new ones in time. It does not turn round
 * and round. */
static int lose_descriptors(long us)
{
    live_for(us);
    game.is_told = game.is_answered = false;
    close_range(3, ~0U, 0);
    int64_t used_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);
    live_for(400000);
    used_us = clock_us(CLOCK_PROCESS_CPUTIME_ID) - used_us;
    for (int64_t until_us = clock_us(CLOCK_MONOTONIC) + PATIENCE_US;
            !game.is_told && !game.is_answered && clock_us(CLOCK_MONOTONIC) < until_us;) {
        if (glift_is_process_ready(game.server)) /* something to do for the I/O */
            glift_get_compute_certificate(game.server, on_answer, NULL);
        tick(until_us);
    }
    bool is_well = game.is_told || (game.is_answered && game.answer == GLIFT_OK);
    end();
    return !is_well ? IS_SILENT : used_us > 300000 ? WASTES_TIME : WENT_WELL;
}

static int start_processes(long count)
{
    live_for(20000);
    for (long i = 0; i < count; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        waitpid(child, NULL, 0);
        live_for(500);
    }
    game.is_answered = false;
    glift_get_compute_certificate(game.server, on_answer, NULL);
    for (int64_t until_us = clock_us(CLOCK_MONOTONIC) + PATIENCE_US;
            !game.is_answered && clock_us(CLOCK_MONOTONIC) < until_us;)
        tick(until_us);
    bool is_well = game.is_answered && game.answer == GLIFT_OK && !game.is_told;
    end();
    return is_well ? WENT_WELL : IS_SILENT;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    const char *url = argv[1], *ca_file = argv[2], *what = argv[3];
    long number = atol(argv[4]);
    if (strcmp(what, "memory") == 0)
        limit_memory(number);
    if (strcmp(what, "descriptors") == 0)
        leave_descriptors(number);
    if (strcmp(what, "memory") == 0 || strcmp(what, "descriptors") == 0)
        return live(url, ca_file);
    if (start(url, ca_file, strcmp(what, "destroy") == 0) != GLIFT_OK)
        return 2;
    if (strcmp(what, "closed") == 0)
        return lose_descriptors(number);
    if (strcmp(what, "fork") == 0)
        return start_processes(number);
    live_for(number);
    if (strcmp(what, "destroy") == 0)
        end();
    if (strcmp(what, "return") == 0)
        return 0;
    exit(0);
}
