/* SPDX-License-Identifier: Apache-2.0 */
/* What one text of the game's must be like: required, length, pattern, in that order, lengths in bytes, with
 * the official texts (wire protocol 2.0). No state. */
#ifndef GLIFT_TEXT_RULE_H
#define GLIFT_TEXT_RULE_H

#include "base/text.h"

#define GLIFT__NO_LIMIT SIZE_MAX

typedef struct glift__pattern {
    bool (*matches)(const char *text);
    const char *regex; /* as shown to the user; NULL: `other_text` instead */
    const char *other_text;
} glift__pattern;

extern const glift__pattern glift__pattern_guid, glift__pattern_compute, glift__pattern_arn,
        glift__pattern_role_arn, glift__pattern_gamelift_arn, glift__pattern_matchmaking_id,
        glift__pattern_role_session;

typedef struct glift__text_rule {
    const char *name;              /* of the field, in messages */
    size_t min, max;               /* bytes */
    const glift__pattern *pattern; /* NULL: any text in UTF-8 */
    bool optional;                 /* NULL and "" are as good as any text */
} glift__text_rule;

/* GLIFT_OK, or GLIFT_ERR_ARGUMENT with a sentence in `message` (GLIFT__MESSAGE_SIZE) that names the field and
 * the limit (P54). */
glift_status glift__check_text(const glift__text_rule *rule, const char *text, char *message);

/* GLIFT_ERR_ARGUMENT, with this sentence, which is cut where a character ends. */
__attribute__((format(printf, 2, 3))) glift_status glift__refuse(char *message, const char *format, ...);

#endif
