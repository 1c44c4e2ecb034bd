/* SPDX-License-Identifier: Apache-2.0 */
/* One thing, the overview or messages that are watched: the document of the GET, and of it what differs from
 * the one before. */
#include "api/live_internal.h"

#include <stdio.h>
#include <string.h>

#include "journal/journal.h"

static cJSON *member_of(const cJSON *object, const char *name)
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

/* The clock goes on by itself: it has changed when it was put forward, or runs at another speed. Out of
 * memory: false. */
static bool hash_member(const cJSON *member, uint64_t *out)
{
    if (strcmp(member->string, "clock") == 0) {
        char text[80];
        snprintf(text, sizeof text, "%.17g %.17g", member_of(member, "jumped_ms")->valuedouble,
                member_of(member, "scale")->valuedouble);
        *out = live_hash(text);
        return true;
    }
    char *text = cJSON_PrintUnformatted(member);
    if (text == NULL)
        return false;
    *out = live_hash(text);
    cJSON_free(text);
    return true;
}

static bool was_sent(const live_members *sent, uint64_t name, uint64_t value)
{
    for (size_t i = 0; i < sent->count; i++) {
        if (sent->of[i].name == name)
            return sent->of[i].value == value;
    }
    return false;
}

/* Takes those out of an object that are as they were sent, and notes all of them in *now. False: out of
 * memory. */
static bool keep_changes(cJSON *object, const live_members *sent, live_members *now)
{
    cJSON *member = object != NULL ? object->child : NULL, *next;
    *now = (live_members){0};
    for (; member != NULL; member = next) {
        uint64_t name = live_hash(member->string), value;
        next = member->next;
        if (!hash_member(member, &value))
            return false;
        if (now->count < LIVE_MEMBERS_MOST) {
            now->of[now->count].name = name;
            now->of[now->count++].value = value;
        }
        if (was_sent(sent, name, value))
            cJSON_Delete(cJSON_DetachItemViaPointer(object, member));
    }
    return true;
}

/* Takes those out that were sent; each has a number, which counts up. */
static void keep_new_moments(cJSON *history, double *last)
{
    cJSON *entry = history != NULL ? history->child : NULL, *next;
    double sent = *last;
    for (; entry != NULL; entry = next) {
        next = entry->next;
        *last = member_of(entry, "number")->valuedouble;
        if (*last <= sent)
            cJSON_Delete(cJSON_DetachItemViaPointer(history, entry));
    }
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

/* Of a row and of a history, only what is new is sent; of everything else, the whole member. What is sent in
 * `next` is what the subscription is, once the message is there. False: out of memory. */
static bool cut_down(const live_subscription *subscription, live_subscription *next, cJSON *document)
{
    static const live_members nothing = {0};
    bool is_whole = next->is_whole_due;
    if (!keep_changes(document, is_whole ? &nothing : &subscription->members, &next->members))
        return false;
    cJSON *row = member_of(document, "row"), *history = member_of(document, "history");
    next->moment = is_whole ? 0 : subscription->moment;
    keep_new_moments(history, &next->moment);
    if (!is_whole && history != NULL && history->child == NULL) /* old ones were forgotten, and that is all */
        cJSON_DeleteItemFromObjectCaseSensitive(document, "history");
    return row == NULL || keep_changes(row, is_whole ? &nothing : &subscription->row, &next->row);
}

/* Another thing of the same name may have taken its place. */
static uint64_t key_of(const cJSON *document)
{
    const cJSON *key = member_of(document, "key");
    return key != NULL ? live_hash(key->valuestring) : 0;
}

static bool send_changes(live_turn *turn, cJSON *document)
{
    live_subscription *subscription = turn->subscription, next = *subscription;
    next.key = key_of(document);
    next.is_whole_due = subscription->is_whole_due || next.key != subscription->key;
    subscription->is_whole_due = next.is_whole_due;
    if (!cut_down(subscription, &next, document) ||
            (document->child != NULL && !send_members(turn, document)))
        return false;
    next.is_whole_due = next.is_gone = false;
    *subscription = next;
    return true;
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
    if (good)
        good = call.refused ? tell_gone(turn, call.refusal.message) : send_changes(turn, call.reply);
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
