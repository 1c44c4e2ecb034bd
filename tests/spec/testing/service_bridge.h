/* SPDX-License-Identifier: Apache-2.0 */
/* The servers of this program (on fake_io.h: no thread, no socket, a clock of its own) and one local_service,
 * joined. What a server sends reaches the service at once; what the service says, and dials, wait for settle,
 * so that a spec can look at a request that is under way. */
#ifndef SERVICE_BRIDGE_H
#define SERVICE_BRIDGE_H

#include "fake_io.h"
#include "api/service.h"

typedef struct service_bridge {
    local_service *service; /* NULL: nobody answers a dial */
    bool is_down;           /* the same, with the service's state kept */
    bool hangs;             /* connections stay, and nothing passes them */
    int endings;            /* different ProcessEndings that servers have sent */
    char ending_id[64];     /* of the latest */
} service_bridge;

extern service_bridge bridge;

/* A new service, and a new world for it. */
glift_status bridge_begin(const local_service_desc *desc);
void bridge_end(void);

/* Answer dials and hand over what the service has to say, until there is no more. True if there was anything.
 */
bool bridge_settle(void);

/* Let time pass; what is due in between happens when it is due. */
void bridge_pass(uint64_t ms);

/* The service says this on the newest connection, whatever it knows. False where there is none. */
bool bridge_say(const char *text);

/* Cut every connection, as a cable would. */
void bridge_cut(void);

#endif
