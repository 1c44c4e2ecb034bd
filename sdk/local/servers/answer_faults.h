/* SPDX-License-Identifier: Apache-2.0 */
/* What faults do to the requests of game servers and to their answers. */
#ifndef LOCAL_ANSWER_FAULTS_H
#define LOCAL_ANSWER_FAULTS_H

#include "model/model.h"

typedef struct local_answered_request {
    const local_process *process;
    uint64_t connection;
    glift__action action;
    const char *action_name, *id;
} local_answered_request;

/* What happens in the place of what was asked for. */
typedef struct local_request_fate {
    bool is_stopped; /* nothing is done */
    bool is_lost;    /* there is no answer */
    int status_code; /* of the refusal that is the answer; 0: none */
    char message[FAULT_TEXT_MAX + 1];
} local_request_fate;

/* Asked once for each request. player_session_id: NULL where the request is not about one. */
local_request_fate local_judge_request(local_service *service, glift__time now,
        const local_answered_request *request, const char *player_session_id);
/* An answer goes out, or what malformed_answers makes of it. Takes over the text. */
bool local_send_answer(local_service *service, const local_answered_request *request, glift__text *text);
/* What a heartbeat is worth. */
typedef enum local_heartbeat_worth {
    HEARTBEAT_COUNTS,
    HEARTBEAT_IS_LOST,
    HEARTBEAT_IS_UNHEARD
} local_heartbeat_worth;
/* IS_UNHEARD: there is not even an answer. *healthy is what was reported, and what is taken for it. */
local_heartbeat_worth local_judge_heartbeat(
        local_service *service, const local_process *process, bool *healthy);

/* What became of it, for its history. */
const char *local_heartbeat_words(local_heartbeat_worth worth);

#endif
