/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP requests that scripts make: one connection each, the whole answer at once. */

#include "net_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHOLE_TIMEOUT_S = 20 }; /* for an answer that comes drop by drop */

typedef struct net_fetching {
    uint64_t id;
    char *headers;       /* "name:\0value\0...\0" */
    unsigned char *body; /* LWS_PRE bytes, then the body */
    size_t body_length;
    uint64_t begun_ns;
    int status;
    bool complete, ends_with_connection; /* the answer has no length: the end of the connection is its end */
    char failure[NET_MAX_REASON + 1];
    char *answer;
    size_t answer_length;
} net_fetching;

static void free_fetching(net_fetching *one)
{
    if (one == NULL)
        return;
    free(one->headers);
    free(one->body);
    free(one->answer);
    free(one);
}

static char *pack_headers(const net_fetch *what)
{
    size_t size = 1;
    for (size_t i = 0; i < what->header_count; i++)
        size += strlen(what->headers[i].name) + 1 + strlen(what->headers[i].value) + 2;
    char *all = malloc(size), *at = all;
    for (size_t i = 0; all != NULL && i < what->header_count; i++)
        at += sprintf(at, "%s:%c%s", what->headers[i].name, '\0', what->headers[i].value) + 1;
    if (all != NULL)
        *at = '\0';
    return all;
}

static int append_headers(net_fetching *one, struct lws *wsi, unsigned char **at, unsigned char *end)
{
    char length[24];
    for (const char *name = one->headers; *name != '\0';) {
        const char *value = name + strlen(name) + 1;
        if (lws_add_http_header_by_name(wsi, (const unsigned char *)name, (const unsigned char *)value,
                    (int)strlen(value), at, end) != 0)
            return -1;
        name = value + strlen(value) + 1;
    }
    if (one->body == NULL)
        return 0;
    int digits = snprintf(length, sizeof length, "%zu", one->body_length);
    if (lws_add_http_header_by_token(
                wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, (unsigned char *)length, digits, at, end) != 0)
        return -1;
    lws_client_http_body_pending(wsi, 1);
    lws_callback_on_writable(wsi);
    return 0;
}

static int write_body(net_fetching *one, struct lws *wsi)
{
    if (one->body == NULL)
        return 0;
    int written = lws_write(wsi, one->body + LWS_PRE, one->body_length, LWS_WRITE_HTTP_FINAL);
    lws_client_http_body_pending(wsi, 0);
    free(one->body);
    one->body = NULL;
    return written < 0 ? -1 : 0;
}

static int append_answer(net_fetching *one, const void *in, size_t length)
{
    char *larger = NULL;
    if (length <= NET_MAX_RESPONSE_BODY - one->answer_length)
        larger = realloc(one->answer, one->answer_length + length + 1);
    if (larger == NULL) {
        snprintf(one->failure, sizeof one->failure, "the answer is larger than %d bytes",
                NET_MAX_RESPONSE_BODY);
        return -1;
    }
    memcpy(larger + one->answer_length, in, length);
    one->answer = larger;
    one->answer_length += length;
    return 0;
}

static void explain_end(net_fetching *one)
{
    bool late = net_now_ns() - one->begun_ns >= NET_TIMEOUT_S * 1000000000ull;
    if (one->failure[0] != '\0' || one->complete)
        return;
    if (late)
        snprintf(one->failure, sizeof one->failure, "no answer within %d s", NET_TIMEOUT_S);
    else if (one->status != 0 && one->ends_with_connection)
        one->complete = true;
    else
        snprintf(one->failure, sizeof one->failure, "the connection ended before the answer did");
}

static void end_fetching(net *n, struct lws *wsi, net_fetching *one)
{
    lws_set_opaque_user_data(wsi, NULL);
    explain_end(one);
    if (n->beginning)
        snprintf(n->begin_failure, sizeof n->begin_failure, "%s", one->failure);
    else if (n->loop->closing)
        ;
    else if (one->complete)
        n->desc.handlers.on_response(n->desc.handlers.user, one->id, one->status,
                one->answer != NULL ? one->answer : "", one->answer_length);
    else
        n->desc.handlers.on_response(n->desc.handlers.user, one->id, 0, one->failure, strlen(one->failure));
    free_fetching(one);
}

static int read_some(struct lws *wsi)
{
    char room[LWS_PRE + 4096], *at = room + LWS_PRE;
    int length = (int)sizeof room - LWS_PRE;
    return lws_http_client_read(wsi, &at, &length) < 0 ? -1 : 0;
}

int net_on_fetch(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
    net_fetching *one = wsi != NULL ? lws_get_opaque_user_data(wsi) : NULL;
    (void)user;
    if (one == NULL)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return append_headers(one, wsi, in, *(unsigned char **)in + length);
    case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
        return write_body(one, wsi);
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
        one->status = (int)lws_http_client_http_response(wsi);
        one->ends_with_connection = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) == 0 &&
                                    lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) == 0;
        return 0;
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
        return read_some(wsi);
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
        return append_answer(one, in, length);
    case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
        one->complete = true;
        return -1;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        snprintf(
                one->failure, sizeof one->failure, "%s", in != NULL ? (const char *)in : "cannot be reached");
        return 0;
    case LWS_CALLBACK_TIMER:
        snprintf(one->failure, sizeof one->failure, "no whole answer within %d s", WHOLE_TIMEOUT_S);
        return -1;
    case LWS_CALLBACK_WSI_DESTROY:
        end_fetching(net_of(wsi), wsi, one);
        return 0;
    default:
        return 0;
    }
}

uint64_t net_fetch_begin(net *n, const net_fetch *what, char *reason, size_t reason_size)
{
    net_url url;
    if (!net_url_parse(&url, what->url, "http://", reason, reason_size))
        return 0;
    net_fetching *one = calloc(1, sizeof *one);
    if (one != NULL)
        one->headers = pack_headers(what);
    if (one != NULL && what->body != NULL)
        one->body = malloc(LWS_PRE + what->body_length + 1);
    if (one == NULL || one->headers == NULL || (what->body != NULL && one->body == NULL)) {
        free_fetching(one);
        snprintf(reason, reason_size, "out of memory");
        return 0;
    }
    if (what->body != NULL)
        memcpy(one->body + LWS_PRE, what->body, what->body_length);
    one->body_length = what->body_length;
    uint64_t id = one->id = ++n->serial;
    one->begun_ns = net_now_ns();
    const char *method = what->method != NULL ? what->method : what->body != NULL ? "POST" : "GET";
    struct lws *wsi = net_begin_client(n, &url, method, NET_PROTOCOL_FETCH, one);
    if (wsi == NULL) {
        bool freed = n->begin_failure[0] != '\0';
        snprintf(
                reason, reason_size, "%.200s: %s", what->url, freed ? n->begin_failure : "cannot be reached");
        if (!freed)
            free_fetching(one);
        return 0;
    }
    lws_set_timer_usecs(wsi, WHOLE_TIMEOUT_S * LWS_USEC_PER_SEC);
    return id;
}
