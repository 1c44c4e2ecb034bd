/* SPDX-License-Identifier: Apache-2.0 */
/* What the module exports, and how it opens. */
#ifndef LMODULE_H
#define LMODULE_H

#include "lcompat.h"

#include <stdbool.h>
#include <stdint.h>

#include <gamelift/host.h>

#if defined(_WIN32)
#define LMODULE_EXPORT __declspec(dllexport)
#else
#define LMODULE_EXPORT __attribute__((visibility("default")))
#endif

LMODULE_EXPORT int luaopen_gamelift(lua_State *L);
LMODULE_EXPORT glift_status glift_lua_attach(
        lua_State *L, const glift_plugin *plugin, char *reason, size_t reason_size);
LMODULE_EXPORT void glift_lua_detach(lua_State *L);

/* Raises when this module was built for another Lua. */
void lmodule_check_version(lua_State *L);
/* The same, where no Lua function may be called yet: a sentence, or NULL. */
const char *lmodule_version_problem(void);
void lmodule_open_types(lua_State *L); /* once per state; later calls do nothing */

void lrequire_open(lua_State *L); /* gamelift.match can be required from now on, also where scripts cannot */

int lattach_server(lua_State *L); /* gamelift.server */

enum { LSYSTEM_MAX_PATH = 4096 };
/* Gives the file that this module was loaded from, with slashes. False if it cannot be found, or does not
 * fit. */
bool lsystem_module_path(char *out, size_t size);
bool lsystem_program_has(
        const char *function);   /* whether the program exports it, or a library that it has loaded */
uint64_t lsystem_clock_ns(void); /* never goes back */

#endif
