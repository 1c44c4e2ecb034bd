/* SPDX-License-Identifier: Apache-2.0 */
/* What matchmaking holds, and the functions by which its files work together: rule sets and
 * configurations (match_resources.c), queues (queues.h), tickets (tickets.c), matches from proposal to game
 * session (matches.c), backfill (backfill.c). Time and the matcher drive them from matchmaking.c.
 *
 * Service model 1.7 and 1.8 are the states of a ticket; whoever changes one goes through here. */
#ifndef LOCAL_TICKETS_H
#define LOCAL_TICKETS_H

#include "rules/matcher.h"
#include "flexmatch/matchmaking.h"
#include "flexmatch/notices.h"

/* [E] Records of what has ended, and bounds on what may be held: memory stays bounded (S83). */
#define LOCAL_ENDED_TICKETS_KEPT   10000
#define LOCAL_ACTIVE_TICKETS_MAX   10000
#define LOCAL_RESOURCES_MAX        1000 /* queues, rule sets, configurations: of each */
#define LOCAL_TICKET_PLAYERS_MAX   10   /* of an ordinary ticket */
#define LOCAL_BACKFILL_PLAYERS_MAX 199
#define LOCAL_DESTINATIONS_MAX     100
#define LOCAL_MATCHMAKER_DATA_MAX  390000

/* ---- resources ---- */

typedef struct local_rule_set_record {
    const char *name;
    glift__memory memory;
    char arn[LOCAL_ARN_SIZE];
    uint64_t serial;
    int64_t creation_unix_ms;
    const char *body; /* verbatim */
    local_rule_set *rule_set;
    size_t users; /* configurations */
    local_record record;
    TAILQ_ENTRY(local_rule_set_record) link;
} local_rule_set_record;

typedef struct local_configuration {
    const char *name;
    glift__memory memory;
    char arn[LOCAL_ARN_SIZE];
    uint64_t serial;
    int64_t creation_unix_ms;
    local_rule_set_record *rule_set;
    int request_timeout_s, acceptance_timeout_s, additional_players;
    bool acceptance_required, standalone, automatic_backfill;
    const char **queue_names;
    size_t queue_count;
    glift_game_property properties[LOCAL_PROPERTIES_MAX];
    size_t property_count;
    const char *game_session_data, *description, *notification_target, *custom_event_data;
    size_t users; /* active tickets, and matches */
    local_matcher *matcher;
    bool backlog;  /* it has been said that work is left over */
    double wait_s; /* that matched tickets had, the newer ones counting more */
    size_t matched_count;
    local_record record;
    TAILQ_ENTRY(local_configuration) link;
} local_configuration;

/* ---- tickets ---- */

typedef enum local_ticket_status {
    LOCAL_TICKET_QUEUED,
    LOCAL_TICKET_SEARCHING,
    LOCAL_TICKET_REQUIRES_ACCEPTANCE,
    LOCAL_TICKET_PLACING,
    LOCAL_TICKET_COMPLETED, /* this one and those after it are final */
    LOCAL_TICKET_FAILED,
    LOCAL_TICKET_CANCELLED,
    LOCAL_TICKET_TIMED_OUT
} local_ticket_status;

typedef enum local_answer { LOCAL_NO_ANSWER, LOCAL_ACCEPTS, LOCAL_REJECTS } local_answer;

typedef struct local_ticket local_ticket;
typedef struct local_match local_match;

typedef struct local_ticket_player {
    const char *player_id; /* key of players_waiting, where ordinary tickets are while they are active */
    local_ticket *ticket;
    local_answer answer;
    const char *team; /* "" before a match; of a backfill: from the start */
    char player_session_id[LOCAL_ID_SIZE];
} local_ticket_player;

struct local_ticket {
    const char *id;
    glift__memory memory; /* everything that has no other owner */
    uint64_t serial;
    local_ticket_status status;
    const char *status_reason; /* static text or NULL */
    char status_message[256];
    local_configuration *configuration; /* while active */
    const char *configuration_name, *configuration_arn;
    const glift_player *given; /* as the caller sent them */
    glift_player *players;     /* the same with the rule set's attributes */
    local_ticket_player *places;
    size_t player_count;
    bool backfill, automatic;
    int most_newcomers;               /* of an automatic one: seats that were open at the start */
    local_game_session *game_session; /* of a backfill, while both last; NULL: STANDALONE */
    const char *game_session_arn, *ip_address, *dns_name; /* GameSessionConnectionInfo; NULL before */
    int port;
    int64_t start_unix_ms, end_unix_ms;
    uint64_t seated_sum; /* of the list of them that the matcher knows */
    const char **seated; /* who has a seat there: room for LOCAL_PLAYERS_MAX, made when needed */
    char obstacle[LOCAL_WHAT_SIZE];
    local_candidate candidate; /* what the matcher sees of it */
    local_match *match;
    local_history history;
    uint64_t judged;   /* by faults up to this number */
    local_timer timer; /* of the request */
    local_record record;
    TAILQ_ENTRY(local_ticket) link, match_link;
};
TAILQ_HEAD(local_ticket_list, local_ticket);

typedef enum local_match_phase {
    LOCAL_MATCH_PROPOSED, /* everyone has to accept: no ticket can be spared */
    LOCAL_MATCH_PLACING,
    LOCAL_MATCH_ENDING /* its tickets are leaving it one by one */
} local_match_phase;

/* Tickets that were put together: while acceptance is awaited, and until the game session is there. */
struct local_match {
    char id[LOCAL_ID_SIZE];
    local_configuration *configuration;
    struct local_ticket_list tickets;
    local_ticket *backfill; /* among the tickets; NULL: the match makes a session */
    local_match_phase phase;
    char *matchmaker_data;
    char auto_backfill_ticket_id[LOCAL_ID_SIZE]; /* "" unless AUTOMATIC */
    int maximum;
    local_game_session *game_session; /* that is being activated for it */
    uint64_t age_ms;                  /* that its latency rules go by */
    uint64_t placing_ms;              /* when the search for a process began (mono_ms) */
    char why[192];                    /* it is not placed yet */
    local_timer timer;                /* of the acceptance, then of the placement */
    local_record record;
    TAILQ_ENTRY(local_match) link;
};

/* A session that asks for players by itself, until the seats that were open at its start are filled, its own
 * server asks, or somebody stops that. */
typedef struct local_automatic {
    local_game_session *game_session;
    int open_seats;                     /* of those at the start */
    local_ticket *ticket;               /* NULL: it has none at the moment */
    char next_ticket_id[LOCAL_ID_SIZE]; /* that its matchmaker data names */
    local_record record;
    TAILQ_ENTRY(local_automatic) link;
} local_automatic;

struct local_matchmaking {
    TAILQ_HEAD(, local_queue) queues;
    TAILQ_HEAD(, local_rule_set_record) rule_sets;
    TAILQ_HEAD(, local_configuration) configurations;
    struct local_ticket_list active, ended; /* oldest first */
    TAILQ_HEAD(, local_match) matches;
    TAILQ_HEAD(, local_automatic) automatics;
    size_t queue_count, rule_set_count, configuration_count, active_count, ended_count;
    local_index queues_by_name, rule_sets_by_name, configurations_by_name, tickets_by_id, players_waiting;
    struct local_placements placements;
    struct local_notices notices;
};

/* matchmaking.c: matcher and placement run at the next advance of the clock, not within the caller. */
void local_matchmaking_wake(local_service *service, glift__time now);

/* ---- match_resources.c; names or ARNs ---- */

/* The ARN of what has this name. */
void local_resource_arn(
        const local_service *service, const char *kind, const char *name, char out[LOCAL_ARN_SIZE]);
/* A copy in the entity's memory; NULL stays NULL. *failed is kept, and set where there is no memory. */
const char *local_keep_in(glift__memory *memory, const char *text, bool *failed);
bool local_may_create(const char *what, const char *name, bool exists, size_t count, local_refusal *why);

local_rule_set_record *local_find_rule_set(const local_service *service, const char *name_or_arn);
local_configuration *local_find_configuration(const local_service *service, const char *name_or_arn);

local_rule_set_record *local_create_rule_set(
        local_service *service, glift__time now, const char *name, const char *body, local_refusal *why);
bool local_delete_rule_set(local_service *service, local_rule_set_record *record, local_refusal *why);
/* The refusal that a rule set which does not parse is answered with. */
bool local_check_rule_set(const char *body, local_rule_set **out, local_refusal *why);

typedef struct local_configuration_wish {
    const char *name, *rule_set, *game_session_data, *description, *notification_target, *custom_event_data;
    int request_timeout_s, acceptance_timeout_s, additional_players; /* acceptance_timeout_s 0: not given */
    bool acceptance_required, standalone, automatic_backfill;
    const char *const *queues;
    size_t queue_count;
    const glift_game_property *properties;
    size_t property_count;
} local_configuration_wish;
local_configuration *local_create_configuration(
        local_service *service, glift__time now, const local_configuration_wish *wish, local_refusal *why);
/* To what the wish says in every member; its texts may be the configuration's own. Tickets stay. All or
 * nothing. [E] The rule set of active tickets cannot be changed. */
bool local_update_configuration(local_service *service, local_configuration *configuration,
        const local_configuration_wish *wish, local_refusal *why);
bool local_delete_configuration(
        local_service *service, local_configuration *configuration, local_refusal *why);

void local_free_match_resources(local_service *service);

/* ---- tickets.c ---- */

const char *local_ticket_status_name(local_ticket_status status);
bool local_ticket_is_active(const local_ticket *ticket);
local_ticket *local_find_ticket(const local_service *service, const char *id);

typedef struct local_ticket_wish {
    const char *id; /* NULL or "": a fresh one */
    local_configuration *configuration;
    const glift_player *players;
    size_t player_count;
    bool backfill, automatic;
    int most_newcomers;
    local_game_session *game_session; /* of a backfill */
} local_ticket_wish;
/* QUEUED. Refuses an id that is in use, and a player who is named twice (S57, S58). */
local_ticket *local_start_ticket(
        local_service *service, glift__time now, const local_ticket_wish *wish, local_refusal *why);
/* Stopping, of either kind. Not once a match is being placed, or the ticket has ended. */
bool local_may_stop_ticket(const local_ticket *ticket, local_refusal *why);
void local_stop_ticket(local_service *service, glift__time now, local_ticket *ticket);

/* ticket_history.c. The one place where the status of a ticket changes; reason: static text or NULL. */
void local_set_ticket_status(local_service *service, local_ticket *ticket, local_ticket_status status,
        const char *reason, const char *message);
void local_note_match_found(local_service *service, local_ticket *ticket, const local_match *match);
/* What its last search met, before it is forgotten. */
void local_note_misses(local_service *service, local_ticket *ticket);

void local_set_ticket_searching(
        local_service *service, glift__time now, local_ticket *ticket, const char *reason);
/* A final status: out of its match, its players free for other tickets. reason: static text or NULL. */
void local_end_ticket(local_service *service, glift__time now, local_ticket *ticket,
        local_ticket_status status, const char *reason, const char *message);
/* Why it is not matched or not placed yet, for whoever wonders; "" once it is final. */
const char *local_ticket_why(const local_ticket *ticket);
void local_free_ticket(local_service *service, local_ticket *ticket);

/* EstimatedWaitTime: what players waited of late. */
int local_estimated_wait_s(const local_configuration *configuration);

/* ---- ticket_faults.c ---- */

/* Those of the active tickets that a fault wants to come to an end do so. */
void local_apply_ticket_faults(local_service *service, glift__time now);

/* ---- matches.c ---- */

/* The matcher has put these together: acceptance, placement, or the session that asked for players. */
void local_make_match(local_service *service, glift__time now, local_configuration *configuration,
        local_candidate *const *candidates, size_t count);
/* Those of its tickets that are still in it go back to SEARCHING; the match is gone. */
void local_dissolve_match(local_service *service, glift__time now, local_match *match, const char *reason);
void local_match_session_active(local_service *service, glift__time now, local_match *match);
local_match *local_find_match_of_session(const local_service *service, const local_game_session *session);
bool local_accept_match(local_service *service, glift__time now, local_ticket *ticket,
        const char *const *player_ids, size_t count, bool accept, local_refusal *why);
void local_free_match(local_service *service, local_match *match);

/* Every ticket of the match comes to the same end; the match is gone. */
void local_end_match(local_service *service, glift__time now, local_match *match, local_ticket_status status,
        const char *reason, const char *message);
/* Where its session is, into the ticket. False: out of memory. */
bool local_keep_connection_info(local_ticket *ticket, const local_game_session *session);
/* Seats for all of the match's new players. */
bool local_reserve_match(local_service *service, glift__time now, local_match *match,
        local_game_session *session, local_refusal *why);

/* ---- placement.c ---- */

/* The first READY process that will do, in the order of the queue's destinations; a match that all its
 * tickets have left is gone instead. Nothing happens while a session is being activated for it. */
void local_place_match(local_service *service, glift__time now, local_match *match);
/* The longest of its queues. */
int local_placement_timeout_s(const local_service *service, const local_configuration *configuration);

/* ---- backfill.c ---- */

/* configuration_name: name or ARN. session NULL: STANDALONE. */
local_ticket *local_start_backfill(local_service *service, glift__time now, const char *configuration_name,
        local_game_session *session, const char *ticket_id, const glift_player *players, size_t count,
        local_refusal *why);
/* The active backfill ticket of this session; NULL: none. */
local_ticket *local_find_backfill_of(const local_service *service, const local_game_session *session);
/* The match's new players join the session that asked for them (S72). */
void local_complete_backfill(local_service *service, glift__time now, local_match *match);
/* After its ticket became final: tells the process, unless the ticket is COMPLETED (S73). */
void local_tell_backfill(local_service *service, local_ticket *ticket, glift_update_reason reason);
/* What the matcher needs to know of the session. */
void local_look_at_session(local_ticket *ticket);

/* AUTOMATIC (S76): the session of this match, which is ACTIVE now, asks by itself from here on. */
void local_start_automatic(local_service *service, const local_match *match);
/* Its ticket has found players. The seats that are left are for the next one, which its matchmaker data
 * names. */
void local_go_on_automatic(local_service *service, const local_match *match);
void local_stop_automatic(local_service *service, const local_game_session *session);
/* Its session may want the next one. */
void local_automatic_ticket_ended(local_service *service, glift__time now, const local_ticket *ticket);
/* A ticket for every session that asks by itself, has free seats and no ticket. */
void local_open_automatics(local_service *service, glift__time now);
void local_free_automatics(local_service *service);

#endif
