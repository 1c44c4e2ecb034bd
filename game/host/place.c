/* SPDX-License-Identifier: Apache-2.0 */
/* The life of the servers of one place.
 *
 * Nothing here waits, since the servers of other places would wait as well: a server that ends says goodbye
 * to its players from one turn of the loop to the next, and what its plugin has to wait for is done on
 * another thread. */

#include "place.h"
#include "engine.h"
#include "host_api.h"
#include "log.h"
#include "server_identity.h"
#include "signals.h"

#include <lua.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    GOODBYE_MS = 1000, /* for the players' last messages and close frames */
    SHORT_LIFE_S = 5,  /* a server that ends sooner has its successor after a pause */
    LONG_LIFE_S = 60,  /* one that runs so long works */
    LONGEST_PAUSE_S = 60,
    MOST_CUTS = 3, /* of the watchdog, within CUTS_S: others are stalled by each */
    CUTS_S = 60,
    LEAVER_STACK_BYTES = 1 << 18,
};

static const uint64_t second_ns = 1000000000;

static void tell(const struct glift_host *place, glift_log_level level, const char *text)
{
    log_line_of_place(place->number, level, "arena", text);
}

void place_exit(struct glift_host *place, int code)
{
    if (!atomic_exchange(&place->exiting, true))
        place->exit_code = code;
}

bool place_is_running(const struct glift_host *place)
{
    return place->state == PLACE_RUNS && !place->exiting;
}

/* ---- from the network; between two servers nobody hears of it ---- */

static void on_connect(void *user, uint64_t socket, const char *player_session_id, const char *address)
{
    if (((struct glift_host *)user)->script != NULL)
        players_connect(user, socket, player_session_id, address);
}

static void on_open(void *user, uint64_t socket)
{
    struct glift_host *place = user;
    if (place->script != NULL)
        script_open(place->script, socket);
}

static void on_message(void *user, uint64_t socket, const char *bytes, size_t length)
{
    if (((struct glift_host *)user)->script != NULL)
        players_message(user, socket, bytes, length);
}

static void on_disconnect(void *user, uint64_t socket, const char *reason, bool dialled)
{
    struct glift_host *place = user;
    if (place->script == NULL)
        return;
    if (dialled)
        script_disconnect(place->script, socket, reason);
    else
        players_disconnect(place, socket, reason);
}

static void on_request(void *user, uint64_t request, const net_request *what)
{
    struct glift_host *place = user;
    if (place->script != NULL)
        script_request(place->script, request, what);
}

static void on_response(void *user, uint64_t fetch, int status, const char *body, size_t length)
{
    struct glift_host *place = user;
    if (place->script != NULL)
        script_response(place->script, fetch, status, body, length);
}

bool place_open(struct glift_host *place, engine *e, unsigned number, char *reason, size_t reason_size)
{
    place->engine = e;
    place->number = e->place_count > 1 ? number : 0;
    place->settings.behind = &e->settings;
    net_desc desc = engine_net_desc(e, number);
    desc.place = place->number;
    desc.handlers = (net_handlers){.on_connect = on_connect,
            .on_open = on_open,
            .on_message = on_message,
            .on_disconnect = on_disconnect,
            .on_request = on_request,
            .on_response = on_response,
            .user = place};
    place->net = net_open(e->net_loop, &desc, reason, reason_size);
    return place->net != NULL;
}

/* ---- starting ---- */

static bool start_script(struct glift_host *place, char *reason, size_t reason_size)
{
    const char *file = place->engine->paths.script;
    place->script = script_create(place);
    if (place->script == NULL) {
        snprintf(reason, reason_size, "out of memory for the scripts");
        return false;
    }
    if (access(file, R_OK) != 0) {
        snprintf(reason, reason_size, "there is no script %.900s: give --script FILE", file);
        return false;
    }
    return script_load(place->script, file, reason, reason_size);
}

static bool flag_is_set(const struct glift_host *place, const char *key)
{
    const char *value = settings_get(&place->settings, key);
    return value != NULL && strcmp(value, "1") == 0;
}

static bool start_plugin(struct glift_host *place, char *reason, size_t reason_size)
{
    const plugin_library *library = place->engine->plugin;
    if (library == NULL)
        return true;
    place->has_plugin = plugin_create(library, &place->plugin);
    if (!place->has_plugin) {
        snprintf(reason, reason_size, "out of memory for the plugin");
        return false;
    }
    const glift_plugin *plugin = &place->plugin;
    glift_host_api api = host_api_of(place);
    if (plugin->start(plugin->self, &api) != GLIFT_OK)
        return false; /* the plugin has said why */
    if (flag_is_set(place, "gamelift.check_players"))
        place->players.service = plugin->get_api(plugin->self, "players", GLIFT_PLUGIN_PLAYERS_VERSION);
    return true;
}

static bool attach_script(struct glift_host *place)
{
    if (!place->has_plugin)
        return true;
    script_watch_made(place->script, true);
    bool ok = place->plugin.lua_attach(place->plugin.self, script_state(place->script)) == GLIFT_OK;
    script_watch_made(place->script, false);
    return ok;
}

static void announce(const struct glift_host *place)
{
    const options *o = &place->engine->options;
    if (o->mode != MODE_BOTS)
        log_of_place(place->number, GLIFT_LOG_INFO, "arena", "%s: http://%s:%d",
                o->mode == MODE_LOBBY ? "the lobby" : "players", o->address, net_port(place->net));
}

static bool start(struct glift_host *place)
{
    char reason[1024] = "";
    bool ok = server_identity_set(place, reason, sizeof reason) &&
              start_script(place, reason, sizeof reason) && start_plugin(place, reason, sizeof reason);
    if (reason[0] != '\0')
        tell(place, GLIFT_LOG_ERROR, reason);
    return ok && attach_script(place) && script_run(place->script); /* they say themselves why not */
}

void place_start(struct glift_host *place)
{
    place->lua = (glift_host_lua){.size = sizeof place->lua,
            .version = GLIFT_HOST_LUA_VERSION,
            .lua_version = LUA_VERSION_NUM,
            .generation = 1};
    place->exiting = place->woken = place->is_to_reload = false;
    place->exit_code = 0;
    place->cuts = 0;
    place->cut_ns[0] = place->cut_ns[1] = 0;
    memset(&place->players, 0, sizeof place->players);
    place->started_ns = net_now_ns();
    place->state = PLACE_RUNS;
    if (start(place)) {
        net_admit(place->net, true);
        announce(place);
    } else {
        place_exit(place, 1);
    }
}

/* ---- reloading the scripts ---- */

static void detach_script(struct glift_host *place)
{
    if (place->script == NULL)
        return;
    script_begin_end(place->script);
    if (place->has_plugin) {
        script_enter(place->script);
        place->plugin.lua_detach(place->plugin.self, script_state(place->script));
        script_leave(place->script);
    }
    script_destroy(place->script);
    place->script = NULL;
}

/* A script that does not even compile changes nothing. */
void place_reload(struct glift_host *place)
{
    char reason[1024];
    place->is_to_reload = false;
    script *fresh = script_create(place);
    if (fresh == NULL || !script_load(fresh, place->engine->paths.script, reason, sizeof reason)) {
        log_of_place(place->number, GLIFT_LOG_ERROR, "arena", "the scripts stay as they were: %s",
                fresh != NULL ? reason : "out of memory");
        script_destroy(fresh);
        return;
    }
    detach_script(place);
    place->script = fresh;
    place->cuts = 0;
    place->lua.generation++;
    if (attach_script(place))
        script_run(fresh);
    players_introduce(place);
    tell(place, GLIFT_LOG_INFO, "scripts reloaded");
}

/* ---- running ---- */

/* The plugin calls the scripts, too. */
static void run_hooks(struct glift_host *place, glift_phase phase, uint64_t now_ns)
{
    script_enter(place->script);
    hooks_run(&place->hooks, phase, now_ns);
    script_leave(place->script);
}

/* Others were stalled by each call that the watchdog had to end. A program of one server stalls nobody else.
 */
static void follow_cuts(struct glift_host *place)
{
    int cuts = script_cuts(place->script);
    if (cuts == place->cuts || place->engine->place_count == 1)
        return;
    uint64_t now_ns = net_now_ns();
    bool is_often = cuts >= MOST_CUTS && now_ns - place->cut_ns[1] < CUTS_S * second_ns;
    place->cuts = cuts;
    place->cut_ns[1] = place->cut_ns[0];
    place->cut_ns[0] = now_ns;
    if (!is_often)
        return;
    log_of_place(place->number, GLIFT_LOG_ERROR, "arena",
            "its script took too long %d times within %d s: this server ends, so that the others go on",
            MOST_CUTS, CUTS_S);
    place_exit(place, 1);
}

void place_tick(struct glift_host *place, double dt, double now, uint64_t now_ns)
{
    run_hooks(place, GLIFT_PHASE_BEFORE_GAME, now_ns);
    script_tick(place->script, dt, now);
    run_hooks(place, GLIFT_PHASE_AFTER_GAME, now_ns);
    follow_cuts(place);
}

void place_follow_wake(struct glift_host *place)
{
    if (!place_is_running(place) || !atomic_exchange(&place->woken, false))
        return;
    hooks_wake(&place->hooks);
    run_hooks(place, GLIFT_PHASE_BEFORE_GAME, net_now_ns());
}

void place_terminate(struct glift_host *place, double grace_s)
{
    if (place->state == PLACE_WAITS)
        place->state = PLACE_IS_DONE;
    if (place_is_running(place) && !script_terminate(place->script, grace_s))
        place_exit(place, 0);
}

/* ---- ending ---- */

static void begin_goodbye(struct glift_host *place)
{
    place->state = PLACE_SAYS_GOODBYE;
    place->goodbye_ns = net_now_ns() + (uint64_t)GOODBYE_MS * 1000000;
    engine_limit_end(place->engine);
    net_admit(place->net, false);
    net_close_all(place->net, "the server has ended");
}

/* Thread: of the leaver, which alone uses the plugin from now on, or the engine's where there is no other. */
static void *stop_plugin(void *user)
{
    struct glift_host *place = user;
    place->plugin.stop(place->plugin.self, GLIFT_STOP_EXIT);
    place->has_left = true;
    net_wake(place->engine->net_loop);
    return NULL;
}

/* Signals are for the engine's thread. */
static bool start_leaver(struct glift_host *place)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setstacksize(&attributes, LEAVER_STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = pthread_create(&place->leaver, &attributes, stop_plugin, place) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return ok;
}

static void begin_leave(struct glift_host *place)
{
    place->state = PLACE_LEAVES;
    net_drop_all(place->net);
    detach_script(place);
    /* In its stop the plugin may decide on players who wait for it: on another thread, so it finds none. */
    memset(&place->players, 0, sizeof place->players);
    place->has_left = !place->has_plugin;
    if (!place->has_plugin)
        return;
    place->has_leaver = start_leaver(place);
    if (!place->has_leaver)
        stop_plugin(place);
}

/* What the server had is given back. */
static void clean_up(struct glift_host *place)
{
    if (place->has_leaver)
        pthread_join(place->leaver, NULL);
    size_t left = hooks_clear(&place->hooks);
    if (left > 0)
        log_of_place(place->number, GLIFT_LOG_WARNING, "arena", "the plugin %s left %zu tick hooks behind",
                place->plugin.name, left);
    if (place->has_plugin)
        place->plugin.destroy(place->plugin.self);
    place->has_leaver = place->has_plugin = false;
    place->plugin = (glift_plugin){0};
    host_api_free_blocks(place);
    settings_fini(&place->settings);
}

/* Spread, since many may fail for one reason. */
static uint64_t pause_ns(unsigned failures)
{
    unsigned doublings = failures < 6 ? failures : 6;
    double seconds = 1u << doublings < LONGEST_PAUSE_S ? 1u << doublings : LONGEST_PAUSE_S;
    return (uint64_t)(seconds * (0.5 + 0.5 * random_part()) * 1e9);
}

static void plan_the_next(struct glift_host *place)
{
    uint64_t now_ns = net_now_ns(), lived_ns = now_ns - place->started_ns;
    int code = place->exit_code;
    bool is_short = lived_ns < SHORT_LIFE_S * second_ns;
    if (code == 0 || lived_ns >= LONG_LIFE_S * second_ns)
        place->failures = 0;
    if (code != 0)
        place->failures++;
    uint64_t pause = code != 0 || is_short ? pause_ns(place->failures) : 0;
    place->state = PLACE_WAITS;
    place->start_at_ns = now_ns + pause;
    log_of_place(place->number, code == 0 ? GLIFT_LOG_INFO : GLIFT_LOG_WARNING, "arena",
            "the server has ended with code %d; the next one starts in %.1f s", code, (double)pause * 1e-9);
}

void place_follow_end(struct glift_host *place)
{
    if (place->state == PLACE_RUNS && place->exiting)
        begin_goodbye(place);
    if (place->state == PLACE_SAYS_GOODBYE &&
            (net_open_sockets(place->net) == 0 || net_now_ns() >= place->goodbye_ns))
        begin_leave(place);
    if (place->state != PLACE_LEAVES || !place->has_left || net_open_sockets(place->net) > 0)
        return;
    clean_up(place);
    if (engine_goes_on(place->engine))
        plan_the_next(place);
    else
        place->state = PLACE_IS_DONE;
}

bool place_has_failed(const struct glift_host *place)
{
    bool works = place->state == PLACE_RUNS && net_now_ns() - place->started_ns >= LONG_LIFE_S * second_ns;
    return place->failures > 0 && !works;
}
