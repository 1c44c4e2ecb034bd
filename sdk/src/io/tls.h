/* SPDX-License-Identifier: Apache-2.0 */
/* TLS over a socket: whom to trust, the handshake, bytes in and out, and why a handshake failed. tls.c is
 * the only file that includes OpenSSL's TLS. Every call of OpenSSL walks through a gate (base/gate.h): once
 * that is closed, everything here fails as a lost connection does. */
#ifndef GLIFT_TLS_H
#define GLIFT_TLS_H

#include "base/gate.h"
#include "platform/platform.h"

/* What a client trusts. */
typedef struct glift__tls glift__tls;

/* Makes OpenSSL ready, for glift__gate_init(). */
bool glift__tls_start_library(void);

/* TLS 1.2 or later. `ca_file`: the only roots that count, "" for the system's. With `insecure` there are no
 * roots, and any certificate will do. NULL on failure, with a sentence for a person in *message, static text.
 * The gate outlives it. */
glift__tls *glift__tls_create(glift__gate *gate, const char *ca_file, bool insecure, const char **message);
void glift__tls_destroy(glift__tls *tls); /* NULL is allowed; nobody may hold it */

/* A dial holds it from its start to its end, a session as long as it lives. */
void glift__tls_hold(glift__tls *tls);
void glift__tls_let_go(glift__tls *tls);
bool glift__tls_is_held(const glift__tls *tls);

/* One connection. `host` is the name, or the numeric address, that the certificate has to be for. NULL when
 * out of memory. Lives no longer than the socket and the tls. */
typedef struct glift__tls_session glift__tls_session;

glift__tls_session *glift__tls_open(glift__tls *tls, glift__socket_handle socket, const char *host);
/* Closes the connection, and tells the peer that nothing more comes. NULL is allowed. */
void glift__tls_close(glift__tls_session *session, bool is_polite);

/* Goes on with the handshake. DONE: the connection is open. After LATER, wait as glift__tls_waits_to_write()
 * says. */
glift__transfer glift__tls_handshake(glift__tls_session *session);
glift__transfer glift__tls_send(glift__tls_session *session, const void *bytes, size_t size, size_t *sent);
glift__transfer glift__tls_receive(glift__tls_session *session, void *bytes, size_t size, size_t *received);
/* The socket may have more than the last time: handshake and receive ask it. */
void glift__tls_look_again(glift__tls_session *session);
/* Whether the last call that answered LATER waits until the socket can be written. */
bool glift__tls_waits_to_write(const glift__tls_session *session);
/* Whether bytes wait in here that the socket does not tell of. */
bool glift__tls_has_more(const glift__tls_session *session);

/* Whether the handshake failed for what is trusted, and not for the name or for what is no TLS at all. */
bool glift__tls_lacks_root(const glift__tls_session *session);
/* Why the handshake failed: one sentence for a person. */
void glift__tls_explain(const glift__tls_session *session, const char *host, char *out, size_t size);

#endif
