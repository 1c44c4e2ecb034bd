/* SPDX-License-Identifier: Apache-2.0 */
#include "listen/listen_files.h"

#include <string.h>

const listen_file *listen_find_file(const listen_file *files, const char *name)
{
    for (const listen_file *file = files; file->name != NULL; file++) {
        if (strcmp(file->name, name) == 0)
            return file;
    }
    return NULL;
}
