/* SPDX-License-Identifier: Apache-2.0 */
/* By which other threads tell the loop: a datagram socket of the loopback that is connected to itself. Nobody
 * else can send to it. */
#ifndef LOCAL_WINDOWS_ALARM_H
#define LOCAL_WINDOWS_ALARM_H

#include "platform/platform.h"

glift__socket_handle local_alarm_open(void); /* GLIFT__NO_SOCKET: it cannot be had */
void local_alarm_ring(
        glift__socket_handle alarm); /* where there is no room for it, others are on their way */
bool local_alarm_take(glift__socket_handle alarm); /* one ring. False: there is none */
void local_alarm_empty(glift__socket_handle alarm);

#endif
