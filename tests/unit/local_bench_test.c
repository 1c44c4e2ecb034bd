/* SPDX-License-Identifier: Apache-2.0 */
/* Rule sets on trial: the same matches as the service makes of the same tickets, what is told of those who
 * have none, and what a request may ask for. */
#include <math.h>

#include "api/service.h"
#include "bench/trial.h"
#include "local_helper.h"

/* Two teams of two, near in skill; the distance grows. */
static const char near_rules[] =
        "{\"name\":\"near\",\"ruleLanguageVersion\":\"1.0\","
        "\"playerAttributes\":[{\"name\":\"skill\",\"type\":\"number\"},"
        "{\"name\":\"mode\",\"type\":\"string\",\"default\":\"any\"}],"
        "\"teams\":[{\"name\":\"red\",\"minPlayers\":1,\"maxPlayers\":2},"
        "{\"name\":\"blue\",\"minPlayers\":1,\"maxPlayers\":2}],"
        "\"rules\":[{\"name\":\"fair\",\"type\":\"batchDistance\",\"batchAttribute\":\"skill\","
        "\"maxDistance\":10},"
        "{\"name\":\"same_mode\",\"type\":\"batchDistance\",\"batchAttribute\":\"mode\"}],"
        "\"expansions\":[{\"target\":\"rules[fair].maxDistance\",\"steps\":[{\"waitTimeSeconds\":20,"
        "\"value\":60}]}]}";

/* ---- a trial by itself ---- */

static const char *const modes[] = {"any", "ranked"};
static const double mode_weights[] = {3, 1};
static const local_draw near_draws[] = {
        {.name = "skill", .kind = LOCAL_DRAW_NORMAL, .least = 0, .most = 1000, .mean = 500, .deviation = 150},
        {.name = "mode", .kind = LOCAL_DRAW_CHOICE, .words = modes, .weights = mode_weights, .count = 2}};
static const local_draw near_latencies[] = {
        {.name = "us-east-1", .kind = LOCAL_DRAW_UNIFORM, .least = 10, .most = 90}};

static local_draw_desc near_wish(size_t count, uint64_t seed)
{
    return (local_draw_desc){.count = count,
            .seed = seed,
            .attributes = near_draws,
            .attribute_count = 2,
            .latencies = near_latencies,
            .latency_count = 1,
            .size_weights = {6, 3},
            .per_second = 4};
}

static local_trial *make_trial(const char *rules, const local_draw_desc *draw, uint64_t timeout_s)
{
    char what[LOCAL_WHAT_SIZE] = "";
    local_trial *trial;
    local_trial_desc desc = {.draw = draw,
            .duration_ms = 10 * 60000,
            .request_timeout_ms = timeout_s * 1000,
            .tick_ms = 500,
            .settle_ms = 1000};
    CHECK_INT(local_rule_set_parse(rules, &desc.rule_set, what), GLIFT_OK);
    CHECK_INT(local_trial_create(&desc, &trial, what), GLIFT_OK);
    return trial;
}

static void run_to_end(local_trial *trial)
{
    for (long steps = 0; local_trial_step(trial); steps++)
        CHECK(steps < 10000000);
}

static bool is_same_ticket(const local_trial_ticket *a, const local_trial_ticket *b)
{
    return strcmp(a->id, b->id) == 0 && a->at_ms == b->at_ms && a->match == b->match &&
           a->ended_ms == b->ended_ms && a->player_count == b->player_count &&
           a->players[0].attributes[0].number == b->players[0].attributes[0].number;
}

TEST(a_seed_gives_the_same_tickets_and_the_same_matches)
{
    local_draw_desc wish = near_wish(300, 7), other = near_wish(300, 8);
    local_trial *first = make_trial(near_rules, &wish, 0), *again = make_trial(near_rules, &wish, 0),
                *another = make_trial(near_rules, &other, 0);
    run_to_end(first);
    run_to_end(again);
    run_to_end(another);
    size_t same = 0;
    CHECK(first->matches > 50);
    for (size_t i = 0; i < 300; i++) {
        CHECK(is_same_ticket(&first->tickets.all[i], &again->tickets.all[i]));
        same += is_same_ticket(&first->tickets.all[i], &another->tickets.all[i]);
    }
    CHECK(same < 30);
    local_trial_destroy(first);
    local_trial_destroy(again);
    local_trial_destroy(another);
}

/* ---- the same tickets over the API ---- */

static void append(char *to, size_t room, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void append(char *to, size_t room, const char *format, ...)
{
    size_t length = strlen(to);
    va_list arguments;
    va_start(arguments, format);
    CHECK(vsnprintf(to + length, room - length, format, arguments) < (int)(room - length));
    va_end(arguments);
}

/* StartMatchmaking of this ticket, in JSON of the test's own. */
static void start_over_api(local_service *service, const local_trial_ticket *ticket)
{
    char players[4096] = "";
    for (size_t i = 0; i < ticket->player_count; i++) {
        const glift_player *player = &ticket->players[i];
        append(players, sizeof players,
                "%s{\"PlayerId\":\"%s\",\"PlayerAttributes\":{\"skill\":{\"N\":%.17g},\"mode\":{\"S\":\"%s\"}"
                "},"
                "\"LatencyInMs\":{\"us-east-1\":%d}}",
                i > 0 ? "," : "", player->player_id, player->attributes[0].number,
                player->attributes[1].string, player->latencies[0].latency_ms);
    }
    CHECK_INT(call(service, "StartMatchmaking",
                      "{\"ConfigurationName\":\"c\",\"TicketId\":\"%s\",\"Players\":[%s]}", ticket->id,
                      players),
            200);
}

/* To this moment as a clock would: whatever is due before it happens at its own time. */
static void pass_until(local_service *service, uint64_t mono_ms)
{
    while (clock_now.mono_ms < mono_ms) {
        uint64_t next = local_service_deadline_ms(service);
        if (next > mono_ms)
            next = mono_ms;
        pass(service, next > clock_now.mono_ms ? next - clock_now.mono_ms : 0);
    }
}

static local_service *begin_standalone(const char *rules, unsigned timeout_s)
{
    local_service *service = make_service();
    cJSON *body = cJSON_CreateString(rules);
    char *quoted = cJSON_PrintUnformatted(body);
    CHECK_INT(call(service, "CreateMatchmakingRuleSet", "{\"Name\":\"r\",\"RuleSetBody\":%s}", quoted), 200);
    CHECK_INT(call(service, "CreateMatchmakingConfiguration",
                      "{\"Name\":\"c\",\"RuleSetName\":\"r\",\"RequestTimeoutSeconds\":%u,"
                      "\"AcceptanceRequired\":false,\"FlexMatchMode\":\"STANDALONE\"}",
                      timeout_s),
            200);
    cJSON_free(quoted);
    cJSON_Delete(body);
    return service;
}

static const char *status_of(local_service *service, const char *id)
{
    CHECK_INT(call(service, "DescribeMatchmaking", "{\"TicketIds\":[\"%s\"]}", id), 200);
    return field("TicketList.0.Status");
}

static const local_trial_ticket *find_ticket(const local_trial *trial, const char *id)
{
    size_t i = 0;
    while (i < trial->tickets.count && strcmp(trial->tickets.all[i].id, id) != 0)
        i++;
    CHECK(i < trial->tickets.count);
    return &trial->tickets.all[i];
}

static size_t size_of_match(const local_trial *trial, size_t match)
{
    size_t count = 0;
    for (size_t i = 0; i < trial->tickets.count; i++)
        count += trial->tickets.all[i].match == match;
    return count;
}

/* Each match that the service told of is one of the trial, whole. Returns how many it told of. */
static size_t check_told_matches(local_service *service, const local_trial *trial)
{
    glift__text text = {0};
    size_t told = 0;
    CHECK_INT(local_service_events(service, 0, &text), GLIFT_OK);
    cJSON *root = cJSON_Parse(text.bytes);
    const cJSON *event, *ticket;
    cJSON_ArrayForEach(event, cJSON_GetObjectItem(root, "events"))
    {
        const cJSON *detail = cJSON_GetObjectItem(cJSON_GetObjectItem(event, "event"), "detail");
        const cJSON *tickets = cJSON_GetObjectItem(detail, "tickets");
        if (strcmp(cJSON_GetObjectItem(detail, "type")->valuestring, "MatchmakingSucceeded") != 0)
            continue;
        size_t match = 0;
        cJSON_ArrayForEach(ticket, tickets)
        {
            const char *id = cJSON_GetObjectItem(ticket, "ticketId")->valuestring;
            match = match == 0 ? find_ticket(trial, id)->match : match;
            CHECK_INT(find_ticket(trial, id)->match, match);
        }
        CHECK_INT(cJSON_GetArraySize(tickets), size_of_match(trial, match));
        told++;
    }
    cJSON_Delete(root);
    glift__text_free(&text);
    return told;
}

/* How each ticket ended there, when, and in which team. */
static void check_against_service(local_service *service, const local_trial *trial, int64_t begin_unix_ms)
{
    for (size_t i = 0; i < trial->tickets.count; i++) {
        const local_trial_ticket *ticket = &trial->tickets.all[i];
        CHECK_TEXT(status_of(service, ticket->id), ticket->match != 0  ? "COMPLETED"
                                                   : ticket->timed_out ? "TIMED_OUT"
                                                                       : "SEARCHING");
        if (ticket->match != 0 || ticket->timed_out)
            CHECK_INT(llround(atof(field("TicketList.0.EndTime")) * 1000) - begin_unix_ms,
                    (long long)ticket->ended_ms);
        if (ticket->match != 0)
            CHECK_TEXT(field("TicketList.0.Players.0.Team"),
                    trial->rule_set->teams[ticket->candidate.team].name);
    }
}

static void compare_with_service(const char *rules, const local_draw_desc *wish, unsigned timeout_s)
{
    local_trial *trial = make_trial(rules, wish, timeout_s);
    local_service *service = begin_standalone(rules, timeout_s);
    uint64_t begin_ms = clock_now.mono_ms;
    int64_t begin_unix_ms = clock_now.unix_ms;
    run_to_end(trial);
    for (size_t i = 0; i < trial->tickets.count; i++) {
        pass_until(service, begin_ms + trial->tickets.all[i].at_ms);
        start_over_api(service, &trial->tickets.all[i]);
    }
    pass_until(service, begin_ms + trial->now_ms);
    CHECK(trial->matches > 50);
    CHECK(trial->timed_out > 0);
    check_against_service(service, trial, begin_unix_ms);
    CHECK_INT(check_told_matches(service, trial), trial->matches);
    local_service_destroy(service);
    local_trial_destroy(trial);
}

TEST(a_trial_makes_the_matches_that_the_service_makes_at_the_same_times)
{
    local_draw_desc wish = near_wish(400, 3);
    compare_with_service(near_rules, &wish, 45);
    wish.per_second = 0;
    wish.seed = 4;
    compare_with_service(near_rules, &wish, 45);
}

TEST(tickets_are_drawn_as_the_wish_says)
{
    static const char *const roles[] = {"tank", "healer", "scout"};
    static const local_draw draws[] = {
            {.name = "roles", .kind = LOCAL_DRAW_LIST, .words = roles, .count = 3, .least = 1, .most = 2},
            {.name = "maps", .key = "north", .kind = LOCAL_DRAW_UNIFORM, .least = 5, .most = 6},
            {.name = "maps",
                    .key = "south",
                    .kind = LOCAL_DRAW_UNIFORM,
                    .least = 7,
                    .most = 7,
                    .whole = true}};
    local_drawing drawing = {.desc = {.count = 2000,
                                     .seed = 1,
                                     .attributes = draws,
                                     .attribute_count = 3,
                                     .latencies = near_latencies,
                                     .latency_count = 1,
                                     .size_weights = {0, 1, 3},
                                     .per_second = 10}};
    glift__memory memory;
    size_t of_size[LOCAL_DRAW_MAX_SIZES + 1] = {0}, twice = 0;
    glift__memory_init(&memory);
    for (size_t i = 0; i < 2000; i++) {
        local_trial_ticket ticket;
        CHECK(local_draw_ticket(&drawing, &memory, &ticket));
        CHECK_INT(ticket.at_ms, i * 100);
        of_size[ticket.player_count]++;
        const glift_player *player = &ticket.players[ticket.player_count - 1];
        const glift_player_attribute *list = &player->attributes[0], *map = &player->attributes[1];
        CHECK_INT(player->attribute_count, 2);
        CHECK(list->string_count == 1 ||
                (list->string_count == 2 && strcmp(list->string_list[0], list->string_list[1]) != 0));
        twice += list->string_count == 2;
        CHECK(map->double_count == 2 && map->double_map[0].value >= 5 && map->double_map[0].value < 6);
        CHECK_TEXT(map->double_map[1].key, "south");
        CHECK(map->double_map[1].value == 7);
        CHECK(player->latencies[0].latency_ms >= 10 && player->latencies[0].latency_ms <= 90);
    }
    CHECK_INT(of_size[2] + of_size[3], 2000);
    CHECK(of_size[3] > 1400 && of_size[3] < 1600);
    CHECK(twice > 900 && twice < 1100);
    glift__memory_fini(&memory);
}

/* ---- over the control ---- */

static int bench(local_service *service, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int bench(local_service *service, const char *format, ...)
{
    char *body = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&body, format, arguments);
    va_end(arguments);
    glift__text reply = {0};
    int status = local_service_control(service, clock_now, "rule_set_bench", body, (size_t)length, &reply);
    free(body);
    free(last_answer);
    last_answer = reply.bytes;
    return status;
}

static void read_bench(local_service *service, const char *id)
{
    glift__text text = {0};
    CHECK_INT(local_service_bench(service, id, &text), GLIFT_OK);
    free(last_answer);
    last_answer = text.bytes;
}

static void run_benches(local_service *service)
{
    for (long steps = 0; local_service_run_benches(service); steps++)
        CHECK(steps < 10000000);
}

TEST(the_answer_names_matches_and_who_has_none_and_why)
{
    local_service *service = make_service();
    CHECK_INT(bench(service,
                      "{\"rule_set\":%s,\"minutes\":1,\"request_timeout_seconds\":30,\"tickets\":["
                      "{\"TicketId\":\"a\",\"Players\":[{\"PlayerId\":\"p1\",\"PlayerAttributes\":{\"skill\":"
                      "{\"N\":1}}}]},"
                      "{\"TicketId\":\"b\",\"Players\":[{\"PlayerId\":\"p2\",\"PlayerAttributes\":{\"skill\":"
                      "{\"N\":2}}}],"
                      "\"at_s\":3},"
                      "{\"TicketId\":\"far\",\"Players\":[{\"PlayerId\":\"p3\",\"PlayerAttributes\":{"
                      "\"skill\":{\"N\":80}}}]},"
                      "{\"TicketId\":\"near\",\"Players\":[{\"PlayerId\":\"p5\",\"PlayerAttributes\":{"
                      "\"skill\":{\"N\":150}}}]},"
                      "{\"Players\":[{\"PlayerId\":\"p4\"}]}]}",
                      near_rules),
            200);
    CHECK_TEXT(field("bench_id"), "bench-1");
    read_bench(service, "bench-1");
    CHECK_TEXT(field("state"), "RUNNING");
    run_benches(service);
    read_bench(service, "bench-1");
    CHECK_TEXT(field("state"), "DONE");
    CHECK_TEXT(field("match_count"), "1");
    CHECK_TEXT(field("matches.0.at_s"), "4");
    CHECK_TEXT(field("matches.0.longest_wait_s"), "4");
    CHECK_TEXT(field("matches.0.teams.red.0"), "b");
    CHECK_TEXT(field("matches.0.teams.blue.0"), "a");
    CHECK_TEXT(field("time_to_match.p50"), "1");
    CHECK_TEXT(field("time_to_match.max"), "4");
    CHECK_TEXT(field("unmatched_count"), "3");
    CHECK_TEXT(field("unmatched.0.ticket"), "far");
    CHECK_TEXT(field("unmatched.0.timed_out"), "true");
    CHECK_TEXT(field("unmatched.0.rule"), "fair");
    CHECK(fabs(atof(field("unmatched.0.nearest_is_beyond_by")) - 10) < 0.001);
    CHECK_TEXT(field("unmatched.2.ticket"), "ticket-5");
    CHECK(strstr(field("unmatched.2.why"), "skill") != NULL);
    CHECK_TEXT(field("rules.0.rule"), "fair");
    CHECK_TEXT(field("rules.0.unmatched_tickets"), "2");
    local_service_destroy(service);
}

TEST(a_bench_leaves_the_service_as_it_is)
{
    local_service *service = make_service(), *other = make_service();
    CHECK_INT(bench(service, "{\"rule_set\":%s,\"tickets\":{\"count\":50}}", near_rules), 200);
    run_benches(service);
    CHECK_INT(call(service, "CreateLocation", "{\"LocationName\":\"custom-here\"}"), 200);
    CHECK_INT(call(other, "CreateLocation", "{\"LocationName\":\"custom-here\"}"), 200);
    glift__text state = {0}, untouched = {0};
    CHECK_INT(local_service_state(service, clock_now, &state), GLIFT_OK);
    CHECK_INT(local_service_state(other, clock_now, &untouched), GLIFT_OK);
    CHECK_TEXT(state.bytes, untouched.bytes);
    glift__text_free(&state);
    glift__text_free(&untouched);
    local_service_destroy(service);
    local_service_destroy(other);
}

TEST(four_benches_at_most_and_the_oldest_that_has_ended_makes_room)
{
    local_service *service = make_service();
    for (int i = 0; i < 4; i++)
        CHECK_INT(bench(service, "{\"rule_set\":%s,\"tickets\":{\"count\":500}}", near_rules), 200);
    CHECK_REFUSED(bench(service, "{\"rule_set\":%s,\"tickets\":{\"count\":5}}", near_rules),
            "LimitExceededException");
    glift__text reply = {0};
    static const char cancel[] = "{\"bench_id\":\"bench-3\"}";
    CHECK_INT(local_service_control(
                      service, clock_now, "rule_set_bench/cancel", cancel, strlen(cancel), &reply),
            200);
    glift__text_free(&reply);
    CHECK_INT(local_service_bench(service, "bench-3", &reply), GLIFT_ERR_NOT_FOUND);
    CHECK_INT(bench(service, "{\"rule_set\":%s,\"tickets\":{\"count\":5}}", near_rules), 200);
    run_benches(service);
    CHECK_INT(bench(service, "{\"rule_set\":%s,\"tickets\":{\"count\":5}}", near_rules), 200);
    CHECK_INT(local_service_bench(service, "bench-1", &reply), GLIFT_ERR_NOT_FOUND);
    read_bench(service, "bench-2");
    CHECK_TEXT(field("state"), "DONE");
    local_service_destroy(service);
}

TEST(what_is_wrong_with_a_request_is_named)
{
    static const struct {
        const char *tickets, *more, *named;
    } cases[] = {
            {"{\"count\":10001}", "", "10000"},
            {"{\"count\":0}", "", "count"},
            {"7", "", "tickets"},
            {"[]", "", "tickets"},
            {"[{\"Players\":[]}]", "", "players"},
            {"[{\"Players\":[{\"PlayerId\":\"p\",\"PlayerAttributes\":{\"skill\":{\"N\":1,\"S\":\"x\"}}}]}]",
                    "", "skill"},
            {"{\"count\":1}", ",\"minutes\":241", "240"},
            {"{\"count\":1}", ",\"minutes\":0", "minutes"},
            {"{\"count\":1}", ",\"arrival\":{\"kind\":\"never\"}", "at_once"},
            {"{\"count\":1}", ",\"arrival\":{\"kind\":\"per_second\",\"rate\":0}", "rate"},
            {"{\"count\":1,\"distribution\":{\"attributes\":{\"speed\":{\"kind\":\"uniform\"}}}}", "",
                    "speed"},
            {"{\"count\":1,\"distribution\":{\"attributes\":{\"skill\":{\"kind\":\"list\"}}}}", "", "skill"},
            {"{\"count\":1,\"distribution\":{\"attributes\":{\"skill\":{\"kind\":\"uniform\",\"least\":5,"
             "\"most\":4}}}}",
                    "", "least"},
            {"{\"count\":1,\"distribution\":{\"attributes\":{\"skill\":{\"kind\":\"uniform\",\"least\":-"
             "1e300}}}}",
                    "", "least"},
            {"{\"count\":1,\"distribution\":{\"attributes\":{\"skill\":{\"kind\":\"choice\"}}}}", "",
                    "values"},
            {"{\"count\":1,\"distribution\":{\"attributes\":{\"mode\":{\"kind\":\"choice\",\"values\":[1]}}}"
             "}",
                    "", "mode"},
            {"{\"count\":1,\"distribution\":{\"attributes\":{\"mode\":{\"kind\":\"choice\",\"values\":[\"a\"]"
             ","
             "\"weights\":[1,2]}}}}",
                    "", "weights"},
            {"{\"count\":1,\"distribution\":{\"latency\":{\"eu\":{\"kind\":\"map\"}}}}", "", "eu"},
            {"{\"count\":1,\"distribution\":{\"party_sizes\":[{\"size\":11,\"weight\":1}]}}", "", "size"},
            {"{\"count\":10000,\"distribution\":{\"party_sizes\":[{\"size\":10,\"weight\":1}]}}", "",
                    "200000"},
    };
    local_service *service = make_service();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_REFUSED(bench(service, "{\"rule_set\":%s,\"tickets\":%s%s}", near_rules, cases[i].tickets,
                              cases[i].more),
                "InvalidRequestException");
        if (strstr(field("Message"), cases[i].named) == NULL)
            printf("# %s: %s\n", cases[i].tickets, field("Message"));
        CHECK(strstr(field("Message"), cases[i].named) != NULL);
    }
    CHECK_REFUSED(
            bench(service, "{\"rule_set\":\"{]\",\"tickets\":{\"count\":1}}"), "InvalidRequestException");
    CHECK_REFUSED(bench(service, "{\"rule_set\":7,\"tickets\":{\"count\":1}}"), "InvalidRequestException");
    CHECK_REFUSED(bench(service, "{\"tickets\":{\"count\":1}}"), "InvalidRequestException");
    CHECK(!local_service_run_benches(service));
    local_service_destroy(service);
}

TEST(a_list_or_map_attribute_without_a_distribution_is_named)
{
    local_service *service = make_service();
    CHECK_REFUSED(
            bench(service,
                    "{\"rule_set\":{\"name\":\"x\",\"ruleLanguageVersion\":\"1.0\",\"playerAttributes\":["
                    "{\"name\":\"roles\",\"type\":\"string_list\"}],\"teams\":[{\"name\":\"t\","
                    "\"minPlayers\":1,\"maxPlayers\":1}]},\"tickets\":{\"count\":1}}"),
            "InvalidRequestException");
    CHECK(strstr(field("Message"), "roles") != NULL);
    local_service_destroy(service);
}
