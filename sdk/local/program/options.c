/* SPDX-License-Identifier: Apache-2.0 */
#include "program/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/platform.h"
#include "program/complain.h"
#include "program/launch.h"

enum {
    OPTION_DEMO = 1000,
    OPTION_DEMO_ADDRESS,
    OPTION_CHECK_HEALTH,
    OPTION_PORT,
    OPTION_LISTEN,
    OPTION_TOKEN_FILE,
    OPTION_ALLOW_HOST,
    OPTION_ENV_FILE,
    OPTION_STATE,
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
    OPTION_CLOCK_SCALE,
    OPTION_LOG_LEVEL,
    OPTION_HEARTBEAT,
    OPTION_READY,
    OPTION_ACTIVATION,
    OPTION_RESERVATION,
    OPTION_EXIT,
    OPTION_TOKEN,
    OPTION_MATCH_TICK,
    OPTION_MATCH_SETTLE,
    OPTION_WEBHOOK,
    OPTION_WEBHOOK_SNS,
    OPTION_RECORD,
    OPTION_SCENARIO,
    OPTION_HELP,
    OPTION_HELP_ALL,
    OPTION_VERSION
};

static const struct option known[] = {
        {"demo", no_argument, NULL, OPTION_DEMO},
        {"demo-address", required_argument, NULL, OPTION_DEMO_ADDRESS},
        {"check-health", no_argument, NULL, OPTION_CHECK_HEALTH},
        {"port", required_argument, NULL, OPTION_PORT},
        {"listen", required_argument, NULL, OPTION_LISTEN},
        {"token", required_argument, NULL, OPTION_TOKEN_FILE},
        {"allow-host", required_argument, NULL, OPTION_ALLOW_HOST},
        {"env-file", required_argument, NULL, OPTION_ENV_FILE},
        {"state", required_argument, NULL, OPTION_STATE},
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
        {"clock-scale", required_argument, NULL, OPTION_CLOCK_SCALE},
        {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
        {"heartbeat-patience", required_argument, NULL, OPTION_HEARTBEAT},
        {"process-ready-timeout", required_argument, NULL, OPTION_READY},
        {"activation-timeout", required_argument, NULL, OPTION_ACTIVATION},
        {"reservation-timeout", required_argument, NULL, OPTION_RESERVATION},
        {"exit-timeout", required_argument, NULL, OPTION_EXIT},
        {"token-lifetime", required_argument, NULL, OPTION_TOKEN},
        {"match-tick", required_argument, NULL, OPTION_MATCH_TICK},
        {"match-settle", required_argument, NULL, OPTION_MATCH_SETTLE},
        {"scenario", required_argument, NULL, OPTION_SCENARIO},
        {"webhook", required_argument, NULL, OPTION_WEBHOOK},
        {"webhook-sns", no_argument, NULL, OPTION_WEBHOOK_SNS},
        {"record", required_argument, NULL, OPTION_RECORD},
        {"help", no_argument, NULL, OPTION_HELP},
        {"help-all", no_argument, NULL, OPTION_HELP_ALL},
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

/* What the option takes, and what stands there instead. Always false. */
static bool refuse(int option, const char *takes)
{
    return complain("--%s takes %s, not \"%.200s\"", name_of(option), takes, optarg);
}

static bool read_number(int option, double least, double most, double *out)
{
    char *end, takes[80];
    *out = strtod(optarg, &end);
    if (end != optarg && *end == '\0' && *out >= least && *out <= most)
        return true;
    snprintf(takes, sizeof takes, "a number from %.15g to %.15g", least, most);
    return refuse(option, takes);
}

static bool read_whole(int option, double least, double most, int *out)
{
    double number;
    if (!read_number(option, least, most, &number))
        return false;
    *out = (int)number;
    return *out == number || refuse(option, "a whole number");
}

static bool read_seconds(int option, uint64_t *out_ms)
{
    double seconds;
    if (!read_number(option, 0.001, 1e9, &seconds))
        return false;
    *out_ms = (uint64_t)(seconds * 1000);
    return true;
}

/* One of a list of words; its place in the list. `all` names them. */
static bool read_word(int option, const char *const *words, const char *all, int *out)
{
    for (*out = 0; words[*out] != NULL; (*out)++) {
        if (strcmp(words[*out], optarg) == 0)
            return true;
    }
    return refuse(option, all);
}

/* Beyond this, not every whole number is a double. */
static bool read_seed(uint64_t *out)
{
    char *end;
    *out = strtoull(optarg, &end, 10);
    return (optarg[0] >= '0' && optarg[0] <= '9' && *end == '\0' && *out >= 1 && *out <= 9007199254740992u) ||
           refuse(OPTION_SEED, "a whole number from 1 to 9007199254740992");
}

static bool read_account(const char **out)
{
    *out = optarg;
    return (strlen(optarg) == 12 && strspn(optarg, "0123456789") == 12) ||
           refuse(OPTION_ACCOUNT, "twelve digits");
}

/* SDKs check ARNs before they send them (service model 0.1): words like "local" would be refused there. */
static bool read_region(const char **out)
{
    char letters[3], word[16], digit;
    int end = 0;
    *out = optarg;
    return (sscanf(optarg, "%2[a-z]-%15[a-z]-%c%n", letters, word, &digit, &end) == 3 && digit >= '0' &&
                   digit <= '9' && strlen(letters) == 2 && optarg[end] == '\0') ||
           refuse(OPTION_REGION, "a name such as us-east-1");
}

/* Names are looked up by those who dial us; what we listen on, and what players reach, are addresses. */
static bool read_address(int option, const char *takes, const char **out)
{
    glift__address address;
    *out = optarg;
    return (glift__address_parse(optarg, &address) && !address.is_ipv6) || refuse(option, takes);
}

static bool read_host(local_options *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
    size_t length = strlen(optarg);
    if (out->host_count == LOCAL_HOSTS_MAX)
        return complain("--allow-host can be given %d times", LOCAL_HOSTS_MAX);
    if (length == 0 || length > 253 || strspn(optarg, letters) != length)
        return refuse(OPTION_ALLOW_HOST, "the name or the address of a host, without a port");
    out->hosts[out->host_count++] = optarg;
    return true;
}

static bool take_launch_detail(int option, local_options *out)
{
    out->launch_is_detailed = true;
    if (option == OPTION_INSTANCES)
        return read_whole(option, 1, LAUNCH_INSTANCES_MAX, &out->instances);
    if (option == OPTION_LAUNCH_GRACE)
        return read_seconds(option, &out->launch_grace_ms);
    out->launch_log_dir = optarg;
    return true;
}

static bool take_door(int option, local_options *out)
{
    switch (option) {
    case OPTION_PORT:
        return read_whole(option, 0, 65535, &out->port);
    case OPTION_LISTEN:
        return read_address(
                option, "an IPv4 address of this machine, or 0.0.0.0 for all of them", &out->address);
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
    switch (option) {
    case OPTION_REGION:
        return read_region(&out->region);
    case OPTION_ACCOUNT:
        return read_account(&out->account);
    case OPTION_SEED:
        return read_seed(&out->seed);
    case OPTION_CLOCK_SCALE:
        return read_number(option, 0, 1000, &out->clock_scale);
    case OPTION_DEDUPE:
        if (!read_word(option, off_on, "on or off", &number))
            return false;
        out->remember_request_ids = number == 1;
        return true;
    case OPTION_LOG_LEVEL:
        if (!read_word(option, levels, "debug, info, warning or error", &number))
            return false;
        out->log_level = (glift_log_level)number;
        return true;
    default:
        return take_patience(option, &out->patience);
    }
}

static bool take_webhook(local_options *out)
{
    const char *problem = webhooks_check(optarg);
    if (problem != NULL)
        return complain("--webhook %s, not \"%.200s\"", problem, optarg);
    if (out->webhook_count == WEBHOOKS_MAX)
        return complain("--webhook can be given %d times", WEBHOOKS_MAX);
    out->webhooks[out->webhook_count++] = optarg;
    return true;
}

static bool take_option(int option, local_options *out)
{
    switch (option) {
    case OPTION_DEMO:
        out->demo = true;
        return true;
    case OPTION_DEMO_ADDRESS:
        return read_address(
                option, "the IPv4 address by which players reach game servers", &out->demo_address);
    case OPTION_CHECK_HEALTH:
        out->check_health = true;
        return true;
    case OPTION_PORT:
    case OPTION_LISTEN:
    case OPTION_TOKEN_FILE:
    case OPTION_ALLOW_HOST:
    case OPTION_TLS_CERT:
    case OPTION_TLS_KEY:
        return take_door(option, out);
    case OPTION_STATE:
        out->state = optarg;
        return true;
    case OPTION_ENV_FILE:
        out->env_file = optarg;
        return true;
    case OPTION_LAUNCH:
        out->launch = optarg;
        return true;
    case OPTION_INSTANCES:
    case OPTION_LAUNCH_LOG_DIR:
    case OPTION_LAUNCH_GRACE:
        return take_launch_detail(option, out);
    case OPTION_SCENARIO:
        out->scenario = optarg;
        out->demo = true;
        return true;
    case OPTION_WEBHOOK:
        return take_webhook(out);
    case OPTION_WEBHOOK_SNS:
        out->webhook_sns = true;
        return true;
    case OPTION_RECORD:
        out->record = optarg;
        return true;
    default:
        return take_identity(option, out);
    }
}

static bool belongs_together(int count, char **arguments, const local_options *options)
{
    if (optind < count)
        return complain("\"%.200s\" is not an option: --help-all lists them all", arguments[optind]);
    if (options->clock_scale <= 0 && options->scenario != NULL)
        return complain("--scenario needs a clock that moves: --clock-scale 0 is none");
    if (options->demo_address != NULL && !options->demo)
        return complain("--demo-address needs --demo: it is the address of its compute");
    if (options->launch != NULL && !options->demo)
        return complain(
                "--launch needs --demo: without it there is no fleet that the servers could belong to");
    if (options->launch == NULL && options->launch_is_detailed)
        return complain("--instances, --launch-log-dir and --launch-grace need --launch");
    if ((options->tls_cert == NULL) != (options->tls_key == NULL))
        return complain("--tls-cert and --tls-key belong together");
    if (options->token_file == NULL && strncmp(options->address, "127.", 4) != 0)
        return complain(
                "--listen lets other machines in: it needs --token FILE, a secret that their clients show");
    return true;
}

/* getopt_long() would say it in words of its own, without the way out. */
void local_options_refuse(int option, char **arguments, const char *help)
{
    const char *problem = option == ':' ? "lacks its value" : "is no option, or takes no value";
    complain("%.200s %s: see %s", arguments[optind - 1], problem, help);
}

bool local_options_is_empty(const char *name, const char *help)
{
    return optarg != NULL && optarg[0] == '\0' &&
           !complain("--%s has an empty value: is a variable not set? See %s", name, help);
}

int local_options_print(const char *text)
{
    fputs(text, stdout);
    return has_printed() ? 0 : 1;
}

static int print_all(const char *const *parts)
{
    int code = 0;
    for (; code == 0 && *parts != NULL; parts++)
        code = local_options_print(*parts);
    return code;
}

int local_options_read(int count, char **arguments, local_options *out)
{
    *out = (local_options){.port = 9080,
            .address = "127.0.0.1",
            .instances = 1,
            .launch_grace_ms = 20000,
            .clock_scale = 1,
            .log_level = GLIFT_LOG_INFO};
    int option;
    while ((option = getopt_long(count, arguments, ":h", known, NULL)) != -1) {
        if (option == '?' || option == ':') {
            local_options_refuse(option, arguments, "--help-all");
            return 2;
        }
        if (option == OPTION_HELP || option == 'h')
            return local_options_print(local_help);
        if (option == OPTION_HELP_ALL)
            return print_all(local_help_all);
        if (option == OPTION_VERSION)
            return local_options_print("gamelift-local " GLIFT_VERSION "\n");
        if (local_options_is_empty(name_of(option), "--help-all") || !take_option(option, out))
            return 2;
    }
    if (!local_options_command(count, arguments, out))
        return 2;
    return belongs_together(count, arguments, out) ? -1 : 2;
}

/* Game servers report themselves every 60 s of their own time (wire protocol 5.1), which is not ours. */
bool local_options_warning(const local_options *options, char out[OPTIONS_WARNING_SIZE])
{
    uint64_t patience_ms = options->patience.heartbeat_ms != 0 ? options->patience.heartbeat_ms
                                                               : LOCAL_HEARTBEAT_PATIENCE_MS;
    double needed_s = 60 * options->clock_scale;
    snprintf(out, OPTIONS_WARNING_SIZE,
            "a game server is silent for %.15g s of this clock at a time: without --heartbeat-patience above "
            "that, each is taken for unhealthy",
            needed_s);
    return needed_s * 1000 >= (double)patience_ms;
}
