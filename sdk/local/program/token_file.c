/* SPDX-License-Identifier: Apache-2.0 */
#include "program/token_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "system/files.h"

bool token_read(const char *path, char out[TOKEN_SIZE], char why[TOKEN_WHY_SIZE])
{
    if (!local_read_line(path, out, TOKEN_SIZE)) {
        snprintf(why, TOKEN_WHY_SIZE,
                "cannot read %.4000s: %s; --token takes a file with a secret of %d to %d letters, digits, _ "
                "or -",
                path, strerror(errno), LOCAL_TOKEN_LEAST, LOCAL_TOKEN_MOST);
        return false;
    }
    if (local_token_is_valid(out))
        return true;
    snprintf(why, TOKEN_WHY_SIZE,
            "the first line of %.4000s is no token: it takes %d to %d letters, digits, _ or -", path,
            LOCAL_TOKEN_LEAST, LOCAL_TOKEN_MOST);
    return false;
}
