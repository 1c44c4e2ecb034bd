/* SPDX-License-Identifier: Apache-2.0 */
/* A resolver under the test's control, which takes the place of the C library's in a program. Include it
 * once.
 *
 *     one.test    127.0.0.1
 *     two.test    127.0.0.2, where nobody listens, before 127.0.0.1
 *     owt.test    the other way round
 *     many.test   those of resolver_many, in their order
 *     hangs.test  posts resolver_hangs, hangs until resolver_ends is posted, then is not known
 *     others      are not known; numeric addresses are what they are */
#ifndef RESOLVER_H
#define RESOLVER_H

#include <dlfcn.h>
#include <netdb.h>
#include <semaphore.h>
#include <stdbool.h>
#include <string.h>

static sem_t resolver_hangs, resolver_ends;
static const char *const *resolver_many; /* numeric, NULL behind the last */

typedef int resolver_fn(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static int look_up_many(
        resolver_fn *real, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
    int result = EAI_NONAME;
    *out = NULL;
    for (const char *const *at = resolver_many; at != NULL && *at != NULL; at++) {
        result = real(*at, service, hints, out);
        if (result != 0)
            return result;
        while (*out != NULL)
            out = &(*out)->ai_next;
    }
    return result;
}

static int refuse_lookup(const char *name)
{
    if (strcmp(name, "hangs.test") == 0) {
        sem_post(&resolver_hangs);
        sem_wait(&resolver_ends);
    }
    return EAI_NONAME;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
    resolver_fn *real;
    struct addrinfo *second = NULL;
    bool is_owt = strcmp(name, "owt.test") == 0;
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if ((hints->ai_flags & AI_NUMERICHOST) != 0 || strpbrk(name, "0123456789:") == name)
        return real(name, service, hints, out);
    if (strcmp(name, "many.test") == 0)
        return look_up_many(real, service, hints, out);
    if (strcmp(name, "one.test") == 0)
        return real("127.0.0.1", service, hints, out);
    if (strcmp(name, "two.test") != 0 && !is_owt)
        return refuse_lookup(name);
    int result = real(is_owt ? "127.0.0.1" : "127.0.0.2", service, hints, out);
    if (result == 0 && real(is_owt ? "127.0.0.2" : "127.0.0.1", service, hints, &second) == 0)
        (*out)->ai_next = second;
    return result;
}

#endif
