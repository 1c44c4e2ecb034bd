/* SPDX-License-Identifier: Apache-2.0 */
/* What the SDK trusts over TLS, and why a handshake failed. The only file that includes OpenSSL's TLS.
 *
 * The SSL_CTX is ours instead of one that libwebsockets makes: that one would trust a directory ../share
 * relative to where the program was started, goes on without a CA file that cannot be read, and loads the
 * whole bundle of system roots (20 ms and 5 MiB) where a directory of single files will do. */
#ifndef GLIFT_TLS_H
#define GLIFT_TLS_H

#include <stdbool.h>
#include <stddef.h>

struct ssl_ctx_st;
struct ssl_st;
struct x509_store_ctx_st;

/* A client context: TLS 1.2 or later. `ca_file`: the only roots that count, "" for the system's. With
 * `insecure` there are no roots. NULL on failure, with the reason in *why (static text). */
struct ssl_ctx_st *glift__tls_context(const char *ca_file, bool insecure, const char **why);
void glift__tls_context_free(struct ssl_ctx_st *context); /* NULL is allowed */

/* libwebsockets checks certificates against names and IPv4 addresses, not against an IPv6 address, since it
 * cuts the host at the first colon. True if OpenSSL's complaint is only that, and the certificate does
 * carry this address. */
bool glift__tls_is_for_ipv6(struct x509_store_ctx_st *check, const char *host);
/* Accept this certificate whatever is wrong with it. */
void glift__tls_accept(struct x509_store_ctx_st *check);

/* True while the TLS handshake of this connection has not succeeded. */
bool glift__tls_is_unfinished(struct ssl_st *connection);

/* Why it did not: one sentence, for a person. */
void glift__tls_reason(struct ssl_st *connection, const char *host, char *out, size_t size);

#endif
