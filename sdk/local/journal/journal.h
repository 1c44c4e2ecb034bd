/* SPDX-License-Identifier: Apache-2.0 */
/* What was said: every frame of the game servers' protocol, every call of the AWS API, every line of a
 * launched server's output, and what happened to connections, in one order.
 *
 * The latest entries are kept, so many and so many bytes of them. No entry that is read holds a secret
 * (mask.h): whoever shows entries (the page, a recording) has nothing to think of. What nobody reads costs
 * one allocation and a copy. */
#ifndef LOCAL_JOURNAL_H
#define LOCAL_JOURNAL_H

#include "base/format.h"
#include "model/model.h"

/* Bounds (S83): entries, the bytes of all of them, and of the text of one. */
#define LOCAL_ENTRIES_KEPT     10000
#define LOCAL_ENTRY_BYTES_KEPT (32u * 1024 * 1024)
#define LOCAL_ENTRY_TEXT_MAX   16384
#define LOCAL_ENTRY_NAME_MAX   256 /* of process_id, action and request_id */
/* Lines of output of one process in one second; those beyond are counted, and not kept. */
#define LOCAL_LINES_A_SECOND 200

typedef enum local_entry_kind {
    LOCAL_ENTRY_FRAME, /* of the game servers' protocol */
    LOCAL_ENTRY_CALL,  /* of the AWS API */
    LOCAL_ENTRY_LINE,  /* of a launched server's output */
    LOCAL_ENTRY_NOTE   /* a connection opened, refused or closed; a control, a fault */
} local_entry_kind;

typedef enum local_entry_direction { LOCAL_ENTRY_IN, LOCAL_ENTRY_OUT } local_entry_direction;

typedef struct local_entry {
    uint64_t serial; /* from 1, without gaps */
    int64_t unix_ms; /* of the service's time, as mono_ms is */
    uint64_t mono_ms;
    local_entry_kind kind;
    local_entry_direction direction;
    uint64_t connection;                          /* 0: none */
    const char *process_id, *action, *request_id; /* "" where there is none */
    int status;                                   /* of an answer; 0: it has none */
    uint64_t pair;                                /* the serial of the request that this answers; 0: none */
    uint64_t took_us;                             /* since that request, by the stopwatch of the desc */
    const char *text;
    size_t length;
    bool cut; /* the text was longer */
    /* The journal's own: whoever reads an entry finds it clean. */
    bool is_clean;
    size_t size; /* of all of it, in memory */
} local_entry;

/* What there is to say; what is absent may be NULL or 0. */
typedef struct local_said {
    local_entry_kind kind;
    local_entry_direction direction;
    uint64_t connection, pair;
    const char *process_id, *action, *request_id;
    int status;
    const char *text;
    size_t length;
} local_said;

glift_status local_journal_create(local_service *service);
void local_journal_destroy(local_service *service); /* also where there is none */

/* ---- writing; each returns the serial of the entry, 0 where there was no memory for it ---- */

uint64_t local_journal_say(local_service *service, glift__time now, const local_said *said);
/* A note, with its text put together. */
uint64_t local_journal_note(local_service *service, glift__time now, const local_said *said,
        const char *format, ...) GLIFT__FORMAT(4, 5);
/* A message of a game server, or to one: Action, RequestId and StatusCode are those of the text, and an
 * answer finds its request. */
uint64_t local_journal_frame(local_service *service, glift__time now, uint64_t connection,
        local_entry_direction direction, const char *text, size_t length);
uint64_t local_journal_line(
        local_service *service, glift__time now, const char *process_id, const char *line, size_t length);
/* Whose connection it is, for what is said on it later; "" where that is not known (any more). */
void local_journal_introduce(local_service *service, uint64_t connection, const char *process_id);
const char *local_journal_process_on(const local_service *service, uint64_t connection);

/* ---- reading ---- */

/* The oldest entry that is kept and came after this one; NULL: there is none. */
const local_entry *local_journal_after(const local_service *service, uint64_t serial);
uint64_t local_journal_last(const local_service *service); /* the serial of the newest; 0: none yet */

const char *local_entry_kind_name(local_entry_kind kind);                /* "frame" */
const char *local_entry_direction_name(local_entry_direction direction); /* "in" */

/* heard(user) is handed every entry from now on, as it comes; NULL: nobody listens. */
void local_journal_listen(
        local_service *service, void (*heard)(void *user, const local_entry *entry), void *user);

#endif
