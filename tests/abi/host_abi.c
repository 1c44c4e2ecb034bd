/* SPDX-License-Identifier: Apache-2.0 */
/* Names every struct of host.h in one function, for check.sh to compare: between host and plugin most of them
 * cross as void pointers, which tell an ABI checker nothing. */
#include <gamelift/host.h>

GLIFT_API const void *glift_host_abi(const glift_host_core *core, const glift_host_lua *lua,
        const glift_host_players *players, const glift_host_api *api, const glift_plugin *plugin,
        const glift_plugin_server *server, const glift_plugin_players *plugin_players);

const void *glift_host_abi(const glift_host_core *core, const glift_host_lua *lua,
        const glift_host_players *players, const glift_host_api *api, const glift_plugin *plugin,
        const glift_plugin_server *server, const glift_plugin_players *plugin_players)
{
    const void *const all[] = {core, lua, players, api, plugin, server, plugin_players};
    return all[0];
}
