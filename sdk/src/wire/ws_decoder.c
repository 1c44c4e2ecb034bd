/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/ws_decoder.h"

#include <string.h>

/* Internally events are written where the caller will read them: copies of an event that was just written
 * in small parts cost more than the rest of a short frame. */
static void fault(glift__ws_decoder *decoder, glift__ws_event *event, int code, const char *message)
{
    decoder->is_over = true;
    *event = (glift__ws_event){.kind = GLIFT__WS_EVENT_FAULT, .code = code, .message = message};
}

static bool is_control(uint8_t opcode)
{
    return opcode >= GLIFT__WS_CLOSE;
}

/* ---- the head of a frame ---- */

/* The first two bytes of a head tell how long it is. */
static size_t head_size(const uint8_t *head)
{
    uint8_t length = head[1] & 127;
    return length == 127 ? 10 : length == 126 ? 4 : 2;
}

/* A whole head: where it lies in the input, or gathered in the decoder if it came in pieces. NULL while
 * some of it is missing. */
static const uint8_t *take_head(glift__ws_decoder *decoder, const uint8_t **bytes, size_t *length)
{
    if (decoder->head_length == 0 && *length >= 2 && *length >= head_size(*bytes)) {
        const uint8_t *head = *bytes;
        *bytes += head_size(head);
        *length -= head_size(head);
        return head;
    }
    while (decoder->head_length < 2 || decoder->head_length < head_size(decoder->head)) {
        if (*length == 0)
            return NULL;
        decoder->head[decoder->head_length++] = *(*bytes)++;
        --*length;
    }
    decoder->head_length = 0;
    return decoder->head;
}

static uint64_t payload_length(const uint8_t *head)
{
    size_t size = head_size(head);
    uint64_t length = 0;
    if (size == 2)
        return head[1] & 127;
    for (size_t i = 2; i < size; i++)
        length = length << 8 | head[i];
    return length;
}

/* What is wrong with a head, whatever came before it; NULL if nothing (RFC 6455 5.1, 5.2, 5.5). */
static const char *head_problem(const uint8_t *head, uint64_t length)
{
    uint8_t opcode = head[0] & 15;
    bool is_final = (head[0] & 0x80) != 0;
    size_t size = head_size(head);
    if ((head[0] & 0x70) != 0)
        return "a frame with a reserved bit set";
    if ((head[1] & 0x80) != 0)
        return "a masked frame from a server";
    if ((opcode > GLIFT__WS_BINARY && opcode < GLIFT__WS_CLOSE) || opcode > GLIFT__WS_PONG)
        return "a frame of an unknown kind";
    if (is_control(opcode) && !is_final)
        return "a fragmented control frame";
    if (is_control(opcode) && size > 2)
        return "a control frame of more than 125 bytes";
    if ((size == 4 && length < 126) || (size == 10 && length <= UINT16_MAX))
        return "a frame whose length is not written in the shortest form";
    return length > INT64_MAX ? "a frame whose length has the highest bit set" : NULL;
}

/* A frame of a message: the first of one, or the next of the one that is open (RFC 6455 5.4). */
static void start_message_frame(glift__ws_decoder *decoder, uint64_t length, glift__ws_event *event)
{
    bool is_open = decoder->message_opcode != 0;
    if (decoder->opcode == GLIFT__WS_CONTINUATION && !is_open) {
        fault(decoder, event, GLIFT__WS_CODE_PROTOCOL_ERROR, "a continuation of no message");
        return;
    }
    if (decoder->opcode != GLIFT__WS_CONTINUATION && is_open) {
        fault(decoder, event, GLIFT__WS_CODE_PROTOCOL_ERROR, "a new message inside an unfinished one");
        return;
    }
    if (!is_open) {
        decoder->message_opcode = decoder->opcode;
        decoder->message_length = 0;
        decoder->is_first = true;
    }
    if (length > decoder->message_limit - decoder->message_length)
        fault(decoder, event, GLIFT__WS_CODE_TOO_BIG, "a message that is longer than the limit");
    decoder->message_length += length;
}

/* An event only where the head is a fault. */
static void start_frame(glift__ws_decoder *decoder, const uint8_t *head, glift__ws_event *event)
{
    uint64_t length = payload_length(head);
    const char *problem = head_problem(head, length);
    if (problem != NULL) {
        fault(decoder, event, GLIFT__WS_CODE_PROTOCOL_ERROR, problem);
        return;
    }
    decoder->opcode = head[0] & 15;
    decoder->is_final = (head[0] & 0x80) != 0;
    decoder->left = length;
    decoder->control_length = 0;
    decoder->is_in_payload = true;
    if (!is_control(decoder->opcode))
        start_message_frame(decoder, length, event);
}

/* ---- the payload ---- */

static void on_message_part(
        glift__ws_decoder *decoder, const uint8_t *bytes, size_t length, glift__ws_event *event)
{
    bool is_text = decoder->message_opcode == GLIFT__WS_TEXT;
    bool is_last = decoder->left == 0 && decoder->is_final;
    if (is_text && !glift__utf8_take(&decoder->utf8, (const char *)bytes, length)) {
        fault(decoder, event, GLIFT__WS_CODE_NOT_UTF8, "a text message that is not UTF-8");
        return;
    }
    if (is_text && is_last && decoder->utf8.more > 0) {
        fault(decoder, event, GLIFT__WS_CODE_NOT_UTF8, "a text message that ends inside a character");
        return;
    }
    event->kind = GLIFT__WS_EVENT_PART;
    event->bytes = bytes;
    event->length = length;
    event->is_text = is_text;
    event->is_first = decoder->is_first;
    event->is_last = is_last;
    decoder->is_first = false;
    if (is_last)
        decoder->message_opcode = 0;
}

/* May a peer send it (RFC 6455 7.4, and the registered codes up to 1014)? */
static bool is_close_code(int code)
{
    if (code >= 3000)
        return code <= 4999;
    return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}

/* The code and the reason of a whole Close frame. */
static void on_close(glift__ws_decoder *decoder, glift__ws_event *event)
{
    const uint8_t *payload = decoder->control;
    size_t length = decoder->control_length, code_length = length >= 2 ? 2 : 0;
    int code = length >= 2 ? payload[0] << 8 | payload[1] : GLIFT__WS_CODE_NONE;
    const char *reason = (const char *)payload + code_length;
    if (length == 1) {
        fault(decoder, event, GLIFT__WS_CODE_PROTOCOL_ERROR, "a Close frame with half a code");
    } else if (length >= 2 && !is_close_code(code)) {
        fault(decoder, event, GLIFT__WS_CODE_PROTOCOL_ERROR,
                "a Close frame with a code that may not be sent");
    } else if (!glift__utf8_is_valid(reason, length - code_length)) {
        fault(decoder, event, GLIFT__WS_CODE_NOT_UTF8, "a Close frame whose reason is not UTF-8");
    } else {
        event->kind = GLIFT__WS_EVENT_CLOSE;
        event->bytes = payload + code_length;
        event->length = length - code_length;
        event->code = code;
        decoder->is_over = true;
    }
}

/* Control frames are told whole. */
static void on_control_part(
        glift__ws_decoder *decoder, const uint8_t *bytes, size_t length, glift__ws_event *event)
{
    if (length > 0)
        memcpy(decoder->control + decoder->control_length, bytes, length);
    decoder->control_length = (uint8_t)(decoder->control_length + length);
    if (decoder->left > 0)
        return;
    if (decoder->opcode == GLIFT__WS_CLOSE) {
        on_close(decoder, event);
        return;
    }
    event->kind = decoder->opcode == GLIFT__WS_PING ? GLIFT__WS_EVENT_PING : GLIFT__WS_EVENT_PONG;
    event->bytes = decoder->control;
    event->length = decoder->control_length;
}

static void take_payload(
        glift__ws_decoder *decoder, const uint8_t **bytes, size_t *length, glift__ws_event *event)
{
    const uint8_t *part = *bytes;
    size_t part_length = decoder->left < *length ? (size_t)decoder->left : *length;
    *bytes += part_length;
    *length -= part_length;
    decoder->left -= part_length;
    decoder->is_in_payload = decoder->left > 0;
    if (is_control(decoder->opcode))
        on_control_part(decoder, part, part_length, event);
    else
        on_message_part(decoder, part, part_length, event);
}

/* ---- the decoder ---- */

void glift__ws_decoder_init(glift__ws_decoder *decoder, uint64_t message_limit)
{
    *decoder = (glift__ws_decoder){.message_limit = message_limit};
}

glift__ws_event glift__ws_decoder_next(glift__ws_decoder *decoder, const uint8_t **bytes, size_t *length)
{
    glift__ws_event event = {.kind = GLIFT__WS_EVENT_MORE};
    while (!decoder->is_over && event.kind == GLIFT__WS_EVENT_MORE) {
        if (!decoder->is_in_payload) {
            const uint8_t *head = take_head(decoder, bytes, length);
            if (head == NULL)
                return event;
            start_frame(decoder, head, &event);
        }
        if (event.kind == GLIFT__WS_EVENT_MORE) {
            if (*length == 0 && decoder->left > 0)
                return event;
            take_payload(decoder, bytes, length, &event);
        }
    }
    if (event.kind == GLIFT__WS_EVENT_MORE && *length > 0) {
        *bytes += *length;
        *length = 0;
    }
    return event;
}
