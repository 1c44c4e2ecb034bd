/* SPDX-License-Identifier: Apache-2.0 */
/* Structs of the public API that begin with their own size (size_t size_bytes), as a caller gives them who
 * was compiled against an older or a newer header than this library. A member that is appended to one must
 * not lie in the padding at the end of the struct before it: an older caller's size covers that. */
#ifndef GLIFT_SIZED_H
#define GLIFT_SIZED_H

#include "base/text.h"

#include <stddef.h>

typedef struct glift__member {
    const char *name;
    size_t begin, end;
} glift__member;

typedef struct glift__sized {
    const char *type; /* "glift_server_desc" */
    const char *name; /* of the argument, as messages call it: "desc" */
    size_t size;
    const glift__member *members; /* all, in their order */
    size_t member_count;
} glift__sized;

#define GLIFT__MEMBER(type, name)                                                                            \
    {                                                                                                        \
#name, offsetof(type, name), offsetof(type, name) + sizeof((type *)0)->name                          \
    }

#define GLIFT__SIZED(type_, name_, members_)                                                                 \
    {                                                                                                        \
        .type = #type_, .name = (name_), .size = sizeof(type_), .members = (members_),                       \
        .member_count = sizeof(members_) / sizeof(members_)[0]                                               \
    }

/* The caller's struct as this library knows it: members that its size does not cover are zero in *to.
 * GLIFT_ERR_ARGUMENT: NULL, a size that makes no sense, or one that ends inside a member.
 * GLIFT_ERR_UNSUPPORTED: the size covers members that this library does not know, and they are not all zero;
 * *to holds the others. Either with a sentence in `message`, which has room for GLIFT__MESSAGE_SIZE bytes. */
glift_status glift__sized_read(const glift__sized *kind, const void *from, void *to, char *message);

#endif
