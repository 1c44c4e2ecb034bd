/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of the AWS API, one after the other: a refused one names its error and has changed nothing; an
 * accepted one has an answer without nulls, whose members fit the tables that the inputs are checked by; in
 * CBOR the same calls have the same answers.
 *
 * The input is a source of choices: operations, members, and now and then a body of raw bytes. */
#include "api/api_check.h"
#include "api/cbor.h"
#include "fuzz_service.h"

#include <math.h>

static const uint8_t *source, *source_end;

static unsigned draw_byte(void)
{
    return source < source_end ? *source++ : 0;
}

static unsigned draw(unsigned below)
{
    unsigned drawn = draw_byte();
    if (below > 256)
        drawn |= draw_byte() << 8;
    if (below > 65536)
        drawn |= draw_byte() << 16;
    return drawn % below;
}

#include "local_inputs.h"

enum { CALLS = 48, RAW_MAX = 300 };

static fuzz_service in_json, in_cbor;

/* ---- answers ---- */

/* The one shape that inputs know this member by; NULL: none, or several. */
static const api_shape *shape_in_members(const char *name, const api_member *members, const api_shape *found);

static const api_shape several = {.kind = API_FLAG};

static const api_shape *shape_in(const char *name, const api_shape *shape, const api_shape *found)
{
    while (shape != NULL && (shape->kind == API_LIST || shape->kind == API_MAP))
        shape = shape->item;
    return shape != NULL && shape->kind == API_STRUCT ? shape_in_members(name, shape->members, found) : found;
}

static const api_shape *shape_in_members(const char *name, const api_member *members, const api_shape *found)
{
    for (const api_member *member = members; member->name != NULL; member++) {
        if (strcmp(member->name, name) == 0)
            found = found == NULL || found == member->shape ? member->shape : &several;
        found = shape_in(name, member->shape, found);
    }
    return found;
}

static const api_shape *shape_of(const char *name)
{
    const api_shape *found = NULL;
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        for (const api_operation *one = tables[t]; one->name != NULL; one++)
            found = shape_in_members(name, one->members, found);
    }
    return found == &several || found == &api_without_effect ? NULL : found;
}

static void check_member(const cJSON *value)
{
    const api_shape *shape = shape_of(value->string);
    local_refusal why = {0};
    if (shape == NULL || strcmp(value->string, "Status") == 0) /* inputs know that of builds alone */
        return;
    if (shape->kind == API_TEXT &&
            cJSON_IsObject(value)) /* not its name, but all there is of it: "Location" */
        return;
    const api_member members[] = {{value->string, shape, true}, {0}};
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToObject(object, value->string, cJSON_Duplicate(value, true));
    bool fits = local_check_input(in_json.service->patterns, members, object, &why);
    if (!fits)
        fprintf(stderr, "%s\n", why.message);
    HOLDS(fits);
    cJSON_Delete(object);
}

static void check_answer(const cJSON *tree)
{
    for (; tree != NULL; tree = tree->next) {
        HOLDS(!cJSON_IsNull(tree) && (!cJSON_IsNumber(tree) || isfinite(tree->valuedouble)));
        if (tree->string != NULL)
            check_member(tree);
        /* The keys of these are the players' own. */
        if (tree->string == NULL || strcmp(tree->string, "PlayerAttributes") != 0)
            check_answer(tree->child);
    }
}

static void check_refusal(int status, const cJSON *answer)
{
    const cJSON *type = cJSON_GetObjectItem(answer, "__type"),
                *message = cJSON_GetObjectItem(answer, "Message");
    HOLDS(status == 400 && cJSON_IsString(type) && cJSON_IsString(message));
    HOLDS(type->valuestring[0] != '\0' && message->valuestring[0] != '\0' &&
            answer->child->next->next == NULL);
}

/* ---- calls ---- */

static cJSON *call_json(const char *operation, const char *body, size_t length, int *status)
{
    glift__text reply = {0};
    char *before = fuzz_state(&in_json);
    size_t changes = in_json.changes;
    *status = local_service_call(in_json.service, in_json.now, operation, body, length, &reply);
    fuzz_commit(&in_json);
    cJSON *answer = cJSON_Parse(reply.bytes);
    HOLDS(cJSON_IsObject(answer));
    if (*status == 200) {
        check_answer(answer->child);
    } else {
        char *after = fuzz_state(&in_json);
        check_refusal(*status, answer);
        HOLDS(strcmp(before, after) == 0 && in_json.changes == changes);
        free(after);
    }
    glift__text_free(&reply);
    free(before);
    return answer;
}

static cJSON *call_cbor(const char *operation, const cJSON *input, int *status)
{
    const char *why;
    glift__text body = {0}, reply = {0};
    HOLDS(local_cbor_write(input, &body));
    *status =
            local_service_call_cbor(in_cbor.service, in_cbor.now, operation, body.bytes, body.length, &reply);
    cJSON *answer = local_cbor_read(reply.bytes, reply.length, &why);
    HOLDS(answer != NULL);
    glift__text_free(&body);
    glift__text_free(&reply);
    return answer;
}

static void call_both(const api_operation *operation)
{
    int status, other_status;
    cJSON *input = random_struct(operation->members);
    char *body = cJSON_PrintUnformatted(input);
    HOLDS(body != NULL);
    cJSON *answer = call_json(operation->name, body, strlen(body), &status),
          *other = call_cbor(operation->name, input, &other_status);
    HOLDS(status == other_status && cJSON_Compare(answer, other, true));
    learn(answer, "");
    cJSON_Delete(answer);
    cJSON_Delete(other);
    cJSON_Delete(input);
    free(body);
}

/* What a body says that is no JSON, or hardly; to both, so that they stay alike. */
static void call_raw(const api_operation *operation)
{
    size_t length = draw(RAW_MAX), left = (size_t)(source_end - source);
    int status, other_status;
    length = length < left ? length : left;
    char *bytes = malloc(length + 1);
    HOLDS(bytes != NULL);
    memcpy(bytes, source, length);
    source += length;
    cJSON *answer = call_json(operation->name, bytes, length, &status);
    glift__text reply = {0};
    other_status = local_service_call(in_cbor.service, in_cbor.now, operation->name, bytes, length, &reply);
    HOLDS(status == other_status);
    glift__text_free(&reply);
    cJSON_Delete(answer);
    free(bytes);
}

/* ---- game servers that do as they are told ---- */

static void obey(fuzz_service *self)
{
    local_output output;
    while (local_service_next_output(self->service, &output)) {
        cJSON *push = output.text.bytes != NULL ? cJSON_Parse(output.text.bytes) : NULL;
        const char *action = cJSON_GetStringValue(cJSON_GetObjectItem(push, "Action")),
                   *arn = cJSON_GetStringValue(cJSON_GetObjectItem(push, "GameSessionId"));
        if (action != NULL && arn != NULL && strcmp(action, "CreateGameSession") == 0) {
            cJSON *message = cJSON_CreateObject();
            cJSON_AddStringToObject(message, "Action", "ActivateGameSession");
            cJSON_AddStringToObject(message, "RequestId", "a");
            cJSON_AddStringToObject(message, "GameSessionId", arn);
            char *text = cJSON_PrintUnformatted(message);
            local_service_received(self->service, self->now, output.connection, text, strlen(text));
            cJSON_Delete(message);
            free(text);
        }
        cJSON_Delete(push);
        glift__text_free(&output.text);
    }
}

static const api_operation *draw_operation(void)
{
    unsigned count = 0;
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        for (const api_operation *one = tables[t]; one->name != NULL; one++)
            count++;
    }
    unsigned drawn = draw(count);
    for (size_t t = 0;; t++) {
        for (const api_operation *one = tables[t]; one->name != NULL; one++) {
            if (drawn-- == 0)
                return one;
        }
    }
}

/* One of everything, so that what comes next has something to be about. */
static void furnish(fuzz_service *self)
{
    static const char *const calls[][2] = {
            {"CreateGameSession",
                    "{\"FleetId\":\"%s\",\"Location\":\"custom-local\",\"MaximumPlayerSessionCount\":4,"
                    "\"CreatorId\":\"c\",\"GameProperties\":[{\"Key\":\"k\",\"Value\":\"v\"}]}"},
            {"CreateAlias", "{\"Name\":\"a\",\"RoutingStrategy\":{\"Type\":\"SIMPLE\",\"FleetId\":\"%s\"}}"},
            {"StartGameSessionPlacement", "{\"PlacementId\":\"p\",\"GameSessionQueueName\":\"arena\","
                                          "\"MaximumPlayerSessionCount\":2}"},
            {"StartMatchmaking",
                    "{\"ConfigurationName\":\"arena\",\"TicketId\":\"t\",\"Players\":[{\"PlayerId\":"
                    "\"ada\",\"PlayerAttributes\":{\"name\":{\"S\":\"x\"}}}]}"},
            {"DescribeGameSessions", "{\"FleetId\":\"%s\"}"},
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        char body[512];
        const char *place = strstr(calls[i][1], "%s");
        int before = place != NULL ? (int)(place - calls[i][1]) : (int)strlen(calls[i][1]);
        snprintf(body, sizeof body, "%.*s%s%s", before, calls[i][1], place != NULL ? self->demo.fleet_id : "",
                place != NULL ? place + 2 : "");
        cJSON *answer = fuzz_call(self, calls[i][0], body);
        if (self == &in_json)
            learn(answer, "");
        cJSON_Delete(answer);
        fuzz_pass(self, 600);
        obey(self);
    }
}

static void begin(void)
{
    fuzz_begin(&in_json);
    fuzz_begin(&in_cbor);
    furnish(&in_json);
    furnish(&in_cbor);
    learn_text("FleetId", in_json.demo.fleet_id);
    learn_text("ComputeName", in_json.demo.compute_name);
    learn_text("ConfigurationName", in_json.demo.matchmaking_configuration);
    learn_text("Location", in_json.demo.location);
    learn_text("LocationName", in_json.demo.location);
    learn_text("Name", in_json.demo.matchmaking_configuration);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    source = data;
    source_end = data + size;
    begin();
    for (int i = 0; i < CALLS && source < source_end; i++) {
        const api_operation *operation = draw_operation();
        if (draw(8) == 7)
            call_raw(operation);
        else
            call_both(operation);
        obey(&in_json);
        obey(&in_cbor);
        uint64_t ms = draw(4) == 0 ? 600 : 0;
        fuzz_pass(&in_json, ms);
        fuzz_pass(&in_cbor, ms);
    }
    forget_known();
    fuzz_end(&in_json);
    fuzz_end(&in_cbor);
    return 0;
}
