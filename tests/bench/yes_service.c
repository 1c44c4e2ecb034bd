/* SPDX-License-Identifier: Apache-2.0 */
#include "yes_service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void yes_fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static void answer(fake_socket *socket, const char *text)
{
    char reply[512];
    glift__parsed *parsed;
    if (glift__parsed_open(text, strlen(text), &parsed) != GLIFT_OK)
        yes_fail("a message that is no JSON");
    glift__envelope envelope = glift__parsed_envelope(parsed);
    snprintf(reply, sizeof reply, "{\"Action\":\"%s\",\"RequestId\":\"%s\",\"StatusCode\":200}",
            envelope.action_name, envelope.request_id);
    glift__parsed_close(parsed);
    fake_say(socket, reply);
}

void yes_answer_all(fake_socket *socket)
{
    for (const char *text; (text = fake_hear(socket)) != NULL;)
        answer(socket, text);
}

static void on_log(glift_server *server, glift_log_level level, const char *message, void *user)
{
    (void)server, (void)level, (void)message, (void)user;
}

glift_server *yes_ready_server(unsigned run, glift_done_fn done)
{
    char process_id[32];
    glift_server *server;
    snprintf(process_id, sizeof process_id, "outage-%u", run);
    fake_begin();
    glift_server_desc desc = {.size_bytes = sizeof desc,
            .websocket_url = "wss://gamelift.test",
            .auth_token = "token",
            .process_id = process_id,
            .host_id = "host",
            .fleet_id = "fleet-1",
            .ignore_environment = true,
            .on_log = on_log};
    if (glift_server_create(&desc, &server) != GLIFT_OK)
        yes_fail("no server");
    server->random = (glift__random){{run + 1, ~run, 5, 7}};
    fake_open(fake_dial(0));
    glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    if (glift_process_ready(server, &parameters, done, NULL) != GLIFT_OK)
        yes_fail("process_ready");
    yes_answer_all(fake_dial(0));
    glift_server_tick(server);
    yes_answer_all(fake_dial(0));
    return server;
}
