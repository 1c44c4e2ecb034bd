/* SPDX-License-Identifier: Apache-2.0 */

#include "core/needs.h"

glift__need glift__need_of(glift__action action)
{
    switch (action) {
    case GLIFT__ACTIVATE_SERVER_PROCESS:
        return GLIFT__NEEDS_A_BEGINNING;
    case GLIFT__TERMINATE_SERVER_PROCESS:
        return GLIFT__NEEDS_NO_END;
    case GLIFT__ACTIVATE_GAME_SESSION:
    case GLIFT__UPDATE_PLAYER_SESSION_CREATION_POLICY:
    case GLIFT__ACCEPT_PLAYER_SESSION:
    case GLIFT__REMOVE_PLAYER_SESSION:
        return GLIFT__NEEDS_SESSION;
    case GLIFT__HEARTBEAT_SERVER_PROCESS:
    case GLIFT__DESCRIBE_PLAYER_SESSIONS:
    case GLIFT__START_MATCH_BACKFILL:
    case GLIFT__STOP_MATCH_BACKFILL:
    case GLIFT__GET_COMPUTE_CERTIFICATE:
        return GLIFT__NEEDS_READY;
    case GLIFT__GET_FLEET_ROLE_CREDENTIALS:
        return GLIFT__NEEDS_TO_HAVE_BEEN_READY;
    case GLIFT__LIST_CONTAINERS_NETWORK_INFO:
    case GLIFT__ACTION_UNKNOWN:
        break;
    }
    return GLIFT__NEEDS_NOTHING;
}
