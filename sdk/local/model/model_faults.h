/* SPDX-License-Identifier: Apache-2.0 */
/* What faults have to say where the model decides: each gives what holds without a fault, or its own. */
#ifndef LOCAL_MODEL_FAULTS_H
#define LOCAL_MODEL_FAULTS_H

#include "model/model.h"

/* A READY process that gets no game session. */
bool local_is_hidden(local_service *service, const local_process *process);
/* How long TerminateProcess leaves to the process. */
uint64_t local_notice_ms(local_service *service, const local_process *process, uint64_t notice_ms);
/* How long the game session may take to become ACTIVE. */
uint64_t local_activation_ms(local_service *service, const local_game_session *session);
/* How long an auth token lives that is made now. */
uint64_t local_token_ms(local_service *service);
/* Longer matchmaker data for the process of the game session, which the caller frees; NULL: its own will do.
 */
char *local_oversized_data(local_service *service, const local_game_session *session);
/* It is taken for unhealthy so long from now, unless that would be earlier anyway. */
void local_shorten_health(
        local_service *service, glift__time now, local_process *process, uint64_t patience_ms);

#endif
