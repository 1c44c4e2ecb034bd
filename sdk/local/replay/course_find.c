/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the message of the recording to which a message of the server under test corresponds.
 *
 * Players come and go as they like, so messages about different player sessions may change places; those
 * about one keep their order, and so do all others. Nothing changes its place with what the service sends
 * unasked. Questions change nothing: they may come at other times, more or less often. */
#include <string.h>

#include "replay/course.h"

#define WINDOW_MOST 1000 /* steps that are looked at for one message */

static const char *text_of(const cJSON *message, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(message, name);
    return cJSON_IsString(value) ? value->valuestring : "";
}

/* A message of which the recording has too little is compared by its action alone. */
static bool is_same(local_course *course, const recording_step *step, const cJSON *message,
        char difference[ROLES_DIFFERENCE_SIZE])
{
    char ignored[ROLES_DIFFERENCE_SIZE];
    if (step->kind != RECORDING_REQUEST || strcmp(step->action, text_of(message, "Action")) != 0)
        return false;
    return step->message == NULL ||
           roles_same(&course->roles, step->message, message, difference[0] == '\0' ? difference : ignored);
}

/* Behind what may change places with the next message: the next thing that the service does unasked. */
static size_t end_of_window(const local_course *course)
{
    size_t place = course->next;
    while (place < course->recording->count && place - course->next < WINDOW_MOST) {
        recording_kind kind = course->recording->steps[place].kind;
        if (kind != RECORDING_REQUEST && kind != RECORDING_ANSWER)
            break;
        place++;
    }
    return place;
}

/* The last time that it was asked by now, whose answer knows most; else the first time after that. */
static size_t find_question(
        local_course *course, const cJSON *message, char difference[ROLES_DIFFERENCE_SIZE])
{
    size_t end = end_of_window(course), found = SIZE_MAX;
    for (size_t i = 0; i < course->recording->count && (i < end || found == SIZE_MAX); i++) {
        const recording_step *step = &course->recording->steps[i];
        if (recording_is_question(step) && is_same(course, step, message, difference))
            found = i;
    }
    return found;
}

static bool is_awaited(const local_course *course, size_t place)
{
    const recording_step *step = &course->recording->steps[place];
    return step->kind == RECORDING_REQUEST && !course->taken[place] && !recording_is_question(step);
}

/* Whether it may come before those in front of it that have not come yet: each is about another player. */
static bool may_overtake(const local_course *course, size_t place)
{
    const recording_step *steps = course->recording->steps;
    const char *id = text_of(steps[place].message, "PlayerSessionId");
    for (size_t i = course->next; i < place; i++) {
        const char *other = text_of(steps[i].message, "PlayerSessionId");
        if (is_awaited(course, i) && (id[0] == '\0' || other[0] == '\0' || strcmp(id, other) == 0))
            return false;
    }
    return true;
}

static size_t find_request(local_course *course, const cJSON *message, char difference[ROLES_DIFFERENCE_SIZE])
{
    size_t end = end_of_window(course);
    for (size_t i = course->next; i < end; i++) {
        if (is_awaited(course, i) && may_overtake(course, i) &&
                is_same(course, &course->recording->steps[i], message, difference))
            return i;
    }
    return SIZE_MAX;
}

static size_t find(local_course *course, const cJSON *message, char difference[ROLES_DIFFERENCE_SIZE])
{
    const recording_step asked = {.kind = RECORDING_REQUEST, .action = text_of(message, "Action")};
    return recording_is_question(&asked) ? find_question(course, message, difference)
                                         : find_request(course, message, difference);
}

size_t course_find(local_course *course, const cJSON *message, char difference[ROLES_DIFFERENCE_SIZE])
{
    char ignored[ROLES_DIFFERENCE_SIZE] = "";
    /* An id that is the same text in both stands for itself, whoever comes first. */
    course->roles.keeps = true;
    size_t found = find(course, message, ignored);
    course->roles.keeps = false;
    return found != SIZE_MAX ? found : find(course, message, difference);
}
