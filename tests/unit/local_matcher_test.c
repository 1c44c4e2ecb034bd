/* SPDX-License-Identifier: Apache-2.0 */
/* Who plays with whom: the matcher alone, tickets in, matches out. */

#include "rules/matcher.h"
#include "test.h"

enum { MOST_TICKETS = 64, MOST_IN_TICKET = 10 };

/* A pool of tickets and what they point to. */
static struct {
    local_rule_set *rule_set;
    local_matcher *matcher;
    uint32_t settle_ms;
    int additional_players;
    local_candidate tickets[MOST_TICKETS];
    local_candidate *line[MOST_TICKETS];
    glift_player players[MOST_TICKETS][MOST_IN_TICKET];
    glift_player_attribute attributes[MOST_TICKETS][MOST_IN_TICKET];
    char names[MOST_TICKETS][MOST_IN_TICKET][48];
    size_t count;
} pool;

/* teams and the members after it */
static void begin(const char *teams)
{
    char text[2048], what[LOCAL_WHAT_SIZE];
    local_matcher_destroy(pool.matcher);
    local_rule_set_destroy(pool.rule_set);
    memset(&pool, 0, sizeof pool);
    snprintf(text, sizeof text,
            "{\"ruleLanguageVersion\":\"1.0\",\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\"}]"
            ","
            "\"teams\":%s}",
            teams);
    if (local_rule_set_parse(text, &pool.rule_set, what) != GLIFT_OK)
        test_fail(__FILE__, __LINE__, what);
    pool.settle_ms = 1000;
}

static local_candidate *add(uint64_t start_ms, size_t players)
{
    size_t n = pool.count++;
    for (size_t i = 0; i < players; i++) {
        snprintf(pool.names[n][i], sizeof pool.names[n][i], "p%zu-%zu", n, i);
        pool.attributes[n][i] = (glift_player_attribute){.name = "skill", .type = GLIFT_ATTRIBUTE_DOUBLE};
        pool.players[n][i] = (glift_player){.player_id = pool.names[n][i],
                .team = "",
                .attributes = &pool.attributes[n][i],
                .attribute_count = 1};
    }
    pool.tickets[n] = (local_candidate){
            .start_ms = start_ms, .order = n, .players = pool.players[n], .player_count = players};
    return &pool.tickets[n];
}

static local_candidate *add_skilled(uint64_t start_ms, double skill)
{
    local_candidate *ticket = add(start_ms, 1);
    pool.attributes[pool.count - 1][0].number = skill;
    return ticket;
}

static local_candidate *add_backfill(uint64_t start_ms, size_t players, const char *team, int free_seats)
{
    local_candidate *ticket = add(start_ms, players);
    for (size_t i = 0; i < players; i++)
        pool.players[pool.count - 1][i].team = team;
    ticket->backfill = true;
    ticket->free_seats = free_seats;
    return ticket;
}

/* One more look of the same matcher. */
static unsigned run_again(uint64_t now_ms)
{
    local_matcher_look look = {.now_ms = now_ms,
            .settle_ms = pool.settle_ms,
            .additional_players = pool.additional_players,
            .units = LOCAL_MATCHER_UNITS};
    return local_matcher_run(pool.matcher, &look);
}

/* One look of a matcher that holds all of them, and has seen none before. */
static unsigned run(uint64_t now_ms)
{
    local_matcher_destroy(pool.matcher);
    pool.matcher = local_matcher_create(pool.rule_set);
    CHECK(pool.matcher != NULL);
    for (size_t i = 0; i < pool.count; i++)
        CHECK(local_matcher_add(pool.matcher, pool.line[i] != NULL ? pool.line[i] : &pool.tickets[i]));
    return run_again(now_ms);
}

#define FREE_FOR_ALL "[{\"name\":\"players\",\"minPlayers\":2,\"maxPlayers\":4}]"
#define TWO_TEAMS                                                                                            \
    "[{\"name\":\"red\",\"minPlayers\":1,\"maxPlayers\":3},{\"name\":\"blue\",\"minPlayers\":1,"             \
    "\"maxPlayers\":3}]"

/* ---- sizes (S59) ---- */

TEST(one_player_waits_for_another_and_says_so) /* S59 */
{
    begin(FREE_FOR_ALL);
    local_candidate *one = add(0, 1);
    CHECK_INT(run(5000), 0);
    CHECK_INT(one->match, 0);
    CHECK_TEXT(one->why, "waiting for 1 more player");
}

#define EIGHT "[{\"name\":\"players\",\"minPlayers\":8,\"maxPlayers\":8}]"

TEST(whoever_waits_counts_the_others_who_wait)
{
    begin(EIGHT);
    local_candidate *first = add(0, 1);
    CHECK_INT(run(0), 0);
    CHECK_TEXT(first->why, "waiting for 7 more players");
    for (int i = 0; i < 3; i++)
        CHECK(local_matcher_add(pool.matcher, add(1000, 1)));
    CHECK_INT(run_again(1000), 0);
    for (int i = 0; i < 4; i++)
        CHECK_TEXT(pool.tickets[i].why, "waiting for 4 more players");
    local_matcher_remove(pool.matcher, &pool.tickets[3]);
    CHECK_INT(run_again(2000), 0);
    for (int i = 0; i < 3; i++)
        CHECK_TEXT(pool.tickets[i].why, "waiting for 5 more players");
}

TEST(a_full_match_does_not_wait) /* S59 */
{
    begin(FREE_FOR_ALL);
    for (int i = 0; i < 4; i++)
        add(0, 1);
    CHECK_INT(run(0), 1);
    for (int i = 0; i < 4; i++)
        CHECK_INT(pool.tickets[i].match, 1);
}

TEST(a_match_with_room_left_waits_until_nobody_comes)
{
    begin(FREE_FOR_ALL);
    add(0, 1);
    local_candidate *late = add(900, 1);
    CHECK_INT(run(1899), 0);
    CHECK_TEXT(late->why, "2 players found, waiting 0.0 s for more");
    CHECK_INT(run(1900), 1);
}

TEST(the_oldest_tickets_are_matched_first)
{
    begin(FREE_FOR_ALL);
    uint64_t starts[] = {50, 10, 40, 30, 20};
    for (size_t i = 0; i < 5; i++)
        add(starts[i], 1);
    CHECK_INT(run(100), 1);
    CHECK_INT(pool.tickets[0].match, 0);
    for (size_t i = 1; i < 5; i++)
        CHECK_INT(pool.tickets[i].match, 1);
}

TEST(one_pass_makes_many_matches)
{
    begin(FREE_FOR_ALL);
    for (int i = 0; i < 12; i++)
        add((uint64_t)i, 1);
    CHECK_INT(run(100), 3);
    CHECK_INT(pool.tickets[0].match, 1);
    CHECK_INT(pool.tickets[11].match, 3);
}

TEST(teams_are_balanced)
{
    begin(TWO_TEAMS);
    for (int i = 0; i < 4; i++)
        add(0, 1);
    int players[2] = {0, 0};
    CHECK_INT(run(5000), 1);
    for (int i = 0; i < 4; i++)
        players[pool.tickets[i].team]++;
    CHECK_INT(players[0], 2);
    CHECK_INT(players[1], 2);
}

TEST(a_party_stays_on_one_team) /* S59 */
{
    begin(TWO_TEAMS);
    local_candidate *single = add(0, 1), *party = add(1, 3), *pair = add(2, 2);
    CHECK_INT(run(2), 1);
    CHECK_INT(party->team, 1);
    CHECK_INT(single->team, 0);
    CHECK_INT(pair->team, 0);
}

TEST(a_party_larger_than_any_team_hears_so)
{
    begin(TWO_TEAMS);
    local_candidate *party = add(0, 4);
    add(0, 1);
    CHECK_INT(run(5000), 0);
    CHECK_TEXT(party->why, "a party of 4 fits into no team");
}

TEST(the_search_turns_back_for_a_fuller_match)
{
    begin(FREE_FOR_ALL);
    local_candidate *one = add(0, 1), *pair = add(1, 2), *trio = add(2, 3);
    CHECK_INT(run(2), 1);
    CHECK_INT(one->match, 1);
    CHECK_INT(trio->match, 1);
    CHECK_INT(pair->match, 0);
}

TEST(additional_players_stay_free)
{
    begin(FREE_FOR_ALL);
    pool.additional_players = 1;
    for (int i = 0; i < 4; i++)
        add(0, 1);
    CHECK_INT(run(0), 1);
    CHECK_INT(pool.tickets[2].match, 1);
    CHECK_INT(pool.tickets[3].match, 0);
}

TEST(a_match_that_settles_keeps_nobody_from_a_full_one)
{
    begin(FREE_FOR_ALL);
    local_candidate *single = add(0, 1);
    add(10, 2);
    CHECK_INT(run(500), 0);
    CHECK_CONTAINS(single->why, "3 players found");
    add(20, 2);
    CHECK_INT(run(500), 1);
    CHECK_INT(single->match, 0);
    CHECK_INT(pool.tickets[1].match, 1);
    CHECK_INT(pool.tickets[2].match, 1);
}

TEST(what_can_never_match_is_left_out_and_says_why) /* S61 */
{
    begin(FREE_FOR_ALL);
    local_candidate *lame = add(0, 1);
    lame->obstacle = "player \"p0-0\" lacks the attribute \"skill\", which has no default";
    add(0, 1);
    add(0, 1);
    CHECK_INT(run(5000), 1);
    CHECK_INT(lame->match, 0);
    CHECK_CONTAINS(lame->why, "lacks the attribute");
}

TEST(nobody_is_in_a_match_twice)
{
    begin(FREE_FOR_ALL);
    add(0, 1);
    add(1, 1);
    pool.players[1][0].player_id = pool.players[0][0].player_id;
    CHECK_INT(run(5000), 0);
}

/* ---- rules and expansions ---- */

#define CLOSE_RULE                                                                                           \
    ",\"rules\":[{\"name\":\"Close\",\"type\":\"batchDistance\",\"batchAttribute\":\"skill\","               \
    "\"maxDistance\":10}]"
#define CLOSE_SKILLS FREE_FOR_ALL CLOSE_RULE

TEST(a_rule_keeps_players_apart_and_is_named)
{
    begin(CLOSE_SKILLS);
    local_candidate *low = add_skilled(0, 10), *high = add_skilled(0, 30), *also_low = add_skilled(0, 15);
    CHECK_INT(run(5000), 1);
    CHECK_INT(low->match, 1);
    CHECK_INT(also_low->match, 1);
    CHECK_INT(high->match, 0);
    add_skilled(0, 90);
    low->start_ms = also_low->start_ms = 1;
    pool.attributes[2][0].number = 60;
    CHECK_INT(run(5000), 0);
    CHECK_TEXT(low->why, "waiting for 1 more player; the rule \"Close\" keeps others out");
    CHECK_TEXT(pool.tickets[3].why, low->why); /* the youngest hears of it too */
}

TEST(whoever_waits_does_not_count_those_whom_a_rule_keeps_out)
{
    begin(EIGHT CLOSE_RULE);
    add_skilled(0, 10);
    add_skilled(0, 15);
    local_candidate *far = add_skilled(0, 90);
    CHECK_INT(run(0), 0);
    for (int i = 0; i < 2; i++)
        CHECK_TEXT(pool.tickets[i].why, "waiting for 6 more players; the rule \"Close\" keeps others out");
    CHECK_TEXT(far->why, "waiting for 7 more players; the rule \"Close\" keeps others out");
}

TEST(expansions_go_by_the_newest_ticket_unless_told_otherwise) /* S62 */
{
    static const char expansion[] =
            CLOSE_SKILLS ",\"expansions\":[{\"target\":\"rules[Close].maxDistance\",\"steps\":["
                         "{\"waitTimeSeconds\":10,\"value\":100}]}]";
    begin(expansion);
    add_skilled(0, 10);
    add_skilled(5000, 60);
    CHECK_INT(run(10000), 0);
    CHECK_INT(run(15000), 1);

    char oldest[1024];
    snprintf(oldest, sizeof oldest, "%s,\"algorithm\":{\"expansionAgeSelection\":\"oldest\"}", expansion);
    begin(oldest);
    add_skilled(0, 10);
    add_skilled(5000, 60);
    CHECK_INT(run(9999), 0);
    CHECK_INT(run(10000), 1);
}

TEST(a_match_is_as_old_as_its_newest_ticket_unless_told_otherwise) /* S62 */
{
    for (int oldest = 0; oldest < 2; oldest++) {
        begin(oldest ? FREE_FOR_ALL ",\"algorithm\":{\"expansionAgeSelection\":\"oldest\"}" : FREE_FOR_ALL);
        local_candidate *const both[] = {add(1000, 1), add(5000, 1)};
        CHECK_INT(local_matcher_age(pool.rule_set, both, 2, 7000), oldest ? 6000 : 2000);
        CHECK_INT(local_matcher_age(pool.rule_set, both, 2, 4000), oldest ? 3000 : 0);
    }
}

TEST(team_sizes_expand)
{
    begin(FREE_FOR_ALL ",\"expansions\":[{\"target\":\"teams[players].minPlayers\",\"steps\":["
                       "{\"waitTimeSeconds\":20,\"value\":1}]}]");
    add(0, 1);
    CHECK_INT(run(19999), 0);
    CHECK_INT(run(20000), 1);
}

TEST(a_rule_that_one_more_player_mends_does_not_end_the_search)
{
    begin(TWO_TEAMS ",\"rules\":[{\"name\":\"Even\",\"type\":\"comparison\",\"operation\":\"=\","
                    "\"measurements\":[\"count(teams[red].players)\"],"
                    "\"referenceValue\":\"count(teams[blue].players)\"}]");
    for (int i = 0; i < 6; i++)
        add((uint64_t)i, 1);
    CHECK_INT(run(10), 1); /* three against three, found through two against one */
    for (int i = 0; i < 6; i++)
        CHECK_INT(pool.tickets[i].match, 1);
}

/* ---- from look to look ---- */

static unsigned look_again(uint64_t now_ms)
{
    local_matcher_look look = {.now_ms = now_ms, .settle_ms = pool.settle_ms, .units = LOCAL_MATCHER_UNITS};
    return local_matcher_run(pool.matcher, &look);
}

TEST(sorts_go_by_the_oldest_ticket_whoever_came_last)
{
    begin("[{\"name\":\"pair\",\"minPlayers\":2,\"maxPlayers\":2}],\"rules\":[{\"name\":\"s\","
          "\"type\":\"distanceSort\",\"sortDirection\":\"ascending\",\"sortAttribute\":\"skill\"}]");
    local_candidate *oldest = add_skilled(0, 50);
    CHECK_INT(run(0), 0);
    local_candidate *far = add_skilled(100, 90), *near = add_skilled(100, 52);
    CHECK(local_matcher_add(pool.matcher, far) && local_matcher_add(pool.matcher, near));
    CHECK_INT(look_again(500), 1);
    CHECK(oldest->match == 1 && near->match == 1 && far->match == 0);
}

TEST(sorts_keep_nobody_out_who_comes_last)
{
    static const char *const sorts[] = {"\"rules\":[{\"name\":\"s\",\"type\":\"absoluteSort\","
                                        "\"sortDirection\":\"ascending\",\"sortAttribute\":"
                                        "\"skill\"}]",
            "\"algorithm\":{\"batchingPreference\":\"sorted\",\"sortByAttributes\":[\"skill\"]}"};
    for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++) {
        char rule_set[512];
        snprintf(rule_set, sizeof rule_set, "[{\"name\":\"four\",\"minPlayers\":4,\"maxPlayers\":4}],%s",
                sorts[i]);
        begin(rule_set);
        add_skilled(0, 10);
        CHECK_INT(run(0), 0);
        for (int player = 1; player < 4; player++) {
            local_candidate *last = add_skilled((uint64_t)player * 100, 10 + player);
            CHECK(local_matcher_add(pool.matcher, last));
            CHECK_INT(look_again((uint64_t)player * 100), player == 3);
        }
    }
}

TEST(a_ticket_that_left_is_not_matched_and_one_that_came_back_is)
{
    begin(FREE_FOR_ALL);
    local_candidate *one = add(0, 1), *other = add(0, 1);
    CHECK_INT(run(500), 0); /* they settle */
    local_matcher_remove(pool.matcher, one);
    CHECK_INT(look_again(5000), 0);
    CHECK_TEXT(other->why, "waiting for 1 more player");
    CHECK(local_matcher_add(pool.matcher, one));
    CHECK_INT(look_again(5500), 1);
    CHECK(one->match == 1 && other->match == 1);
}

TEST(a_session_with_a_seat_again_finds_who_waits_already)
{
    begin("[{\"name\":\"players\",\"minPlayers\":3,\"maxPlayers\":4}]");
    local_candidate *backfill = add_backfill(0, 2, "players", 0), *waiting = add(0, 1);
    CHECK_INT(run(5000), 0);
    CHECK_INT(look_again(6000), 0);
    backfill->free_seats = 1;
    CHECK(local_matcher_changed(pool.matcher, backfill));
    CHECK_INT(look_again(6500), 1);
    CHECK_INT(waiting->match, 1);
}

TEST(an_empty_session_with_seats_finds_who_waits_already)
{
    begin("[{\"name\":\"players\",\"minPlayers\":1,\"maxPlayers\":1}],\"rules\":[{\"name\":\"Able\","
          "\"type\":\"comparison\",\"operation\":\">\",\"measurements\":[\"players.attributes[skill]\"],"
          "\"referenceValue\":9}],\"algorithm\":{\"backfillPriority\":\"high\"}");
    add_skilled(0, 5);
    local_candidate *able = add_skilled(0, 15), *backfill = add_backfill(0, 0, "players", 1);
    CHECK_INT(run(5000), 1);
    CHECK(able->match == 1 && backfill->match == 1);
}

TEST(a_ticket_says_how_far_the_nearest_other_is_beyond_a_rule)
{
    begin(CLOSE_SKILLS);
    local_candidate *one = add_skilled(0, 10);
    add_skilled(0, 57);
    add_skilled(0, 90);
    CHECK_INT(run(5000), 0);
    const local_miss *misses = local_matcher_misses(one);
    CHECK(misses != NULL);
    CHECK_INT(misses[0].kept_out, 2);
    CHECK(misses[0].nearest > 36.9 && misses[0].nearest < 37.1);
    CHECK(local_matcher_metrics(pool.matcher)[0].failed > 0);
    CHECK_INT(local_matcher_metrics(pool.matcher)[0].passed, 0);
}

/* ---- backfill ---- */

TEST(a_backfill_needs_a_new_player) /* S75 */
{
    begin(FREE_FOR_ALL);
    local_candidate *backfill = add_backfill(0, 3, "players", 1);
    CHECK_INT(run(5000), 0);
    CHECK_TEXT(backfill->why, "waiting for a new player");
    add(1, 1);
    CHECK_INT(run(5000), 1);
    CHECK_INT(backfill->match, 1);
    CHECK_INT(backfill->team, -1);
    CHECK_INT(pool.tickets[1].team, 0);
}

TEST(two_backfills_are_never_in_one_match) /* S75 */
{
    begin(FREE_FOR_ALL);
    local_candidate *first = add_backfill(0, 1, "players", 3), *second = add_backfill(1, 1, "players", 3);
    add(2, 1);
    CHECK_INT(run(5000), 1);
    CHECK_INT(first->match, 1);
    CHECK_INT(second->match, 0);
}

TEST(a_backfill_takes_no_more_than_the_session_has_seats)
{
    begin(FREE_FOR_ALL);
    add_backfill(0, 1, "players", 1);
    add(1, 1);
    add(2, 1);
    CHECK_INT(run(3), 1); /* full, for this session: at once */
    CHECK_INT(pool.tickets[1].match, 1);
    CHECK_INT(pool.tickets[2].match, 0);
    begin(FREE_FOR_ALL);
    local_candidate *full = add_backfill(0, 1, "players", 0);
    CHECK_INT(run(5000), 0);
    CHECK_TEXT(full->why, "the session has no free seat");
}

TEST(a_party_larger_than_the_seats_that_are_left_waits)
{
    begin("[{\"name\":\"players\",\"minPlayers\":3,\"maxPlayers\":4}]");
    add_backfill(0, 1, "players", 1);
    local_candidate *pair = add(1, 2);
    CHECK_INT(run(5000), 0);
    CHECK_INT(pair->match, 0);

    begin(FREE_FOR_ALL);
    pool.additional_players = 1;
    add(0, 2);
    add(1, 2);
    CHECK_INT(run(5000), 2); /* four would leave no seat free */
}

TEST(who_plays_already_is_no_party_any_more)
{
    begin(FREE_FOR_ALL ",\"rules\":[{\"name\":\"Able\",\"type\":\"comparison\",\"operation\":\">=\","
                       "\"measurements\":[\"players.attributes[skill]\"],\"referenceValue\":10,"
                       "\"partyAggregation\":\"max\"}]");
    add(0, 2); /* 4 and 12 together are as good as 12 */
    pool.attributes[0][0].number = 4;
    pool.attributes[0][1].number = 12;
    CHECK_INT(run(5000), 1);
    local_candidate *backfill = &pool.tickets[0];
    backfill->backfill = true; /* the same two in a session: 4 counts as 4 */
    backfill->free_seats = 2;
    pool.players[0][0].team = pool.players[0][1].team = "players";
    add_skilled(1, 15);
    CHECK_INT(run(5000), 0);
    CHECK_TEXT(backfill->why, "the rule \"Able\" is not met");
}

TEST(a_backfill_judges_latency_where_its_session_runs)
{
    begin(FREE_FOR_ALL ",\"rules\":[{\"name\":\"Ping\",\"type\":\"latency\",\"maxLatency\":100}]");
    static const glift_player_latency far[] = {{"home", 150}, {"away", 20}}, near[] = {{"home", 50}};
    add_backfill(0, 2, "players", 2)->location = "home"; /* who plays there has measured nothing */
    local_candidate *stranger = add(1, 1), *neighbour = add(2, 1);
    pool.players[1][0].latencies = far;
    pool.players[1][0].latency_count = 2;
    pool.players[2][0].latencies = near;
    pool.players[2][0].latency_count = 1;
    CHECK_INT(run(5000), 1);
    CHECK_INT(neighbour->match, 1);
    CHECK_INT(stranger->match, 0);
}

TEST(newcomers_fill_the_emptier_team_of_a_backfill)
{
    begin(TWO_TEAMS);
    add_backfill(0, 2, "red", 4);
    local_candidate *newcomer = add(0, 1);
    CHECK_INT(run(5000), 1);
    CHECK_INT(newcomer->team, 1);
}

TEST(somebody_in_the_session_is_not_matched_into_it_again)
{
    begin(FREE_FOR_ALL);
    add_backfill(0, 2, "players", 2);
    add(1, 1);
    pool.players[1][0].player_id = pool.players[0][1].player_id;
    CHECK_INT(run(5000), 0);
}

TEST(somebody_with_a_seat_that_the_backfill_does_not_name_is_not_matched_into_it)
{
    static const char *const seated[] = {"p1-0"};
    begin(FREE_FOR_ALL);
    local_candidate *backfill = add_backfill(0, 2, "players", 1), *returning = add(1, 1);
    backfill->seated = seated;
    backfill->seated_count = 1;
    CHECK_INT(run(5000), 0);
    backfill->start_ms = 2; /* looked at after the returning player */
    CHECK_INT(run(5000), 0);
    add(3, 1);
    CHECK_INT(run(5000), 1);
    CHECK_INT(returning->match == backfill->match && returning->match != 0, 0);
}

TEST(backfill_priority_orders_the_line) /* S78 */
{
    static const struct {
        const char *priority;
        uint64_t backfill_start_ms;
        bool backfilled;
    } cases[] = {{"normal", 0, true}, {"normal", 9, false}, {"high", 9, true}, {"low", 0, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char teams[256];
        snprintf(teams, sizeof teams,
                "[{\"name\":\"players\",\"minPlayers\":2,\"maxPlayers\":2}],"
                "\"algorithm\":{\"backfillPriority\":\"%s\"}",
                cases[i].priority);
        begin(teams);
        local_candidate *backfill = add_backfill(cases[i].backfill_start_ms, 1, "players", 1);
        add(1, 1);
        add(2, 1);
        CHECK_INT(run(5000), 1);
        CHECK_INT(backfill->match != 0, cases[i].backfilled);
    }
}

TEST(a_low_backfill_takes_who_is_left_over)
{
    begin(FREE_FOR_ALL ",\"algorithm\":{\"backfillPriority\":\"low\"}");
    local_candidate *backfill = add_backfill(0, 2, "players", 2);
    local_candidate *single = add(1, 1);
    CHECK_INT(run(5000), 1);
    CHECK_INT(backfill->match, 1);
    CHECK_INT(single->match, 1);
}

/* ---- places ---- */

TEST(latency_rules_choose_where_a_match_may_run)
{
    begin(FREE_FOR_ALL ",\"rules\":[{\"name\":\"Ping\",\"type\":\"latency\",\"maxLatency\":100}]");
    const glift_player_latency near[] = {{"home", 20}, {"away", 180}};
    for (int i = 0; i < 2; i++) {
        add(0, 1);
        pool.players[i][0].latencies = near;
        pool.players[i][0].latency_count = 2;
    }
    CHECK_INT(run(5000), 1);
    local_candidate *const pair[] = {&pool.tickets[0], &pool.tickets[1]};
    CHECK(local_matcher_allows_location(pool.rule_set, pair, 2, 5000, "home"));
    CHECK(!local_matcher_allows_location(pool.rule_set, pair, 2, 5000, "away"));
}

/* ---- properties ---- */

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void add_random_tickets(uint32_t *random)
{
    size_t count = 1 + next_random(random) % 40;
    for (size_t i = 0; i < count; i++) {
        uint64_t start_ms = next_random(random) % 3000;
        size_t players = 1 + next_random(random) % 4;
        if (next_random(random) % 8 == 0)
            add_backfill(start_ms, players, next_random(random) % 2 == 0 ? "red" : "blue",
                    (int)(next_random(random) % 4));
        else
            add(start_ms, players);
    }
}

/* Every match keeps the sizes, has at most one backfill and somebody new, and no player twice (S59, S75). */
static void check_matches(unsigned matches)
{
    for (unsigned match = 1; match <= matches; match++) {
        size_t players[2] = {0, 0}, backfills = 0, newcomers = 0, seats = 0;
        const char *seen[MOST_TICKETS * MOST_IN_TICKET];
        for (size_t i = 0; i < pool.count; i++) {
            const local_candidate *ticket = &pool.tickets[i];
            if (ticket->match != match)
                continue;
            backfills += ticket->backfill;
            newcomers += ticket->backfill ? 0 : ticket->player_count;
            for (size_t j = 0; j < ticket->player_count; j++) {
                int team = ticket->backfill ? local_rule_set_find_team(pool.rule_set, ticket->players[j].team)
                                            : ticket->team;
                CHECK(team == 0 || team == 1);
                players[team]++;
                for (size_t k = 0; k < seats; k++)
                    CHECK(strcmp(seen[k], ticket->players[j].player_id) != 0);
                seen[seats++] = ticket->players[j].player_id;
            }
        }
        CHECK(backfills <= 1);
        CHECK(newcomers >= 1);
        for (int team = 0; team < 2; team++)
            CHECK(players[team] >= 1 && players[team] <= 3);
    }
}

TEST(random_tickets_never_break_the_sizes_and_every_wait_has_a_reason) /* S59 */
{
    size_t matched = 0;
    for (uint32_t seed = 1; seed <= 300; seed++) {
        static const char *const priorities[] = {"normal", "low", "high"};
        uint32_t random = seed;
        char teams[512];
        snprintf(teams, sizeof teams, TWO_TEAMS ",\"algorithm\":{\"backfillPriority\":\"%s\"}",
                priorities[seed % 3]);
        begin(teams);
        add_random_tickets(&random);
        unsigned matches = run(3000);
        check_matches(matches);
        matched += matches;
        for (size_t i = 0; i < pool.count; i++)
            CHECK((pool.tickets[i].match == 0) == (pool.tickets[i].why[0] != '\0'));
    }
    CHECK(matched > 300);
}

TEST(the_same_tickets_give_the_same_matches) /* S70 */
{
    for (uint32_t seed = 1; seed <= 20; seed++) {
        unsigned first[MOST_TICKETS];
        uint32_t random = seed;
        begin(TWO_TEAMS);
        add_random_tickets(&random);
        unsigned matches = run(3000);
        for (size_t i = 0; i < pool.count; i++)
            first[i] = pool.tickets[i].match;
        for (size_t i = 0; i < pool.count; i++) /* handed in from the other end */
            pool.line[i] = &pool.tickets[pool.count - 1 - i];
        CHECK_INT(run(3000), matches);
        for (size_t i = 0; i < pool.count; i++)
            CHECK_INT(pool.tickets[i].match, first[i]);
    }
}

/* ---- what a look may cost ---- */

/* Ten players whose lists of so many words have none in common, under twenty rules that count common words:
 * the units that one look takes. */
static long units_with_words(size_t words)
{
    enum { PLAYERS = 10, RULES = 20, MOST_WORDS = 100 };
    static char texts[PLAYERS][MOST_WORDS][48], body[8192];
    static const char *lists[PLAYERS][MOST_WORDS];
    char what[LOCAL_WHAT_SIZE];
    begin(FREE_FOR_ALL);
    local_rule_set_destroy(pool.rule_set);
    size_t length = (size_t)snprintf(body, sizeof body,
            "{\"ruleLanguageVersion\":\"1.0\",\"playerAttributes\":[{\"name\":\"maps\",\"type\":\"string_"
            "list\"}],"
            "\"teams\":[{\"name\":\"t\",\"minPlayers\":5,\"maxPlayers\":5},{\"name\":\"u\",\"minPlayers\":5,"
            "\"maxPlayers\":5}],\"rules\":[");
    for (int i = 0; i < RULES; i++)
        length += (size_t)snprintf(body + length, sizeof body - length,
                "%s{\"name\":\"r%d\",\"type\":\"collection\",\"operation\":\"reference_intersection_count\","
                "\"minCount\":0,\"maxCount\":5,\"measurements\":[\"flatten(teams[*].players.attributes[maps])"
                "\"],"
                "\"referenceValue\":\"set_intersection(flatten(teams[*].players.attributes[maps]))\"}",
                i > 0 ? "," : "", i);
    snprintf(body + length, sizeof body - length, "]}");
    if (local_rule_set_parse(body, &pool.rule_set, what) != GLIFT_OK)
        test_fail(__FILE__, __LINE__, what);
    for (size_t i = 0; i < PLAYERS; i++) {
        add(0, 1);
        for (size_t k = 0; k < words; k++) {
            snprintf(texts[i][k], sizeof texts[i][k], "w%zu-%zu", i, k);
            lists[i][k] = texts[i][k];
        }
        pool.attributes[i][0] = (glift_player_attribute){.name = "maps",
                .type = GLIFT_ATTRIBUTE_STRING_LIST,
                .string_list = lists[i],
                .string_count = words};
    }
    local_matcher_look look = {.now_ms = 0, .units = LOCAL_MATCHER_UNITS};
    local_matcher_destroy(pool.matcher);
    pool.matcher = local_matcher_create(pool.rule_set);
    for (size_t i = 0; i < PLAYERS; i++) {
        pool.tickets[i].match = 0;
        CHECK(local_matcher_add(pool.matcher, &pool.tickets[i]));
    }
    CHECK_INT(local_matcher_run(pool.matcher, &look), 1);
    return LOCAL_MATCHER_UNITS - look.units;
}

TEST(what_judging_lists_costs_goes_by_how_long_they_are)
{
    long few = units_with_words(1), many = units_with_words(100);
    CHECK(many > 5 * few);
}
