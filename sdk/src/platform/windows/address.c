/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/windows/winsock.h"

#include <string.h>

static bool read_address(const struct addrinfo *from, glift__address *out)
{
    memset(out, 0, sizeof *out);
    if (from->ai_family == AF_INET) {
        memcpy(out->bytes, &((const struct sockaddr_in *)(const void *)from->ai_addr)->sin_addr, 4);
        return true;
    }
    if (from->ai_family != AF_INET6)
        return false;
    const struct sockaddr_in6 *address = (const struct sockaddr_in6 *)(const void *)from->ai_addr;
    memcpy(out->bytes, &address->sin6_addr, 16);
    out->scope = address->sin6_scope_id;
    out->is_ipv6 = true;
    return true;
}

/* The system's own sentence would lie in memory that all threads share. */
static const char *reason_of(int error)
{
    switch (error) {
    case WSAHOST_NOT_FOUND:
        return "Name or service not known";
    case WSANO_DATA:
        return "it has no address";
    case WSATRY_AGAIN:
        return "Temporary failure in name resolution";
    case WSA_NOT_ENOUGH_MEMORY:
        return "out of memory";
    }
    return "the system cannot look names up";
}

static const char *ask(const char *host, int flags, glift__address *out, size_t room, size_t *count)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
    struct addrinfo *found = NULL;
    *count = 0;
    glift__winsock_start();
    int result = getaddrinfo(host, NULL, &hints, &found);
    if (result != 0)
        return reason_of(result);
    for (const struct addrinfo *at = found; at != NULL && *count < room; at = at->ai_next)
        if (read_address(at, &out[*count]))
            ++*count;
    freeaddrinfo(found);
    return *count > 0 ? NULL : "it has no address";
}

/* Only where a scope has to be translated is the resolver asked, which also takes forms such as "127.1". */
bool glift__address_parse(const char *text, glift__address *out)
{
    size_t count;
    memset(out, 0, sizeof *out);
    glift__winsock_start();
    if (inet_pton(AF_INET, text, out->bytes) == 1)
        return true;
    out->is_ipv6 = inet_pton(AF_INET6, text, out->bytes) == 1;
    return out->is_ipv6 || (strchr(text, '%') != NULL && ask(text, AI_NUMERICHOST, out, 1, &count) == NULL);
}

bool glift__address_equals(const glift__address *a, const glift__address *b)
{
    return a->is_ipv6 == b->is_ipv6 && a->scope == b->scope && memcmp(a->bytes, b->bytes, 16) == 0;
}

const char *glift__address_look_up(const char *host, glift__address *out, size_t room, size_t *count)
{
    return ask(host, 0, out, room, count);
}
