/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever develops on Windows starts the servers: from the engine, or by a script. */
#include "system/launch.h"

#include <stdio.h>

local_launcher *launcher_open(const launcher_desc *desc, char why[LAUNCH_WHY_SIZE])
{
    (void)desc;
    snprintf(why, LAUNCH_WHY_SIZE,
            "--launch is not there on Windows: start game servers yourself, with the variables that "
            "--env-file FILE "
            "writes");
    return NULL;
}

/* ---- of a launcher, which there never is ---- */

void launcher_close(local_launcher *launcher)
{
    (void)launcher;
}

glift__socket_handle launcher_watched(const local_launcher *launcher)
{
    (void)launcher;
    return GLIFT__NO_SOCKET;
}

void launcher_read(local_launcher *launcher, uint64_t now_ms)
{
    (void)launcher;
    (void)now_ms;
}

uint64_t launcher_deadline_ms(const local_launcher *launcher)
{
    (void)launcher;
    return UINT64_MAX;
}

void launcher_serve(local_launcher *launcher, uint64_t now_ms)
{
    (void)launcher;
    (void)now_ms;
}

void launcher_stop(local_launcher *launcher, uint64_t now_ms)
{
    (void)launcher;
    (void)now_ms;
}

void launcher_restart(local_launcher *launcher)
{
    (void)launcher;
}

bool launcher_is_idle(const local_launcher *launcher)
{
    (void)launcher;
    return true;
}
