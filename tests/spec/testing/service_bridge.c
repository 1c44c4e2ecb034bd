/* SPDX-License-Identifier: Apache-2.0 */
/* See service_bridge.h. */

#include "service_bridge.h"

#include "troubles.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

service_bridge bridge;

/* The service's number of a socket's connection. */
typedef struct plug {
    struct plug *next;
    fake_socket *socket;
    uint64_t connection;
} plug;

static plug *plugs;

static plug *find_plug(const fake_socket *socket, uint64_t connection)
{
    plug *found = plugs;
    while (found != NULL && found->socket != socket && found->connection != connection)
        found = found->next;
    return found;
}

static void pull(plug *gone)
{
    plug **from = &plugs;
    while (*from != gone)
        from = &(*from)->next;
    *from = gone->next;
    free(gone);
}

/* ---- what is late ---- */

/* A message that waits for its time. */
typedef struct held {
    struct held *next;
    fake_socket *socket;
    uint64_t due_ms;
    bool is_answer; /* for the server; else for the service */
    char *text;
} held;

static held *late; /* in the order in which they were said */

static void hold(fake_socket *socket, uint64_t due_ms, bool is_answer, char *text)
{
    held *new = text != NULL ? malloc(sizeof *new) : NULL, **end = &late;
    if (new == NULL) {
        free(text);
        return; /* never arrives, as if the connection had lost it */
    }
    while (*end != NULL)
        end = &(*end)->next;
    *new = (held){NULL, socket, due_ms, is_answer, text};
    *end = new;
}

static void free_held(held *gone)
{
    free(gone->text);
    free(gone);
}

/* The first that is due, taken out; NULL if there is none. */
static held *take_due(void)
{
    for (held **at = &late; *at != NULL; at = &(*at)->next) {
        held *found = *at;
        if (found->due_ms <= fake.now_ms) {
            *at = found->next;
            return found;
        }
    }
    return NULL;
}

static uint64_t next_due(void)
{
    uint64_t due = UINT64_MAX;
    for (const held *at = late; at != NULL; at = at->next)
        due = at->due_ms < due ? at->due_ms : due;
    return due;
}

/* ---- server -> service ---- */

static void receive(fake_socket *socket, const char *text)
{
    plug *from = find_plug(socket, 0);
    if (from != NULL && bridge.service != NULL)
        local_service_received(bridge.service, glift__io_now(), from->connection, text, strlen(text));
}

static char *refusal(const cJSON *request, const trouble *met)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddNullToObject(answer, "Action");
    cJSON_AddItemToObject(answer, "RequestId",
            cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(request, "RequestId"), true));
    cJSON_AddNumberToObject(answer, "StatusCode", met->status);
    cJSON_AddStringToObject(
            answer, "ErrorMessage", met->message != NULL ? met->message : "as the test wants it");
    char *text = cJSON_PrintUnformatted(answer);
    cJSON_Delete(answer);
    return text;
}

/* One that is sent again, on the next connection, has the same id. */
static void count_ending(const cJSON *request)
{
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(request, "RequestId"));
    bridge.endings += id != NULL && strcmp(id, bridge.ending_id) != 0;
    snprintf(bridge.ending_id, sizeof bridge.ending_id, "%s", id != NULL ? id : "");
}

static void on_message(fake_socket *socket, const char *text)
{
    cJSON *request = cJSON_Parse(text);
    const char *action = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(request, "Action"));
    if (action != NULL && strcmp(action, "TerminateServerProcess") == 0)
        count_ending(request);
    const trouble *met = action != NULL ? troubles_meet(action, text) : NULL;
    if (met != NULL && met->status != 0) {
        hold(socket, fake.now_ms, true, refusal(request, met));
    } else if (met != NULL) {
        uint64_t due = met->delay_ms < UINT64_MAX - fake.now_ms ? fake.now_ms + met->delay_ms : UINT64_MAX;
        hold(socket, due, false, strdup(text));
    } else if (bridge.hangs) {
        hold(socket, fake.now_ms, false, strdup(text));
    } else {
        receive(socket, text);
    }
    cJSON_Delete(request);
}

/* True if anything was late until now. */
static bool pass_what_is_due(void)
{
    bool any = false;
    for (held *due = take_due(); due != NULL; due = take_due()) {
        any = true;
        if (due->is_answer && due->socket->state == FAKE_OPEN)
            fake_say(due->socket, due->text);
        else if (!due->is_answer)
            receive(due->socket, due->text);
        free_held(due);
    }
    return any;
}

static void dial(fake_socket *socket)
{
    uint64_t connection = 0;
    glift__text body = {0};
    const char *query = strchr(socket->url, '?');
    if (bridge.service == NULL || bridge.is_down) {
        fake_end(socket, GLIFT__END_NO_CONNECTION, 0, "connection refused");
        return;
    }
    int status = local_service_handshake(
            bridge.service, glift__io_now(), query != NULL ? query + 1 : "", &connection, &body);
    plug *joined = status == 101 ? malloc(sizeof *joined) : NULL;
    if (joined != NULL) {
        *joined = (plug){plugs, socket, connection};
        plugs = joined;
        fake_open(socket);
    } else {
        fake_end(socket, GLIFT__END_HANDSHAKE_REFUSED, status, body.bytes != NULL ? body.bytes : "");
    }
    glift__text_free(&body);
}

static bool answer_dials(void)
{
    bool any = false;
    for (fake_socket *socket = fake.sockets; socket != NULL; socket = socket->next) {
        if (socket->state == FAKE_DIALLING) {
            dial(socket);
            any = true;
        }
    }
    return any;
}

/* The service hears of sockets that have ended. */
static void tell_ends(void)
{
    for (plug *at = plugs, *next; at != NULL; at = next) {
        next = at->next;
        if (at->socket->state != FAKE_ENDED)
            continue;
        if (bridge.service != NULL)
            local_service_closed(bridge.service, glift__io_now(), at->connection);
        pull(at);
    }
}

/* ---- service -> server ---- */

static void hand_over(const local_output *output)
{
    plug *to = find_plug(NULL, output->connection);
    if (to == NULL)
        return;
    fake_socket *socket = to->socket;
    if (output->text.bytes != NULL) {
        fake_say(socket, output->text.bytes);
    } else {
        pull(to); /* the service knows */
        fake_end(socket, output->close_code == LOCAL_CUT ? GLIFT__END_LOST : GLIFT__END_CLOSED,
                output->close_code, "closed by the service");
    }
}

bool bridge_settle(void)
{
    local_output output;
    bool happened = false, more = true;
    while (more) {
        fake_run();
        tell_ends();
        if (bridge.hangs)
            break;
        more = answer_dials();
        more = pass_what_is_due() || more;
        while (bridge.service != NULL && local_service_next_output(bridge.service, &output)) {
            hand_over(&output);
            glift__text_free(&output.text);
            more = true;
        }
        happened = happened || more;
    }
    return happened;
}

bool bridge_say(const char *text)
{
    fake_socket *newest = NULL;
    for (fake_socket *socket = fake.sockets; socket != NULL; socket = socket->next) {
        if (socket->state == FAKE_OPEN)
            newest = socket;
    }
    if (newest != NULL)
        fake_say(newest, text);
    return newest != NULL;
}

/* ---- time ---- */

void bridge_pass(uint64_t ms)
{
    uint64_t until = fake.now_ms + ms;
    while (fake.now_ms < until) {
        uint64_t due = bridge.service != NULL ? local_service_deadline_ms(bridge.service) : UINT64_MAX;
        due = next_due() < due ? next_due() : due;
        due = due <= fake.now_ms ? fake.now_ms + 1 : due;
        fake_pass((due < until ? due : until) - fake.now_ms);
        if (bridge.service != NULL)
            local_service_advance(bridge.service, glift__io_now());
        bridge_settle();
    }
}

/* ---- beginning, ending, breaking ---- */

void bridge_cut(void)
{
    for (fake_socket *socket = fake.sockets; socket != NULL; socket = socket->next) {
        if (socket->state == FAKE_OPEN)
            fake_end(socket, GLIFT__END_LOST, 0, "the connection was cut");
    }
    tell_ends();
}

void bridge_end(void)
{
    bridge_cut();
    troubles_clear();
    while (late != NULL) {
        held *gone = late;
        late = gone->next;
        free_held(gone);
    }
    local_service_destroy(bridge.service);
    bridge = (service_bridge){0};
    fake_begin();
}

glift_status bridge_begin(const local_service_desc *desc)
{
    bridge_end();
    fake.on_message = on_message;
    fake.forgets = true;
    return local_service_create(desc, glift__io_now(), &bridge.service);
}
