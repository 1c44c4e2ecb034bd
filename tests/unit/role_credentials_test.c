/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "game.h"
#include "core/role_credentials.h"

#define ROLE "arn:aws:iam::123456789012:role/exampleRole"

static fake_socket *socket;

static void ask(const char *role)
{
    CHECK_INT(glift_get_fleet_role_credentials(the.server, role, NULL, on_answer, NULL), GLIFT_OK);
    tick();
}

static void give(const char *access_key, int64_t lasting_ms)
{
    char more[300];
    snprintf(more, sizeof more,
            ",\"AssumedRoleUserArn\":\"a\",\"AssumedRoleId\":\"i\",\"AccessKeyId\":\"%s\","
            "\"SecretAccessKey\":\"s\","
            "\"SessionToken\":\"t\",\"Expiration\":%lld",
            access_key, (long long)(glift__io_now().unix_ms + lasting_ms));
    answer_code(socket, hear(socket, "GetFleetRoleCredentials"), 200, more);
    tick();
}

static bool was_asked(void)
{
    const char *message;
    while ((message = fake_hear(socket)) != NULL && strstr(message, "GetFleetRoleCredentials") == NULL)
        ;
    return message != NULL;
}

static void begin(void)
{
    new_game();
    socket = ready_game();
}

TEST(P87_the_default_session_name_is_fleet_and_host_cut_to_64)
{
    new_game();
    the.desc.fleet_id = "fleet-9999ffff-88ee-77dd-66cc-5555bbbb44aa";
    the.desc.host_id = "compute/with-a-long-name-that-goes-on";
    socket = ready_game();
    ask(ROLE);
    CHECK_CONTAINS(hear(socket, "GetFleetRoleCredentials"),
            "\"RoleSessionName\":\"fleet-9999ffff-88ee-77dd-66cc-5555bbbb44aa-compute-with-a-long-n\"");
    end_game();
}

TEST(P87_in_a_container_the_host_is_the_task)
{
    new_game();
    the.desc.auth_token = the.desc.host_id = NULL;
    the.desc.compute_type = "CONTAINER";
    the.desc.aws_region = "us-west-2";
    the.desc.container_credentials_uri = "/credentials";
    the.desc.container_metadata_uri = "http://meta";
    create_game();
    fake_answer_fetch(
            fake_last_fetch(), 200, "{\"AccessKeyId\":\"AKIA\",\"SecretAccessKey\":\"s\",\"Token\":\"t\"}");
    fake_answer_fetch(
            fake_last_fetch(), 200, "{\"TaskARN\":\"arn:aws:ecs:us-west-2:1:task/cluster/task-7\"}");
    socket = fake_dial(0);
    fake_open(socket);
    say_ready();
    answer_ok(socket, hear(socket, "ActivateServerProcess"));
    tick();
    answer_ok(socket, hear(socket, "HeartbeatServerProcess"));
    ask(ROLE);
    CHECK_CONTAINS(hear(socket, "GetFleetRoleCredentials"), "\"RoleSessionName\":\"fleet-1-task-7\"");
    end_game();
}

TEST(P87_a_session_name_that_is_given_is_sent_and_an_empty_one_is_none)
{
    begin();
    glift_get_fleet_role_credentials(the.server, ROLE, "my-session", on_answer, NULL);
    glift_get_fleet_role_credentials(the.server, ROLE, "", on_answer, NULL);
    tick();
    CHECK_CONTAINS(hear(socket, "GetFleetRoleCredentials"), "\"RoleSessionName\":\"my-session\"");
    CHECK_CONTAINS(hear(socket, "GetFleetRoleCredentials"), "\"RoleSessionName\":\"fleet-1-host-1\"");
    end_game();
}

TEST(P89_P91_credentials_are_kept_while_more_than_15_minutes_remain)
{
    begin();
    ask(ROLE);
    give("AKIA1", 3600 * 1000);
    CHECK_TEXT(last_answer()->text, "AKIA1");
    for (int i = 0; i < 5; i++) {
        fake_pass(0);
        ask(ROLE);
        tick();
        CHECK_INT(the.answer_count, 2 + i);
        CHECK_TEXT(last_answer()->text, "AKIA1");
        CHECK_TEXT(last_answer()->message, "");
    }
    fake.now_ms += 45 * 60 * 1000 - 1;
    ask(ROLE);
    tick();
    CHECK_TEXT(last_answer()->text, "AKIA1");
    CHECK(!was_asked());
    fake.now_ms++; /* exactly 15 minutes left: not enough */
    ask(ROLE);
    CHECK(was_asked());
    end_game();
}

TEST(P89_each_role_is_kept_apart)
{
    begin();
    ask(ROLE);
    give("AKIA1", 3600 * 1000);
    ask(ROLE "2");
    give("AKIA2", 3600 * 1000);
    ask(ROLE);
    tick();
    CHECK_TEXT(last_answer()->text, "AKIA1");
    ask(ROLE "2");
    tick();
    CHECK_TEXT(last_answer()->text, "AKIA2");
    end_game();
}

TEST(kept_credentials_are_given_even_after_the_process_has_ended)
{
    begin();
    ask(ROLE);
    give("AKIA1", 3600 * 1000);
    glift_process_ending(the.server, on_answer, NULL);
    tick();
    answer_ok(socket, hear(socket, "TerminateServerProcess"));
    tick();
    ask(ROLE);
    tick();
    CHECK_TEXT(last_answer()->text, "AKIA1");
    ask(ROLE "2");
    tick();
    CHECK_INT(last_answer()->status, GLIFT_ERR_STATE);
    end_game();
}

TEST(P90_an_empty_access_key_means_no_managed_fleet_and_later_calls_stay_here)
{
    begin();
    ask(ROLE);
    give("", 3600 * 1000);
    CHECK_INT(last_answer()->status, GLIFT_ERR_REJECTED);
    CHECK_CONTAINS(last_answer()->message, "managed fleet");
    ask(ROLE "2");
    tick();
    CHECK_INT(last_answer()->status, GLIFT_ERR_REJECTED);
    CHECK_INT(the.answer_count, 2);
    CHECK(fake_hear(socket) == NULL);
    end_game();
}

TEST(P88_session_names_of_1_or_65_characters_are_refused)
{
    char name[66];
    memset(name, 'x', 65);
    name[65] = '\0';
    begin();
    CHECK_INT(glift_get_fleet_role_credentials(the.server, ROLE, "x", on_answer, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_get_fleet_role_credentials(the.server, ROLE, name, on_answer, NULL), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_get_fleet_role_credentials(the.server, ROLE, name + 1, on_answer, NULL), GLIFT_OK);
    end_game();
}

TEST(before_ready_it_is_a_wrong_moment)
{
    new_game();
    socket = connected_game();
    CHECK_INT(glift_get_fleet_role_credentials(the.server, ROLE, NULL, on_answer, NULL), GLIFT_ERR_STATE);
    end_game();
}

TEST(more_roles_than_are_kept_are_asked_for_again)
{
    static glift__role_cache cache;
    const glift_fleet_role_credentials credentials = {"a", "b", "c", "d", "e", 3600 * 1000};
    char role[32];
    for (int i = 0; i <= GLIFT__ROLE_COUNT; i++) {
        snprintf(role, sizeof role, "role-%d", i);
        glift__role_cache_keep(&cache, role, &credentials);
    }
    CHECK(glift__role_cache_find(&cache, "role-0", 0) == NULL);
    CHECK(glift__role_cache_find(&cache, "role-1", 0) != NULL);
    CHECK(glift__role_cache_find(&cache, role, 0) != NULL);
    glift__role_cache_fini(&cache);
}
