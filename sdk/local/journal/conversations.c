/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/conversations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

void local_conversations_fini(local_conversations *all)
{
    for (size_t i = 0; i < CONVERSATION_VISITORS; i++)
        free(all->visitors[i].process_id);
}

/* ---- who speaks ---- */

static conversation_visitor *visitor_of(const local_service *service, uint64_t connection)
{
    return &service->journal->conversations.visitors[connection % CONVERSATION_VISITORS];
}

void local_journal_introduce(local_service *service, uint64_t connection, const char *process_id)
{
    conversation_visitor *visitor = visitor_of(service, connection);
    visitor->connection = connection;
    free(visitor->process_id);
    visitor->process_id = strdup(process_id); /* without memory for it, the entries do not name the process */
}

const char *local_journal_process_on(const local_service *service, uint64_t connection)
{
    const conversation_visitor *visitor = visitor_of(service, connection);
    return visitor->connection == connection && visitor->process_id != NULL ? visitor->process_id : "";
}

/* ---- requests and answers ---- */

static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001B3u;
    return glift__random_mix(hash);
}

static uint64_t now_us(const local_service *service, const local_entry *entry)
{
    return service->stopwatch_us != NULL ? service->stopwatch_us() : entry->mono_ms * 1000;
}

static conversation_request *request_of(const local_service *service, uint64_t key)
{
    return &service->journal->conversations.requests[key % CONVERSATION_REQUESTS];
}

/* A frame is known by its connection and its RequestId, a call by its serial. */
static uint64_t key_of(const local_entry *entry)
{
    if (entry->kind == LOCAL_ENTRY_FRAME)
        return hash_text(entry->connection, entry->request_id);
    return glift__random_mix(entry->direction == LOCAL_ENTRY_IN ? entry->serial : entry->pair);
}

void local_conversations_join(const local_service *service, local_entry *entry)
{
    bool is_frame = entry->kind == LOCAL_ENTRY_FRAME && entry->request_id[0] != '\0';
    if (!is_frame && entry->kind != LOCAL_ENTRY_CALL)
        return;
    uint64_t key = key_of(entry);
    conversation_request *request = request_of(service, key);
    if (entry->direction == LOCAL_ENTRY_IN) {
        *request = (conversation_request){key, entry->serial, now_us(service, entry)};
    } else if (request->key == key && request->serial != 0) {
        entry->pair = request->serial;
        entry->took_us = now_us(service, entry) - request->asked_us;
    }
}

uint64_t local_journal_frame(local_service *service, glift__time now, uint64_t connection,
        local_entry_direction direction, const char *text, size_t length)
{
    local_envelope envelope;
    local_read_envelope(text, length < LOCAL_ENTRY_TEXT_MAX ? length : LOCAL_ENTRY_TEXT_MAX, &envelope);
    return local_journal_say(service, now,
            &(local_said){.kind = LOCAL_ENTRY_FRAME,
                    .direction = direction,
                    .connection = connection,
                    .process_id = local_journal_process_on(service, connection),
                    .action = envelope.action,
                    .request_id = envelope.request_id,
                    .status = envelope.status,
                    .text = text,
                    .length = length});
}

/* ---- lines of output ---- */

static conversation_speaker *speaker_of(local_service *service, const char *process_id)
{
    uint64_t key = hash_text(1, process_id);
    conversation_speaker *speaker = &service->journal->conversations.speakers[key % CONVERSATION_SPEAKERS];
    if (speaker->key != key)
        *speaker = (conversation_speaker){.key = key};
    return speaker;
}

uint64_t local_journal_line(
        local_service *service, glift__time now, const char *process_id, const char *line, size_t length)
{
    local_said said = {.kind = LOCAL_ENTRY_LINE, .process_id = process_id, .text = line, .length = length};
    conversation_speaker *speaker = speaker_of(service, process_id);
    if (now.mono_ms - speaker->since_ms >= 1000) {
        unsigned left_out = speaker->left_out;
        *speaker = (conversation_speaker){.key = speaker->key, .since_ms = now.mono_ms};
        if (left_out > 0)
            local_journal_note(service, now, &(local_said){.process_id = process_id},
                    "%u lines of its output are left out: %d in a second are kept", left_out,
                    LOCAL_LINES_A_SECOND);
    }
    if (++speaker->lines <= LOCAL_LINES_A_SECOND)
        return local_journal_say(service, now, &said);
    speaker->left_out++;
    return 0;
}
