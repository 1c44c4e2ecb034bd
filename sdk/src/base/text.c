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

/* How many continuation bytes follow this lead byte, and the range of the first of them; the narrowed
 * ranges are what keeps out overlong forms, surrogates and code points past U+10FFFF. -1: no lead byte. */
static int continuation_of(unsigned char lead, unsigned char *low, unsigned char *high)
{
    *low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    *high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 1;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 2;
    return lead >= 0xF0 && lead <= 0xF4 ? 3 : -1;
}

bool glift__utf8_is_valid(const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes, *end = at + length;
    while (at < end) {
        uint64_t eight; /* most text is ASCII */
        if (end - at >= 8 && (memcpy(&eight, at, 8), (eight & UINT64_C(0x8080808080808080)) == 0)) {
            at += 8;
            continue;
        }
        if (*at < 0x80) {
            at++;
            continue;
        }
        unsigned char low, high;
        int more = continuation_of(*at++, &low, &high);
        if (more < 0 || end - at < more || *at < low || *at > high)
            return false;
        for (int i = 1; i < more; i++)
            if ((at[i] & 0xC0) != 0x80)
                return false;
        at += more;
    }
    return true;
}
