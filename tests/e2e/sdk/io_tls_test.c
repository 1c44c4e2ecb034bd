/* SPDX-License-Identifier: Apache-2.0 */
/* The I/O thread over TLS: who is trusted, and what is said about who is not (rule P8). */
#include "certificates.h"
#include "stand_in.h"
#include "ws_service.h"

#include <dlfcn.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../unit/test.h"

static const char *directory;
static char ca_file[128], other_ca_file[128];

/* Every name of this program is 127.0.0.1. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **out);
static int (*real_getaddrinfo)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
    size_t length = strlen(name);
    bool is_name = length > 5 && strcmp(name + length - 5, ".test") == 0;
    if (is_name && (hints->ai_flags & AI_NUMERICHOST) != 0)
        return EAI_NONAME;
    return real_getaddrinfo(is_name ? "127.0.0.1" : name, service, hints, out);
}

__attribute__((constructor)) static void make_certificates(void)
{
    *(void **)&real_getaddrinfo = dlsym(RTLD_NEXT, "getaddrinfo");
    unsetenv("SSL_CERT_FILE"); /* whoever runs the tests may have set them */
    unsetenv("SSL_CERT_DIR");
    directory = certificates_directory();
    certificates_authority(directory, "other-ca");
    certificates_leaf(directory, "foreign", "DNS:service.test", 30);
    certificates_authority(directory, "ca");
    certificates_leaf(directory, "service", "DNS:service.test,DNS:*.wild.test,IP:127.0.0.1,IP:::1", 30);
    certificates_leaf(directory, "expired", "DNS:service.test,IP:::1", -1);
    certificates_leaf(directory, "named", "DNS:service.test", 30);
    snprintf(ca_file, sizeof ca_file, "%s/ca.pem", directory);
    snprintf(other_ca_file, sizeof other_ca_file, "%s/other-ca.pem", directory);
}

/* Where a stand-in for another system keeps the roots that ca_file has; NULL: the machine as it is. */
static const char *only_roots;
const char *__real_X509_get_default_cert_dir(void);
const char *__wrap_X509_get_default_cert_dir(void);
const char *__real_X509_get_default_cert_file(void);
const char *__wrap_X509_get_default_cert_file(void);
char *__real_glift__file_read(const char *path, size_t limit, size_t *size, const char **message);
char *__wrap_glift__file_read(const char *path, size_t limit, size_t *size, const char **message);

const char *__wrap_X509_get_default_cert_dir(void)
{
    return only_roots != NULL ? "/nowhere/certs" : __real_X509_get_default_cert_dir();
}

const char *__wrap_X509_get_default_cert_file(void)
{
    return only_roots != NULL ? "/nowhere/cert.pem" : __real_X509_get_default_cert_file();
}

char *__wrap_glift__file_read(const char *path, size_t limit, size_t *size, const char **message)
{
    if (only_roots == NULL)
        return __real_glift__file_read(path, limit, size, message);
    *message = "does not exist";
    return strcmp(path, only_roots) == 0 ? __real_glift__file_read(ca_file, limit, size, message) : NULL;
}

typedef struct scene {
    glift_io *io;
    glift__core *core;
    ws_service service;
} scene;

static scene open_scene_at(const char *address, const char *certificate, const char *trusted, bool insecure)
{
    scene self = {0};
    char pem[128], key[128];
    snprintf(pem, sizeof pem, "%s/%s.pem", directory, certificate);
    snprintf(key, sizeof key, "%s/%s.key", directory, certificate);
    CHECK_INT(glift_io_create(NULL, &self.io), GLIFT_OK);
    self.core = stand_in_attach(self.io, trusted, insecure, 5000);
    self.service = ws_service_open(address, pem, key);
    return self;
}

static scene open_scene(const char *certificate, const char *trusted, bool insecure)
{
    return open_scene_at("0.0.0.0", certificate, trusted, insecure);
}

static void close_scene(scene *self)
{
    stand_in_detach(self->core);
    CHECK_INT(glift_io_destroy(self->io), GLIFT_OK);
    ws_service_close(&self->service);
}

static void dial(scene *self, const char *host)
{
    char url[128];
    snprintf(url, sizeof url, "wss://%s:%u/", host, self->service.port);
    stand_in_dial(self->core, 1, url);
}

/* It opens, and a message goes both ways. */
static void check_opens(scene *self, const char *host)
{
    dial(self, host);
    ws_peer peer = ws_accept_upgraded(&self->service);
    stand_in_expect(self->core, "opened 1");
    stand_in_say(self->core, 1, "there");
    ws_expect(&peer, WS_TEXT, "there");
    ws_send(&peer, WS_TEXT, true, "and back", 8);
    stand_in_expect(self->core, "received 1 and back");
    ws_close(&peer);
    stand_in_expect(self->core, "closed 1 lost");
}

static void check_fails(scene *self, const char *host, const char *reason)
{
    ws_peer peer;
    dial(self, host);
    bool is_accepted = ws_try_accept(&self->service, &peer);
    CHECK_CONTAINS(stand_in_expect(self->core, "closed 1 tls 0 "), reason);
    if (is_accepted) /* TLS 1.3: the client's alert comes after our part is done */
        ws_expect_end(&peer);
    ws_close(&peer);
    stand_in_expect_silence(self->core, 20);
}

TEST(a_certificate_of_a_trusted_authority_for_this_name_is_accepted)
{
    scene at = open_scene("service", ca_file, false);
    check_opens(&at, "service.test");
    check_opens(&at, "any.wild.test");
    check_opens(&at, "127.0.0.1");
    close_scene(&at);
}

TEST(a_name_that_the_certificate_does_not_carry_is_refused)
{
    scene at = open_scene("service", ca_file, false);
    check_fails(&at, "else.test", "the certificate is not for else.test (host name mismatch)");
    check_fails(&at, "127.0.0.2", "the certificate is not for 127.0.0.2");
    close_scene(&at);
}

TEST(an_unknown_authority_is_refused)
{
    scene at = open_scene("foreign", ca_file, false);
    check_fails(&at, "service.test",
            "the certificate of service.test is not accepted (unable to get local issuer");
    close_scene(&at);
}

TEST(the_systems_roots_do_not_vouch_for_a_private_authority)
{
    scene at = open_scene("service", "", false);
    check_fails(&at, "service.test",
            "the certificate of service.test is not accepted (unable to get local issuer");
    close_scene(&at);
}

TEST(roots_are_found_where_other_systems_keep_them_than_that_of_openssl)
{
    static const char *const places[] = {"/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        only_roots = places[i];
        scene at = open_scene("service", "", false);
        check_opens(&at, "service.test");
        close_scene(&at);
    }
    only_roots = NULL;
}

TEST(roots_that_the_user_names_are_not_replaced_by_others)
{
    only_roots = "/etc/ssl/cert.pem";
    CHECK_INT(setenv("SSL_CERT_FILE", "/nowhere/mine.pem", 1), 0);
    scene at = open_scene("service", "", false);
    dial(&at, "service.test");
    stand_in_expect(at.core,
            "closed 1 tls 0 no connection over TLS: the system's root certificates cannot be loaded");
    close_scene(&at);
    CHECK_INT(unsetenv("SSL_CERT_FILE"), 0);
    only_roots = NULL;
}

TEST(an_expired_certificate_is_refused)
{
    scene at = open_scene("expired", ca_file, false);
    check_fails(&at, "service.test", "certificate has expired");
    close_scene(&at);
}

TEST(insecure_accepts_everything)
{
    static const char *const certificates[] = {"service", "foreign", "expired"};
    for (size_t i = 0; i < 3; i++) {
        scene at = open_scene(certificates[i], "", true);
        check_opens(&at, "else.test");
        close_scene(&at);
    }
}

TEST(links_with_different_trust_on_one_io_do_not_mix)
{
    scene at = open_scene("service", ca_file, false);
    glift__core *insecure = stand_in_attach(at.io, "", true, 5000);
    glift__core *strict = stand_in_attach(at.io, other_ca_file, false, 5000);
    scene first = {at.io, insecure, at.service}, second = {at.io, strict, at.service};
    check_opens(&first, "else.test");
    check_fails(&second, "service.test", "is not accepted");
    check_fails(&at, "else.test", "host name mismatch");
    check_opens(&at, "service.test");
    stand_in_detach(insecure);
    stand_in_detach(strict);
    close_scene(&at);
}

static void copy_file(const char *from, const char *to)
{
    char bytes[16384];
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    CHECK(in != NULL && out != NULL);
    size_t length = fread(bytes, 1, sizeof bytes, in);
    CHECK_INT(fwrite(bytes, 1, length, out), length);
    fclose(in);
    fclose(out);
}

/* An operator replaces the file while servers run; those that are connected go on meanwhile. */
TEST(a_ca_file_that_is_replaced_after_a_failed_handshake_counts_from_the_next_dial)
{
    char replaced[128];
    snprintf(replaced, sizeof replaced, "%s/replaced-ca.pem", directory);
    copy_file(other_ca_file, replaced);
    scene at = open_scene("service", replaced, false);
    for (int i = 0; i < 3; i++)
        check_fails(&at, "service.test", "is not accepted");
    copy_file(ca_file, replaced);
    check_opens(&at, "service.test");
    copy_file(other_ca_file, replaced);
    check_opens(&at, "service.test"); /* what works is not loaded again */
    close_scene(&at);
}

TEST(a_ca_file_that_cannot_be_used_is_named)
{
    scene at = open_scene("service", "/nowhere/ca.pem", false);
    dial(&at, "service.test");
    stand_in_expect(at.core, "closed 1 tls 0 no connection over TLS: tls_ca_file does not exist");
    close_scene(&at);
}

TEST(a_port_that_does_not_speak_tls_is_told)
{
    scene at = open_scene("service", ca_file, false);
    ws_service plain = ws_service_open(NULL, NULL, NULL);
    char url[64];
    snprintf(url, sizeof url, "wss://127.0.0.1:%u/", plain.port);
    stand_in_dial(at.core, 1, url);
    ws_peer peer = ws_accept(&plain);
    ws_write_text(&peer, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    stand_in_expect(at.core, "closed 1 tls 0 the TLS handshake with 127.0.0.1 failed");
    ws_close(&peer);
    ws_service_close(&plain);
    close_scene(&at);
}

TEST(a_certificate_for_an_ipv6_address_is_checked_against_it)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_ADDRCONFIG}, *found = NULL;
    if (access("/proc/net/if_inet6", R_OK) != 0 || real_getaddrinfo("::1", NULL, &hints, &found) != 0) {
        printf("# no IPv6 on this machine\n");
        return;
    }
    freeaddrinfo(found);
    scene at = open_scene_at("::1", "service", ca_file, false);
    check_opens(&at, "[::1]");
    close_scene(&at);
    at = open_scene_at("::1", "expired", ca_file, false);
    check_fails(&at, "[::1]", "certificate has expired");
    close_scene(&at);
    at = open_scene_at("::1", "named", ca_file, false);
    check_fails(&at, "[::1]", "the certificate is not for ::1");
    close_scene(&at);
}

TEST(a_url_of_4096_bytes_arrives_whole_over_tls)
{
    static const size_t lengths[] = {1000, 2100, 4000, GLIFT_MAX_URL_LENGTH};
    scene at = open_scene("service", ca_file, false);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char url[GLIFT_MAX_URL_LENGTH + 1];
        size_t length = (size_t)snprintf(url, sizeof url, "wss://127.0.0.1:%u/?a=", at.service.port);
        for (; length < lengths[i]; length++)
            url[length] = (char)('a' + length % 26);
        url[length] = '\0';
        stand_in_dial(at.core, 1, url);
        ws_peer peer = ws_accept(&at.service);
        char *request = ws_read_request(&peer);
        CHECK_CONTAINS(request, strchr(url + 6, '/'));
        ws_answer_upgrade(&peer, request);
        stand_in_expect(at.core, "opened 1");
        ws_close(&peer);
        stand_in_expect(at.core, "closed 1");
        free(request);
    }
    close_scene(&at);
}

TEST(a_refused_handshake_is_told_over_tls)
{
    scene at = open_scene("service", ca_file, false);
    dial(&at, "service.test");
    ws_peer peer = ws_accept(&at.service);
    free(ws_read_request(&peer));
    ws_write_text(&peer, "HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\nnobody");
    stand_in_expect(at.core, "closed 1 refused 403 nobody");
    ws_close(&peer);
    close_scene(&at);
}

TEST(long_messages_pass_over_tls_both_ways)
{
    scene at = open_scene("service", ca_file, false);
    char *text = malloc(131073);
    memset(text, 'm', 131072);
    text[131072] = '\0';
    dial(&at, "service.test");
    ws_peer peer = ws_accept_upgraded(&at.service);
    stand_in_expect(at.core, "opened 1");
    const char *texts[40];
    for (size_t i = 0; i < 40; i++)
        texts[i] = text;
    stand_in_say_many(at.core, 1, texts, 40); /* more than TCP takes at once */
    for (int frames = 0; frames < 160; frames++) {
        ws_frame frame = ws_receive(&peer);
        CHECK_INT(frame.length, 32768);
        CHECK(memcmp(frame.payload, text, frame.length) == 0);
        free(frame.payload);
    }
    ws_send(&peer, WS_TEXT, true, text, 131072);
    CHECK(strcmp(stand_in_expect(at.core, "received 1 "), text) == 0);
    stand_in_close(at.core, 1, 1000);
    ws_expect_close(&peer, 1000);
    ws_close(&peer);
    stand_in_expect(at.core, "closed 1 closed 1000");
    free(text);
    close_scene(&at);
}

TEST(a_reset_during_the_tls_handshake_is_told_once)
{
    scene at = open_scene("service", ca_file, false);
    ws_service plain = ws_service_open(NULL, NULL, NULL);
    char url[64];
    snprintf(url, sizeof url, "wss://127.0.0.1:%u/", plain.port);
    stand_in_dial(at.core, 1, url);
    ws_peer peer = ws_accept(&plain);
    recv(peer.fd, (char[1]){0}, 1, 0); /* of the client's first message */
    ws_reset(&peer);
    stand_in_expect(at.core, "closed 1 tls 0");
    stand_in_expect_silence(at.core, 20);
    ws_service_close(&plain);
    close_scene(&at);
}
