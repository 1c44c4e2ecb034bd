/* SPDX-License-Identifier: Apache-2.0 */
#include "friendly_service.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static atomic_int clients;

static void copy_field(const char *text, const char *name, char out[64])
{
    char marker[64];
    snprintf(marker, sizeof marker, "\"%s\":\"", name);
    const char *at = strstr(text, marker);
    at = at != NULL ? at + strlen(marker) : "\"";
    snprintf(out, 64, "%.*s", (int)strcspn(at, "\""), at);
}

static void answer(ws_peer *peer, const ws_frame *frame)
{
    char action[64], id[64], text[256];
    if (frame->opcode == WS_CLOSE) {
        ws_send(peer, WS_CLOSE, true, frame->payload, frame->length);
    } else if (frame->opcode == WS_PING) {
        ws_send(peer, WS_PONG, true, frame->payload, frame->length);
    } else if (frame->opcode == WS_TEXT) {
        copy_field(frame->payload, "Action", action);
        copy_field(frame->payload, "RequestId", id);
        int length = snprintf(
                text, sizeof text, "{\"Action\":\"%s\",\"RequestId\":\"%s\",\"StatusCode\":200}", action, id);
        ws_send(peer, WS_TEXT, true, text, (size_t)length);
    }
}

typedef struct client {
    ws_service service;
    int fd;
} client;

static void *serve(void *argument)
{
    client *self = argument;
    ws_peer peer;
    ws_frame frame;
    char *request = NULL;
    if (ws_try_begin(&self->service, self->fd, &peer) && (request = ws_try_read_request(&peer)) != NULL) {
        ws_answer_upgrade(&peer, request);
        while (ws_try_receive(&peer, &frame)) {
            answer(&peer, &frame);
            free(frame.payload);
        }
    }
    free(request);
    ws_reset(&peer);
    free(self);
    atomic_fetch_sub(&clients, 1);
    return NULL;
}

static void *accept_all(void *argument)
{
    friendly_service *self = argument;
    pthread_t thread;
    int fd;
    while ((fd = accept4(self->service.listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        client *next = malloc(sizeof *next);
        *next = (client){.service = self->service, .fd = fd};
        atomic_fetch_add(&clients, 1);
        pthread_create(&thread, NULL, serve, next);
        pthread_detach(thread);
    }
    return NULL;
}

void friendly_service_start(friendly_service *self, const char *certificate_file, const char *key_file)
{
    signal(SIGPIPE, SIG_IGN); /* its clients may be killed while they are written to */
    self->service = ws_service_open(NULL, certificate_file, key_file);
    pthread_create(&self->thread, NULL, accept_all, self);
}

void friendly_service_stop(friendly_service *self)
{
    shutdown(self->service.listener, SHUT_RDWR); /* ends accept() */
    pthread_join(self->thread, NULL);
    while (atomic_load(&clients) > 0)
        usleep(1000);
    ws_service_close(&self->service);
}
