/* SPDX-License-Identifier: Apache-2.0 */
#include "io/tls.h"

#include <dirent.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* c_rehash names a certificate by the hash of its subject: eight hexadecimal digits, a dot, a number. */
static bool has_hashed_certificates(const char *directory)
{
    bool found = false;
    DIR *listing = opendir(directory);
    struct dirent *entry;
    if (listing == NULL)
        return false;
    while (!found && (entry = readdir(listing)) != NULL)
        found = strspn(entry->d_name, "0123456789abcdef") == 8 && entry->d_name[8] == '.';
    closedir(listing);
    return found;
}

/* From a directory of hashed files OpenSSL reads the one root that it needs, when it needs it. The bundle is
 * for systems without one, and for users who name their own in SSL_CERT_FILE or SSL_CERT_DIR. */
static bool load_system_roots(SSL_CTX *context)
{
    if (getenv(X509_get_default_cert_file_env()) == NULL && getenv(X509_get_default_cert_dir_env()) == NULL &&
            has_hashed_certificates(X509_get_default_cert_dir()))
        return SSL_CTX_set_default_verify_dir(context) == 1;
    return SSL_CTX_set_default_verify_paths(context) == 1;
}

static bool load_roots(SSL_CTX *context, const char *ca_file, const char **why)
{
    if (ca_file[0] == '\0') {
        *why = "the system's root certificates cannot be loaded";
        return load_system_roots(context);
    }
    *why = "tls_ca_file cannot be read, or holds no certificate in PEM form";
    return SSL_CTX_load_verify_file(context, ca_file) == 1;
}

SSL_CTX *glift__tls_context(const char *ca_file, bool insecure, const char **why)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    *why = "out of memory";
    if (context == NULL)
        return NULL;
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
            (!insecure && !load_roots(context, ca_file, why))) {
        SSL_CTX_free(context);
        return NULL;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    /* An idle connection gives back its 32 KiB of record buffers. */
    SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    /* Connections live for hours: sessions to resume would only take memory. */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return context;
}

void glift__tls_context_free(SSL_CTX *context)
{
    SSL_CTX_free(context);
}

bool glift__tls_is_for_ipv6(X509_STORE_CTX *check, const char *host)
{
    int problem = X509_STORE_CTX_get_error(check);
    X509 *certificate = X509_STORE_CTX_get0_cert(check);
    return (problem == X509_V_ERR_HOSTNAME_MISMATCH || problem == X509_V_ERR_IP_ADDRESS_MISMATCH) &&
           strchr(host, ':') != NULL && certificate != NULL && X509_check_ip_asc(certificate, host, 0) == 1;
}

void glift__tls_accept(X509_STORE_CTX *check)
{
    X509_STORE_CTX_set_error(check, X509_V_OK);
}

bool glift__tls_is_unfinished(SSL *connection)
{
    return connection != NULL && !SSL_is_init_finished(connection);
}

void glift__tls_reason(SSL *connection, const char *host, char *out, size_t size)
{
    long problem = SSL_get_verify_result(connection);
    switch (problem) {
    case X509_V_OK:
        snprintf(out, size, "the TLS handshake with %s failed: is this a TLS port?", host);
        break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        snprintf(out, size, "the certificate is not for %s (host name mismatch): check the WebSocket URL",
                host);
        break;
    default:
        snprintf(out, size,
                "the certificate of %s is not accepted (%s): check the clock, and that tls_ca_file has the "
                "root that it is signed with",
                host, X509_verify_cert_error_string(problem));
    }
}
