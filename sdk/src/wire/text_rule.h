/* SPDX-License-Identifier: Apache-2.0 */
/* What one text of the game's must be like: required, length, pattern, in that order, lengths in bytes (wire
 * protocol 2.0). No state. */
#ifndef GLIFT_TEXT_RULE_H
#define GLIFT_TEXT_RULE_H

#include "base/format.h"
#include "base/text.h"

#define GLIFT__NO_LIMIT SIZE_MAX

typedef struct glift__pattern {
    bool (*matches)(const char *text);
    const char *set;   /* what it allows, after a number of bytes: "of a-z, 0-9", "bytes like ..." */
    const char *regex; /* as the official SDKs show it, where it is that of a setting */
} glift__pattern;

extern const glift__pattern glift__pattern_guid, glift__pattern_compute, glift__pattern_arn,
        glift__pattern_role_arn, glift__pattern_gamelift_arn, glift__pattern_matchmaking_id,
        glift__pattern_role_session;

typedef struct glift__text_rule {
    size_t min, max;               /* bytes */
    const glift__pattern *pattern; /* NULL: any text in UTF-8 */
    bool optional;                 /* NULL and "" are as good as any text */
} glift__text_rule;

/* An argument of a request: GLIFT_OK, or GLIFT_ERR_ARGUMENT with a sentence in `message`
 * (GLIFT__MESSAGE_SIZE) that has the name, the value where it is short, and the limit (P54). */
glift_status glift__check_argument(
        const glift__text_rule *rule, const char *name, const char *text, char *message);

/* The same for what a server is made from, with the texts of the official Go SDK, word for word: people
 * search for them. They never hold the value, which may be a secret. */
glift_status glift__check_setting(
        const glift__text_rule *rule, const char *name, const char *text, char *message);

/* Whether a message may repeat this text: it is short, and stays on its line. */
#define GLIFT__LONGEST_SHOWN 64
bool glift__can_be_shown(const char *text);

/* GLIFT_ERR_ARGUMENT, with this sentence, which is cut where a character ends. */
GLIFT__FORMAT(2, 3) glift_status glift__refuse(char *message, const char *format, ...);

#endif
