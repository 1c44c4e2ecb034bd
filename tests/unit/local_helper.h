/* SPDX-License-Identifier: Apache-2.0 */
/* A service core with a clock to move, a game server that speaks to it, and the AWS API by name. */
#ifndef LOCAL_HELPER_H
#define LOCAL_HELPER_H

#include <cjson/cJSON.h>
#include <stdarg.h>

#include "local_store.h"
#include "model/model.h"
#include "program/demo.h"
#include "test.h"

static glift__time clock_now = {.mono_ms = 1000, .unix_ms = 1700000000123};

/* What the service of a test keeps itself in. */
static test_store kept;

/* After everything that a service was asked. */
static void commit(local_service *service)
{
    CHECK(local_service_commit(service, clock_now));
}

static void pass(local_service *service, uint64_t ms)
{
    clock_now.mono_ms += ms;
    clock_now.unix_ms += (int64_t)ms;
    local_service_advance(service, clock_now);
    commit(service);
}

static void say_line(void *user, glift_log_level level, const char *text)
{
    (void)user;
    (void)level;
    fprintf(stderr, "%s\n", text);
}

/* Of what is in the store. */
static local_service *restart_service(void)
{
    local_service_desc desc = {
            .seed = 7, .store = &kept.store, .log = say_line, .log_level = GLIFT_LOG_ERROR};
    local_service *service = NULL;
    CHECK_INT(local_service_create(&desc, clock_now, &service), GLIFT_OK);
    return service;
}

static local_service *make_service(void)
{
    test_store_fini(&kept);
    test_store_init(&kept);
    return restart_service();
}

/* A service that is made of what another one has kept has nothing to add, but for the processes, which are
 * waited for anew. */
static void check_kept(local_service *service)
{
    if (service->keeper.store != &kept.store)
        return; /* the test has made one of its own */
    commit(service);
    kept.puts = 0;
    kept.store.checks_all = true;
    local_service *other = restart_service();
    commit(other);
    CHECK_INT(kept.puts, 0);
    local_service_destroy(other);
}

/* One call; the last answer stays readable until the next. Returns the HTTP status. */
static char *last_answer;

static int call(local_service *service, const char *operation, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
static int call(local_service *service, const char *operation, const char *format, ...)
{
    char *body = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&body, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    glift__text reply = {0};
    int status = local_service_call(service, clock_now, operation, body, (size_t)length, &reply);
    commit(service);
    free(body);
    free(last_answer);
    last_answer = reply.bytes;
    CHECK(last_answer != NULL);
    return status;
}

/* The text at "a.b.0.c" of the last answer, in place until the next field(); numbers as text. "" if absent.
 */
static const char *field_of(const char *json, const char *path)
{
    static char value[2048];
    cJSON *root = cJSON_Parse(json);
    const cJSON *at = root;
    value[0] = '\0';
    while (at != NULL && *path != '\0') {
        char name[128];
        size_t length = strcspn(path, ".");
        CHECK(length < sizeof name);
        memcpy(name, path, length);
        name[length] = '\0';
        at = cJSON_IsArray(at) ? cJSON_GetArrayItem(at, atoi(name))
                               : cJSON_GetObjectItemCaseSensitive(at, name);
        path += length + (path[length] == '.');
    }
    if (cJSON_IsString(at))
        snprintf(value, sizeof value, "%s", at->valuestring);
    else if (cJSON_IsNumber(at))
        snprintf(value, sizeof value, "%.17g", at->valuedouble);
    else if (cJSON_IsBool(at))
        snprintf(value, sizeof value, "%s", cJSON_IsTrue(at) ? "true" : "false");
    else if (at != NULL && !cJSON_IsNull(at))
        snprintf(value, sizeof value, "[%d]", cJSON_GetArraySize(at)); /* a list's or object's size */
    cJSON_Delete(root);
    return value;
}

static const char *field(const char *path)
{
    return field_of(last_answer, path);
}

#define CHECK_REFUSED(status, type)                                                                          \
    do {                                                                                                     \
        CHECK_INT(status, strcmp(type, "InternalServiceException") == 0 ? 500 : 400);                        \
        CHECK_TEXT(field("__type"), type);                                                                   \
    } while (0)

/* ---- a game server ---- */

typedef struct game_server {
    local_service *service;
    uint64_t connection;
    int handshake_status;
    char *received[64]; /* what was sent to it and not yet taken */
    size_t count;
    bool closed;
    int close_code;
    const char *close_reason;
} game_server;

static local_demo demo;

static int connect_as(local_service *service, game_server *server, const char *process_id, const char *token)
{
    char query[1024];
    snprintf(query, sizeof query,
            "pID=%s&sdkVersion=5.6.0&sdkLanguage=C&ComputeId=%s&FleetId=%s&IdempotencyToken=x&Authorization=%"
            "s",
            process_id, demo.compute_name, demo.fleet_id, token);
    *server = (game_server){.service = service};
    glift__text body = {0};
    server->handshake_status = local_service_handshake(service, clock_now, query, &server->connection, &body);
    commit(service);
    free(last_answer);
    last_answer = body.bytes != NULL ? body.bytes : strdup("{}");
    return server->handshake_status;
}

static void collect(game_server *servers, size_t count)
{
    local_output output;
    while (local_service_next_output(servers[0].service, &output)) {
        for (size_t i = 0; i < count; i++) {
            game_server *server = &servers[i];
            if (server->connection != output.connection)
                continue;
            if (output.text.bytes != NULL) {
                CHECK(server->count < 64);
                server->received[server->count++] = strdup(output.text.bytes);
            } else {
                server->closed = true;
                server->close_code = output.close_code;
                server->close_reason = output.close_reason;
            }
        }
        glift__text_free(&output.text);
    }
}

/* The oldest message that was not taken yet, as last_answer; false if there is none. */
static bool take(game_server *server)
{
    if (server->count == 0)
        return false;
    free(last_answer);
    last_answer = server->received[0];
    server->count--;
    memmove(server->received, server->received + 1, server->count * sizeof server->received[0]);
    return true;
}

static void forget(game_server *server)
{
    while (server->count > 0)
        free(server->received[--server->count]);
}

/* Sends {"Action": action, "RequestId": id, fields...} and takes the answer: its StatusCode. */
static int ask(game_server *server, const char *action, const char *id, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
static int ask(game_server *server, const char *action, const char *id, const char *format, ...)
{
    char fields[4096], message[8192];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fields, sizeof fields, format, arguments);
    va_end(arguments);
    snprintf(message, sizeof message, "{\"Action\":\"%s\",\"RequestId\":\"%s\"%s%s}", action, id,
            fields[0] != '\0' ? "," : "", fields);
    local_service_received(server->service, clock_now, server->connection, message, strlen(message));
    commit(server->service);
    collect(server, 1);
    CHECK(take(server));
    CHECK_TEXT(field("Action"), action);
    CHECK_TEXT(field("RequestId"), id);
    return atoi(field("StatusCode"));
}

static void ready(game_server *server, int port)
{
    CHECK_INT(ask(server, "ActivateServerProcess", "ready",
                      "\"SdkVersion\":\"5.6.0\",\"SdkLanguage\":\"C\",\"Port\":%d,\"LogPaths\":null", port),
            200);
}

/* The Action of the oldest push that was not taken yet, which is last_answer then; "" if there is none. */
static inline const char *pushed(game_server *server)
{
    collect(server, 1);
    return take(server) ? field("Action") : "";
}

static inline void end_process(game_server *server)
{
    CHECK_INT(ask(server, "TerminateServerProcess", "end", "%s", ""), 200);
}

static local_service *make_demo_service(void)
{
    local_service *service = make_service();
    CHECK_INT(local_service_demo(service, clock_now, NULL, &demo), GLIFT_OK);
    return service;
}

/* A service with the demo fleet and a process p1 that waits for a game session. */
static local_service *make_ready_service(game_server *server)
{
    local_service *service = make_demo_service();
    CHECK_INT(connect_as(service, server, "p1", demo.auth_token), 101);
    ready(server, 7777);
    return service;
}

static int try_session(local_service *service, int players)
{
    return call(service, "CreateGameSession",
            "{\"FleetId\":\"%s\",\"Location\":\"%s\",\"MaximumPlayerSessionCount\":%d}", demo.fleet_id,
            demo.location, players);
}

/* Its id, copied into out. */
static void create_session(local_service *service, int players, char out[300])
{
    CHECK_INT(try_session(service, players), 200);
    snprintf(out, 300, "%s", field("GameSession.GameSessionId"));
}

/* With an active session of that many seats on p1. */
static inline local_service *make_active_service(game_server *server, int players, char session[300])
{
    local_service *service = make_ready_service(server);
    create_session(service, players, session);
    CHECK_TEXT(pushed(server), "CreateGameSession");
    CHECK_INT(ask(server, "ActivateGameSession", "activate", "\"GameSessionId\":\"%s\"", session), 200);
    return service;
}

static inline void finish(local_service *service, game_server *server)
{
    check_kept(service);
    forget(server);
    local_service_destroy(service);
    test_store_fini(&kept);
    free(last_answer);
    last_answer = NULL;
}

#endif
