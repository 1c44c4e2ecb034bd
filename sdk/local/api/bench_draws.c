/* SPDX-License-Identifier: Apache-2.0 */
/* "distribution" of POST /_local/rule_set_bench: how the attributes, latencies and sizes of parties are drawn
 * that nobody gives. The rule set says of which type each attribute is. */
#include <math.h>
#include <string.h>

#include "api/api_check.h"
#include "api/benches.h"

/* ---- shapes ---- */

static const char *const kinds[] = {"uniform", "normal", "choice", "list", "map", NULL};
static const api_shape kind = {.kind = API_TEXT, .names = kinds};
static const api_shape number = {.kind = API_NUMBER, .least = -1e15, .most = 1e15};
static const api_shape deviation = {.kind = API_NUMBER, .least = 0, .most = 1e15};
static const api_shape weight = {.kind = API_NUMBER, .least = 0, .most = 1e9};
static const api_shape weights = {
        .kind = API_LIST, .least = 1, .most = LOCAL_DRAW_MAX_WORDS, .item = &weight};
static const api_shape anything = {.kind = API_ANY};
static const api_shape values = {
        .kind = API_LIST, .least = 1, .most = LOCAL_DRAW_MAX_WORDS, .item = &anything};
static const api_member no_members[] = {{0}};
static const api_shape entry = {.kind = API_STRUCT, .members = no_members};
static const api_shape name = {.kind = API_TEXT, .least = 1, .most = 100};
static const api_shape entries = {.kind = API_MAP, .least = 1, .most = 10, .key = &name, .item = &entry};
static const api_member draw_members[] = {{"kind", &kind, true}, {"least", &number, false},
        {"most", &number, false}, {"mean", &number, false}, {"deviation", &deviation, false},
        {"whole", &api_boolean, false}, {"values", &values, false}, {"weights", &weights, false},
        {"of", &entries, false}, {0}};
static const api_shape draw = {.kind = API_STRUCT, .members = draw_members};
static const api_shape attributes = {.kind = API_MAP, .most = 10, .item = &draw};
static const api_shape latencies = {.kind = API_MAP, .most = 20, .key = &api_location, .item = &draw};
static const api_shape size = {.kind = API_INTEGER, .least = 1, .most = LOCAL_DRAW_MAX_SIZES};
static const api_member size_members[] = {{"size", &size, true}, {"weight", &weight, true}, {0}};
static const api_shape party_size = {.kind = API_STRUCT, .members = size_members};
static const api_shape party_sizes = {
        .kind = API_LIST, .least = 1, .most = LOCAL_DRAW_MAX_SIZES, .item = &party_size};
static const api_member distribution_members[] = {{"attributes", &attributes, false},
        {"latency", &latencies, false}, {"party_sizes", &party_sizes, false}, {0}};
const api_shape api_distribution = {.kind = API_STRUCT, .members = distribution_members};

/* ---- one draw ---- */

typedef struct draw_reader {
    api_call *call;
    glift__memory *memory;
    const char *about; /* the attribute or the region, for whoever reads a refusal */
} draw_reader;

static bool refuse(const draw_reader *reader, const char *what)
{
    if (!reader->call->refused)
        api_refuse(reader->call, LOCAL_INVALID_REQUEST, "The distribution of \"%.200s\" %s.", reader->about,
                what);
    return false;
}

/* Memory that lives as long as the trial; NULL: there is none, and the call is told. */
static void *take(const draw_reader *reader, size_t count, size_t bytes)
{
    void *room = glift__memory_take(reader->memory, count + 1, bytes);
    reader->call->out_of_memory = reader->call->out_of_memory || room == NULL;
    return room;
}

static const char *keep(const draw_reader *reader, const char *text)
{
    const char *kept = glift__memory_text(reader->memory, text);
    reader->call->out_of_memory = reader->call->out_of_memory || kept == NULL;
    return kept;
}

static bool read_words(const draw_reader *reader, const cJSON *list, local_draw *out)
{
    const char **words = take(reader, out->count, sizeof *words);
    size_t count = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item) || strlen(item->valuestring) > 100)
            return refuse(reader, "has a value that is no text of at most 100 bytes");
        if (words != NULL)
            words[count++] = keep(reader, item->valuestring);
    }
    out->words = words;
    return words != NULL;
}

static bool read_numbers(const draw_reader *reader, const cJSON *list, local_draw *out)
{
    double *numbers = take(reader, out->count, sizeof *numbers);
    size_t count = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsNumber(item) || !isfinite(item->valuedouble))
            return refuse(reader, "has a value that is no number");
        if (numbers != NULL)
            numbers[count++] = item->valuedouble;
    }
    out->numbers = numbers;
    return numbers != NULL;
}

static bool read_weights(const draw_reader *reader, const cJSON *list, local_draw *out)
{
    if (list == NULL)
        return true;
    if ((size_t)cJSON_GetArraySize(list) != out->count)
        return refuse(reader, "has another number of weights than of values");
    double *all = take(reader, out->count, sizeof *all);
    size_t count = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (all != NULL)
            all[count++] = item->valuedouble;
    }
    out->weights = all;
    return all != NULL;
}

static bool read_values(const draw_reader *reader, const cJSON *from, bool are_words, local_draw *out)
{
    const cJSON *list = api_member_of(from, "values");
    if (list == NULL)
        return refuse(reader, "lacks \"values\"");
    out->count = (size_t)cJSON_GetArraySize(list);
    return (are_words ? read_words(reader, list, out) : read_numbers(reader, list, out)) &&
           read_weights(reader, api_member_of(from, "weights"), out);
}

static bool read_range(const draw_reader *reader, const cJSON *from, local_draw *out)
{
    bool is_normal = out->kind == LOCAL_DRAW_NORMAL;
    out->mean = api_number(from, "mean", 0);
    out->deviation = api_number(from, "deviation", 1);
    out->least = api_number(from, "least", is_normal ? -1e15 : 0);
    out->most = api_number(from, "most", is_normal ? 1e15 : 100);
    return out->least <= out->most || refuse(reader, "has a \"least\" above its \"most\"");
}

static bool is_kind(const cJSON *from, const char *word)
{
    return strcmp(api_text(from, "kind"), word) == 0;
}

/* Numbers: of an attribute, of a map's entry, or a latency. */
static bool read_number(const draw_reader *reader, const cJSON *from, local_draw *out)
{
    out->whole = api_flag(from, "whole", false);
    if (is_kind(from, "choice")) {
        out->kind = LOCAL_DRAW_CHOICE;
        return read_values(reader, from, false, out);
    }
    out->kind = is_kind(from, "normal") ? LOCAL_DRAW_NORMAL : LOCAL_DRAW_UNIFORM;
    if (out->kind == LOCAL_DRAW_UNIFORM && !is_kind(from, "uniform"))
        return refuse(reader, "is of numbers: its kind is uniform, normal or choice");
    return read_range(reader, from, out);
}

static bool read_list(const draw_reader *reader, const cJSON *from, local_draw *out)
{
    if (!is_kind(from, "list"))
        return refuse(reader, "is of lists of texts: its kind is list");
    out->kind = LOCAL_DRAW_LIST;
    if (!read_values(reader, from, true, out))
        return false;
    out->least = floor(api_number(from, "least", 1));
    out->most = floor(api_number(from, "most", out->least));
    return (out->least >= 0 && out->least <= out->most && out->most <= (double)out->count) ||
           refuse(reader, "takes fewer than 0 or more than all of its values, or its \"least\" is above its "
                          "\"most\"");
}

static bool read_text(const draw_reader *reader, const cJSON *from, local_draw *out)
{
    out->kind = LOCAL_DRAW_CHOICE;
    return is_kind(from, "choice") ? read_values(reader, from, true, out)
                                   : refuse(reader, "is of texts: its kind is choice");
}

/* ---- attributes ---- */

/* One draw for each entry of a map. Returns how many; 0: refused. */
static size_t read_map(const draw_reader *reader, const cJSON *from, local_draw *out)
{
    const cJSON *item, *of = is_kind(from, "map") ? api_member_of(from, "of") : NULL;
    size_t count = 0;
    if (of == NULL)
        refuse(reader, "is of maps: its kind is map, with its entries in \"of\"");
    cJSON_ArrayForEach(item, of)
    {
        if (!local_check_input(reader->call->service->patterns, draw_members, item, &reader->call->refusal)) {
            api_refuse_with(reader->call);
            return 0;
        }
        out[count].name = out[0].name;
        out[count].key = keep(reader, item->string);
        if (!read_number(reader, item, &out[count++]))
            return 0;
    }
    return count;
}

/* How many draws it is; 0: refused, or none are needed. */
static size_t read_attribute(
        const draw_reader *reader, const local_attribute *declared, const cJSON *from, local_draw *out)
{
    bool read = false;
    out->name = keep(reader, declared->name);
    if (from == NULL) {
        *out = (local_draw){.name = out->name, .most = 100};
        if (declared->has_default)
            return 0;
        return declared->value.type == GLIFT_ATTRIBUTE_DOUBLE ||
               refuse(reader, "is missing, and the rule set has no default for this attribute");
    }
    switch (declared->value.type) {
    case GLIFT_ATTRIBUTE_STRING:
        read = read_text(reader, from, out);
        break;
    case GLIFT_ATTRIBUTE_DOUBLE:
        read = read_number(reader, from, out);
        break;
    case GLIFT_ATTRIBUTE_STRING_LIST:
        read = read_list(reader, from, out);
        break;
    case GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP:
        return read_map(reader, from, out);
    case GLIFT_ATTRIBUTE_NONE:
        break;
    }
    return read;
}

static bool names_are_declared(draw_reader *reader, const local_rule_set *rule_set, const cJSON *map)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, map)
    {
        reader->about = item->string;
        if (local_rule_set_find_attribute(rule_set, item->string) < 0)
            return refuse(reader, "is for no attribute that the rule set declares");
    }
    return true;
}

static bool read_attributes(
        draw_reader *reader, const local_rule_set *rule_set, const cJSON *map, local_draw_desc *out)
{
    size_t entries_most = 10;
    if (!names_are_declared(reader, rule_set, map))
        return false;
    local_draw *draws = take(reader, rule_set->attribute_count * entries_most, sizeof *draws);
    for (size_t i = 0; draws != NULL && !reader->call->refused && i < rule_set->attribute_count; i++) {
        const local_attribute *declared = &rule_set->attributes[i];
        reader->about = declared->name;
        out->attribute_count += read_attribute(
                reader, declared, api_member_of(map, declared->name), &draws[out->attribute_count]);
    }
    out->attributes = draws;
    return draws != NULL && !reader->call->refused;
}

/* ---- latencies and parties ---- */

static bool read_latencies(draw_reader *reader, const cJSON *map, local_draw_desc *out)
{
    local_draw *draws = take(reader, (size_t)cJSON_GetArraySize(map), sizeof *draws);
    const cJSON *item;
    cJSON_ArrayForEach(item, map)
    {
        if (draws == NULL)
            break;
        reader->about = item->string;
        local_draw *latency = &draws[out->latency_count++];
        latency->name = keep(reader, item->string);
        if (!read_number(reader, item, latency))
            return false;
    }
    out->latencies = draws;
    return draws != NULL;
}

static void read_sizes(const cJSON *list, local_draw_desc *out)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        out->size_weights[api_integer(item, "size", 1) - 1] += api_number(item, "weight", 0);
    }
}

bool api_read_draws(api_call *call, const local_rule_set *rule_set, const cJSON *distribution,
        glift__memory *memory, local_draw_desc *out)
{
    draw_reader reader = {.call = call, .memory = memory, .about = ""};
    read_sizes(api_member_of(distribution, "party_sizes"), out);
    return read_attributes(&reader, rule_set, api_member_of(distribution, "attributes"), out) &&
           read_latencies(&reader, api_member_of(distribution, "latency"), out) && !call->out_of_memory;
}
