/* SPDX-License-Identifier: Apache-2.0 */

#include "core/dial_failure.h"

#include "wire/connect_url.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* So many bytes of a secret give it away, since a text that repeats a secret may cut it short. */
#define TELLING_LENGTH 16

#define SIGNATURE_LENGTH 64 /* SHA-256 in hexadecimal digits */

static bool has_signature(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        size_t digits = strspn(at, "0123456789abcdefABCDEF");
        if (digits >= SIGNATURE_LENGTH)
            return true;
        at += digits > 0 ? digits - 1 : 0;
    }
    return false;
}

static int hex_value(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = digit != '\0' ? strchr(digits, tolower((unsigned char)digit)) : NULL;
    return found != NULL ? (int)(found - digits) : -1;
}

static bool is_escaped(const char *at)
{
    return hex_value(at[1]) >= 0 && hex_value(at[2]) >= 0;
}

/* The character at *at, which may be percent-encoded, even more than once; *at goes on behind it. */
static char next_character(const char **at)
{
    const char *percent = *at; /* or where one would stand if %25 were replaced by it */
    if (*percent != '%' || !is_escaped(percent))
        return *(*at)++;
    while (strncmp(percent + 1, "25", 2) == 0 && is_escaped(percent + 2))
        percent += 2;
    *at = percent + 3;
    return (char)(hex_value(percent[1]) * 16 + hex_value(percent[2]));
}

static bool starts_with(const char *text, const char *part)
{
    for (; *part != '\0'; part++) {
        bool is_plus_for_space = *part == ' ' && *text == '+';
        if (*text == '\0' || (next_character(&text) != *part && !is_plus_for_space))
            return false;
    }
    return true;
}

static bool contains(const char *text, const char *part)
{
    while (*text != '\0' && !starts_with(text, part))
        text++;
    return *text != '\0';
}

bool glift__tells_a_secret(const char *text, const char *const *secrets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char beginning[TELLING_LENGTH + 1];
        snprintf(beginning, sizeof beginning, "%s", secrets[i] != NULL ? secrets[i] : "");
        if (beginning[0] != '\0' && contains(text, beginning))
            return true;
    }
    return contains(text, "Authorization=") || contains(text, "X-Amz-") || has_signature(text);
}

/* Writes the text as one line, and without the backslashes that escape in JSON: no secret shall hide behind
 * them. */
static void flatten(char *out, size_t size, const char *text)
{
    size_t length = 0;
    for (; *text != '\0' && length + 1 < size; text++) {
        bool is_blank = (unsigned char)*text <= ' ', follows_blank = length == 0 || out[length - 1] == ' ';
        if (*text != '\\' && !(is_blank && follows_blank))
            out[length++] = is_blank ? ' ' : *text;
    }
    out[length - (length > 0 && out[length - 1] == ' ')] = '\0';
}

/* Copies as much of the text as there is room for and as is UTF-8. */
static void copy_utf8(char *out, size_t size, const char *text)
{
    size_t length = (size_t)snprintf(out, size, "%s", text);
    length = length < size ? length : size - 1;
    while (!glift__utf8_is_valid(out, length))
        length--;
    out[length] = '\0';
}

/* Reads what the body of a refused handshake says (P17): its ErrorMessage, or else the whole body, since
 * proxies before the service have bodies of their own; "" where the text tells a secret. True: it is the
 * service's own reason. */
static bool read_body(
        char *out, size_t size, const char *body, const char *const *secrets, size_t secret_count)
{
    char line[512]; /* well over `size`: a secret that begins in what is shown can be told */
    glift__parsed *parsed = NULL;
    const char *said = body;
    if (glift__parsed_open(body, strlen(body), &parsed) == GLIFT_OK &&
            glift__parsed_envelope(parsed).message[0] != '\0')
        said = glift__parsed_envelope(parsed).message;
    flatten(line, sizeof line, said);
    bool is_secret = glift__tells_a_secret(said, secrets, secret_count) ||
                     glift__tells_a_secret(line, secrets, secret_count);
    copy_utf8(out, size, is_secret ? "" : line);
    bool is_reason = said != body && out[0] != '\0';
    glift__parsed_close(parsed);
    return is_reason;
}

static const char *advice_on_refusal(int http_status)
{
    switch (http_status) {
    case 401:
        return "get a fresh auth token, or check the AWS keys and the clock";
    case 403:
        return "the auth token may have expired, the process id may be in use already, or fleet id and host "
               "id do not belong to it";
    case 404:
        return "nothing answers there, check the WebSocket URL";
    case 429:
        return "too many connects at a time, dialling goes on at longer intervals";
    default:
        return http_status >= 500 ? "the service has a problem, dialling goes on"
                                  : "the service refuses this process";
    }
}

static glift_status status_of_http(int http_status)
{
    switch (http_status) {
    case 401:
        return GLIFT_ERR_UNAUTHORIZED;
    case 403:
        return GLIFT_ERR_FORBIDDEN;
    case 429:
        return GLIFT_ERR_THROTTLED;
    default:
        return GLIFT_ERR_CONNECT;
    }
}

static void describe_refusal(glift__dial_failure *out, const glift__socket_end *end, const char *host,
        const char *const *secrets, size_t secret_count)
{
    char message[200];
    bool is_reason = read_body(message, sizeof message, end->text, secrets, secret_count);
    out->status = status_of_http(end->code);
    out->overloaded = end->code == 429 || end->code == 403;
    if (is_reason) /* the true one: guesses would only stand beside it */
        snprintf(out->reason, sizeof out->reason, "%s refused the connection with HTTP %d: %s", host,
                end->code, message);
    else
        snprintf(out->reason, sizeof out->reason, "%s refused the connection with HTTP %d%s%s%s: %s", host,
                end->code, message[0] != '\0' ? " (" : "", message, message[0] != '\0' ? ")" : "",
                advice_on_refusal(end->code));
}

/* Writes a sentence of our own, for where that of the transport may not be told. */
static void describe_end(char *out, size_t size, const glift__socket_end *end, const char *host)
{
    switch (end->kind) {
    case GLIFT__END_NO_ADDRESS:
        snprintf(out, size, "the name %s cannot be looked up", host);
        break;
    case GLIFT__END_NO_CONNECTION:
        snprintf(out, size, "%s cannot be reached, or refuses connections", host);
        break;
    case GLIFT__END_TLS:
        snprintf(out, size, "there is no TLS connection to %s", host);
        break;
    case GLIFT__END_HANDSHAKE_TIMEOUT:
        snprintf(out, size, "%s did not answer in time", host);
        break;
    case GLIFT__END_CLOSED:
        snprintf(out, size, "%s closed the connection with code %d", host, end->code);
        break;
    case GLIFT__END_LOST:
        snprintf(out, size, "the connection to %s was lost", host);
        break;
    case GLIFT__END_HANDSHAKE_REFUSED: /* has its own sentence: describe_refusal() */
        break;
    }
}

/* What a studio may do about the end of a connection; "" where there is nothing to do, or the transport's
 * sentence says it. */
static const char *advice_on_end(glift__end_kind kind)
{
    switch (kind) {
    case GLIFT__END_NO_ADDRESS:
        return ": check the WebSocket URL and DNS";
    case GLIFT__END_NO_CONNECTION:
        return ": check the WebSocket URL, and that the service runs";
    case GLIFT__END_HANDSHAKE_TIMEOUT:
        return ": check the WebSocket URL and the network";
    case GLIFT__END_TLS:
    case GLIFT__END_HANDSHAKE_REFUSED:
    case GLIFT__END_CLOSED:
    case GLIFT__END_LOST:
        break;
    }
    return "";
}

void glift__dial_failure_of_end(glift__dial_failure *out, const glift__socket_end *end,
        const char *websocket_url, const char *const *secrets, size_t secret_count)
{
    glift__url url;
    const char *message;
    char own_words[sizeof url.host + 64];
    const char *host = glift__url_split(websocket_url, &url, &message) == GLIFT_OK ? url.host : "the service";

    memset(out, 0, sizeof *out);
    out->status = end->kind == GLIFT__END_HANDSHAKE_TIMEOUT ? GLIFT_ERR_TIMEOUT : GLIFT_ERR_CONNECT;
    if (end->kind == GLIFT__END_HANDSHAKE_REFUSED) {
        describe_refusal(out, end, host, secrets, secret_count);
        return;
    }
    describe_end(own_words, sizeof own_words, end, host);
    bool may_be_told = end->text[0] != '\0' && !glift__tells_a_secret(end->text, secrets, secret_count);
    snprintf(out->reason, sizeof out->reason, "%s%s", may_be_told ? end->text : own_words,
            advice_on_end(end->kind));
}
