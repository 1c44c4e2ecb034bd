/* SPDX-License-Identifier: Apache-2.0 */
#include "program/files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define OWNER_ONLY (S_IRUSR | S_IWUSR)

/* The file at this descriptor, which is closed where there is none to be had. */
static FILE *stream_of(int fd)
{
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file == NULL && fd >= 0)
        close(fd);
    return file;
}

/* A name that nobody could have guessed, and a file that was not there. */
static FILE *open_part(const char *path, char part[PATH_MAX])
{
    uint64_t number;
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        return NULL;
    if (snprintf(part, PATH_MAX, "%s.%016" PRIx64, path, number) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    return stream_of(open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, OWNER_ONLY));
}

bool local_write_file(const char *path, void (*write)(const void *user, FILE *file), const void *user)
{
    char part[PATH_MAX];
    FILE *file = open_part(path, part);
    if (file == NULL)
        return false;
    write(user, file);
    bool good = ferror(file) == 0;
    good = fclose(file) == 0 && good;
    if (good && rename(part, path) == 0)
        return true;
    int error = errno;
    unlink(part);
    errno = error;
    return false;
}

FILE *local_open_log(const char *path)
{
    struct stat what;
    /* A pipe that nobody reads is not waited for. */
    int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, OWNER_ONLY);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &what) == 0 && S_ISREG(what.st_mode) && fchmod(fd, OWNER_ONLY) == 0 &&
            ftruncate(fd, 0) == 0)
        return stream_of(fd);
    close(fd);
    errno = EPERM;
    return NULL;
}

bool local_read_line(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    out[0] = '\0';
    errno = 0; /* an empty file is no error */
    bool good = fgets(out, (int)size, file) != NULL || feof(file);
    int error = errno;
    fclose(file);
    errno = error;
    out[strcspn(out, "\r\n")] = '\0';
    return good;
}

/* All bytes of the file, or one more than `most` of them; NULL: errno says why. The buffer grows with what
 * there is, since a limit may be far above it, and a pipe has no size to be asked for. */
static char *read_up_to(FILE *file, size_t most, size_t *length)
{
    size_t room = most < 65536 ? most + 2 : 65536;
    char *text = malloc(room);
    for (*length = 0; text != NULL;) {
        *length += fread(text + *length, 1, room - 1 - *length, file);
        if (*length < room - 1 || *length > most)
            return text;
        room = room < (most + 2) / 2 ? room * 2 : most + 2;
        char *larger = realloc(text, room);
        if (larger == NULL)
            free(text);
        text = larger;
    }
    errno = ENOMEM;
    return NULL;
}

char *local_read_file(const char *path, size_t most, size_t *length)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return NULL;
    char *text = read_up_to(file, most, length);
    int error = text == NULL || ferror(file) ? errno : *length > most ? EFBIG : 0;
    fclose(file);
    if (error == 0) {
        text[*length] = '\0';
        return text;
    }
    free(text);
    errno = error;
    return NULL;
}
