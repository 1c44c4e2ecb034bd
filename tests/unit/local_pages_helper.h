/* SPDX-License-Identifier: Apache-2.0 */
/* What pages are answered, as last_answer. */
#ifndef LOCAL_PAGES_HELPER_H
#define LOCAL_PAGES_HELPER_H

#include "local_helper.h"

static const local_clock_view page_clock = {.scale = 1};

/* "list", "kind=processes"; the status, and the document or sentence as last_answer. */
static inline int ask_page(const local_service *service, const char *page, const char *query)
{
    glift__text text;
    int status = local_service_page(service, clock_now, &page_clock, page, query, &text);
    free(last_answer);
    last_answer = text.bytes != NULL ? text.bytes : strdup("");
    return status;
}

/* The text of the newest moment of this kind in the history of last_answer, "" where there is none. */
static inline const char *moment(const char *what)
{
    static char text[600];
    cJSON *root = cJSON_Parse(last_answer);
    const cJSON *history = cJSON_GetObjectItemCaseSensitive(root, "history"), *one;
    text[0] = '\0';
    cJSON_ArrayForEach(one, history)
    {
        if (strcmp(cJSON_GetObjectItemCaseSensitive(one, "what")->valuestring, what) == 0)
            snprintf(text, sizeof text, "%s", cJSON_GetObjectItemCaseSensitive(one, "text")->valuestring);
    }
    cJSON_Delete(root);
    return text;
}

/* How many moments of this kind there are. */
static inline int count_moments(const char *what)
{
    int count = 0;
    cJSON *root = cJSON_Parse(last_answer);
    const cJSON *history = cJSON_GetObjectItemCaseSensitive(root, "history"), *one;
    cJSON_ArrayForEach(one, history) count +=
            strcmp(cJSON_GetObjectItemCaseSensitive(one, "what")->valuestring, what) == 0;
    cJSON_Delete(root);
    return count;
}

#endif
