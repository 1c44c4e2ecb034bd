/* SPDX-License-Identifier: Apache-2.0 */
/* URLs and what is put into them. The input is lines: the base, then the parameters in the order of
 * glift__connect_parameters; missing ones are empty. */
#include "wire/connect_url.h"
#include "fuzz.h"

#include <string.h>

enum { BASE, PROCESS, HOST, FLEET, IDEMPOTENCY, TOKEN, REGION, ACCESS_KEY, SECRET_KEY, SESSION_TOKEN, LINES };

static bool all_of(const char *text, const char *set)
{
    return text[strspn(text, set)] == '\0';
}

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* A URL that can be split has nothing in it that could end a header line or name another host. */
static void check_split(const char *text)
{
    glift__url url;
    const char *message;
    if (glift__url_split(text, &url, &message) != GLIFT_OK) {
        HOLDS(message[0] != '\0');
        return;
    }
    HOLDS(url.host[0] != '\0' && url.port != 0 && url.path_and_query[0] == '/');
    HOLDS(all_of(url.host, ALNUM ".-_:"));
    for (const char *c = text; *c != '\0'; c++)
        HOLDS(*c > ' ' && *c <= '~' && *c != '#');
    size_t path_length = strlen(url.path_and_query), length = strlen(text);
    HOLDS(path_length == 1 || strcmp(text + length - path_length, url.path_and_query) == 0);
}

static int hex_digit(char c)
{
    const char *digits = "0123456789ABCDEF", *found = c != '\0' ? strchr(digits, c) : NULL;
    HOLDS(found != NULL);
    return (int)(found - digits);
}

/* What lies between `from` and `end`, decoded, is this text. */
static void check_decodes_to(const char *from, const char *end, const char *expected)
{
    for (; from < end; from++, expected++) {
        char byte = *from;
        HOLDS(byte == '%' || strchr(ALNUM "-_.~", byte) != NULL);
        if (byte == '%') {
            byte = (char)(hex_digit(from[1]) << 4 | hex_digit(from[2]));
            from += 2;
        }
        HOLDS(*expected == byte);
    }
    HOLDS(*expected == '\0');
}

static void check_encoding(const char *text)
{
    glift__text encoded = {0};
    HOLDS(glift__percent_encode(text, &encoded) == GLIFT_OK);
    check_decodes_to(encoded.bytes, encoded.bytes + encoded.length, text);
    glift__text_free(&encoded);
}

static void check_parameter(const char *query, const char *name, const char *value)
{
    size_t length = strlen(name);
    for (const char *at = query; at != NULL; at = strchr(at + 1, '&')) {
        if (strncmp(at + 1, name, length) == 0 && at[1 + length] == '=') {
            const char *from = at + 2 + length;
            check_decodes_to(from, from + strcspn(from, "&"), value);
            return;
        }
    }
    HOLDS(value[0] == '\0');
}

static void check_connect_url(char *const lines[LINES])
{
    const glift__connect_parameters parameters = {lines[BASE], lines[PROCESS], lines[HOST], lines[FLEET],
            lines[IDEMPOTENCY], lines[TOKEN], lines[REGION], lines[ACCESS_KEY], lines[SECRET_KEY],
            lines[SESSION_TOKEN], 1722852000};
    glift__text text;
    const char *message;
    if (glift__connect_url(&parameters, &text, &message) != GLIFT_OK) {
        HOLDS(message[0] != '\0' && text.bytes == NULL);
        return;
    }
    HOLDS(text.length == strlen(text.bytes) && text.length <= GLIFT_MAX_URL_LENGTH);
    glift__url url;
    HOLDS(glift__url_split(text.bytes, &url, &message) == GLIFT_OK);
    const char *query = strchr(url.path_and_query, '?');
    HOLDS(query != NULL);
    check_parameter(query, "pID", lines[PROCESS]);
    check_parameter(query, "ComputeId", lines[HOST]);
    check_parameter(query, "FleetId", lines[FLEET]);
    check_parameter(query, "IdempotencyToken", lines[IDEMPOTENCY]);
    bool by_token = lines[TOKEN][0] != '\0';
    check_parameter(query, "Authorization", by_token ? lines[TOKEN] : "SigV4");
    check_parameter(query, "X-Amz-Security-Token", by_token ? "" : lines[SESSION_TOKEN]);
    HOLDS((strstr(query, "&X-Amz-Signature=") == NULL) == by_token);
    check_split(text.bytes);
    glift__text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1), *lines[LINES];
    HOLDS(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    char *rest = copy;
    for (int i = 0; i < LINES; i++) {
        lines[i] = rest;
        rest += strcspn(rest, "\n");
        if (*rest == '\n' && i < LINES - 1) /* the last one may have line breaks in it */
            *rest++ = '\0';
    }
    check_encoding(lines[SESSION_TOKEN]);
    check_split(lines[BASE]);
    check_connect_url(lines);
    free(copy);
    return 0;
}
