/* SPDX-License-Identifier: Apache-2.0 */
/* The game's side of a server: what server.c (life), owner.c (who hears of what), deliver.c (tick), calls.c
 * (requests) and keep.c share. Except for the link, all of it belongs to the game's thread. */
#ifndef GLIFT_SERVER_STATE_H
#define GLIFT_SERVER_STATE_H

#include "base/aligned.h"
#include "base/format.h"
#include "io/io.h"
#include "core/items.h"
#include "game/registry.h"
#include "game/settings.h"
#include "platform/platform.h"

#include <stddef.h>

/* Log lines and connection events that a parked server keeps. */
#define GLIFT__KEPT_LINES 64

/* Where a call stands for the game's side. */
enum {
    GLIFT__CALL_PENDING,
    GLIFT__CALL_CANCELLED, /* `done` is to run in the next tick */
    GLIFT__CALL_SETTLED,   /* `done` has run: the item is freed when it comes back */
    GLIFT__CALL_INHERITED  /* a rebind came first: `done` never runs */
};

typedef struct glift__kept_value {
    char name[GLIFT_MAX_KEPT_NAME_LENGTH + 1];
    size_t size;
    uint64_t kept_ms; /* mono_ms */
    glift__aligned bytes[];
} glift__kept_value;

struct glift_server {
    glift__link link;
    glift__settings settings;
    glift__random random; /* the core's: drawn from on the I/O thread */
    atomic_int owners;    /* the game's handle, and the I/O thread until it has detached */
    glift_io *own_io;     /* NULL where the io is shared */
    glift__registered registered;
    glift__item *last_command; /* SHUTDOWN, made at the beginning so that destroy cannot fail */

    /* Between the threads: who waits for events, and whom to wake. */
    glift__monitor *monitor;
    bool detached;
    void (*on_wake)(void *user);
    void *wake_user;

    glift_server_desc callbacks; /* only callbacks, log_level and user are used */
    bool parked;
    bool inside;      /* a callback runs */
    bool closing;     /* is being destroyed: no new calls */
    bool woken;       /* the I/O thread was woken since the last tick */
    bool flush_due;   /* commands wait that it has not been woken for */
    bool has_stepped; /* threadless: in a wait since the last tick */
    bool tick_asked;  /* on_wake was called from this side since the last tick */

    glift__node pending, cancelled;         /* calls whose `done` has not run */
    uint64_t next_request_id, first_own_id; /* the calls from first_own_id on are of this owner */

    /* owner.c's own: calls whose owner is gone. Those in `inherited` have no answer yet, or one that is among
     * the kept events; those in `untaken` have one, and are freed from there. */
    glift__node inherited, untaken;
    unsigned answered_count; /* of all that have an answer */
    unsigned dropped_count;  /* since the last log line about it */
    unsigned owner_number;   /* counts the rebinds, from 1 */
    bool offers_due;         /* untaken answers have not been offered to this owner */
    glift__call *offered;    /* on_inherited_answer runs with this one */

    glift__items lines;  /* our own log lines, for the next tick */
    glift__items kept;   /* events that wait until the server is not parked any more */
    unsigned kept_lines; /* log lines and connection events among them */
    unsigned own_lines;
    bool end_untold; /* the process ended while the server was parked */
    glift_status end_status;
    char end_reason[256];
    glift__kept_value *kept_values[GLIFT_MAX_KEPT_NAMES]; /* keep.c's own; NULL where free */
    char last_refusal[GLIFT__MESSAGE_SIZE]; /* why the latest call was refused; "": it was not */

    /* The state that the game may ask for at once; it advances with the events as they are delivered. */
    bool ready, ended;
    glift__call *process_ready; /* under way */
    bool healthy;               /* the last answer */
    bool has_termination_time;
    int64_t termination_time_unix_ms;
    glift__event *session_event, *update_event; /* hold the texts of `session` */
    glift_game_session session;
    glift__item *retired; /* events whose texts the game may still hold until the next tick */

    /* metrics.c's own. The metrics belong to the core, from the command on that brings them there. */
    glift__node metrics;
    unsigned metric_count;
    char *tag_keys[GLIFT_MAX_METRIC_TAGS];
    bool metrics_run;
    glift_metric *tick_timers[3];
};

/* deliver.c */
bool glift__something_to_deliver(const glift_server *server);
void glift__deliver(glift_server *server);
void glift__settle_all(glift_server *server, glift_status status, const char *message);
/* Notes what the process is now for GameLift, and whether it has just ended. */
bool glift__advance_state(glift_server *server, const glift__call *call);
void glift__process_has_ended(glift_server *server, glift_status status, const char *reason);

/* owner.c */
void glift__deliver_inherited(glift_server *server, glift__call *call); /* owns the call from here on */
void glift__offer_untaken(glift_server *server);
bool glift__has_offers(const glift_server *server);
void glift__drop_untaken(glift_server *server); /* but for the newest */
void glift__free_untaken(glift_server *server);

/* keep.c */
void glift__forget_kept_values(glift_server *server);

/* calls.c */
void glift__note_refusal(glift_server *server, const char *message);

/* server.c */
glift_log_level glift__least_level(const glift_server_desc *callbacks);
void glift__set_callbacks(glift_server *server, const glift_server_desc *desc);
void glift__submit(glift_server *server, glift__item *command);
void glift__ask_for_tick(glift_server *server); /* where a game sleeps until on_wake */
GLIFT__FORMAT(3, 4) void glift__log(glift_server *server, glift_log_level level, const char *format, ...);

/* metrics.c */
void glift__metrics_init_game(glift_server *server);
void glift__metrics_fini_game(glift_server *server);

/* calls.c: the ProcessEnding of a program without on_process_terminate. */
glift_status glift__end_process(glift_server *server);

#endif
