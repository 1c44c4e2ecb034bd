/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics as a collector sees them, on the unit tests' clock. Include it once, after test.h. */
#ifndef METRICS_H
#define METRICS_H

#include "game.h"
#include "core/metric.h"

#include <unistd.h>

/* ---- what was sent ---- */

static size_t looked_at; /* datagrams */

/* The lines of the datagrams that have been sent since the last look, each with a newline before and behind.
 */
static inline const char *lines(void)
{
    static char text[65536];
    size_t length = 0;
    text[length++] = '\n';
    for (fake_datagram *datagram; (datagram = fake_sent(looked_at)) != NULL; looked_at++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s\n", datagram->bytes);
    text[length] = '\0';
    return text;
}

static inline int occurrences(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

/* A line that begins so, and how often: CHECK_LINE(lines, "server_up:1|g", 1). */
static inline void check_line(const char *text, const char *start, int times)
{
    char wanted[512];
    snprintf(wanted, sizeof wanted, "\n%s", start);
    if (occurrences(text, wanted) != times)
        printf("# %d times \"%s\" in:%s", occurrences(text, wanted), start, text);
    CHECK_INT(occurrences(text, wanted), times);
}

static const glift_metrics_desc local = {.size_bytes = sizeof local, .without_crash_reporter = true};

static inline void start_metrics(const glift_metrics_desc *desc)
{
    looked_at = 0;
    CHECK_INT(glift_metrics_start(the.server, desc), GLIFT_OK);
    tick();
}

/* A game whose metrics run; what the start sent has been looked at. */
static inline void measured_game(void)
{
    new_game();
    connected_game();
    start_metrics(&local);
    lines();
}

static inline glift_metric *metric(glift_metric_desc desc)
{
    glift_metric *made = NULL;
    desc.size_bytes = sizeof desc;
    CHECK_INT(glift_metrics_create(the.server, &desc, &made), GLIFT_OK);
    CHECK(made != NULL);
    return made;
}

static inline glift_metric *gauge(const char *name)
{
    return metric((glift_metric_desc){.kind = GLIFT_METRIC_GAUGE, .name = name});
}

static inline glift_metric *counter(const char *name)
{
    return metric((glift_metric_desc){.kind = GLIFT_METRIC_COUNTER, .name = name});
}

static inline glift_metric *timer(const char *name)
{
    return metric(
            (glift_metric_desc){.kind = GLIFT_METRIC_TIMER, .name = name, .derived = GLIFT_DERIVED_NONE});
}

/* The next interval. */
static inline const char *flushed(void)
{
    tick();
    fake_pass(10000);
    return lines();
}

#endif
