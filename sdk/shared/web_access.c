/* SPDX-License-Identifier: Apache-2.0 */
#include "web_access.h"

#include <string.h>
#include <strings.h>

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

/* Named by the loopback, or by the address that the program is bound to, which is one of this machine's. */
static bool is_this_machine(const web_access *access, const char *host)
{
    return is_loopback(host) || (access->address != NULL && is_host(host, access->address));
}

/* "" for what is no page of a web server: "null", files, extensions of a browser. */
static const char *authority_of(const char *origin)
{
    if (strncasecmp(origin, "http://", 7) == 0)
        return origin + 7;
    return strncasecmp(origin, "https://", 8) == 0 ? origin + 8 : "";
}

static bool is_our_host(const web_access *access, const char *host)
{
    if (access->any_host || is_this_machine(access, host))
        return true;
    for (size_t i = 0; i < access->host_count; i++) {
        if (is_host(host, access->hosts[i]))
            return true;
    }
    for (size_t i = 0; i < access->origin_count; i++) {
        if (strcasecmp(host, authority_of(access->origins[i])) == 0)
            return true;
    }
    return false;
}

static bool is_welcome_page(const web_access *access, const char *host, const char *origin)
{
    const char *authority = authority_of(origin);
    if (authority[0] != '\0' && !access->any_host && strcasecmp(authority, host) == 0)
        return true;
    if (access->any_local_page && is_this_machine(access, authority))
        return true;
    for (size_t i = 0; i < access->origin_count; i++) {
        if (strcasecmp(origin, access->origins[i]) == 0)
            return true;
    }
    return false;
}

web_verdict web_judge(const web_access *access, const char *host, const char *origin)
{
    if (!is_our_host(access, host))
        return WEB_FOREIGN_HOST;
    return origin[0] == '\0' || is_welcome_page(access, host, origin) ? WEB_WELCOME : WEB_FOREIGN_PAGE;
}
