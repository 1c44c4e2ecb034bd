/* SPDX-License-Identifier: Apache-2.0 */
#include "flexmatch/match_kinds.h"

#include <stdlib.h>

/* Texts and properties that lie in the memory of whoever has them. */
static const local_field text_items[] = {{.type = LOCAL_MTEXT}, LOCAL_FIELDS_END};
static const local_field property_fields[] = {
        LOCAL_NEEDED(LOCAL_MTEXT, glift_game_property, key),
        LOCAL_NEEDED(LOCAL_MTEXT, glift_game_property, value),
        LOCAL_FIELDS_END,
};

/* ---- queues, rule sets, configurations ---- */

static const local_field policy_fields[] = {
        LOCAL_FIELD(LOCAL_DOUBLE, local_latency_policy, maximum_ms),
        LOCAL_FIELD(LOCAL_INT, local_latency_policy, duration_s),
        LOCAL_FIELDS_END,
};
static const local_field priority_items[] = {
        {.type = LOCAL_INT, .most = LOCAL_PRIORITIES - 1},
        LOCAL_FIELDS_END,
};
static const local_field queue_fields[] = {
        LOCAL_NEEDED(LOCAL_TEXT, local_queue, name),
        LOCAL_FIELD(LOCAL_CHARS, local_queue, arn),
        LOCAL_FIELD(LOCAL_UINT64, local_queue, serial),
        LOCAL_FIELD(LOCAL_INT, local_queue, terms.timeout_s),
        LOCAL_FIELD_LIST(local_queue, terms.destinations, terms.destination_count, text_items, true),
        LOCAL_FIELD_LIST(local_queue, terms.policies, terms.policy_count, policy_fields, true),
        LOCAL_FIELD_LIST(local_queue, terms.priorities, terms.priority_count, priority_items, true),
        LOCAL_FIELD_LIST(local_queue, terms.location_order, terms.location_order_count, text_items, true),
        LOCAL_FIELD_LIST(local_queue, terms.allowed_locations, terms.allowed_count, text_items, true),
        LOCAL_FIELD(LOCAL_MTEXT, local_queue, terms.notification_target),
        LOCAL_FIELD(LOCAL_MTEXT, local_queue, terms.custom_event_data),
        LOCAL_FIELDS_END,
};
const local_kind local_queue_kind = {
        .name = "queue",
        .size = sizeof(local_queue),
        .record_at = offsetof(local_queue, record),
        .memory_at = offsetof(local_queue, memory),
        .fields = queue_fields,
        .enter = local_enter_queue,
};

static const local_field rule_set_fields[] = {
        LOCAL_NEEDED(LOCAL_MTEXT, local_rule_set_record, name),
        LOCAL_FIELD(LOCAL_CHARS, local_rule_set_record, arn),
        LOCAL_FIELD(LOCAL_UINT64, local_rule_set_record, serial),
        LOCAL_FIELD(LOCAL_INT64, local_rule_set_record, creation_unix_ms),
        LOCAL_NEEDED(LOCAL_MTEXT, local_rule_set_record, body),
        LOCAL_FIELDS_END,
};
const local_kind local_rule_set_kind = {
        .name = "rule set",
        .size = sizeof(local_rule_set_record),
        .record_at = offsetof(local_rule_set_record, record),
        .memory_at = offsetof(local_rule_set_record, memory),
        .fields = rule_set_fields,
        .enter = local_enter_rule_set,
};

static const local_field configuration_fields[] = {
        LOCAL_NEEDED(LOCAL_MTEXT, local_configuration, name),
        LOCAL_FIELD(LOCAL_CHARS, local_configuration, arn),
        LOCAL_FIELD(LOCAL_UINT64, local_configuration, serial),
        LOCAL_FIELD(LOCAL_INT64, local_configuration, creation_unix_ms),
        LOCAL_NEEDED_ENTITY(local_configuration, rule_set, &local_rule_set_kind),
        LOCAL_FIELD(LOCAL_INT, local_configuration, request_timeout_s),
        LOCAL_FIELD(LOCAL_INT, local_configuration, acceptance_timeout_s),
        LOCAL_FIELD(LOCAL_INT, local_configuration, additional_players),
        LOCAL_FIELD(LOCAL_BOOL, local_configuration, acceptance_required),
        LOCAL_FIELD(LOCAL_BOOL, local_configuration, standalone),
        LOCAL_FIELD(LOCAL_BOOL, local_configuration, automatic_backfill),
        LOCAL_FIELD_LIST(local_configuration, queue_names, queue_count, text_items, true),
        LOCAL_FIELD_ARRAY(local_configuration, properties, property_count, property_fields),
        LOCAL_FIELD(LOCAL_MTEXT, local_configuration, game_session_data),
        LOCAL_FIELD(LOCAL_MTEXT, local_configuration, description),
        LOCAL_FIELD(LOCAL_MTEXT, local_configuration, notification_target),
        LOCAL_FIELD(LOCAL_MTEXT, local_configuration, custom_event_data),
        LOCAL_FIELD(LOCAL_DOUBLE, local_configuration, wait_s),
        LOCAL_FIELD(LOCAL_SIZE, local_configuration, matched_count),
        LOCAL_FIELDS_END,
};
const local_kind local_configuration_kind = {
        .name = "configuration",
        .size = sizeof(local_configuration),
        .record_at = offsetof(local_configuration, record),
        .memory_at = offsetof(local_configuration, memory),
        .fields = configuration_fields,
        .enter = local_enter_configuration,
};

/* ---- matches and tickets ---- */

static const local_field match_fields[] = {
        LOCAL_FIELD(LOCAL_CHARS, local_match, id),
        LOCAL_NEEDED_ENTITY(local_match, configuration, &local_configuration_kind),
        LOCAL_FIELD_ENUM(local_match, phase, LOCAL_MATCH_ENDING),
        LOCAL_FIELD(LOCAL_TEXT, local_match, matchmaker_data),
        LOCAL_FIELD(LOCAL_CHARS, local_match, auto_backfill_ticket_id),
        LOCAL_FIELD(LOCAL_INT, local_match, maximum),
        LOCAL_FIELD_ENTITY(local_match, game_session, &local_game_session_kind),
        LOCAL_FIELD(LOCAL_UINT64, local_match, age_ms),
        LOCAL_FIELD(LOCAL_UINT64, local_match, placing_ms),
        LOCAL_FIELD(LOCAL_CHARS, local_match, why),
        LOCAL_FIELD(LOCAL_TIMER, local_match, timer),
        LOCAL_FIELDS_END,
};
const local_kind local_match_kind = {
        .name = "match",
        .size = sizeof(local_match),
        .record_at = offsetof(local_match, record),
        .memory_at = LOCAL_NO_MEMBER,
        .fields = match_fields,
        .enter = local_enter_match,
};

static const local_field double_fields[] = {
        LOCAL_NEEDED(LOCAL_MTEXT, glift_double_entry, key),
        LOCAL_FIELD(LOCAL_DOUBLE, glift_double_entry, value),
        LOCAL_FIELDS_END,
};
static const local_field attribute_fields[] = {
        LOCAL_NEEDED(LOCAL_MTEXT, glift_player_attribute, name),
        LOCAL_FIELD(LOCAL_INT, glift_player_attribute, type),
        LOCAL_FIELD(LOCAL_MTEXT, glift_player_attribute, string),
        LOCAL_FIELD(LOCAL_DOUBLE, glift_player_attribute, number),
        LOCAL_FIELD_LIST(glift_player_attribute, string_list, string_count, text_items, true),
        LOCAL_FIELD_LIST(glift_player_attribute, double_map, double_count, double_fields, true),
        LOCAL_FIELDS_END,
};
static const local_field latency_fields[] = {
        LOCAL_NEEDED(LOCAL_MTEXT, glift_player_latency, region),
        LOCAL_FIELD(LOCAL_INT, glift_player_latency, latency_ms),
        LOCAL_FIELDS_END,
};
static const local_field player_fields[] = {
        LOCAL_NEEDED(LOCAL_MTEXT, glift_player, player_id),
        LOCAL_FIELD(LOCAL_MTEXT, glift_player, team),
        LOCAL_FIELD_LIST(glift_player, attributes, attribute_count, attribute_fields, true),
        LOCAL_FIELD_LIST(glift_player, latencies, latency_count, latency_fields, true),
        LOCAL_FIELDS_END,
};
static const local_field place_fields[] = {
        LOCAL_FIELD_ENUM(local_ticket_player, answer, LOCAL_REJECTS),
        LOCAL_FIELD(LOCAL_MTEXT, local_ticket_player, team),
        LOCAL_FIELD(LOCAL_CHARS, local_ticket_player, player_session_id),
        LOCAL_FIELDS_END,
};
static const local_field ticket_fields[] = {
        LOCAL_NEEDED(LOCAL_MTEXT, local_ticket, id),
        LOCAL_FIELD(LOCAL_UINT64, local_ticket, serial),
        LOCAL_FIELD_ENUM(local_ticket, status, LOCAL_TICKET_TIMED_OUT),
        LOCAL_FIELD(LOCAL_STATIC, local_ticket, status_reason),
        LOCAL_FIELD(LOCAL_CHARS, local_ticket, status_message),
        LOCAL_FIELD_ENTITY(local_ticket, configuration, &local_configuration_kind),
        LOCAL_NEEDED(LOCAL_MTEXT, local_ticket, configuration_name),
        LOCAL_NEEDED(LOCAL_MTEXT, local_ticket, configuration_arn),
        LOCAL_FIELD_LIST(local_ticket, given, player_count, player_fields, true),
        LOCAL_FIELD_LIST(local_ticket, places, player_count, place_fields, true),
        LOCAL_FIELD(LOCAL_BOOL, local_ticket, backfill),
        LOCAL_FIELD(LOCAL_BOOL, local_ticket, automatic),
        LOCAL_FIELD(LOCAL_INT, local_ticket, most_newcomers),
        LOCAL_FIELD_ENTITY(local_ticket, game_session, &local_game_session_kind),
        LOCAL_FIELD(LOCAL_MTEXT, local_ticket, game_session_arn),
        LOCAL_FIELD(LOCAL_MTEXT, local_ticket, ip_address),
        LOCAL_FIELD(LOCAL_MTEXT, local_ticket, dns_name),
        LOCAL_FIELD(LOCAL_INT, local_ticket, port),
        LOCAL_FIELD(LOCAL_INT64, local_ticket, start_unix_ms),
        LOCAL_FIELD(LOCAL_INT64, local_ticket, end_unix_ms),
        LOCAL_FIELD(LOCAL_UINT64, local_ticket, candidate.start_ms),
        LOCAL_FIELD_ENTITY(local_ticket, match, &local_match_kind),
        LOCAL_FIELD(LOCAL_TIMER, local_ticket, timer),
        LOCAL_FIELDS_END,
};

static int compare_tickets(const void *left, const void *right)
{
    const local_ticket *a = *(local_ticket *const *)left, *b = *(local_ticket *const *)right;
    return local_compare_ends(a->end_unix_ms, a->serial, b->end_unix_ms, b->serial);
}

static void sort_tickets(local_service *service)
{
    LOCAL_SORT_LIST(&service->matchmaking->ended, local_ticket, link, compare_tickets);
}

const local_kind local_ticket_kind = {
        .name = "ticket",
        .size = sizeof(local_ticket),
        .record_at = offsetof(local_ticket, record),
        .memory_at = offsetof(local_ticket, memory),
        .fields = ticket_fields,
        .enter = local_enter_ticket,
        .entered = sort_tickets,
};

static const local_field automatic_fields[] = {
        LOCAL_NEEDED_ENTITY(local_automatic, game_session, &local_game_session_kind),
        LOCAL_FIELD(LOCAL_INT, local_automatic, open_seats),
        LOCAL_FIELD_ENTITY(local_automatic, ticket, &local_ticket_kind),
        LOCAL_FIELD(LOCAL_CHARS, local_automatic, next_ticket_id),
        LOCAL_FIELDS_END,
};
const local_kind local_automatic_kind = {
        .name = "automatic backfill",
        .size = sizeof(local_automatic),
        .record_at = offsetof(local_automatic, record),
        .memory_at = LOCAL_NO_MEMBER,
        .fields = automatic_fields,
        .enter = local_enter_automatic,
};

/* ---- placements, notices ---- */

static const local_field seat_wish_fields[] = {
        LOCAL_NEEDED(LOCAL_MTEXT, local_seat_wish, player_id),
        LOCAL_FIELD(LOCAL_MTEXT, local_seat_wish, player_data),
        LOCAL_FIELDS_END,
};
static const local_field measured_fields[] = {
        LOCAL_NEEDED(LOCAL_MTEXT, local_latency, player_id),
        LOCAL_NEEDED(LOCAL_MTEXT, local_latency, location),
        LOCAL_FIELD(LOCAL_DOUBLE, local_latency, ms),
        LOCAL_FIELDS_END,
};
static const local_field seat_id_items[] = {
        {.type = LOCAL_CHARS, .size = LOCAL_ID_SIZE},
        LOCAL_FIELDS_END,
};
static const local_field placement_fields[] = {
        LOCAL_NEEDED(LOCAL_MTEXT, local_placement, id),
        LOCAL_FIELD(LOCAL_UINT64, local_placement, serial),
        LOCAL_FIELD_ENUM(local_placement, status, LOCAL_PLACEMENT_FAILED),
        LOCAL_NEEDED(LOCAL_MTEXT, local_placement, wish.queue),
        LOCAL_FIELD(LOCAL_INT, local_placement, wish.maximum),
        LOCAL_FIELD(LOCAL_MTEXT, local_placement, wish.name),
        LOCAL_FIELD(LOCAL_MTEXT, local_placement, wish.game_session_data),
        LOCAL_FIELD_LIST(local_placement, wish.properties, wish.property_count, property_fields, true),
        LOCAL_FIELD_LIST(local_placement, wish.players, wish.player_count, seat_wish_fields, true),
        LOCAL_FIELD_LIST(local_placement, wish.latencies, wish.latency_count, measured_fields, true),
        LOCAL_FIELD_LIST(local_placement, wish.first_locations, wish.first_count, text_items, true),
        LOCAL_FIELD(LOCAL_BOOL, local_placement, wish.first_only),
        LOCAL_FIELD_ENTITY(local_placement, game_session, &local_game_session_kind),
        LOCAL_FIELD(LOCAL_TEXT, local_placement, game_session_arn),
        LOCAL_FIELD(LOCAL_TEXT, local_placement, ip_address),
        LOCAL_FIELD(LOCAL_TEXT, local_placement, dns_name),
        LOCAL_FIELD(LOCAL_INT, local_placement, port),
        LOCAL_FIELD_LIST(local_placement, seat_ids, wish.player_count, seat_id_items, true),
        LOCAL_FIELD(LOCAL_INT64, local_placement, start_unix_ms),
        LOCAL_FIELD(LOCAL_INT64, local_placement, end_unix_ms),
        LOCAL_FIELD(LOCAL_UINT64, local_placement, start_ms),
        LOCAL_FIELD(LOCAL_UINT64, local_placement, next_try_ms),
        LOCAL_FIELD(LOCAL_UINT64, local_placement, seen_of_processes),
        LOCAL_FIELD(LOCAL_BOOL, local_placement, lost_a_session),
        LOCAL_FIELD(LOCAL_CHARS, local_placement, why),
        LOCAL_FIELD(LOCAL_TIMER, local_placement, timer),
        LOCAL_FIELDS_END,
};

static int compare_placements(const void *left, const void *right)
{
    const local_placement *a = *(local_placement *const *)left, *b = *(local_placement *const *)right;
    return local_compare_ends(a->end_unix_ms, a->serial, b->end_unix_ms, b->serial);
}

static void sort_placements(local_service *service)
{
    LOCAL_SORT_LIST(&service->matchmaking->placements.ended, local_placement, link, compare_placements);
}

const local_kind local_placement_kind = {
        .name = "placement",
        .size = sizeof(local_placement),
        .record_at = offsetof(local_placement, record),
        .memory_at = offsetof(local_placement, memory),
        .fields = placement_fields,
        .enter = local_enter_placement,
        .entered = sort_placements,
};

static const local_field notice_fields[] = {
        LOCAL_FIELD(LOCAL_UINT64, local_notice, serial),
        LOCAL_FIELD(LOCAL_TEXT, local_notice, target),
        LOCAL_NEEDED(LOCAL_TEXT, local_notice, text),
        LOCAL_FIELDS_END,
};
const local_kind local_notice_kind = {
        .name = "notice",
        .size = sizeof(local_notice),
        .record_at = offsetof(local_notice, record),
        .memory_at = LOCAL_NO_MEMBER,
        .fields = notice_fields,
        .enter = local_enter_notice,
};
