/* SPDX-License-Identifier: Apache-2.0 */
#include "listen/listen_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system/paths.h"

/* ---- callbacks of libwebsockets ---- */

static void on_end(struct lws *wsi, listen_peer *peer)
{
    lws_set_opaque_user_data(wsi, NULL);
    if (peer != NULL)
        listen_peer_left(peer);
}

/* Whoever has been told to end may still have to write; then libwebsockets waits, and we wait for that. */
static int end_unless(listen_peer *peer, int result)
{
    if (result == 0)
        return 0;
    peer->is_ending = true;
    listen_wait(peer, PATIENCE_LEAVE);
    return -1;
}

static int on_connection(
        struct lws *wsi, enum lws_callback_reasons reason, void *session, void *in, size_t length)
{
    listen_peer *peer = lws_get_opaque_user_data(wsi);
    (void)session;
    switch (reason) {
    case LWS_CALLBACK_RAW_RX:
    case LWS_CALLBACK_RAW_WRITEABLE:
        if (peer == NULL || peer->is_ending)
            return -1;
        return end_unless(peer, listen_received(peer, in, reason == LWS_CALLBACK_RAW_RX ? length : 0));
    case LWS_CALLBACK_RAW_CLOSE: /* before the descriptor is closed */
        if (peer != NULL)
            local_loop_remove(peer->listener->loop, &peer->source);
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        on_end(wsi, peer);
        return 0;
    default:
        return 0;
    }
}

static const struct lws_protocols protocols[] = {
        {.name = "gamelift", .callback = on_connection},
        {.name = NULL},
};

/* ---- opening ---- */

static void on_lws_log(int level, const char *line)
{
    (void)level; /* only errors that no callback tells of come here: an unreadable certificate */
    fprintf(stderr, "libwebsockets: %s", line);
}

/* It is given no limit of descriptors of its own: it would look for each connection from the first one on. */
static struct lws_context *make_context(local_listener *listener)
{
    struct lws_context_creation_info info = {
            .port = CONTEXT_PORT_NO_LISTEN,
            .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DISABLE_IPV6 |
                       LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
            .user = listener,
            .pt_serv_buf_size = LISTEN_READ_MAX,
    };
    lws_set_log_level(LLL_ERR, on_lws_log);
    return lws_create_context(&info);
}

/* The certificate, and the protocol above. */
static struct lws_vhost *make_vhost(local_listener *listener, const local_listener_desc *desc)
{
    struct lws_context_creation_info info = {
            .port = CONTEXT_PORT_NO_LISTEN_SERVER,
            .options = LWS_SERVER_OPTION_DISABLE_IPV6 |
                       (desc->tls_cert_file != NULL ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0),
            .protocols = protocols,
            .vhost_name = "gamelift-local",
            .ssl_cert_filepath = desc->tls_cert_file,
            .ssl_private_key_filepath = desc->tls_key_file,
            .alpn = "http/1.1",
    };
    return lws_create_vhost(listener->context, &info);
}

/* A PEM file may have text and other certificates before what is looked for, but not without end. */
#define PEM_LINES_MOST 100000

/* Whether the file has a certificate or a key, whose label in PEM form is given. libwebsockets would say what
 * is wrong in lines of its own, which name neither the file nor what it lacks. */
static bool file_has(const char *path, const char *what, const char *label, char why[LOCAL_WHY_SIZE])
{
    char line[128];
    bool found = false;
    FILE *file = local_file_open(path);
    errno = file != NULL ? 0 : errno;
    for (int i = 0; file != NULL && !found && i < PEM_LINES_MOST && fgets(line, sizeof line, file) != NULL;
            i++)
        found = strncmp(line, "-----BEGIN ", strlen("-----BEGIN ")) == 0 && strstr(line, label) != NULL;
    int error = errno;
    if (file != NULL)
        fclose(file);
    if (!found && error != 0)
        snprintf(why, LOCAL_WHY_SIZE, "cannot read %.200s: %s", path, strerror(error));
    else if (!found)
        snprintf(why, LOCAL_WHY_SIZE, "%.150s holds no %s (PEM: -----BEGIN ... %s-----)", path, what, label);
    return found;
}

static bool start_carrying(
        local_listener *listener, const local_listener_desc *desc, char why[LOCAL_WHY_SIZE])
{
    listener->is_secure = desc->tls_cert_file != NULL;
    if (listener->is_secure && !(file_has(desc->tls_cert_file, "certificate", "CERTIFICATE", why) &&
                                       file_has(desc->tls_key_file, "private key", "PRIVATE KEY", why)))
        return false;
    listener->context = make_context(listener);
    if (listener->context == NULL && access("/dev/urandom", R_OK) != 0) {
        snprintf(why, LOCAL_WHY_SIZE, "cannot read /dev/urandom, which libwebsockets needs: %s",
                strerror(errno));
        return false;
    }
    listener->vhost = listener->context != NULL ? make_vhost(listener, desc) : NULL;
    if (listener->vhost == NULL)
        snprintf(why, LOCAL_WHY_SIZE, "libwebsockets could not be started%s",
                listener->is_secure ? ": is the key that of the certificate?" : "");
    return listener->vhost != NULL;
}

static void init_lists(local_listener *listener)
{
    listen_init_places(listener);
    TAILQ_INIT(&listener->roused);
    TAILQ_INIT(&listener->pages);
    TAILQ_INIT(&listener->held);
    for (int kind = 0; kind < PATIENCE_KINDS; kind++)
        TAILQ_INIT(&listener->patience[kind]);
    listener->door.fd = GLIFT__NO_SOCKET;
}

static bool start(local_listener *listener, const local_listener_desc *desc, char why[LOCAL_WHY_SIZE])
{
    listener->loop = local_loop_open();
    if (listener->loop == NULL) {
        snprintf(why, LOCAL_WHY_SIZE, "nothing can be waited for: %s", strerror(errno));
        return false;
    }
    return start_carrying(listener, desc, why) && listen_open_door(listener, desc->port, why);
}

/* Both of its times go on from those of an earlier run; what is 0 begins with the machine's. */
static void start_clock(local_listener *listener, const local_listener_desc *desc)
{
    listener->clock = (listen_clock){.scale = desc->clock_scale, .began_ms = local_listener_machine_ms()};
    if (desc->start.unix_ms == 0)
        return;
    glift__time machine = local_listener_now(listener);
    listener->clock.jumped_ms = desc->start.unix_ms - machine.unix_ms;
    listener->clock.kept_ms = desc->start.mono_ms - machine.mono_ms - (uint64_t)listener->clock.jumped_ms;
}

local_listener *local_listener_open(const local_listener_desc *desc, char why[LOCAL_WHY_SIZE])
{
    local_listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL) {
        snprintf(why, LOCAL_WHY_SIZE, "out of memory");
        return NULL;
    }
    init_lists(listener);
    glift__random_seed(&listener->random);
    listener->places = (size_t)desc->sockets;
    listener->service = desc->service;
    listener->stand_in = desc->stand_in;
    listener->access = (web_access){.address = desc->address != NULL ? desc->address : "127.0.0.1",
            .hosts = desc->hosts,
            .host_count = desc->host_count};
    start_clock(listener, desc);
    listener->reset = desc->reset;
    listener->keep = desc->keep;
    listener->user = desc->user;
    listener->log = desc->log;
    listener->log_user = desc->log_user;
    listener->log_level = desc->log_level;
    if (!start(listener, desc, why)) {
        local_listener_close(listener);
        return NULL;
    }
    return listener;
}

void local_listener_close(local_listener *listener)
{
    if (listener == NULL)
        return;
    listen_close_door(listener);
    if (listener->context != NULL)
        lws_context_destroy(listener->context);
    for (listen_watch *watch = listener->watches, *next; watch != NULL; watch = next) {
        next = watch->next;
        glift__socket_close(watch->source.fd);
        free(watch);
    }
    local_loop_close(listener->loop);
    free(listener);
}

void local_listener_use(local_listener *listener, local_service *service, const char *reason)
{
    listen_end_sockets(listener, reason);
    listener->service = service;
    listen_begin_pages_anew(listener);
}

int local_listener_port(const local_listener *listener)
{
    return listener->port;
}

/* ---- the loop ---- */

glift__time local_listener_now(const local_listener *listener)
{
    uint64_t machine_ms = local_listener_machine_ms();
    int64_t ahead_ms = listen_clock_ahead_ms(&listener->clock, machine_ms);
    return (glift__time){
            .mono_ms = machine_ms + (uint64_t)ahead_ms + listener->clock.kept_ms,
            .unix_ms = glift__clock_unix_ms() + ahead_ms,
    };
}

local_clock_view listen_view_clock(const local_listener *listener)
{
    return (local_clock_view){
            .ahead_ms = listen_clock_ahead_ms(&listener->clock, local_listener_machine_ms()),
            .jumped_ms = listener->clock.jumped_ms,
            .scale = listener->clock.scale,
    };
}

uint64_t local_listener_machine_ms(void)
{
    return glift__clock_mono_ms();
}

static uint64_t left_ms(uint64_t until_ms, uint64_t machine_ms)
{
    if (until_ms == UINT64_MAX)
        return UINT64_MAX;
    return until_ms > machine_ms ? until_ms - machine_ms : 0;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* No wait while somebody has something to write or has to go: their turn may move the deadlines, which the
 * caller has looked at already. */
static uint64_t wait_ms(const local_listener *listener, uint64_t deadline_ms, uint64_t until_ms)
{
    uint64_t machine_ms = local_listener_machine_ms();
    if (!TAILQ_EMPTY(&listener->roused))
        return 0;
    until_ms = earlier(until_ms, earlier(listen_patience_ends_ms(listener), listener->door_opens_ms));
    until_ms = earlier(until_ms, listen_holds_end_ms(listener));
    return earlier(
            left_ms(until_ms, machine_ms), listen_clock_wait_ms(&listener->clock, machine_ms, deadline_ms));
}

bool local_listener_serve(local_listener *listener, uint64_t deadline_ms, uint64_t until_ms)
{
    listen_take_outputs(listener);
    until_ms = earlier(until_ms, listen_serve_pages(listener));
    listener->is_waiting_to_send = listener->keep != NULL;
    if (!local_loop_wait(listener->loop, wait_ms(listener, deadline_ms, until_ms)))
        return false;
    uint64_t machine_ms = local_listener_machine_ms();
    listen_end_patience(listener, machine_ms);
    listen_end_holds(listener, machine_ms);
    listen_open_door_again(listener, machine_ms);
    if (listener->is_waiting_to_send)
        listen_take_outputs(listener);
    listener->is_waiting_to_send = false;
    listen_serve_roused(listener);
    return true;
}

local_loop *local_listener_loop(const local_listener *listener)
{
    return listener->loop;
}

static void on_watched(local_source *source, uint32_t happened)
{
    const listen_watch *watch = lws_container_of(source, listen_watch, source);
    (void)happened;
    watch->ready(watch->user);
}

bool local_listener_watch(
        local_listener *listener, glift__socket_handle fd, void (*ready)(void *user), void *user)
{
    listen_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL)
        return false;
    *watch = (listen_watch){.source = {.fd = fd, .ready = on_watched}, .ready = ready, .user = user};
    if (!local_loop_add(listener->loop, &watch->source, LOCAL_READY_IN)) {
        free(watch);
        return false;
    }
    watch->next = listener->watches;
    listener->watches = watch;
    return true;
}
