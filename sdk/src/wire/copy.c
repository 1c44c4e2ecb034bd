/* SPDX-License-Identifier: Apache-2.0 */
/* Which texts and lists a request has, its row tells (requests.h); what a player has, stands here alone. */

#include "wire/copy.h"
#include "wire/requests.h"

#include <string.h>

/* ---- lists ---- */

static bool copy_text(glift__memory *memory, const char **text)
{
    *text = glift__memory_text(memory, *text);
    return *text != NULL;
}

/* A copy of `count` things that lie at `from`; NULL without memory. */
static void *copy_array(glift__memory *memory, const void *from, size_t count, size_t size)
{
    void *copy = glift__memory_take(memory, count, size);
    if (copy != NULL && count > 0)
        memcpy(copy, from, count * size);
    return copy;
}

static bool copy_texts(glift__memory *memory, const char *const **texts, size_t count)
{
    const char **copy = copy_array(memory, *texts, count, sizeof *copy);
    bool copied = copy != NULL;
    for (size_t i = 0; i < count && copied; i++)
        copied = copy_text(memory, &copy[i]);
    *texts = copy;
    return copied;
}

static bool copy_map(glift__memory *memory, const glift_double_entry **entries, size_t count)
{
    glift_double_entry *copy = copy_array(memory, *entries, count, sizeof *copy);
    bool copied = copy != NULL;
    for (size_t i = 0; i < count && copied; i++)
        copied = copy_text(memory, &copy[i].key);
    *entries = copy;
    return copied;
}

static bool copy_attribute(glift__memory *memory, glift_player_attribute *to)
{
    const glift_player_attribute from = *to;
    *to = (glift_player_attribute){.name = from.name, .type = from.type, .string = ""};
    if (!copy_text(memory, &to->name))
        return false;
    switch (from.type) {
    case GLIFT_ATTRIBUTE_STRING:
        to->string = from.string;
        return copy_text(memory, &to->string);
    case GLIFT_ATTRIBUTE_DOUBLE:
        to->number = from.number;
        return true;
    case GLIFT_ATTRIBUTE_STRING_LIST:
        to->string_list = from.string_list;
        to->string_count = from.string_count;
        return copy_texts(memory, &to->string_list, to->string_count);
    case GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP:
        to->double_map = from.double_map;
        to->double_count = from.double_count;
        return copy_map(memory, &to->double_map, to->double_count);
    case GLIFT_ATTRIBUTE_NONE:
        break;
    }
    return true;
}

static bool copy_player(glift__memory *memory, glift_player *player)
{
    glift_player_attribute *attributes =
            copy_array(memory, player->attributes, player->attribute_count, sizeof *attributes);
    glift_player_latency *latencies =
            copy_array(memory, player->latencies, player->latency_count, sizeof *latencies);
    bool copied = attributes != NULL && latencies != NULL && copy_text(memory, &player->player_id) &&
                  copy_text(memory, &player->team);
    for (size_t i = 0; i < player->attribute_count && copied; i++)
        copied = copy_attribute(memory, &attributes[i]);
    for (size_t i = 0; i < player->latency_count && copied; i++)
        copied = copy_text(memory, &latencies[i].region);
    player->attributes = attributes;
    player->latencies = latencies;
    return copied;
}

glift_player *glift__players_copy(glift__memory *memory, const glift_player *players, size_t count)
{
    glift_player *copy = copy_array(memory, players, count, sizeof *copy);
    for (size_t i = 0; i < count && copy != NULL; i++)
        if (!copy_player(memory, &copy[i]))
            return NULL;
    return copy;
}

/* ---- requests ---- */

size_t glift__request_texts_size(const glift__request_body *body)
{
    const glift__request_kind *kind = glift__request_kind_of(body->action);
    size_t size = 0;
    for (size_t i = 0; i < kind->field_count; i++) {
        const glift__field *field = &kind->fields[i];
        const char *text = field->kind == GLIFT__FIELD_TEXT ? glift__text_at(body, field) : NULL;
        size += text != NULL ? strlen(text) + 1 : 0;
    }
    return size;
}

/* Returns where the next text may lie. */
static char *copy_to(char *to, const char **text)
{
    if (*text == NULL)
        return to;
    size_t size = strlen(*text) + 1;
    *text = memcpy(to, *text, size);
    return to + size;
}

bool glift__request_copy(glift__request_body *body, char *texts, glift__memory *memory)
{
    const glift__request_kind *kind = glift__request_kind_of(body->action);
    for (size_t i = 0; i < kind->field_count; i++) {
        const glift__field *field = &kind->fields[i];
        void *at = (char *)body + field->offset;
        switch (field->kind) {
        case GLIFT__FIELD_TEXT:
            texts = copy_to(texts, at);
            break;
        case GLIFT__FIELD_TEXTS:
            if (!copy_texts(memory, at, glift__count_at(body, field)))
                return false;
            break;
        case GLIFT__FIELD_PLAYERS: {
            const glift_player **players = at;
            *players = glift__players_copy(memory, *players, glift__count_at(body, field));
            if (*players == NULL)
                return false;
            break;
        }
        case GLIFT__FIELD_INT:
        case GLIFT__FIELD_BOOL:
        case GLIFT__FIELD_POLICY:
        case GLIFT__FIELD_SEAT_STATUS:
            break; /* lies in the body itself */
        }
    }
    return true;
}
