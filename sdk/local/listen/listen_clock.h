/* SPDX-License-Identifier: Apache-2.0 */
/* The service's clock beside the machine's: it runs at its own speed, and is put forward by POST
 * /_local/advance. Pure: the machine's time is an argument. */
#ifndef LOCAL_LISTEN_CLOCK_H
#define LOCAL_LISTEN_CLOCK_H

#include <stdint.h>

typedef struct listen_clock {
    double scale;      /* milliseconds of the service in one of the machine; 0: it stands still */
    uint64_t began_ms; /* of the machine, when both showed the same */
    int64_t jumped_ms; /* by which it was put forward since */
    uint64_t kept_ms;  /* by which its mono_ms, of an earlier run, is ahead of that besides */
} listen_clock;

/* By how much it is ahead of the machine's clock; below 0: behind. */
int64_t listen_clock_ahead_ms(const listen_clock *clock, uint64_t machine_ms);

/* How long the machine waits until the service's clock shows deadline_ms; UINT64_MAX: for ever. */
uint64_t listen_clock_wait_ms(const listen_clock *clock, uint64_t machine_ms, uint64_t deadline_ms);

#endif
