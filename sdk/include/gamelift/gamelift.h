/* SPDX-License-Identifier: Apache-2.0 */
/* Amazon GameLift server SDK, protocol 5.x, for C engines.
 *
 * A program creates a server, ticks it once a frame, and makes calls. No call blocks but
 * glift_server_destroy(); every callback runs inside glift_server_tick(), on the thread that
 * called it, and may make any call except tick, wait and destroy (those answer
 * GLIFT_ERR_STATE there). One exception: glift_server_desc.on_wake.
 *
 * Calls marked "async" return at once. GLIFT_OK means the request was queued and `done` will
 * run exactly once, from a later tick (or from destroy, with GLIFT_ERR_CLOSED), unless
 * glift_server_rebind() comes first: the answer then goes to the new owner. Any other
 * return means nothing was queued and `done` will not run.
 *
 * A lost connection loses no request: what was unanswered is sent again on the next
 * connection, with the same request id, until its deadline.
 *
 * One thread at a time may use a server, here called the tick thread; it need not be the same OS
 * thread each time. Different servers may be used on different threads at once, also where they
 * share a glift_io.
 *
 * What a program does to the SDK from outside:
 *
 * - exit() without glift_server_destroy() is harmless, at any moment. It waits for the one call of OpenSSL
 *   that may be in progress. GameLift then sees a connection that was lost.
 * - fork(): the child has no I/O thread. It may exec, or leave with exit() or _exit(); it must not use the
 *   servers of its parent.
 * - Descriptors: a glift_io uses two, each connection one more, a dial up to one for each address of the
 *   service. All are close-on-exec. A program that closes them, as closefrom(3) does, is told
 *   GLIFT_RECONNECTING within some 5 s, and new ones are opened. One that closes a few and opens others
 *   under their numbers can have its own bytes sent elsewhere, which nobody can prevent. A dial that finds
 *   no free descriptor says so through on_connection.
 * - Memory: every allocation may fail. A call then answers GLIFT_ERR_MEMORY, a connection is dialled anew.
 *   With TLS a first server takes about 8 MiB, most of it OpenSSL's, and another one about 30 KiB.
 * - Addresses: of a name up to 64 are tried, as RFC 8305 says: IPv6 and IPv4 in turn, the next one 250 ms
 *   after one that is silent, and first the one that worked last time.
 * - Time: glift_server_create() takes about a millisecond; it starts a thread and makes OpenSSL ready.
 *   Names are looked up, and root certificates loaded, in the background.
 * - Signals: a handler may call nothing in here. It sets a flag that the frame loop looks at. The SDK's
 *   threads block all signals; no signal is raised (SIGPIPE included) or handled by the SDK.
 * - Trouble: support asks for a log at GLIFT_LOG_DEBUG, which holds no secret.
 *
 * "Source: wire protocol 2.5" names a section of the protocol reference that this SDK is written to,
 * and "rule P81" a row of its section 9. The reference is sdk/docs/protocol.md, installed as
 * share/doc/gamelift/protocol.md; beside it service-model.md describes the service. */
#ifndef GAMELIFT_H
#define GAMELIFT_H

#include "metrics.h"
#include "status.h"
#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* This library's own version, and the level of the server protocol that it speaks. */
#define GLIFT_VERSION        "0.1.0"
#define GLIFT_VERSION_NUMBER 1000 /* major * 1,000,000 + minor * 1,000 + patch */
#define GLIFT_SDK_VERSION    "5.6.0"

/** The version of the library that runs, "0.1.0"; GLIFT_VERSION is that of the header a program was built
 * with. Static text. Thread: any. */
GLIFT_API const char *glift_version(void);

/** The protocol level spoken, "5.6.0": what the service is told as sdkVersion. Static text. Thread: any. */
GLIFT_API const char *glift_sdk_version(void);

/** One game server process, as GameLift sees it. Made by glift_server_create(). */
typedef struct glift_server glift_server;

/** What connects any number of servers to GameLift: an I/O thread, or none (glift_io_desc.threadless). */
typedef struct glift_io glift_io;

/* ---- answers ---- */

/** The answer to one async call. It lives until `done` returns. */
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

/** Tells how a request has gone. It runs once, on the tick thread, inside a tick or destroy.
 * @param result  never NULL; the result and all that it points to live until the callback returns.
 * @param user    as given with the request. */
typedef void (*glift_done_fn)(glift_server *server, const glift_result *result, void *user);

/* ---- requests that outlive who made them ---- */

/** What a request asks for. Values never change meaning. */
typedef enum glift_request_kind {
    GLIFT_REQUEST_PROCESS_READY = 1,
    GLIFT_REQUEST_PROCESS_ENDING = 2,
    GLIFT_REQUEST_ACTIVATE_GAME_SESSION = 3,
    GLIFT_REQUEST_UPDATE_PLAYER_SESSION_CREATION_POLICY = 4,
    GLIFT_REQUEST_ACCEPT_PLAYER_SESSION = 5,
    GLIFT_REQUEST_REMOVE_PLAYER_SESSION = 6,
    GLIFT_REQUEST_DESCRIBE_PLAYER_SESSIONS = 7,
    GLIFT_REQUEST_START_MATCH_BACKFILL = 8,
    GLIFT_REQUEST_STOP_MATCH_BACKFILL = 9,
    GLIFT_REQUEST_GET_COMPUTE_CERTIFICATE = 10,
    GLIFT_REQUEST_GET_FLEET_ROLE_CREDENTIALS = 11,
    GLIFT_REQUEST_LIST_CONTAINERS_NETWORK_INFO = 12
} glift_request_kind;

/** The answer to a request that was made before the latest glift_server_rebind(). It lives until
 * on_inherited_answer returns. */
typedef struct glift_inherited_answer {
    uint64_t request_id; /* as glift_get_last_request_id() gave it */
    glift_request_kind kind;
    const char *subject; /* the player session id of an accept or a remove, the ticket id of a backfill, the
                            ARN of a role; "" for the others. Never NULL */
    const glift_result *result;
} glift_inherited_answer;

/** A request that was made before the latest glift_server_rebind() and that nobody has taken the answer of.
 */
typedef struct glift_inherited_request {
    uint64_t request_id;
    glift_request_kind kind;
    const char *subject; /* as in glift_inherited_answer; lives until the next tick or destroy */
} glift_inherited_request;

/* How many answers wait for an owner that takes them; past that the oldest is dropped, and a log line tells
 * how many were. */
#define GLIFT_MAX_UNTAKEN_ANSWERS 1024

/* ---- creating a server ---- */

/** Where the connection to GameLift stands. A refresh that the service asks for does not change it. */
typedef enum glift_connection_state {
    GLIFT_CONNECTED = 1,    /* open, for the first time or again */
    GLIFT_RECONNECTING = 2, /* a dial failed or the connection dropped; dialling goes on */
    GLIFT_LOST = 3,         /* connect_timeout_ms have passed without a connection; dialling goes on */
    GLIFT_ENDED = 4         /* the process has ended for GameLift; the program should exit, with code 0 */
} glift_connection_state;

/** A change of the connection state, and its reason (wire protocol 1.8, 4.1). The event lives until
 * on_connection returns. */
typedef struct glift_connection_event {
    glift_connection_state state;
    glift_status status; /* GLIFT_OK when connected, or ended as it should; else
                            GLIFT_ERR_CONNECT         no address, no route, TLS, a drop, another HTTP status
                            GLIFT_ERR_TIMEOUT         the handshake was not answered
                            GLIFT_ERR_UNAUTHORIZED    HTTP 401
                            GLIFT_ERR_FORBIDDEN       HTTP 403: mostly an auth token that has expired
                            GLIFT_ERR_THROTTLED       HTTP 429
                            GLIFT_ERR_ARGUMENT        an endpoint of the service makes no connect URL
                            GLIFT_ERR_MEMORY
                            or, when ended, what became of ProcessEnding */
    const char *reason;  /* one sentence, without secrets; "" when connected. Never NULL */
} glift_connection_event;

/** How much a line of the log matters. */
typedef enum glift_log_level {
    GLIFT_LOG_DEBUG = 0,
    GLIFT_LOG_INFO = 1,
    GLIFT_LOG_WARNING = 2,
    GLIFT_LOG_ERROR = 3
} glift_log_level;

/** The websocket_url of a game that is played without any service: nothing is dialled, and the library itself
 * answers. A game session of 200 seats is placed as soon as ProcessReady has succeeded; whoever comes has a
 * seat, under any player session id, and under any player id that DescribePlayerSessions is asked for. What
 * needs an account (backfill, credentials, certificates) is GLIFT_ERR_REJECTED. The other fields that say who
 * this process is may be left out. A log line warns of it. To try a server against what GameLift does, there
 * is gamelift-local. */
#define GLIFT_OFFLINE_URL "ws://offline.invalid" /* a name that never exists (RFC 2606) */

/** Options of a server. Zero it, set size_bytes to sizeof, header_version, and what you need; zero means
 * default. Everything is copied; nothing need outlive the call but `io`, which has to outlive the server.
 *
 * What holds of every struct here that begins with size_bytes: members that the size does not cover are
 * zero; a size that ends inside a member is GLIFT_ERR_ARGUMENT; a member that a later version of this
 * library knows, and this one does not, is GLIFT_ERR_UNSUPPORTED unless it is zero. Where there is a server,
 * or is to be one, the log line names the member.
 *
 * A set, non-empty environment variable beats the field named beside it (rule P38), unless
 * ignore_environment. */
typedef struct glift_server_desc {
    /* These two stay where they are in every version. */
    size_t size_bytes;
    uint32_t header_version; /* GLIFT_VERSION_NUMBER: a library of another 0.x, in which any struct may have
                                changed, then refuses the desc instead of misreading it; 0: not checked */

    /* Who this process is. Environment in brackets. */
    const char *websocket_url; /* ws:// or wss://; a query is dropped. No refresh that the service asks for
                                  leads from wss:// to ws://; GLIFT_OFFLINE_URL: there is no service
                                  [GAMELIFT_SDK_WEBSOCKET_URL] */
    const char *auth_token;    /* from GetComputeAuthToken [GAMELIFT_SDK_AUTH_TOKEN] */
    const char *process_id;    /* unique per execution; "ManagedResource": a UUID [GAMELIFT_SDK_PROCESS_ID] */
    const char *host_id;       /* compute name: 1..256 bytes of [a-zA-Z0-9-], and one '/' between such
                                  [GAMELIFT_SDK_HOST_ID] */
    const char *fleet_id;      /* an id, not an ARN: 1..256 bytes of [a-zA-Z0-9.-] [GAMELIFT_SDK_FLEET_ID] */

    /* AWS credentials, to sign with (SigV4) instead of an auth_token, which wins where both are given. */
    const char *aws_region;    /* up to 64 bytes [GAMELIFT_REGION] */
    const char *access_key;    /* up to 128 bytes [GAMELIFT_ACCESS_KEY] */
    const char *secret_key;    /* up to 256 bytes [GAMELIFT_SECRET_KEY] */
    const char *session_token; /* [GAMELIFT_SESSION_TOKEN] */

    /* On container fleets, without an auth_token, credentials and the task id (which takes host_id's place)
     * are fetched from the container agent. All of the above together may make a connect URL of up to
     * GLIFT_MAX_URL_LENGTH bytes. */
    const char *compute_type;                 /* "CONTAINER", exactly [GAMELIFT_COMPUTE_TYPE] */
    const char *container_credentials_uri;    /* a path on http://169.254.170.2, or a full http URL
                                                 [AWS_CONTAINER_CREDENTIALS_RELATIVE_URI] */
    const char *container_metadata_uri;       /* [ECS_CONTAINER_METADATA_URI_V4] */
    const char *container_discovery_endpoint; /* [GAMELIFT_CONTAINER_DISCOVERY_SERVER_ENDPOINT] */

    const char *tool_name;    /* told to the service when ready [GAMELIFT_SDK_TOOL_NAME] */
    const char *tool_version; /* [GAMELIFT_SDK_TOOL_VERSION] */

    bool ignore_environment;

    const char *tls_ca_file; /* PEM file of accepted roots, up to 16 MiB; default: the system's. Read with the
                                first dial, and again after a certificate was not accepted */
    bool tls_insecure;       /* accept any certificate, which the log says loudly; for tests only */

    glift_io *io; /* the I/O thread to share; default: one of the server's own */

    uint32_t request_timeout_ms;   /* 20 000: from the call to its answer, connected or not */
    uint32_t connect_timeout_ms;   /* 300 000: until GLIFT_LOST; also how long ProcessReady waits */
    uint32_t handshake_timeout_ms; /* 20 000: one dial, from look-up to HTTP 101 */
    uint32_t shutdown_timeout_ms;  /* 1 000: the longest that glift_server_destroy() takes */
    uint32_t reconnect_base_ms;    /* 500: first ceiling of the jittered delay */
    uint32_t reconnect_cap_ms;     /* 32 000: highest ceiling */

    /* Callbacks. All are optional, and all but on_wake run inside glift_server_tick(). What they
     * are handed lives until they return. */

    /** GameLift placed a game session here. Load it, then call glift_activate_game_session(). The
     * same session id pushed again is ignored; another session replaces it and comes here too (rule P111). */
    void (*on_start_game_session)(glift_server *server, const glift_game_session *session, void *user);

    /** The session's matchmaker data changed, or a backfill ended without players. What the update leaves
     * out is "" or 0 here; glift_get_game_session() has it filled in. */
    void (*on_update_game_session)(glift_server *server, const glift_game_session_update *update, void *user);

    /** GameLift wants this process to end. Save, tell the players, call glift_process_ending(), exit.
     * Without this callback the SDK sends ProcessEnding itself, and GLIFT_ENDED through on_connection
     * says that the program should exit now, with code 0 (rules P119, P184). The callback may run before the
     * process is ready (rule P120).
     * @param termination_time_unix_ms  when GameLift kills the process; 0 if it did not say. */
    void (*on_process_terminate)(glift_server *server, int64_t termination_time_unix_ms, void *user);

    /** Asks whether the process is healthy, about every 60 s (50 to 70, jittered). GameLift ends a process
     * that has not said true for 180 s. Without this callback the answer is true; no answer within
     * 50 s counts as false (rules P93, P132). */
    bool (*on_health_check)(glift_server *server, void *user);

    /** The connection came, went, or could not be made. Nothing has to be done but on GLIFT_ENDED: the
     * SDK goes on dialling until destroy. */
    void (*on_connection)(glift_server *server, const glift_connection_event *event, void *user);

    /** Tells that there is something to tick where there was nothing before. It runs on the I/O
     * thread, or on the tick thread where a call outside a tick needs the next tick to be
     * carried on. It may only signal (an eventfd, a condition, the engine's own wake), and
     * must not call the SDK. */
    void (*on_wake)(void *user);

    /** Without this callback, warnings and errors go to stderr. Secrets are never logged.
     * @param server  NULL for the one line of a glift_server_create() that fails, which comes
     *                before create returns. */
    void (*on_log)(glift_server *server, glift_log_level level, const char *message, void *user);
    glift_log_level log_level; /* least level delivered to on_log */

    void *user; /* handed to every callback here */

    /** A request that was made before the latest glift_server_rebind() is answered: its `done` is not called
     * any more. The time-out of the SDK and glift_cancel_request() are answers too.
     * @return true: the answer is taken. false: it stays for the next owner, and is offered again only after
     *         another rebind. Without this callback all of them stay, up to GLIFT_MAX_UNTAKEN_ANSWERS. */
    bool (*on_inherited_answer)(glift_server *server, const glift_inherited_answer *answer, void *user);
} glift_server_desc;

/** Make a server and begin to connect, in the background (GameLift's InitSDK).
 *
 * Requests may be made at once; they wait for the connection. on_connection tells
 * within seconds how dialling fares, and why. Dialling never stops before destroy. A create
 * that failed can be tried again (rule P47).
 *
 * @param desc  copied.
 * @param out   the server; NULL on failure. Free it with glift_server_destroy().
 * @return GLIFT_OK; GLIFT_ERR_ARGUMENT (the log line names the field and the limit);
 *         GLIFT_ERR_UNSUPPORTED (the desc has an option that this library does not know, or was made with the
 *         header of another major or minor version; the latter is said on stderr, since where on_log lies is
 *         not known then);
 *         GLIFT_ERR_STATE if a live server of this program has the same process id (rule P41);
 *         GLIFT_ERR_MEMORY, which includes that no thread could be started.
 * Thread: any, which from then on is the tick thread.
 * Source: server SDK 5 reference, InitSDK; wire protocol 1.6, 1.7. */
GLIFT_API glift_status glift_server_create(const glift_server_desc *desc, glift_server **out);

/** Close the connection and free the server.
 *
 * Requests without an answer get GLIFT_ERR_CLOSED through their `done`; those that were made before the
 * latest glift_server_rebind() end without a word, and so do answers that nobody has taken. Log lines that no
 * tick has delivered go to on_log, among them why the connection could not be closed in time. All of this
 * happens on the calling thread, before destroy returns. What was queued is still written, where there is a
 * connection. ProcessEnding is not sent. Destroy returns within desc.shutdown_timeout_ms, whatever the
 * service does.
 * @param server  not to be used any more; NULL is allowed (rule P166).
 * @return GLIFT_OK, or GLIFT_ERR_STATE from inside a callback (nothing happens).
 * Thread: the tick thread.
 * Source: wire protocol 5.7; rules P158, P181. */
GLIFT_API glift_status glift_server_destroy(glift_server *server);

/** Deliver everything that has arrived: answers, sessions, health questions, log lines.
 * Call it once a frame. A tick with nothing to deliver costs one atomic load. All callbacks but
 * on_wake, and every `done`, run in here.
 *
 * What waits for a tick is bounded, whatever the service sends: 256 log lines, connection events and health
 * questions; 4 MiB of sessions, updates and terminations. Past that only the newest of each is kept, and a
 * log line says so. Answers are as many as the game's own calls.
 * @return GLIFT_OK; GLIFT_ERR_STATE from inside a callback; GLIFT_ERR_ARGUMENT for NULL.
 * Thread: the tick thread. A server that is not ticked for 50 s may be reported as unhealthy
 * (rule P132). */
GLIFT_API glift_status glift_server_tick(glift_server *server);

/** Sleep until there is something to tick, for programs without a frame loop.
 * @param timeout_ms  0 returns at once.
 * @return GLIFT_OK: there is something to tick; GLIFT_ERR_TIMEOUT: nothing came;
 *         GLIFT_ERR_STATE from inside a callback; GLIFT_ERR_ARGUMENT for NULL.
 * Thread: the tick thread. */
GLIFT_API glift_status glift_server_wait(glift_server *server, uint32_t timeout_ms);

/** Swap the callbacks and their user pointer, for script and plugin reloads.
 *
 * A rebind ends nothing: the connection, the readiness, the session and every request under way stay. What
 * the owner before has asked for is inherited by the new one: the old `done`s, which may lie in code that is
 * unloaded by now, never run; the answers go to desc.on_inherited_answer, inside a tick, in their order among
 * the other events. glift_get_inherited_requests() tells what is still to come.
 * @param desc  only size_bytes, header_version, callbacks, log_level and user are read; copied. NULL parks
 *              the server: events and inherited answers wait (bounded: the oldest log lines and connection
 *              events go first), health questions are answered with the last value.
 * @return GLIFT_OK; GLIFT_ERR_ARGUMENT (server is NULL, or size_bytes makes no sense),
 *         GLIFT_ERR_UNSUPPORTED (as for glift_server_create(), always with a log line),
 *         GLIFT_ERR_MEMORY (never with NULL), or GLIFT_ERR_STATE from a `done` that destroy runs (nothing
 *         changed).
 * Thread: the tick thread. Safe inside a callback. */
GLIFT_API glift_status glift_server_rebind(glift_server *server, const glift_server_desc *desc);

/** Answer every pending request that was made with this user pointer with GLIFT_ERR_CANCELLED,
 * from the next tick. What was sent stays sent: the service may still act on it. Requests that were made
 * before the latest glift_server_rebind() are left alone: their user pointers may be memory that is used
 * anew; for them there is glift_cancel_request().
 * @param user  compared, never dereferenced; NULL means the requests made with NULL.
 * @return GLIFT_OK, also if there was none; GLIFT_ERR_ARGUMENT if server is NULL;
 *         GLIFT_ERR_STATE from a `done` that destroy runs.
 * Thread: the tick thread. Safe inside a callback. */
GLIFT_API glift_status glift_server_cancel(glift_server *server, void *user);

/** Answer one pending request with GLIFT_ERR_CANCELLED, from the next tick: through its `done`, or, where it
 * was made before the latest glift_server_rebind(), through on_inherited_answer. What was sent stays sent.
 * @param request_id  from glift_get_last_request_id() or glift_get_inherited_requests().
 * @return GLIFT_OK; GLIFT_ERR_NOT_FOUND (no such request waits: it has its answer, or is cancelled already);
 *         GLIFT_ERR_ARGUMENT if server is NULL; GLIFT_ERR_STATE from a `done` that destroy runs.
 * Thread: the tick thread. Safe inside a callback. */
GLIFT_API glift_status glift_cancel_request(glift_server *server, uint64_t request_id);

/** The id of the request that was queued last since the latest glift_server_rebind(); 0 where there is none,
 * or server is NULL. No two requests of a server have the same id. An owner that survives its own rebind
 * knows its requests again by them. Thread: the tick thread. Safe inside a callback. */
GLIFT_API uint64_t glift_get_last_request_id(const glift_server *server);

/** List the requests that were made before the latest glift_server_rebind(): those without an answer yet, and
 * those whose answer nobody has taken.
 * @param out       as many as there are, at most `capacity`; NULL with a capacity of 0 only counts.
 * @return how many there are; 0 where server is NULL.
 * Thread: the tick thread. Safe inside a callback. */
GLIFT_API size_t glift_get_inherited_requests(
        const glift_server *server, glift_inherited_request *out, size_t capacity);

/* ---- what an owner leaves to the next ---- */

#define GLIFT_MAX_KEPT_NAMES       16
#define GLIFT_MAX_KEPT_NAME_LENGTH 64
#define GLIFT_MAX_KEPT_BYTES       (4 * 1024 * 1024) /* of all names together */

/** Leave bytes with the server, by name. They outlive every rebind, and go with glift_server_destroy().
 * @param name   1..64 bytes of [a-zA-Z0-9._-]; what was kept under it before is replaced.
 * @param bytes  copied; not read where size is 0.
 * @param size   0: forget what is kept under this name.
 * @return GLIFT_OK; GLIFT_ERR_ARGUMENT (the log line names the limit: the form of the name, 16 names,
 *         4 MiB in all), GLIFT_ERR_MEMORY, or GLIFT_ERR_STATE from a `done` that destroy runs. What was kept
 *         before stays then.
 * Thread: the tick thread. Safe inside a callback. */
GLIFT_API glift_status glift_server_keep(
        glift_server *server, const char *name, const void *bytes, size_t size);

/** What is kept under this name; NULL where there is nothing. It lives until it is replaced or forgotten, and
 * is aligned for any type.
 * @param out_size    how many bytes; 0 with NULL. May be NULL.
 * @param out_age_ms  how long ago it was kept, by a clock that nobody sets. May be NULL.
 * Thread: the tick thread. Safe inside a callback. */
GLIFT_API const void *glift_server_kept(
        const glift_server *server, const char *name, size_t *out_size, uint64_t *out_age_ms);

/** How an I/O side is made. Zero it and set size_bytes to sizeof; zero means default. */
typedef struct glift_io_desc {
    size_t size_bytes;

    /** No thread of the SDK's: for consoles, single-threaded builds and deterministic tests.
     *
     * All servers on it, and every call with it, belong to one thread. A tick of any of its servers steps the
     * whole io, without blocking: it sends, receives, dials and keeps deadlines, for all of them. The tick
     * that follows a wait of its server leaves the step to that wait.
     * glift_server_wait() sleeps in it. on_wake is never called.
     *
     * Nothing happens between two steps. A game that stalls keeps its connection for as long as the service
     * has patience, but no heartbeat is sent meanwhile: GameLift ends a process that has said nothing for
     * 180 s, so tick at least every 60 s, also while a map loads. What waits for more than its time-out is
     * answered with GLIFT_ERR_TIMEOUT by the next tick. */
    bool threadless;

    /** Look a name up, for a threadless io, which cannot wait for a name server. Answer with
     * glift_io_resolved(), from in here or later, on the same thread, within handshake_timeout_ms. Numeric
     * addresses and "localhost" never come here. Without this callback other names cannot be dialled, which
     * on_connection tells. Runs inside a tick, wait or destroy; may make no other call of the SDK.
     * @param lookup  names this look-up in the answer.
     * @param host    lives until this returns. */
    void (*resolve)(glift_io *io, uint32_t lookup, const char *host, void *user);
    void *user; /* handed to resolve */
} glift_io_desc;

/** Make an I/O side for several servers, to be named in their desc.io. Takes about a millisecond; where it is
 * threadless, the time that loading the system's root certificates takes is added, up to some 40 ms.
 * @param desc  copied; NULL is the same as a zeroed one: an I/O thread.
 * @param out   NULL on failure. Free it with glift_io_destroy(), after the last of its servers.
 * @return GLIFT_OK; GLIFT_ERR_ARGUMENT if out is NULL or desc.size_bytes makes no sense;
 *         GLIFT_ERR_UNSUPPORTED if desc has options that this library does not know; GLIFT_ERR_MEMORY, which
 *         includes that no thread could be started and that there were not two free file descriptors.
 * Thread: any. */
GLIFT_API glift_status glift_io_create(const glift_io_desc *desc, glift_io **out);

/** Stop and free an I/O thread. NULL is allowed.
 * @return GLIFT_OK, or GLIFT_ERR_STATE while servers use it (nothing happens).
 * Thread: any but that of on_wake. */
GLIFT_API glift_status glift_io_destroy(glift_io *io);

/** A descriptor of a threadless io for the engine's own loop (epoll, poll, kqueue, uv_poll): it can be read
 * when a tick has something to do. Only to be waited for, never to be read or closed.
 * @return -1: this io has a thread, or this system has no such descriptor; then tick every frame.
 * Thread: the tick thread of its servers. */
GLIFT_API int glift_io_fd(const glift_io *io);

/** How long an engine that waits for glift_io_fd() may sleep before the next tick, in milliseconds: 0 when
 * something waits to be sent, UINT32_MAX when nothing is due at all, or the io has a thread.
 * Thread: the tick thread of its servers. */
GLIFT_API uint32_t glift_io_next_ms(const glift_io *io);

/** The answer to glift_io_desc.resolve.
 * @param addresses  numeric, such as "192.0.2.1" and "2001:db8::1", in the order of preference; copied.
 *                   Of more than 64 the rest is dropped. None: the name could not be looked up.
 * @return GLIFT_OK; GLIFT_ERR_NOT_FOUND if this look-up has been answered, or nobody waits for it any more;
 *         GLIFT_ERR_ARGUMENT.
 * Thread: the tick thread of its servers. Safe inside resolve. */
GLIFT_API glift_status glift_io_resolved(
        glift_io *io, uint32_t lookup, const char *const *addresses, size_t count);

/* ---- what the server knows; no I/O ----
 *
 * These functions go by the events that the ticks so far have delivered. Thread: the tick thread.
 * Safe inside a callback. */

/** The id of the game session placed here; "" when there is none, or server is NULL. It is
 * never NULL, and lives until the next tick or destroy. An update does not change it (rules P114, P165). */
GLIFT_API const char *glift_get_game_session_id(const glift_server *server);

/** The game session placed here, with the latest update in it; NULL when there is none, or server
 * is NULL. It lives until the next tick or destroy. It is there for scripts that were reloaded. */
GLIFT_API const glift_game_session *glift_get_game_session(const glift_server *server);

/** When GameLift will end this process.
 * @param out_unix_ms  milliseconds since 1970, UTC, without their fraction; 0 if GameLift did not say. Set
 *                     with GLIFT_OK only.
 * @return GLIFT_OK; GLIFT_ERR_STATE before any TerminateProcess (rule P118); GLIFT_ERR_ARGUMENT for
 *         NULL.
 * Source: wire protocol 3.6 (official SDKs hand out seconds, milliseconds or a date). */
GLIFT_API glift_status glift_get_termination_time(const glift_server *server, int64_t *out_unix_ms);

/** Tells whether a TerminateProcess has come: true from on_process_terminate on; false for NULL. It is there
 * for scripts that were reloaded. */
GLIFT_API bool glift_is_terminating(const glift_server *server);

/** Tells whether the process is ready: true between a successful ProcessReady and a successful ProcessEnding;
 * false for NULL. */
GLIFT_API bool glift_is_process_ready(const glift_server *server);

/** Why the latest request, or call of metrics.h, of this server was refused, in one sentence:
 * "player_session_id is empty: 1 to 256 of a-z, A-Z, 0-9, '.', '-'", "no game session has been placed yet".
 * It is the sentence of the log line, never holds a secret, and names the argument as it is in here and in
 * Lua, with its limit.
 * @return "" if it was not refused, or server is NULL; never NULL. It lives until the next such call, or
 *         destroy. */
GLIFT_API const char *glift_get_last_refusal(const glift_server *server);

/* ---- requests: all async ----
 *
 * What all requests have in common, where nothing else is said:
 *
 * done     may be NULL. It gets GLIFT_OK, or
 *              GLIFT_ERR_UNAUTHORIZED to GLIFT_ERR_SERVICE    the service's answer; its text is in the result
 *              GLIFT_ERR_TIMEOUT     desc.request_timeout_ms after the call, connected or not
 *              GLIFT_ERR_CANCELLED, GLIFT_ERR_CLOSED          ended by cancel; by destroy
 *              GLIFT_ERR_STATE       the process ended before the request could be sent
 *              GLIFT_ERR_ARGUMENT    the request does not fit one message of GLIFT_MAX_MESSAGE_LENGTH bytes
 *              GLIFT_ERR_MEMORY      out of memory, for the request or its answer
 * user     handed back to `done`; the SDK never dereferences it.
 * texts    UTF-8; copied, with all else that is pointed to, before the call returns.
 * return   GLIFT_OK if the request was queued. Anything else means `done` will not run:
 *              GLIFT_ERR_ARGUMENT    server is NULL, or what glift_get_last_refusal() and the log
 *                                    name with its limit
 *              GLIFT_ERR_UNSUPPORTED a request struct has a member that this library does not know
 *              GLIFT_ERR_STATE       not now: judged before the arguments (rule P71). Also from a `done`
 *                                    that destroy runs
 *              GLIFT_ERR_MEMORY
 * thread   the tick thread. Safe inside a callback.
 * source   wire protocol 2.0, 4.1; the sections named below. */

/** What ProcessReady tells GameLift. Set size_bytes to sizeof. */
typedef struct glift_process_parameters {
    size_t size_bytes;
    int port;                     /* where players connect, 1..GLIFT_MAX_PORT */
    const char *const *log_paths; /* files and folders that GameLift keeps; NULL with a count of 0: none */
    size_t log_path_count;
} glift_process_parameters;

/** Tell GameLift that this process can host a game session (ActivateServerProcess).
 *
 * Heartbeats begin with the answer. A failure leaves the process not ready; ProcessReady may be tried
 * again then (rules P60, P61).
 * @param done  GLIFT_ERR_TIMEOUT comes desc.connect_timeout_ms after the call while there has been no
 *              connection yet, and desc.request_timeout_ms after the first one.
 * @return GLIFT_ERR_STATE when ready already, when a ProcessReady is under way (rule P164), or when the
 *         process has ended.
 * Source: wire protocol 2.1. */
GLIFT_API glift_status glift_process_ready(
        glift_server *server, const glift_process_parameters *parameters, glift_done_fn done, void *user);

/** Tell GameLift that this process ends (TerminateServerProcess). Allowed at any time (rule P63). Exit
 * within 30 s of the answer, with code 0. With the answer heartbeats end (rule P65), on_connection tells
 * GLIFT_ENDED, and requests are GLIFT_ERR_STATE from then on, save those that need no ready process. A
 * failure leaves the process ready (rule P64).
 *
 * Where no connection has been made yet, and none comes within 500 ms, GameLift knows nothing of a process
 * that could end: `done` gets GLIFT_OK then, on_connection tells GLIFT_ENDED, and a log line says why.
 * @return GLIFT_ERR_STATE when the process has ended already.
 * Source: wire protocol 2.2. */
GLIFT_API glift_status glift_process_ending(glift_server *server, glift_done_fn done, void *user);

/** Tell GameLift that the game session is loaded, and that players may come.
 * @return GLIFT_ERR_STATE before ProcessReady has succeeded and before on_start_game_session (rules P66,
 *         P67).
 * Source: wire protocol 2.3. */
GLIFT_API glift_status glift_activate_game_session(glift_server *server, glift_done_fn done, void *user);

/** Open or close the game session for new players.
 * @param policy  ACCEPT_ALL or DENY_ALL.
 * @return GLIFT_ERR_STATE as for glift_activate_game_session().
 * Source: wire protocol 2.4. */
GLIFT_API glift_status glift_update_player_session_creation_policy(
        glift_server *server, glift_player_session_creation_policy policy, glift_done_fn done, void *user);

/** Tell GameLift that a player holding this session id has connected.
 *
 * The service checks the id against the seats it reserved for this game session
 * and moves that seat from RESERVED to ACTIVE. Let the player in only when
 * `done` reports GLIFT_OK: sending the request proves nothing. A second call with
 * the same id is sent when the first has its answer, so that of two players who
 * come with one id the first is let in, whatever is sent again.
 *
 * @param server             an active server: on_start_game_session has run.
 * @param player_session_id  [a-zA-Z0-9.-], 1..256 bytes, copied before returning.
 * @param done               called once, from a later glift_server_tick(), with
 *                           GLIFT_OK, GLIFT_ERR_REJECTED or GLIFT_ERR_NOT_FOUND (the
 *                           service says no; result->message says why),
 *                           GLIFT_ERR_TIMEOUT (desc.request_timeout_ms),
 *                           GLIFT_ERR_CLOSED, or the others named above. The result
 *                           lives until `done` returns. A refusal of a request that had to
 *                           be sent twice was settled by asking what became of the seat.
 * @param user               handed back to `done`; the SDK never dereferences it.
 * @return GLIFT_OK if the request was queued. Anything else means `done` will
 *         not run: GLIFT_ERR_ARGUMENT, GLIFT_ERR_STATE or GLIFT_ERR_MEMORY.
 *
 * Thread: the tick thread. Safe inside a callback.
 * Source: wire protocol 2.5. */
GLIFT_API glift_status glift_accept_player_session(
        glift_server *server, const char *player_session_id, glift_done_fn done, void *user);

/** Tell GameLift that the player has left: the seat becomes COMPLETED, and free.
 * @param player_session_id  as for glift_accept_player_session(), as are `done` and what is returned.
 * Source: wire protocol 2.6. */
GLIFT_API glift_status glift_remove_player_session(
        glift_server *server, const char *player_session_id, glift_done_fn done, void *user);

/** Which player sessions to describe. Set size_bytes to sizeof. Exactly one of the three ids must be given
 * (rule P73). */
typedef struct glift_describe_player_sessions_request {
    size_t size_bytes;
    const char *game_session_id;               /* an ARN: up to 256 bytes of [a-zA-Z0-9:/-] */
    const char *player_id;                     /* up to 1024 bytes */
    const char *player_session_id;             /* up to 1024 bytes */
    glift_player_session_status status_filter; /* NOT_SET: all */
    const char *next_token;                    /* from the page before; "" or NULL: the first page */
    int limit;                                 /* sessions per page, judged by the service; 0: its default */
} glift_describe_player_sessions_request;

/** Ask for player sessions, page by page: result->player_session_page.
 * @return GLIFT_ERR_STATE before ProcessReady has succeeded. No game session is needed.
 * Source: wire protocol 2.7. */
GLIFT_API glift_status glift_describe_player_sessions(glift_server *server,
        const glift_describe_player_sessions_request *request, glift_done_fn done, void *user);

/** Whom to find players for. Set size_bytes to sizeof. */
typedef struct glift_start_match_backfill_request {
    size_t size_bytes;
    const char *game_session_arn;              /* up to 256 bytes; "" or NULL: the session placed here */
    const char *matchmaking_configuration_arn; /* arn:aws:gamelift:...: up to 256 bytes (rule P81) */
    const char *ticket_id;                     /* up to 128 bytes of [a-zA-Z0-9.-];
                                                  "" or NULL: the SDK makes one */
    const glift_player *players;               /* everyone who is in the game now, with teams; at least one */
    size_t player_count;
} glift_start_match_backfill_request;

/** Ask FlexMatch for players to fill open seats. The answer carries the ticket id, in
 * result->backfill_ticket_id; the outcome comes as on_update_game_session.
 *
 * A request that was sent again (result->resent) and is refused may have been refused because its first copy
 * made the ticket: GameLift documents no way to tell. A new ticket for the session takes the place of that
 * one; give ticket_ids of your own to know which ticket an update is about.
 * @return GLIFT_ERR_STATE before ProcessReady has succeeded.
 * Source: wire protocol 2.8. */
GLIFT_API glift_status glift_start_match_backfill(glift_server *server,
        const glift_start_match_backfill_request *request, glift_done_fn done, void *user);

/** Which ticket to take back. Set size_bytes to sizeof. */
typedef struct glift_stop_match_backfill_request {
    size_t size_bytes;
    const char *game_session_arn;              /* arn:aws:gamelift:...: up to 256 bytes (rule P85);
                                                  "" or NULL: the session placed here */
    const char *matchmaking_configuration_arn; /* arn:aws:gamelift:... */
    const char *ticket_id;                     /* 1..128 bytes of [a-zA-Z0-9.-] */
} glift_stop_match_backfill_request;

/** Take a backfill ticket back.
 * @return GLIFT_ERR_STATE before ProcessReady has succeeded.
 * Source: wire protocol 2.9. */
GLIFT_API glift_status glift_stop_match_backfill(glift_server *server,
        const glift_stop_match_backfill_request *request, glift_done_fn done, void *user);

/** Ask where the TLS certificate of this compute lies. The answer is in result->compute_certificate.
 * @return GLIFT_ERR_STATE before ProcessReady has succeeded.
 * Source: wire protocol 2.10. */
GLIFT_API glift_status glift_get_compute_certificate(glift_server *server, glift_done_fn done, void *user);

/** Ask for credentials of the fleet's IAM role. The answer is in result->fleet_role_credentials. The SDK
 * keeps them per role_arn, whatever the session name, and gives them without asking again while more than 15
 * minutes remain (rule P89).
 * @param role_arn           1..256 bytes of [a-zA-Z0-9:/_+=,.@-], which is more than official SDKs take.
 * @param role_session_name  2..64 bytes of [A-Za-z0-9_+=,.@-]; NULL or "": "<fleet>-<host>" cut to 64, with
 *                           '-' for a '/'.
 * @param done               gets GLIFT_ERR_REJECTED on fleets that are not managed, after the first time
 *                           without asking the service (rule P90).
 * @return GLIFT_ERR_STATE before ProcessReady has succeeded.
 * Source: wire protocol 2.11. */
GLIFT_API glift_status glift_get_fleet_role_credentials(glift_server *server, const char *role_arn,
        const char *role_session_name, glift_done_fn done, void *user);

/** Ask which containers are beside this one, on container fleets. The answer is in result->containers. It
 * comes from the container's surroundings by HTTP, so neither a connection nor ProcessReady is needed.
 * @param done  gets GLIFT_ERR_SERVICE with the official texts where the discovery server cannot be found,
 *              reached or understood (rules P34 to P37); GLIFT_ERR_TIMEOUT, _CANCELLED, _CLOSED, _MEMORY.
 * @return GLIFT_ERR_UNSUPPORTED, at once, on other fleets (rule P33).
 * Source: wire protocol 1.5. */
GLIFT_API glift_status glift_list_containers_network_info(
        glift_server *server, glift_done_fn done, void *user);

/* ---- matchmaker data ---- */

/** Read MatchmakerData: the players of the match in the form a backfill request takes.
 * Empty or NULL text gives an empty result, not an error (rule P126).
 * @param json  UTF-8; not needed any more when the call returns.
 * @param out   free with glift_matchmaker_data_free(); NULL on failure.
 * @return GLIFT_OK, GLIFT_ERR_ARGUMENT (not a JSON object, or out is NULL), GLIFT_ERR_MEMORY.
 * Thread: any. Needs no server.
 * Source: wire protocol 3.8. */
GLIFT_API glift_status glift_matchmaker_data_parse(const char *json, glift_matchmaker_data **out);

/** Free what glift_matchmaker_data_parse() gave, with all that it points to. NULL is allowed. Thread: any. */
GLIFT_API void glift_matchmaker_data_free(glift_matchmaker_data *data);

#ifdef __cplusplus
}
#endif
#endif
