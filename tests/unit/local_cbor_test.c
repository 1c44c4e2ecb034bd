/* SPDX-License-Identifier: Apache-2.0 */
/* RPC v2 CBOR: bytes to trees, trees to bytes, and every operation in both forms (S9, S10, S11). */
#include "api/api.h"
#include "api/cbor.h"
#include "program/demo.h"
#include "test.h"

static uint64_t random_state = 1;

static unsigned draw(unsigned below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % below;
}

#include "local_inputs.h"

/* ---- reading ---- */

/* The tree as JSON, or "! " and why there is none; until the next. */
static const char *read_of(const char *bytes, size_t length)
{
    static char shown[512];
    const char *why = "no memory";
    char *copy = malloc(length + 1); /* of that very size, so that a sanitizer sees what is read behind it */
    CHECK(copy != NULL);
    memcpy(copy, bytes, length);
    char *exact = realloc(copy, length > 0 ? length : 1);
    cJSON *tree = local_cbor_read(exact, length, &why);
    free(exact);
    if (tree == NULL) {
        snprintf(shown, sizeof shown, "! %s", why);
        return shown;
    }
    char *text = cJSON_PrintUnformatted(tree);
    snprintf(shown, sizeof shown, "%s", text);
    free(text);
    cJSON_Delete(tree);
    return shown;
}
#define READ(bytes) read_of(bytes, sizeof(bytes) - 1)

TEST(values_are_read_in_every_form_that_clients_write) /* S11 */
{
    CHECK_TEXT(READ("\xa0"), "{}");
    CHECK_TEXT(READ(""), "{}");
    CHECK_TEXT(READ("\xa1\x61\x61\x18\xff"), "{\"a\":255}");
    CHECK_TEXT(READ("\xa1\x61\x61\x19\x01\x00"), "{\"a\":256}");
    CHECK_TEXT(READ("\xa1\x61\x61\x1a\x00\x01\x00\x00"), "{\"a\":65536}");
    CHECK_TEXT(READ("\xa1\x61\x61\x1b\x00\x00\x00\x01\x00\x00\x00\x00"), "{\"a\":4294967296}");
    CHECK_TEXT(READ("\xa1\x61\x61\x20"), "{\"a\":-1}");
    CHECK_TEXT(READ("\xa1\x61\x61\x38\xff"), "{\"a\":-256}");
    CHECK_TEXT(READ("\xa1\x61\x61\x39\x01\x00"), "{\"a\":-257}");
    CHECK_TEXT(READ("\xa1\x61\x61\x3a\x00\x01\x00\x00"), "{\"a\":-65537}");
    CHECK_TEXT(READ("\xa1\x61\x61\x3b\x00\x00\x00\x01\x00\x00\x00\x00"), "{\"a\":-4294967297}");
    CHECK_TEXT(READ("\xa1\x61\x61\xf9\x3e\x00"), "{\"a\":1.5}");
    CHECK_TEXT(READ("\xa1\x61\x61\xfa\x3f\xc0\x00\x00"), "{\"a\":1.5}");
    CHECK_TEXT(READ("\xa1\x61\x61\xfb\x3f\xf8\x00\x00\x00\x00\x00\x00"), "{\"a\":1.5}");
    CHECK_TEXT(READ("\xa4\x61\x61\xf4\x61\x62\xf5\x61\x63\xf6\x61\x64\xf7"),
            "{\"a\":false,\"b\":true,\"c\":null,\"d\":null}");
    CHECK_TEXT(READ("\xa1\x61\x61\xc1\x1a\x65\x53\xf1\x00"), "{\"a\":1700000000}");
    CHECK_TEXT(READ("\xa1\x61\x61\x83\x01\x80\xa0"), "{\"a\":[1,[],{}]}");
}

TEST(lengths_may_be_left_open) /* S11 */
{
    CHECK_TEXT(READ("\xbf\xff"), "{}");
    CHECK_TEXT(READ("\xbf\x61\x61\x9f\x01\x9f\xff\xbf\x61\x62\x02\xff\xff\xff"), "{\"a\":[1,[],{\"b\":2}]}");
    CHECK_TEXT(READ("\xa1\x7f\x61\x61\x61\x62\xff\x7f\x61\x63\x60\xff"), "{\"ab\":\"c\"}");
    CHECK_TEXT(READ("\xa1\x61\x61\x7f\xff"), "{\"a\":\"\"}");
    CHECK_TEXT(READ("\xa1\x61\x61\x7f\x61\xc3\x61\xa4\xff"), "{\"a\":\"\xc3\xa4\"}");
}

TEST(a_body_that_ends_too_early_is_refused_wherever_it_ends) /* S11 */
{
    static const char body[] =
            "\xbf\x61\x61\x9f\x01\xc1\x1a\x65\x53\xf1\x00\xff\x61\x62\x7f\x62xy\xff\x61\x63\x82"
            "\xfb\x3f\xf8\x00\x00\x00\x00\x00\x00\xa1\x61\x64\x78\x03xyz\xff";
    CHECK_TEXT(READ(body), "{\"a\":[1,1700000000],\"b\":\"xy\",\"c\":[1.5,{\"d\":\"xyz\"}]}");
    for (size_t length = 1; length < sizeof body - 1; length++)
        CHECK_TEXT(read_of(body, length), "! ends in the middle of a value");
}

TEST(what_is_no_input_is_refused_with_the_reason) /* S11 */
{
    CHECK_TEXT(READ("\xa0\xa0"), "! goes on after its end");
    CHECK_TEXT(READ("\xa0\xc1"), "! goes on after its end");
    CHECK_TEXT(READ("\xff"), "! has a break where there is nothing to end");
    CHECK_TEXT(READ("\xa1\x61\x61\xff"), "! has a break where there is nothing to end");
    CHECK_TEXT(READ("\xbf\x61\x61\xff"), "! has a break where there is nothing to end");
    CHECK_TEXT(READ("\x9f\xc1\xff"), "! has a break where there is nothing to end");
    CHECK_TEXT(READ("\xa1\x01\x02"), "! has a map with a key that is not a text");
    CHECK_TEXT(READ("\xa1\xa0\x02"), "! has a map with a key that is not a text");
    CHECK_TEXT(READ("\xa1\x80\x02"), "! has a map with a key that is not a text");
    CHECK_TEXT(READ("\xa1\x61\x61\x41x"), "! has a byte string, which no input has");
    CHECK_TEXT(READ("\xa1\x61\x61\x5f\xff"), "! has a byte string, which no input has");
    CHECK_TEXT(READ("\xa1\x61\x61\x61\xff"), "! has a text that is not UTF-8");
    CHECK_TEXT(READ("\xa1\x61\x61\x61\x00"), "! has a text with a zero byte");
    CHECK_TEXT(READ("\xa1\x61\x00\x01"), "! has a text with a zero byte");
    CHECK_TEXT(READ("\xa1\x61\x61\x7f\x01\xff"), "! has a text with a piece that is not a text");
    CHECK_TEXT(READ("\xa1\x61\x61\x7f\xa0\xff"), "! has a text with a piece that is not a text");
    CHECK_TEXT(READ("\xa1\x61\x61\x7f\x7f\xff\xff"), "! has a text with a piece that is not a text");
    CHECK_TEXT(READ("\xa1\x61\x61\x7f\xc1\x61x\xff"), "! has a text with a piece that is not a text");
    CHECK_TEXT(READ("\x1c"), "! has a byte that begins no value");
    CHECK_TEXT(READ("\xa1\x61\x61\xfc"), "! has a byte that begins no value");
    CHECK_TEXT(READ("\xbb\xff\xff\xff\xff\xff\xff\xff\xff"), "! ends in the middle of a value");
    CHECK_TEXT(READ("\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "! ends in the middle of a value");
    CHECK_TEXT(READ("\x7b\xff\xff\xff\xff\xff\xff\xff\xff"), "! ends in the middle of a value");
}

static const char *read_many(char byte, size_t count)
{
    char *bytes = malloc(count);
    CHECK(bytes != NULL);
    memset(bytes, byte, count);
    const char *shown = read_of(bytes, count);
    free(bytes);
    return shown;
}

TEST(what_would_cost_without_bound_is_refused) /* S11 */
{
    CHECK_TEXT(read_many('\x81', LOCAL_CBOR_DEPTH_MAX), "! ends in the middle of a value");
    CHECK_TEXT(read_many('\x81', LOCAL_CBOR_DEPTH_MAX + 1), "! is nested more than 64 deep");
    CHECK_TEXT(read_many('\x9f', 4u * 1024 * 1024), "! is nested more than 64 deep");
    char many[LOCAL_CBOR_VALUES_MAX + 2];
    memset(many, 0, sizeof many);
    many[0] = '\x9f';
    CHECK_TEXT(read_of(many, sizeof many), "! has more than 500000 values");
}

/* ---- writing ---- */

#define CHECK_WRITTEN(json, expected)                                                                        \
    do {                                                                                                     \
        cJSON *tree = cJSON_Parse(json);                                                                     \
        glift__text out = {0};                                                                               \
        CHECK(local_cbor_write(tree, &out));                                                                 \
        cJSON_Delete(tree);                                                                                  \
        CHECK_INT(out.length, sizeof(expected) - 1);                                                         \
        CHECK(memcmp(out.bytes, expected, sizeof(expected) - 1) == 0);                                       \
        glift__text_free(&out);                                                                              \
    } while (0)

TEST(an_answer_is_written_as_the_protocol_wants_it) /* S10 */
{
    CHECK_WRITTEN("{}", "\xa0");
    CHECK_WRITTEN("{\"Port\":7777}", "\xa1\x64Port\x19\x1e\x61");
    CHECK_WRITTEN("{\"Port\":-2}", "\xa1\x64Port\x21");
    CHECK_WRITTEN("{\"A\":[true,false,null,\"\",1.5]}",
            "\xa1\x61\x41\x85\xf5\xf4\xf6\x60\xfb\x3f\xf8\x00\x00\x00\x00\x00\x00");
    CHECK_WRITTEN("{\"StartTime\":1700000000}", "\xa1\x69StartTime\xc1\x1a\x65\x53\xf1\x00");
    CHECK_WRITTEN(
            "{\"StartTime\":1700000000.5}", "\xa1\x69StartTime\xc1\xfb\x41\xd9\x54\xfc\x40\x20\x00\x00");
}

TEST(floats_of_the_api_take_eight_bytes_also_when_they_are_whole) /* S10 */
{
    CHECK_WRITTEN("{\"N\":10}", "\xa1\x61N\xfb\x40\x24\x00\x00\x00\x00\x00\x00");
    CHECK_WRITTEN("{\"SDM\":{\"a\":1}}", "\xa1\x63SDM\xa1\x61\x61\xfb\x3f\xf0\x00\x00\x00\x00\x00\x00");
    CHECK_WRITTEN("{\"LatencyInMs\":{\"a\":1}}", "\xa1\x6bLatencyInMs\xa1\x61\x61\x01");
}

TEST(players_may_call_their_attributes_what_they_want)
{
    CHECK_WRITTEN("{\"SDM\":{\"EndTime\":1}}", "\xa1\x63SDM\xa1\x67"
                                               "EndTime\xfb\x3f\xf0\x00\x00\x00\x00\x00\x00");
    CHECK_WRITTEN("{\"LatencyInMs\":{\"N\":1}}", "\xa1\x6bLatencyInMs\xa1\x61N\x01");
    CHECK_WRITTEN("{\"PlayerAttributes\":{\"EndTime\":{\"N\":1}}}",
            "\xa1\x70PlayerAttributes\xa1\x67"
            "EndTime\xa1\x61N\xfb\x3f\xf0\x00\x00\x00\x00\x00\x00");
}

/* ---- every operation in both forms ---- */

static glift__time now = {.mono_ms = 1000, .unix_ms = 1700000000123};

/* One service asked in JSON, the other in CBOR; the same seed and clock. */
static local_service *in_json, *in_cbor;

static cJSON *answer_in_json(const char *operation, const char *body, int *status)
{
    glift__text reply = {0};
    *status = local_service_call(in_json, now, operation, body, strlen(body), &reply);
    cJSON *tree = cJSON_Parse(reply.bytes);
    CHECK(tree != NULL);
    glift__text_free(&reply);
    return tree;
}

static cJSON *answer_in_cbor(const char *operation, const cJSON *input, int *status)
{
    const char *why = "no memory";
    glift__text body = {0}, reply = {0};
    CHECK(local_cbor_write(input, &body));
    *status = local_service_call_cbor(in_cbor, now, operation, body.bytes, body.length, &reply);
    CHECK(reply.length > 0);
    cJSON *tree = local_cbor_read(reply.bytes, reply.length, &why);
    CHECK(tree != NULL);
    glift__text_free(&body);
    glift__text_free(&reply);
    return tree;
}

/* The answer, to be freed; both gave it. */
static cJSON *ask_both(const char *operation, const cJSON *input)
{
    char *body = cJSON_PrintUnformatted(input);
    int json_status, cbor_status;
    cJSON *reply = answer_in_json(operation, body, &json_status);
    cJSON *other = answer_in_cbor(operation, input, &cbor_status);
    if (json_status != cbor_status || !cJSON_Compare(reply, other, true)) {
        char *shown = cJSON_Print(reply), *other_shown = cJSON_Print(other);
        printf("# %s %s\n# %d %s\n# %d %s\n", operation, body, json_status, shown, cbor_status, other_shown);
        free(shown);
        free(other_shown);
        test_fail(__FILE__, __LINE__, "the answers are the same");
    }
    free(body);
    cJSON_Delete(other);
    return reply;
}

static void make_both(void)
{
    local_service_desc desc = {.seed = 7};
    local_demo demo, other;
    CHECK_INT(local_service_create(&desc, now, &in_json), GLIFT_OK);
    CHECK_INT(local_service_create(&desc, now, &in_cbor), GLIFT_OK);
    CHECK_INT(local_service_demo(in_json, now, NULL, &demo), GLIFT_OK);
    CHECK_INT(local_service_demo(in_cbor, now, NULL, &other), GLIFT_OK);
    CHECK_TEXT(other.fleet_id, demo.fleet_id);
    learn_text("FleetId", demo.fleet_id);
    learn_text("ComputeName", demo.compute_name);
    learn_text("ConfigurationName", demo.matchmaking_configuration);
    learn_text("LocationName", demo.location);
}

static void forget_both(void)
{
    local_service_destroy(in_json);
    local_service_destroy(in_cbor);
    forget_known();
}

TEST(every_operation_gives_the_same_in_cbor_as_in_json) /* S9 */
{
    unsigned succeeded[256] = {0}, operations = 0;
    make_both();
    for (unsigned round = 0; round < 300; round++) {
        operations = 0;
        for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
            for (const api_operation *one = tables[t]; one->name != NULL; one++, operations++) {
                if (strncmp(one->name, "Delete", 6) == 0 && draw(40) > 0)
                    continue;
                cJSON *input = random_struct(one->members), *reply = ask_both(one->name, input);
                succeeded[operations] += !cJSON_HasObjectItem(reply, "__type");
                learn(reply, "");
                cJSON_Delete(input);
                cJSON_Delete(reply);
            }
        }
        now.mono_ms += 250;
        now.unix_ms += 250;
        local_service_advance(in_json, now);
        local_service_advance(in_cbor, now);
    }
    unsigned reached = 0;
    for (unsigned i = 0; i < operations; i++)
        reached += succeeded[i] > 0;
    printf("# %u of %u operations succeeded at least once\n", reached, operations);
    CHECK(reached * 3 > operations * 2);
    forget_both();
}

TEST(errors_are_cbor_too) /* S10 */
{
    int status;
    cJSON *none = cJSON_CreateObject(), *list = cJSON_CreateArray();
    make_both();
    cJSON_Delete(ask_both("CreateBuild", none));
    cJSON *reply = answer_in_cbor("CreateGameSession", none, &status);
    CHECK_INT(status, 400);
    CHECK_TEXT(cJSON_GetStringValue(cJSON_GetObjectItem(reply, "__type")), "InvalidRequestException");
    cJSON_Delete(reply);
    reply = answer_in_cbor("ListFleets", list, &status);
    CHECK_INT(status, 400);
    CHECK_TEXT(cJSON_GetStringValue(cJSON_GetObjectItem(reply, "__type")), "SerializationException");
    CHECK_TEXT(cJSON_GetStringValue(cJSON_GetObjectItem(reply, "Message")),
            "The body of ListFleets is not a map.");
    cJSON_Delete(reply);
    cJSON_Delete(none);
    cJSON_Delete(list);
    forget_both();
}
