/* SPDX-License-Identifier: Apache-2.0 */
/* See service_bridge.h. */

#include "service_bridge.h"

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

/* ---- server -> service ---- */

static void on_message(fake_socket *socket, const char *text)
{
    plug *from = find_plug(socket, 0);
    if (from != NULL && bridge.service != NULL)
        local_service_received(bridge.service, glift__io_now(), from->connection, text, strlen(text));
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
        more = answer_dials();
        while (bridge.service != NULL && local_service_next_output(bridge.service, &output)) {
            hand_over(&output);
            glift__text_free(&output.text);
            more = true;
        }
        happened = happened || more;
    }
    return happened;
}

/* ---- time ---- */

void bridge_pass(uint64_t ms)
{
    uint64_t until = fake.now_ms + ms;
    while (fake.now_ms < until) {
        uint64_t due = bridge.service != NULL ? local_service_deadline_ms(bridge.service) : UINT64_MAX;
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
