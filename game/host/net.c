/* SPDX-License-Identifier: Apache-2.0 */
#include "net_internal.h"
#include "log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    FIRST_FREE_PORT = 20000,
    FREE_PORTS = 10000,
    FREE_PORT_TRIES = 200,
};

uint64_t net_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int on_destroy(struct lws *wsi)
{
    const struct lws_protocols *protocol = lws_get_protocol(wsi);
    if (protocol == NULL)
        return 0;
    if (strcmp(protocol->name, "dial") == 0)
        return net_on_dialled(wsi, LWS_CALLBACK_WSI_DESTROY, NULL, NULL, 0);
    if (strcmp(protocol->name, "fetch") == 0)
        return net_on_fetch(wsi, LWS_CALLBACK_WSI_DESTROY, NULL, NULL, 0);
    return 0;
}

/* HTTP and WebSocket of the listener share a protocol: browsers name none when they dial. */
static int on_server(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
    (void)user;
    switch (reason) {
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
        return net_guest_came(net_of(wsi), wsi);
    case LWS_CALLBACK_WSI_DESTROY: /* comes to the first protocol, whichever the socket belongs to */
        net_guest_left(net_of(wsi), wsi);
        return on_destroy(wsi);
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return net_on_upgrade(wsi);
    case LWS_CALLBACK_ESTABLISHED:
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
    case LWS_CALLBACK_CLOSED:
        return net_on_socket(wsi, reason, in, length);
    default:
        return net_on_http(wsi, reason, in, length);
    }
}

/* In the order of NET_PROTOCOL_... */
static const struct lws_protocols protocols[] = {
        {.name = "server", .callback = on_server, .rx_buffer_size = NET_MAX_MESSAGE_IN + 1},
        {.name = "dial", .callback = net_on_dialled, .rx_buffer_size = NET_MAX_MESSAGE_IN},
        {.name = "fetch", .callback = net_on_fetch, .rx_buffer_size = NET_MAX_MESSAGE_IN},
        {.name = NULL},
};

/* A browser that vanished without a word is noticed within half a minute. */
static const lws_retry_bo_t keep_alive = {.secs_since_valid_ping = 10, .secs_since_valid_hangup = 25};

static void on_lws_log(int level, const char *line)
{
    char text[512];
    snprintf(text, sizeof text, "%s", line);
    text[strcspn(text, "\n")] = '\0';
    log_line(level == LLL_ERR ? GLIFT_LOG_WARNING : GLIFT_LOG_DEBUG, "lws", text);
}

/* With a limit of its own libwebsockets searches a table of that size at each event, which is too slow for
 * many nets; without one the process's limit counts, and the table has its place for each descriptor. */
static struct lws_context *make_context(unsigned nets)
{
    struct lws_context_creation_info info = {
            .port = CONTEXT_PORT_NO_LISTEN,
            .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DISABLE_IPV6,
            .pt_serv_buf_size = 16384,
            .fd_limit_per_thread = nets == 1 ? NET_MAX_CONNECTIONS : 0,
            .max_http_header_pool2 = nets * NET_MAX_CONNECTIONS, /* else an idle one keeps another waiting */
            .max_http_header_data = 8192,
            .timeout_secs = NET_TIMEOUT_S, /* counts here; a vhost's own is not looked at by clients */
    };
    /* Its messages repeat what the callbacks say; errors are those that no callback reports. */
    lws_set_log_level(LLL_ERR, on_lws_log);
    unsetenv("http_proxy"); /* libwebsockets would obey it, for loopback addresses too */
    return lws_create_context(&info);
}

static struct lws_vhost *make_vhost(net *n, int port)
{
    struct lws_context_creation_info info = {
            .port = port >= 0 ? port : CONTEXT_PORT_NO_LISTEN,
            .iface = port >= 0 ? n->desc.address : NULL,
            .options = LWS_SERVER_OPTION_DISABLE_IPV6 | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
            .protocols = protocols,
            .user = n,
            .vhost_name = "arena",
            .connect_timeout_secs = 5,
            .retry_and_idle_policy = &keep_alive,
    };
    return lws_create_vhost(n->loop->context, &info);
}

/* libwebsockets says only that it could not listen: asking the kernel first tells why. */
static int why_not_listen(const char *address, int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
        return EINVAL;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, error = 0;
    if (fd < 0)
        return errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&to, sizeof to) != 0 || listen(fd, 1) != 0)
        error = errno;
    close(fd);
    return error;
}

static bool listen_on(net *n, int port, char *reason, size_t reason_size)
{
    int error = why_not_listen(n->desc.address, port);
    if (error == 0 && (n->vhost = make_vhost(n, port)) != NULL) {
        n->port = port;
        return true;
    }
    if (error == EINVAL || error == EADDRNOTAVAIL)
        snprintf(reason, reason_size,
                "cannot listen on \"%.200s\": give --address an IPv4 address of this machine",
                n->desc.address);
    else if (error == EADDRINUSE || error == 0)
        snprintf(reason, reason_size,
                "port %d is in use by another program: give --port another number, or 0 for a free one",
                port);
    else
        snprintf(reason, reason_size, "cannot listen on port %d: %s; give --port another number", port,
                strerror(error));
    return false;
}

static bool listen_anywhere(net *n, char *reason, size_t reason_size)
{
    /* From a place of its own, so that many servers started together do not try the same ports. */
    unsigned at = (unsigned)(net_now_ns() / 1000) + (unsigned)getpid() * 7919u + n->desc.place;
    for (int tries = 0; tries < FREE_PORT_TRIES; tries++) {
        if (listen_on(n, FIRST_FREE_PORT + (int)((at + (unsigned)tries) % FREE_PORTS), reason, reason_size))
            return true;
        if (why_not_listen(n->desc.address, 0) != 0)
            return false; /* the address is wrong, not the port */
    }
    snprintf(reason, reason_size, "found no free port in %d..%d: give --port a number", FIRST_FREE_PORT,
            FIRST_FREE_PORT + FREE_PORTS - 1);
    return false;
}

static bool start(net *n, char *reason, size_t reason_size)
{
    if (n->desc.port > 0)
        return listen_on(n, n->desc.port, reason, reason_size);
    if (n->desc.port == 0)
        return listen_anywhere(n, reason, reason_size);
    n->vhost = make_vhost(n, -1);
    return n->vhost != NULL;
}

net_loop *net_loop_open(unsigned nets, char *reason, size_t reason_size)
{
    net_loop *loop = calloc(1, sizeof *loop);
    if (loop != NULL)
        loop->context = make_context(nets);
    if (loop != NULL && loop->context != NULL)
        return loop;
    free(loop);
    snprintf(reason, reason_size, "%s",
            access("/dev/urandom", R_OK) == 0 ? "out of memory for the network"
                                              : "/dev/urandom cannot be read, and libwebsockets needs it");
    return NULL;
}

void net_loop_close(net_loop *loop)
{
    if (loop == NULL)
        return;
    loop->closing = true;
    lws_sul_cancel(&loop->alarm);
    lws_context_destroy(loop->context);
    while (loop->nets != NULL) {
        net *n = loop->nets;
        loop->nets = n->next;
        net_free_sockets(n);
        net_free_guests(n);
        free(n);
    }
    free(loop);
}

net *net_open(net_loop *loop, const net_desc *desc, char *reason, size_t reason_size)
{
    net *n = calloc(1, sizeof *n);
    snprintf(reason, reason_size, "out of memory for the network");
    if (n == NULL)
        return NULL;
    n->desc = *desc;
    n->loop = loop;
    n->next = loop->nets;
    loop->nets = n; /* also where the start fails: libwebsockets may still know it */
    if (!start(n, reason, reason_size))
        return NULL;
    reason[0] = '\0';
    return n;
}

void net_admit(net *n, bool players)
{
    n->admits = players;
}

struct lws *net_begin_client(net *n, const net_url *url, const char *method, int protocol, void *state)
{
    char host[sizeof url->host + 8];
    snprintf(host, sizeof host, "%s:%d", url->host, url->port);
    struct lws_client_connect_info info = {
            .context = n->loop->context,
            .vhost = n->vhost,
            .address = url->host,
            .port = url->port,
            .path = url->path,
            .host = host,
            .method = method,
            .ssl_connection = method != NULL ? LCCSCF_HTTP_NO_FOLLOW_REDIRECT : 0,
            .local_protocol_name = protocols[protocol].name,
            .opaque_user_data = state,
    };
    n->begin_failure[0] = '\0';
    n->beginning = true;
    struct lws *wsi = lws_client_connect_via_info(&info);
    n->beginning = false;
    return wsi;
}

int net_port(const net *n)
{
    return n->port;
}

/* An alarm that is due before libwebsockets has looked at it fires first and sleeps then: end that sleep. */
static void on_alarm(lws_sorted_usec_list_t *alarm)
{
    net_wake(lws_container_of(alarm, net_loop, alarm));
}

static void tell_refusals(net_loop *loop, uint64_t now_ns)
{
    if (now_ns - loop->looked_ns < 1000000000u)
        return;
    loop->looked_ns = now_ns;
    for (net *n = loop->nets; n != NULL; n = n->next)
        net_tell_refusals(n);
}

void net_service(net_loop *loop, uint64_t until_ns)
{
    uint64_t now = net_now_ns();
    tell_refusals(loop, now);
    if (until_ns <= now) {
        lws_service(loop->context, -1);
        return;
    }
    /* The poll inside counts whole milliseconds and cuts: rounded up, the last one is slept, not spun. */
    lws_sul_schedule(loop->context, 0, &loop->alarm, on_alarm, (lws_usec_t)((until_ns - now) / 1000 + 999));
    lws_service(loop->context, 0);
}

void net_wake(net_loop *loop)
{
    lws_cancel_service(loop->context);
}
