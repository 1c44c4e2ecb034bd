/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the journal: who speaks on which connection, and which answer belongs to which
 * request.
 *
 * Both are tables of a fixed size in which newer ones push out older ones. Whoever was pushed out is a
 * connection without a process id in the journal, or an answer without its request: nothing else goes wrong.
 */
#ifndef LOCAL_CONVERSATIONS_H
#define LOCAL_CONVERSATIONS_H

#include "journal/journal.h"

#define CONVERSATION_VISITORS 8192
#define CONVERSATION_REQUESTS 4096
#define CONVERSATION_SPEAKERS 256

typedef struct conversation_visitor {
    uint64_t connection;
    char *process_id;
} conversation_visitor;

typedef struct conversation_request {
    uint64_t key, serial, asked_us;
} conversation_request;

/* How much of its second a process has spoken for. */
typedef struct conversation_speaker {
    uint64_t key, since_ms;
    unsigned lines, left_out;
} conversation_speaker;

typedef struct local_conversations {
    conversation_visitor visitors[CONVERSATION_VISITORS];
    conversation_request requests[CONVERSATION_REQUESTS];
    conversation_speaker speakers[CONVERSATION_SPEAKERS];
} local_conversations;

struct local_journal {
    local_entry *entries[LOCAL_ENTRIES_KEPT]; /* by serial */
    uint64_t first, last;                     /* serials; first > last: there is none */
    size_t bytes;
    void (*heard)(void *user, const local_entry *entry);
    void *user;
    local_conversations conversations;
};

void local_conversations_fini(local_conversations *all);
/* A request is remembered, an answer gets its pair and its time. */
void local_conversations_join(const local_service *service, local_entry *entry);

/* envelope.c: what the top of a message says; texts as they stand there, "" where there is none. */
typedef struct local_envelope {
    char action[LOCAL_ENTRY_NAME_MAX + 1], request_id[LOCAL_ENTRY_NAME_MAX + 1];
    int status;
} local_envelope;
void local_read_envelope(const char *text, size_t length, local_envelope *out);

#endif
