/* SPDX-License-Identifier: Apache-2.0 */
/* Loads a plugin and checks that both sides mean the same ABI. */
#ifndef HOST_PLUGIN_LOADER_H
#define HOST_PLUGIN_LOADER_H

#include <gamelift/host.h>

typedef struct plugin plugin;

/* NULL: `reason` holds one sentence that says what to do. Nothing is started yet. */
plugin *plugin_load(const char *file, char *reason, size_t reason_size);
/* Its functions; each of them is there. */
const glift_plugin *plugin_table(const plugin *p);
/* After its stop(). NULL is allowed. */
void plugin_unload(plugin *p);

#endif
