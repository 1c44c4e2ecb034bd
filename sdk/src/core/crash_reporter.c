/* SPDX-License-Identifier: Apache-2.0 */
#include "core/crash_reporter.h"

#include <stdio.h>
#include <string.h>

#define MOST_TRIES    6 /* the first and five more, as the official C++ SDK */
#define LEAST_WAIT_MS 100
#define FIRST_WAIT_MS 1000 /* the ceiling of the first wait; doubled for each further one */

void glift__crash_reporter_begin(
        glift__crash_reporter *self, const char *host, int port, int64_t process_pid, uint64_t now_ms)
{
    /* What is under way, of a time before, is waited for: so that nothing overtakes it. */
    *self = (glift__crash_reporter){.port = port,
            .process_pid = process_pid,
            .register_due = true,
            .not_before_ms = now_ms,
            .under_way = self->under_way,
            .url = self->url};
    snprintf(self->host, sizeof self->host, "%s", host);
}

void glift__crash_reporter_fini(glift__crash_reporter *self)
{
    glift__text_free(&self->url);
    *self = (glift__crash_reporter){.port = 0};
}

/* A reporter that did not answer when this process began may be there by now. */
void glift__crash_reporter_session(glift__crash_reporter *self, uint64_t now_ms)
{
    if (self->host[0] == '\0')
        return;
    self->update_due = true;
    if (self->is_registered || self->under_way == GLIFT__CRASH_REGISTER)
        return;
    self->register_due = true;
    self->tries = 0;
    self->not_before_ms = now_ms;
}

void glift__crash_reporter_leave(glift__crash_reporter *self)
{
    self->deregister_due = self->is_registered || self->under_way == GLIFT__CRASH_REGISTER;
    self->register_due = self->update_due = false;
}

bool glift__crash_reporter_is_done(const glift__crash_reporter *self)
{
    return self->under_way == GLIFT__CRASH_NOTHING && !self->register_due && !self->update_due &&
           !self->deregister_due;
}

/* ---- what to say next ---- */

static glift__crash_call next_call(const glift__crash_reporter *self, uint64_t now_ms, const char *session_id)
{
    if (self->host[0] == '\0' || self->under_way != GLIFT__CRASH_NOTHING)
        return GLIFT__CRASH_NOTHING;
    if (self->register_due)
        return now_ms >= self->not_before_ms ? GLIFT__CRASH_REGISTER : GLIFT__CRASH_NOTHING;
    if (self->is_registered && self->deregister_due)
        return GLIFT__CRASH_DEREGISTER;
    return self->is_registered && self->update_due && session_id != NULL ? GLIFT__CRASH_UPDATE
                                                                         : GLIFT__CRASH_NOTHING;
}

/* ':' and '/' stay, as the official SDKs send an ARN; the rest cannot get out of its place in the query. */
static glift_status append_session_id(glift__text *url, const char *session_id)
{
    glift_status status = glift__text_append(url, "&session_id=", strlen("&session_id="));
    for (const char *at = session_id; *at != '\0' && status == GLIFT_OK; at++) {
        const char one[2] = {*at, '\0'};
        bool stays = *at == ':' || *at == '/';
        status = stays ? glift__text_append(url, one, 1) : glift__percent_encode(one, url);
    }
    return status;
}

static glift_status write_url(glift__crash_reporter *self, glift__crash_call call, const char *session_id)
{
    static const char *const paths[] = {"", "register", "update", "deregister"};
    char start[384];
    bool is_ipv6 = strchr(self->host, ':') != NULL;
    glift__text_free(&self->url);
    int length = snprintf(start, sizeof start,
            is_ipv6 ? "http://[%s]:%d/%s?process_pid=%lld" : "http://%s:%d/%s?process_pid=%lld", self->host,
            self->port, paths[call], (long long)self->process_pid);
    glift_status status = glift__text_append(&self->url, start, (size_t)length);
    if (status == GLIFT_OK && call == GLIFT__CRASH_UPDATE)
        status = append_session_id(&self->url, session_id);
    return status;
}

static void forget(glift__crash_reporter *self, glift__crash_call call)
{
    if (call == GLIFT__CRASH_REGISTER)
        self->register_due = false;
    if (call == GLIFT__CRASH_UPDATE)
        self->update_due = false;
    if (call == GLIFT__CRASH_DEREGISTER)
        self->deregister_due = false;
}

bool glift__crash_reporter_next(glift__crash_reporter *self, uint64_t now_ms, const char *session_id)
{
    glift__crash_call call = next_call(self, now_ms, session_id);
    if (call == GLIFT__CRASH_NOTHING)
        return false;
    forget(self, call);
    if (write_url(self, call, session_id) != GLIFT_OK)
        return false;
    self->under_way = call;
    return true;
}

/* ---- how it went ---- */

/* Anywhere between the least wait and a ceiling that doubles: many processes of a machine start together. */
static void try_again_later(glift__crash_reporter *self, uint64_t now_ms, uint32_t random)
{
    uint64_t ceiling_ms = (uint64_t)FIRST_WAIT_MS << (self->tries - 1);
    self->register_due = true;
    self->not_before_ms = now_ms + LEAST_WAIT_MS + ((random * (ceiling_ms - LEAST_WAIT_MS + 1)) >> 32);
}

bool glift__crash_reporter_fetched(
        glift__crash_reporter *self, uint64_t now_ms, int http_status, uint32_t random)
{
    glift__crash_call call = self->under_way;
    bool is_fine = http_status >= 200 && http_status < 300;
    self->under_way = GLIFT__CRASH_NOTHING;
    if (call == GLIFT__CRASH_DEREGISTER)
        self->is_registered = false;
    if (call != GLIFT__CRASH_REGISTER)
        return is_fine;
    self->is_registered = is_fine;
    self->tries++;
    if (!is_fine && self->deregister_due) /* it leaves: an answer that was lost leaves nothing to take back */
        self->deregister_due = false;
    else if (!is_fine && http_status == 0 && self->tries < MOST_TRIES)
        try_again_later(self, now_ms, random);
    else if (!is_fine)
        self->update_due = false;
    return is_fine || self->register_due;
}

uint64_t glift__crash_reporter_deadline_ms(const glift__crash_reporter *self)
{
    bool waits = self->register_due && self->under_way == GLIFT__CRASH_NOTHING;
    return waits ? self->not_before_ms : UINT64_MAX;
}
