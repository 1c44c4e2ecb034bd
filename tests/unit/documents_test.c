/* SPDX-License-Identifier: Apache-2.0 */
/* MatchmakerData and what container agents answer. */
#include "wire/codec.h"
#include "golden.h"
#include "same_message.h"

#include <math.h>

static glift_matchmaker_data *parsed(const char *json)
{
    glift_matchmaker_data *data;
    CHECK_INT(glift_matchmaker_data_parse(json, &data), GLIFT_OK);
    CHECK(data != NULL);
    return data;
}

/* P124 */
TEST(players_of_all_teams_come_in_the_order_of_the_document)
{
    golden file = golden_open("matchmaker_data.document");
    glift_matchmaker_data *data = parsed(file.bytes);
    CHECK_TEXT(data->match_id, "5d0f2c1e-8a54-4d0c-9d4f-0c7f7d0a9b11");
    CHECK_CONTAINS(data->matchmaking_configuration_arn, "/MyMatchmaker");
    CHECK_INT(data->auto_backfill_mode, GLIFT_AUTO_BACKFILL_NOT_SET);
    CHECK_TEXT(data->auto_backfill_ticket_id, "");
    CHECK_INT(data->player_count, 3);
    CHECK_TEXT(data->players[0].player_id, "player-1");
    CHECK_TEXT(data->players[0].team, "attacker");
    CHECK_TEXT(data->players[1].player_id, "player-3");
    CHECK_TEXT(data->players[1].team, "attacker");
    CHECK_TEXT(data->players[2].player_id, "player-2");
    CHECK_TEXT(data->players[2].team, "defender");
    CHECK_INT(data->players[2].attribute_count, 0);
    CHECK_INT(data->players[2].latency_count, 0);
    glift_matchmaker_data_free(data);
    golden_close(&file);
}

/* P125: in the form that a backfill request takes, and writes as AttrType and S, N, SL, SDM. */
TEST(attributes_convert_into_a_backfill_request)
{
    golden file = golden_open("matchmaker_data.document");
    glift_matchmaker_data *data = parsed(file.bytes);
    glift__request_body body = {.action = GLIFT__START_MATCH_BACKFILL,
            .as.start_match_backfill = {.players = data->players, .player_count = data->player_count}};
    glift__text text;
    CHECK_INT(glift__encode_request(&body, "id", &text), GLIFT_OK);
    CHECK_CONTAINS(text.bytes, "\"gamemode\":{\"AttrType\":\"STRING\",\"S\":\"deathmatch\"}");
    CHECK_CONTAINS(text.bytes, "\"skill\":{\"AttrType\":\"DOUBLE\",\"N\":21.65}");
    CHECK_CONTAINS(
            text.bytes, "\"medals\":{\"AttrType\":\"STRING_LIST\",\"SL\":[\"Double kill\",\"Rampage\"]}");
    CHECK_CONTAINS(
            text.bytes, "\"gear\":{\"AttrType\":\"STRING_DOUBLE_MAP\",\"SDM\":{\"Body\":10,\"Mind\":12.5}}");
    CHECK_CONTAINS(text.bytes, "\"Team\":\"defender\"");
    glift__text_free(&text);
    glift_matchmaker_data_free(data);
    golden_close(&file);
}

/* P124 */
TEST(the_type_of_an_attribute_is_that_of_its_value_whatever_is_said)
{
    glift_matchmaker_data *data =
            parsed("{\"teams\":[{\"name\":\"red\",\"players\":[{\"playerId\":\"p\",\"attributes\":{"
                   "\"a\":{\"attributeType\":\"DOUBLE\",\"valueAttribute\":\"text\"},"
                   "\"b\":{\"attributeType\":\"STRING\",\"valueAttribute\":7},"
                   "\"c\":{\"valueAttribute\":[\"x\",1,null,\"y\"]},"
                   "\"d\":{\"valueAttribute\":{\"k\":1.5,\"no\":\"x\",\"huge\":1e999}},"
                   "\"e\":{\"attributeType\":\"STRING\",\"valueAttribute\":null},"
                   "\"f\":{\"attributeType\":\"STRING\"},"
                   "\"g\":7}}]}]}");
    const glift_player_attribute *a = data->players[0].attributes;
    CHECK_INT(data->players[0].attribute_count, 7);
    CHECK_INT(a[0].type, GLIFT_ATTRIBUTE_STRING);
    CHECK_TEXT(a[0].string, "text");
    CHECK_INT(a[1].type, GLIFT_ATTRIBUTE_DOUBLE);
    CHECK(a[1].number == 7);
    CHECK_INT(a[2].type, GLIFT_ATTRIBUTE_STRING_LIST);
    CHECK_INT(a[2].string_count, 2);
    CHECK_TEXT(a[2].string_list[1], "y");
    CHECK_INT(a[3].type, GLIFT_ATTRIBUTE_STRING_DOUBLE_MAP);
    CHECK_INT(a[3].double_count, 1);
    CHECK_TEXT(a[3].double_map[0].key, "k");
    for (int i = 4; i < 7; i++)
        CHECK_INT(a[i].type, GLIFT_ATTRIBUTE_NONE);
    CHECK_TEXT(a[6].name, "g");
    CHECK_TEXT(a[6].string, "");
    glift_matchmaker_data_free(data);
}

/* P126 */
TEST(empty_matchmaker_data_is_no_error)
{
    static const char *const texts[] = {NULL, "", "{}", "{\"teams\":null}", "{\"teams\":[]}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        glift_matchmaker_data *data = parsed(texts[i]);
        CHECK_INT(data->player_count, 0);
        CHECK_TEXT(data->match_id, "");
        CHECK_TEXT(data->matchmaking_configuration_arn, "");
        CHECK_TEXT(data->auto_backfill_ticket_id, "");
        glift_matchmaker_data_free(data);
    }
}

TEST(matchmaker_data_that_is_no_object_is_an_error)
{
    static const char *const texts[] = {"[]", "7", "\"x\"", "null", "{", "not json"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        glift_matchmaker_data *data = (glift_matchmaker_data *)&data;
        CHECK_INT(glift_matchmaker_data_parse(texts[i], &data), GLIFT_ERR_ARGUMENT);
        CHECK(data == NULL);
    }
    CHECK_INT(glift_matchmaker_data_parse("{}", NULL), GLIFT_ERR_ARGUMENT);
    glift_matchmaker_data_free(NULL);
}

TEST(what_is_no_team_or_player_is_skipped)
{
    glift_matchmaker_data *data =
            parsed("{\"teams\":[7,{\"name\":5,\"players\":[null,{\"playerId\":\"p\"},[]]},"
                   "{\"name\":\"red\",\"players\":{}},{\"players\":[{}]}]}");
    CHECK_INT(data->player_count, 2);
    CHECK_TEXT(data->players[0].player_id, "p");
    CHECK_TEXT(data->players[0].team, "");
    CHECK_TEXT(data->players[1].player_id, "");
    glift_matchmaker_data_free(data);
}

/* P127 */
TEST(an_unknown_backfill_mode_is_not_set)
{
    static const struct {
        const char *json;
        glift_auto_backfill_mode mode;
    } cases[] = {
            {"{\"autoBackfillMode\":\"AUTOMATIC\"}", GLIFT_AUTO_BACKFILL_AUTOMATIC},
            {"{\"autoBackfillMode\":\"MANUAL\"}", GLIFT_AUTO_BACKFILL_MANUAL},
            {"{\"autoBackfillMode\":\"NOT_SET\"}", GLIFT_AUTO_BACKFILL_NOT_SET},
            {"{\"autoBackfillMode\":\"SOMETIMES\"}", GLIFT_AUTO_BACKFILL_NOT_SET},
            {"{\"autoBackfillMode\":null}", GLIFT_AUTO_BACKFILL_NOT_SET},
            {"{\"autoBackfillMode\":1}", GLIFT_AUTO_BACKFILL_NOT_SET},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        glift_matchmaker_data *data = parsed(cases[i].json);
        CHECK_INT(data->auto_backfill_mode, cases[i].mode);
        glift_matchmaker_data_free(data);
    }
}

static void check_encoded(
        const glift_matchmaker_data *data, const char *const *teams, size_t team_count, const char *expected)
{
    glift__text text;
    CHECK_INT(glift__encode_matchmaker_data(data, teams, team_count, &text), GLIFT_OK);
    CHECK_TEXT(text.bytes, expected);
    glift__text_free(&text);
}

/* S69: the same bytes, which is to say also the order of members and 10.0 for a double. */
TEST(a_document_is_written_as_the_service_writes_it)
{
    static const char *const teams[] = {"red"};
    golden file = golden_open("matchmaker_data.document");
    golden automatic = golden_open("matchmaker_data_automatic.document");
    file.bytes[file.length - 1] = automatic.bytes[automatic.length - 1] = '\0'; /* the end of the line */

    glift_matchmaker_data *data = parsed(file.bytes);
    check_encoded(data, NULL, 0, file.bytes);
    glift_matchmaker_data_free(data);

    data = parsed(automatic.bytes);
    CHECK_TEXT(data->auto_backfill_ticket_id, "auto-backfill-1");
    check_encoded(data, teams, 1, automatic.bytes);
    glift_matchmaker_data_free(data);
    golden_close(&automatic);
    golden_close(&file);
}

/* S69 */
TEST(teams_come_as_listed_and_then_as_the_players_name_them)
{
    static const char *const teams[] = {"red", "blue"};
    static const glift_player players[] = {
            {.player_id = "1", .team = "green"},
            {.player_id = "2", .team = "blue"},
            {.player_id = "3", .team = NULL},
            {.player_id = "4", .team = "green"},
    };
    const glift_matchmaker_data data = {.match_id = "m", .players = players, .player_count = 4};
    check_encoded(&data, teams, 2,
            "{\"matchId\":\"m\",\"matchmakingConfigurationArn\":\"\",\"teams\":["
            "{\"name\":\"red\",\"players\":[]},"
            "{\"name\":\"blue\",\"players\":[{\"playerId\":\"2\",\"attributes\":{}}]},"
            "{\"name\":\"green\",\"players\":[{\"playerId\":\"1\",\"attributes\":{}},"
            "{\"playerId\":\"4\",\"attributes\":{}}]},"
            "{\"name\":\"\",\"players\":[{\"playerId\":\"3\",\"attributes\":{}}]}],"
            "\"autoBackfillMode\":null,\"autoBackfillTicketId\":null}");
}

/* P53 */
TEST(an_attribute_that_is_no_number_is_not_written)
{
    const glift_player_attribute attribute = {.name = "skill", .type = GLIFT_ATTRIBUTE_DOUBLE, .number = NAN};
    const glift_player player = {.player_id = "1", .attributes = &attribute, .attribute_count = 1};
    const glift_matchmaker_data data = {.players = &player, .player_count = 1};
    glift__text text;
    CHECK_INT(glift__encode_matchmaker_data(&data, NULL, 0, &text), GLIFT_ERR_ARGUMENT);
    CHECK(text.bytes == NULL);
}

/* ---- container agents ---- */

/* P30 */
TEST(container_credentials_are_read_whole_or_not_at_all)
{
    static const char *const broken[] = {"", "[]", "not json", "{}",
            "{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"s\"}",
            "{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"\",\"Token\":\"t\"}",
            "{\"AccessKeyId\":1,\"SecretAccessKey\":\"s\",\"Token\":\"t\"}"};
    glift__memory memory;
    glift__memory_init(&memory);
    glift__container_credentials credentials;
    golden file = golden_open("container_credentials.document");
    CHECK_INT(glift__read_container_credentials(file.bytes, file.length, &memory, &credentials), GLIFT_OK);
    CHECK_TEXT(credentials.access_key, "ASIAEXAMPLE");
    CHECK_TEXT(credentials.secret_key, "exampleSecret");
    CHECK_TEXT(credentials.session_token, "exampleToken");
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        CHECK_INT(glift__read_container_credentials(broken[i], strlen(broken[i]), &memory, &credentials),
                GLIFT_ERR_SERVICE);
    golden_close(&file);
    glift__memory_fini(&memory);
}

static const char *task_id_of(const char *arn, glift__memory *memory)
{
    char json[256];
    const char *task_id = NULL;
    snprintf(json, sizeof json, "{\"TaskARN\":\"%s\"}", arn);
    return glift__read_task_id(json, strlen(json), memory, &task_id) == GLIFT_OK ? task_id : NULL;
}

/* P31 */
TEST(the_task_id_is_the_last_part_of_the_task_arn)
{
    glift__memory memory;
    glift__memory_init(&memory);
    golden file = golden_open("container_task.document");
    const char *task_id;
    CHECK_INT(glift__read_task_id(file.bytes, file.length, &memory, &task_id), GLIFT_OK);
    CHECK_TEXT(task_id, "0123456789abcdef0123456789abcdef");
    CHECK_TEXT(task_id_of("arn:aws:ecs:us-west-2:123456789012:task/abc", &memory), "abc");
    CHECK_TEXT(task_id_of("a/x:b:c:d", &memory), "d");
    CHECK(task_id_of("a:b:task/abc", &memory) == NULL); /* fewer than four parts */
    CHECK(task_id_of("arn:aws:ecs:us-west-2:123456789012:task/", &memory) == NULL);
    CHECK(task_id_of("", &memory) == NULL);
    golden_close(&file);
    glift__memory_fini(&memory);
}

/* P34 */
TEST(the_address_is_the_first_of_the_first_network)
{
    static const char *const broken[] = {"{}", "{\"Networks\":{}}", "{\"Networks\":[]}", "{\"Networks\":[7]}",
            "{\"Networks\":[{\"IPv4Addresses\":[]}]}", "{\"Networks\":[{\"IPv4Addresses\":[4]}]}",
            "{\"Networks\":[{\"IPv4Addresses\":[\"fe80::1\"]}]}",
            "{\"Networks\":[{\"IPv4Addresses\":[\"10.0.0.256\"]}]}",
            "{\"Networks\":[{\"IPv4Addresses\":[\"10.0.0.1/x\"]}]}"};
    glift__memory memory;
    glift__memory_init(&memory);
    golden file = golden_open("container_metadata.document");
    const char *ipv4;
    CHECK_INT(glift__read_container_address(file.bytes, file.length, &memory, &ipv4), GLIFT_OK);
    CHECK_TEXT(ipv4, "172.17.0.5");
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        CHECK_INT(glift__read_container_address(broken[i], strlen(broken[i]), &memory, &ipv4),
                GLIFT_ERR_SERVICE);
    golden_close(&file);
    glift__memory_fini(&memory);
}

static glift_status read_containers(const char *json, glift__memory *memory,
        const glift_container_network_info **containers, size_t *count)
{
    return glift__read_container_network_info(json, strlen(json), memory, containers, count);
}

/* P37 */
TEST(containers_are_a_bare_array_with_lower_camel_keys)
{
    glift__memory memory;
    glift__memory_init(&memory);
    golden file = golden_open("container_network_info.document");
    const glift_container_network_info *containers;
    size_t count;
    CHECK_INT(read_containers(file.bytes, &memory, &containers, &count), GLIFT_OK);
    CHECK_INT(count, 2);
    CHECK_TEXT(containers[0].container_name, "game");
    CHECK_TEXT(containers[0].container_id, "abc123");
    CHECK_TEXT(containers[1].ip_address, "172.17.0.3");
    CHECK_TEXT(containers[1].container_group_type, "PER_INSTANCE");

    CHECK_INT(read_containers("[]", &memory, &containers, &count), GLIFT_OK);
    CHECK_INT(count, 0);
    CHECK_INT(read_containers("[{\"containerGroupType\":\"NEW_KIND\"}]", &memory, &containers, &count),
            GLIFT_OK);
    CHECK_TEXT(containers[0].container_group_type, "NEW_KIND");
    CHECK_TEXT(containers[0].container_name, "");
    CHECK_INT(read_containers("{\"containers\":[]}", &memory, &containers, &count), GLIFT_ERR_SERVICE);
    CHECK_INT(read_containers("[{},7]", &memory, &containers, &count), GLIFT_ERR_SERVICE);
    CHECK_INT(read_containers("oops", &memory, &containers, &count), GLIFT_ERR_SERVICE);
    golden_close(&file);
    glift__memory_fini(&memory);
}
