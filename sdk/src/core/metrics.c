/* SPDX-License-Identifier: Apache-2.0 */
#include "core/core_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_WAIT_MS 20  /* for a thread that was interrupted in the middle of a sample */
#define LEAVE_MS        500 /* for the crash reporter, when the server is destroyed */
#define FETCH_MS        5000

void glift__metrics_init(glift__core *core)
{
    core->metrics.end = &core->metrics.first;
}

static void forget_start(glift__metrics *self)
{
    free(self->start);
    self->start = NULL;
    self->flush.is_under_way = self->is_stop_due = false;
}

void glift__metrics_fini(glift__core *core)
{
    glift__metrics *self = &core->metrics;
    while (self->first != NULL) {
        glift_metric *metric = self->first;
        self->first = metric->next;
        free(metric);
    }
    while (self->tags != NULL) {
        glift__metrics_tag *tag = self->tags;
        self->tags = (glift__metrics_tag *)tag->item.next;
        free(tag);
    }
    forget_start(self);
    glift__crash_reporter_fini(&self->crash_reporter);
}

/* ---- tags ---- */

static bool is_sdk_tag(const char *key)
{
    return strcmp(key, "process_pid") == 0 || strcmp(key, "gamelift_process_id") == 0 ||
           strcmp(key, "session_id") == 0;
}

void glift__metrics_set_tag(glift__core *core, glift__metrics_tag *tag)
{
    glift__metrics_tag **at = &core->metrics.tags;
    while (*at != NULL && strcmp((*at)->tag.key, tag->tag.key) != 0)
        at = (glift__metrics_tag **)(void *)&(*at)->item.next;
    glift__metrics_tag *old = *at;
    tag->item.next = old != NULL ? old->item.next : NULL;
    *at = tag->tag.value != NULL ? tag : (glift__metrics_tag *)tag->item.next;
    if (tag->tag.value == NULL)
        free(tag);
    free(old);
}

/* A value that is no tag's value is left out: what the service calls a session is not ours to choose. */
static void put_sdk_tag(glift__flush *flush, const char *key, const char *value)
{
    if (value != NULL && value[0] != '\0' && glift__statsd_is_value(value))
        flush->tags[flush->tag_count++] = (glift_metric_tag){key, value};
}

static void collect_tags(glift__core *core)
{
    const glift__metrics *self = &core->metrics;
    glift__flush *flush = &core->metrics.flush;
    flush->tag_count = 0;
    snprintf(flush->process_pid, sizeof flush->process_pid, "%" PRId64, self->start->process_pid);
    put_sdk_tag(flush, "process_pid", flush->process_pid);
    put_sdk_tag(flush, "gamelift_process_id", core->desc.process_id);
    put_sdk_tag(flush, "session_id", core->game_session_id);
    size_t most = sizeof flush->tags / sizeof flush->tags[0];
    for (const glift__metrics_tag *tag = self->tags; tag != NULL && flush->tag_count < most;
            tag = (const glift__metrics_tag *)tag->item.next) {
        if (!is_sdk_tag(tag->tag.key))
            flush->tags[flush->tag_count++] = tag->tag;
    }
}

/* ---- begin, stop ---- */

void glift__metrics_take(glift__core *core, glift_metric *metric)
{
    *core->metrics.end = metric;
    core->metrics.end = &metric->next;
}

static void begin_flush(glift__core *core, bool is_last)
{
    glift__metrics *self = &core->metrics;
    glift__flush *flush = &self->flush;
    glift__metric_set(self->start->up, is_last ? 0 : 1); /* P169 */
    glift__metrics_note_state(core);
    flush->is_under_way = true;
    flush->is_last = is_last;
    flush->at = self->first;
    flush->is_taken = flush->is_handed_out = false;
    flush->waiting_since_ms = 0;
    flush->lines_at = flush->lines_length = 0;
    flush->packet = (glift__packet){self->start->packet, self->start->max_packet_size, 0};
    self->next_flush_ms = core->now.mono_ms + self->start->flush_interval_ms;
}

void glift__metrics_begin(glift__core *core, glift__metrics_start *start)
{
    glift__metrics *self = &core->metrics;
    forget_start(self);
    self->start = start;
    self->told_of_loss = false;
    if (start->crash_reporter_host == NULL)
        glift__crash_reporter_fini(&self->crash_reporter);
    else
        glift__crash_reporter_begin(&self->crash_reporter, start->crash_reporter_host,
                start->crash_reporter_port, start->process_pid, core->now.mono_ms);
    if (core->game_session_id != NULL)
        glift__crash_reporter_session(&self->crash_reporter, core->now.mono_ms);
    if (!glift__statsd_is_value(core->desc.process_id))
        glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING,
                "metrics go without the tag gamelift_process_id: the process id makes none");
    begin_flush(core, false);
}

void glift__metrics_stop(glift__core *core)
{
    glift__metrics *self = &core->metrics;
    if (self->start == NULL)
        return;
    glift__crash_reporter_leave(&self->crash_reporter);
    self->is_stop_due = true;
    if (!self->flush.is_under_way)
        begin_flush(core, true);
}

/* ---- a flush: lines ---- */

/* The lines of a metric's next value into start->lines; false when it has no more. */
static bool next_lines(glift__core *core)
{
    glift__metrics *self = &core->metrics;
    glift__flush *flush = &self->flush;
    glift__statsd_line line;
    char suffix[GLIFT__PERCENTILE_SUFFIX_SIZE];
    bool has_value;
    while (glift__metric_line(flush->at, &flush->taken, flush->line++, &line, suffix, &has_value)) {
        if (!has_value)
            continue;
        line.global = (glift__tags){flush->tags, flush->tag_count};
        size_t room = (size_t)2 * self->start->max_packet_size + 2;
        flush->lines_at = 0;
        flush->lines_length = glift__statsd_write(&line, self->start->lines, room);
        return true;
    }
    return false;
}

/* False while a sample is in the making. */
static bool take_metric(glift__core *core)
{
    glift__flush *flush = &core->metrics.flush;
    uint64_t now_ms = core->now.mono_ms;
    bool is_enough = core->shutting_down ||
                     (flush->waiting_since_ms != 0 && now_ms - flush->waiting_since_ms >= LONGEST_WAIT_MS);
    flush->is_taken = glift__metric_take(flush->at, is_enough, &flush->taken);
    flush->line = 0;
    if (flush->is_taken)
        flush->waiting_since_ms = 0;
    else if (flush->waiting_since_ms == 0)
        flush->waiting_since_ms = now_ms;
    return flush->is_taken;
}

static void leave_out(glift__core *core)
{
    glift__metrics *self = &core->metrics;
    if (!self->flush.at->is_too_long)
        glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING,
                "the metric %s is not sent: a line of it does not fit a datagram of %u bytes",
                self->flush.at->name, (unsigned)self->start->max_packet_size);
    self->flush.at->is_too_long = true;
    self->flush.lines_at = self->flush.lines_length;
}

/* What is written goes into the packet: together where that is possible, so that a negative gauge is not seen
 * as 0 in between. False when the packet has to go first. */
static bool put_lines(glift__core *core)
{
    glift__flush *flush = &core->metrics.flush;
    const char *lines = core->metrics.start->lines + flush->lines_at;
    size_t length = flush->lines_length - flush->lines_at;
    if (flush->lines_length > (size_t)2 * core->metrics.start->max_packet_size + 1) {
        leave_out(core); /* not even two datagrams hold it */
        return true;
    }
    const char *end = length > flush->packet.size ? memchr(lines, '\n', length) : NULL;
    size_t part = end != NULL ? (size_t)(end - lines) : length;
    if (end != NULL && length - part - 1 > flush->packet.size) {
        leave_out(core); /* a 0 alone would say something else */
        return true;
    }
    switch (glift__packet_add(&flush->packet, lines, part)) {
    case GLIFT__PACKET_TAKEN:
        flush->lines_at += end != NULL ? part + 1 : part;
        return true;
    case GLIFT__PACKET_FULL:
        return false;
    case GLIFT__PACKET_TOO_LONG:
        leave_out(core);
        return true;
    }
    return true;
}

/* Goes on until there is a datagram to be sent. False when there is none, for now or in this flush. */
static bool fill_packet(glift__core *core)
{
    glift__flush *flush = &core->metrics.flush;
    while (flush->at != NULL) {
        if (!flush->is_taken && !take_metric(core))
            return false;
        if (flush->lines_at < flush->lines_length) {
            if (!put_lines(core))
                return true;
        } else if (!next_lines(core)) {
            flush->at = flush->at->next;
            flush->is_taken = false;
        }
    }
    return flush->packet.length > 0;
}

static void end_flush(glift__core *core)
{
    glift__metrics *self = &core->metrics;
    self->flush.is_under_way = false;
    if (self->flush.is_last)
        forget_start(self);
    else if (self->is_stop_due)
        begin_flush(core, true);
}

static bool flush_order(glift__core *core, glift__order *out)
{
    glift__metrics *self = &core->metrics;
    glift__flush *flush = &self->flush;
    while (flush->is_under_way) {
        if (flush->is_handed_out)
            flush->packet.length = 0;
        flush->is_handed_out = false;
        collect_tags(core); /* anew: what it points to may have gone since the last datagram */
        if (fill_packet(core)) {
            flush->is_handed_out = true;
            *out = (glift__order){.kind = GLIFT__ORDER_DATAGRAM,
                    .bytes = flush->packet.bytes,
                    .length = flush->packet.length,
                    .address = self->start->statsd_host,
                    .port = self->start->statsd_port};
            return true;
        }
        if (flush->at != NULL)
            return false; /* a sample is in the making */
        end_flush(core);
    }
    return false;
}

/* ---- the crash reporter ---- */

static bool crash_order(glift__core *core, glift__order *out)
{
    glift__metrics *self = &core->metrics;
    if (!glift__crash_reporter_next(&self->crash_reporter, core->now.mono_ms, core->game_session_id))
        return false;
    self->crash_fetch = ++core->last_number;
    *out = (glift__order){.kind = GLIFT__ORDER_FETCH,
            .number = self->crash_fetch,
            .url = self->crash_reporter.url.bytes,
            .timeout_ms = FETCH_MS};
    return true;
}

bool glift__metrics_fetched(
        glift__core *core, uint32_t fetch, int http_status, const char *body, size_t length)
{
    glift__metrics *self = &core->metrics;
    if (self->crash_fetch == 0 || fetch != self->crash_fetch)
        return false;
    self->crash_fetch = 0;
    if (glift__crash_reporter_fetched(
                &self->crash_reporter, core->now.mono_ms, http_status, glift__core_random(core)))
        return true;
    if (http_status == 0)
        glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING, "the crash reporter was not told: %.*s",
                (int)(length < 200 ? length : 200), body);
    else
        glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING,
                "the crash reporter was not told: it answered with HTTP %d", http_status);
    return true;
}

/* ---- time, orders, end ---- */

bool glift__metrics_next_order(glift__core *core, glift__order *out)
{
    return flush_order(core, out) || crash_order(core, out);
}

void glift__core_datagram_failed(glift__core *core, glift__time now, const char *reason)
{
    core->now = now;
    glift__metrics *self = &core->metrics;
    if (self->start == NULL)
        return;
    glift__metric_count(self->start->lost, 1);
    if (!self->told_of_loss)
        glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING,
                "metrics do not reach %s, port %u: %s; further ones are only counted",
                self->start->statsd_host, (unsigned)self->start->statsd_port, reason);
    self->told_of_loss = true;
}

void glift__metrics_advance(glift__core *core)
{
    const glift__metrics *self = &core->metrics;
    if (self->start != NULL && !self->flush.is_under_way && core->now.mono_ms >= self->next_flush_ms)
        begin_flush(core, false);
}

uint64_t glift__metrics_deadline_ms(const glift__core *core)
{
    const glift__metrics *self = &core->metrics;
    uint64_t deadline_ms = glift__crash_reporter_deadline_ms(&self->crash_reporter), next_ms = UINT64_MAX;
    if (core->shutting_down && !glift__metrics_are_shut_down(core))
        next_ms = self->leave_deadline_ms;
    else if (self->start != NULL)
        next_ms = self->flush.is_under_way ? core->now.mono_ms + 1 : self->next_flush_ms;
    return next_ms < deadline_ms ? next_ms : deadline_ms;
}

void glift__metrics_shut_down(glift__core *core)
{
    core->metrics.leave_deadline_ms = core->now.mono_ms + LEAVE_MS;
    glift__metrics_stop(core);
}

bool glift__metrics_are_shut_down(const glift__core *core)
{
    const glift__metrics *self = &core->metrics;
    bool is_done = self->start == NULL && glift__crash_reporter_is_done(&self->crash_reporter);
    return is_done || core->now.mono_ms >= self->leave_deadline_ms;
}
