/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http_head.h"

#include "base/text.h"

#include <string.h>

typedef struct slice {
    const char *text;
    size_t length;
} slice;

/* ---- bytes and words, whatever the locale ---- */

bool glift__http_has_control(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)text[i] < ' ' && text[i] != '\t') || text[i] == 127)
            return true;
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* What a header's name is made of (RFC 9110 5.6.2). */
static bool is_token_char(char c)
{
    return is_digit(c) || (glift__to_lower(c) >= 'a' && glift__to_lower(c) <= 'z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* Whether the text is this word, which is in lower case. */
static bool is_word(slice value, const char *word)
{
    size_t at = 0;
    while (at < value.length && word[at] != '\0' && glift__to_lower(value.text[at]) == word[at])
        at++;
    return at == value.length && word[at] == '\0';
}

static slice trimmed(slice value)
{
    while (value.length > 0 && is_blank(value.text[0])) {
        value.text++;
        value.length--;
    }
    while (value.length > 0 && is_blank(value.text[value.length - 1]))
        value.length--;
    return value;
}

/* Whether the word is one of those between the commas. */
static bool has_word(slice value, const char *word)
{
    while (value.length > 0) {
        const char *comma = memchr(value.text, ',', value.length);
        size_t length = comma != NULL ? (size_t)(comma - value.text) : value.length;
        size_t taken = comma != NULL ? length + 1 : length;
        if (is_word(trimmed((slice){value.text, length}), word))
            return true;
        value = (slice){value.text + taken, value.length - taken};
    }
    return false;
}

/* ---- the status line ---- */

const char *glift__http_status_line(glift__http_head *head, const char *line, size_t length)
{
    static const char start[] = "HTTP/1.";
    size_t version = sizeof start - 1, status = version + 2, end = status + 3;
    if (length < end || memcmp(line, start, version) != 0 || (line[version] != '0' && line[version] != '1') ||
            line[version + 1] != ' ' || (length > end && line[end] != ' '))
        return "the answer is not one of HTTP/1";
    int number = 0;
    for (size_t i = status; i < end; i++) {
        if (!is_digit(line[i]))
            return "the status of the answer is not a number";
        number = 10 * number + (line[i] - '0');
    }
    if (number < 100)
        return "the status of the answer is below 100";
    head->minor_version = line[version] - '0';
    head->status = number; /* a whole one, or none */
    return glift__http_has_control(line, length) ? "a control character in the status line" : NULL;
}

/* ---- headers ---- */

static const char *on_upgrade(glift__http_head *head, slice value)
{
    head->is_websocket = is_word(value, "websocket") && (!head->has_upgrade || head->is_websocket);
    head->has_upgrade = true;
    return NULL;
}

static const char *on_connection(glift__http_head *head, slice value)
{
    head->is_upgrade = head->is_upgrade || has_word(value, "upgrade");
    return NULL;
}

static const char *on_accept(glift__http_head *head, slice value)
{
    if (head->has_accept)
        return "Sec-WebSocket-Accept twice";
    head->has_accept = true;
    if (value.length == sizeof head->accept - 1)
        memcpy(head->accept, value.text, value.length);
    return NULL;
}

static const char *on_extensions(glift__http_head *head, slice value)
{
    head->has_extensions = head->has_extensions || value.length > 0;
    return NULL;
}

static const char *on_subprotocol(glift__http_head *head, slice value)
{
    (void)value;
    head->has_subprotocol = true;
    return NULL;
}

static const char *on_content_length(glift__http_head *head, slice value)
{
    uint64_t total = 0;
    if (value.length == 0)
        return "Content-Length is empty";
    for (size_t i = 0; i < value.length; i++) {
        if (!is_digit(value.text[i]))
            return "Content-Length is not a number";
        if (total > (UINT64_MAX - 9) / 10)
            return "Content-Length is too large";
        total = 10 * total + (uint64_t)(value.text[i] - '0');
    }
    if (head->has_content_length && head->content_length != total)
        return "two Content-Length that differ";
    head->has_content_length = true;
    head->content_length = total;
    return NULL;
}

static const char *on_transfer_encoding(glift__http_head *head, slice value)
{
    if (head->is_chunked || !is_word(value, "chunked"))
        return "a Transfer-Encoding other than chunked";
    head->is_chunked = true;
    return NULL;
}

static const struct {
    const char *name; /* in lower case */
    const char *(*read)(glift__http_head *head, slice value);
} headers[] = {
        {"connection", on_connection},
        {"content-length", on_content_length},
        {"sec-websocket-accept", on_accept},
        {"sec-websocket-extensions", on_extensions},
        {"sec-websocket-protocol", on_subprotocol},
        {"transfer-encoding", on_transfer_encoding},
        {"upgrade", on_upgrade},
};

/* Splits "Name: value". Returns what is wrong; NULL if nothing is. */
static const char *split(const char *line, size_t length, slice *name, slice *value)
{
    const char *colon = memchr(line, ':', length);
    if (is_blank(line[0]))
        return "a header that is folded over lines";
    if (colon == NULL || colon == line)
        return "a header without a name";
    *name = (slice){line, (size_t)(colon - line)};
    *value = trimmed((slice){colon + 1, length - name->length - 1});
    for (size_t i = 0; i < name->length; i++)
        if (!is_token_char(line[i]))
            return "a header whose name has a wrong character in it";
    return glift__http_has_control(value->text, value->length) ? "a control character in a header" : NULL;
}

const char *glift__http_header_line(glift__http_head *head, const char *line, size_t length)
{
    slice name, value;
    const char *problem = split(line, length, &name, &value);
    for (size_t i = 0; problem == NULL && i < sizeof headers / sizeof headers[0]; i++)
        if (is_word(name, headers[i].name))
            return headers[i].read(head, value);
    return problem;
}

const char *glift__http_trailer_line(const char *line, size_t length)
{
    slice name, value;
    return split(line, length, &name, &value);
}

const char *glift__http_head_problem(const glift__http_head *head)
{
    if (head->is_chunked && head->has_content_length)
        return "Content-Length and Transfer-Encoding in one answer";
    return head->is_chunked && head->minor_version == 0 ? "Transfer-Encoding in an answer of HTTP/1.0" : NULL;
}
