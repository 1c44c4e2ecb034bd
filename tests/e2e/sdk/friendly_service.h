/* SPDX-License-Identifier: Apache-2.0 */
/* A service that says yes to everything, on threads of its own, to any number of clients in other processes,
 * which may be gone at any moment. */
#ifndef FRIENDLY_SERVICE_H
#define FRIENDLY_SERVICE_H

#include "ws_service.h"

#include <pthread.h>

typedef struct friendly_service {
    ws_service service;
    pthread_t thread;
} friendly_service;

/* Begins to serve; *self must stay where it is until the end. */
void friendly_service_start(friendly_service *self, const char *certificate_file, const char *key_file);
/* Its clients must have ended, or end soon. */
void friendly_service_stop(friendly_service *self);

#endif
