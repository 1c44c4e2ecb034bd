/* SPDX-License-Identifier: Apache-2.0 */
/* The messages of the wire protocol as structs, which the codec reads and writes on the game
 * server's side (sdk/src) and on the service's side (sdk/local). */
#ifndef GLIFT_MESSAGE_H
#define GLIFT_MESSAGE_H

#include <gamelift/gamelift.h>

#define GLIFT__SDK_LANGUAGE "C" /* what the service is told as sdkLanguage */

/* The requests of a game server; requests.h has a row for each. */
typedef enum glift__action {
    GLIFT__ACTION_UNKNOWN = 0,
    GLIFT__ACTIVATE_SERVER_PROCESS,
    GLIFT__TERMINATE_SERVER_PROCESS,
    GLIFT__HEARTBEAT_SERVER_PROCESS,
    GLIFT__ACTIVATE_GAME_SESSION,
    GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY,
    GLIFT__ACCEPT_PLAYER_SESSION,
    GLIFT__REMOVE_PLAYER_SESSION,
    GLIFT__DESCRIBE_PLAYER_SESSIONS,
    GLIFT__START_MATCH_BACKFILL,
    GLIFT__STOP_MATCH_BACKFILL,
    GLIFT__GET_COMPUTE_CERTIFICATE,
    GLIFT__GET_FLEET_ROLE_CREDENTIALS,
    GLIFT__LIST_CONTAINERS_NETWORK_INFO /* the game asks for it like for the others; no message asks */
} glift__action;

/* What the service sends by itself. */
typedef enum glift__push_kind {
    GLIFT__PUSH_UNKNOWN = 0,
    GLIFT__CREATE_GAME_SESSION,
    GLIFT__UPDATE_GAME_SESSION,
    GLIFT__REFRESH_CONNECTION,
    GLIFT__TERMINATE_PROCESS
} glift__push_kind;

/* The name on the wire ("AcceptPlayerSession"); "" for UNKNOWN, and for what does not go by the wire. And
 * back; UNKNOWN for NULL and others. */
const char *glift__action_name(glift__action action);
glift__action glift__action_from_name(const char *name);
const char *glift__push_name(glift__push_kind kind);
glift__push_kind glift__push_from_name(const char *name);

/* These give the enums of types.h back from their wire strings; the zero value for NULL and for unknown
 * strings (P79, P113). */
glift_player_session_creation_policy glift__policy_from_name(const char *name);
glift_player_session_status glift__player_session_status_from_name(const char *name);
glift_game_session_status glift__game_session_status_from_name(const char *name);
glift_update_reason glift__update_reason_from_name(const char *name);
glift_auto_backfill_mode glift__auto_backfill_mode_from_name(const char *name);
glift_attribute_type glift__attribute_type_from_name(const char *name);

/* A request without its RequestId, which the codec takes as a second argument. Strings that are NULL or ""
 * are omitted on the wire where the protocol allows it. */
typedef struct glift__request_body {
    glift__action action;
    union {
        struct {
            const char *sdk_version, *sdk_language, *tool_name, *tool_version;
            int port;
            const char *const *log_paths;
            size_t log_path_count;
        } activate_server_process;
        struct {
            bool healthy;
        } heartbeat;
        struct {
            const char *game_session_id;
        } activate_game_session;
        struct {
            const char *game_session_id;
            glift_player_session_creation_policy policy;
        } update_policy;
        struct {
            const char *game_session_id, *player_session_id;
        } player_session; /* of accept and remove */
        glift_describe_player_sessions_request describe;
        glift_start_match_backfill_request start_match_backfill;
        glift_stop_match_backfill_request stop_match_backfill;
        struct {
            const char *role_arn, *role_session_name;
        } role_credentials;
    } as;
} glift__request_body;

/* The payload of a successful answer; which member holds follows from the request's row. */
typedef struct glift__answer_body {
    glift_player_session_page player_session_page;
    const char *backfill_ticket_id;
    glift_compute_certificate compute_certificate;
    glift_fleet_role_credentials fleet_role_credentials;
} glift__answer_body;

/* A message that the service sends by itself. Beside each member stands the action that it belongs to. */
typedef struct glift__push {
    glift__push_kind kind;
    glift_game_session game_session;   /* CREATE_GAME_SESSION, UPDATE_GAME_SESSION */
    glift_update_reason update_reason; /* UPDATE_GAME_SESSION */
    const char *backfill_ticket_id;    /* UPDATE_GAME_SESSION */
    const char *refresh_endpoint;      /* REFRESH_CONNECTION */
    const char *auth_token;            /* REFRESH_CONNECTION */
    int64_t termination_time_unix_ms;  /* TERMINATE_PROCESS; 0 where absent */
} glift__push;

#endif
