/* SPDX-License-Identifier: Apache-2.0 */
/* bench_local: what calls of gamelift-local cost with many connections, game sessions and tickets. Prints
 * "figure <name> <value> <unit>"; times are of the service's processor, unless the name says wall. The floor
 * is a loop of bare sockets that reads as many bytes as CreatePlayerSession has and writes as many back. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "arguments.h"
#include "local_client.h"

enum {
    HOSTS = 25,       /* game servers whose session stays */
    CHURNERS = 5,     /* that host one session after the other; they share out 100 and 10,000 evenly */
    SOME_IDLE = 270,  /* that only beat: 300 in all */
    IDLE = 970,       /* 1,000 in all */
    MANY_IDLE = 2970, /* 3,000 in all */
    FEW_SESSIONS = 100,
    MANY_SESSIONS = 10000,
    TICKETS = 10000,
    CALLS = 100000, /* at least, in all */
    ROUNDS = 7,
    ROUND_CALLS = 100,
    LATENCIES = 2000,
    BEAT_S = 30,
    REQUEST_BYTES = 400, /* of the floor */
    ANSWER_BYTES = 900
};

static const char help[] =
        "Usage: bench_local [PROGRAM]\n"
        "\n"
        "Prints what calls of gamelift-local cost, one figure on a line: figure NAME VALUE UNIT. It takes\n"
        "some minutes. PROGRAM is another gamelift-local than the one that was built with it.\n";

static program service;
static api_client client;
static char busy_fleet[128], idle_fleet[128], busy_token[128], idle_token[128];
static char session_of_host[HOSTS][512];
static game_server hosts[HOSTS], churners[CHURNERS], idlers[MANY_IDLE];
static int idler_count;
static unsigned sessions, players;
static time_t last_beat;

static void figure(const char *name, double value, const char *unit)
{
    printf("figure %s %.4g %s\n", name, value, unit);
    fflush(stdout);
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double quantile(double *sample, size_t count, double q)
{
    qsort(sample, count, sizeof *sample, compare);
    return sample[(size_t)((double)(count - 1) * q)];
}

/* ---- fleets and game servers ---- */

static void make_fleet(const char *name, char fleet[128], char token[128])
{
    copy_member(call_api(&client, "CreateFleet",
                        "{\"Name\":\"%s\",\"ComputeType\":\"ANYWHERE\",\"Locations\":[{\"Location\":\"custom-"
                        "bench\"}]}",
                        name),
            "FleetId", fleet, 128);
    call_api(&client, "RegisterCompute",
            "{\"FleetId\":\"%s\",\"ComputeName\":\"bench\",\"Location\":\"custom-bench\",\"IpAddress\":\"127."
            "0."
            "0.1\"}",
            fleet);
    copy_member(
            call_api(&client, "GetComputeAuthToken", "{\"FleetId\":\"%s\",\"ComputeName\":\"bench\"}", fleet),
            "AuthToken", token, 128);
}

static void make_ready(game_server *server)
{
    ask_service(server, "ActivateServerProcess",
            ",\"SdkVersion\":\"5.6.0\",\"SdkLanguage\":\"C\",\"Port\":7777,\"LogPaths\":[]");
}

static void start_servers(
        game_server *servers, int count, const char *name, const char *fleet, const char *token)
{
    char id[64];
    for (int i = 0; i < count; i++) {
        snprintf(id, sizeof id, "%s-%d", name, i);
        connect_server(&servers[i], service.port, fleet, token, id);
        make_ready(&servers[i]);
    }
}

static void beat(game_server *servers, int count)
{
    for (int i = 0; i < count; i++)
        ask_service(&servers[i], "HeartbeatServerProcess", ",\"HealthStatus\":true");
}

static void beat_all(void)
{
    if (time(NULL) - last_beat < BEAT_S)
        return;
    last_beat = time(NULL);
    beat(hosts, HOSTS);
    beat(churners, CHURNERS);
    beat(idlers, idler_count);
}

/* ---- game sessions ---- */

/* Processes wait in line: the session comes to the one that has waited longest, which the caller knows. */
static void host_session(game_server *server, char arn[512])
{
    copy_member(
            call_api(&client, "CreateGameSession",
                    "{\"FleetId\":\"%s\",\"Location\":\"custom-bench\",\"MaximumPlayerSessionCount\":200,"
                    "\"Name\":\"session %u\",\"GameProperties\":[{\"Key\":\"map\",\"Value\":\"harbour\"}]}",
                    busy_fleet, sessions++),
            "GameSessionId", arn, 512);
    await_push(server, "CreateGameSession");
    ask_service(server, "ActivateGameSession", ",\"GameSessionId\":\"%s\"", arn);
}

static void join(game_server *server, const char *arn)
{
    char seat[128];
    copy_member(call_api(&client, "CreatePlayerSession",
                        "{\"GameSessionId\":\"%s\",\"PlayerId\":\"player-%u\"}", arn, players++),
            "PlayerSessionId", seat, sizeof seat);
    ask_service(
            server, "AcceptPlayerSession", ",\"GameSessionId\":\"%s\",\"PlayerSessionId\":\"%s\"", arn, seat);
}

static void live_session(game_server *server)
{
    char arn[512];
    host_session(server, arn);
    for (int i = 0; i < 3; i++)
        join(server, arn);
    call_api(&client, "DescribeGameSessions", "{\"GameSessionId\":\"%s\"}", arn);
    call_api(&client, "DescribePlayerSessions", "{\"GameSessionId\":\"%s\"}", arn);
    ask_service(server, "TerminateServerProcess", "%s", "");
    make_ready(server);
}

static void live_sessions(unsigned until)
{
    for (unsigned i = 0; sessions < until; i++) {
        live_session(&churners[i % CHURNERS]);
        beat_all();
    }
}

/* ---- what calls cost ---- */

static void list_fleets(void)
{
    call_api(&client, "ListFleets", "{}");
}

/* Seats for all of these are there: twenty-five sessions of 200. */
static void create_player_session(void)
{
    call_api(&client, "CreatePlayerSession", "{\"GameSessionId\":\"%s\",\"PlayerId\":\"player-%u\"}",
            session_of_host[players % HOSTS], players);
    players++;
}

static void describe_one(void)
{
    call_api(&client, "DescribeGameSessions", "{\"GameSessionId\":\"%s\"}", session_of_host[0]);
}

static void describe_page(void)
{
    call_api(&client, "DescribeGameSessions", "{\"FleetId\":\"%s\",\"Limit\":100}", busy_fleet);
}

static void describe_ten(void)
{
    call_api(&client, "DescribeGameSessions", "{\"FleetId\":\"%s\",\"Limit\":10}", busy_fleet);
}

static void describe_active(void)
{
    call_api(&client, "DescribeGameSessions", "{\"FleetId\":\"%s\",\"StatusFilter\":\"ACTIVE\",\"Limit\":10}",
            busy_fleet);
}

static void search_sessions(void)
{
    call_api(&client, "SearchGameSessions",
            "{\"FleetId\":\"%s\",\"Location\":\"custom-bench\",\"FilterExpression\":"
            "\"hasAvailablePlayerSessions="
            "true\",\"Limit\":10}",
            busy_fleet);
}

static void describe_player(void)
{
    call_api(&client, "DescribePlayerSessions", "{\"PlayerId\":\"player-%u\"}", players / 2);
}

static const struct {
    const char *name;
    void (*run)(void);
} measured[] = {
        {"list_fleets", list_fleets},
        {"create_player_session", create_player_session},
        {"describe_game_session", describe_one},
        {"describe_game_sessions_page", describe_page},
        {"describe_game_sessions_limit_10", describe_ten},
        {"describe_active_game_sessions", describe_active},
        {"search_game_sessions", search_sessions},
        {"describe_player_sessions_of_player", describe_player},
};

static double cost_us(void (*run)(void))
{
    double rounds_us[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        double before_us = cpu_us_of(service.pid);
        for (int i = 0; i < ROUND_CALLS; i++)
            run();
        rounds_us[round] = (cpu_us_of(service.pid) - before_us) / ROUND_CALLS;
    }
    return quantile(rounds_us, ROUNDS, 0.5);
}

static void measure_floor(const char *when)
{
    program echo = start_echo(REQUEST_BYTES, ANSWER_BYTES);
    int fd = connect_to(echo.port);
    double rounds_us[ROUNDS];
    char name[128];
    for (int round = 0; round < ROUNDS; round++) {
        double before_us = cpu_us_of(echo.pid);
        for (int i = 0; i < ROUND_CALLS; i++)
            echo_once(fd, REQUEST_BYTES, ANSWER_BYTES);
        rounds_us[round] = (cpu_us_of(echo.pid) - before_us) / ROUND_CALLS;
    }
    snprintf(name, sizeof name, "call_floor_%s_cpu", when);
    figure(name, quantile(rounds_us, ROUNDS, 0.5), "us");
    stop_program(&echo);
}

static void measure_first(size_t count, const char *when)
{
    char name[128];
    measure_floor(when);
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s_%s_cpu", measured[i].name, when);
        figure(name, cost_us(measured[i].run), "us");
        beat_all();
    }
}

static void measure(const char *when)
{
    measure_first(sizeof measured / sizeof measured[0], when);
}

/* The cheapest call, and the commonest: what a connection adds would show in them. */
static void measure_two(const char *when)
{
    measure_first(2, when);
}

/* ---- tickets ---- */

static void make_matchmaking(void)
{
    call_api(&client, "CreateMatchmakingRuleSet",
            "{\"Name\":\"bench\",\"RuleSetBody\":\"{\\\"ruleLanguageVersion\\\":\\\"1.0\\\","
            "\\\"playerAttributes\\\":[{\\\"name\\\":\\\"skill\\\",\\\"type\\\":\\\"number\\\"}],"
            "\\\"teams\\\":[{\\\"name\\\":\\\"all\\\",\\\"minPlayers\\\":2,\\\"maxPlayers\\\":2}],"
            "\\\"rules\\\":[{\\\"name\\\":\\\"Close\\\",\\\"type\\\":\\\"batchDistance\\\","
            "\\\"batchAttribute\\\":\\\"skill\\\",\\\"maxDistance\\\":0.5}]}\"}");
    call_api(&client, "CreateMatchmakingConfiguration",
            "{\"Name\":\"bench\",\"RuleSetName\":\"bench\",\"FlexMatchMode\":\"STANDALONE\","
            "\"AcceptanceRequired\":false,\"RequestTimeoutSeconds\":43200}");
}

/* Nobody is near anybody. */
static void start_tickets(void)
{
    make_matchmaking();
    for (unsigned i = 0; i < TICKETS; i++) {
        call_api(&client, "StartMatchmaking",
                "{\"ConfigurationName\":\"bench\",\"TicketId\":\"ticket-%u\",\"Players\":[{\"PlayerId\":"
                "\"waits-%"
                "u\",\"PlayerAttributes\":{\"skill\":{\"N\":%u}}}]}",
                i, i, i);
        beat_all();
    }
}

static void measure_latency(void)
{
    static double wall_ms[LATENCIES];
    for (int i = 0; i < LATENCIES; i++) {
        struct timespec before, after;
        clock_gettime(CLOCK_MONOTONIC, &before);
        list_fleets();
        clock_gettime(CLOCK_MONOTONIC, &after);
        wall_ms[i] =
                (double)(after.tv_sec - before.tv_sec) * 1e3 + (double)(after.tv_nsec - before.tv_nsec) / 1e6;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); /* over several looks of the matcher */
    }
    figure("list_fleets_10000_tickets_wall_p50", quantile(wall_ms, LATENCIES, 0.5), "ms");
    figure("list_fleets_10000_tickets_wall_p99", quantile(wall_ms, LATENCIES, 0.99), "ms");
}

/* ---- all of it ---- */

static void allow_files(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void set_up(void)
{
    client.fd = connect_to(service.port);
    call_api(&client, "CreateLocation", "{\"LocationName\":\"custom-bench\"}");
    make_fleet("busy", busy_fleet, busy_token);
    make_fleet("idle", idle_fleet, idle_token);
    start_servers(hosts, HOSTS, "host", busy_fleet, busy_token);
    for (int i = 0; i < HOSTS; i++)
        host_session(&hosts[i], session_of_host[i]);
    start_servers(churners, CHURNERS, "churner", busy_fleet, busy_token);
    live_sessions(FEW_SESSIONS);
}

static void connect_idlers(int until)
{
    for (; idler_count < until; idler_count++) {
        char id[64];
        snprintf(id, sizeof id, "idle-%d", idler_count);
        connect_server(&idlers[idler_count], service.port, idle_fleet, idle_token, id);
        make_ready(&idlers[idler_count]);
    }
}

static void disconnect_idlers(int until)
{
    while (idler_count > until)
        leave_service(&idlers[--idler_count]);
}

static void measure_connections(void)
{
    double before_kb = resident_kb_of(service.pid);
    connect_idlers(SOME_IDLE);
    measure_two("300_connections_100_sessions");
    connect_idlers(MANY_IDLE);
    figure("memory_of_a_process", (resident_kb_of(service.pid) - before_kb) / MANY_IDLE, "kB");
    measure_two("3000_connections_100_sessions");
    disconnect_idlers(IDLE);
    measure("1000_connections_100_sessions");
}

static void end_many_sessions(void)
{
    double before_kb = resident_kb_of(service.pid), before_us = cpu_us_of(service.pid);
    unsigned before_calls = client.calls;
    live_sessions(MANY_SESSIONS);
    figure("memory_of_an_ended_session",
            (resident_kb_of(service.pid) - before_kb) / (MANY_SESSIONS - FEW_SESSIONS), "kB");
    figure("call_in_session_lives_cpu", (cpu_us_of(service.pid) - before_us) / (client.calls - before_calls),
            "us");
}

int main(int count, char **arguments)
{
    int code = arguments_read(count, arguments, 1, help);
    if (code >= 0)
        return code;
    allow_files();
    service = start_program(count > 1 ? arguments[1] : GAMELIFT_LOCAL);
    last_beat = time(NULL);
    set_up();
    measure("30_connections_100_sessions");
    measure_connections();
    end_many_sessions();
    measure("1000_connections_10000_sessions");
    disconnect_idlers(0);
    measure("30_connections_10000_sessions");
    start_tickets();
    measure_latency();
    while (client.calls < CALLS) {
        list_fleets();
        beat_all();
    }
    figure("calls", client.calls, "");
    figure("memory_at_the_end", resident_kb_of(service.pid), "kB");
    stop_program(&service);
    return 0;
}
