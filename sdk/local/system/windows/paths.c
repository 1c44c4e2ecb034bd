/* SPDX-License-Identifier: Apache-2.0 */
/* Lines end with \n alone, and no child inherits a file. */
#include "system/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <share.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <windows.h>

#include "system/windows/wide.h"

static int open_wide(const char *path, int flags)
{
    wchar_t *wide = local_widen(path);
    if (wide == NULL)
        return -1;
    DWORD what = GetFileAttributesW(wide);
    int fd = -1;
    if (what != INVALID_FILE_ATTRIBUTES && (what & FILE_ATTRIBUTE_DIRECTORY) != 0)
        errno = EISDIR; /* it would be "permission denied" */
    else
        fd = _wopen(wide, flags | _O_BINARY | _O_NOINHERIT, _S_IREAD | _S_IWRITE);
    int error = errno;
    free(wide);
    errno = error;
    return fd;
}

static FILE *stream_of(int fd, const char *mode)
{
    FILE *file = fd >= 0 ? _fdopen(fd, mode) : NULL;
    if (file == NULL && fd >= 0)
        _close(fd);
    return file;
}

/* Not a pipe, nor a device such as NUL or CON. */
static bool is_plain_file(int fd)
{
    return GetFileType((HANDLE)_get_osfhandle(fd)) == FILE_TYPE_DISK;
}

bool local_file_is_readable(const char *path)
{
    int fd = open_wide(path, _O_RDONLY);
    if (fd >= 0)
        _close(fd);
    return fd >= 0;
}

bool local_folder_is_writable(const char *path)
{
    wchar_t *wide = local_widen(path);
    DWORD what = wide != NULL ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;
    free(wide);
    errno = what == INVALID_FILE_ATTRIBUTES ? ENOENT : ENOTDIR;
    return what != INVALID_FILE_ATTRIBUTES && (what & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

FILE *local_file_open(const char *path)
{
    return stream_of(open_wide(path, _O_RDONLY), "rb");
}

FILE *local_file_make(const char *path)
{
    return stream_of(open_wide(path, _O_WRONLY | _O_CREAT | _O_EXCL), "wb");
}

int local_file_open_recording(const char *path, bool *is_plain)
{
    int fd = open_wide(path, _O_WRONLY | _O_CREAT);
    *is_plain = fd < 0 || (is_plain_file(fd) && _chsize_s(fd, 0) == 0);
    if (*is_plain)
        return fd;
    _close(fd);
    return -1;
}

/* Links are for administrators here, and followed. */
FILE *local_file_open_log(const char *path)
{
    bool is_plain;
    int fd = local_file_open_recording(path, &is_plain);
    if (!is_plain)
        errno = EPERM;
    return stream_of(fd, "wb");
}

bool local_file_ensure(const char *path, bool *is_plain)
{
    int fd = open_wide(path, _O_RDWR | _O_CREAT);
    *is_plain = fd < 0 || is_plain_file(fd);
    if (fd >= 0)
        _close(fd);
    return fd >= 0 && *is_plain;
}

bool local_file_rename(const char *from, const char *to)
{
    wchar_t *wide_from = local_widen(from), *wide_to = local_widen(to);
    bool done = wide_from != NULL && wide_to != NULL &&
                MoveFileExW(wide_from, wide_to, MOVEFILE_REPLACE_EXISTING);
    free(wide_from);
    free(wide_to);
    if (!done)
        errno = EACCES;
    return done;
}

void local_file_remove(const char *path)
{
    wchar_t *wide = local_widen(path);
    if (wide != NULL)
        DeleteFileW(wide);
    free(wide);
}
