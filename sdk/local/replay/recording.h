/* SPDX-License-Identifier: Apache-2.0 */
/* A recording (--record), read for a replay: what one server process and the service said to each other.
 *
 * The file is text. Its first line says what it is, each of the others is an entry of the journal as
 * GET /_local/messages shows it. README.md describes the format. */
#ifndef LOCAL_RECORDING_H
#define LOCAL_RECORDING_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORDING_NAME     "gamelift-local"
#define RECORDING_VERSION  1
#define RECORDING_MOST     (256u * 1024 * 1024) /* bytes of a file that is replayed */
#define RECORDING_WHY_SIZE 512

typedef enum recording_kind {
    RECORDING_CONNECT, /* the server opened a connection */
    RECORDING_REQUEST, /* the server asked */
    RECORDING_ANSWER,
    RECORDING_PUSH,
    RECORDING_CLOSE /* the service closed a connection, or cut it */
} recording_kind;

typedef struct recording_step {
    recording_kind kind;
    unsigned line; /* of the file */
    double serial, unix_ms, mono_ms, connection;
    size_t answer;        /* of a request: the place of its answer; SIZE_MAX: it got none */
    int close_code;       /* of a CLOSE; 0: cut */
    bool cut;             /* the text was too long for the recording, and message is NULL */
    const char *action;   /* of CONNECT and CLOSE "" */
    const cJSON *message; /* an object; of CONNECT and CLOSE NULL */
    cJSON *entry, *owned; /* what action and message lie in */
} recording_step;

typedef struct local_recording {
    recording_step *steps; /* in their order; heartbeats and their answers are left out */
    size_t count, room;
    char process_id[1025];
    bool was_unhealthy; /* the process once said so in a heartbeat */
    bool ends;          /* it called ProcessEnding (TerminateServerProcess) at last */
} local_recording;

/* Whether it is a request that changes nothing, neither here nor there. */
bool recording_is_question(const recording_step *step);

/* From the bytes of a file. process_id NULL: the only one that is in it. False: *why is a sentence. */
bool recording_read(const char *bytes, size_t length, const char *process_id, local_recording *out,
        char why[RECORDING_WHY_SIZE]);
void recording_free(local_recording *recording); /* of a zeroed one, too */

#endif
