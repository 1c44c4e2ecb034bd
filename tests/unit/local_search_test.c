/* SPDX-License-Identifier: Apache-2.0 */
/* SearchGameSessions: filters, orders, pages (service model 2.1, S42). */
#include "local_helper.h"

#include "api/search_filter.h"

/* ---- through the operation ---- */

#define SESSIONS 5
static game_server servers[SESSIONS + 1];

static void activate(game_server *server, const char *arn)
{
    CHECK_INT(ask(server, "ActivateGameSession", "activate", "\"GameSessionId\":\"%s\"", arn), 200);
}

/* Sessions "s0" to "s4" with 2 to 6 seats, map "m0", "m1", "m0" ...; s4 has no name and no properties. All
 * are ACTIVE but one more, which is loading. */
static local_service *make_sessions(void)
{
    local_service *service = make_demo_service();
    for (int i = 0; i <= SESSIONS; i++) {
        char process[16], extra[128] = "", arn[300];
        snprintf(process, sizeof process, "p%d", i);
        CHECK_INT(connect_as(service, &servers[i], process, demo.auth_token), 101);
        ready(&servers[i], 7000 + i);
        if (i != 4)
            snprintf(extra, sizeof extra,
                    ",\"Name\":\"s%d\",\"GameProperties\":[{\"Key\":\"map\",\"Value\":\"m%d\"}]", i, i % 2);
        CHECK_INT(call(service, "CreateGameSession",
                          "{\"FleetId\":\"%s\",\"Location\":\"%s\",\"MaximumPlayerSessionCount\":%d%s}",
                          demo.fleet_id, demo.location, 2 + i, extra),
                200);
        snprintf(arn, sizeof arn, "%s", field("GameSession.GameSessionId"));
        CHECK_TEXT(pushed(&servers[i]), "CreateGameSession");
        if (i < SESSIONS)
            activate(&servers[i], arn);
        for (int seat = 0; seat < 2 && i == 0; seat++)
            CHECK_INT(call(service, "CreatePlayerSession", "{\"GameSessionId\":\"%s\",\"PlayerId\":\"a%d\"}",
                              arn, seat),
                    200);
        pass(service, 10);
    }
    return service;
}

static void forget_sessions(local_service *service)
{
    for (int i = 0; i < SESSIONS; i++)
        forget(&servers[i]);
    finish(service, &servers[SESSIONS]);
}

/* The sizes of what was found, in order: "2 3 4"; or the refusal's message. */
static const char *search(local_service *service, const char *filter, const char *sort)
{
    static char found[1200];
    cJSON *input = cJSON_CreateObject();
    cJSON_AddStringToObject(input, "FleetId", demo.fleet_id);
    if (filter != NULL)
        cJSON_AddStringToObject(input, "FilterExpression", filter);
    if (sort != NULL)
        cJSON_AddStringToObject(input, "SortExpression", sort);
    char *body = cJSON_PrintUnformatted(input);
    int status = call(service, "SearchGameSessions", "%s", body);
    free(body);
    cJSON_Delete(input);
    if (status != 200) {
        CHECK_TEXT(field("__type"), "InvalidRequestException");
        snprintf(found, sizeof found, "! %s", field("Message"));
        return found;
    }
    size_t length = 0;
    found[0] = '\0';
    for (int i = 0; i < 20; i++) {
        char path[64];
        snprintf(path, sizeof path, "GameSessions.%d.MaximumPlayerSessionCount", i);
        const char *size = field(path);
        if (size[0] != '\0')
            length += (size_t)snprintf(found + length, sizeof found - length, "%s%s", i > 0 ? " " : "", size);
    }
    return found;
}

TEST(filters_choose_among_active_sessions) /* S42 */
{
    local_service *service = make_sessions();
    CHECK_TEXT(search(service, NULL, NULL), "2 3 4 5 6");
    CHECK_TEXT(search(service, "maximumSessions=4", NULL), "4");
    CHECK_TEXT(search(service, "maximumSessions <> 4", NULL), "2 3 5 6");
    CHECK_TEXT(search(service, "maximumSessions<4", NULL), "2 3");
    CHECK_TEXT(search(service, "maximumSessions > 4", NULL), "5 6");
    CHECK_TEXT(search(service, "maximumSessions <= 4", NULL), "2 3 4");
    CHECK_TEXT(search(service, "maximumSessions >= 4.5", NULL), "5 6");
    CHECK_TEXT(search(service, "playerSessionCount = 2", NULL), "2");
    CHECK_TEXT(search(service, "hasAvailablePlayerSessions=true", NULL), "3 4 5 6");
    CHECK_TEXT(search(service, "hasAvailablePlayerSessions <> true", NULL), "2");
    CHECK_TEXT(search(service, "gameSessionName = 's1'", NULL), "3");
    CHECK_TEXT(search(service, "gameSessionName = \"s1\"", NULL), "3");
    CHECK_TEXT(search(service, "gameSessionProperties.map = 'm1'", NULL), "3 5");
    CHECK_TEXT(search(service, "creationTimeMillis > 0", NULL), "2 3 4 5 6");
    forget_sessions(service);
}

TEST(what_a_session_does_not_have_is_equal_to_nothing) /* S42 [E] */
{
    local_service *service = make_sessions();
    CHECK_TEXT(search(service, "gameSessionName <> 's1'", NULL), "2 4 5 6");
    CHECK_TEXT(search(service, "gameSessionProperties.map <> 'm1'", NULL), "2 4 6");
    CHECK_TEXT(search(service, "gameSessionProperties.mode = ''", NULL), "");
    forget_sessions(service);
}

TEST(and_binds_before_or_and_not_before_both) /* S42 */
{
    local_service *service = make_sessions();
    CHECK_TEXT(search(service, "maximumSessions=2 OR maximumSessions=3 AND playerSessionCount=2", NULL), "2");
    CHECK_TEXT(
            search(service, "(maximumSessions=2 OR maximumSessions=3) AND playerSessionCount=0", NULL), "3");
    CHECK_TEXT(search(service, "NOT maximumSessions=2 AND maximumSessions<5", NULL), "3 4");
    CHECK_TEXT(search(service, "NOT (maximumSessions=2 OR maximumSessions=3)", NULL), "4 5 6");
    CHECK_TEXT(search(service, "NOT NOT maximumSessions=2", NULL), "2");
    CHECK_TEXT(
            search(service, "hasAvailablePlayerSessions=true AND gameSessionProperties.map='m0'", NULL), "4");
    forget_sessions(service);
}

TEST(sorting_puts_what_lacks_the_value_last) /* S42 */
{
    local_service *service = make_sessions();
    CHECK_TEXT(search(service, NULL, "maximumSessions DESC"), "6 5 4 3 2");
    CHECK_TEXT(search(service, NULL, "creationTimeMillis ASC"), "2 3 4 5 6");
    CHECK_TEXT(search(service, NULL, "gameSessionName DESC"), "5 4 3 2 6");
    CHECK_TEXT(search(service, NULL, "gameSessionName ASC"), "2 3 4 5 6");
    CHECK_TEXT(search(service, NULL, "gameSessionProperties.map DESC"), "3 5 2 4 6");
    CHECK_TEXT(search(service, "maximumSessions > 3", "playerSessionCount ASC"), "4 5 6");
    forget_sessions(service);
}

TEST(pages_hold_20_at_most_and_belong_to_one_search) /* S42, S13 */
{
    local_service *service = make_sessions();
    char token[64];
    CHECK_INT(call(service, "SearchGameSessions",
                      "{\"FleetId\":\"%s\",\"SortExpression\":\"maximumSessions DESC\",\"Limit\":2}",
                      demo.fleet_id),
            200);
    CHECK_TEXT(field("GameSessions.1.MaximumPlayerSessionCount"), "5");
    snprintf(token, sizeof token, "%s", field("NextToken"));
    CHECK_INT(call(service, "SearchGameSessions",
                      "{\"FleetId\":\"%s\",\"SortExpression\":\"maximumSessions DESC\",\"Limit\":100,"
                      "\"NextToken\":\"%s\"}",
                      demo.fleet_id, token),
            200);
    CHECK_TEXT(field("GameSessions"), "[3]");
    CHECK_TEXT(field("GameSessions.0.MaximumPlayerSessionCount"), "4");
    CHECK_TEXT(field("NextToken"), "");
    CHECK_REFUSED(call(service, "SearchGameSessions", "{\"FleetId\":\"%s\",\"Limit\":2,\"NextToken\":\"%s\"}",
                          demo.fleet_id, token),
            "InvalidRequestException");
    CHECK_INT(call(service, "SearchGameSessions", "{\"FleetId\":\"%s\",\"Limit\":3}", demo.fleet_id), 200);
    CHECK_TEXT(field("GameSessions"), "[3]");
    CHECK(field("NextToken")[0] != '\0');
    forget_sessions(service);
}

TEST(what_is_no_expression_is_refused_with_the_place) /* S42 */
{
    static const struct {
        const char *filter, *message;
    } cases[] = {
            {" ", "at character 2"},
            {"maximumSessions", "one of = <> < > <= >= is expected, at character 16"},
            {"maximumSessions =", "a number is expected"},
            {"maximumSessions = 'x'", "a number is expected"},
            {"maximumSessions = 0x10", "a number is expected"},
            {"maximumSessions = 1-1", "a number is expected"},
            {"maximumSessions = inf", "a number is expected"},
            {"maximumSessions = 1 maximumSessions = 2", "AND, OR or the end is expected, at character 21"},
            {"maximumSessions = 1)", "AND, OR or the end is expected"},
            {"(maximumSessions = 1", "a closing parenthesis, AND or OR is expected"},
            {"gameSessionName = x", "a text in quotes is expected"},
            {"gameSessionName = 'x", "a text does not end"},
            {"gameSessionName = 'x\\'", "a text does not end"},
            {"gameSessionName < 'x'", "texts and booleans are compared with = and <> only"},
            {"hasAvailablePlayerSessions > true", "texts and booleans are compared with = and <> only"},
            {"hasAvailablePlayerSessions = 1", "true or false is expected"},
            {"gameSessionProperties.level = 5", "a text in quotes is expected"},
            {"gameSessionProperties. = 'x'", "a property needs its key"},
            {"gameSessionProperties.a.b = 'x'", "a property whose key has a period cannot be searched for"},
            {"playerSessions = 5", "hasAvailablePlayerSessions is expected"},
            {"AND maximumSessions = 1", "hasAvailablePlayerSessions is expected"},
            {"maximumSessions = 1 AND", "hasAvailablePlayerSessions is expected"},
            {"NOT", "hasAvailablePlayerSessions is expected"},
    };
    local_service *service = make_sessions();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_CONTAINS(search(service, cases[i].filter, NULL), cases[i].message);
    CHECK_CONTAINS(search(service, NULL, "maximumSessions"), "ASC or DESC is expected");
    CHECK_CONTAINS(search(service, NULL, "maximumSessions asc"), "ASC or DESC is expected");
    CHECK_CONTAINS(search(service, NULL, "maximumSessions ASC, gameSessionName"), "ASC or DESC is expected");
    CHECK_CONTAINS(search(service, NULL, "maximumSessions ASC gameSessionName"), "the end is expected");
    forget_sessions(service);
}

TEST(a_quote_may_be_escaped_and_a_key_may_hold_hyphens)
{
    local_refusal why;
    local_game_session session = {.properties = {{"my-key", "it's \"so\" \\"}}, .property_count = 1};
    local_filter *filter = local_filter_read("gameSessionProperties.my-key = 'it\\'s \"so\" \\\\'", &why);
    CHECK(filter != NULL && local_filter_fits(filter, &session));
    local_filter_free(filter);
    filter = local_filter_read("gameSessionProperties.my-key=\"it's \\\"so\\\" \\\\\"", &why);
    CHECK(filter != NULL && local_filter_fits(filter, &session));
    local_filter_free(filter);
}

TEST(nesting_without_end_is_refused) /* S42 */
{
    char deep[1100] = "";
    local_refusal why;
    for (int i = 0; i < 500; i++)
        strcat(deep, "(");
    CHECK(local_filter_read(deep, &why) == NULL);
    CHECK_CONTAINS(why.message, "64 deep");
    deep[0] = '\0';
    for (int i = 0; i < 250; i++)
        strcat(deep, "NOT ");
    CHECK(local_filter_read(deep, &why) == NULL);
    CHECK_CONTAINS(why.message, "64 deep");
}

/* ---- random expressions whose truth is known ---- */

static uint64_t random_state = 42;

static unsigned draw(unsigned below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % below;
}

static char expression_text[4000];
static size_t expression_length;

static void put_text(const char *text)
{
    CHECK(expression_length + strlen(text) < sizeof expression_text);
    strcpy(expression_text + expression_length, text);
    expression_length += strlen(text);
    if (draw(4) == 0) {
        expression_text[expression_length++] = ' ';
        expression_text[expression_length] = '\0';
    }
}

/* A comparison with a session of 4 seats, 1 of them taken, named "n", with property k = "v". */
static bool write_comparison(void)
{
    static const char *const signs[] = {"=", "<>", "<", ">", "<=", ">="};
    static const struct {
        const char *operand;
        int value;
    } numbers[] = {{"maximumSessions ", 4}, {"playerSessionCount ", 1}, {"creationTimeMillis ", 7}};
    if (draw(2) == 0) {
        unsigned which = draw(3), sign = draw(6);
        int value = numbers[which].value, other = (int)draw(9);
        char number[16];
        snprintf(number, sizeof number, " %d ", other);
        put_text(numbers[which].operand);
        put_text(signs[sign]);
        put_text(number);
        const bool truths[] = {
                value == other, value != other, value<other, value> other, value <= other, value >= other};
        return truths[sign];
    }
    bool equal = draw(2) == 0, same = draw(2) == 0;
    put_text(draw(2) == 0 ? "gameSessionName " : "gameSessionName\t");
    put_text(equal ? "= " : "<> ");
    put_text(same ? "'n' " : "'AND (' ");
    return equal == same;
}

static bool write_expression(unsigned depth, int level);

/* level 0: OR, 1: AND, 2: NOT or a comparison; parentheses where the level would not be read so. */
static bool write_inside(unsigned depth, int level, int lowest)
{
    bool wrap = lowest > level || draw(4) == 0;
    if (wrap)
        put_text("(");
    bool truth = write_expression(depth, level);
    if (wrap)
        put_text(") ");
    return truth;
}

static bool write_expression(unsigned depth, int level)
{
    if (depth == 0 || level == 3)
        return write_comparison();
    if (level == 2) {
        put_text("NOT ");
        return !write_inside(depth - 1, (int)draw(4), 2);
    }
    bool left = write_inside(depth - 1, (int)draw(4), level);
    put_text(level == 0 ? " OR " : " AND ");
    bool right = write_inside(depth - 1, (int)draw(4), level + 1);
    return level == 0 ? left || right : left && right;
}

TEST(random_expressions_are_as_true_as_they_were_made) /* S42 */
{
    local_game_session session = {.maximum = 4, .taken = 1, .name = (char[]){"n"}, .creation_unix_ms = 7};
    unsigned truths = 0;
    for (unsigned i = 0; i < 20000; i++) {
        local_refusal why = {0};
        expression_length = 0;
        bool truth = write_expression(draw(5), (int)draw(4));
        local_filter *filter = local_filter_read(expression_text, &why);
        if (filter == NULL || local_filter_fits(filter, &session) != truth)
            printf("# %s is %d; %s\n", expression_text, truth, why.message);
        CHECK(filter != NULL && local_filter_fits(filter, &session) == truth);
        truths += truth;
        local_filter_free(filter);
    }
    CHECK(truths > 5000 && truths < 15000);
}

TEST(no_bytes_crash_the_reader) /* S42 */
{
    for (unsigned i = 0; i < 20000; i++) {
        local_refusal why;
        expression_length = 0;
        write_expression(draw(4), (int)draw(4));
        for (unsigned change = draw(4); change > 0 && expression_length > 0; change--)
            expression_text[draw((unsigned)expression_length)] = (char)(1 + draw(255));
        local_filter_free(local_filter_read(expression_text, &why));
        local_sort_free(local_sort_read(expression_text, &why));
    }
}
