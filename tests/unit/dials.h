/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of who dials when, where to and as whom. Include it once, after test.h. */
#ifndef DIALS_H
#define DIALS_H

#include "game.h"

#define REFRESH(endpoint, token)                                                                             \
    "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"" endpoint                            \
    "\",\"AuthToken\":\"" token "\"}"

/* The value of a query parameter; "" if it is not there. */
static inline const char *parameter(const fake_socket *socket, const char *name)
{
    static char values[8][256];
    static int turn;
    char *value = values[turn++ % 8], wanted[64];
    value[0] = '\0';
    for (const char *at = strchr(socket->url, '?'); at != NULL; at = strchr(at + 1, '&')) {
        snprintf(wanted, sizeof wanted, "%s=", name);
        if (strncmp(at + 1, wanted, strlen(wanted)) == 0)
            snprintf(value, 256, "%.*s", (int)strcspn(at + 1 + strlen(wanted), "&"), at + 1 + strlen(wanted));
    }
    return value;
}

/* The dial under way, or the next one if it comes in time; else NULL. */
static inline fake_socket *next_dial(uint64_t within_ms)
{
    for (uint64_t ms = 0; ms < within_ms && fake_last_dial()->state != FAKE_DIALLING; ms++)
        fake_pass(1);
    return fake_last_dial()->state == FAKE_DIALLING ? fake_last_dial() : NULL;
}

static inline void refuse(fake_socket *socket)
{
    fake_end(socket, GLIFT__END_NO_CONNECTION, 0, "connection refused");
}

static inline void sign_with_keys(void)
{
    the.desc.auth_token = NULL;
    the.desc.aws_region = "us-west-2";
    the.desc.access_key = "AKIA";
    the.desc.secret_key = "secret";
}

#endif
