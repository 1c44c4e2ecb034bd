/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: what is kept of frames, calls, lines and connections, and its bounds. */
#include "journal/journal.h"

#include "local_helper.h"

static uint64_t watch_us;

static uint64_t stopwatch_us(void)
{
    return watch_us += 7;
}

/* The newest entry of this kind and direction that has this action. */
static const local_entry *newest(const local_service *service, local_entry_kind kind,
        local_entry_direction direction, const char *action)
{
    const local_entry *found = NULL, *entry = NULL;
    while ((entry = local_journal_after(service, entry != NULL ? entry->serial : 0)) != NULL) {
        if (entry->kind == kind && entry->direction == direction && strcmp(entry->action, action) == 0)
            found = entry;
    }
    CHECK(found != NULL);
    return found;
}

TEST(a_call_and_its_answer_are_a_pair)
{
    local_service *service = make_demo_service();
    service->stopwatch_us = stopwatch_us;
    CHECK_INT(call(service, "ListFleets", "{\"Limit\": 3}"), 200);
    const local_entry *asked = newest(service, LOCAL_ENTRY_CALL, LOCAL_ENTRY_IN, "ListFleets");
    const local_entry *answered = newest(service, LOCAL_ENTRY_CALL, LOCAL_ENTRY_OUT, "ListFleets");
    CHECK_TEXT(asked->text, "{\"Limit\": 3}");
    CHECK_TEXT(answered->text, last_answer);
    CHECK_INT(answered->status, 200);
    CHECK_INT(answered->pair, asked->serial);
    CHECK_INT(answered->took_us, 7);
    CHECK_INT(answered->unix_ms, clock_now.unix_ms);
    CHECK_INT(answered->mono_ms, clock_now.mono_ms);
    CHECK(!answered->cut);

    CHECK_INT(call(service, "ListFleets", "{\"Limit\": 0}"), 400);
    answered = newest(service, LOCAL_ENTRY_CALL, LOCAL_ENTRY_OUT, "ListFleets");
    CHECK_INT(answered->status, 400);
    CHECK_CONTAINS(answered->text, "InvalidRequestException");
    CHECK(call(service, "NoSuchThing", "{") != 200);
    CHECK_INT(newest(service, LOCAL_ENTRY_CALL, LOCAL_ENTRY_OUT, "NoSuchThing")->pair,
            newest(service, LOCAL_ENTRY_CALL, LOCAL_ENTRY_IN, "NoSuchThing")->serial);
    finish(service, &(game_server){0});
}

TEST(frames_name_their_process_and_find_their_requests)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    const local_entry *visit = newest(service, LOCAL_ENTRY_NOTE, LOCAL_ENTRY_IN, "$connect");
    CHECK_TEXT(visit->process_id, "p1");
    CHECK_INT(visit->status, 101);
    CHECK_CONTAINS(visit->text, "SDK C 5.6.0");

    CHECK_INT(ask(&server, "HeartbeatServerProcess", "r-1", "\"HealthStatus\":true"), 200);
    CHECK_INT(ask(&server, "HeartbeatServerProcess", "r-2", "\"HealthStatus\":true"), 200);
    const local_entry *asked = newest(service, LOCAL_ENTRY_FRAME, LOCAL_ENTRY_IN, "HeartbeatServerProcess");
    const local_entry *answered =
            newest(service, LOCAL_ENTRY_FRAME, LOCAL_ENTRY_OUT, "HeartbeatServerProcess");
    CHECK_TEXT(asked->request_id, "r-2");
    CHECK_TEXT(answered->request_id, "r-2");
    CHECK_TEXT(answered->process_id, "p1");
    CHECK_INT(answered->connection, server.connection);
    CHECK_INT(answered->status, 200);
    CHECK_INT(answered->pair, asked->serial);

    char session[300];
    create_session(service, 2, session);
    CHECK_TEXT(pushed(&server), "CreateGameSession");
    const local_entry *push = newest(service, LOCAL_ENTRY_FRAME, LOCAL_ENTRY_OUT, "CreateGameSession");
    CHECK_INT(push->pair, 0);
    CHECK_INT(push->status, 0);
    CHECK_CONTAINS(push->text, session);

    local_service_received(service, clock_now, server.connection, "no \xff JSON\0", 10);
    CHECK_TEXT(newest(service, LOCAL_ENTRY_FRAME, LOCAL_ENTRY_IN, "")->text, "no  JSON ");
    local_service_closed(service, clock_now, server.connection);
    CHECK_TEXT(newest(service, LOCAL_ENTRY_NOTE, LOCAL_ENTRY_IN, "$disconnect")->process_id, "p1");
    collect(&server, 1);
    finish(service, &server);
}

TEST(who_is_refused_or_closed_is_noted)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    game_server stranger;
    CHECK_INT(connect_as(service, &stranger, "p9", "token-ffffffff-ffff-4fff-8fff-ffffffffffff"), 403);
    const local_entry *visit = newest(service, LOCAL_ENTRY_NOTE, LOCAL_ENTRY_IN, "$connect");
    CHECK_INT(visit->status, 403);
    CHECK_CONTAINS(visit->text, "The auth token is not one of");
    CHECK(strstr(visit->text, "ffff") == NULL);

    glift__text reply = {0};
    static const char body[] = "{\"ProcessId\":\"p1\",\"CloseCode\":1001}";
    CHECK_INT(local_service_control(service, clock_now, "drop", body, sizeof body - 1, &reply), 200);
    glift__text_free(&reply);
    collect(&server, 1);
    CHECK_TEXT(newest(service, LOCAL_ENTRY_NOTE, LOCAL_ENTRY_IN, "drop")->process_id, "p1");
    CHECK_INT(newest(service, LOCAL_ENTRY_NOTE, LOCAL_ENTRY_OUT, "drop")->status, 200);
    const local_entry *closed = newest(service, LOCAL_ENTRY_NOTE, LOCAL_ENTRY_OUT, "$close");
    CHECK_TEXT(closed->process_id, "p1");
    CHECK_CONTAINS(closed->text, "1001");
    finish(service, &server);
}

TEST(no_entry_holds_a_token)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    CHECK_INT(call(service, "GetComputeAuthToken", "{\"FleetId\":\"%s\",\"ComputeName\":\"%s\"}",
                      demo.fleet_id, demo.compute_name),
            200);
    CHECK_TEXT(field("AuthToken"), demo.auth_token);
    CHECK_CONTAINS(newest(service, LOCAL_ENTRY_CALL, LOCAL_ENTRY_OUT, "GetComputeAuthToken")->text,
            "\"AuthToken\":\"***\"");
    glift__text reply = {0};
    static const char body[] = "{\"ProcessId\":\"p1\"}";
    CHECK_INT(local_service_control(service, clock_now, "refresh", body, sizeof body - 1, &reply), 200);
    glift__text_free(&reply);
    CHECK_TEXT(pushed(&server), "RefreshConnection");
    ask(&server, "HeartbeatServerProcess", demo.auth_token, "\"HealthStatus\":true");
    local_journal_line(service, clock_now, demo.auth_token, demo.auth_token, strlen(demo.auth_token));
    for (const local_entry *entry = NULL;
            (entry = local_journal_after(service, entry != NULL ? entry->serial : 0)) != NULL;) {
        CHECK(strstr(entry->text, demo.auth_token) == NULL);
        CHECK(strstr(entry->request_id, demo.auth_token) == NULL);
        CHECK(strstr(entry->process_id, demo.auth_token) == NULL);
    }
    finish(service, &server);
}

static size_t heard_count;

static void hear(void *user, const local_entry *entry)
{
    CHECK(entry == local_journal_after(user, entry->serial - 1));
    heard_count++;
}

TEST(the_newest_entries_are_kept_and_all_are_heard)
{
    local_service *service = make_demo_service();
    uint64_t before = local_journal_last(service);
    heard_count = 0;
    local_journal_listen(service, hear, service);
    for (int i = 0; i < LOCAL_ENTRIES_KEPT; i++)
        CHECK_INT(call(service, "ListFleets", "{\"Limit\":%d}", i % 9 + 1), 200);
    CHECK_INT(heard_count, 2 * LOCAL_ENTRIES_KEPT);
    uint64_t last = local_journal_last(service), seen = 0;
    CHECK_INT(last, before + 2 * LOCAL_ENTRIES_KEPT);
    const local_entry *entry = local_journal_after(service, 0);
    CHECK_INT(entry->serial, last - LOCAL_ENTRIES_KEPT + 1);
    for (; entry != NULL; entry = local_journal_after(service, entry->serial))
        seen++;
    CHECK_INT(seen, LOCAL_ENTRIES_KEPT);
    CHECK(local_journal_after(service, last) == NULL);
    CHECK(local_journal_after(service, UINT64_MAX) == NULL);
    finish(service, &(game_server){0});
}

TEST(long_texts_are_cut_and_their_bytes_are_bounded)
{
    local_service *service = make_demo_service();
    size_t length = 3 * LOCAL_ENTRY_TEXT_MAX;
    char *text = malloc(length + 1);
    memset(text, 'x', length);
    memcpy(text + LOCAL_ENTRY_TEXT_MAX - 8, demo.auth_token, strlen(demo.auth_token)); /* where it is cut */
    text[length] = '\0';
    size_t most = LOCAL_ENTRY_BYTES_KEPT / LOCAL_ENTRY_TEXT_MAX, bytes = 0;
    for (size_t i = 0; i < most + 100; i++)
        local_journal_say(
                service, clock_now, &(local_said){.kind = LOCAL_ENTRY_LINE, .text = text, .length = length});
    const local_entry *entry = local_journal_after(service, 0);
    CHECK(entry->cut);
    CHECK_INT(entry->length, LOCAL_ENTRY_TEXT_MAX);
    CHECK(strstr(entry->text, "token-") == NULL);
    for (; entry != NULL; entry = local_journal_after(service, entry->serial))
        bytes += entry->length;
    CHECK(bytes <= LOCAL_ENTRY_BYTES_KEPT && bytes > LOCAL_ENTRY_BYTES_KEPT / 2);
    free(text);
    finish(service, &(game_server){0});
}

TEST(a_process_that_writes_without_end_does_not_push_out_the_others)
{
    local_service *service = make_demo_service();
    uint64_t before = local_journal_last(service);
    for (int i = 0; i < 1000; i++)
        local_journal_line(service, clock_now, "server-1", "again", 5);
    CHECK_INT(local_journal_last(service) - before, LOCAL_LINES_A_SECOND);
    CHECK(local_journal_line(service, clock_now, "server-2", "hello", 5) != 0);
    pass(service, 1000);
    CHECK(local_journal_line(service, clock_now, "server-1", "again", 5) != 0);
    CHECK_TEXT(newest(service, LOCAL_ENTRY_NOTE, LOCAL_ENTRY_IN, "")->text,
            "800 lines of its output are left out: 200 in a second are kept");
    finish(service, &(game_server){0});
}

/* Whatever a server sends, the journal reads no further than what was sent. */
TEST(pieces_of_messages_are_read_to_their_end)
{
    static const char message[] =
            "{\"Action\":\"A\\\"b\",\"x\":[{\"Action\":\"C\"},\"]\"],\"RequestId\":\"r\",\"StatusCode\":200}";
    local_service *service = make_demo_service();
    for (size_t length = 0; length < sizeof message; length++) {
        char *piece = malloc(length > 0 ? length : 1);
        memcpy(piece, message, length);
        CHECK(local_journal_frame(service, clock_now, 1, LOCAL_ENTRY_IN, piece, length) != 0);
        free(piece);
    }
    const local_entry *entry = newest(service, LOCAL_ENTRY_FRAME, LOCAL_ENTRY_IN, "A\\\"b");
    CHECK_TEXT(entry->request_id, "r");
    CHECK_INT(entry->status, 200);
    finish(service, &(game_server){0});
}
