/* SPDX-License-Identifier: Apache-2.0 */
/* The io: made once, shared by any number of servers, driven by a thread of its own or by the game. */
#include "base/structs.h"
#include "io/io_state.h"

#include <stdlib.h>
#include <string.h>

/* The thread looks around at least this often, so that descriptors that were closed behind its back, its
 * alarm among them, are noticed. */
#define LONGEST_SLEEP_MS 5000

/* How late it may be noticed that somebody has set the wall clock. */
#define WALL_IS_GOOD_FOR_MS 100

/* ---- clock, random bits ---- */

glift__time glift__io_now(void)
{
    return (glift__time){.mono_ms = glift__clock_mono_ms(), .unix_ms = glift__clock_unix_ms()};
}

static void look_at_wall(glift_io *io)
{
    io->wall_seen_ms = io->loop.now_ms;
    io->unix_offset_ms = glift__clock_unix_ms() - (int64_t)io->loop.now_ms;
}

glift__time glift__io_time(glift_io *io)
{
    uint64_t now_ms = io->loop.now_ms;
    if (now_ms - io->wall_seen_ms >= WALL_IS_GOOD_FOR_MS)
        look_at_wall(io);
    return (glift__time){.mono_ms = now_ms, .unix_ms = (int64_t)now_ms + io->unix_offset_ms};
}

/* Asking the system for four bytes at a time would be a system call for each message. */
bool glift__io_random(glift_io *io, uint8_t *out, size_t size)
{
    if (io->random_left < size) {
        if (!glift__random_bytes(io->random, sizeof io->random))
            return false;
        io->random_left = sizeof io->random;
    }
    io->random_left -= size;
    memcpy(out, io->random + io->random_left, size);
    return true;
}

/* ---- what is trusted ---- */

static void free_trust(glift__trust *trust)
{
    glift__tls_destroy(trust->tls);
    free(trust->ca_file);
    free(trust);
}

static void forget_stale(glift_io *io)
{
    for (glift__trust **at = &io->trusts; *at != NULL;) {
        glift__trust *trust = *at;
        if (!trust->is_stale || glift__tls_is_held(trust->tls)) {
            at = &trust->next;
            continue;
        }
        *at = trust->next;
        free_trust(trust);
    }
}

void glift__io_distrust(glift_io *io, const glift__tls *tls)
{
    for (glift__trust *trust = io->trusts; trust != NULL; trust = trust->next)
        if (trust->tls == tls)
            trust->is_stale = true;
}

glift__tls *glift__io_trust(glift_io *io, const char *ca_file, bool insecure, const char **message)
{
    forget_stale(io);
    for (const glift__trust *trust = io->trusts; trust != NULL; trust = trust->next)
        if (!trust->is_stale && trust->insecure == insecure && strcmp(trust->ca_file, ca_file) == 0)
            return trust->tls;
    glift__trust *trust = calloc(1, sizeof *trust);
    *message = "out of memory";
    if (trust == NULL)
        return NULL;
    trust->insecure = insecure;
    trust->ca_file = glift__text_copy(ca_file);
    if (trust->ca_file != NULL)
        trust->tls = glift__tls_create(&io->gate, ca_file, insecure, message);
    if (trust->tls == NULL) {
        free_trust(trust);
        return NULL;
    }
    trust->next = io->trusts;
    io->trusts = trust;
    return trust->tls;
}

/* ---- descriptors closed behind our back ---- */

static void lose_endpoints(glift__attachment *attachment)
{
    for (glift__endpoint *endpoint = attachment->endpoints; endpoint != NULL; endpoint = endpoint->next) {
        glift__endpoint_cause(endpoint, GLIFT__END_LOST, 0,
                "the descriptors of the connection were closed by another part of this process");
        glift__dialling_forget_sockets(endpoint);
        glift__stream_abandon(&endpoint->stream);
        glift__endpoint_end(endpoint);
    }
}

/* Nobody knows whose the sockets' numbers are now, so none is closed. */
static void start_anew(glift_io *io)
{
    for (glift__node *node = io->attachments.next; node != &io->attachments; node = node->next)
        lose_endpoints(GLIFT__OWNER(node, glift__attachment, node));
    glift__loop_repair(&io->loop);
}

/* ---- steps ---- */

void glift__io_wake(glift_io *io)
{
    if (!io->is_threadless)
        glift__loop_wake(&io->loop);
}

static void step(glift_io *io, int most_ms)
{
    glift__loop_step(&io->loop, most_ms);
    if (io->loop.is_broken)
        start_anew(io);
    glift__links_take_commands(io);
    glift__links_settle(io);
}

bool glift__io_is_threadless(const glift_io *io)
{
    return io->is_threadless;
}

void glift__io_flush(glift_io *io)
{
    glift__links_take_commands(io);
    glift__links_settle(io);
}

void glift__io_step(glift_io *io, uint32_t timeout_ms)
{
    glift__io_flush(io);
    step(io, timeout_ms < INT32_MAX ? (int)timeout_ms : INT32_MAX);
}

/* ---- the thread ---- */

static void free_io(glift_io *io)
{
    while (io->trusts != NULL) {
        glift__trust *trust = io->trusts;
        io->trusts = trust->next;
        free_trust(trust);
    }
    glift__resolver_close(io->resolver);
    glift__gate_fini(&io->gate);
    glift__loop_fini(&io->loop);
    free(io->in);
    free(io->out);
    free(io);
}

static bool is_over(const glift_io *io)
{
    return atomic_load(&io->is_stopping) ||
           (atomic_load(&io->is_abandoned) && atomic_load(&io->link_count) == 0);
}

static void run(void *argument)
{
    glift_io *io = argument;
    while (!is_over(io))
        step(io, LONGEST_SLEEP_MS);
    if (!atomic_load(&io->is_abandoned))
        return;
    glift__thread_detach(io->thread); /* nobody else knows it, or the io, any more */
    free_io(io);
    /* The end of a thread runs a clean-up of OpenSSL, which could meet that of the program at exit(). */
    for (;;)
        glift__sleep_ms(UINT32_MAX);
}

/* ---- creating, destroying ---- */

static void wake_io(void *user)
{
    glift__io_wake(user);
}

static bool open_parts(glift_io *io, const glift_io_desc *desc)
{
    const glift__resolver_desc resolver = {.wake = wake_io,
            .user = io,
            .is_threadless = desc->threadless,
            .io = io,
            .resolve = desc->resolve,
            .resolve_user = desc->user};
    io->in = malloc(GLIFT__READ_SIZE);
    io->out = malloc(GLIFT__WRITE_SIZE);
    io->resolver = glift__resolver_open(&resolver);
    return io->in != NULL && io->out != NULL && io->resolver != NULL &&
           glift__gate_init(&io->gate, glift__tls_start_library);
}

static void preload_roots(glift_io *io)
{
    const char *message; /* a dial that fails for it says why */
    glift__io_trust(io, "", false, &message);
}

static glift_status make(const glift_io_desc *desc, glift_io **out)
{
    glift_io *io = calloc(1, sizeof *io);
    if (io == NULL)
        return GLIFT_ERR_MEMORY;
    io->ended_end = &io->ended;
    io->is_threadless = desc->threadless;
    glift__list_init(&io->attachments);
    bool done = glift__loop_init(&io->loop, false);
    look_at_wall(io);
    done = done && open_parts(io, desc);
    if (done && io->is_threadless)
        preload_roots(io);
    done = done && (io->is_threadless || glift__thread_start(run, io, 0, &io->thread));
    if (!done) {
        free_io(io);
        return GLIFT_ERR_MEMORY;
    }
    *out = io;
    return GLIFT_OK;
}

glift_status glift_io_create(const glift_io_desc *given, glift_io **out)
{
    char message[GLIFT__MESSAGE_SIZE]; /* which nobody is there to hear: the status has to do */
    glift_io_desc desc = {0};
    if (out == NULL)
        return GLIFT_ERR_ARGUMENT;
    *out = NULL;
    glift_status status =
            given != NULL ? glift__sized_read(&glift__sized_io_desc, given, &desc, message) : GLIFT_OK;
    return status == GLIFT_OK ? make(&desc, out) : status;
}

glift_status glift_io_destroy(glift_io *io)
{
    int none = 0;
    if (io == NULL)
        return GLIFT_OK;
    if (!atomic_compare_exchange_strong(&io->link_count, &none, -1))
        return GLIFT_ERR_STATE;
    if (!io->is_threadless) {
        atomic_store(&io->is_stopping, true);
        glift__io_wake(io);
        glift__thread_join(io->thread);
    }
    free_io(io);
    return GLIFT_OK;
}

void glift__io_abandon(glift_io *io)
{
    glift__gate_close(&io->gate);
    atomic_store(&io->is_abandoned, true);
}

/* ---- threadless ---- */

void glift__io_ask_for_tick(glift_io *io, int change)
{
    io->ticks_asked += change;
}

int glift_io_fd(const glift_io *io)
{
    return io != NULL && io->is_threadless ? glift__poller_descriptor(io->loop.poller) : -1;
}

uint32_t glift_io_next_ms(const glift_io *io)
{
    if (io == NULL || !io->is_threadless)
        return UINT32_MAX;
    if (!glift__mailbox_is_empty(&io->line) || io->due != NULL || !glift__list_is_empty(&io->loop.again) ||
            glift__resolver_has_found(io->resolver) || io->ticks_asked > 0)
        return 0;
    uint64_t next_ms = glift__timers_next_ms(&io->loop.timers), now_ms = glift__clock_mono_ms();
    if (next_ms == UINT64_MAX)
        return UINT32_MAX;
    uint64_t left_ms = next_ms > now_ms ? next_ms - now_ms : 0;
    return left_ms < UINT32_MAX ? (uint32_t)left_ms : UINT32_MAX - 1;
}

glift_status glift_io_resolved(glift_io *io, uint32_t lookup, const char *const *addresses, size_t count)
{
    if (io == NULL || (addresses == NULL && count > 0))
        return GLIFT_ERR_ARGUMENT;
    return glift__resolver_resolved(io->resolver, lookup, addresses, count);
}
