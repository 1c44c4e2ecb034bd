/* SPDX-License-Identifier: Apache-2.0 */
/* One server on an io: commands into its core, orders and events out of it. */
#include "io/io_state.h"

#include <stdlib.h>
#include <string.h>

void glift__link_is_due(glift__attachment *self)
{
    if (self->is_due)
        return;
    self->is_due = true;
    self->next_due = self->io->due;
    self->io->due = self;
}

/* ---- time ---- */

static void on_deadline(glift__timer *timer)
{
    glift__attachment *self = GLIFT__OWNER(timer, glift__attachment, timer);
    glift__core_advance(self->link->core, glift__io_time(self->io));
    glift__link_is_due(self);
}

/* A deadline that moves away leaves the timer where it is: one call too early every few seconds is cheaper
 * than sorting the timer anew with every request. */
static void set_timer(glift__attachment *self)
{
    uint64_t deadline_ms = glift__core_deadline_ms(self->link->core);
    uint64_t soonest_ms = self->io->loop.now_ms + 1;
    if (deadline_ms < self->timer.at_ms)
        glift__timers_set(
                &self->io->loop.timers, &self->timer, deadline_ms > soonest_ms ? deadline_ms : soonest_ms);
}

/* ---- orders of a link that is offline ---- */

static void end_offline(
        glift__attachment *self, uint32_t number, glift__end_kind kind, int code, const char *text)
{
    const glift__socket_end end = {kind, code, text};
    glift__core_closed(self->link->core, glift__io_time(self->io), number, &end);
}

static void open_offline(glift__attachment *self, uint32_t number)
{
    if (self->offline == NULL)
        self->offline = glift__offline_create();
    if (self->offline != NULL)
        glift__core_opened(self->link->core, glift__io_time(self->io), number);
    else
        end_offline(self, number, GLIFT__END_LOST, 0, "there was no memory to play GameLift");
}

static void hear_offline(glift__attachment *self, uint32_t number, const glift__text *text)
{
    if (text->length > 0)
        glift__core_received(self->link->core, glift__io_time(self->io), number, text->bytes, text->length);
}

static void write_offline(glift__attachment *self, uint32_t number)
{
    glift__core *core = self->link->core;
    const glift__text *message;
    while (glift__core_next_message(core, glift__io_time(self->io), number, &message)) {
        glift__text answer, push;
        if (glift__offline_take(self->offline, glift__io_time(self->io), message->bytes, message->length,
                    &answer, &push) != GLIFT_OK) {
            end_offline(self, number, GLIFT__END_LOST, 0, "there was no memory for an answer");
            return;
        }
        hear_offline(self, number, &answer);
        hear_offline(self, number, &push);
        glift__text_free(&answer);
        glift__text_free(&push);
    }
}

/* ---- orders ---- */

static glift__endpoint *endpoint_of(
        glift__attachment *self, uint32_t number, const glift__endpoint_kind *kind)
{
    glift__endpoint *endpoint = self->endpoints;
    while (endpoint != NULL && (endpoint->number != number || endpoint->kind != kind))
        endpoint = endpoint->next;
    return endpoint != NULL && !endpoint->is_ended ? endpoint : NULL;
}

static void dial(glift__attachment *self, const glift__order *order)
{
    static const glift__socket_end no_memory = {GLIFT__END_LOST, 0, "there was no memory to connect"};
    if (self->link->is_offline)
        open_offline(self, order->number);
    else if (glift__endpoint_start(self, &glift__websocket_kind, order->number, order->url,
                     self->link->handshake_timeout_ms) == NULL)
        glift__core_closed(self->link->core, glift__io_time(self->io), order->number, &no_memory);
}

static void fetch(glift__attachment *self, const glift__order *order)
{
    static const char no_memory[] = "out of memory";
    if (glift__endpoint_start(self, &glift__fetch_kind, order->number, order->url, order->timeout_ms) == NULL)
        glift__core_fetched(self->link->core, glift__io_time(self->io), order->number, 0, no_memory,
                sizeof no_memory - 1);
}

static void write_messages(glift__attachment *self, uint32_t number)
{
    glift__endpoint *socket = endpoint_of(self, number, &glift__websocket_kind);
    if (self->link->is_offline)
        write_offline(self, number);
    else if (socket != NULL)
        glift__websocket_write(socket);
}

static void close_socket(glift__attachment *self, const glift__order *order)
{
    glift__endpoint *socket = endpoint_of(self, order->number, &glift__websocket_kind);
    if (self->link->is_offline)
        end_offline(self, order->number, GLIFT__END_CLOSED, order->close_code, "closed from this side");
    else if (socket != NULL)
        glift__websocket_close(socket, order->close_code);
}

/* Now or never: of a datagram that cannot be sent the core is only told. */
static void send_datagram(glift__attachment *self, const glift__order *order)
{
    const char *reason;
    if (self->udp != NULL && !glift__udp_is_for(self->udp, order->address, order->port)) {
        glift__udp_close(self->udp);
        self->udp = NULL;
    }
    if (self->udp == NULL)
        self->udp = glift__udp_open(order->address, order->port, &reason);
    if (self->udp == NULL || !glift__udp_send(self->udp, order->bytes, order->length, &reason))
        glift__core_datagram_failed(self->link->core, glift__io_now(), reason);
}

static void carry_out(glift__attachment *self, const glift__order *order)
{
    switch (order->kind) {
    case GLIFT__ORDER_DIAL:
        dial(self, order);
        break;
    case GLIFT__ORDER_WRITE:
        write_messages(self, order->number);
        break;
    case GLIFT__ORDER_CLOSE:
        close_socket(self, order);
        break;
    case GLIFT__ORDER_FETCH:
        fetch(self, order);
        break;
    case GLIFT__ORDER_DATAGRAM:
        send_datagram(self, order);
        break;
    case GLIFT__ORDER_DETACH:
        self->is_detached = true;
        break;
    }
}

/* ---- attaching, detaching ---- */

glift_status glift__io_attach(glift_io *io, glift__link *link)
{
    glift__attachment *self = calloc(1, sizeof *self);
    int count = atomic_load(&io->link_count);
    const char *message;
    if (self == NULL)
        return GLIFT_ERR_MEMORY;
    do {
        if (count < 0) {
            free(self);
            return GLIFT_ERR_STATE;
        }
    } while (!atomic_compare_exchange_weak(&io->link_count, &count, count + 1));
    self->link = link;
    self->io = io;
    glift__timer_init(&self->timer, on_deadline);
    link->io = io;
    link->is_threadless = io->is_threadless;
    link->attachment = self;
    atomic_init(&link->is_in_line, false);
    if (link->is_threadless && link->uses_tls) /* a dial that fails says why */
        glift__io_trust(io, link->tls_ca_file, link->tls_insecure, &message);
    glift__io_wake_link(link);
    return GLIFT_OK;
}

static void finish_detach(glift__attachment *self)
{
    glift__link *link = self->link;
    glift_io *io = self->io;
    free(self);
    atomic_fetch_sub(&io->link_count, 1);
    link->on_detached(link->user);
}

static void detach(glift__attachment *self)
{
    glift__timers_cancel(&self->io->loop.timers, &self->timer);
    glift__list_remove(&self->node);
    glift__udp_close(self->udp);
    glift__offline_destroy(self->offline);
    while (self->endpoints != NULL)
        glift__endpoint_free(self->endpoints);
    /* From here on wake-ups pass by. One that is under way still has the link in its hands, and puts it into
     * the line: taking the commands finishes. */
    if (!atomic_exchange(&self->link->is_in_line, true))
        finish_detach(self);
}

/* ---- serving ---- */

static void move_events(glift__attachment *self)
{
    glift__item *events = glift__core_take_events(self->link->core);
    if (events != NULL && glift__mailbox_push(&self->link->events, events))
        self->link->on_events(self->link->user);
}

/* Asks a core that has had inputs what it wants, and carries that out. */
static void serve(glift__attachment *self)
{
    glift__order order;
    move_events(self);
    while (!self->is_detached && glift__core_next_order(self->link->core, &order))
        carry_out(self, &order);
    if (self->is_detached) {
        detach(self);
        return;
    }
    move_events(self);
    set_timer(self);
}

void glift__links_settle(glift_io *io)
{
    bool is_changed;
    do {
        while (io->due != NULL) {
            glift__attachment *self = io->due;
            io->due = self->next_due;
            self->is_due = false;
            serve(self);
        }
        is_changed = glift__resolver_settle(io->resolver);
        is_changed = glift__endpoints_settle(io) || is_changed;
    } while (is_changed);
}

/* ---- commands ---- */

static void take_commands(glift__attachment *self)
{
    if (self->node.next == NULL) /* the first time that the link is seen on this thread */
        glift__list_insert_before(&self->io->attachments, &self->node);
    glift__item *command = glift__mailbox_take(&self->link->commands);
    while (command != NULL) {
        glift__item *next = command->next;
        glift__core_command(self->link->core, glift__io_time(self->io), command);
        command = next;
    }
    glift__link_is_due(self);
}

void glift__links_take_commands(glift_io *io)
{
    glift__item *item = glift__mailbox_take(&io->line);
    if (item != NULL) /* a server may have been made since the last look, and its time must not go back */
        glift__loop_look(&io->loop);
    while (item != NULL) {
        glift__link *link = GLIFT__OWNER(item, glift__link, in_line);
        item = item->next;
        if (((glift__attachment *)link->attachment)->is_detached) {
            finish_detach(link->attachment);
            continue;
        }
        /* Before looking into the box: what is pushed from here on brings the link into the line again. */
        atomic_store(&link->is_in_line, false);
        take_commands(link->attachment);
    }
}

void glift__io_wake_link(glift__link *link)
{
    if (!atomic_exchange(&link->is_in_line, true)) {
        glift_io *io = link->io; /* once in the line, the link can go at any moment */
        link->in_line.next = NULL;
        if (glift__mailbox_push(&io->line, &link->in_line))
            glift__io_wake(io);
    }
}
