/* SPDX-License-Identifier: Apache-2.0 */
/* The listener's wait: how long it takes is up to the deadline, not to libwebsockets. */
#include "listen/listen.h"
#include "test.h"

static const local_service_desc service_desc = {.region = "us-east-1", .account = "111122223333", .seed = 1};

/* It once slept for good: the timer had fired before the sleep that it was to end. */
TEST(a_deadline_that_is_here_ends_the_wait)
{
    char why[LOCAL_WHY_SIZE];
    local_service *service;
    CHECK_INT(GLIFT_OK, local_service_create(&service_desc, (glift__time){0}, &service));
    local_listener *listener = local_listener_open(
            &(local_listener_desc){.service = service, .sockets = 16, .clock_scale = 1}, why);
    CHECK(listener != NULL);
    for (int i = 0; i < 100; i++) {
        uint64_t now_ms = local_listener_now(listener).mono_ms;
        CHECK(local_listener_serve(listener, now_ms, UINT64_MAX));
        CHECK(local_listener_serve(listener, now_ms + 1, UINT64_MAX));
        CHECK(local_listener_serve(listener, UINT64_MAX, local_listener_machine_ms() + 1));
    }
    local_listener_close(listener);
    local_service_destroy(service);
}
