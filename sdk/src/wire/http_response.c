/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http_response.h"
#include "wire/http_head.h"

#include <string.h>

typedef enum state {
    STATUS_LINE,
    HEADERS,
    WHOLE_BODY, /* `left` bytes of the body are to come */
    BODY_UNTIL_END,
    CHUNK_LINE,
    CHUNK, /* `left` bytes of the chunk are to come */
    CHUNK_CR,
    CHUNK_LF,
    TRAILERS,
    DONE,
    FAULT
} state;

const char glift__http_body_too_long[] = "the body is longer than the limit";

static glift__http_event more(void)
{
    return (glift__http_event){.kind = GLIFT__HTTP_EVENT_MORE};
}

static glift__http_event fail(glift__http_response *self, const char *message)
{
    self->state = FAULT;
    self->fault = message;
    return (glift__http_event){.kind = GLIFT__HTTP_EVENT_FAULT, .message = message};
}

/* ---- lines ---- */

typedef struct line {
    const char *text; /* in the input, or gathered in the decoder; NULL: no whole line yet */
    size_t length;    /* that of the text without CR and LF */
    bool has_cr, is_too_long;
} line;

static line whole_line(const char *text, size_t length)
{
    bool has_cr = length > 0 && text[length - 1] == '\r';
    return (line){.text = text, .length = has_cr ? length - 1 : length, .has_cr = has_cr};
}

/* Takes a line with at most `limit` bytes before its LF; the limit is at most GLIFT__HTTP_MAX_LINE. */
static line take_line(glift__http_response *self, const uint8_t **bytes, size_t *length, size_t limit)
{
    const uint8_t *start = *bytes, *end = *length > 0 ? memchr(start, '\n', *length) : NULL;
    size_t part = end != NULL ? (size_t)(end - start) : *length;
    size_t taken = end != NULL ? part + 1 : part;
    if (part > limit - self->line_length)
        return (line){.is_too_long = true};
    if (taken == 0)
        return (line){0};
    *bytes += taken;
    *length -= taken;
    if (end != NULL && self->line_length == 0)
        return whole_line((const char *)start, part);
    memcpy(self->line + self->line_length, start, part);
    self->line_length += part;
    if (end == NULL)
        return (line){0};
    part = self->line_length;
    self->line_length = 0;
    return whole_line(self->line, part);
}

/* Takes a line of the head, or a trailer. Its text is NULL where there is no whole line yet, or a fault is in
 * *event. */
static line take_head_line(
        glift__http_response *self, const uint8_t **bytes, size_t *length, glift__http_event *event)
{
    size_t room = GLIFT__HTTP_MAX_HEAD - self->head_length;
    bool is_near_end = room < GLIFT__HTTP_MAX_LINE;
    line found = take_line(self, bytes, length, is_near_end ? room : GLIFT__HTTP_MAX_LINE);
    if (found.is_too_long)
        *event = fail(self, is_near_end ? "the head is over 16384 bytes long"
                                        : "a line of the head is over 4096 bytes long");
    else if (found.text != NULL)
        self->head_length += found.length + found.has_cr;
    return found;
}

/* ---- head and trailers ---- */

/* The state in which the body starts, which says how it ends (RFC 9112 6.3). */
static state body_state(const glift__http_head *head)
{
    if (head->status == 101 || head->status == 204 || head->status == 304)
        return DONE;
    if (head->is_chunked)
        return CHUNK_LINE;
    if (head->has_content_length)
        return head->content_length > 0 ? WHOLE_BODY : DONE;
    return BODY_UNTIL_END;
}

static glift__http_event on_end_of_head(glift__http_response *self)
{
    const char *problem = glift__http_head_problem(&self->head);
    if (problem != NULL)
        return fail(self, problem);
    if (self->head.status < 200 && self->head.status != 101) {
        self->head = (glift__http_head){0};
        self->state = STATUS_LINE;
        return more();
    }
    self->state = body_state(&self->head);
    if (self->state == WHOLE_BODY)
        self->left = self->head.content_length;
    return (glift__http_event){.kind = GLIFT__HTTP_EVENT_HEAD};
}

/* Reads a line of the head. There is an event only where the head ends, or is a fault. */
static glift__http_event on_head_line(glift__http_response *self, line found)
{
    const char *problem;
    if (self->state == STATUS_LINE) {
        problem = glift__http_status_line(&self->head, found.text, found.length);
        self->state = HEADERS;
        return problem != NULL ? fail(self, problem) : more();
    }
    if (found.length == 0 && self->state == HEADERS)
        return on_end_of_head(self);
    if (found.length == 0) {
        self->state = DONE;
        return more();
    }
    if (++self->field_count > GLIFT__HTTP_MAX_FIELDS)
        return fail(self, "more than 100 headers");
    problem = self->state == HEADERS ? glift__http_header_line(&self->head, found.text, found.length)
                                     : glift__http_trailer_line(found.text, found.length);
    return problem != NULL ? fail(self, problem) : more();
}

static glift__http_event next_of_head(glift__http_response *self, const uint8_t **bytes, size_t *length)
{
    glift__http_event event = more();
    line found = take_head_line(self, bytes, length, &event);
    return found.text != NULL ? on_head_line(self, found) : event;
}

/* ---- body ---- */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Reads "1f" or "1f;name=value"; extensions are skipped. Returns what is wrong; NULL if nothing is. */
static const char *read_chunk_line(glift__http_response *self, line found)
{
    size_t at = 0;
    uint64_t size = 0;
    for (; at < found.length && hex_value(found.text[at]) >= 0; at++) {
        if (size >> 60 != 0)
            return "the size of a chunk is too large";
        size = size << 4 | (uint64_t)hex_value(found.text[at]);
    }
    if (at == 0)
        return "a chunk without a size";
    if (!found.has_cr)
        return "the line of a chunk's size does not end in CRLF";
    size_t extension = found.length - at;
    if (extension > 0 && memchr("; \t", found.text[at], 3) == NULL)
        return "the size of a chunk is not a number";
    if (glift__http_has_control(found.text, found.length))
        return "a control character in the line of a chunk's size";
    if (extension > GLIFT__HTTP_MAX_HEAD - self->head_length)
        return "chunks with too many extensions";
    if (size > self->body_room)
        return glift__http_body_too_long;
    self->head_length += extension;
    self->body_room -= size;
    self->left = size;
    return NULL;
}

static glift__http_event next_of_chunk_line(glift__http_response *self, const uint8_t **bytes, size_t *length)
{
    line found = take_line(self, bytes, length, GLIFT__HTTP_MAX_CHUNK_LINE);
    if (found.is_too_long)
        return fail(self, "the line of a chunk's size is over 256 bytes long");
    if (found.text == NULL)
        return more();
    const char *problem = read_chunk_line(self, found);
    if (problem != NULL)
        return fail(self, problem);
    self->state = self->left > 0 ? CHUNK : TRAILERS;
    return more();
}

/* Takes a piece of the body, of at most `left` bytes. */
static glift__http_event next_of_body(uint64_t left, const uint8_t **bytes, size_t *length)
{
    size_t part = left < *length ? (size_t)left : *length;
    glift__http_event event = {.kind = GLIFT__HTTP_EVENT_BODY, .bytes = *bytes, .length = part};
    if (part == 0)
        return more();
    *bytes += part;
    *length -= part;
    return event;
}

static glift__http_event next_of_sized(
        glift__http_response *self, state after, const uint8_t **bytes, size_t *length)
{
    glift__http_event event = next_of_body(self->left, bytes, length);
    self->left -= event.length;
    if (self->left == 0)
        self->state = after;
    return event;
}

static glift__http_event next_of_whole_body(glift__http_response *self, const uint8_t **bytes, size_t *length)
{
    if (self->left > self->body_room)
        return fail(self, glift__http_body_too_long);
    return next_of_sized(self, DONE, bytes, length);
}

static glift__http_event next_until_end(glift__http_response *self, const uint8_t **bytes, size_t *length)
{
    if (self->body_room == 0 && *length > 0)
        return fail(self, glift__http_body_too_long);
    glift__http_event event = next_of_body(self->body_room, bytes, length);
    self->body_room -= event.length;
    return event;
}

static glift__http_event next_of_chunk_end(
        glift__http_response *self, char expected, state after, const uint8_t **bytes, size_t *length)
{
    if (*length == 0)
        return more();
    if (**bytes != (uint8_t)expected)
        return fail(self, "a chunk that does not end in CRLF");
    ++*bytes;
    --*length;
    self->state = after;
    return more();
}

/* ---- the decoder ---- */

void glift__http_response_init(glift__http_response *self, uint64_t body_limit)
{
    self->head = (glift__http_head){0};
    self->state = STATUS_LINE;
    self->fault = NULL;
    self->left = 0;
    self->body_room = body_limit;
    self->head_length = self->field_count = self->line_length = 0;
}

/* Takes what the present state can of the bytes; the event is MORE also where only the state has changed. */
static glift__http_event step(glift__http_response *self, const uint8_t **bytes, size_t *length)
{
    switch ((state)self->state) {
    case STATUS_LINE:
    case HEADERS:
    case TRAILERS:
        return next_of_head(self, bytes, length);
    case WHOLE_BODY:
        return next_of_whole_body(self, bytes, length);
    case BODY_UNTIL_END:
        return next_until_end(self, bytes, length);
    case CHUNK_LINE:
        return next_of_chunk_line(self, bytes, length);
    case CHUNK:
        return next_of_sized(self, CHUNK_CR, bytes, length);
    case CHUNK_CR:
        return next_of_chunk_end(self, '\r', CHUNK_LF, bytes, length);
    case CHUNK_LF:
        return next_of_chunk_end(self, '\n', CHUNK_LINE, bytes, length);
    case DONE:
        return (glift__http_event){.kind = GLIFT__HTTP_EVENT_DONE};
    case FAULT:
        break;
    }
    return fail(self, self->fault);
}

glift__http_event glift__http_response_next(glift__http_response *self, const uint8_t **bytes, size_t *length)
{
    glift__http_event event;
    size_t length_before;
    int state_before;
    do {
        length_before = *length;
        state_before = self->state;
        event = step(self, bytes, length);
    } while (event.kind == GLIFT__HTTP_EVENT_MORE &&
             (*length != length_before || self->state != state_before));
    return event;
}

glift__http_event glift__http_response_end(glift__http_response *self)
{
    const uint8_t *bytes = NULL;
    size_t length = 0;
    glift__http_event event = step(self, &bytes, &length);
    if (event.kind != GLIFT__HTTP_EVENT_MORE)
        return event;
    switch ((state)self->state) {
    case BODY_UNTIL_END:
        self->state = DONE;
        return (glift__http_event){.kind = GLIFT__HTTP_EVENT_DONE};
    case STATUS_LINE:
    case HEADERS:
        return fail(self, "the connection ended before the head of the answer did");
    case WHOLE_BODY:
    case CHUNK_LINE:
    case CHUNK:
    case CHUNK_CR:
    case CHUNK_LF:
    case TRAILERS:
    case DONE:
    case FAULT:
        break;
    }
    return fail(self, "the connection ended before the body of the answer did");
}
