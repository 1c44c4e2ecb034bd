/* SPDX-License-Identifier: Apache-2.0 */
/* The golden messages, whole and damaged. */
#include "every_reader.h"
#include "golden.h"

#include <cjson/cJSON.h>

static glift__parsed *open_golden(const golden *file)
{
    glift__parsed *parsed;
    CHECK_INT(glift__parsed_open(file->bytes, file->length, &parsed), GLIFT_OK);
    return parsed;
}

/* Order of members does not count. */
static void check_same_json(const golden *file, const char *text)
{
    cJSON *expected = cJSON_Parse(file->bytes), *actual = cJSON_Parse(text);
    bool same = cJSON_Compare(expected, actual, true);
    cJSON_Delete(expected);
    cJSON_Delete(actual);
    if (!same)
        printf("# %s:\n# expected %s#      got %s\n", file->name, file->bytes, text);
    CHECK(same);
}

static void check_request(const golden *file)
{
    glift__memory memory;
    glift__request_body body;
    glift__text text;
    const char *message;
    glift__memory_init(&memory);
    glift__parsed *parsed = open_golden(file);
    CHECK_INT(glift__parsed_read_request(parsed, &memory, &body, &message), GLIFT_OK);
    CHECK_TEXT(message, "");
    CHECK_INT(glift__encode_request(&body, glift__parsed_envelope(parsed).request_id, &text), GLIFT_OK);
    check_same_json(file, text.bytes);
    glift__text_free(&text);
    glift__parsed_close(parsed);
    glift__memory_fini(&memory);
}

/* P49, P51, P56, P58, P59, P68, P72, P76, P83, P92, P121, P122, P123 */
TEST(each_request_is_read_and_written_back_the_same)
{
    golden_each("*.request", 12, check_request);
}

static void check_answer(const golden *file)
{
    glift__memory memory;
    glift__answer_body body;
    glift__text text;
    glift__memory_init(&memory);
    glift__parsed *parsed = open_golden(file);
    glift__envelope envelope = glift__parsed_envelope(parsed);
    CHECK_INT(glift__parsed_read_answer(parsed, envelope.action, &memory, &body), GLIFT_OK);
    CHECK_INT(glift__encode_answer(envelope.action, envelope.action_name, envelope.request_id,
                      envelope.status_code, envelope.message, &body, &text),
            GLIFT_OK);
    check_same_json(file, text.bytes);
    glift__text_free(&text);
    glift__parsed_close(parsed);
    glift__memory_fini(&memory);
}

/* P77, P84, P86, P91, P94, P100 */
TEST(each_answer_is_read_and_written_back_the_same)
{
    golden_each("*.answer", 14, check_answer);
}

static void check_push(const golden *file)
{
    glift__memory memory;
    glift__push push;
    glift__text text;
    glift__memory_init(&memory);
    glift__parsed *parsed = open_golden(file);
    CHECK_TEXT(glift__parsed_envelope(parsed).request_id, "");
    CHECK_INT(glift__parsed_read_push(parsed, &memory, &push), GLIFT_OK);
    CHECK_INT(glift__encode_push(&push, &text), GLIFT_OK);
    check_same_json(file, text.bytes);
    glift__text_free(&text);
    glift__parsed_close(parsed);
    glift__memory_fini(&memory);
}

/* P97, P107, P108, P112, P117 */
TEST(each_push_is_read_and_written_back_the_same)
{
    golden_each("*.push", 5, check_push);
}

static glift__request_body read_golden_request(const char *name, glift__memory *memory)
{
    golden file = golden_open(name);
    glift__parsed *parsed = open_golden(&file);
    glift__request_body body;
    const char *message;
    CHECK_INT(glift__parsed_read_request(parsed, memory, &body, &message), GLIFT_OK);
    glift__parsed_close(parsed);
    golden_close(&file);
    return body;
}

/* Who sent it is what the dialects rightly differ in. */
static void forget_sender(glift__request_body *body)
{
    if (body->action == GLIFT__ACTIVATE_SERVER_PROCESS) {
        body->as.activate_server_process.sdk_version = "";
        body->as.activate_server_process.sdk_language = "";
    }
}

/* P52, S77: <name>.request.<dialect> says what <name>.request says. */
static void check_dialect(const golden *file)
{
    glift__memory memory;
    glift__memory_init(&memory);
    char plain[sizeof file->name];
    snprintf(plain, sizeof plain, "%.*s", (int)(strrchr(file->name, '.') - file->name), file->name);
    glift__request_body expected = read_golden_request(plain, &memory);
    glift__request_body actual = read_golden_request(file->name, &memory);
    forget_sender(&expected);
    forget_sender(&actual);
    if (!same_request(&actual, &expected))
        printf("# %s\n", file->name);
    CHECK(same_request(&actual, &expected));
    glift__memory_fini(&memory);
}

TEST(the_dialects_of_the_official_sdks_mean_the_same)
{
    golden_each("*.request.go", 2, check_dialect);
    golden_each("*.request.cpp", 2, check_dialect);
    golden_each("*.request.csharp", 4, check_dialect);
}

/* P102: whatever is cut off is no JSON any more, and nothing reads past its end. */
static void check_truncated(const golden *file)
{
    for (size_t length = 0; length + 1 < file->length; length++) {
        glift__parsed *parsed;
        CHECK_INT(open_exact(file->bytes, length, &parsed), GLIFT_ERR_ARGUMENT);
        CHECK(parsed == NULL);
    }
}

TEST(a_message_cut_off_anywhere_is_refused)
{
    golden_each("*", 50, check_truncated);
}

static bool message_survives(const golden *file)
{
    return parsed_survives(file->bytes, file->length);
}

static bool document_survives(const golden *file)
{
    return matchmaker_data_survives(file->bytes) && container_documents_read(file->bytes, file->length);
}

static void damage(const golden *file, bool (*survives)(const golden *file))
{
    static const char replacements[] = {'"', '{', '}', '[', ',', ':', '\\', '0', '-', 'x', '\0', '\x80'};
    for (size_t i = 0; i < file->length; i++) {
        char original = file->bytes[i];
        for (size_t r = i % 4; r < sizeof replacements; r += 4) { /* all of them on neighbouring bytes */
            file->bytes[i] = replacements[r];
            CHECK(survives(file));
        }
        file->bytes[i] = original;
    }
}

static void damage_message(const golden *file)
{
    damage(file, message_survives);
}

static void damage_document(const golden *file)
{
    damage(file, document_survives);
}

/* P104, P105, P106 */
TEST(a_message_damaged_anywhere_is_refused_or_means_something)
{
    golden_each("*.request*", 12, damage_message);
    golden_each("*.answer", 12, damage_message);
    golden_each("*.push", 4, damage_message);
}

TEST(a_document_damaged_anywhere_is_refused_or_means_something)
{
    golden_each("*.document", 6, damage_document);
}
