/* SPDX-License-Identifier: Apache-2.0 */
/* The C ABI between an engine (the host) and the GameLift plugin.
 *
 * The plugin exports one symbol, glift_plugin_query(). The host offers services by name and
 * version; the plugin registers a tick hook and drives one SDK server from it.
 *
 * Rules, for both sides:
 * - Every struct that crosses starts with its own `size`; fields are only ever appended. A
 *   reader looks at a field only if `size` covers it (GLIFT_HAS below).
 * - A version is major << 16 | minor: same major, at least that minor, else refused.
 * - One call at a time, not always the same OS thread. Only `wake` may be called on any thread.
 * - No longjmp and no C++ exception crosses. Function pointers are asked for again after a reload.
 * - Text is UTF-8, NUL-terminated, and lives until the call returns, unless a line says otherwise.
 *
 * Linking: the engine links nothing of GameLift. It loads gamelift_plugin.so with dlopen(RTLD_NOW |
 * RTLD_LOCAL), and libgamelift.so comes along from the same folder. Engine code that calls glift_...()
 * itself, such as glift_process_ready() on the server of the plugin's "server" service, links the shared
 * libgamelift, or finds the function with dlsym() on the plugin's handle. It must not link the archive
 * libgamelift.a: servers of one copy mean nothing to another. */

/* clang-format off */
/* Settings: the plugin asks `config` for these, when it starts unless a line says otherwise. A variable in
 * brackets, set and not empty, beats the setting. A switch is on when it is "1". Times are whole milliseconds,
 * "0" to "4294967295"; of what is no such number the log warns, and the default holds.
 *
 *   gamelift.websocket_url             where GameLift is: ws:// or wss://; no default [GAMELIFT_SDK_WEBSOCKET_URL]
 *   gamelift.auth_token                no default: the AWS keys below sign [GAMELIFT_SDK_AUTH_TOKEN]
 *   gamelift.process_id                unique per run; no default [GAMELIFT_SDK_PROCESS_ID]
 *   gamelift.host_id                   1 to 256 bytes of [a-zA-Z0-9-]; no default [GAMELIFT_SDK_HOST_ID]
 *   gamelift.fleet_id                  1 to 256 bytes of [a-zA-Z0-9.-]; no default [GAMELIFT_SDK_FLEET_ID]
 *   gamelift.aws_region                up to 64 bytes; no default [GAMELIFT_REGION]
 *   gamelift.access_key                up to 128 bytes; no default [GAMELIFT_ACCESS_KEY]
 *   gamelift.secret_key                up to 256 bytes; no default [GAMELIFT_SECRET_KEY]
 *   gamelift.session_token             no default [GAMELIFT_SESSION_TOKEN]
 *   gamelift.tls_ca_file               a PEM file of the roots to trust, up to 16 MiB; default: the system's
 *   gamelift.tls_insecure              switch: any certificate will do, which the log says; for tests only
 *   gamelift.request_timeout_ms        20000: from a call to its answer, connected or not; 0 is the default
 *   gamelift.connect_timeout_ms        300000: until on_connection says GLIFT_LOST, and how long ProcessReady waits;
 *                                      0 is the default
 *   gamelift.first_connect_timeout_ms  0: for ever. A program that has not reached GameLift by then, or that GameLift
 *                                      refuses meanwhile, is asked to exit with code 1
 *   gamelift.exit_timeout_ms           2000: how long stop(GLIFT_STOP_EXIT) waits for GameLift's answer to
 *                                      ProcessEnding; asked for at the stop
 *   gamelift.log_level                 "debug", else from GLIFT_LOG_INFO on; asked for at each bind as well
 *   gamelift.metrics                   switch: the engine's frames are measured; default: on where
 *                                      GAMELIFT_STATSD_HOST or GAMELIFT_STATSD_PORT is set
 *   gamelift.open_door                 switch: "players" lets everybody in while there is no game session; asked for
 *                                      at each connect
 *   gamelift.offline                   switch: there is no GameLift (GLIFT_OFFLINE_URL). Scripts and "players" work
 *                                      as ever: a game session comes as soon as the game is ready, and whoever
 *                                      connects has a seat, also without a player session id. It is refused where
 *                                      GAMELIFT_SDK_WEBSOCKET_URL names a service. Asked for at each connect as well */
/* clang-format on */
#ifndef GAMELIFT_HOST_H
#define GAMELIFT_HOST_H

#include <gamelift/gamelift.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GLIFT_ABI_VERSION(major, minor) (((uint32_t)(major) << 16) | (uint32_t)(minor))
#define GLIFT_HOST_ABI                  GLIFT_ABI_VERSION(1, 1)

/* True if the struct behind `pointer` is large enough to hold `member`. */
#define GLIFT_HAS(type, pointer, member)                                                                     \
    ((pointer)->size >= offsetof(type, member) + sizeof((pointer)->member))

typedef struct glift_host glift_host; /* the engine's own; opaque to the plugin */
struct lua_State;

/* ---- services of the host ---- */

/** When in a frame a hook runs. */
typedef enum glift_phase {
    GLIFT_PHASE_BEFORE_GAME = 0, /* before the game's own code of this frame */
    GLIFT_PHASE_AFTER_GAME = 1
} glift_phase;

/* 0 is never a valid id. Carries a generation: an id of a removed hook is refused, also
 * when its place is in use again. */
typedef uint64_t glift_tick_id;

/* How long until the hook wants to run again, in ns: 0 = next frame, UINT64_MAX = when woken. */
typedef uint64_t (*glift_tick_fn)(void *user);

#define GLIFT_HOST_CORE_VERSION GLIFT_ABI_VERSION(1, 0)
/** "core" 1.x: mandatory. */
typedef struct glift_host_core {
    uint32_t size, version;
    void (*log)(glift_host *host, glift_log_level level, const char *tag, const char *message);
    uint64_t (*now_ns)(glift_host *host); /* monotonic */
    /** Register a hook; lower `order` runs first within a phase. 0 when out of memory. */
    glift_tick_id (*add_tick)(glift_host *host, glift_phase phase, int order, glift_tick_fn fn, void *user);
    glift_status (*remove_tick)(glift_host *host, glift_tick_id id);
    /** Run sleeping hooks in the next frame. Any thread. */
    glift_status (*wake)(glift_host *host);
    /** Leave the program soon, in the host's own way, with this exit code. */
    glift_status (*request_exit)(glift_host *host, int exit_code);
    /** A setting ("gamelift.websocket_url", ...), NULL if not set. Lives until the plugin stops. */
    const char *(*config)(glift_host *host, const char *key);
    /** Memory with this name: zeroed when first asked for, and the same after a reload. NULL when
     * out of memory or when the name exists with another size. */
    void *(*static_block)(glift_host *host, const char *id, size_t size);
} glift_host_core;

#define GLIFT_HOST_LUA_VERSION GLIFT_ABI_VERSION(1, 0)
/** "lua" 1.x: optional, hosts that embed Lua. */
typedef struct glift_host_lua {
    uint32_t size, version;
    int lua_version;     /* 501, 502, 503, 504: LUA_VERSION_NUM of the engine's Lua (LuaJIT: 501) */
    uint32_t generation; /* counts Lua states: changes whenever scripts are reloaded */
    /** A script error that nobody else reports, with traceback. */
    void (*report_error)(glift_host *host, const char *message);
} glift_host_lua;

#define GLIFT_HOST_PLAYERS_VERSION GLIFT_ABI_VERSION(1, 0)
/** "players" 1.x: optional, engines that let the plugin check players without a script. The host
 * reports players through the plugin's own "players" service (below). */
typedef struct glift_host_players {
    uint32_t size, version;
    /** The decision on a player that was answered GLIFT_PLAYER_PENDING.
     * @param reason  one sentence for the player when refused; "" when accepted. */
    void (*decide)(glift_host *host, uint64_t player, bool accepted, const char *reason);
} glift_host_players;

/** What the plugin is handed at its start: the way to the services of the host. */
typedef struct glift_host_api {
    uint32_t size, abi; /* abi: GLIFT_HOST_ABI of the host's build */
    glift_host *host;
    const char *host_name, *host_version;
    /** A service by name, at least this version; NULL if the host has none. */
    const void *(*get_api)(glift_host *host, const char *name, uint32_t min_version);
} glift_host_api;

/* ---- the plugin ---- */

/** Why the plugin is stopped. */
typedef enum glift_stop_reason {
    GLIFT_STOP_UNLOAD = 0, /* may be refused (GLIFT_ERR_STATE) while a game session is active */
    GLIFT_STOP_RELOAD = 1, /* a new copy starts soon: the connection is kept, parked */
    GLIFT_STOP_EXIT = 2
} glift_stop_reason;

/** What the plugin hands to the host: what it can be asked to do, and its services. */
typedef struct glift_plugin {
    uint32_t size, abi;
    const char *name, *version;
    void *self;
    /** Take the services, make the server, register the tick hook. On failure nothing stays behind.
     * Does not say ProcessReady: scripts or the engine do, when the game can take players. */
    glift_status (*start)(void *self, const glift_host_api *api);
    /** Make require "gamelift" work in this Lua state, with gamelift.server() as the plugin's server.
     * Loads lua/<version>/gamelift.so beside the plugin; the version is from the host's "lua" service. */
    glift_status (*lua_attach)(void *self, struct lua_State *L);
    /** Call before lua_close(), and before stop(). The script's on_detach runs in here. What the state has
     * under way is not cancelled: its answers go to the state that is attached next. */
    void (*lua_detach)(void *self, struct lua_State *L);
    /** Park the server for a reload of the plugin; start() of the next copy takes it up again, with all that
     * is under way. */
    glift_status (*before_reload)(void *self);
    /** End, and forget the host. Blocks for GLIFT_STOP_EXIT and GLIFT_STOP_UNLOAD only: until GameLift has
     * answered ProcessEnding, gamelift.exit_timeout_ms (2 s) at most, where it has been reached and that was
     * not said before; then up to 1 s for the connection to close. GLIFT_STOP_RELOAD parks by itself:
     * before_reload is for a host that has more to do between its last callback and the stop. GLIFT_OK when
     * the library may be unloaded. */
    glift_status (*stop)(void *self, glift_stop_reason reason);
    /** A service of the plugin by name, at least this version: "server", "players". NULL if none. */
    const void *(*get_api)(void *self, const char *name, uint32_t min_version);
    /** Since ABI 1.1. Another plugin of this copy, for a host that has several game servers in one program:
     * each has a `self`, a host, settings and a server of its own, and those that were created share one I/O
     * thread. Fills `out` as the query does. It cannot be left to the next copy: before_reload and
     * GLIFT_STOP_RELOAD are GLIFT_ERR_UNSUPPORTED. GLIFT_ERR_MEMORY when out of memory. Different plugins may
     * be used on different threads at once; create and destroy are called by one thread at a time. A plugin
     * calls its host's functions on the thread that has called the plugin: in a stop on a thread of its own
     * these are log, config, now_ns, remove_tick, and decide for players whose decision is still to come. */
    glift_status (*create)(struct glift_plugin *out);
    /** Since ABI 1.1. Gives a created plugin back, after its stop. GLIFT_ERR_STATE while it is started, and
     * for the one that the query gave. */
    glift_status (*destroy)(void *self);
} glift_plugin;

/* The exported symbol: the host sets out->size to sizeof *out, the plugin fills as much as both
 * know and lowers out->size to that. It must not call the host. A version that does not fit is
 * GLIFT_ERR_UNSUPPORTED; nothing else is written then but out->abi, the version the plugin speaks. */
typedef glift_status (*glift_plugin_query_fn)(uint32_t host_abi, glift_plugin *out);
#define GLIFT_PLUGIN_QUERY_SYMBOL "glift_plugin_query"

#define GLIFT_PLUGIN_SERVER_VERSION GLIFT_ABI_VERSION(1, 1)
/** The plugin's "server" 1.x: for engine code in C, and for the Lua module. */
typedef struct glift_plugin_server {
    uint32_t size, version;
    void *self;
    /** The SDK server. Owned by the plugin: never destroy or tick it. NULL after stop. */
    glift_server *(*server)(void *self);
    /** Take the callbacks over (as glift_server_rebind(), with the plugin's own wake and log kept where
     * the desc has none). NULL lets go of them: the server is parked for the next owner, and nothing is
     * answered or lost. Where nobody comes within 10 s the plugin takes the callbacks back itself, so that a
     * TerminateProcess is served. */
    glift_status (*bind)(void *self, const glift_server_desc *callbacks);
    /** A script error that the Lua module caught, with traceback: for the host's report_error, or its log. */
    void (*report_error)(void *self, const char *message);
    /** Since 1.1. The user pointer of whoever is bound; NULL where nobody is. */
    const void *(*bound_user)(void *self);
    /** Since 1.1. Call fn(user) once, from a tick, after so many ns or a little later, also where the host
     * sleeps meanwhile: the plugin's hook asks for that tick. Takes the place of the call before. With NULL
     * the call that was asked for with this user is forgotten; so it is when the plugin is stopped or parked.
     */
    void (*call_in)(void *self, uint64_t delay_ns, void (*fn)(void *user), void *user);
} glift_plugin_server;

/** What the plugin knows at once of a player who connects. */
typedef enum glift_player_answer {
    GLIFT_PLAYER_ACCEPTED = 0, /* no game session to check against, and config gamelift.open_door is "1" */
    GLIFT_PLAYER_DENIED = 1,
    GLIFT_PLAYER_PENDING = 2 /* "players".decide of the host will tell. Hosts that need an answer at
                                once let the player in now and kick later. */
} glift_player_answer;

#define GLIFT_PLUGIN_PLAYERS_VERSION GLIFT_ABI_VERSION(1, 0)
/** The plugin's "players" 1.x: accept and remove without a script. `player` is the host's own
 * number, unique while the player is connected. A reload of the plugin refuses nobody: what was pending is
 * decided by the next copy. Between two copies let those who come wait, and tell the next copy of those who
 * have left. */
typedef struct glift_plugin_players {
    uint32_t size, version;
    void *self;
    /** @param reason, reason_size  filled when denied. */
    glift_player_answer (*connect)(
            void *self, uint64_t player, const char *player_session_id, char *reason, size_t reason_size);
    void (*disconnect)(void *self, uint64_t player);
} glift_plugin_players;

#ifdef __cplusplus
}
#endif
#endif
