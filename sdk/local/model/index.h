/* SPDX-License-Identifier: Apache-2.0 */
/* Finding an entity by its key: libc's balanced tree (search.h) with text keys.
 *
 * The first member of every entity in an index is `const char *` and its key. It stays the same while
 * the entity is in the index; the entity owns it. */
#ifndef LOCAL_INDEX_H
#define LOCAL_INDEX_H

#include <stdbool.h>

typedef struct local_index {
    void *root;
} local_index;

bool local_index_add(local_index *index, void *entity); /* false: out of memory, or the key is taken */
void *local_index_find(const local_index *index, const char *key); /* NULL: none */
void local_index_remove(local_index *index, void *entity);

#endif
