/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

void glift__text_free(glift__text *text)
{
    free(text->bytes);
    *text = (glift__text){0};
}

glift_status glift__text_append(glift__text *text, const char *bytes, size_t length)
{
    char *grown = realloc(text->bytes, text->length + length + 1);
    if (grown == NULL)
        return GLIFT_ERR_MEMORY;
    memcpy(grown + text->length, bytes, length);
    text->bytes = grown;
    text->length += length;
    text->bytes[text->length] = '\0';
    return GLIFT_OK;
}

/* isalnum() depends on the locale; these bytes do not. */
static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

glift_status glift__percent_encode(const char *text, glift__text *out)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t longest = 3 * strlen(text);
    char *encoded = malloc(longest + 1);
    if (encoded == NULL)
        return GLIFT_ERR_MEMORY;
    size_t length = 0;
    for (const char *c = text; *c != '\0'; c++) {
        if (is_unreserved(*c)) {
            encoded[length++] = *c;
        } else {
            encoded[length++] = '%';
            encoded[length++] = digits[(unsigned char)*c >> 4];
            encoded[length++] = digits[(unsigned char)*c & 15];
        }
    }
    glift_status status = glift__text_append(out, encoded, length);
    free(encoded);
    return status;
}

/* Begins a character with this byte; false if none starts with it. The narrowed ranges of the second byte are
 * what keeps out overlong forms, surrogates and code points past U+10FFFF. */
static bool start_character(glift__utf8 *state, unsigned char lead)
{
    state->low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    state->high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    state->more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    return lead >= 0xC2 && lead <= 0xF4;
}

/* Most text is ASCII, and is passed over in whole words. */
static const unsigned char *skip_ascii(const unsigned char *at, const unsigned char *end)
{
    const uint64_t high_bits = UINT64_C(0x8080808080808080);
    uint64_t words[4];
    while ((size_t)(end - at) >= sizeof words) {
        memcpy(words, at, sizeof words);
        if (((words[0] | words[1] | words[2] | words[3]) & high_bits) != 0)
            break;
        at += sizeof words;
    }
    while ((size_t)(end - at) >= sizeof words[0]) {
        memcpy(words, at, sizeof words[0]);
        if ((words[0] & high_bits) != 0)
            break;
        at += sizeof words[0];
    }
    while (at < end && *at < 0x80)
        at++;
    return at;
}

bool glift__utf8_take(glift__utf8 *state, const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes, *end = length > 0 ? at + length : at;
    glift__utf8 now = *state;
    while (at < end) {
        if (now.more > 0) {
            if (*at < now.low || *at > now.high)
                return false;
            now = (glift__utf8){.more = (uint8_t)(now.more - 1), .low = 0x80, .high = 0xBF};
            at++;
        } else if (*at < 0x80) {
            at = skip_ascii(at, end);
        } else if (!start_character(&now, *at++)) {
            return false;
        }
    }
    *state = now;
    return true;
}

bool glift__utf8_is_valid(const char *bytes, size_t length)
{
    glift__utf8 state = {0};
    return glift__utf8_take(&state, bytes, length) && state.more == 0;
}

char glift__to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool glift__starts_with_letters(const char *text, const char *start)
{
    while (*start != '\0' && glift__to_lower(*text) == *start) {
        text++;
        start++;
    }
    return *start == '\0';
}

bool glift__is_word(const char *text, const char *word)
{
    return glift__starts_with_letters(text, word) && text[strlen(word)] == '\0';
}

char *glift__text_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    return copy != NULL ? memcpy(copy, text, size) : NULL;
}
