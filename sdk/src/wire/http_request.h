/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a GET request (RFC 9112 3), for a fetch and for the start of a WebSocket handshake. */
#ifndef GLIFT_HTTP_REQUEST_H
#define GLIFT_HTTP_REQUEST_H

#include "base/text.h"
#include "wire/connect_url.h"

/* Appends "GET <target> HTTP/1.1" and the Host line: the port only where it is not the scheme's usual one,
 * IPv6 in brackets. The URL must come from glift__url_split(), which leaves nothing in it that could end a
 * line. GLIFT_ERR_MEMORY. */
glift_status glift__http_request_start(const glift__url *url, glift__text *out);

/* Appends the whole request of one fetch; the connection is not kept. GLIFT_ERR_MEMORY; then the text may
 * hold a part of it. */
glift_status glift__http_get(const glift__url *url, glift__text *out);

#endif
