/* SPDX-License-Identifier: Apache-2.0 */
/* Lets one allocation of OpenSSL fail, the next time another one, until all have failed once:
 *
 *     for (failing_openssl_start(); failing_openssl_next();) { ... one run ... }
 *
 * Included by programs in which OpenSSL is not used before main(). */
#ifndef FAILING_OPENSSL_H
#define FAILING_OPENSSL_H

#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdlib.h>

static struct {
    bool on, is_installed;
    long failing; /* the number of the allocation that fails in this run */
    long made;    /* allocations of this run */
} failing_openssl;

static inline bool failing_openssl_refuses(void)
{
    return failing_openssl.on && failing_openssl.made++ == failing_openssl.failing;
}

static void *failing_openssl_malloc(size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return failing_openssl_refuses() ? NULL : malloc(size);
}

static void *failing_openssl_realloc(void *old, size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return failing_openssl_refuses() ? NULL : realloc(old, size);
}

static void failing_openssl_free(void *old, const char *file, int line)
{
    (void)file, (void)line;
    free(old);
}

__attribute__((constructor)) static void failing_openssl_install(void)
{
    failing_openssl.is_installed = CRYPTO_set_mem_functions(failing_openssl_malloc, failing_openssl_realloc,
                                           failing_openssl_free) == 1;
}

static inline void failing_openssl_start(void)
{
    if (!failing_openssl.is_installed)
        abort();
    failing_openssl.on = true;
    failing_openssl.failing = -1;
    failing_openssl.made = 0;
}

/* The next run; false after the one in which nothing failed. */
static inline bool failing_openssl_next(void)
{
    if (failing_openssl.failing >= 0 && failing_openssl.made <= failing_openssl.failing) {
        failing_openssl.on = false;
        return false;
    }
    failing_openssl.failing++;
    failing_openssl.made = 0;
    return true;
}

#endif
