/* SPDX-License-Identifier: Apache-2.0 */
/* What pages ask for: lists in pages, one thing with its history, the overview, and what is wrong with a
 * query. */
#include "journal/journal.h"

#include <math.h>

#include "local_pages_helper.h"

static void detail_of(const local_service *service, const char *kind, const char *id)
{
    char query[900];
    snprintf(query, sizeof query, "kind=%s&id=%s", kind, id);
    CHECK_INT(ask_page(service, "detail", query), 200);
}

static void start_ticket(local_service *service, const char *id, const char *player)
{
    CHECK_INT(call(service, "StartMatchmaking",
                      "{\"ConfigurationName\":\"arena\",\"TicketId\":\"%s\",\"Players\":[{\"PlayerId\":\"%"
                      "s\"}]}",
                      id, player),
            200);
}

/* ---- lists ---- */

TEST(lists_are_cut_into_pages)
{
    local_service *service = make_demo_service();
    for (int i = 0; i < 7; i++)
        CHECK_INT(call(service, "CreateGameSessionQueue", "{\"Name\":\"line-%d\"}", i), 200);
    CHECK_INT(ask_page(service, "list", "kind=queues&text=LINE&offset=2&limit=3"), 200);
    CHECK_TEXT(field("total"), "7");
    CHECK_TEXT(field("rows"), "[3]");
    CHECK_TEXT(field("rows.0.name"), "line-4");
    CHECK_TEXT(field("rows.2.name"), "line-2");
    CHECK_INT(ask_page(service, "list", "kind=queues&text=line&offset=2&limit=3&order=oldest"), 200);
    CHECK_TEXT(field("rows.0.name"), "line-2");
    CHECK_INT(ask_page(service, "list", "kind=queues&offset=100"), 200);
    CHECK_TEXT(field("total"), "8"); /* with that of the demo */
    CHECK_TEXT(field("rows"), "[0]");
    finish(service, &(game_server){0});
}

/* Of kinds that keep their order, and whose number is known: the answer is that of a walk to the end. */
TEST(pages_of_ordered_kinds_are_those_of_all)
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 100, session);
    for (int i = 0; i < 50; i++)
        CHECK_INT(call(service, "CreatePlayerSession",
                          "{\"GameSessionId\":\"%s\",\"PlayerId\":\"nova-%02d\"}", session, i),
                200);
    for (int offset = 0; offset < 60; offset += 7) {
        char query[200];
        snprintf(query, sizeof query, "kind=player_sessions&limit=7&offset=%d", offset);
        CHECK_INT(ask_page(service, "list", query), 200);
        CHECK_TEXT(field("total"), "50");
        char first[64], wanted[64];
        snprintf(first, sizeof first, "%s", field("rows.0.player_id"));
        snprintf(wanted, sizeof wanted, offset < 50 ? "nova-%02d" : "", 49 - offset);
        CHECK_TEXT(first, wanted);
        snprintf(query, sizeof query, "kind=player_sessions&text=nova&limit=7&offset=%d", offset);
        CHECK_INT(ask_page(service, "list", query), 200);
        CHECK_TEXT(field("total"), "50");
        CHECK_TEXT(field("rows.0.player_id"), wanted);
    }
    finish(service, &server);
}

TEST(lists_are_filtered_by_state)
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    CHECK_INT(ask_page(service, "list", "kind=game_sessions&state=ACTIVE,ERROR"), 200);
    CHECK_TEXT(field("total"), "1");
    CHECK_TEXT(field("rows.0.state"), "ACTIVE");
    CHECK_INT(ask_page(service, "list", "kind=game_sessions&state=TERMINATED"), 200);
    CHECK_TEXT(field("total"), "0");
    end_process(&server);
    CHECK_INT(ask_page(service, "list", "kind=game_sessions&state=TERMINATED"), 200);
    CHECK_TEXT(field("total"), "1");
    CHECK_INT(ask_page(service, "list", "kind=processes&state=GONE"), 200);
    CHECK_TEXT(field("rows.0.process_id"), "p1");
    finish(service, &server);
}

TEST(wrong_queries_get_a_sentence)
{
    static const struct {
        const char *page, *query;
        int status;
        const char *sentence;
    } wrong[] = {
            {"list", "", 400, "kind is missing."},
            {"list", "kind=x", 400, "kind is none of processes, game_sessions"},
            {"list", "kind=queues&limit=x", 400, "limit is not a number from 0 to 500."},
            {"list", "kind=queues&limit=%31%30%30%30", 400, "limit is not a number from 0 to 500."},
            {"list", "kind=queues&order=up", 400, "order is neither newest nor oldest."},
            {"list", "kind=queues&foo", 400, "foo is no parameter of list, which has kind, state,"},
            {"detail", "kind=queues", 400, "Exactly one of key and id is needed."},
            {"detail", "kind=queues&id=a&key=1", 400, "Exactly one of key and id is needed."},
            {"detail", "kind=queues&id=a", 404, "There is nothing of kind queues with id a (any more)."},
            {"messages", "status=x", 400, "status is neither ok nor error."},
            {"overview", "kind=x", 400, "kind is no parameter of overview, which has none"},
            {"other", "", 404, "There is no such page."},
    };
    local_service *service = make_demo_service();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK_INT(ask_page(service, wrong[i].page, wrong[i].query), wrong[i].status);
        CHECK_CONTAINS(last_answer, wrong[i].sentence);
    }
    char query[4000] = "kind=queues&text=";
    memset(query + strlen(query), 'x', 3000);
    CHECK_INT(ask_page(service, "list", query), 400);
    CHECK_CONTAINS(last_answer, "longer than");
    CHECK_INT(ask_page(service, "list", "token=anything&kind=queues&"), 200);
    finish(service, &(game_server){0});
}

/* ---- histories ---- */

TEST(a_process_tells_every_heartbeat_with_its_answer)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(ask(&server, "HeartbeatServerProcess", "beat-1", "\"HealthStatus\":true"), 200);
    CHECK_INT(ask(&server, "HeartbeatServerProcess", "beat-2", "\"HealthStatus\":false"), 200);
    detail_of(service, "processes", "p1");
    CHECK_INT(count_moments("heartbeat"), 2);
    CHECK_TEXT(moment("heartbeat"), "not healthy: answered with 200.");
    CHECK_INT(count_moments("CONNECTED") + count_moments("READY") + count_moments("connection"), 3);
    uint64_t serial = strtoull(field("history.4.serial"), NULL, 10);
    const local_entry *entry = local_journal_after(service, serial - 1);
    CHECK_TEXT(entry->request_id, "beat-2");
    finish(service, &server);
}

TEST(heartbeats_do_not_push_out_states_and_are_bounded)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    for (int i = 0; i < 1000; i++)
        CHECK_INT(ask(&server, "HeartbeatServerProcess", "beat", "\"HealthStatus\":true"), 200);
    detail_of(service, "processes", "p1");
    CHECK_INT(count_moments("heartbeat"), LOCAL_MOMENTS_OF_ONE);
    CHECK_TEXT(moment("READY"), "It has called ProcessReady().");
    finish(service, &server);
}

enum { HISTORIES = 3000, ROUNDS = 50 };

static local_history *live_many_histories(local_service *service, int digits)
{
    local_history *histories = calloc(HISTORIES, sizeof *histories);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < HISTORIES; i++)
            local_note(service, &histories[i], "round", "%0*d", digits, round);
    }
    return histories;
}

static void end_many_histories(local_service *service, local_history *histories)
{
    for (int i = 0; i < HISTORIES; i++)
        local_forget_history(service, &histories[i]);
    free(histories);
}

TEST(all_histories_together_are_bounded)
{
    local_service *service = make_demo_service();
    local_history *histories = live_many_histories(service, 1);
    size_t kept_moments = 0;
    for (int i = 0; i < HISTORIES; i++) {
        for (const local_moment *one = NULL; (one = local_next_moment(&histories[i], one)) != NULL;)
            kept_moments++;
    }
    CHECK_INT(kept_moments, LOCAL_MOMENTS_KEPT);
    CHECK_TEXT(local_next_moment(&histories[HISTORIES - 1], NULL)->text, "16"); /* each has lost its oldest */
    end_many_histories(service, histories);
    finish(service, &(game_server){0});
}

TEST(long_texts_of_histories_are_bounded_by_their_bytes)
{
    local_service *service = make_demo_service();
    local_history *histories = live_many_histories(service, LOCAL_MOMENT_TEXT_MAX);
    size_t kept_bytes = 0;
    for (int i = 0; i < HISTORIES; i++) {
        for (const local_moment *one = NULL; (one = local_next_moment(&histories[i], one)) != NULL;)
            kept_bytes += sizeof *one + strlen(one->text) + 1;
    }
    CHECK(kept_bytes <= LOCAL_MOMENT_BYTES_KEPT);
    CHECK(kept_bytes > LOCAL_MOMENT_BYTES_KEPT - 10000);
    end_many_histories(service, histories);
    CHECK_INT(service->past.bytes, 0); /* those of the demo were the oldest */
    finish(service, &(game_server){0});
}

TEST(a_session_that_crashed_says_so_and_why)
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    local_service_process_exited(service, clock_now, "p1", "Its program ended with exit code 3.");
    detail_of(service, "game_sessions", session);
    CHECK_TEXT(field("row.status"), "TERMINATED");
    CHECK_TEXT(field("row.crashed"), "true");
    CHECK_TEXT(
            field("row.end_message"), "Its server process p1 crashed: Its program ended with exit code 3.");
    CHECK_TEXT(moment("TERMINATED"), "Its server process p1 crashed: Its program ended with exit code 3.");
    detail_of(service, "processes", "p1");
    CHECK_TEXT(field("row.crashed"), "true");
    CHECK_TEXT(moment("GONE"), "Its program ended with exit code 3.");
    finish(service, &server);
}

TEST(a_session_that_ended_well_says_how)
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    end_process(&server);
    detail_of(service, "game_sessions", session);
    CHECK_TEXT(field("row.crashed"), "false");
    CHECK_TEXT(field("row.end_message"), "Its server process p1 ended: It has called ProcessEnding().");
    finish(service, &server);
}

TEST(a_server_that_goes_silent_is_told_apart_from_one_that_ends)
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 2, session);
    local_service_closed(service, clock_now, server.connection);
    pass(service, LOCAL_HEARTBEAT_PATIENCE_MS);
    detail_of(service, "game_sessions", session);
    CHECK_TEXT(field("row.crashed"), "true");
    CHECK_CONTAINS(field("row.end_message"), "Its connection is gone");
    finish(service, &server);
}

TEST(a_session_tells_its_seats_over_time)
{
    game_server server;
    char session[300], seat[64];
    local_service *service = make_active_service(&server, 2, session);
    CHECK_INT(
            call(service, "CreatePlayerSession", "{\"GameSessionId\":\"%s\",\"PlayerId\":\"nova\"}", session),
            200);
    snprintf(seat, sizeof seat, "%s", field("PlayerSession.PlayerSessionId"));
    ask(&server, "AcceptPlayerSession", "a", "\"GameSessionId\":\"%s\",\"PlayerSessionId\":\"%s\"", session,
            seat);
    ask(&server, "RemovePlayerSession", "b", "\"GameSessionId\":\"%s\",\"PlayerSessionId\":\"%s\"", session,
            seat);
    detail_of(service, "game_sessions", session);
    CHECK_TEXT(field("history.2.text"), "nova is RESERVED: 1 of 2 seats are taken.");
    CHECK_TEXT(field("history.3.text"), "nova is ACTIVE: 1 of 2 seats are taken.");
    CHECK_TEXT(field("history.4.text"), "nova is COMPLETED: 0 of 2 seats are taken.");
    CHECK_TEXT(field("player_sessions.0.player_id"), "nova");
    finish(service, &server);
}

TEST(a_ticket_tells_every_state_with_its_reason)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    start_ticket(service, "t1", "nova");
    start_ticket(service, "t2", "rex");
    for (int i = 0; i < 10; i++)
        pass(service, 500);
    collect(&server, 1);
    detail_of(service, "tickets", "t1");
    CHECK_TEXT(field("row.status"), "PLACING");
    CHECK_TEXT(field("history.0.what"), "QUEUED");
    CHECK_TEXT(field("history.1.what"), "SEARCHING");
    CHECK_CONTAINS(moment("match"), "2 tickets, 2 players");
    CHECK_CONTAINS(moment("attempt"), "It is placed on arn:");
    finish(service, &server);
}

static const char *const distant = "{\"name\":\"near\",\"ruleLanguageVersion\":\"1.0\",\"playerAttributes\":["
                                   "{\"name\":\"skill\",\"type\":\"number\"}],"
                                   "\"teams\":[{\"name\":\"all\",\"minPlayers\":2,\"maxPlayers\":2}],"
                                   "\"rules\":[{\"name\":\"FairSkill\",\"type\":\"batchDistance\","
                                   "\"batchAttribute\":\"skill\",\"maxDistance\":10}]}";

TEST(a_ticket_that_waits_tells_the_nearest_miss_of_each_rule)
{
    local_service *service = make_demo_service();
    cJSON *body = cJSON_CreateString(distant);
    char *text = cJSON_PrintUnformatted(body);
    CHECK_INT(call(service, "CreateMatchmakingRuleSet", "{\"Name\":\"near\",\"RuleSetBody\":%s}", text), 200);
    free(text);
    cJSON_Delete(body);
    CHECK_INT(call(service, "CreateMatchmakingConfiguration",
                      "{\"Name\":\"near\",\"RuleSetName\":\"near\",\"RequestTimeoutSeconds\":30,"
                      "\"AcceptanceRequired\":false,"
                      "\"FlexMatchMode\":\"STANDALONE\"}"),
            200);
    for (int i = 0; i < 2; i++)
        CHECK_INT(call(service, "StartMatchmaking",
                          "{\"ConfigurationName\":\"near\",\"TicketId\":\"t%d\",\"Players\":[{\"PlayerId\":"
                          "\"p%d\","
                          "\"PlayerAttributes\":{\"skill\":{\"N\":%d}}}]}",
                          i, i, i * 25),
                200);
    pass(service, 2000);
    detail_of(service, "tickets", "t1");
    CHECK_TEXT(field("row.status"), "SEARCHING");
    CHECK_TEXT(field("row.kept_out_by.0.rule"), "FairSkill");
    CHECK(fabs(atof(field("row.kept_out_by.0.nearest_is_beyond_by")) - 15) < 1e-6);
    CHECK_CONTAINS(field("row.why"), "FairSkill");
    CHECK_INT(ask_page(service, "list", "kind=tickets&text=T1"), 200);
    CHECK_TEXT(field("rows.0.kept_out_by.0.rule"), "FairSkill");
    for (int i = 0; i < 70; i++)
        pass(service, 500);
    detail_of(service, "tickets", "t1");
    CHECK_TEXT(field("row.status"), "TIMED_OUT");
    CHECK_CONTAINS(moment("TIMED_OUT"), "No match within 30 seconds");
    CHECK_TEXT(moment("kept out"),
            "Rule \"FairSkill\" kept out 1 ticket, the nearest of which was beyond it by 15.");
    finish(service, &(game_server){0});
}

TEST(a_placement_tells_its_attempts)
{
    game_server server;
    local_service *service = make_demo_service();
    CHECK_INT(call(service, "StartGameSessionPlacement",
                      "{\"PlacementId\":\"place-1\",\"GameSessionQueueName\":\"arena\","
                      "\"MaximumPlayerSessionCount\":2}"),
            200);
    pass(service, 1000);
    detail_of(service, "placements", "place-1");
    CHECK_TEXT(field("row.status"), "PENDING");
    CHECK(moment("attempt")[0] != '\0');
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
    ready(&server, 7777);
    pass(service, 1000);
    collect(&server, 1);
    detail_of(service, "placements", "place-1");
    CHECK_CONTAINS(moment("attempt"), "It is placed on arn:");
    finish(service, &server);
}

/* ---- messages ---- */

TEST(messages_are_those_of_an_action_or_all_others)
{
    local_service *service = make_demo_service();
    CHECK_INT(call(service, "ListFleets", "{}"), 200);
    CHECK_INT(call(service, "ListLocations", "{}"), 200);
    CHECK_INT(ask_page(service, "messages", "kind=call&action=ListFleets"), 200);
    CHECK_TEXT(field("messages"), "[2]");
    CHECK_TEXT(field("messages.1.action"), "ListFleets");
    CHECK_INT(ask_page(service, "messages", "kind=call&action=!ListFleets"), 200);
    CHECK_TEXT(field("messages"), "[2]");
    CHECK_TEXT(field("messages.1.action"), "ListLocations");
    CHECK_INT(ask_page(service, "messages", "kind=call&before=3"), 200);
    CHECK_TEXT(field("messages.0.action"), "ListFleets");
    local_service_destroy(service);
}

/* ---- the overview ---- */

TEST(the_overview_begins_with_what_needs_a_look)
{
    game_server server;
    char session[300], query[200];
    local_service *service = make_active_service(&server, 2, session);
    CHECK_INT(ask_page(service, "overview", ""), 200);
    CHECK_TEXT(field("attention"), "[0]");
    CHECK_TEXT(field("counts.game_sessions.ACTIVE"), "1");
    CHECK_TEXT(field("counts.processes.HOSTING"), "1");
    start_ticket(service, "t1", "nova");
    pass(service, 31000);
    ask(&server, "HeartbeatServerProcess", "a", "\"HealthStatus\":false");
    CHECK_INT(ask_page(service, "overview", ""), 200);
    CHECK_TEXT(field("attention"), "[2]");
    CHECK_TEXT(field("attention.0.text"), "Server process p1 reports that it is not healthy.");
    CHECK_TEXT(field("attention.1.kind"), "tickets");
    local_service_process_exited(service, clock_now, "p1", "Its program ended with exit code 3.");
    CHECK_INT(ask_page(service, "overview", ""), 200);
    CHECK_TEXT(field("attention.0.severity"), "error");
    CHECK_TEXT(field("attention.0.text"), "Server process p1 ended without calling ProcessEnding().");
    snprintf(query, sizeof query, "kind=%s", field("attention.0.kind"));
    snprintf(query + strlen(query), sizeof query - strlen(query), "&key=%s", field("attention.0.key"));
    CHECK_INT(ask_page(service, "detail", query), 200);
    CHECK_TEXT(field("row.process_id"), "p1");
    finish(service, &server);
}

/* ---- texts of others ---- */

TEST(hostile_texts_stay_json_in_every_page)
{
    static const char *const pages[][2] = {{"list", "kind=game_sessions"}, {"list", "kind=player_sessions"},
            {"list", "kind=tickets"}, {"messages", "limit=1000"}, {"overview", ""}};
    static const char hostile[] = "\\\"</script><img src=x onerror=1>\\n\\u0001\\u202e\\uD83D\\uDE00\\\\";
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 4, session);
    CHECK_INT(call(service, "UpdateGameSession", "{\"GameSessionId\":\"%s\",\"Name\":\"%s\"}", session,
                      hostile),
            200);
    CHECK_INT(call(service, "CreatePlayerSession",
                      "{\"GameSessionId\":\"%s\",\"PlayerId\":\"%s\",\"PlayerData\":\"%s\"}", session,
                      hostile, hostile),
            200);
    start_ticket(service, "t1", hostile);
    local_service_received(service, clock_now, server.connection, "\xff\xc3{\"Action\":\"\xf0\x9f\"}", 18);
    local_journal_line(service, clock_now, "p1", "\x1b[31m\xe2\x82 \x80", 10);
    collect(&server, 1);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        CHECK_INT(ask_page(service, pages[i][0], pages[i][1]), 200);
        CHECK(glift__utf8_is_valid(last_answer, strlen(last_answer)));
        cJSON *tree = cJSON_Parse(last_answer);
        CHECK(tree != NULL);
        cJSON_Delete(tree);
    }
    detail_of(service, "game_sessions", session);
    CHECK_CONTAINS(field("history.2.text"), "onerror=1>");
    finish(service, &server);
}
