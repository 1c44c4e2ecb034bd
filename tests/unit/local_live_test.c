/* SPDX-License-Identifier: Apache-2.0 */
/* The live feed: what is held by a page that applies the changes is what the GET says, whatever happens; and
 * how little is sent for it. */
#include "api/live.h"

#include "journal/journal.h"
#include "local_pages_helper.h"

static glift__text sent;

/* The next message, in place until the one after it; NULL: there is none. */
static const char *next_message(local_live *live, const local_service *service)
{
    glift__text_free(&sent);
    while (local_live_is_due(live)) {
        local_live_take_turn(live, service, clock_now, &page_clock, &sent);
        if (sent.bytes != NULL)
            return sent.bytes;
    }
    return NULL;
}

static const char *look(local_live *live, const local_service *service)
{
    local_live_look_again(live);
    return next_message(live, service);
}

static void say(local_live *live, const char *message)
{
    CHECK(local_live_received(live, message, strlen(message)));
}

static void end_live(local_live *live)
{
    glift__text_free(&sent);
    local_live_destroy(live);
}

/* ---- a page ---- */

static cJSON *find_row(cJSON *rows, const char *key)
{
    cJSON *row;
    cJSON_ArrayForEach(row, rows)
    {
        if (strcmp(cJSON_GetObjectItemCaseSensitive(row, "key")->valuestring, key) == 0)
            return row;
    }
    return NULL;
}

/* The rows in the order of the keys; those that changed come from the message. */
static cJSON *merge_rows(cJSON *held, cJSON *changed, const cJSON *keys)
{
    cJSON *merged = cJSON_CreateArray(), *row;
    const cJSON *key;
    if (keys != NULL) {
        cJSON_ArrayForEach(key, keys)
        {
            cJSON *fresh = find_row(changed, key->valuestring);
            row = fresh != NULL ? fresh : find_row(held, key->valuestring);
            CHECK(row != NULL);
            cJSON_AddItemToArray(merged, cJSON_Duplicate(row, true));
        }
        return merged;
    }
    cJSON_ArrayForEach(row, held)
    {
        cJSON *fresh = find_row(changed, cJSON_GetObjectItemCaseSensitive(row, "key")->valuestring);
        cJSON_AddItemToArray(merged, cJSON_Duplicate(fresh != NULL ? fresh : row, true));
    }
    return merged;
}

static void apply_list(cJSON **held, const char *message)
{
    cJSON *root = cJSON_Parse(message);
    CHECK(root != NULL);
    if (cJSON_GetObjectItemCaseSensitive(root, "whole") != NULL) {
        cJSON_Delete(*held);
        cJSON_DeleteItemFromObjectCaseSensitive(root, "id");
        cJSON_DeleteItemFromObjectCaseSensitive(root, "whole");
        *held = root;
        return;
    }
    cJSON *rows = merge_rows(cJSON_GetObjectItemCaseSensitive(*held, "rows"),
            cJSON_GetObjectItemCaseSensitive(root, "rows"), cJSON_GetObjectItemCaseSensitive(root, "keys"));
    CHECK(cJSON_ReplaceItemInObjectCaseSensitive(*held, "rows", rows));
    CHECK(cJSON_ReplaceItemInObjectCaseSensitive(
            *held, "total", cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(root, "total"), true)));
    cJSON_Delete(root);
}

static void check_held(const local_service *service, const cJSON *held, const char *query)
{
    CHECK_INT(ask_page(service, "list", query), 200);
    cJSON *wanted = cJSON_Parse(last_answer);
    CHECK(cJSON_Compare(held, wanted, true));
    cJSON_Delete(wanted);
}

/* ---- tests ---- */

static uint32_t draw(uint32_t below)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

/* Queues come, change and go; pages of them are watched. */
TEST(a_page_that_applies_changes_holds_what_there_is)
{
    static const char *const queries[] = {"kind=queues", "kind=queues&limit=5&offset=3",
            "kind=queues&text=1&limit=10", "kind=queues&order=oldest&limit=4"};
    static const char *const subscriptions[] = {"{\"subscribe\":1,\"what\":\"list\",\"kind\":\"queues\"}",
            "{\"subscribe\":1,\"what\":\"list\",\"kind\":\"queues\",\"limit\":5,\"offset\":3}",
            "{\"subscribe\":1,\"what\":\"list\",\"kind\":\"queues\",\"text\":\"1\",\"limit\":10}",
            "{\"subscribe\":1,\"what\":\"list\",\"kind\":\"queues\",\"order\":\"oldest\",\"limit\":\"4\"}"};
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        local_service *service = make_demo_service();
        local_live *live = local_live_create();
        cJSON *held = NULL;
        say(live, subscriptions[i]);
        for (int step = 0; step < 300; step++) {
            for (uint32_t changes = draw(4); changes > 0; changes--) {
                uint32_t name = draw(25);
                if (call(service, "CreateGameSessionQueue", "{\"Name\":\"q-%u\"}", name) != 200 &&
                        draw(2) == 0)
                    CHECK_INT(call(service, "DeleteGameSessionQueue", "{\"Name\":\"q-%u\"}", name), 200);
                else
                    call(service, "UpdateGameSessionQueue", "{\"Name\":\"q-%u\",\"TimeoutInSeconds\":%u}",
                            name, draw(99) + 1);
            }
            const char *message = look(live, service);
            if (message != NULL)
                apply_list(&held, message);
            check_held(service, held, queries[i]);
            CHECK(look(live, service) == NULL);
        }
        cJSON_Delete(held);
        end_live(live);
        finish(service, &(game_server){0});
    }
}

TEST(a_thing_is_sent_whole_and_then_in_members_and_new_moments)
{
    game_server server;
    local_service *service = make_demo_service();
    local_live *live = local_live_create();
    say(live, "{\"subscribe\":9,\"what\":\"detail\",\"kind\":\"processes\",\"id\":\"p1\"}");
    CHECK_CONTAINS(next_message(live, service), "There is nothing of kind processes with id p1");
    CHECK(look(live, service) == NULL);
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
    CHECK_CONTAINS(look(live, service), "\"whole\":true");
    CHECK(look(live, service) == NULL);
    ready(&server, 7777);
    const char *message = look(live, service);
    CHECK_TEXT(field_of(message, "row.state"), "READY");
    CHECK_TEXT(field_of(message, "row.process_id"), "");
    CHECK_TEXT(field_of(message, "history"), "[1]");
    CHECK_TEXT(field_of(message, "history.0.what"), "READY");
    CHECK(look(live, service) == NULL);
    end_live(live);
    finish(service, &server);
}

TEST(the_clock_alone_is_no_change_and_a_jump_is_one)
{
    local_service *service = make_demo_service();
    local_live *live = local_live_create();
    say(live, "{\"subscribe\":1,\"what\":\"overview\"}");
    CHECK_CONTAINS(next_message(live, service), "\"clock\"");
    pass(service, 1000);
    CHECK(look(live, service) == NULL);
    local_clock_view jumped = {.scale = 1, .jumped_ms = 60000, .ahead_ms = 60000};
    local_live_look_again(live);
    glift__text_free(&sent);
    local_live_take_turn(live, service, clock_now, &jumped, &sent);
    CHECK_TEXT(field_of(sent.bytes, "clock.jumped_ms"), "60000");
    end_live(live);
    finish(service, &(game_server){0});
}

TEST(messages_beyond_the_limit_are_counted)
{
    local_service *service = make_demo_service();
    local_live *live = local_live_create();
    say(live, "{\"subscribe\":1,\"what\":\"messages\",\"kind\":\"call\",\"limit\":4}");
    CHECK_CONTAINS(next_message(live, service), "\"messages\":[]");
    for (int i = 0; i < 10; i++)
        call(service, "ListFleets", "{}");
    const char *message = look(live, service);
    CHECK_TEXT(field_of(message, "messages"), "[4]");
    CHECK_TEXT(field_of(message, "dropped"), "16");
    for (int i = 0; i < LOCAL_ENTRIES_KEPT; i++) /* twice as many entries as are kept */
        call(service, "ListFleets", "{}");
    message = look(live, service);
    CHECK_TEXT(field_of(message, "messages"), "[4]");
    CHECK_TEXT(field_of(message, "dropped"), "19996");
    end_live(live);
    finish(service, &(game_server){0});
}

TEST(another_service_is_sent_whole)
{
    local_service *service = make_demo_service();
    local_live *live = local_live_create();
    say(live, "{\"subscribe\":1,\"what\":\"list\",\"kind\":\"fleets\"}");
    CHECK_CONTAINS(next_message(live, service), "\"whole\":true");
    finish(service, &(game_server){0});
    service = make_demo_service();
    local_live_begin_anew(live);
    CHECK_CONTAINS(next_message(live, service), "\"whole\":true");
    end_live(live);
    finish(service, &(game_server){0});
}

TEST(whoever_sends_nonsense_and_does_not_read_is_cut_off)
{
    local_live *live = local_live_create();
    int good = 0;
    while (good < 1000 && local_live_received(live, "nonsense", 8))
        good++;
    CHECK(good < 100);
    end_live(live);
}

/* A page of 60 rows of 1,000 sessions, 10 of which change each second, those of the page among them. */
TEST(a_page_of_a_thousand_sessions_costs_under_20_kb_a_second)
{
    enum { SESSIONS = 1000, SECONDS = 30, CHANGES = 10 };
    local_service *service = make_demo_service();
    static char arns[SESSIONS][300];
    static game_server servers[SESSIONS];
    for (int i = 0; i < SESSIONS; i++) {
        char id[16];
        snprintf(id, sizeof id, "p%d", i);
        CHECK_INT(connect_as(service, &servers[i], id, demo.auth_token), 101);
        ready(&servers[i], 7777);
        create_session(service, 200, arns[i]);
        collect(&servers[i], 1);
        CHECK_INT(take(&servers[i]), 1);
        CHECK_INT(ask(&servers[i], "ActivateGameSession", "a", "\"GameSessionId\":\"%s\"", arns[i]), 200);
    }
    local_live *live = local_live_create();
    say(live, "{\"subscribe\":1,\"what\":\"list\",\"kind\":\"game_sessions\",\"limit\":60}");
    say(live, "{\"subscribe\":2,\"what\":\"overview\"}");
    size_t first = strlen(next_message(live, service)), bytes = 0, messages = 0;
    next_message(live, service);
    for (int quarter = 0; quarter < 4 * SECONDS; quarter++) {
        for (int i = quarter * CHANGES / 4; i < (quarter + 1) * CHANGES / 4; i++)
            CHECK_INT(call(service, "CreatePlayerSession",
                              "{\"GameSessionId\":\"%s\",\"PlayerId\":\"nova-%d\"}",
                              arns[SESSIONS - 1 - i % 60], quarter),
                    200);
        pass(service, 250);
        for (const char *message = look(live, service); message != NULL;
                message = next_message(live, service)) {
            bytes += strlen(message);
            messages++;
        }
    }
    printf("# first %zu bytes, then %zu bytes a second in %zu messages\n", first, bytes / SECONDS, messages);
    CHECK(bytes / SECONDS < 20000);
    end_live(live);
    for (int i = 0; i < SESSIONS; i++)
        forget(&servers[i]);
    finish(service, &(game_server){0});
}

/* Wherever a secret was said, nothing that is sent shows it. */
TEST(no_secret_is_sent)
{
    static const char secret[] = "the_access-token_of_this";
    game_server server;
    char session[300];
    local_service_desc desc = {.seed = 7, .access_token = secret};
    local_service *service = NULL;
    CHECK_INT(local_service_create(&desc, clock_now, &service), GLIFT_OK);
    CHECK_INT(local_service_demo(service, clock_now, NULL, &demo), GLIFT_OK);
    const char *const planted[] = {demo.auth_token, secret};
    CHECK_INT(connect_as(service, &server, "p1", demo.auth_token), 101);
    ready(&server, 7777);
    create_session(service, 9, session);
    CHECK_TEXT(pushed(&server), "CreateGameSession");
    CHECK_INT(ask(&server, "ActivateGameSession", "a", "\"GameSessionId\":\"%s\"", session), 200);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(call(service, "CreatePlayerSession",
                          "{\"GameSessionId\":\"%s\",\"PlayerId\":\"x%sy\",\"PlayerData\":\"%s\"}", session,
                          planted[i], planted[i]),
                200);
        CHECK_INT(call(service, "UpdateGameSession", "{\"GameSessionId\":\"%s\",\"Name\":\"%s\"}", session,
                          planted[i]),
                200);
        ask(&server, "HeartbeatServerProcess", planted[i], "\"HealthStatus\":true,\"X\":\"%s\"", planted[i]);
        local_journal_line(service, clock_now, "p1", planted[i], strlen(planted[i]));
        call(service, planted[i], "{\"%s\":\"%s\"}", planted[i], planted[i]);
    }
    collect(&server, 1);
    local_live *live = local_live_create();
    static const char *const subscriptions[] = {
            "{\"subscribe\":1,\"what\":\"list\",\"kind\":\"game_sessions\"}",
            "{\"subscribe\":2,\"what\":\"list\",\"kind\":\"player_sessions\"}",
            "{\"subscribe\":3,\"what\":\"messages\"}", "{\"subscribe\":4,\"what\":\"overview\"}",
            "{\"subscribe\":5,\"what\":\"list\",\"kind\":\"computes\"}",
            "{\"subscribe\":6,\"what\":\"detail\",\"kind\":\"processes\",\"id\":\"p1\"}"};
    char query[400];
    snprintf(query, sizeof query,
            "{\"subscribe\":7,\"what\":\"detail\",\"kind\":\"game_sessions\",\"id\":\"%s\"}", session);
    say(live, query);
    for (size_t i = 0; i < sizeof subscriptions / sizeof subscriptions[0]; i++)
        say(live, subscriptions[i]);
    int messages = 0;
    for (const char *message; (message = next_message(live, service)) != NULL; messages++) {
        for (int i = 0; i < 2; i++)
            CHECK(strstr(message, planted[i]) == NULL);
        cJSON *tree = cJSON_Parse(message);
        CHECK(tree != NULL);
        cJSON_Delete(tree);
    }
    CHECK_INT(messages, 7);
    end_live(live);
    finish(service, &server);
}
