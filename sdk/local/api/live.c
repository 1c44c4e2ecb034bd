/* SPDX-License-Identifier: Apache-2.0 */
/* Subscriptions of a page: made, replaced, ended; and whose turn it is. */
#include "api/live.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/live_internal.h"
#include "base/format.h"

#define ERRORS_KEPT 16

typedef struct live_error {
    unsigned id;
    char sentence[API_WHY_SIZE];
} live_error;

struct local_live {
    live_subscription *subscriptions[LOCAL_LIVE_SUBSCRIPTIONS]; /* by id - 1 */
    size_t next;                                                /* whose turn is next */
    live_error errors[ERRORS_KEPT];                             /* oldest first */
    size_t error_count;
    bool is_flooded;
};

local_live *local_live_create(void)
{
    return calloc(1, sizeof(local_live));
}

static void forget_sent(live_subscription *subscription)
{
    free(subscription->rows);
    subscription->rows = NULL;
    subscription->row_count = 0;
}

static void end_subscription(local_live *live, unsigned id)
{
    live_subscription *subscription = live->subscriptions[id - 1];
    if (subscription == NULL)
        return;
    forget_sent(subscription);
    free(subscription);
    live->subscriptions[id - 1] = NULL;
}

void local_live_destroy(local_live *live)
{
    if (live == NULL)
        return;
    for (unsigned id = 1; id <= LOCAL_LIVE_SUBSCRIPTIONS; id++)
        end_subscription(live, id);
    free(live);
}

/* ---- messages of the page ---- */

static void refuse(local_live *live, unsigned id, const char *format, ...) GLIFT__FORMAT(3, 4);
static void refuse(local_live *live, unsigned id, const char *format, ...)
{
    va_list arguments;
    live->is_flooded = live->error_count == ERRORS_KEPT;
    if (live->is_flooded)
        return;
    live_error *error = &live->errors[live->error_count++];
    error->id = id;
    va_start(arguments, format);
    vsnprintf(error->sentence, sizeof error->sentence, format, arguments);
    va_end(arguments);
}

/* 0: it is none. */
static unsigned id_of(const cJSON *number)
{
    double value = cJSON_IsNumber(number) ? number->valuedouble : 0;
    bool good = value >= 1 && value <= LOCAL_LIVE_SUBSCRIPTIONS && value == floor(value);
    return good ? (unsigned)value : 0;
}

static bool set_member(api_wish *wish, const cJSON *member, char why[API_WHY_SIZE])
{
    char number[32];
    bool is_number = cJSON_IsNumber(member) && fabs(member->valuedouble) < 1e15;
    if (is_number)
        snprintf(number, sizeof number, "%.0f", member->valuedouble);
    if (is_number || cJSON_IsString(member))
        return api_wish_set(wish, member->string, is_number ? number : member->valuestring, why);
    snprintf(why, API_WHY_SIZE, "%.40s is neither a text nor a number.", member->string);
    return false;
}

static bool read_wish(const cJSON *message, api_wish *wish, char why[API_WHY_SIZE])
{
    const cJSON *what = cJSON_GetObjectItemCaseSensitive(message, "what"), *member;
    if (!cJSON_IsString(what) || !api_wish_begin(wish, what->valuestring)) {
        snprintf(why, API_WHY_SIZE, "what is none of list, detail, messages and overview.");
        return false;
    }
    cJSON_ArrayForEach(member, message)
    {
        bool is_ours = strcmp(member->string, "subscribe") == 0 || member == what;
        if (!is_ours && !set_member(wish, member, why))
            return false;
    }
    return api_wish_check(wish, why);
}

static void subscribe(local_live *live, unsigned id, const cJSON *message)
{
    char why[API_WHY_SIZE];
    live_subscription *subscription = calloc(1, sizeof *subscription);
    if (subscription == NULL || !read_wish(message, &subscription->wish, why)) {
        refuse(live, id, "%s", subscription == NULL ? "gamelift-local is out of memory." : why);
        free(subscription);
        return;
    }
    end_subscription(live, id);
    subscription->id = id;
    subscription->is_due = subscription->is_whole_due = true;
    live->subscriptions[id - 1] = subscription;
}

static void take_message(local_live *live, const cJSON *message)
{
    const cJSON *begin = cJSON_GetObjectItemCaseSensitive(message, "subscribe");
    const cJSON *end = cJSON_GetObjectItemCaseSensitive(message, "unsubscribe");
    unsigned id = id_of(begin != NULL ? begin : end);
    if (!cJSON_IsObject(message) || (begin == NULL) == (end == NULL))
        refuse(live, 0, "A message is a JSON object with either subscribe or unsubscribe in it.");
    else if (id == 0)
        refuse(live, 0, "%s is not a whole number from 1 to %d.", begin != NULL ? "subscribe" : "unsubscribe",
                LOCAL_LIVE_SUBSCRIPTIONS);
    else if (begin != NULL)
        subscribe(live, id, message);
    else
        end_subscription(live, id);
}

bool local_live_received(local_live *live, const char *bytes, size_t length)
{
    cJSON *message = cJSON_ParseWithLength(bytes, length);
    take_message(live, message);
    cJSON_Delete(message);
    return !live->is_flooded;
}

/* ---- turns ---- */

void local_live_look_again(local_live *live)
{
    for (size_t i = 0; i < LOCAL_LIVE_SUBSCRIPTIONS; i++) {
        if (live->subscriptions[i] != NULL)
            live->subscriptions[i]->is_due = true;
    }
}

void local_live_begin_anew(local_live *live)
{
    for (size_t i = 0; i < LOCAL_LIVE_SUBSCRIPTIONS; i++) {
        live_subscription *subscription = live->subscriptions[i];
        if (subscription == NULL)
            continue;
        forget_sent(subscription);
        subscription->is_due = subscription->is_whole_due = true;
        subscription->is_gone = false;
    }
}

static live_subscription *next_due(const local_live *live, size_t *place)
{
    for (size_t i = 0; i < LOCAL_LIVE_SUBSCRIPTIONS; i++) {
        *place = (live->next + i) % LOCAL_LIVE_SUBSCRIPTIONS;
        live_subscription *subscription = live->subscriptions[*place];
        if (subscription != NULL && subscription->is_due)
            return subscription;
    }
    return NULL;
}

bool local_live_is_due(const local_live *live)
{
    size_t place;
    return live->error_count > 0 || next_due(live, &place) != NULL;
}

uint64_t live_hash(const char *text)
{
    uint64_t hash = 0xCBF29CE484222325u;
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001B3u;
    return hash;
}

bool live_tell_error(glift__text *out, unsigned id, const char *sentence)
{
    cJSON *message = cJSON_CreateObject();
    bool made = cJSON_AddNumberToObject(message, "id", id) != NULL &&
                cJSON_AddStringToObject(message, "error", sentence) != NULL;
    if (made) {
        out->bytes = cJSON_PrintUnformatted(message);
        out->length = out->bytes != NULL ? strlen(out->bytes) : 0;
    }
    cJSON_Delete(message);
    return out->bytes != NULL;
}

static void tell_oldest_error(local_live *live, glift__text *out)
{
    if (!live_tell_error(out, live->errors[0].id, live->errors[0].sentence))
        return;
    live->error_count--;
    memmove(live->errors, live->errors + 1, live->error_count * sizeof live->errors[0]);
}

static bool look(live_turn *turn)
{
    switch (turn->subscription->wish.what) {
    case API_WISH_LIST:
        return live_look_at_list(turn);
    case API_WISH_DETAIL:
    case API_WISH_OVERVIEW:
        return live_look_at_document(turn);
    case API_WISH_MESSAGES:
        return live_look_at_messages(turn);
    }
    return false;
}

/* What was not sent is sent whole, some time. */
static void give_up(live_turn *turn, const char *sentence)
{
    glift__text_free(turn->out);
    forget_sent(turn->subscription);
    turn->subscription->is_whole_due = true;
    live_tell_error(turn->out, turn->subscription->id, sentence);
}

void local_live_take_turn(local_live *live, const local_service *service, glift__time now,
        const local_clock_view *clock, glift__text *out)
{
    size_t place;
    *out = (glift__text){0};
    if (live->error_count > 0) {
        tell_oldest_error(live, out);
        return;
    }
    live_subscription *subscription = next_due(live, &place);
    if (subscription == NULL)
        return;
    live->next = place + 1;
    subscription->is_due = false;
    live_turn turn = {service, now, clock, subscription, out};
    if (!look(&turn))
        give_up(&turn, "gamelift-local is out of memory.");
    else if (out->length > LOCAL_LIVE_FRAME_MAX)
        give_up(&turn, "What there is to send is longer than 3 MiB: ask for less of it.");
}
