/* SPDX-License-Identifier: Apache-2.0 */
/* Amazon GameLift server SDK, protocol 5.x, for C engines.
 *
 * A program creates a server, ticks it once a frame, and makes calls. No call blocks but
 * glift_server_destroy(); every callback runs inside glift_server_tick(), on the thread that
 * called it, and may make any call except tick, wait and destroy (those answer
 * GLIFT_ERR_STATE there). One exception: glift_server_desc.on_wake.
 *
 * Calls marked "async" return at once. GLIFT_OK means the request was queued and `done` will
 * run exactly once, from a later tick (or from destroy, with GLIFT_ERR_CLOSED). Any other
 * return means nothing was queued and `done` will not run.
 *
 * A lost connection loses no request: what was unanswered is sent again on the next
 * connection, with the same request id, until its deadline.
 *
 * One thread at a time may use a server; it need not be the same OS thread each time. */
#ifndef GAMELIFT_H
#define GAMELIFT_H

#include "status.h"
#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* This library's own version, and the level of the server protocol that it speaks. */
#define GLIFT_VERSION "0.1.0"
#define GLIFT_SDK_VERSION "5.6.0"

/** The protocol level spoken, "5.6.0": what the service is told as sdkVersion. Static text. Thread: any. */
GLIFT_API const char *glift_sdk_version(void);

typedef struct glift_server glift_server;

/** One I/O thread, with one libwebsockets context, that any number of servers can share. */
typedef struct glift_io glift_io;

/* ---- answers ---- */

/** The answer to one async call. Lives until `done` returns. */
typedef struct glift_result {
    glift_status status;
    const char *message;     /* the service's text, or ours; "" on success. Never NULL. */
    int service_status_code; /* the StatusCode of the answer; 0 where no answer came */
    bool resent;             /* the request was sent more than once, on different connections */

    /* Exactly one of these is set on success of the call that it belongs to; else all are NULL. */
    const glift_player_session_page *player_session_page;       /* describe_player_sessions */
    const char *backfill_ticket_id;                             /* start_match_backfill */
    const glift_compute_certificate *compute_certificate;       /* get_compute_certificate */
    const glift_fleet_role_credentials *fleet_role_credentials; /* get_fleet_role_credentials */
    const glift_container_network_info *containers;             /* list_containers_network_info */
    size_t container_count;
} glift_result;

typedef void (*glift_done_fn)(glift_server *server, const glift_result *result, void *user);

/* ---- creating a server ---- */

typedef enum glift_connection_state {
    GLIFT_CONNECTED = 1,    /* open, for the first time or again */
    GLIFT_RECONNECTING = 2, /* a dial failed or the connection dropped; dialling goes on */
    GLIFT_LOST = 3,         /* connect_timeout_ms have passed without a connection; dialling goes on */
    GLIFT_ENDED = 4         /* the process has ended for GameLift; the program should exit, with code 0 */
} glift_connection_state;

typedef struct glift_connection_event {
    glift_connection_state state;
    glift_status status; /* why: GLIFT_ERR_CONNECT, _FORBIDDEN, _UNAUTHORIZED, _THROTTLED, _TIMEOUT, ... */
    const char *reason;  /* one sentence; "" when connected */
} glift_connection_event;

typedef enum glift_log_level {
    GLIFT_LOG_DEBUG = 0,
    GLIFT_LOG_INFO = 1,
    GLIFT_LOG_WARNING = 2,
    GLIFT_LOG_ERROR = 3
} glift_log_level;

/** Options of a server. Zero it, set size_bytes to sizeof, and what you need; zero means default.
 * Everything is copied; nothing need outlive the call.
 *
 * A set, non-empty environment variable beats the field named beside it (rule P38), unless
 * ignore_environment. */
typedef struct glift_server_desc {
    size_t size_bytes;

    /* Who this process is. Environment in brackets. */
    const char *websocket_url; /* ws:// or wss:// [GAMELIFT_SDK_WEBSOCKET_URL] */
    const char *auth_token;    /* from GetComputeAuthToken [GAMELIFT_SDK_AUTH_TOKEN] */
    const char *process_id;    /* unique per execution; "ManagedResource" makes a UUID [GAMELIFT_SDK_PROCESS_ID] */
    const char *host_id;       /* compute name [GAMELIFT_SDK_HOST_ID] */
    const char *fleet_id;      /* an id, not an ARN [GAMELIFT_SDK_FLEET_ID] */

    /* Instead of auth_token: signing with AWS credentials (SigV4). */
    const char *aws_region;    /* [GAMELIFT_REGION] */
    const char *access_key;    /* [GAMELIFT_ACCESS_KEY] */
    const char *secret_key;    /* [GAMELIFT_SECRET_KEY] */
    const char *session_token; /* [GAMELIFT_SESSION_TOKEN] */

    /* Container fleets: credentials and task id are fetched from the container agent. */
    const char *compute_type;                 /* "CONTAINER", exactly [GAMELIFT_COMPUTE_TYPE] */
    const char *container_credentials_uri;    /* a path on http://169.254.170.2, or a full http URL
                                                 [AWS_CONTAINER_CREDENTIALS_RELATIVE_URI] */
    const char *container_metadata_uri;       /* [ECS_CONTAINER_METADATA_URI_V4] */
    const char *container_discovery_endpoint; /* [GAMELIFT_CONTAINER_DISCOVERY_SERVER_ENDPOINT] */

    const char *tool_name;    /* told to the service when ready [GAMELIFT_SDK_TOOL_NAME] */
    const char *tool_version; /* [GAMELIFT_SDK_TOOL_VERSION] */

    bool ignore_environment;

    const char *tls_ca_file; /* PEM file of accepted roots; default: the system's */
    bool tls_insecure;       /* accept any certificate: logged loudly; for tests only */

    glift_io *io; /* share this I/O thread; default: one of its own */

    uint32_t request_timeout_ms;   /* 20 000: from the call to its answer, connected or not */
    uint32_t connect_timeout_ms;   /* 300 000: until `lost` is reported; also how long ProcessReady waits */
    uint32_t handshake_timeout_ms; /* 20 000: one dial, from look-up to HTTP 101 */
    uint32_t shutdown_timeout_ms;  /* 1 000: the longest that glift_server_destroy() takes */
    uint32_t reconnect_base_ms;    /* 500: first ceiling of the jittered delay */
    uint32_t reconnect_cap_ms;     /* 32 000: highest ceiling */

    /* Callbacks, all optional, all run inside glift_server_tick() except on_wake. What they
     * are handed lives until they return. */

    /** GameLift placed a game session here. Load it, then glift_activate_game_session(). */
    void (*on_start_game_session)(glift_server *server, const glift_game_session *session, void *user);

    /** The session's matchmaker data changed, or a backfill ended without players. */
    void (*on_update_game_session)(glift_server *server, const glift_game_session_update *update, void *user);

    /** GameLift wants this process to end. Save, tell the players, glift_process_ending(), exit.
     * Without this callback the SDK sends ProcessEnding itself and reports GLIFT_ENDED.
     * @param termination_time_unix_ms  when GameLift kills the process; 0 if it did not say. */
    void (*on_process_terminate)(glift_server *server, int64_t termination_time_unix_ms, void *user);

    /** Asked about every 60 s (50 to 70, jittered). GameLift ends a process that has not
     * said true for 180 s. Without this callback the answer is true; no answer within
     * 50 s counts as false (rules P93, P132). */
    bool (*on_health_check)(glift_server *server, void *user);

    void (*on_connection)(glift_server *server, const glift_connection_event *event, void *user);

    /** Called when there is something to tick and there was nothing before: on the I/O
     * thread, or on the tick thread where a call outside a tick needs the next one to be
     * carried on. May only signal (an eventfd, a condition, the engine's own wake). It
     * must not call the SDK. */
    void (*on_wake)(void *user);

    /** Without this callback, warnings and errors go to stderr. Secrets are never logged.
     * @param server  NULL for the one line of a glift_server_create() that fails, which comes
     *                before it returns. */
    void (*on_log)(glift_server *server, glift_log_level level, const char *message, void *user);
    glift_log_level log_level; /* least level delivered to on_log */

    void *user; /* handed to every callback above */
} glift_server_desc;

/** Make a server and begin to connect, in the background (GameLift's InitSDK).
 *
 * Requests may be made at once; they wait for the connection. How dialling fares is told by
 * on_connection, in seconds and with the reason. Dialling never stops before destroy.
 *
 * @param desc  copied.
 * @param out   the server; NULL on failure. Free it with glift_server_destroy().
 * @return GLIFT_OK; GLIFT_ERR_ARGUMENT (the log line names the field and the limit);
 *         GLIFT_ERR_STATE if a live server of this program has the same process id;
 *         GLIFT_ERR_MEMORY.
 * Thread: any, which from then on is the tick thread.
 * Source: server SDK 5 reference, InitSDK; wire protocol 1.6, 1.7. */
GLIFT_API glift_status glift_server_create(const glift_server_desc *desc, glift_server **out);

/** Close the connection and free the server.
 *
 * Requests without an answer get GLIFT_ERR_CLOSED through their `done`, and log lines that no
 * tick has delivered go to on_log, on this thread, before this returns: also why the
 * connection could not be closed in time. Does not send ProcessEnding. Returns within
 * desc.shutdown_timeout_ms, whatever the service does. NULL is allowed.
 * @return GLIFT_OK, or GLIFT_ERR_STATE from inside a callback (nothing happens). */
GLIFT_API glift_status glift_server_destroy(glift_server *server);

/** Deliver everything that has arrived: answers, sessions, health questions, log lines.
 * Call it once a frame. With nothing to deliver it costs one atomic load.
 *
 * What waits for a tick is bounded, whatever the service sends: 256 log lines, connection events and health
 * questions; 4 MiB of sessions, updates and terminations. Past that only the newest of each is kept, and a log
 * line says so. Answers are as many as the game's own calls.
 * @return GLIFT_OK; GLIFT_ERR_STATE from inside a callback; GLIFT_ERR_ARGUMENT for NULL. */
GLIFT_API glift_status glift_server_tick(glift_server *server);

/** Sleep until there is something to tick, for programs without a frame loop.
 * @param timeout_ms  0 returns at once.
 * @return GLIFT_OK: there is something to tick; GLIFT_ERR_TIMEOUT: nothing came;
 *         GLIFT_ERR_STATE from inside a callback. */
GLIFT_API glift_status glift_server_wait(glift_server *server, uint32_t timeout_ms);

/** Swap the callbacks and their user pointer, for script and plugin reloads.
 *
 * What is pending is answered with GLIFT_ERR_CANCELLED, through the old `done`s, before this
 * returns. The connection, the readiness and the session stay.
 * @param desc  only callbacks, log_level and user are read. NULL parks the server: events wait
 *              (bounded: the oldest log lines and connection events go first), health
 *              questions are answered with the last value.
 * @return GLIFT_OK, GLIFT_ERR_ARGUMENT, or GLIFT_ERR_MEMORY (nothing changed). Allowed in callbacks. */
GLIFT_API glift_status glift_server_rebind(glift_server *server, const glift_server_desc *desc);

/** Answer every pending request that was made with this user pointer with GLIFT_ERR_CANCELLED,
 * from the next tick. What was sent stays sent: the service may still act on it.
 * @return GLIFT_OK, also if there was none. */
GLIFT_API glift_status glift_server_cancel(glift_server *server, void *user);

/** Make an I/O thread for several servers. Free it with glift_io_destroy(). */
GLIFT_API glift_status glift_io_create(glift_io **out);

/** Stop and free an I/O thread. NULL is allowed.
 * @return GLIFT_OK, or GLIFT_ERR_STATE while servers use it (nothing happens). */
GLIFT_API glift_status glift_io_destroy(glift_io *io);

/* ---- what the server knows; no I/O ---- */

/** The id of the game session placed here; "" when there is none. Never NULL.
 * Lives until the next tick or destroy. */
GLIFT_API const char *glift_get_game_session_id(const glift_server *server);

/** The game session placed here, with the latest update in it; NULL when there is none.
 * Lives until the next tick or destroy. For scripts that were reloaded. */
GLIFT_API const glift_game_session *glift_get_game_session(const glift_server *server);

/** When GameLift will end this process.
 * @return GLIFT_OK, or GLIFT_ERR_STATE before any TerminateProcess (rule P118). */
GLIFT_API glift_status glift_get_termination_time(const glift_server *server, int64_t *out_unix_ms);

/** True between a successful ProcessReady and a successful ProcessEnding. */
GLIFT_API bool glift_is_process_ready(const glift_server *server);

/* ---- requests: all async ---- */

typedef struct glift_process_parameters {
    size_t size_bytes;
    int port; /* where players connect, 1..60000 */
    const char *const *log_paths;
    size_t log_path_count;
} glift_process_parameters;

/** Tell GameLift that this process can host a game session (ActivateServerProcess).
 * Heartbeats begin with the answer. Waits up to connect_timeout_ms for the first connection.
 * @return GLIFT_ERR_STATE when ready already or when a ProcessReady is under way (rule P164).
 * Source: wire protocol 2.1. */
GLIFT_API glift_status glift_process_ready(glift_server *server, const glift_process_parameters *parameters,
        glift_done_fn done, void *user);

/** Tell GameLift that this process ends (TerminateServerProcess). Allowed at any time. Exit within 30 s
 * of the answer. A failure leaves the process ready (rule P64).
 *
 * Where no connection has been made yet, and none comes within 500 ms, GameLift knows nothing of a process that
 * could end: GLIFT_OK then, GLIFT_ENDED, and a log line. Source: wire protocol 2.2. */
GLIFT_API glift_status glift_process_ending(glift_server *server, glift_done_fn done, void *user);

/** The game session is loaded: GameLift may send players. Source: wire protocol 2.3. */
GLIFT_API glift_status glift_activate_game_session(glift_server *server, glift_done_fn done, void *user);

/** Open or close the game session for new players. Source: wire protocol 2.4. */
GLIFT_API glift_status glift_update_player_session_creation_policy(glift_server *server,
        glift_player_session_creation_policy policy, glift_done_fn done, void *user);

/** Tell GameLift that a player holding this session id has connected.
 *
 * The service checks the id against the seats it reserved for this game session
 * and moves that seat from RESERVED to ACTIVE. Let the player in only when
 * `done` reports GLIFT_OK: sending the request proves nothing.
 *
 * @param server             an active server: on_start_game_session has run.
 * @param player_session_id  [a-zA-Z0-9.-], 1..256 bytes, copied before returning.
 * @param done               called once, from a later glift_server_tick(), with
 *                           GLIFT_OK, GLIFT_ERR_REJECTED or GLIFT_ERR_NOT_FOUND (the
 *                           service says no; result->message says why),
 *                           GLIFT_ERR_TIMEOUT (desc.request_timeout_ms) or
 *                           GLIFT_ERR_CLOSED. The result lives until it returns.
 * @param user               handed back to `done`; never dereferenced here.
 * @return GLIFT_OK if the request was queued. Anything else means `done` will
 *         not run: GLIFT_ERR_ARGUMENT, GLIFT_ERR_STATE or GLIFT_ERR_MEMORY.
 *
 * Thread: the tick thread. Safe inside a callback.
 * Source: wire protocol 2.5. */
GLIFT_API glift_status glift_accept_player_session(glift_server *server, const char *player_session_id,
        glift_done_fn done, void *user);

/** Tell GameLift that the player has left: frees the seat. Same rules. Source: wire protocol 2.6. */
GLIFT_API glift_status glift_remove_player_session(glift_server *server, const char *player_session_id,
        glift_done_fn done, void *user);

/** Which player sessions to describe. Exactly one of the three ids must be given (rule P73). */
typedef struct glift_describe_player_sessions_request {
    size_t size_bytes;
    const char *game_session_id;
    const char *player_id;
    const char *player_session_id;
    glift_player_session_status status_filter; /* NOT_SET: all */
    const char *next_token;                    /* from the page before */
    int limit;                                 /* 0: the service's default */
} glift_describe_player_sessions_request;

/** Ask for player sessions, page by page. Source: wire protocol 2.7. */
GLIFT_API glift_status glift_describe_player_sessions(glift_server *server,
        const glift_describe_player_sessions_request *request, glift_done_fn done, void *user);

typedef struct glift_start_match_backfill_request {
    size_t size_bytes;
    const char *game_session_arn;               /* "" or NULL: the session placed here */
    const char *matchmaking_configuration_arn;
    const char *ticket_id;                      /* "" or NULL: the SDK makes one */
    const glift_player *players;                /* everyone who is in the game now, with teams */
    size_t player_count;
} glift_start_match_backfill_request;

/** Ask FlexMatch for players to fill open seats. The answer carries the ticket id; the outcome
 * comes as on_update_game_session. Source: wire protocol 2.8. */
GLIFT_API glift_status glift_start_match_backfill(glift_server *server,
        const glift_start_match_backfill_request *request, glift_done_fn done, void *user);

typedef struct glift_stop_match_backfill_request {
    size_t size_bytes;
    const char *game_session_arn;              /* "" or NULL: the session placed here */
    const char *matchmaking_configuration_arn;
    const char *ticket_id;
} glift_stop_match_backfill_request;

/** Take a backfill ticket back. Source: wire protocol 2.9. */
GLIFT_API glift_status glift_stop_match_backfill(glift_server *server,
        const glift_stop_match_backfill_request *request, glift_done_fn done, void *user);

/** Where the TLS certificate of this compute lies. Source: wire protocol 2.10. */
GLIFT_API glift_status glift_get_compute_certificate(glift_server *server, glift_done_fn done, void *user);

/** Credentials of the fleet's IAM role; cached while more than 15 minutes remain.
 * @param role_session_name  2..64 bytes of [A-Za-z0-9_+=,.@-]; NULL or "": "<fleet>-<host>" cut to 64.
 * Managed fleets only: elsewhere `done` gets GLIFT_ERR_REJECTED. Source: wire protocol 2.11. */
GLIFT_API glift_status glift_get_fleet_role_credentials(glift_server *server, const char *role_arn,
        const char *role_session_name, glift_done_fn done, void *user);

/** The containers beside this one. Container fleets only.
 * @return GLIFT_ERR_UNSUPPORTED, at once, elsewhere (rule P33).
 * Source: wire protocol 1.5. */
GLIFT_API glift_status glift_list_containers_network_info(glift_server *server, glift_done_fn done, void *user);

/* ---- matchmaker data ---- */

/** Read MatchmakerData: the players of the match in the form a backfill request takes.
 * Empty or NULL text gives an empty result, not an error (rule P126).
 * @param out  free with glift_matchmaker_data_free(); NULL on failure.
 * @return GLIFT_OK, GLIFT_ERR_ARGUMENT (not a JSON object), GLIFT_ERR_MEMORY. Thread: any. */
GLIFT_API glift_status glift_matchmaker_data_parse(const char *json, glift_matchmaker_data **out);
GLIFT_API void glift_matchmaker_data_free(glift_matchmaker_data *data);

#ifdef __cplusplus
}
#endif
#endif
