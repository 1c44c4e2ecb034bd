/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a server through the HTTP decoder, in one piece and in pieces that the input chooses: both say the
 * same, and no body passes its limit. A body that is taken is written again, in chunks of sizes that the
 * input chooses, and read back. And whatever a head says, the check of a handshake only lets pass what
 * belongs to the key.
 *
 * The input: one byte that chooses the pieces, one that chooses the limit, and the stream. */
#include "fuzz.h"
#include "fuzz_cut.h"
#include "http_trace.h"
#include "wire/ws_handshake.h"

#define KEY    "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

/* The body of a response, and its head as far as it came; false: the response is not complete. */
static bool body_of(const uint8_t *bytes, size_t length, trace_buffer *body, glift__http_head *head)
{
    static glift__http_response response;
    glift__http_response_init(&response, UINT64_MAX);
    glift__http_event event;
    while ((event = glift__http_response_next(&response, &bytes, &length)).kind != GLIFT__HTTP_EVENT_MORE) {
        if (event.kind == GLIFT__HTTP_EVENT_BODY)
            trace_append(body, event.bytes, event.length);
        if (event.kind == GLIFT__HTTP_EVENT_DONE || event.kind == GLIFT__HTTP_EVENT_FAULT)
            break;
    }
    event = glift__http_response_end(&response);
    *head = response.head;
    return event.kind == GLIFT__HTTP_EVENT_DONE;
}

static void check_survives(const trace_buffer *body, fuzz_cut *cut)
{
    trace_buffer again = {0}, response = {0};
    glift__http_head head;
    trace_text(&response, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (size_t at = 0, part; at < body->length; at += part) {
        part = fuzz_cut_next(cut);
        part = part < body->length - at ? part : body->length - at;
        trace_text(&response, "%zx\r\n", part);
        trace_append(&response, body->bytes + at, part);
        trace_text(&response, "\r\n");
    }
    trace_text(&response, "0\r\n\r\n");
    HOLDS(body_of((uint8_t *)response.bytes, response.length, &again, &head));
    HOLDS(again.length == body->length && memcmp(again.bytes, body->bytes, again.length) == 0);
    trace_free(&again);
    trace_free(&response);
}

static void check_handshake(const glift__http_head *head)
{
    const char *problem = glift__ws_handshake_problem(head, KEY);
    bool fits = head->status == 101 && head->minor_version == 1 && head->is_websocket && head->is_upgrade &&
                !head->has_extensions && !head->has_subprotocol && strcmp(head->accept, ACCEPT) == 0;
    HOLDS(fits == (problem == NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    fuzz_cut cut = fuzz_cut_of(data[0]);
    uint64_t limit = data[1] == 0 ? UINT64_MAX : data[1];
    const uint8_t *stream = data + 2;
    size_t length = size - 2, used, used_in_pieces;
    const char *fault, *fault_in_pieces;
    char *whole = http_trace_of(stream, length, limit, NULL, NULL, &fault, &used);
    char *in_pieces =
            http_trace_of(stream, length, limit, fuzz_cut_next, &cut, &fault_in_pieces, &used_in_pieces);
    HOLDS(strcmp(whole, in_pieces) == 0);
    HOLDS(fault == fault_in_pieces);
    HOLDS(fault != NULL || used == used_in_pieces);
    free(whole);
    free(in_pieces);
    trace_buffer body = {0};
    glift__http_head head;
    bool is_done = body_of(stream, length, &body, &head);
    check_handshake(&head);
    if (is_done && body.length > 0)
        check_survives(&body, &cut);
    trace_free(&body);
    return 0;
}
