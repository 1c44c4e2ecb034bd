/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_io.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct glift_io {
    unsigned links;
    bool is_abandoned;
};

typedef struct attached {
    struct attached *next;
    glift__link *link;
    bool detached;
} attached;

fake_world fake;
static attached *links;

/* ---- memory ---- */

static void *allocate(size_t size)
{
    if (fake.on_own_memory != NULL)
        fake.on_own_memory(true);
    void *memory = calloc(1, size);
    if (fake.on_own_memory != NULL)
        fake.on_own_memory(false);
    if (memory == NULL)
        abort();
    return memory;
}

static char **room_for_one_more(fake_socket *socket)
{
    if (socket->said_count == socket->said_capacity) {
        size_t capacity = socket->said_capacity == 0 ? 16 : 2 * socket->said_capacity;
        char **larger = allocate(capacity * sizeof *larger);
        if (socket->said_count > 0)
            memcpy(larger, socket->said, socket->said_count * sizeof *larger);
        free(socket->said);
        socket->said = larger;
        socket->said_capacity = capacity;
    }
    return &socket->said[socket->said_count];
}

static void forget_said(fake_socket *socket)
{
    for (size_t i = 0; i < socket->said_count; i++)
        free(socket->said[i]);
    socket->said_count = 0;
    socket->heard_count = 0;
}

static char *copy(const char *text)
{
    return strcpy(allocate(strlen(text) + 1), text);
}

/* ---- the world ---- */

void fake_begin(void)
{
    while (fake.sockets != NULL) {
        fake_socket *socket = fake.sockets;
        fake.sockets = socket->next;
        forget_said(socket);
        free(socket->said);
        free(socket->url);
        free(socket);
    }
    while (fake.fetches != NULL) {
        fake_fetch *fetch = fake.fetches;
        fake.fetches = fetch->next;
        free(fetch->url);
        free(fetch);
    }
    while (fake.datagrams != NULL) {
        fake_datagram *datagram = fake.datagrams;
        fake.datagrams = datagram->next;
        free(datagram->address);
        free(datagram->bytes);
        free(datagram);
    }
    while (links != NULL) {
        attached *gone = links;
        links = gone->next;
        free(gone);
    }
    memset(&fake, 0, sizeof fake);
    fake.now_ms = 1000000;
}

glift__time glift__io_now(void)
{
    return (glift__time){.mono_ms = fake.now_ms, .unix_ms = 1767225600000 + (int64_t)fake.now_ms};
}

fake_socket *fake_dial(size_t index)
{
    fake_socket *socket = fake.sockets;
    while (socket != NULL && index-- > 0)
        socket = socket->next;
    return socket;
}

fake_socket *fake_last_dial(void)
{
    return fake.dial_count == 0 ? NULL : fake_dial(fake.dial_count - 1);
}

fake_fetch *fake_last_fetch(void)
{
    fake_fetch *fetch = fake.fetches;
    while (fetch != NULL && fetch->next != NULL)
        fetch = fetch->next;
    return fetch;
}

fake_datagram *fake_sent(size_t index)
{
    fake_datagram *datagram = fake.datagrams;
    while (datagram != NULL && index-- > 0)
        datagram = datagram->next;
    return datagram;
}

static fake_socket *socket_of(const glift__link *link, uint32_t number)
{
    fake_socket *socket = fake.sockets;
    while (socket != NULL && !(socket->link == link && socket->number == number))
        socket = socket->next;
    if (socket == NULL) {
        fprintf(stderr, "an order for a socket that was never dialled: %u\n", (unsigned)number);
        abort();
    }
    return socket;
}

/* ---- orders ---- */

static void dial(glift__link *link, const glift__order *order)
{
    fake_socket *socket = allocate(sizeof *socket), **end = &fake.sockets;
    while (*end != NULL)
        end = &(*end)->next;
    *end = socket;
    socket->link = link;
    socket->number = order->number;
    socket->url = copy(order->url);
    fake.dial_count++;
}

static void fetch(glift__link *link, const glift__order *order)
{
    fake_fetch *fetch = allocate(sizeof *fetch), **end = &fake.fetches;
    while (*end != NULL)
        end = &(*end)->next;
    *end = fetch;
    fetch->link = link;
    fetch->number = order->number;
    fetch->url = copy(order->url);
    fake.fetch_count++;
}

static void send_datagram(const glift__link *link, const glift__order *order)
{
    fake_datagram *datagram = allocate(sizeof *datagram), **end = &fake.datagrams;
    while (*end != NULL)
        end = &(*end)->next;
    *end = datagram;
    datagram->link = link;
    datagram->sent_ms = fake.now_ms;
    datagram->address = copy(order->address);
    datagram->port = order->port;
    datagram->length = order->length;
    datagram->bytes = allocate(order->length + 1);
    memcpy(datagram->bytes, order->bytes, order->length);
    fake.datagram_count++;
    if (fake.datagrams_fail != NULL)
        glift__core_datagram_failed(link->core, glift__io_now(), fake.datagrams_fail);
}

static void write_all(fake_socket *socket)
{
    const glift__text *text;
    size_t first = socket->said_count;
    socket->write_ordered = true;
    if (fake.writes_stall || socket->state != FAKE_OPEN)
        return;
    socket->write_ordered = false;
    while (glift__core_next_message(socket->link->core, glift__io_now(), socket->number, &text)) {
        if (strlen(text->bytes) != text->length)
            abort();
        *room_for_one_more(socket) = copy(text->bytes);
        socket->said_count++;
    }
    for (size_t i = first; fake.on_message != NULL && i < socket->said_count; i++)
        fake.on_message(socket, socket->said[i]);
    if (fake.forgets)
        forget_said(socket);
}

static void end_socket(fake_socket *socket, glift__end_kind kind, int code, const char *text)
{
    const glift__socket_end end = {kind, code, text};
    if (socket->state == FAKE_ENDED)
        return;
    socket->state = FAKE_ENDED;
    glift__core_closed(socket->link->core, glift__io_now(), socket->number, &end);
}

static void close_socket(fake_socket *socket, int code)
{
    write_all(socket);
    socket->close_ordered = true;
    socket->close_code = code;
    if (!fake.closes_stall)
        end_socket(socket, GLIFT__END_CLOSED, code, "");
}

static void carry_out(attached *self, const glift__order *order)
{
    glift__link *link = self->link;
    switch (order->kind) {
    case GLIFT__ORDER_DIAL:
        dial(link, order);
        break;
    case GLIFT__ORDER_WRITE:
        write_all(socket_of(link, order->number));
        break;
    case GLIFT__ORDER_CLOSE:
        close_socket(socket_of(link, order->number), order->close_code);
        break;
    case GLIFT__ORDER_FETCH:
        fetch(link, order);
        break;
    case GLIFT__ORDER_DATAGRAM:
        send_datagram(link, order);
        break;
    case GLIFT__ORDER_DETACH:
        self->detached = true;
        break;
    }
}

/* ---- one turn of the thread ---- */

static void move_events(glift__link *link)
{
    glift__item *events = glift__core_take_events(link->core);
    if (events != NULL && glift__mailbox_push(&link->events, events))
        link->on_events(link->user);
}

static bool serve(attached *self)
{
    bool did_something = false;
    glift__order order;
    for (glift__item *command = glift__mailbox_take(&self->link->commands), *next; command != NULL;
            command = next) {
        next = command->next;
        glift__core_command(self->link->core, glift__io_now(), command);
        did_something = true;
    }
    if (glift__core_deadline_ms(self->link->core) <= fake.now_ms) {
        glift__core_advance(self->link->core, glift__io_now());
        did_something = true;
    }
    while (!self->detached && glift__core_next_order(self->link->core, &order)) {
        carry_out(self, &order);
        did_something = true;
    }
    for (fake_socket *socket = fake.sockets; socket != NULL; socket = socket->next) {
        if (socket->link == self->link && socket->write_ordered)
            write_all(socket);
    }
    move_events(self->link);
    return did_something;
}

/* Nobody is told: the core of that link has gone. */
static void end_sockets_of(const glift__link *link)
{
    for (fake_socket *socket = fake.sockets; socket != NULL; socket = socket->next) {
        if (socket->link != link)
            continue;
        socket->state = FAKE_ENDED;
        socket->link = NULL;
    }
}

static void remove_detached(void)
{
    for (attached **at = &links; *at != NULL;) {
        attached *self = *at;
        if (!self->detached) {
            at = &self->next;
            continue;
        }
        glift_io *io = self->link->io;
        *at = self->next;
        io->links--;
        end_sockets_of(self->link);
        self->link->on_detached(self->link->user);
        free(self);
        if (io->is_abandoned && io->links == 0)
            free(io);
    }
}

void fake_run(void)
{
    bool busy = !fake.asleep;
    for (int turns = 0; busy; turns++) {
        if (turns > 100000) {
            fprintf(stderr, "the core does not come to rest\n");
            abort();
        }
        busy = false;
        for (attached *self = links; self != NULL; self = self->next)
            busy = (!self->detached && serve(self)) || busy;
    }
    remove_detached();
}

void fake_pass(uint64_t ms)
{
    uint64_t until = fake.now_ms + ms;
    fake_run();
    for (;;) {
        uint64_t next = UINT64_MAX;
        for (attached *self = links; self != NULL; self = self->next) {
            uint64_t deadline = glift__core_deadline_ms(self->link->core);
            next = deadline < next ? deadline : next;
        }
        if (next > until)
            break;
        fake.now_ms = next > fake.now_ms ? next : fake.now_ms;
        fake_run();
    }
    fake.now_ms = until;
    fake_run();
}

/* ---- io.h ---- */

glift_status glift_io_create(const glift_io_desc *desc, glift_io **out)
{
    (void)desc; /* this one has its own way of having no thread */
    *out = calloc(1, sizeof **out);
    return *out != NULL ? GLIFT_OK : GLIFT_ERR_MEMORY;
}

glift_status glift_io_destroy(glift_io *io)
{
    if (io != NULL && io->links > 0)
        return GLIFT_ERR_STATE;
    free(io);
    return GLIFT_OK;
}

glift_status glift__io_attach(glift_io *io, glift__link *link)
{
    attached *self = calloc(1, sizeof *self);
    if (self == NULL)
        return GLIFT_ERR_MEMORY;
    self->link = link;
    self->next = links;
    links = self;
    link->io = io;
    io->links++;
    fake_run();
    return GLIFT_OK;
}

void glift__io_wake_link(glift__link *link)
{
    (void)link;
    fake.wakes++;
    fake_run();
}

bool glift__io_is_threadless(const glift_io *io)
{
    (void)io;
    return false;
}

void glift__io_step(glift_io *io, uint32_t timeout_ms)
{
    (void)io, (void)timeout_ms;
    fake.steps++;
    fake_run();
}

void glift__io_flush(glift_io *io)
{
    (void)io;
    fake_run();
}

void glift__io_ask_for_tick(glift_io *io, int change)
{
    (void)io;
    (void)change;
}

/* The game has given the io up, and the link comes round later: fake_run() detaches it. */
void glift__io_abandon(glift_io *io)
{
    io->is_abandoned = true;
}

/* ---- the service ---- */

void fake_open(fake_socket *socket)
{
    socket->state = FAKE_OPEN;
    socket->opened_ms = fake.now_ms;
    glift__core_opened(socket->link->core, glift__io_now(), socket->number);
    fake_run();
}

void fake_end(fake_socket *socket, glift__end_kind kind, int code, const char *text)
{
    end_socket(socket, kind, code, text);
    fake_run();
}

static void say(fake_socket *socket, const char *text)
{
    /* A copy without terminator: reading past the end shows under the address sanitizer. */
    size_t length = strlen(text);
    char *bytes = allocate(length > 0 ? length : 1);
    memcpy(bytes, text, length);
    glift__core_received(socket->link->core, glift__io_now(), socket->number, bytes, length);
    free(bytes);
}

void fake_say(fake_socket *socket, const char *text)
{
    say(socket, text);
    fake_run();
}

void fake_say_together(fake_socket *socket, const char *first, const char *second)
{
    say(socket, first);
    say(socket, second);
    fake_run();
}

void fake_answer_fetch(fake_fetch *fetch, int http_status, const char *body)
{
    fetch->answered = true;
    glift__core_fetched(fetch->link->core, glift__io_now(), fetch->number, http_status, body, strlen(body));
    fake_run();
}

const char *fake_hear(fake_socket *socket)
{
    return socket->heard_count < socket->said_count ? socket->said[socket->heard_count++] : NULL;
}
