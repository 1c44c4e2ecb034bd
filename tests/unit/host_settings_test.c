/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of the arena: `--set key=value`, else the environment. */

#include "test.h"

#include "settings.h"

TEST(a_pair_is_split_at_its_first_equals_sign)
{
    settings all = {0};
    CHECK(settings_set_pair(&all, "url=ws://x?a=b"));
    CHECK_TEXT(settings_get(&all, "url"), "ws://x?a=b");
    CHECK(settings_set_pair(&all, "empty="));
    CHECK_TEXT(settings_get(&all, "empty"), "");
    settings_fini(&all);
}

TEST(what_is_no_pair_is_refused)
{
    settings all = {0};
    CHECK(!settings_set_pair(&all, "novalue"));
    CHECK(!settings_set_pair(&all, "=value"));
    CHECK(!settings_set_pair(&all, ""));
    CHECK(all.first == NULL);
}

TEST(the_last_value_counts)
{
    settings all = {0};
    settings_set(&all, "key", "one");
    settings_set(&all, "key", "two");
    CHECK_TEXT(settings_get(&all, "key"), "two");
    settings_fini(&all);
}

TEST(the_environment_is_asked_last_in_upper_case)
{
    settings all = {0};
    setenv("ARENA_GAMELIFT_AUTH_TOKEN", "from the environment", 1);
    CHECK_TEXT(settings_get(&all, "gamelift.auth_token"), "from the environment");
    settings_set(&all, "gamelift.auth_token", "given");
    CHECK_TEXT(settings_get(&all, "gamelift.auth_token"), "given");
    settings_fini(&all);
    unsetenv("ARENA_GAMELIFT_AUTH_TOKEN");
    CHECK(settings_get(&all, "gamelift.auth_token") == NULL);
}

TEST(a_key_too_long_for_the_environment_is_not_set)
{
    settings all = {0};
    char key[300];
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    CHECK(settings_get(&all, key) == NULL);
}

TEST(what_is_no_number_of_at_least_zero_gives_the_default)
{
    settings all = {0};
    static const char *const bad[] = {"", "x", "-1", "1x", "nan", "-inf"};
    CHECK(settings_number(&all, "n", 7) == 7);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        settings_set(&all, "n", bad[i]);
        CHECK(settings_number(&all, "n", 7) == 7);
    }
    settings_set(&all, "n", "0.5");
    CHECK(settings_number(&all, "n", 7) == 0.5);
    settings_fini(&all);
}

TEST(settings_of_one_server_come_before_those_of_the_program_and_go_with_it)
{
    settings program = {0}, server = {.behind = &program};
    setenv("ARENA_OTHER", "from the environment", 1);
    settings_set(&program, "id", "of the program");
    CHECK_TEXT(settings_get(&server, "id"), "of the program");
    CHECK_TEXT(settings_get(&server, "other"), "from the environment");
    settings_set(&server, "id", "of the server");
    CHECK_TEXT(settings_get(&server, "id"), "of the server");
    CHECK_TEXT(settings_get(&program, "id"), "of the program");
    settings_fini(&server);
    CHECK_TEXT(settings_get(&server, "id"), "of the program");
    settings_fini(&program);
    unsetenv("ARENA_OTHER");
}
