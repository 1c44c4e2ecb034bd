/* SPDX-License-Identifier: Apache-2.0 */
/* The life of the connection: sockets that open, carry messages, are superseded and end.
 *
 * One socket at a time is current and carries what is sent; one dial at a time is under way (dial.c). A dial
 * that succeeds makes its socket current; the one before goes on being read for a while, so that the answers
 * and pushes still on their way arrive, and is then closed. A dial that fails while there is a connection
 * changes nothing. Requests whose socket has ended are queued again. */

#include "core/core_state.h"

#include <stdio.h>
#include <string.h>

#define DRAIN_MS        4500 /* closing takes up to 1000 more, which makes about 5 s (P156) */
#define LASTING_MS      5000 /* a connection that held this long counts as a success for the back-off */
#define RETRY_REPORT_MS 1000
#define NORMAL_CLOSURE  1000

/* ---- what the game hears ---- */

static void deliver_report(glift__core *core)
{
    glift__connection *self = &core->connection;
    bool is_good = self->state == GLIFT_CONNECTED;
    self->report_due = !glift__outbox_connection(&core->outbox, self->state,
            is_good ? GLIFT_OK : self->failure.status, is_good ? "" : self->failure.reason);
}

void glift__connection_report(glift__core *core, glift_connection_state state)
{
    core->connection.state = state;
    deliver_report(core);
}

/* ---- sockets ---- */

static glift__socket *find_socket(glift__connection *self, uint32_t number)
{
    for (int i = 0; i < GLIFT__SOCKET_COUNT; i++) {
        if (self->sockets[i].state != GLIFT__SOCKET_FREE && self->sockets[i].number == number)
            return &self->sockets[i];
    }
    return NULL;
}

glift__socket *glift__connection_free_socket(glift__connection *self)
{
    for (int i = 0; i < GLIFT__SOCKET_COUNT; i++) {
        if (self->sockets[i].state == GLIFT__SOCKET_FREE)
            return &self->sockets[i];
    }
    return NULL;
}

void glift__connection_close_socket(glift__socket *socket)
{
    if (socket->state == GLIFT__SOCKET_WANTED) {
        socket->state = GLIFT__SOCKET_FREE; /* nobody has heard of this socket */
    } else if (socket->state == GLIFT__SOCKET_DIALLING || socket->state == GLIFT__SOCKET_OPEN) {
        socket->state = GLIFT__SOCKET_CLOSING;
        socket->close_due = true;
    }
}

/* Closes a socket. What it carried is sent again on the socket that is current now. */
static void retire_socket(glift__core *core, glift__socket *socket)
{
    glift__connection_close_socket(socket);
    glift__requests_send_again(&core->requests, socket->number);
}

/* ---- a socket opens ---- */

static void supersede(glift__core *core, glift__socket *old)
{
    if (core->connection.purpose == GLIFT__DIAL_TO_REPLACE)
        retire_socket(core, old); /* the old socket does not answer */
    else
        old->drained_at_ms = core->now.mono_ms + DRAIN_MS;
}

void glift__core_opened(glift__core *core, glift__time now, uint32_t number)
{
    core->now = now;
    glift__connection *self = &core->connection;
    glift__socket *socket = find_socket(self, number), *old = self->current;
    if (socket == NULL || socket != self->dialled)
        return; /* the socket was given up meanwhile; its end will be reported */

    socket->state = GLIFT__SOCKET_OPEN;
    socket->opened_ms = now.mono_ms;
    self->current = socket;
    self->dialled = NULL;
    self->dial = GLIFT__DIAL_NONE;
    self->timeouts_in_a_row = 0;
    glift__dial_adopt(core);
    bool is_first = !self->ever_connected;
    self->ever_connected = true;
    if (old != NULL) {
        supersede(core, old);
        glift__outbox_log(&core->outbox, GLIFT_LOG_INFO, "the connection was refreshed");
    } else {
        self->lost = false;
        if (!is_first)
            glift__metrics_reconnected(core);
        glift__connection_report(core, GLIFT_CONNECTED);
    }
    glift__core_connected(core, is_first);
}

/* ---- a socket ends ---- */

static void current_ended(glift__core *core, const glift__socket *socket)
{
    glift__connection *self = &core->connection;
    uint64_t now_ms = core->now.mono_ms;
    self->current = NULL;
    self->outage_since_ms = now_ms;
    if (now_ms - socket->opened_ms >= LASTING_MS)
        glift__backoff_reset(&self->backoff);
    uint32_t delay_ms =
            glift__backoff_next_ms(&self->backoff, GLIFT__BACKOFF_DROPPED, 0, glift__core_random(core));
    bool dial_goes_on = self->dial == GLIFT__DIAL_LOGIN || self->dial == GLIFT__DIAL_UNDER_WAY;
    if (!dial_goes_on)
        glift__dial_prepare(core, GLIFT__DIAL_TO_CONNECT, now_ms + delay_ms);
    self->purpose = GLIFT__DIAL_TO_CONNECT;
    glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING, "reconnecting: %s", self->failure.reason);
    glift__connection_report(core, GLIFT_RECONNECTING);
}

void glift__core_closed(glift__core *core, glift__time now, uint32_t number, const glift__socket_end *end)
{
    core->now = now;
    glift__connection *self = &core->connection;
    glift__socket *socket = find_socket(self, number);
    if (socket == NULL)
        return;
    glift__socket ended = *socket;
    bool was_current = socket == self->current, was_dialled = socket == self->dialled;
    *socket = (glift__socket){.state = GLIFT__SOCKET_FREE};
    glift__requests_send_again(&core->requests, number);
    if (core->shutting_down || !(was_current || was_dialled)) {
        self->current = was_current ? NULL : self->current;
        return; /* P140, P142 */
    }
    glift__dial_note_failure(core, end, was_dialled);
    if (was_current)
        current_ended(core, &ended);
    else
        glift__dial_failed(core);
}

/* ---- the service asks for a new connection, or seems to be gone ---- */

void glift__connection_refresh(glift__core *core, const char *endpoint, const char *token)
{
    if (glift__dial_is_downgrade(core, endpoint)) {
        glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING,
                "RefreshConnection is refused, the connection in use goes on: it leads from wss:// to where "
                "there is no TLS, and anybody could read the auth token");
        return;
    }
    if (!glift__dial_offer(core, endpoint, token)) {
        glift__outbox_log(&core->outbox, GLIFT_LOG_ERROR, "out of memory: the connection was not refreshed");
        return;
    }
    glift__dial_refresh(core);
}

bool glift__connection_heard(glift__core *core, uint32_t number)
{
    glift__connection *self = &core->connection;
    const glift__socket *socket = find_socket(self, number);
    if (socket == NULL)
        return false;
    if (socket == self->current) {
        self->timeouts_in_a_row = 0; /* P150 */
        if (self->dial == GLIFT__DIAL_WAITING && self->purpose == GLIFT__DIAL_TO_REPLACE)
            self->dial = GLIFT__DIAL_NONE; /* the service answers after all */
    }
    return true;
}

void glift__connection_unanswered(glift__core *core, uint32_t number)
{
    glift__connection *self = &core->connection;
    if (self->current == NULL || self->current->number != number || ++self->timeouts_in_a_row < 2)
        return;
    if (self->dial != GLIFT__DIAL_NONE)
        return;
    glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING,
            "two requests in a row were not answered: the connection is replaced");
    self->outage_since_ms = core->now.mono_ms;
    glift__dial_prepare(core, GLIFT__DIAL_TO_REPLACE, core->now.mono_ms); /* P149 */
}

/* ---- begin, time, end ---- */

void glift__connection_init(glift__core *core)
{
    glift__connection *self = &core->connection;
    self->backoff.base_ms = core->desc.reconnect_base_ms;
    self->backoff.cap_ms = core->desc.reconnect_cap_ms;
    self->outage_since_ms = core->now.mono_ms;
    snprintf(self->failure.reason, sizeof self->failure.reason, "the service has not been reached yet");
    self->failure.status = GLIFT_ERR_CONNECT;
    glift__dial_prepare(core, GLIFT__DIAL_TO_CONNECT, core->now.mono_ms);
}

static bool is_out(const glift__connection *self)
{
    return self->current == NULL && !self->lost;
}

void glift__connection_advance(glift__core *core)
{
    glift__connection *self = &core->connection;
    uint64_t now_ms = core->now.mono_ms;
    for (int i = 0; i < GLIFT__SOCKET_COUNT; i++) {
        glift__socket *socket = &self->sockets[i];
        if (socket->state == GLIFT__SOCKET_OPEN && socket->drained_at_ms != 0 &&
                now_ms >= socket->drained_at_ms)
            retire_socket(core, socket);
    }
    if (self->report_due)
        deliver_report(core);
    if (is_out(self) && now_ms - self->outage_since_ms >= core->desc.connect_timeout_ms) {
        self->lost = true;
        glift__connection_report(core, GLIFT_LOST);
    }
    if (self->dial == GLIFT__DIAL_WAITING && now_ms >= self->dial_at_ms)
        glift__dial_begin(core);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t glift__connection_deadline_ms(const glift__core *core)
{
    const glift__connection *self = &core->connection;
    uint64_t deadline = UINT64_MAX;
    for (int i = 0; i < GLIFT__SOCKET_COUNT; i++) {
        const glift__socket *socket = &self->sockets[i];
        if (socket->state == GLIFT__SOCKET_OPEN && socket->drained_at_ms != 0)
            deadline = earlier(deadline, socket->drained_at_ms);
    }
    if (self->report_due)
        deadline = earlier(deadline, core->now.mono_ms + RETRY_REPORT_MS);
    if (is_out(self))
        deadline = earlier(deadline, self->outage_since_ms + core->desc.connect_timeout_ms);
    if (self->dial == GLIFT__DIAL_WAITING)
        deadline = earlier(deadline, self->dial_at_ms);
    return deadline;
}

void glift__connection_shut_down(glift__core *core)
{
    glift__connection *self = &core->connection;
    glift__dial_abandon(core);
    for (int i = 0; i < GLIFT__SOCKET_COUNT; i++)
        glift__connection_close_socket(&self->sockets[i]);
}

bool glift__connection_is_shut_down(const glift__core *core)
{
    for (int i = 0; i < GLIFT__SOCKET_COUNT; i++) {
        if (core->connection.sockets[i].state != GLIFT__SOCKET_FREE)
            return false;
    }
    return true;
}

/* ---- orders ---- */

static void set_order(glift__order *out, glift__order_kind kind, uint32_t number)
{
    memset(out, 0, sizeof *out);
    out->kind = kind;
    out->number = number;
}

static bool socket_order(glift__core *core, glift__socket *socket, glift__order *out)
{
    glift__connection *self = &core->connection;
    if (socket->state == GLIFT__SOCKET_WANTED) {
        socket->state = GLIFT__SOCKET_DIALLING;
        set_order(out, GLIFT__ORDER_DIAL, socket->number);
        out->url = self->url.bytes;
        return true;
    }
    if (socket == self->current && !socket->write_announced &&
            glift__requests_next(&core->requests) != NULL) {
        socket->write_announced = true;
        set_order(out, GLIFT__ORDER_WRITE, socket->number);
        return true;
    }
    if (socket->close_due) {
        socket->close_due = false;
        set_order(out, GLIFT__ORDER_CLOSE, socket->number);
        out->close_code = NORMAL_CLOSURE;
        return true;
    }
    return false;
}

bool glift__connection_next_order(glift__core *core, glift__order *out)
{
    glift__connection *self = &core->connection;
    if (glift__dial_next_order(core, out))
        return true;
    for (int i = 0; i < GLIFT__SOCKET_COUNT; i++) {
        if (socket_order(core, &self->sockets[i], out))
            return true;
    }
    return false;
}

static void answer_unsendable(glift__core *core, glift__call *call, glift_status status)
{
    glift__requests_remove(&core->requests, call);
    glift__core_answer(core, call, status,
            status == GLIFT_ERR_MEMORY ? "out of memory"
                                       : "the request does not fit one message of 131072 bytes");
}

bool glift__core_next_message(glift__core *core, glift__time now, uint32_t number, const glift__text **text)
{
    core->now = now;
    glift__socket *socket = core->connection.current;
    if (socket == NULL || socket->number != number)
        return false;
    glift__text_free(&core->outgoing);
    glift__call *call;
    while ((call = glift__requests_next(&core->requests)) != NULL) {
        glift_status status = glift__encode_request(&call->body, call->flight.request_id, &core->outgoing);
        if (status == GLIFT_OK) {
            glift__requests_mark_sent(&core->requests, call, number, now.mono_ms);
            *text = &core->outgoing;
            return true;
        }
        answer_unsendable(core, call, status);
    }
    socket->write_announced = false;
    return false;
}

bool glift__core_awaits_answer(const glift__core *core, uint32_t number)
{
    return glift__requests_any_sent_on(&core->requests, number);
}
