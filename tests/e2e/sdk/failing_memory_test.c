/* SPDX-License-Identifier: Apache-2.0 */
/* Every allocation of a life on real sockets fails once, in turn, or with all those behind it for a while:
 * the SDK's, cJSON's and OpenSSL's. Nothing falls or leaks, what was queued is answered once, and the life
 * goes on as soon as there is memory.
 *
 * Each life is a process of its own, so the first use of OpenSSL in a process is in it. Over TLS there are
 * too many for a usual run, which takes one in so many; GLIFT_LONG takes all. */
#include "../../unit/test.h"

#include "certificates.h"
#include "friendly_service.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <gamelift/gamelift.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- allocations ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *old);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *old);

static struct {
    atomic_bool on;
    atomic_long made;
    long first, count; /* those that fail */
    atomic_long live;  /* of ours and of cJSON: OpenSSL keeps some until the process ends */
} memory;

static bool fails(void)
{
    if (!atomic_load(&memory.on))
        return false;
    long number = atomic_fetch_add(&memory.made, 1) - memory.first;
    if (number < 0 || number >= memory.count)
        return false;
    errno = ENOMEM;
    return true;
}

static void *counted(void *block)
{
    if (block != NULL)
        atomic_fetch_add(&memory.live, 1);
    return block;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *old, size_t size)
{
    if (fails())
        return NULL;
    void *block = __real_realloc(old, size);
    return old == NULL ? counted(block) : block;
}

void __wrap_free(void *old)
{
    if (old != NULL)
        atomic_fetch_sub(&memory.live, 1);
    __real_free(old);
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return size == 0 || fails() ? NULL : __real_malloc(size);
}

static void *openssl_realloc(void *old, size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return fails() ? NULL : __real_realloc(old, size);
}

static void openssl_free(void *old, const char *file, int line)
{
    (void)file, (void)line;
    __real_free(old);
}

__attribute__((constructor)) static void take_over_memory(void)
{
    if (CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) != 1)
        abort(); /* OpenSSL has allocated already */
    cJSON_InitHooks(&(cJSON_Hooks){__wrap_malloc, __wrap_free});
}

/* ---- a life ---- */

enum {
    ALL_WELL = 0,
    WAS_TOLD,
    LEAKS,
    ANSWERED_TWICE,
    NEVER_ANSWERED,
    WRONGLY_ANSWERED,
    NOT_DESTROYED,
    SPARED
};

static const char *const endings[] = {"all went well", "was told", "leaks", "answered twice",
        "never answered", "answered with another error", "not destroyed", "spared"};

static struct {
    int answers;
    glift_status answer;
    bool is_told; /* that there is no connection */
} game;

static void on_connection(glift_server *server, const glift_connection_event *event, void *user)
{
    (void)server, (void)user;
    game.is_told = event->state != GLIFT_CONNECTED;
}

static void on_answer(glift_server *server, const glift_result *result, void *user)
{
    (void)server, (void)user;
    game.answers++;
    game.answer = result->status;
}

static void on_log(glift_server *server, glift_log_level level, const char *message, void *user)
{
    (void)server, (void)level, (void)user;
    if (getenv("GLIFT_TEST_VERBOSE") != NULL)
        fprintf(stderr, "# %s\n", message);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_answered(glift_server *server)
{
    int before = game.answers;
    for (int64_t until = now_ms() + 15000; game.answers == before && now_ms() < until;) {
        glift_server_wait(server, 20);
        glift_server_tick(server);
    }
    return game.answers == before + 1;
}

static glift_status call_ready(glift_server *server)
{
    static const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    return glift_process_ready(server, &parameters, on_answer, NULL);
}

static glift_status call_certificate(glift_server *server)
{
    return glift_get_compute_certificate(server, on_answer, NULL);
}

/* One call, as often as there is no memory for it or it took too long. */
static int ask(glift_server *server, glift_status (*call)(glift_server *server))
{
    for (int tries = 0; tries < 40; tries++) {
        glift_status status = call(server);
        if (status != GLIFT_OK && status != GLIFT_ERR_MEMORY)
            return WRONGLY_ANSWERED;
        if (status == GLIFT_OK && !is_answered(server))
            return NEVER_ANSWERED;
        if (status == GLIFT_OK && game.answer == GLIFT_OK)
            return ALL_WELL;
        if (status == GLIFT_OK && game.answer == GLIFT_ERR_TIMEOUT && game.is_told)
            return WAS_TOLD;
        if (status == GLIFT_OK && game.answer != GLIFT_ERR_TIMEOUT && game.answer != GLIFT_ERR_MEMORY)
            return WRONGLY_ANSWERED;
    }
    return WRONGLY_ANSWERED;
}

static bool is_threadless(void)
{
    return getenv("GLIFT_TEST_THREADLESS") != NULL;
}

static glift_status start(const char *url, const char *ca_file, glift_io **io, glift_server **server)
{
    const glift_io_desc io_desc = {.size_bytes = sizeof io_desc, .threadless = true};
    if (is_threadless() && *io == NULL && glift_io_create(&io_desc, io) != GLIFT_OK)
        return GLIFT_ERR_MEMORY;
    const glift_server_desc desc = {.size_bytes = sizeof desc,
            .websocket_url = url,
            .auth_token = "token",
            .process_id = "process",
            .host_id = "host",
            .fleet_id = "fleet-1",
            .ignore_environment = true,
            .tls_ca_file = ca_file,
            .io = *io,
            .reconnect_base_ms = 1,
            .reconnect_cap_ms = 1,
            .request_timeout_ms = 1500,
            .connect_timeout_ms = 1500,
            .on_connection = on_connection,
            .on_log = on_log};
    return glift_server_create(&desc, server);
}

static int live_whole(const char *url, const char *ca_file)
{
    glift_server *server = NULL;
    glift_io *io = NULL;
    glift_status status = GLIFT_ERR_MEMORY;
    for (int tries = 0; tries < 100 && status == GLIFT_ERR_MEMORY; tries++)
        status = start(url, ca_file, &io, &server);
    int ending = status == GLIFT_OK ? ask(server, call_ready) : WRONGLY_ANSWERED;
    if (ending == ALL_WELL)
        ending = ask(server, call_certificate);
    int answers = game.answers;
    bool is_destroyed = glift_server_destroy(server) == GLIFT_OK && glift_io_destroy(io) == GLIFT_OK;
    if (ending > WAS_TOLD)
        return ending;
    return !is_destroyed ? NOT_DESTROYED : game.answers != answers ? ANSWERED_TWICE : ending;
}

static int live(const char *url, const char *ca_file)
{
    long live_before = atomic_load(&memory.live);
    atomic_store(&memory.on, true);
    int ending = live_whole(url, ca_file);
    atomic_store(&memory.on, false);
    if (ending > WAS_TOLD)
        return ending;
    if (atomic_load(&memory.live) != live_before)
        return LEAKS;
    return atomic_load(&memory.made) <= memory.first ? SPARED : ending;
}

/* ---- processes ---- */

enum { AT_A_TIME = 4 };

static struct {
    pid_t service;
    char url[64], ca_file[128];
    struct {
        pid_t pid;
        long first;
    } lives[AT_A_TIME];
    bool is_spared;
    int failed, told;
} now;

/* The service has a process of its own: its memory does not count. */
static void start_service(bool tls)
{
    char certificate[128], key[128];
    const char *directory = certificates_directory();
    int ports[2];
    uint16_t port = 0;
    memset(&now, 0, sizeof now);
    setenv("SSL_CERT_FILE", "/none", 1); /* the system's roots are hundreds, and of no use here */
    setenv("SSL_CERT_DIR", "/none", 1);
    certificates_authority(directory, "ca");
    certificates_leaf(directory, "service", "IP:127.0.0.1", 30);
    snprintf(certificate, sizeof certificate, "%s/service.pem", directory);
    snprintf(key, sizeof key, "%s/service.key", directory);
    snprintf(now.ca_file, sizeof now.ca_file, "%s/ca.pem", directory);
    CHECK_INT(pipe(ports), 0);
    now.service = fork();
    if (now.service == 0) {
        static friendly_service service;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        friendly_service_start(&service, tls ? certificate : NULL, key);
        if (write(ports[1], &service.service.port, sizeof service.service.port) > 0)
            pause();
        _exit(1);
    }
    CHECK_INT(read(ports[0], &port, sizeof port), sizeof port);
    close(ports[0]);
    close(ports[1]);
    snprintf(now.url, sizeof now.url, "%s://127.0.0.1:%u", tls ? "wss" : "ws", port);
}

static void end_service(void)
{
    kill(now.service, SIGKILL);
    waitpid(now.service, NULL, 0);
}

static void note_end(long first, int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    now.is_spared |= code == SPARED;
    now.told += code == WAS_TOLD;
    if (code == ALL_WELL || code == WAS_TOLD || code == SPARED)
        return;
    now.failed++;
    if (WIFSIGNALED(status))
        printf("# without allocation %ld: killed by signal %d\n", first, WTERMSIG(status));
    else
        printf("# without allocation %ld: %s\n", first, code < SPARED ? endings[code] : "a sanitizer");
}

static void wait_for_one(void)
{
    int status;
    pid_t pid = waitpid(-1, &status, 0);
    for (int i = 0; i < AT_A_TIME; i++) {
        if (now.lives[i].pid == pid) {
            now.lives[i].pid = 0;
            note_end(now.lives[i].first, status);
        }
    }
}

static void start_life(long first, long count)
{
    int place = 0;
    while (place < AT_A_TIME && now.lives[place].pid != 0)
        place++;
    if (place == AT_A_TIME) {
        wait_for_one();
        start_life(first, count);
        return;
    }
    now.lives[place].first = first;
    now.lives[place].pid = fork();
    if (now.lives[place].pid == 0) {
        memory.first = first;
        memory.count = count;
        atomic_store(&memory.made, 0);
        alarm(60);
        fflush(stdout);
        _exit(live(now.url, now.ca_file));
    }
}

static void wait_for_lives(void)
{
    for (int i = 0; i < AT_A_TIME; i++)
        while (now.lives[i].pid != 0)
            wait_for_one();
}

/* Until a life has not come to the allocation that was to fail. */
static void check_lives(bool tls, long count, long stride)
{
    start_service(tls);
    for (long first = 0; !now.is_spared && now.failed < 20; first += stride)
        start_life(first, count);
    wait_for_lives();
    end_service();
    if (now.told > 0)
        printf("# %d lives found no connection, and were told\n", now.told);
    CHECK_INT(now.failed, 0);
    CHECK(tls || now.told == 0);
}

static long stride_of(long usual)
{
    return getenv("GLIFT_LONG") != NULL ? 1 : usual;
}

TEST(every_allocation_of_a_life_fails_once)
{
    check_lives(false, 1, 1);
}

TEST(thirty_allocations_of_a_life_fail_in_a_row)
{
    check_lives(false, 30, stride_of(5));
}

TEST(every_allocation_of_a_life_over_tls_fails_once)
{
    check_lives(true, 1, stride_of(67));
}

TEST(thirty_allocations_of_a_life_over_tls_fail_in_a_row)
{
    check_lives(true, 30, stride_of(97));
}
