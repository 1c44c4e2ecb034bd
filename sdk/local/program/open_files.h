/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOCAL_OPEN_FILES_H
#define LOCAL_OPEN_FILES_H

#include "system/limits.h"

/* As many files as it takes, where the system lets us; half a thousand connections would else be the end of
 * it on most. The number of sockets among them; *before is what we were started with. */
int take_files(int instances, local_file_limit *before);

#endif
