/* SPDX-License-Identifier: Apache-2.0 */
/* The sockets of a process: one, two for a moment during a refresh, none while it is away (S28, S29). */
#include "model/kinds.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

local_connection *local_find_connection(const local_service *service, uint64_t number)
{
    char key[24];
    snprintf(key, sizeof key, "%" PRIu64, number);
    return local_index_find(&service->connections_by_number, key);
}

void local_forget_connection(local_service *service, local_connection *connection)
{
    TAILQ_REMOVE(&connection->process->connections, connection, link);
    local_index_remove(&service->connections_by_number, connection);
    free(connection);
}

bool local_add_connection(local_service *service, local_process *process, uint64_t number)
{
    local_connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        return false;
    connection->number = number;
    snprintf(connection->key_text, sizeof connection->key_text, "%" PRIu64, number);
    connection->key = connection->key_text;
    connection->process = process;
    if (!local_index_add(&service->connections_by_number, connection)) {
        free(connection);
        return false;
    }
    TAILQ_INSERT_TAIL(&process->connections, connection, link);
    local_note(service, &process->history, "connection", "Connection %" PRIu64 " is open.", number);
    return true;
}

/* A closed socket is not yet a crash: the health clock decides (S28). */
void local_disconnect(local_service *service, local_connection *connection)
{
    local_process *process = connection->process;
    local_log(service, GLIFT_LOG_INFO, "a connection of process %s has closed", process->id);
    local_note(service, &process->history, "connection", "Connection %" PRIu64 " has closed.",
            connection->number);
    local_forget_connection(service, connection);
    if (process->state == LOCAL_PROCESS_GONE)
        local_forget_gone_processes(service);
}

void local_close_connection(
        local_service *service, local_connection *connection, int code, const char *reason)
{
    if (!local_queue_close(service, connection->number, code, reason))
        local_log(service, GLIFT_LOG_ERROR, "out of memory: a connection of process %s stays open",
                connection->process->id);
    local_disconnect(service, connection);
}

/* A client that piles up sockets loses the oldest; an honest one has two for a moment (P157). */
void local_bound_connections(local_service *service, local_process *process)
{
    size_t count = 0;
    local_connection *connection;
    TAILQ_FOREACH(connection, &process->connections, link)
    count++;
    if (count > LOCAL_SOCKETS_MAX)
        local_close_connection(service, TAILQ_FIRST(&process->connections), 1008,
                "this process has more connections than two for a refresh: the oldest is closed");
}
