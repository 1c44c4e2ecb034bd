/* SPDX-License-Identifier: Apache-2.0 */
/* One thing, the overview or messages that are watched: the document of the GET, and of it what differs from
 * the one before. */
#include "api/live_internal.h"

#include <string.h>

#include "journal/journal.h"

static const cJSON *member_of(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* A message begins with whose it is. */
static cJSON *begin_message(const live_subscription *subscription)
{
    cJSON *message = cJSON_CreateObject();
    bool made = cJSON_AddNumberToObject(message, "id", subscription->id) != NULL &&
                (!subscription->is_whole_due || cJSON_AddTrueToObject(message, "whole") != NULL);
    if (made)
        return message;
    cJSON_Delete(message);
    return NULL;
}

/* ---- differences ---- */

/* The clock goes on by itself: it has changed when it was put forward, or runs at another speed. */
static bool is_same_clock(const cJSON *before, const cJSON *after)
{
    return cJSON_Compare(member_of(before, "jumped_ms"), member_of(after, "jumped_ms"), true) &&
           cJSON_Compare(member_of(before, "scale"), member_of(after, "scale"), true);
}

static bool is_same(const cJSON *before, const cJSON *after)
{
    return strcmp(after->string, "clock") == 0 ? is_same_clock(before, after)
                                               : cJSON_Compare(before, after, true);
}

/* The members of an object that differ, as a new one. NULL: out of memory. */
static cJSON *changed_members(const cJSON *before, const cJSON *after)
{
    cJSON *changes = cJSON_CreateObject();
    const cJSON *member;
    cJSON_ArrayForEach(member, after)
    {
        if (is_same(member_of(before, member->string), member))
            continue;
        cJSON *copy = cJSON_Duplicate(member, true);
        if (copy == NULL || !cJSON_AddItemToObject(changes, member->string, copy)) {
            cJSON_Delete(copy);
            cJSON_Delete(changes);
            return NULL;
        }
    }
    return changes;
}

/* Entries behind the last one that was sent: each has a number, which counts up. */
static cJSON *new_history(const cJSON *before, const cJSON *after)
{
    const cJSON *last = cJSON_GetArrayItem(before, cJSON_GetArraySize(before) - 1), *entry;
    double sent = last != NULL ? member_of(last, "number")->valuedouble : 0;
    cJSON *fresh = cJSON_CreateArray();
    cJSON_ArrayForEach(entry, after)
    {
        cJSON *copy = member_of(entry, "number")->valuedouble > sent ? cJSON_Duplicate(entry, true) : NULL;
        if (copy != NULL)
            cJSON_AddItemToArray(fresh, copy);
    }
    return fresh;
}

/* Of a row and of a history, only what is new is sent; of everything else, the whole member. */
static cJSON *difference(const cJSON *before, const cJSON *after)
{
    static const struct {
        const char *name;
        cJSON *(*difference)(const cJSON *before, const cJSON *after);
    } parts[] = {{"row", changed_members}, {"history", new_history}};
    cJSON *changes = changed_members(before, after);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && changes != NULL; i++) {
        if (member_of(changes, parts[i].name) == NULL)
            continue;
        cJSON *part = parts[i].difference(member_of(before, parts[i].name), member_of(after, parts[i].name));
        if (part == NULL || !cJSON_ReplaceItemInObjectCaseSensitive(changes, parts[i].name, part)) {
            cJSON_Delete(changes);
            return NULL;
        }
    }
    return changes;
}

/* ---- a document ---- */

/* Moves the members behind what the message has already. */
static void move_members(cJSON *message, cJSON *from)
{
    while (from->child != NULL) {
        cJSON *member = cJSON_DetachItemViaPointer(from, from->child);
        cJSON_AddItemToObject(message, member->string, member);
    }
}

static bool send_members(live_turn *turn, cJSON *members)
{
    cJSON *message = begin_message(turn->subscription);
    bool good = message != NULL;
    if (good) {
        move_members(message, members);
        good = api_print_page(turn->service, message, turn->out);
    }
    cJSON_Delete(message);
    return good;
}

/* Another thing of the same name has taken its place. */
static bool is_another(const cJSON *before, const cJSON *after)
{
    return !cJSON_Compare(member_of(before, "key"), member_of(after, "key"), true) &&
           member_of(after, "key") != NULL;
}

static bool send_changes(live_turn *turn, const cJSON *document)
{
    live_subscription *subscription = turn->subscription;
    if (subscription->document == NULL || is_another(subscription->document, document))
        subscription->is_whole_due = true;
    cJSON *members = subscription->is_whole_due ? cJSON_Duplicate(document, true)
                                                : difference(subscription->document, document);
    bool good = members != NULL;
    if (good && members->child != NULL)
        good = send_members(turn, members);
    cJSON_Delete(members);
    return good;
}

static bool tell_gone(live_turn *turn, const char *sentence)
{
    live_subscription *subscription = turn->subscription;
    bool is_known = subscription->is_gone;
    subscription->is_gone = subscription->is_whole_due = true;
    return is_known || live_tell_error(turn->out, subscription->id, sentence);
}

bool live_look_at_document(live_turn *turn)
{
    live_subscription *subscription = turn->subscription;
    api_call call = {
            .service = (local_service *)turn->service, .now = turn->now, .reply = cJSON_CreateObject()};
    api_show_page(&call, call.reply, &subscription->wish, turn->clock);
    bool good = call.reply != NULL && !call.out_of_memory;
    if (good && call.refused) {
        good = tell_gone(turn, call.refusal.message);
    } else if (good && send_changes(turn, call.reply)) {
        cJSON_Delete(subscription->document);
        subscription->document = call.reply;
        subscription->is_whole_due = subscription->is_gone = false;
        return true;
    } else {
        good = false;
    }
    cJSON_Delete(call.reply);
    return good;
}

/* ---- messages ---- */

bool live_look_at_messages(live_turn *turn)
{
    live_subscription *subscription = turn->subscription;
    api_wish wish = subscription->wish;
    api_call call = {
            .service = (local_service *)turn->service, .now = turn->now, .reply = cJSON_CreateObject()};
    if (!subscription->is_whole_due)
        wish.after = subscription->message;
    api_show_page(&call, call.reply, &wish, turn->clock);
    bool good = call.reply != NULL && !call.out_of_memory;
    bool is_news = good && (subscription->is_whole_due || member_of(call.reply, "messages")->child != NULL);
    if (is_news)
        good = send_members(turn, call.reply);
    cJSON_Delete(call.reply);
    if (good) {
        subscription->message = local_journal_last(turn->service);
        subscription->is_whole_due = false;
    }
    return good;
}
