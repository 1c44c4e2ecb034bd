/* SPDX-License-Identifier: Apache-2.0 */
#include "io/liveness.h"

#include "test.h"

#define START_MS 1000000

static glift__liveness begin(void)
{
    glift__liveness self;
    glift__liveness_init(&self, START_MS);
    return self;
}

TEST(an_idle_peer_is_pinged_after_30_s_and_given_up_20_s_later)
{
    glift__liveness self = begin();
    CHECK_INT(glift__liveness_check(&self, START_MS + 29999, false), GLIFT__LIVENESS_FINE);
    CHECK(glift__liveness_next_ms(&self) == START_MS + 30000);
    CHECK_INT(glift__liveness_check(&self, START_MS + 30000, false), GLIFT__LIVENESS_PING);
    CHECK_INT(glift__liveness_check(&self, START_MS + 49999, false), GLIFT__LIVENESS_FINE);
    CHECK(glift__liveness_next_ms(&self) == START_MS + 50000);
    CHECK_INT(glift__liveness_check(&self, START_MS + 50000, false), GLIFT__LIVENESS_DEAD);
}

TEST(whatever_the_peer_says_begins_the_wait_anew)
{
    glift__liveness self = begin();
    CHECK_INT(glift__liveness_check(&self, START_MS + 30000, false), GLIFT__LIVENESS_PING);
    glift__liveness_heard(&self, START_MS + 49999);
    CHECK_INT(glift__liveness_check(&self, START_MS + 50000, false), GLIFT__LIVENESS_FINE);
    CHECK(glift__liveness_next_ms(&self) == START_MS + 79999);
}

TEST(a_peer_that_owes_an_answer_is_pinged_after_3_s_and_given_up_3_s_later)
{
    glift__liveness self = begin();
    glift__liveness_asked(&self, START_MS + 10000);
    glift__liveness_asked(&self, START_MS + 12000); /* the oldest question counts */
    CHECK_INT(glift__liveness_check(&self, START_MS + 12999, true), GLIFT__LIVENESS_FINE);
    CHECK(glift__liveness_next_ms(&self) == START_MS + 13000);
    CHECK_INT(glift__liveness_check(&self, START_MS + 13000, true), GLIFT__LIVENESS_PING);
    CHECK_INT(glift__liveness_check(&self, START_MS + 15999, true), GLIFT__LIVENESS_FINE);
    CHECK_INT(glift__liveness_check(&self, START_MS + 16000, true), GLIFT__LIVENESS_DEAD);
}

TEST(a_service_that_thinks_for_long_but_answers_pings_is_not_given_up)
{
    glift__liveness self = begin();
    glift__liveness_asked(&self, START_MS);
    for (uint64_t now_ms = START_MS + 3000; now_ms < START_MS + 20000; now_ms += 3010) {
        CHECK_INT(glift__liveness_check(&self, now_ms, true), GLIFT__LIVENESS_PING);
        glift__liveness_heard(&self, now_ms + 10);
    }
}

TEST(once_nothing_is_awaited_the_peer_has_the_time_of_an_idle_one)
{
    glift__liveness self = begin();
    glift__liveness_asked(&self, START_MS);
    glift__liveness_heard(&self, START_MS + 100);
    CHECK_INT(glift__liveness_check(&self, START_MS + 3100, false), GLIFT__LIVENESS_FINE);
    CHECK(glift__liveness_next_ms(&self) == START_MS + 30100);
}

/* A ping of an idle connection has not had an answer yet when a request goes out. */
TEST(a_request_behind_an_unanswered_ping_has_its_own_3_s)
{
    glift__liveness self = begin();
    CHECK_INT(glift__liveness_check(&self, START_MS + 30000, false), GLIFT__LIVENESS_PING);
    glift__liveness_asked(&self, START_MS + 40000);
    CHECK_INT(glift__liveness_check(&self, START_MS + 42999, true), GLIFT__LIVENESS_FINE);
    CHECK_INT(glift__liveness_check(&self, START_MS + 43000, true), GLIFT__LIVENESS_DEAD);
}

TEST(the_next_check_is_never_now)
{
    for (uint64_t asked_ms = 0; asked_ms < 60000; asked_ms += 777) {
        glift__liveness self = begin();
        uint64_t now_ms = START_MS;
        glift__liveness_verdict verdict = GLIFT__LIVENESS_FINE;
        while (verdict != GLIFT__LIVENESS_DEAD) {
            bool awaits = now_ms >= START_MS + asked_ms;
            if (awaits)
                glift__liveness_asked(&self, now_ms);
            verdict = glift__liveness_check(&self, now_ms, awaits);
            CHECK(verdict == GLIFT__LIVENESS_DEAD || glift__liveness_next_ms(&self) > now_ms);
            now_ms = glift__liveness_next_ms(&self);
        }
    }
}
