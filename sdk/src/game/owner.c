/* SPDX-License-Identifier: Apache-2.0 */
/* Who hears of what happens to a server: its owner, which a rebind replaces by another one.
 *
 * A rebind ends nothing. The calls that the owner before has made are inherited: their `done`s may lie in
 * code that is unloaded by now, so they never run, and their answers are offered to on_inherited_answer. An
 * inherited call is in the list `inherited` until its turn to be offered has come, and then in `untaken`
 * until somebody takes its answer. */

#include "game/server_state.h"
#include "base/structs.h"

#include <stdlib.h>
#include <string.h>

static glift__call *call_of(glift__node *node)
{
    return GLIFT__OWNER(node, glift__call, game.pending);
}

static void move_to_end(glift__node *list, glift__call *call)
{
    glift__list_remove(&call->game.pending);
    glift__list_insert_before(list, &call->game.pending);
}

/* ---- inherited calls ---- */

static void set_cancelled(glift__call *call)
{
    call->result = (glift_result){.status = GLIFT_ERR_CANCELLED, .message = "cancelled"};
}

static void inherit(glift_server *server, glift__call *call)
{
    call->game.is_cancelled = call->game.state == GLIFT__CALL_CANCELLED;
    call->game.state = GLIFT__CALL_INHERITED;
    if (!call->game.returned) {
        move_to_end(&server->inherited, call);
        return;
    }
    set_cancelled(call); /* only a cancelled call comes back before its `done` has run */
    server->answered_count++;
    move_to_end(&server->untaken, call);
}

/* The SDK's own ProcessEnding stays where it is: nobody waits for it. */
static void inherit_all(glift_server *server)
{
    for (glift__node *node = server->cancelled.next, *next; node != &server->cancelled; node = next) {
        next = node->next;
        inherit(server, call_of(node));
    }
    for (glift__node *node = server->pending.next, *next; node != &server->pending; node = next) {
        next = node->next;
        if (!call_of(node)->is_internal)
            inherit(server, call_of(node));
    }
}

static void free_answered(glift_server *server, glift__call *call)
{
    glift__list_remove(&call->game.pending);
    server->answered_count--;
    glift__item_free(&call->item, false);
}

void glift__free_untaken(glift_server *server)
{
    while (!glift__list_is_empty(&server->untaken))
        free_answered(server, call_of(server->untaken.next));
}

/* ---- offering answers ---- */

static bool can_be_offered(const glift_server *server)
{
    return !server->parked && !server->closing && server->callbacks.on_inherited_answer != NULL;
}

bool glift__has_offers(const glift_server *server)
{
    return server->offers_due && can_be_offered(server);
}

/* Once to each owner. A call that is taken is freed. */
static void offer(glift_server *server, glift__call *call)
{
    const glift_inherited_answer answer = {call->id, call->game.kind, call->game.subject, &call->result};
    if (!can_be_offered(server) || call->game.declined_by == server->owner_number)
        return;
    call->game.declined_by = server->owner_number; /* whatever the callback binds */
    server->offered = call;
    bool taken = server->callbacks.on_inherited_answer(server, &answer, server->callbacks.user);
    server->offered = NULL;
    if (taken)
        free_answered(server, call);
}

void glift__offer_untaken(glift_server *server)
{
    if (!glift__has_offers(server))
        return;
    const glift__node *last = server->untaken.previous; /* what a callback adds has its turn later */
    bool more = true;
    server->offers_due = false;
    for (glift__node *node = server->untaken.next, *next; more && node != &server->untaken; node = next) {
        next = node->next; /* a callback frees nothing, and what it adds goes to the end */
        more = node != last;
        offer(server, call_of(node));
    }
}

static bool note_answer(glift_server *server, glift__call *call)
{
    call->game.returned = true;
    server->answered_count++;
    bool ends = glift__advance_state(server, call);
    if (call->game.is_cancelled)
        set_cancelled(call);
    return ends;
}

/* A call comes from the core, or, once the server is not parked any more, from among the kept events. */
void glift__deliver_inherited(glift_server *server, glift__call *call)
{
    bool ends = !call->game.returned && note_answer(server, call);
    if (server->parked || server->closing) {
        glift__items_put(&server->kept, &call->item);
    } else {
        move_to_end(&server->untaken, call);
        offer(server, call);
    }
    if (ends)
        glift__process_has_ended(server, GLIFT_OK, "");
}

/* ---- answers that nobody takes ---- */

static bool is_answer(const glift__item *item)
{
    return item->kind == GLIFT__EVENT_ANSWER;
}

static glift__call *oldest_answered(glift_server *server)
{
    if (!glift__list_is_empty(&server->untaken))
        return call_of(server->untaken.next);
    return (glift__call *)glift__items_take_first(&server->kept, is_answer);
}

void glift__drop_untaken(glift_server *server)
{
    for (; server->answered_count > GLIFT_MAX_UNTAKEN_ANSWERS; server->dropped_count++)
        free_answered(server, oldest_answered(server));
    if (server->dropped_count == 0 || server->parked)
        return;
    glift__log(server, GLIFT_LOG_WARNING,
            "%u answers to requests of an owner before were dropped, the oldest first: nobody took them, and "
            "%d wait",
            server->dropped_count, GLIFT_MAX_UNTAKEN_ANSWERS);
    server->dropped_count = 0;
}

/* ---- rebind ---- */

static glift__level *new_level(const glift_server_desc *desc)
{
    glift__level *level = calloc(1, sizeof *level);
    if (level == NULL)
        return NULL;
    level->item.kind = GLIFT__COMMAND_LOG_LEVEL;
    level->level = glift__least_level(desc);
    return level;
}

/* A desc of NULL has no callbacks. */
static glift_status read_callbacks(
        glift_server *server, const glift_server_desc *given, glift_server_desc *out)
{
    char message[GLIFT__MESSAGE_SIZE];
    memset(out, 0, sizeof *out);
    glift_status status = given != NULL ? glift__read_server_desc(given, out, message) : GLIFT_OK;
    if (status != GLIFT_OK)
        glift__log(server, GLIFT_LOG_ERROR, "glift_server_rebind: %s", message);
    return status;
}

glift_status glift_server_rebind(glift_server *server, const glift_server_desc *given)
{
    glift_server_desc desc;
    if (server == NULL)
        return GLIFT_ERR_ARGUMENT;
    if (server->closing)
        return GLIFT_ERR_STATE;
    glift_status status = read_callbacks(server, given, &desc);
    if (status != GLIFT_OK)
        return status;
    glift__level *level = given != NULL ? new_level(&desc) : NULL; /* parking needs no memory */
    if (given != NULL && level == NULL)
        return GLIFT_ERR_MEMORY;
    if (level != NULL)
        glift__submit(server, &level->item);
    inherit_all(server);
    server->first_own_id = server->next_request_id;
    server->owner_number++;
    server->offers_due = !glift__list_is_empty(&server->untaken);
    glift__set_callbacks(server, &desc);
    server->parked = given == NULL;
    server->tick_asked = false; /* whoever was asked, is bound no more */
    if (server->flush_due || glift__something_to_deliver(server))
        glift__ask_for_tick(server);
    return GLIFT_OK;
}

/* ---- cancel ---- */

static void submit_cancel(glift_server *server, uint64_t id, void *user)
{
    glift__cancel *cancel = calloc(1, sizeof *cancel);
    if (cancel == NULL)
        return; /* they are still sent, and their answers thrown away */
    cancel->item.kind = GLIFT__COMMAND_CANCEL;
    cancel->id = id;
    cancel->user = user;
    cancel->first_id = server->first_own_id;
    glift__submit(server, &cancel->item);
}

static void mark_cancelled(glift_server *server, glift__call *call)
{
    move_to_end(&server->cancelled, call);
    call->game.state = GLIFT__CALL_CANCELLED;
}

static bool mark_all_of(glift_server *server, const void *user)
{
    bool any = false;
    for (glift__node *node = server->pending.next, *next; node != &server->pending; node = next) {
        glift__call *call = call_of(node);
        next = node->next;
        if (call->is_internal || call->user != user)
            continue;
        mark_cancelled(server, call);
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
    if (mark_all_of(server, user)) {
        glift__ask_for_tick(server);
        submit_cancel(server, 0, user);
    }
    return GLIFT_OK;
}

static glift__call *find(glift__node *list, uint64_t id)
{
    for (glift__node *node = list->next; id != 0 && node != list; node = node->next) {
        if (call_of(node)->id == id)
            return call_of(node);
    }
    return NULL;
}

static glift__call *find_inherited(glift_server *server, uint64_t id)
{
    glift__call *call = find(&server->untaken, id);
    if (call == NULL)
        call = find(&server->inherited, id);
    return call == NULL || call->game.is_cancelled || call == server->offered ? NULL : call;
}

/* One that has its answer is offered with another one; the others come back from the core. */
static void cancel_inherited(glift_server *server, glift__call *call)
{
    call->game.is_cancelled = true;
    if (!call->game.returned)
        return;
    set_cancelled(call);
    call->game.declined_by = 0;
    server->offers_due = true;
}

glift_status glift_cancel_request(glift_server *server, uint64_t request_id)
{
    if (server == NULL)
        return GLIFT_ERR_ARGUMENT;
    if (server->closing)
        return GLIFT_ERR_STATE;
    glift__call *own = find(&server->pending, request_id);
    glift__call *call = own != NULL ? own : find_inherited(server, request_id);
    if (call == NULL)
        return GLIFT_ERR_NOT_FOUND;
    bool returned = call->game.returned; /* the core has forgotten it */
    if (own != NULL)
        mark_cancelled(server, own);
    else
        cancel_inherited(server, call);
    glift__ask_for_tick(server);
    if (!returned)
        submit_cancel(server, request_id, NULL);
    return GLIFT_OK;
}

/* ---- what is under way ---- */

uint64_t glift_get_last_request_id(const glift_server *server)
{
    return server != NULL && server->next_request_id > server->first_own_id ? server->next_request_id - 1 : 0;
}

static size_t list_calls(const glift__node *list, glift_inherited_request *out, size_t capacity, size_t count)
{
    for (const glift__node *node = list->next; node != list; node = node->next) {
        const glift__call *call = GLIFT__OWNER(node, glift__call, game.pending);
        if (count < capacity)
            out[count] = (glift_inherited_request){call->id, call->game.kind, call->game.subject};
        count++;
    }
    return count;
}

size_t glift_get_inherited_requests(const glift_server *server, glift_inherited_request *out, size_t capacity)
{
    if (server == NULL)
        return 0;
    size_t count = list_calls(&server->untaken, out, out != NULL ? capacity : 0, 0);
    return list_calls(&server->inherited, out, out != NULL ? capacity : 0, count);
}
