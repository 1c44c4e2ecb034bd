/* SPDX-License-Identifier: Apache-2.0 */
/* The lobby's side of HTTP: pages from a folder, and /api/ answered by the script.
 *
 * One request per connection: of two that come in one piece, libwebsockets 4.1 takes the second one's head
 * for its body, and never comes to an end with it. */

#include "net_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_TIMEOUT_S = 15, HEADERS_MAX_BYTES = 1024 };

/* Scripts, styles and pictures are our own; the page connects to game servers wherever they are; no other
 * page may show it in a frame, where a click on Play could be stolen. */
#define CONTENT_SECURITY_POLICY                                                                              \
    "default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'self'; frame-ancestors " \
    "'none'"

struct net_exchange {
    net_exchange *next;
    uint64_t id;
    struct lws *wsi;
    uint32_t from;
    bool has_length, handed_over, answered, headers_sent;
    char method[8], path[256];
    char *body;
    size_t body_length, body_expected;
    char *query_text; /* what the values point into */
    net_query_value query[NET_MAX_QUERY_VALUES];
    size_t query_count;
    unsigned status;
    char content_type[64];
    unsigned char *reply; /* LWS_PRE bytes, then the body */
    size_t reply_length;
};

/* ---- answers ---- */

static int write_headers(struct lws *wsi, unsigned status, const char *type, size_t length)
{
    static const char *const further[][2] = {{"cache-control:", "no-store"},
            {"x-content-type-options:", "nosniff"}, {"content-security-policy:", CONTENT_SECURITY_POLICY},
            {"connection:", "close"}};
    unsigned char room[LWS_PRE + HEADERS_MAX_BYTES], *start = room + LWS_PRE, *at = start;
    unsigned char *end = room + sizeof room - 1;
    if (lws_add_http_common_headers(wsi, status, type, length, &at, end) != 0)
        return -1;
    for (size_t i = 0; i < sizeof further / sizeof further[0]; i++) {
        const unsigned char *value = (const unsigned char *)further[i][1];
        if (lws_add_http_header_by_name(wsi, (const unsigned char *)further[i][0], value,
                    (int)strlen(further[i][1]), &at, end) != 0)
            return -1;
    }
    return lws_finalize_write_http_header(wsi, start, &at, end);
}

/* Answers and hangs up, when what was written is out. */
static int answer(struct lws *wsi, unsigned status, const char *text)
{
    unsigned char room[LWS_PRE + 256];
    size_t length = (size_t)snprintf((char *)room + LWS_PRE, sizeof room - LWS_PRE, "%s\n", text);
    if (write_headers(wsi, status, "text/plain; charset=utf-8", length) == 0)
        lws_write(wsi, room + LWS_PRE, length, LWS_WRITE_HTTP_FINAL);
    return -1;
}

/* ---- pages ---- */

static const char *content_type_of(const char *path)
{
    static const struct {
        const char *end, *type;
    } types[] = {
            {".html", "text/html; charset=utf-8"},
            {".css", "text/css; charset=utf-8"},
            {".js", "text/javascript; charset=utf-8"},
            {".json", "application/json"},
            {".svg", "image/svg+xml"},
            {".png", "image/png"},
            {".jpg", "image/jpeg"},
            {".webp", "image/webp"},
            {".ico", "image/x-icon"},
            {".woff2", "font/woff2"},
            {".wav", "audio/wav"},
            {".mp3", "audio/mpeg"},
            {".ogg", "audio/ogg"},
            {".txt", "text/plain; charset=utf-8"},
    };
    const char *end = strrchr(path, '.');
    for (size_t i = 0; end != NULL && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(end, types[i].end) == 0)
            return types[i].type;
    }
    return NULL;
}

/* Plain names below the folder: no "..", no hidden files, nothing that needs escaping. */
static bool is_plain(const char *path)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
    return path[0] == '/' && strspn(path, allowed) == strlen(path) && strstr(path, "/.") == NULL;
}

static int serve_page(net *n, struct lws *wsi, const char *uri)
{
    static const char headers[] =
            "cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\n"
            "content-security-policy: " CONTENT_SECURITY_POLICY "\r\n";
    const char *path = strcmp(uri, "/") == 0 ? "/index.html" : uri, *type = content_type_of(path);
    char file[4096];
    if (lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) == 0)
        return answer(wsi, HTTP_STATUS_METHOD_NOT_ALLOWED, "Pages are fetched with GET.");
    int length = snprintf(file, sizeof file, "%s%s", n->desc.assets, path);
    if (type == NULL || !is_plain(path) || (size_t)length >= sizeof file || access(file, R_OK) != 0)
        return answer(wsi, HTTP_STATUS_NOT_FOUND, "There is no such page.");
    return lws_serve_http_file(wsi, file, type, headers, (int)sizeof headers - 1) < 0 ? -1 : 0;
}

/* ---- /api/ ---- */

static void free_exchange(net *n, net_exchange *one)
{
    for (net_exchange **at = &n->exchanges; *at != NULL; at = &(*at)->next) {
        if (*at == one) {
            *at = one->next;
            break;
        }
    }
    free(one->body);
    free(one->query_text);
    free(one->reply);
    free(one);
}

/* libwebsockets hands each "name=value" out with its escapes undone. False: too many, or out of memory. */
static bool read_query(net_exchange *one)
{
    int total = lws_hdr_total_length(one->wsi, WSI_TOKEN_HTTP_URI_ARGS), length;
    size_t size = (size_t)(total > 0 ? total : 0) + 2 * NET_MAX_QUERY_VALUES, used = 0;
    one->query_text = malloc(size);
    if (one->query_text == NULL)
        return false;
    while ((length = lws_hdr_copy_fragment(one->wsi, one->query_text + used, (int)(size - used),
                    WSI_TOKEN_HTTP_URI_ARGS, (int)one->query_count)) >= 0) {
        if (one->query_count == NET_MAX_QUERY_VALUES)
            return false;
        char *name = one->query_text + used, *equals = strchr(name, '=');
        one->query[one->query_count++] = (net_query_value){.name = name, .value = equals ? equals + 1 : ""};
        if (equals != NULL)
            *equals = '\0';
        used += (size_t)length + 1;
    }
    return true;
}

/* How much body follows; none without a length. False: the length is no number, or there are several, which
 * libwebsockets joins. */
static bool read_length(net_exchange *one)
{
    char text[24];
    if (lws_hdr_total_length(one->wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) == 0)
        return true;
    int length = lws_hdr_copy(one->wsi, text, sizeof text, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    if (length <= 0 || strspn(text, "0123456789") != (size_t)length)
        return false;
    one->body_expected = (size_t)strtoull(text, NULL, 10);
    one->has_length = true;
    return true;
}

/* NULL: fine; else the sentence that refuses. */
static const char *read_head(net_exchange *one, const char *uri)
{
    static const struct {
        enum lws_token_indexes token;
        const char *name;
    } methods[] = {{WSI_TOKEN_GET_URI, "GET"}, {WSI_TOKEN_POST_URI, "POST"}, {WSI_TOKEN_PUT_URI, "PUT"},
            {WSI_TOKEN_DELETE_URI, "DELETE"}};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (lws_hdr_total_length(one->wsi, methods[i].token) != 0)
            snprintf(one->method, sizeof one->method, "%s", methods[i].name);
    }
    if (one->method[0] == '\0' || !read_length(one) ||
            lws_hdr_total_length(one->wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) != 0)
        return "A request is GET, POST, PUT or DELETE, with Content-Length where it has a body.";
    if (one->body_expected > NET_MAX_REQUEST_BODY)
        return "A request body has at most 65536 bytes.";
    if (snprintf(one->path, sizeof one->path, "%s", uri) >= (int)sizeof one->path || !read_query(one))
        return "A request has a path of at most 255 bytes and at most 32 query values.";
    return NULL;
}

/* Answers and forgets an exchange that the script will not hear of. */
static int refuse(net *n, net_exchange *one, unsigned status, const char *why)
{
    struct lws *wsi = one->wsi;
    lws_set_opaque_user_data(wsi, NULL);
    free_exchange(n, one);
    return answer(wsi, status, why);
}

/* Those whose bodies are still to come do not count: see net_guests.c. */
static bool too_many(const net *n, uint32_t from)
{
    size_t all = 0, of_address = 0;
    for (const net_exchange *one = n->exchanges; one != NULL; one = one->next) {
        all += one->handed_over;
        of_address += one->handed_over && one->from == from;
    }
    return all >= NET_MAX_REQUESTS || of_address >= NET_MAX_REQUESTS_OF_ADDRESS;
}

static int hand_over(net *n, net_exchange *one)
{
    char address[NET_ADDRESS_SIZE];
    if (too_many(n, one->from))
        return refuse(n, one, HTTP_STATUS_SERVICE_UNAVAILABLE, "Too many requests at once.");
    net_request request = {.method = one->method,
            .path = one->path,
            .address = net_address_text(one->from, address),
            .body = one->body ? one->body : "",
            .body_length = one->body_length,
            .query = one->query,
            .query_count = one->query_count};
    one->handed_over = true;
    net_guest_asked(n, one->wsi);
    lws_set_timeout(one->wsi, NO_PENDING_TIMEOUT, 0);
    lws_set_timer_usecs(one->wsi, ANSWER_TIMEOUT_S * LWS_USEC_PER_SEC);
    n->desc.handlers.on_request(n->desc.handlers.user, one->id, &request);
    return 0;
}

static int begin_exchange(net *n, struct lws *wsi, const char *uri)
{
    net_exchange *one = calloc(1, sizeof *one);
    if (one == NULL)
        return answer(wsi, HTTP_STATUS_SERVICE_UNAVAILABLE, "Too many requests at once.");
    one->id = ++n->serial;
    one->wsi = wsi;
    one->from = net_address_of(wsi);
    one->next = n->exchanges;
    n->exchanges = one;
    const char *refusal = read_head(one, uri);
    if (refusal != NULL) {
        bool large = one->body_expected > NET_MAX_REQUEST_BODY;
        return refuse(n, one, large ? HTTP_STATUS_REQ_ENTITY_TOO_LARGE : HTTP_STATUS_BAD_REQUEST, refusal);
    }
    lws_set_opaque_user_data(wsi, one);
    if (!one->has_length)
        return hand_over(n, one);
    lws_set_timer_usecs(wsi, NET_TIMEOUT_S * LWS_USEC_PER_SEC);
    return 0;
}

static int on_body(net_exchange *one, const void *in, size_t length)
{
    if (length == 0)
        return 0;
    if (one->body == NULL)
        one->body = malloc(one->body_expected);
    if (one->body == NULL || length > one->body_expected - one->body_length)
        return -1;
    memcpy(one->body + one->body_length, in, length);
    one->body_length += length;
    return 0;
}

static int on_writable(net *n, net_exchange *one)
{
    struct lws *wsi = one->wsi;
    if (!one->answered)
        return 0;
    if (!one->headers_sent) {
        one->headers_sent = true;
        if (write_headers(wsi, one->status, one->content_type, one->reply_length) != 0)
            return -1;
        lws_callback_on_writable(wsi);
        return 0;
    }
    if (one->reply_length > 0)
        lws_write(wsi, one->reply + LWS_PRE, one->reply_length, LWS_WRITE_HTTP_FINAL);
    lws_set_opaque_user_data(wsi, NULL);
    free_exchange(n, one);
    return -1;
}

bool net_respond(
        net *n, uint64_t request, int status, const char *content_type, const void *body, size_t length)
{
    net_exchange *one = n->exchanges;
    while (one != NULL && one->id != request)
        one = one->next;
    if (one == NULL || one->answered || (one->reply = malloc(LWS_PRE + length + 1)) == NULL)
        return false;
    memcpy(one->reply + LWS_PRE, body, length);
    one->reply_length = length;
    one->status = (unsigned)status;
    one->answered = true;
    snprintf(one->content_type, sizeof one->content_type, "%s", content_type);
    lws_set_timer_usecs(one->wsi, -1);
    lws_set_timeout(one->wsi, PENDING_TIMEOUT_HTTP_CONTENT, ANSWER_TIMEOUT_S);
    lws_callback_on_writable(one->wsi);
    return true;
}

/* ---- libwebsockets ---- */

static int on_request(net *n, struct lws *wsi, const char *uri)
{
    const char *refusal = n->desc.players ? NULL : net_refuse(n, wsi);
    unsigned status = HTTP_STATUS_FORBIDDEN;
    bool api = strncmp(uri, "/api/", strlen("/api/")) == 0;
    if (n->desc.players) {
        status = 426;
        refusal = "This is a game server: a player connects with WebSocket.";
    }
    if (refusal != NULL)
        return answer(wsi, status, refusal);
    if (api)
        return begin_exchange(n, wsi, uri);
    net_guest_asked(n, wsi);
    return serve_page(n, wsi, uri);
}

int net_on_http(struct lws *wsi, enum lws_callback_reasons reason, void *in, size_t length)
{
    static const char late[] = "{\"message\":\"the lobby's script gave no answer\"}";
    net *n = net_of(wsi);
    net_exchange *one = wsi != NULL ? lws_get_opaque_user_data(wsi) : NULL;
    switch (reason) {
    case LWS_CALLBACK_HTTP:
        return on_request(n, wsi, in);
    case LWS_CALLBACK_HTTP_BODY:
        return one != NULL ? on_body(one, in, length) : -1;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        if (one == NULL || one->handed_over)
            return -1; /* more has come behind the body: libwebsockets would tell of it without end */
        return hand_over(n, one);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return one != NULL ? on_writable(n, one) : 0;
    case LWS_CALLBACK_TIMER:
        if (one != NULL && !one->handed_over)
            return refuse(n, one, HTTP_STATUS_REQUEST_TIMEOUT, "The body did not come in time.");
        if (one != NULL)
            net_respond(n, one->id, HTTP_STATUS_GATEWAY_TIMEOUT, "application/json", late, sizeof late - 1);
        return 0;
    case LWS_CALLBACK_CLOSED_HTTP:
        if (one != NULL) {
            lws_set_opaque_user_data(wsi, NULL);
            free_exchange(n, one);
        }
        return 0;
    case LWS_CALLBACK_HTTP_FILE_COMPLETION:
        return -1;
    default:
        return 0;
    }
}
