/* SPDX-License-Identifier: Apache-2.0 */
/* Matchmaking's kinds of records (keep.h): their tables are in match_kinds.c, and each enters by a function
 * beside the code of its entities. */
#ifndef LOCAL_MATCH_KINDS_H
#define LOCAL_MATCH_KINDS_H

#include "flexmatch/tickets.h"
#include "model/kinds.h"

extern const local_kind local_queue_kind, local_rule_set_kind, local_configuration_kind, local_match_kind,
        local_ticket_kind, local_automatic_kind, local_placement_kind, local_notice_kind;

bool local_enter_queue(local_service *service, glift__time now, void *entity);
bool local_enter_rule_set(local_service *service, glift__time now, void *entity);
bool local_enter_configuration(local_service *service, glift__time now, void *entity);
bool local_enter_match(local_service *service, glift__time now, void *entity);
bool local_enter_ticket(local_service *service, glift__time now, void *entity);
bool local_enter_automatic(local_service *service, glift__time now, void *entity);
bool local_enter_placement(local_service *service, glift__time now, void *entity);
bool local_enter_notice(local_service *service, glift__time now, void *entity);

#endif
