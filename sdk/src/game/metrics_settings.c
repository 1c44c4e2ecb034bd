/* SPDX-License-Identifier: Apache-2.0 */
#include "game/metrics_settings.h"

#include "base/structs.h"
#include "platform/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCAL_HOST      "127.0.0.1"
#define MAX_PORT        65535
#define MAX_HOST_LENGTH 253

/* ---- where the values come from ---- */

static glift_status refuse(char *message, const char *name, const char *limit)
{
    snprintf(message, GLIFT__MESSAGE_SIZE, "%s is invalid. %s", name, limit);
    return GLIFT_ERR_ARGUMENT;
}

static const char *variable(const char *name)
{
    const char *text = getenv(name);
    return text != NULL && text[0] != '\0' ? text : NULL;
}

/* A whole number from 1 on; 0 where the variable is not set. */
static glift_status read_number(const char *name, long long most, uint32_t *out, char *message)
{
    char limit[64];
    const char *text = variable(name);
    *out = 0;
    if (text == NULL)
        return GLIFT_OK;
    size_t digits = strspn(text, "0123456789");
    long long number = text[digits] == '\0' && digits <= 10 ? strtoll(text, NULL, 10) : 0;
    if (number >= 1 && number <= most) {
        *out = (uint32_t)number;
        return GLIFT_OK;
    }
    snprintf(limit, sizeof limit, "It must be a whole number from 1 to %lld.", most);
    return refuse(message, name, limit);
}

static glift_status read_environment(glift_metrics_desc *out, char *message)
{
    uint32_t statsd_port = 0, crash_port = 0;
    out->statsd_host = variable("GAMELIFT_STATSD_HOST");
    out->crash_reporter_host = variable("GAMELIFT_CRASH_REPORTER_HOST");
    glift_status status = read_number("GAMELIFT_STATSD_PORT", MAX_PORT, &statsd_port, message);
    if (status == GLIFT_OK)
        status = read_number("GAMELIFT_CRASH_REPORTER_PORT", MAX_PORT, &crash_port, message);
    if (status == GLIFT_OK)
        status = read_number(
                "GAMELIFT_FLUSH_INTERVAL_MS", GLIFT_MAX_FLUSH_INTERVAL_MS, &out->flush_interval_ms, message);
    if (status == GLIFT_OK)
        status = read_number(
                "GAMELIFT_MAX_PACKET_SIZE", GLIFT_MAX_PACKET_SIZE, &out->max_packet_size, message);
    out->statsd_port = (int)statsd_port;
    out->crash_reporter_port = (int)crash_port;
    return status;
}

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static void fill_in_defaults(glift_metrics_desc *out)
{
    if (!is_given(out->statsd_host) || strcmp(out->statsd_host, "localhost") == 0)
        out->statsd_host = LOCAL_HOST;
    if (!is_given(out->crash_reporter_host))
        out->crash_reporter_host = LOCAL_HOST;
    out->statsd_port = out->statsd_port != 0 ? out->statsd_port : 8125;
    out->crash_reporter_port = out->crash_reporter_port != 0 ? out->crash_reporter_port : 8126;
    out->flush_interval_ms = out->flush_interval_ms != 0 ? out->flush_interval_ms : 10000;
    out->max_packet_size = out->max_packet_size != 0 ? out->max_packet_size : 512;
}

/* ---- checks ---- */

static bool is_address(const char *text)
{
    glift__address ignored;
    return glift__address_parse(text, &ignored);
}

/* An address or a name as it may stand in a URL. */
static bool is_host(const char *text)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    return (is_address(text) && strchr(text, '%') == NULL) ||
           (text[strspn(text, name)] == '\0' && strlen(text) <= MAX_HOST_LENGTH);
}

static bool is_port(int port)
{
    return port >= 1 && port <= MAX_PORT;
}

static glift_status check(const glift_metrics_desc *desc, char *message)
{
    if (!is_address(desc->statsd_host))
        return refuse(message, "StatsdHost", "It must be an IPv4 or IPv6 address, or localhost.");
    if (!is_port(desc->statsd_port))
        return refuse(message, "StatsdPort", "It must be between 1 and 65535.");
    if (!is_host(desc->crash_reporter_host))
        return refuse(message, "CrashReporterHost", "It must be an address, or a name of up to 253 bytes.");
    if (!is_port(desc->crash_reporter_port))
        return refuse(message, "CrashReporterPort", "It must be between 1 and 65535.");
    if (desc->flush_interval_ms > GLIFT_MAX_FLUSH_INTERVAL_MS)
        return refuse(message, "FlushIntervalMs", "It must be between 1 and 3600000.");
    if (desc->max_packet_size > GLIFT_MAX_PACKET_SIZE)
        return refuse(message, "MaxPacketSize", "It must be between 1 and 65507.");
    return GLIFT_OK;
}

glift_status glift__metrics_settings(
        const glift_metrics_desc *desc, glift_metrics_desc *out, char message[GLIFT__MESSAGE_SIZE])
{
    memset(out, 0, sizeof *out);
    glift_status status =
            desc == NULL ? read_environment(out, message)
                         : glift__sized_read(&glift__sized_metrics_desc, desc, out, message); /* P180 */
    if (status != GLIFT_OK)
        return status;
    fill_in_defaults(out);
    out->size_bytes = sizeof *out;
    return check(out, message);
}
