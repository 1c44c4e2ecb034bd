/* SPDX-License-Identifier: Apache-2.0 */
/* GetPlayerConnectionDetails (service model 2.3). There is no player gateway before an Anywhere fleet:
 * players are told where their game server is, without a token. */
#include "api/api.h"

static const api_shape player_ids = {.kind = API_LIST, .least = 1, .most = 25, .item = &api_player_id};
static const api_member connection_details_members[] = {
        {"GameSessionId", &api_game_session_id, true},
        {"PlayerIds", &player_ids, true},
        {0},
};

/* [E] Who has no seat in the session is refused: GameLift would have no one to let in. */
static bool all_have_seats(api_call *call, const local_game_session *session)
{
    const cJSON *id, *ids = api_member_of(call->input, "PlayerIds");
    cJSON_ArrayForEach(id, ids)
    {
        if (local_player_session_of(session, id->valuestring) == NULL) {
            api_refuse(call, LOCAL_INVALID_REQUEST, "Player %.128s has no player session in game session %s.",
                    id->valuestring, session->arn);
            return false;
        }
    }
    return true;
}

static void get_connection_details(api_call *call)
{
    const local_game_session *session =
            local_need_game_session(call->service, api_text(call->input, "GameSessionId"), &call->refusal);
    if (session == NULL)
        api_refuse_with(call);
    else if (session->status != GLIFT_GAME_SESSION_ACTIVE)
        api_refuse(call, LOCAL_INVALID_GAME_SESSION_STATUS, "Game session %s is %s.", session->arn,
                glift_game_session_status_name(session->status));
    if (call->refused || !all_have_seats(call, session))
        return;
    api_add_text(call, call->reply, "GameSessionId", session->arn);
    cJSON *list = api_add_array(call, call->reply, "PlayerConnectionDetails");
    const cJSON *id, *ids = api_member_of(call->input, "PlayerIds");
    cJSON_ArrayForEach(id, ids)
    {
        cJSON *detail = api_add_object(call, list, NULL);
        api_add_text(call, detail, "PlayerId", id->valuestring);
        cJSON *endpoint = api_add_object(call, api_add_array(call, detail, "Endpoints"), NULL);
        api_add_text(call, endpoint, "IpAddress", session->ip_address);
        api_add_number(call, endpoint, "Port", session->port);
    }
}

const api_operation api_connection_operations[] = {
        {"GetPlayerConnectionDetails", connection_details_members, get_connection_details}, /* S50 */
        {0},
};
