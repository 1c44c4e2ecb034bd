/* SPDX-License-Identifier: Apache-2.0 */
/* The texts are those of the official Go SDK, word for word: people search for them.
 *
 * The patterns are matched by hand: seven small sets of bytes need no engine for regular expressions, whose
 * idea of a letter would depend on the locale. */

#include "wire/connect_url.h"
#include "wire/validate.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NO_LIMIT SIZE_MAX

static bool is_empty(const char *text)
{
    return text == NULL || *text == '\0';
}

static glift_status __attribute__((format(printf, 2, 3))) refuse(char *message, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, GLIFT__MESSAGE_SIZE, format, arguments);
    va_end(arguments);
    for (size_t end = strlen(message); !glift__utf8_is_valid(message, end);) /* a name that was cut in two */
        message[--end] = '\0';
    return GLIFT_ERR_ARGUMENT;
}

/* ---- patterns ---- */

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define ALNUM  LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS

/* Moves past one or more bytes of the set. */
static bool skip(const char **at, const char *set)
{
    size_t length = strspn(*at, set);
    *at += length;
    return length > 0;
}

static bool skip_word(const char **at, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

/* Moves past exactly `count` bytes of the set. */
static bool skip_exactly(const char **at, const char *set, size_t count)
{
    if (strspn(*at, set) < count)
        return false;
    *at += count;
    return true;
}

static bool consists_of(const char *text, const char *set)
{
    return text[strspn(text, set)] == '\0';
}

static bool matches_guid(const char *text)
{
    return consists_of(text, ALNUM ".-");
}

static bool matches_compute(const char *text)
{
    if (!skip(&text, ALNUM "-"))
        return false;
    return *text == '\0' || (skip_word(&text, "/") && skip(&text, ALNUM "-") && *text == '\0');
}

/* ^[a-zA-Z0-9:/-]+$ */
static bool matches_arn(const char *text)
{
    return consists_of(text, ALNUM ":/-");
}

/* The official SDKs check the ARN of a role like any other, which refuses role names that IAM allows
 * (wire protocol 8.2, 15). Here they pass. */
static bool matches_role_arn(const char *text)
{
    return consists_of(text, ALNUM ":/-_+=,.@");
}

static bool matches_region(const char **at)
{
    return skip_exactly(at, LOWER, 2) && skip_word(at, "-") && skip(at, LOWER) && skip_word(at, "-") &&
           skip_exactly(at, DIGITS, 1);
}

/* ^arn:(aws|aws-cn):gamelift:([a-z]{2}-[a-z]+-\d{1}):(\d{12})?:([a-z]+)\/(.+)$ */
static bool matches_gamelift_arn(const char *text)
{
    if (!skip_word(&text, "arn:aws:gamelift:") && !skip_word(&text, "arn:aws-cn:gamelift:"))
        return false;
    if (!matches_region(&text) || !skip_word(&text, ":"))
        return false;
    if (*text != ':' && !skip_exactly(&text, DIGITS, 12))
        return false;
    return skip_word(&text, ":") && skip(&text, LOWER) && skip_word(&text, "/") && *text != '\0' &&
           strchr(text, '\n') == NULL;
}

static bool matches_matchmaking_id(const char *text)
{
    return consists_of(text, ALNUM "-.");
}

static bool matches_role_session(const char *text)
{
    return consists_of(text, ALNUM "_+=,.@-");
}

typedef struct pattern {
    bool (*matches)(const char *text);
    const char *regex; /* as shown to the user; NULL: `other_text` instead */
    const char *other_text;
} pattern;

static const pattern guid = {matches_guid, "^[a-zA-Z0-9.-]+$", NULL};
static const pattern compute = {matches_compute, "^[a-zA-Z0-9\\-]+(\\/[a-zA-Z0-9\\-]+)?$", NULL};
static const pattern arn = {matches_arn, NULL, "Invalid ARN format."};
static const pattern role_arn = {matches_role_arn, NULL, "Invalid ARN format."};
static const pattern gamelift_arn = {matches_gamelift_arn, NULL, "Invalid GameLift ARN format."};
static const pattern matchmaking_id = {matches_matchmaking_id, "^[a-zA-Z0-9-\\.]*$", NULL};
static const pattern role_session = {matches_role_session, "^[\\w+=,.@-]*$", NULL};

/* ---- one field: required, length, pattern, in this order (P54) ---- */

typedef struct field {
    const char *name;
    size_t min, max;        /* bytes */
    const pattern *pattern; /* NULL: any text */
    bool optional;
} field;

static glift_status check(const field *of, const char *text, char *message)
{
    if (is_empty(text))
        return of->optional ? GLIFT_OK : refuse(message, "%s is required.", of->name);
    size_t length = strlen(text);
    if (length < of->min || length > of->max)
        return refuse(message, "%s is invalid. Length must be between %zu and %zu characters.", of->name,
                of->min, of->max);
    if (!glift__utf8_is_valid(text, length))
        return refuse(message, "%s is invalid. Must be UTF-8.", of->name);
    if (of->pattern == NULL || of->pattern->matches(text))
        return GLIFT_OK;
    if (of->pattern->regex == NULL)
        return refuse(message, "%s is invalid. %s", of->name, of->pattern->other_text);
    return refuse(message, "%s is invalid. Must match the pattern: %s.", of->name, of->pattern->regex);
}

/* ---- requests ---- */

static glift_status check_process(const glift__request_body *body, char *message)
{
    static const field log_path = {"LogPaths", 1, NO_LIMIT, NULL, true};
    static const field tool_name = {"SdkToolName", 1, NO_LIMIT, NULL, true};
    static const field tool_version = {"SdkToolVersion", 1, NO_LIMIT, NULL, true};
    int port = body->as.activate_server_process.port;
    if (port < 1 || port > GLIFT_MAX_PORT)
        return refuse(message, "Port must be between 1 and %d", GLIFT_MAX_PORT);
    glift_status status = check(&tool_name, body->as.activate_server_process.tool_name, message);
    if (status == GLIFT_OK)
        status = check(&tool_version, body->as.activate_server_process.tool_version, message);
    for (size_t i = 0; i < body->as.activate_server_process.log_path_count && status == GLIFT_OK; i++)
        status = check(&log_path, body->as.activate_server_process.log_paths[i], message);
    return status;
}

static glift_status check_policy(const glift__request_body *body, char *message)
{
    glift_player_session_creation_policy policy = body->as.update_policy.policy;
    if (policy != GLIFT_PLAYER_SESSION_CREATION_POLICY_ACCEPT_ALL &&
            policy != GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL)
        return refuse(message, "Player session creation policy must be one of [ACCEPT_ALL, DENY_ALL]");
    return GLIFT_OK;
}

static glift_status check_describe(const glift_describe_player_sessions_request *request, char *message)
{
    static const field game_session = {"GameSessionID", 1, GLIFT_MAX_ID_LENGTH, &arn, true};
    static const field player_session = {"PlayerSessionID", 1, GLIFT_MAX_PLAYER_ID_LENGTH, NULL, true};
    static const field player = {"PlayerID", 1, GLIFT_MAX_PLAYER_ID_LENGTH, NULL, true};
    static const field next_token = {"NextToken", 1, NO_LIMIT, NULL, true};
    int selectors = !is_empty(request->game_session_id) + !is_empty(request->player_session_id) +
                    !is_empty(request->player_id);
    if (selectors != 1)
        return refuse(message, "Exactly one of GameSessionId, PlayerSessionId, or PlayerId is required");
    glift_status status = check(&game_session, request->game_session_id, message);
    if (status == GLIFT_OK)
        status = check(&player_session, request->player_session_id, message);
    if (status == GLIFT_OK)
        status = check(&player, request->player_id, message);
    if (status == GLIFT_OK && (unsigned)request->status_filter > GLIFT_PLAYER_SESSION_TIMEDOUT)
        status = refuse(
                message, "PlayerSessionStatusFilter must be one of [RESERVED, ACTIVE, COMPLETED, TIMEDOUT]");
    return status == GLIFT_OK ? check(&next_token, request->next_token, message) : status;
}

static glift_status check_attribute_texts(const glift_player_attribute *attribute, char *message)
{
    static const field name = {"PlayerAttributes name", 1, NO_LIMIT, NULL, false};
    static const field string = {"PlayerAttributes string", 1, NO_LIMIT, NULL, true};
    static const field key = {"PlayerAttributes map key", 1, NO_LIMIT, NULL, false};
    glift_status status = check(&name, attribute->name, message);
    if (status == GLIFT_OK && attribute->type == GLIFT_ATTRIBUTE_STRING)
        status = check(&string, attribute->string, message);
    if (attribute->type == GLIFT_ATTRIBUTE_STRING_LIST)
        for (size_t i = 0; i < attribute->string_count && status == GLIFT_OK; i++)
            status = check(&string, attribute->string_list[i], message);
    if (attribute->type == GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP)
        for (size_t i = 0; i < attribute->double_count && status == GLIFT_OK; i++)
            status = check(&key, attribute->double_map[i].key, message);
    return status;
}

static bool is_finite(const glift_player_attribute *attribute)
{
    if (attribute->type == GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP)
        for (size_t i = 0; i < attribute->double_count; i++)
            if (!isfinite(attribute->double_map[i].value))
                return false;
    return attribute->type != GLIFT_ATTRIBUTE_DOUBLE || isfinite(attribute->number);
}

/* The official SDKs do not look into attributes; what JSON cannot hold has to be found here (P53). */
static glift_status check_attribute(
        const glift_player_attribute *attribute, const char *player_id, char *message)
{
    glift_status status = check_attribute_texts(attribute, message);
    if (status != GLIFT_OK)
        return status;
    if ((unsigned)attribute->type > GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP)
        return refuse(message, "A PlayerAttributes value has no known type: %s of player %s", attribute->name,
                player_id);
    if (!is_finite(attribute))
        return refuse(message, "A PlayerAttributes number is not finite: %s of player %s", attribute->name,
                player_id);
    return GLIFT_OK;
}

static glift_status check_player(const glift_player *player, char *message)
{
    static const field id = {"PlayerId", 1, NO_LIMIT, NULL, false};
    static const field team = {"Team", 1, NO_LIMIT, NULL, true};
    static const field region = {"LatencyInMs region", 1, NO_LIMIT, NULL, false};
    glift_status status = check(&id, player->player_id, message);
    if (status == GLIFT_OK)
        status = check(&team, player->team, message);
    for (size_t i = 0; i < player->attribute_count && status == GLIFT_OK; i++)
        status = check_attribute(&player->attributes[i], player->player_id, message);
    for (size_t i = 0; i < player->latency_count && status == GLIFT_OK; i++)
        status = check(&region, player->latencies[i].region, message);
    return status;
}

static glift_status check_start_backfill(const glift_start_match_backfill_request *request, char *message)
{
    static const field session = {"GameSessionArn", 1, GLIFT_MAX_ID_LENGTH, &arn, false};
    static const field configuration = {
            "MatchmakingConfigurationArn", 1, GLIFT_MAX_ID_LENGTH, &gamelift_arn, false};
    static const field ticket = {"TicketID", 1, GLIFT_MAX_TICKET_ID_LENGTH, &matchmaking_id, true};
    glift_status status = check(&session, request->game_session_arn, message);
    if (status == GLIFT_OK)
        status = check(&configuration, request->matchmaking_configuration_arn, message);
    if (status == GLIFT_OK)
        status = check(&ticket, request->ticket_id, message);
    if (status == GLIFT_OK && (request->players == NULL || request->player_count == 0))
        status = refuse(message, "Players cannot be empty.");
    for (size_t i = 0; i < request->player_count && status == GLIFT_OK; i++)
        status = check_player(&request->players[i], message);
    return status;
}

static glift_status check_stop_backfill(const glift_stop_match_backfill_request *request, char *message)
{
    static const field session = {"GameSessionArn", 1, GLIFT_MAX_ID_LENGTH, &gamelift_arn, false};
    static const field configuration = {"MatchmakingConfigurationArn", 1, NO_LIMIT, &gamelift_arn, false};
    static const field ticket = {"TicketID", 1, GLIFT_MAX_TICKET_ID_LENGTH, &matchmaking_id, false};
    glift_status status = check(&session, request->game_session_arn, message);
    if (status == GLIFT_OK)
        status = check(&configuration, request->matchmaking_configuration_arn, message);
    return status == GLIFT_OK ? check(&ticket, request->ticket_id, message) : status;
}

static glift_status check_role_credentials(const glift__request_body *body, char *message)
{
    static const field role = {"RoleArn", 1, GLIFT_MAX_ID_LENGTH, &role_arn, false};
    static const field session = {"RoleSessionName", GLIFT_MIN_ROLE_SESSION_NAME_LENGTH,
            GLIFT_MAX_ROLE_SESSION_NAME_LENGTH, &role_session, false};
    glift_status status = check(&role, body->as.role_credentials.role_arn, message);
    return status == GLIFT_OK ? check(&session, body->as.role_credentials.role_session_name, message)
                              : status;
}

glift_status glift__validate_request(const glift__request_body *body, char message[GLIFT__MESSAGE_SIZE])
{
    static const field player_session = {"PlayerSessionID", 1, GLIFT_MAX_ID_LENGTH, &guid, false};
    message[0] = '\0';
    switch (body->action) {
    case GLIFT__ACTIVATE_SERVER_PROCESS:
        return check_process(body, message);
    case GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY:
        return check_policy(body, message);
    case GLIFT__ACCEPT_PLAYER_SESSION:
    case GLIFT__REMOVE_PLAYER_SESSION:
        return check(&player_session, body->as.player_session.player_session_id, message);
    case GLIFT__DESCRIBE_PLAYER_SESSIONS:
        return check_describe(&body->as.describe, message);
    case GLIFT__START_MATCH_BACKFILL:
        return check_start_backfill(&body->as.start_match_backfill, message);
    case GLIFT__STOP_MATCH_BACKFILL:
        return check_stop_backfill(&body->as.stop_match_backfill, message);
    case GLIFT__GET_FLEET_ROLE_CREDENTIALS:
        return check_role_credentials(body, message);
    default:
        return GLIFT_OK; /* no arguments of the game's in it */
    }
}

/* ---- identity ---- */

static glift_status check_url(const char *url, char *message)
{
    static const field required = {"WebSocketURL", 1, NO_LIMIT, NULL, false};
    glift__text base = {0};
    const char *url_message;
    glift_status status = check(&required, url, message);
    if (status == GLIFT_OK)
        status = glift__connect_base(url, &base, &url_message);
    if (status == GLIFT_ERR_MEMORY)
        refuse(message, "%s", url_message);
    else if (status != GLIFT_OK && message[0] == '\0')
        refuse(message, "WebSocketURL is invalid: %s.", url_message);
    glift__text_free(&base);
    return status;
}

glift_status glift__validate_identity(const glift__identity *identity, char message[GLIFT__MESSAGE_SIZE])
{
    static const field process = {"ProcessID", 1, NO_LIMIT, NULL, false};
    static const field fleet = {"FleetID", 1, GLIFT_MAX_ID_LENGTH, &guid, false};
    static const field host = {"HostID", 1, GLIFT_MAX_ID_LENGTH, &compute, false};
    bool by_token = !is_empty(identity->auth_token);
    message[0] = '\0';
    if (!by_token && is_empty(identity->aws_region))
        return refuse(message,
                "Failed to provide a valid authorization strategy: Either AuthToken or AwsRegion%s are "
                "required",
                identity->container ? "" : " and AwsCredentials");
    glift_status status = check_url(identity->websocket_url, message);
    if (status == GLIFT_OK)
        status = check(&process, identity->process_id, message);
    if (status == GLIFT_OK)
        status = check(&fleet, identity->fleet_id, message);
    if (identity->container)
        return status; /* host id and keys come from the container agent */
    if (status == GLIFT_OK)
        status = check(&host, identity->host_id, message);
    if (status == GLIFT_OK && !by_token && (is_empty(identity->access_key) || is_empty(identity->secret_key)))
        status = refuse(message,
                "Failed to provide a valid authorization strategy: AccessKey and SecretKey are required");
    return status;
}
