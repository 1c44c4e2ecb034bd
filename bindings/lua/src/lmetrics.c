/* SPDX-License-Identifier: Apache-2.0 */
/* gamelift.metrics: what a script measures. The metrics themselves belong to the server, which they live as
 * long as; the userdata here keeps the server's own from being collected. */

#include "lgamelift.h"

#include <math.h>
#include <string.h>

static const char METRICS_TYPE[] = "gamelift.metrics";
static const char METRIC_TYPE[] = "gamelift.metric";

/* Both kinds of userdata. The user value is a table with the server in [1]. */
typedef struct measured {
    lserver *of;
    glift_server *server; /* that it was made for; the plugin may have another one by now */
    glift_metric *metric; /* NULL: it stands for all */
    glift_metric_kind kind;
} measured;

static const char
        known_key; /* registry: userdata -> its type, weak: what is one, whatever its metatable is */

static measured *push_measured(lua_State *L, int server, const char *type)
{
    lserver *of = lserver_check(L, server);
    measured *self = lua_newuserdata(L, sizeof *self);
    *self = (measured){.of = of, .server = lserver_handle(of)};
    luaL_getmetatable(L, type);
    lua_setmetatable(L, -2);
    lua_newtable(L);
    lua_pushvalue(L, server);
    lua_rawseti(L, -2, 1);
    lua_setuservalue(L, -2);
    lcompat_get_registry(L, &known_key);
    lua_pushvalue(L, -2);
    lua_pushlightuserdata(L, (void *)type);
    lua_rawset(L, -3);
    lua_pop(L, 1);
    return self;
}

/* Reading arguments may run a finalizer, which may close the server: to be asked again after that. */
static void check_open(lua_State *L, const measured *self)
{
    if (self->server == NULL || lserver_handle(self->of) != self->server)
        luaL_error(L, "server is closed");
}

static measured *check_type(lua_State *L, const char *type)
{
    luaL_checkany(L, 1);
    lcompat_get_registry(L, &known_key);
    lua_pushvalue(L, 1);
    lua_rawget(L, -2);
    if (lua_touserdata(L, -1) != type)
        luaL_argerror(L, 1, lua_pushfstring(L, "%s expected, got %s", type, luaL_typename(L, 1)));
    lua_pop(L, 2);
    return lua_touserdata(L, 1);
}

static measured *check(lua_State *L, const char *type)
{
    measured *self = check_type(L, type);
    check_open(L, self);
    return self;
}

/* ---- on and off ---- */

static void read_desc(lua_State *L, int table, glift_metrics_desc *desc)
{
    static const char what[] = "start";
    static const char *const known[] = {"statsd_host", "statsd_port", "crash_reporter_host",
            "crash_reporter_port", "without_crash_reporter", "flush_interval_ms", "max_packet_size", NULL};
    lread_own(L, table);
    lread_check_fields(L, table, what, known, NULL);
    desc->statsd_host = lread_text(L, table, what, "statsd_host");
    desc->statsd_port = lread_int(L, table, what, "statsd_port", 0);
    desc->crash_reporter_host = lread_text(L, table, what, "crash_reporter_host");
    desc->crash_reporter_port = lread_int(L, table, what, "crash_reporter_port", 0);
    desc->without_crash_reporter = lread_bool(L, table, what, "without_crash_reporter");
    desc->flush_interval_ms = (uint32_t)lread_int(L, table, what, "flush_interval_ms", 0);
    desc->max_packet_size = (uint32_t)lread_int(L, table, what, "max_packet_size", 0);
}

/* gamelift.metrics(server) -> metrics */
int lmetrics_new(lua_State *L)
{
    lua_settop(L, 1);
    push_measured(L, 1, METRICS_TYPE);
    return 1;
}

/* metrics:start([options]): without options as the environment says. */
static int metrics_start(lua_State *L)
{
    const measured *self = check(L, METRICS_TYPE);
    glift_metrics_desc desc = {.size_bytes = sizeof desc};
    bool has_options = !lua_isnoneornil(L, 2);
    if (has_options)
        read_desc(L, 2, &desc);
    check_open(L, self);
    glift_status status = glift_metrics_start(self->server, has_options ? &desc : NULL);
    if (status != GLIFT_OK)
        return lwaiter_push_refusal(L, self->server, status);
    lua_pushboolean(L, 1);
    return 1;
}

static int metrics_stop(lua_State *L)
{
    const measured *self = check(L, METRICS_TYPE);
    glift_status status = glift_metrics_stop(self->server);
    if (status != GLIFT_OK)
        return lwaiter_push_refusal(L, self->server, status);
    lua_pushboolean(L, 1);
    return 1;
}

/* Where a local <close> ends; the server may have been closed before. */
static int metrics_close(lua_State *L)
{
    const measured *self = check_type(L, METRICS_TYPE);
    if (self->server != NULL && lserver_handle(self->of) == self->server)
        glift_metrics_stop(self->server);
    return 0;
}

static int metrics_is_running(lua_State *L)
{
    lua_pushboolean(L, glift_metrics_is_running(check(L, METRICS_TYPE)->server));
    return 1;
}

/* metrics:tag(key, value): of every line from now on; value nil: not any more. */
static int metrics_tag(lua_State *L)
{
    const measured *self = check(L, METRICS_TYPE);
    const char *key = lread_argument_text(L, 2);
    const char *value = lua_isnil(L, 3) ? NULL : lread_argument_text(L, 3);
    glift_status status = glift_metrics_tag(self->server, key, value);
    if (status != GLIFT_OK)
        return lwaiter_push_refusal(L, self->server, status);
    lua_pushboolean(L, 1);
    return 1;
}

/* ---- making metrics ---- */

static unsigned derived_bit(lua_State *L, const char *what, const char *name)
{
    static const char *const names[] = {"latest", "max", "min", "mean", "sum", "count"};
    static const unsigned bits[] = {GLIFT_DERIVED_LATEST, GLIFT_DERIVED_MAX, GLIFT_DERIVED_MIN,
            GLIFT_DERIVED_MEAN, GLIFT_DERIVED_SUM, GLIFT_DERIVED_COUNT};
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        if (strcmp(names[i], name) == 0)
            return bits[i];
    }
    luaL_error(L, "%s: derived: '%s' is none of latest, max, min, mean, sum, count", what, name);
    return 0;
}

static void read_derived(lua_State *L, int keep, int table, const char *what, glift_metric_desc *desc)
{
    size_t count;
    const char *const *names = lread_texts(L, keep, table, what, "derived", &count);
    for (size_t i = 0; i < count; i++)
        desc->derived |= derived_bit(L, what, names[i]);
    desc->percentiles = lread_numbers(L, keep, table, what, "percentiles", &desc->percentile_count);
    if (names != NULL || desc->percentiles != NULL)
        desc->derived |= GLIFT_DERIVED_NONE; /* what is given is all there is, also where it is nothing */
}

static void read_options(lua_State *L, int table, const char *what, glift_metric_desc *desc)
{
    static const char *const known[] = {"tags", "sample_rate", "derived", "percentiles", NULL};
    lread_own(L, table);
    lread_check_fields(L, table, what, known, NULL);
    lua_newtable(L);
    int keep = lua_gettop(L);
    desc->sample_rate = lread_number(L, table, what, "sample_rate", 1);
    if (desc->sample_rate == 0)
        luaL_error(L, "%s: sample_rate: above 0, up to 1 expected", what);
    desc->tags = lread_tags(L, keep, table, what, &desc->tag_count);
    read_derived(L, keep, table, what, desc);
}

static int make(lua_State *L, const char *what, glift_metric_kind kind)
{
    const measured *all = check(L, METRICS_TYPE);
    glift_metric_desc desc = {.size_bytes = sizeof desc, .kind = kind, .name = lread_argument_text(L, 2)};
    if (!lua_isnoneornil(L, 3))
        read_options(L, 3, what, &desc);
    lua_getuservalue(L, 1);
    lua_rawgeti(L, -1, 1);
    measured *self = push_measured(L, lua_gettop(L), METRIC_TYPE);
    self->kind = kind;
    check_open(L, all);
    glift_status status = glift_metrics_create(all->server, &desc, &self->metric);
    if (status == GLIFT_OK)
        return 1;
    return lwaiter_push_refusal(L, all->server, status);
}

static int metrics_gauge(lua_State *L)
{
    return make(L, "gauge", GLIFT_METRIC_GAUGE);
}

static int metrics_counter(lua_State *L)
{
    return make(L, "counter", GLIFT_METRIC_COUNTER);
}

static int metrics_timer(lua_State *L)
{
    return make(L, "timer", GLIFT_METRIC_TIMER);
}

/* ---- samples ---- */

static const char *kind_name(glift_metric_kind kind)
{
    return kind == GLIFT_METRIC_GAUGE ? "gauge" : kind == GLIFT_METRIC_COUNTER ? "counter" : "timer";
}

static int refuse(lua_State *L, const char *what, const measured *self)
{
    return luaL_error(L, "%s: this is a %s", what, kind_name(self->kind));
}

static int accepted(lua_State *L, glift_status status, const char *expected)
{
    luaL_argcheck(L, status == GLIFT_OK, 2, expected);
    return 0;
}

/* gauge:set(value) */
static int metric_set(lua_State *L)
{
    const measured *self = check(L, METRIC_TYPE);
    if (self->kind != GLIFT_METRIC_GAUGE)
        return refuse(L, "set", self);
    return accepted(
            L, glift_metrics_set(self->metric, lread_argument_number(L, 2)), "a number up to 1e15 expected");
}

/* gauge:add(change), counter:add([times]) */
static int metric_add(lua_State *L)
{
    const measured *self = check(L, METRIC_TYPE);
    if (self->kind == GLIFT_METRIC_GAUGE)
        return accepted(L, glift_metrics_add(self->metric, lread_argument_number(L, 2)),
                "a number up to 1e15 expected");
    if (self->kind != GLIFT_METRIC_COUNTER)
        return refuse(L, "add", self);
    lua_Number times = lua_isnoneornil(L, 2) ? 1 : lread_argument_number(L, 2);
    luaL_argcheck(L, times >= 0 && times <= GLIFT_MAX_METRIC_VALUE && floor(times) == times, 2,
            "whole number from 0 to 1e15 expected");
    glift_metrics_count(self->metric, (int64_t)times);
    return 0;
}

/* timer:record(ms) */
static int metric_record(lua_State *L)
{
    const measured *self = check(L, METRIC_TYPE);
    if (self->kind != GLIFT_METRIC_TIMER)
        return refuse(L, "record", self);
    return accepted(L, glift_metrics_time(self->metric, lread_argument_number(L, 2)),
            "milliseconds from 0 to 1e15 expected");
}

static const lmethod of_metrics[] = {
        {"gauge", metrics_gauge, 2},
        {"counter", metrics_counter, 2},
        {"timer", metrics_timer, 2},
        {"tag", metrics_tag, 2},
        {"start", metrics_start, 1},
        {"stop", metrics_stop, 0},
        {"is_running", metrics_is_running, 0},
        {0},
};

static const lmethod of_metric[] = {
        {"set", metric_set, 1},
        {"add", metric_add, 1},
        {"record", metric_record, 1},
        {0},
};

/* Leaves the metatable. */
static void push_type(lua_State *L, const char *type, const lmethod *methods)
{
    luaL_newmetatable(L, type);
    lua_newtable(L);
    lcall_set_methods(L, methods);
    lua_setfield(L, -2, "__index");
}

void lmetrics_open(lua_State *L)
{
    lua_newtable(L);
    lua_newtable(L);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lcompat_set_registry(L, &known_key);
    push_type(L, METRIC_TYPE, of_metric);
    push_type(L, METRICS_TYPE, of_metrics);
    lua_pushcfunction(L, metrics_close);
    lua_setfield(L, -2, "__close");
    lua_pop(L, 2);
}
