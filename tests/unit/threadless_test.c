/* SPDX-License-Identifier: Apache-2.0 */
/* When a server steps its io, where that has no thread. */
#include "test.h"

#include "game.h"

static unsigned steps_of_a_tick(void)
{
    unsigned before = fake.steps;
    tick();
    return fake.steps - before;
}

static void threadless_game(void)
{
    new_game();
    hosting_game();
    the.server->link.is_threadless = true;
    tick();
}

TEST(a_tick_steps_the_io_once)
{
    threadless_game();
    CHECK_INT(steps_of_a_tick(), 1);
    CHECK_INT(steps_of_a_tick(), 1);
    end_game();
}

TEST(a_tick_leaves_the_step_to_the_wait_before_it)
{
    threadless_game();
    unsigned before = fake.steps;
    CHECK_INT(glift_server_wait(the.server, 0), GLIFT_ERR_TIMEOUT);
    CHECK_INT(fake.steps - before, 1);
    CHECK_INT(steps_of_a_tick(), 0);
    CHECK_INT(steps_of_a_tick(), 1);
    end_game();
}

/* Such a wait has not looked at the sockets. */
TEST(a_tick_steps_after_a_wait_that_found_something_at_once)
{
    threadless_game();
    fake_say(fake_last_dial(), "{\"Action\":\"TerminateProcess\",\"TerminationTime\":1767225600000}");
    unsigned before = fake.steps;
    CHECK_INT(glift_server_wait(the.server, 1000), GLIFT_OK);
    CHECK_INT(fake.steps - before, 0);
    CHECK_INT(steps_of_a_tick(), 1);
    CHECK_INT(the.terminations, 1);
    end_game();
}
