/* SPDX-License-Identifier: Apache-2.0 */
/* The course of a replay: the service's side of a recording, played to a server under test. Pure: messages go
 * in, messages come out, time is an argument.
 *
 * It goes by conditions, not by the clock. The server's messages have to be those of the recording, in their
 * order (course_find.c); an answer goes as soon as its request has come, everything else that the service
 * sent as soon as all that it had received by then has come. Heartbeats and questions have no place in the
 * order. */
#ifndef LOCAL_COURSE_H
#define LOCAL_COURSE_H

#include "model/desc.h"
#include "replay/recording.h"
#include "replay/roles.h"

#define COURSE_HEARTBEAT_PATIENCE_MS 180000 /* as the service has (S25) */

typedef struct course_socket {
    uint64_t number; /* of the replay; 0: it has ended */
    double recorded; /* the connection that it stands for */
} course_socket;

#define COURSE_SOCKETS_MAX 256

typedef struct local_course {
    const local_recording *recording;
    local_roles roles;
    bool *taken;       /* by step: the message has come */
    size_t next;       /* the step that is waited for, or is to be done */
    unsigned requests; /* that have come, heartbeats not counted */
    uint64_t waits_since_ms, wait_ms;
    uint64_t last_beat_ms; /* 0: none is expected */
    uint64_t last_connection;
    course_socket sockets[COURSE_SOCKETS_MAX];
    size_t socket_count;
    struct local_output *outputs; /* in their order */
    size_t output_count, output_room, output_taken;
    double now_unix_ms;
    char difference[1024]; /* "" as long as there is none */
    bool out_of_memory;
} local_course;

/* endpoint: of the replay's own door. wait_ms: how long a message may take beyond the time that it took in
 * the recording. Both the recording and the endpoint must outlive it. False: out of memory. */
bool course_begin(local_course *course, const local_recording *recording, const char *endpoint,
        uint64_t wait_ms, glift__time now);
void course_free(local_course *course);

/* ---- what the listener hands in, and takes out: see servers.h ---- */

int course_handshake(
        local_course *course, glift__time now, const char *query, uint64_t *connection, glift__text *body);
void course_received(
        local_course *course, glift__time now, uint64_t connection, const char *bytes, size_t length);
void course_closed(local_course *course, uint64_t connection);
bool course_next_output(local_course *course, local_output *out);

/* course_find.c: the place of the recorded message that this one is. SIZE_MAX: it is none; *difference is how
 * the first differs that it may be, or "" where none has its action. */
size_t course_find(local_course *course, const cJSON *message, char difference[ROLES_DIFFERENCE_SIZE]);

/* ---- its end ---- */

void course_advance(
        local_course *course, glift__time now); /* a message that does not come is a difference, too */
uint64_t course_deadline_ms(const local_course *course);
bool course_is_done(const local_course *course); /* everything of the recording has come, and was sent */
/* The program has ended: with this exit code, or -1 with a signal. */
void course_program_ended(local_course *course, int exit_code);

#endif
