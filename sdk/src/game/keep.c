/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that one owner of a server leaves to the next, by name. */

#include "game/server_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t length = strspn(name, allowed);
    return length > 0 && length <= GLIFT_MAX_KEPT_NAME_LENGTH && name[length] == '\0';
}

/* The place of this name, or -1. */
static int find(const glift_server *server, const char *name)
{
    for (int i = 0; i < GLIFT_MAX_KEPT_NAMES; i++) {
        const glift__kept_value *value = server->kept_values[i];
        if (value != NULL && strcmp(value->name, name) == 0)
            return i;
    }
    return -1;
}

/* The place of this name, or a free one, or -1. */
static int place_for(const glift_server *server, const char *name)
{
    int place = find(server, name);
    for (int i = 0; place < 0 && i < GLIFT_MAX_KEPT_NAMES; i++) {
        if (server->kept_values[i] == NULL)
            place = i;
    }
    return place;
}

static size_t size_of_others(const glift_server *server, const char *name)
{
    size_t size = 0;
    for (size_t i = 0; i < GLIFT_MAX_KEPT_NAMES; i++) {
        const glift__kept_value *value = server->kept_values[i];
        if (value != NULL && strcmp(value->name, name) != 0)
            size += value->size;
    }
    return size;
}

static glift_status refuse(glift_server *server, const char *message)
{
    glift__log(server, GLIFT_LOG_WARNING, "glift_server_keep: %s", message);
    return GLIFT_ERR_ARGUMENT;
}

static glift_status judge(glift_server *server, const char *name, const void *bytes, size_t size)
{
    char message[160];
    if (name == NULL || !is_name(name))
        return refuse(server, "name must be 1 to 64 bytes of a-z, A-Z, 0-9, '.', '_' and '-'");
    if (size == 0)
        return GLIFT_OK;
    if (bytes == NULL)
        return refuse(server, "bytes is NULL, and size is not 0");
    if (size > GLIFT_MAX_KEPT_BYTES - size_of_others(server, name)) {
        snprintf(message, sizeof message, "%s: %zu bytes are too many: all names together have %d", name,
                size, GLIFT_MAX_KEPT_BYTES);
        return refuse(server, message);
    }
    if (place_for(server, name) < 0) {
        snprintf(message, sizeof message, "%s: there are %d other names already, as many as can be", name,
                GLIFT_MAX_KEPT_NAMES);
        return refuse(server, message);
    }
    return GLIFT_OK;
}

static glift__kept_value *new_value(const char *name, const void *bytes, size_t size)
{
    glift__kept_value *value = malloc(sizeof *value + size);
    if (value == NULL)
        return NULL;
    memcpy(value->name, name, strlen(name) + 1);
    memcpy(value->bytes, bytes, size);
    value->size = size;
    value->kept_ms = glift__io_now().mono_ms;
    return value;
}

glift_status glift_server_keep(glift_server *server, const char *name, const void *bytes, size_t size)
{
    if (server == NULL)
        return GLIFT_ERR_ARGUMENT;
    if (server->closing)
        return GLIFT_ERR_STATE;
    glift_status status = judge(server, name, bytes, size);
    if (status != GLIFT_OK)
        return status;
    glift__kept_value *value = size > 0 ? new_value(name, bytes, size) : NULL;
    if (size > 0 && value == NULL)
        return GLIFT_ERR_MEMORY;
    int place = place_for(server, name);
    if (place >= 0) { /* else there is nothing to be forgotten */
        free(server->kept_values[place]);
        server->kept_values[place] = value;
    }
    return GLIFT_OK;
}

const void *glift_server_kept(
        const glift_server *server, const char *name, size_t *out_size, uint64_t *out_age_ms)
{
    int place = server != NULL && name != NULL ? find(server, name) : -1;
    const glift__kept_value *value = place >= 0 ? server->kept_values[place] : NULL;
    if (out_size != NULL)
        *out_size = value != NULL ? value->size : 0;
    if (out_age_ms != NULL)
        *out_age_ms = value != NULL ? glift__io_now().mono_ms - value->kept_ms : 0;
    return value != NULL ? value->bytes : NULL;
}

void glift__forget_kept_values(glift_server *server)
{
    for (size_t i = 0; i < GLIFT_MAX_KEPT_NAMES; i++) {
        free(server->kept_values[i]);
        server->kept_values[i] = NULL;
    }
}
