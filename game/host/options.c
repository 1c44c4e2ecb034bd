/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char help[] =
    "arena: the reference game server for GameLift, its lobby, and its bots\n"
    "\n"
    "  arena [options]            serve one game session, then end\n"
    "  arena --lobby [options]    serve the pages, turn Play into matchmaking\n"
    "  arena --bots N [options]   N players without a person\n"
    "\n"
    "  --script FILE      the Lua script (default: the game's main.lua, lobby.lua or bot.lua)\n"
    "  --plugin FILE      the GameLift plugin (default: gamelift_plugin.so beside this program)\n"
    "  --address ADDRESS  IPv4 address to listen on (default 127.0.0.1; 0.0.0.0 is every network)\n"
    "  --port N           port to listen on (default 0: a free one in 20000..29999)\n"
    "  --servers N        N game servers in this program, 1 to 500, from --port on or on free ports; whenever\n"
    "                     one has ended, a new one takes its place: game/deploy/many-servers.md\n"
    "  --origin ORIGIN    also talk to pages of this site, \"https://play.example\"; may be repeated\n"
    "  --endpoint URL     the service (for the lobby), or the lobby (for bots)\n"
    "  --bot-skill SKILL  how well the bots play: easy, normal (default) or hard\n"
    "  --assets DIR       the pages that the lobby serves\n"
    "  --tick-rate N      ticks per second, 1 to 240 (default 30)\n"
    "  --set KEY=VALUE    a setting for scripts and plugin, as the environment variable ARENA_KEY\n"
    "  -h, --help, --version\n"
    "\n"
    "Settings of the host:\n"
    "  gamelift.offline=1          play without GameLift: players connect to ws://ADDRESS:PORT/?PlayerSessionId=ANY\n"
    "  gamelift.check_players=1    the plugin accepts and removes players, not the script\n"
    "  gamelift.websocket_url, .auth_token, .process_id, .host_id, .fleet_id\n"
    "                              where GameLift is; GAMELIFT_SDK_... in the environment beats them\n"
    "  gamelift.first_connect_timeout_ms=8000  without a connection by then it ends; 0: never\n"
    "  players_per_address=32      connections of players from one address\n"
    "  joins_per_second=8          of one address; five times as many at once\n"
    "  terminate_grace_s=10        what scripts get to end\n"
    "  script_timeout_ms=2000      CPU time of one call into the scripts; then it is ended with a traceback; 0: no end;\n"
    "                              500 with --servers\n"
    "  script_memory_mb=256        memory of the scripts of one server; beyond it they get an error; 0: no end\n"
    "  auth_token_file=FILE        has the auth token, and is read for each server that starts\n"
    "  log_level=debug             say more\n"
    "  log_folder=DIR              all that it prints goes to arena-PID.log there, which GameLift is told to keep\n"
    "\n"
    "Signals: SIGTERM and SIGINT end it, a second one at once; SIGHUP reloads the scripts.\n";
/* clang-format on */

/* False: told on stderr. */
static bool read_number(int *out, const char *option, const char *text, int least, int most)
{
    char *end = NULL;
    long number = strtol(text, &end, 10);
    if (end == text || *end != '\0' || number < least || number > most) {
        fprintf(stderr, "arena: --%s takes a number from %d to %d, not \"%.200s\"\n", option, least, most,
                text);
        return false;
    }
    *out = (int)number;
    return true;
}

static bool add_origin(options *out, const char *origin)
{
    const char *host = strstr(origin, "://");
    if (host == NULL || strchr(host + 3, '/') != NULL || out->origin_count == MAX_ORIGINS) {
        fprintf(stderr, "arena: --origin takes scheme://host[:port], up to %d times, not \"%.200s\"\n",
                MAX_ORIGINS, origin);
        return false;
    }
    out->origins[out->origin_count++] = origin;
    return true;
}

static bool set_or_tell(bool done, const char *what)
{
    if (!done)
        fprintf(stderr, "arena: --set takes KEY=VALUE, not \"%.200s\"\n", what);
    return done;
}

static bool set_bots(options *out, settings *all, const char *text)
{
    int count = 0;
    out->mode = MODE_BOTS;
    return read_number(&count, "bots", text, 1, MAX_BOTS) &&
           set_or_tell(settings_set(all, "bots", text), text);
}

static bool set_skill(settings *all, const char *text)
{
    static const char *const skills[] = {"easy", "normal", "hard"};
    for (size_t i = 0; i < sizeof skills / sizeof skills[0]; i++) {
        if (strcmp(skills[i], text) == 0)
            return set_or_tell(settings_set(all, "bot_skill", text), text);
    }
    fprintf(stderr, "arena: --bot-skill takes easy, normal or hard, not \"%.200s\"\n", text);
    return false;
}

static const struct option long_options[] = {
        {"script", required_argument, NULL, 's'},
        {"plugin", required_argument, NULL, 'P'},
        {"address", required_argument, NULL, 'a'},
        {"port", required_argument, NULL, 'p'},
        {"origin", required_argument, NULL, 'o'},
        {"endpoint", required_argument, NULL, 'e'},
        {"assets", required_argument, NULL, 'A'},
        {"tick-rate", required_argument, NULL, 't'},
        {"servers", required_argument, NULL, 'n'},
        {"set", required_argument, NULL, 'S'},
        {"lobby", no_argument, NULL, 'l'},
        {"bots", required_argument, NULL, 'b'},
        {"bot-skill", required_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
};

static bool take(options *out, settings *all, int option, const char *value)
{
    switch (option) {
    case 's':
        out->script = value;
        return true;
    case 'P':
        out->plugin = value;
        return true;
    case 'a':
        out->address = value;
        return true;
    case 'A':
        out->assets = value;
        return true;
    case 'l':
        out->mode = MODE_LOBBY;
        return true;
    case 'p':
        return read_number(&out->port, "port", value, 0, 65535);
    case 't':
        return read_number(&out->tick_rate, "tick-rate", value, 1, MAX_TICK_RATE);
    case 'n':
        return read_number(&out->servers, "servers", value, 1, MAX_SERVERS);
    case 'o':
        return add_origin(out, value);
    case 'b':
        return set_bots(out, all, value);
    case 'k':
        return set_skill(all, value);
    case 'e':
        return set_or_tell(settings_set(all, "endpoint", value), value);
    case 'S':
        return set_or_tell(settings_set_pair(all, value), value);
    default:
        return false;
    }
}

/* getopt_long() would say it without the way out. */
static void refuse(int option, char **argv)
{
    if (option == ':')
        fprintf(stderr, "arena: %.200s lacks its value: --help lists the options\n", argv[optind - 1]);
    else
        fprintf(stderr, "arena: %.200s is no option, or takes no value: --help lists them\n",
                argv[optind - 1]);
}

static bool is_empty(const char *value, const char *name)
{
    if (value == NULL || value[0] != '\0')
        return false;
    fprintf(stderr, "arena: --%s has an empty value: is a variable not set? --help lists the options\n",
            name);
    return true;
}

static bool fit_together(const options *out)
{
    if (out->servers > 0 && out->mode != MODE_SERVER)
        fprintf(stderr, "arena: --servers is for game servers: leave it away with --lobby and --bots\n");
    else if (out->port > 0 && out->port + out->servers - 1 > 65535)
        fprintf(stderr,
                "arena: --port %d with --servers %d is beyond port 65535: choose a lower port, or 0\n",
                out->port, out->servers);
    else
        return true;
    return false;
}

static options_result print(const char *text)
{
    if (fputs(text, stdout) != EOF && fflush(stdout) == 0)
        return OPTIONS_DONE;
    fprintf(stderr, "arena: cannot write to stdout: %s\n", strerror(errno));
    return OPTIONS_BAD;
}

options_result options_parse(options *out, settings *all, int argc, char **argv)
{
    *out = (options){.address = "127.0.0.1", .tick_rate = DEFAULT_TICK_RATE};
    int option, place = 0;
    while ((option = getopt_long(argc, argv, ":h", long_options, &place)) != -1) {
        if (option == 'h' || option == 'v') {
            return print(option == 'h' ? help : "arena " ARENA_VERSION "\n");
        }
        if (option == '?' || option == ':') {
            refuse(option, argv);
            return OPTIONS_BAD;
        }
        if (is_empty(optarg, long_options[place].name) || !take(out, all, option, optarg))
            return OPTIONS_BAD;
    }
    if (optind < argc) {
        fprintf(stderr, "arena: \"%.200s\" is no option; --help lists them\n", argv[optind]);
        return OPTIONS_BAD;
    }
    return fit_together(out) ? OPTIONS_RUN : OPTIONS_BAD;
}
