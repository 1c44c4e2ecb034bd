/* SPDX-License-Identifier: Apache-2.0 */
/* SearchGameSessions (service model 2.1, S42). */
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/search_filter.h"

#define PAGE_MAX 20 /* whatever Limit says */

static const api_shape expression = {.kind = API_TEXT, .least = 1, .most = 1024};
static const api_member search_game_sessions_members[] = {
        {"FleetId", &api_fleet_id, false},
        {"AliasId", &api_alias_id, false},
        {"Location", &api_location, false},
        {"FilterExpression", &expression, false},
        {"SortExpression", &expression, false},
        {"Limit", &api_limit, false},
        {"NextToken", &api_next_token, false},
        {0},
};

typedef struct search {
    const local_fleet *fleet;
    const char *location;
    local_filter *filter; /* NULL: all */
    local_sort *sort;     /* NULL: in the order in which they were made */
    const local_game_session **found;
    size_t found_count;
} search;

static bool fits(const search *self, const local_game_session *session)
{
    return session->status == GLIFT_GAME_SESSION_ACTIVE &&
           (self->location == NULL || strcmp(self->location, session->location) == 0) &&
           (self->filter == NULL || local_filter_fits(self->filter, session));
}

/* ---- with a sort: the token is a place in the sorted list ---- */

static int compare(const void *a, const void *b, void *sort)
{
    return local_sort_compare(
            sort, *(const local_game_session *const *)a, *(const local_game_session *const *)b);
}

static bool find_all(api_call *call, search *self)
{
    const local_game_session *session;
    size_t count = 0;
    TAILQ_FOREACH(session, &self->fleet->live_game_sessions, live_link)
    {
        count++;
    }
    self->found = malloc((count + 1) * sizeof *self->found);
    if (self->found == NULL) {
        call->out_of_memory = true;
        return false;
    }
    TAILQ_FOREACH(session, &self->fleet->live_game_sessions, live_link)
    {
        if (fits(self, session))
            self->found[self->found_count++] = session;
    }
    qsort_r(self->found, self->found_count, sizeof *self->found, compare, self->sort);
    return true;
}

static void add_sorted(api_call *call, search *self, local_page *page, cJSON *list)
{
    if (!find_all(call, self))
        return;
    for (size_t i = 0; i < self->found_count; i++) {
        if (local_page_takes(page, i + 1))
            api_add_game_session(call, list, NULL, self->found[i]);
    }
}

static void add_in_order(api_call *call, const search *self, local_page *page, cJSON *list)
{
    const local_game_session *session;
    TAILQ_FOREACH(session, &self->fleet->live_game_sessions, live_link)
    {
        if (page->more)
            return;
        if (fits(self, session) && local_page_takes(page, session->serial))
            api_add_game_session(call, list, NULL, session);
    }
}

/* ---- the operation ---- */

/* A token is good for the very search that it came from. */
static char *name_of_list(const api_call *call)
{
    const char *filter = api_text(call->input, "FilterExpression"),
               *sort = api_text(call->input, "SortExpression");
    return local_format("SearchGameSessions %s|%s", filter != NULL ? filter : "", sort != NULL ? sort : "");
}

static bool read_expressions(api_call *call, search *self)
{
    const char *filter = api_text(call->input, "FilterExpression"),
               *sort = api_text(call->input, "SortExpression");
    bool read = true;
    if (filter != NULL)
        read = (self->filter = local_filter_read(filter, &call->refusal)) != NULL;
    if (read && sort != NULL)
        read = (self->sort = local_sort_read(sort, &call->refusal)) != NULL;
    if (!read)
        api_refuse_with(call);
    return read;
}

static void answer(api_call *call, search *self, const char *list_name)
{
    local_page page;
    int limit = api_integer(call->input, "Limit", PAGE_MAX);
    if (!local_page_begin(&page, list_name, api_text(call->input, "NextToken"),
                (size_t)(limit < PAGE_MAX ? limit : PAGE_MAX), &call->refusal)) {
        api_refuse_with(call);
        return;
    }
    cJSON *list = api_add_array(call, call->reply, "GameSessions");
    if (self->sort != NULL)
        add_sorted(call, self, &page, list);
    else
        add_in_order(call, self, &page, list);
    api_page_end(call, &page);
}

static void search_game_sessions(api_call *call)
{
    search self = {.fleet = api_fleet_or_alias(call), .location = api_text(call->input, "Location")};
    char *list_name = name_of_list(call);
    if (list_name == NULL)
        call->out_of_memory = true;
    else if (self.fleet != NULL && read_expressions(call, &self))
        answer(call, &self, list_name);
    free(list_name);
    free(self.found);
    local_filter_free(self.filter);
    local_sort_free(self.sort);
}

const api_operation api_search_operations[] = {
        {"SearchGameSessions", search_game_sessions_members, search_game_sessions}, /* S42 */
        {0},
};
