/* SPDX-License-Identifier: Apache-2.0 */
/* The service, which holds all entities (entities.h), and the functions that change them. Both doors, the AWS
 * API and the game server's WebSocket, and matchmaking work through these; whatever a caller does, the rules
 * of the states hold.
 *
 * Functions that can refuse fill in a local_refusal, which either door turns into its own kind of answer. */
#ifndef LOCAL_MODEL_H
#define LOCAL_MODEL_H

#include <sys/queue.h>

#include "base/format.h"
#include "faults/faults.h"
#include "model/desc.h"
#include "model/entities.h"
#include "model/index.h"
#include "model/texts.h"
#include "model/timers.h"

/* ---- refusals ---- */

typedef enum local_error {
    LOCAL_INTERNAL = 0, /* also: out of memory */
    LOCAL_INVALID_REQUEST,
    LOCAL_NOT_FOUND,
    LOCAL_CONFLICT,
    LOCAL_LIMIT_EXCEEDED,
    LOCAL_INVALID_FLEET_STATUS,
    LOCAL_INVALID_GAME_SESSION_STATUS,
    LOCAL_GAME_SESSION_FULL,
    LOCAL_FLEET_CAPACITY_EXCEEDED,
    LOCAL_IDEMPOTENT_PARAMETER_MISMATCH,
    LOCAL_TERMINAL_ROUTING_STRATEGY, /* an alias that leads nowhere on purpose */
    LOCAL_TAGGING_FAILED,
    LOCAL_UNKNOWN_OPERATION,
    LOCAL_SERIALIZATION,
    LOCAL_UNKNOWN_CLIENT
} local_error;

typedef struct local_refusal {
    local_error error;
    char message[1024];
} local_refusal;

const char *local_error_type(local_error error); /* "NotFoundException" */
int local_error_http_status(local_error error);  /* 400 or 500 (S4) */
int local_error_status_code(local_error error);  /* the server protocol's StatusCode: 404, 409, 400, 500 */

/* Fills in *why, and returns false so that a refusal is one statement. */
bool local_refuse(local_refusal *why, local_error error, const char *format, ...) GLIFT__FORMAT(3, 4);
bool local_refuse_memory(local_refusal *why);

/* ---- the service ---- */

/* Who is told what happens here, from within the function that makes it happen. Whoever listens sends
 * nothing to the game server then: its answer is not on its way yet. */
typedef struct local_model_listener {
    void (*process_ready)(local_service *service, glift__time now, local_process *process);
    void (*game_session_active)(local_service *service, glift__time now, local_game_session *session);
    /* COMPLETED or TIMEDOUT, while the session goes on. */
    void (*seat_freed)(local_service *service, glift__time now, local_player_session *seat);
    /* TERMINATED or ERROR; its process may be gone. Its player sessions have ended. */
    void (*game_session_ended)(local_service *service, glift__time now, local_game_session *session);
} local_model_listener;

typedef struct local_waiting_output {
    local_output output;
    TAILQ_ENTRY(local_waiting_output) link;
} local_waiting_output;

/* An output that a fault holds up. */
typedef struct local_late_output {
    local_output output;
    local_timer timer;
    TAILQ_ENTRY(local_late_output) link;
} local_late_output;
#define LOCAL_LATE_OUTPUTS_MAX 1024

/* What a fault does to the answer of a call of the AWS API on its way. */
typedef struct local_reply_fate {
    uint64_t delay_ms; /* of the machine's clock: it is the patience of a client that is put to the test */
    bool is_reset;     /* there is no answer: the connection ends by RST */
} local_reply_fate;

struct local_service {
    char *region, *account, *endpoint;
    char *access_token;    /* NULL: clients need none */
    const char *partition; /* of its ARNs: static text */
    bool remember_request_ids;
    local_patience patience;
    void (*log)(void *user, glift_log_level level, const char *text);
    void *log_user;
    glift_log_level log_level;
    uint64_t random_state;
    uint64_t last_serial; /* of everything, in the order in which it came to be: what paging counts in */
    local_timers timers;
    local_timer match_tick; /* matchmaking's, which goes on with the service */
    uint64_t ready_count;   /* processes that became READY */
    local_keeper keeper;
    local_record record; /* its own: the numbers that go on */
    local_faults *faults;
    local_timer faults_timer;             /* of the faults that end or act again: made by api/ */
    const local_model_listener *listener; /* NULL: nobody listens */

    /* What rooms above this one keep here, and free themselves. */
    struct local_patterns *patterns;       /* api/ */
    struct local_benches *benches;         /* api/ */
    struct local_matchmaking *matchmaking; /* flexmatch/ */
    struct local_journal *journal;         /* journal/ */

    TAILQ_HEAD(, local_location) locations;
    TAILQ_HEAD(local_fleet_list, local_fleet) fleets;                      /* deleted ones included */
    TAILQ_HEAD(, local_alias) aliases;                                     /* aliases.h */
    TAILQ_HEAD(, local_tagged) tagged;                                     /* tags.h */
    TAILQ_HEAD(, local_process) gone_processes;                            /* oldest first */
    TAILQ_HEAD(local_game_session_list, local_game_session) game_sessions; /* all, oldest first */
    TAILQ_HEAD(, local_game_session) ended_game_sessions;
    TAILQ_HEAD(local_player_session_list, local_player_session) player_sessions; /* all, oldest first */
    TAILQ_HEAD(, local_player_session) ended_player_sessions;
    TAILQ_HEAD(local_event_list, local_event) events;
    TAILQ_HEAD(local_output_queue, local_waiting_output) outputs;
    TAILQ_HEAD(, local_late_output) late_outputs; /* in the order in which they were made */
    size_t location_count, fleet_count, alias_count, tag_count, compute_count, gone_count, ended_count,
            ended_seat_count, event_count, game_session_count, player_session_count, late_output_count;
    local_index locations_by_name, fleets_by_id, aliases_by_id, tags_by_arn, computes_by_key,
            processes_by_key, game_sessions_by_arn, player_sessions_by_id, players_by_id,
            connections_by_number;
    struct local_past past; /* the histories of all */
    uint64_t last_connection;
    uint64_t jump_ms; /* asked for and not yet taken */
    bool reset_is_wanted;
    glift__time now; /* of the input at hand */
    uint64_t inputs;
    uint64_t said; /* the journal's serial of the input at hand, or of the one before */
    uint64_t (*stopwatch_us)(void);
    local_reply_fate reply_fate; /* of the last call, and not yet taken */
};

/* Everything but what rooms above keep here. */
glift_status local_model_create(const local_service_desc *desc, glift__time now, local_service **out);
void local_model_destroy(local_service *service);

void local_log(const local_service *service, glift_log_level level, const char *format, ...)
        GLIFT__FORMAT(3, 4);
uint64_t local_next_serial(local_service *service);
/* At each of the service's doors, and before each timer: what follows happens at this time. */
void local_begin_input(local_service *service, glift__time now);
/* "<prefix><uuid>", reproducible with a seed (S88). */
void local_make_id(local_service *service, const char *prefix, char out[LOCAL_ID_SIZE]);
/* A message to send, whose text it takes over; the order to close the connection, with a static text. False:
 * out of memory. */
bool local_queue_output(local_service *service, uint64_t connection, glift__text *text);
/* The same for a message that is formed by hand. */
bool local_queue_frame(local_service *service, const local_output *output);
bool local_queue_close(local_service *service, uint64_t connection, int code, const char *reason);

/* ---- messages to game servers (frames.c) ---- */

typedef struct local_frame {
    const char *process_id, *action; /* whom it is for, and what it is */
    uint64_t connection;
    bool is_push; /* nobody asked for it */
} local_frame;
/* As local_queue_output(), where no fault has anything against it. */
bool local_send_frame(local_service *service, const local_frame *frame, glift__text *text);
void local_release_late_outputs(local_service *service, glift__time now); /* what is held up comes now */
void local_forget_late_outputs(local_service *service);

/* ---- events (events.c) ---- */

void local_record_event(local_service *service, glift__time now, const char *code, const char *fleet_id,
        const char *resource_id, const char *format, ...) GLIFT__FORMAT(6, 7);

/* ---- locations, fleets, computes (fleets.c); ids or ARNs everywhere (S16) ---- */

/* Any fleet of that id, deleted ones included; NULL if none. */
local_fleet *local_find_fleet(const local_service *service, const char *id_or_arn);
/* NULL and a NotFound refusal where it is unknown or TERMINATED. */
local_fleet *local_need_fleet(const local_service *service, const char *id_or_arn, local_refusal *why);
local_compute *local_need_compute(
        const local_service *service, const local_fleet *fleet, const char *name_or_arn, local_refusal *why);
local_location *local_fleet_location(
        const local_fleet *fleet, const char *name); /* NULL: not one of the fleet's */
const char *local_fleet_status_name(local_fleet_status status);

/* NULL: none */
local_location *local_find_location(const local_service *service, const char *name_or_arn);
local_location *local_create_location(local_service *service, const char *name, local_refusal *why);
bool local_delete_location(local_service *service, const char *name, local_refusal *why);

typedef struct local_fleet_wish {
    const char *name, *description, *cost, *metric_group, *protection_policy;
    int creator_limit, creator_period_minutes;
    int activation_s; /* 0: what all fleets have */
    const char *const *locations;
    size_t location_count;
} local_fleet_wish;
local_fleet *local_create_fleet(
        local_service *service, glift__time now, const local_fleet_wish *wish, local_refusal *why);
/* Its processes are sent TerminateProcess; it is TERMINATED when the last has ended (S23). */
void local_delete_fleet(local_service *service, glift__time now, local_fleet *fleet);
void local_fleet_may_be_gone(
        local_service *service, glift__time now, local_fleet *fleet); /* after a process ended */

typedef struct local_compute_wish {
    const char *name, *ip_address, *dns_name, *certificate_path, *location;
} local_compute_wish;
local_compute *local_register_compute(local_service *service, glift__time now, local_fleet *fleet,
        const local_compute_wish *wish, local_refusal *why);
void local_deregister_compute(local_service *service, glift__time now, local_compute *compute);
/* The same token until less than 15 minutes of it are left (S21). */
const local_token *local_compute_token(local_service *service, glift__time now, local_compute *compute);

/* ---- server processes (processes.c) ---- */

const char *local_process_state_name(local_process_state state);
/* The one that has waited longest, connected, in that fleet and location; NULL if there is none (S26). */
local_process *local_ready_process(local_service *service, const local_fleet *fleet, const char *location);
/* By its id alone, newest first, GONE ones left out; NULL if there is none. */
local_process *local_find_process(const local_service *service, const char *process_id);
/* TerminateProcess with that much notice; ENDING. Nothing happens to a process that is ENDING or GONE.
 * end_reason: StatusReason of its game session once it ends (static text or NULL). */
void local_terminate_process(local_service *service, glift__time now, local_process *process,
        uint64_t notice_ms, const char *end_reason);
/* GONE: its game session is over, its sockets stay until the client closes them. message: how it ended. */
void local_end_process(local_service *service, glift__time now, local_process *process, const char *message);
/* The one place where its state changes; the message is for its history. */
void local_set_process_state(
        local_service *service, local_process *process, local_process_state state, const char *message);
/* A process for this connection: a new one, or the one that reconnects with its id. */
local_process *local_connect_process(local_service *service, glift__time now, local_compute *compute,
        const char *process_id, uint64_t connection, local_refusal *why);
local_connection *local_find_connection(const local_service *service, uint64_t number);
void local_disconnect(local_service *service, local_connection *connection);
/* Ends it from this side, with a Close frame or LOCAL_CUT. Nothing is sent there or heard from there any
 * more, however long the client takes to notice: pushes wait for its next socket. */
void local_close_connection(
        local_service *service, local_connection *connection, int code, const char *reason);
/* A GONE process begins a new life; refused where its compute is not registered any more. */
bool local_revive_process(
        local_service *service, glift__time now, local_process *process, local_refusal *why);
/* CONNECTED becomes READY. In any other state nothing happens. */
void local_process_ready(local_service *service, glift__time now, local_process *process);
void local_heartbeat(local_service *service, glift__time now, local_process *process, bool healthy);
/* Its socket or its program is gone for good: event SERVER_PROCESS_CRASHED, and GONE. */
void local_process_crashed(
        local_service *service, glift__time now, local_process *process, const char *message);
/* To the newest socket, or kept until there is one. False: the push cannot be delivered at all. */
bool local_push(local_service *service, local_process *process, const glift__push *push);

/* ---- answers to its requests (answers.c) ---- */

/* Without memory for it the answer is not remembered: a second copy is then judged anew. */
void local_remember_answer(
        local_service *service, local_process *process, const char *request_id, const glift__text *text);
/* False: this request was not answered before, or there is no memory to do it again. */
bool local_repeat_answer(
        local_service *service, const local_process *process, uint64_t connection, const char *request_id);
void local_forget_answers(local_process *process);

/* ---- game sessions (game_sessions.c) ---- */

local_game_session *local_need_game_session(
        const local_service *service, const char *arn, local_refusal *why);
bool local_game_session_is_over(const local_game_session *session); /* TERMINATED or ERROR */

typedef struct local_game_session_wish {
    local_fleet *fleet;
    const char *location;
    const char *id; /* last segment of the ARN: IdempotencyToken, or NULL for a fresh one */
    const char *name, *game_session_data, *creator_id;
    const char *matchmaker_data, *matchmaking_configuration_arn; /* NULL unless a match makes it */
    const glift_game_property *properties;
    size_t property_count;
    int maximum;
} local_game_session_wish;
/* On the process that has waited longest, which is sent CreateGameSession at once; ACTIVATING.
 * Refuses with FleetCapacityExceeded where no process is ready (S36): nothing is stored then.
 * A known id gives the session that has it, if it was made of the same (S37). */
local_game_session *local_create_game_session(
        local_service *service, glift__time now, const local_game_session_wish *wish, local_refusal *why);
bool local_activate_game_session(
        local_service *service, glift__time now, local_game_session *session, local_refusal *why);
bool local_set_matchmaker_data(local_game_session *session, const char *json);     /* false: out of memory */
bool local_push_game_session(local_service *service, local_game_session *session); /* CreateGameSession */
/* The push UpdateGameSession with the session as it is now (service model 1.8). */
bool local_push_game_session_update(local_service *service, local_game_session *session,
        glift_update_reason reason, const char *backfill_ticket_id);
/* TERMINATING; its process is sent TerminateProcess. Refuses unless ACTIVE or ACTIVATING (S44). */
bool local_terminate_game_session(
        local_service *service, glift__time now, local_game_session *session, local_refusal *why);
/* Adds and overwrites, never deletes (S43). All or nothing. */
bool local_merge_properties(
        local_game_session *session, const glift_game_property *properties, size_t count, local_refusal *why);
/* TERMINATED; its players COMPLETED or TIMEDOUT. reason: StatusReason; message: how it ended. */
void local_end_game_session(local_service *service, glift__time now, local_game_session *session,
        const char *reason, const char *message);

/* ---- player sessions (player_sessions.c) ---- */

typedef struct local_seat_wish {
    const char *player_id, *player_data;
} local_seat_wish;
/* Seats, RESERVED for 60 s: all or none (S49). On success out[i] is the seat of wishes[i].
 * Refuses: session not ACTIVE, closed to new players, too few seats, a player who has one (S50). */
bool local_reserve_seats(local_service *service, glift__time now, local_game_session *session,
        const local_seat_wish *wishes, size_t count, local_player_session **out, local_refusal *why);
bool local_accept_player(
        local_service *service, local_game_session *session, const char *id, local_refusal *why);
/* COMPLETED: the seat is free again. */
bool local_remove_player(local_service *service, glift__time now, local_game_session *session, const char *id,
        local_refusal *why);

/* Player sessions by exactly one of three ids (S51); absent ones are NULL or "". */
typedef struct local_seat_query {
    const char *player_session_id, *game_session_id, *player_id;
    glift_player_session_status status; /* NOT_SET: any; counts beside game_session_id only */
    const local_game_session *game_session;
} local_seat_query;
bool local_seats_begin(const local_service *service, local_seat_query *query, local_refusal *why);
/* The one after `seat` (NULL: the first) in the order of serials; NULL after the last. */
const local_player_session *local_seats_next(
        const local_service *service, const local_seat_query *query, const local_player_session *seat);

/* The seat that this player holds there; NULL: none. */
const local_player_session *local_player_session_of(const local_game_session *session, const char *player_id);

/* Of a game session that has ended. */
void local_end_player_sessions(local_service *service, glift__time now, local_game_session *session);

/* Takes it out of everything and frees it. */
void local_forget_player_session(local_service *service, local_player_session *seat);

/* ---- memory: each frees one entity, which is in no list or index any more ---- */

void local_free_location(local_location *location);
void local_free_compute(local_compute *compute);
void local_free_fleet(local_fleet *fleet);
void local_free_process(local_service *service, local_process *process);
void local_free_game_session(
        local_service *service, local_game_session *session); /* with its player sessions */
void local_free_event(local_event *event);

#endif
