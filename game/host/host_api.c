/* SPDX-License-Identifier: Apache-2.0 */
#include "host_api.h"
#include "engine.h"
#include "log.h"
#include "place.h"
#include "signals.h"

#include <stdlib.h>
#include <string.h>

/* ---- core ---- */

static void core_log(glift_host *host, glift_log_level level, const char *tag, const char *message)
{
    log_line_of_place(host->number, level, tag, message);
}

static uint64_t core_now_ns(glift_host *host)
{
    (void)host;
    return net_now_ns();
}

static glift_tick_id core_add_tick(
        glift_host *host, glift_phase phase, int order, glift_tick_fn fn, void *user)
{
    return hooks_add(&host->hooks, phase, order, fn, user);
}

static glift_status core_remove_tick(glift_host *host, glift_tick_id id)
{
    return hooks_remove(&host->hooks, id);
}

static glift_status core_wake(glift_host *host)
{
    /* Whoever sets the flag ends the sleep; while it is set the engine is awake already. */
    if (!atomic_exchange(&host->woken, true))
        net_wake(host->engine->net_loop);
    return GLIFT_OK;
}

/* Who was asked to end by a signal ends as asked: that GameLift was not reached either is no failure then. */
static glift_status core_request_exit(glift_host *host, int exit_code)
{
    place_exit(host, signals_terminations() > 0 ? 0 : exit_code);
    return GLIFT_OK;
}

static const char *core_config(glift_host *host, const char *key)
{
    return settings_get(&host->settings, key);
}

struct static_block {
    struct static_block *next;
    size_t size;
    char *id; /* behind the memory */
    _Alignas(max_align_t) unsigned char memory[];
};

static void *core_static_block(glift_host *host, const char *id, size_t size)
{
    for (struct static_block *one = host->static_blocks; one != NULL; one = one->next) {
        if (strcmp(one->id, id) == 0)
            return one->size == size ? one->memory : NULL;
    }
    size_t id_size = strlen(id) + 1;
    struct static_block *one = calloc(1, sizeof *one + size + id_size);
    if (one == NULL)
        return NULL;
    one->size = size;
    one->id = (char *)one->memory + size;
    memcpy(one->id, id, id_size);
    one->next = host->static_blocks;
    host->static_blocks = one;
    return one->memory;
}

void host_api_free_blocks(glift_host *host)
{
    while (host->static_blocks != NULL) {
        struct static_block *one = host->static_blocks;
        host->static_blocks = one->next;
        free(one);
    }
}

static const glift_host_core core = {
        .size = sizeof core,
        .version = GLIFT_HOST_CORE_VERSION,
        .log = core_log,
        .now_ns = core_now_ns,
        .add_tick = core_add_tick,
        .remove_tick = core_remove_tick,
        .wake = core_wake,
        .request_exit = core_request_exit,
        .config = core_config,
        .static_block = core_static_block,
};

/* ---- players, lua ---- */

static const glift_host_players players_service = {
        .size = sizeof players_service,
        .version = GLIFT_HOST_PLAYERS_VERSION,
        .decide = players_decide,
};

static void lua_report_error(glift_host *host, const char *message)
{
    if (host->script != NULL)
        script_report(host->script, message);
}

/* ---- finding them ---- */

static bool fits(uint32_t offered, uint32_t wanted)
{
    return offered >> 16 == wanted >> 16 && offered >= wanted;
}

static const void *get_api(glift_host *host, const char *name, uint32_t min_version)
{
    if (strcmp(name, "core") == 0)
        return fits(core.version, min_version) ? &core : NULL;
    if (strcmp(name, "players") == 0)
        return fits(players_service.version, min_version) ? &players_service : NULL;
    if (strcmp(name, "lua") == 0)
        return fits(host->lua.version, min_version) ? &host->lua : NULL;
    return NULL;
}

glift_host_api host_api_of(glift_host *host)
{
    host->lua.report_error = lua_report_error;
    return (glift_host_api){
            .size = sizeof(glift_host_api),
            .abi = GLIFT_HOST_ABI,
            .host = host,
            .host_name = "arena",
            .host_version = ARENA_VERSION,
            .get_api = get_api,
    };
}
