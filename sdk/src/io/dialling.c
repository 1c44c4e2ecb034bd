/* SPDX-License-Identifier: Apache-2.0 */
/* From a URL to a connection.
 *
 * Addresses are tried as RFC 8305 says: the next one starts while those before it are still silent, and the
 * first that connects wins. A name with silent addresses costs a quarter of a second for each, instead of the
 * minutes that TCP takes to give one up. */
#include "io/io_state.h"

#include "base/text.h"
#include "wire/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEXT_ADDRESS_AFTER_MS 250

/* ---- texts ---- */

#define TARGET_SIZE (sizeof((glift__url *)0)->host + 16)

/* Writes host and port as a Host header has them: the usual port is left out. */
static void describe_target(const glift__url *url, char *out)
{
    bool is_ipv6 = strchr(url->host, ':') != NULL;
    int length = snprintf(out, TARGET_SIZE, is_ipv6 ? "[%s]" : "%s", url->host);
    if (url->port != (url->tls ? 443 : 80))
        snprintf(out + length, TARGET_SIZE - (size_t)length, ":%u", url->port);
}

static void not_connected(glift__endpoint *self)
{
    char target[TARGET_SIZE];
    describe_target(&self->dialling->url, target);
    if (self->dialling->no_descriptor)
        glift__endpoint_cause(self, GLIFT__END_NO_CONNECTION, 0,
                "%s was not dialled: this process has no free file descriptor", target);
    else
        glift__endpoint_cause(
                self, GLIFT__END_NO_CONNECTION, 0, "%s cannot be reached, or refuses connections", target);
    glift__endpoint_end(self);
}

/* ---- attempts ---- */

static void take_attempt(glift__attempt *attempt)
{
    glift__attempt **at = &attempt->of->dialling->attempts;
    while (*at != attempt)
        at = &(*at)->next;
    *at = attempt->next;
    glift__loop_remove(&attempt->of->io->loop, &attempt->watch);
}

static void drop_attempt(glift__attempt *attempt)
{
    take_attempt(attempt);
    glift__socket_close(attempt->watch.socket);
    free(attempt);
}

static void drop_attempts(glift__dialling *dialling)
{
    glift__timers_cancel(&dialling->of->io->loop.timers, &dialling->next_attempt);
    while (dialling->attempts != NULL)
        drop_attempt(dialling->attempts);
}

static void open_stream(glift__endpoint *self, glift__socket_handle socket)
{
    glift__dialling *dialling = self->dialling;
    void (*on_ready)(glift__stream *) = self->stream.on_ready;
    dialling->is_connected = true;
    if (glift__stream_open(
                &self->stream, &self->io->loop, socket, dialling->tls, dialling->url.host, on_ready))
        return;
    glift__endpoint_cause(self, GLIFT__END_LOST, 0, "out of memory for the connection");
    glift__endpoint_end(self);
}

static void start_attempts(glift__endpoint *self);

static void on_attempt_ready(glift__watch *watch, unsigned ready)
{
    glift__attempt *attempt = GLIFT__OWNER(watch, glift__attempt, watch);
    glift__endpoint *self = attempt->of;
    glift__socket_handle socket = watch->socket;
    (void)ready;
    if (!glift__socket_is_connected(socket)) {
        drop_attempt(attempt);
        start_attempts(self);
        return;
    }
    glift__resolver_worked(self->io->resolver, self->dialling->url.host, &attempt->address);
    take_attempt(attempt);
    free(attempt);
    drop_attempts(self->dialling);
    open_stream(self, socket);
}

/* Begins to connect to an address. False if the address cannot even be tried. */
static bool start_attempt(glift__endpoint *self, const glift__address *address)
{
    glift__dialling *dialling = self->dialling;
    glift__attempt *attempt = calloc(1, sizeof *attempt);
    if (attempt == NULL)
        return false;
    attempt->of = self;
    attempt->address = *address;
    attempt->watch = (glift__watch){.wanted = GLIFT__POLL_WRITE, .on_ready = on_attempt_ready};
    attempt->watch.socket = glift__socket_connect(address, dialling->url.port, &dialling->no_descriptor);
    if (attempt->watch.socket != GLIFT__NO_SOCKET) {
        if (glift__loop_add(&self->io->loop, &attempt->watch)) {
            attempt->next = dialling->attempts;
            dialling->attempts = attempt;
            return true;
        }
        glift__socket_close(attempt->watch.socket);
    }
    free(attempt);
    return false;
}

/* Tries the next address that lets itself be tried, and sees that the one after it follows a little later. */
static void start_attempts(glift__endpoint *self)
{
    glift__dialling *dialling = self->dialling;
    bool started = false;
    while (!started && dialling->next_address < dialling->address_count)
        started = start_attempt(self, &dialling->addresses[dialling->next_address++]);
    if (dialling->attempts == NULL)
        not_connected(self);
    else if (dialling->next_address < dialling->address_count)
        glift__timers_set(&self->io->loop.timers, &dialling->next_attempt,
                glift__clock_mono_ms() + NEXT_ADDRESS_AFTER_MS);
}

static void on_next_attempt(glift__timer *timer)
{
    start_attempts(GLIFT__OWNER(timer, glift__dialling, next_attempt)->of);
}

/* ---- look-up ---- */

static void looked_up(glift__endpoint *self, const glift__address *addresses, size_t count)
{
    glift__dialling *dialling = self->dialling;
    dialling->is_looked_up = true;
    dialling->addresses = malloc(count * sizeof *addresses);
    if (dialling->addresses == NULL) {
        glift__endpoint_cause(self, GLIFT__END_LOST, 0, "out of memory for the addresses of the service");
        glift__endpoint_end(self);
        return;
    }
    memcpy(dialling->addresses, addresses, count * sizeof *addresses);
    dialling->address_count = count;
    start_attempts(self);
}

static void not_looked_up(glift__endpoint *self, const char *message)
{
    glift__endpoint_cause(self, GLIFT__END_NO_ADDRESS, 0, "the name %s cannot be looked up (%s)",
            self->dialling->url.host, message);
    glift__endpoint_end(self);
}

static void on_found(glift__asker *asker, const glift__address *addresses, size_t count, const char *message)
{
    glift__endpoint *self = GLIFT__OWNER(asker, glift__dialling, asker)->of;
    if (message != NULL)
        not_looked_up(self, message);
    else
        looked_up(self, addresses, count);
}

static void look_up(glift__endpoint *self)
{
    glift__dialling *dialling = self->dialling;
    glift__address address;
    if (glift__address_parse(dialling->url.host, &address)) {
        looked_up(self, &address, 1);
        return;
    }
    const char *message = glift__resolver_ask(self->io->resolver, dialling->url.host, &dialling->asker);
    if (message != NULL)
        not_looked_up(self, message);
}

/* ---- starting ---- */

/* This comes before the look-up, so that what is wrong with the roots is told at once. */
static bool prepare_tls(glift__endpoint *self)
{
    const glift__link *link = self->owner->link;
    const char *message;
    if (!self->dialling->url.tls)
        return true;
    self->dialling->tls = glift__io_trust(self->io, link->tls_ca_file, link->tls_insecure, &message);
    if (self->dialling->tls != NULL) {
        glift__tls_hold(self->dialling->tls);
        return true;
    }
    glift__endpoint_cause(self, GLIFT__END_TLS, 0, "no connection over TLS: %s", message);
    return false;
}

static bool split_url(glift__endpoint *self)
{
    const char *message = "out of memory";
    if (glift__url_split(self->dialling->url_text, &self->dialling->url, &message) == GLIFT_OK)
        return true;
    glift__endpoint_cause(self, GLIFT__END_NO_ADDRESS, 0, "the URL cannot be dialled: %s", message);
    return false;
}

bool glift__dialling_start(glift__endpoint *self, const char *url, uint32_t timeout_ms)
{
    glift__dialling *dialling = calloc(1, sizeof *dialling);
    self->dialling = dialling;
    if (dialling == NULL)
        return false;
    dialling->of = self;
    dialling->timeout_ms = timeout_ms;
    dialling->asker.on_found = on_found;
    glift__timer_init(&dialling->next_attempt, on_next_attempt);
    dialling->url_text = glift__text_copy(url);
    if (dialling->url_text == NULL)
        return false;
    glift__endpoint_set_timer(self, glift__clock_mono_ms() + timeout_ms);
    if (split_url(self) && prepare_tls(self))
        look_up(self);
    else
        glift__endpoint_end(self);
    return true;
}

/* ---- ending ---- */

void glift__dialling_timed_out(glift__endpoint *self)
{
    const glift__dialling *dialling = self->dialling;
    if (self->kind->on_late != NULL)
        self->kind->on_late(self);
    if (!dialling->is_looked_up)
        glift__endpoint_cause(self, GLIFT__END_NO_ADDRESS, 0, "the name %s was not looked up within %u ms",
                dialling->url.host, (unsigned)dialling->timeout_ms);
    else
        glift__endpoint_cause(self, GLIFT__END_HANDSHAKE_TIMEOUT, 0, "%s did not answer within %u ms",
                dialling->url.host, (unsigned)dialling->timeout_ms);
    glift__endpoint_end(self);
}

void glift__dialling_lost(glift__endpoint *self)
{
    char message[384];
    const char *host = self->dialling->url.host;
    if (self->stream.session != NULL)
        glift__tls_explain(self->stream.session, host, message, sizeof message);
    else
        snprintf(message, sizeof message, "%s closed the connection before the handshake", host);
    if (self->stream.session != NULL && glift__tls_lacks_root(self->stream.session))
        glift__io_distrust(self->io, self->dialling->tls);
    glift__endpoint_cause(
            self, self->stream.session != NULL ? GLIFT__END_TLS : GLIFT__END_LOST, 0, "%s", message);
}

void glift__dialling_forget_sockets(glift__endpoint *self)
{
    for (glift__attempt *attempt = self->dialling != NULL ? self->dialling->attempts : NULL; attempt != NULL;
            attempt = attempt->next)
        attempt->watch.socket = GLIFT__NO_SOCKET;
}

/* The text of the URL holds the token. */
static void forget_url(char *text)
{
    if (text != NULL)
        glift__cleanse(text, strlen(text));
    free(text);
}

void glift__dialling_fini(glift__endpoint *self)
{
    glift__dialling *dialling = self->dialling;
    if (dialling == NULL)
        return;
    glift__resolver_forget(&dialling->asker);
    drop_attempts(dialling);
    if (dialling->tls != NULL)
        glift__tls_let_go(dialling->tls);
    self->dialling = NULL;
    free(dialling->addresses);
    forget_url(dialling->url_text);
    free(dialling);
}
