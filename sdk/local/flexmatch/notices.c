/* SPDX-License-Identifier: Apache-2.0 */
/* Events are written when they happen, since what they tell of does not stay: tickets leave their match. */
#include "flexmatch/notices.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flexmatch/match_kinds.h"

static struct local_notices *all_of(const local_service *service)
{
    return &service->matchmaking->notices;
}

/* ---- keeping ---- */

void local_notices_init(struct local_notices *all)
{
    TAILQ_INIT(&all->kept);
}

static void forget_oldest(struct local_notices *all)
{
    local_notice *oldest = TAILQ_FIRST(&all->kept);
    TAILQ_REMOVE(&all->kept, oldest, link);
    all->count--;
    all->bytes -= strlen(oldest->text);
    local_keep_no_more(&oldest->record);
    free(oldest->target);
    free(oldest->text);
    free(oldest);
}

void local_notices_fini(struct local_notices *all)
{
    while (!TAILQ_EMPTY(&all->kept))
        forget_oldest(all);
}

const local_notice *local_notice_after(const local_service *service, uint64_t serial)
{
    const struct local_notices *all = all_of(service);
    const local_notice *notice = NULL;
    if (serial >= all->last_serial)
        return NULL;
    if (all->last_serial - serial >= all->count)
        return TAILQ_FIRST(&all->kept);
    for (notice = TAILQ_LAST(&all->kept, local_notice_list); notice->serial > serial + 1;)
        notice = TAILQ_PREV(notice, local_notice_list, link);
    return notice;
}

/* Takes over the text. Without memory the event is lost, and the log says so. */
static void keep(local_service *service, char *text, const char *target, const char *type)
{
    struct local_notices *all = all_of(service);
    local_notice *notice = calloc(1, sizeof *notice);
    if (notice == NULL || text == NULL || !local_keep_text(&notice->target, target)) {
        free(notice);
        free(text);
        local_log(service, GLIFT_LOG_ERROR, "out of memory: the event %s is lost", type);
        return;
    }
    notice->text = text;
    notice->serial = ++all->last_serial;
    TAILQ_INSERT_TAIL(&all->kept, notice, link);
    all->count++;
    all->bytes += strlen(text);
    local_keep(service, &notice->record, &local_notice_kind);
    local_log(service, GLIFT_LOG_DEBUG, "event %s: %s", type, text);
    while (all->count > LOCAL_NOTICES_KEPT || (all->bytes > LOCAL_NOTICE_BYTES_KEPT && all->count > 1))
        forget_oldest(all);
}

bool local_enter_notice(local_service *service, glift__time now, void *entity)
{
    struct local_notices *all = all_of(service);
    local_notice *notice = entity;
    (void)now;
    all->last_serial = notice->serial;
    TAILQ_INSERT_TAIL(&all->kept, notice, link);
    all->count++;
    all->bytes += strlen(notice->text);
    return true;
}

/* ---- the envelope ---- */

/* Days since 1970 to a date: the year is counted from March, so that the leap day is its last. */
static void format_time(int64_t unix_ms, char out[48])
{
    int64_t days = unix_ms / 86400000, ms = unix_ms % 86400000;
    int64_t from_0 = days + 719468, era = from_0 / 146097, in_era = from_0 % 146097;
    int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * in_year + 2) / 153, day = in_year - (153 * month + 2) / 5 + 1;
    month += month < 10 ? 3 : -9;
    year += era * 400 + (month <= 2);
    snprintf(out, 48, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)year, (int)month, (int)day,
            (int)(ms / 3600000), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000));
}

static void add_time(cJSON *object, const char *name, int64_t unix_ms)
{
    char text[48];
    format_time(unix_ms, text);
    cJSON_AddStringToObject(object, name, text);
}

/* What has no value is left out. */
static void add_text(cJSON *object, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        cJSON_AddStringToObject(object, name, text);
}

/* cJSON takes NULL for an object and does nothing: a piece that there is no memory for is missing. */
static cJSON *make_detail(const char *type)
{
    cJSON *detail = cJSON_CreateObject();
    cJSON_AddStringToObject(detail, "type", type);
    return detail;
}

/* Takes over the detail. */
static void tell(local_service *service, glift__time now, const char *kind, const char *arn,
        const char *target, const char *type, cJSON *detail)
{
    char id[LOCAL_ID_SIZE];
    cJSON *envelope = cJSON_CreateObject();
    local_make_id(service, "", id);
    cJSON_AddStringToObject(envelope, "version", "0");
    cJSON_AddStringToObject(envelope, "id", id);
    cJSON_AddStringToObject(envelope, "detail-type", kind);
    cJSON_AddStringToObject(envelope, "source", "aws.gamelift");
    cJSON_AddStringToObject(envelope, "account", service->account);
    add_time(envelope, "time", now.unix_ms);
    cJSON_AddStringToObject(envelope, "region", service->region);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(envelope, "resources"), cJSON_CreateString(arn));
    if (!cJSON_AddItemToObject(envelope, "detail", detail))
        cJSON_Delete(detail);
    keep(service, cJSON_PrintUnformatted(envelope), target, type);
    cJSON_Delete(envelope);
}

/* ---- matchmaking ---- */

static void add_player(cJSON *players, const local_ticket_player *place, bool with_answer)
{
    cJSON *player = cJSON_CreateObject();
    cJSON_AddStringToObject(player, "playerId", place->player_id);
    add_text(player, "team", place->team);
    add_text(player, "playerSessionId", place->player_session_id);
    if (with_answer && place->answer != LOCAL_NO_ANSWER)
        cJSON_AddBoolToObject(player, "accepted", place->answer == LOCAL_ACCEPTS);
    cJSON_AddItemToArray(players, player);
}

static void add_players(cJSON *players, const local_ticket *ticket, bool with_answer)
{
    for (size_t i = 0; i < ticket->player_count; i++)
        add_player(players, &ticket->places[i], with_answer);
}

static void add_ticket(cJSON *tickets, const local_ticket *ticket)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "ticketId", ticket->id);
    add_time(object, "startTime", ticket->start_unix_ms);
    add_players(cJSON_AddArrayToObject(object, "players"), ticket, true);
    cJSON_AddItemToArray(tickets, object);
}

static void tell_of_configuration(local_service *service, glift__time now,
        const local_configuration *configuration, const char *type, cJSON *detail)
{
    add_text(detail, "customEventData", configuration->custom_event_data);
    tell(service, now, "GameLift Matchmaking Event", configuration->arn, configuration->notification_target,
            type, detail);
}

static void add_estimate(cJSON *detail, const local_configuration *configuration)
{
    char millis[32] = "NOT_AVAILABLE";
    if (configuration->matched_count > 0)
        snprintf(millis, sizeof millis, "%d", local_estimated_wait_s(configuration) * 1000);
    cJSON_AddStringToObject(detail, "estimatedWaitMillis", millis);
}

static void add_metrics(cJSON *detail, const local_configuration *configuration)
{
    const local_rule_set *rule_set = configuration->rule_set->rule_set;
    const local_rule_metrics *metrics = local_matcher_metrics(configuration->matcher);
    cJSON *list = cJSON_AddArrayToObject(detail, "ruleEvaluationMetrics");
    for (size_t i = 0; i < rule_set->rule_count; i++) {
        if (!local_rule_counts(&rule_set->rules[i]))
            continue;
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "ruleName", rule_set->rules[i].name);
        cJSON_AddNumberToObject(one, "passedCount", (double)metrics[i].passed);
        cJSON_AddNumberToObject(one, "failedCount", (double)metrics[i].failed);
        cJSON_AddItemToArray(list, one);
    }
}

void local_note_ticket(local_service *service, glift__time now, const local_ticket *ticket, const char *type,
        const char *reason, const char *message)
{
    cJSON *detail = make_detail(type);
    add_ticket(cJSON_AddArrayToObject(detail, "tickets"), ticket);
    if (reason == NULL)
        add_estimate(detail, ticket->configuration);
    else
        add_metrics(detail, ticket->configuration);
    add_text(detail, "reason", reason);
    add_text(detail, "message", message);
    cJSON *info = cJSON_AddObjectToObject(detail, "gameSessionInfo");
    add_players(cJSON_AddArrayToObject(info, "players"), ticket, false);
    if (ticket->match != NULL)
        add_text(detail, "matchId", ticket->match->id);
    tell_of_configuration(service, now, ticket->configuration, type, detail);
}

static void add_session(cJSON *info, const local_match *match)
{
    const local_ticket *ticket;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    {
        if (ticket->game_session_arn == NULL) /* only newcomers are told where to go */
            continue;
        add_text(info, "gameSessionArn", ticket->game_session_arn);
        add_text(info, "ipAddress", ticket->ip_address);
        add_text(info, "dnsName", ticket->dns_name);
        cJSON_AddNumberToObject(info, "port", ticket->port);
        return;
    }
}

static void add_proposal(cJSON *detail, const local_configuration *configuration)
{
    cJSON_AddBoolToObject(detail, "acceptanceRequired", configuration->acceptance_required);
    if (configuration->acceptance_required)
        cJSON_AddNumberToObject(detail, "acceptanceTimeout", configuration->acceptance_timeout_s);
    add_metrics(detail, configuration);
}

void local_note_match(local_service *service, glift__time now, const local_match *match, const char *type,
        const char *acceptance)
{
    cJSON *detail = make_detail(type);
    cJSON *tickets = cJSON_AddArrayToObject(detail, "tickets");
    cJSON *info = cJSON_AddObjectToObject(detail, "gameSessionInfo");
    cJSON *players = cJSON_AddArrayToObject(info, "players");
    const local_ticket *ticket;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    {
        add_ticket(tickets, ticket);
        add_players(players, ticket, false);
    }
    add_session(info, match);
    cJSON_AddStringToObject(detail, "matchId", match->id);
    add_text(detail, "acceptance", acceptance);
    if (strcmp(type, "PotentialMatchCreated") == 0)
        add_proposal(detail, match->configuration);
    tell_of_configuration(service, now, match->configuration, type, detail);
}

/* ---- placements ---- */

static const char *placement_type(local_placement_status status)
{
    static const char *const types[] = {"PlacementPending", "PlacementFulfilled", "PlacementCancelled",
            "PlacementTimedOut", "PlacementFailed"};
    return types[status];
}

static void add_fulfilment(const local_service *service, cJSON *detail, const local_placement *placement)
{
    char port[16];
    snprintf(port, sizeof port, "%d", placement->port);
    cJSON_AddStringToObject(detail, "port", port); /* a text here, a number in matchmaking events */
    add_text(detail, "gameSessionArn", placement->game_session_arn);
    add_text(detail, "ipAddress", placement->ip_address);
    add_text(detail, "dnsName", placement->dns_name);
    cJSON_AddStringToObject(detail, "gameSessionRegion", service->region);
    cJSON *list = cJSON_AddArrayToObject(detail, "placedPlayerSessions");
    for (size_t i = 0; i < placement->wish.player_count; i++) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "playerId", placement->wish.players[i].player_id);
        cJSON_AddStringToObject(one, "playerSessionId", placement->seat_ids[i]);
        cJSON_AddItemToArray(list, one);
    }
}

void local_note_placement(local_service *service, glift__time now, const local_placement *placement)
{
    const char *type = placement_type(placement->status), *target = NULL;
    const local_queue *queue = local_find_queue(service, placement->wish.queue);
    char arn[LOCAL_ARN_SIZE];
    cJSON *detail = make_detail(type);
    cJSON_AddStringToObject(detail, "placementId", placement->id);
    add_time(detail, "startTime", placement->start_unix_ms);
    add_time(detail, "endTime", placement->end_unix_ms);
    if (placement->status == LOCAL_PLACEMENT_FULFILLED)
        add_fulfilment(service, detail, placement);
    if (queue != NULL) {
        add_text(detail, "customEventData", queue->terms.custom_event_data);
        target = queue->terms.notification_target;
    }
    local_resource_arn(service, "gamesessionqueue", placement->wish.queue, arn);
    tell(service, now, "GameLift Queue Placement Event", arn, target, type, detail);
}
