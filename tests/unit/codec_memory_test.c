/* SPDX-License-Identifier: Apache-2.0 */
/* Out of memory is told from a bad message at every single allocation, and leaks nothing. */
#include "wire/codec.h"
#include "wire/connect_url.h"
#include "fail_alloc.h"
#include "golden.h"
#include "wire/validate.h"

/* Either everything worked, or memory was what lacked. */
static void check_status(glift_status status)
{
    CHECK_INT(status, fail_alloc_was_spared() ? GLIFT_OK : GLIFT_ERR_MEMORY);
}

static glift_status read_and_write_request(const golden *file)
{
    glift__memory memory;
    glift__parsed *parsed;
    glift__request_body body;
    glift__text text = {0};
    const char *message;
    glift__memory_init(&memory);
    glift_status status = glift__parsed_open(file->bytes, file->length, &parsed);
    if (status == GLIFT_OK)
        status = glift__parsed_read_request(parsed, &memory, &body, &message);
    if (status == GLIFT_OK)
        status = glift__encode_request(&body, "id", &text);
    glift__text_free(&text);
    glift__parsed_close(parsed);
    glift__memory_fini(&memory);
    return status;
}

static glift_status read_and_write_answer(const golden *file)
{
    glift__memory memory;
    glift__parsed *parsed;
    glift__answer_body body;
    glift__text text = {0};
    glift__memory_init(&memory);
    glift_status status = glift__parsed_open(file->bytes, file->length, &parsed);
    glift__action action = status == GLIFT_OK ? glift__parsed_envelope(parsed).action : GLIFT__ACTION_UNKNOWN;
    if (status == GLIFT_OK)
        status = glift__parsed_read_answer(parsed, action, &memory, &body);
    if (status == GLIFT_OK)
        status = glift__encode_answer(action, "name", "id", 200, "", &body, &text);
    glift__text_free(&text);
    glift__parsed_close(parsed);
    glift__memory_fini(&memory);
    return status;
}

static glift_status read_and_write_push(const golden *file)
{
    glift__memory memory;
    glift__parsed *parsed;
    glift__push push;
    glift__text text = {0};
    glift__memory_init(&memory);
    glift_status status = glift__parsed_open(file->bytes, file->length, &parsed);
    if (status == GLIFT_OK)
        status = glift__parsed_read_push(parsed, &memory, &push);
    if (status == GLIFT_OK)
        status = glift__encode_push(&push, &text);
    glift__text_free(&text);
    glift__parsed_close(parsed);
    glift__memory_fini(&memory);
    return status;
}

static glift_status read_and_write_matchmaker_data(const golden *file)
{
    glift_matchmaker_data *data;
    glift__text text = {0};
    glift_status status = glift_matchmaker_data_parse(file->bytes, &data);
    if (status == GLIFT_OK)
        status = glift__encode_matchmaker_data(data, NULL, 0, &text);
    glift__text_free(&text);
    glift_matchmaker_data_free(data);
    return status;
}

static void fail_in_turn(const golden *file, glift_status (*run)(const golden *file))
{
    for (fail_alloc_start(); fail_alloc_next();) {
        long before = fail_alloc.live;
        check_status(run(file));
        CHECK_INT(fail_alloc.live, before);
    }
    CHECK(fail_alloc.made > 5);
}

static void fail_request(const golden *file)
{
    fail_in_turn(file, read_and_write_request);
}

static void fail_answer(const golden *file)
{
    fail_in_turn(file, read_and_write_answer);
}

static void fail_push(const golden *file)
{
    fail_in_turn(file, read_and_write_push);
}

static void fail_matchmaker_data(const golden *file)
{
    fail_in_turn(file, read_and_write_matchmaker_data);
}

TEST(every_allocation_of_a_request_may_fail)
{
    golden_each("*.request*", 12, fail_request);
}

TEST(every_allocation_of_an_answer_may_fail)
{
    golden_each("*.answer", 12, fail_answer);
}

TEST(every_allocation_of_a_push_may_fail)
{
    golden_each("*.push", 4, fail_push);
}

TEST(every_allocation_of_matchmaker_data_may_fail)
{
    golden_each("matchmaker_data*", 2, fail_matchmaker_data);
}

TEST(every_allocation_of_a_container_document_may_fail)
{
    golden credentials = golden_open("container_credentials.document");
    golden task = golden_open("container_task.document");
    golden metadata = golden_open("container_metadata.document");
    golden info = golden_open("container_network_info.document");
    for (fail_alloc_start(); fail_alloc_next();) {
        glift__memory memory;
        glift__container_credentials keys;
        const glift_container_network_info *containers;
        const char *task_id, *ipv4;
        size_t count;
        glift__memory_init(&memory);
        glift_status status =
                glift__read_container_credentials(credentials.bytes, credentials.length, &memory, &keys);
        if (status == GLIFT_OK)
            status = glift__read_task_id(task.bytes, task.length, &memory, &task_id);
        if (status == GLIFT_OK)
            status = glift__read_container_address(metadata.bytes, metadata.length, &memory, &ipv4);
        if (status == GLIFT_OK)
            status =
                    glift__read_container_network_info(info.bytes, info.length, &memory, &containers, &count);
        check_status(status);
        glift__memory_fini(&memory);
    }
    golden_close(&credentials);
    golden_close(&task);
    golden_close(&metadata);
    golden_close(&info);
}

TEST(every_allocation_of_a_connect_url_may_fail)
{
    const glift__connect_parameters parameters = {.websocket_url = "wss://host",
            .process_id = "p",
            .host_id = "h",
            .fleet_id = "f",
            .idempotency_token = "i",
            .aws_region = "us-west-2",
            .access_key = "key",
            .secret_key = "secret",
            .session_token = "token",
            .unix_s = 1722852000};
    for (fail_alloc_start(); fail_alloc_next();) {
        glift__text text;
        const char *message;
        long before = fail_alloc.live;
        check_status(glift__connect_url(&parameters, &text, &message));
        CHECK_TEXT(message, fail_alloc_was_spared() ? "" : "out of memory");
        glift__text_free(&text);
        CHECK_INT(fail_alloc.live, before);
    }
}

TEST(an_identity_that_cannot_be_checked_is_not_called_wrong)
{
    const glift__identity identity = {.websocket_url = "wss://host",
            .auth_token = "t",
            .process_id = "p",
            .host_id = "h",
            .fleet_id = "f"};
    for (fail_alloc_start(); fail_alloc_next();) {
        char message[GLIFT__MESSAGE_SIZE];
        check_status(glift__validate_identity(&identity, message));
        CHECK_TEXT(message, fail_alloc_was_spared() ? "" : "out of memory");
    }
}
