/* SPDX-License-Identifier: Apache-2.0 */
/* The query string of a game server's upgrade: admitted where it shows a token that was handed out, else
 * refused with a status and a sentence, and then nothing has changed.
 *
 * The input: the query. The bytes 1, 2 and 3 stand for the fleet, the compute and its token. */
#include "fuzz_service.h"

static char *fill_in(const fuzz_service *self, const uint8_t *data, size_t size)
{
    const char *const known[] = {self->demo.fleet_id, self->demo.compute_name, self->demo.auth_token};
    size_t length = 0;
    char *query = malloc(size * sizeof self->demo.auth_token + 1);
    HOLDS(query != NULL);
    for (size_t i = 0; i < size; i++) {
        if (data[i] >= 1 && data[i] <= 3)
            length += (size_t)sprintf(query + length, "%s", known[data[i] - 1]);
        else
            query[length++] = (char)data[i];
    }
    query[length] = '\0';
    return query;
}

/* The names of an answer to an upgrade, and a sentence. */
static void check_refusal(int status, const char *body)
{
    HOLDS(status == 400 || status == 403);
    cJSON *answer = cJSON_Parse(body);
    const cJSON *code = cJSON_GetObjectItem(answer, "StatusCode"),
                *message = cJSON_GetObjectItem(answer, "ErrorMessage");
    HOLDS(cJSON_IsNumber(code) && code->valueint == status);
    HOLDS(cJSON_IsString(message) && message->valuestring[0] != '\0');
    cJSON_Delete(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (memchr(data, 0, size) != NULL)
        return 0;
    fuzz_service self;
    fuzz_begin(&self);
    char *query = fill_in(&self, data, size), *before = fuzz_state(&self);
    glift__text body = {0};
    uint64_t connection = 0;
    int status = local_service_handshake(self.service, self.now, query, &connection, &body);
    if (status == 101) {
        bool shown = strstr(query, "=SigV4") != NULL || strstr(query, "=%") != NULL ||
                     strstr(query, self.demo.auth_token) != NULL || strchr(query, '%') != NULL;
        HOLDS(shown && connection != 0 && connection != self.connections[0] &&
                connection != self.connections[1]);
        HOLDS(strstr(query, "pID=") != NULL && body.bytes == NULL);
    } else {
        char *after = fuzz_state(&self);
        size_t changes = self.changes;
        fuzz_commit(&self);
        HOLDS(connection == 0 && strcmp(before, after) == 0 && self.changes == changes);
        check_refusal(status, body.bytes);
        free(after);
    }
    glift__text_free(&body);
    free(query);
    free(before);
    fuzz_end(&self);
    return 0;
}
