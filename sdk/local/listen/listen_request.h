/* SPDX-License-Identifier: Apache-2.0 */
/* The head of an HTTP/1 request, taken apart (RFC 9112). It is pure, and strict where leniency lets two
 * readers see two different requests: blanks before a colon, folded lines, lines that end at LF alone,
 * lengths with a sign, a length beside a coding, the same header twice. */
#ifndef LOCAL_LISTEN_REQUEST_H
#define LOCAL_LISTEN_REQUEST_H

#include "wire/http_response.h"

/* Of a whole head: a connect URL may have 4,096 characters. */
#define LISTEN_HEAD_MAX   16384
#define LISTEN_FIELDS_MAX 100

/* The texts lie in the head's own bytes; those of headers that were not sent are "". */
typedef struct listen_request {
    const char *method, *path;
    const char *query; /* as it came, without the question mark */
    const char *host, *origin, *authorization, *target, *key, *version;
    bool stays;            /* the connection is for further requests */
    bool awaits_going;     /* "Expect: 100-continue": the body comes when it is asked for */
    glift__http_head head; /* length, coding, upgrade */
} listen_request;

/* Whether a request may begin with this byte: that of TLS, for one, may not. */
bool listen_may_be_head(char first);

/* The length of the head at the front of these bytes, with its empty line; 0: it is not whole yet. *looked
 * begins with 0 and remembers where to go on. */
size_t listen_head_length(const char *bytes, size_t length, size_t *looked);

/* What is wrong with the head, as a sentence (static text); NULL: nothing. Its bytes are written to. */
const char *listen_read_head(char *head, size_t length, listen_request *out);

#endif
