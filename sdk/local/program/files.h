/* SPDX-License-Identifier: Apache-2.0 */
/* Files that we write by a name that was given to us. Whoever else may write to that folder has perhaps put
 * something there: a link to a file of ours, a pipe that nobody reads, a file that others may read. None of
 * these is written through, waited for, or kept. */
#ifndef LOCAL_FILES_H
#define LOCAL_FILES_H

#include <stdbool.h>
#include <stdio.h>

/* Writes a file for its owner's eyes (mode 0600), whole or not at all: into a new file of a random name
 * beside it, which then takes the name. What had the name before is gone, and not looked at. False: errno
 * says why. */
bool local_write_file(const char *path, void (*write)(const void *user, FILE *file), const void *user);

/* An emptied or new file (mode 0600) for the lines of a log. NULL: it cannot be opened, or is no plain file;
 * errno says why. */
FILE *local_open_log(const char *path);

/* All of a file of at most so many bytes, with a zero behind; the caller frees it. NULL: errno says why
 * (EFBIG: it is longer). */
char *local_read_file(const char *path, size_t most, size_t *length);

/* The first line of a file, without its end; longer lines are cut. False: errno says why. */
bool local_read_line(const char *path, char *out, size_t size);

#endif
