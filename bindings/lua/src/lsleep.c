/* SPDX-License-Identifier: Apache-2.0 */
/* server:sleep. A sleep is a wait like that for GameLift's answer (lwaiter.c), but it is this list that
 * answers, from a tick: the earliest first, and what is due at once in the order of the calls.
 *
 * What a tick begins with is all that it ends: a script that sleeps 0 seconds again and again has its turn
 * once a tick. */

#include "lgamelift.h"

#include <stdlib.h>

#define NS_PER_S     1e9
#define NS_PER_MS    1000000
#define MOST_SECONDS 1e9

struct lsleep {
    lsleep *next, *previous; /* by due_ns */
    uint64_t due_ns, number;
    lwaiter *waiter;
    bool is_cancelled;
};

/* ---- the list ---- */

static void link_after(lserver *self, lsleep *place, lsleep *sleep)
{
    sleep->previous = place;
    sleep->next = place != NULL ? place->next : self->first_sleep;
    *(sleep->next != NULL ? &sleep->next->previous : &self->last_sleep) = sleep;
    *(place != NULL ? &place->next : &self->first_sleep) = sleep;
}

/* From the end: most sleeps are as long as the one before. */
static void insert(lserver *self, lsleep *sleep)
{
    lsleep *place = self->last_sleep;
    while (place != NULL && place->due_ns > sleep->due_ns)
        place = place->previous;
    link_after(self, place, sleep);
}

static void unlink_sleep(lserver *self, lsleep *sleep)
{
    *(sleep->previous != NULL ? &sleep->previous->next : &self->first_sleep) = sleep->next;
    *(sleep->next != NULL ? &sleep->next->previous : &self->last_sleep) = sleep->previous;
}

/* ---- the host ---- */

static void on_alarm(void *user)
{
    lsleep_wake(user);
}

/* A plugin's host may sleep, too, until there is something to do. */
static void set_alarm(lserver *self)
{
    if (self->plugin == NULL || !GLIFT_HAS(glift_plugin_server, self->plugin, call_in))
        return;
    const lsleep *first = self->first_sleep;
    uint64_t now_ns = first != NULL ? lclock_ns() : 0;
    uint64_t delay_ns = first != NULL && first->due_ns > now_ns ? first->due_ns - now_ns : 0;
    self->plugin->call_in(self->plugin->self, delay_ns, first != NULL ? on_alarm : NULL, self);
}

uint32_t lsleep_limit_ms(const lserver *self, uint32_t timeout_ms)
{
    if (self->first_sleep == NULL)
        return timeout_ms;
    uint64_t now_ns = lclock_ns(), due_ns = self->first_sleep->due_ns;
    uint64_t left_ms = due_ns > now_ns ? (due_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS : 0;
    return left_ms < timeout_ms ? (uint32_t)left_ms : timeout_ms;
}

bool lsleep_is_due(const lserver *self)
{
    return self->first_sleep != NULL && self->first_sleep->due_ns <= lclock_ns();
}

/* ---- the end of a sleep ---- */

static void answer(lserver *self, lsleep *sleep, glift_status status, const char *message)
{
    const glift_result result = {.status = status, .message = message};
    lwaiter *waiter = sleep->waiter;
    unlink_sleep(self, sleep);
    free(sleep);
    lwaiter_on_answer(NULL, &result, waiter);
}

static bool is_over(const lsleep *sleep, uint64_t now_ns, uint64_t end)
{
    return sleep != NULL && sleep->due_ns <= now_ns && sleep->number < end;
}

void lsleep_wake(lserver *self)
{
    uint64_t now_ns = lclock_ns(), end = self->sleep_count;
    while (!self->closing && is_over(self->first_sleep, now_ns, end)) {
        lsleep *sleep = self->first_sleep;
        if (sleep->is_cancelled)
            answer(self, sleep, GLIFT_ERR_CANCELLED, "cancelled");
        else
            answer(self, sleep, GLIFT_OK, "");
    }
    set_alarm(self);
}

void lsleep_cancel(lserver *self, lsleep *sleep)
{
    unlink_sleep(self, sleep);
    sleep->is_cancelled = true;
    sleep->due_ns = lclock_ns();
    insert(self, sleep);
    set_alarm(self);
}

void lsleep_end(lserver *self, glift_status status, const char *message)
{
    while (self->first_sleep != NULL)
        answer(self, self->first_sleep, status, message);
}

void lsleep_forget(lserver *self)
{
    while (self->first_sleep != NULL) {
        lsleep *sleep = self->first_sleep;
        unlink_sleep(self, sleep);
        lwaiter_drop(sleep->waiter);
        free(sleep);
    }
    set_alarm(self);
}

/* ---- the method ---- */

static uint64_t check_duration_ns(lua_State *L, int index)
{
    lua_Number seconds = lread_argument_number(L, index);
    if (!(seconds >= 0 && seconds <= MOST_SECONDS))
        luaL_argerror(L, index,
                lua_pushfstring(L, "0 to %d seconds expected, got %s", (int)MOST_SECONDS,
                        seconds == seconds ? lua_pushfstring(L, "%f", seconds)
                                           : "nan")); /* else "-nan" at times */
    return (uint64_t)(seconds * NS_PER_S);
}

/* server:sleep(seconds [, fn]) */
int lsleep_sleep(lua_State *L)
{
    lserver *self = lserver_check(L, 1);
    uint64_t duration_ns = check_duration_ns(L, 2);
    if (self->plugin != NULL && !GLIFT_HAS(glift_plugin_server, self->plugin, call_in))
        return lwaiter_push_failure(
                L, "the plugin is older than this module, and cannot sleep", GLIFT_ERR_UNSUPPORTED);
    lwaiter *waiter = lwaiter_new(L, self, 3, "sleep", lvalue_push_true);
    lsleep *sleep = malloc(sizeof *sleep);
    if (sleep == NULL)
        return lwaiter_finish(L, waiter, GLIFT_ERR_MEMORY);
    *sleep = (lsleep){.due_ns = lclock_ns() + duration_ns, .number = self->sleep_count++, .waiter = waiter};
    lwaiter_set_sleep(waiter, sleep);
    insert(self, sleep);
    if (self->first_sleep == sleep)
        set_alarm(self);
    return lwaiter_finish(L, waiter, GLIFT_OK);
}
