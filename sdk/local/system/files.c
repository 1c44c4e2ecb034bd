/* SPDX-License-Identifier: Apache-2.0 */
#include "system/files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "platform/platform.h"

#define PATH_SIZE 4096

/* A name that nobody could have guessed, and a file that was not there. */
static FILE *open_part(const char *path, char part[PATH_SIZE])
{
    uint64_t number;
    if (!glift__random_bytes(&number, sizeof number))
        return NULL;
    if (snprintf(part, PATH_SIZE, "%s.%016" PRIx64, path, number) < PATH_SIZE)
        return local_file_make(part);
    errno = ENAMETOOLONG;
    return NULL;
}

bool local_write_file(const char *path, void (*write)(const void *user, FILE *file), const void *user)
{
    char part[PATH_SIZE];
    FILE *file = open_part(path, part);
    if (file == NULL)
        return false;
    write(user, file);
    bool good = ferror(file) == 0;
    good = fclose(file) == 0 && good;
    if (good && local_file_rename(part, path))
        return true;
    int error = errno;
    local_file_remove(part);
    errno = error;
    return false;
}

bool local_read_line(const char *path, char *out, size_t size)
{
    FILE *file = local_file_open(path);
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
    FILE *file = local_file_open(path);
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
