/* SPDX-License-Identifier: Apache-2.0 */
/* The floor of round trips, rates and connections: the least that a client on libwebsockets with an I/O
 * thread of its own can do. A request is a text handed to that thread, one cJSON document made and printed,
 * one lws_write; its answer is one cJSON document parsed, and a count handed back. There are no sessions,
 * deadlines, reconnects, log lines and copies in it.
 *
 * It is made to be hard to beat:
 * - Requests are written as soon as the thread is awake, as many as the socket takes. Asking for
 *   LWS_CALLBACK_CLIENT_WRITEABLE first, as libwebsockets' manual has it, costs one more poll() each time.
 * - There is one wake-up each way for all that is handed over at once, and none for a thread that is awake.
 * - Answers are handed back once per turn of the loop, however many have come in it. */
#include "bench.h"

#include <cjson/cJSON.h>
#include <libwebsockets.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE = 1024, MAX_REQUEST = 1024, MAX_ANSWER = 4096 };

struct lws_floor {
    struct lws_context *context;
    SSL_CTX *tls;
    pthread_t thread;
    const place *at;
    atomic_bool is_stopping;

    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t changed;
    char texts[QUEUE][64]; /* of requests to be sent */
    unsigned queued, sent; /* of them, ever */
    int answers, wanted, open;

    struct lws *first; /* the thread's own from here on */
    int started, arrived;
    unsigned serial;
    char answer[MAX_ANSWER];
    size_t answer_length;
};

/* ---- on its thread ---- */

static bool next_request(lws_floor *self, char *text)
{
    pthread_mutex_lock(&self->lock);
    bool any = self->sent != self->queued;
    if (any)
        strcpy(text, self->texts[self->sent++ % QUEUE]);
    pthread_mutex_unlock(&self->lock);
    return any;
}

static void write_request(lws_floor *self, struct lws *wsi, const char *player_session_id)
{
    unsigned char buffer[LWS_PRE + MAX_REQUEST];
    char *text = (char *)buffer + LWS_PRE, id[64];
    cJSON *request = cJSON_CreateObject();
    snprintf(id, sizeof id, "00000000-0000-4000-8000-%012u", self->serial++);
    cJSON_AddStringToObject(request, "Action", "AcceptPlayerSession");
    cJSON_AddStringToObject(request, "RequestId", id);
    cJSON_AddStringToObject(request, "GameSessionId", "gsess-1");
    cJSON_AddStringToObject(request, "PlayerSessionId", player_session_id);
    cJSON_PrintPreallocated(request, text, MAX_REQUEST, false);
    cJSON_Delete(request);
    lws_write(wsi, buffer + LWS_PRE, strlen(text), LWS_WRITE_TEXT);
}

/* What the kernel does not take libwebsockets keeps and sends itself: the next turn goes on from there. */
static void write_requests(lws_floor *self)
{
    char text[64];
    while (self->first != NULL && !lws_partial_buffered(self->first) && next_request(self, text))
        write_request(self, self->first, text);
}

/* One after the other: handshakes side by side would leave the heap larger than the connections are. */
static void start_connection(lws_floor *self)
{
    struct lws_client_connect_info info = {.context = self->context,
            .address = "127.0.0.1",
            .host = "127.0.0.1",
            .path = "/",
            .port = self->at->port,
            .ssl_connection = self->at->tls ? LCCSCF_USE_SSL : 0,
            .local_protocol_name = "floor",
            .ietf_version_or_minus_one = -1};
    pthread_mutex_lock(&self->lock);
    bool is_due = self->open < self->wanted && self->started == self->open;
    pthread_mutex_unlock(&self->lock);
    if (is_due) {
        self->started++;
        lws_client_connect_via_info(&info);
    }
}

static void hand_answers_over(lws_floor *self)
{
    if (self->arrived == 0)
        return;
    pthread_mutex_lock(&self->lock);
    self->answers += self->arrived;
    pthread_cond_signal(&self->changed);
    pthread_mutex_unlock(&self->lock);
    self->arrived = 0;
}

static void count_open(lws_floor *self)
{
    pthread_mutex_lock(&self->lock);
    self->open++;
    pthread_cond_signal(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

/* All but the first have one round trip at once, as each server had its own: a connection that has never
 * been read from holds other buffers than one that is idle. */
static void on_open(lws_floor *self, struct lws *wsi)
{
    if (self->first != NULL) {
        write_request(self, wsi, "psess-1");
        return;
    }
    self->first = wsi;
    count_open(self);
}

static void on_received(lws_floor *self, struct lws *wsi, const char *bytes, size_t length)
{
    if (self->answer_length + length > MAX_ANSWER)
        fail("floor: a long answer");
    memcpy(self->answer + self->answer_length, bytes, length);
    self->answer_length += length;
    if (!lws_is_final_fragment(wsi))
        return;
    cJSON *answer = cJSON_ParseWithLength(self->answer, self->answer_length);
    if (cJSON_GetObjectItemCaseSensitive(answer, "RequestId") == NULL)
        fail("floor: an answer without a RequestId");
    cJSON_Delete(answer);
    self->answer_length = 0;
    if (wsi == self->first)
        self->arrived++;
    else
        count_open(self);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
    lws_floor *self = lws_context_user(lws_get_context(wsi));
    (void)user;
    switch ((int)reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        on_open(self, wsi);
        break;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        on_received(self, wsi, in, length);
        break;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        fail("floor: no connection");
    }
    return 0;
}

static void *run(void *argument)
{
    lws_floor *self = argument;
    while (!atomic_load(&self->is_stopping)) {
        lws_service(self->context, 0);
        start_connection(self);
        write_requests(self);
        hand_answers_over(self);
    }
    return NULL;
}

/* ---- on the game's ---- */

/* Nothing but what the connection needs: no sessions kept, and no buffers while it is idle. */
static SSL_CTX *make_tls(const place *at)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (SSL_CTX_load_verify_file(context, at->ca_file) != 1)
        fail("floor: roots");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return context;
}

lws_floor *lws_floor_start(const place *at)
{
    static const struct lws_protocols protocols[] = {
            {"floor", on_event, 0, 1024, 0, NULL, 0}, {NULL, NULL, 0, 0, 0, NULL, 0}};
    lws_floor *self = calloc(1, sizeof *self);
    self->tls = at->tls ? make_tls(at) : NULL;
    struct lws_context_creation_info info = {.port = CONTEXT_PORT_NO_LISTEN,
            .protocols = protocols,
            .user = self,
            .provided_client_ssl_ctx = self->tls,
            .fd_limit_per_thread = 4096,
            .pt_serv_buf_size = 8192,
            .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT};
    lws_set_log_level(0, NULL);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
    self->at = at;
    self->context = lws_create_context(&info);
    if (self->context == NULL || pthread_create(&self->thread, NULL, run, self) != 0)
        fail("floor: no context");
    lws_floor_connect(self, 1);
    return self;
}

void lws_floor_connect(lws_floor *self, int count)
{
    pthread_mutex_lock(&self->lock);
    self->wanted = count;
    lws_cancel_service(self->context);
    while (self->open < count)
        pthread_cond_wait(&self->changed, &self->lock);
    pthread_mutex_unlock(&self->lock);
}

void lws_floor_send(lws_floor *self, const char *player_session_id, int count)
{
    pthread_mutex_lock(&self->lock);
    bool was_empty = self->sent == self->queued;
    for (int i = 0; i < count; i++)
        snprintf(self->texts[self->queued++ % QUEUE], sizeof self->texts[0], "%s", player_session_id);
    pthread_mutex_unlock(&self->lock);
    if (was_empty)
        lws_cancel_service(self->context);
}

void lws_floor_wait(lws_floor *self)
{
    pthread_mutex_lock(&self->lock);
    while (self->answers == 0)
        pthread_cond_wait(&self->changed, &self->lock);
    pthread_mutex_unlock(&self->lock);
}

int lws_floor_take(lws_floor *self)
{
    pthread_mutex_lock(&self->lock);
    int answers = self->answers;
    self->answers = 0;
    pthread_mutex_unlock(&self->lock);
    return answers;
}

void lws_floor_round_trip(lws_floor *self)
{
    lws_floor_send(self, "psess-1", 1);
    lws_floor_wait(self);
    lws_floor_take(self);
}

void lws_floor_stop(lws_floor *self)
{
    atomic_store(&self->is_stopping, true);
    lws_cancel_service(self->context);
    pthread_join(self->thread, NULL);
    lws_context_destroy(self->context);
    SSL_CTX_free(self->tls);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    free(self);
}
