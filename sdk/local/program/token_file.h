/* SPDX-License-Identifier: Apache-2.0 */
/* The token that clients have to show, as --token FILE has it. */
#ifndef LOCAL_TOKEN_FILE_H
#define LOCAL_TOKEN_FILE_H

#include "model/access.h"

#define TOKEN_SIZE     (LOCAL_TOKEN_MOST + 2) /* one letter more than it may have */
#define TOKEN_WHY_SIZE 4400

/* False: *why says what is wrong. */
bool token_read(const char *path, char out[TOKEN_SIZE], char why[TOKEN_WHY_SIZE]);

#endif
