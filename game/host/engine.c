/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"
#include "beat.h"
#include "log.h"
#include "place.h"
#include "server_identity.h"
#include "signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum {
    FIRST_CONNECT_MS = 8000, /* a server that cannot reach GameLift says so, and ends */
    EXIT_LIMIT_S = 5,        /* from the end of the grace to the end of the program; of many servers longer */
    SERVERS_A_SECOND = 25,   /* that are given back, on a slow machine */
    DEFAULT_GRACE_S = 10,
    MAX_GRACE_S = 3600,
    MAX_LIMIT = 1000000,
    SCRIPT_TIMEOUT_MS = 2000,        /* CPU time of one call into the scripts */
    SCRIPT_TIMEOUT_OF_MANY_MS = 500, /* which all servers of the program wait for */
    SCRIPT_MEMORY_MB = 256,
    LOOK_PERIOD_NS = 1000000, /* a tick is much longer */
    CONNECTIONS_OF_MANY = 320,
    DESCRIPTORS_OF_SERVER = 4,   /* its port, its connection to GameLift, and some while it dials */
    DESCRIPTORS_OF_PROGRAM = 64, /* its own, its libraries' and its scripts' */
};

const char *engine_mode_name(engine_mode mode)
{
    static const char *const names[] = {"server", "lobby", "bots"};
    return names[mode];
}

void engine_exit_all(engine *e, int code)
{
    for (unsigned i = 0; i < e->place_count; i++)
        place_exit(&e->places[i], code);
}

/* ---- settings ---- */

/* A setting of at least one. */
static double limit(const engine *e, const char *key, double otherwise)
{
    double value = settings_number(&e->settings, key, otherwise);
    return value < 1 ? 1 : value < MAX_LIMIT ? value : MAX_LIMIT;
}

static double grace_s(const engine *e)
{
    double seconds = settings_number(&e->settings, "terminate_grace_s", DEFAULT_GRACE_S);
    return seconds < MAX_GRACE_S ? seconds : MAX_GRACE_S;
}

static unsigned exit_limit_s(const engine *e)
{
    return EXIT_LIMIT_S + e->place_count / SERVERS_A_SECOND;
}

int engine_script_timeout_ms(const engine *e)
{
    int usual = e->place_count > 1 ? SCRIPT_TIMEOUT_OF_MANY_MS : SCRIPT_TIMEOUT_MS;
    double value = settings_number(&e->settings, "script_timeout_ms", usual);
    return value < MAX_LIMIT ? (int)value : MAX_LIMIT;
}

size_t engine_script_memory_bytes(const engine *e)
{
    double bytes = settings_number(&e->settings, "script_memory_mb", SCRIPT_MEMORY_MB) * 0x1p20;
    return bytes > 0 && bytes < (double)SIZE_MAX ? (size_t)bytes : SIZE_MAX;
}

/* A default that the environment can change as well. */
static bool set_default(engine *e, const char *key, int value)
{
    char text[16];
    snprintf(text, sizeof text, "%d", value);
    return settings_get(&e->settings, key) != NULL || settings_set(&e->settings, key, text);
}

net_desc engine_net_desc(const engine *e, unsigned number)
{
    const options *o = &e->options;
    int port = o->port == 0 ? 0 : o->port + (int)number - 1;
    return (net_desc){
            .address = o->address,
            .port = o->mode == MODE_BOTS ? -1 : port,
            .players = o->mode == MODE_SERVER,
            .assets = e->paths.assets,
            .origins = o->origins,
            .origin_count = o->origin_count,
            .players_per_address = (unsigned)limit(e, "players_per_address", NET_PLAYERS_PER_ADDRESS),
            .joins_per_second = limit(e, "joins_per_second", NET_JOINS_PER_SECOND),
            .connections = e->connections,
    };
}

/* ---- starting ---- */

/* As many descriptors as the system lets this process have, up to what the servers could use. False: too few.
 */
static bool share_descriptors(engine *e, char *reason, size_t reason_size)
{
    struct rlimit most;
    unsigned servers = e->place_count;
    e->connections = NET_MAX_CONNECTIONS;
    if (servers == 1 || getrlimit(RLIMIT_NOFILE, &most) != 0)
        return true;
    rlim_t wanted = DESCRIPTORS_OF_PROGRAM + (rlim_t)servers * (DESCRIPTORS_OF_SERVER + CONNECTIONS_OF_MANY);
    rlim_t least = DESCRIPTORS_OF_PROGRAM + (rlim_t)servers * (DESCRIPTORS_OF_SERVER + NET_LEAST_CONNECTIONS);
    most.rlim_cur = most.rlim_max < wanted ? most.rlim_max : wanted;
    if (most.rlim_cur < least || setrlimit(RLIMIT_NOFILE, &most) != 0) {
        snprintf(reason, reason_size,
                "--servers %u needs %llu file descriptors, and this process may have %llu: raise the limit "
                "(ulimit -n, "
                "LimitNOFILE=), or start fewer servers",
                servers, (unsigned long long)least, (unsigned long long)most.rlim_max);
        return false;
    }
    e->connections = (unsigned)((most.rlim_cur - DESCRIPTORS_OF_PROGRAM) / servers) - DESCRIPTORS_OF_SERVER;
    return true;
}

static bool open_places(engine *e, char *reason, size_t reason_size)
{
    e->net_loop = net_loop_open(e->place_count, reason, reason_size);
    if (e->net_loop == NULL)
        return false;
    for (unsigned i = 0; i < e->place_count; i++) {
        if (!place_open(&e->places[i], e, i + 1, reason, reason_size))
            return false;
    }
    return true;
}

static bool load_plugin(engine *e, char *reason, size_t reason_size)
{
    if (e->options.mode != MODE_SERVER)
        return true;
    e->plugin = plugin_load(e->paths.plugin, reason, reason_size);
    return e->plugin != NULL && set_default(e, "gamelift.first_connect_timeout_ms", FIRST_CONNECT_MS);
}

/* Then the places start their servers, one after another in the loop; the first one does so here. */
static bool start(engine *e)
{
    char reason[1024] = "";
    e->place_count = e->options.servers > 0 ? (unsigned)e->options.servers : 1;
    e->places = calloc(e->place_count, sizeof *e->places);
    if (e->places == NULL) {
        e->place_count = 0;
        return false;
    }
    signals_attach(e, (unsigned)grace_s(e) + exit_limit_s(e));
    bool ok = server_identity_prepare(e, reason, sizeof reason) &&
              share_descriptors(e, reason, sizeof reason) && open_places(e, reason, sizeof reason) &&
              load_plugin(e, reason, sizeof reason);
    if (!ok) {
        log_line(GLIFT_LOG_ERROR, "arena", reason);
        return false;
    }
    script_start_watch(engine_script_timeout_ms(e));
    place_start(&e->places[0]);
    return true;
}

/* ---- servers that end ---- */

bool engine_goes_on(const engine *e)
{
    return e->options.servers > 0 && !e->ending;
}

void engine_limit_end(engine *e)
{
    if (e->place_count == 1 && !engine_goes_on(e))
        signals_limit(EXIT_LIMIT_S);
}

/* Where the servers of all places fail, whoever has started the program has to hear of it. */
static void follow_failures(engine *e)
{
    for (unsigned i = 0; i < e->place_count; i++) {
        if (!place_has_failed(&e->places[i]))
            return;
    }
    if (e->place_count > 1)
        log_line(GLIFT_LOG_ERROR, "arena", "the servers of all places have failed: the program ends");
    e->ending = true;
    signals_limit(exit_limit_s(e));
    for (unsigned i = 0; i < e->place_count; i++) {
        if (e->places[i].state == PLACE_WAITS)
            e->places[i].state = PLACE_IS_DONE;
    }
    engine_exit_all(e, 1);
}

static bool all_are_done(const engine *e)
{
    for (unsigned i = 0; i < e->place_count; i++) {
        if (e->places[i].state != PLACE_IS_DONE)
            return false;
    }
    return true;
}

/* ---- the loop ---- */

typedef struct turn {
    beat beat;
    uint64_t kill_ns; /* when a terminating program stops waiting for its scripts */
    int terminations;
    unsigned next_chore; /* the place that is looked at first */
    uint64_t looked_ns;  /* when the sockets were looked at; 0: there is something to be sent */
} turn;

static void run_tick(engine *e, beat *b)
{
    for (unsigned i = 0; i < e->place_count; i++) {
        struct glift_host *place = &e->places[i];
        if (!place_is_running(place))
            continue;
        uint64_t began_ns = net_now_ns();
        place_tick(place, (double)b->period_ns * 1e-9, (double)b->next_ns * 1e-9, began_ns);
        beat_note_place(b, place->number, net_now_ns() - began_ns);
    }
}

/* The ticks keep to multiples of the period, so that they never drift. */
static void run_due_ticks(engine *e, turn *t)
{
    beat *b = &t->beat;
    uint64_t now_ns = net_now_ns();
    beat_tell_stalls(b, now_ns, false);
    beat_begin_round(b);
    for (int ticks = 0; now_ns >= b->next_ns; ticks++) {
        t->looked_ns = 0;
        if (ticks == MAX_TICKS_BEHIND) {
            beat_skip(b, now_ns);
            return;
        }
        run_tick(e, b);
        b->next_ns += b->period_ns;
        now_ns = net_now_ns();
    }
}

static void terminate(engine *e, turn *t)
{
    double grace = grace_s(e);
    e->ending = true;
    t->kill_ns = net_now_ns() + (uint64_t)(grace * 1e9);
    signals_limit((unsigned)grace + exit_limit_s(e));
    log_format(GLIFT_LOG_INFO, "arena", "asked to end: the script has %g s", grace);
    for (unsigned i = 0; i < e->place_count; i++)
        place_terminate(&e->places[i], grace);
}

static void follow_signals(engine *e, turn *t)
{
    int terminations = signals_terminations();
    if (terminations > t->terminations && t->terminations == 0)
        terminate(e, t);
    if (terminations > 1 || net_now_ns() >= t->kill_ns)
        engine_exit_all(e, 0);
    t->terminations = terminations;
    if (!signals_take_reload())
        return;
    for (unsigned i = 0; i < e->place_count; i++)
        e->places[i].is_to_reload = place_is_running(&e->places[i]);
}

/* A start or a reload takes about as long as a tick may: one in each turn. True: there is more to do. */
static bool do_a_chore(engine *e, turn *t)
{
    uint64_t now_ns = net_now_ns();
    bool has_done_one = false;
    for (unsigned i = 0; i < e->place_count; i++) {
        struct glift_host *place = &e->places[(t->next_chore + i) % e->place_count];
        bool is_start = place->state == PLACE_WAITS && now_ns >= place->start_at_ns;
        bool is_reload = place_is_running(place) && place->is_to_reload;
        if (!is_start && !is_reload)
            continue;
        if (has_done_one)
            return true;
        has_done_one = true;
        if (is_start)
            place_start(place);
        else
            place_reload(place);
        t->next_chore = (unsigned)(place - e->places) + 1;
    }
    return false;
}

/* Many servers have many sockets. The kernel goes through all of them at each look, so there is none for each
 * message that comes. */
static void pause_before_look(const engine *e, turn *t)
{
    uint64_t now_ns = net_now_ns(), look_ns = t->looked_ns + LOOK_PERIOD_NS;
    if (e->place_count > 1 && look_ns > now_ns && look_ns < t->beat.next_ns) {
        nanosleep(&(struct timespec){.tv_nsec = (long)(look_ns - now_ns)}, NULL);
        now_ns = net_now_ns();
    }
    t->looked_ns = now_ns;
}

static void loop(engine *e)
{
    uint64_t now_ns = net_now_ns();
    turn t = {.beat = beat_begin(e->options.tick_rate, now_ns), .kill_ns = UINT64_MAX};
    bool is_busy = true;
    while (!all_are_done(e)) {
        pause_before_look(e, &t);
        net_service(e->net_loop, is_busy ? 0 : t.beat.next_ns);
        follow_signals(e, &t);
        for (unsigned i = 0; i < e->place_count; i++)
            place_follow_wake(&e->places[i]);
        run_due_ticks(e, &t);
        for (unsigned i = 0; i < e->place_count; i++)
            place_follow_end(&e->places[i]);
        is_busy = do_a_chore(e, &t);
        if (!e->ending)
            follow_failures(e);
    }
    beat_tell_stalls(&t.beat, net_now_ns(), true);
}

/* ---- ending ---- */

/* The worst of the last servers of all places. */
static int exit_code(const engine *e)
{
    int worst = 0;
    for (unsigned i = 0; i < e->place_count; i++) {
        if (e->places[i].exit_code > worst)
            worst = e->places[i].exit_code;
    }
    return worst;
}

static void stop(engine *e)
{
    signals_attach(NULL, EXIT_LIMIT_S);
    net_loop_close(e->net_loop);
    free(e->places);
    plugin_unload(e->plugin);
}

int engine_run(engine *e)
{
    int code = 1;
    if (start(e)) {
        loop(e);
        code = exit_code(e);
    }
    stop(e);
    return code;
}
