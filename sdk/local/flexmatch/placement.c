/* SPDX-License-Identifier: Apache-2.0 */
/* A match looks for a process for its game session (places.c knows where). */
#include "flexmatch/tickets.h"

#include <stdlib.h>
#include <string.h>

static bool is_near_enough(const void *user, const char *location)
{
    const local_match *match = user;
    local_candidate *candidates[LOCAL_RULE_SET_MAX_PLAYERS + 1];
    size_t count = 0;
    local_ticket *ticket;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    candidates[count++] = &ticket->candidate;
    return local_matcher_allows_location(
            match->configuration->rule_set->rule_set, candidates, count, match->age_ms, location);
}

int local_placement_timeout_s(const local_service *service, const local_configuration *configuration)
{
    int longest = 0;
    for (size_t i = 0; i < configuration->queue_count; i++) {
        const local_queue *queue = local_find_queue(service, configuration->queue_names[i]);
        if (queue != NULL && queue->terms.timeout_s > longest)
            longest = queue->terms.timeout_s;
    }
    return longest;
}

static size_t count_latencies(const local_match *match)
{
    size_t count = 0;
    const local_ticket *ticket;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    {
        for (size_t i = 0; i < ticket->player_count; i++)
            count += ticket->players[i].latency_count;
    }
    return count;
}

/* Of all its players, one after the other; NULL: out of memory. */
static local_latency *list_latencies(const local_match *match)
{
    size_t count = 0;
    local_latency *latencies = calloc(count_latencies(match) + 1, sizeof *latencies);
    const local_ticket *ticket;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    {
        for (size_t i = 0; latencies != NULL && i < ticket->player_count; i++) {
            const glift_player *player = &ticket->players[i];
            for (size_t k = 0; k < player->latency_count; k++)
                latencies[count++] = (local_latency){
                        player->player_id, player->latencies[k].region, player->latencies[k].latency_ms};
        }
    }
    return latencies;
}

/* For the history of its tickets; what is as it was before is not worth a line. */
static void note_attempt(local_service *service, const local_match *match)
{
    const local_game_session *session = match->game_session;
    local_ticket *ticket;
    TAILQ_FOREACH(ticket, &match->tickets, match_link)
    local_note(service, &ticket->history, "attempt", "%s%s", session != NULL ? "It is placed on " : "",
            session != NULL ? session->arn : match->why);
}

static void search_for(local_service *service, glift__time now, local_match *match)
{
    const local_configuration *configuration = match->configuration;
    local_latency *latencies = list_latencies(match);
    local_place_search search = {
            .queue_names = configuration->queue_names,
            .queue_count = configuration->queue_count,
            .latencies = latencies,
            .latency_count = latencies != NULL ? count_latencies(match) : 0,
            .measured_only = true,
            .age_ms = now.mono_ms - match->placing_ms,
            .allows = is_near_enough,
            .user = match,
    };
    local_game_session_wish wish = {
            .game_session_data = configuration->game_session_data,
            .matchmaker_data = match->matchmaker_data,
            .matchmaking_configuration_arn = configuration->arn,
            .properties = configuration->properties,
            .property_count = configuration->property_count,
            .maximum = match->maximum,
    };
    char before[sizeof match->why];
    memcpy(before, match->why, sizeof before);
    local_changed(&match->record);
    match->game_session = local_place_session(service, now, &search, &wish, match->why);
    free(latencies);
    if (match->game_session != NULL || strcmp(before, match->why) != 0)
        note_attempt(service, match);
}

void local_place_match(local_service *service, glift__time now, local_match *match)
{
    if (match->game_session != NULL)
        return;
    if (TAILQ_EMPTY(&match->tickets))
        local_dissolve_match(service, now, match, NULL);
    else
        search_for(service, now, match);
}
