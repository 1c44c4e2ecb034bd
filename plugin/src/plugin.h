/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the plugin share. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <gamelift/host.h>

#if defined(__MINGW32__)
#define PLUGIN_FORMAT(format_at, first) __attribute__((format(gnu_printf, format_at, first)))
#elif defined(__GNUC__)
#define PLUGIN_FORMAT(format_at, first) __attribute__((format(printf, format_at, first)))
#else
#define PLUGIN_FORMAT(format_at, first)
#endif

/* What must outlive the plugin's own code across a reload lies in a static block of the host: its form is
 * part of the ABI between two releases of the plugin. */
typedef struct seat seat;
typedef struct plugin_kept {
    glift_server *server;
    seat *seats;
    bool connected_once; /* GameLift was reached at least once by this server */
    bool was_lent;       /* somebody had the callbacks when this server was parked: they will come again */
} plugin_kept;
#define PLUGIN_KEPT_ID "gamelift.server.1"

typedef struct plugin {
    /* The host's services; lua and players may be NULL. NULL core: not started. */
    glift_host *host;
    const glift_host_core *core;
    const glift_host_lua *lua;
    const glift_host_players *players;

    plugin_kept *kept;
    glift_server *server; /* kept->server while this copy drives it */
    glift_tick_id tick;
    glift_tick_id after_tick;                   /* while metrics run; 0: none yet */
    uint64_t frame_ns, world_ns, last_frame_ns; /* when this frame and its game began, and the frame before;
                                                   0: not known */
    glift_server_desc
            callbacks; /* of whoever took them over; all zero: nobody. Only callbacks and user count */
    bool lent;         /* somebody has taken the callbacks over */
    bool parked, connected, ended;
    uint64_t owner_deadline_ns; /* the server waits, parked, until then for somebody who takes the callbacks
                                   over; 0: it does not wait */
    bool inside;                /* the tick hook runs */

    /* What a script or the engine waits for; NULL: nothing. */
    void (*alarm)(void *user);
    void *alarm_user;
    uint64_t alarm_at_ns;

    /* Until the first connection; 0: wait for ever. */
    uint64_t first_connect_deadline_ns;
    char connect_failure[512];

    void (*lua_module_detach)(struct lua_State *L);

    /* What the host and the Lua module see of this plugin; set once, like what follows. */
    const glift_plugin *table;
    glift_io *io; /* of all that were created; NULL: its server has an I/O thread of its own */
} plugin;

void plugin_log(const plugin *p, glift_log_level level, const char *format, ...) PLUGIN_FORMAT(3, 4);
const char *plugin_config(const plugin *p, const char *key);
bool plugin_config_is_on(const plugin *p, const char *key); /* it is "1" */
uint32_t plugin_config_ms(const plugin *p, const char *key, uint32_t otherwise);

/* plugin_server.c: the SDK server and its callbacks. */
glift_status plugin_server_start(plugin *p);
bool plugin_is_offline(const plugin *p);
glift_status plugin_server_bind(plugin *p, const glift_server_desc *callbacks);
const void *plugin_server_bound_user(const plugin *p); /* NULL where nobody is bound */
glift_status plugin_server_park(plugin *p);
void plugin_server_call_in(plugin *p, uint64_t delay_ns, void (*fn)(void *user), void *user);
/* Says ProcessEnding where that has not happened, waits for the answer for a while, and destroys the server.
 */
glift_status plugin_server_end(plugin *p);
/* The tick hook. */
uint64_t plugin_server_tick(void *self);

/* plugin_metrics.c: metrics of the engine's frames. */
void plugin_metrics_start(plugin *p);
/* In the hook before the game: false where nothing is measured. */
bool plugin_metrics_begin_frame(plugin *p);
void plugin_metrics_begin_world(plugin *p);

/* plugin_players.c: accept and remove without a script. */
glift_player_answer plugin_players_connect(
        void *self, uint64_t player, const char *player_session_id, char *reason, size_t reason_size);
void plugin_players_disconnect(void *self, uint64_t player);
/* After a reload: take over the seats of the copy before. */
void plugin_players_take_over(plugin *p);
/* The answer to a request of before a rebind; false where no seat waits for it. */
bool plugin_players_on_inherited_answer(const plugin *p, const glift_inherited_answer *answer);
void plugin_players_forget(plugin *p);

/* plugin_lua.c */
glift_status plugin_lua_attach(void *self, struct lua_State *L);
void plugin_lua_detach(void *self, struct lua_State *L);

#endif
