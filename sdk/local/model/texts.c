/* SPDX-License-Identifier: Apache-2.0 */
#include "model/texts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/codec.h"

char *local_format(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return length >= 0 ? text : NULL;
}

/* The length of the character that begins here; 0: there is none. */
static size_t character_at(const char *text, size_t left)
{
    for (size_t length = 1; length <= 4 && length <= left; length++) {
        if (glift__utf8_is_valid(text, length))
            return length;
    }
    return 0;
}

void local_mend_text(char *text)
{
    size_t left = strlen(text), length;
    char *out = text;
    if (glift__utf8_is_valid(text, left))
        return;
    for (const char *at = text; left > 0; at += length, left -= length) {
        length = character_at(at, left);
        memmove(out, at, length);
        out += length;
        if (length == 0)
            length = 1; /* left out */
    }
    *out = '\0';
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* Form encoding: '+' is a space, %XX a byte, everything else stands for itself (P14). In place. */
void local_decode_form(char *text)
{
    char *out = text;
    for (const char *in = text; *in != '\0'; in++) {
        if (*in == '%' && hex_value(in[1]) >= 0 && hex_value(in[2]) >= 0) {
            *out++ = (char)(hex_value(in[1]) * 16 + hex_value(in[2]));
            in += 2;
        } else {
            *out++ = *in == '+' ? ' ' : *in;
        }
    }
    *out = '\0';
}

bool local_keep_text(char **slot, const char *text)
{
    char *copy = NULL;
    if (text != NULL && text[0] != '\0') {
        copy = strdup(text);
        if (copy == NULL)
            return false;
    }
    free(*slot);
    *slot = copy;
    return true;
}

bool local_keep_texts(const local_text_change *changes, size_t count)
{
    char *copies[LOCAL_TEXT_CHANGES_MAX] = {0};
    bool kept = true;
    for (size_t i = 0; i < count && kept; i++)
        kept = local_keep_text(&copies[i], changes[i].text);
    for (size_t i = 0; i < count; i++) {
        free(kept ? *changes[i].slot : copies[i]);
        if (kept)
            *changes[i].slot = copies[i];
    }
    return kept;
}

static bool is_arn(const char *text)
{
    return strncmp(text, "arn:", 4) == 0;
}

const char *local_resource_name(const char *name_or_arn)
{
    const char *slash = strrchr(name_or_arn, '/');
    return is_arn(name_or_arn) && slash != NULL ? slash + 1 : name_or_arn;
}

bool local_resource_is(const char *name_or_arn, const char *arn)
{
    return !is_arn(name_or_arn) || strcmp(name_or_arn, arn) == 0;
}
