/* SPDX-License-Identifier: Apache-2.0 */
/* The public calls about metrics: check, copy, hand to the core. Samples go into the metric itself. */

#include "game/metrics_settings.h"
#include "game/server_state.h"
#include "base/structs.h"
#include "core/metrics.h"
#include "base/random.h"
#include "platform/platform.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void glift__metrics_init_game(glift_server *server)
{
    glift__list_init(&server->metrics);
}

void glift__metrics_fini_game(glift_server *server)
{
    for (size_t i = 0; i < GLIFT_MAX_METRIC_TAGS; i++)
        free(server->tag_keys[i]);
}

static glift_status judge(glift_server *server)
{
    if (server == NULL)
        return GLIFT_ERR_ARGUMENT;
    glift__note_refusal(server, server->closing ? "the server is being closed" : "");
    return server->closing ? GLIFT_ERR_STATE : GLIFT_OK;
}

static glift_status refuse(glift_server *server, glift_status status, const char *what, const char *message)
{
    glift__note_refusal(server, message);
    glift__log(server, GLIFT_LOG_WARNING, "%s: %s", what, message);
    return status;
}

static glift_status out_of_memory(glift_server *server)
{
    glift__note_refusal(server, "not enough memory");
    return GLIFT_ERR_MEMORY;
}

/* ---- checks of a metric ---- */

static const char *objection_to_tags(const glift_metric_desc *desc)
{
    if (desc->tag_count > GLIFT_MAX_METRIC_TAGS)
        return "it has more than 16 tags";
    if (desc->tag_count > 0 && desc->tags == NULL)
        return "tags is required where tag_count is not 0";
    for (size_t i = 0; i < desc->tag_count; i++) {
        if (!glift__statsd_is_key(desc->tags[i].key))
            return "a tag's key must be 1..200 bytes: a letter, then letters, digits and _-./";
        if (!glift__statsd_is_value(desc->tags[i].value))
            return "a tag's value must be 0..200 bytes of letters, digits and _-./:";
        for (size_t j = 0; j < i; j++)
            if (strcmp(desc->tags[i].key, desc->tags[j].key) == 0)
                return "two tags have the same key";
    }
    return NULL;
}

static const char *objection_to_percentiles(const glift_metric_desc *desc)
{
    if (desc->percentile_count > GLIFT_MAX_PERCENTILES)
        return "it has more than 8 percentiles";
    if (desc->percentile_count > 0 && desc->percentiles == NULL)
        return "percentiles is required where percentile_count is not 0";
    for (size_t i = 0; i < desc->percentile_count; i++) {
        double tenths = desc->percentiles[i] * 10;
        if (!(tenths >= 1 && tenths <= 1000 && fabs(tenths - (int)(tenths + 0.5)) < 1e-6))
            return "a percentile must be above 0, up to 100, with at most one decimal";
    }
    return NULL;
}

static const char *objection_to_numbers(const glift_metric_desc *desc)
{
    if (desc->kind < GLIFT_METRIC_GAUGE || desc->kind > GLIFT_METRIC_TIMER)
        return "kind must be GLIFT_METRIC_GAUGE, _COUNTER or _TIMER";
    if (desc->derived >= 2 * GLIFT_DERIVED_COUNT)
        return "derived holds a bit that is no GLIFT_DERIVED_...";
    if (!(desc->sample_rate > 0 && desc->sample_rate <= 1))
        return "sample_rate must be above 0, up to 1";
    return desc->kind == GLIFT_METRIC_GAUGE && desc->sample_rate < 1 ? "a gauge has no sample_rate" : NULL;
}

static const char *objection(const glift_metric_desc *desc)
{
    if (!glift__statsd_is_key(desc->name))
        return "its name must be 1..200 bytes: a letter, then letters, digits and _-./";
    const char *message = objection_to_numbers(desc);
    if (message == NULL)
        message = objection_to_tags(desc);
    return message != NULL ? message : objection_to_percentiles(desc);
}

static void fill_in_defaults(glift_metric_desc *desc)
{
    static const double usual[] = {50, 90, 95};
    if (desc->sample_rate == 0)
        desc->sample_rate = 1;
    if (desc->kind == GLIFT_METRIC_TIMER && desc->derived == 0 && desc->percentile_count == 0) {
        desc->percentiles = usual;
        desc->percentile_count = sizeof usual / sizeof usual[0];
    }
}

/* The caller's desc as this library knows it, with defaults, and checked. */
static glift_status read_metric(glift_server *server, const glift_metric_desc *given, glift_metric_desc *out)
{
    char message[GLIFT__MESSAGE_SIZE];
    glift_status status = glift__sized_read(&glift__sized_metric_desc, given, out, message);
    if (status != GLIFT_OK)
        return refuse(server, status, "a metric was not made", message);
    fill_in_defaults(out);
    const char *objected = objection(out);
    return objected != NULL ? refuse(server, GLIFT_ERR_ARGUMENT, "a metric was not made", objected)
                            : GLIFT_OK;
}

/* ---- making metrics ---- */

static glift_metric *find_metric(const glift_server *server, const glift_metric_desc *desc)
{
    for (glift__node *node = server->metrics.next; node != &server->metrics; node = node->next) {
        glift_metric *metric = GLIFT__OWNER(node, glift_metric, made);
        if (glift__metric_is(metric, desc->name, desc->tags, desc->tag_count))
            return metric;
    }
    return NULL;
}

static glift_status make_metric(glift_server *server, const glift_metric_desc *desc, glift_metric **out)
{
    uint64_t seed = glift__random_mix((uint64_t)glift__process_number() << 32 | server->metric_count);
    glift_metric *metric = glift__metric_new(desc, seed);
    if (metric == NULL)
        return out_of_memory(server);
    metric->item.kind = GLIFT__COMMAND_METRIC;
    glift__list_insert_before(&server->metrics, &metric->made);
    server->metric_count++;
    glift__submit(server, &metric->item);
    *out = metric;
    return GLIFT_OK;
}

glift_status glift_metrics_create(glift_server *server, const glift_metric_desc *given, glift_metric **out)
{
    glift_metric_desc desc;
    if (out == NULL)
        return GLIFT_ERR_ARGUMENT;
    *out = NULL;
    glift_status status = judge(server);
    if (status == GLIFT_OK)
        status = read_metric(server, given, &desc);
    if (status != GLIFT_OK)
        return status;
    glift_metric *metric = find_metric(server, &desc);
    if (metric != NULL && metric->kind != desc.kind)
        return refuse(server, GLIFT_ERR_ARGUMENT, "a metric was not made",
                "one of another kind has its name and tags");
    if (metric == NULL && server->metric_count >= GLIFT_MAX_METRICS)
        return refuse(server, GLIFT_ERR_ARGUMENT, "a metric was not made", "there are 1000 already");
    *out = metric;
    return metric != NULL ? GLIFT_OK : make_metric(server, &desc, out);
}

/* ---- samples ---- */

static bool is_value(double value)
{
    return fabs(value) <= GLIFT_MAX_METRIC_VALUE; /* NaN is not */
}

glift_status glift_metrics_set(glift_metric *gauge, double value)
{
    if (gauge == NULL || gauge->kind != GLIFT_METRIC_GAUGE || !is_value(value))
        return GLIFT_ERR_ARGUMENT;
    glift__metric_set(gauge, value);
    return GLIFT_OK;
}

glift_status glift_metrics_add(glift_metric *gauge, double change)
{
    if (gauge == NULL || gauge->kind != GLIFT_METRIC_GAUGE || !is_value(change))
        return GLIFT_ERR_ARGUMENT;
    glift__metric_add(gauge, change);
    return GLIFT_OK;
}

glift_status glift_metrics_count(glift_metric *counter, int64_t times)
{
    if (counter == NULL || counter->kind != GLIFT_METRIC_COUNTER || times < 0 ||
            times > (int64_t)GLIFT_MAX_METRIC_VALUE)
        return GLIFT_ERR_ARGUMENT;
    glift__metric_count(counter, times);
    return GLIFT_OK;
}

glift_status glift_metrics_time(glift_metric *timer, double ms)
{
    if (timer == NULL || timer->kind != GLIFT_METRIC_TIMER || !(ms >= 0) || !is_value(ms))
        return GLIFT_ERR_ARGUMENT;
    glift__metric_time(timer, ms);
    return GLIFT_OK;
}

glift_status glift_metrics_tick(glift_server *server, double delta_ms, double tick_ms, double world_tick_ms)
{
    const double times_ms[] = {delta_ms, tick_ms, world_tick_ms};
    if (server == NULL)
        return GLIFT_ERR_ARGUMENT;
    if (!server->metrics_run)
        return GLIFT_ERR_STATE;
    for (int i = 0; i < 3; i++)
        if (!is_value(times_ms[i]))
            return GLIFT_ERR_ARGUMENT;
    for (int i = 0; i < 3; i++)
        if (times_ms[i] >= 0)
            glift__metric_time(server->tick_timers[i], times_ms[i]);
    return GLIFT_OK;
}

/* ---- tags ---- */

/* Notes the keys that are in use, so that there are no more than a line may have. */
static glift_status keep_key(glift_server *server, const char *key, bool is_used)
{
    char **free_place = NULL;
    for (size_t i = 0; i < GLIFT_MAX_METRIC_TAGS; i++) {
        char **place = &server->tag_keys[i];
        if (*place != NULL && strcmp(*place, key) == 0) {
            free(is_used ? NULL : *place);
            *place = is_used ? *place : NULL;
            return GLIFT_OK;
        }
        if (*place == NULL && free_place == NULL)
            free_place = place;
    }
    if (!is_used)
        return GLIFT_OK;
    if (free_place == NULL)
        return GLIFT_ERR_ARGUMENT;
    size_t size = strlen(key) + 1;
    *free_place = malloc(size);
    if (*free_place == NULL)
        return out_of_memory(server);
    memcpy(*free_place, key, size);
    return GLIFT_OK;
}

static glift__metrics_tag *new_tag(const char *key, const char *value)
{
    size_t key_size = strlen(key) + 1, value_size = value != NULL ? strlen(value) + 1 : 0;
    glift__metrics_tag *tag = malloc(sizeof *tag + key_size + value_size);
    if (tag == NULL)
        return NULL;
    char *texts = (char *)(tag + 1);
    *tag = (glift__metrics_tag){.item.kind = GLIFT__COMMAND_METRICS_TAG};
    tag->tag.key = memcpy(texts, key, key_size);
    if (value != NULL)
        tag->tag.value = memcpy(texts + key_size, value, value_size);
    return tag;
}

glift_status glift_metrics_tag(glift_server *server, const char *key, const char *value)
{
    glift_status status = judge(server);
    if (status != GLIFT_OK)
        return status;
    if (!glift__statsd_is_key(key))
        return refuse(server, GLIFT_ERR_ARGUMENT, "a tag was not set",
                "its key must be 1..200 bytes: a letter, then letters, digits and _-./");
    if (value != NULL && !glift__statsd_is_value(value))
        return refuse(server, GLIFT_ERR_ARGUMENT, "a tag was not set",
                "its value must be 0..200 bytes of letters, digits and _-./:");
    glift__metrics_tag *tag = new_tag(key, value);
    if (tag == NULL)
        return out_of_memory(server);
    status = keep_key(server, key, value != NULL);
    if (status != GLIFT_OK) {
        free(tag);
        return status == GLIFT_ERR_ARGUMENT
                       ? refuse(server, GLIFT_ERR_ARGUMENT, "a tag was not set", "there are 16 already")
                       : status;
    }
    glift__submit(server, &tag->item);
    return GLIFT_OK;
}

/* ---- start, stop ---- */

static glift__metrics_start *new_start(const glift_metrics_desc *desc)
{
    size_t statsd_size = strlen(desc->statsd_host) + 1, crash_size = strlen(desc->crash_reporter_host) + 1;
    size_t packet_size = desc->max_packet_size, lines_size = 2 * packet_size + 2;
    glift__metrics_start *start = malloc(sizeof *start + statsd_size + crash_size + packet_size + lines_size);
    if (start == NULL)
        return NULL;
    char *texts = (char *)(start + 1);
    *start = (glift__metrics_start){.item.kind = GLIFT__COMMAND_METRICS_START,
            .statsd_port = (uint16_t)desc->statsd_port,
            .crash_reporter_port = (uint16_t)desc->crash_reporter_port,
            .flush_interval_ms = desc->flush_interval_ms,
            .max_packet_size = desc->max_packet_size,
            .process_pid = glift__process_number()};
    start->statsd_host = memcpy(texts, desc->statsd_host, statsd_size);
    const char *crash_host = memcpy(texts + statsd_size, desc->crash_reporter_host, crash_size);
    start->crash_reporter_host = desc->without_crash_reporter ? NULL : crash_host;
    start->packet = texts + statsd_size + crash_size;
    start->lines = start->packet + packet_size;
    return start;
}

/* A metric of the SDK's own. */
static glift_status make_own(
        glift_server *server, glift_metric_kind kind, const char *name, glift_metric **out)
{
    static const double usual[] = {50, 90, 95};
    glift_metric_desc desc = {.size_bytes = sizeof desc, .kind = kind, .name = name};
    if (kind == GLIFT_METRIC_TIMER) {
        desc.derived = GLIFT_DERIVED_MAX;
        desc.percentiles = usual;
        desc.percentile_count = sizeof usual / sizeof usual[0];
    }
    return glift_metrics_create(server, &desc, out);
}

static glift_status make_all_own(glift_server *server, glift__metrics_start *start)
{
    const struct {
        glift_metric_kind kind;
        const char *name;
        glift_metric **out;
    } all[] = {
            {GLIFT_METRIC_GAUGE, "server_up", &start->up},
            {GLIFT_METRIC_GAUGE, "server_players", &start->players},
            {GLIFT_METRIC_GAUGE, "server_gamelift_connected", &start->connected},
            {GLIFT_METRIC_COUNTER, "server_gamelift_reconnects", &start->reconnects},
            {GLIFT_METRIC_COUNTER, "server_metrics_lost", &start->lost},
            {GLIFT_METRIC_TIMER, "server_delta_time", &server->tick_timers[0]},
            {GLIFT_METRIC_TIMER, "server_tick_time", &server->tick_timers[1]},
            {GLIFT_METRIC_TIMER, "server_world_tick_time", &server->tick_timers[2]},
    };
    glift_status status = GLIFT_OK;
    for (size_t i = 0; i < sizeof all / sizeof all[0] && status == GLIFT_OK; i++)
        status = make_own(server, all[i].kind, all[i].name, all[i].out);
    return status;
}

glift_status glift_metrics_start(glift_server *server, const glift_metrics_desc *given)
{
    char message[GLIFT__MESSAGE_SIZE];
    glift_metrics_desc desc;
    glift_status status = judge(server);
    if (status != GLIFT_OK)
        return status;
    if (server->metrics_run)
        return refuse(server, GLIFT_ERR_STATE, "metrics were not started", "they run already");
    status = glift__metrics_settings(given, &desc, message);
    if (status != GLIFT_OK)
        return refuse(server, status, "metrics were not started", message);
    glift__metrics_start *start = new_start(&desc);
    if (start == NULL)
        return out_of_memory(server);
    status = make_all_own(server, start);
    if (status != GLIFT_OK) {
        free(start);
        return status;
    }
    server->metrics_run = true;
    glift__submit(server, &start->item);
    glift__ask_for_tick(server); /* who measures the frames, such as the plugin, begins with it */
    return GLIFT_OK;
}

glift_status glift_metrics_stop(glift_server *server)
{
    glift_status status = judge(server);
    if (status != GLIFT_OK || !server->metrics_run)
        return status;
    glift__item *stop = calloc(1, sizeof *stop);
    if (stop == NULL)
        return out_of_memory(server);
    stop->kind = GLIFT__COMMAND_METRICS_STOP;
    server->metrics_run = false;
    glift__submit(server, stop);
    return GLIFT_OK;
}

bool glift_metrics_is_running(const glift_server *server)
{
    return server != NULL && server->metrics_run;
}
