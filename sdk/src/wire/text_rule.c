/* SPDX-License-Identifier: Apache-2.0 */
/* The patterns are matched by hand: seven small sets of bytes need no engine for regular expressions, whose
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

#define ID_SET  "of a-z, A-Z, 0-9, '.', '-'"
#define ARN_SET "of a-z, A-Z, 0-9, ':', '/', '-'"

const glift__pattern glift__pattern_guid = {matches_guid, ID_SET, "^[a-zA-Z0-9.-]+$"};
const glift__pattern glift__pattern_compute = {matches_compute, "of a-z, A-Z, 0-9, '-', with at most one '/'",
        "^[a-zA-Z0-9\\-]+(\\/[a-zA-Z0-9\\-]+)?$"};
const glift__pattern glift__pattern_arn = {matches_arn, ARN_SET, NULL};
const glift__pattern glift__pattern_role_arn = {
        matches_role_arn, ARN_SET ", '_', '+', '=', ',', '.', '@'", NULL};
const glift__pattern glift__pattern_gamelift_arn = {matches_gamelift_arn,
        "bytes like arn:aws:gamelift:us-west-2:123456789012:matchmakingconfiguration/name", NULL};
const glift__pattern glift__pattern_matchmaking_id = {matches_matchmaking_id, ID_SET, NULL};
const glift__pattern glift__pattern_role_session = {
        matches_role_session, "of a-z, A-Z, 0-9, '_', '+', '=', ',', '.', '@', '-'", NULL};

/* ---- one text ---- */

typedef enum fault { NONE, EMPTY, LENGTH, NOT_UTF8, PATTERN } fault;

static fault find_fault(const glift__text_rule *rule, const char *text)
{
    if (text == NULL || *text == '\0')
        return rule->optional ? NONE : EMPTY;
    size_t length = strlen(text);
    if (length < rule->min || length > rule->max)
        return LENGTH;
    if (!glift__utf8_is_valid(text, length))
        return NOT_UTF8;
    return rule->pattern == NULL || rule->pattern->matches(text) ? NONE : PATTERN;
}

bool glift__can_be_shown(const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 127)
            return false;
    return length <= GLIFT__LONGEST_SHOWN;
}

/* "1 to 256 of a-z", "1 or more bytes of UTF-8" */
static void write_limit(const glift__text_rule *rule, char *out, size_t size)
{
    const char *set = rule->pattern != NULL ? rule->pattern->set : "bytes of UTF-8";
    if (rule->max == GLIFT__NO_LIMIT)
        snprintf(out, size, "%zu or more %s", rule->min, set);
    else
        snprintf(out, size, "%zu to %zu %s", rule->min, rule->max, set);
}

static glift_status refuse_argument(
        const glift__text_rule *rule, const char *name, const char *text, fault found, char *message)
{
    char limit[GLIFT__MESSAGE_SIZE];
    write_limit(rule, limit, sizeof limit);
    if (found == EMPTY)
        return glift__refuse(message, "%s is empty: %s", name, limit);
    if (found == LENGTH)
        return glift__refuse(
                message, "%s has %zu byte%s: %s", name, strlen(text), strlen(text) == 1 ? "" : "s", limit);
    if (found == NOT_UTF8)
        return glift__refuse(message, "%s is not UTF-8: %s", name, limit);
    return glift__can_be_shown(text)
                   ? glift__refuse(message, "%s is '%s': %s", name, text, limit)
                   : glift__refuse(message, "%s has a byte that is not allowed: %s", name, limit);
}

glift_status glift__check_argument(
        const glift__text_rule *rule, const char *name, const char *text, char *message)
{
    fault found = find_fault(rule, text);
    return found == NONE ? GLIFT_OK : refuse_argument(rule, name, text, found, message);
}

glift_status glift__check_setting(
        const glift__text_rule *rule, const char *name, const char *text, char *message)
{
    switch (find_fault(rule, text)) {
    case NONE:
        return GLIFT_OK;
    case EMPTY:
        return glift__refuse(message, "%s is required.", name);
    case LENGTH:
        return glift__refuse(message, "%s is invalid. Length must be between %zu and %zu characters.", name,
                rule->min, rule->max);
    case NOT_UTF8:
        return glift__refuse(message, "%s is invalid. Must be UTF-8.", name);
    case PATTERN:
        break;
    }
    return glift__refuse(message, "%s is invalid. Must match the pattern: %s.", name, rule->pattern->regex);
}
