/* SPDX-License-Identifier: Apache-2.0 */
/* The service on one port: game servers' WebSockets, the AWS API, the dashboard, the controls.
 *
 * One thread: the listener waits, hands what arrives to the service core, and writes what the core puts
 * out. It brings the clock, too, which may be faster than the machine's; POST /_local/advance moves it. */
#ifndef LOCAL_LISTEN_H
#define LOCAL_LISTEN_H

#include "api/service.h"
#include "system/loop.h"

typedef struct local_listener local_listener;

#define LISTEN_SOCKETS_MAX 4096

/* Who answers game servers in the place of the service, as the functions of servers.h do. */
typedef struct local_stand_in {
    void *owner;
    int (*handshake)(
            void *owner, glift__time now, const char *query, uint64_t *connection, glift__text *body);
    void (*received)(void *owner, glift__time now, uint64_t connection, const char *bytes, size_t length);
    void (*closed)(void *owner, uint64_t connection);
    bool (*next_output)(void *owner, local_output *out);
} local_stand_in;

typedef struct local_listener_desc {
    local_service *service;
    const local_stand_in *stand_in; /* NULL: nobody. With one, HTTP requests are refused */
    const char *address;            /* IPv4, of this machine; NULL: "127.0.0.1" */
    const char *const *hosts;       /* further names that clients may call it by */
    size_t host_count;
    int port;           /* 0: any free one */
    double clock_scale; /* how much faster than the machine's its clock is; 0: it stands still */
    glift__time start;  /* of an earlier run's clock, which this one's goes on with; zeroed: there is none */
    int sockets;        /* at the same time; more wait to be accepted */
    const char *tls_cert_file, *tls_key_file; /* both, or neither */
    /* POST /_local/reset: puts a new service in the place of this one, by local_listener_use(). False: it
     * stays. */
    bool (*reset)(void *user);
    /* Called before anything is sent: what happened must be kept first. False: it is not, and nothing is
     * sent. NULL: there is nothing to keep. */
    bool (*keep)(void *user);
    void *user;
    void (*log)(void *user, glift_log_level level, const char *text);
    void *log_user;
    glift_log_level log_level; /* lines below it are not even made */
} local_listener_desc;

#define LOCAL_WHY_SIZE 256

/* NULL: *why is a sentence that says what to do. */
local_listener *local_listener_open(const local_listener_desc *desc, char why[LOCAL_WHY_SIZE]);
void local_listener_close(local_listener *listener); /* NULL is allowed */
int local_listener_port(const local_listener *listener);

/* From now on it serves this one; game servers of the one before lose their connections, with this reason. */
void local_listener_use(local_listener *listener, local_service *service, const char *reason);

/* The time that the service lives in. */
glift__time local_listener_now(const local_listener *listener);

/* The machine's own, which is that of processes. */
uint64_t local_listener_machine_ms(void);

/* Waits for something to happen, until deadline_ms of the service's time or until_ms of the machine's, and
 * deals with it. False: cannot go on. */
bool local_listener_serve(local_listener *listener, uint64_t deadline_ms, uint64_t until_ms);

/* What a call that did not come by the port asks of the clock. */
void local_listener_obey(local_listener *listener);

/* What serve() waits with: who brings sockets of their own adds them, and takes them out before the end. */
local_loop *local_listener_loop(const local_listener *listener);

/* ready(user) runs inside serve() whenever this descriptor can be read; the listener closes it at the end. */
bool local_listener_watch(
        local_listener *listener, glift__socket_handle fd, void (*ready)(void *user), void *user);

#endif
