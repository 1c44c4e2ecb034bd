/* SPDX-License-Identifier: Apache-2.0 */
/* A game server leaves at any moment, with or without a destroy, and its exit code is 0: GameLift calls
 * everything else a crash. OpenSSL cleans up at exit, and whatever is inside it then would fall. */
#include "../../unit/test.h"

#include "victims.h"

#include <sys/stat.h>

/* Without a thread nothing of ours runs while the program leaves: fewer will do. */
static int victim_count(int usual, int in_long_run)
{
    int divisor = getenv("GLIFT_TEST_THREADLESS") != NULL ? 4 : 1;
    return (getenv("GLIFT_LONG") != NULL ? in_long_run : usual) / divisor;
}

/* Moments that are spread over the beginning of a life: loading roots, connecting, TLS, and being ready. */
static long moment_us(int i, long most_us)
{
    return (long)((unsigned)i * 2654435761u >> 8) % most_us;
}

static void check_leaving(const char *what, int count, long most_us)
{
    for (int i = 0; i < count; i++)
        start_victim(victims_url, victims_ca_file, what, moment_us(i, most_us));
    wait_for_all_victims();
    CHECK_INT(victims.killed, 0);
    CHECK_INT(victims.ended[0], count);
    victims.ended[0] = 0;
}

static void check_ways_to_leave(bool tls, int other_roots, int count, long most_us)
{
    victims_begin(tls, other_roots);
    check_leaving("exit", count, most_us);
    check_leaving("return", count, most_us);
    check_leaving("destroy", count, most_us);
    victims_end();
}

TEST(a_server_may_leave_at_any_moment)
{
    check_ways_to_leave(false, 0, victim_count(20, 100), 4000);
}

TEST(a_server_may_leave_at_any_moment_over_tls)
{
    check_ways_to_leave(true, 0, victim_count(20, 200), 20000);
}

/* As long as the roots are being loaded; without a thread they are loaded in one tick. */
TEST(a_server_may_leave_while_thousands_of_roots_are_loaded)
{
    int other_roots = getenv("GLIFT_TEST_THREADLESS") != NULL ? 200 : 1500;
    check_ways_to_leave(true, other_roots, victim_count(20, 200), 60000);
}

/* Nobody writes to it: who opens it waits for good. */
TEST(a_server_may_leave_while_its_roots_never_come)
{
    char fifo[128];
    victims_begin(true, 0);
    snprintf(fifo, sizeof fifo, "%s/fifo", certificates_directory());
    CHECK_INT(mkfifo(fifo, 0600), 0);
    snprintf(victims_ca_file, sizeof victims_ca_file, "%s", fifo);
    check_leaving("exit", 3, 20000);
    check_leaving("destroy", 3, 20000);
    victims_end();
}
