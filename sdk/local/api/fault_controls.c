/* SPDX-License-Identifier: Apache-2.0 */
/* POST /_local/faults, POST /_local/faults/clear, GET /_local/faults; and the clock of faults. */
#include "api/service.h"

#include <string.h>

#include "api/faults_api.h"
#include "journal/journal.h"

/* ---- the clock ---- */

static void set_timer(local_service *service)
{
    uint64_t next_ms = local_faults_next_ms(service->faults);
    if (next_ms == UINT64_MAX)
        local_timer_stop(&service->timers, &service->faults_timer);
    else
        local_timer_set(&service->timers, &service->faults_timer, next_ms);
}

static void on_timer(local_service *service, glift__time now, void *owner)
{
    local_fault *fault;
    local_refusal why;
    (void)owner;
    while ((fault = local_faults_advance(service->faults, now.mono_ms)) != NULL) {
        if (!local_fault_act(service, now, fault, &why))
            local_log(service, GLIFT_LOG_WARNING, "%s (%s) could not act: %s", fault->id,
                    local_fault_row_of(fault)->name, why.message);
    }
    set_timer(service);
}

static const char *or_any(const char *text)
{
    return text != NULL ? text : "any";
}

static void on_news(
        void *user, const local_fault *fault, local_fault_news news, const local_fault_scope *where)
{
    local_service *service = user;
    const char *name = local_fault_row_of(fault)->name;
    local_said said = {.action = "$fault", .process_id = where != NULL ? where->process_id : NULL};
    switch (news) {
    case FAULT_BEGAN:
        local_log(service, GLIFT_LOG_INFO, "fault %s is on (%s)", name, fault->id);
        local_journal_note(service, service->now, &said, "fault %s is on (%s)", name, fault->id);
        break;
    case FAULT_HIT:
        local_journal_note(service, service->now, &said,
                "fault %s acts (%s): process %s, action %s, ticket %s", name, fault->id,
                or_any(where->process_id), or_any(where->action), or_any(where->ticket_id));
        break;
    case FAULT_ENDED:
        local_log(service, GLIFT_LOG_INFO, "fault %s has ended (%s): %s", name, fault->id, fault->ended);
        local_journal_note(
                service, service->now, &said, "fault %s has ended (%s): %s", name, fault->id, fault->ended);
        break;
    }
}

glift_status local_fault_controls_create(local_service *service)
{
    service->faults->tell = on_news;
    service->faults->user = service;
    return local_timer_make(&service->timers, &service->faults_timer, on_timer, NULL) ? GLIFT_OK
                                                                                      : GLIFT_ERR_MEMORY;
}

void local_fault_controls_destroy(local_service *service)
{
    local_timer_unmake(&service->timers, &service->faults_timer);
}

/* ---- as JSON ---- */

static void add_parameters(api_call *call, cJSON *object, const local_fault *fault)
{
    const local_fault_parameter *parameters = local_fault_row_of(fault)->parameters;
    for (size_t i = 0; parameters[i].name != NULL; i++) {
        switch (parameters[i].type) {
        case PARAMETER_INTEGER:
            api_add_number(call, object, parameters[i].name, fault->values[i].number);
            break;
        case PARAMETER_FLAG:
            api_add_flag(call, object, parameters[i].name, fault->values[i].number != 0);
            break;
        case PARAMETER_TEXT:
        case PARAMETER_CHOICE:
            api_add_any_text(call, object, parameters[i].name, fault->values[i].text);
            break;
        }
    }
}

static void add_scope(api_call *call, cJSON *object, const local_fault *fault)
{
    api_add_text(call, object, "process_id", fault->scope.process_id);
    api_add_text(call, object, "action", fault->scope.action);
    api_add_text(call, object, "ticket_id", fault->scope.ticket_id);
    if (fault->next > 0)
        api_add_number(call, object, "next", (double)fault->next);
    if (fault->share < 1)
        api_add_number(call, object, "share", fault->share);
}

static void fill_fault(api_call *call, cJSON *object, const local_fault *fault)
{
    api_add_text(call, object, "fault_id", fault->id);
    api_add_text(call, object, "name", local_fault_row_of(fault)->name);
    add_parameters(call, api_add_object(call, object, "parameters"), fault);
    add_scope(call, api_add_object(call, object, "scope"), fault);
    api_add_number(call, object, "hits", (double)fault->hits);
    if (fault->until_unix_ms != 0)
        api_add_number(call, object, "until_unix_ms", (double)fault->until_unix_ms);
    api_add_text(call, object, "ended", fault->ended);
}

static void add_list(api_call *call, cJSON *root, const char *name, const local_fault_list *list)
{
    cJSON *array = api_add_array(call, root, name);
    const local_fault *fault;
    TAILQ_FOREACH(fault, list, link)
    fill_fault(call, api_add_object(call, array, NULL), fault);
}

static const char *type_name(local_parameter_type type)
{
    static const char *const names[] = {[PARAMETER_INTEGER] = "integer",
            [PARAMETER_FLAG] = "flag",
            [PARAMETER_TEXT] = "text",
            [PARAMETER_CHOICE] = "choice"};
    return names[type];
}

static void add_default(api_call *call, cJSON *object, const local_fault_parameter *parameter)
{
    switch (parameter->type) {
    case PARAMETER_INTEGER:
        api_add_number(call, object, "default", parameter->number);
        api_add_number(call, object, "least", parameter->least);
        api_add_number(call, object, "most", parameter->most);
        break;
    case PARAMETER_FLAG:
        api_add_flag(call, object, "default", parameter->number != 0);
        break;
    case PARAMETER_TEXT:
        api_add_any_text(call, object, "default", "");
        api_add_number(call, object, "most", parameter->most);
        break;
    case PARAMETER_CHOICE:
        api_add_any_text(call, object, "default", parameter->choices[0]);
        cJSON *choices = api_add_array(call, object, "choices");
        for (const char *const *choice = parameter->choices; *choice != NULL; choice++)
            api_add_text(call, choices, NULL, *choice);
        break;
    }
}

static void add_known_scope(api_call *call, cJSON *object, const local_fault_row *row)
{
    cJSON *scope = api_add_array(call, object, "scope");
    if (row->scope & SCOPE_PROCESS)
        api_add_text(call, scope, NULL, "process_id");
    if (row->scope & SCOPE_ACTION)
        api_add_text(call, scope, NULL, "action");
    if (row->scope & SCOPE_TICKET)
        api_add_text(call, scope, NULL, "ticket_id");
    if (!row->acts_at_once) {
        api_add_text(call, scope, NULL, "next");
        api_add_text(call, scope, NULL, "share");
    }
}

static void add_known(api_call *call, cJSON *root)
{
    cJSON *list = api_add_array(call, root, "known");
    for (size_t i = 0; i < FAULT_KINDS; i++) {
        const local_fault_row *row = &local_fault_rows[i];
        cJSON *object = api_add_object(call, list, NULL);
        api_add_text(call, object, "name", row->name);
        api_add_text(call, object, "text", row->text);
        api_add_flag(call, object, "acts_at_once", row->acts_at_once);
        add_known_scope(call, object, row);
        cJSON *parameters = api_add_array(call, object, "parameters");
        for (const local_fault_parameter *one = row->parameters; one->name != NULL; one++) {
            cJSON *item = api_add_object(call, parameters, NULL);
            api_add_text(call, item, "name", one->name);
            api_add_text(call, item, "type", type_name(one->type));
            add_default(call, item, one);
            api_add_text(call, item, "text", one->text);
        }
    }
}

/* ---- the controls ---- */

void api_begin_fault(api_call *call)
{
    local_service *service = call->service;
    char why[FAULT_WHY_SIZE];
    local_fault *fault = local_fault_begin(service->faults, call->now, call->input, why);
    if (fault == NULL) {
        api_refuse(call, LOCAL_INVALID_REQUEST, "%s", why);
        return;
    }
    uint64_t every_ms = (uint64_t)(local_fault_number(fault, "every_seconds") * 1000);
    bool acted = local_fault_act(service, call->now, fault, &call->refusal);
    if (!acted)
        local_fault_end(service->faults, fault, "it could not act");
    else if (local_fault_row_of(fault)->acts_at_once && every_ms == 0)
        local_fault_end(service->faults, fault, "it has acted");
    else if (local_fault_row_of(fault)->acts_at_once)
        fault->acts_ms = call->now.mono_ms + every_ms;
    set_timer(service);
    if (acted)
        fill_fault(call, call->reply, fault);
    else
        api_refuse_with(call);
}

void api_clear_faults(api_call *call)
{
    local_faults *faults = call->service->faults;
    const char *id = api_text(call->input, "fault_id");
    local_fault *fault = id != NULL ? local_fault_find(faults, id) : NULL;
    if (id != NULL && fault == NULL) {
        api_refuse(call, LOCAL_NOT_FOUND, "Fault %s is not on.", id);
        return;
    }
    if (fault != NULL) {
        local_fault_end(faults, fault, "it was taken back");
    } else {
        local_faults_end_all(faults, "all were taken back");
        local_release_late_outputs(call->service, call->now);
        local_queue_close(call->service, 0, LOCAL_UNDO, "all faults were taken back");
    }
    set_timer(call->service);
}

/* ---- GET ---- */

void api_add_active_faults(api_call *call, cJSON *root)
{
    add_list(call, root, "faults", &call->service->faults->on);
}

glift_status local_service_faults(const local_service *service, glift__time now, glift__text *out)
{
    api_call call = {.now = now, .reply = cJSON_CreateObject()};
    add_list(&call, call.reply, "faults", &service->faults->on);
    add_list(&call, call.reply, "ended", &service->faults->ended);
    add_known(&call, call.reply);
    *out = (glift__text){.bytes = call.out_of_memory ? NULL : cJSON_PrintUnformatted(call.reply)};
    cJSON_Delete(call.reply);
    if (out->bytes == NULL)
        return GLIFT_ERR_MEMORY;
    out->length = strlen(out->bytes);
    return GLIFT_OK;
}
