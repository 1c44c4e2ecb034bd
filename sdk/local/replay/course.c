/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/course.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"

#define HEARTBEAT "HeartbeatServerProcess"
#define READY     "ActivateServerProcess"
#define ENDING    "TerminateServerProcess"

/* Room for the names of actions and the like in a sentence. */
#define NAMED "%.80s"

static void differ(local_course *course, const char *format, ...) GLIFT__FORMAT(2, 3);
static void differ(local_course *course, const char *format, ...)
{
    if (course->difference[0] != '\0')
        return; /* the first one counts: what follows may follow from it */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(course->difference, sizeof course->difference, format, arguments);
    va_end(arguments);
}

static const recording_step *next_step(const local_course *course)
{
    return course->next < course->recording->count ? &course->recording->steps[course->next] : NULL;
}

bool course_is_done(const local_course *course)
{
    return course->next == course->recording->count;
}

/* What a step is, in a sentence: "AcceptPlayerSession (line 12)". */
static void name_step(const recording_step *step, char out[160])
{
    if (step->kind == RECORDING_CONNECT)
        snprintf(out, 160, "a connection of the server (line %u)", step->line);
    else
        snprintf(out, 160, NAMED " (line %u)", step->action, step->line);
}

/* ---- what goes out ---- */

static void put_out(local_course *course, const local_output *output)
{
    if (course->output_count == course->output_room) {
        size_t room = course->output_room == 0 ? 16 : 2 * course->output_room;
        local_output *outputs = realloc(course->outputs, room * sizeof *outputs);
        if (outputs == NULL) {
            glift__text text = output->text;
            glift__text_free(&text);
            course->out_of_memory = true;
            return;
        }
        course->outputs = outputs;
        course->output_room = room;
    }
    course->outputs[course->output_count++] = *output;
}

static void send_message(local_course *course, uint64_t connection, cJSON *message)
{
    local_output output = {.connection = connection};
    output.text.bytes = message != NULL ? cJSON_PrintUnformatted(message) : NULL;
    cJSON_Delete(message);
    if (output.text.bytes == NULL) {
        course->out_of_memory = true;
        return;
    }
    output.text.length = strlen(output.text.bytes);
    put_out(course, &output);
}

static void send_step(
        local_course *course, const recording_step *step, uint64_t connection, const char *request_id)
{
    send_message(course, connection,
            roles_translate(&course->roles, step->message, request_id, course->now_unix_ms - step->unix_ms));
}

static uint64_t newest_socket(const local_course *course)
{
    for (size_t i = course->socket_count; i-- > 0;) {
        if (course->sockets[i].number != 0)
            return course->sockets[i].number;
    }
    return 0;
}

/* The socket that stands for the one on which it was sent, if that is still there; else the newest. */
static uint64_t socket_for(const local_course *course, const recording_step *step)
{
    for (size_t i = 0; i < course->socket_count; i++) {
        if (course->sockets[i].recorded == step->connection && course->sockets[i].number != 0)
            return course->sockets[i].number;
    }
    return newest_socket(course);
}

static void close_socket(local_course *course, const recording_step *step)
{
    for (size_t i = 0; i < course->socket_count; i++) {
        course_socket *socket = &course->sockets[i];
        if (socket->recorded != step->connection || socket->number == 0)
            continue;
        put_out(course, &(local_output){.connection = socket->number,
                                .close_code = step->close_code != 0 ? step->close_code : LOCAL_CUT,
                                .close_reason = "as in the recording"});
        socket->number = 0;
    }
}

/* All that the service does before the server's next message. */
static void go_on(local_course *course)
{
    const recording_step *step;
    while ((step = next_step(course)) != NULL) {
        switch (step->kind) {
        case RECORDING_CONNECT:
            return;
        case RECORDING_REQUEST:
            if (!course->taken[course->next] && !recording_is_question(step))
                return;
            break;
        case RECORDING_ANSWER: /* it was sent with its request */
            break;
        case RECORDING_PUSH:
            send_step(course, step, socket_for(course, step), NULL);
            break;
        case RECORDING_CLOSE:
            close_socket(course, step);
            break;
        }
        course->next++;
    }
}

/* This step has come. */
static void take_step(local_course *course, glift__time now, size_t place)
{
    course->taken[place] = true;
    if (place == course->next)
        course->next++;
    course->waits_since_ms = now.mono_ms;
    go_on(course);
}

/* ---- life ---- */

bool course_begin(local_course *course, const local_recording *recording, const char *endpoint,
        uint64_t wait_ms, glift__time now)
{
    memset(course, 0, sizeof *course);
    course->recording = recording;
    course->roles.endpoint = endpoint;
    course->roles.token = "replay";
    course->wait_ms = wait_ms;
    course->waits_since_ms = now.mono_ms;
    course->now_unix_ms = (double)now.unix_ms;
    course->taken = calloc(recording->count + 1, sizeof *course->taken);
    if (course->taken != NULL)
        go_on(course);
    return course->taken != NULL;
}

void course_free(local_course *course)
{
    local_output output;
    while (course_next_output(course, &output))
        glift__text_free(&output.text);
    free(course->outputs);
    course->outputs = NULL;
    free(course->taken);
    course->taken = NULL;
    roles_free(&course->roles);
}

bool course_next_output(local_course *course, local_output *out)
{
    if (course->output_taken == course->output_count) {
        course->output_taken = course->output_count = 0;
        return false;
    }
    *out = course->outputs[course->output_taken++];
    return true;
}

/* ---- what comes in ---- */

int course_handshake(
        local_course *course, glift__time now, const char *query, uint64_t *connection, glift__text *body)
{
    const recording_step *step = next_step(course);
    char expected[160] = "";
    (void)query;
    *body = (glift__text){0};
    course->now_unix_ms = (double)now.unix_ms;
    if (step == NULL)
        differ(course, "after the last message of the recording the server opens one more connection");
    else if (step->kind != RECORDING_CONNECT) {
        name_step(step, expected);
        differ(course, "the server opens a connection where the recording has %s", expected);
    } else if (course->socket_count == COURSE_SOCKETS_MAX)
        differ(course, "a replay takes no more than %d connections", COURSE_SOCKETS_MAX);
    if (course->difference[0] != '\0')
        return 403;
    *connection = ++course->last_connection;
    course->sockets[course->socket_count++] = (course_socket){*connection, step->connection};
    take_step(course, now, course->next);
    return 101;
}

static const char *text_of(const cJSON *message, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(message, name);
    return cJSON_IsString(value) ? value->valuestring : "";
}

static void answer_heartbeat(local_course *course, glift__time now, uint64_t connection, const cJSON *message)
{
    cJSON *answer = cJSON_CreateObject();
    const cJSON *health = cJSON_GetObjectItemCaseSensitive(message, "HealthStatus");
    if (cJSON_IsFalse(health) && !course->recording->was_unhealthy)
        differ(course, "the server reports itself unhealthy, which it never does in the recording");
    bool made = cJSON_AddStringToObject(answer, "Action", HEARTBEAT) != NULL &&
                cJSON_AddStringToObject(answer, "RequestId", text_of(message, "RequestId")) != NULL &&
                cJSON_AddNumberToObject(answer, "StatusCode", 200) != NULL;
    if (!made) {
        cJSON_Delete(answer);
        answer = NULL;
    }
    if (course->last_beat_ms != 0)
        course->last_beat_ms = now.mono_ms;
    send_message(course, connection, answer);
}

/* The sentence for a message that is nowhere in the recording where it may be. */
static void differ_in_message(local_course *course, const char *action, const char *difference)
{
    const recording_step *step = next_step(course);
    char expected[160];
    if (step == NULL) {
        differ(course, "after the last message of the recording the server sends " NAMED, action);
        return;
    }
    name_step(step, expected);
    if (difference[0] != '\0')
        differ(course, "message %u of the server, %s: %s", course->requests, expected, difference);
    else
        differ(course, "message %u of the server is " NAMED " where the recording has %s", course->requests,
                action, expected);
}

static void take_request(local_course *course, glift__time now, uint64_t connection, const cJSON *message)
{
    char difference[ROLES_DIFFERENCE_SIZE] = "";
    course->requests++;
    size_t place = course_find(course, message, difference);
    if (place == SIZE_MAX) {
        differ_in_message(course, text_of(message, "Action"), difference);
        return;
    }
    const recording_step *step = &course->recording->steps[place];
    if (strcmp(step->action, READY) == 0)
        course->last_beat_ms = now.mono_ms;
    if (strcmp(step->action, ENDING) == 0)
        course->last_beat_ms = 0;
    if (step->answer != SIZE_MAX)
        send_step(course, &course->recording->steps[step->answer], connection, text_of(message, "RequestId"));
    if (recording_is_question(step))
        course->taken[place] = true;
    else
        take_step(course, now, place);
}

void course_received(
        local_course *course, glift__time now, uint64_t connection, const char *bytes, size_t length)
{
    cJSON *message = cJSON_ParseWithLength(bytes, length);
    course->now_unix_ms = (double)now.unix_ms;
    if (course->difference[0] != '\0') {
        cJSON_Delete(message);
        return;
    }
    if (!cJSON_IsObject(message))
        differ(course, "the server sends what is no JSON object: %.80s", length > 0 ? bytes : "");
    else if (strcmp(text_of(message, "Action"), HEARTBEAT) == 0)
        answer_heartbeat(course, now, connection, message);
    else
        take_request(course, now, connection, message);
    cJSON_Delete(message);
}

void course_closed(local_course *course, uint64_t connection)
{
    for (size_t i = 0; i < course->socket_count; i++) {
        if (course->sockets[i].number == connection)
            course->sockets[i].number = 0;
    }
}

/* ---- the end ---- */

/* As long as it took in the recording, and what the replay gives beside that. */
static uint64_t patience_ms(const local_course *course)
{
    const recording_step *steps = course->recording->steps;
    double took = course->next > 0 ? steps[course->next].mono_ms - steps[course->next - 1].mono_ms : 0;
    return course->wait_ms + (took > 0 ? (uint64_t)took : 0);
}

static uint64_t beat_is_due_ms(const local_course *course)
{
    return course->last_beat_ms != 0 ? course->last_beat_ms + COURSE_HEARTBEAT_PATIENCE_MS : UINT64_MAX;
}

uint64_t course_deadline_ms(const local_course *course)
{
    uint64_t beat_ms = beat_is_due_ms(course);
    uint64_t step_ms = course_is_done(course) ? UINT64_MAX : course->waits_since_ms + patience_ms(course);
    return beat_ms < step_ms ? beat_ms : step_ms;
}

void course_advance(local_course *course, glift__time now)
{
    char expected[160];
    course->now_unix_ms = (double)now.unix_ms;
    if (now.mono_ms < course_deadline_ms(course))
        return;
    if (beat_is_due_ms(course) <= now.mono_ms) {
        differ(course, "the server has sent no heartbeat for %d s", COURSE_HEARTBEAT_PATIENCE_MS / 1000);
        return;
    }
    name_step(next_step(course), expected);
    differ(course, "%s has not come within %.0f s, after %u messages of the server", expected,
            (double)patience_ms(course) / 1000, course->requests);
}

void course_program_ended(local_course *course, int exit_code)
{
    char how[40] = "by a signal", expected[160];
    if (exit_code >= 0)
        snprintf(how, sizeof how, "with exit code %d", exit_code);
    if (!course_is_done(course)) {
        name_step(next_step(course), expected);
        differ(course, "the program has ended %s, where the recording has %s", how, expected);
    } else if (exit_code != 0 && course->recording->ends) {
        differ(course, "the program has ended %s", how);
    }
}
