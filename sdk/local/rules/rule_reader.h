/* SPDX-License-Identifier: Apache-2.0 */
/* Takes a rule set's JSON apart member by member. The first thing that is wrong stops everything and is
 * kept with its place ("teams[1].maxPlayers"); a member that nobody knows is wrong too (S67). */
#ifndef LOCAL_RULE_READER_H
#define LOCAL_RULE_READER_H

#include <cjson/cJSON.h>

#include "rules/rule_set.h"

typedef struct local_reader {
    local_rule_set *rule_set;
    char *what; /* LOCAL_WHAT_SIZE */
    glift_status status;
} local_reader;

/* Where in the document: "rules[2]". */
typedef char local_place[64];

/* Always false, so that a check can end with it. */
__attribute__((format(printf, 2, 3))) bool local_reader_refuse(local_reader *reader, const char *format, ...);
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
/* A member that is a list, or absent: *count is 0. */
bool local_reader_list(local_reader *reader, const cJSON *object, const char *place, const char *key,
        const cJSON **list, size_t *count);

/* rule_parse.c: the whole of "rules", and of "expansions". */
bool local_read_rules(local_reader *reader, const cJSON *document);
bool local_read_expansions(local_reader *reader, const cJSON *document);

#endif
