/* SPDX-License-Identifier: Apache-2.0 */
/* Structs <-> JSON text, both directions of the wire protocol, and the JSON that comes by HTTP.
 *
 * codec_read.c and codec_write.c are the game server's side, codec_service.c is the service's, documents.c
 * the rest; all on top of json.h. Nothing here keeps state. What is decoded is copied into the caller's
 * glift__memory; its strings are never NULL. */
#ifndef GLIFT_CODEC_H
#define GLIFT_CODEC_H

#include "wire/message.h"
#include "base/message_memory.h"
#include "base/text.h"

/* ---- reading: parse once, look at the envelope, then take what it turned out to be ---- */

typedef struct glift__parsed glift__parsed; /* a parsed message */

/* GLIFT_OK, GLIFT_ERR_ARGUMENT: not a JSON object (rules P102, P103), GLIFT_ERR_MEMORY. */
glift_status glift__parsed_open(const char *bytes, size_t length, glift__parsed **out);
void glift__parsed_close(glift__parsed *parsed);

typedef struct glift__envelope {
    glift__action action; /* UNKNOWN where absent, null or foreign; so is the next */
    glift__push_kind push;
    const char *action_name; /* as sent; "" where absent */
    const char *request_id;  /* "" where absent or null */
    int status_code;         /* 0 where absent or null; -1 where it is not an integer */
    const char *message;     /* ErrorMessage; "" where absent */
} glift__envelope;
glift__envelope glift__parsed_envelope(const glift__parsed *parsed); /* lives as long as what was parsed */

/* Wrong types inside a payload are read as absent (P106); unknown keys are skipped (P105). */
glift_status glift__parsed_read_answer(
        const glift__parsed *parsed, glift__action request, glift__memory *memory, glift__answer_body *out);
/* GLIFT_ERR_ARGUMENT if the message lacks what its action needs: CreateGameSession a GameSessionId,
 * UpdateGameSession a GameSession, RefreshConnection an endpoint and a token. */
glift_status glift__parsed_read_push(const glift__parsed *parsed, glift__memory *memory, glift__push *out);
/* For the service. Absent, null and "" are the same (P52); attribute keys of all three SDKs (S77).
 * GLIFT_ERR_ARGUMENT: a field that the action cannot do without, or a value that has no meaning; *message
 * names it (static text). Lengths and patterns are left to glift__validate_request(). */
glift_status glift__parsed_read_request(
        const glift__parsed *parsed, glift__memory *memory, glift__request_body *out, const char **message);

/* What a StatusCode means (P128, P129): 200 is GLIFT_OK. */
glift_status glift__status_from_service(int status_code);

/* ---- writing ---- */

/* GLIFT_ERR_ARGUMENT: no request id (P49), over GLIFT_MAX_MESSAGE_LENGTH (P7), or what
 * glift__validate_request() refuses: a number that JSON cannot hold (P53), text that is not UTF-8. */
glift_status glift__encode_request(const glift__request_body *body, const char *request_id, glift__text *out);
/* For the service. A success carries the body's payload, if the action has one (body may be NULL). */
glift_status glift__encode_answer(glift__action action, const char *action_name, const char *request_id,
        int status_code, const char *message, const glift__answer_body *body, glift__text *out);
glift_status glift__encode_push(const glift__push *push, glift__text *out);

/* ---- documents inside strings and from HTTP ---- */

/* MatchmakerData (3.8). Text NULL or "": an empty result. */
glift_status glift__read_matchmaker_data(const char *json, glift__memory *memory, glift_matchmaker_data *out);
/* For the service: the players grouped by team (S69). First the teams listed, also those without players,
 * then the others, in the order in which the players name them. `teams` may be NULL. */
glift_status glift__encode_matchmaker_data(
        const glift_matchmaker_data *data, const char *const *teams, size_t team_count, glift__text *out);

typedef struct glift__container_credentials {
    const char *access_key, *secret_key, *session_token;
} glift__container_credentials;
/* GLIFT_ERR_SERVICE: not the document that was expected; container.h says which sentence to show. */
glift_status glift__read_container_credentials(
        const char *json, size_t length, glift__memory *memory, glift__container_credentials *out);
glift_status glift__read_task_id(
        const char *json, size_t length, glift__memory *memory, const char **task_id);
glift_status glift__read_container_address(
        const char *json, size_t length, glift__memory *memory, const char **ipv4);
glift_status glift__read_container_network_info(const char *json, size_t length, glift__memory *memory,
        const glift_container_network_info **containers, size_t *count);

#endif
