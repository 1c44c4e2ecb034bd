/* SPDX-License-Identifier: Apache-2.0 */
/* Who may talk to us: the check that gamelift-local shares. A lobby answers to its own page under its own
 * names; a game server is joined from the page of a lobby, from wherever players reach it. Pages of other
 * ports of this machine's address may knock as well: who has put them there runs programs here, and without a
 * player session that GameLift reserved a page gets no further than the door. */

#include "net_internal.h"

#include "web_access.h"

#include <string.h>

enum { HEADER_MAX_BYTES = 300 };

/* A header that does not fit is taken for a foreign one; one that was not sent is "". */
static void copy_header(struct lws *wsi, enum lws_token_indexes header, char out[HEADER_MAX_BYTES])
{
    out[0] = '\0';
    if (lws_hdr_total_length(wsi, header) > 0 && lws_hdr_copy(wsi, out, HEADER_MAX_BYTES, header) <= 0)
        memcpy(out, "?", sizeof "?");
}

const char *net_refuse(const net *n, struct lws *wsi)
{
    char host[HEADER_MAX_BYTES], origin[HEADER_MAX_BYTES];
    web_access access = {
            .address = n->desc.address,
            .origins = n->desc.origins,
            .origin_count = n->desc.origin_count,
            .any_host = n->desc.players,
            .any_local_page = n->desc.players,
    };
    copy_header(wsi, WSI_TOKEN_HOST, host);
    copy_header(wsi, WSI_TOKEN_ORIGIN, origin);
    switch (web_judge(&access, host, origin)) {
    case WEB_FOREIGN_HOST:
        return "This server does not answer to that host name: start it with --origin to allow one.";
    case WEB_FOREIGN_PAGE:
        return "This server does not talk to pages of other sites: start it with --origin to allow one.";
    case WEB_WELCOME:
        break;
    }
    return NULL;
}
