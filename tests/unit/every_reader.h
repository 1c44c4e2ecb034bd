/* SPDX-License-Identifier: Apache-2.0 */
/* The same bytes through every reader of the codec, for malformed input: none may crash, and what one of
 * them accepts must survive being written and read again. */
#ifndef EVERY_READER_H
#define EVERY_READER_H

#include "wire/codec.h"
#include "same_message.h"

#include <stdlib.h>

/* A parsed message from a copy that ends where the bytes end, so that a sanitizer sees the first byte read
 * past it. */
static inline glift_status open_exact(const char *bytes, size_t length, glift__parsed **parsed)
{
    char *copy = malloc(length > 0 ? length : 1);
    if (copy == NULL)
        abort();
    memcpy(copy, bytes, length);
    glift_status status = glift__parsed_open(copy, length, parsed);
    free(copy);
    return status;
}

static inline bool request_survives(const glift__parsed *parsed)
{
    glift__memory memory, again_memory;
    glift__request_body body, again;
    const char *message;
    glift__text text = {0};
    glift__parsed *parsed_again = NULL;
    glift__memory_init(&memory);
    glift__memory_init(&again_memory);
    bool same = true;
    if (glift__parsed_read_request(parsed, &memory, &body, &message) == GLIFT_OK) {
        same = glift__encode_request(&body, "again", &text) == GLIFT_OK &&
               open_exact(text.bytes, text.length, &parsed_again) == GLIFT_OK &&
               glift__parsed_read_request(parsed_again, &again_memory, &again, &message) == GLIFT_OK &&
               same_request(&body, &again);
    }
    glift__parsed_close(parsed_again);
    glift__text_free(&text);
    glift__memory_fini(&again_memory);
    glift__memory_fini(&memory);
    return same;
}

static inline bool push_survives(const glift__parsed *parsed)
{
    glift__memory memory, again_memory;
    glift__push push, again;
    glift__text text = {0};
    glift__parsed *parsed_again = NULL;
    glift__memory_init(&memory);
    glift__memory_init(&again_memory);
    bool same = true;
    if (glift__parsed_read_push(parsed, &memory, &push) == GLIFT_OK) {
        same = glift__encode_push(&push, &text) == GLIFT_OK &&
               open_exact(text.bytes, text.length, &parsed_again) == GLIFT_OK &&
               glift__parsed_read_push(parsed_again, &again_memory, &again) == GLIFT_OK &&
               same_push(&push, &again);
    }
    glift__parsed_close(parsed_again);
    glift__text_free(&text);
    glift__memory_fini(&again_memory);
    glift__memory_fini(&memory);
    return same;
}

static inline bool answer_survives(const glift__parsed *parsed, glift__action action)
{
    glift__memory memory, again_memory;
    glift__answer_body body, again;
    glift__text text = {0};
    glift__parsed *parsed_again = NULL;
    glift__memory_init(&memory);
    glift__memory_init(&again_memory);
    bool same = glift__parsed_read_answer(parsed, action, &memory, &body) == GLIFT_OK &&
                glift__encode_answer(action, glift__action_name(action), "again", 200, "", &body, &text) ==
                        GLIFT_OK &&
                open_exact(text.bytes, text.length, &parsed_again) == GLIFT_OK &&
                glift__parsed_envelope(parsed_again).status_code == 200 &&
                glift__parsed_read_answer(parsed_again, action, &again_memory, &again) == GLIFT_OK &&
                same_answer(&body, &again);
    glift__parsed_close(parsed_again);
    glift__text_free(&text);
    glift__memory_fini(&again_memory);
    glift__memory_fini(&memory);
    return same;
}

static inline bool parsed_survives(const char *bytes, size_t length)
{
    const glift__request_kind *kind;
    glift__parsed *parsed;
    if (open_exact(bytes, length, &parsed) != GLIFT_OK)
        return true;
    glift__envelope envelope = glift__parsed_envelope(parsed);
    bool same = envelope.action == glift__action_from_name(envelope.action_name) &&
                request_survives(parsed) && push_survives(parsed);
    for (int i = 1; (kind = glift__request_kind_of((glift__action)i)) != NULL; i++)
        if (kind->payload != GLIFT__PAYLOAD_NONE)
            same = same && answer_survives(parsed, (glift__action)i);
    glift__parsed_close(parsed);
    return same;
}

/* Whether `after` has the players of `before`, those of one team together, teams in the order in which they
 * first appear: what writing may change. */
static inline bool grouped_by_team(const glift_matchmaker_data *before, const glift_matchmaker_data *after)
{
    size_t at = 0;
    for (size_t i = 0; i < before->player_count; i++) {
        size_t first = 0;
        while (!same_text(before->players[first].team, before->players[i].team))
            first++;
        for (size_t k = i; first == i && k < before->player_count; k++)
            if (same_text(before->players[k].team, before->players[i].team) &&
                    (at == after->player_count || !same_player(&before->players[k], &after->players[at++])))
                return false;
    }
    return at == after->player_count;
}

/* Read, written and read again it says the same; from then on not a byte changes. */
static inline bool matchmaker_data_survives(const char *json)
{
    glift_matchmaker_data *first = NULL, *second = NULL;
    glift__text text = {0}, again = {0};
    bool same = true;
    if (glift_matchmaker_data_parse(json, &first) == GLIFT_OK) {
        same = glift__encode_matchmaker_data(first, NULL, 0, &text) == GLIFT_OK &&
               glift_matchmaker_data_parse(text.bytes, &second) == GLIFT_OK &&
               same_text(first->match_id, second->match_id) &&
               same_text(first->matchmaking_configuration_arn, second->matchmaking_configuration_arn) &&
               same_text(first->auto_backfill_ticket_id, second->auto_backfill_ticket_id) &&
               first->auto_backfill_mode == second->auto_backfill_mode && grouped_by_team(first, second) &&
               glift__encode_matchmaker_data(second, NULL, 0, &again) == GLIFT_OK &&
               same_text(text.bytes, again.bytes);
    }
    glift__text_free(&again);
    glift__text_free(&text);
    glift_matchmaker_data_free(second);
    glift_matchmaker_data_free(first);
    return same;
}

/* None of these may crash; what they give is a text, never NULL, or an error. */
static inline bool container_documents_read(const char *bytes, size_t length)
{
    glift__memory memory;
    glift__container_credentials credentials;
    const glift_container_network_info *containers;
    const char *task_id, *ipv4;
    size_t count;
    glift__memory_init(&memory);
    bool sound = true;
    if (glift__read_container_credentials(bytes, length, &memory, &credentials) == GLIFT_OK)
        sound = credentials.access_key[0] != '\0' && credentials.secret_key[0] != '\0' &&
                credentials.session_token[0] != '\0';
    if (glift__read_task_id(bytes, length, &memory, &task_id) == GLIFT_OK)
        sound = sound && task_id[0] != '\0' && strchr(task_id, '/') == NULL && strchr(task_id, ':') == NULL;
    if (glift__read_container_address(bytes, length, &memory, &ipv4) == GLIFT_OK)
        sound = sound && ipv4[strspn(ipv4, "0123456789.")] == '\0' && ipv4[0] != '\0';
    if (glift__read_container_network_info(bytes, length, &memory, &containers, &count) == GLIFT_OK)
        for (size_t i = 0; i < count; i++)
            sound = sound && containers[i].container_name != NULL && containers[i].container_id != NULL &&
                    containers[i].ip_address != NULL && containers[i].container_group_type != NULL;
    glift__memory_fini(&memory);
    return sound;
}

#endif
