/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of records of the model (keep.h), each beside the code of its entities. */
#ifndef LOCAL_KINDS_H
#define LOCAL_KINDS_H

#include "model/model.h"

/* A push that waits for a connection (pushes.c). */
typedef struct local_pending {
    local_process *process;
    glift__text text;
    local_record record;
    TAILQ_ENTRY(local_pending) link;
} local_pending;

void local_deliver_pushes(local_service *service, local_process *process, uint64_t connection);
void local_forget_pushes(local_process *process);

/* connections.c */
bool local_add_connection(local_service *service, local_process *process, uint64_t number);
void local_forget_connection(local_service *service, local_connection *connection);
/* The oldest goes where there are more than an honest process has. */
void local_bound_connections(local_service *service, local_process *process);

/* processes.c: the oldest that are GONE, and have no connection any more. */
void local_forget_gone_processes(local_service *service);

/* What a request was answered with (answers.c). */
typedef struct local_answered {
    local_process *process;
    char *request_id;
    glift__text text;
    local_record record;
    TAILQ_ENTRY(local_answered) link;
} local_answered;

extern const local_kind local_location_kind, local_fleet_kind, local_compute_kind, local_process_kind,
        local_pending_kind, local_answered_kind, local_game_session_kind, local_player_session_kind,
        local_event_kind, local_alias_kind, local_tagged_kind;

/* Sorts a list; without memory for that it stays as it is. compare() is one of qsort(). */
#define LOCAL_SORT_LIST(list_, type_, link_, compare_)                                                       \
    do {                                                                                                     \
        size_t count_ = 0;                                                                                   \
        type_ *one_, **all_; /* NOLINT(bugprone-macro-parentheses): a type */                                \
        TAILQ_FOREACH(one_, list_, link_)                                                                    \
        count_++;                                                                                            \
        all_ = calloc(count_ + 1, sizeof(type_ *));                                                          \
        for (size_t i_ = 0; all_ != NULL && i_ < count_; i_++) {                                             \
            all_[i_] = TAILQ_FIRST(list_);                                                                   \
            TAILQ_REMOVE(list_, all_[i_], link_);                                                            \
        }                                                                                                    \
        if (all_ != NULL)                                                                                    \
            qsort(all_, count_, sizeof(type_ *), compare_);                                                  \
        for (size_t i_ = 0; all_ != NULL && i_ < count_; i_++)                                               \
            TAILQ_INSERT_TAIL(list_, all_[i_], link_);                                                       \
        free(all_);                                                                                          \
    } while (0)

/* For the compare() of LOCAL_SORT_LIST: by the moment of the end, and those of one moment by serial. */
static inline int local_compare_ends(int64_t a_ms, uint64_t a_serial, int64_t b_ms, uint64_t b_serial)
{
    if (a_ms != b_ms)
        return a_ms < b_ms ? -1 : 1;
    return a_serial < b_serial ? -1 : a_serial > b_serial;
}

#endif
