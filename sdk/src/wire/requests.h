/* SPDX-License-Identifier: Apache-2.0 */
/* The requests of a game server, one row each: what it is called, what its arguments are, what its answer
 * carries. Copying (copy.c), checking (validate.c), writing (codec_write.c) and reading (codec_service.c) all
 * go by these rows, so that a new request, or a new argument, is a row and no more in this room. */
#ifndef GLIFT_REQUESTS_H
#define GLIFT_REQUESTS_H

#include "wire/message.h"
#include "wire/text_rule.h"

typedef enum glift__field_kind {
    GLIFT__FIELD_TEXT,    /* const char * */
    GLIFT__FIELD_TEXTS,   /* const char *const *, and how many */
    GLIFT__FIELD_PLAYERS, /* const glift_player *, and how many */
    GLIFT__FIELD_INT,
    GLIFT__FIELD_BOOL,
    GLIFT__FIELD_POLICY,     /* glift_player_session_creation_policy */
    GLIFT__FIELD_SEAT_STATUS /* glift_player_session_status */
} glift__field_kind;

typedef struct glift__field {
    glift__field_kind kind;
    const char *key;                   /* on the wire */
    const char *member, *count_member; /* in C, as the game knows them */
    size_t offset, count_offset;       /* in a glift__request_body */
    bool always;                       /* is written also where it is not set */
    const char *refusal;          /* by the service, where it is missing or has no meaning; NULL: never */
    const glift__text_rule *rule; /* of a text, or of each of the texts; NULL: none, it is the SDK's own */
} glift__field;

/* What a successful answer carries beside its envelope. */
typedef enum glift__payload {
    GLIFT__PAYLOAD_NONE,
    GLIFT__PAYLOAD_PLAYER_SESSIONS,
    GLIFT__PAYLOAD_BACKFILL_TICKET,
    GLIFT__PAYLOAD_COMPUTE_CERTIFICATE,
    GLIFT__PAYLOAD_ROLE_CREDENTIALS
} glift__payload;

typedef struct glift__request_kind {
    const char *name;    /* on the wire, "AcceptPlayerSession"; "": it does not go by the WebSocket */
    const char *call;    /* as the game knows it, "ProcessReady"; "": the SDK makes it by itself */
    size_t offset, size; /* of its arguments in a glift__request_body; size 0: there are none */
    const glift__field *fields;
    size_t field_count;
    /* What no field knows by itself; NULL: nothing. Asked before the fields are. */
    glift_status (*check)(const glift__request_body *body, char *message);
    glift__payload payload;
} glift__request_kind;

/* NULL for GLIFT__ACTION_UNKNOWN and values that are no action. */
const glift__request_kind *glift__request_kind_of(glift__action action);

/* What lies in a body at this offset. */
static inline const void *glift__at(const glift__request_body *body, size_t offset)
{
    return (const char *)body + offset;
}

static inline const char *glift__text_at(const glift__request_body *body, const glift__field *field)
{
    return *(const char *const *)glift__at(body, field->offset);
}

static inline size_t glift__count_at(const glift__request_body *body, const glift__field *field)
{
    return *(const size_t *)glift__at(body, field->count_offset);
}

#endif
