/* SPDX-License-Identifier: Apache-2.0 */
/* The host's side of gamelift/host.h, whole. The simplest that keeps the rules: every hook runs in every
 * frame, so there is nothing to wake; one hook per phase, so their order does not matter. */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct static_block {
    struct static_block *next;
    char id[64];
    size_t size;
    union {
        long long integer;
        long double number;
        void *pointer;
    } bytes[]; /* aligned for whatever it holds */
};

static void write_log(glift_host *host, glift_log_level level, const char *tag, const char *message)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    (void)host;
    fprintf(stderr, "%s: %s: %s\n", tag, names[level], message);
}

static uint64_t now_ns(glift_host *host)
{
    (void)host;
    return system_now_ns();
}

/* Numbers are never used again, so an old one can never remove a new hook. */
static glift_tick_id add_tick(glift_host *host, glift_phase phase, int order, glift_tick_fn run, void *user)
{
    (void)order;
    for (size_t i = 0; i < MAX_HOOKS; i++) {
        if (host->hooks[i].id != 0)
            continue;
        host->hooks[i].id = ++host->last_id;
        host->hooks[i].phase = phase;
        host->hooks[i].run = run;
        host->hooks[i].user = user;
        return host->last_id;
    }
    return 0;
}

static glift_status remove_tick(glift_host *host, glift_tick_id id)
{
    for (size_t i = 0; i < MAX_HOOKS; i++) {
        if (id != 0 && host->hooks[i].id == id) {
            host->hooks[i].id = 0;
            return GLIFT_OK;
        }
    }
    return GLIFT_ERR_ARGUMENT;
}

static glift_status wake(glift_host *host)
{
    (void)host;
    return GLIFT_OK;
}

static glift_status request_exit(glift_host *host, int exit_code)
{
    host->is_over = true;
    host->exit_code = exit_code;
    return GLIFT_OK;
}

static const char *config(glift_host *host, const char *key)
{
    size_t length = strlen(key);
    for (char **one = host->settings; *one != NULL; one++) {
        if (strncmp(*one, key, length) == 0 && (*one)[length] == '=')
            return *one + length + 1;
    }
    return NULL;
}

static void *static_block(glift_host *host, const char *id, size_t size)
{
    struct static_block *one = host->blocks;
    while (one != NULL && strcmp(one->id, id) != 0)
        one = one->next;
    if (one != NULL)
        return one->size == size ? one->bytes : NULL;
    one = strlen(id) < sizeof one->id ? calloc(1, sizeof *one + size) : NULL;
    if (one == NULL)
        return NULL;
    strcpy(one->id, id);
    one->size = size;
    one->next = host->blocks;
    host->blocks = one;
    return one->bytes;
}

const void *host_get_api(glift_host *host, const char *name, uint32_t min_version)
{
    static const glift_host_core core = {sizeof core, GLIFT_HOST_CORE_VERSION, write_log, now_ns, add_tick,
            remove_tick, wake, request_exit, config, static_block};
    const void *found = strcmp(name, "core") == 0      ? (const void *)&core
                        : strcmp(name, "lua") == 0     ? (const void *)host->lua
                        : strcmp(name, "players") == 0 ? (const void *)host->players
                                                       : NULL;
    /* Each of them is version 1.0. */
    return min_version <= GLIFT_ABI_VERSION(1, 0) && min_version >> 16 == 1 ? found : NULL;
}

int host_read_port(const char *text)
{
    char *end = NULL;
    long port = strtol(text, &end, 10);
    if (end != text && *end == '\0' && port >= 1 && port <= GLIFT_MAX_PORT)
        return (int)port;
    fprintf(stderr, "a port is a number from 1 to %d, not \"%s\"\n", GLIFT_MAX_PORT, text);
    return 0;
}

bool host_load(struct glift_host *host, const char *file, glift_plugin *out)
{
    static glift_host_api api;
    api = (glift_host_api){sizeof api, GLIFT_HOST_ABI, host, "example", "1", host_get_api};
    glift_plugin_query_fn query = NULL;
    char reason[256] = "its ABI differs";
    *out = (glift_plugin){.size = sizeof *out};
    if (system_load(file, GLIFT_PLUGIN_QUERY_SYMBOL, &query, reason, sizeof reason) &&
            query(GLIFT_HOST_ABI, out) == GLIFT_OK)
        return out->start(out->self, &api) == GLIFT_OK; /* the plugin has said why not */
    fprintf(stderr, "%s is not a plugin of this version: %s\n", file, reason);
    return false;
}

void host_run_hooks(struct glift_host *host, glift_phase phase)
{
    for (size_t i = 0; i < MAX_HOOKS; i++) {
        if (host->hooks[i].id != 0 && host->hooks[i].phase == phase)
            host->hooks[i].run(host->hooks[i].user);
    }
}
