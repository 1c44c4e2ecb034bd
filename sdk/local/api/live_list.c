/* SPDX-License-Identifier: Apache-2.0 */
/* A list that is watched. Its page is walked anew at each look, which costs the rows of the page; what is
 * told apart is the text of each row. */
#include "api/live_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/mask.h"

typedef struct list_look {
    live_row *rows;
    char **texts;
    size_t count, total;
} list_look;

static void forget_look(list_look *look)
{
    for (size_t i = 0; i < look->count; i++)
        free(look->texts[i]);
    free(look->texts);
    free(look->rows);
}

static char *print_row(const live_turn *turn, const api_found *found)
{
    api_call call = {.service = (local_service *)turn->service,
            .now = turn->now,
            .is_brief = true,
            .reply = cJSON_CreateArray()};
    const cJSON *row = api_add_row(&call, call.reply, NULL, turn->subscription->wish.view, found);
    char *text = call.out_of_memory ? NULL : cJSON_PrintUnformatted(row);
    cJSON_Delete(call.reply);
    return text;
}

static bool take_look(const live_turn *turn, list_look *out)
{
    api_walk walk;
    api_walk_page(&walk, turn->service, &turn->subscription->wish);
    *out = (list_look){.total = walk.total,
            .rows = calloc(walk.found_count + 1, sizeof *out->rows),
            .texts = calloc(walk.found_count + 1, sizeof *out->texts)};
    bool good = out->rows != NULL && out->texts != NULL && !walk.out_of_memory;
    for (size_t i = 0; i < walk.found_count && good; i++) {
        char *text = print_row(turn, &walk.found[i]);
        good = text != NULL;
        if (!good)
            break;
        out->rows[i] = (live_row){walk.found[i].serial, live_hash(text)};
        out->texts[out->count++] = text;
    }
    api_walk_end(&walk);
    return good;
}

/* The row as it was sent; NULL: it was not. Most are where they were. */
static const live_row *find_sent(const live_subscription *subscription, size_t place, uint64_t serial)
{
    if (place < subscription->row_count && subscription->rows[place].serial == serial)
        return &subscription->rows[place];
    for (size_t i = 0; i < subscription->row_count; i++) {
        if (subscription->rows[i].serial == serial)
            return &subscription->rows[i];
    }
    return NULL;
}

/* ---- the message ---- */

static bool append(glift__text *out, const char *text)
{
    return glift__text_append(out, text, strlen(text)) == GLIFT_OK;
}

static bool append_keys(glift__text *out, const list_look *look)
{
    bool good = append(out, ",\"keys\":[");
    for (size_t i = 0; i < look->count && good; i++) {
        char key[32];
        snprintf(key, sizeof key, "%s\"%" PRIu64 "\"", i == 0 ? "" : ",", look->rows[i].serial);
        good = append(out, key);
    }
    return good && append(out, "]");
}

static bool append_rows(glift__text *out, const list_look *look, const bool *changed)
{
    const char *separator = "";
    bool good = append(out, ",\"rows\":[");
    for (size_t i = 0; i < look->count && good; i++) {
        if (!changed[i])
            continue;
        good = append(out, separator) && append(out, look->texts[i]);
        separator = ",";
    }
    return good && append(out, "]}");
}

static bool write_message(live_turn *turn, const list_look *look, const bool *changed, bool order_changed)
{
    char head[160];
    const live_subscription *subscription = turn->subscription;
    if (subscription->is_whole_due)
        snprintf(head, sizeof head, "{\"id\":%u,\"whole\":true,\"kind\":\"%s\",\"total\":%zu,\"offset\":%zu",
                subscription->id, subscription->wish.view->name, look->total, subscription->wish.offset);
    else
        snprintf(head, sizeof head, "{\"id\":%u,\"total\":%zu", subscription->id, look->total);
    bool good = append(turn->out, head) &&
                (subscription->is_whole_due || !order_changed || append_keys(turn->out, look)) &&
                append_rows(turn->out, look, changed);
    if (good) {
        turn->out->length =
                local_mask_values(turn->out->bytes, turn->out->length, turn->service->access_token);
        turn->out->bytes[turn->out->length] = '\0';
    }
    return good;
}

/* What differs from what was sent. False: nothing does. */
static bool compare(
        const live_subscription *subscription, const list_look *look, bool *changed, bool *order_changed)
{
    bool any = subscription->is_whole_due || look->total != subscription->total;
    *order_changed = look->count != subscription->row_count;
    for (size_t i = 0; i < look->count; i++) {
        const live_row *sent = find_sent(subscription, i, look->rows[i].serial);
        changed[i] = sent == NULL || sent->hash != look->rows[i].hash;
        *order_changed = *order_changed || sent != &subscription->rows[i];
        any = any || changed[i];
    }
    return any || *order_changed;
}

static void keep_sent(live_subscription *subscription, list_look *look)
{
    free(subscription->rows);
    subscription->rows = look->rows;
    subscription->row_count = look->count;
    subscription->total = look->total;
    subscription->is_whole_due = false;
    look->rows = NULL;
}

bool live_look_at_list(live_turn *turn)
{
    list_look look;
    bool order_changed = false, good = take_look(turn, &look);
    bool *changed = good ? calloc(look.count + 1, sizeof *changed) : NULL;
    good = changed != NULL;
    if (good && compare(turn->subscription, &look, changed, &order_changed))
        good = write_message(turn, &look, changed, order_changed);
    if (good)
        keep_sent(turn->subscription, &look);
    free(changed);
    forget_look(&look);
    return good;
}
