/* SPDX-License-Identifier: Apache-2.0 */
#include "printable.h"

#include <stdbool.h>

/* How many bytes the character here has; 0: it is none (RFC 3629). */
static size_t character_at(const unsigned char *text, size_t left)
{
    unsigned char first = text[0];
    size_t length = first < 0x80   ? 1
                    : first < 0xC2 ? 0
                    : first < 0xE0 ? 2
                    : first < 0xF0 ? 3
                    : first < 0xF5 ? 4
                                   : 0;
    if (length == 0 || length > left)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    }
    bool overlong = (first == 0xE0 && text[1] < 0xA0) || (first == 0xF0 && text[1] < 0x90);
    bool no_character = (first == 0xED && text[1] > 0x9F) || (first == 0xF4 && text[1] > 0x8F);
    return overlong || no_character ? 0 : length;
}

static bool is_control(const unsigned char *text, size_t length)
{
    if (length == 1)
        return (text[0] < ' ' && text[0] != '\t') || text[0] == 0x7F;
    return text[0] == 0xC2 && text[1] < 0xA0;
}

void make_printable(char *text, size_t length)
{
    unsigned char *at = (unsigned char *)text, *end = at + length;
    while (at < end) {
        size_t size = character_at(at, (size_t)(end - at));
        bool bad = size == 0 || is_control(at, size);
        for (size_t i = 0; i < (size == 0 ? 1 : size); i++, at++) {
            if (bad)
                *at = '?';
        }
    }
}
