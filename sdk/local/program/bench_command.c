/* SPDX-License-Identifier: Apache-2.0 */
/* The request of POST /_local/rule_set_bench made of options, given to a service that nobody else sees, and
 * what came of it in a few lines. */
#include "program/bench_command.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/service.h"
#include "program/complain.h"
#include "system/files.h"
#include "bench/trial.h"
#include "printable.h"
#include "program/options.h"
#include "rules/rule_set.h"

#define UNMATCHED_SHOWN 10

typedef struct bench_wish {
    const char *rule_set_file, *distribution_file;
    double tickets, minutes, per_second, seed;
    bool as_json, wants_help;
} bench_wish;

#define SEED_MOST 9007199254740992.0 /* beyond this, not every whole number is a double */

static const char help[] =
        "Usage: gamelift-local bench [options] RULESET.json\n"
        "\n"
        "Puts a rule set on trial: tickets come over simulated minutes, and what became of them is told.\n"
        "\n"
        "  --tickets N               how many (1000)\n"
        "  --minutes M               simulated ones (10)\n"
        "  --per-second R            tickets that come in a second (all at once)\n"
        "  --seed N                  the same tickets in every run (1)\n"
        "  --distribution FILE       how attributes, latencies and party sizes are drawn, as in "
        "openapi.json\n"
        "  --json                    all of it, as GET /_local/rule_set_bench answers\n";

/* ---- what is asked for ---- */

static bool read_number(const char *option, bool whole, double least, double most, double *out)
{
    char *end;
    *out = strtod(optarg, &end);
    bool fits = end != optarg && *end == '\0' && *out >= least && *out <= most;
    if (fits && (!whole || *out == (double)(uint64_t)*out))
        return true;
    return complain("--%s takes a %snumber from %.16g to %.16g, not \"%.100s\"", option,
            whole ? "whole " : "", least, most, optarg);
}

static bool take_option(int option, const char *name, bench_wish *out)
{
    switch (option) {
    case 't':
        return read_number(name, true, 1, LOCAL_TRIAL_MAX_TICKETS, &out->tickets);
    case 'm':
        return read_number(name, false, 0.01, LOCAL_TRIAL_MAX_MINUTES, &out->minutes);
    case 'r':
        return read_number(name, false, 0.001, LOCAL_TRIAL_MAX_TICKETS, &out->per_second);
    case 's':
        return read_number(name, true, 0, SEED_MOST, &out->seed);
    case 'd':
        out->distribution_file = optarg;
        return true;
    case 'j':
        out->as_json = true;
        return true;
    case 'h':
        out->wants_help = true;
        return true;
    default:
        return false;
    }
}

static bool read_arguments(int count, char **arguments, bench_wish *out)
{
    static const struct option known[] = {{"tickets", required_argument, NULL, 't'},
            {"minutes", required_argument, NULL, 'm'}, {"per-second", required_argument, NULL, 'r'},
            {"seed", required_argument, NULL, 's'}, {"distribution", required_argument, NULL, 'd'},
            {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {0}};
    int option, place = 0;
    *out = (bench_wish){.tickets = 1000, .minutes = 10, .seed = 1};
    optind = 1;
    while ((option = getopt_long(count, arguments, ":h", known, &place)) != -1) {
        if (option == '?' || option == ':')
            local_options_refuse(option, arguments, "gamelift-local bench --help");
        else if (local_options_is_empty(known[place].name, "gamelift-local bench --help"))
            return false;
        if (!take_option(option, known[place].name, out))
            return false;
        if (out->wants_help)
            return true;
    }
    if (optind + 1 != count)
        return complain("bench takes one file, a rule set: see gamelift-local bench --help");
    out->rule_set_file = arguments[optind];
    return true;
}

/* The text of a file, to be freed; NULL: why not was told. */
static char *read_text(const char *path)
{
    size_t length = 0;
    char *text = local_read_file(path, LOCAL_RULE_SET_MAX_BODY, &length);
    if (text == NULL && errno == EFBIG)
        complain("%.500s is longer than %d bytes", path, LOCAL_RULE_SET_MAX_BODY);
    else if (text == NULL)
        complain("cannot read %.500s: %s", path, strerror(errno));
    return text;
}

/* NULL: why not was told. */
static cJSON *read_distribution(const char *path)
{
    char *text = read_text(path);
    cJSON *read =
            text != NULL ? cJSON_ParseWithOpts(text, NULL, true) : NULL; /* all of it, not its beginning */
    if (text != NULL && read == NULL)
        complain("%.500s is not JSON", path);
    free(text);
    return read;
}

static void add_arrival(const bench_wish *wish, cJSON *request)
{
    cJSON *arrival = cJSON_AddObjectToObject(request, "arrival");
    cJSON_AddStringToObject(arrival, "kind", "per_second");
    cJSON_AddNumberToObject(arrival, "rate", wish->per_second);
}

/* The body of the request, to be freed; NULL: why not was told. */
static char *make_request(const bench_wish *wish)
{
    char *body = NULL, *rule_set = read_text(wish->rule_set_file);
    cJSON *request = cJSON_CreateObject(), *tickets = cJSON_AddObjectToObject(request, "tickets"),
          *distribution = wish->distribution_file != NULL ? read_distribution(wish->distribution_file) : NULL;
    bool read = rule_set != NULL && (wish->distribution_file == NULL || distribution != NULL);
    if (read) {
        cJSON_AddStringToObject(request, "rule_set", rule_set);
        cJSON_AddNumberToObject(request, "minutes", wish->minutes);
        cJSON_AddNumberToObject(tickets, "count", wish->tickets);
        cJSON_AddNumberToObject(tickets, "seed", wish->seed);
        if (distribution != NULL)
            cJSON_AddItemReferenceToObject(tickets, "distribution", distribution);
        if (wish->per_second != 0)
            add_arrival(wish, request);
        body = cJSON_PrintUnformatted(request);
    }
    cJSON_Delete(request);
    cJSON_Delete(distribution);
    free(rule_set);
    return body;
}

/* ---- the trial ---- */

/* Its answer, to be freed by glift__text_free(). False: why not was told. */
static bool run(local_service *service, const char *body, glift__text *out)
{
    glift__time start = {.mono_ms = 1};
    glift__text reply = {0};
    int status = local_service_control(service, start, "rule_set_bench", body, strlen(body), &reply);
    cJSON *read = reply.bytes != NULL ? cJSON_Parse(reply.bytes) : NULL;
    const cJSON *said = cJSON_GetObjectItemCaseSensitive(read, status == 200 ? "bench_id" : "Message");
    const char *text = cJSON_IsString(said) ? said->valuestring : "out of memory";
    bool good = status == 200 && cJSON_IsString(said);
    while (good && local_service_run_benches(service))
        ;
    if (!good || local_service_bench(service, text, out) != GLIFT_OK)
        good = complain("%s", good ? "out of memory" : text);
    cJSON_Delete(read);
    glift__text_free(&reply);
    return good;
}

/* ---- what is told ---- */

static double number_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

static const char *text_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(value) ? value->valuestring : "";
}

static void print_line(const char *line)
{
    char clean[600];
    snprintf(clean, sizeof clean, "%s", line);
    make_printable(clean, strlen(clean));
    puts(clean);
}

static void print_rule(const cJSON *rule)
{
    char line[600], nearest[80] = "";
    if (number_of(rule, "unmatched_tickets") == 0)
        return;
    if (cJSON_GetObjectItemCaseSensitive(rule, "nearest_is_beyond_by") != NULL)
        snprintf(nearest, sizeof nearest, ", the nearest by %.6g too much",
                number_of(rule, "nearest_is_beyond_by"));
    snprintf(line, sizeof line, "rule \"%.200s\" kept others away from %.0f of them%s", text_of(rule, "rule"),
            number_of(rule, "unmatched_tickets"), nearest);
    print_line(line);
}

static void print_unmatched(const cJSON *ticket)
{
    char line[600];
    snprintf(line, sizeof line, "%.128s (%.0f players, %.6g s): %.300s", text_of(ticket, "ticket"),
            number_of(ticket, "players"), number_of(ticket, "waited_s"), text_of(ticket, "why"));
    print_line(line);
}

static void print_answer(const cJSON *answer)
{
    const cJSON *times = cJSON_GetObjectItemCaseSensitive(answer, "time_to_match"), *item;
    int shown = 0;
    printf("%.0f tickets came in %.6g s, %.0f were matched, in %.0f matches. %s\n",
            number_of(answer, "arrived_count"), number_of(answer, "simulated_s"),
            number_of(answer, "matched_count"), number_of(answer, "match_count"),
            text_of(answer, "ended_by"));
    if (number_of(answer, "matched_count") > 0)
        printf("time to match: half within %.6g s, 90%% within %.6g s, 99%% within %.6g s, all within %.6g "
               "s\n",
                number_of(times, "p50"), number_of(times, "p90"), number_of(times, "p99"),
                number_of(times, "max"));
    if (number_of(answer, "unmatched_count") == 0)
        return;
    printf("%.0f tickets have no match:\n", number_of(answer, "unmatched_count"));
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(answer, "rules"))
    {
        print_rule(item);
    }
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(answer, "unmatched"))
    {
        if (++shown <= UNMATCHED_SHOWN)
            print_unmatched(item);
    }
}

int local_bench_command(int count, char **arguments)
{
    bench_wish wish;
    local_service_desc desc = {.seed = 1};
    local_service *service = NULL;
    glift__text answer = {0};
    if (!read_arguments(count, arguments, &wish))
        return 2;
    if (wish.wants_help)
        return local_options_print(help);
    char *body = make_request(&wish);
    bool good = body != NULL && local_service_create(&desc, (glift__time){0}, &service) == GLIFT_OK &&
                run(service, body, &answer);
    cJSON *read = good ? cJSON_Parse(answer.bytes) : NULL;
    if (good && wish.as_json)
        puts(answer.bytes);
    else if (good)
        print_answer(read);
    cJSON_Delete(read);
    glift__text_free(&answer);
    local_service_destroy(service);
    free(body);
    return good && has_printed() ? 0 : 2;
}
