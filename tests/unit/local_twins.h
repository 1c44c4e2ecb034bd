/* SPDX-License-Identifier: Apache-2.0 */
/* Two services to which the same things happen, drawn from a seed: one of them is made anew from what it has
 * kept again and again, and answers as the other one all the same. */
#ifndef LOCAL_TWINS_H
#define LOCAL_TWINS_H

#include "local_helper.h"

static void restart(local_service **service)
{
    commit(*service);
    local_service_destroy(*service);
    *service = restart_service();
}

#define SERVERS 5

typedef struct twins {
    local_service *kept, *plain;
    game_server of_kept[SERVERS], of_plain[SERVERS];
    bool is_there[SERVERS];
    char sessions[64][300];
    size_t session_count;
    uint64_t random;
    unsigned requests;
} twins;

static unsigned draw(twins *t, unsigned below)
{
    t->random = t->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(t->random >> 33) % below;
}

/* What waits for their servers, before something else takes it out. */
static void gather(twins *t)
{
    if (t->of_kept[0].service == NULL)
        return;
    t->of_kept[0].service = t->kept;
    collect(t->of_plain, SERVERS);
    collect(t->of_kept, SERVERS);
}

/* What a service finds out anew at its next look at the tickets (README.md): why one waits, and how often
 * rules passed and failed. */
static void forget_looks(char *text)
{
    static const char waited[] = "No match within 90 seconds: ";
    static const char *const names[] = {"passed_count\":", "failed_count\":", "passedCount\":",
            "failedCount\":", "passedCount\\\":", "failedCount\\\":"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (char *at = text; (at = strstr(at, names[i])) != NULL;) {
            at += strlen(names[i]);
            char *rest = at + strspn(at, "0123456789");
            memmove(at, rest, strlen(rest) + 1);
        }
    }
    for (char *at = text; (at = strstr(at, waited)) != NULL;) {
        at += strlen(waited);
        char *rest = at + strcspn(at, "\\\"");
        memmove(at, rest, strlen(rest) + 1);
    }
}

/* Long documents: where they begin to differ is enough. */
static void check_texts(const char *got, const char *expected)
{
    size_t at = 0;
    while (got[at] == expected[at] && got[at] != '\0')
        at++;
    char here[200], there[200];
    size_t from = at < 60 ? 0 : at - 60;
    snprintf(here, sizeof here, "%s", got + from);
    snprintf(there, sizeof there, "%s", expected + from);
    CHECK_TEXT(here, there);
}

/* The answer of both, which is one. */
static int both(twins *t, const char *operation, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
static int both(twins *t, const char *operation, const char *format, ...)
{
    char *body = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&body, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    int status = call(t->plain, operation, "%s", body);
    char *answer = last_answer;
    last_answer = NULL;
    CHECK_INT(call(t->kept, operation, "%s", body), status);
    forget_looks(answer);
    forget_looks(last_answer);
    check_texts(last_answer, answer);
    free(answer);
    free(body);
    gather(t);
    return status;
}

/* The answer, from among what else was sent to it. */
static void say(game_server *server, const char *action, const char *id, const char *fields)
{
    char message[1200], mark[64];
    snprintf(message, sizeof message, "{\"Action\":\"%s\",\"RequestId\":\"%s\"%s%s}", action, id,
            fields[0] != '\0' ? "," : "", fields);
    snprintf(mark, sizeof mark, "\"RequestId\":\"%s\"", id);
    local_service_received(server->service, clock_now, server->connection, message, strlen(message));
    commit(server->service);
    collect(server, 1);
    size_t at = 0;
    while (at < server->count && strstr(server->received[at], mark) == NULL)
        at++;
    CHECK(at < server->count);
    free(last_answer);
    last_answer = server->received[at];
    server->count--;
    memmove(server->received + at, server->received + at + 1, (server->count - at) * sizeof(char *));
}

static void both_say(twins *t, size_t i, const char *action, const char *fields)
{
    char id[32];
    snprintf(id, sizeof id, "r%u", ++t->requests);
    gather(t);
    say(&t->of_plain[i], action, id, fields);
    char *answer = last_answer;
    last_answer = NULL;
    say(&t->of_kept[i], action, id, fields);
    check_texts(last_answer, answer);
    free(answer);
}

static void both_pass(twins *t, uint64_t ms)
{
    clock_now.mono_ms += ms;
    clock_now.unix_ms += (int64_t)ms;
    local_service_advance(t->plain, clock_now);
    local_service_advance(t->kept, clock_now);
    commit(t->kept);
    gather(t);
}

static void both_connect(twins *t, size_t i)
{
    char name[16];
    snprintf(name, sizeof name, "s%zu", i);
    int status = connect_as(t->plain, &t->of_plain[i], name, demo.auth_token);
    CHECK_INT(connect_as(t->kept, &t->of_kept[i], name, demo.auth_token), status);
    t->is_there[i] = status == 101;
    gather(t);
}

static void know_session(twins *t, const char *session)
{
    size_t at = t->session_count < 64 ? t->session_count++ : draw(t, 64);
    snprintf(t->sessions[at], sizeof t->sessions[at], "%s", session);
}

static const char *some_session(twins *t)
{
    return t->session_count > 0 ? t->sessions[draw(t, (unsigned)t->session_count)] : "arn:none";
}

/* Whatever they were told, they do; both were told the same. */
static void obey(twins *t, size_t i)
{
    char fields[400], session[300];
    while (t->of_plain[i].count > 0) {
        CHECK(t->of_kept[i].count > 0);
        CHECK_TEXT(t->of_kept[i].received[0], t->of_plain[i].received[0]);
        CHECK(take(&t->of_kept[i]) && take(&t->of_plain[i]));
        if (strcmp(field("Action"), "CreateGameSession") == 0) {
            snprintf(session, sizeof session, "%s", field("GameSessionId"));
            know_session(t, session);
            snprintf(fields, sizeof fields, "\"GameSessionId\":\"%s\"", session);
            if (draw(t, 8) > 0)
                both_say(t, i, "ActivateGameSession", fields);
        } else if (strcmp(field("Action"), "TerminateProcess") == 0) {
            both_say(t, i, "TerminateServerProcess", "");
        }
    }
    CHECK_INT(t->of_kept[i].count, 0);
}

static void serve(twins *t)
{
    for (size_t i = 0; i < SERVERS; i++) {
        if (!t->is_there[i])
            both_connect(t, i);
        obey(t, i);
        gather(t);
        const local_connection *connection = local_find_connection(t->plain, t->of_plain[i].connection);
        if (connection != NULL && (connection->process->state == LOCAL_PROCESS_CONNECTED ||
                                          connection->process->state == LOCAL_PROCESS_GONE))
            both_say(t, i, "ActivateServerProcess",
                    "\"SdkVersion\":\"5.6.0\",\"SdkLanguage\":\"C\",\"Port\":7777,\"LogPaths\":null");
        both_say(t, i, "HeartbeatServerProcess", "\"HealthStatus\":true");
    }
}

/* The plain one's servers lose their sockets, and the kept one is another one; all come back. */
static void restart_one(twins *t)
{
    for (size_t i = 0; i < SERVERS; i++) {
        local_service_closed(t->plain, clock_now, t->of_plain[i].connection);
        forget(&t->of_kept[i]);
        forget(&t->of_plain[i]);
        t->is_there[i] = false;
    }
    restart(&t->kept);
    t->of_kept[0].service = t->kept;
    for (size_t i = 0; i < SERVERS; i++) {
        both_connect(t, i);
        both_say(t, i, "HeartbeatServerProcess", "\"HealthStatus\":true");
    }
}

static void of_sessions(twins *t)
{
    const char *session = some_session(t);
    switch (draw(t, 7)) {
    case 0:
        both(t, "CreateGameSession",
                "{\"FleetId\":\"%s\",\"Location\":\"%s\",\"MaximumPlayerSessionCount\":8,"
                "\"IdempotencyToken\":"
                "\"i-%u\",\"GameProperties\":[{\"Key\":\"k\",\"Value\":\"%u\"}]}",
                demo.fleet_id, demo.location, draw(t, 40), draw(t, 2));
        break;
    case 1:
        both(t, "CreatePlayerSessions",
                "{\"GameSessionId\":\"%s\",\"PlayerIds\":[\"p-%u\",\"q-%u\"],\"PlayerDataMap\":{\"p-1\":"
                "\"x\"}}",
                session, draw(t, 30), draw(t, 30));
        break;
    case 2:
        both(t, "UpdateGameSession",
                "{\"GameSessionId\":\"%s\",\"Name\":\"n%u\",\"PlayerSessionCreationPolicy\":\"%s\"}", session,
                draw(t, 9), draw(t, 4) == 0 ? "DENY_ALL" : "ACCEPT_ALL");
        break;
    case 3:
        if (draw(t, 4) == 0)
            both(t, "TerminateGameSession",
                    "{\"GameSessionId\":\"%s\",\"TerminationMode\":\"TRIGGER_ON_PROCESS_TERMINATE\"}",
                    session);
        break;
    case 4:
        both(t, "DescribePlayerSessions", "{\"GameSessionId\":\"%s\"}", session);
        break;
    case 5:
        both(t, "DescribePlayerSessions", "{\"PlayerId\":\"p-%u\"}", draw(t, 30));
        break;
    default:
        both(t, "DescribeGameSessions", "{\"FleetId\":\"%s\"}", demo.fleet_id);
    }
}

static void of_tickets(twins *t)
{
    unsigned ticket = draw(t, 60);
    const char *configuration = draw(t, 2) == 0 ? "pairs" : "asks";
    switch (draw(t, 6)) {
    case 0:
    case 1:
        both(t, "StartMatchmaking",
                "{\"TicketId\":\"t-%u\",\"ConfigurationName\":\"%s\",\"Players\":[{\"PlayerId\":\"m-%u\","
                "\"PlayerAttributes\":{\"skill\":{\"N\":%u},\"modes\":{\"SL\":[\"a\",\"b\"]}},"
                "\"LatencyInMs\":{"
                "\"%s\":%u}}]}",
                ticket, configuration, draw(t, 40), draw(t, 100), demo.location, 1 + draw(t, 90));
        break;
    case 2:
        both(t, "StopMatchmaking", "{\"TicketId\":\"t-%u\"}", ticket);
        break;
    case 3:
        for (unsigned i = 0; i < 40; i++)
            both(t, "AcceptMatch",
                    "{\"TicketId\":\"t-%u\",\"PlayerIds\":[\"m-%u\"],\"AcceptanceType\":\"%s\"}", ticket, i,
                    draw(t, 6) == 0 ? "REJECT" : "ACCEPT");
        break;
    case 4:
        both(t, "StartGameSessionPlacement",
                "{\"PlacementId\":\"pl-%u\",\"GameSessionQueueName\":\"line\",\"MaximumPlayerSessionCount\":"
                "4,"
                "\"DesiredPlayerSessions\":[{\"PlayerId\":\"d-%u\"}],\"PlayerLatencies\":[{\"PlayerId\":\"d-"
                "1\","
                "\"RegionIdentifier\":\"%s\",\"LatencyInMilliseconds\":12.5}]}",
                draw(t, 30), draw(t, 9), demo.location);
        break;
    default:
        both(t, "StopGameSessionPlacement", "{\"PlacementId\":\"pl-%u\"}", draw(t, 30));
    }
}

static void of_resources(twins *t)
{
    unsigned number = draw(t, 6);
    char alias[80];
    switch (draw(t, 7)) {
    case 0:
        both(t, "CreateAlias",
                "{\"Name\":\"a%u\",\"RoutingStrategy\":{\"Type\":\"SIMPLE\",\"FleetId\":\"%s\"}}", number,
                demo.fleet_id);
        break;
    case 1:
        if (both(t, "ListAliases", "{}") == 200 && field("Aliases.0.AliasId")[0] != '\0') {
            snprintf(alias, sizeof alias, "%s", field("Aliases.0.AliasId"));
            if (draw(t, 2) == 0)
                both(t, "DeleteAlias", "{\"AliasId\":\"%s\"}", alias);
            else
                both(t, "UpdateAlias",
                        "{\"AliasId\":\"%s\",\"RoutingStrategy\":{\"Type\":\"TERMINAL\",\"Message\":\"m%u\"}"
                        "}",
                        alias, number);
        }
        break;
    case 2:
        both(t, "CreateLocation", "{\"LocationName\":\"custom-%u\"}", number);
        break;
    case 3:
        both(t, "DeleteLocation", "{\"LocationName\":\"custom-%u\"}", number);
        break;
    case 4:
        both(t, "UpdateGameSessionQueue",
                "{\"Name\":\"line\",\"TimeoutInSeconds\":%u,\"PlayerLatencyPolicies\":[{"
                "\"MaximumIndividualPlayerLatencyMilliseconds\":%u}]}",
                10 + number, 5 + number * 4);
        break;
    case 5:
        both(t, "TagResource",
                "{\"ResourceARN\":\"arn:aws:gamelift:us-east-1:000000000000:gamesessionqueue/"
                "line\",\"Tags\":[{"
                "\"Key\":\"k%u\",\"Value\":\"v%u\"}]}",
                number, draw(t, 3));
        break;
    default:
        both(t, "UntagResource",
                "{\"ResourceARN\":\"arn:aws:gamelift:us-east-1:000000000000:gamesessionqueue/"
                "line\",\"TagKeys\":["
                "\"k%u\"]}",
                number);
    }
}

static void of_players(twins *t)
{
    char fields[700];
    size_t i = draw(t, SERVERS);
    const char *session = some_session(t);
    if (both(t, "DescribePlayerSessions", "{\"GameSessionId\":\"%s\"}", session) != 200)
        return;
    snprintf(fields, sizeof fields, "\"GameSessionId\":\"%s\",\"PlayerSessionId\":\"%s\"", session,
            field("PlayerSessions.0.PlayerSessionId"));
    both_say(t, i, draw(t, 3) > 0 ? "AcceptPlayerSession" : "RemovePlayerSession", fields);
    if (draw(t, 30) == 0)
        both_say(t, i, "TerminateServerProcess", "");
}

static const char pairs[] =
        "{\\\"name\\\":\\\"pairs\\\",\\\"ruleLanguageVersion\\\":\\\"1.0\\\",\\\"playerAttributes\\\":[{"
        "\\\"name\\\":"
        "\\\"skill\\\",\\\"type\\\":\\\"number\\\",\\\"default\\\":5}],\\\"teams\\\":[{\\\"name\\\":"
        "\\\"all\\\","
        "\\\"minPlayers\\\":2,\\\"maxPlayers\\\":2}],\\\"rules\\\":[{\\\"name\\\":\\\"near\\\",\\\"type\\\":"
        "\\\"distance\\\",\\\"measurements\\\":[\\\"flatten(teams[*].players.attributes[skill])\\\"],"
        "\\\"referenceValue\\\":50,\\\"maxDistance\\\":50}]}";

static void make_twins(twins *t, uint64_t seed)
{
    *t = (twins){.random = seed, .kept = make_demo_service()};
    local_service_desc desc = {.seed = 7};
    CHECK_INT(local_service_create(&desc, clock_now, &t->plain), GLIFT_OK);
    CHECK_INT(local_service_demo(t->plain, clock_now, NULL, &demo), GLIFT_OK);
    CHECK_INT(both(t, "CreateGameSessionQueue",
                      "{\"Name\":\"line\",\"TimeoutInSeconds\":20,\"Destinations\":[{\"DestinationArn\":\"%"
                      "s\"}]}",
                      demo.fleet_id),
            200);
    CHECK_INT(both(t, "CreateMatchmakingRuleSet", "{\"Name\":\"pairs\",\"RuleSetBody\":\"%s\"}", pairs), 200);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(both(t, "CreateMatchmakingConfiguration",
                          "{\"Name\":\"%s\",\"RuleSetName\":\"pairs\",\"RequestTimeoutSeconds\":90,"
                          "\"GameSessionQueueArns\":[\"arn:aws:gamelift:us-east-1:000000000000:"
                          "gamesessionqueue/line\"],\"AcceptanceRequired\":%s,"
                          "\"AcceptanceTimeoutSeconds\":10,\"BackfillMode\":\"%s\"}",
                          i == 0 ? "pairs" : "asks", i == 0 ? "false" : "true",
                          i == 0 ? "AUTOMATIC" : "MANUAL"),
                200);
    }
}

static void check_same(twins *t)
{
    glift__text a = {0}, b = {0};
    CHECK_INT(local_service_state(t->kept, clock_now, &a), GLIFT_OK);
    CHECK_INT(local_service_state(t->plain, clock_now, &b), GLIFT_OK);
    forget_looks(a.bytes);
    forget_looks(b.bytes);
    check_texts(a.bytes, b.bytes);
    glift__text_free(&a);
    glift__text_free(&b);
    CHECK_INT(local_service_events(t->kept, 0, &a), GLIFT_OK);
    CHECK_INT(local_service_events(t->plain, 0, &b), GLIFT_OK);
    forget_looks(a.bytes);
    forget_looks(b.bytes);
    check_texts(a.bytes, b.bytes);
    glift__text_free(&a);
    glift__text_free(&b);
    both(t, "DescribeFleetEvents", "{\"FleetId\":\"%s\"}", demo.fleet_id);
    both(t, "DescribeGameSessionQueues", "{}");
    both(t, "DescribeMatchmakingConfigurations", "{}");
    both(t, "ListTagsForResource",
            "{\"ResourceARN\":\"arn:aws:gamelift:us-east-1:000000000000:gamesessionqueue/line\"}");
    for (unsigned i = 0; i < 60; i++) {
        both(t, "DescribeMatchmaking", "{\"TicketIds\":[\"t-%u\"]}", i);
        both(t, "DescribeGameSessionPlacement", "{\"PlacementId\":\"pl-%u\"}", i);
    }
}

#endif
