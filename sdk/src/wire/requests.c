/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the fields is that on the wire, and that in which they are checked. */

#include "wire/requests.h"

#include <stddef.h>

/* ---- how a row is written ---- */

#define AT(arguments, name) offsetof(glift__request_body, as.arguments.name)

#define FIELD(kind_, arguments, name, key_, ...)                                                             \
    {                                                                                                        \
        .kind = GLIFT__FIELD_##kind_, .key = (key_), .member = #name, .offset = AT(arguments, name),         \
        __VA_ARGS__                                                                                          \
    }

#define LIST(kind_, arguments, name, count, key_, ...)                                                       \
    FIELD(kind_, arguments, name, key_, .count_member = #count, .count_offset = AT(arguments, count),        \
            .always = true, __VA_ARGS__)

/* Written always, and missed by the service where it is empty. */
#define REQUIRED(kind_, arguments, name, key_, rule_)                                                        \
    FIELD(kind_, arguments, name, key_, .always = true, .refusal = key_ " is required.", .rule = (rule_))

#define OPTIONAL(kind_, arguments, name, key_, rule_) FIELD(kind_, arguments, name, key_, .rule = (rule_))

#define REQUEST(name_, call_, arguments, fields_, ...)                                                       \
    {                                                                                                        \
        .name = (name_), .call = (call_), .offset = offsetof(glift__request_body, as.arguments),             \
        .size = sizeof((glift__request_body *)0)->as.arguments, .fields = (fields_),                         \
        .field_count = sizeof(fields_) / sizeof(fields_)[0], __VA_ARGS__                                     \
    }

#define THE_SDKS_OWN NULL /* no rule: the game does not give it */

/* ---- the process ---- */

static const glift__text_rule log_path = {1, GLIFT__NO_LIMIT, NULL, true};
static const glift__text_rule tool_name = {1, GLIFT__NO_LIMIT, NULL, true};
static const glift__text_rule tool_version = {1, GLIFT__NO_LIMIT, NULL, true};

static glift_status check_port(const glift__request_body *body, char *message)
{
    int port = body->as.activate_server_process.port;
    return port >= 1 && port <= GLIFT_MAX_PORT
                   ? GLIFT_OK
                   : glift__refuse(message, "port is %d: 1 to %d", port, GLIFT_MAX_PORT);
}

static const glift__field process_fields[] = {
        REQUIRED(TEXT, activate_server_process, sdk_version, "SdkVersion", THE_SDKS_OWN),
        REQUIRED(TEXT, activate_server_process, sdk_language, "SdkLanguage", THE_SDKS_OWN),
        OPTIONAL(TEXT, activate_server_process, tool_name, "SdkToolName", &tool_name),
        OPTIONAL(TEXT, activate_server_process, tool_version, "SdkToolVersion", &tool_version),
        FIELD(INT, activate_server_process, port, "Port", .always = true),
        LIST(TEXTS, activate_server_process, log_paths, log_path_count, "LogPaths", .rule = &log_path),
};
static const glift__request_kind activate_server_process = REQUEST("ActivateServerProcess", "ProcessReady",
        activate_server_process, process_fields, .check = check_port);

static const glift__request_kind terminate_server_process = {
        .name = "TerminateServerProcess", .call = "ProcessEnding"};

static const glift__field heartbeat_fields[] = {
        REQUIRED(BOOL, heartbeat, healthy, "HealthStatus", THE_SDKS_OWN),
};
static const glift__request_kind heartbeat_server_process =
        REQUEST("HeartbeatServerProcess", "", heartbeat, heartbeat_fields, .check = NULL);

/* ---- the game session and its players ---- */

static const glift__field activate_fields[] = {
        REQUIRED(TEXT, activate_game_session, game_session_id, "GameSessionId", THE_SDKS_OWN),
};
static const glift__request_kind activate_game_session = REQUEST(
        "ActivateGameSession", "ActivateGameSession", activate_game_session, activate_fields, .check = NULL);

static glift_status check_policy(const glift__request_body *body, char *message)
{
    glift_player_session_creation_policy policy = body->as.update_policy.policy;
    if (policy != GLIFT_PLAYER_SESSION_CREATION_POLICY_ACCEPT_ALL &&
            policy != GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL)
        return glift__refuse(message, "policy is %d: ACCEPT_ALL (1) or DENY_ALL (2)", (int)policy);
    return GLIFT_OK;
}

static const glift__field policy_fields[] = {
        REQUIRED(TEXT, update_policy, game_session_id, "GameSessionId", THE_SDKS_OWN),
        FIELD(POLICY, update_policy, policy, "PlayerSessionPolicy", .always = true,
                .refusal = "PlayerSessionPolicy must be one of [ACCEPT_ALL, DENY_ALL]"),
};
static const glift__request_kind update_policy = REQUEST("UpdatePlayerSessionCreationPolicy",
        "UpdatePlayerSessionCreationPolicy", update_policy, policy_fields, .check = check_policy);

static const glift__text_rule seat_id = {1, GLIFT_MAX_ID_LENGTH, &glift__pattern_guid, false};
static const glift__field seat_fields[] = {
        REQUIRED(TEXT, player_session, game_session_id, "GameSessionId", THE_SDKS_OWN),
        REQUIRED(TEXT, player_session, player_session_id, "PlayerSessionId", &seat_id),
};
static const glift__request_kind accept_player_session =
        REQUEST("AcceptPlayerSession", "AcceptPlayerSession", player_session, seat_fields, .check = NULL);
static const glift__request_kind remove_player_session =
        REQUEST("RemovePlayerSession", "RemovePlayerSession", player_session, seat_fields, .check = NULL);

static glift_status check_selectors(const glift__request_body *body, char *message)
{
    const glift_describe_player_sessions_request *request = &body->as.describe;
    const char *const selectors[] = {
            request->game_session_id, request->player_session_id, request->player_id};
    int given = 0;
    for (int i = 0; i < 3; i++)
        given += selectors[i] != NULL && selectors[i][0] != '\0';
    return given == 1 ? GLIFT_OK
                      : glift__refuse(message,
                                "exactly one of game_session_id, player_session_id and player_id is needed, "
                                "not %d",
                                given);
}

static const glift__text_rule described_session = {1, GLIFT_MAX_ID_LENGTH, &glift__pattern_arn, true};
static const glift__text_rule described_player = {1, GLIFT_MAX_PLAYER_ID_LENGTH, NULL, true};
static const glift__text_rule described_seat = {1, GLIFT_MAX_PLAYER_ID_LENGTH, NULL, true};
static const glift__text_rule next_token = {1, GLIFT__NO_LIMIT, NULL, true};
static const glift__field describe_fields[] = {
        OPTIONAL(TEXT, describe, game_session_id, "GameSessionId", &described_session),
        OPTIONAL(TEXT, describe, player_id, "PlayerId", &described_player),
        OPTIONAL(TEXT, describe, player_session_id, "PlayerSessionId", &described_seat),
        FIELD(SEAT_STATUS, describe, status_filter, "PlayerSessionStatusFilter",
                .refusal =
                        "PlayerSessionStatusFilter must be one of [RESERVED, ACTIVE, COMPLETED, TIMEDOUT]"),
        OPTIONAL(TEXT, describe, next_token, "NextToken", &next_token),
        FIELD(INT, describe, limit, "Limit", .always = false),
};
static const glift__request_kind describe_player_sessions =
        REQUEST("DescribePlayerSessions", "DescribePlayerSessions", describe, describe_fields,
                .check = check_selectors, .payload = GLIFT__PAYLOAD_PLAYER_SESSIONS);

/* ---- backfill ---- */

static const glift__text_rule start_session = {1, GLIFT_MAX_ID_LENGTH, &glift__pattern_arn, false};
static const glift__text_rule start_configuration = {
        1, GLIFT_MAX_ID_LENGTH, &glift__pattern_gamelift_arn, false};
static const glift__text_rule start_ticket = {
        1, GLIFT_MAX_TICKET_ID_LENGTH, &glift__pattern_matchmaking_id, true};
static const glift__field start_fields[] = {
        REQUIRED(TEXT, start_match_backfill, game_session_arn, "GameSessionArn", &start_session),
        REQUIRED(TEXT, start_match_backfill, matchmaking_configuration_arn, "MatchmakingConfigurationArn",
                &start_configuration),
        OPTIONAL(TEXT, start_match_backfill, ticket_id, "TicketId", &start_ticket),
        LIST(PLAYERS, start_match_backfill, players, player_count, "Players",
                .refusal = "Players cannot be empty."),
};
static const glift__request_kind start_match_backfill = REQUEST("StartMatchBackfill", "StartMatchBackfill",
        start_match_backfill, start_fields, .payload = GLIFT__PAYLOAD_BACKFILL_TICKET);

static const glift__text_rule stop_session = {1, GLIFT_MAX_ID_LENGTH, &glift__pattern_gamelift_arn, false};
static const glift__text_rule stop_configuration = {1, GLIFT__NO_LIMIT, &glift__pattern_gamelift_arn, false};
static const glift__text_rule stop_ticket = {
        1, GLIFT_MAX_TICKET_ID_LENGTH, &glift__pattern_matchmaking_id, false};
static const glift__field stop_fields[] = {
        REQUIRED(TEXT, stop_match_backfill, game_session_arn, "GameSessionArn", &stop_session),
        REQUIRED(TEXT, stop_match_backfill, matchmaking_configuration_arn, "MatchmakingConfigurationArn",
                &stop_configuration),
        REQUIRED(TEXT, stop_match_backfill, ticket_id, "TicketId", &stop_ticket),
};
static const glift__request_kind stop_match_backfill =
        REQUEST("StopMatchBackfill", "StopMatchBackfill", stop_match_backfill, stop_fields, .check = NULL);

/* ---- certificates, credentials, containers ---- */

static const glift__request_kind get_compute_certificate = {.name = "GetComputeCertificate",
        .call = "GetComputeCertificate",
        .payload = GLIFT__PAYLOAD_COMPUTE_CERTIFICATE};

static const glift__text_rule role = {1, GLIFT_MAX_ID_LENGTH, &glift__pattern_role_arn, false};
static const glift__text_rule role_session = {GLIFT_MIN_ROLE_SESSION_NAME_LENGTH,
        GLIFT_MAX_ROLE_SESSION_NAME_LENGTH, &glift__pattern_role_session, true}; /* the core makes one */
static const glift__field role_fields[] = {
        REQUIRED(TEXT, role_credentials, role_arn, "RoleArn", &role),
        OPTIONAL(TEXT, role_credentials, role_session_name, "RoleSessionName", &role_session),
};
static const glift__request_kind get_fleet_role_credentials = REQUEST("GetFleetRoleCredentials",
        "GetFleetRoleCredentials", role_credentials, role_fields, .payload = GLIFT__PAYLOAD_ROLE_CREDENTIALS);

/* Asked of the container's surroundings, by HTTP. */
static const glift__request_kind list_containers_network_info = {
        .name = "", .call = "ListContainersNetworkInfo"};

/* ---- all of them ---- */

const glift__request_kind *glift__request_kind_of(glift__action action)
{
    switch (action) {
    case GLIFT__ACTION_UNKNOWN:
        return NULL;
    case GLIFT__ACTIVATE_SERVER_PROCESS:
        return &activate_server_process;
    case GLIFT__TERMINATE_SERVER_PROCESS:
        return &terminate_server_process;
    case GLIFT__HEARTBEAT_SERVER_PROCESS:
        return &heartbeat_server_process;
    case GLIFT__ACTIVATE_GAME_SESSION:
        return &activate_game_session;
    case GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY:
        return &update_policy;
    case GLIFT__ACCEPT_PLAYER_SESSION:
        return &accept_player_session;
    case GLIFT__REMOVE_PLAYER_SESSION:
        return &remove_player_session;
    case GLIFT__DESCRIBE_PLAYER_SESSIONS:
        return &describe_player_sessions;
    case GLIFT__START_MATCH_BACKFILL:
        return &start_match_backfill;
    case GLIFT__STOP_MATCH_BACKFILL:
        return &stop_match_backfill;
    case GLIFT__GET_COMPUTE_CERTIFICATE:
        return &get_compute_certificate;
    case GLIFT__GET_FLEET_ROLE_CREDENTIALS:
        return &get_fleet_role_credentials;
    case GLIFT__LIST_CONTAINERS_NETWORK_INFO:
        return &list_containers_network_info;
    }
    return NULL;
}
