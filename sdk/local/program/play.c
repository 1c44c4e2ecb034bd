/* SPDX-License-Identifier: Apache-2.0 */
#include "program/play.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printable.h"
#include "program/complain.h"
#include "system/files.h"

#define FILE_MOST (4u * 1024 * 1024)

scenario *play_read(const char *path)
{
    char why[SCENARIO_WHY_SIZE];
    size_t length = 0;
    char *text = local_read_file(path, FILE_MOST, &length);
    snprintf(why, sizeof why, "%s", text == NULL ? strerror(errno) : "");
    scenario *found = text != NULL ? scenario_read(text, length, why) : NULL;
    free(text);
    if (found == NULL)
        complain("the scenario %s cannot be played: %s", path, why);
    return found;
}

bool play_prepare(scenario *played, const local_demo *demo)
{
    return scenario_set(played, "fleet_id", demo->fleet_id) &&
           scenario_set(played, "location", demo->location) &&
           scenario_set(played, "compute_name", demo->compute_name) &&
           scenario_set(played, "matchmaking_configuration", demo->matchmaking_configuration);
}

/* As it comes: whoever looks sees how far it is. */
static void on_line(void *user, const char *line)
{
    char clean[1500];
    (void)user;
    snprintf(clean, sizeof clean, "%s", line);
    make_printable(clean, strlen(clean));
    puts(clean);
    fflush(stdout);
}

scenario_state play_on(scenario *played, local_service *service, local_listener *listener)
{
    scenario_stage stage = {.service = service, .say = on_line};
    scenario_state state = scenario_advance(played, &stage, local_listener_now(listener));
    local_listener_obey(listener);
    return state;
}

void play_stop(scenario *played, const char *why)
{
    scenario_give_up(played, &(scenario_stage){.say = on_line}, why);
}
