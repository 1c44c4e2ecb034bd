/* SPDX-License-Identifier: Apache-2.0 */
/* The documents that pages ask for: a list, one thing, messages. */
#include <stdio.h>
#include <string.h>

#include "api/service.h"
#include "api/views.h"
#include "journal/journal.h"
#include "journal/mask.h"

#define MESSAGES_DEFAULT   200
#define MESSAGES_BYTES_MAX (1024 * 1024) /* of one answer */

/* ---- lists ---- */

static void show_list(api_call *call, cJSON *root, const api_wish *wish)
{
    api_walk walk;
    api_walk_page(&walk, call->service, wish);
    call->out_of_memory = call->out_of_memory || walk.out_of_memory;
    api_add_any_text(call, root, "kind", wish->view->name);
    api_add_number(call, root, "total", (double)walk.total);
    api_add_number(call, root, "offset", (double)wish->offset);
    cJSON *rows = api_add_array(call, root, "rows");
    call->is_brief = true;
    for (size_t i = 0; i < walk.found_count; i++)
        api_add_row(call, rows, NULL, wish->view, &walk.found[i]);
    api_walk_end(&walk);
}

/* ---- one thing ---- */

static void show_history(api_call *call, cJSON *root, const local_history *history)
{
    cJSON *list = api_add_array(call, root, "history");
    for (const local_moment *moment = NULL;
            history != NULL && (moment = local_next_moment(history, moment)) != NULL;) {
        cJSON *object = api_add_object(call, list, NULL);
        api_add_number(call, object, "number", (double)moment->number);
        api_add_number(call, object, "unix_ms", (double)moment->unix_ms);
        api_add_any_text(call, object, "what", moment->what);
        api_add_any_text(call, object, "text", moment->text);
        if (moment->said != 0)
            api_add_number(call, object, "serial", (double)moment->said);
    }
}

static void show_thing(api_call *call, cJSON *root, const api_view *view, const api_found *found)
{
    char key[24];
    snprintf(key, sizeof key, "%llu", (unsigned long long)found->serial);
    api_add_any_text(call, root, "kind", view->name);
    api_add_any_text(call, root, "key", key);
    api_add_row(call, root, "row", view, found);
    show_history(call, root, view->history != NULL ? view->history(found->thing) : NULL);
    if (view->show_more != NULL)
        view->show_more(call, root, found->thing);
}

static void show_detail(api_call *call, cJSON *root, const api_wish *wish)
{
    api_walk walk;
    api_walk_find(&walk, call->service, wish);
    call->out_of_memory = call->out_of_memory || walk.out_of_memory;
    if (walk.found_count == 0) {
        api_refuse(call, LOCAL_NOT_FOUND, "There is nothing of kind %s with %s %.300s (any more).",
                wish->view->name, wish->key[0] != '\0' ? "key" : "id",
                wish->key[0] != '\0' ? wish->key : wish->id);
    } else {
        show_thing(call, root, wish->view, &walk.found[0]);
    }
    api_walk_end(&walk);
}

/* ---- messages ---- */

/* "HeartbeatServerProcess": those alone; "!HeartbeatServerProcess": all others. */
static bool is_wanted_action(const char *wished, const char *action)
{
    return wished[0] == '!' ? strcmp(wished + 1, action) != 0
                            : wished[0] == '\0' || strcmp(wished, action) == 0;
}

static bool is_wanted(const api_wish *wish, const local_entry *entry)
{
    bool is_error = entry->status >= 300;
    if (wish->status != API_ANY_STATUS && entry->status == 0)
        return false;
    if (wish->before != 0 && entry->serial >= wish->before)
        return false;
    return api_is_listed(wish->kinds, local_entry_kind_name(entry->kind)) &&
           (wish->process_id[0] == '\0' || strcmp(wish->process_id, entry->process_id) == 0) &&
           is_wanted_action(wish->action, entry->action) &&
           (wish->status == API_ANY_STATUS || is_error == (wish->status == API_STATUS_ERROR)) &&
           (wish->text[0] == '\0' || api_has_part(entry->text, wish->text) ||
                   api_has_part(entry->process_id, wish->text) || api_has_part(entry->action, wish->text) ||
                   api_has_part(entry->request_id, wish->text));
}

static void show_entry(api_call *call, cJSON *object, const local_entry *entry)
{
    api_add_number(call, object, "serial", (double)entry->serial);
    api_add_number(call, object, "unix_ms", (double)entry->unix_ms);
    api_add_number(call, object, "mono_ms", (double)entry->mono_ms);
    api_add_any_text(call, object, "kind", local_entry_kind_name(entry->kind));
    api_add_any_text(call, object, "direction", local_entry_direction_name(entry->direction));
    api_add_text(call, object, "process_id", entry->process_id);
    if (entry->connection != 0)
        api_add_number(call, object, "connection", (double)entry->connection);
    api_add_text(call, object, "action", entry->action);
    api_add_text(call, object, "request_id", entry->request_id);
    if (entry->status != 0)
        api_add_number(call, object, "status", entry->status);
    if (entry->pair != 0) {
        api_add_number(call, object, "pair", (double)entry->pair);
        api_add_number(call, object, "took_us", (double)entry->took_us);
    }
    api_add_any_text(call, object, "text", entry->text);
    if (entry->cut)
        api_add_flag(call, object, "cut", true);
}

glift_status local_service_entry(const local_entry *entry, glift__text *out)
{
    api_call call = {.operation = "entry", .reply = cJSON_CreateObject()};
    call.out_of_memory = call.reply == NULL;
    show_entry(&call, call.reply, entry);
    *out = (glift__text){.bytes = call.out_of_memory ? NULL : cJSON_PrintUnformatted(call.reply)};
    out->length = out->bytes != NULL ? strlen(out->bytes) : 0;
    cJSON_Delete(call.reply);
    return out->bytes != NULL ? GLIFT_OK : GLIFT_ERR_MEMORY;
}

/* The newest that fit, oldest first; "dropped" counts those before them that fit, or are forgotten. */
static void show_messages(api_call *call, cJSON *root, const api_wish *wish)
{
    size_t limit = wish->limit != 0 ? wish->limit : MESSAGES_DEFAULT, wanted = 0, bytes = 0;
    const local_service *service = call->service;
    const local_entry *entry = local_journal_after(service, wish->after), *first = entry;
    uint64_t dropped = entry != NULL ? entry->serial - wish->after - 1 : 0;
    for (; entry != NULL; entry = local_journal_after(service, entry->serial)) {
        wanted += is_wanted(wish, entry);
        bytes += is_wanted(wish, entry) ? entry->length : 0;
    }
    cJSON *list = cJSON_CreateArray();
    for (entry = first; entry != NULL && wanted > 0; entry = local_journal_after(service, entry->serial)) {
        if (!is_wanted(wish, entry))
            continue;
        if (wanted > limit || bytes > MESSAGES_BYTES_MAX)
            dropped++;
        else
            show_entry(call, api_add_object(call, list, NULL), entry);
        wanted--;
        bytes -= entry->length;
    }
    api_add_number(call, root, "last", (double)local_journal_last(service));
    api_add_number(call, root, "dropped", (double)dropped);
    if (cJSON_AddItemToObject(root, "messages", list))
        return;
    cJSON_Delete(list);
    call->out_of_memory = true;
}

/* ---- pages ---- */

static void show_clock(api_call *call, cJSON *root, const local_clock_view *clock)
{
    cJSON *object = api_add_object(call, root, "clock");
    api_add_number(call, object, "now_unix_ms", (double)call->now.unix_ms);
    api_add_number(call, object, "ahead_ms", (double)clock->ahead_ms);
    api_add_number(call, object, "jumped_ms", (double)clock->jumped_ms);
    api_add_number(call, object, "scale", clock->scale);
}

void api_show_page(api_call *call, cJSON *root, const api_wish *wish, const local_clock_view *clock)
{
    switch (wish->what) {
    case API_WISH_LIST:
        show_list(call, root, wish);
        break;
    case API_WISH_DETAIL:
        show_detail(call, root, wish);
        break;
    case API_WISH_MESSAGES:
        show_messages(call, root, wish);
        break;
    case API_WISH_OVERVIEW:
        api_show_overview(call, root);
        show_clock(call, root, clock);
        break;
    }
}

bool api_print_page(const local_service *service, const cJSON *root, glift__text *out)
{
    *out = (glift__text){.bytes = cJSON_PrintUnformatted(root)};
    if (out->bytes == NULL)
        return false;
    out->length = local_mask_values(out->bytes, strlen(out->bytes), service->access_token);
    out->bytes[out->length] = '\0';
    return true;
}

static int refuse_page(int status, const char *sentence, glift__text *out)
{
    glift__text_append(out, sentence, strlen(sentence)); /* without memory, the status says it alone */
    return status;
}

int local_service_page(const local_service *service, glift__time now, const local_clock_view *clock,
        const char *page, const char *query, glift__text *out)
{
    api_wish wish;
    char why[API_WHY_SIZE];
    *out = (glift__text){0};
    if (!api_wish_begin(&wish, page))
        return refuse_page(404, "There is no such page.", out);
    if (!api_wish_read(&wish, query, why))
        return refuse_page(400, why, out);
    api_call call = {.service = (local_service *)service, .now = now, .reply = cJSON_CreateObject()};
    api_show_page(&call, call.reply, &wish, clock);
    bool is_printed = !call.refused && !call.out_of_memory && api_print_page(service, call.reply, out);
    cJSON_Delete(call.reply);
    if (call.refused)
        return refuse_page(404, call.refusal.message, out);
    return is_printed ? 200 : refuse_page(500, "gamelift-local is out of memory.", out);
}
