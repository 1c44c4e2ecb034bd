/* SPDX-License-Identifier: Apache-2.0 */
/* A name with many addresses (RFC 8305): they are dialled in turn, families alternating, and one that is
 * silent holds up nobody. */
#include "resolver.h"

#include <arpa/inet.h>
#include <dirent.h>

#include "../../unit/test.h"

#include "deaf_port.h"
#include "outsider.h"

/* ---- what is dialled ---- */

enum { MOST_DIALS = 256 };

static struct {
    char addresses[MOST_DIALS][INET6_ADDRSTRLEN];
    atomic_int count;
} dialled;

static void note_dial(const struct sockaddr *address)
{
    const void *bytes = address->sa_family == AF_INET6
                                ? (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr
                                : (const void *)&((const struct sockaddr_in *)address)->sin_addr;
    int place = atomic_fetch_add(&dialled.count, 1);
    if (place < MOST_DIALS)
        inet_ntop(address->sa_family, bytes, dialled.addresses[place], INET6_ADDRSTRLEN);
}

int __real_connect(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size);

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size)
{
    if (address->sa_family == AF_INET || address->sa_family == AF_INET6)
        note_dial(address);
    return __real_connect(fd, address, size);
}

static glift_io *io;

/* What the resolver of the C library answers, for an io without a thread. */
static void resolve(glift_io *of, uint32_t lookup, const char *host, void *user)
{
    size_t count = 0;
    (void)user;
    CHECK_TEXT(host, "many.test");
    while (resolver_many[count] != NULL)
        count++;
    CHECK_INT(glift_io_resolved(of, lookup, resolver_many, count), GLIFT_OK);
}

static game *start_game_with(const char *const *addresses, uint16_t port)
{
    char url[64];
    snprintf(url, sizeof url, "ws://many.test:%u", port);
    resolver_many = addresses;
    outsider_resolve = resolve;
    io = outsider_io();
    atomic_store(&dialled.count, 0);
    return start_game(url, "", io);
}

static void end_game_and_io(game *self)
{
    end_game(self);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
}

static void accept_once(ws_service *service, void *argument)
{
    *(ws_peer *)argument = ws_accept_upgraded(service);
}

/* The game connects to this service. */
static ws_peer connect_game(game *self, ws_service *service)
{
    ws_peer connection;
    script peer = {.play = accept_once, .argument = &connection, .service = service};
    CHECK_INT(pthread_create(&peer.thread, NULL, run_script, &peer), 0);
    while (!atomic_load(&peer.is_over))
        tick_soon(self);
    CHECK_INT(pthread_join(peer.thread, NULL), 0);
    wait_state(self, GLIFT_CONNECTED);
    return connection;
}

static int descriptor_count(void)
{
    int count = 0;
    DIR *listing = opendir("/proc/self/fd");
    while (readdir(listing) != NULL)
        count++;
    closedir(listing);
    return count;
}

/* ---- */

TEST(nine_silent_addresses_do_not_keep_the_tenth)
{
    static const char *const addresses[] = {"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6",
            "127.0.0.7", "127.0.0.8", "127.0.0.9", "127.0.0.10", "127.0.0.1", NULL};
    deaf_port deaf[9];
    ws_service service = ws_service_open("127.0.0.1", NULL, NULL);
    for (int i = 0; i < 9; i++)
        deaf[i] = deaf_port_open(addresses[i], service.port);
    int descriptors = descriptor_count();
    game *self = start_game_with(addresses, service.port);
    ws_peer peer = connect_game(self, &service);
    CHECK_INT(dialled.count, 10);
    for (int i = 0; i < 10; i++)
        CHECK_TEXT(dialled.addresses[i], addresses[i]);
    ws_close(&peer);
    end_game_and_io(self);
    CHECK_INT(descriptor_count(), descriptors); /* nothing is left of the nine */
    for (int i = 0; i < 9; i++)
        deaf_port_close(&deaf[i]);
    ws_service_close(&service);
}

TEST(the_last_of_64_addresses_is_dialled_too)
{
    static char texts[63][16];
    static const char *addresses[65];
    ws_service service = ws_service_open("127.0.0.1", NULL, NULL);
    for (int i = 0; i < 63; i++) { /* where nobody listens */
        snprintf(texts[i], sizeof texts[i], "127.0.1.%d", i + 1);
        addresses[i] = texts[i];
    }
    addresses[63] = "127.0.0.1";
    game *self = start_game_with(addresses, service.port);
    ws_peer peer = connect_game(self, &service);
    CHECK_INT(dialled.count, 64);
    ws_close(&peer);
    end_game_and_io(self);
    ws_service_close(&service);
}

TEST(more_addresses_than_are_kept_do_no_harm)
{
    static char texts[300][16];
    static const char *addresses[301];
    ws_service service = ws_service_open("127.0.0.1", NULL, NULL);
    addresses[0] = "127.0.0.1";
    for (int i = 1; i < 300; i++) {
        snprintf(texts[i], sizeof texts[i], "127.0.%d.%d", 1 + i / 200, 1 + i % 200);
        addresses[i] = texts[i];
    }
    game *self = start_game_with(addresses, service.port);
    ws_peer peer = connect_game(self, &service);
    CHECK_INT(dialled.count, 1);
    ws_close(&peer);
    end_game_and_io(self);
    ws_service_close(&service);
}

TEST(families_alternate)
{
    static const char *const addresses[] = {
            "127.0.0.2", "127.0.0.3", "127.0.0.4", "::ffff:127.0.0.5", "::ffff:127.0.0.6", "::1", NULL};
    static const char *const turns[] = {
            "127.0.0.2", "::ffff:127.0.0.5", "127.0.0.3", "::ffff:127.0.0.6", "127.0.0.4", "::1"};
    ws_service service = ws_service_open("::1", NULL, NULL);
    game *self = start_game_with(addresses, service.port);
    ws_peer peer = connect_game(self, &service);
    CHECK_INT(dialled.count, 6);
    for (int i = 0; i < 6; i++)
        CHECK_TEXT(dialled.addresses[i], turns[i]);
    ws_close(&peer);
    end_game_and_io(self);
    ws_service_close(&service);
}

TEST(the_address_that_worked_is_dialled_first_the_next_time)
{
    static const char *const addresses[] = {"127.0.0.2", "::ffff:127.0.0.3", "127.0.0.4", "127.0.0.1", NULL};
    ws_service service = ws_service_open("127.0.0.1", NULL, NULL);
    game *self = start_game_with(addresses, service.port);
    ws_peer peer = connect_game(self, &service);
    CHECK_INT(dialled.count, 4);
    ws_reset(&peer);
    wait_state(self, GLIFT_RECONNECTING);
    peer = connect_game(self, &service);
    CHECK_INT(dialled.count, 5);
    CHECK_TEXT(dialled.addresses[4], "127.0.0.1");
    ws_close(&peer);
    end_game_and_io(self);
    ws_service_close(&service);
}

TEST(a_name_whose_addresses_all_refuse_is_told)
{
    static const char *const addresses[] = {"127.0.0.2", "::ffff:127.0.0.3", "127.0.0.4", NULL};
    ws_service gone = ws_service_open("127.0.0.1", NULL, NULL);
    ws_service_close(&gone);
    game *self = start_game_with(addresses, gone.port);
    wait_state(self, GLIFT_RECONNECTING);
    CHECK_CONTAINS(self->reason, "many.test");
    CHECK_CONTAINS(self->reason, "cannot be reached");
    CHECK(dialled.count >= 3);
    end_game_and_io(self);
}
