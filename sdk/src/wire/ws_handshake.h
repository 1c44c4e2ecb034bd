/* SPDX-License-Identifier: Apache-2.0 */
/* The opening handshake of a WebSocket client (RFC 6455 4.1): what is sent, and whether the answer fits. */
#ifndef GLIFT_WS_HANDSHAKE_H
#define GLIFT_WS_HANDSHAKE_H

#include "base/text.h"
#include "wire/connect_url.h"
#include "wire/http_response.h"

#define GLIFT__WS_NONCE_SIZE 16
#define GLIFT__WS_KEY_SIZE   25 /* with the terminator */

/* Makes the Sec-WebSocket-Key of one handshake, from random bytes that are used for no other. */
void glift__ws_key(const uint8_t nonce[GLIFT__WS_NONCE_SIZE], char out[GLIFT__WS_KEY_SIZE]);

/* Makes the Sec-WebSocket-Accept that belongs to a key. False where there is no memory for the digest. */
bool glift__ws_accept(const char *key, char out[GLIFT__WS_ACCEPT_SIZE]);

/* Appends the whole request. No extension and no subprotocol is asked for. GLIFT_ERR_MEMORY; then the text
 * may hold a part of it. The text is a secret: the URL holds the token. */
glift_status glift__ws_request(const glift__url *url, const char *key, glift__text *out);

/* Why a response with this head does not open the WebSocket that was asked for with this key: static
 * text. NULL if it does. A status other than 101 is for the caller to tell with its body. */
const char *glift__ws_handshake_problem(const glift__http_head *head, const char *key);

#endif
