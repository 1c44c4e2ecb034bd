/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin as the binding sees one: a server of its own, lent to scripts through the "server" service. */
#ifndef PLUGIN_STAND_IN_H
#define PLUGIN_STAND_IN_H

#include "lcompat.h"

#include <gamelift/host.h>

/* Adds plugin_start, _attach, _tick, _detach, _stop and _state to the table on top. */
void plugin_stand_in_open(lua_State *L);

/* Attaches a Lua state, of those that there may be several of. */
glift_status plugin_stand_in_attach(lua_State *L, bool has_service, char *reason, size_t reason_size);

#endif
