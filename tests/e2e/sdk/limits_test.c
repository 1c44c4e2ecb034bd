/* SPDX-License-Identifier: Apache-2.0 */
/* A process that may not have what it needs: the SDK says so, or manages, and never falls or turns round and
 * round. */
#include "../../unit/test.h"

#include "victims.h"

enum { WENT_WELL = 0, WAS_TOLD = 10 };

static void check_all_fine(int count)
{
    victims_end();
    CHECK_INT(victims.killed, 0);
    CHECK_INT(victims.ended[WENT_WELL] + victims.ended[WAS_TOLD], count);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* which take terabytes of addresses */
static void check_memory_limits(bool tls)
{
    int count = 0;
    victims_begin(tls, 0);
    const char *is_long = getenv("GLIFT_LONG");
    for (long mebibytes = 20; mebibytes <= 90; mebibytes += is_long != NULL ? 2 : 7, count++)
        start_victim(victims_url, victims_ca_file, "memory", mebibytes);
    wait_for_all_victims();
    CHECK(victims.ended[WENT_WELL] > 0); /* else the sweep ends too early */
    check_all_fine(count);
}

TEST(any_limit_of_memory_is_an_error_or_enough)
{
    check_memory_limits(false);
}

TEST(any_limit_of_memory_is_an_error_or_enough_over_tls)
{
    check_memory_limits(true);
}
#endif

static void check_descriptors(bool tls)
{
    enum { MOST = 8 };
    victims_begin(tls, 0);
    for (int left = 0; left <= MOST; left++)
        start_victim(victims_url, victims_ca_file, "descriptors", left);
    wait_for_all_victims();
    CHECK(victims.ended[WENT_WELL] > 0 && victims.ended[WAS_TOLD] > 0);
    check_all_fine(MOST + 1);
}

TEST(any_number_of_free_descriptors_is_an_error_or_enough)
{
    check_descriptors(false);
}

TEST(any_number_of_free_descriptors_is_an_error_or_enough_over_tls)
{
    check_descriptors(true);
}

/* While the roots are loaded, TLS is set up, and when all is quiet. */
static void check_closed(bool tls)
{
    static const long moments_us[] = {0, 300, 1000, 3000, 10000, 100000};
    enum { COUNT = sizeof moments_us / sizeof moments_us[0] };
    victims_begin(tls, 0);
    for (int i = 0; i < COUNT; i++)
        start_victim(victims_url, victims_ca_file, "closed", moments_us[i]);
    wait_for_all_victims();
    CHECK_INT(victims.ended[WENT_WELL], COUNT);
    check_all_fine(COUNT);
}

TEST(descriptors_that_are_closed_behind_our_back_are_an_error)
{
    check_closed(false);
}

TEST(descriptors_that_are_closed_behind_our_back_are_an_error_over_tls)
{
    check_closed(true);
}

TEST(a_game_may_start_processes)
{
    victims_begin(true, 0);
    start_victim(victims_url, victims_ca_file, "fork", 50);
    wait_for_all_victims();
    CHECK_INT(victims.ended[WENT_WELL], 1);
    check_all_fine(1);
}
