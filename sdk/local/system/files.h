/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, by their names. */
#ifndef LOCAL_FILES_H
#define LOCAL_FILES_H

#include <stdbool.h>
#include <stdio.h>

#include "system/paths.h"

/* Writes a file for its owner's eyes (mode 0600), whole or not at all: into a new file of a random name
 * beside it, which then takes the name. What had the name before is gone, and not looked at. False: errno
 * says why. */
bool local_write_file(const char *path, void (*write)(const void *user, FILE *file), const void *user);

/* All of a file of at most so many bytes, with a zero behind; the caller frees it. NULL: errno says why
 * (EFBIG: it is longer). */
char *local_read_file(const char *path, size_t most, size_t *length);

/* The first line of a file, without its end; longer lines are cut. False: errno says why. */
bool local_read_line(const char *path, char *out, size_t size);

#endif
