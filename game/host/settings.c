/* SPDX-License-Identifier: Apache-2.0 */
#include "settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct setting {
    struct setting *next;
    char *value; /* points behind the key */
    char key[];
};

static bool add(settings *all, const char *key, size_t key_length, const char *value)
{
    size_t value_size = strlen(value) + 1;
    struct setting *one = malloc(sizeof *one + key_length + 1 + value_size);
    if (one == NULL)
        return false;
    memcpy(one->key, key, key_length);
    one->key[key_length] = '\0';
    one->value = one->key + key_length + 1;
    memcpy(one->value, value, value_size);
    one->next = all->first;
    all->first = one;
    return true;
}

bool settings_set(settings *all, const char *key, const char *value)
{
    return add(all, key, strlen(key), value);
}

bool settings_set_pair(settings *all, const char *pair)
{
    const char *equals = strchr(pair, '=');
    return equals != NULL && equals != pair && add(all, pair, (size_t)(equals - pair), equals + 1);
}

static const char *from_environment(const char *key)
{
    char name[128] = "ARENA_";
    size_t length = strlen(name);
    for (; *key != '\0'; key++) {
        if (length == sizeof name - 1)
            return NULL;
        name[length++] = (char)(isalnum((unsigned char)*key) ? toupper((unsigned char)*key) : '_');
    }
    name[length] = '\0';
    return getenv(name);
}

const char *settings_get(const settings *all, const char *key)
{
    for (const struct setting *one = all->first; one != NULL; one = one->next) {
        if (strcmp(one->key, key) == 0)
            return one->value;
    }
    return all->behind != NULL ? settings_get(all->behind, key) : from_environment(key);
}

double settings_number(const settings *all, const char *key, double otherwise)
{
    const char *text = settings_get(all, key);
    char *end = NULL;
    double number = text != NULL ? strtod(text, &end) : -1;
    return end != NULL && end != text && *end == '\0' && number >= 0 ? number : otherwise;
}

void settings_fini(settings *all)
{
    while (all->first != NULL) {
        struct setting *one = all->first;
        all->first = one->next;
        free(one);
    }
}
