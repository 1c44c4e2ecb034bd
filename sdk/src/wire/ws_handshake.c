/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/ws_handshake.h"
#include "wire/digest.h"
#include "wire/http_request.h"

#include <stdio.h>
#include <string.h>

#define ACCEPT_SUFFIX "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* from RFC 6455 1.3 */

void glift__ws_key(const uint8_t nonce[GLIFT__WS_NONCE_SIZE], char out[GLIFT__WS_KEY_SIZE])
{
    glift__base64(nonce, GLIFT__WS_NONCE_SIZE, out);
}

glift_status glift__ws_request(const glift__url *url, const char *key, glift__text *out)
{
    char rest[160];
    int length = snprintf(rest, sizeof rest,
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Key: %.*s\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n",
            GLIFT__WS_KEY_SIZE - 1, key);
    glift_status status = glift__http_request_start(url, out);
    return status == GLIFT_OK ? glift__text_append(out, rest, (size_t)length) : status;
}

bool glift__ws_accept(const char *key, char out[GLIFT__WS_ACCEPT_SIZE])
{
    char text[GLIFT__WS_KEY_SIZE + sizeof ACCEPT_SUFFIX];
    uint8_t digest[GLIFT__SHA1_SIZE];
    int length = snprintf(text, sizeof text, "%.*s" ACCEPT_SUFFIX, GLIFT__WS_KEY_SIZE - 1, key);
    if (!glift__sha1(text, (size_t)length, digest))
        return false;
    glift__base64(digest, sizeof digest, out);
    return true;
}

const char *glift__ws_handshake_problem(const glift__http_head *head, const char *key)
{
    char accept[GLIFT__WS_ACCEPT_SIZE];
    if (head->status != 101)
        return "the status of the answer is not 101";
    if (head->minor_version == 0)
        return "an upgrade in an answer of HTTP/1.0";
    if (!head->is_websocket)
        return "the answer does not upgrade to a WebSocket";
    if (!head->is_upgrade)
        return "the answer has no Connection: Upgrade";
    if (head->has_extensions)
        return "the answer names an extension that was not asked for";
    if (head->has_subprotocol)
        return "the answer names a subprotocol that was not asked for";
    if (!glift__ws_accept(key, accept))
        return "the answer could not be checked: no SHA-1";
    return strcmp(accept, head->accept) == 0 ? NULL : "Sec-WebSocket-Accept does not belong to the key";
}
