/* SPDX-License-Identifier: Apache-2.0 */
/* A service as fast as it can be, so that what is measured is the client: one thread, one read and one write
 * for all the requests that have arrived, no JSON library. It answers every request with success. */
#ifndef ECHO_SERVICE_H
#define ECHO_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct echo_service echo_service;

typedef enum echo_command {
    ECHO_RESET_ALL,     /* every connection, by RST */
    ECHO_CLOSE_1001,    /* every connection, by a Close frame */
    ECHO_REFRESH,       /* RefreshConnection to this service, over every connection */
    ECHO_REFRESH_AWAY,  /* RefreshConnection to a port where nobody listens */
    ECHO_STOP_ANSWERING /* requests are read and forgotten, until the connection ends */
} echo_command;

/* Runs on a thread of its own. With certificate and key: TLS. */
echo_service *echo_service_start(const char *certificate_file, const char *key_file);
uint16_t echo_service_port(const echo_service *service);
/* Connections that have been made so far. */
int echo_service_accepted(const echo_service *service);
/* Has been carried out, by the service's thread, when this returns. */
void echo_service_order(echo_service *service, echo_command command);
void echo_service_stop(echo_service *service);

#endif
