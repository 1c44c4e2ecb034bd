/* SPDX-License-Identifier: Apache-2.0 */
#include "game/settings.h"
#include "test.h"

static glift__settings settings;
static char message[GLIFT__MESSAGE_SIZE];

/* A text that a variable and a field of the desc can give. */
typedef struct text {
    const char *variable, *in_environment, *in_desc;
    size_t desc_offset, core_offset;
    bool is_key; /* of the keys, which a token wipes */
} text;

#define TEXT(variable, in_environment, in_desc, desc_field, core_field, is_key)                              \
    {                                                                                                        \
        variable, in_environment, in_desc, offsetof(glift_server_desc, desc_field),                          \
                offsetof(glift__core_desc, core_field), is_key                                               \
    }

static const text texts[] = {
        TEXT("GAMELIFT_SDK_WEBSOCKET_URL", "wss://env.test", "wss://desc.test", websocket_url, websocket_url,
                false),
        TEXT("GAMELIFT_SDK_AUTH_TOKEN", "env-token", "desc-token", auth_token, auth_token, false),
        TEXT("GAMELIFT_SDK_PROCESS_ID", "env-process", "desc-process", process_id, process_id, false),
        TEXT("GAMELIFT_SDK_HOST_ID", "env-host", "desc-host", host_id, host_id, false),
        TEXT("GAMELIFT_SDK_FLEET_ID", "env-fleet", "desc-fleet", fleet_id, fleet_id, false),
        TEXT("GAMELIFT_REGION", "env-region", "desc-region", aws_region, aws_region, true),
        TEXT("GAMELIFT_ACCESS_KEY", "env-access", "desc-access", access_key, access_key, true),
        TEXT("GAMELIFT_SECRET_KEY", "env-secret", "desc-secret", secret_key, secret_key, true),
        TEXT("GAMELIFT_SESSION_TOKEN", "env-session", "desc-session", session_token, session_token, true),
        TEXT("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "http://env/credentials", "http://desc/credentials",
                container_credentials_uri, container_credentials_url, false),
        TEXT("ECS_CONTAINER_METADATA_URI_V4", "http://env/metadata", "http://desc/metadata",
                container_metadata_uri, container_metadata_url, false),
        /* P34 */
        TEXT("GAMELIFT_CONTAINER_DISCOVERY_SERVER_ENDPOINT", "http://env", "http://desc",
                container_discovery_endpoint, container_discovery_endpoint, false),
        TEXT("GAMELIFT_SDK_TOOL_NAME", "env-tool", "desc-tool", tool_name, tool_name, false),
        TEXT("GAMELIFT_SDK_TOOL_VERSION", "env-version", "desc-version", tool_version, tool_version, false),
};
enum { TEXT_COUNT = sizeof texts / sizeof texts[0] };

static glift_server_desc usual(void)
{
    for (size_t i = 0; i < TEXT_COUNT; i++)
        unsetenv(texts[i].variable);
    unsetenv("GAMELIFT_COMPUTE_TYPE");
    return (glift_server_desc){.size_bytes = sizeof(glift_server_desc),
            .websocket_url = "wss://desc.test",
            .auth_token = "desc-token",
            .process_id = "desc-process",
            .host_id = "desc-host",
            .fleet_id = "desc-fleet"};
}

static glift_status resolve(const glift_server_desc *desc)
{
    glift__settings_fini(&settings);
    return glift__settings_resolve(desc, &settings, message);
}

TEST(defaults_fill_what_is_zero)
{
    glift_server_desc desc = usual();
    CHECK_INT(resolve(&desc), GLIFT_OK);
    CHECK_INT(settings.core.request_timeout_ms, 20000);
    CHECK_INT(settings.core.connect_timeout_ms, 300000);
    CHECK_INT(settings.handshake_timeout_ms, 20000);
    CHECK_INT(settings.shutdown_timeout_ms, 1000);
    CHECK_INT(settings.core.reconnect_base_ms, 500);
    CHECK_INT(settings.core.reconnect_cap_ms, 32000);
    CHECK(settings.core.shutdown_timeout_ms < settings.shutdown_timeout_ms);
    CHECK_TEXT(settings.tls_ca_file, "");
}

static bool is_token(const text *of)
{
    return strcmp(of->variable, "GAMELIFT_SDK_AUTH_TOKEN") == 0;
}

/* A desc that gives every text, and a way to authorize that does not wipe this one. */
static glift_server_desc full_desc(const text *wanted)
{
    glift_server_desc desc = usual();
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        bool is_wiped = wanted->is_key ? is_token(&texts[i]) : texts[i].is_key;
        const char *given = is_wiped ? NULL : texts[i].in_desc;
        memcpy((char *)&desc + texts[i].desc_offset, &given, sizeof given);
    }
    return desc;
}

static const char *resolved(const glift_server_desc *desc, const text *of)
{
    const char *value;
    CHECK_INT(resolve(desc), GLIFT_OK);
    memcpy(&value, (const char *)&settings.core + of->core_offset, sizeof value);
    return value;
}

TEST(P38_a_set_variable_beats_the_field_beside_it_and_no_other)
{
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        glift_server_desc desc = full_desc(&texts[i]);
        CHECK_TEXT(resolved(&desc, &texts[i]), texts[i].in_desc);
        setenv(texts[i].variable, texts[i].in_environment, 1);
        CHECK_TEXT(resolved(&desc, &texts[i]), texts[i].in_environment);
        for (size_t other = 0; other < TEXT_COUNT; other++)
            if (other != i && texts[other].is_key == texts[i].is_key && !is_token(&texts[other]))
                CHECK_TEXT(resolved(&desc, &texts[other]), texts[other].in_desc);
        desc.ignore_environment = true;
        CHECK_TEXT(resolved(&desc, &texts[i]), texts[i].in_desc);
    }
    usual();
}

TEST(P39_an_empty_variable_counts_as_unset)
{
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        glift_server_desc desc = full_desc(&texts[i]);
        setenv(texts[i].variable, "", 1);
        CHECK_TEXT(resolved(&desc, &texts[i]), texts[i].in_desc);
    }
    usual();
}

TEST(P38_P39_the_compute_type_is_overridden_like_the_rest)
{
    glift_server_desc desc = usual();
    setenv("GAMELIFT_COMPUTE_TYPE", "CONTAINER", 1);
    CHECK_INT(resolve(&desc), GLIFT_OK);
    CHECK(settings.core.container_fleet);
    desc.compute_type = "CONTAINER";
    setenv("GAMELIFT_COMPUTE_TYPE", "EC2", 1);
    CHECK_INT(resolve(&desc), GLIFT_OK);
    CHECK(!settings.core.container_fleet);
    setenv("GAMELIFT_COMPUTE_TYPE", "", 1);
    CHECK_INT(resolve(&desc), GLIFT_OK);
    CHECK(settings.core.container_fleet);
    usual();
}

TEST(P40_managed_resource_becomes_a_uuid)
{
    char first[64];
    glift_server_desc desc = usual();
    setenv("GAMELIFT_SDK_PROCESS_ID", "ManagedResource", 1);
    CHECK_INT(resolve(&desc), GLIFT_OK);
    CHECK_INT(strlen(settings.core.process_id), 36);
    snprintf(first, sizeof first, "%s", settings.core.process_id);
    CHECK_INT(resolve(&desc), GLIFT_OK);
    CHECK(strcmp(first, settings.core.process_id) != 0);
    usual();
}

TEST(P12_a_token_wipes_the_keys)
{
    glift_server_desc desc = usual();
    desc.aws_region = "us-west-2";
    desc.access_key = "AKIA";
    desc.secret_key = "secret";
    desc.session_token = "session";
    CHECK_INT(resolve(&desc), GLIFT_OK);
    CHECK_TEXT(settings.core.aws_region, "");
    CHECK_TEXT(settings.core.access_key, "");
    CHECK_TEXT(settings.core.secret_key, "");
    CHECK_TEXT(settings.core.session_token, "");
}

TEST(P29_container_mode_needs_the_exact_word_and_no_token)
{
    glift_server_desc desc = usual();
    desc.compute_type = "CONTAINER";
    CHECK_INT(resolve(&desc), GLIFT_OK);
    CHECK(settings.core.container_fleet && !settings.core.container);
    desc.auth_token = NULL;
    desc.aws_region = "us-west-2";
    desc.container_credentials_uri = "/creds";
    desc.container_metadata_uri = "http://meta";
    CHECK_INT(resolve(&desc), GLIFT_OK);
    CHECK(settings.core.container);
    desc.compute_type = "container";
    desc.access_key = desc.secret_key = "k";
    CHECK_INT(resolve(&desc), GLIFT_OK);
    CHECK(!settings.core.container && !settings.core.container_fleet);
}

TEST(P30_the_credentials_uri_is_a_path_on_the_agent_or_a_whole_url)
{
    static const char *const given[][2] = {{"/v2/c?id=1", "http://169.254.170.2/v2/c?id=1"},
            {"v2/c", "http://169.254.170.2/v2/c"}, {"http://127.0.0.1:5/c", "http://127.0.0.1:5/c"}};
    glift_server_desc desc = usual();
    for (size_t i = 0; i < 3; i++) {
        desc.container_credentials_uri = given[i][0];
        CHECK_INT(resolve(&desc), GLIFT_OK);
        CHECK_TEXT(settings.core.container_credentials_url, given[i][1]);
    }
}

TEST(P32_a_container_without_its_variables_is_refused_by_name)
{
    glift_server_desc desc = usual();
    desc.auth_token = NULL;
    desc.compute_type = "CONTAINER";
    desc.aws_region = "us-west-2";
    CHECK_INT(resolve(&desc), GLIFT_ERR_ARGUMENT);
    CHECK_CONTAINS(message, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    desc.container_credentials_uri = "/c";
    CHECK_INT(resolve(&desc), GLIFT_ERR_ARGUMENT);
    CHECK_CONTAINS(message, "ECS_CONTAINER_METADATA_URI_V4");
}

TEST(P42_P43_P44_P45_P46_what_is_missing_or_malformed_is_named)
{
    glift_server_desc desc = usual();
    desc.fleet_id = "arn:aws:gamelift:us-west-2:1:fleet/fleet-1";
    CHECK_INT(resolve(&desc), GLIFT_ERR_ARGUMENT);
    CHECK_CONTAINS(message, "FleetID");
    desc = usual();
    desc.websocket_url = "";
    CHECK_INT(resolve(&desc), GLIFT_ERR_ARGUMENT);
    CHECK_TEXT(message, "WebSocketURL is required.");
    desc = usual();
    desc.auth_token = NULL;
    CHECK_INT(resolve(&desc), GLIFT_ERR_ARGUMENT);
    CHECK_CONTAINS(message, "authorization strategy");
    desc.aws_region = "us-west-2";
    CHECK_INT(resolve(&desc), GLIFT_ERR_ARGUMENT);
    CHECK_CONTAINS(message, "AccessKey and SecretKey");
}

TEST(whoever_plays_offline_need_not_say_who_this_is)
{
    usual();
    const glift_server_desc nobody = {.size_bytes = sizeof nobody, .websocket_url = GLIFT_OFFLINE_URL};
    CHECK_INT(resolve(&nobody), GLIFT_OK);
    CHECK(settings.is_offline);
    CHECK_TEXT(settings.core.fleet_id, "offline");
    const glift_server_desc online = usual();
    CHECK_INT(resolve(&online), GLIFT_OK);
    CHECK(!settings.is_offline);
}
