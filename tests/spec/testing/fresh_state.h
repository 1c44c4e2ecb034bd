/* SPDX-License-Identifier: Apache-2.0 */
/* Lua states that specs make, attach to the plugin and close: what an engine does when it reloads scripts. */
#ifndef FRESH_STATE_H
#define FRESH_STATE_H

#include "lcompat.h"

/* Adds new_state to the table on top. */
void fresh_state_open(lua_State *L);

#endif
