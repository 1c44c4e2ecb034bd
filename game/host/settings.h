/* SPDX-License-Identifier: Apache-2.0 */
/* Settings by name: `--set key=value`, else the environment variable ARENA_KEY. */
#ifndef HOST_SETTINGS_H
#define HOST_SETTINGS_H

#include <stdbool.h>

typedef struct settings {
    struct setting *first;
    const struct settings *behind; /* asked for what is not here; NULL: the environment is */
} settings;

/* The last value given to a key counts. False: out of memory. */
bool settings_set(settings *all, const char *key, const char *value);
/* "key=value". False: not of this form, or out of memory. */
bool settings_set_pair(settings *all, const char *pair);
/* NULL where nothing is set. The environment name is upper case, with "_" for everything but letters and
 * digits: gamelift.auth_token is ARENA_GAMELIFT_AUTH_TOKEN. */
const char *settings_get(const settings *all, const char *key);
/* As settings_get(), with a default for what is not set or is no number of at least zero. */
double settings_number(const settings *all, const char *key, double otherwise);
/* Forgets all of its own; what is behind stays. */
void settings_fini(settings *all);

#endif
