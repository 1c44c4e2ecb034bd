/* SPDX-License-Identifier: Apache-2.0 */
/* Who may talk to the service (S84). Any page in a browser on this machine can reach a loopback port: the
 * Origin that browsers send tells it apart, and the Host tells a foreign name that was pointed here. */
#include "listen/listen_internal.h"

#include <string.h>

/* Nothing, or a colon and digits to the end: what else follows a name makes it another one. */
static bool is_port(const char *text)
{
    return text[0] == '\0' || (text[0] == ':' && text[1 + strspn(text + 1, "0123456789")] == '\0');
}

/* "host" or "host:port" */
static bool is_loopback(const char *host)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t length = strlen(names[i]);
        if (strncasecmp(host, names[i], length) == 0 && is_port(host + length))
            return true;
    }
    return false;
}

static const char *authority_of(const char *origin)
{
    if (strncasecmp(origin, "http://", 7) == 0)
        return origin + 7;
    if (strncasecmp(origin, "https://", 8) == 0)
        return origin + 8;
    return ""; /* "null", files, extensions */
}

/* "" or a sentence; origin "": none was sent. */
static const char *refuse(const char *host, const char *origin)
{
    if (!is_loopback(host))
        return "gamelift-local answers to 127.0.0.1 and localhost only: this request names another Host.";
    if (origin[0] != '\0' && strcasecmp(authority_of(origin), host) != 0)
        return "gamelift-local does not talk to pages of other origins: open its own page instead.";
    return "";
}

/* A header that does not fit is taken for a foreign one; one that was not sent changes nothing. */
static void copy_header(struct lws *wsi, enum lws_token_indexes header, char out[LISTEN_HEADER_SIZE])
{
    if (lws_hdr_total_length(wsi, header) > 0 && lws_hdr_copy(wsi, out, LISTEN_HEADER_SIZE, header) <= 0)
        memcpy(out, "?", sizeof "?");
}

const char *listen_refuse_request(struct lws *wsi)
{
    char host[LISTEN_HEADER_SIZE] = "", origin[LISTEN_HEADER_SIZE] = "";
    copy_header(wsi, WSI_TOKEN_HOST, host);
    copy_header(wsi, WSI_TOKEN_ORIGIN, origin);
    return refuse(host, origin);
}
