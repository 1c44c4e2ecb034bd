/* SPDX-License-Identifier: Apache-2.0 */
/* WebSockets: players who dialled us, and servers that our bots dialled.
 *
 * Nobody may cost the others anything: what a player sends is bounded in size and rate, what waits for a
 * player is bounded in bytes, and whoever crosses a limit is closed with a reason. */

#include "net_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CLOSE_BY_SCRIPT = 4000,
    CLOSE_GRACE_S = 3, /* for a peer that does not read, or does not answer the close */
};

typedef struct outgoing {
    struct outgoing *next;
    size_t length;
    unsigned char room[]; /* LWS_PRE bytes for the frame header, then the message */
} outgoing;

struct net_socket {
    uint64_t id;
    struct lws *wsi;
    bool dialled, open;
    bool told;      /* on_disconnect has been called; what is left is the end of the socket itself */
    int close_code; /* not 0: closing; nothing is received or queued any more */
    char reason[NET_MAX_REASON + 1];
    char session_id[NET_MAX_SESSION_ID + 1];
    uint32_t from;
    char address[NET_ADDRESS_SIZE];
    double allowance; /* messages that may still come now */
    uint64_t allowance_at_ns;
    outgoing *first, **last;
    size_t queued_bytes;
    size_t received, received_limit;
    unsigned char *message; /* of received_limit bytes: the one that is coming in */
};

/* A socket's number is its place plus a serial number times the places: found at once, never used again. */
static net_socket *find(const net *n, uint64_t id)
{
    net_socket *s = n->sockets[net_place_of(id)];
    return s != NULL && s->id == id ? s : NULL;
}

static net_socket *add(net *n, bool dialled)
{
    size_t place = 0, limit = dialled ? NET_MAX_MESSAGE_DIALLED : NET_MAX_MESSAGE_IN;
    while (place < NET_MAX_SOCKETS && n->sockets[place] != NULL)
        place++;
    net_socket *s = place < NET_MAX_SOCKETS ? calloc(1, sizeof *s) : NULL;
    if (s != NULL)
        s->message = malloc(limit);
    if (s == NULL || s->message == NULL) {
        free(s);
        return NULL;
    }
    s->id = ++n->serial * NET_MAX_SOCKETS + place;
    s->dialled = dialled;
    s->received_limit = limit;
    s->last = &s->first;
    s->allowance = NET_MESSAGES_BURST;
    s->allowance_at_ns = net_now_ns();
    n->sockets[place] = s;
    n->socket_count++;
    return s;
}

static void drop_queue(net_socket *s)
{
    while (s->first != NULL) {
        outgoing *one = s->first;
        s->first = one->next;
        free(one);
    }
    s->last = &s->first;
    s->queued_bytes = 0;
}

static void free_socket(net *n, net_socket *s)
{
    n->sockets[net_place_of(s->id)] = NULL;
    n->socket_count--;
    drop_queue(s);
    free(s->message);
    free(s);
}

void net_free_sockets(net *n)
{
    for (size_t i = 0; i < NET_MAX_SOCKETS; i++) {
        if (n->sockets[i] != NULL)
            free_socket(n, n->sockets[i]);
    }
}

static void tell_end(net *n, net_socket *s, const char *reason)
{
    char text[NET_MAX_REASON + 1];
    snprintf(text, sizeof text, "%s", s->reason[0] != '\0' ? s->reason : reason);
    if (n->beginning)
        snprintf(n->begin_failure, sizeof n->begin_failure, "%s", text);
    else if (!n->loop->closing && !s->told)
        n->desc.handlers.on_disconnect(n->desc.handlers.user, s->id, text, s->dialled);
    s->told = true;
}

/* The socket itself has gone. */
static void end_socket(net *n, struct lws *wsi, net_socket *s, const char *reason)
{
    tell_end(n, s, reason);
    lws_set_opaque_user_data(wsi, NULL);
    free_socket(n, s);
}

/* Cut to what a close frame holds, and not inside a character. */
static void set_reason(net_socket *s, const char *reason)
{
    size_t length = strnlen(reason, NET_MAX_REASON);
    while (length > 0 && reason[length] != '\0' && ((unsigned char)reason[length] & 0xC0) == 0x80)
        length--;
    memcpy(s->reason, reason, length);
    s->reason[length] = '\0';
}

static void begin_close(net_socket *s, int code, const char *reason)
{
    if (s->close_code != 0)
        return;
    s->close_code = code;
    set_reason(s, reason);
    if (code != CLOSE_BY_SCRIPT)
        drop_queue(s);
    if (!s->open) {
        lws_set_timeout(s->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
        return;
    }
    lws_set_timeout(s->wsi, PENDING_TIMEOUT_USER_OK, CLOSE_GRACE_S);
    lws_callback_on_writable(s->wsi);
}

/* ---- arriving ---- */

/* By hand: this early libwebsockets takes every request for HTTP/1.0, which WebSocket clients
 * refuse to read. */
static int refuse_upgrade(struct lws *wsi, int status, const char *phrase, const char *why)
{
    char room[LWS_PRE + 512], *start = room + LWS_PRE;
    int length = snprintf(start, sizeof room - LWS_PRE,
            "HTTP/1.1 %d %s\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n"
            "content-length: %zu\r\n\r\n%s\n",
            status, phrase, strlen(why) + 1, why);
    return lws_write(wsi, (unsigned char *)start, (size_t)length, LWS_WRITE_HTTP_HEADERS) < 0 ? -1 : 1;
}

int net_on_upgrade(struct lws *wsi)
{
    net *n = net_of(wsi);
    char id[sizeof "PlayerSessionId=" + NET_MAX_SESSION_ID + 1];
    const char *value = lws_get_urlarg_by_name(wsi, "PlayerSessionId=", id, sizeof id);
    const char *bad_origin = net_refuse(n, wsi);
    if (!n->desc.players)
        return refuse_upgrade(wsi, 404, "Not Found", "No game runs here: this is the lobby.");
    if (bad_origin != NULL)
        return refuse_upgrade(wsi, 403, "Forbidden", bad_origin);
    if (!n->admits)
        return refuse_upgrade(wsi, 503, "Service Unavailable", "No game server is here at the moment.");
    if (value == NULL || value[0] == '\0' || strlen(value) > NET_MAX_SESSION_ID)
        return refuse_upgrade(wsi, 400, "Bad Request",
                "A player joins with ?PlayerSessionId= and the id that matchmaking gave, 1 to 256 bytes.");
    if (n->socket_count >= NET_MAX_SOCKETS)
        return refuse_upgrade(wsi, 503, "Service Unavailable", "Too many connections to this server.");
    const char *refusal = net_refuse_join(n, wsi);
    if (refusal != NULL)
        return refuse_upgrade(wsi, 429, "Too Many Requests", refusal);
    net_guest_asked(n, wsi);
    return 0;
}

static int on_established(net *n, struct lws *wsi)
{
    char id[sizeof "PlayerSessionId=" + NET_MAX_SESSION_ID + 1];
    const char *value = lws_get_urlarg_by_name(wsi, "PlayerSessionId=", id, sizeof id);
    net_socket *s = value != NULL && n->admits ? add(n, false) : NULL;
    if (s == NULL)
        return -1;
    s->wsi = wsi;
    s->open = true;
    snprintf(s->session_id, sizeof s->session_id, "%s", value);
    s->from = net_address_of(wsi);
    net_address_text(s->from, s->address);
    lws_set_opaque_user_data(wsi, s);
    n->desc.handlers.on_connect(n->desc.handlers.user, s->id, s->session_id, s->address);
    return 0;
}

/* ---- receiving ---- */

static bool within_rate(net_socket *s)
{
    uint64_t now = net_now_ns();
    s->allowance += (double)(now - s->allowance_at_ns) * 1e-9 * NET_MESSAGES_PER_SECOND;
    s->allowance_at_ns = now;
    if (s->allowance > NET_MESSAGES_BURST)
        s->allowance = NET_MESSAGES_BURST;
    s->allowance -= 1;
    return s->allowance >= 0;
}

static void on_receive(net *n, net_socket *s, const void *bytes, size_t length)
{
    char why[NET_MAX_REASON];
    if (s->close_code != 0)
        return;
    if (!lws_frame_is_binary(s->wsi)) {
        begin_close(s, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE, "only binary messages are understood");
        return;
    }
    if (length > s->received_limit - s->received) {
        snprintf(why, sizeof why, "a message is larger than %zu bytes", s->received_limit);
        begin_close(s, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, why);
        return;
    }
    memcpy(s->message + s->received, bytes, length);
    s->received += length;
    if (!lws_is_final_fragment(s->wsi) || lws_remaining_packet_payload(s->wsi) != 0)
        return;
    if (!s->dialled && !within_rate(s)) {
        snprintf(why, sizeof why, "more than %d messages a second", NET_MESSAGES_PER_SECOND);
        begin_close(s, LWS_CLOSE_STATUS_POLICY_VIOLATION, why);
        return;
    }
    size_t whole = s->received;
    s->received = 0;
    n->desc.handlers.on_message(n->desc.handlers.user, s->id, (const char *)s->message, whole);
}

static void on_peer_close(net_socket *s, const unsigned char *in, size_t length)
{
    char text[NET_MAX_REASON + 1];
    if (s->close_code != 0)
        return;
    if (length > 2)
        snprintf(text, sizeof text, "%.*s", (int)(length - 2), (const char *)in + 2);
    else
        snprintf(text, sizeof text, s->dialled ? "closed by the server" : "left");
    set_reason(s, text);
}

/* ---- sending ---- */

static int on_writable(net *n, net_socket *s)
{
    outgoing *one = s->first;
    if (s->told)
        return 0; /* the close frame is on its way */
    if (one == NULL && s->close_code != 0) {
        lws_close_reason(
                s->wsi, (enum lws_close_status)s->close_code, (unsigned char *)s->reason, strlen(s->reason));
        tell_end(n, s, "");
        return -1;
    }
    if (one == NULL)
        return 0;
    s->first = one->next;
    if (s->first == NULL)
        s->last = &s->first;
    s->queued_bytes -= one->length;
    int written = lws_write(s->wsi, one->room + LWS_PRE, one->length, LWS_WRITE_BINARY);
    free(one);
    if (written < 0)
        return -1;
    if (s->first != NULL || s->close_code != 0)
        lws_callback_on_writable(s->wsi);
    return 0;
}

/* NULL: it is longer than `most`, or memory is out. */
static outgoing *make_outgoing(const net_piece *pieces, size_t count, size_t most)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].length > most - length)
            return NULL;
        length += pieces[i].length;
    }
    outgoing *one = malloc(sizeof *one + LWS_PRE + length);
    if (one == NULL)
        return NULL;
    one->next = NULL;
    one->length = 0;
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].length > 0)
            memcpy(one->room + LWS_PRE + one->length, pieces[i].bytes, pieces[i].length);
        one->length += pieces[i].length;
    }
    return one;
}

bool net_send(net *n, uint64_t socket, const net_piece *pieces, size_t count)
{
    net_socket *s = find(n, socket);
    if (s == NULL || !s->open || s->close_code != 0)
        return false;
    outgoing *one = make_outgoing(pieces, count, NET_MAX_QUEUE_BYTES - s->queued_bytes);
    if (one == NULL) {
        begin_close(s, LWS_CLOSE_STATUS_POLICY_VIOLATION, "the connection is too slow for this game");
        return false;
    }
    *s->last = one;
    s->last = &one->next;
    s->queued_bytes += one->length;
    lws_callback_on_writable(s->wsi);
    return true;
}

/* ---- libwebsockets ---- */

int net_on_socket(struct lws *wsi, enum lws_callback_reasons reason, void *in, size_t length)
{
    net *n = net_of(wsi);
    net_socket *s = lws_get_opaque_user_data(wsi);
    if (reason == LWS_CALLBACK_ESTABLISHED)
        return on_established(n, wsi);
    if (s == NULL)
        return 0;
    if (reason == LWS_CALLBACK_RECEIVE)
        on_receive(n, s, in, length);
    else if (reason == LWS_CALLBACK_WS_PEER_INITIATED_CLOSE)
        on_peer_close(s, in, length);
    else if (reason == LWS_CALLBACK_CLOSED)
        end_socket(n, wsi, s, "connection lost");
    else if (reason == LWS_CALLBACK_SERVER_WRITEABLE)
        return on_writable(n, s);
    return 0;
}

int net_on_dialled(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
    net *n = net_of(wsi);
    net_socket *s = wsi != NULL ? lws_get_opaque_user_data(wsi) : NULL;
    (void)user;
    if (s == NULL)
        return 0;
    s->wsi = wsi;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        s->open = true;
        n->desc.handlers.on_open(n->desc.handlers.user, s->id);
        break;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        on_receive(n, s, in, length);
        break;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        on_peer_close(s, in, length);
        break;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return on_writable(n, s);
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        set_reason(s, in != NULL ? in : "the server cannot be reached");
        break;
    case LWS_CALLBACK_WSI_DESTROY:
        end_socket(n, wsi, s, s->open ? "connection lost" : "the server does not answer");
        break;
    default:
        break;
    }
    return 0;
}

/* ---- what the host calls ---- */

uint64_t net_dial(net *n, const char *text, char *reason, size_t reason_size)
{
    net_url url;
    if (!net_url_parse(&url, text, "ws://", reason, reason_size))
        return 0;
    net_socket *s = add(n, true);
    if (s == NULL) {
        snprintf(reason, reason_size, "no more than %d connections at a time", NET_MAX_SOCKETS);
        return 0;
    }
    uint64_t id = s->id;
    struct lws *wsi = net_begin_client(n, &url, NULL, NET_PROTOCOL_DIAL, s);
    s = find(n, id);
    if (wsi != NULL && s != NULL) {
        s->wsi = wsi;
        return id;
    }
    snprintf(reason, reason_size, "%.200s: %s", text, s == NULL ? n->begin_failure : "cannot be reached");
    if (s != NULL)
        free_socket(n, s);
    return 0;
}

void net_close_socket(net *n, uint64_t socket, const char *reason)
{
    net_socket *s = find(n, socket);
    if (s != NULL)
        begin_close(s, CLOSE_BY_SCRIPT, reason);
}

void net_close_all(net *n, const char *reason)
{
    for (size_t i = 0; i < NET_MAX_SOCKETS; i++) {
        if (n->sockets[i] != NULL)
            begin_close(n->sockets[i], CLOSE_BY_SCRIPT, reason);
    }
}

void net_drop_all(net *n)
{
    for (size_t i = 0; i < NET_MAX_SOCKETS; i++) {
        if (n->sockets[i] != NULL)
            lws_set_timeout(n->sockets[i]->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
    }
}

size_t net_players_of(const net *n, uint32_t address)
{
    size_t count = 0;
    for (size_t i = 0; i < NET_MAX_SOCKETS; i++)
        count += n->sockets[i] != NULL && !n->sockets[i]->dialled && n->sockets[i]->from == address;
    return count;
}

size_t net_open_sockets(const net *n)
{
    return n->socket_count;
}

void net_each_player(net *n,
        void (*each)(void *user, uint64_t socket, const char *player_session_id, const char *address),
        void *user)
{
    for (size_t i = 0; i < NET_MAX_SOCKETS; i++) {
        net_socket *s = n->sockets[i];
        if (s != NULL && !s->dialled && s->close_code == 0)
            each(user, s->id, s->session_id, s->address);
    }
}
