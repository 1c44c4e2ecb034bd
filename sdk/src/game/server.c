/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a server on the game's side: create, tick, wait, destroy. The core lives on the I/O
 * thread from attach to on_detached; two mailboxes are all that both sides touch, and one lock that covers
 * sleeping and waking. */

#include "game/server_state.h"
#include "base/structs.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_threadless(const glift_server *server)
{
    return server->link.is_threadless; /* false before it is attached */
}

/* ---- asking for a tick ---- */

/* A game that sleeps until on_wake, or as long as glift_io_next_ms() says, must hear of what only its next
 * tick can carry on, also where it comes from the game's own side. */
void glift__ask_for_tick(glift_server *server)
{
    if (server->inside || server->tick_asked)
        return;
    server->tick_asked = true;
    glift__monitor_enter(server->monitor);
    if (server->on_wake != NULL)
        server->on_wake(server->wake_user);
    glift__monitor_leave(server->monitor);
    if (is_threadless(server))
        glift__io_ask_for_tick(server->link.io, 1);
}

static inline void is_ticked(glift_server *server)
{
    if (server->tick_asked && is_threadless(server))
        glift__io_ask_for_tick(server->link.io, -1);
    server->woken = server->tick_asked = false;
}

/* ---- log ---- */

glift_log_level glift__least_level(const glift_server_desc *callbacks)
{
    return callbacks->on_log == NULL && callbacks->log_level < GLIFT_LOG_WARNING ? GLIFT_LOG_WARNING
                                                                                 : callbacks->log_level;
}

void glift__log(glift_server *server, glift_log_level level, const char *format, ...)
{
    if (level < glift__least_level(&server->callbacks) || server->own_lines >= GLIFT__KEPT_LINES)
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
    glift__ask_for_tick(server);
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

/* A threadless io runs inside a tick, which may be that of another server. */
static void on_events(void *user)
{
    glift_server *server = user;
    if (is_threadless(server)) {
        glift__ask_for_tick(server);
        return;
    }
    glift__monitor_enter(server->monitor);
    glift__monitor_wake_all(server->monitor);
    if (server->on_wake != NULL) /* under the lock: once rebind has returned, the old one does not run */
        server->on_wake(server->wake_user);
    glift__monitor_leave(server->monitor);
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
    glift__free_untaken(server);
    glift__forget_kept_values(server);
    if (server->session_event != NULL)
        glift__item_free(&server->session_event->item, false);
    if (server->update_event != NULL)
        glift__item_free(&server->update_event->item, false);
    glift__core_destroy(server->link.core); /* after the events, which give room back to it */
    free(server->last_command);
    glift__metrics_fini_game(server);
    glift__settings_fini(&server->settings);
    glift__monitor_destroy(server->monitor);
    free(server);
}

static void on_detached(void *user)
{
    glift_server *server = user;
    glift__monitor_enter(server->monitor);
    server->detached = true;
    glift__monitor_wake_all(server->monitor);
    glift__monitor_leave(server->monitor);
    disown(server);
}

/* ---- create ---- */

static glift_server *new_server(void)
{
    glift_server *server = calloc(1, sizeof *server);
    glift__monitor *monitor = glift__monitor_create();
    if (server == NULL || monitor == NULL) {
        glift__monitor_destroy(monitor);
        free(server);
        return NULL;
    }
    server->monitor = monitor;
    atomic_init(&server->owners, 1);
    glift__list_init(&server->pending);
    glift__list_init(&server->cancelled);
    glift__list_init(&server->inherited);
    glift__list_init(&server->untaken);
    server->next_request_id = server->first_own_id = 1;
    server->owner_number = 1;
    glift__metrics_init_game(server);
    server->healthy = true;
    glift__random_seed(&server->random);
    return server;
}

void glift__set_callbacks(glift_server *server, const glift_server_desc *desc)
{
    const glift_io *io = server->link.io != NULL ? server->link.io : desc->io;
    glift__monitor_enter(server->monitor);
    server->on_wake = io != NULL && glift__io_is_threadless(io) ? NULL : desc->on_wake;
    server->wake_user = desc->user;
    glift__monitor_leave(server->monitor);
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
    core->log_level = glift__least_level(&server->callbacks);
    return glift__core_create(core, glift__io_now(), &server->link.core);
}

static glift_status attach(glift_server *server, glift_io *io)
{
    glift_status status = io == NULL ? glift_io_create(NULL, &server->own_io) : GLIFT_OK;
    if (status != GLIFT_OK)
        return status;
    glift__link *link = &server->link;
    link->tls_ca_file = server->settings.tls_ca_file;
    link->tls_insecure = server->settings.tls_insecure;
    link->uses_tls = server->settings.uses_tls;
    link->is_offline = server->settings.is_offline;
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
    glift__set_callbacks(server, desc);
    glift_status status = glift__settings_resolve(desc, &server->settings, message);
    if (status != GLIFT_OK)
        return status;
    if (!glift__registry_enter(&server->registered, server->settings.core.process_id)) {
        snprintf(message, GLIFT__MESSAGE_SIZE,
                "a server with process id %.128s exists already in this program",
                server->settings.core.process_id);
        return GLIFT_ERR_STATE;
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
    glift_status status = glift__read_server_desc(given, &desc, message);
    if (status != GLIFT_OK)
        return refuse_create(&desc, status, message);
    glift_server *server = new_server();
    if (server == NULL)
        return refuse_create(&desc, GLIFT_ERR_MEMORY, message);
    status = build(server, &desc, message);
    if (status != GLIFT_OK) {
        glift__registry_leave(&server->registered);
        glift_io_destroy(server->own_io);
        disown(server);
        return refuse_create(&desc, status, message);
    }
    if (server->settings.tls_insecure)
        glift__log(server, GLIFT_LOG_WARNING,
                "tls_insecure: any certificate is accepted, so anybody can play GameLift");
    if (server->settings.is_offline)
        glift__log(server, GLIFT_LOG_WARNING,
                "offline: no GameLift is asked, and whoever comes has a seat in a game session of this "
                "process");
    *out = server;
    return GLIFT_OK;
}

/* ---- destroy ---- */

/* Where there is nothing to wait for, the commands alone detach it. */
static void step_until_detached(glift_server *server, uint64_t deadline_ms)
{
    glift__io_flush(server->link.io);
    for (uint64_t now_ms = glift__clock_mono_ms(); !server->detached && now_ms < deadline_ms;
            now_ms = glift__clock_mono_ms())
        glift__io_step(server->link.io, (uint32_t)(deadline_ms - now_ms));
}

/* An I/O thread that comes round later has nobody to wake. */
static bool wait_until_detached(glift_server *server)
{
    uint64_t deadline_ms = glift__clock_mono_ms() + server->settings.shutdown_timeout_ms;
    if (is_threadless(server))
        step_until_detached(server, deadline_ms);
    glift__monitor_enter(server->monitor);
    while (!server->detached && glift__monitor_wait(server->monitor, deadline_ms))
        ;
    server->on_wake = NULL;
    bool detached = server->detached;
    glift__monitor_leave(server->monitor);
    return detached;
}

static void leave_io(glift_server *server)
{
    if (wait_until_detached(server))
        return;
    glift__log(server, GLIFT_LOG_WARNING,
            "the I/O thread did not come round within %u ms: it frees this server when it does",
            (unsigned)server->settings.shutdown_timeout_ms);
    if (server->own_io != NULL)
        glift__io_abandon(server->own_io);
    server->own_io = NULL;
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
    leave_io(server);
    is_ticked(server);
    deliver_the_last(server);
    glift__registry_leave(&server->registered);
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
        glift__ask_for_tick(server);
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

/* Deliver, and send what the callbacks have asked for. */
static void turn(glift_server *server)
{
    if (glift__something_to_deliver(server)) {
        glift__deliver(server);
        if (glift__something_to_deliver(server)) /* what the callbacks left to the next one */
            glift__ask_for_tick(server);
    }
    if (server->flush_due)
        flush(server);
}

/* A wait has looked at the sockets just before. */
static void step_for_tick(glift_server *server)
{
    if (server->has_stepped)
        glift__io_flush(server->link.io);
    else
        glift__io_step(server->link.io, 0);
    server->has_stepped = false;
}

glift_status glift_server_tick(glift_server *server)
{
    if (server == NULL)
        return GLIFT_ERR_ARGUMENT;
    if (server->inside)
        return GLIFT_ERR_STATE;
    if (is_threadless(server)) {
        if (server->flush_due)
            flush(server);
        step_for_tick(server);
        is_ticked(server);
        turn(server);
        glift__io_flush(server->link.io);
    } else {
        is_ticked(server);
        turn(server);
    }
    return GLIFT_OK;
}

/* A threadless io carries on what is due meanwhile. */
static void step_until_there_is_something(glift_server *server, uint32_t timeout_ms)
{
    glift__io_flush(server->link.io); /* what that answers needs no sleep */
    uint64_t now_ms = glift__clock_mono_ms(), deadline_ms = now_ms + timeout_ms;
    do
        glift__io_step(server->link.io,
                glift__mailbox_is_empty(&server->link.events) ? (uint32_t)(deadline_ms - now_ms) : 0);
    while (glift__mailbox_is_empty(&server->link.events) && (now_ms = glift__clock_mono_ms()) < deadline_ms);
    server->has_stepped = true;
}

static void sleep_until_there_is_something(glift_server *server, uint64_t deadline_ms)
{
    glift__monitor_enter(server->monitor);
    while (glift__mailbox_is_empty(&server->link.events) && glift__monitor_wait(server->monitor, deadline_ms))
        ;
    glift__monitor_leave(server->monitor);
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
    if (is_threadless(server))
        step_until_there_is_something(server, timeout_ms);
    else if (timeout_ms > 0)
        sleep_until_there_is_something(server, glift__clock_mono_ms() + timeout_ms);
    return glift__something_to_deliver(server) ? GLIFT_OK : GLIFT_ERR_TIMEOUT;
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

bool glift_is_terminating(const glift_server *server)
{
    return server != NULL && server->has_termination_time;
}

bool glift_is_process_ready(const glift_server *server)
{
    return server != NULL && server->ready;
}
