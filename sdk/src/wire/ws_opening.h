/* SPDX-License-Identifier: Apache-2.0 */
/* The opening of a WebSocket from the first byte to the verdict: what to send, and what the answer means. */
#ifndef GLIFT_WS_OPENING_H
#define GLIFT_WS_OPENING_H

#include "wire/ws_handshake.h"

/* What is kept of the body of a refused handshake; the rest of it is not waited for (rule P17). */
#define GLIFT__WS_MAX_REFUSAL 4096

typedef enum glift__ws_verdict {
    GLIFT__WS_VERDICT_MORE,    /* the answer is not whole yet */
    GLIFT__WS_VERDICT_OPEN,    /* the bytes that follow are frames */
    GLIFT__WS_VERDICT_REFUSED, /* another status than 101, in `status`, and its body */
    GLIFT__WS_VERDICT_FAULT    /* no answer to what was asked; `message` says what is wrong with it */
} glift__ws_verdict;

typedef struct glift__ws_opening {
    char key[GLIFT__WS_KEY_SIZE];
    glift__http_response response;
    int status;
    const char *message; /* static text */
    size_t body_length;
    char body[GLIFT__WS_MAX_REFUSAL];
} glift__ws_opening;

/* The nonce is random, and used for no other. */
void glift__ws_opening_init(glift__ws_opening *opening, const uint8_t nonce[GLIFT__WS_NONCE_SIZE]);

/* Takes bytes from the front of *bytes (moves *bytes and *length) until there is a verdict. */
glift__ws_verdict glift__ws_opening_take(glift__ws_opening *opening, const uint8_t **bytes, size_t *length);
/* The verdict when the peer sends no more: never MORE, never OPEN. */
glift__ws_verdict glift__ws_opening_end(glift__ws_opening *opening);

#endif
