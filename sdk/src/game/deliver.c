/* SPDX-License-Identifier: Apache-2.0 */
/* What a tick does: it takes the events and runs the game's callbacks, in order. */

#include "game/server_state.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- answers ---- */

static void connection_changed(glift_server *server, const glift_connection_event *event)
{
    if (server->callbacks.on_connection != NULL)
        server->callbacks.on_connection(server, event, server->callbacks.user);
}

void glift__process_has_ended(glift_server *server, glift_status status, const char *reason)
{
    const glift_connection_event event = {GLIFT_ENDED, status, reason};
    if (!server->parked) {
        connection_changed(server, &event);
        return;
    }
    server->end_untold = true;
    server->end_status = status;
    snprintf(server->end_reason, sizeof server->end_reason, "%s", reason);
}

static void tell_the_end(glift_server *server)
{
    server->end_untold = false;
    glift__process_has_ended(server, server->end_status, server->end_reason);
}

/* Also where the caller has cancelled the call meanwhile. */
bool glift__advance_state(glift_server *server, const glift__call *call)
{
    bool succeeded = call->result.status == GLIFT_OK;
    if (call == server->process_ready)
        server->process_ready = NULL;
    if (call->body.action == GLIFT__ACTIVATE_SERVER_PROCESS && succeeded)
        server->ready = true;
    if (call->body.action != GLIFT__TERMINATE_SERVER_PROCESS)
        return false;
    if (succeeded) {
        server->ready = false;
        server->ended = true;
    }
    return succeeded || call->is_internal;
}

static void run_done(glift_server *server, glift__call *call, const glift_result *result)
{
    glift__list_remove(&call->game.pending);
    call->game.state = GLIFT__CALL_SETTLED;
    if (call->game.done != NULL)
        call->game.done(server, result, call->user);
}

static void deliver_answer(glift_server *server, glift__call *call)
{
    if (call->game.state == GLIFT__CALL_INHERITED) {
        glift__deliver_inherited(server, call);
        return;
    }
    bool ends = glift__advance_state(server, call);
    if (call->game.state == GLIFT__CALL_PENDING)
        run_done(server, call, &call->result);
    bool is_cancelled = call->game.state == GLIFT__CALL_CANCELLED;
    call->game.returned = is_cancelled; /* the next tick frees the call, after its `done` */
    if (ends)
        glift__process_has_ended(server, call->result.status, call->result.message);
    if (!is_cancelled)
        glift__item_free(&call->item, false);
}

static void settle(glift_server *server, glift__call *call, glift_status status, const char *message)
{
    const glift_result result = {.status = status, .message = message};
    bool returned = call->game.returned;
    if (call == server->process_ready)
        server->process_ready = NULL;
    run_done(server, call, &result);
    if (returned)
        glift__item_free(&call->item, false);
}

static glift__call *first_call(const glift__node *list)
{
    return glift__list_is_empty(list) ? NULL : GLIFT__OWNER(list->next, glift__call, game.pending);
}

/* Answers the calls that were cancelled before this tick; what a `done` cancels now is for the next. */
static void deliver_cancelled(glift_server *server)
{
    if (glift__list_is_empty(&server->cancelled))
        return;
    const glift__node *last = server->cancelled.previous;
    unsigned owner = server->owner_number;
    bool more = true;
    for (glift__call *call; more && (call = first_call(&server->cancelled)) != NULL;) {
        more = &call->game.pending != last;
        settle(server, call, GLIFT_ERR_CANCELLED, "cancelled");
        more = more && server->owner_number == owner; /* a rebind empties the list */
    }
}

void glift__settle_all(glift_server *server, glift_status status, const char *message)
{
    glift__call *call;
    while ((call = first_call(&server->cancelled)) != NULL)
        settle(server, call, GLIFT_ERR_CANCELLED, "cancelled");
    while ((call = first_call(&server->pending)) != NULL)
        settle(server, call, status, message);
}

/* ---- sessions ---- */

static void retire(glift_server *server, glift__event *event)
{
    if (event == NULL)
        return;
    event->item.next = server->retired;
    server->retired = &event->item;
}

static void start_game_session(glift_server *server, glift__event *event)
{
    retire(server, server->session_event);
    retire(server, server->update_event);
    server->session_event = event;
    server->update_event = NULL;
    server->session = event->push.game_session;
    if (server->callbacks.on_start_game_session != NULL)
        server->callbacks.on_start_game_session(server, &event->push.game_session, server->callbacks.user);
}

/* A text that the update leaves out stays as it was. If the session began with it, it lies in the first push,
 * which lives on; if an earlier update brought it, it is copied into this update before that one is freed.
 * Without memory for the copy the text is once more what the session began with. */
static const char *kept_text(glift__memory *memory, const char *now, const char *first)
{
    const char *kept = now == first ? first : glift__memory_text(memory, now);
    return kept != NULL ? kept : first;
}

static void keep_texts(glift__memory *memory, glift_game_session *to, const glift_game_session *now,
        const glift_game_session *first)
{
    static const size_t texts[] = {offsetof(glift_game_session, name), offsetof(glift_game_session, fleet_id),
            offsetof(glift_game_session, location), offsetof(glift_game_session, game_session_data),
            offsetof(glift_game_session, matchmaker_data), offsetof(glift_game_session, ip_address),
            offsetof(glift_game_session, dns_name), offsetof(glift_game_session, status_reason)};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char **text = (const char **)((char *)to + texts[i]);
        if ((*text)[0] == '\0')
            *text = kept_text(memory, *(const char *const *)((const char *)now + texts[i]),
                    *(const char *const *)((const char *)first + texts[i]));
    }
}

static bool copy_properties(glift__memory *memory, glift_game_session *to, const glift_game_session *now)
{
    size_t count = now->game_property_count;
    glift_game_property *copy = glift__memory_take(memory, count, sizeof *copy);
    bool copied = copy != NULL;
    for (size_t i = 0; i < count && copied; i++) {
        copy[i].key = glift__memory_text(memory, now->game_properties[i].key);
        copy[i].value = glift__memory_text(memory, now->game_properties[i].value);
        copied = copy[i].key != NULL && copy[i].value != NULL;
    }
    if (copied) {
        to->game_properties = copy;
        to->game_property_count = count;
    }
    return copied;
}

static void keep_properties(glift__memory *memory, glift_game_session *to, const glift_game_session *now,
        const glift_game_session *first)
{
    bool is_first = now->game_properties == first->game_properties;
    if (to->game_property_count > 0 || (!is_first && copy_properties(memory, to, now)))
        return;
    to->game_properties = first->game_properties;
    to->game_property_count = first->game_property_count;
}

/* Replaces our session by that of the update, but for what the update leaves out. The id stays the same
 * (P114). */
static void merge_update(glift_server *server, glift__event *event)
{
    const glift_game_session *now = &server->session, *first = &server->session_event->push.game_session;
    glift_game_session merged = event->push.game_session;
    keep_texts(&event->memory, &merged, now, first);
    keep_properties(&event->memory, &merged, now, first);
    if (merged.status == GLIFT_GAME_SESSION_NOT_SET)
        merged.status = now->status;
    if (merged.port == 0)
        merged.port = now->port;
    if (merged.maximum_player_session_count == 0)
        merged.maximum_player_session_count = now->maximum_player_session_count;
    server->session = merged;
}

static void update_game_session(glift_server *server, glift__event *event)
{
    const glift_game_session_update update = {
            &event->push.game_session, event->push.update_reason, event->push.backfill_ticket_id};
    bool is_ours = server->session_event != NULL &&
                   strcmp(server->session.game_session_id, event->push.game_session.game_session_id) == 0;
    if (is_ours) {
        merge_update(server, event);
        retire(server, server->update_event);
        server->update_event = event;
    } else {
        retire(server, event);
    }
    if (server->callbacks.on_update_game_session != NULL)
        server->callbacks.on_update_game_session(server, &update, server->callbacks.user);
}

static void terminate_process(glift_server *server, glift__event *event)
{
    int64_t time = event->push.termination_time_unix_ms;
    server->has_termination_time = true;
    server->termination_time_unix_ms = time;
    glift__item_free(&event->item, false);
    if (server->callbacks.on_process_terminate != NULL) {
        server->callbacks.on_process_terminate(server, time, server->callbacks.user);
        return;
    }
    glift_status status = server->ended ? GLIFT_OK : glift__end_process(server); /* P119 */
    if (status != GLIFT_OK)
        glift__process_has_ended(
                server, status, "GameLift ends this process; ProcessEnding was not sent: out of memory");
}

/* ---- health, log ---- */

static void answer_health(glift_server *server, uint32_t question)
{
    if (!server->parked)
        server->healthy = server->callbacks.on_health_check == NULL ||
                          server->callbacks.on_health_check(server, server->callbacks.user);
    glift__health *answer = calloc(1, sizeof *answer);
    if (answer == NULL)
        return; /* the core says false after 50 s, and asks the next question */
    answer->item.kind = GLIFT__COMMAND_HEALTH;
    answer->question = question;
    answer->healthy = server->healthy;
    glift__submit(server, &answer->item);
}

static void deliver_line(glift_server *server, const glift__event *event)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    if (server->callbacks.on_log != NULL)
        server->callbacks.on_log(server, event->level, event->text, server->callbacks.user);
    else if (event->level >= GLIFT_LOG_WARNING)
        fprintf(stderr, "gamelift: %s: %s\n", names[event->level], event->text);
}

/* ---- events ---- */

/* Runs the callback of an event. Session events stay; all others are freed here. */
static void deliver_event(glift_server *server, glift__event *event)
{
    glift__event_give_room_back(event);
    switch ((glift__event_kind)event->item.kind) {
    case GLIFT__EVENT_START_GAME_SESSION:
        start_game_session(server, event);
        return;
    case GLIFT__EVENT_UPDATE_GAME_SESSION:
        update_game_session(server, event);
        return;
    case GLIFT__EVENT_PROCESS_TERMINATE:
        terminate_process(server, event);
        return;
    case GLIFT__EVENT_HEALTH_CHECK:
        answer_health(server, event->question);
        break;
    case GLIFT__EVENT_CONNECTION:
        connection_changed(server, &event->connection);
        break;
    case GLIFT__EVENT_LOG:
        deliver_line(server, event);
        break;
    case GLIFT__EVENT_ANSWER: /* not an event but a call: deliver_answer() */
        break;
    }
    glift__item_free(&event->item, false);
}

static bool is_line(const glift__item *item)
{
    return item->kind == GLIFT__EVENT_LOG || item->kind == GLIFT__EVENT_CONNECTION;
}

static void forget_oldest_line(glift_server *server)
{
    glift__item_free(glift__items_take_first(&server->kept, is_line), false);
    server->kept_lines--;
}

static void keep(glift_server *server, glift__item *item)
{
    glift__items_put(&server->kept, item);
    if (is_line(item) && ++server->kept_lines > GLIFT__KEPT_LINES)
        forget_oldest_line(server);
}

/* Whether an event is kept instead of delivered: a parked server keeps what a callback would have to hear; of
 * a server that is being destroyed, callbacks hear only log lines. */
static bool is_kept(const glift_server *server, const glift__item *item)
{
    if (server->closing)
        return item->kind != GLIFT__EVENT_LOG;
    return server->parked && item->kind != GLIFT__EVENT_HEALTH_CHECK;
}

static void deliver_items(glift_server *server, glift__item *items)
{
    for (glift__item *next; items != NULL; items = next) {
        next = items->next;
        if (server->offers_due)
            glift__offer_untaken(server); /* they came before */
        if (items->kind == GLIFT__EVENT_ANSWER)
            deliver_answer(server, (glift__call *)items);
        else if (is_kept(server, items))
            keep(server, items);
        else
            deliver_event(server, (glift__event *)items);
    }
}

static bool has_kept(const glift_server *server)
{
    return server->kept.first != NULL || server->end_untold || glift__has_offers(server);
}

bool glift__something_to_deliver(const glift_server *server)
{
    return server->lines.first != NULL || (has_kept(server) && !server->parked) ||
           !glift__list_is_empty(&server->cancelled) || !glift__mailbox_is_empty(&server->link.events);
}

void glift__deliver(glift_server *server)
{
    glift__item *retired = server->retired;
    server->retired = NULL;
    glift__items_free(retired, false);

    server->inside = true;
    deliver_cancelled(server);
    glift__offer_untaken(server);
    if (!server->parked || server->closing) {
        server->kept_lines = 0;
        deliver_items(server, glift__items_take(&server->kept));
        if (server->end_untold)
            tell_the_end(server);
    }
    server->own_lines = 0;
    deliver_items(server, glift__items_take(&server->lines));
    deliver_items(server, glift__mailbox_take(&server->link.events));
    glift__drop_untaken(server);
    server->inside = false;
}
