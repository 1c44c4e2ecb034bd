/* SPDX-License-Identifier: Apache-2.0 */

#include "core/container.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"

static bool is_success(int http_status)
{
    return http_status >= 200 && http_status < 300;
}

GLIFT__FORMAT(2, 3) static glift__step failed(char *reason, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, GLIFT__REASON_SIZE, format, arguments);
    va_end(arguments);
    return GLIFT__STEP_FAILED;
}

/* Ends the sequence with why a fetch failed; the body is the reason where there was no HTTP answer. */
static glift__step fetch_failed(
        char *reason, const char *asked_for, int http_status, const char *body, size_t length)
{
    if (http_status != 0)
        return failed(reason, "the container agent answered the request for %s with HTTP %d", asked_for,
                http_status);
    return failed(reason, "the container agent could not be asked for %s: %.*s", asked_for,
            (int)(length < 120 ? length : 120), body);
}

static const char *joined(glift__memory *memory, const char *first, const char *second)
{
    size_t first_length = strlen(first), second_length = strlen(second);
    char *text = glift__memory_take(memory, first_length + second_length + 1, 1);
    if (text == NULL)
        return NULL;
    memcpy(text, first, first_length);
    memcpy(text + first_length, second, second_length);
    return text;
}

/* ---- credentials and task id ---- */

static glift__step ask_for_task(glift__container_login *login)
{
    login->has_credentials = true;
    if (login->task_id != NULL)
        return GLIFT__STEP_DONE;
    login->url = joined(&login->memory, login->metadata_url, "/task");
    return login->url != NULL ? GLIFT__STEP_FETCH : failed(login->reason, "out of memory");
}

glift__step glift__container_login_start(
        glift__container_login *login, const char *credentials_url, const char *metadata_url)
{
    glift__memory_fini(&login->memory);
    login->has_credentials = false;
    login->metadata_url = metadata_url;
    login->url = credentials_url;
    return GLIFT__STEP_FETCH;
}

glift__step glift__container_login_fetched(
        glift__container_login *login, int http_status, const char *body, size_t length)
{
    const char *asked_for = login->has_credentials ? "the task's metadata" : "credentials";
    if (!is_success(http_status))
        return fetch_failed(login->reason, asked_for, http_status, body, length);

    glift_status status =
            login->has_credentials
                    ? glift__read_task_id(body, length, &login->task_memory, &login->task_id)
                    : glift__read_container_credentials(body, length, &login->memory, &login->credentials);
    if (status == GLIFT_ERR_MEMORY)
        return failed(login->reason, "out of memory");
    if (status != GLIFT_OK)
        return failed(login->reason, "the container agent's answer for %s is not what GameLift documents",
                asked_for);
    return login->has_credentials ? GLIFT__STEP_DONE : ask_for_task(login);
}

void glift__container_login_fini(glift__container_login *login)
{
    glift__memory_fini(&login->memory);
    glift__memory_fini(&login->task_memory);
}

/* ---- the containers of this group ---- */

enum {
    STAGE_CONFIGURED,          /* the endpoint from the settings is asked */
    STAGE_ADDRESS,             /* our own address is asked for, to derive the endpoint from it */
    STAGE_ADDRESS_AFTER_ERROR, /* the same, after the configured endpoint could not be reached */
    STAGE_DERIVED
};

static glift__step ask_endpoint(glift__container_discovery *discovery, const char *endpoint, int stage)
{
    discovery->stage = stage;
    size_t length = strlen(endpoint);
    bool has_slash = length > 0 && endpoint[length - 1] == '/';
    discovery->url = joined(&discovery->memory, endpoint, has_slash ? "v1/" : "/v1/");
    return discovery->url != NULL ? GLIFT__STEP_FETCH : failed(discovery->reason, "out of memory");
}

static glift__step ask_address(glift__container_discovery *discovery, int stage)
{
    discovery->stage = stage;
    discovery->url = discovery->metadata_url;
    return GLIFT__STEP_FETCH;
}

glift__step glift__container_discovery_start(
        glift__container_discovery *discovery, const char *endpoint, const char *metadata_url)
{
    glift__memory_fini(&discovery->memory);
    discovery->endpoint = endpoint;
    discovery->metadata_url = metadata_url;
    if (endpoint[0] != '\0')
        return ask_endpoint(discovery, endpoint, STAGE_CONFIGURED);
    if (metadata_url[0] != '\0')
        return ask_address(discovery, STAGE_ADDRESS);
    return failed(discovery->reason, "Could not resolve discovery server endpoint.");
}

/* http://<our IPv4 address with 1 as its last number>:4092 (P34); NULL where there is none. */
static const char *derived_endpoint(glift__container_discovery *discovery, const char *body, size_t length)
{
    const char *address = NULL;
    if (glift__read_container_address(body, length, &discovery->memory, &address) != GLIFT_OK)
        return NULL;
    const char *last_dot = strrchr(address, '.');
    if (last_dot == NULL || last_dot - address > 11)
        return NULL;
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "http://%.*s.1:4092", (int)(last_dot - address), address);
    return glift__memory_text(&discovery->memory, endpoint);
}

static glift__step address_arrived(
        glift__container_discovery *discovery, int http_status, const char *body, size_t length)
{
    bool after_error = discovery->stage == STAGE_ADDRESS_AFTER_ERROR;
    const char *endpoint = is_success(http_status) ? derived_endpoint(discovery, body, length) : NULL;
    bool is_other = endpoint != NULL && strcmp(endpoint, discovery->endpoint) != 0;
    if (after_error && !is_other)
        return GLIFT__STEP_FAILED; /* `reason` still tells of the configured endpoint */
    if (endpoint == NULL)
        return failed(discovery->reason, "Could not resolve discovery server endpoint.");
    return ask_endpoint(discovery, endpoint, STAGE_DERIVED);
}

glift__step glift__container_discovery_fetched(
        glift__container_discovery *discovery, int http_status, const char *body, size_t length)
{
    if (discovery->stage == STAGE_ADDRESS || discovery->stage == STAGE_ADDRESS_AFTER_ERROR)
        return address_arrived(discovery, http_status, body, length);
    if (is_success(http_status))
        return GLIFT__STEP_DONE;
    if (http_status != 0) /* there was an answer, so there is no fallback (P35, P36) */
        return failed(discovery->reason, "Discovery server returned HTTP %d", http_status);

    failed(discovery->reason, "Failed to connect to discovery server: %.*s",
            (int)(length < 120 ? length : 120), body);
    if (discovery->stage == STAGE_CONFIGURED && discovery->metadata_url[0] != '\0')
        return ask_address(discovery, STAGE_ADDRESS_AFTER_ERROR);
    return GLIFT__STEP_FAILED;
}

void glift__container_discovery_fini(glift__container_discovery *discovery)
{
    glift__memory_fini(&discovery->memory);
}
