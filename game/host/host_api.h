/* SPDX-License-Identifier: Apache-2.0 */
/* The host's side of the plugin ABI. */
#ifndef HOST_API_H
#define HOST_API_H

#include <gamelift/host.h>

/* What plugins get in start(). */
glift_host_api host_api_of(glift_host *host);
void host_api_free_blocks(glift_host *host);

#endif
