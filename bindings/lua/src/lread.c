/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of a script as structs of the SDK. What does not fit raises, with the method and the field's full
 * name.
 *
 * Strings are not copied: they live as long as the table that holds them. That is a copy that no script can
 * reach, because a finalizer may run at every allocation and change what it likes. Fields are read raw.
 * Arrays are carved from userdata, kept in a table on the stack, so that a raise at any point frees
 * everything. */

#include "lgamelift.h"

#include <limits.h>
#include <string.h>

/* How deep the tables of a request lie: players, a player, its attributes, a list among them. */
#define MOST_NESTED 5
#define MOST_SHOWN  100 /* bytes of a name in a message */

/* Pushes a copy of the table at `table`. */
static void push_copy(lua_State *L, int table, int depth)
{
    luaL_checkstack(L, LUA_MINSTACK, "nested tables");
    lua_newtable(L);
    int copy = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, table) != 0;) {
        lua_pushvalue(L, copy + 1);
        if (lua_istable(L, copy + 2) && depth < MOST_NESTED)
            push_copy(L, copy + 2, depth + 1);
        else
            lua_pushvalue(L, copy + 2);
        lua_rawset(L, copy);
        lua_settop(L, copy + 1);
    }
}

void lread_own(lua_State *L, int index)
{
    lcompat_check_type(L, index, LUA_TTABLE);
    luaL_checkstack(L, 2 * LUA_MINSTACK, "fields"); /* for whoever reads it, too */
    push_copy(L, index, 1);
    lua_replace(L, index);
}

int lread_push_field(lua_State *L, int table, const char *field)
{
    lua_pushstring(L, field);
    lua_rawget(L, table);
    return lua_type(L, -1);
}

static void *carve(lua_State *L, int keep, size_t count, size_t size)
{
    void *memory = lua_newuserdata(L, count * size);
    memset(memory, 0, count * size);
    lua_rawseti(L, keep, (int)lua_rawlen(L, keep) + 1);
    return memory;
}

/* The value at `index` as text; `name` is how the script knows it. */
static const char *text_at(lua_State *L, int index, const char *what, const char *name)
{
    size_t length;
    if (lua_type(L, index) != LUA_TSTRING)
        luaL_error(L, "%s: %s: string expected, got %s", what, name, luaL_typename(L, index));
    const char *text = lua_tolstring(L, index, &length);
    if (strlen(text) != length)
        luaL_error(L, "%s: %s: contains a zero byte", what, name);
    return text;
}

/* Whether the key at `index` is one of these names. */
static bool is_in(lua_State *L, int index, const char *const *names)
{
    size_t length = 0;
    const char *name = lua_type(L, index) == LUA_TSTRING ? lua_tolstring(L, index, &length) : NULL;
    for (; name != NULL && names != NULL && *names != NULL; names++) {
        if (strlen(*names) == length && strcmp(*names, name) == 0)
            return true;
    }
    return false;
}

/* Pushes the key at `index` as text, no longer than a message should be. */
static const char *push_shown(lua_State *L, int index)
{
    size_t length;
    const char *name = luaL_tolstring(L, index, &length);
    if (length <= MOST_SHOWN)
        return name;
    lua_pushlstring(L, name, MOST_SHOWN);
    return lua_pushfstring(L, "%s...", lua_tostring(L, -1));
}

void lread_check_fields(
        lua_State *L, int table, const char *what, const char *const *known, const char *const *others)
{
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
        if (!is_in(L, -2, known) && !is_in(L, -2, others))
            luaL_error(L, "%s: unknown field '%s'", what, push_shown(L, -2));
    }
}

const char *lread_text(lua_State *L, int table, const char *what, const char *field)
{
    const char *text = lread_push_field(L, table, field) != LUA_TNIL ? text_at(L, -1, what, field) : NULL;
    lua_pop(L, 1);
    return text;
}

const char *lread_required_text(lua_State *L, int table, const char *what, const char *field)
{
    const char *text = lread_text(L, table, what, field);
    if (text == NULL)
        luaL_error(L, "%s: %s is missing", what, field);
    return text;
}

const char *lread_argument_text(lua_State *L, int index)
{
    size_t length;
    lcompat_check_type(L, index, LUA_TSTRING);
    const char *text = lua_tolstring(L, index, &length);
    luaL_argcheck(L, strlen(text) == length, index, "contains a zero byte");
    return text;
}

lua_Number lread_argument_number(lua_State *L, int index)
{
    lcompat_check_type(L, index, LUA_TNUMBER);
    return lua_tonumber(L, index);
}

int lread_int(lua_State *L, int table, const char *what, const char *field, int fallback)
{
    int type = lread_push_field(L, table, field);
    if (type != LUA_TNIL && type != LUA_TNUMBER)
        luaL_error(L, "%s: %s: number expected, got %s", what, field, luaL_typename(L, -1));
    lua_Number number = type == LUA_TNIL ? fallback : lua_tonumber(L, -1);
    lua_pop(L, 1);
    if (!(number >= 0 && number <= INT_MAX) || number != (lua_Number)(int)number)
        luaL_error(L, "%s: %s: whole number from 0 to %d expected", what, field, INT_MAX);
    return (int)number;
}

double lread_number(lua_State *L, int table, const char *what, const char *field, double fallback)
{
    int type = lread_push_field(L, table, field);
    if (type != LUA_TNIL && type != LUA_TNUMBER)
        luaL_error(L, "%s: %s: number expected, got %s", what, field, luaL_typename(L, -1));
    double number = type == LUA_TNIL ? fallback : lua_tonumber(L, -1);
    lua_pop(L, 1);
    return number;
}

bool lread_bool(lua_State *L, int table, const char *what, const char *field)
{
    int type = lread_push_field(L, table, field);
    if (type != LUA_TNIL && type != LUA_TBOOLEAN)
        luaL_error(L, "%s: %s: boolean expected, got %s", what, field, luaL_typename(L, -1));
    bool on = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return on;
}

/* Pushes "RESERVED, ACTIVE"; a name that is empty stands for none given. */
static const char *push_list(lua_State *L, const char *const *names)
{
    lua_pushliteral(L, "");
    for (const char *separator = ""; *names != NULL; names++) {
        if ((*names)[0] == '\0')
            continue;
        lua_pushfstring(L, "%s%s", separator, *names);
        lua_concat(L, 2);
        separator = ", ";
    }
    return lua_tostring(L, -1);
}

int lread_choice(
        lua_State *L, int table, const char *what, const char *field, const char *const *names, int fallback)
{
    const char *text = lread_text(L, table, what, field);
    if (text == NULL)
        return fallback;
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], text) == 0)
            return i;
    }
    return luaL_error(L, "%s: %s: '%s' is none of %s", what, field, text, push_list(L, names));
}

int lread_argument_choice(lua_State *L, int index, const char *const *names)
{
    const char *text = lread_argument_text(L, index);
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], text) == 0)
            return i;
    }
    const char *list = push_list(L, names);
    return luaL_argerror(L, index, lua_pushfstring(L, "'%s' is none of %s", text, list));
}

/* ---- arrays ---- */

/* How many items the list at `list` has; a field beside them would be lost. */
static size_t count_items(lua_State *L, int list, const char *what, const char *name)
{
    size_t count = 0, length = lua_rawlen(L, list);
    for (lua_pushnil(L); lua_next(L, list) != 0; lua_pop(L, 1))
        count++;
    if (count != length)
        luaL_error(L, "%s: %s: a list with the keys 1 to n expected", what, name);
    return count;
}

/* The list at `list`: each item a string. */
static const char *const *texts_at(
        lua_State *L, int keep, int list, const char *what, const char *name, size_t *count)
{
    *count = count_items(L, list, what, name);
    const char **texts = carve(L, keep, *count, sizeof *texts);
    for (size_t i = 0; i < *count; i++) {
        const char *item = lua_pushfstring(L, "%s[%d]", name, (int)i + 1);
        lua_rawgeti(L, list, (int)i + 1);
        texts[i] = text_at(L, -1, what, item);
        lua_pop(L, 2);
    }
    return texts;
}

const char *const *lread_texts(
        lua_State *L, int keep, int table, const char *what, const char *field, size_t *count)
{
    const char *const *texts = NULL;
    *count = 0;
    int type = lread_push_field(L, table, field);
    if (type == LUA_TTABLE)
        texts = texts_at(L, keep, lua_gettop(L), what, field, count);
    else if (type != LUA_TNIL)
        luaL_error(L, "%s: %s: table expected, got %s", what, field, luaL_typename(L, -1));
    lua_pop(L, 1);
    return texts;
}

/* How many fields the table at `table` has; raises unless all keys are strings. */
static size_t count_fields(lua_State *L, int table, const char *what, const char *name)
{
    size_t count = 0;
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "%s: %s: a key is not a string", what, name);
        count++;
    }
    return count;
}

/* Pushes table[field], which must be a table if it is there. False where it is absent; pushes nothing then.
 */
static bool push_table(lua_State *L, int table, const char *what, const char *name, const char *field)
{
    int type = lread_push_field(L, table, field);
    if (type == LUA_TTABLE)
        return true;
    if (type != LUA_TNIL)
        luaL_error(L, "%s: %s.%s: table expected, got %s", what, name, field, luaL_typename(L, -1));
    lua_pop(L, 1);
    return false;
}

static double number_at(lua_State *L, int index, const char *what, const char *name, const char *key)
{
    if (lua_type(L, index) != LUA_TNUMBER)
        luaL_error(L, "%s: %s.%s: number expected, got %s", what, name, key, luaL_typename(L, index));
    return lua_tonumber(L, index);
}

/* ---- lists and tags of metrics ---- */

const double *lread_numbers(
        lua_State *L, int keep, int table, const char *what, const char *field, size_t *count)
{
    double *numbers = NULL;
    *count = 0;
    int type = lread_push_field(L, table, field), list = lua_gettop(L);
    if (type != LUA_TNIL && type != LUA_TTABLE)
        luaL_error(L, "%s: %s: table expected, got %s", what, field, luaL_typename(L, -1));
    if (type == LUA_TTABLE) {
        *count = count_items(L, list, what, field);
        numbers = carve(L, keep, *count, sizeof *numbers);
    }
    for (size_t i = 0; i < *count; i++) {
        const char *key = lua_pushfstring(L, "%d", (int)i + 1);
        lua_rawgeti(L, list, (int)i + 1);
        numbers[i] = number_at(L, -1, what, field, key);
        lua_pop(L, 2);
    }
    lua_pop(L, 1);
    return numbers;
}

/* A number is a fine value for a tag, but as text it belongs to nobody's table: it is written by the script.
 */
const glift_metric_tag *lread_tags(lua_State *L, int keep, int table, const char *what, size_t *count)
{
    glift_metric_tag *tags = NULL;
    *count = 0;
    int type = lread_push_field(L, table, "tags"), map = lua_gettop(L);
    if (type != LUA_TNIL && type != LUA_TTABLE)
        luaL_error(L, "%s: tags: table expected, got %s", what, luaL_typename(L, -1));
    if (type == LUA_TTABLE) {
        tags = carve(L, keep, count_fields(L, map, what, "tags"), sizeof *tags);
        for (lua_pushnil(L); lua_next(L, map) != 0; lua_pop(L, 1)) {
            glift_metric_tag *tag = &tags[(*count)++];
            tag->key = text_at(L, -2, what, "tags");
            tag->value = text_at(L, -1, what, "tags");
        }
    }
    lua_pop(L, 1);
    return tags;
}

/* ---- players of a backfill request ---- */

static void read_map(
        lua_State *L, int keep, int table, const char *what, const char *name, glift_player_attribute *out)
{
    out->type = GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP;
    size_t count = count_fields(L, table, what, name);
    glift_double_entry *entries = carve(L, keep, count, sizeof *entries);
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
        glift_double_entry *entry = &entries[out->double_count++];
        entry->key = text_at(L, -2, what, name);
        entry->value = number_at(L, -1, what, name, entry->key);
    }
    out->double_map = entries;
}

/* The value on top. String, number, list of strings, or map of numbers. */
static void read_attribute(
        lua_State *L, int keep, const char *what, const char *name, glift_player_attribute *out)
{
    int value = lua_gettop(L);
    switch (lua_type(L, value)) {
    case LUA_TSTRING:
        out->type = GLIFT_ATTRIBUTE_STRING;
        out->string = text_at(L, value, what, name);
        break;
    case LUA_TNUMBER:
        out->type = GLIFT_ATTRIBUTE_DOUBLE;
        out->number = lua_tonumber(L, value);
        break;
    case LUA_TTABLE:
        if (lua_rawlen(L, value) == 0) {
            read_map(L, keep, value, what, name, out);
        } else {
            out->type = GLIFT_ATTRIBUTE_STRING_LIST;
            out->string_list = texts_at(L, keep, value, what, name, &out->string_count);
        }
        break;
    default:
        luaL_error(
                L, "%s: %s: string, number or table expected, got %s", what, name, luaL_typename(L, value));
    }
}

/* An empty list and an empty map look the same here, and say the same to FlexMatch as no attribute. */
static bool is_empty(const glift_player_attribute *attribute)
{
    return attribute->type == GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP && attribute->double_count == 0;
}

static void read_attributes(
        lua_State *L, int keep, int player, const char *what, const char *name, glift_player *out)
{
    if (!push_table(L, player, what, name, "attributes"))
        return;
    int table = lua_gettop(L);
    size_t count = count_fields(L, table, what, name);
    glift_player_attribute *attributes = carve(L, keep, count, sizeof *attributes);
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_settop(L, table + 1)) {
        glift_player_attribute *attribute = &attributes[out->attribute_count];
        attribute->name = text_at(L, table + 1, what, name);
        const char *full_name = lua_pushfstring(L, "%s.attributes.%s", name, attribute->name);
        lua_pushvalue(L, table + 2);
        read_attribute(L, keep, what, full_name, attribute);
        if (!is_empty(attribute))
            out->attribute_count++;
        else
            memset(attribute, 0, sizeof *attribute);
    }
    out->attributes = attributes;
    lua_pop(L, 1);
}

static void read_latencies(
        lua_State *L, int keep, int player, const char *what, const char *name, glift_player *out)
{
    if (!push_table(L, player, what, name, "latency_in_ms"))
        return;
    int table = lua_gettop(L);
    size_t count = count_fields(L, table, what, name);
    glift_player_latency *latencies = carve(L, keep, count, sizeof *latencies);
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
        glift_player_latency *latency = &latencies[out->latency_count++];
        latency->region = text_at(L, -2, what, name);
        double ms = number_at(L, -1, what, name, latency->region);
        if (!(ms >= 0 && ms <= INT_MAX))
            luaL_error(L, "%s: %s.latency_in_ms.%s: 0 to %d expected", what, name, latency->region, INT_MAX);
        latency->latency_ms = ms < 1 ? 1 : (int)ms; /* GameLift counts from 1 */
    }
    out->latencies = latencies;
    lua_pop(L, 1);
}

/* The player on top. */
static void read_player(lua_State *L, int keep, const char *what, const char *name, glift_player *out)
{
    static const char *const known[] = {"player_id", "team", "attributes", "latency_in_ms", NULL};
    int player = lua_gettop(L);
    if (!lua_istable(L, player))
        luaL_error(L, "%s: %s: table expected, got %s", what, name, luaL_typename(L, player));
    const char *where = lua_pushfstring(L, "%s: %s", what, name);
    lread_check_fields(L, player, where, known, NULL);
    out->player_id = lread_required_text(L, player, where, "player_id");
    out->team = lread_text(L, player, where, "team");
    lua_pop(L, 1);
    read_attributes(L, keep, player, what, name, out);
    read_latencies(L, keep, player, what, name, out);
}

const glift_player *lread_players(lua_State *L, int keep, int table, const char *what, size_t *count)
{
    if (lread_push_field(L, table, "players") != LUA_TTABLE)
        luaL_error(L, "%s: players: table expected, got %s", what, luaL_typename(L, -1));
    int list = lua_gettop(L);
    *count = count_items(L, list, what, "players");
    glift_player *players = carve(L, keep, *count, sizeof *players);
    for (size_t i = 0; i < *count; i++) {
        const char *name = lua_pushfstring(L, "players[%d]", (int)i + 1);
        lua_rawgeti(L, list, (int)i + 1);
        read_player(L, keep, what, name, &players[i]);
        lua_pop(L, 2);
    }
    lua_pop(L, 1);
    return players;
}
