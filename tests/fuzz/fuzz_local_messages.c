/* SPDX-License-Identifier: Apache-2.0 */
/* What a hostile game server sends on its WebSocket: each message is answered once, as done or as its own
 * fault, on a connection that stays; a refusal has changed nothing, and nothing it says touches another
 * process.
 *
 * The input: lines, each of them a message of p0. The bytes 1 and 2 stand for the game sessions of p0 and p1,
 * 3 and 4 for a player session in each, 5 for the matchmaking configuration. A line of "." lets time pass. */
#include "fuzz_service.h"

typedef struct play {
    fuzz_service host;
    char *known[5];
    cJSON *other; /* what there is of p1 */
} play;

/* ---- both have a game session that was made by matchmaking, with players ---- */

static const char *text_at(const cJSON *list, const char *key, const char *value, const char *wanted)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(item, key)), value) == 0)
            return cJSON_GetStringValue(cJSON_GetObjectItem(item, wanted));
    }
    fprintf(stderr, "nothing has %s %s\n", key, value);
    abort();
}

static void start_tickets(fuzz_service *host, int round)
{
    for (int i = 0; i < 2; i++) {
        char body[256];
        snprintf(body, sizeof body, "{\"ConfigurationName\":\"%s\",\"Players\":[{\"PlayerId\":\"r%d-%d\"}]}",
                host->demo.matchmaking_configuration, round, i);
        cJSON_Delete(fuzz_call(host, "StartMatchmaking", body));
    }
    for (int i = 0; i < 8; i++)
        fuzz_pass(host, 500);
}

static void activate(fuzz_service *host, int process, const char *arn)
{
    char message[512];
    snprintf(message, sizeof message,
            "{\"Action\":\"ActivateGameSession\",\"RequestId\":\"a\",\"GameSessionId\":\"%s\"}", arn);
    fuzz_tell(host, process, message);
}

static void begin(play *self)
{
    static const char *const processes[] = {"p0", "p1"};
    fuzz_begin(&self->host);
    for (int i = 0; i < 2; i++) {
        start_tickets(&self->host, i);
        cJSON *state = fuzz_state_tree(&self->host);
        self->known[i] = strdup(text_at(
                cJSON_GetObjectItem(state, "game_sessions"), "process_id", processes[i], "game_session_id"));
        activate(&self->host, i, self->known[i]);
        cJSON_Delete(state);
        state = fuzz_state_tree(&self->host);
        self->known[2 + i] = strdup(text_at(cJSON_GetObjectItem(state, "player_sessions"), "game_session_id",
                self->known[i], "player_session_id"));
        cJSON_Delete(state);
    }
    self->known[4] = strdup(self->host.demo.matchmaking_configuration);
    fuzz_drop_outputs(&self->host);
}

static void end(play *self)
{
    for (size_t i = 0; i < 5; i++)
        free(self->known[i]);
    cJSON_Delete(self->other);
    fuzz_end(&self->host);
}

/* ---- what there is of p1: its process, game session and player sessions ---- */

static void add_of(cJSON *out, const cJSON *state, const char *list, const char *key, const char *value)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(state, list))
    {
        if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(item, key)), value) == 0)
            cJSON_AddItemToArray(out, cJSON_Duplicate(item, true));
    }
}

static cJSON *of_other(const play *self)
{
    cJSON *state = fuzz_state_tree(&self->host), *out = cJSON_CreateArray();
    add_of(out, state, "processes", "process_id", "p1");
    add_of(out, state, "game_sessions", "process_id", "p1");
    add_of(out, state, "player_sessions", "game_session_id", self->known[1]);
    cJSON_Delete(state);
    return out;
}

/* ---- one message ---- */

static char *fill_in(const play *self, const uint8_t *line, size_t length)
{
    size_t at = 0;
    char *message = malloc(length * 300 + 1);
    HOLDS(message != NULL);
    for (size_t i = 0; i < length; i++) {
        if (line[i] >= 1 && line[i] <= 5)
            at += (size_t)sprintf(message + at, "%s", self->known[line[i] - 1]);
        else
            message[at++] = (char)line[i];
    }
    message[at] = '\0';
    return message;
}

/* The status of its one answer, which comes before whatever else is sent. */
static int take_answer(play *self)
{
    local_output output;
    int status = 0, answers = 0;
    for (int place = 0; local_service_next_output(self->host.service, &output); place++) {
        HOLDS(output.text.bytes != NULL && output.connection == self->host.connections[0]);
        cJSON *message = cJSON_Parse(output.text.bytes);
        const cJSON *code = cJSON_GetObjectItem(message, "StatusCode");
        HOLDS(cJSON_IsNumber(code) || cJSON_IsString(cJSON_GetObjectItem(message, "Action")));
        if (cJSON_IsNumber(code)) {
            HOLDS(place == 0);
            status = code->valueint;
            answers++;
        }
        cJSON_Delete(message);
        glift__text_free(&output.text);
    }
    HOLDS(answers == 1);
    return status;
}

static void send_line(play *self, const uint8_t *line, size_t length)
{
    char *message = fill_in(self, line, length), *before = fuzz_state(&self->host);
    size_t changes = self->host.changes;
    fuzz_tell(&self->host, 0, message);
    int status = take_answer(self);
    HOLDS(status == 200 || (status >= 400 && status < 500));
    char *after = fuzz_state(&self->host);
    HOLDS(status == 200 || (strcmp(before, after) == 0 && self->host.changes == changes));
    cJSON *other = of_other(self);
    HOLDS(cJSON_Compare(self->other, other, true));
    cJSON_Delete(other);
    free(before);
    free(after);
    free(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    play self = {0};
    if (memchr(data, 0, size) != NULL)
        return 0;
    begin(&self);
    self.other = of_other(&self);
    for (size_t at = 0, lines = 0; at < size && lines < 16; lines++) {
        const uint8_t *line_end = memchr(data + at, '\n', size - at);
        size_t length = line_end != NULL ? (size_t)(line_end - data) - at : size - at;
        if (length == 1 && data[at] == '.') {
            fuzz_pass(&self.host, 700);
            fuzz_drop_outputs(&self.host);
            cJSON_Delete(self.other);
            self.other = of_other(&self);
        } else {
            send_line(&self, data + at, length);
        }
        at += length + 1;
    }
    end(&self);
    return 0;
}
