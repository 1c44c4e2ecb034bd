/* SPDX-License-Identifier: Apache-2.0 */
#include "program/webhooks.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "flexmatch/tickets.h"

#define ANSWER_MS      5000
#define FIRST_PAUSE_MS 250 /* doubled after each failure of one event */

typedef struct address {
    struct sockaddr_in to;
    char host[64], path[WEBHOOK_URL_SIZE];
} address;

typedef struct hook {
    char target[WEBHOOK_URL_SIZE]; /* NotificationTarget whose events it gets; "": all */
    char url[WEBHOOK_URL_SIZE];
    address where;
    uint64_t serial; /* of the event that is being sent, or was sent last */
    char *request;   /* of that event; NULL: none is being sent */
    size_t length, sent;
    unsigned tries;
    int fd; /* -1: none */
    char answer[16];
    size_t answered;
    uint64_t deadline_ms; /* of the answer, or the end of the pause */
    bool loss_was_told;
} hook;

struct webhooks {
    webhooks_desc desc;
    int poll;
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
    out->to.sin_family = AF_INET;
    out->to.sin_port = htons(port);
    return inet_pton(AF_INET, strcmp(name, "localhost") == 0 ? "127.0.0.1" : name, &out->to.sin_addr) == 1;
}

static bool is_loopback(const address *where)
{
    return ntohl(where->to.sin_addr.s_addr) >> 24 == 127;
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

static hook *add_hook(
        webhooks *self, const char *target, size_t target_length, const char *url, uint64_t after)
{
    if (self->count == WEBHOOKS_MAX)
        return NULL;
    hook *fresh = &self->hooks[self->count];
    *fresh = (hook){.fd = -1, .serial = after, .deadline_ms = UINT64_MAX};
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

static void say(const webhooks *self, glift_log_level level, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
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
    if (to->fd >= 0)
        close(to->fd);
    to->fd = -1;
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
    to->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    to->sent = to->answered = 0;
    to->deadline_ms = now_ms + ANSWER_MS;
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = to};
    if (to->fd < 0 || epoll_ctl(self->poll, EPOLL_CTL_ADD, to->fd, &event) != 0 ||
            (connect(to->fd, (struct sockaddr *)&to->where.to, sizeof to->where.to) != 0 &&
                    errno != EINPROGRESS))
        failed(self, to, now_ms, strerror(errno));
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
    ssize_t sent = send(to->fd, to->request + to->sent, to->length - to->sent, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        failed(self, to, now_ms, strerror(errno));
        return;
    }
    to->sent += sent > 0 ? (size_t)sent : 0;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = to};
    if (to->sent == to->length && epoll_ctl(self->poll, EPOLL_CTL_MOD, to->fd, &event) != 0)
        failed(self, to, now_ms, strerror(errno));
}

/* The status is all that counts: "HTTP/1.1 200". */
static void on_readable(const webhooks *self, hook *to, uint64_t now_ms)
{
    char why[64];
    const size_t wanted = strlen("HTTP/1.1 200");
    ssize_t got = recv(to->fd, to->answer + to->answered, wanted - to->answered, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        failed(self, to, now_ms, got < 0 ? strerror(errno) : "it closed the connection without an answer");
        return;
    }
    to->answered += (size_t)got;
    to->answer[to->answered] = '\0';
    if (to->answered < wanted)
        return;
    if (strncmp(to->answer, "HTTP/1.", 7) == 0 && to->answer[9] == '2') {
        forget_event(to);
        begin_next(self, to, now_ms);
        return;
    }
    snprintf(why, sizeof why, "it answered \"%s\"", to->answer);
    failed(self, to, now_ms, why);
}

void webhooks_read(webhooks *self, uint64_t now_ms)
{
    struct epoll_event events[WEBHOOKS_MAX];
    int count = epoll_wait(self->poll, events, WEBHOOKS_MAX, 0);
    for (int i = 0; i < count; i++) {
        hook *to = events[i].data.ptr;
        if (to->sent < to->length)
            on_writable(self, to, now_ms);
        else
            on_readable(self, to, now_ms);
    }
}

void webhooks_serve(webhooks *self, uint64_t now_ms)
{
    find_new_receivers(self);
    for (size_t i = 0; i < self->count; i++) {
        hook *to = &self->hooks[i];
        if (to->request == NULL)
            begin_next(self, to, now_ms);
        else if (to->deadline_ms <= now_ms && to->fd >= 0)
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

int webhooks_fd(const webhooks *self)
{
    return self->poll;
}

webhooks *webhooks_open(const webhooks_desc *desc)
{
    webhooks *self = calloc(1, sizeof *self);
    if (self == NULL)
        return NULL;
    self->desc = *desc;
    self->poll = epoll_create1(EPOLL_CLOEXEC);
    if (self->poll >= 0)
        return self;
    free(self);
    return NULL;
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
    close(self->poll);
    free(self);
}
