/* SPDX-License-Identifier: Apache-2.0 */
/* Who may talk to us.
 *
 * Any page that a player's browser shows can reach loopback ports. The Origin that browsers send tells such
 * pages apart; the Host that they send tells a foreign name that was pointed at this machine (DNS rebinding).
 */

#include "net_internal.h"

#include <string.h>

enum { HEADER_MAX_BYTES = 300 };

/* Nothing, or a colon and digits to the end: what else follows a name makes it another one. */
static bool is_port(const char *text)
{
    return text[0] == '\0' || (text[0] == ':' && text[1 + strspn(text + 1, "0123456789")] == '\0');
}

/* "name" or "name:port" */
static bool is_host(const char *text, const char *name)
{
    size_t length = strlen(name);
    return strncasecmp(text, name, length) == 0 && is_port(text + length);
}

static bool is_loopback(const char *host)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (is_host(host, names[i]))
            return true;
    }
    return false;
}

static const char *after_scheme(const char *origin)
{
    const char *mark = strstr(origin, "://");
    return mark != NULL ? mark + 3 : "";
}

const char *net_refuse_origin(const net *n, struct lws *wsi)
{
    char origin[HEADER_MAX_BYTES];
    if (lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) == 0)
        return NULL; /* no browser */
    if (lws_hdr_copy(wsi, origin, sizeof origin, WSI_TOKEN_ORIGIN) > 0) {
        if (is_loopback(after_scheme(origin)))
            return NULL;
        for (size_t i = 0; i < n->desc.origin_count; i++) {
            if (strcasecmp(origin, n->desc.origins[i]) == 0)
                return NULL;
        }
    }
    return "This server does not talk to pages of other sites: start it with --origin to allow one.";
}

const char *net_refuse_host(const net *n, struct lws *wsi)
{
    char host[HEADER_MAX_BYTES];
    if (lws_hdr_copy(wsi, host, sizeof host, WSI_TOKEN_HOST) > 0) {
        if (is_loopback(host) || is_host(host, n->desc.address))
            return NULL;
        for (size_t i = 0; i < n->desc.origin_count; i++) {
            if (strcasecmp(host, after_scheme(n->desc.origins[i])) == 0)
                return NULL;
        }
    }
    return "This server does not answer to that host name: start it with --origin to allow one.";
}
