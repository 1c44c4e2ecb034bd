/* SPDX-License-Identifier: Apache-2.0 */
#include "log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool print_to(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0644);
    bool done = fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0 && dup2(fd, STDERR_FILENO) >= 0;
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return done;
}

bool log_file_open(settings *all)
{
    const char *folder = settings_get(all, "log_folder");
    char whole[PATH_MAX], path[PATH_MAX];
    if (folder == NULL)
        return true;
    /* GameLift looks for the file, and knows nothing of our working folder. */
    if (realpath(folder, whole) == NULL) {
        fprintf(stderr, "arena: the log_folder %.200s: %s\n", folder, strerror(errno));
        return false;
    }
    if (snprintf(path, sizeof path, "%s/arena-%ld.log", whole, (long)getpid()) >= (int)sizeof path) {
        fprintf(stderr, "arena: the log_folder %.200s: its name is too long\n", folder);
        return false;
    }
    if (!settings_set(all, "log_file", path) || !print_to(path)) {
        fprintf(stderr, "arena: cannot write %s: %s\n", path, strerror(errno));
        return false;
    }
    setvbuf(stdout, NULL, _IOLBF, 0); /* as on a terminal: a crash loses nothing */
    return true;
}
