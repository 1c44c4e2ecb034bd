/* SPDX-License-Identifier: Apache-2.0 */
/* What controls and faults have in common. */
#ifndef LOCAL_CONTROL_H
#define LOCAL_CONTROL_H

#include "model/model.h"

/* RefreshConnection with a token that lives; endpoint NULL: this service's own. */
bool local_refresh_process(local_service *service, glift__time now, local_process *process,
        const char *endpoint, local_refusal *why);
/* All of its connections end: with a Close frame of this code, or as LOCAL_CUT or LOCAL_RESET say. */
void local_drop_process(local_service *service, const local_process *process, int code, const char *reason);

#endif
