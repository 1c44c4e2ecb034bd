/* SPDX-License-Identifier: Apache-2.0 */
/* Whether two messages say the same. A text that is NULL says the same as an empty one. */
#ifndef SAME_MESSAGE_H
#define SAME_MESSAGE_H

#include "wire/requests.h"

#include <string.h>

static inline bool same_text(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static inline bool same_texts(const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
    for (size_t i = 0; i < a_count && i < b_count; i++)
        if (!same_text(a[i], b[i]))
            return false;
    return a_count == b_count;
}

static inline bool same_attribute(const glift_player_attribute *a, const glift_player_attribute *b)
{
    for (size_t i = 0; i < a->double_count && i < b->double_count; i++)
        if (!same_text(a->double_map[i].key, b->double_map[i].key) ||
                a->double_map[i].value != b->double_map[i].value)
            return false;
    return same_text(a->name, b->name) && a->type == b->type && same_text(a->string, b->string) &&
           a->number == b->number &&
           same_texts(a->string_list, a->string_count, b->string_list, b->string_count) &&
           a->double_count == b->double_count;
}

static inline bool same_player(const glift_player *a, const glift_player *b)
{
    for (size_t i = 0; i < a->attribute_count && i < b->attribute_count; i++)
        if (!same_attribute(&a->attributes[i], &b->attributes[i]))
            return false;
    for (size_t i = 0; i < a->latency_count && i < b->latency_count; i++)
        if (!same_text(a->latencies[i].region, b->latencies[i].region) ||
                a->latencies[i].latency_ms != b->latencies[i].latency_ms)
            return false;
    return same_text(a->player_id, b->player_id) && same_text(a->team, b->team) &&
           a->attribute_count == b->attribute_count && a->latency_count == b->latency_count;
}

static inline bool same_players(const glift_player *a, size_t a_count, const glift_player *b, size_t b_count)
{
    for (size_t i = 0; i < a_count && i < b_count; i++)
        if (!same_player(&a[i], &b[i]))
            return false;
    return a_count == b_count;
}

static inline bool same_field(
        const glift__request_body *a, const glift__request_body *b, const glift__field *field)
{
    const void *mine = glift__at(a, field->offset), *yours = glift__at(b, field->offset);
    switch (field->kind) {
    case GLIFT__FIELD_TEXT:
        return same_text(glift__text_at(a, field), glift__text_at(b, field));
    case GLIFT__FIELD_TEXTS:
        return same_texts(*(const char *const *const *)mine, glift__count_at(a, field),
                *(const char *const *const *)yours, glift__count_at(b, field));
    case GLIFT__FIELD_PLAYERS:
        return same_players(*(const glift_player *const *)mine, glift__count_at(a, field),
                *(const glift_player *const *)yours, glift__count_at(b, field));
    case GLIFT__FIELD_INT:
        return *(const int *)mine == *(const int *)yours;
    case GLIFT__FIELD_BOOL:
        return *(const bool *)mine == *(const bool *)yours;
    case GLIFT__FIELD_POLICY:
        return *(const glift_player_session_creation_policy *)mine ==
               *(const glift_player_session_creation_policy *)yours;
    case GLIFT__FIELD_SEAT_STATUS:
        return *(const glift_player_session_status *)mine == *(const glift_player_session_status *)yours;
    }
    return false;
}

static inline bool same_request(const glift__request_body *a, const glift__request_body *b)
{
    const glift__request_kind *kind = glift__request_kind_of(a->action);
    for (size_t i = 0; kind != NULL && i < kind->field_count; i++)
        if (!same_field(a, b, &kind->fields[i]))
            return false;
    return a->action == b->action;
}

static inline bool same_player_session(const glift_player_session *a, const glift_player_session *b)
{
    return same_text(a->player_session_id, b->player_session_id) && same_text(a->player_id, b->player_id) &&
           same_text(a->game_session_id, b->game_session_id) && same_text(a->fleet_id, b->fleet_id) &&
           same_text(a->player_data, b->player_data) && same_text(a->ip_address, b->ip_address) &&
           same_text(a->dns_name, b->dns_name) && a->port == b->port && a->status == b->status &&
           a->creation_time_unix_ms == b->creation_time_unix_ms &&
           a->termination_time_unix_ms == b->termination_time_unix_ms;
}

static inline bool same_answer(const glift__answer_body *a, const glift__answer_body *b)
{
    const glift_player_session_page *page = &a->player_session_page, *other = &b->player_session_page;
    const glift_fleet_role_credentials *mine = &a->fleet_role_credentials,
                                       *yours = &b->fleet_role_credentials;
    for (size_t i = 0; i < page->player_session_count && i < other->player_session_count; i++)
        if (!same_player_session(&page->player_sessions[i], &other->player_sessions[i]))
            return false;
    return page->player_session_count == other->player_session_count &&
           same_text(page->next_token, other->next_token) &&
           same_text(a->backfill_ticket_id, b->backfill_ticket_id) &&
           same_text(a->compute_certificate.certificate_path, b->compute_certificate.certificate_path) &&
           same_text(a->compute_certificate.compute_name, b->compute_certificate.compute_name) &&
           same_text(mine->assumed_role_user_arn, yours->assumed_role_user_arn) &&
           same_text(mine->assumed_role_id, yours->assumed_role_id) &&
           same_text(mine->access_key_id, yours->access_key_id) &&
           same_text(mine->secret_access_key, yours->secret_access_key) &&
           same_text(mine->session_token, yours->session_token) &&
           mine->expiration_unix_ms == yours->expiration_unix_ms;
}

static inline bool same_game_session(const glift_game_session *a, const glift_game_session *b)
{
    for (size_t i = 0; i < a->game_property_count && i < b->game_property_count; i++)
        if (!same_text(a->game_properties[i].key, b->game_properties[i].key) ||
                !same_text(a->game_properties[i].value, b->game_properties[i].value))
            return false;
    return same_text(a->game_session_id, b->game_session_id) && same_text(a->name, b->name) &&
           same_text(a->fleet_id, b->fleet_id) && same_text(a->location, b->location) &&
           same_text(a->game_session_data, b->game_session_data) &&
           same_text(a->matchmaker_data, b->matchmaker_data) && same_text(a->ip_address, b->ip_address) &&
           same_text(a->dns_name, b->dns_name) && same_text(a->status_reason, b->status_reason) &&
           a->status == b->status && a->port == b->port &&
           a->maximum_player_session_count == b->maximum_player_session_count &&
           a->game_property_count == b->game_property_count;
}

static inline bool same_push(const glift__push *a, const glift__push *b)
{
    return a->kind == b->kind && same_game_session(&a->game_session, &b->game_session) &&
           a->update_reason == b->update_reason && same_text(a->backfill_ticket_id, b->backfill_ticket_id) &&
           same_text(a->refresh_endpoint, b->refresh_endpoint) && same_text(a->auth_token, b->auth_token) &&
           a->termination_time_unix_ms == b->termination_time_unix_ms;
}

static inline bool same_matchmaker_data(const glift_matchmaker_data *a, const glift_matchmaker_data *b)
{
    return same_text(a->match_id, b->match_id) &&
           same_text(a->matchmaking_configuration_arn, b->matchmaking_configuration_arn) &&
           a->auto_backfill_mode == b->auto_backfill_mode &&
           same_text(a->auto_backfill_ticket_id, b->auto_backfill_ticket_id) &&
           same_players(a->players, a->player_count, b->players, b->player_count);
}

#endif
