/* SPDX-License-Identifier: Apache-2.0 */
/* CreatePlayerSession, CreatePlayerSessions, DescribePlayerSessions (service model 2.1). */
#include "api/api.h"

#include <string.h>

#define PAGE_DEFAULT     100
#define PLAYERS_PER_CALL 25

static void add_player_session(
        api_call *call, cJSON *parent, const char *name, const local_player_session *seat)
{
    const local_game_session *session = seat->game_session;
    cJSON *object = api_add_object(call, parent, name);
    api_add_text(call, object, "PlayerSessionId", seat->id);
    api_add_text(call, object, "PlayerId", seat->player_id);
    api_add_text(call, object, "GameSessionId", session->arn);
    api_add_text(call, object, "FleetId", session->fleet->id);
    api_add_text(call, object, "FleetArn", session->fleet->arn);
    api_add_time(call, object, "CreationTime", seat->creation_unix_ms);
    api_add_time(call, object, "TerminationTime", seat->termination_unix_ms);
    api_add_text(call, object, "Status", glift_player_session_status_name(seat->status));
    api_add_text(call, object, "IpAddress", session->ip_address);
    api_add_text(call, object, "DnsName", session->dns_name);
    api_add_number(call, object, "Port", session->port);
    api_add_text(call, object, "PlayerData", seat->player_data);
}

/* Seats for all of them; the number of seats is count, or 0 where the call is refused. */
static size_t reserve(
        api_call *call, const local_seat_wish *wishes, size_t count, local_player_session **seats)
{
    local_game_session *session =
            local_need_game_session(call->service, api_text(call->input, "GameSessionId"), &call->refusal);
    if (session != NULL &&
            local_reserve_seats(call->service, call->now, session, wishes, count, seats, &call->refusal))
        return count;
    api_refuse_with(call);
    return 0;
}

static const api_member create_player_session_members[] = {
        {"GameSessionId", &api_game_session_id, true},
        {"PlayerId", &api_player_id, true},
        {"PlayerData", &api_player_data, false},
        {0},
};

static void create_player_session(api_call *call)
{
    local_seat_wish wish = {api_text(call->input, "PlayerId"), api_text(call->input, "PlayerData")};
    local_player_session *seat;
    if (reserve(call, &wish, 1, &seat) == 1)
        add_player_session(call, call->reply, "PlayerSession", seat);
}

static const api_shape player_ids = {
        .kind = API_LIST, .least = 1, .most = PLAYERS_PER_CALL, .item = &api_player_id};
static const api_shape player_data_map = {.kind = API_MAP, .key = &api_player_id, .item = &api_player_data};
static const api_member create_player_sessions_members[] = {
        {"GameSessionId", &api_game_session_id, true},
        {"PlayerIds", &player_ids, true},
        {"PlayerDataMap", &player_data_map, false},
        {0},
};

static void create_player_sessions(api_call *call)
{
    local_seat_wish wishes[PLAYERS_PER_CALL];
    local_player_session *seats[PLAYERS_PER_CALL];
    size_t count = 0;
    const cJSON *data = api_member_of(call->input, "PlayerDataMap");
    for (const cJSON *id = api_member_of(call->input, "PlayerIds")->child; id != NULL; id = id->next)
        wishes[count++] = (local_seat_wish){id->valuestring, api_text(data, id->valuestring)};
    count = reserve(call, wishes, count, seats);
    cJSON *list = api_add_array(call, call->reply, "PlayerSessions");
    for (size_t i = 0; i < count; i++)
        add_player_session(call, list, NULL, seats[i]);
}

static const char *const status_names[] = {"RESERVED", "ACTIVE", "COMPLETED", "TIMEDOUT", NULL};
static const api_shape status_filter = {.kind = API_TEXT, .names = status_names};
static const api_shape player_session_id = {
        .kind = API_TEXT, .least = 1, .most = 1024, .pattern = "psess-[^[:space:]]+"};
static const api_member describe_player_sessions_members[] = {
        {"GameSessionId", &api_game_session_id, false},
        {"PlayerId", &api_player_id, false},
        {"PlayerSessionId", &player_session_id, false},
        {"PlayerSessionStatusFilter", &status_filter, false},
        {"Limit", &api_limit, false},
        {"NextToken", &api_next_token, false},
        {0},
};

static glift_player_session_status status_of(const char *name)
{
    static const glift_player_session_status statuses[] = {GLIFT_PLAYER_SESSION_RESERVED,
            GLIFT_PLAYER_SESSION_ACTIVE, GLIFT_PLAYER_SESSION_COMPLETED, GLIFT_PLAYER_SESSION_TIMEDOUT};
    for (size_t i = 0; name != NULL && status_names[i] != NULL; i++) {
        if (strcmp(status_names[i], name) == 0)
            return statuses[i];
    }
    return GLIFT_PLAYER_SESSION_NOT_SET;
}

static void describe_player_sessions(api_call *call)
{
    local_seat_query query = {
            .player_session_id = api_text(call->input, "PlayerSessionId"),
            .game_session_id = api_text(call->input, "GameSessionId"),
            .player_id = api_text(call->input, "PlayerId"),
            .status = status_of(api_text(call->input, "PlayerSessionStatusFilter")),
    };
    local_page page;
    if (!local_seats_begin(call->service, &query, &call->refusal))
        api_refuse_with(call);
    if (call->refused || !api_page_begin(call, &page, PAGE_DEFAULT))
        return;
    cJSON *list = api_add_array(call, call->reply, "PlayerSessions");
    for (const local_player_session *seat = NULL;
            !page.more && (seat = local_seats_next(call->service, &query, seat)) != NULL;) {
        if (local_page_takes(&page, seat->serial))
            add_player_session(call, list, NULL, seat);
    }
    api_page_end(call, &page);
}

const api_operation api_player_session_operations[] = {
        {"CreatePlayerSession", create_player_session_members,
                create_player_session}, /* S46, S49, S50, S52 */
        {"CreatePlayerSessions", create_player_sessions_members,
                create_player_sessions}, /* S46, S49, S50, S52 */
        {"DescribePlayerSessions", describe_player_sessions_members, describe_player_sessions}, /* S51 */
        {0},
};
