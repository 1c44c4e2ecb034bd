/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"
#include "host_api.h"
#include "log.h"
#include "signals.h"

#include <lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    MAX_TICKS_BEHIND = 5,    /* made up for after a stall; what is beyond is left out */
    GOODBYE_MS = 1000,       /* for the players' last messages and close frames */
    FIRST_CONNECT_MS = 8000, /* a server that cannot reach GameLift says so, and ends */
    EXIT_LIMIT_S = 5,        /* from the end of the grace to the end of the program */
    DEFAULT_GRACE_S = 10,
    MAX_GRACE_S = 3600,
    MAX_LIMIT = 1000000,
    SCRIPT_TIMEOUT_MS = 2000, /* CPU time of one call into the scripts */
    TELL_STALLS_S = 10,       /* between two log lines of stalls */
};

static const uint64_t second_ns = 1000000000;

const char *engine_mode_name(engine_mode mode)
{
    static const char *const names[] = {"server", "lobby", "bots"};
    return names[mode];
}

void engine_exit(struct glift_host *host, int code)
{
    if (!atomic_exchange(&host->exiting, true))
        host->exit_code = code;
}

/* ---- from the network ---- */

static void on_connect(void *user, uint64_t socket, const char *player_session_id, const char *address)
{
    players_connect(user, socket, player_session_id, address);
}

static void on_open(void *user, uint64_t socket)
{
    script_open(((struct glift_host *)user)->script, socket);
}

static void on_message(void *user, uint64_t socket, const char *bytes, size_t length)
{
    players_message(user, socket, bytes, length);
}

static void on_disconnect(void *user, uint64_t socket, const char *reason, bool dialled)
{
    struct glift_host *host = user;
    if (dialled)
        script_disconnect(host->script, socket, reason);
    else
        players_disconnect(host, socket, reason);
}

static void on_request(void *user, uint64_t request, const net_request *what)
{
    script_request(((struct glift_host *)user)->script, request, what);
}

static void on_response(void *user, uint64_t fetch, int status, const char *body, size_t length)
{
    script_response(((struct glift_host *)user)->script, fetch, status, body, length);
}

/* ---- starting ---- */

/* A setting of at least one. */
static double limit(const struct glift_host *host, const char *key, double otherwise)
{
    double value = settings_number(&host->settings, key, otherwise);
    return value < 1 ? 1 : value < MAX_LIMIT ? value : MAX_LIMIT;
}

static bool start_net(struct glift_host *host, char *reason, size_t reason_size)
{
    const options *o = &host->options;
    net_desc desc = {
            .address = o->address,
            .port = o->mode == MODE_BOTS ? -1 : o->port,
            .players = o->mode == MODE_SERVER,
            .assets = host->paths.assets,
            .origins = o->origins,
            .origin_count = o->origin_count,
            .players_per_address = (unsigned)limit(host, "players_per_address", NET_PLAYERS_PER_ADDRESS),
            .joins_per_second = limit(host, "joins_per_second", NET_JOINS_PER_SECOND),
            .handlers = {.on_connect = on_connect,
                    .on_open = on_open,
                    .on_message = on_message,
                    .on_disconnect = on_disconnect,
                    .on_request = on_request,
                    .on_response = on_response,
                    .user = host},
    };
    host->net = net_open(&desc, reason, reason_size);
    return host->net != NULL;
}

static bool start_script(struct glift_host *host, char *reason, size_t reason_size)
{
    host->script = script_create(host);
    if (host->script == NULL) {
        snprintf(reason, reason_size, "out of memory for the scripts");
        return false;
    }
    if (access(host->paths.script, R_OK) != 0) {
        snprintf(reason, reason_size, "there is no script %.900s: give --script FILE", host->paths.script);
        return false;
    }
    return script_load(host->script, host->paths.script, reason, reason_size);
}

static bool flag_is_set(const struct glift_host *host, const char *key)
{
    const char *value = settings_get(&host->settings, key);
    return value != NULL && strcmp(value, "1") == 0;
}

/* A default that the environment can change as well. */
static bool set_default(struct glift_host *host, const char *key, int value)
{
    char text[16];
    snprintf(text, sizeof text, "%d", value);
    return settings_get(&host->settings, key) != NULL || settings_set(&host->settings, key, text);
}

static bool start_plugin(struct glift_host *host, char *reason, size_t reason_size)
{
    if (host->options.mode != MODE_SERVER)
        return true;
    host->plugin = plugin_load(host->paths.plugin, reason, reason_size);
    if (host->plugin == NULL || !set_default(host, "gamelift.first_connect_timeout_ms", FIRST_CONNECT_MS))
        return false;
    const glift_plugin *table = plugin_table(host->plugin);
    glift_host_api api = host_api_of(host);
    if (table->start(table->self, &api) != GLIFT_OK) {
        plugin_unload(host->plugin);
        host->plugin = NULL;
        return false;
    }
    if (flag_is_set(host, "gamelift.check_players"))
        host->players.service = table->get_api(table->self, "players", GLIFT_PLUGIN_PLAYERS_VERSION);
    return true;
}

int engine_script_timeout_ms(const struct glift_host *host)
{
    double value = settings_number(&host->settings, "script_timeout_ms", SCRIPT_TIMEOUT_MS);
    return value < MAX_LIMIT ? (int)value : MAX_LIMIT;
}

static bool attach_script(struct glift_host *host)
{
    const glift_plugin *table = host->plugin != NULL ? plugin_table(host->plugin) : NULL;
    if (table == NULL)
        return true;
    script_watch_made(host->script, true);
    bool ok = table->lua_attach(table->self, script_state(host->script)) == GLIFT_OK;
    script_watch_made(host->script, false);
    return ok;
}

static void announce(const struct glift_host *host)
{
    const options *o = &host->options;
    if (o->mode != MODE_BOTS)
        log_format(GLIFT_LOG_INFO, "arena", "%s: http://%s:%d",
                o->mode == MODE_LOBBY ? "the lobby" : "players", o->address, net_port(host->net));
}

static double grace_s(const struct glift_host *host)
{
    double seconds = settings_number(&host->settings, "terminate_grace_s", DEFAULT_GRACE_S);
    return seconds < MAX_GRACE_S ? seconds : MAX_GRACE_S;
}

static bool start(struct glift_host *host)
{
    char reason[1024] = "";
    signals_attach(host, (unsigned)grace_s(host) + EXIT_LIMIT_S);
    bool ok = start_net(host, reason, sizeof reason) && start_script(host, reason, sizeof reason) &&
              start_plugin(host, reason, sizeof reason);
    if (!ok) {
        if (reason[0] != '\0') /* else the plugin has said it */
            log_line(GLIFT_LOG_ERROR, "arena", reason);
        return false;
    }
    script_start_watch(engine_script_timeout_ms(host));
    if (!attach_script(host) || !script_run(host->script))
        return false; /* plugin and script say why themselves */
    announce(host);
    return true;
}

/* ---- reloading the scripts ---- */

static void detach_script(struct glift_host *host)
{
    script_begin_end(host->script);
    if (host->plugin != NULL) {
        const glift_plugin *table = plugin_table(host->plugin);
        script_enter(host->script);
        table->lua_detach(table->self, script_state(host->script));
        script_leave(host->script);
    }
    script_destroy(host->script);
    host->script = NULL;
}

/* A script that does not even compile changes nothing. */
static void reload(struct glift_host *host)
{
    char reason[1024];
    script *fresh = script_create(host);
    if (fresh == NULL || !script_load(fresh, host->paths.script, reason, sizeof reason)) {
        log_format(GLIFT_LOG_ERROR, "arena", "the scripts stay as they were: %s",
                fresh != NULL ? reason : "out of memory");
        script_destroy(fresh);
        return;
    }
    detach_script(host);
    host->script = fresh;
    host->lua.generation++;
    if (attach_script(host))
        script_run(fresh);
    players_introduce(host);
    log_line(GLIFT_LOG_INFO, "arena", "scripts reloaded");
}

/* ---- the loop ---- */

typedef struct beat {
    uint64_t period_ns, next_ns;
    uint64_t kill_ns; /* when a terminating program stops waiting for its script */
    int terminations;
    uint64_t stalls_told_ns, stalled_ticks; /* told_ns 0: there was none for a while */
    unsigned stalls;                        /* since the last log line */
} beat;

/* The plugin calls the scripts, too. */
static void run_hooks(struct glift_host *host, glift_phase phase, uint64_t now_ns)
{
    script_enter(host->script);
    hooks_run(&host->hooks, phase, now_ns);
    script_leave(host->script);
}

static void run_tick(struct glift_host *host, const beat *b, uint64_t now_ns)
{
    run_hooks(host, GLIFT_PHASE_BEFORE_GAME, now_ns);
    script_tick(host->script, (double)b->period_ns * 1e-9, (double)b->next_ns * 1e-9);
    run_hooks(host, GLIFT_PHASE_AFTER_GAME, now_ns);
}

/* The first one at once, the further ones by their number. */
static void note_stall(beat *b, uint64_t left_out, uint64_t now_ns)
{
    if (b->stalls_told_ns == 0) {
        log_format(
                GLIFT_LOG_WARNING, "arena", "a stall: %llu ticks are left out", (unsigned long long)left_out);
        b->stalls_told_ns = now_ns;
    } else {
        b->stalls++;
        b->stalled_ticks += left_out;
    }
}

static void tell_stalls(beat *b, uint64_t now_ns, bool is_end)
{
    if (b->stalls_told_ns == 0 || (!is_end && now_ns - b->stalls_told_ns < TELL_STALLS_S * second_ns))
        return;
    if (b->stalls > 0)
        log_format(GLIFT_LOG_WARNING, "arena", "%u further stalls: %llu ticks are left out", b->stalls,
                (unsigned long long)b->stalled_ticks);
    b->stalls_told_ns = b->stalls > 0 ? now_ns : 0;
    b->stalls = 0;
    b->stalled_ticks = 0;
}

/* The ticks keep to multiples of the period, so that they never drift. */
static void run_due_ticks(struct glift_host *host, beat *b)
{
    uint64_t now_ns = net_now_ns();
    tell_stalls(b, now_ns, false);
    for (int ticks = 0; now_ns >= b->next_ns && !host->exiting; ticks++) {
        if (ticks == MAX_TICKS_BEHIND) {
            uint64_t left_out = (now_ns - b->next_ns) / b->period_ns + 1;
            note_stall(b, left_out, now_ns);
            b->next_ns += left_out * b->period_ns;
            return;
        }
        run_tick(host, b, now_ns);
        b->next_ns += b->period_ns;
        now_ns = net_now_ns();
    }
}

static void terminate(struct glift_host *host, beat *b)
{
    double grace = grace_s(host);
    b->kill_ns = net_now_ns() + (uint64_t)(grace * 1e9);
    signals_limit((unsigned)grace + EXIT_LIMIT_S);
    log_format(GLIFT_LOG_INFO, "arena", "asked to end: the script has %g s", grace);
    if (!script_terminate(host->script, grace))
        engine_exit(host, 0);
}

static void follow_signals(struct glift_host *host, beat *b)
{
    int terminations = signals_terminations();
    if (terminations > b->terminations && b->terminations == 0)
        terminate(host, b);
    if (terminations > 1 || net_now_ns() >= b->kill_ns)
        engine_exit(host, 0);
    b->terminations = terminations;
    if (signals_take_reload() && !host->exiting)
        reload(host);
}

/* Between ticks a wake runs the plugin's hooks at once: answers of GameLift do not wait for the frame. */
static void follow_wake(struct glift_host *host)
{
    if (!atomic_exchange(&host->woken, false))
        return;
    hooks_wake(&host->hooks);
    run_hooks(host, GLIFT_PHASE_BEFORE_GAME, net_now_ns());
}

static void loop(struct glift_host *host)
{
    uint64_t now_ns = net_now_ns();
    beat b = {.period_ns = second_ns / (uint64_t)host->options.tick_rate, .kill_ns = UINT64_MAX};
    b.next_ns = now_ns + b.period_ns;
    while (!host->exiting) {
        net_service(host->net, b.next_ns);
        follow_signals(host, &b);
        follow_wake(host);
        run_due_ticks(host, &b);
    }
    tell_stalls(&b, net_now_ns(), true);
}

/* ---- ending ---- */

static void say_goodbye(struct glift_host *host)
{
    uint64_t until_ns = net_now_ns() + (uint64_t)GOODBYE_MS * 1000000;
    net_close_all(host->net, "the server has ended");
    while (net_open_sockets(host->net) > 0 && net_now_ns() < until_ns)
        net_service(host->net, until_ns);
}

static void stop_plugin(struct glift_host *host)
{
    const glift_plugin *table = plugin_table(host->plugin);
    table->stop(table->self, GLIFT_STOP_EXIT);
    size_t left = hooks_clear(&host->hooks);
    if (left > 0)
        log_format(GLIFT_LOG_WARNING, "arena", "the plugin %s left %zu tick hooks behind", table->name, left);
    plugin_unload(host->plugin);
    host->plugin = NULL;
}

static void stop(struct glift_host *host)
{
    signals_limit(EXIT_LIMIT_S);
    if (host->net != NULL && host->script != NULL)
        say_goodbye(host);
    if (host->script != NULL)
        detach_script(host);
    if (host->plugin != NULL)
        stop_plugin(host);
    signals_attach(NULL, EXIT_LIMIT_S);
    net_close(host->net);
    host->net = NULL;
    hooks_clear(&host->hooks);
    host_api_free_blocks(host);
}

int engine_run(struct glift_host *host)
{
    host->lua = (glift_host_lua){.size = sizeof host->lua,
            .version = GLIFT_HOST_LUA_VERSION,
            .lua_version = LUA_VERSION_NUM,
            .generation = 1};
    if (start(host))
        loop(host);
    else
        host->exit_code = 1;
    stop(host);
    return host->exit_code;
}
