/* SPDX-License-Identifier: Apache-2.0 */
#include "io/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The system's bundles have a few hundred KB. */
#define MAX_CA_FILE (16u * 1024 * 1024)

static const unsigned char alpn[] = "\x08http/1.1";

struct glift__tls {
    glift__gate *gate;
    SSL_CTX *context;
    BIO_METHOD *socket_method;
    unsigned holders;
};

struct glift__tls_session {
    glift__tls *tls;
    SSL *ssl;
    glift__socket_handle socket;
    bool waits_to_write;
    bool is_emptied; /* the last read took all that the socket had */
    bool is_fatal;   /* OpenSSL allows no further call on this connection */
};

bool glift__tls_start_library(void)
{
    return OPENSSL_init_ssl(0, NULL) == 1;
}

/* ---- roots ---- */

/* c_rehash names a certificate by the hash of its subject: eight hexadecimal digits, a dot, a number. */
static bool is_hashed_certificate(const char *name)
{
    return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' && name[9] >= '0' && name[9] <= '9';
}

static bool add_certificate(X509_STORE *store, BIO *text, bool *is_last)
{
    X509 *certificate = PEM_read_bio_X509_AUX(text, NULL, NULL, NULL);
    if (certificate == NULL) {
        *is_last = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
        ERR_clear_error();
        return *is_last;
    }
    bool added = X509_STORE_add_cert(store, certificate) == 1;
    X509_free(certificate);
    return added;
}

/* One certificate at a time between gate and gate: an exit() does not wait for a bundle of thousands. */
static bool add_certificates(glift__tls *tls, BIO *text, size_t *count)
{
    X509_STORE *store = SSL_CTX_get_cert_store(tls->context);
    bool is_last = false, added = true;
    while (added && !is_last) {
        if (!glift__gate_enter(tls->gate))
            return false;
        added = add_certificate(store, text, &is_last);
        glift__gate_leave(tls->gate);
        *count += added && !is_last;
    }
    return added;
}

static BIO *open_text(glift__gate *gate, const char *bytes, size_t size)
{
    if (!glift__gate_enter(gate))
        return NULL;
    BIO *text = BIO_new_mem_buf(bytes, (int)size);
    glift__gate_leave(gate);
    return text;
}

static void close_text(glift__gate *gate, BIO *text)
{
    if (!glift__gate_enter(gate))
        return;
    BIO_free(text);
    glift__gate_leave(gate);
}

static bool load_file(glift__tls *tls, const char *path, const char **message)
{
    size_t size, count = 0;
    char *bytes = glift__file_read(path, MAX_CA_FILE, &size, message);
    if (bytes == NULL)
        return false;
    BIO *text = open_text(tls->gate, bytes, size);
    bool loaded = text != NULL && add_certificates(tls, text, &count);
    *message = !loaded ? "holds a certificate that cannot be read" : "holds no certificate in PEM form";
    close_text(tls->gate, text);
    free(bytes);
    return loaded && count > 0;
}

static bool look_in_directory(const glift__tls *tls, const char *directory)
{
    if (!glift__gate_enter(tls->gate))
        return false;
    bool done = SSL_CTX_load_verify_dir(tls->context, directory) == 1;
    glift__gate_leave(tls->gate);
    return done;
}

static const char *from_environment(const char *variable, const char *otherwise)
{
    const char *value = getenv(variable);
    return value != NULL && value[0] != '\0' ? value : otherwise;
}

/* An OpenSSL that has come along with the program looks where the system that it was built on keeps its
 * roots: this one may be Debian, Amazon Linux, Alpine or openSUSE. */
static bool load_roots_of_other_systems(glift__tls *tls)
{
    static const char *const files[] = {"/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem"};
    const char *message;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (load_file(tls, files[i], &message))
            return true;
    return false;
}

/* A root that OpenSSL cannot read is left out: the others are none the worse. */
static bool add_system_root(void *user, const uint8_t *der, size_t size)
{
    glift__tls *tls = user;
    if (!glift__gate_enter(tls->gate))
        return false;
    X509 *certificate = d2i_X509(NULL, &der, (long)size);
    if (certificate != NULL)
        X509_STORE_add_cert(SSL_CTX_get_cert_store(tls->context), certificate);
    X509_free(certificate);
    ERR_clear_error();
    glift__gate_leave(tls->gate);
    return true;
}

/* From a directory of hashed files OpenSSL reads the one root that it needs, when it needs it. The bundle is
 * for systems without one, and for users who name their own in SSL_CERT_FILE. */
static bool load_system_roots(glift__tls *tls)
{
    const char *message, *file_variable = X509_get_default_cert_file_env();
    const char *directory_variable = X509_get_default_cert_dir_env();
    bool names_its_own = getenv(file_variable) != NULL || getenv(directory_variable) != NULL;
    if (!names_its_own && glift__roots_each(add_system_root, tls))
        return true;
    const char *directory = from_environment(directory_variable, X509_get_default_cert_dir());
    bool has_directory =
            (getenv(directory_variable) != NULL || glift__file_find(directory, is_hashed_certificate)) &&
            look_in_directory(tls, directory);
    if (has_directory && getenv(file_variable) == NULL)
        return true;
    if (load_file(tls, from_environment(file_variable, X509_get_default_cert_file()), &message) ||
            has_directory)
        return true;
    return !names_its_own && load_roots_of_other_systems(tls);
}

/* The sentences are static, and name the option instead of its value. */
static bool load_roots(glift__tls *tls, const char *ca_file, const char **message)
{
    static const struct {
        const char *reason, *sentence;
    } sentences[] = {
            {"does not exist", "tls_ca_file does not exist"},
            {"may not be read by this process", "tls_ca_file may not be read by this process"},
            {"is not a regular file", "tls_ca_file is not a regular file"},
            {"is too large", "tls_ca_file is larger than 16 MiB"},
            {"holds a certificate that cannot be read",
                    "tls_ca_file holds a certificate that cannot be read, or there was no memory for it"},
            {"holds no certificate in PEM form", "tls_ca_file holds no certificate in PEM form"},
    };
    const char *reason = "";
    if (ca_file[0] == '\0') {
        *message = "the system's root certificates cannot be loaded";
        return load_system_roots(tls);
    }
    if (load_file(tls, ca_file, &reason))
        return true;
    *message = "tls_ca_file cannot be read: out of memory or of file descriptors";
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
        if (strcmp(reason, sentences[i].reason) == 0)
            *message = sentences[i].sentence;
    return false;
}

/* ---- OpenSSL's way to our sockets ----
 *
 * Its own way calls write(2), which raises SIGPIPE in a program that has not ignored it. */

static int bio_result(BIO *bio, glift__transfer transfer, size_t size)
{
    BIO_clear_retry_flags(bio);
    return transfer == GLIFT__TRANSFER_DONE ? (int)size : transfer == GLIFT__TRANSFER_END ? 0 : -1;
}

static int bio_write(BIO *bio, const char *bytes, int size)
{
    const glift__tls_session *session = BIO_get_data(bio);
    size_t sent;
    glift__transfer transfer = glift__socket_send(session->socket, bytes, (size_t)size, &sent);
    int result = bio_result(bio, transfer, sent);
    if (transfer == GLIFT__TRANSFER_LATER)
        BIO_set_retry_write(bio);
    return result;
}

/* OpenSSL asks until there is nothing more: after a short read that would be a system call for nothing. */
static int bio_read(BIO *bio, char *bytes, int size)
{
    glift__tls_session *session = BIO_get_data(bio);
    size_t received = 0;
    glift__transfer transfer = GLIFT__TRANSFER_LATER;
    if (!session->is_emptied)
        transfer = glift__socket_receive(session->socket, bytes, (size_t)size, &received);
    session->is_emptied = session->is_emptied || received < (size_t)size;
    int result = bio_result(bio, transfer, received);
    if (transfer == GLIFT__TRANSFER_LATER)
        BIO_set_retry_read(bio);
    return result;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO_METHOD *make_socket_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "GameLift socket");
    if (method == NULL)
        return NULL;
    if (BIO_meth_set_write(method, bio_write) == 1 && BIO_meth_set_read(method, bio_read) == 1 &&
            BIO_meth_set_ctrl(method, bio_control) == 1)
        return method;
    BIO_meth_free(method);
    return NULL;
}

/* ---- whom to trust ---- */

static bool set_up(glift__tls *tls, bool insecure)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    tls->context = context;
    tls->socket_method = make_socket_method();
    if (context == NULL || tls->socket_method == NULL ||
            SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
            SSL_CTX_set_alpn_protos(context, alpn, sizeof alpn - 1) != 0)
        return false;
    SSL_CTX_set_verify(context, insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    /* An idle connection gives back its 32 KiB of record buffers. */
    SSL_CTX_set_mode(context,
            SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    /* A record in one read, not its head in one and its body in another. */
    SSL_CTX_set_read_ahead(context, 1);
    /* Connections live for hours: sessions to resume would only take memory. */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return true;
}

glift__tls *glift__tls_create(glift__gate *gate, const char *ca_file, bool insecure, const char **message)
{
    glift__tls *tls = calloc(1, sizeof *tls);
    *message = "out of memory";
    if (tls == NULL)
        return NULL;
    tls->gate = gate;
    bool done = glift__gate_enter(gate);
    if (done) {
        done = set_up(tls, insecure);
        glift__gate_leave(gate);
    }
    if (done && (insecure || load_roots(tls, ca_file, message)))
        return tls;
    glift__tls_destroy(tls);
    return NULL;
}

/* Behind a closed gate OpenSSL's part is left to the end of the process. */
void glift__tls_destroy(glift__tls *tls)
{
    if (tls == NULL)
        return;
    if (glift__gate_enter(tls->gate)) {
        SSL_CTX_free(tls->context);
        BIO_meth_free(tls->socket_method);
        ERR_clear_error();
        glift__gate_leave(tls->gate);
    }
    free(tls);
}

void glift__tls_hold(glift__tls *tls)
{
    tls->holders++;
}

void glift__tls_let_go(glift__tls *tls)
{
    tls->holders--;
}

bool glift__tls_is_held(const glift__tls *tls)
{
    return tls->holders > 0;
}

/* ---- one connection ---- */

static bool expect_host(SSL *ssl, const char *host)
{
    glift__address address;
    if (glift__address_parse(host, &address))
        return X509_VERIFY_PARAM_set1_ip(SSL_get0_param(ssl), address.bytes, address.is_ipv6 ? 16 : 4) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

static bool prepare(glift__tls_session *session, const char *host)
{
    BIO *bio = BIO_new(session->tls->socket_method);
    session->ssl = SSL_new(session->tls->context);
    if (session->ssl == NULL || bio == NULL) {
        BIO_free(bio);
        return false;
    }
    BIO_set_data(bio, session);
    BIO_set_init(bio, 1);
    SSL_set_bio(session->ssl, bio, bio); /* takes the bio */
    SSL_set_connect_state(session->ssl);
    return expect_host(session->ssl, host);
}

glift__tls_session *glift__tls_open(glift__tls *tls, glift__socket_handle socket, const char *host)
{
    glift__tls_session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return NULL;
    session->tls = tls;
    glift__tls_hold(tls);
    session->socket = socket;
    bool done = glift__gate_enter(tls->gate);
    if (done) {
        done = prepare(session, host);
        glift__gate_leave(tls->gate);
    }
    if (done)
        return session;
    glift__tls_close(session, false);
    return NULL;
}

void glift__tls_close(glift__tls_session *session, bool is_polite)
{
    if (session == NULL)
        return;
    if (glift__gate_enter(session->tls->gate)) {
        if (is_polite && !session->is_fatal && SSL_is_init_finished(session->ssl))
            SSL_shutdown(session->ssl);
        SSL_free(session->ssl);
        ERR_clear_error();
        glift__gate_leave(session->tls->gate);
    }
    glift__tls_let_go(session->tls);
    free(session);
}

static glift__transfer judge(glift__tls_session *session, int result)
{
    int error = SSL_get_error(session->ssl, result);
    session->waits_to_write = error == SSL_ERROR_WANT_WRITE;
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return GLIFT__TRANSFER_LATER;
    if (error == SSL_ERROR_ZERO_RETURN)
        return GLIFT__TRANSFER_END;
    session->is_fatal = true;
    ERR_clear_error();
    return GLIFT__TRANSFER_ERROR;
}

/* What every call has in common: the gate, and a queue of errors that is empty before it. */
static bool begin(const glift__tls_session *session)
{
    if (session->is_fatal || !glift__gate_enter(session->tls->gate))
        return false;
    ERR_clear_error();
    return true;
}

static glift__transfer finish(glift__tls_session *session, int result)
{
    glift__transfer transfer = result > 0 ? GLIFT__TRANSFER_DONE : judge(session, result);
    if (result > 0)
        session->waits_to_write = false;
    glift__gate_leave(session->tls->gate);
    return transfer;
}

glift__transfer glift__tls_handshake(glift__tls_session *session)
{
    return begin(session) ? finish(session, SSL_do_handshake(session->ssl)) : GLIFT__TRANSFER_ERROR;
}

glift__transfer glift__tls_send(glift__tls_session *session, const void *bytes, size_t size, size_t *sent)
{
    *sent = 0;
    return begin(session) ? finish(session, SSL_write_ex(session->ssl, bytes, size, sent))
                          : GLIFT__TRANSFER_ERROR;
}

glift__transfer glift__tls_receive(glift__tls_session *session, void *bytes, size_t size, size_t *received)
{
    *received = 0;
    return begin(session) ? finish(session, SSL_read_ex(session->ssl, bytes, size, received))
                          : GLIFT__TRANSFER_ERROR;
}

void glift__tls_look_again(glift__tls_session *session)
{
    session->is_emptied = false;
}

bool glift__tls_waits_to_write(const glift__tls_session *session)
{
    return session->waits_to_write;
}

bool glift__tls_has_more(const glift__tls_session *session)
{
    if (session->is_fatal || !glift__gate_enter(session->tls->gate))
        return false;
    bool has_more = SSL_has_pending(session->ssl) == 1;
    glift__gate_leave(session->tls->gate);
    return has_more;
}

/* ---- why a handshake failed ---- */

static long verdict_of(const glift__tls_session *session)
{
    if (!glift__gate_enter(session->tls->gate))
        return X509_V_OK;
    long verdict = SSL_get_verify_result(session->ssl);
    glift__gate_leave(session->tls->gate);
    return verdict;
}

bool glift__tls_lacks_root(const glift__tls_session *session)
{
    long verdict = verdict_of(session);
    return verdict != X509_V_OK && verdict != X509_V_ERR_HOSTNAME_MISMATCH &&
           verdict != X509_V_ERR_IP_ADDRESS_MISMATCH;
}

void glift__tls_explain(const glift__tls_session *session, const char *host, char *out, size_t size)
{
    long verdict = verdict_of(session);
    switch (verdict) {
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
                host, X509_verify_cert_error_string(verdict));
    }
}
