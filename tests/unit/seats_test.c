/* SPDX-License-Identifier: Apache-2.0 */
#include "seats.h"
#include "test.h"

TEST(a_seat_is_known_from_accept_to_remove)
{
    glift__seats seats = {{0}, 0};
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
    glift__seats seats = {{0}, 0};
    char id[32];
    for (int i = 0; i < 300; i++) {
        snprintf(id, sizeof id, "psess-%d", i);
        glift__seats_add(&seats, id);
    }
    CHECK(!glift__seats_has(&seats, "psess-0"));
    CHECK(glift__seats_has(&seats, "psess-100"));
    CHECK(glift__seats_has(&seats, "psess-299"));
}
