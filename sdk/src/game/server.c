/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a server on the game's side: create, tick, wait, rebind, destroy. The core lives on the I/O
 * thread from attach to on_detached; two mailboxes are all that both sides touch, and one lock that covers
 * sleeping and waking. */

#include "game/server_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- the live servers of this program ----
 *
 * The one global: GameLift tells processes apart by their id, so a second server with the same id would take
 * over the connection of the first, from whichever library or script it was made. Only a list that all of
 * them share can tell. */

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static glift__node registry = {&registry, &registry};

static glift_status enter_registry(glift_server *server)
{
    glift_status status = GLIFT_OK;
    pthread_mutex_lock(&registry_lock);
    for (glift__node *node = registry.next; node != &registry; node = node->next) {
        const glift_server *other = GLIFT__OWNER(node, glift_server, registered);
        if (strcmp(other->settings.core.process_id, server->settings.core.process_id) == 0)
            status = GLIFT_ERR_STATE;
    }
    if (status == GLIFT_OK)
        glift__list_insert_before(&registry, &server->registered);
    pthread_mutex_unlock(&registry_lock);
    return status;
}

static void leave_registry(glift_server *server)
{
    pthread_mutex_lock(&registry_lock);
    if (server->registered.next != NULL)
        glift__list_remove(&server->registered);
    pthread_mutex_unlock(&registry_lock);
}

/* ---- asking for a tick ---- */

/* A game that sleeps until on_wake must hear of what only its next tick can carry on, also where it comes
 * from the game's own side. */
static void ask_for_tick(glift_server *server)
{
    if (server->inside || server->tick_asked)
        return;
    server->tick_asked = true;
    pthread_mutex_lock(&server->lock);
    if (server->on_wake != NULL)
        server->on_wake(server->wake_user);
    pthread_mutex_unlock(&server->lock);
}

/* ---- log ---- */

static glift_log_level least_level(const glift_server_desc *callbacks)
{
    return callbacks->on_log == NULL && callbacks->log_level < GLIFT_LOG_WARNING ? GLIFT_LOG_WARNING
                                                                                 : callbacks->log_level;
}

void glift__log(glift_server *server, glift_log_level level, const char *format, ...)
{
    if (level < least_level(&server->callbacks) || server->own_lines >= GLIFT__KEPT_LINES)
        return;
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    glift__event *event = glift__event_new(GLIFT__EVENT_LOG);
    if (event == NULL)
        return;
    event->level = level;
    event->text = glift__memory_text(&event->memory, line);
    if (event->text == NULL) {
        glift__item_free(&event->item, false);
        return;
    }
    server->own_lines++;
    glift__items_put(&server->lines, &event->item);
    ask_for_tick(server);
}

/* There is no server yet whose tick could deliver it. */
static glift_status refuse_create(const glift_server_desc *desc, glift_status status, const char *message)
{
    char line[GLIFT__MESSAGE_SIZE + 64];
    snprintf(line, sizeof line, "glift_server_create: %s", message);
    if (desc->on_log != NULL)
        desc->on_log(NULL, GLIFT_LOG_ERROR, line, desc->user);
    else
        fprintf(stderr, "gamelift: error: %s\n", line);
    return status;
}

/* ---- on the I/O thread ---- */

static void on_events(void *user)
{
    glift_server *server = user;
    pthread_mutex_lock(&server->lock);
    pthread_cond_broadcast(&server->changed);
    if (server->on_wake != NULL) /* under the lock: once rebind has returned, the old one does not run */
        server->on_wake(server->wake_user);
    pthread_mutex_unlock(&server->lock);
}

static void disown(glift_server *server)
{
    if (atomic_fetch_sub(&server->owners, 1) > 1)
        return;
    glift__items_free(glift__mailbox_take(&server->link.commands), true);
    glift__items_free(glift__mailbox_take(&server->link.events), false);
    glift__items_free(glift__items_take(&server->lines), false);
    glift__items_free(glift__items_take(&server->kept), false);
    glift__items_free(server->retired, false);
    if (server->session_event != NULL)
        glift__item_free(&server->session_event->item, false);
    if (server->update_event != NULL)
        glift__item_free(&server->update_event->item, false);
    glift__core_destroy(server->link.core); /* after the events, which give room back to it */
    free(server->last_command);
    glift__settings_fini(&server->settings);
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

static void on_detached(void *user)
{
    glift_server *server = user;
    pthread_mutex_lock(&server->lock);
    server->detached = true;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    disown(server);
}

/* ---- create ---- */

static void init_lock(glift_server *server)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

static glift_server *new_server(void)
{
    glift_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return NULL;
    init_lock(server);
    atomic_init(&server->owners, 1);
    glift__list_init(&server->pending);
    glift__list_init(&server->cancelled);
    server->healthy = true;
    glift__random_seed(&server->random);
    return server;
}

static void set_callbacks(glift_server *server, const glift_server_desc *desc)
{
    pthread_mutex_lock(&server->lock);
    server->on_wake = desc->on_wake;
    server->wake_user = desc->user;
    pthread_mutex_unlock(&server->lock);
    server->callbacks = *desc;
}

static glift_status make_last_command(glift_server *server)
{
    server->last_command = calloc(1, sizeof *server->last_command);
    if (server->last_command == NULL)
        return GLIFT_ERR_MEMORY;
    server->last_command->kind = GLIFT__COMMAND_SHUTDOWN;
    return GLIFT_OK;
}

static glift_status make_core(glift_server *server)
{
    glift__core_desc *core = &server->settings.core;
    core->random = glift__random_next;
    core->random_user = &server->random;
    core->log_level = least_level(&server->callbacks);
    return glift__core_create(core, glift__io_now(), &server->link.core);
}

static glift_status attach(glift_server *server, glift_io *io)
{
    glift_status status = io == NULL ? glift_io_create(&server->own_io) : GLIFT_OK;
    if (status != GLIFT_OK)
        return status;
    glift__link *link = &server->link;
    link->tls_ca_file = server->settings.tls_ca_file;
    link->tls_insecure = server->settings.tls_insecure;
    link->handshake_timeout_ms = server->settings.handshake_timeout_ms;
    link->on_events = on_events;
    link->on_detached = on_detached;
    link->user = server;
    atomic_fetch_add(&server->owners, 1);
    status = glift__io_attach(io != NULL ? io : server->own_io, link);
    if (status != GLIFT_OK)
        atomic_fetch_sub(&server->owners, 1);
    return status;
}

static glift_status build(
        glift_server *server, const glift_server_desc *desc, char message[GLIFT__MESSAGE_SIZE])
{
    set_callbacks(server, desc);
    glift_status status = glift__settings_resolve(desc, &server->settings, message);
    if (status != GLIFT_OK)
        return status;
    status = enter_registry(server);
    if (status != GLIFT_OK) {
        snprintf(message, GLIFT__MESSAGE_SIZE,
                "a server with process id %.128s exists already in this program",
                server->settings.core.process_id);
        return status;
    }
    snprintf(message, GLIFT__MESSAGE_SIZE, "out of memory, or no thread could be started");
    status = make_last_command(server);
    if (status == GLIFT_OK)
        status = make_core(server);
    if (status == GLIFT_OK)
        status = attach(server, desc->io);
    return status;
}

glift_status glift_server_create(const glift_server_desc *given, glift_server **out)
{
    char message[GLIFT__MESSAGE_SIZE] = "out of memory";
    glift_server_desc desc;
    if (out == NULL)
        return GLIFT_ERR_ARGUMENT;
    *out = NULL;
    glift_status status = glift__settings_desc(given, &desc, message);
    if (status != GLIFT_OK)
        return refuse_create(&desc, status, message);
    glift_server *server = new_server();
    if (server == NULL)
        return refuse_create(&desc, GLIFT_ERR_MEMORY, message);
    status = build(server, &desc, message);
    if (status != GLIFT_OK) {
        leave_registry(server);
        glift_io_destroy(server->own_io);
        disown(server);
        return refuse_create(&desc, status, message);
    }
    if (server->settings.tls_insecure)
        glift__log(server, GLIFT_LOG_WARNING,
                "tls_insecure: any certificate is accepted, so anybody can play GameLift");
    *out = server;
    return GLIFT_OK;
}

/* ---- destroy ---- */

static struct timespec deadline_in(uint32_t timeout_ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += timeout_ms / 1000;
    at.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

static void wait_until_detached(glift_server *server)
{
    uint32_t timeout_ms = server->settings.shutdown_timeout_ms;
    struct timespec deadline = deadline_in(timeout_ms);
    int result = 0;
    pthread_mutex_lock(&server->lock);
    while (!server->detached && result == 0)
        result = pthread_cond_timedwait(&server->changed, &server->lock, &deadline);
    server->on_wake = NULL; /* an I/O thread that comes round later has nobody to wake */
    bool detached = server->detached;
    pthread_mutex_unlock(&server->lock);
    if (!detached)
        glift__log(server, GLIFT_LOG_WARNING,
                "the I/O thread did not come round within %u ms: it frees this server when it does",
                (unsigned)timeout_ms);
}

/* Answers and log lines that have arrived are still given; everything else has no meaning any more. */
static void deliver_the_last(glift_server *server)
{
    glift__deliver(server);
    server->inside = true;
    glift__settle_all(server, GLIFT_ERR_CLOSED, "the server was destroyed");
    server->inside = false;
}

glift_status glift_server_destroy(glift_server *server)
{
    if (server == NULL)
        return GLIFT_OK;
    if (server->inside)
        return GLIFT_ERR_STATE;
    server->closing = true;
    glift__mailbox_push(&server->link.commands, server->last_command);
    server->last_command = NULL;
    glift__io_wake_link(&server->link);
    wait_until_detached(server);
    deliver_the_last(server);
    leave_registry(server);
    /* Refused, and left behind, should the I/O thread not have come round in time. */
    glift_io_destroy(server->own_io);
    disown(server);
    return GLIFT_OK;
}

/* ---- tick, wait ---- */

void glift__submit(glift_server *server, glift__item *command)
{
    command->next = NULL;
    if (!glift__mailbox_push(&server->link.commands, command))
        return; /* who found the box empty wakes, or has */
    if (server->inside || server->woken) {
        server->flush_due = true;
        ask_for_tick(server);
        return;
    }
    server->woken = true;
    glift__io_wake_link(&server->link);
}

static void flush(glift_server *server)
{
    server->flush_due = false;
    if (!glift__mailbox_is_empty(&server->link.commands))
        glift__io_wake_link(&server->link);
}

glift_status glift_server_tick(glift_server *server)
{
    if (server == NULL)
        return GLIFT_ERR_ARGUMENT;
    if (server->inside)
        return GLIFT_ERR_STATE;
    server->woken = server->tick_asked = false;
    if (glift__something_to_deliver(server)) {
        glift__deliver(server);
        if (glift__something_to_deliver(server)) /* what the callbacks left to the next one */
            ask_for_tick(server);
    }
    if (server->flush_due)
        flush(server);
    return GLIFT_OK;
}

glift_status glift_server_wait(glift_server *server, uint32_t timeout_ms)
{
    if (server == NULL)
        return GLIFT_ERR_ARGUMENT;
    if (server->inside)
        return GLIFT_ERR_STATE;
    if (server->flush_due)
        flush(server);
    if (glift__something_to_deliver(server))
        return GLIFT_OK;
    if (timeout_ms == 0)
        return GLIFT_ERR_TIMEOUT;

    struct timespec deadline = deadline_in(timeout_ms);
    int result = 0;
    pthread_mutex_lock(&server->lock);
    while (glift__mailbox_is_empty(&server->link.events) && result == 0)
        result = pthread_cond_timedwait(&server->changed, &server->lock, &deadline);
    pthread_mutex_unlock(&server->lock);
    return glift__something_to_deliver(server) ? GLIFT_OK : GLIFT_ERR_TIMEOUT;
}

/* ---- cancel, rebind ---- */

static glift__cancel *new_cancel(bool all, void *user)
{
    glift__cancel *cancel = calloc(1, sizeof *cancel);
    if (cancel == NULL)
        return NULL;
    cancel->item.kind = GLIFT__COMMAND_CANCEL;
    cancel->all = all;
    cancel->user = user;
    return cancel;
}

static bool mark_cancelled(glift_server *server, const void *user)
{
    bool any = false;
    for (glift__node *node = server->pending.next, *next; node != &server->pending; node = next) {
        glift__call *call = GLIFT__OWNER(node, glift__call, game.pending);
        next = node->next;
        if (call->user != user)
            continue;
        glift__list_remove(node);
        glift__list_insert_before(&server->cancelled, node);
        call->game.state = GLIFT__CALL_CANCELLED;
        any = true;
    }
    return any;
}

glift_status glift_server_cancel(glift_server *server, void *user)
{
    if (server == NULL)
        return GLIFT_ERR_ARGUMENT;
    if (server->closing)
        return GLIFT_ERR_STATE;
    if (!mark_cancelled(server, user))
        return GLIFT_OK;
    ask_for_tick(server);
    glift__cancel *cancel = new_cancel(false, user);
    if (cancel != NULL) /* without memory they are still sent, and their answers thrown away */
        glift__submit(server, &cancel->item);
    return GLIFT_OK;
}

static glift__level *new_level(const glift_server_desc *desc)
{
    glift__level *level = calloc(1, sizeof *level);
    if (level == NULL)
        return NULL;
    level->item.kind = GLIFT__COMMAND_LOG_LEVEL;
    level->level = least_level(desc);
    return level;
}

glift_status glift_server_rebind(glift_server *server, const glift_server_desc *given)
{
    char message[GLIFT__MESSAGE_SIZE];
    glift_server_desc desc;
    memset(&desc, 0, sizeof desc);
    if (server == NULL || (given != NULL && glift__settings_desc(given, &desc, message) != GLIFT_OK))
        return GLIFT_ERR_ARGUMENT;
    if (server->closing)
        return GLIFT_ERR_STATE;
    glift__cancel *cancel = new_cancel(true, NULL);
    glift__level *level = new_level(&desc);
    if (cancel == NULL || level == NULL) {
        free(cancel);
        free(level);
        return GLIFT_ERR_MEMORY;
    }
    glift__submit(server, &cancel->item);
    glift__submit(server, &level->item);

    bool was_inside = server->inside;
    server->inside = server->closing = true; /* what a `done` asks for now, nobody would be there to hear */
    glift__settle_all(server, GLIFT_ERR_CANCELLED, "cancelled");
    server->inside = was_inside;
    server->closing = false;
    set_callbacks(server, &desc);
    server->parked = given == NULL;
    server->tick_asked = false; /* whoever was asked, is bound no more */
    if (server->flush_due || glift__something_to_deliver(server))
        ask_for_tick(server);
    return GLIFT_OK;
}

/* ---- what the server knows ---- */

const char *glift_get_game_session_id(const glift_server *server)
{
    return server != NULL && server->session_event != NULL ? server->session.game_session_id : ""; /* P165 */
}

const glift_game_session *glift_get_game_session(const glift_server *server)
{
    return server != NULL && server->session_event != NULL ? &server->session : NULL;
}

glift_status glift_get_termination_time(const glift_server *server, int64_t *out_unix_ms)
{
    if (server == NULL || out_unix_ms == NULL)
        return GLIFT_ERR_ARGUMENT;
    if (!server->has_termination_time)
        return GLIFT_ERR_STATE; /* P118 */
    *out_unix_ms = server->termination_time_unix_ms;
    return GLIFT_OK;
}

bool glift_is_process_ready(const glift_server *server)
{
    return server != NULL && server->ready;
}
