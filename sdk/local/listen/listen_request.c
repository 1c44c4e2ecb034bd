/* SPDX-License-Identifier: Apache-2.0 */
#include "listen/listen_request.h"

#include <string.h>

#include "base/text.h"
#include "wire/http_head.h"

/* ---- how long it is ---- */

bool listen_may_be_head(char first)
{
    return (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z') || first == '\r';
}

size_t listen_head_length(const char *bytes, size_t length, size_t *looked)
{
    const char *end = bytes + length, *line = bytes + *looked;
    const char *feed;
    while (line < end && (feed = memchr(line, '\n', (size_t)(end - line))) != NULL) {
        size_t left = (size_t)(end - feed - 1);
        if (left >= 1 && feed[1] == '\n') /* no proper end, but an end: the line is refused later */
            return (size_t)(feed + 2 - bytes);
        if (left >= 2 && feed[1] == '\r' && feed[2] == '\n')
            return (size_t)(feed + 3 - bytes);
        *looked = (size_t)(feed - bytes);
        if (left < 2)
            return 0;
        line = feed + 1;
    }
    return 0;
}

/* ---- the request line ---- */

/* The next word up to a single blank, cut off there; NULL: there is none. */
static char *next_word(char **at)
{
    char *word = *at, *blank = strchr(word, ' ');
    if (blank == NULL || blank == word)
        return NULL;
    *blank = '\0';
    *at = blank + 1;
    return word;
}

/* "http://name:port/path" names the host by itself (RFC 9112 3.2.2). */
static bool read_target(char *target, listen_request *out)
{
    size_t scheme = glift__starts_with_letters(target, "http://")    ? 7
                    : glift__starts_with_letters(target, "https://") ? 8
                                                                     : 0;
    char *query = strchr(target, '?');
    out->query = "";
    if (query != NULL) {
        *query = '\0';
        out->query = query + 1;
    }
    out->path = target;
    if (scheme == 0)
        return target[0] == '/';
    char *host = target + scheme, *path = strchr(host, '/');
    if (path == NULL) {
        out->path = "/";
    } else { /* the host gets room for its end where the slashes before it are */
        size_t length = (size_t)(path - host);
        memmove(target, host, length);
        target[length] = '\0';
        host = target;
        out->path = path;
    }
    out->host = host;
    return true;
}

static const char *read_request_line(char *line, size_t length, listen_request *out)
{
    char *at = line;
    if (glift__http_has_control(line, length) || strchr(line, '\t') != NULL)
        return "There is a control character in the first line of the request.";
    out->method = next_word(&at);
    char *target = out->method != NULL ? next_word(&at) : NULL;
    if (target == NULL || (strcmp(at, "HTTP/1.1") != 0 && strcmp(at, "HTTP/1.0") != 0))
        return "The first line of the request is not \"METHOD target HTTP/1.1\".";
    out->head.minor_version = at[strlen(at) - 1] - '0';
    out->stays = out->head.minor_version == 1;
    return read_target(target, out) ? NULL : "The target of the request does not begin with a slash.";
}

/* ---- headers ---- */

static char *trimmed(char *value, char *end)
{
    while (*value == ' ' || *value == '\t')
        value++;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
    return value;
}

/* Whether one of the words between the commas is this one, which is in lower case. */
static bool has_word(const char *value, const char *word)
{
    size_t length = strlen(word);
    for (;; value++) {
        value += strspn(value, " \t");
        if (glift__starts_with_letters(value, word) && strchr(", \t", value[length]) != NULL)
            return true;
        value = strchr(value, ',');
        if (value == NULL)
            return false;
    }
}

static const struct {
    const char *name; /* in lower case */
    size_t at;
    const char *twice;
} kept[] = {
        {"host", offsetof(listen_request, host),
                "There are two Host headers, or a target that names its host too."},
        {"origin", offsetof(listen_request, origin), "There are two Origin headers."},
        {"authorization", offsetof(listen_request, authorization), "There are two Authorization headers."},
        {"x-amz-target", offsetof(listen_request, target), "There are two X-Amz-Target headers."},
        {"sec-websocket-key", offsetof(listen_request, key), "There are two Sec-WebSocket-Key headers."},
        {"sec-websocket-version", offsetof(listen_request, version),
                "There are two Sec-WebSocket-Version headers."},
};

static const char *keep_header(const char *name, const char *value, listen_request *out)
{
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        const char **slot = (const char **)(void *)((char *)out + kept[i].at);
        if (!glift__is_word(name, kept[i].name))
            continue;
        if (*slot != NULL)
            return kept[i].twice;
        *slot = value;
        return NULL;
    }
    if (glift__is_word(name, "connection")) {
        out->stays = (out->stays || has_word(value, "keep-alive")) && !has_word(value, "close");
    } else if (glift__is_word(name, "expect")) {
        out->awaits_going = glift__is_word(value, "100-continue");
        return out->awaits_going ? NULL : "Nothing but 100-continue can be expected here.";
    }
    return NULL;
}

static const char *read_header(char *line, size_t length, listen_request *out)
{
    const char *problem = glift__http_header_line(&out->head, line, length);
    if (problem != NULL)
        return problem;
    char *colon = strchr(line, ':');
    *colon = '\0';
    return keep_header(line, trimmed(colon + 1, line + length), out);
}

/* ---- the whole ---- */

static void fill_in(listen_request *out)
{
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        const char **slot = (const char **)(void *)((char *)out + kept[i].at);
        if (*slot == NULL)
            *slot = "";
    }
}

/* What no single line shows. */
static const char *head_problem(const listen_request *request)
{
    const glift__http_head *head = &request->head;
    if (head->is_chunked && head->has_content_length)
        return "There is a Content-Length beside a Transfer-Encoding.";
    if (head->is_chunked && head->minor_version == 0)
        return "There is a Transfer-Encoding in a request of HTTP/1.0.";
    return head->minor_version == 1 && request->host[0] == '\0' ? "There is no Host header." : NULL;
}

const char *listen_read_head(char *head, size_t length, listen_request *out)
{
    *out = (listen_request){0};
    const char *problem = NULL;
    size_t lines = 0;
    for (char *line = head, *end = head + length; line < end && problem == NULL; lines++) {
        char *feed = memchr(line, '\n', (size_t)(end - line));
        if (feed == NULL || feed == line || feed[-1] != '\r')
            return "A line of the head does not end with CR and LF.";
        size_t line_length = (size_t)(feed - 1 - line);
        feed[-1] = '\0';
        if (lines == 0)
            problem = read_request_line(line, line_length, out);
        else if (line_length > 0)
            problem = lines <= LISTEN_FIELDS_MAX ? read_header(line, line_length, out)
                                                 : "The head has more than 100 headers.";
        line = feed + 1;
    }
    fill_in(out);
    return problem != NULL ? problem : head_problem(out);
}
