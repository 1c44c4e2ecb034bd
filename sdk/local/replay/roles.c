/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/roles.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/text.h"

/* What a member is, by its name. */
typedef enum local_role {
    ROLE_PLAIN,         /* is as it was */
    ROLE_OF_THE_MOMENT, /* is there, and may be anything */
    ROLE_TIME,
    ROLE_ENDPOINT,
    ROLE_TOKEN,
    ROLE_GAME_SESSION, /* this and the next are ids */
    ROLE_PLAYER_SESSION,
    ROLE_PLAYER,
    ROLE_TICKET,
    ROLE_PAGE
} local_role;

static const struct {
    const char *name;
    local_role role;
} names[] = {
        {"RequestId", ROLE_OF_THE_MOMENT},
        {"SdkVersion", ROLE_OF_THE_MOMENT},
        {"SdkToolVersion", ROLE_OF_THE_MOMENT},
        {"Port", ROLE_OF_THE_MOMENT},
        {"LogPaths", ROLE_OF_THE_MOMENT},
        {"TerminationTime", ROLE_TIME},
        {"CreationTime", ROLE_TIME},
        {"RefreshConnectionEndpoint", ROLE_ENDPOINT},
        {"AuthToken", ROLE_TOKEN},
        {"GameSessionId", ROLE_GAME_SESSION},
        {"GameSessionArn", ROLE_GAME_SESSION},
        {"PlayerSessionId", ROLE_PLAYER_SESSION},
        {"PlayerId", ROLE_PLAYER},
        {"playerId", ROLE_PLAYER}, /* in MatchmakerData */
        {"TicketId", ROLE_TICKET},
        {"BackfillTicketId", ROLE_TICKET},
        {"autoBackfillTicketId", ROLE_TICKET},
        {"NextToken", ROLE_PAGE},
};

static local_role role_of(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].name, name) == 0)
            return names[i].role;
    }
    return ROLE_PLAIN;
}

static bool is_id(local_role role)
{
    return role >= ROLE_GAME_SESSION;
}

/* ---- pairs ---- */

void roles_free(local_roles *roles)
{
    for (size_t i = 0; i < roles->count; i++) {
        free(roles->pairs[i].recorded);
        free(roles->pairs[i].live);
    }
    free(roles->pairs);
    roles->pairs = NULL;
    roles->count = roles->room = 0;
}

static const role_pair *find_recorded(const local_roles *roles, local_role role, const char *recorded)
{
    for (size_t i = 0; i < roles->count; i++) {
        if (roles->pairs[i].kind == (int)role && strcmp(roles->pairs[i].recorded, recorded) == 0)
            return &roles->pairs[i];
    }
    return NULL;
}

static const role_pair *find_live(const local_roles *roles, local_role role, const char *live)
{
    for (size_t i = 0; i < roles->count; i++) {
        if (roles->pairs[i].kind == (int)role && strcmp(roles->pairs[i].live, live) == 0)
            return &roles->pairs[i];
    }
    return NULL;
}

static void add_pair(local_roles *roles, local_role role, const char *recorded, const char *live)
{
    if (roles->count == roles->room) {
        size_t room = roles->room == 0 ? 32 : 2 * roles->room;
        role_pair *pairs = realloc(roles->pairs, room * sizeof *pairs);
        roles->out_of_memory = roles->out_of_memory || pairs == NULL;
        if (pairs == NULL)
            return;
        roles->pairs = pairs;
        roles->room = room;
    }
    role_pair pair = {(int)role, glift__text_copy(recorded), glift__text_copy(live)};
    roles->pairs[roles->count++] = pair;
    if (pair.recorded != NULL && pair.live != NULL)
        return;
    roles->out_of_memory = true;
    roles->count--;
    free(pair.recorded);
    free(pair.live);
}

/* ---- comparing ---- */

typedef struct comparison {
    local_roles *roles;
    char path[200];
    char *difference;
} comparison;

static bool differ(const comparison *self, const char *format, ...) GLIFT__FORMAT(2, 3);
static bool differ(const comparison *self, const char *format, ...)
{
    char text[ROLES_DIFFERENCE_SIZE - sizeof self->path];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    snprintf(self->difference, ROLES_DIFFERENCE_SIZE, "%s %s", self->path, text);
    return false;
}

/* The value as a difference shows it; long ones are cut. */
static void show(const cJSON *value, char out[100])
{
    char *text = cJSON_PrintUnformatted(value);
    if (text == NULL || strlen(text) < 90)
        snprintf(out, 100, "%s", text != NULL ? text : "?");
    else
        snprintf(out, 100, "%.86s...", text);
    cJSON_free(text);
}

static bool differ_in_value(const comparison *self, const cJSON *recorded, const cJSON *live)
{
    char was[100], is[100];
    show(recorded, was);
    show(live, is);
    return differ(self, "is %s where the recording has %s", is, was);
}

static bool same(comparison *self, const cJSON *recorded, const cJSON *live, local_role role);

static size_t enter(comparison *self, const char *name)
{
    size_t before = strlen(self->path);
    snprintf(self->path + before, sizeof self->path - before, "%s%.60s", before > 0 ? "." : "", name);
    return before;
}

static bool same_id(comparison *self, local_role role, const cJSON *recorded, const cJSON *live)
{
    const role_pair *pair = find_recorded(self->roles, role, recorded->valuestring),
                    *other = find_live(self->roles, role, live->valuestring);
    if (pair == NULL && other == NULL && self->roles->keeps &&
            strcmp(recorded->valuestring, live->valuestring) != 0)
        return differ_in_value(self, recorded, live);
    if (pair == NULL && other == NULL) {
        add_pair(self->roles, role, recorded->valuestring, live->valuestring);
        return true;
    }
    if (pair != NULL && pair == other)
        return true;
    if (pair != NULL)
        return differ(self, "is \"%.80s\" where the recording has the one that is \"%.80s\" here",
                live->valuestring, pair->live);
    return differ(self, "is \"%.80s\", which stands for \"%.60s\", where the recording has \"%.60s\"",
            live->valuestring, other->recorded, recorded->valuestring);
}

static bool same_object(comparison *self, const cJSON *recorded, const cJSON *live)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, recorded)
    {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(live, item->string);
        size_t before = enter(self, item->string);
        if (other == NULL)
            return differ(self, "is missing");
        if (!same(self, item, other, role_of(item->string)))
            return false;
        self->path[before] = '\0';
    }
    cJSON_ArrayForEach(item, live)
    {
        if (cJSON_GetObjectItemCaseSensitive(recorded, item->string) != NULL)
            continue;
        enter(self, item->string);
        return differ(self, "is there, which the recording does not have");
    }
    return true;
}

/* The order of players means nothing: a script goes over them as its tables have them. */
static const cJSON *find_player(const comparison *self, const cJSON *list, const cJSON *recorded)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(recorded, "PlayerId"), *item;
    const role_pair *pair =
            cJSON_IsString(id) ? find_recorded(self->roles, ROLE_PLAYER, id->valuestring) : NULL;
    const char *wanted = pair != NULL ? pair->live : cJSON_IsString(id) ? id->valuestring : "";
    cJSON_ArrayForEach(item, list)
    {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(item, "PlayerId");
        if (cJSON_IsString(other) && strcmp(other->valuestring, wanted) == 0)
            return item;
    }
    return NULL;
}

static bool same_array(comparison *self, const cJSON *recorded, const cJSON *live)
{
    int count = cJSON_GetArraySize(recorded), others = cJSON_GetArraySize(live), place = 0;
    size_t length = strlen(self->path);
    bool are_players = length >= 7 && strcmp(self->path + length - 7, "Players") == 0;
    if (count != others)
        return differ(self, "has %d members where the recording has %d", others, count);
    const cJSON *item, *other = live->child;
    cJSON_ArrayForEach(item, recorded)
    {
        char name[16];
        snprintf(name, sizeof name, "%d", ++place);
        size_t before = enter(self, name);
        const cJSON *player = are_players ? find_player(self, live, item) : NULL;
        if (!same(self, item, player != NULL ? player : other, ROLE_PLAIN))
            return false;
        self->path[before] = '\0';
        other = other->next;
    }
    return true;
}

static bool same(comparison *self, const cJSON *recorded, const cJSON *live, local_role role)
{
    if (role == ROLE_OF_THE_MOMENT || role == ROLE_TIME || role == ROLE_TOKEN)
        return true;
    if ((recorded->type & 0xFF) != (live->type & 0xFF))
        return differ_in_value(self, recorded, live);
    if (is_id(role) && cJSON_IsString(recorded))
        return same_id(self, role, recorded, live);
    if (cJSON_IsObject(recorded))
        return same_object(self, recorded, live);
    if (cJSON_IsArray(recorded))
        return same_array(self, recorded, live);
    if (cJSON_IsString(recorded))
        return strcmp(recorded->valuestring, live->valuestring) == 0 || differ_in_value(self, recorded, live);
    return !cJSON_IsNumber(recorded) || recorded->valuedouble == live->valuedouble ||
           differ_in_value(self, recorded, live);
}

/* Pairs that were learnt during a comparison that failed are taken back. */
static void forget_pairs(local_roles *roles, size_t count)
{
    while (roles->count > count) {
        roles->count--;
        free(roles->pairs[roles->count].recorded);
        free(roles->pairs[roles->count].live);
    }
}

bool roles_same(
        local_roles *roles, const cJSON *recorded, const cJSON *live, char difference[ROLES_DIFFERENCE_SIZE])
{
    comparison self = {.roles = roles, .difference = difference};
    size_t known = roles->count;
    bool is_same = same_object(&self, recorded, live);
    if (!is_same)
        forget_pairs(roles, known);
    return is_same;
}

/* ---- translating ---- */

static void set_text(local_roles *roles, cJSON *value, const char *text)
{
    char *copy = cJSON_malloc(strlen(text) + 1);
    roles->out_of_memory = roles->out_of_memory || copy == NULL;
    if (copy == NULL)
        return;
    strcpy(copy, text);
    cJSON_free(value->valuestring);
    value->valuestring = copy;
}

/* What the server is told it knows from now on by this name. */
static void translate_id(local_roles *roles, local_role role, cJSON *value)
{
    const role_pair *pair = find_recorded(roles, role, value->valuestring);
    if (value->valuestring[0] == '\0')
        return;
    if (pair != NULL)
        set_text(roles, value, pair->live);
    else if (find_live(roles, role, value->valuestring) == NULL)
        add_pair(roles, role, value->valuestring, value->valuestring);
}

static void translate(local_roles *roles, cJSON *value, double later_ms);

/* MatchmakerData is a text that is JSON, with ids in it. */
static void translate_document(local_roles *roles, cJSON *value)
{
    cJSON *document = value->valuestring[0] == '{' ? cJSON_Parse(value->valuestring) : NULL;
    if (document == NULL)
        return;
    translate(roles, document, 0);
    char *text = cJSON_PrintUnformatted(document);
    roles->out_of_memory = roles->out_of_memory || text == NULL;
    if (text != NULL)
        set_text(roles, value, text);
    cJSON_free(text);
    cJSON_Delete(document);
}

static void translate_member(local_roles *roles, cJSON *value, double later_ms)
{
    local_role role = role_of(value->string);
    if (cJSON_IsObject(value) || cJSON_IsArray(value))
        translate(roles, value, later_ms);
    else if (role == ROLE_TIME && cJSON_IsNumber(value) && value->valuedouble > 0)
        cJSON_SetNumberHelper(value, round(value->valuedouble + later_ms));
    else if (!cJSON_IsString(value))
        return;
    else if (role == ROLE_ENDPOINT)
        set_text(roles, value, roles->endpoint);
    else if (role == ROLE_TOKEN)
        set_text(roles, value, roles->token);
    else if (is_id(role))
        translate_id(roles, role, value);
    else if (value->string != NULL && strcmp(value->string, "MatchmakerData") == 0)
        translate_document(roles, value);
}

static void translate(local_roles *roles, cJSON *value, double later_ms)
{
    for (cJSON *item = value->child; item != NULL; item = item->next)
        translate_member(roles, item, later_ms);
}

cJSON *roles_translate(local_roles *roles, const cJSON *recorded, const char *request_id, double later_ms)
{
    cJSON *message = cJSON_Duplicate(recorded, true);
    cJSON *id = cJSON_GetObjectItemCaseSensitive(message, "RequestId");
    roles->out_of_memory = roles->out_of_memory || message == NULL;
    if (message != NULL)
        translate(roles, message, later_ms);
    if (cJSON_IsString(id) && request_id != NULL)
        set_text(roles, id, request_id);
    if (roles->out_of_memory) {
        cJSON_Delete(message);
        return NULL;
    }
    return message;
}
