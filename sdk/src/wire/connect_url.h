/* SPDX-License-Identifier: Apache-2.0 */
/* The URL of a connect (wire protocol 1.2) is put together here from base, identity and authorization,
 * percent-encoded; and URLs are taken apart here, for the dial. */
#ifndef GLIFT_CONNECT_URL_H
#define GLIFT_CONNECT_URL_H

#include "base/text.h"

typedef struct glift__connect_parameters {
    const char *websocket_url; /* the base; a query in it is dropped */
    const char *process_id, *host_id, *fleet_id, *idempotency_token;
    const char *auth_token; /* "" or NULL: the keys below sign */
    const char *aws_region, *access_key, *secret_key, *session_token;
    int64_t unix_s;
} glift__connect_parameters;

/* "<base>/?<query>" into *out, or "<base>?<query>" where the base has a path (rules P10 to P15).
 * GLIFT_ERR_ARGUMENT with a sentence in *message (static text): a base that is not ws:// or wss://, over
 * GLIFT_MAX_URL_LENGTH (checked before anything is dialled), no keys. The URL is a secret: it holds the
 * token. */
glift_status glift__connect_url(
        const glift__connect_parameters *parameters, glift__text *out, const char **message);

/* Writes the base of a connect URL to *out, without query and fragment, with a path. Its errors are those of
 * glift__connect_url(). */
glift_status glift__connect_base(const char *websocket_url, glift__text *out, const char **message);

/* Whether a URL begins with wss:// or https://. */
bool glift__url_is_tls(const char *url);

typedef struct glift__url {
    bool tls;       /* true for wss and https */
    char host[256]; /* a name, an IPv4 address, or an IPv6 address without brackets */
    uint16_t port;
    const char *path_and_query; /* points into the text that was split; never empty: at least "/" */
} glift__url;

/* Split ws://, wss://, http://, https:// URLs. GLIFT_ERR_ARGUMENT with a sentence in *message (static text,
 * without the URL). */
glift_status glift__url_split(const char *url, glift__url *out, const char **message);

#endif
