/* SPDX-License-Identifier: Apache-2.0 */
/* The texts are those of the official Go SDK, word for word: people search for them.
 *
 * The patterns are matched by hand: seven small sets of bytes need no engine for regular expressions, whose
 * idea of a letter would depend on the locale. */

#include "wire/text_rule.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

glift_status glift__refuse(char *message, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, GLIFT__MESSAGE_SIZE, format, arguments);
    va_end(arguments);
    for (size_t end = strlen(message); !glift__utf8_is_valid(message, end);) /* a name that was cut in two */
        message[--end] = '\0';
    return GLIFT_ERR_ARGUMENT;
}

/* ---- patterns ---- */

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define ALNUM  LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS

/* Moves past one or more bytes of the set. */
static bool skip(const char **at, const char *set)
{
    size_t length = strspn(*at, set);
    *at += length;
    return length > 0;
}

static bool skip_word(const char **at, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

/* Moves past exactly `count` bytes of the set. */
static bool skip_exactly(const char **at, const char *set, size_t count)
{
    if (strspn(*at, set) < count)
        return false;
    *at += count;
    return true;
}

static bool consists_of(const char *text, const char *set)
{
    return text[strspn(text, set)] == '\0';
}

static bool matches_guid(const char *text)
{
    return consists_of(text, ALNUM ".-");
}

static bool matches_compute(const char *text)
{
    if (!skip(&text, ALNUM "-"))
        return false;
    return *text == '\0' || (skip_word(&text, "/") && skip(&text, ALNUM "-") && *text == '\0');
}

/* ^[a-zA-Z0-9:/-]+$ */
static bool matches_arn(const char *text)
{
    return consists_of(text, ALNUM ":/-");
}

/* The official SDKs check the ARN of a role like any other, which refuses role names that IAM allows
 * (wire protocol 8.2, 15). Here they pass. */
static bool matches_role_arn(const char *text)
{
    return consists_of(text, ALNUM ":/-_+=,.@");
}

static bool matches_region(const char **at)
{
    return skip_exactly(at, LOWER, 2) && skip_word(at, "-") && skip(at, LOWER) && skip_word(at, "-") &&
           skip_exactly(at, DIGITS, 1);
}

/* ^arn:(aws|aws-cn):gamelift:([a-z]{2}-[a-z]+-\d{1}):(\d{12})?:([a-z]+)\/(.+)$ */
static bool matches_gamelift_arn(const char *text)
{
    if (!skip_word(&text, "arn:aws:gamelift:") && !skip_word(&text, "arn:aws-cn:gamelift:"))
        return false;
    if (!matches_region(&text) || !skip_word(&text, ":"))
        return false;
    if (*text != ':' && !skip_exactly(&text, DIGITS, 12))
        return false;
    return skip_word(&text, ":") && skip(&text, LOWER) && skip_word(&text, "/") && *text != '\0' &&
           strchr(text, '\n') == NULL;
}

static bool matches_matchmaking_id(const char *text)
{
    return consists_of(text, ALNUM "-.");
}

static bool matches_role_session(const char *text)
{
    return consists_of(text, ALNUM "_+=,.@-");
}

const glift__pattern glift__pattern_guid = {matches_guid, "^[a-zA-Z0-9.-]+$", NULL};
const glift__pattern glift__pattern_compute = {
        matches_compute, "^[a-zA-Z0-9\\-]+(\\/[a-zA-Z0-9\\-]+)?$", NULL};
const glift__pattern glift__pattern_arn = {matches_arn, NULL, "Invalid ARN format."};
const glift__pattern glift__pattern_role_arn = {matches_role_arn, NULL, "Invalid ARN format."};
const glift__pattern glift__pattern_gamelift_arn = {
        matches_gamelift_arn, NULL, "Invalid GameLift ARN format."};
const glift__pattern glift__pattern_matchmaking_id = {matches_matchmaking_id, "^[a-zA-Z0-9-\\.]*$", NULL};
const glift__pattern glift__pattern_role_session = {matches_role_session, "^[\\w+=,.@-]*$", NULL};

/* ---- one text ---- */

glift_status glift__check_text(const glift__text_rule *rule, const char *text, char *message)
{
    if (text == NULL || *text == '\0')
        return rule->optional ? GLIFT_OK : glift__refuse(message, "%s is required.", rule->name);
    size_t length = strlen(text);
    if (length < rule->min || length > rule->max)
        return glift__refuse(message, "%s is invalid. Length must be between %zu and %zu characters.",
                rule->name, rule->min, rule->max);
    if (!glift__utf8_is_valid(text, length))
        return glift__refuse(message, "%s is invalid. Must be UTF-8.", rule->name);
    if (rule->pattern == NULL || rule->pattern->matches(text))
        return GLIFT_OK;
    if (rule->pattern->regex == NULL)
        return glift__refuse(message, "%s is invalid. %s", rule->name, rule->pattern->other_text);
    return glift__refuse(
            message, "%s is invalid. Must match the pattern: %s.", rule->name, rule->pattern->regex);
}
