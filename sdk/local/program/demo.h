/* SPDX-License-Identifier: Apache-2.0 */
/* --demo: all that a game server and a lobby need, made at the start. */
#ifndef LOCAL_DEMO_H
#define LOCAL_DEMO_H

#include "api/service.h"

/* A location, an Anywhere fleet, a registered compute, a token, a queue, a rule set and a matchmaking
 * configuration; what a game server needs is in *out. */
typedef struct local_demo {
    char fleet_id[64], compute_name[64], auth_token[64], location[64], matchmaking_configuration[64];
} local_demo;
/* Players reach game servers of the compute at ip_address; NULL: the loopback. */
glift_status local_service_demo(
        local_service *service, glift__time now, const char *ip_address, local_demo *out);
/* Puts a token that lives into a demo made earlier; GLIFT_ERR_NOT_FOUND if its compute is gone. */
glift_status local_service_demo_token(local_service *service, glift__time now, local_demo *demo);

/* What the launcher of an earlier run has started has ended with that run: crashed. The highest of their
 * numbers, after which the launcher goes on. */
unsigned local_service_end_launched(local_service *service, glift__time now, const local_demo *demo);

#endif
