/* SPDX-License-Identifier: Apache-2.0 */
/* The one door to the operating system: clocks, random bytes, threads, look-ups, sockets, waiting, files.
 *
 * posix/ and windows/ implement it. Another system is another folder beside them, and no change anywhere
 * else: nothing outside this room includes a header of the system, and nothing in here knows what the SDK is
 * for. */
#ifndef GLIFT_PLATFORM_H
#define GLIFT_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* ---- clocks (clock.c) ---- */

uint64_t glift__clock_mono_ms(void); /* never goes back, counts from an unknown start */
int64_t glift__clock_unix_ms(void);  /* since 1970-01-01 UTC; follows the system's clock */
/* Takes a time apart, in UTC. False where the year does not fit. */
bool glift__clock_utc(int64_t unix_s, struct tm *out);

/* ---- random bits, this process (process.c) ---- */

/* Gives unpredictable bytes. False if the system has none. */
bool glift__random_bytes(void *out, size_t size);
/* The number of this process: another one in a child after fork(). */
uint32_t glift__process_number(void);

/* ---- threads (thread.c) ---- */

/* Takes and gives back the one lock of what the whole program shares. It is held for moments only, and never
 * while another is taken. */
void glift__program_lock(void);
void glift__program_unlock(void);

/* A lock, and the place where its holders wait for one another. */
typedef struct glift__monitor glift__monitor;

glift__monitor *glift__monitor_create(void);          /* NULL when out of memory */
void glift__monitor_destroy(glift__monitor *monitor); /* NULL is allowed */
void glift__monitor_enter(glift__monitor *monitor);
void glift__monitor_leave(glift__monitor *monitor);
void glift__monitor_wake_all(glift__monitor *monitor); /* by a holder of the lock */
/* A holder of the lock waits until somebody wakes all, or this moment on glift__clock_mono_ms(), or for no
 * reason. False once the moment has passed. */
bool glift__monitor_wait(glift__monitor *monitor, uint64_t until_mono_ms);

typedef struct glift__thread glift__thread;

/* Runs `run(argument)` in a thread of its own that no signal of the program interrupts. `stack_bytes` 0: as
 * large as the system makes it. With `out` NULL nobody can wait for its end. False if there was no thread to
 * be had. */
bool glift__thread_start(
        void (*run)(void *argument), void *argument, size_t stack_bytes, glift__thread **out);
void glift__thread_join(glift__thread *thread);   /* waits for the end, and frees the thread */
void glift__thread_detach(glift__thread *thread); /* nobody waits for its end any more; frees it */

void glift__sleep_ms(uint32_t ms);

/* ---- addresses (address.c) ---- */

typedef struct glift__address {
    uint8_t bytes[16]; /* in network order; an IPv4 address in the first four */
    uint32_t scope;    /* of an IPv6 address that is valid on one link only */
    bool is_ipv6;
} glift__address;

/* Reads a numeric address: "127.0.0.1", "::1", "fe80::1%eth0". False if the text is none. */
bool glift__address_parse(const char *text, glift__address *out);
bool glift__address_equals(const glift__address *a, const glift__address *b);

/* The addresses of a name, at most `room`, in the order in which the system would try them. Blocks, for tens
 * of seconds where no name server answers. NULL on success, else why there is none: static text. */
const char *glift__address_look_up(const char *host, glift__address *out, size_t room, size_t *count);

/* ---- sockets (socket.c); none of these blocks ---- */

typedef intptr_t glift__socket_handle;
#define GLIFT__NO_SOCKET ((glift__socket_handle)-1)

typedef enum glift__transfer {
    GLIFT__TRANSFER_DONE,  /* at least one byte */
    GLIFT__TRANSFER_LATER, /* no byte now: wait until the socket is ready */
    GLIFT__TRANSFER_END,   /* the other end sends no more */
    GLIFT__TRANSFER_ERROR  /* the connection is lost */
} glift__transfer;

/* Begins to connect; the socket is ready to be written once that has succeeded or failed. GLIFT__NO_SOCKET
 * where it cannot even begin: *no_descriptor says whether the process has no descriptor left. */
glift__socket_handle glift__socket_connect(const glift__address *address, uint16_t port, bool *no_descriptor);
/* Says how a connect went, when the socket is ready. */
bool glift__socket_is_connected(glift__socket_handle socket);
glift__transfer glift__socket_send(glift__socket_handle socket, const void *bytes, size_t size, size_t *sent);
glift__transfer glift__socket_receive(
        glift__socket_handle socket, void *bytes, size_t size, size_t *received);
/* Tells the other end that nothing more comes; what it sends can still be received. */
void glift__socket_end_sending(glift__socket_handle socket);
void glift__socket_close(glift__socket_handle socket);

/* ---- datagrams to one address (udp.c): sent now or never ---- */

typedef struct glift__udp glift__udp;

/* `address` in numbers, as for glift__address_parse(). NULL on failure, with the reason in *reason (static
 * text).
 */
glift__udp *glift__udp_open(const char *address, uint16_t port, const char **reason);
/* False, with the reason in *reason (static text), if the datagram was not sent, or if one before it is now
 * known to have reached nobody. A descriptor that was closed behind our back is not used, nor closed again.
 */
bool glift__udp_send(glift__udp *udp, const void *bytes, size_t size, const char **reason);
bool glift__udp_is_for(const glift__udp *udp, const char *address, uint16_t port);
void glift__udp_close(glift__udp *udp); /* NULL is allowed */

/* ---- waiting for sockets (poller.c) ---- */

typedef struct glift__poller glift__poller;

enum { GLIFT__POLL_READ = 1, GLIFT__POLL_WRITE = 2 };

typedef struct glift__poll_event {
    void *user;
    unsigned ready; /* GLIFT__POLL_...; both where the connection has failed */
} glift__poll_event;

/* Opens a poller; with `portable` the one that every system has, whose cost grows with the number of sockets.
 * NULL when out of memory or descriptors. */
glift__poller *glift__poller_create(bool portable);
void glift__poller_destroy(glift__poller *poller); /* NULL is allowed */
/* Gives new descriptors to a poller whose own were closed behind our back. The old ones are not closed again:
 * somebody else may have got their numbers. Nothing is watched then. False if there are none yet. */
bool glift__poller_reopen(glift__poller *poller);
bool glift__poller_add(glift__poller *poller, glift__socket_handle socket, unsigned wanted, void *user);
/* Sets what is waited for. False if the socket is not there any more, since it was closed behind our back. */
bool glift__poller_change(glift__poller *poller, glift__socket_handle socket, unsigned wanted, void *user);
/* Forgets a socket, which is closed only after that. */
void glift__poller_remove(glift__poller *poller, glift__socket_handle socket);
/* Waits for at most `timeout_ms`, or as long as it takes for -1. Returns how many events there are, 0 also
 * after a wake-up; -1 if the poller cannot wait any more, since its own descriptors were closed behind our
 * back. */
int glift__poller_wait(glift__poller *poller, int timeout_ms, glift__poll_event *events, size_t room);
/* Ends a wait, or the next one, from any thread. */
void glift__poller_wake(glift__poller *poller);
/* A descriptor that can be read when there is an event; -1 where this poller has none. */
int glift__poller_descriptor(const glift__poller *poller);

/* ---- files (file.c) ---- */

/* Reads a whole regular file of at most `limit` bytes, to be freed; NULL on failure, with the reason in
 * *message, static text that follows the name of the file: "does not exist". */
char *glift__file_read(const char *path, size_t limit, size_t *size, const char **message);
/* Calls `is_wanted` with the name of each entry of a directory until it says true. */
bool glift__file_find(const char *directory, bool (*is_wanted)(const char *name));

/* ---- root certificates (roots.c) ---- */

/* Calls `take` with each root certificate, in DER form, of the store that the system keeps for all programs.
 * False where the system has no such store, but files, or where `take` has said false, which ends the walk.
 */
bool glift__roots_each(bool (*take)(void *user, const uint8_t *der, size_t size), void *user);

#endif
