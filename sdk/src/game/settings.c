/* SPDX-License-Identifier: Apache-2.0 */

#include "game/settings.h"

#include "wire/connect_url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTAINER_AGENT "http://169.254.170.2"

/* ---- texts ---- */

/* Where a text comes from. A set, non-empty variable beats the desc (P38, P39). */
typedef struct source {
    const char **to;
    const char *given;
    const char *variable;
} source;

static glift_status copy_text(glift__memory *memory, const char **to, const char *text)
{
    *to = glift__memory_text(memory, text);
    return *to != NULL ? GLIFT_OK : GLIFT_ERR_MEMORY;
}

static glift_status resolve_text(glift__memory *memory, const source *from, bool ignore_environment)
{
    const char *variable = ignore_environment || from->variable == NULL ? NULL : getenv(from->variable);
    bool is_set = variable != NULL && variable[0] != '\0';
    return copy_text(memory, from->to, is_set ? variable : from->given);
}

static glift_status resolve_texts(
        const glift_server_desc *desc, glift__settings *out, const char **compute_type)
{
    glift__core_desc *core = &out->core;
    const source sources[] = {
            {&core->websocket_url, desc->websocket_url, "GAMELIFT_SDK_WEBSOCKET_URL"},
            {&core->auth_token, desc->auth_token, "GAMELIFT_SDK_AUTH_TOKEN"},
            {&core->process_id, desc->process_id, "GAMELIFT_SDK_PROCESS_ID"},
            {&core->host_id, desc->host_id, "GAMELIFT_SDK_HOST_ID"},
            {&core->fleet_id, desc->fleet_id, "GAMELIFT_SDK_FLEET_ID"},
            {&core->aws_region, desc->aws_region, "GAMELIFT_REGION"},
            {&core->access_key, desc->access_key, "GAMELIFT_ACCESS_KEY"},
            {&core->secret_key, desc->secret_key, "GAMELIFT_SECRET_KEY"},
            {&core->session_token, desc->session_token, "GAMELIFT_SESSION_TOKEN"},
            {compute_type, desc->compute_type, "GAMELIFT_COMPUTE_TYPE"},
            {&core->container_credentials_url, desc->container_credentials_uri,
                    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"},
            {&core->container_metadata_url, desc->container_metadata_uri, "ECS_CONTAINER_METADATA_URI_V4"},
            {&core->container_discovery_endpoint, desc->container_discovery_endpoint,
                    "GAMELIFT_CONTAINER_DISCOVERY_SERVER_ENDPOINT"},
            {&core->tool_name, desc->tool_name, "GAMELIFT_SDK_TOOL_NAME"},
            {&core->tool_version, desc->tool_version, "GAMELIFT_SDK_TOOL_VERSION"},
            {&out->tls_ca_file, desc->tls_ca_file, NULL},
    };
    glift_status status = GLIFT_OK;
    for (size_t i = 0; i < sizeof sources / sizeof sources[0] && status == GLIFT_OK; i++)
        status = resolve_text(&out->memory, &sources[i], desc->ignore_environment);
    return status;
}

/* ---- what follows from them ---- */

static void one_way_to_authorize(glift__core_desc *core)
{
    if (core->auth_token[0] != '\0') /* P12 */
        core->aws_region = core->access_key = core->secret_key = core->session_token = "";
}

/* Nobody is told who this is: what is not given needs no thought of whoever plays offline. */
static void complete_offline_identity(glift__core_desc *core)
{
    const char **const needed[] = {&core->auth_token, &core->process_id, &core->host_id, &core->fleet_id};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if ((*needed[i])[0] == '\0')
            *needed[i] =
                    i == 0 ? "no token is needed" : "offline"; /* a text that names the token is no text */
    }
}

/* A relative URI belongs to the container agent's fixed address (P30). */
static glift_status complete_credentials_url(glift__settings *out)
{
    const char *given = out->core.container_credentials_url;
    if (given[0] == '\0' || strncmp(given, "http://", 7) == 0)
        return GLIFT_OK;
    size_t size = sizeof CONTAINER_AGENT + 1 + strlen(given);
    char *url = glift__memory_take(&out->memory, size, 1);
    if (url == NULL)
        return GLIFT_ERR_MEMORY;
    snprintf(url, size, "%s%s%s", CONTAINER_AGENT, given[0] == '/' ? "" : "/", given);
    out->core.container_credentials_url = url;
    return GLIFT_OK;
}

static glift_status make_process_id(glift__settings *out)
{
    if (strcmp(out->core.process_id, "ManagedResource") != 0)
        return GLIFT_OK;
    glift__random random;
    char uuid[GLIFT__UUID_SIZE]; /* P40 */
    glift__random_seed(&random);
    glift__uuid(uuid, glift__random_next, &random);
    return copy_text(&out->memory, &out->core.process_id, uuid);
}

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
    return value != 0 ? value : otherwise;
}

static void resolve_times(const glift_server_desc *desc, glift__settings *out)
{
    out->core.request_timeout_ms = or_default(desc->request_timeout_ms, 20000);
    out->core.connect_timeout_ms = or_default(desc->connect_timeout_ms, 300000);
    out->core.reconnect_base_ms = or_default(desc->reconnect_base_ms, 500);
    out->core.reconnect_cap_ms = or_default(desc->reconnect_cap_ms, 32000);
    out->handshake_timeout_ms = or_default(desc->handshake_timeout_ms, 20000);
    out->shutdown_timeout_ms = or_default(desc->shutdown_timeout_ms, 1000);
    /* The core gives up first, so that destroy does not have to. */
    out->core.shutdown_timeout_ms = out->shutdown_timeout_ms - out->shutdown_timeout_ms / 4;
}

static glift_status check_container(const glift__core_desc *core, char *message)
{
    const char *missing = core->container_credentials_url[0] == '\0'
                                  ? "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
                          : core->container_metadata_url[0] == '\0' ? "ECS_CONTAINER_METADATA_URI_V4"
                                                                    : NULL;
    if (missing == NULL)
        return GLIFT_OK;
    snprintf(message, GLIFT__MESSAGE_SIZE, "%s is required on a container fleet without an AuthToken.",
            missing); /* P32 */
    return GLIFT_ERR_ARGUMENT;
}

/* What no dial could use is refused at once. In a container the rest of the URL is not known yet. */
static glift_status check_url(const glift__core_desc *core, char *message)
{
    const glift__connect_parameters parameters = {.websocket_url = core->websocket_url,
            .process_id = core->process_id,
            .host_id = core->host_id,
            .fleet_id = core->fleet_id,
            .idempotency_token = "00000000-0000-4000-8000-000000000000",
            .auth_token = core->auth_token,
            .aws_region = core->aws_region,
            .access_key = core->access_key,
            .secret_key = core->secret_key,
            .session_token = core->session_token,
            .unix_s = 1}; /* any: every date is as long */
    glift__text url = {0};
    const char *url_message = "";
    glift_status status = glift__connect_url(&parameters, &url, &url_message);
    glift__text_free(&url);
    if (status != GLIFT_OK)
        snprintf(message, GLIFT__MESSAGE_SIZE, "%s", url_message);
    return status;
}

static glift_status check(const glift__settings *settings, char *message)
{
    const glift__core_desc *core = &settings->core;
    const glift__identity identity = {.websocket_url = core->websocket_url,
            .auth_token = core->auth_token,
            .process_id = core->process_id,
            .host_id = core->host_id,
            .fleet_id = core->fleet_id,
            .aws_region = core->aws_region,
            .access_key = core->access_key,
            .secret_key = core->secret_key,
            .session_token = core->session_token,
            .container = core->container};
    glift_status status = glift__validate_identity(&identity, message);
    if (status != GLIFT_OK)
        return status;
    return core->container ? check_container(core, message) : check_url(core, message);
}

glift_status glift__settings_resolve(
        const glift_server_desc *desc, glift__settings *out, char message[GLIFT__MESSAGE_SIZE])
{
    const char *compute_type = "";
    memset(out, 0, sizeof *out);
    glift__memory_init(&out->memory);
    snprintf(message, GLIFT__MESSAGE_SIZE, "out of memory");
    glift_status status = resolve_texts(desc, out, &compute_type);
    if (status == GLIFT_OK)
        status = make_process_id(out);
    if (status == GLIFT_OK)
        status = complete_credentials_url(out);
    if (status != GLIFT_OK)
        return status;
    out->is_offline = strcmp(out->core.websocket_url, GLIFT_OFFLINE_URL) == 0;
    if (out->is_offline)
        complete_offline_identity(&out->core);
    one_way_to_authorize(&out->core);
    out->core.container_fleet = strcmp(compute_type, "CONTAINER") == 0; /* P29 */
    out->core.container = out->core.container_fleet && out->core.auth_token[0] == '\0';
    out->core.log_level = desc->log_level;
    out->tls_insecure = desc->tls_insecure;
    out->uses_tls = glift__url_is_tls(out->core.websocket_url);
    resolve_times(desc, out);
    return check(out, message);
}

void glift__settings_fini(glift__settings *settings)
{
    glift__memory_fini(&settings->memory);
}
