/* SPDX-License-Identifier: Apache-2.0 */
#include "system/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define OWNER_ONLY (S_IRUSR | S_IWUSR)

bool local_file_is_readable(const char *path)
{
    return access(path, R_OK) == 0;
}

bool local_folder_is_writable(const char *path)
{
    struct stat what;
    if (stat(path, &what) != 0)
        return false;
    errno = ENOTDIR;
    return S_ISDIR(what.st_mode) && access(path, W_OK | X_OK) == 0;
}

FILE *local_file_open(const char *path)
{
    return fopen(path, "re");
}

/* The file at this descriptor, which is closed where there is none to be had. */
static FILE *stream_of(int fd)
{
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file == NULL && fd >= 0)
        close(fd);
    return file;
}

FILE *local_file_make(const char *path)
{
    return stream_of(open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, OWNER_ONLY));
}

static bool is_plain_file(int fd)
{
    struct stat what;
    return fstat(fd, &what) == 0 && S_ISREG(what.st_mode);
}

/* A pipe that nobody reads is not waited for. */
FILE *local_file_open_log(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, OWNER_ONLY);
    if (fd < 0)
        return NULL;
    if (is_plain_file(fd) && fchmod(fd, OWNER_ONLY) == 0 && ftruncate(fd, 0) == 0)
        return stream_of(fd);
    close(fd);
    errno = EPERM;
    return NULL;
}

int local_file_open_recording(const char *path, bool *is_plain)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, OWNER_ONLY);
    *is_plain = fd < 0 || (is_plain_file(fd) && ftruncate(fd, 0) == 0);
    if (*is_plain)
        return fd;
    close(fd);
    return -1;
}

bool local_file_ensure(const char *path, bool *is_plain)
{
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, OWNER_ONLY);
    *is_plain = fd < 0 || is_plain_file(fd);
    if (fd >= 0)
        close(fd);
    return fd >= 0 && *is_plain;
}

bool local_file_rename(const char *from, const char *to)
{
    return rename(from, to) == 0;
}

void local_file_remove(const char *path)
{
    unlink(path);
}
