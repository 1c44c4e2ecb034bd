/* SPDX-License-Identifier: Apache-2.0 */
#include "program/options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/launch.h"

static const char help[] =
        "Usage: gamelift-local [options]\n"
        "Amazon GameLift on this machine: for game servers with server SDK 5, for the AWS CLI and AWS SDKs.\n"
        "\n"
        "  --demo                    start with a location, an Anywhere fleet, a compute, a token and "
        "matchmaking\n"
        "  --port N                  loopback port of everything (9080; 0: any free one)\n"
        "  --listen ADDRESS          IPv4 (127.0.0.1; 0.0.0.0: all of this machine); not the loopback: needs "
        "--token\n"
        "  --token FILE              clients have to show the first line of FILE: as Authorization: Bearer, "
        "as the\n"
        "                            access key id of AWS clients, in a browser as /?token=\n"
        "  --allow-host NAME         a further name by which clients may call it; the first one is told game "
        "servers\n"
        "  --env-file FILE           when ready, write the environment of a game server into FILE\n"
        "  --launch \"COMMAND\"        start game servers, and a fresh one whenever one has ended (needs "
        "--demo)\n"
        "  --instances N             so many at a time (1)\n"
        "  --launch-log-dir DIR      their output into DIR/<process id>.log, not into our log\n"
        "  --launch-grace SECONDS    how long they may take to end after SIGTERM (20)\n"
        "  --tls-cert FILE           serve TLS with this certificate (PEM)\n"
        "  --tls-key FILE            and this key\n"
        "  --dedupe-request-ids on|off\n"
        "                            answer a repeated RequestId from memory (off)\n"
        "  --region NAME             in ARNs (us-east-1)\n"
        "  --account DIGITS          in ARNs (000000000000)\n"
        "  --seed N                  the same ids in every run\n"
        "  --log-level LEVEL         debug, info, warning or error (info)\n"
        "  --help, --version\n"
        "\n"
        "How long things may take, in seconds, fractions allowed:\n"
        "  --heartbeat-patience S    without a healthy report (180)\n"
        "  --process-ready-timeout S from connecting to ProcessReady (300)\n"
        "  --activation-timeout S    of a game session (300)\n"
        "  --reservation-timeout S   of a player's seat (60)\n"
        "  --exit-timeout S          from TerminateProcess to ProcessEnding (300)\n"
        "  --token-lifetime S        of a compute's auth token (10800)\n"
        "  --match-tick S            between two looks at the matchmaking tickets (0.5)\n"
        "  --match-settle S          for more players, before a match with free seats is made (1)\n"
        "\n"
        "GET  /                      the dashboard\n"
        "GET  /_local/state          everything it holds, as JSON\n"
        "GET  /_local/health         200 when it serves\n"
        "POST /_local/refresh        {\"ProcessId\", \"Endpoint\"?}       RefreshConnection\n"
        "POST /_local/drop           {\"ProcessId\", \"CloseCode\"?}      end its sockets, with a Close "
        "frame or without\n"
        "POST /_local/terminate      {\"ProcessId\", \"NoticeSeconds\"?}  TerminateProcess\n"
        "POST /_local/advance        {\"Milliseconds\"}                 the clock of all timers goes "
        "forward\n";

enum {
    OPTION_DEMO = 1000,
    OPTION_PORT,
    OPTION_LISTEN,
    OPTION_TOKEN_FILE,
    OPTION_ALLOW_HOST,
    OPTION_ENV_FILE,
    OPTION_LAUNCH,
    OPTION_INSTANCES,
    OPTION_LAUNCH_LOG_DIR,
    OPTION_LAUNCH_GRACE,
    OPTION_TLS_CERT,
    OPTION_TLS_KEY,
    OPTION_DEDUPE,
    OPTION_REGION,
    OPTION_ACCOUNT,
    OPTION_SEED,
    OPTION_LOG_LEVEL,
    OPTION_HEARTBEAT,
    OPTION_READY,
    OPTION_ACTIVATION,
    OPTION_RESERVATION,
    OPTION_EXIT,
    OPTION_TOKEN,
    OPTION_MATCH_TICK,
    OPTION_MATCH_SETTLE,
    OPTION_HELP,
    OPTION_VERSION
};

static const struct option known[] = {
        {"demo", no_argument, NULL, OPTION_DEMO},
        {"port", required_argument, NULL, OPTION_PORT},
        {"listen", required_argument, NULL, OPTION_LISTEN},
        {"token", required_argument, NULL, OPTION_TOKEN_FILE},
        {"allow-host", required_argument, NULL, OPTION_ALLOW_HOST},
        {"env-file", required_argument, NULL, OPTION_ENV_FILE},
        {"launch", required_argument, NULL, OPTION_LAUNCH},
        {"instances", required_argument, NULL, OPTION_INSTANCES},
        {"launch-log-dir", required_argument, NULL, OPTION_LAUNCH_LOG_DIR},
        {"launch-grace", required_argument, NULL, OPTION_LAUNCH_GRACE},
        {"tls-cert", required_argument, NULL, OPTION_TLS_CERT},
        {"tls-key", required_argument, NULL, OPTION_TLS_KEY},
        {"dedupe-request-ids", required_argument, NULL, OPTION_DEDUPE},
        {"region", required_argument, NULL, OPTION_REGION},
        {"account", required_argument, NULL, OPTION_ACCOUNT},
        {"seed", required_argument, NULL, OPTION_SEED},
        {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
        {"heartbeat-patience", required_argument, NULL, OPTION_HEARTBEAT},
        {"process-ready-timeout", required_argument, NULL, OPTION_READY},
        {"activation-timeout", required_argument, NULL, OPTION_ACTIVATION},
        {"reservation-timeout", required_argument, NULL, OPTION_RESERVATION},
        {"exit-timeout", required_argument, NULL, OPTION_EXIT},
        {"token-lifetime", required_argument, NULL, OPTION_TOKEN},
        {"match-tick", required_argument, NULL, OPTION_MATCH_TICK},
        {"match-settle", required_argument, NULL, OPTION_MATCH_SETTLE},
        {"help", no_argument, NULL, OPTION_HELP},
        {"version", no_argument, NULL, OPTION_VERSION},
        {0},
};

static const char *name_of(int option)
{
    for (const struct option *one = known; one->name != NULL; one++) {
        if (one->val == option)
            return one->name;
    }
    return "?";
}

/* ---- values; each says itself what is wrong ---- */

static bool read_number(int option, double least, double most, double *out)
{
    char *end;
    *out = strtod(optarg, &end);
    if (end != optarg && *end == '\0' && *out >= least && *out <= most)
        return true;
    fprintf(stderr, "gamelift-local: --%s takes a number from %g to %g, not \"%s\"\n", name_of(option), least,
            most, optarg);
    return false;
}

static bool read_whole(int option, double least, double most, int *out)
{
    double number;
    if (!read_number(option, least, most, &number))
        return false;
    *out = (int)number;
    if (*out == number)
        return true;
    fprintf(stderr, "gamelift-local: --%s takes a whole number, not \"%s\"\n", name_of(option), optarg);
    return false;
}

static bool read_seconds(int option, uint64_t *out_ms)
{
    double seconds;
    if (!read_number(option, 0.001, 1e9, &seconds))
        return false;
    *out_ms = (uint64_t)(seconds * 1000);
    return true;
}

/* One of a list of words; its place in the list. */
static bool read_word(int option, const char *const *words, int *out)
{
    for (*out = 0; words[*out] != NULL; (*out)++) {
        if (strcmp(words[*out], optarg) == 0)
            return true;
    }
    fprintf(stderr, "gamelift-local: --%s does not know \"%s\": see --help\n", name_of(option), optarg);
    return false;
}

static bool read_account(const char **out)
{
    *out = optarg;
    if (strlen(optarg) == 12 && strspn(optarg, "0123456789") == 12)
        return true;
    fprintf(stderr, "gamelift-local: --account takes twelve digits, not \"%s\"\n", optarg);
    return false;
}

/* SDKs check ARNs before they send them (service model 0.1): words like "local" would be refused there. */
static bool read_region(const char **out)
{
    char letters[3], word[16], digit;
    int end = 0;
    *out = optarg;
    if (sscanf(optarg, "%2[a-z]-%15[a-z]-%c%n", letters, word, &digit, &end) == 3 && digit >= '0' &&
            digit <= '9' && strlen(letters) == 2 && optarg[end] == '\0')
        return true;
    fprintf(stderr, "gamelift-local: --region takes a name such as us-east-1, not \"%s\"\n", optarg);
    return false;
}

/* Names are looked up by those who dial us; what we listen on is one of our addresses. */
static bool read_address(const char **out)
{
    struct in_addr address;
    *out = optarg;
    if (inet_pton(AF_INET, optarg, &address) == 1)
        return true;
    fprintf(stderr,
            "gamelift-local: --listen takes an IPv4 address of this machine, or 0.0.0.0 for all of them, not "
            "\"%s\"\n",
            optarg);
    return false;
}

static bool read_host(local_options *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
    size_t length = strlen(optarg);
    if (out->host_count == LOCAL_HOSTS_MAX) {
        fprintf(stderr, "gamelift-local: --allow-host can be given %d times\n", LOCAL_HOSTS_MAX);
        return false;
    }
    if (length == 0 || length > 253 || strspn(optarg, letters) != length) {
        fprintf(stderr,
                "gamelift-local: --allow-host takes the name or the address of a host, without a port, not "
                "\"%s\"\n",
                optarg);
        return false;
    }
    out->hosts[out->host_count++] = optarg;
    return true;
}

static bool take_door(int option, local_options *out)
{
    switch (option) {
    case OPTION_PORT:
        return read_whole(option, 0, 65535, &out->port);
    case OPTION_LISTEN:
        return read_address(&out->address);
    case OPTION_TOKEN_FILE:
        out->token_file = optarg;
        return true;
    case OPTION_ALLOW_HOST:
        return read_host(out);
    case OPTION_TLS_CERT:
        out->tls_cert = optarg;
        return true;
    case OPTION_TLS_KEY:
        out->tls_key = optarg;
        return true;
    default:
        return false;
    }
}

static bool take_patience(int option, local_patience *patience)
{
    switch (option) {
    case OPTION_HEARTBEAT:
        return read_seconds(option, &patience->heartbeat_ms);
    case OPTION_READY:
        return read_seconds(option, &patience->process_ready_ms);
    case OPTION_ACTIVATION:
        return read_seconds(option, &patience->activation_ms);
    case OPTION_RESERVATION:
        return read_seconds(option, &patience->reservation_ms);
    case OPTION_EXIT:
        return read_seconds(option, &patience->exit_ms);
    case OPTION_TOKEN:
        return read_seconds(option, &patience->token_ms);
    case OPTION_MATCH_TICK:
        return read_seconds(option, &patience->match_tick_ms);
    case OPTION_MATCH_SETTLE:
        return read_seconds(option, &patience->match_settle_ms);
    default:
        return false;
    }
}

static bool take_identity(int option, local_options *out)
{
    static const char *const off_on[] = {"off", "on", NULL};
    static const char *const levels[] = {"debug", "info", "warning", "error", NULL};
    int number = 0;
    double seed;
    switch (option) {
    case OPTION_REGION:
        return read_region(&out->region);
    case OPTION_ACCOUNT:
        return read_account(&out->account);
    case OPTION_SEED:
        if (!read_number(option, 1, 9007199254740992.0, &seed))
            return false;
        out->seed = (uint64_t)seed;
        return true;
    case OPTION_DEDUPE:
        if (!read_word(option, off_on, &number))
            return false;
        out->remember_request_ids = number == 1;
        return true;
    case OPTION_LOG_LEVEL:
        if (!read_word(option, levels, &number))
            return false;
        out->log_level = (glift_log_level)number;
        return true;
    default:
        return take_patience(option, &out->patience);
    }
}

static bool take_option(int option, local_options *out)
{
    switch (option) {
    case OPTION_DEMO:
        out->demo = true;
        return true;
    case OPTION_PORT:
    case OPTION_LISTEN:
    case OPTION_TOKEN_FILE:
    case OPTION_ALLOW_HOST:
    case OPTION_TLS_CERT:
    case OPTION_TLS_KEY:
        return take_door(option, out);
    case OPTION_ENV_FILE:
        out->env_file = optarg;
        return true;
    case OPTION_LAUNCH:
        out->launch = optarg;
        return true;
    case OPTION_INSTANCES:
        return read_whole(option, 1, LAUNCH_INSTANCES_MAX, &out->instances);
    case OPTION_LAUNCH_LOG_DIR:
        out->launch_log_dir = optarg;
        return true;
    case OPTION_LAUNCH_GRACE:
        return read_seconds(option, &out->launch_grace_ms);
    default:
        return take_identity(option, out);
    }
}

static bool belongs_together(int count, char **arguments, const local_options *options)
{
    const char *problem = NULL;
    if (optind < count)
        fprintf(stderr, "gamelift-local: \"%s\" is not an option: see --help\n", arguments[optind]);
    else if (options->launch != NULL && !options->demo)
        problem = "--launch needs --demo: without it there is no fleet that the servers could belong to";
    else if ((options->tls_cert == NULL) != (options->tls_key == NULL))
        problem = "--tls-cert and --tls-key belong together";
    else if (options->token_file == NULL && strncmp(options->address, "127.", 4) != 0)
        problem = "--listen lets other machines in: it needs --token FILE, a secret that their clients show";
    else
        return true;
    if (problem != NULL)
        fprintf(stderr, "gamelift-local: %s\n", problem);
    return false;
}

int local_options_read(int count, char **arguments, local_options *out)
{
    *out = (local_options){.port = 9080,
            .address = "127.0.0.1",
            .instances = 1,
            .launch_grace_ms = 20000,
            .log_level = GLIFT_LOG_INFO};
    int option;
    opterr = 0; /* getopt_long() would say it in words of its own, without the way out */
    while ((option = getopt_long(count, arguments, "", known, NULL)) != -1) {
        if (option == '?') {
            fprintf(stderr, "gamelift-local: %s is no option, or lacks its value: --help lists them all\n",
                    arguments[optind - 1]);
            return 2;
        }
        if (option == OPTION_HELP) {
            fputs(help, stdout);
            return 0;
        }
        if (option == OPTION_VERSION) {
            puts("gamelift-local " GLIFT_VERSION);
            return 0;
        }
        if (!take_option(option, out))
            return 2;
    }
    return belongs_together(count, arguments, out) ? -1 : 2;
}
