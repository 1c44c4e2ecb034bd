/* SPDX-License-Identifier: Apache-2.0 */
#include "server_identity.h"
#include "engine.h"
#include "place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { MAX_TOKEN_BYTES = 4096 };

static uint64_t random_bits(void)
{
    uint64_t bits = 0;
    if (getrandom(&bits, sizeof bits, 0) != (ssize_t)sizeof bits)
        bits = net_now_ns() ^ (uint64_t)time(NULL) << 32; /* where a system has none */
    return bits;
}

double random_part(void)
{
    return (double)(random_bits() >> 11) * 0x1p-53;
}

/* GameLift and gamelift-local give one to each process that they start, and wait for a server with it. */
static const char *given_process_id(void)
{
    const char *id = getenv("GAMELIFT_SDK_PROCESS_ID");
    return id != NULL && id[0] != '\0' ? id : NULL;
}

bool server_identity_prepare(engine *e, char *reason, size_t reason_size)
{
    if (e->options.servers > 0 && given_process_id() != NULL) {
        snprintf(reason, reason_size,
                "--servers is for Anywhere fleets, where a program names its servers itself: here "
                "GAMELIFT_SDK_PROCESS_ID gives it the id of one server (%.100s); start a process for each "
                "server, or "
                "unset the variable",
                given_process_id());
        return false;
    }
    if (settings_get(&e->settings, "auth_token_file") != NULL)
        unsetenv("GAMELIFT_SDK_AUTH_TOKEN"); /* it would beat the one from the file */
    return true;
}

static bool set_process_id(struct glift_host *place, char *reason, size_t reason_size)
{
    char id[256];
    const char *base = settings_get(&place->settings, "gamelift.process_id");
    snprintf(id, sizeof id, "%.200s-%u-%016llx", base != NULL ? base : "arena", place->number,
            (unsigned long long)random_bits());
    if (settings_set(&place->settings, "gamelift.process_id", id))
        return true;
    snprintf(reason, reason_size, "out of memory for the process id");
    return false;
}

/* The file is replaced, and never written in place, by whoever renews the token. */
static bool read_token(char token[MAX_TOKEN_BYTES + 1], const char *path, char *reason, size_t reason_size)
{
    FILE *file = fopen(path, "re");
    size_t length = file != NULL ? fread(token, 1, MAX_TOKEN_BYTES, file) : 0;
    int error = errno;
    bool is_whole = file != NULL && fgetc(file) == EOF;
    token[length] = '\0';
    token[strcspn(token, "\r\n")] = '\0';
    if (file == NULL)
        snprintf(reason, reason_size, "the auth token cannot be read: %.500s: %s", path, strerror(error));
    else if (token[0] == '\0' || !is_whole)
        snprintf(reason, reason_size, "%.500s holds no auth token: one line of at most %d bytes is expected",
                path, MAX_TOKEN_BYTES - 1);
    if (file != NULL)
        fclose(file);
    return reason[0] == '\0';
}

static bool set_token(struct glift_host *place, char *reason, size_t reason_size)
{
    char token[MAX_TOKEN_BYTES + 1];
    const char *path = settings_get(&place->settings, "auth_token_file");
    if (path == NULL)
        return true;
    if (!read_token(token, path, reason, reason_size))
        return false;
    if (settings_set(&place->settings, "gamelift.auth_token", token))
        return true;
    snprintf(reason, reason_size, "out of memory for the auth token");
    return false;
}

bool server_identity_set(struct glift_host *place, char *reason, size_t reason_size)
{
    return (place->engine->options.servers == 0 || set_process_id(place, reason, reason_size)) &&
           set_token(place, reason, reason_size);
}
