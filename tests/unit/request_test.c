/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request.h"
#include "test.h"

static uint32_t next_random(void *user)
{
    return glift__random_next(user);
}

static glift__random random_state = {{1, 2, 3, 4}};
static glift__requests requests;
static glift__call calls[300];

static void begin(void)
{
    memset(calls, 0, sizeof calls);
    glift__requests_init(&requests, next_random, &random_state);
}

static glift__call *add(int number, uint64_t deadline_ms)
{
    calls[number].deadline_ms = deadline_ms;
    glift__requests_add(&requests, &calls[number]);
    return &calls[number];
}

static void send(glift__call *call, uint32_t socket)
{
    glift__requests_mark_sent(&requests, call, socket, 0);
}

TEST(P49_every_call_has_an_id_of_its_own_that_looks_like_a_uuid)
{
    begin();
    glift__call *first = add(0, 10), *second = add(1, 10);
    CHECK_INT(strlen(first->flight.request_id), 36);
    CHECK(first->flight.request_id[14] == '4');
    CHECK(strchr("89ab", first->flight.request_id[19]) != NULL);
    CHECK(strcmp(first->flight.request_id, second->flight.request_id) != 0);
    glift__requests_fini(&requests);
}

static uint32_t repeating_random(void *user)
{
    /* The first two ids would be the same: the generator starts over once. */
    unsigned *drawn = user;
    unsigned n = (*drawn)++;
    return n < 4 ? n : n < 8 ? n - 4 : n;
}

TEST(P50_an_id_that_is_pending_is_not_used_again)
{
    unsigned drawn = 0;
    begin();
    glift__requests_init(&requests, repeating_random, &drawn);
    add(0, 10);
    add(1, 10);
    CHECK(strcmp(calls[0].flight.request_id, calls[1].flight.request_id) != 0);
    glift__requests_fini(&requests);
}

TEST(hundreds_are_found_by_their_ids_and_gone_ones_are_not)
{
    begin();
    for (int i = 0; i < 300; i++)
        add(i, 10);
    for (int i = 0; i < 300; i += 2)
        glift__requests_remove(&requests, &calls[i]);
    for (int i = 0; i < 300; i++)
        CHECK(glift__requests_find(&requests, calls[i].flight.request_id) == (i % 2 == 0 ? NULL : &calls[i]));
    CHECK(glift__requests_find(&requests, "") == NULL);
    CHECK(glift__requests_find(&requests, "ZZZZ\xff\xfe-not-an-id") == NULL);
    glift__requests_fini(&requests);
}

TEST(calls_are_sent_in_the_order_they_were_made)
{
    begin();
    glift__call *first = add(0, 10), *second = add(1, 5);
    CHECK(glift__requests_next(&requests) == first);
    send(first, 1);
    CHECK(glift__requests_next(&requests) == second);
    send(second, 1);
    CHECK(glift__requests_next(&requests) == NULL);
    glift__requests_fini(&requests);
}

TEST(P151_what_a_lost_socket_carried_takes_its_old_place_with_the_same_id)
{
    char id[GLIFT__UUID_SIZE];
    begin();
    for (int i = 0; i < 6; i++)
        add(i, 10);
    strcpy(id, calls[1].flight.request_id);
    send(&calls[0], 1);
    send(&calls[1], 2);
    send(&calls[2], 1);
    send(&calls[3], 2);
    glift__requests_send_again(&requests, 2);

    static const int order[] = {1, 3, 4, 5};
    for (int i = 0; i < 4; i++) {
        CHECK(glift__requests_next(&requests) == &calls[order[i]]);
        send(&calls[order[i]], 3);
    }
    CHECK_TEXT(calls[1].flight.request_id, id);
    CHECK_INT(calls[1].flight.times_sent, 2);
    CHECK_INT(calls[0].flight.state, GLIFT__FLIGHT_SENT);
    glift__requests_fini(&requests);
}

TEST(P151_calls_keep_their_order_whichever_socket_is_lost_first)
{
    begin();
    for (int i = 0; i < 6; i++)
        add(i, 10);
    for (int i = 0; i < 4; i++)
        send(&calls[i], i % 2 == 0 ? 1 : 2);
    glift__requests_send_again(&requests, 1);
    glift__requests_send_again(&requests, 2);
    for (int i = 0; i < 6; i++) {
        CHECK(glift__requests_next(&requests) == &calls[i]);
        CHECK_INT(calls[i].flight.state, GLIFT__FLIGHT_QUEUED);
        send(&calls[i], 3);
    }
    glift__requests_fini(&requests);
}

TEST(a_socket_awaits_an_answer_while_any_of_its_requests_has_none)
{
    begin();
    for (int i = 0; i < 3; i++)
        send(add(i, 10), 1);
    for (int i = 3; i < 5; i++)
        send(add(i, 10), 4);
    add(5, 10); /* waits for its turn */
    CHECK(glift__requests_any_sent_on(&requests, 1) && glift__requests_any_sent_on(&requests, 4));
    CHECK(!glift__requests_any_sent_on(&requests, 0) && !glift__requests_any_sent_on(&requests, 2));
    CHECK(!glift__requests_any_sent_on(&requests, 5));
    for (int i = 0; i < 3; i++) {
        CHECK(glift__requests_any_sent_on(&requests, 1));
        glift__requests_remove(&requests, &calls[i]);
    }
    CHECK(!glift__requests_any_sent_on(&requests, 1) && glift__requests_any_sent_on(&requests, 4));
    glift__requests_send_again(&requests, 4);
    CHECK(!glift__requests_any_sent_on(&requests, 4));
    glift__requests_fini(&requests);
}

TEST(of_calls_with_one_deadline_the_first_made_comes_first)
{
    begin();
    for (int i = 0; i < 3; i++)
        add(i, 10);
    for (int i = 0; i < 3; i++) {
        CHECK(glift__requests_overdue(&requests, 10) == &calls[i]);
        glift__requests_remove(&requests, &calls[i]);
    }
    glift__requests_fini(&requests);
}

TEST(the_earliest_deadline_comes_first_whatever_the_order_of_the_calls)
{
    begin();
    add(0, 30);
    add(1, 10);
    add(2, 20);
    CHECK_INT(glift__requests_deadline_ms(&requests), 10);
    CHECK(glift__requests_overdue(&requests, 9) == NULL);
    CHECK(glift__requests_overdue(&requests, 10) == &calls[1]);
    glift__requests_set_deadline(&requests, &calls[1], 40);
    CHECK(glift__requests_overdue(&requests, 100) == &calls[2]);
    glift__requests_remove(&requests, &calls[2]);
    glift__requests_remove(&requests, &calls[0]);
    glift__requests_remove(&requests, &calls[1]);
    CHECK(glift__requests_deadline_ms(&requests) == UINT64_MAX);
    glift__requests_fini(&requests);
}

TEST(a_local_call_has_a_deadline_but_is_never_sent)
{
    begin();
    calls[0].deadline_ms = 10;
    glift__requests_add_local(&requests, &calls[0]);
    CHECK(glift__requests_next(&requests) == NULL);
    CHECK(glift__requests_overdue(&requests, 10) == &calls[0]);
    glift__requests_remove(&requests, &calls[0]);
    CHECK(glift__requests_first(&requests) == NULL);
    glift__requests_fini(&requests);
}
