/* SPDX-License-Identifier: Apache-2.0 */
#include "stand_in.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct node { /* an order, a message, or a note */
    struct node *next;
    glift__order order;
    glift__text text;
    uint32_t socket;
} node;

typedef struct list {
    node *first, **end;
} list;

struct glift__core {
    pthread_mutex_t lock;
    pthread_cond_t noted;
    list orders, messages, notes;
    node *current_order, *current_message, *current_note;
    uint64_t deadline_ms;
    bool is_detached;
    char *ca_file;
    glift__link link;
};

static void put(list *to, node *item)
{
    if (to->first == NULL)
        to->end = &to->first;
    item->next = NULL;
    *to->end = item;
    to->end = &item->next;
}

static node *take(list *from)
{
    node *item = from->first;
    if (item != NULL)
        from->first = item->next;
    return item;
}

static void free_node(node *item)
{
    if (item == NULL)
        return;
    free((char *)item->order.url);
    free((char *)item->order.bytes);
    free((char *)item->order.address);
    free(item->text.bytes);
    free(item);
}

static void free_list(list *items)
{
    node *item;
    while ((item = take(items)) != NULL)
        free_node(item);
}

/* ---- what the I/O thread calls ---- */

static void note(glift__core *core, const char *format, ...)
{
    node *item = calloc(1, sizeof *item);
    va_list arguments;
    va_start(arguments, format);
    item->text.length = (size_t)vasprintf(&item->text.bytes, format, arguments);
    va_end(arguments);
    pthread_mutex_lock(&core->lock);
    put(&core->notes, item);
    pthread_cond_signal(&core->noted);
    pthread_mutex_unlock(&core->lock);
}

void glift__core_command(glift__core *core, glift__time now, glift__item *command)
{
    (void)core, (void)now;
    free(command);
}

void glift__core_opened(glift__core *core, glift__time now, uint32_t socket)
{
    (void)now;
    note(core, "opened %u", socket);
}

void glift__core_closed(glift__core *core, glift__time now, uint32_t socket, const glift__socket_end *end)
{
    static const char *const kinds[] = {
            "no-address", "no-connection", "tls", "refused", "timeout", "closed", "lost"};
    (void)now;
    note(core, "closed %u %s %d %s", socket, kinds[end->kind], end->code, end->text);
}

void glift__core_received(
        glift__core *core, glift__time now, uint32_t socket, const char *bytes, size_t length)
{
    (void)now;
    note(core, "received %u %.*s", socket, (int)length, bytes);
}

void glift__core_fetched(
        glift__core *core, glift__time now, uint32_t fetch, int http_status, const char *body, size_t length)
{
    (void)now;
    note(core, "fetched %u %d %.*s", fetch, http_status, (int)length, body);
}

void glift__core_datagram_failed(glift__core *core, glift__time now, const char *reason)
{
    (void)now;
    note(core, "not sent: %s", reason);
}

void glift__core_advance(glift__core *core, glift__time now)
{
    (void)now;
    pthread_mutex_lock(&core->lock);
    core->deadline_ms = UINT64_MAX;
    pthread_mutex_unlock(&core->lock);
    note(core, "advanced");
}

bool glift__core_next_order(glift__core *core, glift__order *order)
{
    pthread_mutex_lock(&core->lock);
    free_node(core->current_order);
    core->current_order = take(&core->orders);
    bool any = core->current_order != NULL;
    if (any)
        *order = core->current_order->order;
    pthread_mutex_unlock(&core->lock);
    return any;
}

bool glift__core_next_message(glift__core *core, glift__time now, uint32_t socket, const glift__text **text)
{
    (void)now;
    pthread_mutex_lock(&core->lock);
    bool any = core->messages.first != NULL && core->messages.first->socket == socket;
    if (any) {
        free_node(core->current_message);
        core->current_message = take(&core->messages);
        *text = &core->current_message->text;
    }
    pthread_mutex_unlock(&core->lock);
    return any;
}

/* A stand-in expects nothing: what it says is not a request. */
bool glift__core_awaits_answer(const glift__core *core, uint32_t socket)
{
    (void)core, (void)socket;
    return false;
}

uint64_t glift__core_deadline_ms(const glift__core *core)
{
    glift__core *self = (glift__core *)core;
    pthread_mutex_lock(&self->lock);
    uint64_t deadline_ms = self->deadline_ms;
    pthread_mutex_unlock(&self->lock);
    return deadline_ms;
}

glift__item *glift__core_take_events(glift__core *core)
{
    (void)core;
    return NULL;
}

static void on_detached(void *user)
{
    glift__core *core = user;
    pthread_mutex_lock(&core->lock);
    core->is_detached = true;
    pthread_cond_signal(&core->noted);
    pthread_mutex_unlock(&core->lock);
}

/* ---- what the test calls ---- */

static _Noreturn void die(const char *what, const char *more)
{
    printf("Bail out! %s: %.300s\n", what, more);
    exit(1);
}

glift__core *stand_in_attach(glift_io *io, const char *ca_file, bool insecure, uint32_t handshake_timeout_ms)
{
    glift__core *core = calloc(1, sizeof *core);
    pthread_mutex_init(&core->lock, NULL);
    pthread_cond_init(&core->noted, NULL);
    core->deadline_ms = UINT64_MAX;
    core->ca_file = strdup(ca_file);
    core->link = (glift__link){
            .core = core,
            .tls_ca_file = core->ca_file,
            .tls_insecure = insecure,
            .handshake_timeout_ms = handshake_timeout_ms,
            .on_detached = on_detached,
            .user = core,
    };
    if (glift__io_attach(io, &core->link) != GLIFT_OK)
        die("attach", "refused");
    return core;
}

glift__core *stand_in_attach_usual(glift_io *io)
{
    return stand_in_attach(io, "", false, 10000);
}

static void give(glift__core *core, glift__order order)
{
    node *item = calloc(1, sizeof *item);
    item->order = order;
    if (order.url != NULL)
        item->order.url = strdup(order.url);
    if (order.kind == GLIFT__ORDER_DATAGRAM) {
        item->order.bytes = strdup(order.bytes);
        item->order.address = strdup(order.address);
    }
    pthread_mutex_lock(&core->lock);
    put(&core->orders, item);
    pthread_mutex_unlock(&core->lock);
    glift__io_wake_link(&core->link);
}

void stand_in_dial(glift__core *core, uint32_t socket, const char *url)
{
    give(core, (glift__order){.kind = GLIFT__ORDER_DIAL, .number = socket, .url = url});
}

void stand_in_dial_port(glift__core *core, uint32_t socket, uint16_t port)
{
    char url[64];
    snprintf(url, sizeof url, "ws://127.0.0.1:%u/", port);
    stand_in_dial(core, socket, url);
}

void stand_in_say_many(glift__core *core, uint32_t socket, const char *const *texts, size_t count)
{
    pthread_mutex_lock(&core->lock);
    for (size_t i = 0; i < count; i++) {
        node *item = calloc(1, sizeof *item);
        item->socket = socket;
        item->text.bytes = strdup(texts[i]);
        item->text.length = strlen(texts[i]);
        put(&core->messages, item);
    }
    pthread_mutex_unlock(&core->lock);
    give(core, (glift__order){.kind = GLIFT__ORDER_WRITE, .number = socket});
}

void stand_in_say(glift__core *core, uint32_t socket, const char *text)
{
    stand_in_say_many(core, socket, &text, 1);
}

void stand_in_close(glift__core *core, uint32_t socket, int code)
{
    give(core, (glift__order){.kind = GLIFT__ORDER_CLOSE, .number = socket, .close_code = code});
}

void stand_in_fetch(glift__core *core, uint32_t fetch, const char *url, uint32_t timeout_ms)
{
    give(core, (glift__order){
                       .kind = GLIFT__ORDER_FETCH, .number = fetch, .url = url, .timeout_ms = timeout_ms});
}

void stand_in_send_datagram(glift__core *core, const char *address, uint16_t port, const char *text)
{
    give(core, (glift__order){.kind = GLIFT__ORDER_DATAGRAM,
                       .bytes = text,
                       .length = strlen(text),
                       .address = address,
                       .port = port});
}

void stand_in_set_deadline(glift__core *core, uint64_t mono_ms)
{
    pthread_mutex_lock(&core->lock);
    core->deadline_ms = mono_ms;
    pthread_mutex_unlock(&core->lock);
    glift__io_wake_link(&core->link);
}

/* The lock is held. False when it took longer. */
static bool wait_noted(glift__core *core, const struct timespec *until)
{
    return pthread_cond_timedwait(&core->noted, &core->lock, until) == 0;
}

static struct timespec after(unsigned ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return until;
}

void stand_in_detach(glift__core *core)
{
    struct timespec until = after(10000);
    give(core, (glift__order){.kind = GLIFT__ORDER_DETACH});
    pthread_mutex_lock(&core->lock);
    while (!core->is_detached)
        if (!wait_noted(core, &until))
            die("detach", "nothing happens");
    pthread_mutex_unlock(&core->lock);
    free_list(&core->orders);
    free_list(&core->messages);
    free_list(&core->notes);
    free_node(core->current_order);
    free_node(core->current_message);
    free_node(core->current_note);
    pthread_mutex_destroy(&core->lock);
    pthread_cond_destroy(&core->noted);
    free(core->ca_file);
    free(core);
}

const char *stand_in_expect(glift__core *core, const char *start)
{
    struct timespec until = after(10000);
    pthread_mutex_lock(&core->lock);
    while (core->notes.first == NULL)
        if (!wait_noted(core, &until))
            die("nothing was noted, expected", start);
    free_node(core->current_note);
    core->current_note = take(&core->notes);
    pthread_mutex_unlock(&core->lock);
    const char *text = core->current_note->text.bytes;
    if (strncmp(text, start, strlen(start)) != 0) {
        printf("# expected %.300s\n", start);
        die("another note than expected", text);
    }
    return text + strlen(start);
}

void stand_in_expect_silence(glift__core *core, unsigned ms)
{
    struct timespec until = after(ms);
    pthread_mutex_lock(&core->lock);
    while (core->notes.first == NULL && wait_noted(core, &until))
        ;
    if (core->notes.first != NULL)
        die("expected nothing, but was told", core->notes.first->text.bytes);
    pthread_mutex_unlock(&core->lock);
}
