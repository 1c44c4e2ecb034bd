/* SPDX-License-Identifier: Apache-2.0 */
/* The things GameLift talks about: sessions, players, attributes, and the limits on them.
 *
 * Strings are UTF-8 and NUL-terminated. In structs that the SDK hands out, a string is never
 * NULL: what the service left out is "". They live as long as the callback that received
 * them, unless the function says otherwise. In structs that the game hands in, NULL and ""
 * both mean "not given", and a list that is NULL has a count of 0: any other count is
 * GLIFT_ERR_ARGUMENT. The SDK copies everything before it returns. */
#ifndef GAMELIFT_TYPES_H
#define GAMELIFT_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Limits that the SDK checks, in bytes where they are of text (wire protocol 2, service limits of the
 * GameLift API). Other limits that are named below are checked by the service alone. */
#define GLIFT_MAX_ID_LENGTH                256    /* fleet, host, player session id; ARNs */
#define GLIFT_MAX_PLAYER_ID_LENGTH         1024   /* player id in DescribePlayerSessions */
#define GLIFT_MAX_TICKET_ID_LENGTH         128    /* backfill ticket id */
#define GLIFT_MIN_ROLE_SESSION_NAME_LENGTH 2      /* GetFleetRoleCredentials */
#define GLIFT_MAX_ROLE_SESSION_NAME_LENGTH 64     /* GetFleetRoleCredentials */
#define GLIFT_MAX_PORT                     60000  /* ports 1..60000 */
#define GLIFT_MAX_URL_LENGTH               4096   /* connect URL with its query (API Gateway) */
#define GLIFT_MAX_MESSAGE_LENGTH           131072 /* one WebSocket message (API Gateway) */

/** Whether new players may join (wire protocol 2.4). */
typedef enum glift_player_session_creation_policy {
    GLIFT_PLAYER_SESSION_CREATION_POLICY_NOT_SET = 0,
    GLIFT_PLAYER_SESSION_CREATION_POLICY_ACCEPT_ALL = 1,
    GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL = 2
} glift_player_session_creation_policy;

/** The state of a player's seat (wire protocol 2.7). */
typedef enum glift_player_session_status {
    GLIFT_PLAYER_SESSION_NOT_SET = 0, /* absent, or a status this SDK does not know */
    GLIFT_PLAYER_SESSION_RESERVED = 1,
    GLIFT_PLAYER_SESSION_ACTIVE = 2,
    GLIFT_PLAYER_SESSION_COMPLETED = 3,
    GLIFT_PLAYER_SESSION_TIMEDOUT = 4
} glift_player_session_status;

/** The state of a game session, where an update tells it (wire protocol 3.4, 3.9). */
typedef enum glift_game_session_status {
    GLIFT_GAME_SESSION_NOT_SET = 0, /* absent, or a status this SDK does not know */
    GLIFT_GAME_SESSION_ACTIVATING = 1,
    GLIFT_GAME_SESSION_ACTIVE = 2,
    GLIFT_GAME_SESSION_TERMINATING = 3,
    GLIFT_GAME_SESSION_TERMINATED = 4,
    GLIFT_GAME_SESSION_ERROR = 5
} glift_game_session_status;

/** Why a game session was updated (wire protocol 3.4). */
typedef enum glift_update_reason {
    GLIFT_UPDATE_UNKNOWN = 0, /* absent, or a reason this SDK does not know (rule P113) */
    GLIFT_UPDATE_MATCHMAKING_DATA_UPDATED = 1,
    GLIFT_UPDATE_BACKFILL_FAILED = 2,
    GLIFT_UPDATE_BACKFILL_TIMED_OUT = 3,
    GLIFT_UPDATE_BACKFILL_CANCELLED = 4
} glift_update_reason;

/** Who asks for backfill: the game (MANUAL) or FlexMatch itself (wire protocol 3.8). */
typedef enum glift_auto_backfill_mode {
    GLIFT_AUTO_BACKFILL_NOT_SET = 0, /* absent, or a mode this SDK does not know (rule P127) */
    GLIFT_AUTO_BACKFILL_MANUAL = 1,
    GLIFT_AUTO_BACKFILL_AUTOMATIC = 2
} glift_auto_backfill_mode;

/** Which member of a glift_player_attribute counts (wire protocol 3.7). */
typedef enum glift_attribute_type {
    GLIFT_ATTRIBUTE_NONE = 0,
    GLIFT_ATTRIBUTE_STRING = 1,
    GLIFT_ATTRIBUTE_DOUBLE = 2,
    GLIFT_ATTRIBUTE_STRING_LIST = 3,
    GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP = 4
} glift_attribute_type;

/* These functions give the wire strings of the enums ("ACCEPT_ALL", "RESERVED", "MATCHMAKING_DATA_UPDATED",
 * ...). The text is static and never NULL; unknown values give the name of the zero value. Thread: any. */
GLIFT_API const char *glift_player_session_creation_policy_name(glift_player_session_creation_policy policy);
GLIFT_API const char *glift_player_session_status_name(glift_player_session_status status);
GLIFT_API const char *glift_game_session_status_name(glift_game_session_status status);
GLIFT_API const char *glift_update_reason_name(glift_update_reason reason);
GLIFT_API const char *glift_auto_backfill_mode_name(glift_auto_backfill_mode mode);
GLIFT_API const char *glift_attribute_type_name(glift_attribute_type type);

/** A property that whoever created the game session gave it; up to 16 of them. */
typedef struct glift_game_property {
    const char *key;
    const char *value;
} glift_game_property;

/** A game session as CreateGameSession and UpdateGameSession describe it (wire protocol 3.3, 3.4). */
typedef struct glift_game_session {
    const char *game_session_id; /* an ARN */
    const char *name;
    const char *fleet_id;
    const char *location;
    const char *game_session_data; /* free text of whoever created the session, up to 262,144 bytes */
    const char *matchmaker_data;   /* JSON, up to 390,000 bytes; see glift_matchmaker_data_parse() */
    const char *ip_address;
    const char *dns_name;
    const char *status_reason;
    glift_game_session_status status;
    int port; /* where players connect */
    int maximum_player_session_count;
    const glift_game_property *game_properties;
    size_t game_property_count;
} glift_game_session;

/** What UpdateGameSession brings (wire protocol 3.4). */
typedef struct glift_game_session_update {
    const glift_game_session *game_session; /* as it came: what the update leaves out is "" or 0 */
    glift_update_reason update_reason;
    const char *backfill_ticket_id; /* "" where no backfill is the reason */
} glift_game_session_update;

/** A player's seat in a game session (wire protocol 2.7). */
typedef struct glift_player_session {
    const char *player_session_id;
    const char *player_id;
    const char *game_session_id;
    const char *fleet_id;
    const char *player_data; /* free text of whoever made the seat, up to 2,048 bytes */
    const char *ip_address;
    const char *dns_name;
    int port;
    glift_player_session_status status;
    int64_t creation_time_unix_ms;
    int64_t termination_time_unix_ms; /* 0 while the session lasts */
} glift_player_session;

/** One page of DescribePlayerSessions. */
typedef struct glift_player_session_page {
    const glift_player_session *player_sessions;
    size_t player_session_count;
    const char *next_token; /* "" on the last page */
} glift_player_session_page;

/** One entry of a STRING_DOUBLE_MAP. */
typedef struct glift_double_entry {
    const char *key;
    double value;
} glift_double_entry;

/** A player attribute (wire protocol 3.7). Only the members of the attribute's type are read; the others are
 * zero when received. An attribute holds up to 100 strings, 10 entries, and 100 characters per string. */
typedef struct glift_player_attribute {
    const char *name;
    glift_attribute_type type;
    const char *string;             /* STRING */
    double number;                  /* DOUBLE; NaN and infinities are refused */
    const char *const *string_list; /* STRING_LIST */
    size_t string_count;
    const glift_double_entry *double_map; /* STRING_DOUBLE_MAP */
    size_t double_count;
} glift_player_attribute;

/** How far a player is from one place. */
typedef struct glift_player_latency {
    const char *region; /* region or custom location */
    int latency_ms;     /* 1 or more */
} glift_player_latency;

/** A player as matchmaking sees one (wire protocol 2.8), with up to 10 attributes. */
typedef struct glift_player {
    const char *player_id; /* 1..1024 bytes */
    const char *team;
    const glift_player_attribute *attributes;
    size_t attribute_count;
    const glift_player_latency *latencies;
    size_t latency_count;
} glift_player;

/** What glift_matchmaker_data_parse() makes of MatchmakerData (wire protocol 3.8). */
typedef struct glift_matchmaker_data {
    const char *match_id;
    const char *matchmaking_configuration_arn;
    glift_auto_backfill_mode auto_backfill_mode;
    const char *auto_backfill_ticket_id;
    const glift_player *players; /* every team's players, in the document's order; `team` is set */
    size_t player_count;
} glift_matchmaker_data;

/** The TLS certificate of the machine that this process runs on (wire protocol 2.10). */
typedef struct glift_compute_certificate {
    const char *certificate_path; /* a PEM file on this machine */
    const char *compute_name;
} glift_compute_certificate;

/** AWS credentials of the fleet's role: secrets, which the SDK logs nowhere (wire protocol 2.11). */
typedef struct glift_fleet_role_credentials {
    const char *assumed_role_user_arn;
    const char *assumed_role_id;
    const char *access_key_id;
    const char *secret_access_key;
    const char *session_token;
    int64_t expiration_unix_ms;
} glift_fleet_role_credentials;

/** A container of this group (wire protocol 1.5). */
typedef struct glift_container_network_info {
    const char *container_name;
    const char *container_id;
    const char *ip_address;
    const char *container_group_type; /* "GAME_SERVER", "PER_INSTANCE"; others pass through */
} glift_container_network_info;

#ifdef __cplusplus
}
#endif
#endif
