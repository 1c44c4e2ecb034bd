/* SPDX-License-Identifier: Apache-2.0 */
/* Files by names in UTF-8, which is what the rest of the SDK knows. */
#include "platform/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

/* The longest name that the system takes. */
#define MAX_NAME 32768

/* The name in the system's form, to be freed; NULL where it is no UTF-8 or there is no memory. */
static wchar_t *widen(const char *text)
{
    int length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    wchar_t *wide = length > 0 && length <= MAX_NAME ? malloc((size_t)length * sizeof *wide) : NULL;
    if (wide != NULL)
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, length);
    return wide;
}

static const char *reason_of(DWORD error)
{
    switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
        return "does not exist";
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
        return "may not be read by this process";
    case ERROR_TOO_MANY_OPEN_FILES:
        return "cannot be opened: there is no free file descriptor";
    }
    return "cannot be opened";
}

/* A pipe or a device could keep its reader waiting for ever. */
static HANDLE open_regular(const wchar_t *path, const char **message)
{
    DWORD attributes = GetFileAttributesW(path);
    if (attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY) {
        *message = "is not a regular file";
        return INVALID_HANDLE_VALUE;
    }
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
            NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        *message = reason_of(GetLastError());
        return INVALID_HANDLE_VALUE;
    }
    if (GetFileType(file) == FILE_TYPE_DISK)
        return file;
    *message = "is not a regular file";
    CloseHandle(file);
    return INVALID_HANDLE_VALUE;
}

static bool read_bytes(HANDLE file, char *bytes, size_t room, size_t *length)
{
    const DWORD at_most = 1 << 20;
    for (*length = 0; *length < room;) {
        DWORD got, wanted = room - *length < at_most ? (DWORD)(room - *length) : at_most;
        if (!ReadFile(file, bytes + *length, wanted, &got, NULL))
            return false;
        if (got == 0)
            break;
        *length += got;
    }
    return true;
}

/* A file that is longer than the limit is refused before any of it is read. */
static char *read_all(HANDLE file, size_t limit, size_t *size, const char **message)
{
    LARGE_INTEGER file_size;
    *message = "is too large";
    if (!GetFileSizeEx(file, &file_size) || (uint64_t)file_size.QuadPart > limit)
        return NULL;
    char *bytes = malloc((size_t)file_size.QuadPart + 1);
    *message = "cannot be read: out of memory";
    if (bytes == NULL)
        return NULL;
    if (!read_bytes(file, bytes, (size_t)file_size.QuadPart, size)) {
        *message = "cannot be read";
        free(bytes);
        return NULL;
    }
    bytes[*size] = '\0';
    return bytes;
}

char *glift__file_read(const char *path, size_t limit, size_t *size, const char **message)
{
    wchar_t *wide = widen(path);
    *message = "cannot be opened";
    if (wide == NULL)
        return NULL;
    HANDLE file = open_regular(wide, message);
    free(wide);
    if (file == INVALID_HANDLE_VALUE)
        return NULL;
    char *bytes = read_all(file, limit, size, message);
    CloseHandle(file);
    return bytes;
}

static HANDLE open_listing(const char *directory, WIN32_FIND_DATAW *entry)
{
    char pattern[4 * MAX_PATH];
    int length = snprintf(pattern, sizeof pattern, "%s\\*", directory);
    wchar_t *wide = length > 0 && length < (int)sizeof pattern ? widen(pattern) : NULL;
    HANDLE listing = wide != NULL ? FindFirstFileW(wide, entry) : INVALID_HANDLE_VALUE;
    free(wide);
    return listing;
}

bool glift__file_find(const char *directory, bool (*is_wanted)(const char *name))
{
    WIN32_FIND_DATAW entry;
    char name[4 * MAX_PATH];
    bool found = false;
    HANDLE listing = open_listing(directory, &entry);
    if (listing == INVALID_HANDLE_VALUE)
        return false;
    do {
        found = WideCharToMultiByte(CP_UTF8, 0, entry.cFileName, -1, name, sizeof name, NULL, NULL) > 0 &&
                is_wanted(name);
    } while (!found && FindNextFileW(listing, &entry));
    FindClose(listing);
    return found;
}
