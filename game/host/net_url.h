/* SPDX-License-Identifier: Apache-2.0 */
/* "ws://host:port/path?query" in its parts. */
#ifndef HOST_NET_URL_H
#define HOST_NET_URL_H

#include "net.h"

typedef struct net_url {
    char host[256];
    char path[NET_MAX_URL + 1]; /* with the query; "/" if there is none */
    int port;                   /* 80 if not given */
} net_url;

/* @param scheme  "ws://" or "http://".
 * @return false: `reason` holds one sentence. */
bool net_url_parse(net_url *out, const char *url, const char *scheme, char *reason, size_t reason_size);

#endif
