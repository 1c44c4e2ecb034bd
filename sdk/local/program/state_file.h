/* SPDX-License-Identifier: Apache-2.0 */
/* --state FILE: a service's records (keep.h) in an SQLite database, which outlives the program.
 *
 * What is committed is with the kernel: it survives whatever ends the program, kill -9 included. It is on the
 * disk with the next checkpoint (WAL, synchronous=NORMAL): when the machine itself goes down, the last
 * moments may be missing, and what is there is whole. */
#ifndef LOCAL_STATE_FILE_H
#define LOCAL_STATE_FILE_H

#include "model/keep.h"

typedef struct state_file state_file;

#define STATE_WHY_SIZE 4600

/* Makes the file where there is none, for its owner's eyes. NULL: *why is a sentence that names it: it is
 * used by another program, of another version, for another region or account, damaged, or cannot be written.
 */
state_file *state_file_open(
        const char *path, const char *region, const char *account, char why[STATE_WHY_SIZE]);
void state_file_close(state_file *file); /* NULL is allowed */
const local_store *state_file_store(state_file *file);

/* The time that the service goes on with: what it was at the last commit, and what has passed since, `scale`
 * times as fast as the machine's. False: it has none yet. */
bool state_file_time(const state_file *file, double scale, glift__time *out);

/* Without any record from the next commit on; state_file_keep() takes that back. False: see below. */
bool state_file_clear(state_file *file);
void state_file_keep(state_file *file);

/* After the store has failed: a sentence that says why. */
const char *state_file_why(const state_file *file);

#endif
