/* SPDX-License-Identifier: Apache-2.0 */
/* gamelift-local: options, signals, and one loop round the service, its listener and its launcher. */
#include "journal/journal.h"
#include "listen/listen.h"
#include "program/bench_command.h"
#include "platform/platform.h"
#include "program/complain.h"
#include "program/demo.h"
#include "program/environment.h"
#include "program/health.h"
#include "program/log_line.h"
#include "program/open_files.h"
#include "program/options.h"
#include "program/play.h"
#include "program/recorder.h"
#include "program/replay.h"
#include "program/state_file.h"
#include "program/token_file.h"
#include "program/launch.h"
#include "system/start.h"
#include "system/stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BENCH_SLICE_MS 4

typedef struct program {
    local_options options;
    state_file *state; /* NULL: nothing is kept */
    glift__time start; /* of an earlier run's time; zeroed: there is none */
    local_service *service;
    local_listener *listener;
    local_launcher *launcher;
    webhooks *webhooks;
    local_recorder *recorder; /* NULL: nothing is recorded */
    scenario *scenario;       /* NULL: none */
    bool scenario_passed;
    local_demo demo;
    char token[TOKEN_SIZE]; /* "": clients need none */
    service_urls urls;
    local_file_limit files; /* what we were started with */
    glift__socket_handle stop;
    bool stopping;
    bool keeping_failed;
    unsigned launched; /* by earlier runs */
} program;

/* ---- log ---- */

static void on_log(void *user, glift_log_level level, const char *text)
{
    const program *self = user;
    if (level >= self->options.log_level)
        log_line(level, text);
}

/* NULL: --demo was not asked for. */
static const local_demo *demo_of(const program *self)
{
    return self->options.demo ? &self->demo : NULL;
}

static bool write_env_file(const program *self)
{
    const char *path = self->options.env_file;
    return path == NULL || environment_write(&self->urls, demo_of(self), path);
}

/* ---- launched game servers ---- */

static bool prepare_child(void *user, const char *process_id)
{
    program *self = user;
    return local_service_demo_token(self->service, local_listener_now(self->listener), &self->demo) ==
                   GLIFT_OK &&
           environment_set(&self->urls, &self->demo, process_id);
}

/* A scenario would wait in vain for a server that ends before it reaches the service. One that has
 * connected may end when it likes: how that is to be judged, the steps say. */
static void child_ended(void *user, const char *process_id, const char *how)
{
    program *self = user;
    char message[LAUNCH_WHY_SIZE + 64];
    snprintf(message, sizeof message, "Its program %s.", how);
    local_service_process_exited(self->service, local_listener_now(self->listener), process_id, message);
    if (self->scenario != NULL && !local_service_has_seen_servers(self->service)) {
        snprintf(message, sizeof message, "its game server %s before it had connected", how);
        play_stop(self->scenario, message);
    }
}

static void on_launcher_log(void *user, const char *line)
{
    on_log(user, GLIFT_LOG_INFO, line);
}

static void child_said(void *user, const char *process_id, const char *line, size_t length)
{
    const program *self = user;
    local_journal_line(self->service, local_listener_now(self->listener), process_id, line, length);
}

/* ---- starting ---- */

static bool read_token(program *self)
{
    char why[TOKEN_WHY_SIZE];
    return self->options.token_file == NULL || token_read(self->options.token_file, self->token, why) ||
           complain("%s", why);
}

static uint64_t stopwatch_us(void)
{
    struct timespec mono;
    clock_gettime(CLOCK_MONOTONIC, &mono);
    return (uint64_t)mono.tv_sec * 1000000 + (uint64_t)mono.tv_nsec / 1000;
}

/* What was kept in --state, and the time that goes on with it. */
static bool open_state(program *self)
{
    const local_options *options = &self->options;
    char why[STATE_WHY_SIZE];
    if (options->state == NULL)
        return true;
    self->state = state_file_open(options->state, options->region != NULL ? options->region : "us-east-1",
            options->account != NULL ? options->account : "000000000000", why);
    if (self->state == NULL)
        return complain("%s", why);
    state_file_time(self->state, options->clock_scale, &self->start);
    return true;
}

/* Nobody is told what is not kept: where it cannot be, that is the end. */
static bool keep(void *user)
{
    program *self = user;
    if (self->keeping_failed || local_service_commit(self->service, local_listener_now(self->listener)))
        return !self->keeping_failed;
    self->keeping_failed = true;
    return complain("%s; it ends, so that nobody is told what is not kept", state_file_why(self->state));
}

/* Each run without --seed has ids of its own, after a reset too: an id of the time before means nothing then.
 */
static local_service *make_service(program *self, glift__time now)
{
    const local_options *options = &self->options;
    local_service *service = NULL;
    local_service_desc desc = {
            .region = options->region,
            .access_token = self->token[0] != '\0' ? self->token : NULL,
            .account = options->account,
            .seed = options->seed,
            .remember_request_ids = options->remember_request_ids,
            .patience = options->patience,
            .log = on_log,
            .log_user = self,
            .log_level = options->log_level,
            .stopwatch_us = stopwatch_us,
            .store = self->state != NULL ? state_file_store(self->state) : NULL,
    };
    if (desc.seed == 0 && !glift__random_bytes(&desc.seed, sizeof desc.seed))
        desc.seed = (uint64_t)now.unix_ms + 1;
    return local_service_create(&desc, now, &service) == GLIFT_OK ? service : NULL;
}

static bool make_first_service(program *self)
{
    glift__time now = {.unix_ms = glift__clock_unix_ms() / 1000 * 1000};
    self->service = make_service(self, self->start.unix_ms != 0 ? self->start : now);
    return self->service != NULL ||
           complain("%s", self->state != NULL && state_file_why(self->state)[0] != '\0'
                                  ? state_file_why(self->state)
                                  : "out of memory");
}

/* What a service begins with. */
static bool fill_service(const program *self, local_service *service, local_demo *demo)
{
    return local_service_set_endpoint(service, self->urls.websocket) == GLIFT_OK &&
           (!self->options.demo || local_service_demo(service, local_listener_now(self->listener),
                                           self->options.demo_address, demo) == GLIFT_OK);
}

/* Everything as it was at the start, but for the port and the clock. Game servers that we did not start find
 * the door open, and a service that does not know them. */
static bool on_reset(void *user)
{
    program *self = user;
    local_demo demo = {0};
    if (!keep(self) || (self->state != NULL && !state_file_clear(self->state)))
        return false;
    local_service *fresh = make_service(self, local_listener_now(self->listener));
    if (fresh == NULL || !fill_service(self, fresh, &demo)) {
        local_service_destroy(fresh);
        if (self->state != NULL)
            state_file_keep(self->state);
        return false;
    }
    if (self->recorder != NULL) {
        recorder_serve(self->recorder, self->service);
        recorder_use_another(self->recorder);
    }
    local_listener_use(self->listener, fresh, "gamelift-local was reset");
    webhooks_use(self->webhooks, fresh);
    local_service_destroy(self->service);
    self->service = fresh;
    self->demo = demo;
    if (self->launcher != NULL)
        launcher_restart(self->launcher);
    write_env_file(self);
    on_log(self, GLIFT_LOG_INFO, "everything was reset");
    return true;
}

static bool open_listener(program *self)
{
    const local_options *options = &self->options;
    char why[LOCAL_WHY_SIZE];
    local_listener_desc desc = {
            .service = self->service,
            .address = options->address,
            .hosts = options->hosts,
            .host_count = options->host_count,
            .port = options->port,
            .clock_scale = options->clock_scale,
            .start = self->start,
            .keep = self->state != NULL ? keep : NULL,
            .sockets = take_files(self->options.instances, &self->files),
            .tls_cert_file = options->tls_cert,
            .tls_key_file = options->tls_key,
            .reset = on_reset,
            .user = self,
            .log = on_log,
            .log_user = self,
            .log_level = options->log_level,
    };
    self->listener = local_listener_open(&desc, why);
    if (self->listener == NULL)
        return complain("%s", why);
    urls_make(&self->urls, options, local_listener_port(self->listener));
    return true;
}

static bool make_demo(program *self)
{
    if (!fill_service(self, self->service, &self->demo))
        return complain("the demo could not be set up");
    self->launched =
            local_service_end_launched(self->service, local_listener_now(self->listener), &self->demo);
    return true;
}

static void read_children(void *user)
{
    const program *self = user;
    launcher_read(self->launcher, local_listener_machine_ms());
}

static bool open_launcher(program *self)
{
    const local_options *options = &self->options;
    if (options->launch == NULL)
        return true;
    char why[LAUNCH_WHY_SIZE];
    launcher_desc desc = {
            .command = options->launch,
            .instances = options->instances,
            .log_dir = options->launch_log_dir,
            .grace_ms = options->launch_grace_ms,
            .started = self->launched,
            .files = self->files,
            .prepare = prepare_child,
            .ended = child_ended,
            .log = on_launcher_log,
            .said = child_said,
            .user = self,
    };
    self->launcher = launcher_open(&desc, why);
    if (self->launcher == NULL)
        return complain("%s", why);
    return local_listener_watch(self->listener, launcher_watched(self->launcher), read_children, self) ||
           complain("the launcher cannot be watched");
}

static bool open_webhooks(program *self)
{
    webhooks_desc desc = {.service = self->service,
            .loop = local_listener_loop(self->listener),
            .as_sns = self->options.webhook_sns,
            .log = on_log,
            .user = self};
    self->webhooks = webhooks_open(&desc);
    for (size_t i = 0; self->webhooks != NULL && i < self->options.webhook_count; i++)
        webhooks_add(self->webhooks, self->options.webhooks[i]); /* they were checked and counted */
    return self->webhooks != NULL || complain("out of memory");
}

static bool open_recorder(program *self)
{
    char why[RECORDER_WHY_SIZE];
    if (self->options.record == NULL)
        return true;
    self->recorder =
            recorder_open(self->options.record, local_listener_now(self->listener), on_log, self, why);
    return self->recorder != NULL || complain("%s", why);
}

static void stop(program *self)
{
    self->stopping = true;
    if (self->launcher != NULL)
        launcher_stop(self->launcher, local_listener_machine_ms());
}

static void on_stop(void *user)
{
    program *self = user;
    if (!local_stop_was_asked(self->stop))
        return;
    if (!self->stopping)
        on_log(self, GLIFT_LOG_INFO, "stopping");
    if (self->scenario != NULL)
        play_stop(self->scenario, "the program was ended");
    stop(self);
}

static bool open_stop(program *self)
{
    self->stop = local_stop_open();
    return (self->stop != GLIFT__NO_SOCKET &&
                   local_listener_watch(self->listener, self->stop, on_stop, self)) ||
           complain("signals cannot be watched");
}

/* ---- the loop ---- */

/* The end of the scenario is ours. */
static void play(program *self)
{
    scenario_state state = play_on(self->scenario, self->service, self->listener);
    if (state == SCENARIO_RUNS)
        return;
    self->scenario_passed = state == SCENARIO_PASSED;
    stop(self);
}

/* Rule sets on trial have a few milliseconds of each round, between which everybody else is served. True:
 * there is more to do. */
static bool run_benches(program *self)
{
    uint64_t end_ms = local_listener_machine_ms() + BENCH_SLICE_MS;
    while (local_service_run_benches(self->service)) {
        if (local_listener_machine_ms() >= end_ms)
            return true;
    }
    return false;
}

/* What may happen before the clock says anything: the service's time, and everybody's turn after it. False:
 * it is the end. */
static bool take_turns(program *self)
{
    if (self->launcher != NULL) /* children that start bring deadlines of the service with them */
        launcher_serve(self->launcher, local_listener_machine_ms());
    local_service_advance(self->service, local_listener_now(self->listener));
    if (!keep(self))
        return false;
    webhooks_serve(self->webhooks, local_listener_machine_ms());
    if (self->recorder != NULL)
        recorder_serve(self->recorder, self->service);
    if (self->scenario != NULL && !self->stopping)
        play(self);
    return true;
}

static uint64_t sooner(uint64_t left_ms, uint64_t right_ms)
{
    return left_ms < right_ms ? left_ms : right_ms;
}

/* Until somebody comes to the port, or one of the deadlines of all is there. */
static bool wait_for_more(program *self)
{
    uint64_t deadline_ms = local_service_deadline_ms(self->service);
    uint64_t until_ms = webhooks_deadline_ms(self->webhooks);
    if (self->scenario != NULL)
        deadline_ms = sooner(deadline_ms, scenario_deadline_ms(self->scenario));
    if (self->launcher != NULL)
        until_ms = sooner(until_ms, launcher_deadline_ms(self->launcher));
    if (run_benches(self))
        until_ms = 0; /* at once */
    return local_listener_serve(self->listener, deadline_ms, until_ms) || complain("the listener failed");
}

static bool run(program *self)
{
    while (take_turns(self)) {
        if (self->stopping && (self->launcher == NULL || launcher_is_idle(self->launcher)))
            return true;
        if (!wait_for_more(self) || self->keeping_failed)
            return false;
    }
    return false;
}

static void print_ready(const program *self)
{
    printf("gamelift-local is ready: %s (dashboard, AWS API), %s (game servers)\n", self->urls.http,
            self->urls.websocket);
    if (self->options.demo)
        environment_print(&self->urls, &self->demo, stdout);
    has_printed();
}

int main(int count, char **given)
{
    static program self;
    char warning[OPTIONS_WARNING_SIZE], **arguments = local_begin(&count, given);
    if (arguments == NULL) {
        complain("out of memory");
        return 1;
    }
    if (count > 1 && strcmp(arguments[1], "replay") == 0)
        return local_replay(count - 1, arguments + 1);
    if (count > 1 && strcmp(arguments[1], "bench") == 0)
        return local_bench_command(count - 1, arguments + 1);
    int code = local_options_read(count, arguments, &self.options);
    if (code >= 0)
        return code;
    if (self.options.check_health)
        return health_check(self.options.port);
    if (self.options.scenario != NULL && (self.scenario = play_read(self.options.scenario)) == NULL)
        return 2;
    bool good = read_token(&self) && open_state(&self) && make_first_service(&self) && open_listener(&self) &&
                open_stop(&self) && open_recorder(&self) && make_demo(&self) &&
                (self.scenario == NULL || play_prepare(self.scenario, &self.demo)) && open_launcher(&self) &&
                open_webhooks(&self) && keep(&self) && write_env_file(&self);
    if (good) {
        if (local_options_warning(&self.options, warning))
            on_log(&self, GLIFT_LOG_WARNING, warning);
        if (self.scenario == NULL) /* else stdout is for its report */
            print_ready(&self);
        good = run(&self);
    }
    recorder_close(self.recorder);
    launcher_close(self.launcher);
    webhooks_close(self.webhooks);
    local_listener_close(self.listener);
    local_service_destroy(self.service);
    state_file_close(self.state);
    bool has_failed = self.scenario != NULL && !(self.scenario_passed && has_printed());
    scenario_free(self.scenario);
    return good && !has_failed ? 0 : 1;
}
