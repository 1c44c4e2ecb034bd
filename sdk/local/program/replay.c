/* SPDX-License-Identifier: Apache-2.0 */
/* The world round a replay: its file, its port, the program under test. What is played, and what counts as a
 * difference, is decided in replay/course.c. */
#include "program/replay.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listen/listen.h"
#include "printable.h"
#include "program/complain.h"
#include "program/options.h"
#include "replay/course.h"
#include "system/child.h"
#include "system/files.h"

#define DEFAULT_WAIT_S 30
#define LOOK_MS        50   /* between two looks at whether the program has ended */
#define SURPLUS_MS     1000 /* for messages behind the last one, of a recording that stops in the middle */
#define LEAVE_MS       5000 /* from SIGTERM to SIGKILL */
#define SOCKETS        300

typedef struct replay {
    const char *path, *process_id;
    char **command;
    bool wants_help;
    uint64_t wait_ms;
    local_recording recording;
    local_course course;
    local_stand_in stand_in;
    local_service *service; /* an empty one: the listener has nothing to tell of it */
    local_listener *listener;
    char url[80];
    local_child *child;
    bool has_ended;
    int exit_code; /* -1: by a signal */
} replay;

static const char help[] =
        "Usage: gamelift-local replay [--process ID] [--wait SECONDS] FILE -- COMMAND...\n"
        "\n"
        "Starts COMMAND as a game server, plays it the service's side of a recording (--record FILE), and "
        "tells "
        "the\n"
        "first thing that it does in another way. Exit code 0: none; 1: one; 2: nothing could be played.\n"
        "\n"
        "  --process ID              the server process of the recording, where there are several\n"
        "  --wait SECONDS            for a message, beyond the time that it took in the recording (30)\n";

/* ---- what is asked for ---- */

static bool read_wait(const char *text, uint64_t *out)
{
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds >= 0.1 && seconds <= 3600))
        return complain("--wait takes a number from 0.1 to 3600, not \"%.100s\"", text);
    *out = (uint64_t)(seconds * 1000);
    return true;
}

static bool read_arguments(replay *self, int count, char **arguments)
{
    static const struct option known[] = {{"process", required_argument, NULL, 'p'},
            {"wait", required_argument, NULL, 'w'}, {"help", no_argument, NULL, 'h'}, {0}};
    int option, place = 0;
    self->wait_ms = DEFAULT_WAIT_S * 1000;
    optind = 1;
    while ((option = getopt_long(count, arguments, "+:h", known, &place)) != -1) {
        if (option == '?' || option == ':') {
            local_options_refuse(option, arguments, "gamelift-local replay --help");
            return false;
        }
        self->wants_help = option == 'h';
        if (self->wants_help)
            return true;
        if (local_options_is_empty(known[place].name, "gamelift-local replay --help"))
            return false;
        if (option == 'p')
            self->process_id = optarg;
        else if (!read_wait(optarg, &self->wait_ms))
            return false;
    }
    if (optind + 2 >= count || strcmp(arguments[optind + 1], "--") != 0)
        return complain(
                "replay takes FILE -- COMMAND, a recording and the game server that it is played to: see "
                "gamelift-local replay --help");
    self->path = arguments[optind];
    self->command = arguments + optind + 2;
    return true;
}

/* ---- the file ---- */

static bool read_recording(replay *self)
{
    char why[RECORDING_WHY_SIZE];
    size_t length;
    char *bytes = local_read_file(self->path, RECORDING_MOST, &length);
    if (bytes == NULL)
        return complain("cannot read %.500s: %s", self->path, strerror(errno));
    bool read = recording_read(bytes, length, self->process_id, &self->recording, why);
    free(bytes);
    return read || complain("%.500s cannot be replayed: %s", self->path, why);
}

/* ---- the port ---- */

static int on_handshake(
        void *owner, glift__time now, const char *query, uint64_t *connection, glift__text *body)
{
    return course_handshake(owner, now, query, connection, body);
}

static void on_received(void *owner, glift__time now, uint64_t connection, const char *bytes, size_t length)
{
    course_received(owner, now, connection, bytes, length);
}

static void on_closed(void *owner, uint64_t connection)
{
    course_closed(owner, connection);
}

static bool on_next_output(void *owner, local_output *out)
{
    return course_next_output(owner, out);
}

static void on_log(void *user, glift_log_level level, const char *text)
{
    (void)user;
    if (level >= GLIFT_LOG_WARNING)
        complain("%s", text);
}

static bool open_port(replay *self)
{
    char why[LOCAL_WHY_SIZE];
    local_service_desc empty = {.seed = 1};
    if (local_service_create(&empty, (glift__time){0}, &self->service) != GLIFT_OK)
        return complain("out of memory");
    self->stand_in = (local_stand_in){&self->course, on_handshake, on_received, on_closed, on_next_output};
    local_listener_desc desc = {
            .service = self->service,
            .stand_in = &self->stand_in,
            .clock_scale = 1,
            .sockets = SOCKETS,
            .log = on_log,
            .log_level = GLIFT_LOG_WARNING,
    };
    self->listener = local_listener_open(&desc, why);
    if (self->listener == NULL)
        return complain("%s", why);
    snprintf(self->url, sizeof self->url, "ws://127.0.0.1:%d", local_listener_port(self->listener));
    return true;
}

/* ---- the program ---- */

/* As --launch starts a server, with the process id of the recording. */
static bool start(replay *self)
{
    char http_url[100];
    snprintf(http_url, sizeof http_url, "http%s", self->url + strlen("ws"));
    setenv("GAMELIFT_SDK_WEBSOCKET_URL", self->url, 1);
    setenv("GAMELIFT_SDK_FLEET_ID", "fleet-replay", 1);
    setenv("GAMELIFT_SDK_HOST_ID", "replay", 1);
    setenv("GAMELIFT_SDK_AUTH_TOKEN", "replay", 1);
    setenv("GAMELIFT_SDK_PROCESS_ID", self->recording.process_id, 1);
    setenv("GAMELIFT_LOCAL_URL", http_url, 1);
    self->child = local_child_start(self->command);
    return self->child != NULL || complain("cannot run %.500s: %s", self->command[0], strerror(errno));
}

static bool look_at_program(replay *self)
{
    if (!self->has_ended)
        self->has_ended = local_child_has_ended(self->child, &self->exit_code);
    return self->has_ended;
}

static bool serve(replay *self, uint64_t until_ms)
{
    uint64_t soon_ms = local_listener_machine_ms() + LOOK_MS;
    return local_listener_serve(self->listener, UINT64_MAX, soon_ms < until_ms ? soon_ms : until_ms);
}

static void end_program(replay *self)
{
    uint64_t until_ms = local_listener_machine_ms() + LEAVE_MS;
    if (!look_at_program(self))
        local_child_ask_to_end(self->child);
    while (!look_at_program(self) && local_listener_machine_ms() < until_ms && serve(self, until_ms))
        ;
    local_child_end(self->child);
}

/* ---- the course ---- */

static bool is_over(const replay *self)
{
    return self->course.difference[0] != '\0' || self->course.out_of_memory;
}

/* What the program said before its end may still be in the sockets. */
static void hear_the_rest(replay *self)
{
    uint64_t until_ms = local_listener_machine_ms() + 2 * LOOK_MS;
    while (!is_over(self) && local_listener_machine_ms() < until_ms && serve(self, until_ms))
        ;
}

/* The program, which has nothing more to say, ends by itself where it did so in the recording. */
static void await_end(replay *self)
{
    uint64_t until_ms = local_listener_machine_ms() + (self->recording.ends ? self->wait_ms : SURPLUS_MS);
    while (!is_over(self) && !look_at_program(self) && local_listener_machine_ms() < until_ms &&
            serve(self, until_ms))
        ;
    if (is_over(self) || self->has_ended || !self->recording.ends)
        return;
    snprintf(self->course.difference, sizeof self->course.difference,
            "the program has not ended within %.15g s after its last message", (double)self->wait_ms / 1000);
}

static void play(replay *self)
{
    local_course *course = &self->course;
    while (!is_over(self) && !course_is_done(course) && !look_at_program(self)) {
        serve(self, UINT64_MAX);
        course_advance(course, local_listener_now(self->listener));
    }
    if (self->has_ended)
        hear_the_rest(self);
    else
        await_end(self);
    if (self->has_ended && !is_over(self)) {
        hear_the_rest(self);
        course_program_ended(course, self->exit_code);
    }
}

static int report(const replay *self)
{
    const local_course *course = &self->course;
    char line[sizeof course->difference];
    if (course->out_of_memory || course->roles.out_of_memory) {
        complain("out of memory");
        return 2;
    }
    if (course->difference[0] == '\0') {
        printf("replay: the server did as in the recording: %u message%s, %llu connection%s\n",
                course->requests, course->requests == 1 ? "" : "s",
                (unsigned long long)course->last_connection, course->last_connection == 1 ? "" : "s");
        return has_printed() ? 0 : 2;
    }
    snprintf(line, sizeof line, "%s", course->difference);
    make_printable(line, strlen(line));
    printf("replay: a difference: %s\n", line);
    return 1;
}

int local_replay(int count, char **arguments)
{
    static replay self;
    int code = 2;
    if (!read_arguments(&self, count, arguments))
        return 2;
    if (self.wants_help)
        return local_options_print(help);
    if (read_recording(&self) && open_port(&self)) {
        glift__time now = local_listener_now(self.listener);
        if (course_begin(&self.course, &self.recording, self.url, self.wait_ms, now) && start(&self)) {
            play(&self);
            end_program(&self);
            code = report(&self);
        }
        course_free(&self.course);
    }
    local_listener_close(self.listener);
    local_service_destroy(self.service);
    recording_free(&self.recording);
    return code;
}
