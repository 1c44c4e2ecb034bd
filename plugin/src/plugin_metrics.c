/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's frames as metrics, without a script: how far they are apart, how long the work in one takes,
 * and how much of that is the game's own.
 *
 * A frame is what lies between the hook before the game and the hook after it. A host may run the first one
 * also between two frames, when it was woken: the last one before the second counts. */

#include "plugin.h"

#include <stdlib.h>

static const double ms_per_ns = 1e-6;

static bool is_set(const char *variable)
{
    const char *text = getenv(variable);
    return text != NULL && text[0] != '\0';
}

/* The setting decides; without it, an environment that says where the collector is. */
static bool is_wanted(const plugin *p)
{
    const char *setting = plugin_config(p, "gamelift.metrics");
    if (setting != NULL && setting[0] != '\0')
        return setting[0] == '1' && setting[1] == '\0';
    return is_set("GAMELIFT_STATSD_HOST") || is_set("GAMELIFT_STATSD_PORT");
}

void plugin_metrics_start(plugin *p)
{
    if (!is_wanted(p) || glift_metrics_is_running(p->server))
        return;
    glift_status status = glift_metrics_start(p->server, NULL);
    if (status == GLIFT_ERR_MEMORY)
        plugin_log(p, GLIFT_LOG_WARNING, "out of memory for metrics: the game goes on without them");
}

/* The frame from the hook before the game to now. */
static void report_frame(plugin *p, uint64_t now_ns)
{
    double delta_ms = -1;
    if (p->last_frame_ns != 0)
        delta_ms = (double)(p->frame_ns - p->last_frame_ns) * ms_per_ns;
    glift_metrics_tick(p->server, delta_ms, (double)(now_ns - p->frame_ns) * ms_per_ns,
            (double)(now_ns - p->world_ns) * ms_per_ns);
    p->last_frame_ns = p->frame_ns;
    p->frame_ns = 0;
}

static uint64_t after_game(void *self)
{
    plugin *p = self;
    if (p->parked || !glift_metrics_is_running(p->server)) {
        p->frame_ns = p->last_frame_ns = 0;
        return UINT64_MAX;
    }
    if (p->frame_ns != 0)
        report_frame(p, p->core->now_ns(p->host));
    return 0;
}

/* Scripts start metrics too, so each tick looks. A start wakes the hooks that sleep. */
bool plugin_metrics_begin_frame(plugin *p)
{
    if (!glift_metrics_is_running(p->server))
        return false;
    if (p->after_tick == 0)
        p->after_tick = p->core->add_tick(p->host, GLIFT_PHASE_AFTER_GAME, 0, after_game, p);
    p->frame_ns = p->after_tick != 0 ? p->core->now_ns(p->host) : 0;
    return p->after_tick != 0;
}

void plugin_metrics_begin_world(plugin *p)
{
    p->world_ns = p->core->now_ns(p->host);
}
