/* SPDX-License-Identifier: Apache-2.0 */
/* The floor of round trips: what any client on libwebsockets with an I/O thread of its own has to pay. One
 * request is one cJSON document made and printed, one lws_write, one cJSON document parsed, and a wake-up
 * each way; nothing else. */
#include "bench.h"

#include <cjson/cJSON.h>
#include <libwebsockets.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE = 1024 };

struct lws_floor {
    struct lws_context *context;
    struct lws *wsi;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t answered;
    char ids[QUEUE][64]; /* requests to be sent */
    size_t sent, queued, answers;
    bool is_open, is_stopping;
    char message[4096];
    size_t message_length;
};

static void write_request(lws_floor *self, struct lws *wsi, const char *player_session_id)
{
    static unsigned serial;
    unsigned char buffer[LWS_PRE + 1024];
    char id[64];
    cJSON *request = cJSON_CreateObject();
    (void)self;
    snprintf(id, sizeof id, "00000000-0000-4000-8000-%012u", serial++);
    cJSON_AddStringToObject(request, "Action", "AcceptPlayerSession");
    cJSON_AddStringToObject(request, "RequestId", id);
    cJSON_AddStringToObject(request, "GameSessionId", "gsess-1");
    cJSON_AddStringToObject(request, "PlayerSessionId", player_session_id);
    cJSON_PrintPreallocated(request, (char *)buffer + LWS_PRE, 1024, false);
    cJSON_Delete(request);
    lws_write(wsi, buffer + LWS_PRE, strlen((char *)buffer + LWS_PRE), LWS_WRITE_TEXT);
}

static void on_writable(lws_floor *self, struct lws *wsi)
{
    char id[64];
    pthread_mutex_lock(&self->lock);
    bool any = self->sent < self->queued;
    if (any)
        strcpy(id, self->ids[self->sent++ % QUEUE]);
    bool more = self->sent < self->queued;
    pthread_mutex_unlock(&self->lock);
    if (any)
        write_request(self, wsi, id);
    if (more)
        lws_callback_on_writable(wsi);
}

static void on_message(lws_floor *self)
{
    cJSON *answer = cJSON_ParseWithLength(self->message, self->message_length);
    if (cJSON_GetObjectItemCaseSensitive(answer, "RequestId") == NULL)
        fail("floor: an answer without a RequestId");
    cJSON_Delete(answer);
    pthread_mutex_lock(&self->lock);
    self->answers++;
    pthread_cond_signal(&self->answered);
    pthread_mutex_unlock(&self->lock);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
    lws_floor *self = lws_context_user(lws_get_context(wsi));
    (void)user;
    switch ((int)reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        pthread_mutex_lock(&self->lock);
        self->is_open = true;
        pthread_cond_signal(&self->answered);
        pthread_mutex_unlock(&self->lock);
        break;
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
        if (self->is_open)
            lws_callback_on_writable(self->wsi);
        break;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        on_writable(self, wsi);
        break;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        memcpy(self->message + self->message_length, in, length);
        self->message_length += length;
        if (lws_is_final_fragment(wsi)) {
            on_message(self);
            self->message_length = 0;
        }
        break;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        fail("floor: no connection");
    }
    return 0;
}

static void *run(void *argument)
{
    lws_floor *self = argument;
    while (!self->is_stopping)
        lws_service(self->context, 0);
    return NULL;
}

lws_floor *lws_floor_start(const place *at)
{
    static const struct lws_protocols protocols[] = {
            {"floor", on_event, 0, 4096, 0, NULL, 0}, {NULL, NULL, 0, 0, 0, NULL, 0}};
    lws_floor *self = calloc(1, sizeof *self);
    struct lws_context_creation_info info = {.port = CONTEXT_PORT_NO_LISTEN,
            .protocols = protocols,
            .user = self,
            .client_ssl_ca_filepath = at->ca_file,
            .fd_limit_per_thread = 1024,
            .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS};
    struct lws_client_connect_info connect = {.address = "127.0.0.1",
            .host = "127.0.0.1",
            .path = "/",
            .port = at->port,
            .ssl_connection = at->tls ? LCCSCF_USE_SSL : 0,
            .local_protocol_name = "floor",
            .ietf_version_or_minus_one = -1};
    lws_set_log_level(0, NULL);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->answered, NULL);
    connect.context = self->context = lws_create_context(&info);
    self->wsi = lws_client_connect_via_info(&connect);
    pthread_create(&self->thread, NULL, run, self);
    pthread_mutex_lock(&self->lock);
    while (!self->is_open)
        pthread_cond_wait(&self->answered, &self->lock);
    pthread_mutex_unlock(&self->lock);
    return self;
}

void lws_floor_send(lws_floor *self, const char *player_session_id)
{
    pthread_mutex_lock(&self->lock);
    bool was_empty = self->sent == self->queued;
    snprintf(self->ids[self->queued++ % QUEUE], 64, "%s", player_session_id);
    pthread_mutex_unlock(&self->lock);
    if (was_empty)
        lws_cancel_service(self->context);
}

void lws_floor_wait(lws_floor *self)
{
    pthread_mutex_lock(&self->lock);
    while (self->answers == 0)
        pthread_cond_wait(&self->answered, &self->lock);
    self->answers--;
    pthread_mutex_unlock(&self->lock);
}

void lws_floor_stop(lws_floor *self)
{
    self->is_stopping = true;
    lws_cancel_service(self->context);
    pthread_join(self->thread, NULL);
    lws_context_destroy(self->context);
    free(self);
}
