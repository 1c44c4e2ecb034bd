/* SPDX-License-Identifier: Apache-2.0 */
/* What enums are called: on the wire, in scripts, in logs. */

#include "wire/message.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Values that are out of range have the name of the zero value. */
static const char *name_of(const char *const *names, size_t count, int value)
{
    return names[value >= 0 && (size_t)value < count ? value : 0];
}

const char *glift_sdk_version(void)
{
    return GLIFT_SDK_VERSION;
}

const char *glift_status_name(glift_status status)
{
    static const char *const names[] = {"OK", "ARGUMENT", "STATE", "MEMORY", "TIMEOUT", "CANCELLED", "CLOSED",
            "CONNECT", "UNAUTHORIZED", "FORBIDDEN", "NOT_FOUND", "CONFLICT", "THROTTLED", "REJECTED",
            "SERVICE", "UNSUPPORTED"};
    return (int)status >= 0 && (size_t)status < COUNT(names) ? names[status] : "UNKNOWN";
}

const char *glift_player_session_creation_policy_name(glift_player_session_creation_policy policy)
{
    static const char *const names[] = {"NOT_SET", "ACCEPT_ALL", "DENY_ALL"};
    return name_of(names, COUNT(names), (int)policy);
}

const char *glift_player_session_status_name(glift_player_session_status status)
{
    static const char *const names[] = {"NOT_SET", "RESERVED", "ACTIVE", "COMPLETED", "TIMEDOUT"};
    return name_of(names, COUNT(names), (int)status);
}

const char *glift_game_session_status_name(glift_game_session_status status)
{
    static const char *const names[] = {
            "NOT_SET", "ACTIVATING", "ACTIVE", "TERMINATING", "TERMINATED", "ERROR"};
    return name_of(names, COUNT(names), (int)status);
}

const char *glift_update_reason_name(glift_update_reason reason)
{
    static const char *const names[] = {"UNKNOWN", "MATCHMAKING_DATA_UPDATED", "BACKFILL_FAILED",
            "BACKFILL_TIMED_OUT", "BACKFILL_CANCELLED"};
    return name_of(names, COUNT(names), (int)reason);
}

const char *glift_auto_backfill_mode_name(glift_auto_backfill_mode mode)
{
    static const char *const names[] = {"NOT_SET", "MANUAL", "AUTOMATIC"};
    return name_of(names, COUNT(names), (int)mode);
}

const char *glift_attribute_type_name(glift_attribute_type type)
{
    static const char *const names[] = {"NONE", "STRING", "DOUBLE", "STRING_LIST", "STRING_DOUBLE_MAP"};
    return name_of(names, COUNT(names), (int)type);
}

static const char *const action_names[GLIFT__ACTION_COUNT] = {
        [GLIFT__ACTION_UNKNOWN] = "",
        [GLIFT__ACTIVATE_SERVER_PROCESS] = "ActivateServerProcess",
        [GLIFT__TERMINATE_SERVER_PROCESS] = "TerminateServerProcess",
        [GLIFT__HEARTBEAT_SERVER_PROCESS] = "HeartbeatServerProcess",
        [GLIFT__ACTIVATE_GAME_SESSION] = "ActivateGameSession",
        [GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY] = "UpdatePlayerSessionCreationPolicy",
        [GLIFT__ACCEPT_PLAYER_SESSION] = "AcceptPlayerSession",
        [GLIFT__REMOVE_PLAYER_SESSION] = "RemovePlayerSession",
        [GLIFT__DESCRIBE_PLAYER_SESSIONS] = "DescribePlayerSessions",
        [GLIFT__START_MATCH_BACKFILL] = "StartMatchBackfill",
        [GLIFT__STOP_MATCH_BACKFILL] = "StopMatchBackfill",
        [GLIFT__GET_COMPUTE_CERTIFICATE] = "GetComputeCertificate",
        [GLIFT__GET_FLEET_ROLE_CREDENTIALS] = "GetFleetRoleCredentials",
        [GLIFT__CREATE_GAME_SESSION] = "CreateGameSession",
        [GLIFT__UPDATE_GAME_SESSION] = "UpdateGameSession",
        [GLIFT__REFRESH_CONNECTION] = "RefreshConnection",
        [GLIFT__TERMINATE_PROCESS] = "TerminateProcess",
};

const char *glift__action_name(glift__action action)
{
    return name_of(action_names, COUNT(action_names), (int)action);
}

/* The value of an enum that has this name; the first one, which stands for "none", if no other has. */
#define FROM_NAME(function, type, last, name_of)                                                             \
    type function(const char *name)                                                                          \
    {                                                                                                        \
        for (int value = 1; name != NULL && value <= (last); value++)                                        \
            if (strcmp(name, name_of((type)value)) == 0)                                                     \
                return (type)value;                                                                          \
        return (type)0;                                                                                      \
    }

FROM_NAME(glift__action_from_name, glift__action, GLIFT__ACTION_COUNT - 1, glift__action_name)
FROM_NAME(glift__policy_from_name, glift_player_session_creation_policy,
        GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL, glift_player_session_creation_policy_name)
FROM_NAME(glift__player_session_status_from_name, glift_player_session_status, GLIFT_PLAYER_SESSION_TIMEDOUT,
        glift_player_session_status_name)
FROM_NAME(glift__game_session_status_from_name, glift_game_session_status, GLIFT_GAME_SESSION_ERROR,
        glift_game_session_status_name)
FROM_NAME(glift__update_reason_from_name, glift_update_reason, GLIFT_UPDATE_BACKFILL_CANCELLED,
        glift_update_reason_name)
FROM_NAME(glift__auto_backfill_mode_from_name, glift_auto_backfill_mode, GLIFT_AUTO_BACKFILL_AUTOMATIC,
        glift_auto_backfill_mode_name)
FROM_NAME(glift__attribute_type_from_name, glift_attribute_type, GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP,
        glift_attribute_type_name)
