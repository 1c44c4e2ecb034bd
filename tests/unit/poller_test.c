/* SPDX-License-Identifier: Apache-2.0 */
/* The loop on both ways of waiting that this system has, with pairs of sockets of this process. */
#include "io/loop.h"

#include "test.h"

#include <sys/socket.h>
#include <unistd.h>

typedef struct end {
    glift__watch watch;
    glift__loop *loop;
    int times;
    unsigned ready;
    struct end *removes; /* when called */
} end;

static void on_ready(glift__watch *watch, unsigned ready)
{
    end *self = (end *)watch;
    self->times++;
    self->ready = ready;
    if (self->removes != NULL)
        glift__loop_remove(self->loop, &self->removes->watch);
}

static void open_pair(glift__loop *loop, end *mine, int *theirs, unsigned wanted)
{
    int both[2];
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, both), 0);
    *mine = (end){.loop = loop, .watch = {.socket = both[0], .wanted = wanted, .on_ready = on_ready}};
    *theirs = both[1];
    CHECK(glift__loop_add(loop, &mine->watch));
}

static void close_pair(end *mine, int theirs)
{
    glift__loop_remove(mine->loop, &mine->watch);
    close((int)mine->watch.socket);
    close(theirs);
}

static void for_both(void (*check)(glift__loop *loop))
{
    for (int portable = 0; portable < 2; portable++) {
        glift__loop loop;
        CHECK(glift__loop_init(&loop, portable == 1));
        check(&loop);
        glift__loop_fini(&loop);
    }
}

static void check_reading(glift__loop *loop)
{
    end mine;
    int theirs;
    open_pair(loop, &mine, &theirs, GLIFT__POLL_READ);
    glift__loop_step(loop, 0);
    CHECK_INT(mine.times, 0);
    CHECK_INT(write(theirs, "x", 1), 1);
    glift__loop_step(loop, -1);
    CHECK_INT(mine.times, 1);
    CHECK_INT(mine.ready, GLIFT__POLL_READ);
    glift__loop_step(loop, 0); /* it has not been read: the loop tells again */
    CHECK_INT(mine.times, 2);
    close_pair(&mine, theirs);
}

TEST(what_can_be_read_is_told_until_it_is_read)
{
    for_both(check_reading);
}

static void check_wanting(glift__loop *loop)
{
    end mine;
    int theirs;
    open_pair(loop, &mine, &theirs, GLIFT__POLL_READ);
    CHECK(glift__loop_want(loop, &mine.watch, GLIFT__POLL_READ | GLIFT__POLL_WRITE));
    glift__loop_step(loop, -1);
    CHECK_INT(mine.ready, GLIFT__POLL_WRITE);
    CHECK(glift__loop_want(loop, &mine.watch, GLIFT__POLL_READ));
    glift__loop_step(loop, 0);
    CHECK_INT(mine.times, 1);
    close_pair(&mine, theirs);
}

TEST(only_what_is_wanted_is_told)
{
    for_both(check_wanting);
}

static void check_end(glift__loop *loop)
{
    end mine;
    int theirs;
    open_pair(loop, &mine, &theirs, GLIFT__POLL_READ);
    close(theirs);
    glift__loop_step(loop, -1);
    CHECK_INT(mine.ready & GLIFT__POLL_READ, GLIFT__POLL_READ);
    glift__loop_remove(loop, &mine.watch);
    close((int)mine.watch.socket);
}

TEST(the_end_of_the_other_side_can_be_read)
{
    for_both(check_end);
}

static void check_removal(glift__loop *loop)
{
    end first, second;
    int theirs_first, theirs_second;
    open_pair(loop, &first, &theirs_first, GLIFT__POLL_READ);
    open_pair(loop, &second, &theirs_second, GLIFT__POLL_READ);
    first.removes = &second;
    second.removes = &first;
    CHECK_INT(write(theirs_first, "x", 1), 1);
    CHECK_INT(write(theirs_second, "x", 1), 1);
    glift__loop_step(loop, -1);
    CHECK_INT(first.times + second.times, 1);
    close_pair(&first, theirs_first);
    close_pair(&second, theirs_second);
}

TEST(a_watch_that_is_removed_by_another_in_the_same_step_is_not_called)
{
    for_both(check_removal);
}

static void check_wake(glift__loop *loop)
{
    glift__loop_wake(loop);
    glift__loop_wake(loop);
    glift__loop_step(loop, -1); /* hangs if it was not woken */
    glift__loop_wake(loop);
    glift__loop_step(loop, -1);
}

TEST(a_wake_up_ends_the_next_step)
{
    for_both(check_wake);
}

static void on_due(glift__timer *timer)
{
    *timer = (glift__timer){.at_ms = 7}; /* it has been called */
}

static void check_timer(glift__loop *loop)
{
    glift__timer timer;
    glift__timer_init(&timer, on_due);
    glift__timers_set(&loop->timers, &timer, glift__clock_mono_ms() + 2);
    while (timer.at_ms != 7)
        glift__loop_step(loop, -1); /* hangs if the timer does not end it */
}

TEST(a_timer_ends_a_step_that_waits)
{
    for_both(check_timer);
}

static void check_again(glift__loop *loop)
{
    end mine;
    int theirs;
    open_pair(loop, &mine, &theirs, GLIFT__POLL_READ);
    glift__loop_again(loop, &mine.watch);
    glift__loop_again(loop, &mine.watch);
    glift__loop_step(loop, -1);
    CHECK_INT(mine.times, 1);
    glift__loop_step(loop, 0);
    CHECK_INT(mine.times, 1);
    glift__loop_again(loop, &mine.watch);
    close_pair(&mine, theirs);
    glift__loop_step(loop, 0);
    CHECK_INT(mine.times, 1);
}

TEST(whoever_has_left_something_unread_is_called_once_more_without_waiting)
{
    for_both(check_again);
}

enum { MANY = 3 * GLIFT__LOOP_BATCH };

static void check_fairness(glift__loop *loop)
{
    static end mine[MANY];
    static int theirs[MANY];
    for (int i = 0; i < MANY; i++) {
        open_pair(loop, &mine[i], &theirs[i], GLIFT__POLL_READ);
        CHECK_INT(write(theirs[i], "x", 1), 1);
    }
    for (int step = 0; step < 3; step++)
        glift__loop_step(loop, -1);
    for (int i = 0; i < MANY; i++) {
        CHECK_INT(mine[i].times, 1);
        close_pair(&mine[i], theirs[i]);
    }
}

TEST(more_events_than_one_step_takes_starve_nobody)
{
    for_both(check_fairness);
}

/* As a program does that becomes a daemon. */
static int close_all(void)
{
    return close_range(3, ~0u, 0);
}

static void check_closed(glift__loop *loop)
{
    end mine;
    int theirs;
    CHECK_INT(close_all(), 0);
    glift__loop_step(loop, 0);
    CHECK(loop->is_broken);
    CHECK(glift__loop_repair(loop));
    open_pair(loop, &mine, &theirs, GLIFT__POLL_READ);
    CHECK_INT(write(theirs, "x", 1), 1);
    glift__loop_step(loop, -1);
    CHECK_INT(mine.times, 1);
    close_pair(&mine, theirs);
    glift__loop_wake(loop);
    glift__loop_step(loop, -1);
}

TEST(a_loop_whose_descriptors_were_closed_says_so_and_can_be_repaired)
{
    for_both(check_closed);
}
