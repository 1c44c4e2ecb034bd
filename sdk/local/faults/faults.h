/* SPDX-License-Identifier: Apache-2.0 */
/* What can go wrong on purpose (service model 6): a table of faults, and those that are on at the moment.
 *
 * Each kind of fault has a name, parameters and a scope; each one that is switched on has an id, counts how
 * often it acted, and ends by itself or on demand. Nothing is on at the start. Whoever can misbehave (a
 * handshake, an answer, a timer) asks here whether it shall, by local_fault_hit(); nothing in here acts by
 * itself. Time and chance are the caller's: the same seed and the same calls give the same course (S70). */
#ifndef LOCAL_FAULTS_H
#define LOCAL_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "base/time.h"

/* ---- the table (fault_table.c) ---- */

typedef enum local_fault_kind {
    FAULT_ACTIVATION_TIMEOUT,
    FAULT_API_ERRORS,
    FAULT_API_THROTTLING,
    FAULT_DROP_CONNECTION,
    FAULT_DUPLICATED_PUSHES,
    FAULT_EXIT_TIMEOUT,
    FAULT_FRAGMENTED_FRAMES,
    FAULT_HEARTBEAT_LOSS,
    FAULT_JOINED_FRAMES,
    FAULT_LOST_ANSWERS,
    FAULT_MALFORMED_ANSWERS,
    FAULT_MATCHMAKING_OUTCOME,
    FAULT_NO_CAPACITY,
    FAULT_OVERSIZED_MATCHMAKER_DATA,
    FAULT_REFRESH_CONNECTION,
    FAULT_REFUSED_CONNECTIONS,
    FAULT_REFUSED_REQUESTS,
    FAULT_RESET_API,
    FAULT_SDK_THROTTLING,
    FAULT_SHORT_TOKENS,
    FAULT_SLOW_ANSWERS,
    FAULT_SLOW_API,
    FAULT_SPOT_INTERRUPTION,
    FAULT_TOKEN_EXPIRY,
    FAULT_UNHEALTHY_REPORTS,
    FAULT_KINDS
} local_fault_kind;

#define FAULT_PARAMETERS_MAX 3
#define FAULT_TEXT_MAX       256 /* bytes of a text that is a parameter or a scope */
#define FAULT_SECONDS_MAX    2592000
#define FAULT_ID_SIZE        32
#define FAULTS_MAX           64 /* on at a time */
#define FAULTS_ENDED_KEPT    50

typedef enum local_parameter_type {
    PARAMETER_INTEGER,
    PARAMETER_FLAG,
    PARAMETER_TEXT,
    PARAMETER_CHOICE
} local_parameter_type;

typedef struct local_fault_parameter { /* lists of these end with a NULL name */
    const char *name, *text;
    local_parameter_type type;
    double least, most, number; /* the last is the default of an integer or a flag */
    const char *const *choices; /* NULL-terminated; the first is the default */
} local_fault_parameter;

/* What a scope may name beside "next" and "share", which any fault takes that does not act at once. */
#define SCOPE_PROCESS 1u
#define SCOPE_ACTION  2u
#define SCOPE_TICKET  4u

typedef struct local_fault_row {
    const char *name, *text;
    unsigned scope;
    bool acts_at_once; /* when it is switched on, and then every so often, if it has "every_seconds" */
    local_fault_parameter parameters[FAULT_PARAMETERS_MAX + 1];
} local_fault_row;

extern const local_fault_row local_fault_rows[FAULT_KINDS];

/* ---- one that is on ---- */

typedef struct local_fault_value {
    double number;
    const char *text; /* "" where the parameter is no text */
} local_fault_value;

/* NULL: any. */
typedef struct local_fault_scope {
    const char *process_id, *action, *ticket_id;
} local_fault_scope;

typedef struct local_fault {
    char id[FAULT_ID_SIZE];
    local_fault_kind kind;
    local_fault_value values[FAULT_PARAMETERS_MAX];
    local_fault_scope scope;
    uint64_t next; /* how many times it still acts; 0: there is no such limit */
    double share;  /* of the times when it could act; 1: all */
    uint64_t hits;
    uint64_t until_ms;     /* mono_ms; UINT64_MAX: until somebody ends it */
    int64_t until_unix_ms; /* 0 then */
    uint64_t acts_ms;      /* when one that repeats acts again; UINT64_MAX: never by itself */
    const char *ended;     /* why; static text. NULL: it is on */
    TAILQ_ENTRY(local_fault) link;
} local_fault;

const local_fault_row *local_fault_row_of(const local_fault *fault);
/* By the name in its row. */
double local_fault_number(const local_fault *fault, const char *name);
const char *local_fault_text(const local_fault *fault, const char *name);

/* ---- all of them ---- */

typedef enum local_fault_news { FAULT_BEGAN, FAULT_HIT, FAULT_ENDED } local_fault_news;

typedef TAILQ_HEAD(local_fault_list, local_fault) local_fault_list;

typedef struct local_buckets local_buckets;

typedef struct local_faults {
    local_fault_list on, ended; /* oldest first */
    size_t on_count, ended_count, on_of[FAULT_KINDS];
    uint64_t last_number, random_state;
    local_buckets *buckets; /* of throttling; NULL before the first one is needed */
    /* Who is told; where is whom it hit, and NULL unless news is FAULT_HIT. */
    void (*tell)(void *user, const local_fault *fault, local_fault_news news, const local_fault_scope *where);
    void *user;
} local_faults;

local_faults *local_faults_create(uint64_t seed); /* NULL: out of memory */
void local_faults_destroy(local_faults *faults);

struct cJSON;
/* Switches one on, as JSON asks for it: {"name", "parameters"?, "scope"?, "seconds"?}. NULL: *why is a
 * sentence that names the member and its limit. (fault_read.c) */
#define FAULT_WHY_SIZE 400
local_fault *local_fault_begin(
        local_faults *faults, glift__time now, const struct cJSON *input, char why[FAULT_WHY_SIZE]);
/* why: static text. The fault stays readable until FAULTS_ENDED_KEPT others have ended. */
void local_fault_end(local_faults *faults, local_fault *fault, const char *why);
void local_faults_end_all(local_faults *faults, const char *why);
local_fault *local_fault_find(const local_faults *faults, const char *id); /* NULL: none of that id is on */

/* The fault of this kind that shall act here and now, counted; NULL: none. where: what it would happen to. */
const local_fault *local_fault_hit(
        local_faults *faults, local_fault_kind kind, const local_fault_scope *where);
/* The same, not counted: for a fault that looks further before it acts, and is then counted by the second. */
local_fault *local_fault_due(local_faults *faults, local_fault_kind kind, const local_fault_scope *where);
void local_fault_count(local_faults *faults, local_fault *fault, const local_fault_scope *where);

/* ---- time ---- */

uint64_t local_faults_next_ms(const local_faults *faults); /* UINT64_MAX: never */
/* One that acts again now, set to its next time; NULL once there is none. Those whose time is over have
 * ended. */
local_fault *local_faults_advance(local_faults *faults, uint64_t now_ms);

/* ---- throttling (throttling.c): the token buckets that AWS publishes ---- */

/* False: this call, or this request, is one too many. A bucket of requests is a process's own, or a player's
 * where `player` is given. */
bool local_throttle_call(local_faults *faults, uint64_t now_ms, const char *operation);
bool local_throttle_request(local_faults *faults, uint64_t now_ms, const char *process_id, const char *action,
        const char *player);

#endif
