/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/recording.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/text.h"

#define HEARTBEAT "HeartbeatServerProcess"
#define ENDING    "TerminateServerProcess"

static bool fail(char why[RECORDING_WHY_SIZE], const char *format, ...) GLIFT__FORMAT(2, 3);
static bool fail(char why[RECORDING_WHY_SIZE], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, RECORDING_WHY_SIZE, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- entries ---- */

static const char *text_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(value) ? value->valuestring : "";
}

static double number_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

static bool is_text(const cJSON *object, const char *name, const char *text)
{
    return strcmp(text_of(object, name), text) == 0;
}

/* Calls and lines of output are in the file, too, and are no part of what is replayed. */
static bool is_of_servers(const cJSON *entry)
{
    bool is_note = is_text(entry, "kind", "note");
    return is_text(entry, "kind", "frame") ||
           (is_note && (is_text(entry, "action", "$close") ||
                               (is_text(entry, "action", "$connect") && number_of(entry, "status") == 101)));
}

typedef struct line_reader {
    const char *at, *end;
    unsigned number;
} line_reader;

/* The next line that is not empty, parsed; NULL at the end, or where it is no object (*why is set then). */
static cJSON *next_entry(line_reader *lines, char why[RECORDING_WHY_SIZE])
{
    while (lines->at < lines->end) {
        const char *start = lines->at, *stop = memchr(start, '\n', (size_t)(lines->end - start));
        lines->at = stop != NULL ? stop + 1 : lines->end;
        lines->number++;
        size_t length = (size_t)((stop != NULL ? stop : lines->end) - start);
        if (length == 0)
            continue;
        cJSON *entry = cJSON_ParseWithLength(start, length);
        if (!cJSON_IsObject(entry)) {
            fail(why, "line %u is no JSON object%s", lines->number,
                    stop == NULL ? ": the recording was cut off in its last line" : "");
            cJSON_Delete(entry);
            return NULL;
        }
        return entry;
    }
    return NULL;
}

static bool read_header(line_reader *lines, char why[RECORDING_WHY_SIZE])
{
    char ignored[RECORDING_WHY_SIZE];
    cJSON *header = next_entry(lines, ignored);
    bool is_ours = header != NULL && is_text(header, "recording", RECORDING_NAME);
    double version = number_of(header, "version");
    cJSON_Delete(header);
    if (!is_ours)
        return fail(why, "the first line is not that of a recording of gamelift-local");
    return version == RECORDING_VERSION ||
           fail(why, "it is of version %.15g, and this program reads version %d", version, RECORDING_VERSION);
}

/* ---- which process ---- */

#define PROCESSES_NAMED 8

typedef struct process_census {
    char *ids[PROCESSES_NAMED];
    size_t count;
} process_census;

static bool count_process(process_census *census, const char *id)
{
    for (size_t i = 0; i < census->count; i++) {
        if (strcmp(census->ids[i], id) == 0)
            return true;
    }
    if (id[0] == '\0' || census->count == PROCESSES_NAMED)
        return true;
    census->ids[census->count] = glift__text_copy(id);
    return census->ids[census->count++] != NULL;
}

static bool take_census(line_reader lines, process_census *out, char why[RECORDING_WHY_SIZE])
{
    cJSON *entry;
    bool taken = true;
    why[0] = '\0';
    while (taken && (entry = next_entry(&lines, why)) != NULL) {
        taken = !is_of_servers(entry) || count_process(out, text_of(entry, "process_id"));
        cJSON_Delete(entry);
    }
    return (taken || fail(why, "out of memory")) && why[0] == '\0';
}

static bool choose_process(
        const process_census *census, const char *wanted, char out[1025], char why[RECORDING_WHY_SIZE])
{
    char named[300] = "";
    size_t length = 0;
    for (size_t i = 0; i < census->count; i++) {
        if (wanted != NULL ? strcmp(census->ids[i], wanted) == 0 : census->count == 1) {
            snprintf(out, 1025, "%s", census->ids[i]);
            return true;
        }
        int added =
                snprintf(named + length, sizeof named - length, "%s%.32s", i > 0 ? ", " : "", census->ids[i]);
        length += added > 0 && (size_t)added < sizeof named - length ? (size_t)added : 0;
    }
    if (census->count == 0)
        return fail(why, "no game server speaks in it");
    if (wanted != NULL)
        return fail(why, "process %.100s does not speak in it, but %s", wanted, named);
    return fail(why, "%zu processes speak in it (%s): choose one with --process", census->count, named);
}

/* ---- steps ---- */

static recording_step *add_step(local_recording *out)
{
    if (out->count == out->room) {
        size_t room = out->room == 0 ? 64 : 2 * out->room;
        recording_step *steps = realloc(out->steps, room * sizeof *steps);
        if (steps == NULL)
            return NULL;
        out->steps = steps;
        out->room = room;
    }
    recording_step *step = &out->steps[out->count++];
    *step = (recording_step){.answer = SIZE_MAX, .action = ""};
    return step;
}

bool recording_is_question(const recording_step *step)
{
    static const char *const questions[] = {
            "DescribePlayerSessions", "GetComputeCertificate", "GetFleetRoleCredentials"};
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        if (step->kind == RECORDING_REQUEST && strcmp(step->action, questions[i]) == 0)
            return true;
    }
    return false;
}

static recording_kind kind_of(const cJSON *entry)
{
    if (is_text(entry, "kind", "note"))
        return is_text(entry, "action", "$close") ? RECORDING_CLOSE : RECORDING_CONNECT;
    if (is_text(entry, "direction", "in"))
        return RECORDING_REQUEST;
    return text_of(entry, "request_id")[0] != '\0' || number_of(entry, "status") != 0 ? RECORDING_ANSWER
                                                                                      : RECORDING_PUSH;
}

/* "the connection is closed with code 1008: ..." */
static int code_of(const cJSON *entry)
{
    static const char words[] = "code ";
    const char *at = strstr(text_of(entry, "text"), words);
    long code = at != NULL ? strtol(at + strlen(words), NULL, 10) : 0;
    return code >= 1000 && code <= 4999 ? (int)code : 0;
}

static void match_answer(local_recording *out, const recording_step *answer)
{
    double pair = number_of(answer->entry, "pair");
    for (size_t i = out->count - 1; i-- > 0;) {
        if (out->steps[i].kind == RECORDING_REQUEST && out->steps[i].serial == pair) {
            out->steps[i].answer = out->count - 1;
            return;
        }
    }
}

static bool read_message(recording_step *step, char why[RECORDING_WHY_SIZE])
{
    step->cut = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(step->entry, "cut"));
    if (!step->cut)
        step->owned = cJSON_Parse(text_of(step->entry, "text"));
    step->message = cJSON_IsObject(step->owned) ? step->owned : NULL;
    if (step->cut && step->kind != RECORDING_REQUEST)
        return fail(why, "line %u: the text of this %s was too long for the recording, and cannot be sent",
                step->line, step->action);
    return step->message != NULL || step->kind == RECORDING_REQUEST ||
           fail(why, "line %u: its text is no JSON object", step->line);
}

/* Takes over the entry. */
static bool take_entry(local_recording *out, cJSON *entry, unsigned line, char why[RECORDING_WHY_SIZE])
{
    if (is_text(entry, "kind", "frame") && is_text(entry, "action", HEARTBEAT)) {
        if (strstr(text_of(entry, "text"), "false") != NULL && is_text(entry, "direction", "in"))
            out->was_unhealthy = true;
        cJSON_Delete(entry);
        return true;
    }
    recording_step *step = add_step(out);
    if (step == NULL) {
        cJSON_Delete(entry);
        return fail(why, "out of memory");
    }
    step->entry = entry;
    step->kind = kind_of(entry);
    step->line = line;
    step->serial = number_of(entry, "serial");
    step->unix_ms = number_of(entry, "unix_ms");
    step->mono_ms = number_of(entry, "mono_ms");
    step->connection = number_of(entry, "connection");
    if (step->kind == RECORDING_CONNECT || step->kind == RECORDING_CLOSE) {
        step->close_code = code_of(entry);
        return true;
    }
    step->action = text_of(entry, "action");
    out->ends = out->ends || (step->kind == RECORDING_REQUEST && strcmp(step->action, ENDING) == 0);
    if (step->kind == RECORDING_ANSWER)
        match_answer(out, step);
    return read_message(step, why);
}

/* Entries that the recorder lost may be those that the server waited for. */
static bool is_whole(const cJSON *entry, unsigned line, char why[RECORDING_WHY_SIZE])
{
    return !is_text(entry, "kind", "gap") ||
           fail(why, "line %u: %.0f messages were lost here, since the disk was too slow for the recording",
                   line, number_of(entry, "lost"));
}

static bool read_steps(line_reader lines, local_recording *out, char why[RECORDING_WHY_SIZE])
{
    cJSON *entry;
    bool read = true;
    while (read && (entry = next_entry(&lines, why)) != NULL) {
        read = is_whole(entry, lines.number, why);
        if (read && is_of_servers(entry) && is_text(entry, "process_id", out->process_id))
            read = take_entry(out, entry, lines.number, why);
        else
            cJSON_Delete(entry);
    }
    return read;
}

bool recording_read(const char *bytes, size_t length, const char *process_id, local_recording *out,
        char why[RECORDING_WHY_SIZE])
{
    line_reader lines = {bytes, bytes + length, 0};
    process_census census = {0};
    *out = (local_recording){0};
    bool read = read_header(&lines, why) && take_census(lines, &census, why) &&
                choose_process(&census, process_id, out->process_id, why) && read_steps(lines, out, why);
    for (size_t i = 0; i < census.count; i++)
        free(census.ids[i]);
    if (!read)
        recording_free(out);
    return read;
}

void recording_free(local_recording *recording)
{
    for (size_t i = 0; i < recording->count; i++) {
        cJSON_Delete(recording->steps[i].entry);
        cJSON_Delete(recording->steps[i].owned);
    }
    free(recording->steps);
    recording->steps = NULL;
    recording->count = recording->room = 0;
}
