/* SPDX-License-Identifier: Apache-2.0 */
/* "algorithm" of a rule set: how tickets are put in order, and how large matches are made. */

#include "rules/rule_reader.h"

#include <string.h>

const char *const local_batching_names[] = {"random", "sorted", "largestPopulation", "fastestRegion", NULL};
const char *const local_priority_names[] = {"normal", "low", "high", NULL};

/* "sortByAttributes" goes with batching "sorted". */
static bool read_sort_attributes(local_reader *reader, const cJSON *object)
{
    local_rule_set *rule_set = reader->rule_set;
    const char **names;
    size_t count;
    if (!local_reader_texts(reader, object, "algorithm", "sortByAttributes", &names, &count))
        return false;
    if (count > 0 && rule_set->batching != LOCAL_BATCHING_SORTED)
        return local_reader_refuse(
                reader, "algorithm.sortByAttributes goes with the batchingPreference \"sorted\" only");
    rule_set->sort_attributes = local_reader_take(reader, count, sizeof *rule_set->sort_attributes);
    for (size_t i = 0; i < count && rule_set->sort_attributes != NULL; i++) {
        int attribute = local_rule_set_find_attribute(rule_set, names[i]);
        if (attribute < 0)
            return local_reader_refuse(reader,
                    "algorithm.sortByAttributes: playerAttributes does not declare \"%.100s\"", names[i]);
        glift_attribute_type type = rule_set->attributes[attribute].value.type;
        if (type != GLIFT_ATTRIBUTE_DOUBLE && type != GLIFT_ATTRIBUTE_STRING)
            return local_reader_refuse(reader,
                    "algorithm.sortByAttributes: \"%.100s\" must be a number or string attribute", names[i]);
        rule_set->sort_attributes[rule_set->sort_attribute_count++] = (size_t)attribute;
    }
    return reader->status == GLIFT_OK;
}

static bool read_balanced_attribute(local_reader *reader, const cJSON *object)
{
    local_rule_set *rule_set = reader->rule_set;
    const char *name = NULL;
    if (!rule_set->balanced && cJSON_GetObjectItemCaseSensitive(object, "balancedAttribute") == NULL)
        return true;
    if (!rule_set->balanced)
        return local_reader_refuse(
                reader, "algorithm.balancedAttribute goes with the strategy \"balanced\" only");
    if (!local_reader_text(reader, object, "algorithm", "balancedAttribute", &name))
        return false;
    int attribute = local_rule_set_find_attribute(rule_set, name);
    if (attribute < 0 || rule_set->attributes[attribute].value.type != GLIFT_ATTRIBUTE_DOUBLE)
        return local_reader_refuse(reader,
                "algorithm.balancedAttribute: playerAttributes does not declare a number \"%.100s\"", name);
    rule_set->balanced_attribute = (size_t)attribute;
    return true;
}

static bool check_batching(local_reader *reader, int batching)
{
    local_rule_set *rule_set = reader->rule_set;
    if (batching < 0)
        batching = rule_set->balanced ? LOCAL_BATCHING_LARGEST_POPULATION : LOCAL_BATCHING_RANDOM;
    rule_set->batching = (local_batching)batching;
    if (rule_set->balanced == (batching >= LOCAL_BATCHING_LARGEST_POPULATION))
        return true;
    return local_reader_refuse(reader,
            "algorithm.batchingPreference: \"%s\" does not go with the strategy \"%s\"",
            local_batching_names[batching], rule_set->balanced ? "balanced" : "exhaustiveSearch");
}

static bool read_members(local_reader *reader, const cJSON *object)
{
    static const char *const known[] = {"strategy", "batchingPreference", "balancedAttribute",
            "sortByAttributes", "backfillPriority", "expansionAgeSelection", NULL};
    static const char *const strategies[] = {"exhaustiveSearch", "balanced", NULL};
    static const char *const ages[] = {"newest", "oldest", NULL};
    local_rule_set *rule_set = reader->rule_set;
    int strategy = 0, batching = -1, priority = 0, age = 0;
    if (!local_reader_members(reader, object, "algorithm", known) ||
            !local_reader_word(reader, object, "algorithm", "strategy", strategies, &strategy) ||
            !local_reader_word(
                    reader, object, "algorithm", "batchingPreference", local_batching_names, &batching) ||
            !local_reader_word(
                    reader, object, "algorithm", "backfillPriority", local_priority_names, &priority) ||
            !local_reader_word(reader, object, "algorithm", "expansionAgeSelection", ages, &age))
        return false;
    rule_set->balanced = strategy == 1;
    rule_set->backfill_priority = (local_backfill_priority)priority;
    rule_set->oldest_expands = age == 1;
    return check_batching(reader, batching) && read_balanced_attribute(reader, object) &&
           read_sort_attributes(reader, object);
}

bool local_read_algorithm(local_reader *reader, const cJSON *document)
{
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(document, "algorithm");
    if (object != NULL && !read_members(reader, object))
        return false;
    return !reader->rule_set->large || reader->rule_set->balanced ||
           local_reader_refuse(reader,
                   "teams: a match of more than %d players needs the algorithm.strategy \"balanced\" and a "
                   "balancedAttribute",
                   LOCAL_RULE_SET_SMALL_PLAYERS);
}
