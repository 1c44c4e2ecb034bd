/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP: the AWS API (service model 3.2), the controls, the state, the dashboard. A request is judged by its
 * head; then its body is read, in memory or away; then it is answered. */
#include "base/format.h"
#include "listen/listen_internal.h"
#include "model/texts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSON_TYPE "application/json"
#define AWS_TYPE  "application/x-amz-json-1.1"

/* A body beyond our limit is read away up to here, so that the client sees the answer. */
#define DROPPED_MAX (64u * 1024 * 1024)

void listen_forget_request(listen_peer *peer)
{
    if (peer->body != NULL)
        peer->listener->bodies_bytes -= peer->body_expected;
    free(peer->body);
    free(peer->query);
    peer->body = peer->query = NULL;
    peer->body_length = peer->body_expected = 0;
    peer->body_left = 0;
    peer->listener->replies_bytes -= peer->reply_bytes;
    peer->reply_bytes = 0;
}

/* ---- answers ---- */

static int answer_with(listen_peer *peer, int status, const char *type, glift__text *text)
{
    int result = text->bytes != NULL ? listen_reply(peer, status, type, text->bytes, text->length) : -1;
    glift__text_free(text);
    return result;
}

static int answer_state(listen_peer *peer,
        glift_status (*write)(const local_service *service, glift__time now, glift__text *out))
{
    local_listener *listener = peer->listener;
    glift__text state = {0};
    if (write(listener->service, local_listener_now(listener), &state) != GLIFT_OK)
        return listen_refuse(peer, 500, "gamelift-local is out of memory.");
    return answer_with(peer, 200, JSON_TYPE, &state);
}

static const char *query_of(const listen_peer *peer)
{
    return peer->query != NULL ? peer->query : "";
}

/* The value behind "after=" in "token=x&after=12"; NULL: it is not there. */
static const char *find_value(const char *query, const char *name)
{
    while (strncmp(query, name, strlen(name)) != 0) {
        query += strcspn(query, "&");
        if (*query == '\0')
            return NULL;
        query++;
    }
    return query + strlen(name);
}

static int answer_events(listen_peer *peer)
{
    const char *digits = find_value(query_of(peer), "after=");
    uint64_t after = 0;
    glift__text events = {0};
    if (digits != NULL) {
        size_t length = strspn(digits, "0123456789");
        after = strtoull(digits, NULL, 10);
        if (length == 0 || (digits[length] != '\0' && digits[length] != '&'))
            return listen_refuse(peer, 400, "The query of /_local/events is after=N, a serial of an event.");
    }
    if (local_service_events(peer->listener->service, after, &events) != GLIFT_OK)
        return listen_refuse(peer, 500, "gamelift-local is out of memory.");
    return answer_with(peer, 200, JSON_TYPE, &events);
}

/* "/_local/rule_set_bench?id=bench-1" */
static int answer_bench(listen_peer *peer)
{
    char id[64] = "";
    const char *value = find_value(query_of(peer), "id=");
    glift__text answer = {0};
    if (value == NULL)
        return listen_refuse(peer, 400, "The query of /_local/rule_set_bench is id=ID, a bench_id.");
    snprintf(id, sizeof id, "%.*s", (int)strcspn(value, "&"), value);
    switch (local_service_bench(peer->listener->service, id, &answer)) {
    case GLIFT_OK:
        return answer_with(peer, 200, JSON_TYPE, &answer);
    case GLIFT_ERR_NOT_FOUND:
        return listen_refuse(peer, 404,
                "There is no rule set bench of this id: it was ended, or newer ones took its place.");
    default:
        return listen_refuse(peer, 500, "gamelift-local is out of memory.");
    }
}

/* "/_local/list" and the others that service.h calls pages. */
static int answer_service_page(listen_peer *peer)
{
    static const char prefix[] = "/_local/";
    local_listener *listener = peer->listener;
    local_clock_view clock = listen_view_clock(listener);
    glift__text page;
    int status = local_service_page(listener->service, local_listener_now(listener), &clock,
            peer->name + strlen(prefix), query_of(peer), &page);
    if (status == 200)
        return answer_with(peer, status, JSON_TYPE, &page);
    int result = listen_refuse(peer, status, page.bytes != NULL ? page.bytes : "out of memory");
    glift__text_free(&page);
    return result;
}

void local_listener_obey(local_listener *listener)
{
    listener->clock.jumped_ms += (int64_t)local_service_take_jump(listener->service);
}

/* What a call asks of the owner of the clock and of the service. False: the new service could not be had. */
static bool do_as_asked(local_listener *listener)
{
    local_listener_obey(listener);
    return !local_service_take_reset(listener->service) ||
           (listener->reset != NULL && listener->reset(listener->user));
}

static int run_call(listen_peer *peer)
{
    local_listener *listener = peer->listener;
    const char *body = peer->body != NULL ? peer->body : "";
    const char *type = peer->route == ROUTE_CBOR ? LISTEN_CBOR_TYPE : AWS_TYPE;
    glift__time now = local_listener_now(listener);
    glift__text reply = {0};
    int status;
    if (peer->is_stranger) {
        status =
                local_service_refuse_client(listener->service, peer->name, peer->route == ROUTE_CBOR, &reply);
        return answer_with(peer, status, type, &reply);
    }
    if (peer->route != ROUTE_CBOR && !glift__utf8_is_valid(body, peer->body_length))
        return listen_reply_text(peer, 400, AWS_TYPE,
                "{\"__type\":\"SerializationException\",\"Message\":\"The body is not UTF-8.\"}");
    if (peer->route == ROUTE_CONTROL)
        status = local_service_control(listener->service, now, peer->name, body, peer->body_length, &reply);
    else if (peer->route == ROUTE_CBOR)
        status = local_service_call_cbor(listener->service, now, peer->name, body, peer->body_length, &reply);
    else
        status = local_service_call(listener->service, now, peer->name, body, peer->body_length, &reply);
    if (!do_as_asked(listener)) {
        glift__text_free(&reply);
        return listen_refuse(peer, 500, "There is no memory for a new beginning: everything is as it was.");
    }
    listen_take_outputs(listener);
    local_reply_fate fate = local_service_take_reply_fate(listener->service);
    if (fate.is_reset) {
        glift__text_free(&reply);
        listen_reset(peer);
        return -1;
    }
    int result = answer_with(peer, status, type, &reply);
    if (result == 0 && fate.delay_ms > 0)
        listen_hold(peer, fate.delay_ms);
    return result;
}

static int answer_faults(listen_peer *peer)
{
    return answer_state(peer, local_service_faults);
}

static int answer_clock(listen_peer *peer)
{
    char text[160];
    local_clock_view clock = listen_view_clock(peer->listener);
    int length = snprintf(text, sizeof text, "{\"now_unix_ms\":%lld,\"ahead_ms\":%lld,\"scale\":%.15g}",
            (long long)local_listener_now(peer->listener).unix_ms, (long long)clock.ahead_ms, clock.scale);
    return listen_reply(peer, 200, JSON_TYPE, text, (size_t)length);
}

static int answer_log(listen_peer *peer)
{
    glift__text log = {0};
    char *arn = peer->name + strlen("/logs/");
    local_decode_form(arn);
    glift_status status = local_service_session_log(peer->listener->service, arn, &log);
    if (status == GLIFT_ERR_NOT_FOUND)
        return listen_refuse(peer, 404, "There is no game session of this id.");
    if (status != GLIFT_OK)
        return listen_refuse(peer, 500, "gamelift-local is out of memory.");
    return answer_with(peer, 200, LISTEN_TEXT_TYPE, &log);
}

static int answer_file_of(listen_peer *peer, const char *name)
{
    const listen_file *file = listen_find_file(local_dashboard, name);
    if (file == NULL)
        return listen_refuse(peer, 404, "The page has no file of this name. See /.");
    return listen_reply(peer, 200, file->type, (const char *)file->bytes, file->length);
}

static int answer_dashboard(listen_peer *peer)
{
    return answer_file_of(peer, "index.html");
}

static int answer_file(listen_peer *peer)
{
    return answer_file_of(peer, peer->name + strlen(LISTEN_FILES_PATH));
}

static int answer_openapi(listen_peer *peer)
{
    return listen_reply(peer, 200, JSON_TYPE, (const char *)local_openapi, local_openapi_length);
}

static int answer_whole_state(listen_peer *peer)
{
    return answer_state(peer, local_service_state);
}

static int answer_summary(listen_peer *peer)
{
    return answer_state(peer, local_service_summary);
}

static int answer_health(listen_peer *peer)
{
    return listen_reply_text(peer, 200, JSON_TYPE, "{\"status\":\"ok\"}");
}

/* What a GET finds: the path, or what it begins with where it ends with a slash. openapi.json describes each;
 * tests/e2e/local/openapi_test.py compares. */
static const struct {
    const char *path;
    int (*answer)(listen_peer *peer);
} pages[] = {
        {"/", answer_dashboard},
        {"/_local/overview", answer_service_page},
        {"/_local/list", answer_service_page},
        {"/_local/detail", answer_service_page},
        {"/_local/messages", answer_service_page},
        {"/_local/state", answer_whole_state},
        {"/_local/summary", answer_summary},
        {"/_local/events", answer_events},
        {"/_local/rule_set_bench", answer_bench},
        {"/_local/faults", answer_faults},
        {"/_local/clock", answer_clock},
        {"/_local/health", answer_health},
        {"/_local/openapi.json", answer_openapi},
        {"/dashboard/", answer_file},
        {"/logs/", answer_log},
};

static bool is_found(const char *name, const char *path)
{
    size_t length = strlen(path);
    bool is_folder = length > 1 && path[length - 1] == '/';
    return is_folder ? strncmp(name, path, length) == 0 : strcmp(name, path) == 0;
}

static int answer_page(listen_peer *peer)
{
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        if (is_found(peer->name, pages[i].path))
            return pages[i].answer(peer);
    }
    return listen_refuse(peer, 404, "There is nothing here. See / and /_local/openapi.json.");
}

int listen_finish_request(listen_peer *peer)
{
    switch (peer->route) {
    case ROUTE_API:
    case ROUTE_CBOR:
    case ROUTE_CONTROL:
        return run_call(peer);
    case ROUTE_PAGE:
        listen_log(peer->listener, GLIFT_LOG_DEBUG, "GET %s", peer->name);
        return answer_page(peer);
    case ROUTE_REFUSED:
        break;
    }
    if (peer->refusal_status == 401)
        return listen_reply_with(peer, 401, "www-authenticate: Bearer\r\n", peer->name);
    return listen_refuse(peer, peer->refusal_status, peer->name);
}

/* ---- what is asked ---- */

/* The answer is certain; it is sent when the body is out of the way. */
static void refuse(listen_peer *peer, int status, const char *format, ...) GLIFT__FORMAT(3, 4);
static void refuse(listen_peer *peer, int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(peer->name, sizeof peer->name, format, arguments);
    va_end(arguments);
    peer->route = ROUTE_REFUSED;
    peer->refusal_status = status;
}

/* With a base path in front, too: the target alone decides (S7), or the end of the path (S9). An operation
 * without a name is one that is not known (S2). */
static void route_post(listen_peer *peer, const listen_request *request)
{
    static const char control[] = "/_local/", cbor[] = "/service/GameLift/operation/", prefix[] = "GameLift.";
    const char *name = request->target, *cbor_at = strstr(request->path, cbor);
    peer->route = ROUTE_API;
    if (strncmp(request->path, control, strlen(control)) == 0) {
        peer->route = ROUTE_CONTROL;
        name = request->path + strlen(control);
    } else if (name[0] == '\0' && cbor_at != NULL) {
        peer->route = ROUTE_CBOR;
        name = cbor_at + strlen(cbor);
    } else if (strncmp(name, prefix, strlen(prefix)) == 0) {
        name += strlen(prefix);
    }
    snprintf(peer->name, sizeof peer->name, "%s", name);
}

/* A caller of the API gets the exception of AWS, in its own format; the others a sentence. */
static void turn_away(listen_peer *peer)
{
    if (peer->route == ROUTE_API || peer->route == ROUTE_CBOR)
        peer->is_stranger = true;
    else
        refuse(peer, 401,
                "This gamelift-local wants the token of its --token file: as \"Authorization: Bearer "
                "TOKEN\", or in "
                "a browser as http://HOST:PORT/?token=TOKEN.\n");
}

/* The name is logged, the query is not: it may have the token in it. */
static void name_page(listen_peer *peer, const listen_request *request)
{
    snprintf(peer->name, sizeof peer->name, "%s", request->path);
    peer->query = request->query[0] != '\0' ? strdup(request->query) : NULL;
    if (peer->query == NULL && request->query[0] != '\0')
        refuse(peer, 503, "gamelift-local is out of memory.");
}

static void route(listen_peer *peer, const listen_request *request, uint64_t length)
{
    const char *refusal = listen_refuse_request(peer->listener, request);
    bool is_get = strcmp(request->method, "GET") == 0;
    if (refusal[0] != '\0')
        refuse(peer, 403, "%s", refusal);
    else if (peer->listener->stand_in != NULL)
        refuse(peer, 404, "This is a replay: it answers game servers, and has no AWS API and no pages.");
    else if (!is_get && strcmp(request->method, "POST") != 0)
        refuse(peer, 405, "Only GET and POST are answered here.");
    else if (length > LISTEN_BODY_MAX)
        refuse(peer, 413, "The body is longer than %u bytes.", LISTEN_BODY_MAX);
    else if (peer->listener->bodies_bytes + length > LISTEN_BODIES_MAX)
        refuse(peer, 503, "Too many large requests at once.");
    else if (!is_get)
        route_post(peer, request);
    else
        name_page(peer, request);
    if (peer->route != ROUTE_REFUSED && !listen_is_admitted(peer->listener, request))
        turn_away(peer);
}

/* In memory for whoever wants it, else it is read away. */
static void expect_body(listen_peer *peer, uint64_t length)
{
    peer->body_left = length;
    peer->phase = PHASE_BODY;
    listen_wait(peer, PATIENCE_BODY);
    if (peer->route == ROUTE_PAGE || peer->route == ROUTE_REFUSED || peer->is_stranger || length == 0)
        return;
    peer->body = malloc((size_t)length);
    if (peer->body == NULL) {
        refuse(peer, 503, "gamelift-local is out of memory.");
        return;
    }
    peer->body_expected = (size_t)length;
    peer->listener->bodies_bytes += (size_t)length;
}

static int invite_body(listen_peer *peer)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    listen_message *message = listen_message_of(sizeof go_on - 1);
    if (message == NULL)
        return -1;
    memcpy(message->bytes + LWS_PRE, go_on, sizeof go_on - 1);
    return listen_queue(peer, message) ? 0 : -1;
}

static int begin_request(listen_peer *peer, const listen_request *request)
{
    uint64_t length = request->head.content_length;
    peer->route = ROUTE_PAGE;
    peer->is_stranger = false;
    peer->stays = request->stays && length <= DROPPED_MAX && !request->head.is_chunked;
    if (request->head.is_chunked || length > DROPPED_MAX)
        return listen_refuse(peer, 411, "Send a Content-Length, and no more than 4 MiB.");
    route(peer, request, length);
    expect_body(peer, length);
    return request->awaits_going && length > 0 && peer->route != ROUTE_REFUSED ? invite_body(peer) : 0;
}

int listen_on_head(listen_peer *peer, char *head, size_t length)
{
    listen_request request;
    const char *problem = listen_read_head(head, length, &request);
    listen_was_heard(peer);
    peer->stays = false;
    if (problem != NULL) /* where the next request begins is anybody's guess */
        return listen_refuse(peer, 400, problem);
    if (request.head.has_upgrade)
        return listen_open_socket(peer, &request);
    return begin_request(peer, &request);
}

void listen_take_body(listen_peer *peer, const char **bytes, size_t *length)
{
    size_t taken = peer->body_left < *length ? (size_t)peer->body_left : *length;
    if (peer->body != NULL) {
        memcpy(peer->body + peer->body_length, *bytes, taken);
        peer->body_length += taken;
    }
    peer->body_left -= taken;
    *bytes += taken;
    *length -= taken;
}
