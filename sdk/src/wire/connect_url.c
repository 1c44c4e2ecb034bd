/* SPDX-License-Identifier: Apache-2.0 */
/* The query is in Go's order, sorted by name; the service does not care, but captures compare more easily.
 * Values are encoded by RFC 3986, which every service reads alike (a space as %20, not as '+').
 *
 * What a URL holds ends up in an HTTP request line, so a URL with blanks or control characters is refused.
 * Texts in *message never repeat a URL or a value: they go to logs, and URLs carry the token. */

#include "wire/connect_url.h"
#include "wire/message.h"
#include "wire/sigv4.h"

#include <string.h>

/* ---- taking apart ---- */

typedef struct scheme {
    const char *prefix;
    bool tls, web_socket;
    uint16_t port;
} scheme;

static const scheme schemes[] = {
        {"wss://", true, true, 443},
        {"ws://", false, true, 80},
        {"https://", true, false, 443},
        {"http://", false, false, 80},
};

static const scheme *scheme_of(const char *url)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (glift__starts_with_letters(url, schemes[i].prefix))
            return &schemes[i];
    return NULL;
}

bool glift__url_is_tls(const char *url)
{
    const scheme *known = scheme_of(url);
    return known != NULL && known->tls;
}

static bool is_printable_ascii(const char *text)
{
    while (*text > ' ' && *text <= '~')
        text++;
    return *text == '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads the port: nothing, or ":" and a number from 1 to 65535. Returns what is wrong; NULL if nothing is. */
static const char *split_port(const char *from, const char *end, glift__url *out)
{
    unsigned port = 0;
    if (from == end)
        return NULL;
    const char *digit = from + 1;
    for (; digit < end && is_digit(*digit) && port <= UINT16_MAX; digit++)
        port = 10 * port + (unsigned)(*digit - '0');
    if (*from != ':' || digit != end || port == 0 || port > UINT16_MAX)
        return "the URL has a port that is not 1 to 65535";
    out->port = (uint16_t)port;
    return NULL;
}

/* Reads what lies between "://" and the path: a host, or [IPv6], and a port. Returns what is wrong; NULL if
 * nothing is. */
static const char *split_authority(const char *from, const char *end, glift__url *out)
{
    static const char name_bytes[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    static const char address_bytes[] = "0123456789abcdefABCDEF:.";
    bool bracket = from < end && *from == '[';
    if (memchr(from, '@', (size_t)(end - from)) != NULL)
        return "the URL has a user name, which is not supported";
    from += bracket;
    size_t length = strspn(from, bracket ? address_bytes : name_bytes);
    if (from + length > end)
        length = (size_t)(end - from);
    if (length == 0)
        return "the URL has no host name";
    if (length >= sizeof out->host)
        return "the URL has a host name longer than 255 bytes";
    memcpy(out->host, from, length);
    out->host[length] = '\0';
    from += length;
    if (bracket && *from++ != ']')
        return "the URL has an IPv6 address without its closing bracket";
    if (from < end && *from != ':')
        return "the URL has a host name with a byte that cannot be in one";
    return split_port(from, end, out);
}

static const char *split(const char *url, glift__url *out)
{
    const scheme *found = scheme_of(url);
    if (found == NULL)
        return "the URL does not begin with wss://, ws://, https:// or http://";
    if (!is_printable_ascii(url))
        return "the URL has a blank, a control character, or a byte that is not ASCII";
    const char *authority = url + strlen(found->prefix), *end = authority + strcspn(authority, "/?#");
    *out = (glift__url){.tls = found->tls, .port = found->port, .path_and_query = *end == '\0' ? "/" : end};
    if (*end == '?' || strchr(end, '#') != NULL)
        return "the URL has a fragment, or a query without a path before it";
    return split_authority(authority, end, out);
}

glift_status glift__url_split(const char *url, glift__url *out, const char **message)
{
    *out = (glift__url){0};
    const char *objection = split(url, out);
    *message = objection != NULL ? objection : "";
    return objection != NULL ? GLIFT_ERR_ARGUMENT : GLIFT_OK;
}

/* ---- putting together ---- */

static glift_status append(glift__text *out, const char *text)
{
    return glift__text_append(out, text, strlen(text));
}

static const char *given(const char *text)
{
    return text != NULL ? text : "";
}

static bool is_empty(const char *text)
{
    return *given(text) == '\0';
}

/* Appends "?name=value" or "&name=value"; nothing for an empty value. */
static glift_status add(glift__text *out, const char *name, const char *value)
{
    if (is_empty(value))
        return GLIFT_OK;
    glift_status status = append(out, memchr(out->bytes, '?', out->length) == NULL ? "?" : "&");
    if (status == GLIFT_OK)
        status = append(out, name);
    if (status == GLIFT_OK)
        status = append(out, "=");
    return status == GLIFT_OK ? glift__percent_encode(value, out) : status;
}

glift_status glift__connect_base(const char *websocket_url, glift__text *out, const char **message)
{
    *out = (glift__text){0};
    *message = "";
    const scheme *found = scheme_of(given(websocket_url));
    if (found == NULL || !found->web_socket) {
        *message = "the URL does not begin with wss:// or ws://";
        return GLIFT_ERR_ARGUMENT;
    }
    glift__url parts;
    glift_status status = glift__text_append(out, websocket_url, strcspn(websocket_url, "?#"));
    if (status == GLIFT_OK)
        status = glift__url_split(out->bytes, &parts, message);
    if (status == GLIFT_OK && strchr(out->bytes + strlen(found->prefix), '/') == NULL)
        status = append(out, "/");
    if (status == GLIFT_ERR_MEMORY)
        *message = "out of memory";
    if (status != GLIFT_OK)
        glift__text_free(out);
    return status;
}

static glift_status sign(
        const glift__connect_parameters *from, glift__sigv4_output *out, const char **message)
{
    static const char *const names[] = {"ComputeId", "FleetId", "pID"};
    const char *const values[] = {given(from->host_id), given(from->fleet_id), given(from->process_id)};
    return glift__sigv4_sign(
            &(glift__sigv4_input){
                    .region = from->aws_region,
                    .access_key = from->access_key,
                    .secret_key = from->secret_key,
                    .names = names,
                    .values = values,
                    .count = 3,
                    .unix_s = from->unix_s,
            },
            out, message);
}

/* A token wins, and then nothing of SigV4 is sent (P12). */
static glift_status add_query(glift__text *out, const glift__connect_parameters *from, const char **message)
{
    glift__sigv4_output signature = {0};
    bool by_token = !is_empty(from->auth_token);
    glift_status status = by_token ? GLIFT_OK : sign(from, &signature, message);
    const char *const query[][2] = {
            {"Authorization", by_token ? from->auth_token : "SigV4"},
            {"ComputeId", from->host_id},
            {"FleetId", from->fleet_id},
            {"IdempotencyToken", from->idempotency_token},
            {"X-Amz-Algorithm", by_token ? "" : "AWS4-HMAC-SHA256"},
            {"X-Amz-Credential", signature.credential},
            {"X-Amz-Date", signature.date_time},
            {"X-Amz-Security-Token", by_token ? "" : from->session_token},
            {"X-Amz-Signature", signature.signature},
            {"pID", from->process_id},
            {"sdkLanguage", GLIFT__SDK_LANGUAGE},
            {"sdkVersion", GLIFT_SDK_VERSION},
    };
    for (size_t i = 0; i < sizeof query / sizeof query[0] && status == GLIFT_OK; i++)
        status = add(out, query[i][0], query[i][1]);
    return status;
}

glift_status glift__connect_url(
        const glift__connect_parameters *parameters, glift__text *out, const char **message)
{
    glift_status status = glift__connect_base(parameters->websocket_url, out, message);
    if (status == GLIFT_OK)
        status = add_query(out, parameters, message);
    if (status == GLIFT_OK && out->length > GLIFT_MAX_URL_LENGTH) {
        status = GLIFT_ERR_ARGUMENT;
        *message = "the connect URL with its query is longer than 4096 bytes";
    }
    if (status == GLIFT_ERR_MEMORY)
        *message = "out of memory";
    if (status != GLIFT_OK)
        glift__text_free(out);
    return status;
}
