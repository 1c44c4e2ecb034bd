/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP: the AWS API (service model 3.2), the controls, the state, the dashboard. A request is judged by its
 * headers; then its body is read, in memory or away; then it is answered. */
#include "listen/listen_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSON_TYPE "application/json"
#define AWS_TYPE  "application/x-amz-json-1.1"

/* A body beyond our limit is read away up to here, so that the client sees the answer. */
#define DROPPED_MAX (64u * 1024 * 1024)

static void forget_body(listen_peer *peer)
{
    if (peer->body != NULL)
        peer->listener->bodies_bytes -= peer->body_expected;
    free(peer->body);
    peer->body = NULL;
    peer->body_length = peer->body_expected = 0;
}

void listen_forget_http(listen_peer *peer)
{
    forget_body(peer);
    listen_forget_reply(peer);
}

/* ---- answers ---- */

/* Takes over the message. */
static int send_reply(listen_peer *peer, int status, const char *type, listen_message *body)
{
    forget_body(peer);
    peer->route = ROUTE_NONE;
    return listen_reply(peer, status, type, body);
}

static int send_text(listen_peer *peer, int status, const char *type, const char *text)
{
    return send_reply(peer, status, type, listen_message_of(text, strlen(text)));
}

/* ---- what is asked ---- */

static int answer_with(listen_peer *peer, int status, const char *type, glift__text *text)
{
    listen_message *body = text->bytes != NULL ? listen_message_of(text->bytes, text->length) : NULL;
    glift__text_free(text);
    return send_reply(peer, status, type, body);
}

static int answer_state(listen_peer *peer,
        glift_status (*write)(const local_service *service, glift__time now, glift__text *out))
{
    local_listener *listener = peer->listener;
    glift__text state = {0};
    if (write(listener->service, local_listener_now(listener), &state) != GLIFT_OK)
        return send_text(peer, 500, LISTEN_TEXT_TYPE, "gamelift-local is out of memory.\n");
    return answer_with(peer, 200, JSON_TYPE, &state);
}

static int run_call(listen_peer *peer)
{
    local_listener *listener = peer->listener;
    const char *body = peer->body != NULL ? peer->body : "";
    const char *type = peer->route == ROUTE_CBOR ? LISTEN_CBOR_TYPE : AWS_TYPE;
    glift__time now = local_listener_now(listener);
    glift__text reply = {0};
    int status;
    if (peer->route != ROUTE_CBOR && !glift__utf8_is_valid(body, peer->body_length))
        return send_text(peer, 400, AWS_TYPE,
                "{\"__type\":\"SerializationException\",\"Message\":\"The body is not UTF-8.\"}");
    if (peer->route == ROUTE_CONTROL)
        status = local_service_control(listener->service, now, peer->name, body, peer->body_length, &reply);
    else if (peer->route == ROUTE_CBOR)
        status = local_service_call_cbor(listener->service, now, peer->name, body, peer->body_length, &reply);
    else
        status = local_service_call(listener->service, now, peer->name, body, peer->body_length, &reply);
    listener->clock_offset_ms += (int64_t)local_service_take_jump(listener->service);
    listen_take_outputs(listener);
    return answer_with(peer, status, type, &reply);
}

static int finish_request(listen_peer *peer)
{
    switch (peer->route) {
    case ROUTE_API:
    case ROUTE_CBOR:
    case ROUTE_CONTROL:
        return run_call(peer);
    case ROUTE_REFUSED:
        return send_text(peer, peer->refusal_status, LISTEN_TEXT_TYPE, peer->name);
    default: /* answered already */
        return listen_on_more(peer);
    }
}

/* The answer is certain; it is sent when the body is out of the way. */
static void refuse(listen_peer *peer, int status, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
static void refuse(listen_peer *peer, int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(peer->name, sizeof peer->name, format, arguments);
    va_end(arguments);
    peer->route = ROUTE_REFUSED;
    peer->refusal_status = status;
}

static bool read_target(listen_peer *peer)
{
    static const char header[] = "x-amz-target:", prefix[] = "GameLift.";
    char target[LISTEN_HEADER_SIZE];
    int length = lws_hdr_custom_copy(peer->wsi, target, sizeof target, header, (int)strlen(header));
    if (length <= 0)
        return false;
    const char *name = strncmp(target, prefix, strlen(prefix)) == 0 ? target + strlen(prefix) : target;
    snprintf(peer->name, sizeof peer->name, "%s", name);
    return true;
}

/* With a base path in front, too: the target alone decides (S7), or the end of the path (S9). */
static void route_post(listen_peer *peer, const char *path)
{
    static const char control[] = "/_local/", cbor[] = "/service/GameLift/operation/";
    const char *cbor_at = strstr(path, cbor);
    if (strncmp(path, control, strlen(control)) == 0) {
        peer->route = ROUTE_CONTROL;
        snprintf(peer->name, sizeof peer->name, "%s", path + strlen(control));
    } else if (read_target(peer)) {
        peer->route = ROUTE_API;
    } else if (cbor_at != NULL) {
        peer->route = ROUTE_CBOR;
        snprintf(peer->name, sizeof peer->name, "%s", cbor_at + strlen(cbor));
    } else { /* an operation without a name is one that is not known (S2) */
        peer->route = ROUTE_API;
        peer->name[0] = '\0';
    }
}

static int route_get(listen_peer *peer, const char *path)
{
    if (strcmp(path, "/") == 0)
        return send_reply(peer, 200, "text/html; charset=utf-8",
                listen_message_of((const char *)local_dashboard, local_dashboard_length));
    if (strcmp(path, "/_local/state") == 0)
        return answer_state(peer, local_service_state);
    if (strcmp(path, "/_local/summary") == 0)
        return answer_state(peer, local_service_summary);
    if (strcmp(path, "/_local/health") == 0)
        return send_text(peer, 200, JSON_TYPE, "{\"status\":\"ok\"}");
    return send_text(peer, 404, LISTEN_TEXT_TYPE, "There is nothing here. See / and /_local/state.\n");
}

static bool has_header(const listen_peer *peer, enum lws_token_indexes header)
{
    return lws_hdr_total_length(peer->wsi, header) > 0;
}

/* How much body follows. Without a length, none: libwebsockets does not join chunks. */
static bool read_length(listen_peer *peer, unsigned long long *length)
{
    char text[32];
    *length = 0;
    if (!has_header(peer, WSI_TOKEN_HTTP_CONTENT_LENGTH))
        return true;
    if (lws_hdr_copy(peer->wsi, text, sizeof text, WSI_TOKEN_HTTP_CONTENT_LENGTH) <= 0)
        return false;
    char *end;
    *length = strtoull(text, &end, 10);
    return *end == '\0' && text[0] != '-';
}

static void judge_post(listen_peer *peer, const char *path, unsigned long long length)
{
    const char *refusal = listen_refuse_request(peer->wsi);
    if (refusal[0] != '\0')
        refuse(peer, 403, "%s\n", refusal);
    else if (length > LISTEN_BODY_MAX)
        refuse(peer, 413, "The body is longer than %u bytes.\n", LISTEN_BODY_MAX);
    else if (peer->listener->bodies_bytes + length > LISTEN_BODIES_MAX)
        refuse(peer, 503, "Too many large requests at once.\n");
    else
        route_post(peer, path);
    if (peer->route == ROUTE_REFUSED || length == 0)
        return;
    peer->body = malloc(length);
    if (peer->body == NULL) {
        refuse(peer, 503, "gamelift-local is out of memory.\n");
        return;
    }
    peer->body_expected = length;
    peer->listener->bodies_bytes += length;
}

static int begin_post(listen_peer *peer, const char *path)
{
    unsigned long long length;
    if (!has_header(peer, WSI_TOKEN_HTTP_CONTENT_LENGTH))
        peer->close_after_reply = true; /* libwebsockets would wait for a body */
    if (has_header(peer, WSI_TOKEN_HTTP_TRANSFER_ENCODING) || !read_length(peer, &length) ||
            length > DROPPED_MAX) {
        peer->close_after_reply = true;
        return send_text(peer, 411, LISTEN_TEXT_TYPE, "Send a Content-Length, and no more than 4 MiB.\n");
    }
    judge_post(peer, path, length);
    return length == 0 ? finish_request(peer) : 0;
}

static int begin_request(listen_peer *peer, const char *path)
{
    static const char wait[] = "Send the next request when the answer to the one before has come.\n";
    bool is_bare = has_header(peer, WSI_TOKEN_GET_URI) && !has_header(peer, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    listen_forget_http(peer);
    peer->route = ROUTE_NONE;
    peer->asked_us = lws_now_usecs();
    if (!is_bare && listen_came_too_early(peer))
        return listen_reply_and_close(peer, 400, LISTEN_TEXT_TYPE, wait);
    if (has_header(peer, WSI_TOKEN_POST_URI))
        return begin_post(peer, path);
    const char *refusal = listen_refuse_request(peer->wsi);
    if (refusal[0] != '\0')
        return send_text(peer, 403, LISTEN_TEXT_TYPE, refusal);
    if (has_header(peer, WSI_TOKEN_GET_URI))
        return route_get(peer, path);
    peer->close_after_reply = true; /* what follows may be a body that is not read */
    return send_text(peer, 405, LISTEN_TEXT_TYPE, "Only GET and POST are answered here.\n");
}

static int take_body(listen_peer *peer, const char *bytes, size_t length)
{
    if (lws_now_usecs() - peer->asked_us > LISTEN_PATIENCE_S * LWS_USEC_PER_SEC)
        return -1;
    if (peer->body == NULL)
        return 0; /* refused: read away */
    if (length > peer->body_expected - peer->body_length)
        return -1;
    memcpy(peer->body + peer->body_length, bytes, length);
    peer->body_length += length;
    return 0;
}

int listen_on_http(listen_peer *peer, enum lws_callback_reasons reason, const char *in, size_t length)
{
    switch (reason) {
    case LWS_CALLBACK_HTTP:
        return begin_request(peer, in);
    case LWS_CALLBACK_HTTP_BODY:
        return take_body(peer, in, length);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return finish_request(peer);
    default: /* LWS_CALLBACK_HTTP_WRITEABLE */
        return listen_write_reply(peer);
    }
}
