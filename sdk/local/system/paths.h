/* SPDX-License-Identifier: Apache-2.0 */
/* Files by their names, in UTF-8 on every system. Where a function says no, errno says why.
 *
 * Whoever else may write to a folder has perhaps put something there: a link to a file of ours, a pipe that
 * nobody reads, a file that others may read. None of these is written through, waited for, or kept. What is
 * made is for its owner's eyes (mode 0600; on Windows, what the folder says). */
#ifndef LOCAL_PATHS_H
#define LOCAL_PATHS_H

#include <stdbool.h>
#include <stdio.h>

bool local_file_is_readable(const char *path);
bool local_folder_is_writable(const char *path);
FILE *local_file_open(const char *path); /* to be read */

FILE *local_file_make(const char *path); /* to be written; it must not be there */
/* To be written, emptied or new: a plain file, and no link to one. */
FILE *local_file_open_log(const char *path);
/* The same as a descriptor, of a plain file or a link to one. *is_plain tells what a refusal is about. */
int local_file_open_recording(const char *path, bool *is_plain);
/* It is there now, unchanged or empty, and is a plain file. */
bool local_file_ensure(const char *path, bool *is_plain);

/* The file gets another name, which an older file loses. */
bool local_file_rename(const char *from, const char *to);
void local_file_remove(const char *path);

#endif
