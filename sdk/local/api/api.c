/* SPDX-License-Identifier: Apache-2.0 */
/* From a call's name and body to its answer: find the operation, check the input, run the handler. */
#include "api/service.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/api_check.h"
#include "api/cbor.h"
#include "api/faults_api.h"
#include "journal/journal.h"

static const api_operation *find_in(const api_operation *operations, const char *name)
{
    for (const api_operation *operation = operations; operation->name != NULL; operation++) {
        if (strcmp(operation->name, name) == 0)
            return operation;
    }
    return NULL;
}

/* ---- refusing ---- */

void api_refuse(api_call *call, local_error error, const char *format, ...)
{
    char text[sizeof call->refusal.message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    local_refuse(&call->refusal, error, "%s", text);
    call->refused = true;
}

void api_refuse_with(api_call *call)
{
    call->refused = true;
}

/* ---- reading ---- */

static const cJSON *member_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return value != NULL && !cJSON_IsNull(value) ? value : NULL;
}

const char *api_text(const cJSON *object, const char *name)
{
    const cJSON *value = member_of(object, name);
    return value != NULL ? value->valuestring : NULL;
}

int api_integer(const cJSON *object, const char *name, int fallback)
{
    const cJSON *value = member_of(object, name);
    return value != NULL ? value->valueint : fallback;
}

double api_number(const cJSON *object, const char *name, double fallback)
{
    const cJSON *value = member_of(object, name);
    return value != NULL ? value->valuedouble : fallback;
}

bool api_flag(const cJSON *object, const char *name, bool fallback)
{
    const cJSON *value = member_of(object, name);
    return value != NULL ? cJSON_IsTrue(value) : fallback;
}

const cJSON *api_member_of(const cJSON *object, const char *name)
{
    return member_of(object, name);
}

size_t api_properties(const cJSON *object, const char *name, glift_game_property out[LOCAL_PROPERTIES_MAX])
{
    size_t count = 0;
    const cJSON *list = member_of(object, name);
    for (const cJSON *item = list != NULL ? list->child : NULL; item != NULL && count < LOCAL_PROPERTIES_MAX;
            item = item->next)
        out[count++] = (glift_game_property){api_text(item, "Key"), api_text(item, "Value")};
    return count;
}

bool api_is_wanted(const cJSON *names, const void *entity,
        void *(*find)(const local_service *service, const char *name), const local_service *service)
{
    const cJSON *name;
    if (names == NULL)
        return true;
    cJSON_ArrayForEach(name, names)
    {
        if (find(service, name->valuestring) == entity)
            return true;
    }
    return false;
}

/* ---- writing ---- */

/* Puts the item into its parent; without memory the reply is marked incomplete. */
static cJSON *add(api_call *call, cJSON *parent, const char *name, cJSON *item)
{
    bool added =
            parent != NULL && item != NULL &&
            (name != NULL ? cJSON_AddItemToObject(parent, name, item) : cJSON_AddItemToArray(parent, item));
    if (added)
        return item;
    cJSON_Delete(item);
    call->out_of_memory = true;
    return NULL;
}

cJSON *api_add_object(api_call *call, cJSON *parent, const char *name)
{
    return add(call, parent, name, cJSON_CreateObject());
}

cJSON *api_add_array(api_call *call, cJSON *parent, const char *name)
{
    return add(call, parent, name, cJSON_CreateArray());
}

void api_add_any_text(api_call *call, cJSON *object, const char *name, const char *value)
{
    cJSON *item = cJSON_CreateString(value != NULL ? value : "");
    if (item != NULL)
        local_mend_text(item->valuestring); /* sentences are cut to the room they have */
    add(call, object, name, item);
}

void api_add_text(api_call *call, cJSON *object, const char *name, const char *value)
{
    if (value != NULL && value[0] != '\0')
        api_add_any_text(call, object, name, value);
}

void api_add_number(api_call *call, cJSON *object, const char *name, double value)
{
    add(call, object, name, cJSON_CreateNumber(value));
}

void api_add_flag(api_call *call, cJSON *object, const char *name, bool value)
{
    add(call, object, name, cJSON_CreateBool(value));
}

void api_add_time(api_call *call, cJSON *object, const char *name, int64_t unix_ms)
{
    if (unix_ms != 0)
        api_add_number(call, object, name, (double)unix_ms / 1000.0);
}

void api_add_properties(
        api_call *call, cJSON *object, const char *name, const glift_game_property *properties, size_t count)
{
    cJSON *list = api_add_array(call, object, name);
    for (size_t i = 0; i < count; i++) {
        cJSON *property = api_add_object(call, list, NULL);
        api_add_any_text(call, property, "Key", properties[i].key);
        api_add_any_text(call, property, "Value", properties[i].value);
    }
}

/* ---- pages ---- */

bool api_page_begin(api_call *call, local_page *page, size_t default_limit)
{
    size_t limit = (size_t)api_integer(call->input, "Limit", (int)default_limit);
    call->refused = !local_page_begin(
            page, call->operation, api_text(call->input, "NextToken"), limit, &call->refusal);
    return !call->refused;
}

bool api_page_or_all(api_call *call, local_page *page, size_t default_limit, const cJSON *asked_for)
{
    if (asked_for == NULL)
        return api_page_begin(call, page, default_limit);
    return local_page_begin(page, call->operation, NULL, SIZE_MAX, &call->refusal);
}

void api_page_end(api_call *call, const local_page *page)
{
    char token[LOCAL_PAGE_TOKEN_SIZE];
    local_page_token(page, token);
    api_add_text(call, call->reply, "NextToken", token);
}

/* ---- a call ---- */

/* cJSON would cut a text at \u0000 without a word, and what was checked would not be what was sent. */
static bool holds_zero(const char *body, size_t length)
{
    for (const char *at = body; (at = memmem(at, length - (size_t)(at - body), "\\u0000", 6)) != NULL; at++) {
        size_t slashes = 1;
        while (at - slashes >= body && at[-(ptrdiff_t)slashes] == '\\')
            slashes++;
        if (slashes % 2 == 1)
            return true;
    }
    return false;
}

/* How bodies and answers are written. */
typedef struct api_format {
    /* NULL: *why is what is wrong with the body, to follow "The body of ListFleets". */
    cJSON *(*read)(const char *body, size_t length, const char **why);
    bool (*write)(const cJSON *tree, glift__text *out); /* false: out of memory */
    const char *not_an_object;
} api_format;

/* NULL: not JSON, or more than one value. An empty body stands for an empty object. */
static cJSON *read_json(const char *body, size_t length, const char **why)
{
    *why = "is not a JSON object";
    if (length == 0)
        return cJSON_CreateObject();
    const char *end = NULL;
    cJSON *tree = holds_zero(body, length) ? NULL : cJSON_ParseWithLengthOpts(body, length, &end, false);
    while (tree != NULL && end < body + length && strchr(" \t\r\n", *end) != NULL && *end != '\0')
        end++;
    if (tree != NULL && end != body + length) {
        cJSON_Delete(tree);
        tree = NULL;
    }
    return tree;
}

static bool write_json(const cJSON *tree, glift__text *out)
{
    *out = (glift__text){.bytes = cJSON_PrintUnformatted(tree)};
    if (out->bytes == NULL)
        return false;
    out->length = strlen(out->bytes);
    return true;
}

static const api_format json = {read_json, write_json, "is not a JSON object"};
static const api_format cbor = {local_cbor_read, local_cbor_write, "is not a map"};

static void run(api_call *call, const api_operation *operation, const api_format *format, const char *why)
{
    if (operation == NULL) {
        api_refuse(call, LOCAL_UNKNOWN_OPERATION, "Operation \"%.128s\" is not emulated by gamelift-local.",
                call->operation);
        return;
    }
    if (call->input != NULL && !cJSON_IsObject(call->input))
        why = format->not_an_object;
    if (!cJSON_IsObject(call->input)) {
        api_refuse(call, LOCAL_SERIALIZATION, "The body of %s %s.", call->operation, why);
        return;
    }
    if (!local_check_input(call->service->patterns, operation->members, call->input, &call->refusal))
        api_refuse_with(call);
    else
        operation->run(call);
}

static cJSON *error_body(const char *type, const char *message)
{
    cJSON *body = cJSON_CreateObject();
    if (cJSON_AddStringToObject(body, "__type", type) == NULL ||
            cJSON_AddStringToObject(body, "Message", message) == NULL) {
        cJSON_Delete(body);
        return NULL;
    }
    return body;
}

/* The HTTP status; *reply is empty only where there is no memory even for the error. */
static int finish(api_call *call, const api_format *format, glift__text *reply)
{
    if (!call->refused && !call->out_of_memory && format->write(call->reply, reply)) {
        local_log(call->service, GLIFT_LOG_DEBUG, "%s: done, %zu bytes", call->operation, reply->length);
        return 200;
    }
    if (!call->refused)
        local_refuse_memory(&call->refusal);
    cJSON *body = error_body(local_error_type(call->refusal.error), call->refusal.message);
    if (body != NULL)
        format->write(body, reply);
    cJSON_Delete(body);
    local_log(call->service, GLIFT_LOG_INFO, "%s: %s: %s", call->operation,
            local_error_type(call->refusal.error), call->refusal.message);
    return local_error_http_status(call->refusal.error);
}

/* ---- what was said ---- */

/* In the journal, a body of CBOR is the same in JSON. */
static uint64_t note_body(const api_call *call, const local_said *start, const api_format *format,
        const cJSON *tree, const char *body, size_t length)
{
    local_said said = *start;
    char *text = format == &cbor && tree != NULL ? cJSON_PrintUnformatted(tree) : NULL;
    bool is_readable = format != &cbor || text != NULL;
    said.action = call->operation;
    said.process_id = api_text(call->input, "ProcessId");
    said.text = text != NULL ? text : is_readable ? body : "(a body that is no CBOR)";
    said.length = is_readable && text == NULL ? length : strlen(said.text);
    uint64_t serial = local_journal_say(call->service, call->now, &said);
    free(text);
    return serial;
}

static const cJSON *reply_tree(const api_call *call, int status)
{
    return status == 200 ? call->reply : NULL;
}

/* The error of a fault, in the place of whatever the answer is. */
static int answer_with_error(const api_fate *fate, const api_format *format, glift__text *reply)
{
    cJSON *body = fate->error[0] != '\0' ? error_body(fate->error, fate->message) : cJSON_CreateObject();
    glift__text_free(reply);
    if (body != NULL)
        format->write(body, reply);
    cJSON_Delete(body);
    return fate->status;
}

/* One call from its body to its answer, both of which the journal keeps. */
static int answer(api_call *call, local_entry_kind kind, const api_operation *operation,
        const api_format *format, const char *body, size_t length, glift__text *reply)
{
    const char *why = "is too large for the memory that is left";
    cJSON *input = format->read(body, length, &why);
    local_said said = {.kind = kind, .direction = LOCAL_ENTRY_IN};
    local_begin_input(call->service, call->now);
    call->service->reply_fate = (local_reply_fate){0};
    call->input = input;
    call->reply = cJSON_CreateObject();
    said.pair = note_body(call, &said, format, input, body, length);
    api_fate fate = kind == LOCAL_ENTRY_CALL ? api_judge_call(call) : (api_fate){0};
    if (call->reply == NULL)
        call->out_of_memory = true;
    else if (!fate.is_stopped)
        run(call, operation, format, why);
    said.status = finish(call, format, reply);
    if (fate.is_stopped || fate.is_error)
        said.status = answer_with_error(&fate, format, reply);
    said.direction = LOCAL_ENTRY_OUT;
    note_body(call, &said, format, reply_tree(call, said.status), reply->bytes, reply->length);
    cJSON_Delete(input);
    cJSON_Delete(call->reply);
    return said.status;
}

int api_run(local_service *service, glift__time now, const api_operation *operations, const char *name,
        const char *body, size_t length, glift__text *reply)
{
    api_call call = {.service = service, .now = now, .operation = name};
    return answer(&call, LOCAL_ENTRY_NOTE, find_in(operations, name), &json, body, length, reply);
}

static const api_operation *find(const char *name)
{
    static const api_operation *const tables[] = {api_alias_operations, api_tag_operations,
            api_fleet_change_operations, api_fleet_view_operations, api_log_operations,
            api_connection_operations, api_fleet_operations, api_compute_operations,
            api_game_session_operations, api_player_session_operations, api_search_operations,
            api_queue_operations, api_placement_operations, api_matchmaking_operations,
            api_ticket_operations};
    const api_operation *found = NULL;
    for (size_t i = 0; found == NULL && i < sizeof tables / sizeof tables[0]; i++)
        found = find_in(tables[i], name);
    return found;
}

bool api_operation_is_known(const char *name)
{
    return find(name) != NULL;
}

int local_service_call(local_service *service, glift__time now, const char *operation, const char *body,
        size_t length, glift__text *reply)
{
    api_call call = {.service = service, .now = now, .operation = operation};
    return answer(&call, LOCAL_ENTRY_CALL, find(operation), &json, body, length, reply);
}

int local_service_look(local_service *service, glift__time now, const char *operation, const char *body,
        size_t length, glift__text *reply)
{
    const char *why = "is too large for the memory that is left";
    cJSON *input = json.read(body, length, &why);
    api_call call = {.service = service,
            .now = now,
            .operation = operation,
            .input = input,
            .reply = cJSON_CreateObject()};
    if (call.reply == NULL)
        call.out_of_memory = true;
    else
        run(&call, find(operation), &json, why);
    int status = finish(&call, &json, reply);
    cJSON_Delete(input);
    cJSON_Delete(call.reply);
    return status;
}

int local_service_refuse_client(
        local_service *service, const char *operation, bool is_cbor, glift__text *reply)
{
    api_call call = {.service = service, .operation = operation};
    api_refuse(&call, LOCAL_UNKNOWN_CLIENT,
            "The access key id is not the token of this gamelift-local (--token), which its clients have to "
            "show.");
    return finish(&call, is_cbor ? &cbor : &json, reply);
}

int local_service_call_cbor(local_service *service, glift__time now, const char *operation, const char *body,
        size_t length, glift__text *reply)
{
    api_call call = {.service = service, .now = now, .operation = operation};
    return answer(&call, LOCAL_ENTRY_CALL, find(operation), &cbor, body, length, reply);
}
