/* SPDX-License-Identifier: Apache-2.0 */
#include "core/seats.h"
#include "test.h"

TEST(a_seat_is_known_from_accept_to_remove)
{
    glift__seats seats = {0};
    CHECK(!glift__seats_has(&seats, "psess-1"));
    glift__seats_add(&seats, "psess-1");
    glift__seats_add(&seats, "psess-2");
    CHECK(glift__seats_has(&seats, "psess-1"));
    glift__seats_remove(&seats, "psess-1");
    CHECK(!glift__seats_has(&seats, "psess-1"));
    CHECK(glift__seats_has(&seats, "psess-2"));
}

TEST(a_whole_session_fits_and_older_seats_are_forgotten)
{
    glift__seats seats = {0};
    char id[32];
    for (int i = 0; i < 300; i++) {
        snprintf(id, sizeof id, "psess-%d", i);
        glift__seats_add(&seats, id);
    }
    CHECK(!glift__seats_has(&seats, "psess-0"));
    CHECK(glift__seats_has(&seats, "psess-100"));
    CHECK(glift__seats_has(&seats, "psess-299"));
}

TEST(the_calls_that_ask_for_one_seat_have_their_turns_in_order)
{
    glift__seats seats = {0};
    glift__call calls[4] = {0};
    for (int i = 0; i < 4; i++)
        calls[i].flight.seat = i == 1 ? "psess-2" : "psess-1";
    CHECK(glift__seats_ask(&seats, &calls[0]));
    CHECK(glift__seats_ask(&seats, &calls[1]));
    CHECK(!glift__seats_ask(&seats, &calls[2]));
    CHECK(!glift__seats_ask(&seats, &calls[3]));
    CHECK(glift__seats_answered(&seats, &calls[2]) == NULL); /* it was cancelled, and the first still asks */
    CHECK(glift__seats_answered(&seats, &calls[0]) == &calls[3]);
    CHECK(glift__seats_answered(&seats, &calls[0]) == NULL); /* not twice */
    CHECK(glift__seats_answered(&seats, &calls[3]) == NULL);
    CHECK(glift__seats_answered(&seats, &calls[1]) == NULL);
    CHECK(glift__seats_ask(&seats, &calls[0]));
}
