/* SPDX-License-Identifier: Apache-2.0 */

#include "base/sized.h"

#include <stdio.h>
#include <string.h>

#define LARGEST 4096 /* more is no size but garbage */

/* The member that this size cuts in two; NULL if it does not. */
static const glift__member *cut_member(const glift__sized *kind, size_t size)
{
    for (size_t i = 0; i < kind->member_count; i++)
        if (kind->members[i].begin < size && size < kind->members[i].end)
            return &kind->members[i];
    return NULL;
}

static glift_status check_size(const glift__sized *kind, size_t size, char *message)
{
    if (size < sizeof size || size > LARGEST) {
        snprintf(message, GLIFT__MESSAGE_SIZE, "%s.size_bytes is invalid. It must be sizeof(%s).", kind->name,
                kind->type);
        return GLIFT_ERR_ARGUMENT;
    }
    const glift__member *cut = cut_member(kind, size);
    if (cut == NULL)
        return GLIFT_OK;
    snprintf(message, GLIFT__MESSAGE_SIZE,
            "%s.size_bytes is %zu, which ends inside %s. It must be sizeof(%s).", kind->name, size, cut->name,
            kind->type);
    return GLIFT_ERR_ARGUMENT;
}

static bool is_zero(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != '\0')
            return false;
    return true;
}

glift_status glift__sized_read(const glift__sized *kind, const void *from, void *to, char *message)
{
    memset(to, 0, kind->size);
    if (from == NULL) {
        snprintf(message, GLIFT__MESSAGE_SIZE, "%s is required.", kind->name);
        return GLIFT_ERR_ARGUMENT;
    }
    size_t size;
    memcpy(&size, from, sizeof size);
    glift_status status = check_size(kind, size, message);
    if (status != GLIFT_OK)
        return status;
    memcpy(to, from, size < kind->size ? size : kind->size);
    if (size <= kind->size || is_zero((const char *)from + kind->size, size - kind->size))
        return GLIFT_OK;
    snprintf(message, GLIFT__MESSAGE_SIZE,
            "%s has a member that this library, version " GLIFT_VERSION
            ", does not know: its size_bytes is %zu, and what lies behind the first %zu bytes is not zero.",
            kind->name, size, kind->size);
    return GLIFT_ERR_UNSUPPORTED;
}
