/* SPDX-License-Identifier: Apache-2.0 */
/* What a test wants to go wrong between a server and the service: named calls that fail or are late. */
#ifndef TROUBLES_H
#define TROUBLES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct trouble {
    const char *action;     /* GameLift's name of the call */
    const char *containing; /* only messages with this text in them; NULL: all */
    const char *message;    /* of the refusal */
    int status;             /* the refusal's status code; 0: the call is late instead */
    uint64_t delay_ms;      /* how late; UINT64_MAX: never */
    int times;              /* how often; 0: always */
} trouble;

/* Copies it. The newest one that fits a message counts. False without memory. */
bool troubles_add(const trouble *given);
void troubles_clear(void);
/* The trouble that this call meets, which is counted; NULL: none. Lives until the next call of this file. */
const trouble *troubles_meet(const char *action, const char *text);

#endif
