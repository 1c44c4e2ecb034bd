/* SPDX-License-Identifier: Apache-2.0 */
/* A rule set of a stranger: refused with its place named, or taken by every operation alike, and then matched
 * by with a bounded look, whatever tickets wait, into matches that keep the rules by their definition.
 *
 * The input: one byte that chooses the tickets, and the body of the rule set. */
#include "api/service.h"
#include "fuzz.h"

#include <cjson/cJSON.h>
#include <string.h>

#define CHECK HOLDS

_Noreturn static void test_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

#include "local_matcher_pools.h"

enum { TICKETS = 50, LOOKS = 8 };

static const glift__time now = {.mono_ms = 1000, .unix_ms = 1700000000123};

/* ---- the operations ---- */

/* The HTTP status; the answer is checked to be JSON, and to name a rule where it refuses. */
static int call(local_service *service, const char *operation, cJSON *input)
{
    char *body = cJSON_PrintUnformatted(input);
    glift__text reply = {0};
    HOLDS(body != NULL);
    int status = local_service_call(service, now, operation, body, strlen(body), &reply);
    cJSON *answer = cJSON_Parse(reply.bytes);
    HOLDS(cJSON_IsObject(answer));
    const cJSON *message = cJSON_GetObjectItem(answer, "Message");
    HOLDS(status == 200 || (status == 400 && cJSON_IsString(message) && message->valuestring[0] != '\0'));
    cJSON_Delete(answer);
    cJSON_Delete(input);
    glift__text_free(&reply);
    free(body);
    return status;
}

static cJSON *input_of(const char *name, const char *body)
{
    cJSON *input = cJSON_CreateObject();
    if (name != NULL)
        cJSON_AddStringToObject(input, "Name", name);
    if (body != NULL)
        cJSON_AddStringToObject(input, "RuleSetBody", body);
    return input;
}

static void check_operations(const char *body, bool accepted)
{
    local_service_desc desc = {.seed = 7};
    local_service *service = NULL;
    HOLDS(local_service_create(&desc, now, &service) == GLIFT_OK);
    int right = accepted ? 200 : 400;
    HOLDS(call(service, "ValidateMatchmakingRuleSet", input_of(NULL, body)) == right);
    HOLDS(call(service, "CreateMatchmakingRuleSet", input_of("r", body)) == right);
    cJSON *configuration = input_of("c", NULL);
    cJSON_AddStringToObject(configuration, "RuleSetName", "r");
    cJSON_AddStringToObject(configuration, "FlexMatchMode", "STANDALONE");
    cJSON_AddNumberToObject(configuration, "RequestTimeoutSeconds", 60);
    cJSON_AddBoolToObject(configuration, "AcceptanceRequired", false);
    HOLDS(call(service, "CreateMatchmakingConfiguration", configuration) == right);
    HOLDS(call(service, "DeleteMatchmakingRuleSet", input_of("r", NULL)) == 400); /* in use, or not there */
    local_service_destroy(service);
}

/* ---- the matcher ---- */

static const char *const words[] = {"", "a", "b", "pit", "x"};

static void draw_attribute(pool *p, glift_player_attribute *out)
{
    static const double numbers[] = {0, -1, 1, 10, 1e9, -1e308, 1e308, 0.1};
    static glift_double_entry maps[8][2];
    glift_double_entry *map = maps[pool_random(p) % 8];
    switch (out->type) {
    case GLIFT_ATTRIBUTE_DOUBLE:
        out->number = pool_random(p) % 6 == 0 ? numbers[pool_random(p) % 8] : pool_number(p, 0, 100);
        break;
    case GLIFT_ATTRIBUTE_STRING:
        out->string = words[pool_random(p) % 5];
        break;
    case GLIFT_ATTRIBUTE_STRING_LIST:
        out->string_list = words + pool_random(p) % 3;
        out->string_count = pool_random(p) % 3;
        break;
    default:
        map[0] = (glift_double_entry){words[1 + pool_random(p) % 2], pool_number(p, -10, 10)};
        map[1] = (glift_double_entry){words[3 + pool_random(p) % 2], pool_number(p, -10, 10)};
        out->double_map = map;
        out->double_count = pool_random(p) % 3;
        break;
    }
}

static void draw_player(pool *p, pool_ticket *ticket, size_t at)
{
    static const char *const regions[] = {"north", "south", "a"};
    for (size_t i = 0; i < p->rule_set->attribute_count; i++) {
        if (pool_random(p) % 8 > 0)
            draw_attribute(p, &ticket->attributes[at][i]);
    }
    for (size_t i = 0; i < 3; i++) {
        if (pool_random(p) % 3 > 0)
            ticket->latencies[at][ticket->players[at].latency_count++] =
                    (glift_player_latency){regions[i], 1 + (int)(pool_random(p) % 200)};
    }
}

static void draw_ticket(pool *p)
{
    size_t players = pool_random(p) % 3 > 0 ? 1 : 1 + pool_random(p) % POOL_PARTY;
    pool_ticket *ticket = pool_add(p, players);
    for (size_t i = 0; i < players; i++)
        draw_player(p, ticket, i);
    ticket->candidate.backfill = pool_random(p) % 10 == 0;
    if (ticket->candidate.backfill) {
        ticket->candidate.free_seats = (int)(pool_random(p) % 5);
        ticket->candidate.location = "north";
        for (size_t i = 0; i < players; i++)
            ticket->players[i].team = p->rule_set->teams[pool_random(p) % p->rule_set->team_count].name;
    }
    pool_enter(p, ticket);
}

static void check_matcher(const char *body, uint8_t seed)
{
    static const uint64_t ages_ms[] = {0, 1000, 6000, 31000, 3600000};
    pool p;
    pool_begin(&p, body, TICKETS, seed);
    if (p.rule_set->attribute_count <= POOL_ATTRIBUTES) {
        for (size_t i = 0; i < TICKETS; i++)
            draw_ticket(&p);
        for (size_t i = 0, looks = 0; i < sizeof ages_ms / sizeof ages_ms[0] && looks < LOOKS; i++) {
            do
                pool_look(&p, ages_ms[i] + p.now_ms % 1000 + 1);
            while (local_matcher_is_busy(p.matcher) && ++looks < LOOKS);
        }
    }
    /* [E] a unit that is begun is ended: one step of a search may go over the edge */
    HOLDS(p.most_units < LOCAL_MATCHER_UNITS + LOCAL_MATCHER_UNITS / 10);
    pool_end(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || memchr(data + 1, 0, size - 1) != NULL)
        return 0;
    char *body = strndup((const char *)data + 1, size - 1), what[LOCAL_WHAT_SIZE] = "";
    local_rule_set *rule_set = NULL;
    HOLDS(body != NULL);
    glift_status status = local_rule_set_parse(body, &rule_set, what);
    HOLDS((status == GLIFT_OK) == (rule_set != NULL) && (status == GLIFT_OK || what[0] != '\0'));
    local_rule_set_destroy(rule_set);
    if (size - 1 <= LOCAL_RULE_SET_MAX_BODY)
        check_operations(body, status == GLIFT_OK);
    if (status == GLIFT_OK)
        check_matcher(body, data[0]);
    free(body);
    return 0;
}
