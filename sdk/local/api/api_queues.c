/* SPDX-License-Identifier: Apache-2.0 */
/* Game session queues behind the AWS API (service model 2.2). */
#include "api/api.h"

#include <string.h>

#include "flexmatch/tickets.h"

#define PAGE_DEFAULT      100
#define POLICIES_MAX      100 /* [E] */
#define LOCATIONS_MAX     100
#define TIMEOUT_DEFAULT_S 600

static const char *const priority_names[] = {
        [LOCAL_BY_LATENCY] = "LATENCY",
        [LOCAL_BY_COST] = "COST",
        [LOCAL_BY_DESTINATION] = "DESTINATION",
        [LOCAL_BY_LOCATION] = "LOCATION",
        NULL,
};

/* ---- shapes ---- */

static const api_shape destination_arn = {
        .kind = API_TEXT, .least = 1, .most = 512, .pattern = "[a-zA-Z0-9:/-]+"};
static const api_member destination_members[] = {{"DestinationArn", &destination_arn, false}, {0}};
static const api_shape destination = {.kind = API_STRUCT, .members = destination_members};
static const api_shape destinations = {
        .kind = API_LIST, .most = LOCAL_DESTINATIONS_MAX, .item = &destination};
static const api_shape queue_timeout = {.kind = API_INTEGER, .least = 10, .most = 600};

static const api_member policy_members[] = {
        {"MaximumIndividualPlayerLatencyMilliseconds", &api_count, true},
        {"PolicyDurationSeconds", &api_count, false},
        {0},
};
static const api_shape policy = {.kind = API_STRUCT, .members = policy_members};
static const api_shape policies = {.kind = API_LIST, .most = POLICIES_MAX, .item = &policy};

static const api_shape priority = {.kind = API_TEXT, .names = priority_names};
static const api_shape priority_order = {
        .kind = API_LIST, .least = 1, .most = LOCAL_PRIORITIES, .item = &priority};
static const api_shape locations = {
        .kind = API_LIST, .least = 1, .most = LOCATIONS_MAX, .item = &api_location};
static const api_member priority_members[] = {
        {"PriorityOrder", &priority_order, false}, {"LocationOrder", &locations, false}, {0}};
static const api_shape priority_configuration = {.kind = API_STRUCT, .members = priority_members};
static const api_member filter_members[] = {{"AllowedLocations", &locations, false}, {0}};
static const api_shape filter_configuration = {.kind = API_STRUCT, .members = filter_members};

#define TERMS                                                                                                \
    {"TimeoutInSeconds", &queue_timeout, false}, {"Destinations", &destinations, false},                     \
            {"PlayerLatencyPolicies", &policies, false},                                                     \
            {"PriorityConfiguration", &priority_configuration, false},                                       \
            {"FilterConfiguration", &filter_configuration, false},                                           \
            {"CustomEventData", &api_custom_event_data, false},                                              \
    {                                                                                                        \
        "NotificationTarget", &api_notification_target, false                                                \
    }

static const api_member create_queue_members[] = {
        {"Name", &api_new_queue_name, true}, TERMS, {"Tags", &api_tags, false}, {0}};
static const api_member update_queue_members[] = {{"Name", &api_queue_name, true}, TERMS, {0}};

/* ---- writing ---- */

static void add_texts(api_call *call, cJSON *object, const char *name, const char *const *texts, size_t count)
{
    cJSON *list = api_add_array(call, object, name);
    for (size_t i = 0; i < count; i++)
        api_add_text(call, list, NULL, texts[i]);
}

static void add_priorities(api_call *call, cJSON *object, const local_queue_terms *terms)
{
    if (terms->priority_count == 0 && terms->location_order_count == 0)
        return;
    cJSON *configuration = api_add_object(call, object, "PriorityConfiguration");
    if (terms->priority_count > 0) {
        cJSON *list = api_add_array(call, configuration, "PriorityOrder");
        for (size_t i = 0; i < terms->priority_count; i++)
            api_add_text(call, list, NULL, priority_names[terms->priorities[i]]);
    }
    if (terms->location_order_count > 0)
        add_texts(call, configuration, "LocationOrder", terms->location_order, terms->location_order_count);
}

static void add_policies(api_call *call, cJSON *object, const local_queue_terms *terms)
{
    cJSON *list = terms->policy_count > 0 ? api_add_array(call, object, "PlayerLatencyPolicies") : NULL;
    for (size_t i = 0; i < terms->policy_count; i++) {
        cJSON *item = api_add_object(call, list, NULL);
        api_add_number(
                call, item, "MaximumIndividualPlayerLatencyMilliseconds", terms->policies[i].maximum_ms);
        if (terms->policies[i].duration_s > 0)
            api_add_number(call, item, "PolicyDurationSeconds", terms->policies[i].duration_s);
    }
}

static void add_queue(api_call *call, cJSON *parent, const char *name, const local_queue *queue)
{
    const local_queue_terms *terms = &queue->terms;
    cJSON *object = api_add_object(call, parent, name);
    api_add_text(call, object, "Name", queue->name);
    api_add_text(call, object, "GameSessionQueueArn", queue->arn);
    api_add_number(call, object, "TimeoutInSeconds", terms->timeout_s);
    cJSON *list = api_add_array(call, object, "Destinations");
    for (size_t i = 0; i < terms->destination_count; i++) {
        cJSON *item = api_add_object(call, list, NULL);
        api_add_text(call, item, "DestinationArn", terms->destinations[i]);
    }
    add_policies(call, object, terms);
    add_priorities(call, object, terms);
    if (terms->allowed_count > 0) {
        cJSON *filter = api_add_object(call, object, "FilterConfiguration");
        add_texts(call, filter, "AllowedLocations", terms->allowed_locations, terms->allowed_count);
    }
    api_add_text(call, object, "CustomEventData", terms->custom_event_data);
    api_add_text(call, object, "NotificationTarget", terms->notification_target);
}

/* ---- reading: what is not given stays as it is ---- */

typedef struct term_room {
    const char *destinations[LOCAL_DESTINATIONS_MAX], *location_order[LOCATIONS_MAX],
            *allowed_locations[LOCATIONS_MAX];
    local_latency_policy policies[POLICIES_MAX];
    local_priority priorities[LOCAL_PRIORITIES];
} term_room;

static void read_texts(
        const cJSON *object, const char *name, const char **room, const char *const **texts, size_t *count)
{
    const cJSON *item, *list = api_member_of(object, name);
    *count = 0;
    *texts = room;
    cJSON_ArrayForEach(item, list) room[(*count)++] = item->valuestring;
}

static local_priority priority_named(const char *name)
{
    size_t i = 0;
    while (strcmp(priority_names[i], name) != 0)
        i++;
    return (local_priority)i;
}

static void read_priorities(const cJSON *input, local_queue_terms *terms, term_room *room)
{
    const cJSON *item, *configuration = api_member_of(input, "PriorityConfiguration");
    if (configuration == NULL)
        return;
    const cJSON *order = api_member_of(configuration, "PriorityOrder");
    terms->priorities = room->priorities;
    terms->priority_count = 0;
    cJSON_ArrayForEach(item, order) room->priorities[terms->priority_count++] =
            priority_named(item->valuestring);
    read_texts(configuration, "LocationOrder", room->location_order, &terms->location_order,
            &terms->location_order_count);
}

static void read_policies(const cJSON *input, local_queue_terms *terms, term_room *room)
{
    const cJSON *item, *list = api_member_of(input, "PlayerLatencyPolicies");
    if (list == NULL)
        return;
    terms->policies = room->policies;
    terms->policy_count = 0;
    cJSON_ArrayForEach(item, list)
    {
        room->policies[terms->policy_count++] = (local_latency_policy){
                .maximum_ms = api_integer(item, "MaximumIndividualPlayerLatencyMilliseconds", 0),
                .duration_s = api_integer(item, "PolicyDurationSeconds", 0),
        };
    }
}

static bool read_destinations(api_call *call, local_queue_terms *terms, term_room *room)
{
    const cJSON *item, *list = api_member_of(call->input, "Destinations");
    if (list == NULL)
        return true;
    terms->destinations = room->destinations;
    terms->destination_count = 0;
    cJSON_ArrayForEach(item, list)
    {
        const char *arn = api_text(item, "DestinationArn");
        if (arn == NULL) {
            api_refuse(call, LOCAL_INVALID_REQUEST, "Each of Destinations needs a DestinationArn.");
            return false;
        }
        room->destinations[terms->destination_count++] = arn;
    }
    return true;
}

static bool read_terms(api_call *call, local_queue_terms *terms, term_room *room)
{
    const cJSON *input = call->input, *filter = api_member_of(input, "FilterConfiguration");
    const char *target = api_text(input, "NotificationTarget"), *data = api_text(input, "CustomEventData");
    terms->timeout_s = api_integer(input, "TimeoutInSeconds", terms->timeout_s);
    terms->notification_target = target != NULL ? target : terms->notification_target;
    terms->custom_event_data = data != NULL ? data : terms->custom_event_data;
    read_policies(input, terms, room);
    read_priorities(input, terms, room);
    if (filter != NULL)
        read_texts(filter, "AllowedLocations", room->allowed_locations, &terms->allowed_locations,
                &terms->allowed_count);
    return read_destinations(call, terms, room);
}

/* ---- the operations ---- */

static void create_queue(api_call *call)
{
    term_room room;
    local_queue_terms terms = {.timeout_s = TIMEOUT_DEFAULT_S};
    if (!read_terms(call, &terms, &room) || !api_tags_fit(call))
        return;
    const local_queue *queue =
            local_create_queue(call->service, api_text(call->input, "Name"), &terms, &call->refusal);
    if (queue == NULL) {
        api_refuse_with(call);
        return;
    }
    api_keep_tags(call, queue->arn);
    add_queue(call, call->reply, "GameSessionQueue", queue);
}

/* NULL: the call is refused. */
static local_queue *need_queue(api_call *call)
{
    const char *name = api_text(call->input, "Name");
    local_queue *queue = local_find_queue(call->service, name);
    if (queue == NULL)
        api_refuse(call, LOCAL_NOT_FOUND, "Game session queue %s was not found.", name);
    return queue;
}

static void update_queue(api_call *call)
{
    term_room room;
    local_queue *queue = need_queue(call);
    if (queue == NULL)
        return;
    local_queue_terms terms = queue->terms;
    if (!read_terms(call, &terms, &room))
        return;
    if (local_update_queue(call->service, queue, &terms, &call->refusal))
        add_queue(call, call->reply, "GameSessionQueue", queue);
    else
        api_refuse_with(call);
}

static void *find_queue(const local_service *service, const char *name)
{
    return local_find_queue(service, name);
}

static const api_shape queue_names = {.kind = API_LIST, .item = &api_queue_name};
static const api_member describe_queues_members[] = {{"Names", &queue_names, false},
        {"Limit", &api_limit, false}, {"NextToken", &api_next_token, false}, {0}};

static void describe_queues(api_call *call)
{
    local_page page;
    if (!api_page_begin(call, &page, PAGE_DEFAULT))
        return;
    cJSON *list = api_add_array(call, call->reply, "GameSessionQueues");
    const cJSON *names = api_member_of(call->input, "Names");
    const local_queue *queue;
    TAILQ_FOREACH(queue, &call->service->matchmaking->queues, link)
    {
        if (api_is_wanted(names, queue, find_queue, call->service) && local_page_takes(&page, queue->serial))
            add_queue(call, list, NULL, queue);
    }
    api_page_end(call, &page);
}

static const api_member delete_queue_members[] = {{"Name", &api_queue_name, true}, {0}};

static void delete_queue(api_call *call)
{
    local_queue *queue = need_queue(call);
    if (queue != NULL)
        local_delete_queue(call->service, queue);
}

const api_operation api_queue_operations[] = {
        {"CreateGameSessionQueue", create_queue_members, create_queue},          /* S56, S64 */
        {"UpdateGameSessionQueue", update_queue_members, update_queue},          /* S56 */
        {"DescribeGameSessionQueues", describe_queues_members, describe_queues}, /* S13 */
        {"DeleteGameSessionQueue", delete_queue_members, delete_queue},          /* S16 */
        {0},
};
