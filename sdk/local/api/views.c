/* SPDX-License-Identifier: Apache-2.0 */
/* Walks over the things of a kind: a page of those that fit, or one of them. */
#include "api/views.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const api_view *const kinds[] = {&api_processes_view, &api_game_sessions_view,
        &api_player_sessions_view, &api_tickets_view, &api_placements_view, &api_queues_view,
        &api_configurations_view, &api_rule_sets_view, &api_fleets_view, &api_computes_view,
        &api_aliases_view, &api_events_view};

const api_view *api_view_at(size_t index)
{
    return index < sizeof kinds / sizeof kinds[0] ? kinds[index] : NULL;
}

const api_view *api_find_view(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    }
    return NULL;
}

/* ---- what fits ---- */

static bool has_text(const api_view *view, const void *thing, const char *part)
{
    const char *text;
    for (size_t i = 0; (text = view->text(thing, i)) != NULL; i++) {
        if (api_has_part(text, part))
            return true;
    }
    return false;
}

static bool fits_list(const api_wish *wish, const void *thing)
{
    return (wish->states[0] == '\0' || api_is_listed(wish->states, wish->view->state(thing))) &&
           (wish->text[0] == '\0' || has_text(wish->view, thing, wish->text));
}

static bool fits_detail(const api_wish *wish, uint64_t serial, const void *thing)
{
    char key[24];
    if (wish->id[0] != '\0')
        return strcmp(wish->view->text(thing, 0), wish->id) == 0;
    snprintf(key, sizeof key, "%" PRIu64, serial);
    return strcmp(key, wish->key) == 0;
}

/* ---- collecting ---- */

static bool keep(api_walk *walk, uint64_t serial, const void *thing)
{
    if (walk->found_count == walk->room) {
        size_t room = walk->room * 2 + 64;
        api_found *found = realloc(walk->found, room * sizeof *found);
        if (found == NULL) {
            walk->out_of_memory = true;
            return false;
        }
        walk->found = found;
        walk->room = room;
    }
    walk->found[walk->found_count++] = (api_found){serial, thing};
    return true;
}

static size_t limit_of(const api_wish *wish)
{
    return wish->limit != 0 ? wish->limit : API_LIST_DEFAULT;
}

/* Where nothing is left out, the number is known without a walk to the end. */
static bool is_counted(const api_walk *walk)
{
    const api_wish *wish = walk->wish;
    return wish->view->count != NULL && wish->states[0] == '\0' && wish->text[0] == '\0';
}

static bool take_row(api_walk *walk, uint64_t serial, const void *thing)
{
    const api_wish *wish = walk->wish;
    if (!fits_list(wish, thing))
        return true;
    size_t place = walk->total++;
    if (!wish->view->is_ordered)
        return keep(walk, serial, thing);
    if (place < wish->offset)
        return true;
    bool has_place = walk->found_count < limit_of(wish);
    return has_place ? keep(walk, serial, thing) : !is_counted(walk);
}

/* Of several that are called the same, the newest. */
static void take_thing(api_walk *walk, uint64_t serial, const void *thing)
{
    if (!fits_detail(walk->wish, serial, thing))
        return;
    if (walk->found_count == 0 || walk->found[0].serial < serial) {
        walk->found_count = 0;
        keep(walk, serial, thing);
    }
}

/* State names are static texts: most are told apart by where they lie. */
static void count_state(api_tally *tally, const char *state)
{
    size_t i = 0;
    tally->total++;
    while (i < tally->known && tally->states[i] != state && strcmp(tally->states[i], state) != 0)
        i++;
    if (i == API_TALLY_MOST || state[0] == '\0')
        return;
    if (i == tally->known)
        tally->states[tally->known++] = state;
    tally->counts[i]++;
}

bool api_walk_take(api_walk *walk, uint64_t serial, const void *thing)
{
    if (walk->tally != NULL) {
        count_state(walk->tally, walk->wish->view->state(thing));
        return true;
    }
    if (walk->wish->what != API_WISH_DETAIL)
        return take_row(walk, serial, thing);
    take_thing(walk, serial, thing);
    return walk->found_count == 0 || !walk->wish->view->is_ordered;
}

static int by_serial(const void *a, const void *b)
{
    const api_found *left = a, *right = b;
    return (left->serial > right->serial) - (left->serial < right->serial);
}

static int by_serial_down(const void *a, const void *b)
{
    return by_serial(b, a);
}

/* Of everything that fits to the page of it. */
static void cut_page(api_walk *walk)
{
    const api_wish *wish = walk->wish;
    size_t limit = limit_of(wish);
    if (walk->found_count > 0)
        qsort(walk->found, walk->found_count, sizeof *walk->found,
                walk->newest_first ? by_serial_down : by_serial);
    size_t skipped = wish->offset < walk->found_count ? wish->offset : walk->found_count;
    walk->found_count -= skipped;
    if (walk->found_count > limit)
        walk->found_count = limit;
    if (walk->found_count > 0)
        memmove(walk->found, walk->found + skipped, walk->found_count * sizeof *walk->found);
}

void api_walk_page(api_walk *walk, const local_service *service, const api_wish *wish)
{
    *walk = (api_walk){.service = service, .wish = wish, .newest_first = !wish->oldest_first};
    wish->view->walk(walk);
    if (is_counted(walk))
        walk->total = wish->view->count(service);
    if (!wish->view->is_ordered)
        cut_page(walk);
}

void api_walk_find(api_walk *walk, const local_service *service, const api_wish *wish)
{
    *walk = (api_walk){.service = service, .wish = wish, .newest_first = true};
    wish->view->walk(walk);
}

void api_walk_tally(const local_service *service, const api_view *view, api_tally *out)
{
    api_wish all = {.what = API_WISH_LIST, .view = view};
    api_walk walk = {.service = service, .wish = &all, .tally = out};
    *out = (api_tally){0};
    view->walk(&walk);
}

void api_walk_end(api_walk *walk)
{
    free(walk->found);
    *walk = (api_walk){0};
}

/* ---- rows ---- */

const char *api_text_at(size_t index, const char *const *texts, size_t count)
{
    if (index >= count)
        return NULL;
    return texts[index] != NULL ? texts[index] : "";
}

const char *api_no_state(const void *thing)
{
    (void)thing;
    return "";
}

cJSON *api_add_row(
        api_call *call, cJSON *parent, const char *name, const api_view *view, const api_found *found)
{
    char key[24];
    cJSON *row = api_add_object(call, parent, name);
    snprintf(key, sizeof key, "%" PRIu64, found->serial);
    api_add_any_text(call, row, "key", key);
    view->show(call, row, found->thing);
    if (cJSON_GetObjectItemCaseSensitive(row, "state") == NULL)
        api_add_any_text(call, row, "state", view->state(found->thing));
    return row;
}
