/* SPDX-License-Identifier: Apache-2.0 */
/* The names of enums on the wire, in scripts and in logs. */

#include "wire/requests.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Values that are out of range have the name of the zero value. */
static const char *name_of(const char *const *names, size_t count, int value)
{
    return names[value >= 0 && (size_t)value < count ? value : 0];
}

const char *glift_version(void)
{
    return GLIFT_VERSION;
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

const char *glift__push_name(glift__push_kind kind)
{
    static const char *const names[] = {
            "", "CreateGameSession", "UpdateGameSession", "RefreshConnection", "TerminateProcess"};
    return name_of(names, COUNT(names), (int)kind);
}

const char *glift__action_name(glift__action action)
{
    const glift__request_kind *kind = glift__request_kind_of(action);
    return kind != NULL ? kind->name : "";
}

glift__action glift__action_from_name(const char *name)
{
    const glift__request_kind *kind;
    if (name == NULL || *name == '\0')
        return GLIFT__ACTION_UNKNOWN;
    for (int action = 1; (kind = glift__request_kind_of((glift__action)action)) != NULL; action++)
        if (strcmp(name, kind->name) == 0)
            return (glift__action)action;
    return GLIFT__ACTION_UNKNOWN;
}

/* Defines the function that gives the value of an enum with this name; the first value, which stands for
 * "none", if no other has it. */
#define FROM_NAME(function, type, last, name_of)                                                             \
    type function(const char *name)                                                                          \
    {                                                                                                        \
        for (int value = 1; name != NULL && value <= (last); value++)                                        \
            if (strcmp(name, name_of((type)value)) == 0)                                                     \
                return (type)value;                                                                          \
        return (type)0;                                                                                      \
    }

FROM_NAME(glift__push_from_name, glift__push_kind, GLIFT__TERMINATE_PROCESS, glift__push_name)
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
