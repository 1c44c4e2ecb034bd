/* SPDX-License-Identifier: Apache-2.0 */
/* What a page can list: one table of kinds of things. Lists, details, counts and the live feed go by it, and
 * GET /_local/state shows the same rows.
 *
 * To add a kind: an api_view with functions that walk its things, name their state and show them. */
#ifndef LOCAL_VIEWS_H
#define LOCAL_VIEWS_H

#include "api/api.h"
#include "api/service.h"
#include "api/wish.h"

typedef struct api_found {
    uint64_t serial;
    const void *thing;
} api_found;

/* A walk over the things of a kind, and what it is looking for. */
typedef struct api_walk {
    const local_service *service;
    const api_wish *wish;
    bool newest_first;
    struct api_tally *tally; /* NULL: things are looked for, and not counted */
    api_found *found;        /* those of the wish's page; of an unordered kind, all that fit the wish */
    size_t found_count, room;
    size_t total; /* that fit the wish */
    bool out_of_memory;
} api_walk;

/* How many there are of each state, in the order in which they were met. */
#define API_TALLY_MOST 16
typedef struct api_tally {
    const char *states[API_TALLY_MOST];
    size_t counts[API_TALLY_MOST], known, total;
} api_tally;

typedef struct api_view {
    const char *name;
    /* Hands things to api_walk_take() until that is false. Whether they come in the order of their serials,
     * which is reversed where the walk wants the newest first. */
    void (*walk)(api_walk *walk);
    bool is_ordered;
    /* How many there are; NULL: unknown without a walk. */
    size_t (*count)(const local_service *service);
    const char *(*state)(const void *thing); /* "": things of this kind have none */
    /* The texts by which a thing is found, NULL behind the last one; the first is its id. */
    const char *(*text)(const void *thing, size_t index);
    void (*show)(api_call *call, cJSON *row, const void *thing);
    /* Only where one thing is looked at; NULL: there is no more. */
    const local_history *(*history)(const void *thing);
    void (*show_more)(api_call *call, cJSON *root, const void *thing);
} api_view;

/* In the order in which pages name them; NULL behind the last one. */
const api_view *api_view_at(size_t index);
const api_view *api_find_view(const char *name);

/* Kinds of views_model.c and views_matchmaking.c. */
extern const api_view api_processes_view, api_game_sessions_view, api_player_sessions_view, api_fleets_view,
        api_computes_view, api_aliases_view, api_events_view, api_tickets_view, api_placements_view,
        api_queues_view, api_configurations_view, api_rule_sets_view;

/* False: the walk has what it needs. */
bool api_walk_take(api_walk *walk, uint64_t serial, const void *thing);

/* The things that the wish's page shows, in its order: found[0] to found[found_count - 1]. The caller ends
 * the walk by api_walk_end(). */
void api_walk_page(api_walk *walk, const local_service *service, const api_wish *wish);
/* The thing that the wish's key or id means: the newest of that id. found_count is 0 where there is none. */
void api_walk_find(api_walk *walk, const local_service *service, const api_wish *wish);
void api_walk_end(api_walk *walk);
void api_walk_tally(const local_service *service, const api_view *view, api_tally *out);

/* For api_view.text: the index-th of some texts, NULL behind the last one; absent ones are "". */
#define API_TEXT_AT(index, ...)                                                                              \
    api_text_at(index, (const char *const[]){__VA_ARGS__},                                                   \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
const char *api_text_at(size_t index, const char *const *texts, size_t count);
const char *api_no_state(const void *thing); /* for api_view.state */

/* The row of a thing, with its key and its state, added to the parent (name NULL: an array). */
cJSON *api_add_row(
        api_call *call, cJSON *parent, const char *name, const api_view *view, const api_found *found);

/* What a wish asks for, written into the object root. Refuses the call where there is no such thing. */
void api_show_page(api_call *call, cJSON *root, const api_wish *wish, const local_clock_view *clock);
void api_show_overview(api_call *call, cJSON *root); /* but the clock */
/* Without secrets. False: out of memory. */
bool api_print_page(const local_service *service, const cJSON *root, glift__text *out);

#endif
