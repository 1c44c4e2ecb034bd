/* SPDX-License-Identifier: Apache-2.0 */
/* Faults in the AWS API's room: those that act at once, those that calls meet, and the controls. */
#ifndef LOCAL_FAULTS_API_H
#define LOCAL_FAULTS_API_H

#include "api/api.h"

/* ---- fault_acts.c ---- */

/* What the fault does the moment it is switched on, and each time it acts again. False: it cannot. */
bool local_fault_act(local_service *service, glift__time now, local_fault *fault, local_refusal *why);

/* ---- call_faults.c ---- */

typedef struct api_fate {
    bool is_stopped; /* nothing is done */
    bool is_error;   /* the answer is this error */
    int status;      /* of HTTP */
    const char *message;
    char error[FAULT_TEXT_MAX + 1]; /* "": an answer without a name */
} api_fate;

/* What faults have in store for this call. What happens to the connection of its answer is left for
 * local_service_take_reply_fate(). */
api_fate api_judge_call(const api_call *call);

/* ---- fault_controls.c ---- */

void api_begin_fault(api_call *call);
void api_clear_faults(api_call *call);
/* Those that are on, as the member "faults". */
void api_add_active_faults(api_call *call, cJSON *root);
glift_status local_fault_controls_create(local_service *service);
void local_fault_controls_destroy(local_service *service);

#endif
