/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics of one server: what there is, when it is sent, and what the crash reporter is told. Part of the
 * core: its outputs are orders, a datagram at a time.
 *
 * A flush goes through all metrics, takes what came since the last one, and fills datagrams with the lines.
 */
#ifndef GLIFT_METRICS_STATE_H
#define GLIFT_METRICS_STATE_H

#include "core/core.h"
#include "core/crash_reporter.h"
#include "core/metric.h"

/* ---- what the game's side sends ---- */

/* GLIFT__COMMAND_METRICS_START. One allocation, which the core keeps until the stop. */
typedef struct glift__metrics_start {
    glift__item item;
    const char *statsd_host; /* a numeric address */
    uint16_t statsd_port;
    const char *crash_reporter_host; /* NULL: it is told nothing */
    uint16_t crash_reporter_port;
    uint32_t flush_interval_ms, max_packet_size;
    int64_t process_pid;
    glift_metric *up, *players, *connected, *reconnects, *lost; /* all known to the core by then */
    char *packet, *lines; /* max_packet_size bytes, and twice as many and one */
} glift__metrics_start;

/* GLIFT__COMMAND_METRICS_TAG. One allocation. */
typedef struct glift__metrics_tag {
    glift__item item;
    glift_metric_tag tag; /* value NULL: it goes */
} glift__metrics_tag;

/* ---- the state ---- */

enum {
    GLIFT__SDK_TAGS = 3,
    GLIFT__STATUS_COUNT = GLIFT_ERR_UNSUPPORTED + 1,
    GLIFT__ACTION_COUNT = GLIFT__LIST_CONTAINERS_NETWORK_INFO + 1
};

/* A walk through all metrics, once in each interval. */
typedef struct glift__flush {
    bool is_under_way, is_last;
    glift_metric *at;              /* NULL: the last datagram is due */
    bool is_taken;                 /* what came for it is in `taken` */
    unsigned line;                 /* the next of its lines */
    uint64_t waiting_since_ms;     /* for a sample that is not done; 0: not waiting */
    size_t lines_at, lines_length; /* what is still to go into a datagram */
    glift__packet packet;
    bool is_handed_out; /* the packet is in the driver's hands until the next call */
    glift__metric_taken taken;
    glift_metric_tag tags[GLIFT__SDK_TAGS + GLIFT_MAX_METRIC_TAGS];
    size_t tag_count;
    char process_pid[24];
} glift__flush;

typedef struct glift__metrics {
    glift_metric *first, **end;  /* all, in the order in which they were made */
    glift__metrics_start *start; /* NULL: they do not run */
    glift__metrics_tag *tags;    /* linked by item.next */
    uint64_t next_flush_ms;
    glift__flush flush;
    bool is_stop_due, told_of_loss;

    glift__crash_reporter crash_reporter;
    uint32_t crash_fetch;       /* 0: none under way */
    uint64_t leave_deadline_ms; /* when shutting down: the crash reporter is waited for no longer */

    unsigned players; /* accepted and not removed, in this session; counted also while nothing runs */
    glift_metric *requests[GLIFT__ACTION_COUNT][GLIFT__STATUS_COUNT], *request_times[GLIFT__ACTION_COUNT];
} glift__metrics;

void glift__metrics_init(glift__core *core);
void glift__metrics_fini(glift__core *core);

/* The commands; each takes its item. */
void glift__metrics_take(glift__core *core, glift_metric *metric);
void glift__metrics_begin(glift__core *core, glift__metrics_start *start);
void glift__metrics_set_tag(glift__core *core, glift__metrics_tag *tag);
void glift__metrics_stop(glift__core *core);

void glift__metrics_advance(glift__core *core);
uint64_t glift__metrics_deadline_ms(const glift__core *core);
bool glift__metrics_next_order(glift__core *core, glift__order *out);
/* False: the fetch is none of ours. */
bool glift__metrics_fetched(
        glift__core *core, uint32_t fetch, int http_status, const char *body, size_t length);

void glift__metrics_shut_down(glift__core *core);
bool glift__metrics_are_shut_down(const glift__core *core);

/* ---- own_metrics.c: what the SDK knows by itself ---- */

/* A request has ended; its result is set. */
void glift__metrics_request_ended(glift__core *core, const glift__call *call, glift_status status);
/* There is a connection again where there was none. */
void glift__metrics_reconnected(glift__core *core);
void glift__metrics_seat_changed(glift__core *core, bool is_accepted);
void glift__metrics_session_placed(glift__core *core);
/* Before a flush: what is so now. */
void glift__metrics_note_state(glift__core *core);

#endif
