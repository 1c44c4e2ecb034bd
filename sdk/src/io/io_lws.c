/* SPDX-License-Identifier: Apache-2.0 */
#include "io/io_lws.h"

#include "io/tls.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* Sockets that one io can carry: 500 servers, each with two during a refresh, and room. */
#define SOCKET_LIMIT 2048
/* libwebsockets' own time-outs, in seconds: out of the way, all limits are ours. */
#define LONG_ENOUGH_S (24 * 3600)

/* Per connection, for what has arrived. Longer messages are joined by io_socket.c. */
#define RECEIVE_BUFFER 1024

/* ---- libwebsockets' log ----
 *
 * libwebsockets writes notices to stderr on every start, and errors for things that we report better, such as
 * a wrong certificate. Its level is one for the whole process and there is one output function that cannot be
 * asked for. So a host that has set a level, whichever, keeps it and gets our lines too, as it asked for;
 * where the level is still the one that libwebsockets starts with, it is set to nothing while there is a
 * glift_io, and set back afterwards unless somebody else has changed it meanwhile. */

#define LWS_INITIAL_LEVEL (LLL_ERR | LLL_WARN | LLL_NOTICE)
#define EVERY_LEVEL       ((1 << LLL_COUNT) - 1)

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned log_users;
static bool log_is_silenced;

static void silence_log(void)
{
    pthread_mutex_lock(&log_lock);
    if (log_users++ == 0 && lwsl_visible(EVERY_LEVEL) == LWS_INITIAL_LEVEL) {
        lws_set_log_level(0, NULL);
        log_is_silenced = true;
    }
    pthread_mutex_unlock(&log_lock);
}

static void restore_log(void)
{
    pthread_mutex_lock(&log_lock);
    if (--log_users == 0 && log_is_silenced) {
        if (lwsl_visible(EVERY_LEVEL) == 0)
            lws_set_log_level(LWS_INITIAL_LEVEL, NULL);
        log_is_silenced = false;
    }
    pthread_mutex_unlock(&log_lock);
}

/* ---- clock and random bits ---- */

glift__time glift__io_now(void)
{
    struct timespec mono, wall;
    clock_gettime(CLOCK_MONOTONIC, &mono);
    clock_gettime(CLOCK_REALTIME, &wall);
    return (glift__time){
            .mono_ms = (uint64_t)mono.tv_sec * 1000 + (uint64_t)mono.tv_nsec / 1000000,
            .unix_ms = (int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000,
    };
}

bool glift__io_mask(glift_io *io, uint8_t mask[4])
{
    if (io->random_left < 4) {
        if (getrandom(io->random, sizeof io->random, 0) != (ssize_t)sizeof io->random)
            return false;
        io->random_left = sizeof io->random;
    }
    io->random_left -= 4;
    memcpy(mask, io->random + io->random_left, 4);
    return true;
}

/* ---- links ---- */

void glift__link_is_due(glift__attachment *self)
{
    if (self->is_due)
        return;
    self->is_due = true;
    self->next_due = self->io->due;
    self->io->due = self;
}

static void wake(void *io)
{
    lws_cancel_service(((glift_io *)io)->context);
}

/* Timers run just before libwebsockets goes to sleep: without the wake-up it would. */
static void on_deadline(lws_sorted_usec_list_t *timer)
{
    glift__attachment *self = lws_container_of(timer, glift__attachment, timer);
    self->timer_ms = UINT64_MAX;
    self->io->has_worked = true;
    glift__core_advance(self->link->core, glift__io_now());
    glift__link_is_due(self);
    wake(self->io);
}

/* A deadline that moves away leaves the timer where it is: one call too early every few seconds is cheaper
 * than sorting the timer anew with every request. */
static void set_timer(glift__attachment *self)
{
    uint64_t deadline_ms = glift__core_deadline_ms(self->link->core);
    uint64_t now_ms = glift__io_now().mono_ms;
    if (deadline_ms >= self->timer_ms)
        return;
    self->timer_ms = deadline_ms;
    lws_sul_schedule(self->io->context, 0, &self->timer, on_deadline,
            deadline_ms > now_ms ? (lws_usec_t)(deadline_ms - now_ms) * LWS_US_PER_MS : 0);
}

static glift__endpoint *endpoint_of(
        glift__attachment *self, uint32_t number, const glift__endpoint_kind *kind)
{
    glift__endpoint *endpoint = self->endpoints;
    while (endpoint != NULL && (endpoint->number != number || endpoint->kind != kind))
        endpoint = endpoint->next;
    return endpoint;
}

static void dial(glift__attachment *self, const glift__order *order)
{
    static const glift__socket_end no_memory = {GLIFT__END_LOST, 0, "there was no memory to connect"};
    if (glift__dial_start(self, &glift__socket_kind, order->number, order->url,
                self->link->handshake_timeout_ms) == NULL)
        glift__core_closed(self->link->core, glift__io_now(), order->number, &no_memory);
}

static void fetch(glift__attachment *self, const glift__order *order)
{
    static const char no_memory[] = "out of memory";
    if (glift__dial_start(self, &glift__fetch_kind, order->number, order->url, order->timeout_ms) == NULL)
        glift__core_fetched(
                self->link->core, glift__io_now(), order->number, 0, no_memory, sizeof no_memory - 1);
}

static void carry_out(glift__attachment *self, const glift__order *order)
{
    glift__endpoint *socket = endpoint_of(self, order->number, &glift__socket_kind);
    switch (order->kind) {
    case GLIFT__ORDER_DIAL:
        dial(self, order);
        break;
    case GLIFT__ORDER_WRITE:
        if (socket != NULL)
            glift__socket_write(socket);
        break;
    case GLIFT__ORDER_CLOSE:
        if (socket != NULL)
            glift__socket_close(socket, order->close_code);
        break;
    case GLIFT__ORDER_FETCH:
        fetch(self, order);
        break;
    case GLIFT__ORDER_DETACH:
        self->is_detached = true;
        break;
    }
}

static void move_events(glift__attachment *self)
{
    glift__item *events = glift__core_take_events(self->link->core);
    if (events != NULL && glift__mailbox_push(&self->link->events, events))
        self->link->on_events(self->link->user);
}

static void finish_detach(glift__attachment *self)
{
    glift__link *link = self->link;
    atomic_fetch_sub(&self->io->link_count, 1);
    free(self);
    link->on_detached(link->user);
}

static void detach(glift__attachment *self)
{
    lws_sul_cancel(&self->timer);
    while (self->endpoints != NULL)
        glift__endpoint_orphan(self->endpoints);
    /* From here on wake-ups pass by. One that is under way still has the link in its hands, and puts it into
     * the line: take_line() finishes. */
    if (!atomic_exchange(&self->link->is_in_line, true))
        finish_detach(self);
}

/* The core has had inputs: what does it want? */
static void serve(glift__attachment *self)
{
    glift__order order;
    move_events(self);
    while (!self->is_detached && glift__core_next_order(self->link->core, &order))
        carry_out(self, &order);
    if (self->is_detached) {
        detach(self);
        return;
    }
    move_events(self);
    set_timer(self);
}

static void take_commands(glift__attachment *self)
{
    glift__item *command = glift__mailbox_take(&self->link->commands);
    while (command != NULL) {
        glift__item *next = command->next;
        glift__core_command(self->link->core, glift__io_now(), command);
        command = next;
    }
    glift__link_is_due(self);
}

static void take_line(glift_io *io)
{
    glift__item *item = glift__mailbox_take(&io->line);
    io->has_worked = io->has_worked || item != NULL;
    while (item != NULL) {
        glift__link *link = lws_container_of(item, glift__link, in_line);
        item = item->next;
        if (((glift__attachment *)link->attachment)->is_detached) {
            finish_detach(link->attachment);
            continue;
        }
        /* Before looking into the box: what is pushed from here on brings the link into the line again. */
        atomic_store(&link->is_in_line, false);
        take_commands(link->attachment);
    }
}

/* Until no core has anything left to say. */
static void settle(glift_io *io)
{
    do {
        while (io->due != NULL) {
            glift__attachment *self = io->due;
            io->due = self->next_due;
            self->is_due = false;
            serve(self);
        }
    } while (glift__dial_settle(io));
}

glift_status glift__io_attach(glift_io *io, glift__link *link)
{
    glift__attachment *self = calloc(1, sizeof *self);
    int count = atomic_load(&io->link_count);
    if (self == NULL)
        return GLIFT_ERR_MEMORY;
    do {
        if (count < 0) {
            free(self);
            return GLIFT_ERR_STATE;
        }
    } while (!atomic_compare_exchange_weak(&io->link_count, &count, count + 1));
    self->link = link;
    self->io = io;
    self->timer_ms = UINT64_MAX;
    link->io = io;
    link->attachment = self;
    atomic_init(&link->is_in_line, false);
    glift__io_wake_link(link);
    return GLIFT_OK;
}

void glift__io_wake_link(glift__link *link)
{
    if (!atomic_exchange(&link->is_in_line, true)) {
        glift_io *io = link->io; /* once in the line, the link can go at any moment */
        link->in_line.next = NULL;
        if (glift__mailbox_push(&io->line, &link->in_line))
            wake(io);
    }
}

/* ---- what is trusted ---- */

static const struct lws_protocols protocols[] = {
        {"gamelift", glift__endpoint_event, 0, RECEIVE_BUFFER, 0, NULL, GLIFT__WRITE_LIMIT},
        {NULL, NULL, 0, 0, 0, NULL, 0},
};

static glift__trust *find_trust(glift_io *io, bool tls, const char *ca_file, bool insecure)
{
    glift__trust *trust = io->trusts;
    while (trust != NULL &&
            (trust->tls != tls || trust->insecure != insecure || strcmp(trust->ca_file, ca_file) != 0))
        trust = trust->next;
    return trust;
}

static struct lws_vhost *make_vhost(glift_io *io, struct ssl_ctx_st *tls_context)
{
    struct lws_context_creation_info info = {0};
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.protocols = protocols;
    info.connect_timeout_secs = LONG_ENOUGH_S;
    /* A proxy with port 0 is none; without it, http_proxy in the environment would be obeyed. */
    info.http_proxy_address = "-:0";
    if (tls_context != NULL) {
        info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.provided_client_ssl_ctx = tls_context;
    }
    return lws_create_vhost(io->context, &info);
}

static void free_trust(glift__trust *trust)
{
    glift__tls_context_free(trust->tls_context);
    free(trust->ca_file);
    free(trust);
}

glift__trust *glift__io_trust(glift_io *io, bool tls, const char *ca_file, bool insecure, const char **why)
{
    glift__trust *trust = find_trust(io, tls, tls ? ca_file : "", tls && insecure);
    if (trust != NULL)
        return trust;
    *why = "out of memory";
    trust = calloc(1, sizeof *trust);
    if (trust == NULL)
        return NULL;
    trust->tls = tls;
    trust->insecure = tls && insecure;
    trust->ca_file = strdup(tls ? ca_file : "");
    if (trust->ca_file != NULL &&
            (!tls || (trust->tls_context = glift__tls_context(ca_file, insecure, why)) != NULL))
        trust->vhost = make_vhost(io, trust->tls_context);
    if (trust->vhost == NULL) {
        free_trust(trust);
        return NULL;
    }
    trust->next = io->trusts;
    io->trusts = trust;
    return trust;
}

/* ---- the io ---- */

/* Told of no limit, or of one that is not below that of open files, libwebsockets makes tables by the numbers
 * of sockets, as large as that limit is now, which can be a million, and has no place for higher numbers when
 * the program raises it later. */
static unsigned socket_limit(void)
{
    enum { ITS_OWN = 3 /* it adds two to what it is told */ };
    long files = sysconf(_SC_OPEN_MAX);
    return files > ITS_OWN && files < SOCKET_LIMIT + ITS_OWN ? (unsigned)files - ITS_OWN : SOCKET_LIMIT;
}

static struct lws_context *make_context(void)
{
    struct lws_context_creation_info info = {0};
    struct sigaction before;
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
                   LWS_SERVER_OPTION_VALIDATE_UTF8;
    info.fd_limit_per_thread = socket_limit();
    info.pt_serv_buf_size = GLIFT__SERVICE_BUFFER;
    info.timeout_secs = LONG_ENOUGH_S;
    /* libwebsockets ignores SIGPIPE for the whole process. It is the host's, and this thread blocks it. */
    bool is_known = sigaction(SIGPIPE, NULL, &before) == 0;
    struct lws_context *context = lws_create_context(&info);
    if (is_known)
        sigaction(SIGPIPE, &before, NULL);
    return context;
}

/* libwebsockets rounds its sleep down to whole milliseconds, and spins through the rest of the last one
 * before each timer: a hundred turns in which nothing happens. One rest of a millisecond is past it, with the
 * timer that much late. A few turns in a row are no sign of it yet: a TLS handshake, or a long record, comes
 * in parts of which nobody is told. */
static void rest_if_spinning(glift_io *io)
{
    static const struct timespec rest = {.tv_nsec = 1000000};
    io->idle_turns = io->has_worked ? 0 : io->idle_turns + 1;
    if (io->idle_turns > 4)
        nanosleep(&rest, NULL);
}

static void *run(void *argument)
{
    glift_io *io = argument;
    io->context = make_context();
    sem_post(&io->has_started);
    if (io->context == NULL)
        return NULL;
    while (!atomic_load(&io->is_stopping)) {
        io->has_worked = false;
        lws_service(io->context, 0);
        take_line(io);
        settle(io);
        rest_if_spinning(io);
    }
    /* Only when nobody can wake us any more may the context go. */
    sem_wait(&io->may_end);
    glift__lookups_close(io->lookups);
    io->lookups = NULL;
    lws_context_destroy(io->context);
    settle(io);
    return NULL;
}

/* The thread blocks all signals: they are for the host's threads. */
static bool start_thread(glift_io *io)
{
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return false;
    bool started = pthread_create(&io->thread, NULL, run, io) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!started)
        return false;
    while (sem_wait(&io->has_started) != 0)
        ; /* a signal */
    if (io->context != NULL)
        return true;
    pthread_join(io->thread, NULL);
    return false;
}

static void free_io(glift_io *io)
{
    glift__lookups_close(io->lookups);
    while (io->trusts != NULL) {
        glift__trust *trust = io->trusts;
        io->trusts = trust->next;
        free_trust(trust);
    }
    sem_destroy(&io->has_started);
    sem_destroy(&io->may_end);
    restore_log();
    free(io->out);
    free(io);
}

/* Waits for the thread to have its context, which takes about a millisecond: certificates are loaded later,
 * with the first connection that needs them. */
glift_status glift_io_create(glift_io **out)
{
    if (out == NULL)
        return GLIFT_ERR_ARGUMENT;
    *out = NULL;
    glift_io *io = calloc(1, sizeof *io);
    if (io == NULL)
        return GLIFT_ERR_MEMORY;
    sem_init(&io->has_started, 0, 0); /* cannot fail, with 0 and 0 */
    sem_init(&io->may_end, 0, 0);
    silence_log();
    io->ended_end = &io->ended;
    io->out = malloc(LWS_PRE + GLIFT__WRITE_LIMIT);
    io->lookups = glift__lookups_open(wake, io);
    if (io->out == NULL || io->lookups == NULL || !start_thread(io)) {
        free_io(io);
        return GLIFT_ERR_MEMORY;
    }
    *out = io;
    return GLIFT_OK;
}

glift_status glift_io_destroy(glift_io *io)
{
    int none = 0;
    if (io == NULL)
        return GLIFT_OK;
    if (!atomic_compare_exchange_strong(&io->link_count, &none, -1))
        return GLIFT_ERR_STATE;
    atomic_store(&io->is_stopping, true);
    wake(io);
    sem_post(&io->may_end);
    pthread_join(io->thread, NULL);
    free_io(io);
    return GLIFT_OK;
}
