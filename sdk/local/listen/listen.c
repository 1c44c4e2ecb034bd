/* SPDX-License-Identifier: Apache-2.0 */
#include "listen/listen_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What libwebsockets counts beside the sockets of clients: the one it listens on, its wake-up, those watched;
 * and newcomers, until those that make room for them are closed. */
#define OTHER_FILES 32

/* Then it looks again. */
#define LONGEST_WAIT_MS (24u * 3600 * 1000)

#define EVERY_ADDRESS "0.0.0.0"

/* ---- callbacks of libwebsockets ---- */

static int on_new(struct lws *wsi)
{
    listen_peer *peer = listen_peer_came(lws_context_user(lws_get_context(wsi)), wsi);
    if (peer == NULL)
        return -1;
    lws_set_opaque_user_data(wsi, peer);
    return 0;
}

static void on_end(struct lws *wsi, listen_peer *peer)
{
    lws_set_opaque_user_data(wsi, NULL);
    if (peer != NULL)
        listen_peer_left(peer);
}

static int on_connection(
        struct lws *wsi, enum lws_callback_reasons reason, void *session, void *in, size_t length)
{
    listen_peer *peer = lws_get_opaque_user_data(wsi);
    (void)session;
    switch (reason) {
    case LWS_CALLBACK_RAW_ADOPT:
        return on_new(wsi);
    case LWS_CALLBACK_RAW_RX:
        return peer != NULL ? listen_received(peer, in, length) : -1;
    case LWS_CALLBACK_RAW_WRITEABLE:
        return peer != NULL ? listen_received(peer, NULL, 0) : -1;
    case LWS_CALLBACK_TIMER:
        return peer != NULL ? listen_on_timer(peer) : -1;
    case LWS_CALLBACK_WSI_DESTROY:
        on_end(wsi, peer);
        return 0;
    default:
        return 0;
    }
}

static int on_watched(
        struct lws *wsi, enum lws_callback_reasons reason, void *session, void *in, size_t length)
{
    (void)session, (void)in, (void)length;
    if (reason != LWS_CALLBACK_RAW_RX_FILE)
        return 0;
    /* Not by the opaque pointer of the wsi: the end of every wsi takes that for a peer. */
    const local_listener *listener = lws_context_user(lws_get_context(wsi));
    for (const listen_watch *watch = listener->watches; watch != NULL; watch = watch->next) {
        if (watch->wsi == wsi)
            watch->ready(watch->user);
    }
    return 0;
}

static const struct lws_protocols protocols[] = {
        {.name = "gamelift", .callback = on_connection},
        {.name = "watch", .callback = on_watched},
        {.name = NULL},
};

/* ---- opening ---- */

static void on_lws_log(int level, const char *line)
{
    (void)level; /* only errors that no callback tells of come here: an unreadable certificate */
    fprintf(stderr, "libwebsockets: %s", line);
}

static struct lws_context *make_context(local_listener *listener, int sockets)
{
    unsigned files = (unsigned)sockets + OTHER_FILES;
    struct lws_context_creation_info info = {
            .port = CONTEXT_PORT_NO_LISTEN,
            .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DISABLE_IPV6 |
                       LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
            .user = listener,
            .timeout_secs = LISTEN_HEAD_S, /* counts here; a vhost's own is not looked at */
            .pt_serv_buf_size = LISTEN_READ_MAX,
            .fd_limit_per_thread = files,
    };
    lws_set_log_level(LLL_ERR, on_lws_log);
    return lws_create_context(&info);
}

static struct lws_vhost *make_vhost(local_listener *listener, const local_listener_desc *desc)
{
    struct lws_context_creation_info info = {
            .port = desc->port,
            .iface = strcmp(listener->access.address, EVERY_ADDRESS) == 0 ? NULL : listener->access.address,
            .options = LWS_SERVER_OPTION_DISABLE_IPV6 | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND |
                       LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG |
                       (desc->tls_cert_file != NULL ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0),
            .protocols = protocols,
            .listen_accept_role = "raw-skt",
            .listen_accept_protocol = "gamelift",
            .vhost_name = "gamelift-local",
            .ssl_cert_filepath = desc->tls_cert_file,
            .ssl_private_key_filepath = desc->tls_key_file,
            .alpn = "http/1.1",
    };
    return lws_create_vhost(listener->context, &info);
}

/* libwebsockets does not say why it cannot listen: the kernel does. */
static int why_not_listen(const char *address, int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = inet_addr(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, error = 0;
    if (fd < 0)
        return errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&to, sizeof to) != 0 || listen(fd, 1) != 0)
        error = errno;
    close(fd);
    return error;
}

static bool file_is_readable(const char *path, char why[LOCAL_WHY_SIZE])
{
    if (path == NULL || access(path, R_OK) == 0)
        return true;
    snprintf(why, LOCAL_WHY_SIZE, "cannot read %s: %s", path, strerror(errno));
    return false;
}

static bool start_listening(
        local_listener *listener, const local_listener_desc *desc, char why[LOCAL_WHY_SIZE])
{
    if (!file_is_readable(desc->tls_cert_file, why) || !file_is_readable(desc->tls_key_file, why))
        return false;
    int error = why_not_listen(listener->access.address, desc->port);
    listener->vhost = error == 0 ? make_vhost(listener, desc) : NULL;
    if (listener->vhost != NULL) {
        listener->port = lws_get_vhost_listen_port(listener->vhost);
        return true;
    }
    if (error == EADDRINUSE)
        snprintf(why, LOCAL_WHY_SIZE,
                "port %d is in use: stop the program that has it, or give --port another number "
                "(0: any free one)",
                desc->port);
    else if (error != 0)
        snprintf(why, LOCAL_WHY_SIZE, "cannot listen on %s, port %d: %s", listener->access.address,
                desc->port, strerror(error));
    else
        snprintf(why, LOCAL_WHY_SIZE, "cannot listen on port %d%s", desc->port,
                desc->tls_cert_file != NULL ? ": is the certificate a PEM file, and the key its key?" : "");
    return false;
}

local_listener *local_listener_open(const local_listener_desc *desc, char why[LOCAL_WHY_SIZE])
{
    local_listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL) {
        snprintf(why, LOCAL_WHY_SIZE, "out of memory");
        return NULL;
    }
    TAILQ_INIT(&listener->peers);
    glift__random_seed(&listener->random);
    listener->places = (size_t)desc->sockets;
    listener->service = desc->service;
    listener->access = (web_access){.address = desc->address != NULL ? desc->address : "127.0.0.1",
            .hosts = desc->hosts,
            .host_count = desc->host_count};
    listener->clock = (listen_clock){.scale = desc->clock_scale, .began_ms = local_listener_machine_ms()};
    listener->reset = desc->reset;
    listener->user = desc->user;
    listener->log = desc->log;
    listener->log_user = desc->log_user;
    listener->log_level = desc->log_level;
    listener->context = make_context(listener, desc->sockets);
    if (listener->context == NULL)
        snprintf(why, LOCAL_WHY_SIZE, "libwebsockets could not be started");
    if (listener->context == NULL || !start_listening(listener, desc, why)) {
        local_listener_close(listener);
        return NULL;
    }
    return listener;
}

void local_listener_close(local_listener *listener)
{
    if (listener == NULL)
        return;
    if (listener->context != NULL)
        lws_context_destroy(listener->context);
    for (listen_watch *watch = listener->watches, *next; watch != NULL; watch = next) {
        next = watch->next;
        free(watch);
    }
    free(listener);
}

void local_listener_use(local_listener *listener, local_service *service, const char *reason)
{
    listen_end_sockets(listener, reason);
    listener->service = service;
}

int local_listener_port(const local_listener *listener)
{
    return listener->port;
}

/* ---- the loop ---- */

glift__time local_listener_now(const local_listener *listener)
{
    struct timespec wall;
    uint64_t machine_ms = local_listener_machine_ms();
    int64_t ahead_ms = listen_clock_ahead_ms(&listener->clock, machine_ms);
    clock_gettime(CLOCK_REALTIME, &wall);
    return (glift__time){
            .mono_ms = machine_ms + (uint64_t)ahead_ms,
            .unix_ms = (int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000 + ahead_ms,
    };
}

uint64_t local_listener_machine_ms(void)
{
    struct timespec mono;
    clock_gettime(CLOCK_MONOTONIC, &mono);
    return (uint64_t)mono.tv_sec * 1000 + (uint64_t)mono.tv_nsec / 1000000;
}

/* The loop itself looks at the deadlines: the timer only ends the wait. One that is due at once fires just
 * before libwebsockets goes to sleep, and would leave nothing to end that. */
static void on_timer(lws_sorted_usec_list_t *timer)
{
    lws_cancel_service(lws_container_of(timer, local_listener, timer)->context);
}

bool local_listener_serve(local_listener *listener, uint64_t deadline_ms, uint64_t until_ms)
{
    listen_take_outputs(listener);
    uint64_t machine_ms = local_listener_machine_ms();
    uint64_t wait_ms = listen_clock_wait_ms(&listener->clock, machine_ms, deadline_ms);
    uint64_t left_ms = until_ms > machine_ms ? until_ms - machine_ms : 0;
    if (until_ms != UINT64_MAX && left_ms < wait_ms)
        wait_ms = left_ms;
    if (wait_ms != UINT64_MAX) {
        if (wait_ms > LONGEST_WAIT_MS)
            wait_ms = LONGEST_WAIT_MS;
        lws_sul_schedule(listener->context, 0, &listener->timer, on_timer, (lws_usec_t)wait_ms * 1000 + 1);
    }
    return lws_service(listener->context, 0) >= 0;
}

bool local_listener_watch(local_listener *listener, int fd, void (*ready)(void *user), void *user)
{
    listen_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL)
        return false;
    lws_sock_file_fd_type descriptor = {.filefd = fd};
    struct lws *wsi =
            lws_adopt_descriptor_vhost(listener->vhost, LWS_ADOPT_RAW_FILE_DESC, descriptor, "watch", NULL);
    if (wsi == NULL) {
        free(watch);
        return false;
    }
    *watch = (listen_watch){.wsi = wsi, .ready = ready, .user = user, .next = listener->watches};
    listener->watches = watch;
    return true;
}
