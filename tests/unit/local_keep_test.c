/* SPDX-License-Identifier: Apache-2.0 */
/* A service that is made of what another one has kept goes on as that one would have. */
#include "local_twins.h"
#include "model/keep_internal.h"

typedef struct numbers {
    local_record record;
    int plain;
    int64_t wide;
    uint64_t whole;
    double real;
} numbers;

TEST(numbers_of_a_record_are_read_as_they_were_written)
{
    static const numbers all[] = {{.plain = 1, .wide = 10, .whole = 1234567890, .real = 0.1},
            {.plain = -2147483647, .wide = -9007199254740992, .whole = UINT64_MAX, .real = -1e300},
            {.plain = 2147483647, .wide = 9007199254740992, .whole = 10000000000000000000u, .real = 5e-324}};
    static const local_field fields[] = {LOCAL_FIELD(LOCAL_INT, numbers, plain),
            LOCAL_FIELD(LOCAL_INT64, numbers, wide), LOCAL_FIELD(LOCAL_UINT64, numbers, whole),
            LOCAL_FIELD(LOCAL_DOUBLE, numbers, real), LOCAL_FIELDS_END};
    static const local_kind kind = {.name = "numbers",
            .size = sizeof(numbers),
            .record_at = offsetof(numbers, record),
            .memory_at = LOCAL_NO_MEMBER,
            .fields = fields};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        local_keeper keeper = {0};
        numbers written = all[i], read = {0};
        written.record.kind = &kind;
        CHECK(local_write_record(&keeper, &written.record));
        CHECK(local_read_record(&keeper, &kind, &read, keeper.text, keeper.length) == NULL);
        CHECK(read.plain == written.plain && read.wide == written.wide);
        CHECK(read.whole == written.whole && read.real == written.real);
        local_keeper_fini(&keeper);
    }
}

TEST(answers_to_requests_are_remembered_across_a_restart)
{
    local_service_desc desc = {.seed = 7, .remember_request_ids = true, .store = &kept.store};
    local_service *service;
    game_server server;
    test_store_init(&kept);
    CHECK_INT(local_service_create(&desc, clock_now, &service), GLIFT_OK);
    CHECK_INT(local_service_demo(service, clock_now, NULL, &demo), GLIFT_OK);
    connect_as(service, &server, "p1", demo.auth_token);
    ready(&server, 7777);
    CHECK_INT(ask(&server, "GetComputeCertificate", "once", "%s", ""), 404);
    CHECK_INT(ask(&server, "HeartbeatServerProcess", "beat", "\"HealthStatus\":true"), 200);
    local_service_destroy(service);

    CHECK_INT(local_service_create(&desc, clock_now, &service), GLIFT_OK);
    connect_as(service, &server, "p1", demo.auth_token);
    call(service, "DeregisterCompute", "{\"FleetId\":\"%s\",\"ComputeName\":\"%s\"}", demo.fleet_id,
            demo.compute_name);
    CHECK_TEXT(pushed(&server), "TerminateProcess");
    CHECK_INT(ask(&server, "GetComputeCertificate", "once", "%s", ""), 404); /* the same sentence again */
    CHECK(strstr(field("ErrorMessage"), "CertificatePath") != NULL);
    finish(service, &server);
}

TEST(what_a_process_was_to_be_told_is_told_after_a_restart)
{
    game_server server;
    char session[300];
    local_service *service = make_active_service(&server, 4, session);
    local_service_closed(service, clock_now, server.connection);
    CHECK_INT(call(service, "TerminateGameSession",
                      "{\"GameSessionId\":\"%s\",\"TerminationMode\":\"TRIGGER_ON_PROCESS_TERMINATE\"}",
                      session),
            200);
    restart(&service);
    connect_as(service, &server, "p1", demo.auth_token);
    CHECK_TEXT(pushed(&server), "TerminateProcess");
    CHECK_TEXT(pushed(&server), "");
    restart(&service); /* it is told once */
    connect_as(service, &server, "p1", demo.auth_token);
    CHECK_TEXT(pushed(&server), "");
    finish(service, &server);
}

TEST(a_store_that_fails_is_told_at_each_commit)
{
    game_server server;
    local_service *service = make_ready_service(&server);
    kept.is_full = true;
    glift__text reply = {0};
    const char body[] = "{\"LocationName\":\"custom-more\"}";
    CHECK_INT(local_service_call(service, clock_now, "CreateLocation", body, strlen(body), &reply), 200);
    CHECK(!local_service_commit(service, clock_now));
    kept.is_full = false;
    CHECK(!local_service_commit(service, clock_now)); /* what was lost does not come back by itself */
    glift__text_free(&reply);
    local_service_destroy(service);
    service = restart_service();
    CHECK_INT(call(service, "ListLocations", "{}"), 200);
    CHECK_TEXT(field("Locations"), "[1]");
    finish(service, &server);
}

static void live(uint64_t seed, int steps)
{
    twins t;
    make_twins(&t, seed);
    serve(&t);
    for (int step = 0; step < steps; step++) {
        void (*const deeds[])(twins *) = {of_sessions, of_tickets, of_resources, of_players, of_tickets};
        deeds[draw(&t, sizeof deeds / sizeof deeds[0])](&t);
        if (draw(&t, 4) > 0)
            continue;
        serve(&t);
        both_pass(&t, draw(&t, 20) == 0 ? 30000 : 500 * (uint64_t)draw(&t, 8));
        serve(&t);
        if (draw(&t, 6) > 0)
            continue;
        restart_one(&t);
        both_pass(&t, 500);
        serve(&t);
        if (draw(&t, 4) == 0)
            check_same(&t);
    }
    check_same(&t);
    for (size_t i = 0; i < SERVERS; i++) {
        forget(&t.of_kept[i]);
        forget(&t.of_plain[i]);
    }
    local_service_destroy(t.plain);
    finish(t.kept, &t.of_kept[0]);
}

TEST(a_service_that_is_restarted_answers_as_its_twin_that_is_not)
{
    /* In the life of 41 everybody leaves a game session whose automatic backfill is kept then. */
    static const uint64_t few[] = {1, 2, 41};
    for (size_t i = 0; i < sizeof few / sizeof few[0]; i++)
        live(few[i], 300);
    for (uint64_t seed = 3; getenv("GLIFT_LONG") != NULL && seed <= 60; seed++)
        live(seed, 300);
}

/* ---- a store that somebody has spoilt ---- */

static void spoil(test_row *row, uint64_t random)
{
    size_t length = strlen(row->body), at = (size_t)(random >> 8) % length;
    switch (random % 4) {
    case 0:
        row->body[at] = '\0';
        break;
    case 1:
        row->body[at] = (char)(' ' + random % 90);
        break;
    case 2:
        if (row->body[at] >= '0' && row->body[at] <= '9')
            row->body[at] = '9';
        break;
    default:
        free(row->body);
        row->body = NULL;
    }
}

TEST(a_spoilt_store_is_refused_or_lived_with)
{
    static test_store good;
    twins t;
    size_t refused = 0;
    make_twins(&t, 3);
    serve(&t);
    for (int step = 0; step < 60; step++) {
        of_sessions(&t);
        of_tickets(&t);
        of_resources(&t);
        serve(&t);
        both_pass(&t, 500);
    }
    for (size_t i = 0; i < SERVERS; i++) {
        forget(&t.of_kept[i]);
        forget(&t.of_plain[i]);
    }
    local_service_destroy(t.plain);
    local_service_destroy(t.kept);
    good = kept;
    uint64_t random = 1;
    for (int i = 0; i < 1000; i++) {
        local_service_desc desc = {.seed = 7, .store = &kept.store};
        local_service *service;
        test_store_init(&kept);
        for (size_t row = 0; row < good.count; row++) {
            if (good.rows[row].body != NULL)
                kept.store.put(
                        &kept, good.rows[row].kind, row, good.rows[row].body, strlen(good.rows[row].body));
        }
        random = random * 6364136223846793005u + 1442695040888963407u;
        size_t row = (size_t)(random >> 20) % kept.count;
        if (kept.rows[row].body != NULL)
            spoil(&kept.rows[row], random >> 13);
        glift_status status = local_service_create(&desc, clock_now, &service);
        CHECK(status == GLIFT_OK || status == GLIFT_ERR_STATE);
        refused += status != GLIFT_OK;
        if (status == GLIFT_OK) {
            pass(service, 3600000);
            local_service_destroy(service);
        }
        test_store_fini(&kept);
    }
    CHECK(refused > 100);
    test_store_fini(&good);
    free(last_answer);
    last_answer = NULL;
}
