/* SPDX-License-Identifier: Apache-2.0 */
/* Takes a rule set's JSON apart member by member. The first thing that is wrong stops everything and is
 * kept with its place ("teams[1].maxPlayers"); a member that nobody knows is wrong too (S67). */
#ifndef LOCAL_RULE_READER_H
#define LOCAL_RULE_READER_H

#include <cjson/cJSON.h>

#include "base/format.h"
#include "rules/rule_set.h"

typedef struct local_reader {
    local_rule_set *rule_set;
    char *what; /* LOCAL_WHAT_SIZE */
    glift_status status;
} local_reader;

/* Where in the document: "rules[2]". */
typedef char local_place[64];

/* Always false, so that a check can end with it. */
GLIFT__FORMAT(2, 3) bool local_reader_refuse(local_reader *reader, const char *format, ...);
/* Out of memory. */
bool local_reader_fail(local_reader *reader);
void *local_reader_take(local_reader *reader, size_t count, size_t size);

/* An object whose members are all among `known` (NULL at the end) and appear once. */
bool local_reader_members(
        local_reader *reader, const cJSON *object, const char *place, const char *const *known);

/* A member that is text of 1 to 256 bytes. */
bool local_reader_text(
        local_reader *reader, const cJSON *object, const char *place, const char *key, const char **out);
/* One of `words` (NULL at the end); *out is its index, untouched where the member is absent. */
bool local_reader_word(local_reader *reader, const cJSON *object, const char *place, const char *key,
        const char *const *words, int *out);
/* A whole number in range. Required if *out is negative before. */
bool local_reader_integer(local_reader *reader, const cJSON *object, const char *place, const char *key,
        int low, int high, int *out);
/* A number, or text that is one: pages of the FlexMatch guide write maxDistance as "500". False: neither. */
bool local_reader_number(const cJSON *value, double *out);
/* A member that is a list, or absent: *count is 0. */
bool local_reader_list(local_reader *reader, const cJSON *object, const char *place, const char *key,
        const cJSON **list, size_t *count);

/* The texts of a list, or the one text that stands for a list of one; absent: *count is 0. They belong to the
 * document. */
bool local_reader_texts(local_reader *reader, const cJSON *object, const char *place, const char *key,
        const char ***out, size_t *count);
/* The whole of what the document has under these keys: rule_algorithm.c, rule_parse.c, rule_expansions.c. */
bool local_read_algorithm(local_reader *reader, const cJSON *document);
bool local_read_rules(local_reader *reader, const cJSON *document);
bool local_read_expansions(local_reader *reader, const cJSON *document);

/* rule_statement.c: names rules before `rule`, which are inside it from then on. */
bool local_read_statement(local_reader *reader, const char *place, const char *text, local_rule *rule);

/* Words of the document that mean something in more than one place of it (NULL at the end). */
extern const char *const local_batching_names[], *const local_priority_names[],
                                                         *const local_limit_names[LOCAL_LIMIT_COUNT];

#endif
