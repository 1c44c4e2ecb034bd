/* SPDX-License-Identifier: Apache-2.0 */
/* One dial: when it is made, where to, as whom, and what its failure means. */

#include "core/core_state.h"

#include "wire/connect_url.h"

#include <stdio.h>
#include <string.h>

#define NO_SOCKET_MS 1000 /* all sockets are being closed, which takes up to a second */
#define FETCH_MS     5000
/* GameLift refreshes a connection once in a long while, and asks again about every minute (wire
 * protocol 3.5). Whoever asks without end must not set the pace of our dials: each is a look-up and a TLS
 * handshake. */
#define REFRESH_PACE_MS   1000
#define REFRESHES_AT_ONCE 10
#define HEAD_START_MS     ((REFRESHES_AT_ONCE - 1) * REFRESH_PACE_MS)

/* ---- as whom ---- */

static const glift__identity_offer *offer_of(const glift__connection *self, glift__identity_kind kind)
{
    return kind == GLIFT__IDENTITY_OFFERED ? &self->offered : &self->refreshed;
}

static const char *endpoint_of(const glift__core *core, glift__identity_kind kind)
{
    return kind == GLIFT__IDENTITY_ORIGINAL ? core->desc.websocket_url
                                            : offer_of(&core->connection, kind)->endpoint;
}

/* The identity that connected last. */
static glift__identity_kind usual_identity(const glift__connection *self)
{
    return self->refreshed.is_set ? GLIFT__IDENTITY_REFRESHED : GLIFT__IDENTITY_ORIGINAL;
}

/* The parameters of this dial; date, signature and credentials are fresh for each (P145). */
static glift__connect_parameters connect_parameters(const glift__core *core)
{
    const glift__connection *self = &core->connection;
    const glift__core_desc *desc = &core->desc;
    glift__connect_parameters parameters = {
            .websocket_url = endpoint_of(core, self->identity),
            .process_id = desc->process_id,
            .host_id = self->login.task_id != NULL ? self->login.task_id : desc->host_id, /* P31 */
            .fleet_id = desc->fleet_id,
            .idempotency_token = self->idempotency_token,
            .unix_s = core->now.unix_ms / 1000,
    };
    if (self->identity != GLIFT__IDENTITY_ORIGINAL) {
        parameters.auth_token = offer_of(self, self->identity)->token; /* P115: token mode only */
        return parameters;
    }
    parameters.auth_token = desc->auth_token;
    parameters.aws_region = desc->aws_region;
    parameters.access_key = desc->container ? self->login.credentials.access_key : desc->access_key;
    parameters.secret_key = desc->container ? self->login.credentials.secret_key : desc->secret_key;
    parameters.session_token = desc->container ? self->login.credentials.session_token : desc->session_token;
    return parameters;
}

/* Every second dial tries the other identity that may work: one that was offered but could not be reached
 * then, or keys that can be signed with anew where the token of a refresh may have expired. */
static glift__identity_kind choose_identity(const glift__core *core)
{
    const glift__connection *self = &core->connection;
    if (self->purpose == GLIFT__DIAL_TO_REFRESH)
        return GLIFT__IDENTITY_OFFERED;
    glift__identity_kind usual = usual_identity(self);
    if (self->dials % 2 == 0)
        return usual;
    if (self->offered.is_set)
        return GLIFT__IDENTITY_OFFERED;
    return core->desc.auth_token[0] == '\0' ? GLIFT__IDENTITY_ORIGINAL : usual;
}

bool glift__dial_is_downgrade(const glift__core *core, const char *endpoint)
{
    const char *in_use = endpoint_of(core, usual_identity(&core->connection));
    return glift__url_is_tls(in_use) && !glift__url_is_tls(endpoint);
}

static void set_offer(glift__identity_offer *to, glift__identity_offer *from)
{
    glift__memory_fini(&to->memory);
    *to = *from;
    memset(from, 0, sizeof *from);
}

bool glift__dial_offer(glift__core *core, const char *endpoint, const char *token)
{
    glift__identity_offer offer = {.is_set = true};
    glift__memory_init(&offer.memory);
    offer.endpoint = glift__memory_text(&offer.memory, endpoint);
    offer.token = glift__memory_text(&offer.memory, token);
    if (offer.endpoint == NULL || offer.token == NULL) {
        glift__memory_fini(&offer.memory);
        return false;
    }
    set_offer(&core->connection.offered, &offer);
    return true;
}

void glift__dial_adopt(glift__core *core)
{
    glift__connection *self = &core->connection;
    glift__identity_offer none = {.is_set = false};
    if (self->identity == GLIFT__IDENTITY_OFFERED)
        set_offer(&self->refreshed, &self->offered);
    else if (self->identity == GLIFT__IDENTITY_ORIGINAL)
        set_offer(&self->refreshed, &none);
    set_offer(&self->offered, &none);
}

/* ---- when ---- */

void glift__dial_prepare(glift__core *core, glift__dial_purpose purpose, uint64_t dial_at_ms)
{
    glift__connection *self = &core->connection;
    glift__uuid(self->idempotency_token, core->desc.random, core->desc.random_user); /* P16 */
    self->dial = GLIFT__DIAL_WAITING;
    self->purpose = purpose;
    self->dial_at_ms = dial_at_ms;
    self->dials = 0;
}

void glift__dial_abandon(glift__core *core)
{
    glift__connection *self = &core->connection;
    if (self->dialled != NULL)
        glift__connection_close_socket(self->dialled);
    self->dialled = NULL;
    self->login_fetch = 0;
    self->dial = GLIFT__DIAL_NONE;
}

void glift__dial_failed(glift__core *core)
{
    glift__connection *self = &core->connection;
    const char *reason = self->failure.reason;
    self->dialled = NULL;
    self->dial = GLIFT__DIAL_NONE;
    if (self->purpose == GLIFT__DIAL_TO_REFRESH) {
        glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING,
                "the connection was not refreshed, the one in use goes on: %s", reason);
        return; /* the service asks again in about a minute */
    }
    uint64_t outage_ms = core->now.mono_ms - self->outage_since_ms;
    uint32_t delay_ms = glift__backoff_next_ms(&self->backoff,
            self->failure.overloaded ? GLIFT__BACKOFF_OVERLOADED : GLIFT__BACKOFF_FAILED, outage_ms,
            glift__core_random(core));
    self->dial = GLIFT__DIAL_WAITING;
    self->dial_at_ms = core->now.mono_ms + delay_ms;
    bool is_out = self->purpose == GLIFT__DIAL_TO_CONNECT;
    glift__outbox_log(&core->outbox, GLIFT_LOG_WARNING, "%s, next attempt in %u ms: %s",
            is_out ? "no connection" : "the connection was not replaced", (unsigned)delay_ms, reason);
    if (is_out && !self->lost)
        glift__connection_report(core, GLIFT_RECONNECTING);
}

static void failed_with(glift__core *core, glift_status status, const char *reason)
{
    glift__dial_failure *failure = &core->connection.failure;
    failure->status = status;
    failure->overloaded = false;
    snprintf(failure->reason, sizeof failure->reason, "%s", reason);
    glift__dial_failed(core);
}

enum { SECRET_COUNT = 9 };

static void list_secrets(const glift__core *core, const char *out[SECRET_COUNT])
{
    const glift__core_desc *desc = &core->desc;
    const glift__connection *self = &core->connection;
    bool fetched = self->login.has_credentials;
    const char *const secrets[SECRET_COUNT] = {desc->auth_token, desc->access_key, desc->secret_key,
            desc->session_token, self->refreshed.token, self->offered.token,
            fetched ? self->login.credentials.access_key : NULL,
            fetched ? self->login.credentials.secret_key : NULL,
            fetched ? self->login.credentials.session_token : NULL};
    memcpy(out, secrets, sizeof secrets);
}

bool glift__dial_tells_a_secret(const glift__core *core, const char *text)
{
    const char *secrets[SECRET_COUNT];
    list_secrets(core, secrets);
    return glift__tells_a_secret(text, secrets, SECRET_COUNT);
}

void glift__dial_note_failure(glift__core *core, const glift__socket_end *end, bool of_dial)
{
    const glift__connection *self = &core->connection;
    glift__identity_kind identity = of_dial ? self->identity : usual_identity(self);
    const char *secrets[SECRET_COUNT];
    list_secrets(core, secrets);
    glift__dial_failure_of_end(
            &core->connection.failure, end, endpoint_of(core, identity), secrets, SECRET_COUNT);
}

/* ---- where to ---- */

static void dial(glift__core *core)
{
    glift__connection *self = &core->connection;
    glift__socket *socket = glift__connection_free_socket(self);
    if (socket == NULL) {
        self->dial = GLIFT__DIAL_WAITING;
        self->dial_at_ms = core->now.mono_ms + NO_SOCKET_MS;
        return;
    }
    const char *message = "out of memory";
    glift__connect_parameters parameters = connect_parameters(core);
    glift__text_free(&self->url);
    glift_status status = glift__connect_url(&parameters, &self->url, &message);
    if (status != GLIFT_OK) {
        failed_with(core, status, message);
        return;
    }
    *socket = (glift__socket){.number = ++core->last_number, .state = GLIFT__SOCKET_WANTED};
    self->dialled = socket;
    self->dial = GLIFT__DIAL_UNDER_WAY;
}

static void login_goes_on(glift__core *core, glift__step step)
{
    glift__connection *self = &core->connection;
    self->login_fetch = 0;
    if (step == GLIFT__STEP_DONE) {
        dial(core);
    } else if (step == GLIFT__STEP_FAILED) {
        failed_with(core, GLIFT_ERR_CONNECT, self->login.reason);
    } else {
        self->login_fetch = ++core->last_number;
        self->login_fetch_due = true;
    }
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

void glift__dial_begin(glift__core *core)
{
    glift__connection *self = &core->connection;
    self->identity = choose_identity(core);
    self->dials++;
    if (self->purpose == GLIFT__DIAL_TO_REFRESH)
        self->refreshes_until_ms = later(self->refreshes_until_ms, core->now.mono_ms) + REFRESH_PACE_MS;
    if (self->identity != GLIFT__IDENTITY_ORIGINAL || !core->desc.container) {
        dial(core);
        return;
    }
    self->dial = GLIFT__DIAL_LOGIN;
    login_goes_on(core, glift__container_login_start(&self->login, core->desc.container_credentials_url,
                                core->desc.container_metadata_url));
}

void glift__dial_refresh(glift__core *core)
{
    glift__connection *self = &core->connection;
    uint64_t now_ms = core->now.mono_ms, until_ms = later(self->refreshes_until_ms, now_ms);
    uint64_t at_ms = later(until_ms, HEAD_START_MS) - HEAD_START_MS;
    glift__dial_abandon(core);
    glift__dial_prepare(core, GLIFT__DIAL_TO_REFRESH, later(at_ms, now_ms));
    if (at_ms <= now_ms)
        glift__dial_begin(core); /* now, before a Close frame in the same packet is read */
}

bool glift__dial_fetched(glift__core *core, uint32_t fetch, int http_status, const char *body, size_t length)
{
    glift__connection *self = &core->connection;
    if (self->login_fetch == 0 || fetch != self->login_fetch)
        return false;
    login_goes_on(core, glift__container_login_fetched(&self->login, http_status, body, length));
    return true;
}

bool glift__dial_next_order(glift__core *core, glift__order *out)
{
    glift__connection *self = &core->connection;
    if (self->login_fetch == 0 || !self->login_fetch_due)
        return false;
    self->login_fetch_due = false;
    *out = (glift__order){.kind = GLIFT__ORDER_FETCH,
            .number = self->login_fetch,
            .url = self->login.url,
            .timeout_ms = FETCH_MS};
    return true;
}

void glift__dial_fini(glift__core *core)
{
    glift__connection *self = &core->connection;
    glift__text_free(&self->url);
    glift__memory_fini(&self->refreshed.memory);
    glift__memory_fini(&self->offered.memory);
    glift__container_login_fini(&self->login);
}
