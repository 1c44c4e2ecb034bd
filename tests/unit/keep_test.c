/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that one owner of a server leaves to the next. */
#include "test.h"

#include "game.h"

static char bytes[GLIFT_MAX_KEPT_BYTES + 1];

static glift_status keep(const char *name, size_t size)
{
    return glift_server_keep(the.server, name, bytes, size);
}

static size_t kept_size(const char *name)
{
    size_t size = 77;
    CHECK((glift_server_kept(the.server, name, &size, NULL) != NULL) == (size > 0));
    return size;
}

TEST(what_is_kept_outlives_rebinds_and_has_an_age)
{
    size_t size;
    uint64_t age_ms;
    new_game();
    hosting_game();
    CHECK_INT(glift_server_keep(the.server, "match", "one\0two", 7), GLIFT_OK);
    glift_server_rebind(the.server, NULL);
    fake_pass(1500);
    glift_server_rebind(the.server, &the.desc);
    tick();
    const void *kept = glift_server_kept(the.server, "match", &size, &age_ms);
    CHECK_INT(size, 7);
    CHECK(memcmp(kept, "one\0two", 7) == 0);
    CHECK_INT(age_ms, 1500);
    end_game();
}

TEST(the_newest_is_kept_and_size_zero_forgets)
{
    new_game();
    create_game();
    CHECK_INT(keep("a", 5), GLIFT_OK);
    CHECK_INT(keep("b", 6), GLIFT_OK);
    CHECK_INT(keep("a", 7), GLIFT_OK);
    CHECK_INT(kept_size("a"), 7);
    CHECK_INT(kept_size("b"), 6);
    CHECK_INT(glift_server_keep(the.server, "a", NULL, 0), GLIFT_OK);
    CHECK_INT(kept_size("a"), 0);
    CHECK_INT(keep("never", 0), GLIFT_OK);
    CHECK_INT(kept_size("b"), 6);
    end_game();
}

TEST(bad_names_are_refused_and_the_rule_is_logged)
{
    static const char *const names[] = {NULL, "", "a b", "a/b", "\xc3\xa9",
            "12345678901234567890123456789012345678901234567890123456789012345"};
    new_game();
    create_game();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        the.log[0] = '\0';
        CHECK_INT(keep(names[i], 1), GLIFT_ERR_ARGUMENT);
        tick();
        CHECK_CONTAINS(the.log, "glift_server_keep: name must be 1 to 64 bytes of a-z");
        CHECK_INT(kept_size(names[i]), 0);
    }
    CHECK_INT(keep("1234567890123456789012345678901234567890123456789012345678901234", 1), GLIFT_OK);
    CHECK_INT(keep("Az09._-", 1), GLIFT_OK);
    CHECK_INT(glift_server_keep(the.server, "a", NULL, 1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(glift_server_keep(NULL, "a", bytes, 1), GLIFT_ERR_ARGUMENT);
    CHECK(glift_server_kept(NULL, "a", NULL, NULL) == NULL);
    end_game();
}

TEST(there_are_16_names)
{
    char name[16];
    new_game();
    create_game();
    for (int i = 0; i < 16; i++) {
        snprintf(name, sizeof name, "name-%d", i);
        CHECK_INT(keep(name, 1), GLIFT_OK);
    }
    CHECK_INT(keep("one-more", 1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(keep("one-more", 0), GLIFT_OK); /* was never there */
    CHECK_INT(keep("name-3", 2), GLIFT_OK);
    tick();
    CHECK_CONTAINS(the.log, "one-more: there are 16 other names already");
    CHECK_INT(keep("name-4", 0), GLIFT_OK);
    CHECK_INT(keep("one-more", 1), GLIFT_OK);
    end_game();
}

TEST(all_names_together_have_4_mib)
{
    new_game();
    create_game();
    CHECK_INT(keep("a", sizeof bytes), GLIFT_ERR_ARGUMENT);
    CHECK_INT(keep("a", (size_t)-1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(keep("a", sizeof bytes - 1), GLIFT_OK);
    CHECK_INT(keep("b", 1), GLIFT_ERR_ARGUMENT);
    CHECK_INT(keep("a", sizeof bytes - 2), GLIFT_OK); /* takes the place of the other */
    CHECK_INT(keep("b", 1), GLIFT_OK);
    CHECK_INT(keep("b", 2), GLIFT_ERR_ARGUMENT);
    CHECK_INT(kept_size("b"), 1);
    tick();
    CHECK_CONTAINS(the.log, "b: 2 bytes are too many: all names together have 4194304");
    end_game();
}

static void keep_here(glift_server *server, const glift_result *result, void *user)
{
    on_answer(server, result, user);
    CHECK_INT(keep("a", 1), result->status == GLIFT_ERR_CLOSED ? GLIFT_ERR_STATE : GLIFT_OK);
}

TEST(a_callback_may_keep_but_not_while_destroy_runs)
{
    new_game();
    fake_socket *socket = hosting_game();
    glift_get_compute_certificate(the.server, keep_here, NULL);
    tick();
    answer_ok(socket, hear(socket, "GetComputeCertificate"));
    tick();
    CHECK_INT(kept_size("a"), 1);
    glift_get_compute_certificate(the.server, keep_here, NULL);
    end_game();
    CHECK_INT(the.answer_count, 2);
}
