/* SPDX-License-Identifier: Apache-2.0 */
/* Structs of the SDK as tables. Names are the structs' own, enums are GameLift's strings, times are seconds
 * since 1970 with a fraction (what os.time() counts). What the service left out is "" as in C, but where a
 * script would test for it (next_token, times) it is nil. */

#include "lgamelift.h"

const char *const lvalue_log_levels[] = {"debug", "info", "warn", "error", NULL};

static void set_text(lua_State *L, const char *field, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, field);
}

static void set_number(lua_State *L, const char *field, lua_Number number)
{
    lua_pushnumber(L, number);
    lua_setfield(L, -2, field);
}

static void set_integer(lua_State *L, const char *field, int number)
{
    lua_pushinteger(L, number);
    lua_setfield(L, -2, field);
}

void lvalue_push_time(lua_State *L, int64_t unix_ms)
{
    if (unix_ms != 0)
        lua_pushnumber(L, (lua_Number)unix_ms / 1000);
    else
        lua_pushnil(L);
}

static void set_time(lua_State *L, const char *field, int64_t unix_ms)
{
    lvalue_push_time(L, unix_ms);
    lua_setfield(L, -2, field);
}

/* ---- sessions ---- */

void lvalue_push_game_session(lua_State *L, const glift_game_session *session)
{
    lua_newtable(L);
    set_text(L, "game_session_id", session->game_session_id);
    set_text(L, "name", session->name);
    set_text(L, "fleet_id", session->fleet_id);
    set_text(L, "location", session->location);
    set_text(L, "game_session_data", session->game_session_data);
    set_text(L, "matchmaker_data", session->matchmaker_data);
    set_text(L, "ip_address", session->ip_address);
    set_text(L, "dns_name", session->dns_name);
    set_text(L, "status", glift_game_session_status_name(session->status));
    set_text(L, "status_reason", session->status_reason);
    set_integer(L, "port", session->port);
    set_integer(L, "maximum_player_session_count", session->maximum_player_session_count);
    lua_newtable(L);
    for (size_t i = 0; i < session->game_property_count; i++)
        set_text(L, session->game_properties[i].key, session->game_properties[i].value);
    lua_setfield(L, -2, "game_properties");
}

void lvalue_push_update(lua_State *L, const glift_game_session_update *update)
{
    lua_newtable(L);
    lvalue_push_game_session(L, update->game_session);
    lua_setfield(L, -2, "game_session");
    set_text(L, "update_reason", glift_update_reason_name(update->update_reason));
    set_text(L, "backfill_ticket_id", update->backfill_ticket_id);
}

void lvalue_push_connection_event(lua_State *L, const glift_connection_event *event)
{
    static const char *const states[] = {
            [GLIFT_CONNECTED] = "connected",
            [GLIFT_RECONNECTING] = "reconnecting",
            [GLIFT_LOST] = "lost",
            [GLIFT_ENDED] = "ended",
    };
    lua_newtable(L);
    set_text(L, "state", states[event->state]);
    set_text(L, "code", glift_status_name(event->status));
    set_text(L, "reason", event->reason);
}

/* ---- matchmaker data ---- */

/* Pushes the value; nil where there is none. */
static void push_attribute(lua_State *L, const glift_player_attribute *attribute)
{
    switch (attribute->type) {
    case GLIFT_ATTRIBUTE_STRING:
        lua_pushstring(L, attribute->string);
        break;
    case GLIFT_ATTRIBUTE_DOUBLE:
        lua_pushnumber(L, attribute->number);
        break;
    case GLIFT_ATTRIBUTE_STRING_LIST:
        lua_createtable(L, (int)attribute->string_count, 0);
        for (size_t i = 0; i < attribute->string_count; i++) {
            lua_pushstring(L, attribute->string_list[i]);
            lua_rawseti(L, -2, (int)i + 1);
        }
        break;
    case GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP:
        lua_newtable(L);
        for (size_t i = 0; i < attribute->double_count; i++)
            set_number(L, attribute->double_map[i].key, attribute->double_map[i].value);
        break;
    default:
        lua_pushnil(L);
    }
}

static void push_player(lua_State *L, const glift_player *player)
{
    lua_newtable(L);
    set_text(L, "player_id", player->player_id);
    set_text(L, "team", player->team);
    lua_newtable(L);
    for (size_t i = 0; i < player->attribute_count; i++) {
        push_attribute(L, &player->attributes[i]);
        lua_setfield(L, -2, player->attributes[i].name);
    }
    lua_setfield(L, -2, "attributes");
}

void lvalue_push_matchmaker_data(lua_State *L, const glift_matchmaker_data *data)
{
    lua_newtable(L);
    set_text(L, "match_id", data->match_id);
    set_text(L, "matchmaking_configuration_arn", data->matchmaking_configuration_arn);
    set_text(L, "auto_backfill_mode", glift_auto_backfill_mode_name(data->auto_backfill_mode));
    set_text(L, "auto_backfill_ticket_id", data->auto_backfill_ticket_id);
    lua_createtable(L, (int)data->player_count, 0);
    for (size_t i = 0; i < data->player_count; i++) {
        push_player(L, &data->players[i]);
        lua_rawseti(L, -2, (int)i + 1);
    }
    lua_setfield(L, -2, "players");
}

/* ---- answers ---- */

int lvalue_push_true(lua_State *L, const glift_result *result)
{
    (void)result;
    lua_pushboolean(L, 1);
    return 1;
}

static void push_player_session(lua_State *L, const glift_player_session *session)
{
    lua_newtable(L);
    set_text(L, "player_session_id", session->player_session_id);
    set_text(L, "player_id", session->player_id);
    set_text(L, "game_session_id", session->game_session_id);
    set_text(L, "fleet_id", session->fleet_id);
    set_text(L, "player_data", session->player_data);
    set_text(L, "ip_address", session->ip_address);
    set_text(L, "dns_name", session->dns_name);
    set_text(L, "status", glift_player_session_status_name(session->status));
    set_integer(L, "port", session->port);
    set_time(L, "creation_time", session->creation_time_unix_ms);
    set_time(L, "termination_time", session->termination_time_unix_ms);
}

int lvalue_push_player_sessions(lua_State *L, const glift_result *result)
{
    const glift_player_session_page *page = result->player_session_page;
    lua_newtable(L);
    lua_createtable(L, (int)page->player_session_count, 0);
    for (size_t i = 0; i < page->player_session_count; i++) {
        push_player_session(L, &page->player_sessions[i]);
        lua_rawseti(L, -2, (int)i + 1);
    }
    lua_setfield(L, -2, "player_sessions");
    if (page->next_token[0] != '\0')
        set_text(L, "next_token", page->next_token);
    return 1;
}

int lvalue_push_backfill(lua_State *L, const glift_result *result)
{
    lua_newtable(L);
    set_text(L, "ticket_id", result->backfill_ticket_id);
    return 1;
}

int lvalue_push_certificate(lua_State *L, const glift_result *result)
{
    lua_newtable(L);
    set_text(L, "certificate_path", result->compute_certificate->certificate_path);
    set_text(L, "compute_name", result->compute_certificate->compute_name);
    return 1;
}

int lvalue_push_credentials(lua_State *L, const glift_result *result)
{
    const glift_fleet_role_credentials *credentials = result->fleet_role_credentials;
    lua_newtable(L);
    set_text(L, "assumed_role_user_arn", credentials->assumed_role_user_arn);
    set_text(L, "assumed_role_id", credentials->assumed_role_id);
    set_text(L, "access_key_id", credentials->access_key_id);
    set_text(L, "secret_access_key", credentials->secret_access_key);
    set_text(L, "session_token", credentials->session_token);
    set_time(L, "expiration", credentials->expiration_unix_ms);
    return 1;
}

int lvalue_push_containers(lua_State *L, const glift_result *result)
{
    lua_createtable(L, (int)result->container_count, 0);
    for (size_t i = 0; i < result->container_count; i++) {
        const glift_container_network_info *container = &result->containers[i];
        lua_newtable(L);
        set_text(L, "container_name", container->container_name);
        set_text(L, "container_id", container->container_id);
        set_text(L, "ip_address", container->ip_address);
        set_text(L, "container_group_type", container->container_group_type);
        lua_rawseti(L, -2, (int)i + 1);
    }
    return 1;
}
