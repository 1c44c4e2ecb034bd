/* SPDX-License-Identifier: Apache-2.0 */
#include "game/metrics_settings.h"
#include "test.h"

static glift_metrics_desc resolved;
static char message[GLIFT__MESSAGE_SIZE];

static const char *const variables[] = {"GAMELIFT_STATSD_HOST", "GAMELIFT_STATSD_PORT",
        "GAMELIFT_CRASH_REPORTER_HOST", "GAMELIFT_CRASH_REPORTER_PORT", "GAMELIFT_FLUSH_INTERVAL_MS",
        "GAMELIFT_MAX_PACKET_SIZE"};
enum { VARIABLES = sizeof variables / sizeof variables[0] };

static void clear_environment(void)
{
    for (size_t i = 0; i < VARIABLES; i++)
        unsetenv(variables[i]);
}

static void check_defaults(void)
{
    CHECK_TEXT(resolved.statsd_host, "127.0.0.1");
    CHECK_INT(resolved.statsd_port, 8125);
    CHECK_TEXT(resolved.crash_reporter_host, "127.0.0.1");
    CHECK_INT(resolved.crash_reporter_port, 8126);
    CHECK_INT(resolved.flush_interval_ms, 10000);
    CHECK_INT(resolved.max_packet_size, 512);
    CHECK(!resolved.without_crash_reporter);
}

TEST(P180_without_a_desc_and_an_environment_the_defaults_hold)
{
    clear_environment();
    CHECK_INT(glift__metrics_settings(NULL, &resolved, message), GLIFT_OK);
    check_defaults();
}

static void set_environment(void)
{
    static const char *const values[] = {"192.0.2.1", "9125", "collector", "9126", "500", "1400"};
    for (size_t i = 0; i < VARIABLES; i++)
        setenv(variables[i], values[i], 1);
}

TEST(P180_without_a_desc_the_environment_beats_the_defaults)
{
    set_environment();
    CHECK_INT(glift__metrics_settings(NULL, &resolved, message), GLIFT_OK);
    CHECK_TEXT(resolved.statsd_host, "192.0.2.1");
    CHECK_INT(resolved.statsd_port, 9125);
    CHECK_TEXT(resolved.crash_reporter_host, "collector");
    CHECK_INT(resolved.crash_reporter_port, 9126);
    CHECK_INT(resolved.flush_interval_ms, 500);
    CHECK_INT(resolved.max_packet_size, 1400);
}

TEST(P180_with_a_desc_the_environment_is_not_asked)
{
    glift_metrics_desc desc = {.size_bytes = sizeof desc};
    set_environment();
    CHECK_INT(glift__metrics_settings(&desc, &resolved, message), GLIFT_OK);
    check_defaults();
    desc.statsd_host = "::1";
    desc.statsd_port = 65535;
    desc.without_crash_reporter = true;
    CHECK_INT(glift__metrics_settings(&desc, &resolved, message), GLIFT_OK);
    CHECK_TEXT(resolved.statsd_host, "::1");
    CHECK_INT(resolved.statsd_port, 65535);
    CHECK(resolved.without_crash_reporter);
}

TEST(P180_an_empty_variable_is_none)
{
    for (size_t i = 0; i < VARIABLES; i++)
        setenv(variables[i], "", 1);
    CHECK_INT(glift__metrics_settings(NULL, &resolved, message), GLIFT_OK);
    check_defaults();
}

TEST(a_variable_that_makes_no_sense_is_named_with_its_limit)
{
    static const struct {
        const char *variable, *value, *message;
    } all[] = {
            {"GAMELIFT_STATSD_PORT", "0",
                    "GAMELIFT_STATSD_PORT is invalid. It must be a whole number from 1 to 65535."},
            {"GAMELIFT_STATSD_PORT", "65536", "from 1 to 65535."},
            {"GAMELIFT_STATSD_PORT", "81x", "from 1 to 65535."},
            {"GAMELIFT_STATSD_PORT", "-1", "from 1 to 65535."},
            {"GAMELIFT_CRASH_REPORTER_PORT", "http", "GAMELIFT_CRASH_REPORTER_PORT is invalid."},
            {"GAMELIFT_FLUSH_INTERVAL_MS", "0", "from 1 to 3600000."},
            {"GAMELIFT_FLUSH_INTERVAL_MS", "99999999999999999999", "from 1 to 3600000."},
            {"GAMELIFT_MAX_PACKET_SIZE", "65508", "from 1 to 65507."},
            {"GAMELIFT_STATSD_HOST", "collector",
                    "StatsdHost is invalid. It must be an IPv4 or IPv6 address, or localhost."},
            {"GAMELIFT_CRASH_REPORTER_HOST", "a b", "CrashReporterHost is invalid."},
            {"GAMELIFT_CRASH_REPORTER_HOST", "a/b", "CrashReporterHost is invalid."},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        clear_environment();
        setenv(all[i].variable, all[i].value, 1);
        CHECK_INT(glift__metrics_settings(NULL, &resolved, message), GLIFT_ERR_ARGUMENT);
        CHECK_CONTAINS(message, all[i].message);
    }
    clear_environment();
}

TEST(a_desc_that_makes_no_sense_is_named_with_its_limit)
{
    static const struct {
        glift_metrics_desc desc;
        const char *message;
    } all[] = {
            {{.size_bytes = 0}, "desc.size_bytes is invalid."},
            {{.size_bytes = 5000}, "desc.size_bytes is invalid."},
            {{.statsd_host = "nobody.test", .size_bytes = sizeof resolved}, "StatsdHost is invalid."},
            {{.statsd_port = -1, .size_bytes = sizeof resolved},
                    "StatsdPort is invalid. It must be between 1 and 65535."},
            {{.statsd_port = 65536, .size_bytes = sizeof resolved}, "StatsdPort is invalid."},
            {{.crash_reporter_port = 70000, .size_bytes = sizeof resolved}, "CrashReporterPort is invalid."},
            {{.flush_interval_ms = 3600001, .size_bytes = sizeof resolved}, "FlushIntervalMs is invalid."},
            {{.max_packet_size = 65508, .size_bytes = sizeof resolved}, "MaxPacketSize is invalid."},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        CHECK_INT(glift__metrics_settings(&all[i].desc, &resolved, message), GLIFT_ERR_ARGUMENT);
        CHECK_CONTAINS(message, all[i].message);
    }
}

TEST(localhost_is_an_address_that_nobody_has_to_look_up)
{
    const glift_metrics_desc desc = {.size_bytes = sizeof desc, .statsd_host = "localhost"};
    CHECK_INT(glift__metrics_settings(&desc, &resolved, message), GLIFT_OK);
    CHECK_TEXT(resolved.statsd_host, "127.0.0.1");
}

TEST(an_older_programs_desc_is_read_as_far_as_it_goes)
{
    glift_metrics_desc desc = {.size_bytes = offsetof(glift_metrics_desc, statsd_port), .statsd_port = 99};
    CHECK_INT(glift__metrics_settings(&desc, &resolved, message), GLIFT_OK);
    CHECK_INT(resolved.statsd_port, 8125);
}
