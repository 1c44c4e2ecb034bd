/* SPDX-License-Identifier: Apache-2.0 */
/* Files that the program carries in itself: those of the page, assets/dashboard/, put into it by CMake. */
#ifndef LOCAL_LISTEN_FILES_H
#define LOCAL_LISTEN_FILES_H

#include <stddef.h>

typedef struct listen_file {
    const char *name; /* NULL: the end of the table */
    const char *type; /* as in Content-Type */
    const unsigned char *bytes;
    size_t length;
} listen_file;

extern const listen_file local_dashboard[];

/* NULL: there is no file of this name. */
const listen_file *listen_find_file(const listen_file *files, const char *name);

#endif
