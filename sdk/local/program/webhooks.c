/* SPDX-License-Identifier: Apache-2.0 */
#include "program/webhooks.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "flexmatch/tickets.h"
#include "listen/listen.h"
#include "system/sockets.h"

#define ANSWER_MS      5000
#define FIRST_PAUSE_MS 250 /* doubled after each failure of one event */

typedef struct address {
    glift__address to;
    uint16_t port;
    char host[64], path[WEBHOOK_URL_SIZE];
} address;

typedef struct hook {
    local_source source; /* its socket */
    webhooks *all;
    char target[WEBHOOK_URL_SIZE]; /* NotificationTarget whose events it gets; "": all */
    char url[WEBHOOK_URL_SIZE];
    address where;
    uint64_t serial; /* of the event that is being sent, or was sent last */
    char *request;   /* of that event; NULL: none is being sent */
    size_t length, sent;
    unsigned tries;
    char answer[16];
    size_t answered;
    uint64_t deadline_ms; /* of the answer, or the end of the pause */
    bool loss_was_told;
} hook;

struct webhooks {
    webhooks_desc desc;
    hook hooks[WEBHOOKS_MAX];
    size_t count;
    uint64_t seen; /* events whose targets were looked at */
    bool crowd_was_told;
};

/* ---- URLs ---- */

static bool read_port(const char *text, size_t length, uint16_t *port)
{
    unsigned number = 0;
    for (size_t i = 0; i < length && number <= 65535; i++)
        number = text[i] >= '0' && text[i] <= '9' ? number * 10 + (unsigned)(text[i] - '0') : 70000;
    *port = (uint16_t)number;
    return length > 0 && number > 0 && number <= 65535;
}

/* http://ADDRESS[:PORT][/PATH], where nothing has to be looked up. */
static bool read_url(const char *url, address *out)
{
    static const char scheme[] = "http://";
    char name[sizeof out->host];
    uint16_t port = 80;
    memset(out, 0, sizeof *out);
    if (strncmp(url, scheme, strlen(scheme)) != 0 || strlen(url) >= WEBHOOK_URL_SIZE)
        return false;
    const char *host = url + strlen(scheme);
    size_t length = strcspn(host, "/"), named = strcspn(host, ":/");
    for (const char *c = url; *c != '\0'; c++) {
        if (*c <= ' ' || *c > '~')
            return false;
    }
    if (length >= sizeof out->host ||
            (named < length && !read_port(host + named + 1, length - named - 1, &port)))
        return false;
    snprintf(out->host, sizeof out->host, "%.*s", (int)length, host);
    snprintf(name, sizeof name, "%.*s", (int)named, host);
    snprintf(out->path, sizeof out->path, "%s", host[length] != '\0' ? host + length : "/");
    out->port = port;
    return glift__address_parse(strcmp(name, "localhost") == 0 ? "127.0.0.1" : name, &out->to) &&
           !out->to.is_ipv6;
}

static bool is_loopback(const address *where)
{
    return where->to.bytes[0] == 127;
}

/* "arn:...=http://..." has its URL behind the sign. */
static const char *url_of(const char *text)
{
    const char *sign = strncmp(text, "arn:", 4) == 0 ? strchr(text, '=') : NULL;
    return sign != NULL ? sign + 1 : text;
}

const char *webhooks_check(const char *text)
{
    address where;
    const char *url = url_of(text);
    if (!read_url(url, &where))
        return "takes http://ADDRESS:PORT/PATH with an IPv4 address or localhost, or ARN=URL";
    return (size_t)(url - text) < WEBHOOK_URL_SIZE ? NULL : "has too long an ARN";
}

/* ---- receivers ---- */

static void on_ready(local_source *source, uint32_t happened);

static hook *add_hook(
        webhooks *self, const char *target, size_t target_length, const char *url, uint64_t after)
{
    if (self->count == WEBHOOKS_MAX)
        return NULL;
    hook *fresh = &self->hooks[self->count];
    *fresh = (hook){.source = {.fd = GLIFT__NO_SOCKET, .ready = on_ready},
            .all = self,
            .serial = after,
            .deadline_ms = UINT64_MAX};
    if (!read_url(url, &fresh->where))
        return NULL;
    snprintf(fresh->target, sizeof fresh->target, "%.*s", (int)target_length, target);
    snprintf(fresh->url, sizeof fresh->url, "%s", url);
    self->count++;
    return fresh;
}

bool webhooks_add(webhooks *self, const char *text)
{
    const char *url = url_of(text);
    return add_hook(self, text, url != text ? (size_t)(url - text - 1) : 0, url, 0) != NULL;
}

static void say(const webhooks *self, glift_log_level level, const char *format, ...) GLIFT__FORMAT(3, 4);
static void say(const webhooks *self, glift_log_level level, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    self->desc.log(self->desc.user, level, line);
}

static bool is_served(const webhooks *self, const char *url)
{
    for (size_t i = 0; i < self->count; i++) {
        const hook *one = &self->hooks[i];
        if (strcmp(one->url, url) == 0 && (one->target[0] == '\0' || strcmp(one->target, url) == 0))
            return true;
    }
    return false;
}

/* A NotificationTarget that is a URL on this machine is a receiver from its first event on. Others are not:
 * what a client of the API names must not make this program call anywhere. */
static void find_new_receivers(webhooks *self)
{
    address where;
    const local_notice *notice = local_notice_after(self->desc.service, self->seen);
    for (; notice != NULL; notice = TAILQ_NEXT(notice, link)) {
        self->seen = notice->serial;
        const char *url = notice->target;
        if (url == NULL || !read_url(url, &where) || !is_loopback(&where) || is_served(self, url))
            continue;
        bool added = add_hook(self, url, strlen(url), url, notice->serial - 1) != NULL;
        if (!added && !self->crowd_was_told) {
            self->crowd_was_told = true;
            say(self, GLIFT_LOG_WARNING, "webhook %s: there are %d receivers already, it gets nothing", url,
                    WEBHOOKS_MAX);
        }
    }
}

/* ---- one event ---- */

static const char *text_in(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(value) ? value->valuestring : "";
}

/* As SNS posts it, but not signed. */
static char *wrap(const local_notice *notice)
{
    cJSON *envelope = cJSON_Parse(notice->text), *outer = cJSON_CreateObject();
    cJSON_AddStringToObject(outer, "Type", "Notification");
    cJSON_AddStringToObject(outer, "MessageId", text_in(envelope, "id"));
    cJSON_AddStringToObject(outer, "TopicArn", notice->target != NULL ? notice->target : "");
    cJSON_AddStringToObject(outer, "Message", notice->text);
    cJSON_AddStringToObject(outer, "Timestamp", text_in(envelope, "time"));
    cJSON_AddStringToObject(outer, "SignatureVersion", "1");
    cJSON_AddStringToObject(outer, "Signature", "");
    cJSON_AddStringToObject(outer, "SigningCertURL", "");
    cJSON_AddStringToObject(outer, "UnsubscribeURL", "");
    char *text = cJSON_PrintUnformatted(outer);
    cJSON_Delete(envelope);
    cJSON_Delete(outer);
    return text;
}

/* The whole request; NULL: out of memory. */
static char *write_request(const webhooks *self, const hook *to, const local_notice *notice)
{
    char *wrapped = self->desc.as_sns ? wrap(notice) : NULL;
    const char *body = self->desc.as_sns ? wrapped : notice->text;
    char *request = body == NULL
                            ? NULL
                            : local_format("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\n%s"
                                           "User-Agent: gamelift-local\r\nContent-Length: %zu\r\n"
                                           "Connection: close\r\n\r\n%s",
                                      to->where.path, to->where.host,
                                      self->desc.as_sns ? "text/plain; charset=UTF-8" : "application/json",
                                      self->desc.as_sns ? "x-amz-sns-message-type: Notification\r\n" : "",
                                      strlen(body), body);
    cJSON_free(wrapped);
    return request;
}

static void drop_socket(hook *to)
{
    glift__socket_handle socket = to->source.fd;
    if (socket == GLIFT__NO_SOCKET)
        return;
    local_loop_remove(to->all->desc.loop, &to->source);
    glift__socket_close(socket);
}

static void forget_event(hook *to)
{
    drop_socket(to);
    free(to->request);
    to->request = NULL;
    to->tries = 0;
    to->deadline_ms = UINT64_MAX;
}

static void failed(const webhooks *self, hook *to, uint64_t now_ms, const char *why)
{
    drop_socket(to);
    to->tries++;
    if (to->tries >= WEBHOOK_TRIES_MAX) {
        say(self, GLIFT_LOG_WARNING, "webhook %s: event %llu is given up after %u tries: %s", to->url,
                (unsigned long long)to->serial, to->tries, why);
        forget_event(to);
        return;
    }
    to->deadline_ms = now_ms + ((uint64_t)FIRST_PAUSE_MS << (to->tries - 1));
}

static void dial(const webhooks *self, hook *to, uint64_t now_ms)
{
    bool no_descriptor;
    glift__socket_handle socket = glift__socket_connect(&to->where.to, to->where.port, &no_descriptor);
    int error = local_socket_last_error();
    to->sent = to->answered = 0;
    to->deadline_ms = now_ms + ANSWER_MS;
    if (socket != GLIFT__NO_SOCKET) {
        to->source.fd = socket;
        if (local_loop_add(self->desc.loop, &to->source, LOCAL_READY_OUT))
            return;
        error = local_socket_last_error();
    }
    failed(self, to, now_ms, local_socket_error_text(error));
}

static bool concerns(const hook *to, const local_notice *notice)
{
    return to->target[0] == '\0' || (notice->target != NULL && strcmp(to->target, notice->target) == 0);
}

static void note_loss(const webhooks *self, hook *to, uint64_t serial)
{
    bool lost = serial > to->serial + 1;
    if (lost && !to->loss_was_told)
        say(self, GLIFT_LOG_WARNING, "webhook %s: events are dropped: they come faster than it takes them",
                to->url);
    to->loss_was_told = lost || to->loss_was_told;
}

/* The next event that this receiver wants. */
static void begin_next(const webhooks *self, hook *to, uint64_t now_ms)
{
    const local_notice *notice = local_notice_after(self->desc.service, to->serial);
    if (notice == NULL) {
        to->loss_was_told = false;
        return;
    }
    note_loss(self, to, notice->serial);
    for (; notice != NULL && to->request == NULL; notice = TAILQ_NEXT(notice, link)) {
        to->serial = notice->serial;
        if (concerns(to, notice))
            to->request = write_request(self, to, notice);
    }
    if (to->request == NULL)
        return;
    to->length = strlen(to->request);
    dial(self, to, now_ms);
}

/* ---- its socket ---- */

static void on_writable(const webhooks *self, hook *to, uint64_t now_ms)
{
    size_t sent;
    int error = local_socket_error(to->source.fd);
    if (error == 0 && glift__socket_send(to->source.fd, to->request + to->sent, to->length - to->sent,
                              &sent) == GLIFT__TRANSFER_ERROR)
        error = local_socket_last_error();
    if (error != 0) {
        failed(self, to, now_ms, local_socket_error_text(error));
        return;
    }
    to->sent += sent;
    if (to->sent == to->length)
        local_loop_await(self->desc.loop, &to->source, LOCAL_READY_IN);
}

/* False: it has not said enough yet, or has failed. */
static bool read_status(const webhooks *self, hook *to, uint64_t now_ms)
{
    const size_t wanted = strlen("HTTP/1.1 200");
    size_t got;
    switch (glift__socket_receive(to->source.fd, to->answer + to->answered, wanted - to->answered, &got)) {
    case GLIFT__TRANSFER_DONE:
        to->answered += got;
        to->answer[to->answered] = '\0';
        return to->answered == wanted;
    case GLIFT__TRANSFER_LATER:
        return false;
    case GLIFT__TRANSFER_END:
        failed(self, to, now_ms, "it closed the connection without an answer");
        return false;
    case GLIFT__TRANSFER_ERROR:
        failed(self, to, now_ms, local_socket_error_text(local_socket_last_error()));
        return false;
    }
    return false;
}

/* The status is all that counts: "HTTP/1.1 200". */
static void on_readable(const webhooks *self, hook *to, uint64_t now_ms)
{
    char why[64];
    if (!read_status(self, to, now_ms))
        return;
    if (strncmp(to->answer, "HTTP/1.", 7) == 0 && to->answer[9] == '2') {
        forget_event(to);
        begin_next(self, to, now_ms);
        return;
    }
    snprintf(why, sizeof why, "it answered \"%s\"", to->answer);
    failed(self, to, now_ms, why);
}

static void on_ready(local_source *source, uint32_t happened)
{
    hook *to = (hook *)source; /* which it begins with */
    uint64_t now_ms = local_listener_machine_ms();
    (void)happened;
    if (to->sent < to->length)
        on_writable(to->all, to, now_ms);
    else
        on_readable(to->all, to, now_ms);
}

void webhooks_serve(webhooks *self, uint64_t now_ms)
{
    find_new_receivers(self);
    for (size_t i = 0; i < self->count; i++) {
        hook *to = &self->hooks[i];
        if (to->request == NULL)
            begin_next(self, to, now_ms);
        else if (to->deadline_ms <= now_ms && to->source.fd != GLIFT__NO_SOCKET)
            failed(self, to, now_ms, "it did not answer in time");
        else if (to->deadline_ms <= now_ms)
            dial(self, to, now_ms);
    }
}

uint64_t webhooks_deadline_ms(const webhooks *self)
{
    uint64_t soonest_ms = UINT64_MAX;
    for (size_t i = 0; i < self->count; i++) {
        if (self->hooks[i].deadline_ms < soonest_ms)
            soonest_ms = self->hooks[i].deadline_ms;
    }
    return soonest_ms;
}

/* ---- life ---- */

webhooks *webhooks_open(const webhooks_desc *desc)
{
    webhooks *self = calloc(1, sizeof *self);
    if (self != NULL)
        self->desc = *desc;
    return self;
}

void webhooks_use(webhooks *self, const local_service *service)
{
    self->desc.service = service;
    self->seen = 0;
    for (size_t i = 0; i < self->count; i++) {
        forget_event(&self->hooks[i]);
        self->hooks[i].serial = 0;
    }
}

void webhooks_close(webhooks *self)
{
    if (self == NULL)
        return;
    for (size_t i = 0; i < self->count; i++)
        forget_event(&self->hooks[i]);
    free(self);
}
