/* SPDX-License-Identifier: Apache-2.0 */
/* CreateGameSession to TerminateGameSession (service model 2.1). */
#include "api/api.h"

#include <string.h>

#include "model/aliases.h"

#define PAGE_DEFAULT 100

void api_add_game_session(api_call *call, cJSON *parent, const char *name, const local_game_session *session)
{
    cJSON *object = api_add_object(call, parent, name);
    api_add_text(call, object, "GameSessionId", session->arn);
    api_add_text(call, object, "Name", session->name);
    api_add_text(call, object, "FleetId", session->fleet->id);
    api_add_text(call, object, "FleetArn", session->fleet->arn);
    api_add_text(call, object, "Location", session->location);
    api_add_time(call, object, "CreationTime", session->creation_unix_ms);
    api_add_time(call, object, "TerminationTime", session->termination_unix_ms);
    api_add_number(call, object, "CurrentPlayerSessionCount", session->taken);
    api_add_number(call, object, "MaximumPlayerSessionCount", session->maximum);
    api_add_text(call, object, "Status", glift_game_session_status_name(session->status));
    api_add_text(call, object, "StatusReason", session->status_reason);
    api_add_text(call, object, "IpAddress", session->ip_address);
    api_add_text(call, object, "DnsName", session->dns_name);
    api_add_number(call, object, "Port", session->port);
    api_add_text(call, object, "PlayerSessionCreationPolicy",
            glift_player_session_creation_policy_name(session->policy));
    api_add_text(call, object, "CreatorId", session->creator_id);
    api_add_text(call, object, "GameSessionData", session->game_session_data);
    api_add_text(call, object, "MatchmakerData", session->matchmaker_data);
    api_add_properties(call, object, "GameProperties", session->properties, session->property_count);
}

static const char *const protection_policies[] = {"NoProtection", "FullProtection", NULL};
const api_shape api_protection_policy = {.kind = API_TEXT, .names = protection_policies};

const char *api_protection_policy_name(const char *given)
{
    for (const char *const *name = protection_policies; given != NULL && *name != NULL; name++) {
        if (strcmp(*name, given) == 0)
            return *name;
    }
    return NULL;
}

/* ---- creating ---- */

static const api_member create_game_session_members[] = {
        {"FleetId", &api_fleet_id, false},
        {"AliasId", &api_alias_id, false},
        {"MaximumPlayerSessionCount", &api_count, true},
        {"Name", &api_free_text, false},
        {"GameProperties", &api_game_properties, false},
        {"CreatorId", &api_free_text, false},
        {"GameSessionId", &api_id_string, false},
        {"IdempotencyToken", &api_id_string, false},
        {"GameSessionData", &api_game_session_data, false},
        {"Location", &api_location, false},
        {0},
};

local_fleet *api_fleet_or_alias(api_call *call)
{
    const char *fleet_id = api_text(call->input, "FleetId"), *alias_id = api_text(call->input, "AliasId");
    if ((fleet_id != NULL) == (alias_id != NULL)) {
        api_refuse(call, LOCAL_INVALID_REQUEST, "Exactly one of FleetId and AliasId is required.");
        return NULL;
    }
    local_fleet *fleet = alias_id != NULL ? local_alias_fleet(call->service, alias_id, &call->refusal)
                                          : local_need_fleet(call->service, fleet_id, &call->refusal);
    if (fleet == NULL)
        api_refuse_with(call);
    return fleet;
}

static bool location_is_good(api_call *call, const local_fleet *fleet, const char *location)
{
    if (location == NULL)
        api_refuse(call, LOCAL_INVALID_REQUEST, "Location is required for an Anywhere fleet.");
    else if (fleet->status == LOCAL_FLEET_ACTIVE && local_fleet_location(fleet, location) == NULL)
        api_refuse(call, LOCAL_INVALID_REQUEST, "Fleet %s has no location %s.", fleet->id, location);
    else if (api_integer(call->input, "MaximumPlayerSessionCount", 0) > LOCAL_PLAYERS_MAX)
        api_refuse(call, LOCAL_INVALID_REQUEST, "MaximumPlayerSessionCount is greater than %d.",
                LOCAL_PLAYERS_MAX);
    return !call->refused;
}

static void create_game_session(api_call *call)
{
    local_fleet *fleet = api_fleet_or_alias(call);
    if (fleet == NULL || !location_is_good(call, fleet, api_text(call->input, "Location")))
        return;
    const char *token = api_text(call->input, "IdempotencyToken");
    glift_game_property properties[LOCAL_PROPERTIES_MAX];
    local_game_session_wish wish = {
            .fleet = fleet,
            .location = api_text(call->input, "Location"),
            .id = token != NULL ? token : api_text(call->input, "GameSessionId"),
            .name = api_text(call->input, "Name"),
            .game_session_data = api_text(call->input, "GameSessionData"),
            .creator_id = api_text(call->input, "CreatorId"),
            .properties = properties,
            .property_count = api_properties(call->input, "GameProperties", properties),
            .maximum = api_integer(call->input, "MaximumPlayerSessionCount", 0),
    };
    const local_game_session *session =
            local_create_game_session(call->service, call->now, &wish, &call->refusal);
    if (session == NULL)
        api_refuse_with(call);
    else
        api_add_game_session(call, call->reply, "GameSession", session);
}

/* ---- describing ---- */

static const char *const status_names[] = {
        "ACTIVE", "ACTIVATING", "TERMINATED", "TERMINATING", "ERROR", NULL};
static const api_shape status_filter = {.kind = API_TEXT, .names = status_names};
static const api_member describe_game_sessions_members[] = {
        {"FleetId", &api_fleet_id, false},
        {"GameSessionId", &api_game_session_id, false},
        {"AliasId", &api_alias_id, false},
        {"Location", &api_location, false},
        {"StatusFilter", &status_filter, false},
        {"Limit", &api_limit, false},
        {"NextToken", &api_next_token, false},
        {0},
};

static bool is_wanted(const api_call *call, const local_game_session *session)
{
    const char *location = api_text(call->input, "Location"), *status = api_text(call->input, "StatusFilter");
    return (location == NULL || strcmp(location, session->location) == 0) &&
           (status == NULL || strcmp(status, glift_game_session_status_name(session->status)) == 0);
}

/* Those that have ended may be thousands, and most who ask want none of them. */
static bool wants_live_ones(const api_call *call)
{
    const char *status = api_text(call->input, "StatusFilter");
    return status != NULL && strcmp(status, "TERMINATED") != 0 && strcmp(status, "ERROR") != 0;
}

static const local_game_session *next_of_fleet(
        const local_fleet *fleet, const local_game_session *session, bool live)
{
    if (live)
        return session == NULL ? TAILQ_FIRST(&fleet->live_game_sessions) : TAILQ_NEXT(session, live_link);
    return session == NULL ? TAILQ_FIRST(&fleet->game_sessions) : TAILQ_NEXT(session, fleet_link);
}

typedef void add_session_fn(api_call *call, cJSON *list, const local_game_session *session);

static void describe_one(api_call *call, cJSON *list, const char *arn, add_session_fn *add)
{
    const local_game_session *session = local_need_game_session(call->service, arn, &call->refusal);
    if (session == NULL)
        api_refuse_with(call);
    else if (is_wanted(call, session))
        add(call, list, session);
}

static void describe_of_fleet(api_call *call, cJSON *list, add_session_fn *add)
{
    const local_fleet *fleet = api_fleet_or_alias(call);
    local_page page;
    if (fleet == NULL || !api_page_begin(call, &page, PAGE_DEFAULT))
        return;
    bool live = wants_live_ones(call);
    for (const local_game_session *session = next_of_fleet(fleet, NULL, live); session != NULL && !page.more;
            session = next_of_fleet(fleet, session, live)) {
        if (is_wanted(call, session) && local_page_takes(&page, session->serial))
            add(call, list, session);
    }
    api_page_end(call, &page);
}

static void describe(api_call *call, const char *list_name, add_session_fn *add)
{
    const char *arn = api_text(call->input, "GameSessionId");
    bool others = api_text(call->input, "FleetId") != NULL || api_text(call->input, "AliasId") != NULL;
    cJSON *list = api_add_array(call, call->reply, list_name);
    if (arn != NULL && others)
        api_refuse(call, LOCAL_INVALID_REQUEST,
                "Exactly one of FleetId, AliasId and GameSessionId is required.");
    else if (arn != NULL)
        describe_one(call, list, arn, add);
    else
        describe_of_fleet(call, list, add);
}

static void add_bare(api_call *call, cJSON *list, const local_game_session *session)
{
    api_add_game_session(call, list, NULL, session);
}

static void add_detail(api_call *call, cJSON *list, const local_game_session *session)
{
    cJSON *detail = api_add_object(call, list, NULL);
    api_add_game_session(call, detail, "GameSession", session);
    api_add_text(call, detail, "ProtectionPolicy", session->protection_policy);
}

static void describe_game_sessions(api_call *call)
{
    describe(call, "GameSessions", add_bare);
}

static void describe_game_session_details(api_call *call)
{
    describe(call, "GameSessionDetails", add_detail);
}

/* ---- changing ---- */

static const char *const policies[] = {"ACCEPT_ALL", "DENY_ALL", NULL};
static const api_shape creation_policy = {.kind = API_TEXT, .names = policies};
static const api_member update_game_session_members[] = {
        {"GameSessionId", &api_game_session_id, true},
        {"MaximumPlayerSessionCount", &api_count, false},
        {"Name", &api_free_text, false},
        {"PlayerSessionCreationPolicy", &creation_policy, false},
        {"ProtectionPolicy", &api_protection_policy, false},
        {"GameProperties", &api_game_properties, false},
        {0},
};

static bool may_update(api_call *call, const local_game_session *session)
{
    if (session->status != GLIFT_GAME_SESSION_ACTIVE && session->status != GLIFT_GAME_SESSION_ACTIVATING)
        api_refuse(call, LOCAL_INVALID_GAME_SESSION_STATUS, "Game session %s is %s.", session->arn,
                glift_game_session_status_name(session->status));
    else if (api_integer(call->input, "MaximumPlayerSessionCount", 0) > LOCAL_PLAYERS_MAX)
        api_refuse(call, LOCAL_INVALID_REQUEST, "MaximumPlayerSessionCount is greater than %d.",
                LOCAL_PLAYERS_MAX);
    return !call->refused;
}

static void take_changes(api_call *call, local_game_session *session)
{
    const char *name = api_text(call->input, "Name"),
               *policy = api_text(call->input, "PlayerSessionCreationPolicy");
    const char *protection = api_protection_policy_name(api_text(call->input, "ProtectionPolicy"));
    local_changed(&session->record);
    if (name != NULL && !local_keep_text(&session->name, name))
        call->out_of_memory = true;
    if (policy != NULL)
        session->policy = strcmp(policy, "DENY_ALL") == 0 ? GLIFT_PLAYER_SESSION_CREATION_POLICY_DENY_ALL
                                                          : GLIFT_PLAYER_SESSION_CREATION_POLICY_ACCEPT_ALL;
    if (protection != NULL)
        session->protection_policy = protection;
    session->maximum = api_integer(call->input, "MaximumPlayerSessionCount", session->maximum);
}

static void update_game_session(api_call *call)
{
    local_game_session *session =
            local_need_game_session(call->service, api_text(call->input, "GameSessionId"), &call->refusal);
    if (session == NULL) {
        api_refuse_with(call);
        return;
    }
    if (!may_update(call, session))
        return;
    glift_game_property properties[LOCAL_PROPERTIES_MAX];
    size_t count = api_properties(call->input, "GameProperties", properties);
    if (!local_merge_properties(session, properties, count, &call->refusal)) {
        api_refuse_with(call);
        return;
    }
    take_changes(call, session);
    api_add_game_session(call, call->reply, "GameSession", session);
}

static const char *const modes[] = {"TRIGGER_ON_PROCESS_TERMINATE", "FORCE_TERMINATE", NULL};
static const api_shape termination_mode = {.kind = API_TEXT, .names = modes};
static const api_member terminate_game_session_members[] = {
        {"GameSessionId", &api_game_session_id, true},
        {"TerminationMode", &termination_mode, true},
        {0},
};

static void terminate_game_session(api_call *call)
{
    local_game_session *session =
            local_need_game_session(call->service, api_text(call->input, "GameSessionId"), &call->refusal);
    bool force = strcmp(api_text(call->input, "TerminationMode"), "FORCE_TERMINATE") == 0;
    if (session == NULL)
        api_refuse_with(call);
    else if (force)
        api_refuse(call, LOCAL_INVALID_REQUEST,
                "FORCE_TERMINATE is not possible on an Anywhere fleet without the "
                "GameLift Agent: use TRIGGER_ON_PROCESS_TERMINATE.");
    else if (!local_terminate_game_session(call->service, call->now, session, &call->refusal))
        api_refuse_with(call);
    else
        api_add_game_session(call, call->reply, "GameSession", session);
}

const api_operation api_game_session_operations[] = {
        {"CreateGameSession", create_game_session_members, create_game_session}, /* S34, S36 to S40 */
        {"DescribeGameSessions", describe_game_sessions_members, describe_game_sessions}, /* S41 */
        {"DescribeGameSessionDetails", describe_game_sessions_members,
                describe_game_session_details},                                           /* S41 */
        {"UpdateGameSession", update_game_session_members, update_game_session},          /* S43 */
        {"TerminateGameSession", terminate_game_session_members, terminate_game_session}, /* S44 */
        {0},
};
