/* SPDX-License-Identifier: Apache-2.0 */
/* From a URL to a finished handshake: look the name up, try its addresses in turn, and see that whatever
 * was dialled ends exactly once.
 *
 * libwebsockets reports failures in several ways: by CLIENT_CONNECTION_ERROR, by CLOSED, by nothing but
 * WSI_DESTROY, or by returning NULL with or without any of them. So callbacks only note the cause, the
 * first one counts, and the end is WSI_DESTROY, or NULL. */
#include "io/io_lws.h"

#include "io/tls.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With further addresses to try, one that does not answer is given this long. */
#define ADDRESS_PATIENCE_MS 3000
/* libwebsockets cuts a Host header line at 127 bytes, without a word. */
#define MAX_HOST_LENGTH 110
#define KILL_AGAIN_MS   10

static void on_timer(lws_sorted_usec_list_t *timer);

/* ---- how endpoints end ---- */

void glift__endpoint_cause(glift__endpoint *self, glift__end_kind kind, int code, const char *format, ...)
{
    va_list arguments;
    if (self->has_end)
        return;
    self->has_end = true;
    self->end_kind = kind;
    self->end_code = code;
    va_start(arguments, format);
    if (vasprintf(&self->end_text, format, arguments) < 0)
        self->end_text = NULL;
    va_end(arguments);
}

static void forget_cause(glift__endpoint *self)
{
    free(self->end_text);
    self->end_text = NULL;
    self->has_end = false;
}

static void append_ended(glift__endpoint *self)
{
    if (self->is_ended)
        return;
    lws_sul_cancel(&self->timer);
    self->is_ended = true;
    self->next_ended = NULL;
    *self->io->ended_end = self;
    self->io->ended_end = &self->next_ended;
    /* It may have ended in a timer, and those run just before libwebsockets goes to sleep. */
    lws_cancel_service(self->io->context);
}

void glift__endpoint_set_timer(glift__endpoint *self, uint64_t delay_ms)
{
    lws_sul_schedule(self->io->context, 0, &self->timer, on_timer, (lws_usec_t)delay_ms * LWS_US_PER_MS);
}

/* A look-up that is still under way comes back to nobody. */
static void give_up_lookup(glift__dial *dial)
{
    if (dial->lookup != NULL && !dial->is_looked_up) {
        dial->lookup->asker = NULL;
        dial->lookup = NULL;
    }
}

void glift__endpoint_kill(glift__endpoint *self)
{
    lws_sul_cancel(&self->timer);
    if (self->dial != NULL)
        give_up_lookup(self->dial);
    self->is_killed = true;
    if (self->wsi != NULL)
        glift__endpoint_set_timer(self, 0);
    else
        append_ended(self);
}

/* Again until it is dead: libwebsockets may be about to take a step that sets the connection's time-out, of
 * which it has but one, anew. */
static void kill_now(glift__endpoint *self)
{
    lws_set_timeout(self->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
    glift__endpoint_set_timer(self, KILL_AGAIN_MS);
}

static void leave_owner(glift__endpoint *self)
{
    glift__endpoint **at = &self->owner->endpoints;
    while (*at != self)
        at = &(*at)->next;
    *at = self->next;
    self->owner = NULL;
}

void glift__endpoint_orphan(glift__endpoint *self)
{
    leave_owner(self);
    glift__endpoint_kill(self);
}

static void free_dial(glift__dial *dial)
{
    if (dial == NULL)
        return;
    give_up_lookup(dial);
    glift__lookup_free(dial->lookup);
    free(dial->url_text);
    free(dial);
}

void glift__dial_done(glift__endpoint *self)
{
    lws_sul_cancel(&self->timer);
    free_dial(self->dial);
    self->dial = NULL;
}

static void finish(glift__endpoint *self)
{
    lws_sul_cancel(&self->timer);
    if (self->owner != NULL) {
        glift__attachment *owner = self->owner;
        leave_owner(self);
        glift__endpoint_cause(self, GLIFT__END_LOST, 0, "the connection was lost");
        self->kind->on_end(self, owner->link->core, glift__io_now());
        glift__link_is_due(owner);
    }
    self->kind->fini(self);
    free_dial(self->dial);
    free(self->end_text);
    free(self);
}

/* ---- connecting ---- */

#define TARGET_SIZE (sizeof((glift__url *)0)->host + 16)

/* As in a Host header: the usual port is left out. */
static void describe_target(const glift__url *url, char *out)
{
    bool is_ipv6 = strchr(url->host, ':') != NULL;
    int length = snprintf(out, TARGET_SIZE, is_ipv6 ? "[%s]" : "%s", url->host);
    if (url->port != (url->tls ? 443 : 80))
        snprintf(out + length, TARGET_SIZE - (size_t)length, ":%u", url->port);
}

/* `address` as libwebsockets shall connect to it; the name stays in Host, SNI and verification. */
static struct lws *connect_to(glift__endpoint *self, const char *address, const glift__trust *trust)
{
    static const lws_retry_bo_t no_pings_by_lws = {0}; /* ours: io_socket.c */
    struct lws_client_connect_info info = {0};
    char target[TARGET_SIZE];
    describe_target(&self->dial->url, target);
    info.context = self->io->context;
    info.vhost = trust->vhost;
    info.address = address;
    info.port = self->dial->url.port;
    info.host = target;
    info.path = "/"; /* replaced by write_target() */
    info.method = self->kind->method;
    info.local_protocol_name = "gamelift";
    info.alpn = "http/1.1";
    info.ietf_version_or_minus_one = -1;
    info.retry_and_idle_policy = &no_pings_by_lws;
    info.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT;
    if (trust->tls)
        info.ssl_connection |= LCCSCF_USE_SSL;
    if (trust->insecure)
        info.ssl_connection |= LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK;
    info.userdata = self;
    info.pwsi = &self->wsi;
    self->dial->in_call = true;
    struct lws *wsi = lws_client_connect_via_info(&info);
    self->dial->in_call = false;
    return wsi;
}

static uint64_t time_left_ms(const glift__dial *dial)
{
    uint64_t now_ms = glift__io_now().mono_ms;
    return dial->deadline_ms > now_ms ? dial->deadline_ms - now_ms : 0;
}

static void connect_failed(glift__endpoint *self)
{
    char target[TARGET_SIZE];
    describe_target(&self->dial->url, target);
    glift__endpoint_cause(
            self, GLIFT__END_NO_CONNECTION, 0, "%s cannot be reached, or refuses connections", target);
}

/* How long the address that is being dialled may take. */
static uint64_t patience_ms(const glift__dial *dial)
{
    bool is_last = dial->next_address == dial->lookup->address_count;
    uint64_t left_ms = time_left_ms(dial);
    return is_last || dial->is_connected || left_ms < ADDRESS_PATIENCE_MS ? left_ms : ADDRESS_PATIENCE_MS;
}

/* The next address that lets itself be dialled; false if there is none. */
static bool connect_next(glift__endpoint *self)
{
    glift__dial *dial = self->dial;
    const glift__link *link = self->owner->link;
    const char *why;
    const glift__trust *trust =
            glift__io_trust(self->io, dial->url.tls, link->tls_ca_file, link->tls_insecure, &why);
    if (trust == NULL) {
        glift__endpoint_cause(self, GLIFT__END_TLS, 0, "no connection over TLS: %s", why);
        return false;
    }
    while (dial->next_address < dial->lookup->address_count) {
        const char *address = dial->lookup->addresses[dial->next_address++];
        forget_cause(self);
        self->is_killed = false;
        dial->is_connected = false;
        self->wsi = connect_to(self, address, trust);
        if (self->wsi != NULL) {
            glift__endpoint_set_timer(self, patience_ms(dial));
            return true;
        }
    }
    connect_failed(self);
    return false;
}

static bool can_try_another(const glift__endpoint *self)
{
    const glift__dial *dial = self->dial;
    return self->owner != NULL && dial != NULL && dial->is_looked_up && !dial->is_connected &&
           self->end_kind == GLIFT__END_NO_CONNECTION && time_left_ms(dial) > 0 &&
           dial->next_address < dial->lookup->address_count;
}

static void looked_up(glift__endpoint *self)
{
    self->dial->is_looked_up = true;
    if (self->dial->lookup->error != NULL)
        glift__endpoint_cause(self, GLIFT__END_NO_ADDRESS, 0, "the name %s cannot be looked up (%s)",
                self->dial->url.host, self->dial->lookup->error);
    else if (connect_next(self))
        return;
    append_ended(self);
}

bool glift__dial_settle(glift_io *io)
{
    glift__lookup *lookup;
    bool any = false;
    while (io->lookups != NULL && (lookup = glift__lookups_take(io->lookups)) != NULL) {
        any = true;
        if (lookup->asker != NULL)
            looked_up(lookup->asker);
        else
            glift__lookup_free(lookup);
    }
    while (io->ended != NULL) {
        glift__endpoint *self = io->ended;
        any = true;
        io->ended = self->next_ended;
        if (io->ended == NULL)
            io->ended_end = &io->ended;
        self->is_ended = false;
        if (!can_try_another(self) || !connect_next(self))
            finish(self);
    }
    return any;
}

/* ---- starting ---- */

static bool copy_url(glift__endpoint *self, const char *url)
{
    glift__dial *dial = self->dial;
    const char *why = "out of memory";
    dial->url_text = strdup(url);
    if (dial->url_text == NULL || glift__url_split(dial->url_text, &dial->url, &why) != GLIFT_OK) {
        glift__endpoint_cause(self, GLIFT__END_NO_ADDRESS, 0, "the URL cannot be dialled: %s", why);
        return false;
    }
    if (strlen(dial->url.host) > MAX_HOST_LENGTH) {
        glift__endpoint_cause(self, GLIFT__END_NO_ADDRESS, 0,
                "the URL cannot be dialled: its host name is over %d bytes long", MAX_HOST_LENGTH);
        return false;
    }
    return true;
}

static void begin(glift__endpoint *self, const char *url)
{
    glift__dial *dial = self->dial;
    if (!copy_url(self, url)) {
        append_ended(self);
        return;
    }
    dial->lookup = glift__lookup_of_address(dial->url.host);
    if (dial->lookup != NULL) {
        looked_up(self);
        return;
    }
    if (glift__lookup_start(self->io->lookups, dial->url.host, self, &dial->lookup) == GLIFT_OK) {
        glift__endpoint_set_timer(self, dial->timeout_ms);
        return;
    }
    glift__endpoint_cause(self, GLIFT__END_NO_ADDRESS, 0,
            "the name %s cannot be looked up (no memory or no thread for it)", dial->url.host);
    append_ended(self);
}

glift__endpoint *glift__dial_start(glift__attachment *owner, const glift__endpoint_kind *kind,
        uint32_t number, const char *url, uint32_t timeout_ms)
{
    glift__endpoint *self = calloc(1, kind->size);
    glift__dial *dial = calloc(1, sizeof *dial);
    if (self == NULL || dial == NULL) {
        free(self);
        free(dial);
        return NULL;
    }
    dial->timeout_ms = timeout_ms;
    dial->deadline_ms = glift__io_now().mono_ms + timeout_ms;
    self->kind = kind;
    self->io = owner->io;
    self->owner = owner;
    self->number = number;
    self->dial = dial;
    self->next = owner->endpoints;
    owner->endpoints = self;
    begin(self, url);
    return self;
}

/* ---- what comes while dialling ---- */

static void on_dial_timer(glift__endpoint *self)
{
    glift__dial *dial = self->dial;
    if (!dial->is_looked_up)
        glift__endpoint_cause(self, GLIFT__END_NO_ADDRESS, 0, "the name %s was not looked up within %u ms",
                dial->url.host, dial->timeout_ms);
    else if (!dial->is_connected && time_left_ms(dial) > 0)
        connect_failed(self);
    else
        glift__endpoint_cause(self, GLIFT__END_HANDSHAKE_TIMEOUT, 0, "%s did not answer within %u ms",
                dial->url.host, dial->timeout_ms);
    glift__endpoint_kill(self);
}

static void on_timer(lws_sorted_usec_list_t *timer)
{
    glift__endpoint *self = lws_container_of(timer, glift__endpoint, timer);
    self->io->has_worked = true;
    if (self->is_killed)
        kill_now(self);
    else if (self->dial != NULL)
        on_dial_timer(self);
    else
        self->kind->on_timer(self, glift__io_now().mono_ms);
}

/* libwebsockets cuts a request line at 2,047 bytes, and logs its parts. So it is given "/", and the real
 * target goes in here, when the request stands in its buffer: *end is where it ends, so far, and there is
 * room for that many bytes more. */
static int write_target(glift__endpoint *self, char **end, size_t room)
{
    static const char line[] = "GET / HTTP/1.1\r\n";
    const char *target = self->dial->url.path_and_query;
    size_t length = strlen(target), written = GLIFT__SERVICE_BUFFER - room;
    char *start = *end - (sizeof line - 1);
    while (memcmp(start, line, sizeof line - 1) != 0)
        if (--start < *end - written)
            return -1;
    if (length > room)
        return -1;
    start += strlen("GET ");
    memmove(start + length, start + 1, (size_t)(*end - start) - 1);
    memcpy(start, target, length);
    *end += length - 1;
    return 0;
}

static void connection_error(glift__endpoint *self, struct lws *wsi, const char *text, size_t length)
{
    char reason[384];
    if (glift__tls_is_unfinished(lws_get_ssl(wsi))) {
        glift__tls_reason(lws_get_ssl(wsi), self->dial->url.host, reason, sizeof reason);
        glift__endpoint_cause(self, GLIFT__END_TLS, 0, "%s", reason);
    } else if (!self->dial->is_connected) {
        connect_failed(self);
    } else {
        glift__endpoint_cause(self, GLIFT__END_LOST, 0, "%s did not complete the handshake: %.*s",
                self->dial->url.host, text != NULL ? (int)length : 0, text != NULL ? text : "");
    }
}

static int on_dial_event(
        glift__endpoint *self, struct lws *wsi, enum lws_callback_reasons reason, void *in, size_t length)
{
    switch ((int)reason) {
    case LWS_CALLBACK_WSI_CREATE: /* TCP is up */
        self->dial->is_connected = true;
        glift__endpoint_set_timer(self, time_left_ms(self->dial));
        return 0;
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return write_target(self, in, length);
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        connection_error(self, wsi, in, length);
        return 0;
    default:
        return self->kind->on_event(self, reason, in, length);
    }
}

/* 0: as OpenSSL judged. */
static int verify(struct lws *wsi, struct x509_store_ctx_st *check, bool is_fine)
{
    const glift__endpoint *self = lws_wsi_user(wsi);
    if (is_fine || self == NULL || self->owner == NULL || self->dial == NULL)
        return 0;
    if (self->owner->link->tls_insecure || glift__tls_is_for_ipv6(check, self->dial->url.host))
        glift__tls_accept(check);
    return 0;
}

int glift__endpoint_event(
        struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
    glift__endpoint *self = user;
    if (reason == LWS_CALLBACK_OPENSSL_PERFORM_SERVER_CERT_VERIFICATION)
        return verify(wsi, user, length != 0);
    if (self == NULL)
        return 0;
    self->io->has_worked = true;
    if (reason == LWS_CALLBACK_WSI_DESTROY) {
        self->wsi = NULL;
        if (self->dial == NULL || !self->dial->in_call)
            append_ended(self);
        return 0;
    }
    /* On its way out: nothing counts any more, and nothing is asked of the service. */
    if (self->owner == NULL || self->is_killed)
        return reason == LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER ? -1 : 0;
    if (self->dial != NULL)
        return on_dial_event(self, wsi, reason, in, length);
    return self->kind->on_event(self, reason, in, length);
}
