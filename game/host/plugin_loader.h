/* SPDX-License-Identifier: Apache-2.0 */
/* Loads the plugin and checks that both sides mean the same ABI. Each game server has a plugin of its own,
 * made by the one that was loaded. */
#ifndef HOST_PLUGIN_LOADER_H
#define HOST_PLUGIN_LOADER_H

#include <gamelift/host.h>

typedef struct plugin_library plugin_library;

/* NULL: `reason` holds one sentence that says what to do. */
plugin_library *plugin_load(const char *file, char *reason, size_t reason_size);
/* A plugin that is not started yet; each of its functions is there. False: out of memory. Give it back with
 * its destroy(). */
bool plugin_create(const plugin_library *library, glift_plugin *out);
/* After the last plugin is destroyed. NULL is allowed. */
void plugin_unload(plugin_library *library);

#endif
