/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics of a game server: gauges, counters and timers as StatsD datagrams (the DogStatsD dialect, with
 * tags) to a collector on this machine, and the crash reporter beside it. GameLift's own collector takes
 * both.
 *
 * Metrics belong to a glift_server, whose I/O thread sends them: a program with several servers has several
 * sets of them, each with its own tags. They need no connection to GameLift, and a collector that is not
 * there disturbs nothing: datagrams go nowhere, with one log line.
 *
 *     glift_metric *shots;
 *     glift_metrics_start(server, NULL);
 *     glift_metrics_create(server, &(glift_metric_desc){.size_bytes = sizeof(glift_metric_desc),
 *             .kind = GLIFT_METRIC_COUNTER, .name = "arena_shots"}, &shots);
 *     ...
 *     glift_metrics_count(shots, 1);
 *
 * A sample is one call that takes no lock, allocates nothing and never enters the kernel, on any thread.
 * What was recorded is sent once in each flush interval: a gauge's last value, a counter's sum, a timer's
 * mean, and the derived values that were asked for.
 *
 * The SDK reports of itself, with the tag of a request where there is one:
 *
 *     server_up                       gauge    1 in each interval, 0 when metrics stop (rule P169)
 *     server_players                  gauge    players accepted and not removed, in the session placed here
 *     server_gamelift_connected       gauge    1 with a connection to GameLift, 0 without one
 *     server_gamelift_reconnects      counter  connections made after the first, refreshes aside
 *     server_gamelift_requests        counter  requests that ended; tags such as
 *                                              request:AcceptPlayerSession,status:OK
 *     server_gamelift_request_time    timer    from sending to answer, with .max; tag request
 *     server_metrics_lost             counter  datagrams that could not be sent
 *     server_delta_time, server_tick_time, server_world_tick_time
 *                                     timers   as glift_metrics_tick() is told, with .max .p50 .p90 .p95
 *
 * Every line carries the tags process_pid, gamelift_process_id and, once a game session was placed here,
 * session_id (rule P173).
 *
 * Sources are sections of the protocol reference; this part is its section 7. */
#ifndef GAMELIFT_METRICS_H
#define GAMELIFT_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct glift_server;

#define GLIFT_MAX_METRICS           1000 /* of one server */
#define GLIFT_MAX_METRIC_NAME       200  /* bytes; also of a tag's key, and of its value (rule P174) */
#define GLIFT_MAX_METRIC_TAGS       16   /* of one metric; and of those that glift_metrics_tag() sets */
#define GLIFT_MAX_PERCENTILES       8    /* of one metric */
#define GLIFT_MAX_METRIC_VALUE      1e15 /* a sample's size, with either sign */
#define GLIFT_MAX_FLUSH_INTERVAL_MS 3600000
#define GLIFT_MAX_PACKET_SIZE       65507 /* bytes of one datagram */

/* ---- on and off ---- */

/** Where metrics go. Zero it, set size_bytes to sizeof, and what you need; zero means default. Copied.
 *
 * What is given here is used as it is. The variables in brackets count only where no desc is given (rule
 * P180). */
typedef struct glift_metrics_desc {
    size_t size_bytes;
    const char *statsd_host;         /* an IPv4 or IPv6 address, or "localhost", which is 127.0.0.1; no other
                                        names. Default 127.0.0.1 [GAMELIFT_STATSD_HOST] */
    int statsd_port;                 /* 1..65535; default 8125 [GAMELIFT_STATSD_PORT] */
    const char *crash_reporter_host; /* an address or a name of up to 253 bytes of [A-Za-z0-9.-];
                                        default 127.0.0.1 [GAMELIFT_CRASH_REPORTER_HOST] */
    int crash_reporter_port;         /* 1..65535; default 8126 [GAMELIFT_CRASH_REPORTER_PORT] */
    bool without_crash_reporter;     /* a process is known by its pid: one server of a program is enough */
    uint32_t flush_interval_ms;      /* 1..3,600,000; default 10,000 [GAMELIFT_FLUSH_INTERVAL_MS] */
    uint32_t max_packet_size; /* bytes of one datagram, 1..65,507; default 512 [GAMELIFT_MAX_PACKET_SIZE].
                                 A line that does not fit is left out, with one log line (rule P172) */
} glift_metrics_desc;

/** Begin to send metrics: at once, and once in each flush interval. What was recorded before goes first.
 * Also tells the crash reporter of this process; no answer of the reporter changes anything (rules P178,
 * P179).
 * @param desc  NULL: defaults, with the environment over them.
 * @return GLIFT_OK; GLIFT_ERR_ARGUMENT (server is NULL, or what the log names with its limit);
 *         GLIFT_ERR_UNSUPPORTED if desc has options that this library does not know; GLIFT_ERR_STATE while
 *         metrics run, or from a `done` that destroy runs; GLIFT_ERR_MEMORY.
 * Thread: the tick thread. Safe inside a callback.
 * Source: wire protocol 7.1. */
GLIFT_API glift_status glift_metrics_start(struct glift_server *server, const glift_metrics_desc *desc);

/** Send what is left, server_up as 0, and take this process back from the crash reporter;
 * glift_server_destroy() does the same, and waits for the crash reporter up to 500 ms within its own limit.
 * Metrics may be started again. What is recorded meanwhile goes first then.
 * @return GLIFT_OK, also where metrics do not run; GLIFT_ERR_ARGUMENT if server is NULL; GLIFT_ERR_STATE
 *         from a `done` that destroy runs; GLIFT_ERR_MEMORY (metrics go on).
 * Thread: the tick thread. Safe inside a callback. */
GLIFT_API glift_status glift_metrics_stop(struct glift_server *server);

/** True from a start to a stop, whether or not anybody listens; false for NULL. Thread: the tick thread. */
GLIFT_API bool glift_metrics_is_running(const struct glift_server *server);

/** One word about where samples come from, as StatsD collectors group by them. */
typedef struct glift_metric_tag {
    const char *key;   /* 1..200 bytes: a letter, then letters, digits and _-./ */
    const char *value; /* 0..200 bytes of letters, digits and _-./: */
} glift_metric_tag;

/** A tag of every line from now on, in place of one with this key. It wins over a metric's own tag, and the
 * SDK's three win over it (rule P175). May be called before the start, and outlasts a stop.
 * @param key    as in glift_metric_tag; copied.
 * @param value  as in glift_metric_tag; copied. NULL: no such tag any more.
 * @return GLIFT_OK; GLIFT_ERR_ARGUMENT (server is NULL, what the log names, or a 17th key);
 *         GLIFT_ERR_STATE from a `done` that destroy runs; GLIFT_ERR_MEMORY.
 * Thread: the tick thread. Safe inside a callback.
 * Source: wire protocol 7.3. */
GLIFT_API glift_status glift_metrics_tag(struct glift_server *server, const char *key, const char *value);

/* ---- metrics ---- */

/** One thing that is measured. Made by glift_metrics_create(); lives until glift_server_destroy(). */
typedef struct glift_metric glift_metric;

/** What becomes of the samples of an interval. */
typedef enum glift_metric_kind {
    GLIFT_METRIC_GAUGE = 1,   /* what is so: its last value is sent in each interval, once it was set */
    GLIFT_METRIC_COUNTER = 2, /* what happens: the sum of an interval is sent, where it is not 0 */
    GLIFT_METRIC_TIMER = 3    /* how long it takes: the mean of an interval is sent, in milliseconds */
} glift_metric_kind;

/* Further lines about the samples of an interval, of the metric's own type, with a suffix (rule P177). */
#define GLIFT_DERIVED_NONE   1u  /* nothing, also no percentiles where a timer would have them by default */
#define GLIFT_DERIVED_LATEST 2u  /* .latest */
#define GLIFT_DERIVED_MAX    4u  /* .max */
#define GLIFT_DERIVED_MIN    8u  /* .min */
#define GLIFT_DERIVED_MEAN   16u /* .mean */
#define GLIFT_DERIVED_SUM    32u /* .sum */
#define GLIFT_DERIVED_COUNT  64u /* .count */

/** What to measure. Zero it, set size_bytes to sizeof, kind and name. Copied. */
typedef struct glift_metric_desc {
    size_t size_bytes;
    glift_metric_kind kind;
    const char *name;             /* sent as it is; of the form of a tag's key */
    const glift_metric_tag *tags; /* up to GLIFT_MAX_METRIC_TAGS, each key once */
    size_t tag_count;
    double sample_rate;        /* above 0, up to 1: the share of samples that is taken, drawn once for each;
                                  the line says so with |@rate. Default 1; a gauge has no other */
    unsigned derived;          /* GLIFT_DERIVED_... together: of the samples that were taken */
    const double *percentiles; /* above 0, up to 100, with at most one decimal: 50 becomes .p50, 99.9 .p99.9.
                                  Exact up to 1,024 samples in an interval, then of as many chosen at random.
                                  Default, where `derived` is 0 too: a timer 50, 90 and 95, others none */
    size_t percentile_count;   /* up to GLIFT_MAX_PERCENTILES */
} glift_metric_desc;

/** Make a metric, with all the memory that it will need: about 0.5 KB, and 16 KB more where it has
 * percentiles. A second call with the same kind, name and tags gives the same metric, so that scripts can
 * be reloaded.
 * @param out  NULL on failure. Nothing has to be freed.
 * @return GLIFT_OK; GLIFT_ERR_ARGUMENT (NULL, or what the log names with its limit: also the same name and
 *         tags with another kind, and more than GLIFT_MAX_METRICS); GLIFT_ERR_UNSUPPORTED if desc has
 *         options that this library does not know; GLIFT_ERR_STATE from a `done` that destroy
 *         runs; GLIFT_ERR_MEMORY.
 * Thread: the tick thread. Safe inside a callback. Metrics need not run.
 * Source: wire protocol 7.2 to 7.4. */
GLIFT_API glift_status glift_metrics_create(
        struct glift_server *server, const glift_metric_desc *desc, glift_metric **out);

/* ---- samples ----
 *
 * return   GLIFT_OK, also where the sample rate left the sample out; GLIFT_ERR_ARGUMENT where the metric is
 *          NULL or of another kind, or the value is none: NaN, too large, or negative where nothing
 *          negative fits
 * thread   any, as long as the server lives; no call waits for another
 * cost     no allocation, no lock, no system call */

/** A gauge is this now. A negative value is sent as 0 and then as itself, since a sign alone means a change
 * in StatsD (rule P170). */
GLIFT_API glift_status glift_metrics_set(glift_metric *gauge, double value);

/** A gauge is so much more than before, or less; it begins with 0. What is sent is the value that it has
 * then (rule P171). */
GLIFT_API glift_status glift_metrics_add(glift_metric *gauge, double change);

/** Something has happened so many times; 0 or more. */
GLIFT_API glift_status glift_metrics_count(glift_metric *counter, int64_t times);

/** Something has taken so many milliseconds; 0 or more. */
GLIFT_API glift_status glift_metrics_time(glift_metric *timer, double ms);

/** What the frame of the engine took, in milliseconds; a negative value is one that is not known. The plugin
 * does this by itself.
 * @param delta_ms       from the beginning of the frame before to that of this one: server_delta_time.
 * @param tick_ms        the work in it: server_tick_time.
 * @param world_tick_ms  that of the game's world alone: server_world_tick_time.
 * @return GLIFT_ERR_STATE while metrics do not run: nothing is kept. Else as above.
 * Thread: the tick thread. */
GLIFT_API glift_status glift_metrics_tick(
        struct glift_server *server, double delta_ms, double tick_ms, double world_tick_ms);

#ifdef __cplusplus
}
#endif
#endif
