/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions of the hot paths, counted by callgrind: figures that repeat exactly, whatever else the machine
 * does. The paths are a program of their own (paths.c). */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

enum { TIMES = 1000 };

/* What callgrind says of the functions whose names begin with "counted_"; negative: it says nothing. */
static double collected(const char *path)
{
    char command[512], line[256];
    double count = -1;
    snprintf(command, sizeof command,
            "LD_BIND_NOW=1 valgrind --tool=callgrind --callgrind-out-file=/dev/null "
            "'--toggle-collect=counted_*' "
            "%s %s %d 2>&1",
            PATHS, path, TIMES);
    FILE *output = popen(command, "r");
    while (output != NULL && fgets(line, sizeof line, output) != NULL) {
        const char *found = strstr(line, "Collected :");
        if (found != NULL)
            count = atof(found + strlen("Collected :"));
    }
    return output != NULL && pclose(output) == 0 ? count : -1;
}

static void instructions(void)
{
    static const char *const paths[] = {"call_and_delivery", "idle_tick", "idle_tick_threadless",
            "round_trip_threadless", "decode_frame", "decode"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char line[64];
        double count = collected(paths[i]);
        if (count <= 0)
            fail("valgrind counts nothing: is it installed?");
        snprintf(line, sizeof line, "instructions_%s", paths[i]);
        figure(line, count / TIMES, "instructions");
    }
}

const scenario instruction_scenarios[] = {
        {"instructions", 2, instructions, NULL,
                "by callgrind, outside the kernel: a call with the delivery of its answer; a tick with "
                "nothing "
                "to do; a whole round trip without an I/O thread; an answer of 200 bytes as a frame, and as "
                "JSON; no floor"},
        {0},
};
