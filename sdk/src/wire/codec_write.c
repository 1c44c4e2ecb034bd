/* SPDX-License-Identifier: Apache-2.0 */
/* What a game server sends: the twelve requests.
 *
 * Optional texts that are not set are left out (P51); lists and maps are always there, empty if need be,
 * since null in their place is read differently by different services (P58). */

#include "wire/codec.h"
#include "wire/json.h"

static void write_process(glift__json_writer *writer, const glift__request_body *body)
{
    glift__json *root = writer->root;
    glift__write_text(writer, root, "SdkVersion", body->as.activate_server_process.sdk_version);
    glift__write_text(writer, root, "SdkLanguage", body->as.activate_server_process.sdk_language);
    glift__write_text_if_any(writer, root, "SdkToolName", body->as.activate_server_process.tool_name);
    glift__write_text_if_any(writer, root, "SdkToolVersion", body->as.activate_server_process.tool_version);
    glift__write_int64(writer, root, "Port", body->as.activate_server_process.port);
    glift__write_strings(writer, root, "LogPaths", body->as.activate_server_process.log_paths,
            body->as.activate_server_process.log_path_count);
}

static void write_describe(glift__json_writer *writer, const glift_describe_player_sessions_request *request)
{
    glift__json *root = writer->root;
    glift__write_text_if_any(writer, root, "GameSessionId", request->game_session_id);
    glift__write_text_if_any(writer, root, "PlayerId", request->player_id);
    glift__write_text_if_any(writer, root, "PlayerSessionId", request->player_session_id);
    if (request->status_filter != GLIFT_PLAYER_SESSION_NOT_SET)
        glift__write_text(writer, root, "PlayerSessionStatusFilter",
                glift_player_session_status_name(request->status_filter));
    glift__write_text_if_any(writer, root, "NextToken", request->next_token);
    if (request->limit != 0)
        glift__write_int64(writer, root, "Limit", request->limit);
}

/* One discriminator, one payload; the payload also where it is 0 or empty (P121, P122). */
static void write_attribute(
        glift__json_writer *writer, glift__json *parent, const glift_player_attribute *attribute)
{
    const char *name = attribute->name != NULL ? attribute->name : "";
    glift__json *value = glift__write_object(writer, parent, name);
    glift__write_text(writer, value, "AttrType", glift_attribute_type_name(attribute->type));
    switch (attribute->type) {
    case GLIFT_ATTRIBUTE_STRING:
        glift__write_text(writer, value, "S", attribute->string);
        break;
    case GLIFT_ATTRIBUTE_DOUBLE:
        glift__write_double(writer, value, "N", attribute->number);
        break;
    case GLIFT_ATTRIBUTE_STRING_LIST:
        glift__write_strings(writer, value, "SL", attribute->string_list, attribute->string_count);
        break;
    case GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP:
        glift__write_doubles(writer, value, "SDM", attribute->double_map, attribute->double_count);
        break;
    case GLIFT_ATTRIBUTE_NONE:
        break;
    }
}

static void write_player(glift__json_writer *writer, glift__json *players, const glift_player *player)
{
    glift__json *object = glift__write_object(writer, players, NULL);
    glift__write_text(writer, object, "PlayerId", player->player_id);
    glift__write_text_if_any(writer, object, "Team", player->team);
    glift__json *attributes = glift__write_object(writer, object, "PlayerAttributes");
    for (size_t i = 0; i < player->attribute_count; i++)
        write_attribute(writer, attributes, &player->attributes[i]);
    glift__json *latencies = glift__write_object(writer, object, "LatencyInMs");
    for (size_t i = 0; i < player->latency_count; i++) {
        const char *region = player->latencies[i].region;
        glift__write_int64(writer, latencies, region != NULL ? region : "", player->latencies[i].latency_ms);
    }
}

static void write_backfill(glift__json_writer *writer, const glift_start_match_backfill_request *request)
{
    glift__json *root = writer->root;
    glift__write_text(writer, root, "GameSessionArn", request->game_session_arn);
    glift__write_text(writer, root, "MatchmakingConfigurationArn", request->matchmaking_configuration_arn);
    glift__write_text_if_any(writer, root, "TicketId", request->ticket_id);
    glift__json *players = glift__write_array(writer, root, "Players");
    for (size_t i = 0; i < request->player_count; i++)
        write_player(writer, players, &request->players[i]);
}

static void write_body(glift__json_writer *writer, const glift__request_body *body)
{
    glift__json *root = writer->root;
    switch (body->action) {
    case GLIFT__ACTIVATE_SERVER_PROCESS:
        write_process(writer, body);
        break;
    case GLIFT__HEARTBEAT_SERVER_PROCESS:
        glift__write_bool(writer, root, "HealthStatus", body->as.heartbeat.healthy);
        break;
    case GLIFT__ACTIVATE_GAME_SESSION:
        glift__write_text(writer, root, "GameSessionId", body->as.activate_game_session.game_session_id);
        break;
    case GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY:
        glift__write_text(writer, root, "GameSessionId", body->as.update_policy.game_session_id);
        glift__write_text(writer, root, "PlayerSessionPolicy",
                glift_player_session_creation_policy_name(body->as.update_policy.policy));
        break;
    case GLIFT__ACCEPT_PLAYER_SESSION:
    case GLIFT__REMOVE_PLAYER_SESSION:
        glift__write_text(writer, root, "GameSessionId", body->as.player_session.game_session_id);
        glift__write_text(writer, root, "PlayerSessionId", body->as.player_session.player_session_id);
        break;
    case GLIFT__DESCRIBE_PLAYER_SESSIONS:
        write_describe(writer, &body->as.describe);
        break;
    case GLIFT__START_MATCH_BACKFILL:
        write_backfill(writer, &body->as.start_match_backfill);
        break;
    case GLIFT__STOP_MATCH_BACKFILL:
        glift__write_text(writer, root, "GameSessionArn", body->as.stop_match_backfill.game_session_arn);
        glift__write_text(writer, root, "MatchmakingConfigurationArn",
                body->as.stop_match_backfill.matchmaking_configuration_arn);
        glift__write_text(writer, root, "TicketId", body->as.stop_match_backfill.ticket_id);
        break;
    case GLIFT__GET_FLEET_ROLE_CREDENTIALS:
        glift__write_text(writer, root, "RoleArn", body->as.role_credentials.role_arn);
        glift__write_text_if_any(
                writer, root, "RoleSessionName", body->as.role_credentials.role_session_name);
        break;
    default:
        break; /* the action is all */
    }
}

glift_status glift__encode_request(const glift__request_body *body, const char *request_id, glift__text *out)
{
    *out = (glift__text){0};
    if (request_id == NULL || *request_id == '\0')
        return GLIFT_ERR_ARGUMENT;
    glift__json_writer writer = glift__write_begin();
    glift__write_text(&writer, writer.root, "Action", glift__action_name(body->action));
    glift__write_text(&writer, writer.root, "RequestId", request_id);
    write_body(&writer, body);
    return glift__write_end(&writer, GLIFT_MAX_MESSAGE_LENGTH, out);
}
