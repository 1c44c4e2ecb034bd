/* SPDX-License-Identifier: Apache-2.0 */
/* Locations, fleets, computes, server processes, game sessions, player sessions and events (service model 1),
 * and how many there may be. The first member of what an index holds is its key (index.h). */
#ifndef LOCAL_ENTITIES_H
#define LOCAL_ENTITIES_H

#include <sys/queue.h>

#include "model/desc.h"
#include "model/history.h"
#include "model/keep.h"
#include "model/timers.h"

/* Room for a UUID with the longest prefix ("auto-backfill-"), and for an ARN (S22). */
#define LOCAL_ID_SIZE  64
#define LOCAL_ARN_SIZE 257

/* [E] Records of what has ended, oldest forgotten first, and events: memory stays bounded (S83). */
#define LOCAL_ENDED_SESSIONS_KEPT  10000
#define LOCAL_ENDED_SEATS_KEPT     100000 /* COMPLETED and TIMEDOUT, also of sessions that go on for days */
#define LOCAL_ENDED_PROCESSES_KEPT 100
#define LOCAL_EVENTS_KEPT          10000
#define LOCAL_LOCATIONS_MAX        1000
#define LOCAL_FLEETS_MAX           1000 /* not counting deleted ones */
#define LOCAL_DELETED_FLEETS_KEPT  100
#define LOCAL_COMPUTES_MAX         10000
#define LOCAL_PLAYERS_MAX          200 /* per game session (service model 0.2) */
#define LOCAL_PROPERTIES_MAX       16
#define LOCAL_TOKENS_KEPT          16 /* per compute */
/* An auth token of a compute is told from all other texts by its form, so that it can be masked anywhere. */
#define LOCAL_AUTH_TOKEN_PREFIX "token-"
#define LOCAL_AUTH_TOKEN_LENGTH (sizeof LOCAL_AUTH_TOKEN_PREFIX - 1 + 36)
#define LOCAL_SOCKETS_MAX       4 /* per process: two during a refresh, more only from a broken client */

typedef struct local_location {
    const char *name;
    char arn[LOCAL_ARN_SIZE];
    uint64_t serial;
    local_record record;
    TAILQ_ENTRY(local_location) link;
} local_location;

typedef enum local_fleet_status {
    LOCAL_FLEET_ACTIVE,
    LOCAL_FLEET_DELETING,
    LOCAL_FLEET_TERMINATED
} local_fleet_status;

typedef struct local_fleet {
    const char *id;
    char arn[LOCAL_ARN_SIZE];
    uint64_t serial;
    local_fleet_status status;
    char *name, *description, *cost;           /* description and cost may be NULL */
    char *metric_group;                        /* kept, and of no other effect; may be NULL */
    const char *protection_policy;             /* of new game sessions: static text */
    int creator_limit, creator_period_minutes; /* ResourceCreationLimitPolicy; 0: none */
    uint64_t activation_ms;                    /* that a game session may take to become ACTIVE */
    int64_t creation_unix_ms, termination_unix_ms;
    local_location **locations;
    size_t location_count;
    size_t held; /* by this many game sessions and processes, ended ones included */
    TAILQ_HEAD(, local_compute) computes;
    TAILQ_HEAD(, local_process) processes; /* all but GONE ones; READY ones in the order of their waiting */
    TAILQ_HEAD(, local_game_session) game_sessions;      /* all of its own, oldest first */
    TAILQ_HEAD(, local_game_session) live_game_sessions; /* those of them that have not ended */
    local_record record;
    TAILQ_ENTRY(local_fleet) link;
} local_fleet;

typedef struct local_token {
    char text[LOCAL_ID_SIZE];
    uint64_t expires_ms; /* mono_ms */
    int64_t expires_unix_ms;
} local_token;

typedef struct local_compute {
    const char *key; /* "<fleet id>/<name>" */
    const char *name;
    char *arn;
    uint64_t serial;
    local_fleet *fleet;
    local_location *location;
    char *ip_address, *dns_name, *certificate_path; /* NULL where not given */
    int64_t creation_unix_ms;
    local_token tokens[LOCAL_TOKENS_KEPT]; /* newest last */
    size_t token_count;
    local_record record;
    TAILQ_ENTRY(local_compute) link;
} local_compute;

typedef enum local_process_state {
    LOCAL_PROCESS_CONNECTED, /* has not called ProcessReady */
    LOCAL_PROCESS_READY,
    LOCAL_PROCESS_HOSTING,
    LOCAL_PROCESS_ENDING, /* was sent TerminateProcess */
    LOCAL_PROCESS_GONE
} local_process_state;

typedef struct local_game_session local_game_session;
typedef struct local_connection local_connection;

typedef struct local_process {
    const char *key; /* of fleet, compute and process id */
    char *id;
    uint64_t serial;
    uint64_t place; /* a serial: its place among those of its fleet, and among the GONE ones */
    local_process_state state;
    local_fleet *fleet;
    char *compute_name; /* the compute itself may be deregistered meanwhile */
    char *location;
    char *ip_address, *dns_name;
    char *sdk_language, *sdk_version;
    int port;
    bool healthy; /* what was reported last */
    int64_t connected_unix_ms, last_heartbeat_unix_ms;
    uint64_t health_deadline_ms;      /* mono_ms; 0 before ProcessReady */
    int64_t health_deadline_unix_ms;  /* the same moment on the wall */
    int64_t termination_unix_ms;      /* of the TerminateProcess that was sent; 0: none */
    const char *end_reason;           /* StatusReason of its session when it ends; static text or NULL */
    char *end_message;                /* how it ended; NULL: it has not */
    bool crashed;                     /* it ended without ProcessEnding */
    local_game_session *game_session; /* while HOSTING or ENDING */
    TAILQ_HEAD(local_connection_list, local_connection)
    connections;                         /* newest last: that one is sent the pushes (S29) */
    TAILQ_HEAD(, local_pending) pending; /* pushes that wait for a connection (S28) */
    size_t pending_count;
    TAILQ_HEAD(local_answered_list, local_answered)
    answered; /* what was answered to which RequestId (answers.c) */
    size_t answered_count;
    uint64_t ready_connection; /* where ActivateServerProcess came from, and with which RequestId */
    char *ready_request_id;
    local_history history;
    local_timer timer;
    local_record record;
    TAILQ_ENTRY(local_process) link;
} local_process;

struct local_connection {
    const char *key; /* its number as text */
    char key_text[24];
    uint64_t number;
    local_process *process;
    TAILQ_ENTRY(local_connection) link;
};

/* Whoever has or had a seat that is still remembered. */
typedef struct local_player {
    const char *id;
    TAILQ_HEAD(, local_player_session) player_sessions; /* oldest first */
} local_player;

typedef struct local_player_session {
    const char *id;
    local_player *player;
    const char *player_id; /* the player's */
    char *player_data;     /* may be NULL */
    uint64_t serial;
    local_game_session *game_session;
    glift_player_session_status status;
    int64_t creation_unix_ms, termination_unix_ms;
    local_timer timer; /* of the reservation */
    local_record record;
    TAILQ_ENTRY(local_player_session) link, service_link, player_link;
    TAILQ_ENTRY(local_player_session)
    state_link; /* in its session's held seats, or in the ended ones of all */
} local_player_session;

struct local_game_session {
    const char *arn; /* "GameSessionId" of the API */
    uint64_t serial;
    local_fleet *fleet;
    char *location;
    local_process *process; /* NULL once it has ended */
    char *process_id;
    glift_game_session_status status;
    const char *status_reason;                                     /* static text or NULL */
    char *end_message;                                             /* how it ended; NULL: it has not */
    bool crashed;                                                  /* its process did */
    char *name, *game_session_data, *matchmaker_data, *creator_id; /* NULL where not given */
    char *matchmaking_configuration_arn;                           /* NULL unless a match made it */
    glift_game_property properties[LOCAL_PROPERTIES_MAX];          /* texts of its own */
    size_t property_count;
    int maximum, taken; /* seats; taken: RESERVED and ACTIVE (service model 1.4) */
    glift_player_session_creation_policy policy;
    const char *protection_policy; /* static text */
    char *ip_address, *dns_name;
    int port;
    int64_t creation_unix_ms, termination_unix_ms;
    uint64_t fingerprint;                                              /* of what it was created with (S37) */
    TAILQ_HEAD(local_seat_list, local_player_session) player_sessions; /* oldest first */
    TAILQ_HEAD(, local_player_session) held; /* those that hold a seat: RESERVED, ACTIVE */
    local_history history;
    local_timer timer;      /* of the activation */
    uint64_t activation_ms; /* that it may take */
    local_record record;
    TAILQ_ENTRY(local_game_session) link, ended_link, fleet_link, live_link;
};

typedef struct local_event {
    uint64_t serial;
    char id[LOCAL_ID_SIZE];
    int64_t time_unix_ms;
    const char *code; /* an EventCode of the API model; static text */
    char *fleet_id;   /* "" where it belongs to no fleet */
    char *resource_id, *message;
    local_record record;
    TAILQ_ENTRY(local_event) link;
} local_event;

#endif
