/* SPDX-License-Identifier: Apache-2.0 */
/* The resolver without threads: the game, which is the test here, looks names up. */
#include "io/resolver.h"

#include "test.h"

static glift__resolver *the_resolver;
static uint32_t asked[128];
static char asked_host[128][256];
static size_t asked_count;

typedef struct waiter {
    glift__asker asker;
    int times;
    size_t count;
    char first[64], message[128];
} waiter;

static void describe(const glift__address *address, char *out, size_t size)
{
    if (address->is_ipv6)
        snprintf(out, size, "v6:%u", address->bytes[15]);
    else
        snprintf(out, size, "v4:%u", address->bytes[3]);
}

static void on_found(glift__asker *asker, const glift__address *addresses, size_t count, const char *message)
{
    waiter *self = (waiter *)asker;
    self->times++;
    self->count = count;
    snprintf(self->message, sizeof self->message, "%s", message != NULL ? message : "");
    if (count > 0)
        describe(&addresses[0], self->first, sizeof self->first);
}

static void on_resolve(glift_io *io, uint32_t lookup, const char *host, void *user)
{
    (void)io;
    CHECK(user == &asked_count);
    asked[asked_count] = lookup;
    snprintf(asked_host[asked_count++], sizeof asked_host[0], "%s", host);
}

static void open_resolver(bool has_callback)
{
    const glift__resolver_desc desc = {
            .is_threadless = true, .resolve = has_callback ? on_resolve : NULL, .resolve_user = &asked_count};
    asked_count = 0;
    the_resolver = glift__resolver_open(&desc);
    CHECK(the_resolver != NULL);
}

static waiter new_waiter(void)
{
    return (waiter){.asker.on_found = on_found};
}

static void ask(waiter *self, const char *host)
{
    CHECK(glift__resolver_ask(the_resolver, host, &self->asker) == NULL);
}

static const char *const two_addresses[] = {"192.0.2.1", "192.0.2.2"};

TEST(the_game_is_asked_and_answers_later)
{
    waiter self = new_waiter();
    open_resolver(true);
    ask(&self, "service.test");
    CHECK_TEXT(asked_host[0], "service.test");
    CHECK(!glift__resolver_settle(the_resolver));
    CHECK_INT(glift__resolver_resolved(the_resolver, asked[0], two_addresses, 2), GLIFT_OK);
    CHECK_INT(self.times, 0);
    CHECK(glift__resolver_has_found(the_resolver));
    CHECK(glift__resolver_settle(the_resolver));
    CHECK_INT(self.times, 1);
    CHECK_INT(self.count, 2);
    CHECK_TEXT(self.first, "v4:1");
    CHECK_INT(glift__resolver_resolved(the_resolver, asked[0], two_addresses, 2), GLIFT_ERR_NOT_FOUND);
    glift__resolver_close(the_resolver);
}

TEST(an_answer_counts_once_and_only_for_its_look_up)
{
    waiter self = new_waiter();
    open_resolver(true);
    ask(&self, "service.test");
    CHECK_INT(glift__resolver_resolved(the_resolver, asked[0] + 1, two_addresses, 2), GLIFT_ERR_NOT_FOUND);
    CHECK_INT(glift__resolver_resolved(the_resolver, asked[0], two_addresses, 2), GLIFT_OK);
    CHECK_INT(glift__resolver_resolved(the_resolver, asked[0], two_addresses, 1), GLIFT_ERR_NOT_FOUND);
    glift__resolver_close(the_resolver); /* with an answer that nobody took */
}

TEST(whoever_asks_for_the_same_name_waits_for_the_same_answer)
{
    waiter first = new_waiter(), second = new_waiter(), other = new_waiter();
    open_resolver(true);
    ask(&first, "service.test");
    ask(&second, "service.test");
    ask(&other, "other.test");
    CHECK_INT(asked_count, 2);
    glift__resolver_forget(&first.asker);
    glift__resolver_resolved(the_resolver, asked[0], two_addresses, 2);
    glift__resolver_settle(the_resolver);
    CHECK_INT(first.times, 0);
    CHECK_INT(second.times, 1);
    CHECK_INT(other.times, 0);
    glift__resolver_forget(&other.asker);
    glift__resolver_close(the_resolver);
}

TEST(what_is_no_address_is_told)
{
    static const char *const rubbish[] = {"service.test", NULL};
    waiter none = new_waiter(), bad = new_waiter();
    open_resolver(true);
    ask(&none, "none.test");
    ask(&bad, "bad.test");
    glift__resolver_resolved(the_resolver, asked[0], NULL, 0);
    glift__resolver_resolved(the_resolver, asked[1], rubbish, 2);
    glift__resolver_settle(the_resolver);
    CHECK_TEXT(none.message, "the game's resolve() found no address");
    CHECK_TEXT(bad.message, "the game's resolve() gave no numeric address");
    glift__resolver_close(the_resolver);
}

TEST(of_many_addresses_64_are_kept)
{
    const char *many[100];
    waiter self = new_waiter();
    open_resolver(true);
    for (size_t i = 0; i < 100; i++)
        many[i] = "192.0.2.7";
    ask(&self, "service.test");
    glift__resolver_resolved(the_resolver, asked[0], many, 100);
    glift__resolver_settle(the_resolver);
    CHECK_INT(self.count, 64);
    glift__resolver_close(the_resolver);
}

TEST(localhost_needs_nobody_and_other_names_need_the_callback)
{
    waiter local = new_waiter(), other = new_waiter();
    open_resolver(false);
    ask(&local, "localhost");
    CHECK_CONTAINS(glift__resolver_ask(the_resolver, "service.test", &other.asker), "glift_io_desc.resolve");
    CHECK_INT(local.times, 0);
    glift__resolver_settle(the_resolver);
    CHECK_INT(local.times, 1);
    CHECK_INT(local.count, 2);
    glift__resolver_close(the_resolver);
}

static void ask_many(waiter *all, size_t count)
{
    char host[32];
    for (size_t i = 0; i < count; i++) {
        all[i] = new_waiter();
        snprintf(host, sizeof host, "name-%zu.test", i);
        ask(&all[i], host);
    }
}

TEST(of_names_that_never_come_64_are_looked_up_at_a_time)
{
    waiter all[64], late = new_waiter();
    open_resolver(true);
    ask_many(all, 64);
    CHECK_TEXT(glift__resolver_ask(the_resolver, "late.test", &late.asker),
            "64 names are being looked up already");
    CHECK_INT(asked_count, 64);
    ask(&late, "name-7.test");
    CHECK_INT(glift__resolver_resolved(the_resolver, asked[7], two_addresses, 2), GLIFT_OK);
    CHECK(glift__resolver_settle(the_resolver));
    CHECK_INT(late.times, 1);
    late = new_waiter();
    ask(&late, "late.test");
    glift__resolver_close(the_resolver);
}

TEST(a_name_that_nobody_waits_for_any_more_makes_room)
{
    waiter all[64], late = new_waiter();
    open_resolver(true);
    ask_many(all, 64);
    glift__resolver_forget(&all[0].asker);
    glift__resolver_forget(&all[5].asker);
    CHECK_INT(glift__resolver_resolved(the_resolver, asked[0], two_addresses, 2), GLIFT_OK);
    ask(&late, "late.test");
    CHECK_INT(glift__resolver_resolved(the_resolver, asked[5], two_addresses, 2), GLIFT_ERR_NOT_FOUND);
    CHECK_INT(glift__resolver_resolved(the_resolver, asked[64], two_addresses, 2), GLIFT_OK);
    CHECK(glift__resolver_settle(the_resolver));
    CHECK_INT(late.times, 1);
    glift__resolver_close(the_resolver);
}

TEST(a_name_that_is_too_long_is_refused)
{
    char host[300];
    waiter self = new_waiter();
    memset(host, 'a', sizeof host - 1);
    host[sizeof host - 1] = '\0';
    open_resolver(true);
    CHECK_TEXT(glift__resolver_ask(the_resolver, host, &self.asker), "it is longer than 255 bytes");
    glift__resolver_close(the_resolver);
}

TEST(the_address_that_worked_is_the_first_of_the_next_answer)
{
    glift__address second;
    waiter self = new_waiter(), other = new_waiter();
    open_resolver(true);
    CHECK(glift__address_parse("192.0.2.2", &second));
    glift__resolver_worked(the_resolver, "service.test", &second);
    ask(&self, "service.test");
    ask(&other, "other.test");
    glift__resolver_resolved(the_resolver, asked[0], two_addresses, 2);
    glift__resolver_resolved(the_resolver, asked[1], two_addresses, 2);
    glift__resolver_settle(the_resolver);
    CHECK_TEXT(self.first, "v4:2");
    CHECK_TEXT(other.first, "v4:1");
    glift__resolver_close(the_resolver);
}

/* ---- order ---- */

static void check_order(const char *given, const char *worked, const char *expected)
{
    glift__address addresses[16] = {0}, preferred = {0};
    char order[64] = "";
    size_t count = strlen(given);
    for (size_t i = 0; i < count; i++) { /* capitals are IPv6 */
        addresses[i].is_ipv6 = given[i] < 'a';
        addresses[i].bytes[0] = (uint8_t)given[i];
    }
    if (worked[0] != '\0')
        preferred = (glift__address){.is_ipv6 = worked[0] < 'a', .bytes = {(uint8_t)worked[0]}};
    glift__addresses_arrange(addresses, count, worked[0] != '\0' ? &preferred : NULL);
    for (size_t i = 0; i < count; i++)
        order[i] = (char)addresses[i].bytes[0];
    CHECK_TEXT(order, expected);
}

/* RFC 8305 4 */
TEST(families_take_turns_beginning_with_that_of_the_first)
{
    check_order("", "", "");
    check_order("abc", "", "abc");
    check_order("ABCab", "", "AaBbC");
    check_order("abcAB", "", "aAbBc");
    check_order("aABCD", "", "aABCD");
    check_order("AaBbCc", "", "AaBbCc");
}

TEST(the_one_that_worked_comes_before_them_all)
{
    check_order("ABCab", "b", "bAaBC");
    check_order("ABCab", "A", "AaBbC");
    check_order("ABCab", "z", "AaBbC");
}
