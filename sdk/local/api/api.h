/* SPDX-License-Identifier: Apache-2.0 */
/* The AWS API's side of the service: a table of operations, each with the shape of its input, and what
 * their handlers use to read that input and write their answer.
 *
 * To add an operation: write its members as a table, write its handler, put both into the table of its
 * file, with the rules of the service model that it follows in a comment behind them, from which
 * tests/operations.py makes the table in README.md; api.c lists the tables. The handler runs only on input
 * that fits the shapes, so it checks nothing but the state of the world. */
#ifndef LOCAL_API_H
#define LOCAL_API_H

#include <cjson/cJSON.h>

#include "base/format.h"
#include "model/page.h"

/* ---- shapes of input (api_check.c) ---- */

typedef enum api_kind {
    API_TEXT,    /* least and most count characters */
    API_INTEGER, /* least and most are values */
    API_NUMBER,
    API_TIME, /* epoch seconds, fraction allowed */
    API_FLAG,
    API_LIST,          /* of `item`; least and most count entries */
    API_MAP,           /* from `key` to `item` */
    API_STRUCT,        /* `members` */
    API_ANY,           /* whatever it is, its handler looks at it */
    API_WITHOUT_EFFECT /* refused wherever it is given: it is about what is not emulated */
} api_kind;

typedef struct api_member api_member;

typedef struct api_shape {
    api_kind kind;
    double least, most;       /* most 0: no upper limit */
    const char *pattern;      /* POSIX extended expression that the whole text fits (S15) */
    const char *const *names; /* the values of an enumeration, NULL-terminated */
    const struct api_shape *item, *key;
    const api_member *members;
} api_shape;

struct api_member { /* tables of these end with a NULL name */
    const char *name;
    const api_shape *shape;
    bool required;
};

/* Shapes that several operations share (service model 0.2). */
extern const api_shape api_fleet_id, api_alias_id, api_location, api_compute_name, api_game_session_id,
        api_id_string, api_free_text, api_game_properties, api_game_session_data, api_player_id,
        api_player_data, api_count, api_limit, api_next_token, api_tags, api_time, api_boolean,
        api_without_effect, api_custom_location, api_protection_policy, api_new_queue_name, api_queue_name,
        api_configuration_name, api_custom_event_data, api_notification_target;
/* The static text of a protection policy; NULL of NULL. */
const char *api_protection_policy_name(const char *given);

/* ---- operations ---- */

typedef struct api_call {
    local_service *service;
    glift__time now;
    const char *operation;
    const cJSON *input; /* an object that fits the operation's members */
    cJSON *reply;       /* an object, empty at first */
    bool refused;       /* then `refusal` is the answer, and reply is dropped */
    local_refusal refusal;
    bool out_of_memory; /* a piece of the reply is missing */
    bool is_brief;      /* of rows: what is long is left out */
} api_call;

typedef struct api_operation { /* tables of these end with a NULL name */
    const char *name;
    const api_member *members;
    void (*run)(api_call *call);
} api_operation;

extern const api_operation api_alias_operations[], api_tag_operations[], api_fleet_change_operations[],
        api_fleet_view_operations[], api_log_operations[], api_connection_operations[],
        api_fleet_operations[], api_compute_operations[], api_game_session_operations[],
        api_player_session_operations[], api_search_operations[], api_queue_operations[],
        api_placement_operations[], api_matchmaking_operations[], api_ticket_operations[];

/* From name and body to the answer, with operations of this one table: as local_service_call(). */
int api_run(local_service *service, glift__time now, const api_operation *operations, const char *name,
        const char *body, size_t length, glift__text *reply);

/* The answer is an error. api_refuse_with(): after a function of model.h filled in call->refusal. */
void api_refuse(api_call *call, local_error error, const char *format, ...) GLIFT__FORMAT(3, 4);
void api_refuse_with(api_call *call);

bool api_operation_is_known(const char *name);

/* ---- reading input: a member that is absent or null gives NULL, or the fallback ---- */

const char *api_text(const cJSON *object, const char *name);
int api_integer(const cJSON *object, const char *name, int fallback);
double api_number(const cJSON *object, const char *name, double fallback);
bool api_flag(const cJSON *object, const char *name, bool fallback);
const cJSON *api_member_of(const cJSON *object, const char *name); /* a list, map or structure */
/* Key-value pairs ([{"Key","Value"}]) as the model's functions take them; at most LOCAL_PROPERTIES_MAX. */
size_t api_properties(const cJSON *object, const char *name, glift_game_property out[LOCAL_PROPERTIES_MAX]);

/* Whether a Describe operation that was given these names (absent: it wants everything) wants the entity. */
bool api_is_wanted(const cJSON *names, const void *entity,
        void *(*find)(const local_service *service, const char *name), const local_service *service);

/* ---- writing: what has no value (NULL, "", time 0) is left out (S6) ----
 * `object` may be NULL after a failed allocation: call->out_of_memory says so then. In an array the name is
 * NULL. */

cJSON *api_add_object(api_call *call, cJSON *parent, const char *name);
cJSON *api_add_array(api_call *call, cJSON *parent, const char *name);
void api_add_text(api_call *call, cJSON *object, const char *name, const char *value);
void api_add_any_text(api_call *call, cJSON *object, const char *name, const char *value); /* NULL as "" */
void api_add_number(api_call *call, cJSON *object, const char *name, double value);
void api_add_flag(api_call *call, cJSON *object, const char *name, bool value);
/* As api_properties() reads them. */
void api_add_properties(
        api_call *call, cJSON *object, const char *name, const glift_game_property *properties, size_t count);
void api_add_time(api_call *call, cJSON *object, const char *name, int64_t unix_ms); /* as seconds (S5) */

/* ---- tags of a resource that is created (api_tags.c) ---- */

bool api_tags_fit(api_call *call); /* false: refused; there are too many already */
void api_keep_tags(api_call *call, const char *arn);

/* ---- game sessions ---- */

/* The fleet that exactly one of FleetId and AliasId names; NULL: the call is refused. */
local_fleet *api_fleet_or_alias(api_call *call);
void api_add_game_session(api_call *call, cJSON *parent, const char *name, const local_game_session *session);

/* ---- pages (S13) ---- */

/* From Limit and NextToken of the input. False: the call is refused, the token is not one of ours. */
bool api_page_begin(api_call *call, local_page *page, size_t default_limit);
/* The same where everything is asked for; what is asked for one by one comes whole, whatever the two say. */
bool api_page_or_all(api_call *call, local_page *page, size_t default_limit, const cJSON *asked_for);
void api_page_end(api_call *call, const local_page *page); /* NextToken, where more follows */

#endif
