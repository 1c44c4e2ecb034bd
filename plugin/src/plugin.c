/* SPDX-License-Identifier: Apache-2.0 */
/* The engine plugin: takes the host's services, keeps one SDK server, and is ticked by the engine.
 *
 * The host hands no memory to glift_plugin_query(), so the plugin is the one part that keeps statics: the
 * first plugin, and the I/O thread of all others. */

#include "module.h"
#include "plugin.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A plugin with the tables that speak of it. */
typedef struct instance {
    plugin plugin; /* the first member: what the tables call self */
    glift_plugin table;
    glift_plugin_server server;
    glift_plugin_players players;
} instance;

static instance the_first;
static struct {
    glift_io *io; /* while there are any */
    size_t count;
} created;

void plugin_log(const plugin *p, glift_log_level level, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    p->core->log(p->host, level, "gamelift", message);
}

const char *plugin_config(const plugin *p, const char *key)
{
    return p->core->config(p->host, key);
}

bool plugin_config_is_on(const plugin *p, const char *key)
{
    const char *text = plugin_config(p, key);
    return text != NULL && strcmp(text, "1") == 0;
}

uint32_t plugin_config_ms(const plugin *p, const char *key, uint32_t otherwise)
{
    const char *text = plugin_config(p, key);
    if (text == NULL || text[0] == '\0')
        return otherwise;
    char *end = NULL;
    unsigned long long value = strtoull(text, &end, 10);
    if (*end == '\0' && text[0] != '-' && value <= UINT32_MAX)
        return (uint32_t)value;
    plugin_log(p, GLIFT_LOG_WARNING, "%s is \"%s\", not a number of milliseconds: %u is used", key, text,
            otherwise);
    return otherwise;
}

/* ---- start ---- */

static bool same_major(uint32_t a, uint32_t b)
{
    return a >> 16 == b >> 16;
}

/* Services of 1.0 end with these members; newer ones have more, which this plugin does not use. */
static glift_status take_services(plugin *p, const glift_host_api *api)
{
    if (api == NULL || !GLIFT_HAS(glift_host_api, api, get_api) || !same_major(api->abi, GLIFT_HOST_ABI))
        return GLIFT_ERR_UNSUPPORTED;
    p->host = api->host;
    p->core = api->get_api(api->host, "core", GLIFT_HOST_CORE_VERSION);
    p->lua = api->get_api(api->host, "lua", GLIFT_HOST_LUA_VERSION);
    p->players = api->get_api(api->host, "players", GLIFT_HOST_PLAYERS_VERSION);
    if (p->core == NULL || !GLIFT_HAS(glift_host_core, p->core, static_block)) {
        p->core = NULL;
        return GLIFT_ERR_UNSUPPORTED;
    }
    if (p->lua != NULL && !GLIFT_HAS(glift_host_lua, p->lua, report_error))
        p->lua = NULL;
    if (p->players != NULL && !GLIFT_HAS(glift_host_players, p->players, decide))
        p->players = NULL;
    return GLIFT_OK;
}

static glift_status make_tick(plugin *p)
{
    p->tick = p->core->add_tick(p->host, GLIFT_PHASE_BEFORE_GAME, 0, plugin_server_tick, p);
    if (p->tick != 0)
        return GLIFT_OK;
    plugin_log(p, GLIFT_LOG_ERROR, "the engine takes no tick hook");
    return GLIFT_ERR_MEMORY;
}

static glift_status find_kept(plugin *p)
{
    p->kept = p->core->static_block(p->host, PLUGIN_KEPT_ID, sizeof *p->kept);
    if (p->kept != NULL)
        return GLIFT_OK;
    plugin_log(p, GLIFT_LOG_ERROR, "the engine has no static block " PLUGIN_KEPT_ID " of %zu bytes",
            sizeof *p->kept);
    return GLIFT_ERR_MEMORY;
}

/* Everything but what is kept, which stop() ends or leaves to the next copy. */
static void forget(plugin *p)
{
    if (p->tick != 0)
        p->core->remove_tick(p->host, p->tick);
    if (p->after_tick != 0)
        p->core->remove_tick(p->host, p->after_tick);
    *p = (plugin){.lua_module_detach = p->lua_module_detach, .table = p->table, .io = p->io};
}

static glift_status start(void *self, const glift_host_api *api)
{
    plugin *p = self;
    if (p->core != NULL)
        return GLIFT_ERR_STATE;
    glift_status status = take_services(p, api);
    if (status == GLIFT_OK)
        status = make_tick(p);
    if (status == GLIFT_OK)
        status = find_kept(p);
    if (status == GLIFT_OK)
        status = plugin_server_start(p);
    if (status == GLIFT_OK)
        plugin_metrics_start(p);
    else if (p->core != NULL)
        forget(p);
    return status;
}

/* ---- stop ---- */

static glift_status before_reload(void *self)
{
    plugin *p = self;
    if (p->io != NULL)
        return GLIFT_ERR_UNSUPPORTED; /* the I/O thread would have to be kept, too */
    return p->core != NULL ? plugin_server_park(p) : GLIFT_ERR_STATE;
}

static glift_status stop(void *self, glift_stop_reason reason)
{
    plugin *p = self;
    if (p->core == NULL)
        return GLIFT_OK;
    if (reason == GLIFT_STOP_RELOAD && p->io != NULL)
        return GLIFT_ERR_UNSUPPORTED;
    if (reason == GLIFT_STOP_UNLOAD && glift_get_game_session_id(p->server)[0] != '\0') {
        plugin_log(p, GLIFT_LOG_WARNING, "a game session is active: the plugin stays");
        return GLIFT_ERR_STATE;
    }
    glift_status status = reason == GLIFT_STOP_RELOAD ? plugin_server_park(p) : plugin_server_end(p);
    if (status == GLIFT_OK)
        forget(p);
    return status;
}

/* ---- services ---- */

static glift_server *server_of(void *self)
{
    return ((plugin *)self)->server;
}

static glift_status bind_server(void *self, const glift_server_desc *callbacks)
{
    plugin *p = self;
    return p->server != NULL ? plugin_server_bind(p, callbacks) : GLIFT_ERR_STATE;
}

static const void *bound_user(void *self)
{
    return plugin_server_bound_user(self);
}

static void report_error(void *self, const char *message)
{
    plugin *p = self;
    if (p->core == NULL)
        return;
    if (p->lua != NULL)
        p->lua->report_error(p->host, message);
    else
        p->core->log(p->host, GLIFT_LOG_ERROR, "script", message);
}

static void call_in(void *self, uint64_t delay_ns, void (*fn)(void *user), void *user)
{
    plugin *p = self;
    if (p->server != NULL)
        plugin_server_call_in(p, delay_ns, fn, user);
}

static bool fits(uint32_t offered, uint32_t wanted)
{
    return same_major(offered, wanted) && offered >= wanted;
}

static const void *get_api(void *self, const char *name, uint32_t min_version)
{
    const instance *one = self;
    if (strcmp(name, "server") == 0 && fits(GLIFT_PLUGIN_SERVER_VERSION, min_version))
        return &one->server;
    /* Without the host's half nobody would learn of a decision. */
    if (strcmp(name, "players") == 0 && fits(GLIFT_PLUGIN_PLAYERS_VERSION, min_version) &&
            one->plugin.players != NULL)
        return &one->players;
    return NULL;
}

/* ---- plugins of one copy ---- */

static glift_status create(glift_plugin *out);
static glift_status destroy(void *self);

static void fill_tables(instance *one)
{
    one->plugin.table = &one->table;
    one->table = (glift_plugin){
            .size = sizeof one->table,
            .abi = GLIFT_HOST_ABI,
            .name = "gamelift",
            .version = GLIFT_VERSION,
            .self = one,
            .start = start,
            .lua_attach = plugin_lua_attach,
            .lua_detach = plugin_lua_detach,
            .before_reload = before_reload,
            .stop = stop,
            .get_api = get_api,
            .create = create,
            .destroy = destroy,
    };
    one->server = (glift_plugin_server){
            .size = sizeof one->server,
            .version = GLIFT_PLUGIN_SERVER_VERSION,
            .self = one,
            .server = server_of,
            .bind = bind_server,
            .report_error = report_error,
            .bound_user = bound_user,
            .call_in = call_in,
    };
    one->players = (glift_plugin_players){
            .size = sizeof one->players,
            .version = GLIFT_PLUGIN_PLAYERS_VERSION,
            .self = one,
            .connect = plugin_players_connect,
            .disconnect = plugin_players_disconnect,
    };
}

/* As much of the table as both sides know. */
static void hand_out(const instance *one, glift_plugin *out)
{
    uint32_t size = out->size < sizeof one->table ? out->size : (uint32_t)sizeof one->table;
    memcpy(out, &one->table, size);
    out->size = size;
}

static glift_status create(glift_plugin *out)
{
    if (out == NULL || !GLIFT_HAS(glift_plugin, out, self))
        return GLIFT_ERR_ARGUMENT;
    instance *one = calloc(1, sizeof *one);
    glift_status status = one != NULL ? GLIFT_OK : GLIFT_ERR_MEMORY;
    if (status == GLIFT_OK && created.count == 0)
        status = glift_io_create(NULL, &created.io);
    if (status != GLIFT_OK) {
        free(one);
        return status;
    }
    created.count++;
    fill_tables(one);
    one->plugin.io = created.io;
    hand_out(one, out);
    return GLIFT_OK;
}

static glift_status destroy(void *self)
{
    instance *one = self;
    if (one == &the_first || one->plugin.core != NULL)
        return GLIFT_ERR_STATE;
    free(one);
    if (--created.count == 0)
        glift_io_destroy(created.io);
    return GLIFT_OK;
}

/* ---- the exported symbol ---- */

PLUGIN_EXPORT glift_status glift_plugin_query(uint32_t host_abi, glift_plugin *out);

PLUGIN_EXPORT glift_status glift_plugin_query(uint32_t host_abi, glift_plugin *out)
{
    if (out == NULL || !GLIFT_HAS(glift_plugin, out, abi))
        return GLIFT_ERR_ARGUMENT;
    out->abi = GLIFT_HOST_ABI;
    if (!same_major(host_abi, GLIFT_HOST_ABI))
        return GLIFT_ERR_UNSUPPORTED;
    if (the_first.table.self == NULL)
        fill_tables(&the_first);
    hand_out(&the_first, out);
    return GLIFT_OK;
}
