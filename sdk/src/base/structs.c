/* SPDX-License-Identifier: Apache-2.0 */

#include "base/structs.h"

#include <stdio.h>
#include <string.h>

#define MEMBER(name) GLIFT__MEMBER(glift_server_desc, name)
static const glift__member server_desc_members[] = {MEMBER(size_bytes), MEMBER(header_version),
        MEMBER(websocket_url), MEMBER(auth_token), MEMBER(process_id), MEMBER(host_id), MEMBER(fleet_id),
        MEMBER(aws_region), MEMBER(access_key), MEMBER(secret_key), MEMBER(session_token),
        MEMBER(compute_type), MEMBER(container_credentials_uri), MEMBER(container_metadata_uri),
        MEMBER(container_discovery_endpoint), MEMBER(tool_name), MEMBER(tool_version),
        MEMBER(ignore_environment), MEMBER(tls_ca_file), MEMBER(tls_insecure), MEMBER(io),
        MEMBER(request_timeout_ms), MEMBER(connect_timeout_ms), MEMBER(handshake_timeout_ms),
        MEMBER(shutdown_timeout_ms), MEMBER(reconnect_base_ms), MEMBER(reconnect_cap_ms),
        MEMBER(on_start_game_session), MEMBER(on_update_game_session), MEMBER(on_process_terminate),
        MEMBER(on_health_check), MEMBER(on_connection), MEMBER(on_wake), MEMBER(on_log), MEMBER(log_level),
        MEMBER(user), MEMBER(on_inherited_answer)};
const glift__sized glift__sized_server_desc = GLIFT__SIZED(glift_server_desc, "desc", server_desc_members);
#undef MEMBER

#define MEMBER(name) GLIFT__MEMBER(glift_io_desc, name)
static const glift__member io_desc_members[] = {
        MEMBER(size_bytes), MEMBER(threadless), MEMBER(resolve), MEMBER(user)};
const glift__sized glift__sized_io_desc = GLIFT__SIZED(glift_io_desc, "desc", io_desc_members);
#undef MEMBER

#define MEMBER(name) GLIFT__MEMBER(glift_process_parameters, name)
static const glift__member process_parameters_members[] = {
        MEMBER(size_bytes), MEMBER(port), MEMBER(log_paths), MEMBER(log_path_count)};
const glift__sized glift__sized_process_parameters =
        GLIFT__SIZED(glift_process_parameters, "parameters", process_parameters_members);
#undef MEMBER

#define MEMBER(name) GLIFT__MEMBER(glift_describe_player_sessions_request, name)
static const glift__member describe_members[] = {MEMBER(size_bytes), MEMBER(game_session_id),
        MEMBER(player_id), MEMBER(player_session_id), MEMBER(status_filter), MEMBER(next_token),
        MEMBER(limit)};
const glift__sized glift__sized_describe =
        GLIFT__SIZED(glift_describe_player_sessions_request, "request", describe_members);
#undef MEMBER

#define MEMBER(name) GLIFT__MEMBER(glift_start_match_backfill_request, name)
static const glift__member start_match_backfill_members[] = {MEMBER(size_bytes), MEMBER(game_session_arn),
        MEMBER(matchmaking_configuration_arn), MEMBER(ticket_id), MEMBER(players), MEMBER(player_count)};
const glift__sized glift__sized_start_match_backfill =
        GLIFT__SIZED(glift_start_match_backfill_request, "request", start_match_backfill_members);
#undef MEMBER

#define MEMBER(name) GLIFT__MEMBER(glift_stop_match_backfill_request, name)
static const glift__member stop_match_backfill_members[] = {MEMBER(size_bytes), MEMBER(game_session_arn),
        MEMBER(matchmaking_configuration_arn), MEMBER(ticket_id)};
const glift__sized glift__sized_stop_match_backfill =
        GLIFT__SIZED(glift_stop_match_backfill_request, "request", stop_match_backfill_members);
#undef MEMBER

#define MEMBER(name) GLIFT__MEMBER(glift_metrics_desc, name)
static const glift__member metrics_desc_members[] = {MEMBER(size_bytes), MEMBER(statsd_host),
        MEMBER(statsd_port), MEMBER(crash_reporter_host), MEMBER(crash_reporter_port),
        MEMBER(without_crash_reporter), MEMBER(flush_interval_ms), MEMBER(max_packet_size)};
const glift__sized glift__sized_metrics_desc = GLIFT__SIZED(glift_metrics_desc, "desc", metrics_desc_members);
#undef MEMBER

#define MEMBER(name) GLIFT__MEMBER(glift_metric_desc, name)
static const glift__member metric_desc_members[] = {MEMBER(size_bytes), MEMBER(kind), MEMBER(name),
        MEMBER(tags), MEMBER(tag_count), MEMBER(sample_rate), MEMBER(derived), MEMBER(percentiles),
        MEMBER(percentile_count)};
const glift__sized glift__sized_metric_desc = GLIFT__SIZED(glift_metric_desc, "desc", metric_desc_members);
#undef MEMBER

/* ---- the version of the header that a desc was made with ---- */

#define LINE(version)                                                                                        \
    ((version) / 1000) /* while the major version is 0, each minor one has an ABI of its own */

static uint32_t header_version_of(const glift_server_desc *desc)
{
    size_t needed = offsetof(glift_server_desc, header_version) + sizeof desc->header_version;
    return desc != NULL && desc->size_bytes >= needed ? desc->header_version : 0;
}

glift_status glift__read_server_desc(const glift_server_desc *from, glift_server_desc *to, char *message)
{
    uint32_t version = header_version_of(from);
    if (version == 0 || LINE(version) == LINE(GLIFT_VERSION_NUMBER))
        return glift__sized_read(&glift__sized_server_desc, from, to, message);
    memset(to, 0, sizeof *to);
    snprintf(message, GLIFT__MESSAGE_SIZE,
            "this program was built with the header of version %u.%u, and runs with %s.",
            (unsigned)(version / 1000000), (unsigned)(version / 1000 % 1000), GLIFT_VERSION);
    return GLIFT_ERR_UNSUPPORTED;
}
