/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/platform.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A pipe could keep its reader waiting for ever, a device could go on for ever: neither is even opened to the
 * end. */
static int open_regular(const char *path, const char **message)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        *message = errno == ENOENT                      ? "does not exist"
                   : errno == EACCES                    ? "may not be read by this process"
                   : errno == EMFILE || errno == ENFILE ? "cannot be opened: there is no free file descriptor"
                                                        : "cannot be opened";
        return -1;
    }
    if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
        return fd;
    *message = "is not a regular file";
    close(fd);
    return -1;
}

/* A file that is longer than the limit is refused before any of it is read. */
static char *read_all(int fd, size_t limit, size_t *size, const char **message)
{
    struct stat about;
    *message = "cannot be read: out of memory";
    if (fstat(fd, &about) != 0 || about.st_size < 0 || (uint64_t)about.st_size > limit) {
        *message = "is too large";
        return NULL;
    }
    size_t room = (size_t)about.st_size, length = 0;
    char *bytes = malloc(room + 1);
    while (bytes != NULL && length < room) {
        ssize_t got = read(fd, bytes + length, room - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            *message = "cannot be read";
            free(bytes);
            return NULL;
        }
        if (got == 0)
            break;
        length += (size_t)got;
    }
    if (bytes != NULL)
        bytes[length] = '\0';
    *size = length;
    return bytes;
}

char *glift__file_read(const char *path, size_t limit, size_t *size, const char **message)
{
    int fd = open_regular(path, message);
    if (fd < 0)
        return NULL;
    char *bytes = read_all(fd, limit, size, message);
    close(fd);
    return bytes;
}

bool glift__file_find(const char *directory, bool (*is_wanted)(const char *name))
{
    bool found = false;
    DIR *listing = opendir(directory);
    struct dirent *entry;
    if (listing == NULL)
        return false;
    while (!found && (entry = readdir(listing)) != NULL)
        found = is_wanted(entry->d_name);
    closedir(listing);
    return found;
}
